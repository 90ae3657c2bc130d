package strongroom

// #include "strongroom.h"
import "C"

import (
	"context"
	"errors"
	"runtime"
	"time"
)

// Store is an open store, made by [Create], [Open] or [InMemory]. Any number of goroutines may use it.
//
// Close it: that writes the proof of an orderly close. One that is forgotten is closed once nobody can reach it any more, in
// a goroutine of its own.
type Store struct {
	Operations
	unused runtime.Cleanup
	// root is, of a store that [Store.As] made, the one that was opened, which must not be closed as forgotten before this one is.
	root *Store
}

// Create creates a store that key unlocks, and opens it for writing. An existing file is never replaced; an interrupted creation leaves
// no store or a good one.
//
// It fails with ErrAlreadyExists, ErrFileRefused, ErrKDFLimits, ErrOutOfMemory, ErrDiskFull and ErrIO.
func Create(file string, key Key, options ...Option) (*Store, error) {
	name, length := chars(file)
	return opened(key, settingsOf(options), func(
		with *C.strongroom_key, said *C.strongroom_options, store **C.strongroom_store, failed **C.strongroom_error,
	) C.strongroom_status {
		return C.strongroom_create(name, length, with, said, store, failed)
	})
}

// Open opens a store.
//
// It fails with ErrNotFound, ErrNotAStore, ErrWrongKey, ErrTampered, ErrDamaged, ErrUnsupportedFormat, ErrKDFLimits, ErrRolledBack,
// ErrWrongStore, ErrForkedHistory, ErrInUse, ErrReadOnly, ErrFileRefused, ErrOutOfMemory and ErrIO.
func Open(file string, key Key, options ...Option) (*Store, error) {
	return open(file, key, settingsOf(options))
}

// How often a wait that a context can end looks at the context.
const contextInterval = 50 * time.Millisecond

// OpenContext is Open, where a wait that [WithWait] allows ends when the context does, with the reason of the context; with one that has
// ended before it opens nothing. The key derivation cannot be interrupted.
func OpenContext(ctx context.Context, file string, key Key, options ...Option) (*Store, error) {
	said := settingsOf(options)
	until := time.Now().Add(said.wait)
	for {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		part := *said
		part.apply = append(append(part.apply[:0:0], said.apply...), waiting(max(0, min(time.Until(until), contextInterval))))
		store, err := open(file, key, &part)
		if !errors.Is(err, ErrInUse) || !time.Now().Before(until) {
			return store, err
		}
	}
}

func open(file string, key Key, options *openSettings) (*Store, error) {
	name, length := chars(file)
	return opened(key, options, func(
		with *C.strongroom_key, said *C.strongroom_options, store **C.strongroom_store, failed **C.strongroom_error,
	) C.strongroom_status {
		return C.strongroom_open(name, length, with, said, store, failed)
	})
}

// InMemory makes a store without a file, and otherwise alike: for tests. It is gone when it is closed.
func InMemory(options ...Option) (*Store, error) {
	return opened(Key{}, settingsOf(options), func(
		_ *C.strongroom_key, said *C.strongroom_options, store **C.strongroom_store, failed **C.strongroom_error,
	) C.strongroom_status {
		return C.strongroom_in_memory(said, store, failed)
	})
}

type opener func(
	key *C.strongroom_key, options *C.strongroom_options, store **C.strongroom_store, failed **C.strongroom_error,
) C.strongroom_status

func opened(key Key, options *openSettings, with opener) (*Store, error) {
	made := &Store{}
	err := key.use(func(key *C.strongroom_key) error {
		return options.use(func(said *C.strongroom_options) error {
			var failed *C.strongroom_error
			return failure(with(key, said, &made.handle, &failed), failed)
		})
	})
	if err != nil {
		return nil, err
	}
	made.closeForgotten()
	return made, nil
}

