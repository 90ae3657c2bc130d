package strongroom

// #include "strongroom.h"
import "C"

import "time"

// Secret is a version of a secret that was read: its bytes, and what was known of it. Wipe it when it is no longer needed:
//
//	secret, err := store.Get("production/db/password")
//	if err != nil {
//		return err
//	}
//	defer secret.Wipe()
type Secret struct {
	SecretBytes
	version   uint64
	createdAt time.Time
}

// newSecret takes an object of the library's over.
func newSecret(from *C.strongroom_secret) *Secret {
	made := &Secret{
		version:   uint64(C.strongroom_secret_version(from)),
		createdAt: timeOf(C.strongroom_secret_version_created_at(from)),
	}
	made.ownSecret(from)
	return made
}

// Version is the number of the version that was read.
func (s *Secret) Version() uint64 { return s.version }

// VersionCreatedAt is when that version was written.
func (s *Secret) VersionCreatedAt() time.Time { return s.createdAt }

// Info is what was known of the secret when it was read, whichever version that was. It fails with ErrClosed once the secret was wiped.
func (s *Secret) Info() (*SecretInfo, error) {
	if !s.enter() {
		return nil, errWiped()
	}
	defer s.leave()
	from := C.strongroom_secret_info{struct_size: C.sizeof_strongroom_secret_info}
	var failed *C.strongroom_error
	if err := failure(C.strongroom_secret_describe(s.held.secret, &from, &failed), failed); err != nil {
		return nil, err
	}
	return secretInfo(&from), nil
}
