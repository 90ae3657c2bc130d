package conformance

import (
	"time"

	"github.com/strongroom/strongroom/bindings/go"
)

func tags(from object) []strongroom.Change {
	var all []strongroom.Change
	for key, value := range from {
		said, _ := value.(string)
		all = append(all, strongroom.WithTag(key, said))
	}
	return all
}

// changes are the arguments of a put, a rotation or an update.
func (a arguments) changes() ([]strongroom.Change, error) {
	var all []strongroom.Change
	say := func(name string, change func() strongroom.Change) {
		if a.has(name) {
			all = append(all, change())
		}
	}
	if a.has("expect") {
		if version, ok := a.at("expect").(float64); ok {
			all = append(all, strongroom.ExpectVersion(uint64(version)))
		} else {
			all = append(all, strongroom.ExpectAbsent())
		}
	}
	say("expect_meta_version", func() strongroom.Change { return strongroom.ExpectMetaVersion(a.number("expect_meta_version")) })
	say("tags", strongroom.ReplaceTags)
	all = append(all, tags(a.members("tags"))...)
	all = append(all, tags(a.members("add_tags"))...)
	for _, key := range a.texts("remove_tags") {
		all = append(all, strongroom.WithoutTag(key))
	}
	say("tier", func() strongroom.Change { return strongroom.WithTier(tiers[a.text("tier")]) })
	say("description", func() strongroom.Change { return strongroom.WithDescription(a.text("description")) })
	say("content_type", func() strongroom.Change { return strongroom.WithContentType(a.text("content_type")) })
	say("note", func() strongroom.Change { return strongroom.WithNote(a.text("note")) })
	say("max_versions", func() strongroom.Change { return strongroom.WithMaxVersions(a.kept("max_versions", 0)) })
	say("trash_days", func() strongroom.Change { return strongroom.WithTrashDays(a.kept("trash_days", 0)) })
	scheduled, err := a.schedule()
	return append(all, scheduled...), err
}

var actions = map[string]strongroom.ExpiryAction{"block": strongroom.OnExpiryBlock, "trash": strongroom.OnExpiryTrash}

// schedule are the arguments about expiry and rotation.
func (a arguments) schedule() (all []strongroom.Change, err error) {
	for name, change := range map[string]func(time.Duration) strongroom.Change{
		"expires_in": strongroom.ExpiresIn, "rotate_every": strongroom.RotateEvery,
	} {
		if a.at(name) == nil {
			continue
		}
		duration, err := a.duration(name)
		if err != nil {
			return nil, err
		}
		all = append(all, change(duration))
	}
	switch {
	case a.at("expires_at") != nil:
		all = append(all, strongroom.ExpiresAt(a.time("expires_at")))
	case a.has("expires_at"):
		all = append(all, strongroom.NeverExpires())
	}
	if a.has("rotate_every") && a.at("rotate_every") == nil {
		all = append(all, strongroom.NoRotation())
	}
	if a.has("on_expiry") {
		all = append(all, strongroom.OnExpiry(actions[a.text("on_expiry")]))
	}
	return all, nil
}