// closeForgotten has the store closed once nobody can reach it any more.
func (s *Store) closeForgotten() {
	// It may wait for the disk, for writes and for the function of a subscription, and other clean-ups must not.
	s.unused = runtime.AddCleanup(s, func(handle *C.strongroom_store) { go func() { _ = closeHandle(handle) }() }, s.handle)
}

// closeHandle closes a store, or rolls a transaction back; a handle that is closed stays so.
func closeHandle(handle *C.strongroom_store) error {
	var failed *C.strongroom_error
	status := C.strongroom_close(&handle, &failed)
	if status == C.STRONGROOM_E_CLOSED {
		C.strongroom_error_free(failed)
		return nil
	}
	return failure(status, failed)
}

// Close closes the store; it does nothing if that is closed. Calls of other goroutines come to their end. Those that [Store.As] made of it
// are then ErrClosed; closing one of them closes it alone.
//
// It fails with ErrReentrant, and closes nothing, while a transaction of the same store is under way, in whichever goroutine, and inside the
// callback of a subscription. The store is closed nonetheless where it fails with ErrIO, as the proof of an orderly close cannot be written,
// though nothing acknowledged is lost; and with ErrInUse, as another goroutine writes for longer than [WithWriteWait] says: the events of
// reads that waited to be written are then lost.
func (s *Store) Close() error {
	err := closeHandle(s.handle)
	if err == nil {
		s.unused.Stop()
	}
	runtime.KeepAlive(s)
	return err
}

// Lock wipes the keys, and keeps the file from other handles. What needs the keys is then ErrLocked, until Unlock.
//
// It fails, and locks nothing, with ErrReentrant inside a transaction of the same store, and with ErrInUse if the calls of other goroutines
// do not end in time. The store is locked nonetheless where it fails with ErrIO.
func (s *Store) Lock() error {
	return s.call(func(on *C.strongroom_store, failed **C.strongroom_error) C.strongroom_status {
		return C.strongroom_lock(on, failed)
	})
}

// Unlock unlocks a locked store, as [Open]. After the second wrong key in a row the next attempts wait.
func (s *Store) Unlock(key Key) error {
	return key.use(func(with *C.strongroom_key) error {
		return s.call(func(on *C.strongroom_store, failed **C.strongroom_error) C.strongroom_status {
			return C.strongroom_unlock(on, with, failed)
		})
	})
}

// IsLocked says whether the store is locked.
func (s *Store) IsLocked() (bool, error) {
	var locked C.int32_t
	err := s.call(func(on *C.strongroom_store, failed **C.strongroom_error) C.strongroom_status {
		return C.strongroom_is_locked(on, &locked, failed)
	})
	return locked != 0, err
}

// Environment is what the store is for, as was said when it was created.
func (s *Store) Environment() (Environment, error) {
	var environment C.uint32_t
	err := s.call(func(on *C.strongroom_store, failed **C.strongroom_error) C.strongroom_status {
		return C.strongroom_environment(on, &environment, failed)
	})
	return Environment(environment), err
}

// Idle is how long ago the store was last used: for programs that lock what nobody uses.
func (s *Store) Idle() (time.Duration, error) {
	var idle C.uint64_t
	err := s.call(func(on *C.strongroom_store, failed **C.strongroom_error) C.strongroom_status {
		return C.strongroom_idle_ms(on, &idle, failed)
	})
	return durationOf(idle), err
}

// Pin is the store's last commit as a text to be kept outside of the file; it is no secret. A store that is opened with [WithPin] is that
// store, with that commit in its history, or it is refused.
func (s *Store) Pin() (string, error) {
	var pin [C.STRONGROOM_PIN_LEN]C.char
	var length C.size_t
	err := s.call(func(on *C.strongroom_store, failed **C.strongroom_error) C.strongroom_status {
		return C.strongroom_pin(on, &pin[0], C.size_t(len(pin)), &length, failed)
	})
	return C.GoStringN(&pin[0], C.int(length)), err
}
