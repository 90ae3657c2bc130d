package strongroom

// #include "strongroom.h"
import "C"

import "time"

// AuditOption says which events of the audit log are told, and how. Several must all hold. Without any, all are told, the oldest first, 50
// to a page.
type AuditOption interface{ audit(to *auditSettings) }

// auditSettings are what the options of a query say.
type auditSettings struct {
	apply []auditSetting
	// refused is why there is nothing that could be said to the library.
	refused error
}

type auditSetting func(to *C.strongroom_audit_query, failed **C.strongroom_error) C.strongroom_status

func (s auditSetting) audit(to *auditSettings) { to.apply = append(to.apply, s) }

// withAuditQuery calls the library with the options.
func withAuditQuery(options []AuditOption, call func(*C.strongroom_audit_query) error) error {
	var said auditSettings
	for _, option := range options {
		option.audit(&said)
	}
	if said.refused != nil {
		return said.refused
	}
	var query *C.strongroom_audit_query
	var failed *C.strongroom_error
	if err := failure(C.strongroom_audit_query_new(&query, &failed), failed); err != nil {
		return err
	}
	defer C.strongroom_audit_query_free(query)
	for _, set := range said.apply {
		if err := failure(set(query, &failed), failed); err != nil {
			return err
		}
	}
	return call(query)
}

func (o underOption) audit(to *auditSettings) {
	if o == "" {
		return
	}
	auditSetting(func(to *C.strongroom_audit_query, failed **C.strongroom_error) C.strongroom_status {
		start, length := chars(string(o))
		return C.strongroom_audit_query_under(to, start, length, failed)
	}).audit(to)
}

func (o limitOption) audit(to *auditSettings) {
	auditSetting(func(to *C.strongroom_audit_query, failed **C.strongroom_error) C.strongroom_status {
		return C.strongroom_audit_query_limit(to, C.size_t(o), failed)
	}).audit(to)
}

func (o afterOption) audit(to *auditSettings) { auditSetting(o.continueAudit).audit(to) }

func (o afterOption) continueAudit(to *C.strongroom_audit_query, failed **C.strongroom_error) C.strongroom_status {
	start, length := chars(string(o))
	return C.strongroom_audit_query_after(to, start, length, failed)
}

// Actor tells only of what was done through handles that this key slot unlocked, by its id, as [Slot] has it.
func Actor(slotID string) AuditOption {
	return auditSetting(func(to *C.strongroom_audit_query, failed **C.strongroom_error) C.strongroom_status {
		start, length := chars(slotID)
		return C.strongroom_audit_query_actor(to, start, length, failed)
	})
}

// OfSecret tells only of what concerns the secret with this id, whatever its path was.
func OfSecret(id string) AuditOption {
	return auditSetting(func(to *C.strongroom_audit_query, failed **C.strongroom_error) C.strongroom_status {
		start, length := chars(id)
		return C.strongroom_audit_query_secret(to, start, length, failed)
	})
}

// OfRequest tells only of what was done for the request with this id: see [RequestID].
func OfRequest(id string) AuditOption {
	return auditSetting(func(to *C.strongroom_audit_query, failed **C.strongroom_error) C.strongroom_status {
		start, length := chars(id)
		return C.strongroom_audit_query_request_id(to, start, length, failed)
	})
}

type kindOption string

// Kind tells only of events of this kind, such as "secret.created", or of a group of them, such as "secret.*". With several, any is enough.
func Kind(kind string) KindOption { return kindOption(kind) }

func (o kindOption) audit(to *auditSettings) {
	auditSetting(func(to *C.strongroom_audit_query, failed **C.strongroom_error) C.strongroom_status {
		start, length := chars(string(o))
		return C.strongroom_audit_query_kind(to, start, length, failed)
	}).audit(to)
}

// auditTime says a time in milliseconds, to which it is rounded so that nothing is left out.
type auditTime struct {
	at    time.Time
	round func(time.Time) (C.int64_t, error)
	set   func(to *C.strongroom_audit_query, milliseconds C.int64_t, failed **C.strongroom_error) C.strongroom_status
}

func (o auditTime) audit(to *auditSettings) {
	milliseconds, err := o.round(o.at)
	if err != nil {
		to.refused = err
		return
	}
	auditSetting(func(to *C.strongroom_audit_query, failed **C.strongroom_error) C.strongroom_status {
		return o.set(to, milliseconds, failed)
	}).audit(to)
}

// Since tells only of events of this time or later. The log knows milliseconds, and a part of one is dropped.
func Since(at time.Time) AuditOption {
	return auditTime{at, millisOf, func(to *C.strongroom_audit_query, milliseconds C.int64_t, failed **C.strongroom_error) C.strongroom_status {
		return C.strongroom_audit_query_since(to, milliseconds, failed)
	}}
}

// Until tells only of events before this time. A part of a millisecond counts as a whole one, so that Until(time.Now()) leaves out nothing
// that has happened.
func Until(at time.Time) AuditOption {
	return auditTime{at, millisUpOf, func(to *C.strongroom_audit_query, milliseconds C.int64_t, failed **C.strongroom_error) C.strongroom_status {
		return C.strongroom_audit_query_until(to, milliseconds, failed)
	}}
}

// Succeeded tells only of what succeeded.
func Succeeded() AuditOption { return success(true) }

// Failed tells only of what failed.
func Failed() AuditOption { return success(false) }

func success(so bool) AuditOption {
	return auditSetting(func(to *C.strongroom_audit_query, failed **C.strongroom_error) C.strongroom_status {
		return C.strongroom_audit_query_success(to, flag(so), failed)
	})
}

// NewestFirst tells of the newest event first.
func NewestFirst() AuditOption {
	return auditSetting(func(to *C.strongroom_audit_query, failed **C.strongroom_error) C.strongroom_status {
		return C.strongroom_audit_query_newest_first(to, failed)
	})
}
