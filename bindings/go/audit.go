package strongroom

// #include "strongroom.h"
import "C"

import (
	"errors"
	"iter"
	"time"
	"unsafe"
)

// Audit is the audit log of a store: what happened to it, and that nobody changed the story since. See [Store.Audit].
type Audit struct{ on *Store }

// Audit is the audit log. Every change has its event in its own commit, and reads have theirs as [AuditPolicy] says. Each event is hashed
// together with the hash before it, and the last one is sealed in every commit: see [Audit.Head].
func (s *Store) Audit() Audit { return Audit{s} }

// AuditEvent is what happened, when, to what, and through whom. It never holds a value. Texts are empty where there is nothing to say.
type AuditEvent struct {
	// ID is "evt_…".
	ID string
	// Sequence is its number: 1 for the first event of a store, and never used again.
	Sequence uint64
	// Generation is the number of the commit that it is of.
	Generation uint64
	// Kind is what happened, such as "secret.created". Of a write that failed it says only whether it was to write ("secret.updated"), to
	// delete ("secret.deleted") or to destroy ("secret.destroyed").
	Kind string
	// Path is where the secret was when this was over, or the namespace concerned.
	Path string
	// SecretID is the secret concerned.
	SecretID string
	// SlotID is the key slot that was added, removed or changed.
	SlotID string
	// Actor is through whom, as "owner:" and the key slot that unlocked the handle.
	Actor string
	// Reason is why, if the handle said so: see [Reason].
	Reason string
	// RequestID is the id of the request, if the handle said one: see [RequestID].
	RequestID string
	// Labels are what the handle said of itself, by key: see [Label].
	Labels map[string]string
	// Version is the version written or read, or the number of the metadata that were; else what the kind says. 0 if there is none.
	Version uint64
	// Time is when; of what happened several times, when it first did. It is in UTC.
	Time time.Time
	// Count is how often.
	Count uint32
	// Err is what it failed with, for errors.Is, as [ErrNotFound]; nil if it succeeded.
	Err error
	// Durable says that it is in the file. One that is not waits in memory for the next commit: its numbers and its id are those that it
	// would have if that came now.
	Durable bool
}

// status is the type that numbers of errors have in C.
type status = C.strongroom_status

func auditEvent(from *C.strongroom_audit_event) AuditEvent {
	labels := make(map[string]string, from.label_count)
	for _, label := range unsafe.Slice(from.labels, from.label_count) {
		labels[text(label.key)] = text(label.value)
	}
	return AuditEvent{
		ID:         text(from.id),
		Sequence:   uint64(from.sequence),
		Generation: uint64(from.generation),
		Kind:       text(from.kind),
		Path:       text(from.path),
		SecretID:   text(from.secret_id),
		SlotID:     text(from.slot_id),
		Actor:      text(from.actor),
		Reason:     text(from.reason),
		RequestID:  text(from.request_id),
		Labels:     labels,
		Version:    uint64(from.version),
		Time:       timeOf(from.time),
		Count:      uint32(from.count),
		Err:        failure(status(from.status), nil),
		Durable:    from.durable != 0,
	}
}

// AuditPage is some of the events of the audit log.
type AuditPage struct {
	Events []AuditEvent
	// NextCursor is what to give to [After] for the next page; empty behind the last one.
	NextCursor string
	HasMore    bool
}

// Query gives a page of events, those among them that wait in memory to be written. It fails with ErrInvalidCursor and ErrLimitExceeded.
func (a Audit) Query(options ...AuditOption) (page *AuditPage, err error) {
	err = withAuditQuery(options, func(query *C.strongroom_audit_query) error {
		page, err = a.queried(query)
		return err
	})
	return page, err
}

// Events gives all events that Query would tell, page by page of [Limit]. Between pages nothing is held. An error is the last that it gives.
func (a Audit) Events(options ...AuditOption) iter.Seq2[AuditEvent, error] {
	return func(yield func(AuditEvent, error) bool) {
		stopped := errors.New("the loop ended")
		err := withAuditQuery(options, func(query *C.strongroom_audit_query) error {
			for {
				page, err := a.queried(query)
				if err != nil {
					return err
				}
				for _, event := range page.Events {
					if !yield(event, nil) {
						return stopped
					}
				}
				if !page.HasMore {
					return nil
				}
				var failed *C.strongroom_error
				if err := failure(afterOption(page.NextCursor).continueAudit(query, &failed), failed); err != nil {
					return err
				}
			}
		})
		if err != nil && err != stopped {
			yield(AuditEvent{}, err)
		}
	}
}

