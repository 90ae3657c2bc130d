//! What a list shows.

use std::ffi::c_char;

use super::constants::{
    STRONGROOM_LIST_ALL, STRONGROOM_LIST_LIVE, STRONGROOM_LIST_TRASH, STRONGROOM_SORT_PATH,
    STRONGROOM_SORT_UPDATED,
};
use super::error::{free, strongroom_error};
use super::guard::guard;
use super::handle::{self, Kind, Lock, Object};
use super::input::{flag, invalid, optional_text, text, tier, time};
use super::output::out_handle;
use super::strongroom_status;
use crate::{Listed, Query, Result, Sort};

/// Which secrets a list shows, and how. One object may serve many calls.
pub struct strongroom_query {
    _private: (),
}

pub(super) struct Held(Lock<Query>);

impl Object for Held {
    type Opaque = strongroom_query;
    const KIND: Kind = Kind::Query;
}

/// The query of a call: that of NULL is all live secrets.
pub(super) fn or_all(query: *const strongroom_query) -> Result<Query> {
    if query.is_null() {
        return Ok(Query::all());
    }
    let query = handle::get::<Held>(query)?;
    let query = query.0.lock()?;
    Ok(query.clone())
}

/// Narrows a query, which stays as it was if that fails.
unsafe fn narrow(
    query: *mut strongroom_query,
    error: *mut *mut strongroom_error,
    narrow: impl FnOnce(Query) -> Result<Query>,
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

/// A query for the live secrets below the namespace `under`, at any depth; for all of them with NULL. Sorted by path, 50 to a
/// page.
///
/// Ownership: copies `under`. `*query` is the caller's, to free with strongroom_query_free.
/// Thread safety: any thread.
/// Errors: INVALID_ARGUMENT; a namespace that breaks a rule is refused when it is used.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_query_new(
    under: *const c_char,
    under_len: usize,
    query: *mut *mut strongroom_query,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    let work = || {
        // SAFETY: as the top of the header says of pointers.
        let query = unsafe { out_handle("query", query) }?;
        // SAFETY: as above.
        let under = unsafe { optional_text("the namespace", under, under_len) }?;
        query.give(Held(Lock::new(under.map_or_else(Query::all, Query::under))))
    };
    // SAFETY: as above.
    unsafe { guard(error, work) }
}

/// Only the secrets directly in the namespace, and the namespaces directly below it with their counts.
///
/// Ownership: borrows `query`.
/// Thread safety: any thread.
/// Errors: BAD_HANDLE, CLOSED.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_query_one_level(
    query: *mut strongroom_query,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    // SAFETY: as the top of the header says of pointers.
    unsafe { narrow(query, error, |query| Ok(query.one_level())) }
}

/// Only secrets with this tag. Several tests must all hold.
///
/// Ownership: borrows `query`; copies `key` and `value`.
/// Thread safety: any thread.
/// Errors: BAD_HANDLE, CLOSED, INVALID_ARGUMENT; a text that breaks a rule is refused when it is used.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_query_tag(
    query: *mut strongroom_query,
    key: *const c_char,
    key_len: usize,
    value: *const c_char,
    value_len: usize,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    // SAFETY: as the top of the header says of pointers.
    unsafe {
        narrow(query, error, |query| {
            let key = text("the key of a tag", key, key_len)?;
            Ok(query.tag(key, text("the value of a tag", value, value_len)?))
        })
    }
}

/// Only secrets with a tag of this key, whatever its value.
///
/// Ownership: borrows `query`; copies `key`.
/// Thread safety: any thread.
/// Errors: BAD_HANDLE, CLOSED, INVALID_ARGUMENT; a text that breaks a rule is refused when it is used.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_query_has_tag(
    query: *mut strongroom_query,
    key: *const c_char,
    key_len: usize,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    // SAFETY: as the top of the header says of pointers.
    unsafe { narrow(query, error, |query| Ok(query.has_tag(text("the key of a tag", key, key_len)?))) }
}

/// Only secrets without a tag of this key.
///
/// Ownership: borrows `query`; copies `key`.
/// Thread safety: any thread.
/// Errors: BAD_HANDLE, CLOSED, INVALID_ARGUMENT; a text that breaks a rule is refused when it is used.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_query_without_tag(
    query: *mut strongroom_query,
    key: *const c_char,
    key_len: usize,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    // SAFETY: as the top of the header says of pointers.
    unsafe { narrow(query, error, |query| Ok(query.without_tag(text("the key of a tag", key, key_len)?))) }
}

