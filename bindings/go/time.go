package strongroom

// #include "strongroom.h"
import "C"

import (
	"strconv"
	"time"
)

// millis is a duration in whole milliseconds; what is less than one is dropped. A negative one has no number in C.
func millis(duration time.Duration) (C.uint64_t, error) {
	if duration < 0 {
		return 0, refusal(C.STRONGROOM_E_INVALID_ARGUMENT, "a duration cannot be negative")
	}
	return C.uint64_t(duration.Milliseconds()), nil
}

// wholeSeconds is a duration in seconds. One with a part of a second has no number in C, and neither has a negative one: to round it is
// the caller's, who knows which way is safe.
func wholeSeconds(duration time.Duration) (C.uint64_t, error) {
	if duration < 0 {
		return 0, refusal(C.STRONGROOM_E_INVALID_ARGUMENT, "a duration cannot be negative")
	}
	if duration%time.Second != 0 {
		return 0, refusal(C.STRONGROOM_E_INVALID_ARGUMENT, "a duration here is of whole seconds; round "+duration.String())
	}
	return C.uint64_t(duration / time.Second), nil
}

// durationOf is a duration that came in milliseconds.
func durationOf(milliseconds C.uint64_t) time.Duration {
	return time.Duration(milliseconds) * time.Millisecond
}

// timeOf is a time of the library's, in UTC; the zero time where there is none.
func timeOf(milliseconds C.int64_t) time.Time {
	if milliseconds == C.STRONGROOM_NO_TIME {
		return time.Time{}
	}
	return time.UnixMilli(int64(milliseconds)).UTC()
}

// millisOf is a time in C, where what is less than a millisecond is dropped. Times of which C has no number are refused.
func millisOf(at time.Time) (C.int64_t, error) {
	milliseconds := at.UnixMilli()
	if milliseconds == C.STRONGROOM_NO_TIME || time.UnixMilli(milliseconds).Unix() != at.Unix() {
		return 0, refusal(C.STRONGROOM_E_INVALID_ARGUMENT, "a time is within 292 million years of 1970")
	}
	return C.int64_t(milliseconds), nil
}

// millisUpOf is a time in C, where what is less than a millisecond counts as a whole one. For what has to be before a time: what the library
// knows to be of a millisecond may have been anywhere in it.
func millisUpOf(at time.Time) (C.int64_t, error) {
	return millisOf(at.Add(time.Millisecond - 1))
}

// named is the name of a number, or the number where a later library has more of them.
func named[N ~uint32](names map[N]string, number N) string {
	if name, ok := names[number]; ok {
		return name
	}
	return strconv.FormatUint(uint64(number), 10)
}
