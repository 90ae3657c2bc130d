package strongroom

// #include "strongroom.h"
import "C"

import "time"

// Unchanged, as a number of a [Retention] or an [AuditPolicy] that is set: what was said before stays.
const Unchanged = C.STRONGROOM_UNCHANGED

// Policy is how many versions a store keeps, how long its trash is, what it audits, how long it remembers idempotency keys, and the least
// cost of its passphrases: see [Operations.Policy].
type Policy struct{ on *Operations }

// Policy is what the store itself says of how it is kept. In a transaction, Retentions, KDFFloor and SetKDFFloor fail with
// ErrInvalidArgument.
func (o *Operations) Policy() Policy { return Policy{o} }

// Retention is how many versions are kept, and how long the trash is.
type Retention struct {
	// Under is the namespace it is for; empty for the store.
	Under string
	// MaxVersions is 0 for all, or [Inherited].
	MaxVersions int64
	// TrashDays is 0 to 3,650, or [Inherited].
	TrashDays int64
}

func retention(from *C.strongroom_retention) Retention {
	return Retention{text(from.under), int64(from.max_versions), int64(from.trash_days)}
}

// Retention is what is said of a namespace itself, or with an empty one of the store.
func (p Policy) Retention(under string) (Retention, error) {
	name, length := charsOrNull(under)
	found := C.strongroom_retention{struct_size: C.sizeof_strongroom_retention}
	err := p.on.call(func(on *C.strongroom_store, failed **C.strongroom_error) C.strongroom_status {
		return C.strongroom_policy_retention(on, name, length, &found, failed)
	})
	return Retention{under, int64(found.max_versions), int64(found.trash_days)}, err
}

// RetentionAt is what holds for a secret at a path of which itself nothing is said, the defaults among it. Under is empty.
func (p Policy) RetentionAt(path string) (Retention, error) {
	name, length := chars(path)
	found := C.strongroom_retention{struct_size: C.sizeof_strongroom_retention}
	err := p.on.call(func(on *C.strongroom_store, failed **C.strongroom_error) C.strongroom_status {
		return C.strongroom_policy_retention_at(on, name, length, &found, failed)
	})
	return Retention{"", int64(found.max_versions), int64(found.trash_days)}, err
}

// SetRetention says how many versions a namespace keeps (0 for all), and how many days its trash; with an empty one, the store. Each is a
// number, [Inherited] or [Unchanged].
func (p Policy) SetRetention(under string, maxVersions, trashDays int64) error {
	name, length := charsOrNull(under)
	return p.on.call(func(on *C.strongroom_store, failed **C.strongroom_error) C.strongroom_status {
		return C.strongroom_policy_set_retention(on, name, length, C.int64_t(maxVersions), C.int64_t(trashDays), failed)
	})
}

// Retentions are all that is said, of every namespace, by path.
func (p Policy) Retentions() ([]Retention, error) {
	page, err := p.on.page(func(on *C.strongroom_store, to **C.strongroom_page, failed **C.strongroom_error) C.strongroom_status {
		return C.strongroom_policy_retentions(on, to, failed)
	})
	if err != nil {
		return nil, err
	}
	return items(page, readRetention, retention)
}

// KDFFloor is the least cost of the passphrases.
func (p Policy) KDFFloor() (KDFCost, error) {
	var floor C.strongroom_kdf_cost
	err := p.on.call(func(on *C.strongroom_store, failed **C.strongroom_error) C.strongroom_status {
		return C.strongroom_policy_kdf_floor(on, &floor, failed)
	})
	return costOf(floor), err
}

// SetKDFFloor sets the least cost of the passphrases. A slot that costs less is wrapped anew after the first write of a handle that it
// unlocked. It fails with ErrKDFLimits.
func (p Policy) SetKDFFloor(cost KDFCost) error {
	return p.on.call(func(on *C.strongroom_store, failed **C.strongroom_error) C.strongroom_status {
		memory, passes, lanes := C.uint32_t(cost.MemoryKiB), C.uint32_t(cost.Passes), C.uint32_t(cost.Lanes)
		return C.strongroom_policy_set_kdf_floor(on, memory, passes, lanes, failed)
	})
}

// IdempotencyWindow is for how long a change with an [IdempotencyKey] is remembered: 24 hours, unless it was set.
func (p Policy) IdempotencyWindow() (time.Duration, error) {
	var seconds C.uint64_t
	err := p.on.call(func(on *C.strongroom_store, failed **C.strongroom_error) C.strongroom_status {
		return C.strongroom_policy_idempotency_window(on, &seconds, failed)
	})
	return time.Duration(seconds) * time.Second, err
}

// SetIdempotencyWindow sets for how long a change with an [IdempotencyKey] is remembered: whole seconds, a minute to 30 days. What is
// remembered already is remembered for as long as was said then.
func (p Policy) SetIdempotencyWindow(window time.Duration) error {
	seconds, err := wholeSeconds(window)
	if err != nil {
		return err
	}
	return p.on.call(func(on *C.strongroom_store, failed **C.strongroom_error) C.strongroom_status {
		return C.strongroom_policy_set_idempotency_window(on, seconds, failed)
	})
}