func (a Audit) queried(query *C.strongroom_audit_query) (*AuditPage, error) {
	from, err := a.on.page(func(on *C.strongroom_store, to **C.strongroom_page, failed **C.strongroom_error) C.strongroom_status {
		return C.strongroom_audit_list(on, query, to, failed)
	})
	if err != nil {
		return nil, err
	}
	defer C.strongroom_page_free(from)
	page := &AuditPage{NextCursor: nextCursor(from), HasMore: hasMore(from)}
	page.Events, err = collect(from, pageLength(from), readEvent, auditEvent)
	return page, err
}

// Get gives the event with this id. It fails with ErrNotFound: of another store, removed from the log, or not written yet.
func (a Audit) Get(id string) (AuditEvent, error) {
	name, length := chars(id)
	page, err := a.on.page(func(on *C.strongroom_store, to **C.strongroom_page, failed **C.strongroom_error) C.strongroom_status {
		return C.strongroom_audit_get(on, name, length, to, failed)
	})
	if err != nil {
		return AuditEvent{}, err
	}
	return only(page, readEvent, auditEvent)
}

// Head is where the audit log ends now, as a text to be kept where whoever gets at the file does not; it is no secret. [Audit.Verify] holds
// the log against it.
func (a Audit) Head() (string, error) {
	var head [C.STRONGROOM_AUDIT_HEAD_LEN]C.char
	err := a.on.call(func(on *C.strongroom_store, failed **C.strongroom_error) C.strongroom_status {
		return C.strongroom_audit_head(on, &head[0], C.size_t(len(head)), failed)
	})
	return C.GoString(&head[0]), err
}

// AuditVerified is what following the chain of the audit log found in order.
type AuditVerified struct {
	// Events in the log.
	Events uint64
	// First is the number of the first of them: 1, unless the beginning of the log was removed by policy.
	First uint64
	// Kept is what could be said of the head that was kept.
	Kept PinStatus
	// Head is where the log ends.
	Head string
}

// Verify follows the chain of hashes of the audit log to the head that the last commit sealed. With a head that was kept elsewhere, it also
// finds whether that lies in it; an empty one is none. Writers wait meanwhile.
//
// It fails with ErrTampered, which names the event where the chain breaks.
func (a Audit) Verify(kept string) (AuditVerified, error) {
	head, length := charsOrNull(kept)
	done := C.strongroom_audit_verified{struct_size: C.sizeof_strongroom_audit_verified}
	err := a.on.call(func(on *C.strongroom_store, failed **C.strongroom_error) C.strongroom_status {
		return C.strongroom_audit_verify(on, head, length, &done, failed)
	})
	if err != nil {
		return AuditVerified{}, err
	}
	return AuditVerified{uint64(done.events), uint64(done.first), PinStatus(done.kept), C.GoString(&done.head[0])}, nil
}

// AuditExported is what an export of the audit log holds.
type AuditExported struct {
	// Events in it.
	Events uint64
	// Head is where it ends.
	Head string
}

// Export writes the whole audit log to a new file, readable by its owner only, as JSON Lines that scripts/check-audit-export verifies
// without the store.
//
// It fails with ErrAlreadyExists, ErrDiskFull and, if the log is empty, ErrNotFound.
func (a Audit) Export(file string) (AuditExported, error) {
	name, length := chars(file)
	done := C.strongroom_audit_exported{struct_size: C.sizeof_strongroom_audit_exported}
	err := a.on.call(func(on *C.strongroom_store, failed **C.strongroom_error) C.strongroom_status {
		return C.strongroom_audit_export(on, name, length, &done, failed)
	})
	if err != nil {
		return AuditExported{}, err
	}
	return AuditExported{uint64(done.events), C.GoString(&done.head[0])}, nil
}