/// Only secrets of this tier.
///
/// Ownership: borrows `query`.
/// Thread safety: any thread.
/// Errors: BAD_HANDLE, CLOSED, INVALID_ARGUMENT.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_query_tier(
    query: *mut strongroom_query,
    code: u32,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    // SAFETY: as the top of the header says of pointers.
    unsafe { narrow(query, error, |query| Ok(query.tier(tier(code)?))) }
}

/// Only secrets whose value or metadata changed at this time or later, in milliseconds since the Unix epoch.
///
/// Ownership: borrows `query`.
/// Thread safety: any thread.
/// Errors: BAD_HANDLE, CLOSED, INVALID_ARGUMENT.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_query_updated_since(
    query: *mut strongroom_query,
    time_ms: i64,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    // SAFETY: as the top of the header says of pointers.
    unsafe { narrow(query, error, |query| Ok(query.updated_since(time(time_ms)?))) }
}

/// Which secrets: STRONGROOM_LIST_LIVE, _TRASH or _ALL.
///
/// Ownership: borrows `query`.
/// Thread safety: any thread.
/// Errors: BAD_HANDLE, CLOSED, INVALID_ARGUMENT.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_query_state(
    query: *mut strongroom_query,
    state: u32,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    let listed = || match state {
        STRONGROOM_LIST_LIVE => Ok(Listed::Live),
        STRONGROOM_LIST_TRASH => Ok(Listed::Trash),
        STRONGROOM_LIST_ALL => Ok(Listed::All),
        _ => Err(invalid("a state of a list is STRONGROOM_LIST_LIVE, _TRASH or _ALL")),
    };
    // SAFETY: as the top of the header says of pointers.
    unsafe { narrow(query, error, |query| Ok(query.state(listed()?))) }
}

/// In which order: STRONGROOM_SORT_PATH, or STRONGROOM_SORT_UPDATED for the latest change first.
///
/// Ownership: borrows `query`.
/// Thread safety: any thread.
/// Errors: BAD_HANDLE, CLOSED, INVALID_ARGUMENT.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_query_sort(
    query: *mut strongroom_query,
    sort: u32,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    let sort = || match sort {
        STRONGROOM_SORT_PATH => Ok(Sort::Path),
        STRONGROOM_SORT_UPDATED => Ok(Sort::Updated),
        _ => Err(invalid("an order is STRONGROOM_SORT_PATH or _UPDATED")),
    };
    // SAFETY: as the top of the header says of pointers.
    unsafe { narrow(query, error, |query| Ok(query.sort(sort()?))) }
}

/// How many items a page has: 1 to 1,000, by default 50.
///
/// Ownership: borrows `query`.
/// Thread safety: any thread.
/// Errors: BAD_HANDLE, CLOSED; a number out of range is refused when it is used.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_query_limit(
    query: *mut strongroom_query,
    limit: usize,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    // SAFETY: as the top of the header says of pointers.
    unsafe { narrow(query, error, |query| Ok(query.limit(limit))) }
}

/// Whether the first page says how many secrets there are in all (0 or 1). It takes a look at each of them.
///
/// Ownership: borrows `query`.
/// Thread safety: any thread.
/// Errors: BAD_HANDLE, CLOSED, INVALID_ARGUMENT.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_query_count(
    query: *mut strongroom_query,
    count: i32,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    // SAFETY: as the top of the header says of pointers.
    unsafe { narrow(query, error, |query| Ok(query.count(flag("count", count)?))) }
}

/// Continues behind the page that gave `cursor`. The rest of the query must be the same, but for the limit and the count.
///
/// Ownership: borrows `query`; copies `cursor`.
/// Thread safety: any thread.
/// Errors: BAD_HANDLE, CLOSED, INVALID_ARGUMENT, INVALID_CURSOR.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_query_after(
    query: *mut strongroom_query,
    cursor: *const c_char,
    cursor_len: usize,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    // SAFETY: as the top of the header says of pointers.
    unsafe { narrow(query, error, |query| Ok(query.after(text("the cursor", cursor, cursor_len)?.parse()?))) }
}

/// Frees a query. NULL is fine.
///
/// Ownership: takes `query`.
/// Thread safety: any thread.
/// Errors: BAD_HANDLE, CLOSED.
#[unsafe(no_mangle)]
pub extern "C" fn strongroom_query_free(query: *mut strongroom_query) -> strongroom_status {
    free::<Held>(query)
}
