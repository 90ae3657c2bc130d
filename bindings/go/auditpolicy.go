package strongroom

// #include "strongroom.h"
import "C"

// ForGood, as a number of an [AuditPolicy]: the log is kept for good.
const ForGood = C.STRONGROOM_FOR_GOOD

// AuditPolicy is what of reads is audited, by tier, and how long the audit log is kept. Changes are always audited.
type AuditPolicy struct {
	// Standard is how reads of secrets of [TierStandard] are audited. Reads that are refused because there is no such secret go with it.
	Standard AuditReads
	// Sensitive is how reads of secrets of [TierSensitive] are audited.
	Sensitive AuditReads
	// Critical is how reads of secrets of [TierCritical] are audited.
	Critical AuditReads
	// KeepDays is from how many days on a sweep removes events, 1 to 36,500, or [ForGood].
	KeepDays int64
	// KeepBytes is from how many bytes on a sweep removes the oldest events, or [ForGood].
	KeepBytes int64
}

// Audit is what of reads is audited, and how long the audit log is kept.
func (p Policy) Audit() (AuditPolicy, error) {
	found := C.strongroom_audit_policy{struct_size: C.sizeof_strongroom_audit_policy}
	err := p.on.call(func(on *C.strongroom_store, failed **C.strongroom_error) C.strongroom_status {
		return C.strongroom_policy_audit(on, &found, failed)
	})
	if err != nil {
		return AuditPolicy{}, err
	}
	return AuditPolicy{
		Standard:  AuditReads(found.standard),
		Sensitive: AuditReads(found.sensitive),
		Critical:  AuditReads(found.critical),
		KeepDays:  int64(found.keep_days),
		KeepBytes: int64(found.keep_bytes),
	}, nil
}

// SetAudit says what of reads is audited, and how long the audit log is kept. What is zero in the policy, [AuditReadsUnchanged] or
// [Unchanged] stays as it is. The change is audited.
func (p Policy) SetAudit(policy AuditPolicy) error {
	return p.on.call(func(on *C.strongroom_store, failed **C.strongroom_error) C.strongroom_status {
		return C.strongroom_policy_set_audit(on, C.uint32_t(policy.Standard), C.uint32_t(policy.Sensitive), C.uint32_t(policy.Critical),
			unchangedIfZero(policy.KeepDays), unchangedIfZero(policy.KeepBytes), failed)
	})
}

// unchangedIfZero is a number of an audit policy for C.
func unchangedIfZero(number int64) C.int64_t {
	if number == 0 {
		return Unchanged
	}
	return C.int64_t(number)
}
