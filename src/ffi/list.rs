//! Lists, and what there is to list by.

use std::ffi::c_char;

use super::error::strongroom_error;
use super::input::{optional_text, text};
use super::page::{Page, give, strongroom_page};
use super::query::{or_all, strongroom_query};
use super::store::{on, strongroom_store};
use super::strongroom_status;

/// Lists secrets without their values: a page of strongroom_page_secret items, and of strongroom_page_namespace for one level.
///
/// Ownership: borrows `store` and `query`, which may be NULL for all live secrets. `*page` is the caller's, to free with strongroom_page_free.
/// Thread safety: any thread.
/// Errors: INVALID_ARGUMENT, BAD_HANDLE, CLOSED, INVALID_CURSOR, LIMIT_EXCEEDED, LOCKED, TAMPERED, POISONED, IO, FORKED.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_list(
    store: *const strongroom_store,
    query: *const strongroom_query,
    page: *mut *mut strongroom_page,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    let work = || {
        let query = or_all(query)?;
        Ok(Page::list(on!(store, |on| on.list(&query))?))
    };
    // SAFETY: as the top of the header says of pointers.
    unsafe { give(page, error, work) }
}

/// The namespaces directly below `under`, or all the uppermost ones with NULL, with how many live secrets are in each: a page of
/// strongroom_page_namespace items.
///
/// Ownership: borrows `store` and `under`. `*page` is the caller's, to free with strongroom_page_free.
/// Thread safety: any thread.
/// Errors: as strongroom_list.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_namespaces(
    store: *const strongroom_store,
    under: *const c_char,
    under_len: usize,
    page: *mut *mut strongroom_page,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    let work = || {
        // SAFETY: as the top of the header says of pointers.
        let under = unsafe { optional_text("the namespace", under, under_len) }?;
        let found = on!(store, |on| match under {
            Some(under) => on.namespaces_under(under),
            None => on.namespaces(),
        })?;
        Ok(Page::namespaces(found))
    };
    // SAFETY: as above.
    unsafe { give(page, error, work) }
}

/// Every key of tags, with how many live secrets bear it: a page of strongroom_page_tag_count items.
///
/// Ownership: borrows `store`. `*page` is the caller's, to free with strongroom_page_free.
/// Thread safety: any thread.
/// Errors: as strongroom_list.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_tag_keys(
    store: *const strongroom_store,
    page: *mut *mut strongroom_page,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    let work = || Ok(Page::tags(on!(store, |on| on.tag_keys())?));
    // SAFETY: as the top of the header says of pointers.
    unsafe { give(page, error, work) }
}

/// Every value of the tags of one key, with how many live secrets bear it: a page of strongroom_page_tag_count items.
///
/// Ownership: borrows `store` and `key`. `*page` is the caller's, to free with strongroom_page_free.
/// Thread safety: any thread.
/// Errors: as strongroom_list.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_tag_values(
    store: *const strongroom_store,
    key: *const c_char,
    key_len: usize,
    page: *mut *mut strongroom_page,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    let work = || {
        // SAFETY: as the top of the header says of pointers.
        let key = unsafe { text("the key of a tag", key, key_len) }?;
        Ok(Page::tags(on!(store, |on| on.tag_values(key))?))
    };
    // SAFETY: as above.
    unsafe { give(page, error, work) }
}
