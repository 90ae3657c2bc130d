package strongroom

// #include "strongroom.h"
import "C"

// writes makes one call that tells of a write.
func (o *Operations) writes(
	do func(on *C.strongroom_store, done *C.strongroom_written, failed **C.strongroom_error) C.strongroom_status,
) (*Written, error) {
	done := C.strongroom_written{struct_size: C.sizeof_strongroom_written}
	replayed, err := o.change(func(on *C.strongroom_store, failed **C.strongroom_error) C.strongroom_status {
		return do(on, &done, failed)
	})
	if err != nil {
		return nil, err
	}
	made := written(&done)
	made.Replayed = replayed
	return made, nil
}

// Put writes a secret: a new one, or the next version of one that is there. What the changes leave out stays as it is. The value is
// copied into the store; the memory is the caller's to wipe.
//
// It fails with ErrAlreadyExists, ErrConflict, ErrLimitExceeded and, if the secret has expired and no other expiry is set, ErrExpired.
func (o *Operations) Put(path string, value []byte, changes ...Change) (done *Written, err error) {
	name, length := chars(path)
	start, size := octets(value)
	err = withChanges(changes, func(said *C.strongroom_changes) error {
		done, err = o.writes(func(on *C.strongroom_store, to *C.strongroom_written, failed **C.strongroom_error) C.strongroom_status {
			return C.strongroom_put(on, name, length, start, size, said, to, failed)
		})
		return err
	})
	return done, err
}

// Update changes the metadata of a secret without a new version. What is left out stays as it is; if nothing changes, nothing is written.
//
// It fails with ErrNotFound, ErrConflict and ErrLimitExceeded.
func (o *Operations) Update(path string, changes ...Change) (info *SecretInfo, err error) {
	name, length := chars(path)
	err = withChanges(changes, func(said *C.strongroom_changes) error {
		page, replayed, err := o.changePage(func(on *C.strongroom_store, to **C.strongroom_page, failed **C.strongroom_error) C.strongroom_status {
			return C.strongroom_update(on, name, length, said, to, failed)
		})
		if err != nil {
			return err
		}
		if info, err = only(page, readSecret, secretInfo); err == nil {
			info.Replayed = replayed
		}
		return err
	})
	return info, err
}

// Rollback writes an older version once more, as a new one. It takes one that is retired too, whose value cannot be read any more: the way
// back from a rotation to a wrong value. It fails with ErrNotFound and ErrDestroyed.
func (o *Operations) Rollback(path string, version uint64) (*Written, error) {
	name, length := chars(path)
	return o.writes(func(on *C.strongroom_store, done *C.strongroom_written, failed **C.strongroom_error) C.strongroom_status {
		return C.strongroom_rollback(on, name, length, C.uint64_t(version), done, failed)
	})
}

// RenameOption says what a rename may do.
type RenameOption struct{ allowLarge bool }

// AllowLarge allows a rename to seal more than 64 MiB of values anew.
func AllowLarge() RenameOption { return RenameOption{allowLarge: true} }

func allowsLarge(options []RenameOption) C.int32_t {
	for _, option := range options {
		if option.allowLarge {
			return 1
		}
	}
	return 0
}

// Rename gives a secret another path. Its id and its versions stay; their values are sealed anew, which above 64 MiB needs [AllowLarge].
//
// It fails with ErrNotFound, ErrAlreadyExists and ErrLimitExceeded.
func (o *Operations) Rename(path, to string, options ...RenameOption) (*Written, error) {
	name, length := chars(path)
	next, nextLength := chars(to)
	return o.writes(func(on *C.strongroom_store, done *C.strongroom_written, failed **C.strongroom_error) C.strongroom_status {
		return C.strongroom_rename(on, name, length, next, nextLength, allowsLarge(options), done, failed)
	})
}

// RenamePrefix gives everything below a namespace another one, all or nothing. It returns the number of secrets.
//
// It fails with ErrNotFound, ErrAlreadyExists and ErrLimitExceeded.
func (o *Operations) RenamePrefix(namespace, to string, options ...RenameOption) (uint64, error) {
	name, length := chars(namespace)
	next, nextLength := chars(to)
	var renamed C.uint64_t
	_, err := o.change(func(on *C.strongroom_store, failed **C.strongroom_error) C.strongroom_status {
		return C.strongroom_rename_prefix(on, name, length, next, nextLength, allowsLarge(options), &renamed, failed)
	})
	return uint64(renamed), err
}
