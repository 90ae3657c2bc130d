//! Which events of the audit log are told.

use std::ffi::c_char;

use super::error::{free, strongroom_error};
use super::guard::guard;
use super::handle::{self, Kind, Lock, Object};
use super::input::{flag, text, time};
use super::output::out_handle;
use super::strongroom_status;
use crate::{AuditQuery, Result};

/// Which events of the audit log are told. Conditions add up, but for kinds, of which any is enough. One object may serve many calls.
pub struct strongroom_audit_query {
    _private: (),
}

pub(super) struct Held(Lock<AuditQuery>);

impl Object for Held {
    type Opaque = strongroom_audit_query;
    const KIND: Kind = Kind::AuditQuery;
}

/// The query of a call: that of NULL is every event.
pub(super) fn or_all(query: *const strongroom_audit_query) -> Result<AuditQuery> {
    if query.is_null() {
        return Ok(AuditQuery::all());
    }
    let query = handle::get::<Held>(query)?;
    let query = query.0.lock()?;
    Ok(query.clone())
}

/// Narrows a query, which stays as it was if that fails.
unsafe fn narrow(
    query: *mut strongroom_audit_query,
    error: *mut *mut strongroom_error,
    narrow: impl FnOnce(AuditQuery) -> Result<AuditQuery>,
) -> strongroom_status {
    let work = || {
        let query = handle::get::<Held>(query)?;
        let mut query = query.0.lock()?;
        *query = narrow(query.clone())?;
        Ok(())
    };
    // SAFETY: as the caller promises.
    unsafe { guard(error, work) }
}

/// A query for every event, the oldest first, 50 to a page.
///
/// Ownership: `*query` is the caller's, to free with strongroom_audit_query_free.
/// Thread safety: any thread.
/// Errors: INVALID_ARGUMENT.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_audit_query_new(
    query: *mut *mut strongroom_audit_query,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    // SAFETY: as the top of the header says of pointers.
    unsafe { guard(error, || out_handle("query", query)?.give(Held(Lock::new(AuditQuery::all())))) }
}

/// Only what concerns this path, or what lies below it at any depth.
///
/// Ownership: borrows `query`; copies `path`.
/// Thread safety: any thread.
/// Errors: BAD_HANDLE, CLOSED, INVALID_ARGUMENT; a path that breaks a rule is refused when it is used.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_audit_query_under(
    query: *mut strongroom_audit_query,
    path: *const c_char,
    path_len: usize,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    // SAFETY: as the top of the header says of pointers.
    unsafe { narrow(query, error, |query| Ok(query.under(text("the path", path, path_len)?))) }
}

/// Only what was done through handles that this key slot unlocked.
///
/// Ownership: borrows `query` and `slot_id`.
/// Thread safety: any thread.
/// Errors: BAD_HANDLE, CLOSED, INVALID_ARGUMENT.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_audit_query_actor(
    query: *mut strongroom_audit_query,
    slot_id: *const c_char,
    slot_id_len: usize,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    // SAFETY: as the top of the header says of pointers.
    unsafe {
        narrow(query, error, |query| {
            Ok(query.actor(text("the id of the slot", slot_id, slot_id_len)?.parse()?))
        })
    }
}

/// Only what concerns this secret, whatever its path was.
///
/// Ownership: borrows `query` and `secret_id`.
/// Thread safety: any thread.
/// Errors: BAD_HANDLE, CLOSED, INVALID_ARGUMENT.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_audit_query_secret(
    query: *mut strongroom_audit_query,
    secret_id: *const c_char,
    secret_id_len: usize,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    // SAFETY: as the top of the header says of pointers.
    unsafe {
        narrow(query, error, |query| {
            Ok(query.secret(text("the id of the secret", secret_id, secret_id_len)?.parse()?))
        })
    }
}

/// Only what was done for the request with this id.
///
/// Ownership: borrows `query`; copies `request_id`.
/// Thread safety: any thread.
/// Errors: BAD_HANDLE, CLOSED, INVALID_ARGUMENT.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_audit_query_request_id(
    query: *mut strongroom_audit_query,
    request_id: *const c_char,
    request_id_len: usize,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    // SAFETY: as the top of the header says of pointers.
    unsafe {
        narrow(query, error, |query| {
            Ok(query.request_id(text("the id of the request", request_id, request_id_len)?))
        })
    }
}

