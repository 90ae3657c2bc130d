package strongroom

// #include "strongroom.h"
import "C"

import (
	"runtime"
	"time"
)

// ManualClock is a clock that shows what the program says: for tests. Stores that were opened with it keep it as long as they need it.
//
// The garbage collector frees one that is not closed.
type ManualClock struct {
	handle *C.strongroom_clock
	// With it the clock is larger than the objects that share a block: of those, a clean-up may wait for all of the block.
	unused runtime.Cleanup
}

// NewManualClock makes a clock that shows a time. It is exact to the millisecond.
//
// It fails with ErrInvalidArgument for a time before 1970, or one more than 292 million years from it.
func NewManualClock(start time.Time) (*ManualClock, error) {
	milliseconds, err := millisOf(start)
	if err != nil {
		return nil, err
	}
	made := &ManualClock{}
	var failed *C.strongroom_error
	if err := failure(C.strongroom_clock_new(milliseconds, &made.handle, &failed), failed); err != nil {
		return nil, err
	}
	made.unused = runtime.AddCleanup(made, func(handle *C.strongroom_clock) { C.strongroom_clock_free(handle) }, made.handle)
	return made, nil
}

// Close frees the clock; stores that were opened with it keep what it shows. Closing it again does nothing.
func (c *ManualClock) Close() error {
	defer runtime.KeepAlive(c)
	c.unused.Stop()
	status := C.strongroom_clock_free(c.handle)
	if status == C.STRONGROOM_E_CLOSED {
		return nil
	}
	return failure(status, nil)
}

// Advance sets the clock forward, by whole milliseconds.
func (c *ManualClock) Advance(by time.Duration) error {
	defer runtime.KeepAlive(c)
	milliseconds, err := millis(by)
	if err != nil {
		return err
	}
	return failure(C.strongroom_clock_advance(c.handle, milliseconds), nil)
}

// Set sets the clock to a time, also back. It fails as NewManualClock.
func (c *ManualClock) Set(to time.Time) error {
	defer runtime.KeepAlive(c)
	milliseconds, err := millisOf(to)
	if err != nil {
		return err
	}
	return failure(C.strongroom_clock_set(c.handle, milliseconds), nil)
}

// Now is the time that the clock shows.
func (c *ManualClock) Now() (time.Time, error) {
	defer runtime.KeepAlive(c)
	var shown C.int64_t
	err := failure(C.strongroom_clock_now(c.handle, &shown), nil)
	return timeOf(shown), err
}
