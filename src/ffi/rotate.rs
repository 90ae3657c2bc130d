//! Rotation, and what is due.

use std::ffi::c_char;
use std::time::Duration;

use super::changes::{of_put, strongroom_changes};
use super::error::strongroom_error;
use super::guard::guard;
use super::input::{bytes, secret_path, text};
use super::items::tier_code;
use super::output::{Sized1, fill, fixed, optional_handle, out, out_handle};
use super::page::{Page, give, strongroom_page};
use super::secret::{Found, strongroom_secrets};
use super::store::{on, strongroom_store};
use super::strongroom_status;
use super::write::check;
use crate::{Result, Rotated, parse_duration};

/// What a rotation did. Times are milliseconds since the Unix epoch.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct strongroom_rotated {
    /// Set by the caller to sizeof(strongroom_rotated).
    pub struct_size: usize,
    /// The number of the version that is current now.
    pub version: u64,
    /// The number of the one that was.
    pub old_version: u64,
    /// Until when that is accepted: the first instant at which it is not.
    pub old_expires_at: i64,
    pub created_at: i64,
    pub updated_at: i64,
    pub tier: u32,
    /// Zero.
    pub reserved: u32,
    /// "sec_…" and a NUL.
    pub id: [c_char; 32],
    /// The path as it is stored, in Unicode NFC, and a NUL.
    pub path: [c_char; 520],
}

// SAFETY: `repr(C)`, `struct_size` comes first, and it is made of numbers.
unsafe impl Sized1 for strongroom_rotated {}

/// Tells what a rotation did, if anybody wants to know.
pub(super) unsafe fn tell(rotated: *mut strongroom_rotated, what: &Rotated) -> Result<()> {
    if rotated.is_null() {
        return Ok(());
    }
    let written = &what.written;
    let view = strongroom_rotated {
        struct_size: 0,
        version: written.version(),
        old_version: what.old_version,
        old_expires_at: what.old_expires_at.as_millis(),
        created_at: written.created_at().as_millis(),
        updated_at: written.updated_at().as_millis(),
        tier: tier_code(written.tier()),
        reserved: 0,
        id: fixed(&written.id().to_string()),
        path: fixed(written.path().as_str()),
    };
    // SAFETY: as the caller promises.
    unsafe { fill("rotated", rotated, &view) }
}

/// Writes a value as the next version of a secret that is there, current at once, and retires the version before: it is readable by number and
/// accepted for `grace_seconds` more, and then never again. A version in grace stays so until its own time. strongroom_rollback takes back a
/// rotation by mistake.
///
/// Ownership: borrows `store`, `path`, `value` and `changes`, which may be NULL; writes `*rotated`, unless that is NULL.
/// Thread safety: any thread.
/// Errors: as strongroom_put; NOT_FOUND; EXPIRED if the secret has expired and `changes` set no other expiry.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_rotate(
    store: *mut strongroom_store,
    path: *const c_char,
    path_len: usize,
    value: *const u8,
    value_len: usize,
    grace_seconds: u64,
    changes: *const strongroom_changes,
    rotated: *mut strongroom_rotated,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    let work = || {
        // SAFETY: as the top of the header says of pointers.
        unsafe { check("rotated", rotated) }?;
        // SAFETY: as above.
        let path = unsafe { secret_path(path, path_len) }?;
        // SAFETY: as above.
        let value = unsafe { bytes("the value", value, value_len) }?;
        let (put, grace) = (of_put(changes)?, Duration::from_secs(grace_seconds));
        let what = on!(store, |on| on.rotate_with(path, value, grace, &put))?;
        // SAFETY: as above.
        unsafe { tell(rotated, &what) }
    };
    // SAFETY: as above.
    unsafe { guard(error, work) }
}

/// The current version of a secret and those in grace, the newest first: what whoever checks a value is to accept.
///
/// Ownership: borrows `store` and `path`. `*secrets` is the caller's, to free with strongroom_secrets_free.
/// Thread safety: any thread.
/// Errors: INVALID_ARGUMENT, BAD_HANDLE, CLOSED, NOT_FOUND, EXPIRED, LOCKED, TAMPERED, POISONED, IO, FORKED.
/// With a secret whose reads are audited strictly also READ_ONLY, REENTRANT, IN_USE and DISK_FULL, and in a transaction LIMIT_EXCEEDED.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_accepted(
    store: *const strongroom_store,
    path: *const c_char,
    path_len: usize,
    secrets: *mut *mut strongroom_secrets,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    let work = || {
        // SAFETY: as the top of the header says of pointers.
        let secrets = unsafe { out_handle("secrets", secrets) }?;
        // SAFETY: as above.
        let path = unsafe { secret_path(path, path_len) }?;
        let accepted = on!(store, |on| on.accepted(path))?;
        secrets.give(Found::new(accepted.into_iter().map(Ok).collect()))
    };
    // SAFETY: as above.
    unsafe { guard(error, work) }
}

