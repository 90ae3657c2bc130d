//! Versions one by one.

use std::ffi::c_char;

use super::error::strongroom_error;
use super::guard::guard;
use super::input::secret_path;
use super::output::optional_handle;
use super::page::{Page, give, strongroom_page};
use super::store::{on, strongroom_store};
use super::strongroom_status;

/// What is known of the versions of a secret, from the oldest: a page of strongroom_page_version items.
///
/// Ownership: borrows `store` and `path`. `*page` is the caller's, to free with strongroom_page_free.
/// Thread safety: any thread.
/// Errors: INVALID_ARGUMENT, BAD_HANDLE, CLOSED, NOT_FOUND, LOCKED, TAMPERED, POISONED, IO, FORKED.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_versions(
    store: *const strongroom_store,
    path: *const c_char,
    path_len: usize,
    page: *mut *mut strongroom_page,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    let work = || {
        // SAFETY: as the top of the header says of pointers.
        let path = unsafe { secret_path(path, path_len) }?;
        Ok(Page::versions(on!(store, |on| on.versions(path))?))
    };
    // SAFETY: as above.
    unsafe { give(page, error, work) }
}

/// A change of one version, which may tell what it is then.
macro_rules! change {
    ($store:ident, $path:ident, $path_len:ident, $version:ident, $page:ident, $error:ident, $method:ident) => {{
        let work = || {
            // SAFETY: as the top of the header says of pointers.
            let page = unsafe { optional_handle($page) }?;
            // SAFETY: as above.
            let path = unsafe { secret_path($path, $path_len) }?;
            let info = on!($store, |on| on.$method(path, $version))?;
            page.map_or(Ok(()), |page| page.give(Page::versions([info])))
        };
        // SAFETY: as above.
        unsafe { guard($error, work) }
    }};
}

/// Deletes one version: it cannot be read, and can be restored for as many days as the trash has. `page`, unless NULL, gets a page of one
/// strongroom_page_version.
///
/// Ownership: borrows `store` and `path`. `*page` is the caller's, to free with strongroom_page_free.
/// Thread safety: any thread.
/// Errors: INVALID_ARGUMENT, BAD_HANDLE, CLOSED, NOT_FOUND, DESTROYED, REENTRANT, IN_USE, READ_ONLY, LOCKED, DISK_FULL, POISONED, IO, FORKED.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_delete_version(
    store: *mut strongroom_store,
    path: *const c_char,
    path_len: usize,
    version: u64,
    page: *mut *mut strongroom_page,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    change!(store, path, path_len, version, page, error, delete_version)
}

/// Restores a deleted version; of one that is not deleted it changes nothing. `page`, unless NULL, gets a page of one strongroom_page_version.
///
/// Ownership: borrows `store` and `path`. `*page` is the caller's, to free with strongroom_page_free.
/// Thread safety: any thread.
/// Errors: as strongroom_delete_version; DESTROYED also if its time is over.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_restore_version(
    store: *mut strongroom_store,
    path: *const c_char,
    path_len: usize,
    version: u64,
    page: *mut *mut strongroom_page,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    change!(store, path, path_len, version, page, error, restore_version)
}

/// Destroys the value of one version for good. `page`, unless NULL, gets a page of one strongroom_page_version.
///
/// Ownership: borrows `store` and `path`. `*page` is the caller's, to free with strongroom_page_free.
/// Thread safety: any thread.
/// Errors: as strongroom_delete_version.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_destroy_version(
    store: *mut strongroom_store,
    path: *const c_char,
    path_len: usize,
    version: u64,
    page: *mut *mut strongroom_page,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    change!(store, path, path_len, version, page, error, destroy_version)
}
