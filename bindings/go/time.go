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

// named is the name of a number, or the number where a later library has more of them.
func named[N ~uint32](names map[N]string, number N) string {
	if name, ok := names[number]; ok {
		return name
	}
	return strconv.FormatUint(uint64(number), 10)
}