/// Of which version of a secret `candidate` is the value: the number of the newest accepted one, or 0 for none. All of them are compared, and how long
/// that takes does not depend on where they differ.
///
/// Ownership: borrows `store`, `path` and `candidate`; writes `*version`.
/// Thread safety: any thread.
/// Errors: as strongroom_accepted.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_verify_any(
    store: *const strongroom_store,
    path: *const c_char,
    path_len: usize,
    candidate: *const u8,
    candidate_len: usize,
    version: *mut u64,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    let work = || {
        // SAFETY: as the top of the header says of pointers.
        let version = unsafe { out("version", version) }?;
        // SAFETY: as above.
        let path = unsafe { secret_path(path, path_len) }?;
        // SAFETY: as above.
        let candidate = unsafe { bytes("the candidate", candidate, candidate_len) }?;
        version.write(on!(store, |on| on.verify_any(path, candidate))?.unwrap_or_default());
        Ok(())
    };
    // SAFETY: as above.
    unsafe { guard(error, work) }
}

/// Retires a version that is not the current one now, whether it was in grace or readable by number. strongroom_rollback still finds its value;
/// strongroom_destroy_version takes it away. `page`, unless NULL, gets a page of one strongroom_page_version.
///
/// Ownership: borrows `store` and `path`. `*page` is the caller's, to free with strongroom_page_free.
/// Thread safety: any thread.
/// Errors: INVALID_ARGUMENT also of the current version; BAD_HANDLE, CLOSED, NOT_FOUND, DESTROYED, REENTRANT, IN_USE, READ_ONLY, LOCKED, DISK_FULL,
/// POISONED, IO, FORKED.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_revoke_version(
    store: *mut strongroom_store,
    path: *const c_char,
    path_len: usize,
    version: u64,
    page: *mut *mut strongroom_page,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    let work = || {
        // SAFETY: as the top of the header says of pointers.
        let page = unsafe { optional_handle(page) }?;
        // SAFETY: as above.
        let path = unsafe { secret_path(path, path_len) }?;
        let info = on!(store, |on| on.revoke_version(path, version))?;
        page.map_or(Ok(()), |page| page.give(Page::versions([info])))
    };
    // SAFETY: as above.
    unsafe { guard(error, work) }
}

/// What is to be done within so many seconds from now, the earliest first, and what is overdue: a page of strongroom_page_due items. It takes as long
/// as there are of them.
///
/// Ownership: borrows `store`. `*page` is the caller's, to free with strongroom_page_free.
/// Thread safety: any thread.
/// Errors: INVALID_ARGUMENT, BAD_HANDLE, CLOSED, LOCKED, TAMPERED, POISONED, IO, FORKED.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_due(
    store: *const strongroom_store,
    within_seconds: u64,
    page: *mut *mut strongroom_page,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    let within = Duration::from_secs(within_seconds);
    // SAFETY: as the top of the header says of pointers.
    unsafe { give(page, error, || Ok(Page::due(on!(store, |on| on.due(within))?))) }
}

/// Reads a duration as people write it: "90d", "1h30m", "300", or ISO 8601 as "PT1H30M", without years and months.
///
/// Ownership: borrows `duration`; writes `*seconds`.
/// Thread safety: any thread.
/// Errors: INVALID_ARGUMENT.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_parse_duration(
    duration: *const c_char,
    duration_len: usize,
    seconds: *mut u64,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    let work = || {
        // SAFETY: as the top of the header says of pointers.
        let seconds = unsafe { out("seconds", seconds) }?;
        // SAFETY: as above.
        let duration = unsafe { text("the duration", duration, duration_len) }?;
        seconds.write(parse_duration(duration)?.as_secs());
        Ok(())
    };
    // SAFETY: as above.
    unsafe { guard(error, work) }
}
