package strongroom

// #include "strongroom.h"
import "C"

import (
	"context"
	"time"
)

// Changes gives at most limit durable events behind number after, 1 to 1,000 of them, in the order of their commits. A program that keeps
// the Sequence of the last event that it dealt with misses none, whoever wrote it, also while it did not run. 0 begins where the log does.
//
// It fails with ErrNotFound if events behind after, but for 0, were removed from the log; with ErrLimitExceeded, and with ErrInvalidArgument
// for a path or a kind that breaks a rule.
func (s *Store) Changes(after uint64, limit int, options ...EventOption) (events []AuditEvent, err error) {
	err = withEvents(options, func(which eventFilter) error {
		page, err := s.page(func(on *C.strongroom_store, to **C.strongroom_page, failed **C.strongroom_error) C.strongroom_status {
			return C.strongroom_feed_read(
				on, C.uint64_t(after), C.size_t(limit), which.under, which.underLength, which.kinds, which.kindCount, to, failed)
		})
		if err != nil {
			return err
		}
		events, err = items(page, readEvent, auditEvent)
		return err
	})
	return events, err
}

// LatestChange is the number of the last event that [Store.Changes] tells without a [Kind]; 0 if there is none.
func (s *Store) LatestChange() (uint64, error) {
	var sequence C.uint64_t
	err := s.call(func(on *C.strongroom_store, failed **C.strongroom_error) C.strongroom_status {
		return C.strongroom_feed_latest(on, &sequence, failed)
	})
	return uint64(sequence), err
}

// The library waits so long at a time, and then the context is looked at.
const changeInterval = 100 * time.Millisecond

// WaitChanges waits until there is such an event behind number after: then it returns nil. It sees what is committed through this open store
// and those that [Store.As] made of it, and nothing of other processes. Where the context ends first, it returns the reason of the context,
// within 100 milliseconds; with one that has ended before it only looks whether there is one.
//
// It fails with ErrClosed and ErrLocked, also if that happens meanwhile.
func (s *Store) WaitChanges(ctx context.Context, after uint64) error {
	for {
		came, err := s.waitChanges(after, changeSlice(ctx))
		if came || err != nil {
			return err
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
	}
}

// changeSlice is for how many milliseconds to wait before the context is looked at again.
func changeSlice(ctx context.Context) C.uint64_t {
	if ctx.Err() != nil {
		return 0
	}
	slice := changeInterval
	if deadline, ok := ctx.Deadline(); ok {
		slice = min(slice, time.Until(deadline))
	}
	// Of less than a millisecond nothing would be left, and the processor would be busy until the context ends.
	return C.uint64_t(max(slice.Milliseconds(), 1))
}

func (s *Store) waitChanges(after uint64, milliseconds C.uint64_t) (bool, error) {
	var came C.int32_t
	err := s.call(func(on *C.strongroom_store, failed **C.strongroom_error) C.strongroom_status {
		return C.strongroom_feed_wait(on, C.uint64_t(after), milliseconds, &came, failed)
	})
	return came != 0, err
}
