//! The audit log.

use std::ffi::c_char;

use super::audit_query::{or_all, strongroom_audit_query};
use super::constants::*;
use super::error::strongroom_error;
use super::guard::guard;
use super::handle;
use super::input::{file_path, invalid, optional_text, text};
use super::output::{Sized1, fill, fixed, text_out};
use super::page::{Page, give, strongroom_page};
use super::store::{Target, root, strongroom_store};
use super::strongroom_status;
use super::write::check;
use crate::{AuditHead, AuditPolicy, AuditReads, PinCheck, Result, Tier, Transaction};

/// What following the chain of the audit log found in order.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct strongroom_audit_verified {
    /// Set by the caller to sizeof(strongroom_audit_verified).
    pub struct_size: usize,
    /// Events in the log.
    pub events: u64,
    /// The number of the first of them: 1, unless the beginning of the log was removed by policy.
    pub first: u64,
    /// What could be said of the head that was kept: STRONGROOM_PIN_NONE, _IN_HISTORY or _OLDER_THAN_LOG.
    pub kept: u32,
    /// Zero.
    pub reserved: u32,
    /// Where the log ends, as strongroom_audit_head tells it, and a NUL.
    pub head: [c_char; 80],
}

/// What an export of the audit log holds.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct strongroom_audit_exported {
    /// Set by the caller to sizeof(strongroom_audit_exported).
    pub struct_size: usize,
    /// Events in it.
    pub events: u64,
    /// Where it ends, as strongroom_audit_head tells it, and a NUL.
    pub head: [c_char; 80],
}

/// What of reads is audited, by tier, and how long the audit log is kept.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct strongroom_audit_policy {
    /// Set by the caller to sizeof(strongroom_audit_policy).
    pub struct_size: usize,
    /// Of secrets of STRONGROOM_TIER_STANDARD: STRONGROOM_AUDIT_READS_…
    pub standard: u32,
    /// Of secrets of STRONGROOM_TIER_SENSITIVE.
    pub sensitive: u32,
    /// Of secrets of STRONGROOM_TIER_CRITICAL.
    pub critical: u32,
    /// Zero.
    pub reserved: u32,
    /// How many days events are kept, or STRONGROOM_FOR_GOOD.
    pub keep_days: i64,
    /// From how many bytes on the oldest events go, or STRONGROOM_FOR_GOOD.
    pub keep_bytes: i64,
}

// SAFETY: `repr(C)`, `struct_size` comes first, and it is made of numbers.
unsafe impl Sized1 for strongroom_audit_verified {}
// SAFETY: as above.
unsafe impl Sized1 for strongroom_audit_exported {}
// SAFETY: as above.
unsafe impl Sized1 for strongroom_audit_policy {}

/// Events of the audit log, those among them that wait in memory to be written: a page of strongroom_page_event items. NULL asks for every event, the
/// oldest first.
///
/// Ownership: borrows `store` and `query`. `*page` is the caller's, to free with strongroom_page_free.
/// Thread safety: any thread.
/// Errors: INVALID_ARGUMENT, BAD_HANDLE, CLOSED, LIMIT_EXCEEDED, INVALID_CURSOR, LOCKED, TAMPERED, POISONED, IO, FORKED.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_audit_list(
    store: *const strongroom_store,
    query: *const strongroom_audit_query,
    page: *mut *mut strongroom_page,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    let work = || Ok(Page::events(&root(store)?.audit().query(or_all(query)?)?));
    // SAFETY: as the top of the header says of pointers.
    unsafe { give(page, error, work) }
}

/// The event with this id: a page of one strongroom_page_event.
///
/// Ownership: borrows `store` and `event_id`. `*page` is the caller's, to free with strongroom_page_free.
/// Thread safety: any thread.
/// Errors: INVALID_ARGUMENT, BAD_HANDLE, CLOSED, NOT_FOUND, LOCKED, TAMPERED, POISONED, IO, FORKED.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_audit_get(
    store: *const strongroom_store,
    event_id: *const c_char,
    event_id_len: usize,
    page: *mut *mut strongroom_page,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    let work = || {
        // SAFETY: as the top of the header says of pointers.
        let id = unsafe { text("the id of the event", event_id, event_id_len) }?.parse()?;
        Ok(Page::feed([root(store)?.audit().get(id)?]))
    };
    // SAFETY: as above.
    unsafe { give(page, error, work) }
}

