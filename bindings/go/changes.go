package strongroom

// #include "strongroom.h"
import "C"

// Change is what a put, a rotation or an update says beside the value, or a condition on which it writes. What is left out stays as it is.
type Change struct {
	set func(to *C.strongroom_changes, failed **C.strongroom_error) C.strongroom_status
	// refused is why there is nothing that could be said to the library.
	refused error
}

// withChanges calls the library with the changes; NULL for none.
func withChanges(all []Change, call func(*C.strongroom_changes) error) error {
	if len(all) == 0 {
		return call(nil)
	}
	var changes *C.strongroom_changes
	var failed *C.strongroom_error
	if err := failure(C.strongroom_changes_new(&changes, &failed), failed); err != nil {
		return err
	}
	defer C.strongroom_changes_free(changes)
	for _, change := range all {
		if change.refused != nil {
			return change.refused
		}
		if err := failure(change.set(changes, &failed), failed); err != nil {
			return err
		}
	}
	return call(changes)
}

// WithTier says how much the secret matters.
func WithTier(tier Tier) Change {
	return Change{set: func(to *C.strongroom_changes, failed **C.strongroom_error) C.strongroom_status {
		return C.strongroom_changes_tier(to, C.uint32_t(tier), failed)
	}}
}

// WithDescription describes the secret in at most 4,096 bytes; an empty description takes it away.
func WithDescription(description string) Change {
	return Change{set: func(to *C.strongroom_changes, failed **C.strongroom_error) C.strongroom_status {
		start, length := chars(description)
		return C.strongroom_changes_description(to, start, length, failed)
	}}
}

// WithContentType is a content type of RFC 6838, such as "application/json"; an empty one takes it away.
func WithContentType(contentType string) Change {
	return Change{set: func(to *C.strongroom_changes, failed **C.strongroom_error) C.strongroom_status {
		start, length := chars(contentType)
		return C.strongroom_changes_content_type(to, start, length, failed)
	}}
}

// WithTag adds a tag, or gives one another value. A bare label has an empty value.
func WithTag(key, value string) Change {
	return Change{set: func(to *C.strongroom_changes, failed **C.strongroom_error) C.strongroom_status {
		keyStart, keyLength := chars(key)
		start, length := chars(value)
		return C.strongroom_changes_tag(to, keyStart, keyLength, start, length, failed)
	}}
}

// WithoutTag takes the tag of this key away.
func WithoutTag(key string) Change {
	return Change{set: func(to *C.strongroom_changes, failed **C.strongroom_error) C.strongroom_status {
		start, length := chars(key)
		return C.strongroom_changes_remove_tag(to, start, length, failed)
	}}
}

// ReplaceTags takes all tags away that there are before the write; those of [WithTag] are then all there are.
func ReplaceTags() Change {
	return Change{set: func(to *C.strongroom_changes, failed **C.strongroom_error) C.strongroom_status {
		return C.strongroom_changes_replace_tags(to, failed)
	}}
}

// WithMaxVersions is how many versions are kept of this secret, 0 for all; [Inherited] for what the namespace or the store says.
func WithMaxVersions(versions int64) Change {
	return Change{set: func(to *C.strongroom_changes, failed **C.strongroom_error) C.strongroom_status {
		return C.strongroom_changes_max_versions(to, C.int64_t(versions), failed)
	}}
}

// WithTrashDays is how many days this secret and its versions stay in the trash, at most 3,650; [Inherited] for what the namespace or the
// store says.
func WithTrashDays(days int64) Change {
	return Change{set: func(to *C.strongroom_changes, failed **C.strongroom_error) C.strongroom_status {
		return C.strongroom_changes_trash_days(to, C.int64_t(days), failed)
	}}
}

// WithNote is a note on the version that a put or a rotation writes: one line of at most 256 bytes.
func WithNote(note string) Change {
	return Change{set: func(to *C.strongroom_changes, failed **C.strongroom_error) C.strongroom_status {
		start, length := chars(note)
		return C.strongroom_changes_note(to, start, length, failed)
	}}
}

// ExpectAbsent has a put or a rotation write only where no secret is; otherwise ErrAlreadyExists.
func ExpectAbsent() Change {
	return Change{set: func(to *C.strongroom_changes, failed **C.strongroom_error) C.strongroom_status {
		return C.strongroom_changes_expect_absent(to, failed)
	}}
}

// ExpectVersion has a put or a rotation write only if the current version has this number; otherwise ErrConflict. 0 expects no secret.
func ExpectVersion(version uint64) Change {
	return Change{set: func(to *C.strongroom_changes, failed **C.strongroom_error) C.strongroom_status {
		return C.strongroom_changes_expect_version(to, C.uint64_t(version), failed)
	}}
}

// ExpectMetaVersion has an update write only if the metadata have this number (MetaVersion of [SecretInfo]); otherwise ErrConflict.
func ExpectMetaVersion(metaVersion uint64) Change {
	return Change{set: func(to *C.strongroom_changes, failed **C.strongroom_error) C.strongroom_status {
		return C.strongroom_changes_expect_meta_version(to, C.uint64_t(metaVersion), failed)
	}}
}
