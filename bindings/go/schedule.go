package strongroom

// #include "strongroom.h"
import "C"

import (
	"math"
	"time"
)

// ExpiresIn has the secret expire so long after the write: from that instant on no value of it is read. A part of a second is refused, as
// a negative duration is; so is more than a hundred years.
func ExpiresIn(duration time.Duration) Change {
	seconds, err := wholeSeconds(duration)
	return Change{refused: err, set: func(to *C.strongroom_changes, failed **C.strongroom_error) C.strongroom_status {
		return C.strongroom_changes_expires_in(to, seconds, failed)
	}}
}

// ExpiresAt is ExpiresIn for a time, exact to the millisecond, which lies in the future. The zero time is long over: see [NeverExpires].
func ExpiresAt(at time.Time) Change {
	milliseconds, err := millisOf(at)
	return Change{refused: err, set: func(to *C.strongroom_changes, failed **C.strongroom_error) C.strongroom_status {
		return C.strongroom_changes_expires_at(to, milliseconds, failed)
	}}
}

// NeverExpires takes the expiry away, and [OnExpiry] with it.
func NeverExpires() Change {
	return Change{set: func(to *C.strongroom_changes, failed **C.strongroom_error) C.strongroom_status {
		return C.strongroom_changes_expires_at(to, C.STRONGROOM_NO_TIME, failed)
	}}
}

// OnExpiry says what a sweep does once the secret has expired; without it, nothing. It is for a secret that expires.
func OnExpiry(action ExpiryAction) Change {
	return Change{set: func(to *C.strongroom_changes, failed **C.strongroom_error) C.strongroom_status {
		return C.strongroom_changes_on_expiry(to, C.uint32_t(action), failed)
	}}
}

// RotateEvery says how old the current version gets before [Operations.Due] lists the secret for rotation: at least a second, whole
// seconds, and at most a hundred years.
func RotateEvery(duration time.Duration) Change {
	seconds, err := wholeSeconds(duration)
	if duration == 0 {
		err = refusal(C.STRONGROOM_E_INVALID_ARGUMENT, "a secret is rotated after a second at least; NoRotation takes that away")
	}
	return Change{refused: err, set: func(to *C.strongroom_changes, failed **C.strongroom_error) C.strongroom_status {
		return C.strongroom_changes_rotate_every(to, seconds, failed)
	}}
}

// NoRotation takes away what [RotateEvery] said.
func NoRotation() Change {
	return Change{set: func(to *C.strongroom_changes, failed **C.strongroom_error) C.strongroom_status {
		return C.strongroom_changes_rotate_every(to, 0, failed)
	}}
}

// Due is something that is to be done with a secret.
type Due struct {
	ID string
	// Path is where the secret is; of one in the trash, where it was.
	Path   string
	Reason DueReason
	At     time.Time
}

func due(from *C.strongroom_due_item) Due {
	return Due{text(from.id), text(from.path), DueReason(from.reason), timeOf(from.at)}
}

// Due is what is to be done within so long from now, in whole seconds, and what is overdue, the earliest first: secrets that expire, that are
// to be rotated, and that leave the trash for good. It takes as long as there are of them.
func (o *Operations) Due(within time.Duration) ([]Due, error) {
	seconds, err := wholeSeconds(within)
	if err != nil {
		return nil, err
	}
	page, err := o.page(func(on *C.strongroom_store, to **C.strongroom_page, failed **C.strongroom_error) C.strongroom_status {
		return C.strongroom_due(on, seconds, to, failed)
	})
	if err != nil {
		return nil, err
	}
	return items(page, readDue, due)
}

// ParseDuration reads a duration as people write it: "90d", "1h30m", "300", or ISO 8601 as "PT1H30M", without years and months. It reads
// days and weeks, which time.ParseDuration does not, and no parts of a second.
//
// It fails with ErrInvalidArgument, also for what a time.Duration cannot hold: more than 292 years.
func ParseDuration(text string) (time.Duration, error) {
	start, length := chars(text)
	var seconds C.uint64_t
	var failed *C.strongroom_error
	if err := failure(C.strongroom_parse_duration(start, length, &seconds, &failed), failed); err != nil {
		return 0, err
	}
	if seconds > C.uint64_t(math.MaxInt64/time.Second) {
		return 0, refusal(C.STRONGROOM_E_INVALID_ARGUMENT, "a duration is at most 292 years")
	}
	return time.Duration(seconds) * time.Second, nil
}