/// Where the audit log ends now, as a text of less than STRONGROOM_AUDIT_HEAD_LEN bytes, and a NUL: to be kept where whoever gets at the file does not.
/// It is no secret. strongroom_audit_verify holds the log against it.
///
/// Ownership: borrows `store`; writes `buffer`.
/// Thread safety: any thread.
/// Errors: INVALID_ARGUMENT, BAD_HANDLE, CLOSED, BUFFER_TOO_SMALL, LOCKED, TAMPERED, POISONED, IO, FORKED.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_audit_head(
    store: *const strongroom_store,
    buffer: *mut c_char,
    buffer_len: usize,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    let work = || {
        // SAFETY: as the top of the header says of pointers.
        let to = unsafe { text_out(("the head of the log", STRONGROOM_AUDIT_HEAD_LEN), buffer, buffer_len) }?;
        to.write(&root(store)?.audit().head()?.to_string()).map(drop)
    };
    // SAFETY: as above.
    unsafe { guard(error, work) }
}

/// Follows the chain of hashes of the audit log to the head that the last commit sealed; with a head that was kept elsewhere, which may be NULL, whether
/// that lies in it. Writers wait meanwhile.
///
/// Ownership: borrows `store` and `kept_head`; writes `*verified`, unless that is NULL.
/// Thread safety: any thread.
/// Errors: INVALID_ARGUMENT, BAD_HANDLE, CLOSED; TAMPERED names the event where the chain breaks; IN_USE, LOCKED, POISONED, IO, FORKED.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_audit_verify(
    store: *const strongroom_store,
    kept_head: *const c_char,
    kept_head_len: usize,
    verified: *mut strongroom_audit_verified,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    let work = || {
        // SAFETY: as the top of the header says of pointers.
        unsafe { check("verified", verified) }?;
        // SAFETY: as above.
        let kept = unsafe { optional_text("the kept head", kept_head, kept_head_len) }?;
        let kept = kept.map(str::parse::<AuditHead>).transpose()?;
        let found = root(store)?.audit().verify(kept.as_ref())?;
        if verified.is_null() {
            return Ok(());
        }
        let view = strongroom_audit_verified {
            struct_size: 0,
            events: found.events,
            first: found.first,
            kept: match found.kept {
                None => STRONGROOM_PIN_NONE,
                Some(PinCheck::InHistory) => STRONGROOM_PIN_IN_HISTORY,
                Some(PinCheck::OlderThanLog) => STRONGROOM_PIN_OLDER_THAN_LOG,
            },
            reserved: 0,
            head: fixed(&found.head.to_string()),
        };
        // SAFETY: as above.
        unsafe { fill("verified", verified, &view) }
    };
    // SAFETY: as above.
    unsafe { guard(error, work) }
}

/// Writes every durable event of the audit log to a new file, readable by its owner only, as JSON Lines that scripts/check-audit-export verifies without
/// the store.
///
/// Ownership: borrows `store` and `file`; writes `*exported`, unless that is NULL.
/// Thread safety: any thread.
/// Errors: INVALID_ARGUMENT, BAD_HANDLE, CLOSED, ALREADY_EXISTS, LOCKED, TAMPERED, DISK_FULL, POISONED, IO, FORKED.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_audit_export(
    store: *const strongroom_store,
    file: *const c_char,
    file_len: usize,
    exported: *mut strongroom_audit_exported,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    let work = || {
        // SAFETY: as the top of the header says of pointers.
        unsafe { check("exported", exported) }?;
        // SAFETY: as above.
        let file = unsafe { file_path(file, file_len) }?;
        let what = root(store)?.audit().export(file)?;
        if exported.is_null() {
            return Ok(());
        }
        let (events, head) = (what.events, fixed(&what.head.to_string()));
        let view = strongroom_audit_exported { struct_size: 0, events, head };
        // SAFETY: as above.
        unsafe { fill("exported", exported, &view) }
    };
    // SAFETY: as above.
    unsafe { guard(error, work) }
}