/// Only events of this kind, such as "secret.created", or of a group of them, such as "secret.*". Further calls add further kinds.
///
/// Ownership: borrows `query`; copies `kind`.
/// Thread safety: any thread.
/// Errors: BAD_HANDLE, CLOSED, INVALID_ARGUMENT; what is no kind is refused when it is used.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_audit_query_kind(
    query: *mut strongroom_audit_query,
    kind: *const c_char,
    kind_len: usize,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    // SAFETY: as the top of the header says of pointers.
    unsafe { narrow(query, error, |query| Ok(query.kind(text("the kind", kind, kind_len)?))) }
}

/// Only events of this time or later, in milliseconds since the Unix epoch.
///
/// Ownership: borrows `query`.
/// Thread safety: any thread.
/// Errors: BAD_HANDLE, CLOSED, INVALID_ARGUMENT.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_audit_query_since(
    query: *mut strongroom_audit_query,
    time_ms: i64,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    // SAFETY: as the top of the header says of pointers.
    unsafe { narrow(query, error, |query| Ok(query.since(time(time_ms)?))) }
}

/// Only events before this time, in milliseconds since the Unix epoch.
///
/// Ownership: borrows `query`.
/// Thread safety: any thread.
/// Errors: BAD_HANDLE, CLOSED, INVALID_ARGUMENT.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_audit_query_until(
    query: *mut strongroom_audit_query,
    time_ms: i64,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    // SAFETY: as the top of the header says of pointers.
    unsafe { narrow(query, error, |query| Ok(query.until(time(time_ms)?))) }
}

/// Only what succeeded (1), or only what failed (0).
///
/// Ownership: borrows `query`.
/// Thread safety: any thread.
/// Errors: BAD_HANDLE, CLOSED, INVALID_ARGUMENT.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_audit_query_success(
    query: *mut strongroom_audit_query,
    success: i32,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    // SAFETY: as the top of the header says of pointers.
    unsafe { narrow(query, error, |query| Ok(query.success(flag("success", success)?))) }
}

/// The newest event first.
///
/// Ownership: borrows `query`.
/// Thread safety: any thread.
/// Errors: BAD_HANDLE, CLOSED.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_audit_query_newest_first(
    query: *mut strongroom_audit_query,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    // SAFETY: as the top of the header says of pointers.
    unsafe { narrow(query, error, |query| Ok(query.newest_first())) }
}

/// How many events a page has: 1 to 1,000, by default 50.
///
/// Ownership: borrows `query`.
/// Thread safety: any thread.
/// Errors: BAD_HANDLE, CLOSED; a number out of range is refused when it is used.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_audit_query_limit(
    query: *mut strongroom_audit_query,
    limit: usize,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    // SAFETY: as the top of the header says of pointers.
    unsafe { narrow(query, error, |query| Ok(query.limit(limit))) }
}

/// Continues behind the page that gave `cursor`. The rest of the query must be the same, but for the limit.
///
/// Ownership: borrows `query`; copies `cursor`.
/// Thread safety: any thread.
/// Errors: BAD_HANDLE, CLOSED, INVALID_ARGUMENT, INVALID_CURSOR.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_audit_query_after(
    query: *mut strongroom_audit_query,
    cursor: *const c_char,
    cursor_len: usize,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    // SAFETY: as the top of the header says of pointers.
    unsafe { narrow(query, error, |query| Ok(query.after(text("the cursor", cursor, cursor_len)?.parse()?))) }
}

/// Frees a query of the audit log. NULL is fine.
///
/// Ownership: takes `query`.
/// Thread safety: any thread.
/// Errors: BAD_HANDLE, CLOSED.
#[unsafe(no_mangle)]
pub extern "C" fn strongroom_audit_query_free(query: *mut strongroom_audit_query) -> strongroom_status {
    free::<Held>(query)
}
