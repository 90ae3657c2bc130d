package conformance

import (
	"errors"
	"time"

	"github.com/strongroom/strongroom/bindings/go"
)

// seconds is a time as scenarios write it.
func seconds(at time.Time) any {
	if at.IsZero() {
		return nil
	}
	return at.Sub(beginning).Seconds()
}

// secondsOrNone is a duration as scenarios write it.
func secondsOrNone(duration time.Duration) any {
	if duration == 0 {
		return nil
	}
	return duration.Seconds()
}

// numberOrNone is a number of a version as scenarios write it.
func numberOrNone(number uint64) any {
	if number == 0 {
		return nil
	}
	return float64(number)
}

// kept is a number of versions or days as scenarios write it.
func kept(number int64) any {
	if number == strongroom.Inherited {
		return nil
	}
	return float64(number)
}

func writtenOf(from *strongroom.Written) any {
	return object{
		"id": from.ID, "path": from.Path, "version": float64(from.Version), "tier": from.Tier.String(),
		"created_at": seconds(from.CreatedAt), "updated_at": seconds(from.UpdatedAt), "replayed": from.Replayed,
	}
}

func infoOf(from *strongroom.SecretInfo) any {
	tags := object{}
	for key, value := range from.Tags {
		tags[key] = value
	}
	return object{
		"id": from.ID, "path": from.Path, "version": float64(from.Version), "meta_version": float64(from.MetaVersion),
		"tier": from.Tier.String(), "description": from.Description, "tags": tags, "content_type": from.ContentType,
		"size_class": float64(from.SizeClass), "created_at": seconds(from.CreatedAt), "updated_at": seconds(from.UpdatedAt),
		"accessed_at": seconds(from.AccessedAt), "deleted_at": seconds(from.DeletedAt), "purge_at": seconds(from.PurgeAt),
		"max_versions": kept(from.MaxVersions), "trash_days": kept(from.TrashDays),
		"expires_at": seconds(from.ExpiresAt), "on_expiry": from.OnExpiry.String(),
		"rotate_every": secondsOrNone(from.RotateEvery), "rotation_due_at": seconds(from.RotationDueAt),
		"replayed": from.Replayed,
	}
}

func rotatedOf(from *strongroom.Rotated) any {
	return object{
		"id": from.ID, "path": from.Path, "tier": from.Tier.String(), "old_version": float64(from.OldVersion),
		"new_version": float64(from.Version), "old_expires_at": seconds(from.OldExpiresAt),
		"replayed": from.Replayed,
	}
}

func dueOf(from strongroom.Due) any {
	return object{"path": from.Path, "id": from.ID, "reason": from.Reason.String(), "at": seconds(from.At)}
}

func checkOf(from strongroom.SignatureCheck) any {
	return object{"found": from.Status.String(), "version": numberOrNone(from.Version)}
}

func versionOf(from *strongroom.VersionInfo) any {
	return object{
		"number": float64(from.Number), "state": from.State.String(), "size": float64(from.Size), "note": from.Note,
		"created_at": seconds(from.CreatedAt), "deleted_at": seconds(from.DeletedAt), "until": seconds(from.Until),
		"replayed": from.Replayed,
	}
}

func secretOf(from *strongroom.Secret) (any, error) {
	defer from.Wipe()
	info, err := from.Info()
	if err != nil {
		return nil, err
	}
	value := append([]byte{}, from.Bytes()...)
	return object{"value": value, "version": float64(from.Version()), "info": infoOf(info)}, nil
}

func foundOf(from strongroom.Found) (any, error) {
	var failed *strongroom.Error
	if errors.As(from.Err, &failed) {
		return object{"error": failed.Name}, nil
	}
	return secretOf(from.Secret)
}

func namespaceOf(from strongroom.Namespace) any {
	return object{"path": from.Path, "secrets": float64(from.Secrets)}
}

func tagCountOf(from strongroom.TagCount) any {
	return object{"name": from.Name, "secrets": float64(from.Secrets)}
}

func pageOf(from *strongroom.Page) any {
	made := object{
		"items": allOf(from.Items, infoOf), "namespaces": allOf(from.Namespaces, namespaceOf),
		"next_cursor": nil, "has_more": from.HasMore, "total": nil,
	}
	if from.NextCursor != "" {
		made["next_cursor"] = from.NextCursor
	}
	if from.Total != nil {
		made["total"] = float64(*from.Total)
	}
	return made
}

func allOf[T any](from []T, made func(T) any) any {
	all := []any{}
	for _, one := range from {
		all = append(all, made(one))
	}
	return all
}

// given is the result of a call as a scenario writes it.
func given[T any](from T, err error, made func(T) any) (any, error) {
	if err != nil {
		return nil, err
	}
	return made(from), nil
}
