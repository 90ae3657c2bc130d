package strongroom

// #include "strongroom.h"
import "C"

import "time"

// Rotated is what a rotation did.
type Rotated struct {
	// Written is the new version, which is current at once.
	Written
	// OldVersion is the number of the version that was current before.
	OldVersion uint64
	// OldExpiresAt is until when that is accepted: the first instant at which it is not.
	OldExpiresAt time.Time
}

func rotated(from *C.strongroom_rotated) *Rotated {
	return &Rotated{
		Written: Written{
			ID:        C.GoString(&from.id[0]),
			Path:      C.GoString(&from.path[0]),
			Version:   uint64(from.version),
			Tier:      Tier(from.tier),
			CreatedAt: timeOf(from.created_at),
			UpdatedAt: timeOf(from.updated_at),
		},
		OldVersion:   uint64(from.old_version),
		OldExpiresAt: timeOf(from.old_expires_at),
	}
}

type rotator func(
	on *C.strongroom_store, grace C.uint64_t, said *C.strongroom_changes, done *C.strongroom_rotated, failed **C.strongroom_error,
) C.strongroom_status

// rotates makes one call that tells of a rotation.
func (o *Operations) rotates(grace time.Duration, changes []Change, do rotator) (*Rotated, error) {
	seconds, err := wholeSeconds(grace)
	if err != nil {
		return nil, err
	}
	done := C.strongroom_rotated{struct_size: C.sizeof_strongroom_rotated}
	replayed := false
	err = withChanges(changes, func(said *C.strongroom_changes) error {
		replayed, err = o.change(func(on *C.strongroom_store, failed **C.strongroom_error) C.strongroom_status {
			return do(on, seconds, said, &done, failed)
		})
		return err
	})
	if err != nil {
		return nil, err
	}
	made := rotated(&done)
	made.Replayed = replayed
	return made, nil
}

// Rotate writes a value as the next version of a secret that is there, current at once, and retires the version before: that is readable by
// number, and accepted, for as long as grace, and then never again. Without a grace it is retired at once. A version that is in grace
// stays so until its own time. The value is copied into the store; the memory is the caller's to wipe.
//
// The grace is of whole seconds: one with a part of a second is refused, as a negative one is.
//
// It fails with ErrNotFound, ErrConflict, ErrLimitExceeded and, if the secret has expired and no other expiry is set, ErrExpired.
func (o *Operations) Rotate(path string, value []byte, grace time.Duration, changes ...Change) (*Rotated, error) {
	name, length := chars(path)
	start, size := octets(value)
	return o.rotates(grace, changes, func(on *C.strongroom_store, grace C.uint64_t, said *C.strongroom_changes,
		done *C.strongroom_rotated, failed **C.strongroom_error) C.strongroom_status {
		return C.strongroom_rotate(on, name, length, start, size, grace, said, done, failed)
	})
}

// RotateGenerated is Rotate to a value that is made for it: nobody sees it before it is read. It fails with ErrRandomFailed too.
func (o *Operations) RotateGenerated(path string, generator Generator, grace time.Duration, changes ...Change) (done *Rotated, err error) {
	name, length := chars(path)
	err = generator.use(func(with *C.strongroom_generator) error {
		done, err = o.rotates(grace, changes, func(on *C.strongroom_store, grace C.uint64_t, said *C.strongroom_changes,
			done *C.strongroom_rotated, failed **C.strongroom_error) C.strongroom_status {
			return C.strongroom_rotate_generated(on, name, length, with, grace, said, done, failed)
		})
		return err
	})
	return done, err
}

// Accepted are the current version of a secret and those in grace, the newest first: what whoever checks a value is to accept. There are
// none if the current version is deleted or destroyed and none is in grace. Wipe each of them.
//
// It fails with ErrNotFound and ErrExpired.
func (o *Operations) Accepted(path string) ([]*Secret, error) {
	name, length := chars(path)
	var secrets *C.strongroom_secrets
	err := o.call(func(on *C.strongroom_store, failed **C.strongroom_error) C.strongroom_status {
		return C.strongroom_accepted(on, name, length, &secrets, failed)
	})
	if err != nil {
		return nil, err
	}
	defer C.strongroom_secrets_free(secrets)
	all := make([]*Secret, 0, C.strongroom_secrets_len(secrets))
	for index := range C.strongroom_secrets_len(secrets) {
		found := takeSecret(secrets, index)
		if found.Err != nil {
			for _, taken := range all {
				taken.Wipe()
			}
			return nil, found.Err
		}
		all = append(all, found.Secret)
	}
	return all, nil
}

// VerifyAny says of which version of a secret candidate is the value, without showing any: the number of the newest accepted one, and false
// if it is of none. All of them are compared, and how long that takes does not depend on where they differ.
//
// It fails with ErrNotFound and ErrExpired.
func (o *Operations) VerifyAny(path string, candidate []byte) (version uint64, ok bool, err error) {
	name, length := chars(path)
	start, size := octets(candidate)
	var found C.uint64_t
	err = o.call(func(on *C.strongroom_store, failed **C.strongroom_error) C.strongroom_status {
		return C.strongroom_verify_any(on, name, length, start, size, &found, failed)
	})
	return uint64(found), err == nil && found != 0, err
}

// RevokeVersion retires a version now, whether it was in grace or readable by number. The current one is rotated or deleted instead.
//
// It fails with ErrNotFound, ErrDestroyed and, of the current version, ErrInvalidArgument.
func (o *Operations) RevokeVersion(path string, version uint64) (*VersionInfo, error) {
	name, length := chars(path)
	return o.oneVersion(func(on *C.strongroom_store, page **C.strongroom_page, failed **C.strongroom_error) C.strongroom_status {
		return C.strongroom_revoke_version(on, name, length, C.uint64_t(version), page, failed)
	})
}
