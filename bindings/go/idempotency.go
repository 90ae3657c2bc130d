package strongroom

// #include "strongroom.h"
import "C"

import (
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
)

// IdempotencyKey makes every change of a secret through the handle happen once: one line of 1 to 255 bytes that names what is to be done,
// not the attempt. Take it from what leads to the change, such as the number of an order.
//
// The first call with the key is made, and what it returns is remembered in the same commit, for as long as [Policy.IdempotencyWindow]
// says. A repeat until then, by anybody, changes nothing and returns the same, with Replayed set; with other arguments it is
// ErrIdempotencyConflict. A call that failed is not remembered. A key counts for one operation: with another one it is another key.
//
//	once, err := store.As(strongroom.IdempotencyKey("order-4711"))
func IdempotencyKey(key string) CallOption {
	return CallOption{once: true, set: func(to *C.strongroom_context, failed **C.strongroom_error) C.strongroom_status {
		start, length := chars(key)
		return C.strongroom_context_idempotency_key(to, start, length, failed)
	}}
}

// WasReplayed says whether the last change of a secret that did not fail was not made again: see [IdempotencyKey]. It is for those that
// return a number or nothing; others say it in what they return, which goroutines that share a handle do not mix up.
func (o *Operations) WasReplayed() bool { return o.once != nil && o.once.replayed.Load() }

// once is how changes are made that have an idempotency key.
type once struct {
	// said is what the handles say that the changes are made through; nil in a transaction, which has the one it was begun on.
	said     []CallOption
	serial   sync.Mutex
	replayed atomic.Bool
}

// onceOf is there if a key is among what is said.
func onceOf(said []CallOption) *once {
	if !slices.ContainsFunc(said, func(option CallOption) bool { return option.once }) {
		return nil
	}
	return &once{said: slices.Clone(said)}
}

// inside is how the changes of a transaction are made.
func (c *once) inside() *once {
	if c == nil {
		return nil
	}
	return &once{}
}

// A change is a call that changes secrets.
type change func(on *C.strongroom_store, failed **C.strongroom_error) C.strongroom_status

// change makes one call that changes secrets, and says whether it had been made before.
func (o *Operations) change(do change) (replayed bool, err error) {
	if o.once == nil {
		return false, o.call(do)
	}
	if o.once.said == nil {
		replayed, err = o.once.serially(o, do)
	} else {
		replayed, err = o.once.apart(o, do)
	}
	if err == nil {
		o.once.replayed.Store(replayed)
	}
	return replayed, err
}

// serially makes a change in a transaction: others of the same one wait until its answer is read.
func (c *once) serially(on *Operations, do change) (bool, error) {
	c.serial.Lock()
	defer c.serial.Unlock()
	if err := on.call(do); err != nil {
		return false, err
	}
	return on.wasReplayed()
}

// apart makes a change through a handle of its own, as the library tells of the last change of a handle, and goroutines may share this one.
func (c *once) apart(on *Operations, do change) (replayed bool, err error) {
	err = withContext(c.said, func(context *C.strongroom_context) error {
		var own Operations
		err := on.call(func(on *C.strongroom_store, failed **C.strongroom_error) C.strongroom_status {
			return C.strongroom_with(on, context, &own.handle, failed)
		})
		if err != nil {
			return err
		}
		// The store is not garbage meanwhile. What closing says is not about the change.
		defer runtime.KeepAlive(on)
		defer func() { _ = closeHandle(own.handle) }()
		if err := own.call(do); err != nil {
			return err
		}
		replayed, err = own.wasReplayed()
		return err
	})
	return replayed, err
}

// wasReplayed asks the library.
func (o *Operations) wasReplayed() (bool, error) {
	var replayed C.int32_t
	err := o.call(func(on *C.strongroom_store, failed **C.strongroom_error) C.strongroom_status {
		return C.strongroom_was_replayed(on, &replayed, failed)
	})
	return replayed != 0, err
}

// changePage makes one call that changes secrets and gives a page.
func (o *Operations) changePage(
	do func(on *C.strongroom_store, page **C.strongroom_page, failed **C.strongroom_error) C.strongroom_status,
) (found *C.strongroom_page, replayed bool, err error) {
	replayed, err = o.change(func(on *C.strongroom_store, failed **C.strongroom_error) C.strongroom_status {
		return do(on, &found, failed)
	})
	if err != nil {
		C.strongroom_page_free(found)
		return nil, false, err
	}
	return found, replayed, nil
}
