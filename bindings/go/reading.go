package strongroom

// #include "strongroom.h"
import "C"

import (
	"errors"
	"runtime"
	"unsafe"
)

// Get reads the current version of a secret. Wipe what it returns.
//
// It fails with ErrNotFound, ErrDestroyed and ErrExpired.
func (o *Operations) Get(path string) (*Secret, error) { return o.GetVersion(path, 0) }

// GetVersion reads a version of a secret, the current one with 0. Wipe what it returns.
//
// It fails with ErrNotFound, ErrDestroyed, ErrExpired and, of a version whose grace is over, ErrVersionExpired.
func (o *Operations) GetVersion(path string, version uint64) (*Secret, error) {
	name, length := chars(path)
	var found *C.strongroom_secret
	var failed *C.strongroom_error
	status := C.strongroom_get(o.handle, name, length, C.uint64_t(version), &found, &failed)
	runtime.KeepAlive(o)
	if status != C.STRONGROOM_OK {
		return nil, failure(status, failed)
	}
	return newSecret(found), nil
}

// GetInto reads the current value of a secret into the caller's memory, and returns its length. If the buffer is too small, the error is
// ErrBufferTooSmall, the length is what it needs, and the buffer is as it was. The caller wipes the buffer, with [Wipe].
//
// It fails with ErrNotFound, ErrDestroyed and ErrExpired.
func (o *Operations) GetInto(path string, buffer []byte) (int, error) {
	return o.GetVersionInto(path, 0, buffer)
}

// GetVersionInto is GetInto for a version; the current one with 0.
func (o *Operations) GetVersionInto(path string, version uint64, buffer []byte) (int, error) {
	name, length := chars(path)
	start, room := octets(buffer)
	var size C.size_t
	var failed *C.strongroom_error
	status := C.strongroom_get_into(o.handle, name, length, C.uint64_t(version), start, room, &size, &failed)
	runtime.KeepAlive(o)
	if status != C.STRONGROOM_OK {
		return int(size), failure(status, failed)
	}
	return int(size), nil
}

// Found is what [Operations.GetMany] found for a path: a secret, or the error that reading it gave.
type Found struct {
	Secret *Secret
	Err    error
}

// GetMany reads the current versions of several secrets, all of one state of the store: in the order of the paths a secret each, or the
// error that reading it gave.
func (o *Operations) GetMany(paths ...string) ([]Found, error) {
	var pinned runtime.Pinner
	defer pinned.Unpin()
	names := make([]C.strongroom_text, len(paths))
	for index, path := range paths {
		start, length := chars(path)
		// C may only see pointers inside of Go memory if what they point to cannot move.
		pinned.Pin(start)
		names[index] = C.strongroom_text{data: start, len: length}
	}
	var secrets *C.strongroom_secrets
	err := o.call(func(on *C.strongroom_store, failed **C.strongroom_error) C.strongroom_status {
		return C.strongroom_get_many(on, unsafe.SliceData(names), C.size_t(len(names)), &secrets, failed)
	})
	if err != nil {
		return nil, err
	}
	defer C.strongroom_secrets_free(secrets)
	all := make([]Found, C.strongroom_secrets_len(secrets))
	for index := range all {
		all[index] = takeSecret(secrets, C.size_t(index))
	}
	return all, nil
}

func takeSecret(from *C.strongroom_secrets, index C.size_t) Found {
	var secret *C.strongroom_secret
	var failed *C.strongroom_error
	if err := failure(C.strongroom_secrets_take(from, index, &secret, &failed), failed); err != nil {
		return Found{Err: err}
	}
	return Found{Secret: newSecret(secret)}
}

// Matches says whether candidate is the current value of a secret, without showing it. How long it takes does not depend on where they
// differ.
//
// It fails with ErrNotFound, ErrDestroyed and ErrExpired.
func (o *Operations) Matches(path string, candidate []byte) (bool, error) {
	name, length := chars(path)
	start, size := octets(candidate)
	var matches C.int32_t
	err := o.call(func(on *C.strongroom_store, failed **C.strongroom_error) C.strongroom_status {
		return C.strongroom_matches(on, name, length, start, size, &matches, failed)
	})
	return matches != 0, err
}

// Info reads what is known of a secret without its value. It fails with ErrNotFound.
func (o *Operations) Info(path string) (*SecretInfo, error) {
	name, length := chars(path)
	page, err := o.page(func(on *C.strongroom_store, page **C.strongroom_page, failed **C.strongroom_error) C.strongroom_status {
		return C.strongroom_info(on, name, length, page, failed)
	})
	if err != nil {
		return nil, err
	}
	return only(page, readSecret, secretInfo)
}

// Contains says whether there is a live secret at a path.
func (o *Operations) Contains(path string) (bool, error) {
	_, err := o.Info(path)
	if errors.Is(err, ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

// Versions are what is known of the versions of a secret, from the oldest. It fails with ErrNotFound.
func (o *Operations) Versions(path string) ([]*VersionInfo, error) {
	name, length := chars(path)
	page, err := o.page(func(on *C.strongroom_store, page **C.strongroom_page, failed **C.strongroom_error) C.strongroom_status {
		return C.strongroom_versions(on, name, length, page, failed)
	})
	if err != nil {
		return nil, err
	}
	return items(page, readVersion, versionInfo)
}
