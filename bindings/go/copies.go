package strongroom

/*
#include "strongroom.h"

extern int32_t strongroomGoProgress(uint64_t done, uint64_t total, uintptr_t handle);

static int32_t progress(uint64_t done, uint64_t total, void *handle) {
	return strongroomGoProgress(done, total, (uintptr_t)handle);
}

// A cgo.Handle is a number, and not a pointer that Go could check.
static strongroom_status tell_progress(strongroom_copy_options *options, uintptr_t handle, strongroom_error **error) {
	return strongroom_copy_options_progress(options, progress, (void *)handle, error);
}
#cgo noescape tell_progress
#cgo nocallback tell_progress
*/
import "C"

import (
	"context"
	"errors"
	"runtime/cgo"
)

// Copied is what a copy holds, after it was verified.
type Copied struct {
	// Generation is the number of the commit that it holds.
	Generation uint64
	// FileLen is its length in bytes, spare room included.
	FileLen uint64
	// Verified is what verifying it counted.
	Verified Verified
}

// CopyOption says what a copy may do, and whom it tells how far it is.
type CopyOption interface{ copies(*copySettings) }

type copySettings struct {
	slotSettings
	progress   Progress
	dropOthers bool
}

type copyOption func(*copySettings)

func (o copyOption) copies(to *copySettings) { o(to) }

// WithProgress has a copy tell how far it is.
func WithProgress(progress Progress) CopyOption {
	return copyOption(func(to *copySettings) { to.progress = progress })
}

// DropOtherSlots allows [Store.Purge] to leave slots behind, as it cannot take along any but the one of this handle.
func DropOtherSlots() CopyOption {
	return copyOption(func(to *copySettings) { to.dropOthers = true })
}

// Backup writes a verified copy, under the same keys, to a new file. Readers and writers go on meanwhile. Where the context ends, or
// had before, nothing of the copy is left, and the error is ErrCancelled and the reason of the context; so it is with the other copies.
//
// It fails with ErrAlreadyExists, ErrFileRefused and ErrDiskFull.
func (s *Store) Backup(ctx context.Context, file string, options ...CopyOption) (*Copied, error) {
	name, length := chars(file)
	return s.copied(ctx, options, func(on *C.strongroom_store, said *C.strongroom_copy_options,
		done *C.strongroom_copied, failed **C.strongroom_error) C.strongroom_status {
		return C.strongroom_backup(on, name, length, said, done, failed)
	})
}

// Compact gives free room back: it replaces the file by a verified copy without it.
func (s *Store) Compact(ctx context.Context, options ...CopyOption) (*Copied, error) {
	return s.copied(ctx, options, func(on *C.strongroom_store, said *C.strongroom_copy_options,
		done *C.strongroom_copied, failed **C.strongroom_error) C.strongroom_status {
		return C.strongroom_compact(on, said, done, failed)
	})
}

// Purge seals everything anew under new random keys, in a new file that holds no block of the old one. The slot of this handle goes along;
// others only if [DropOtherSlots] gives them up.
func (s *Store) Purge(ctx context.Context, options ...CopyOption) (*Copied, error) {
	return s.copied(ctx, options, func(on *C.strongroom_store, said *C.strongroom_copy_options,
		done *C.strongroom_copied, failed **C.strongroom_error) C.strongroom_status {
		return C.strongroom_purge(on, said, done, failed)
	})
}

// Rekey is Purge, and key is then all that opens the store. [WithLabel] and [WithKDFCost] are those of its slot.
//
// It fails with ErrKDFLimits and ErrOutOfMemory too.
func (s *Store) Rekey(ctx context.Context, key Key, options ...CopyOption) (done *Copied, err error) {
	err = key.use(func(with *C.strongroom_key) error {
		done, err = s.copied(ctx, options, func(on *C.strongroom_store, said *C.strongroom_copy_options,
			done *C.strongroom_copied, failed **C.strongroom_error) C.strongroom_status {
			return C.strongroom_rekey(on, with, said, done, failed)
		})
		return err
	})
	return done, err
}

type copier func(
	on *C.strongroom_store, options *C.strongroom_copy_options, done *C.strongroom_copied, failed **C.strongroom_error,
) C.strongroom_status

// copied makes a copy. What a callback panics with comes out only here, with nothing of the library on the stack.
func (s *Store) copied(ctx context.Context, options []CopyOption, do copier) (*Copied, error) {
	said := &copySettings{}
	for _, option := range options {
		option.copies(said)
	}
	told := &teller{ctx: ctx, progress: said.progress}
	if ctx.Err() != nil {
		told.err = context.Cause(ctx)
		return nil, told.explain(refusal(C.STRONGROOM_E_CANCELLED, "the copy was cancelled; the store is as it was"))
	}
	handle := cgo.NewHandle(told)
	defer handle.Delete()
	done := C.strongroom_copied{struct_size: C.sizeof_strongroom_copied}
	err := said.use(handle, func(options *C.strongroom_copy_options) error {
		return s.call(func(on *C.strongroom_store, failed **C.strongroom_error) C.strongroom_status {
			return do(on, options, &done, failed)
		})
	})
	if told.panicked != nil {
		panic(told.panicked)
	}
	if err != nil {
		return nil, told.explain(err)
	}
	return copiedOf(&done), nil
}

// explain adds to a cancelled copy who cancelled it.
func (t *teller) explain(err error) error {
	var failed *Error
	if t.err != nil && errors.As(err, &failed) && errors.Is(err, ErrCancelled) {
		failed.cause = t.err
	}
	return err
}

// use calls the library with the options.
func (s *copySettings) use(handle cgo.Handle, call func(*C.strongroom_copy_options) error) error {
	var options *C.strongroom_copy_options
	var failed *C.strongroom_error
	if err := failure(C.strongroom_copy_options_new(&options, &failed), failed); err != nil {
		return err
	}
	defer C.strongroom_copy_options_free(options)
	if err := failure(C.tell_progress(options, C.uintptr_t(handle), &failed), failed); err != nil {
		return err
	}
	if err := failure(C.strongroom_copy_options_drop_other_slots(options, flag(s.dropOthers), &failed), failed); err != nil {
		return err
	}
	label, length := charsOrNull(s.label)
	if err := failure(C.strongroom_copy_options_new_slot(options, label, length, s.cost, &failed), failed); err != nil {
		return err
	}
	return call(options)
}

func copiedOf(from *C.strongroom_copied) *Copied {
	return &Copied{
		Generation: uint64(from.generation),
		FileLen:    uint64(from.file_len),
		Verified: Verified{
			Blocks:            uint64(from.blocks),
			UnreachableBlocks: uint64(from.unreachable_blocks),
			Secrets:           uint64(from.secrets),
			Trashed:           uint64(from.trashed),
			Versions:          uint64(from.versions),
			Events:            uint64(from.events),
		},
	}
}
