package strongroom

// #include "strongroom.h"
import "C"

import "runtime"

// Operations are what a store and a transaction can do with secrets. On a store each call is a commit of its own, and durable when it
// returns; in a transaction all of them are one. A function that takes *Operations works with both: &store.Operations, &tx.Operations.
//
// Each may fail with ErrClosed, ErrLocked, ErrPoisoned, ErrTampered, ErrIO and, where an argument breaks a rule, ErrInvalidArgument; each
// that writes also with ErrReadOnly, ErrInUse, ErrReentrant and ErrDiskFull.
type Operations struct {
	handle *C.strongroom_store
	// once is there where changes of secrets have an idempotency key.
	once *once
}

// call makes one call of the library. What it is called on is not garbage meanwhile.
func (o *Operations) call(do func(on *C.strongroom_store, failed **C.strongroom_error) C.strongroom_status) error {
	var failed *C.strongroom_error
	status := do(o.handle, &failed)
	runtime.KeepAlive(o)
	return failure(status, failed)
}

// page makes one call that gives a page.
func (o *Operations) page(
	do func(on *C.strongroom_store, page **C.strongroom_page, failed **C.strongroom_error) C.strongroom_status,
) (*C.strongroom_page, error) {
	var found *C.strongroom_page
	err := o.call(func(on *C.strongroom_store, failed **C.strongroom_error) C.strongroom_status {
		return do(on, &found, failed)
	})
	return found, err
}
