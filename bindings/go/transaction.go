package strongroom

// #include "strongroom.h"
import "C"

import (
	"errors"
	"runtime"
)

// Tx is a transaction: it sees its own writes, and nobody else does before it is committed. Behind its function it is ErrClosed.
type Tx struct{ Operations }

// Transaction calls do, and makes everything that it changed durable, in one commit; where do returns an error, panics or ends its
// goroutine, nothing is changed. It returns the error of do as it is.
//
// Meanwhile other goroutines read the state before, and their writes wait as long as [WithWriteWait] says. The goroutine stays on its
// thread, by which the store knows it: its own writes through the store, and not through tx, fail with ErrReentrant. Other goroutines that
// do starts may use tx until do returns. Time goes on inside: each call happens at its own time, and not at that of the commit.
//
// It fails with ErrInvalidArgument if a change inside failed and do returned nil all the same.
func (s *Store) Transaction(do func(tx *Tx) error) (err error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	tx, err := s.begin()
	if err != nil {
		return err
	}
	defer runtime.KeepAlive(s)
	defer func() {
		if undone := closeHandle(tx.handle); undone != nil {
			err = errors.Join(err, undone)
		}
	}()
	if err := do(tx); err != nil {
		return err
	}
	return tx.commit()
}

func (s *Store) begin() (*Tx, error) {
	tx := &Tx{}
	tx.once = s.once.inside()
	return tx, s.call(func(on *C.strongroom_store, failed **C.strongroom_error) C.strongroom_status {
		return C.strongroom_begin(on, &tx.handle, failed)
	})
}

// commit ends the transaction, whatever the outcome: closing its handle behind it does nothing.
func (t *Tx) commit() error {
	handle := t.handle
	return t.call(func(_ *C.strongroom_store, failed **C.strongroom_error) C.strongroom_status {
		return C.strongroom_commit(&handle, failed)
	})
}
