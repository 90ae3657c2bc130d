package strongroom

// #include <stdint.h>
import "C"

import (
	"context"
	"errors"
	"runtime/cgo"
)

// Progress is told now and then how far a copy is. An error cancels the copy, and the call then fails with it. It may call the library,
// also on this store, but runs in a goroutine of its own: a write to the store while that is compacted, purged or rekeyed waits as long as
// [WithWriteWait] says, and fails with ErrInUse. What it panics with comes out of the call, behind which the copy is cancelled too.
type Progress func(done, total uint64) error

// teller is what a copy tells, and what came of that.
type teller struct {
	ctx      context.Context
	progress Progress
	err      error
	panicked any
}

// tell calls the function of the program. It does so in a goroutine of its own: a panic can be caught in any, but runtime.Goexit, as of
// testing's FailNow, would leave the frames of the library on this one for good, and the locks that they hold.
func (t *teller) tell(done, total uint64) error {
	if t.ctx.Err() != nil {
		return context.Cause(t.ctx)
	}
	if t.progress == nil {
		return nil
	}
	ended := make(chan error)
	go func() {
		err := errGoexit
		defer func() {
			if err == errGoexit {
				t.panicked = recover()
			}
			ended <- err
		}()
		err = t.progress(done, total)
	}()
	return <-ended
}

var errGoexit = errors.New("the progress function ended its goroutine")

//export strongroomGoProgress
func strongroomGoProgress(done, total C.uint64_t, handle C.uintptr_t) C.int32_t {
	told := cgo.Handle(handle).Value().(*teller)
	if told.err = told.tell(uint64(done), uint64(total)); told.err != nil {
		return 1
	}
	return 0
}
