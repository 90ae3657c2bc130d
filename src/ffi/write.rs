//! Writing secrets.

use std::ffi::c_char;

use super::changes::{of_put, of_update, strongroom_changes};
use super::error::strongroom_error;
use super::guard::guard;
use super::input::{bytes, flag, secret_path};
use super::items::tier_code;
use super::output::{Sized1, fill, fixed, optional_handle, out};
use super::page::{Page, strongroom_page};
use super::store::{on, strongroom_store};
use super::strongroom_status;
use crate::{Rename, Result, Written};

/// What a write did. Times are milliseconds since the Unix epoch.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct strongroom_written {
    /// Set by the caller to sizeof(strongroom_written).
    pub struct_size: usize,
    /// The number of the version that is current now.
    pub version: u64,
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
unsafe impl Sized1 for strongroom_written {}

/// Tells what a write did, if anybody wants to know.
pub(super) unsafe fn tell(written: *mut strongroom_written, what: &Written) -> Result<()> {
    if written.is_null() {
        return Ok(());
    }
    let view = strongroom_written {
        struct_size: 0,
        version: what.version(),
        created_at: what.created_at().as_millis(),
        updated_at: what.updated_at().as_millis(),
        tier: tier_code(what.tier()),
        reserved: 0,
        id: fixed(&what.id().to_string()),
        path: fixed(what.path().as_str()),
    };
    // SAFETY: as the caller promises.
    unsafe { fill("written", written, &view) }
}

/// Refuses a struct that could not be filled, before anything is written.
pub(super) unsafe fn check<T: Sized1>(what: &str, to: *const T) -> Result<()> {
    if to.is_null() {
        return Ok(());
    }
    // SAFETY: as the caller promises.
    unsafe { super::output::struct_size(what, to) }.map(drop)
}

/// Writes a secret: a new one, or the next version of one that is there. What `changes` leaves out stays as it is.
///
/// Ownership: borrows `store`, `path`, `value` and `changes`, which may be NULL; writes `*written`, unless that is NULL.
/// Thread safety: any thread.
/// Errors: INVALID_ARGUMENT, BAD_HANDLE, CLOSED, ALREADY_EXISTS, CONFLICT, EXPIRED, LIMIT_EXCEEDED, REENTRANT, IN_USE, READ_ONLY, LOCKED, DISK_FULL,
/// TAMPERED, POISONED, IO, FORKED.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_put(
    store: *mut strongroom_store,
    path: *const c_char,
    path_len: usize,
    value: *const u8,
    value_len: usize,
    changes: *const strongroom_changes,
    written: *mut strongroom_written,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    let work = || {
        // SAFETY: as the top of the header says of pointers.
        unsafe { check("written", written) }?;
        // SAFETY: as above.
        let path = unsafe { secret_path(path, path_len) }?;
        // SAFETY: as above.
        let value = unsafe { bytes("the value", value, value_len) }?;
        let put = of_put(changes)?;
        let what = on!(store, |on| on.put_with(path, value, &put))?;
        // SAFETY: as above.
        unsafe { tell(written, &what) }
    };
    // SAFETY: as above.
    unsafe { guard(error, work) }
}

/// Changes the metadata of a secret without a new version. What `changes` leaves out stays as it is; if nothing changes, nothing is
/// written. `page`, unless NULL, gets a page of one strongroom_page_secret.
///
/// Ownership: borrows `store`, `path` and `changes`. `*page` is the caller's, to free with strongroom_page_free.
/// Thread safety: any thread.
/// Errors: INVALID_ARGUMENT, BAD_HANDLE, CLOSED, NOT_FOUND, CONFLICT, LIMIT_EXCEEDED, REENTRANT, IN_USE, READ_ONLY, LOCKED, DISK_FULL, TAMPERED,
/// POISONED, IO, FORKED.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_update(
    store: *mut strongroom_store,
    path: *const c_char,
    path_len: usize,
    changes: *const strongroom_changes,
    page: *mut *mut strongroom_page,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    let work = || {
        // SAFETY: as the top of the header says of pointers.
        let page = unsafe { optional_handle(page) }?;
        // SAFETY: as above.
        let path = unsafe { secret_path(path, path_len) }?;
        let update = of_update(changes)?;
        let info = on!(store, |on| on.update(path, &update))?;
        page.map_or(Ok(()), |page| page.give(Page::secrets([info])))
    };
    // SAFETY: as above.
    unsafe { guard(error, work) }
}