/// What of reads is audited, by tier, and how long the audit log is kept.
///
/// Ownership: borrows `store`; writes `*policy`.
/// Thread safety: any thread.
/// Errors: INVALID_ARGUMENT, BAD_HANDLE, CLOSED, LOCKED, TAMPERED, POISONED, FORKED.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_policy_audit(
    store: *const strongroom_store,
    policy: *mut strongroom_audit_policy,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    let work = || {
        let found = match &*handle::get::<Target>(store)? {
            Target::Store(open) => open.store.policy().audit()?,
            Target::Transaction(open) => open.run(|tx| tx.audit_policy())?,
        };
        let kept = |number: Option<u64>| {
            number.map_or(STRONGROOM_FOR_GOOD, |number| i64::try_from(number).unwrap_or(i64::MAX))
        };
        let view = strongroom_audit_policy {
            struct_size: 0,
            standard: reads_code(found.of(Tier::Standard)),
            sensitive: reads_code(found.of(Tier::Sensitive)),
            critical: reads_code(found.of(Tier::Critical)),
            reserved: 0,
            keep_days: kept(found.days().map(u64::from)),
            keep_bytes: kept(found.bytes()),
        };
        // SAFETY: as the top of the header says of pointers.
        unsafe { fill("policy", policy, &view) }
    };
    // SAFETY: as above.
    unsafe { guard(error, work) }
}

/// Sets what of reads is audited, by tier, and how long the audit log is kept: STRONGROOM_AUDIT_READS_…, and numbers or STRONGROOM_FOR_GOOD;
/// STRONGROOM_AUDIT_READS_UNCHANGED and STRONGROOM_UNCHANGED leave what is there. Mutations are always audited, this one too.
///
/// Ownership: borrows `store`.
/// Thread safety: any thread.
/// Errors: INVALID_ARGUMENT, BAD_HANDLE, CLOSED, REENTRANT, IN_USE, READ_ONLY, LOCKED, DISK_FULL, TAMPERED, POISONED, IO, FORKED.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_policy_set_audit(
    store: *mut strongroom_store,
    standard: u32,
    sensitive: u32,
    critical: u32,
    keep_days: i64,
    keep_bytes: i64,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    let tiers = [(Tier::Standard, standard), (Tier::Sensitive, sensitive), (Tier::Critical, critical)];
    let set = |tx: &mut Transaction<'_, '_>| {
        let mut policy: AuditPolicy = tx.audit_policy()?;
        for (tier, code) in tiers {
            if code != STRONGROOM_AUDIT_READS_UNCHANGED {
                policy = policy.reads_of(tier, reads(code)?);
            }
        }
        if keep_days != STRONGROOM_UNCHANGED {
            policy = policy.keep_days(kept::<u32>("the number of days", keep_days)?);
        }
        if keep_bytes != STRONGROOM_UNCHANGED {
            policy = policy.keep_bytes(kept::<u64>("the number of bytes", keep_bytes)?);
        }
        tx.set_audit_policy(policy)
    };
    let work = || match &*handle::get::<Target>(store)? {
        Target::Store(open) => open.store.transaction(set),
        Target::Transaction(open) => open.run(set),
    };
    // SAFETY: as the top of the header says of pointers.
    unsafe { guard(error, work) }
}

fn reads_code(reads: AuditReads) -> u32 {
    match reads {
        AuditReads::Batched => STRONGROOM_AUDIT_READS_BATCHED,
        AuditReads::Strict => STRONGROOM_AUDIT_READS_STRICT,
        AuditReads::Off => STRONGROOM_AUDIT_READS_OFF,
    }
}

fn reads(code: u32) -> Result<AuditReads> {
    match code {
        STRONGROOM_AUDIT_READS_BATCHED => Ok(AuditReads::Batched),
        STRONGROOM_AUDIT_READS_STRICT => Ok(AuditReads::Strict),
        STRONGROOM_AUDIT_READS_OFF => Ok(AuditReads::Off),
        _ => Err(invalid(format!("{code} is no STRONGROOM_AUDIT_READS_…"))),
    }
}

/// A number, or `None` for good.
fn kept<T: TryFrom<i64>>(what: &str, number: i64) -> Result<Option<T>> {
    if number == STRONGROOM_FOR_GOOD {
        return Ok(None);
    }
    T::try_from(number).map(Some).map_err(|_| invalid(format!("{what} cannot be {number}")))
}
