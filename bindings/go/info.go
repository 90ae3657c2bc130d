package strongroom

// #include "strongroom.h"
import "C"

import (
	"time"
	"unsafe"
)

// Inherited, as a number of versions or of days: what the namespace or the store says.
const Inherited = C.STRONGROOM_INHERITED

// SecretInfo is what is known of a secret without its value. Times are in UTC, exact to the millisecond, and zero where there is none.
type SecretInfo struct {
	// ID is "sec_…", which stays when the secret is renamed.
	ID string
	// Path is where it is; in the trash, where it was.
	Path        string
	Description string
	ContentType string
	// Tags are values by key; a bare label has an empty value.
	Tags map[string]string
	// Version is the number of the current version.
	Version uint64
	// MetaVersion is the number of the metadata, for [ExpectMetaVersion].
	MetaVersion uint64
	// SizeClass is the size of the value in bytes, rounded up.
	SizeClass uint64
	CreatedAt time.Time
	UpdatedAt time.Time
	// AccessedAt is when a value was last read, as far as it is known.
	AccessedAt time.Time
	// ExpiresAt is from when on no value of it is read.
	ExpiresAt time.Time
	// DeletedAt is when it was put into the trash.
	DeletedAt time.Time
	// PurgeAt is from when on a sweep removes it.
	PurgeAt time.Time
	// MaxVersions is how many versions are kept, 0 for all, or [Inherited].
	MaxVersions int64
	// TrashDays is how many days it would stay in the trash, or [Inherited].
	TrashDays int64
	// RotateEvery is how old the current version gets before it is to be rotated; 0 if nothing was said.
	RotateEvery time.Duration
	// RotationDueAt is when it gets that old.
	RotationDueAt time.Time
	Tier          Tier
	// OnExpiry is what a sweep does once it has expired.
	OnExpiry ExpiryAction
	// Replayed, of what [Operations.Update] returns, says that it was not made again: see [IdempotencyKey].
	Replayed bool
}

func secretInfo(from *C.strongroom_secret_info) *SecretInfo {
	tags := make(map[string]string, from.tag_count)
	for _, tag := range unsafe.Slice(from.tags, from.tag_count) {
		tags[text(tag.key)] = text(tag.value)
	}
	return &SecretInfo{
		ID:            text(from.id),
		Path:          text(from.path),
		Description:   text(from.description),
		ContentType:   text(from.content_type),
		Tags:          tags,
		Version:       uint64(from.version),
		MetaVersion:   uint64(from.meta_version),
		SizeClass:     uint64(from.size_class),
		CreatedAt:     timeOf(from.created_at),
		UpdatedAt:     timeOf(from.updated_at),
		AccessedAt:    timeOf(from.accessed_at),
		ExpiresAt:     timeOf(from.expires_at),
		DeletedAt:     timeOf(from.deleted_at),
		PurgeAt:       timeOf(from.purge_at),
		MaxVersions:   int64(from.max_versions),
		TrashDays:     int64(from.trash_days),
		RotateEvery:   time.Duration(from.rotate_every) * time.Second,
		RotationDueAt: timeOf(from.rotation_due_at),
		Tier:          Tier(from.tier),
		OnExpiry:      ExpiryAction(from.on_expiry),
	}
}

// VersionInfo is what is known of a version without its value.
type VersionInfo struct {
	// Number counts from 1, and is never used again.
	Number uint64
	// Size is how many bytes its value has, also after that was destroyed.
	Size   uint64
	State  VersionState
	Author Author
	// Note was given with it.
	Note      string
	CreatedAt time.Time
	// DeletedAt is when it was deleted or destroyed.
	DeletedAt time.Time
	// Until is until when a deleted one can be restored, or one in grace is accepted.
	Until time.Time
	// Replayed, of what a change of the version returns, says that it was not made again: see [IdempotencyKey].
	Replayed bool
}

func versionInfo(from *C.strongroom_version_info) *VersionInfo {
	return &VersionInfo{
		Number:    uint64(from.number),
		Size:      uint64(from.size),
		State:     VersionState(from.state),
		Author:    Author(from.author),
		Note:      text(from.note),
		CreatedAt: timeOf(from.created_at),
		DeletedAt: timeOf(from.deleted_at),
		Until:     timeOf(from.until),
	}
}

// Written is what a write did.
type Written struct {
	ID string
	// Path is as it is stored, in Unicode NFC.
	Path string
	// Version is the number of the version that is current now.
	Version   uint64
	Tier      Tier
	CreatedAt time.Time
	UpdatedAt time.Time
	// Replayed says that the write was not made again: see [IdempotencyKey].
	Replayed bool
}

func written(from *C.strongroom_written) *Written {
	return &Written{
		ID:        C.GoString(&from.id[0]),
		Path:      C.GoString(&from.path[0]),
		Version:   uint64(from.version),
		Tier:      Tier(from.tier),
		CreatedAt: timeOf(from.created_at),
		UpdatedAt: timeOf(from.updated_at),
	}
}

// Deleted is what a delete did.
type Deleted struct {
	ID        string
	DeletedAt time.Time
	// PurgeAt is from when on a sweep removes it.
	PurgeAt time.Time
	// Replayed says that it was not deleted again: see [IdempotencyKey].
	Replayed bool
}

// Swept is what a sweep removed, and of what it told.
type Swept struct {
	Secrets uint64
	// Versions whose values were removed, those of the secrets among them.
	Versions uint64
	// More says whether more is due.
	More bool
	// HeldBack says that the clock went forward by more than a year at once: what would be due since then was left.
	HeldBack bool
	// Expiring secrets are those of which an event now says that they expire soon.
	Expiring uint64
	// Expired secrets are those of which an event now says that they have expired, those among them that went to the trash.
	Expired uint64
	// AuditEvents of the log that were removed: see [AuditPolicy].
	AuditEvents uint64
}