/// Writes an older version once more, as a new one. It takes one that is retired too, whose value cannot be read any more: the way back from a
/// rotation to a wrong value. A version that must not come back is destroyed; to revoke it is not enough.
///
/// Ownership: borrows `store` and `path`; writes `*written`, unless that is NULL.
/// Thread safety: any thread.
/// Errors: as strongroom_get and strongroom_put, but for VERSION_EXPIRED.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_rollback(
    store: *mut strongroom_store,
    path: *const c_char,
    path_len: usize,
    version: u64,
    written: *mut strongroom_written,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    let work = || {
        // SAFETY: as the top of the header says of pointers.
        unsafe { check("written", written) }?;
        // SAFETY: as above.
        let path = unsafe { secret_path(path, path_len) }?;
        let what = on!(store, |on| on.rollback(path, version))?;
        // SAFETY: as above.
        unsafe { tell(written, &what) }
    };
    // SAFETY: as above.
    unsafe { guard(error, work) }
}

/// Gives a secret another path. Its id and its versions stay; their values are sealed anew, which above 64 MiB needs `allow_large` (0 or 1).
///
/// Ownership: borrows `store`, `path` and `to`; writes `*written`, unless that is NULL.
/// Thread safety: any thread.
/// Errors: INVALID_ARGUMENT, BAD_HANDLE, CLOSED, NOT_FOUND, ALREADY_EXISTS, LIMIT_EXCEEDED, REENTRANT, IN_USE, READ_ONLY, LOCKED, DISK_FULL, TAMPERED,
/// POISONED, IO, FORKED.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_rename(
    store: *mut strongroom_store,
    path: *const c_char,
    path_len: usize,
    to: *const c_char,
    to_len: usize,
    allow_large: i32,
    written: *mut strongroom_written,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    let work = || {
        // SAFETY: as the top of the header says of pointers.
        unsafe { check("written", written) }?;
        // SAFETY: as above.
        let (path, to) = unsafe { (secret_path(path, path_len)?, secret_path(to, to_len)?) };
        let rename = how(allow_large)?;
        let what = on!(store, |on| on.rename_with(path, to, rename))?;
        // SAFETY: as above.
        unsafe { tell(written, &what) }
    };
    // SAFETY: as above.
    unsafe { guard(error, work) }
}

/// Gives everything below a namespace another one, all or nothing. `renamed`, unless NULL, gets the number of secrets.
///
/// Ownership: borrows `store`, `namespace_path` and `to`; writes `*renamed`.
/// Thread safety: any thread.
/// Errors: as strongroom_rename.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_rename_prefix(
    store: *mut strongroom_store,
    namespace_path: *const c_char,
    namespace_path_len: usize,
    to: *const c_char,
    to_len: usize,
    allow_large: i32,
    renamed: *mut u64,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    let work = || {
        // SAFETY: as the top of the header says of pointers.
        let (from, to) =
            unsafe { (secret_path(namespace_path, namespace_path_len)?, secret_path(to, to_len)?) };
        let rename = how(allow_large)?;
        let count = on!(store, |on| on.rename_prefix_with(from, to, rename))?;
        if renamed.is_null() {
            return Ok(());
        }
        // SAFETY: as above.
        unsafe { out("renamed", renamed) }?.write(count);
        Ok(())
    };
    // SAFETY: as above.
    unsafe { guard(error, work) }
}

fn how(allow_large: i32) -> Result<Rename> {
    Ok(if flag("allow_large", allow_large)? { Rename::new().allow_large() } else { Rename::new() })
}
