//! Reading secrets.

use std::ffi::c_char;

use super::error::strongroom_error;
use super::guard::guard;
use super::input::{bytes, secret_path, text};
use super::items::{secret_info_in, strongroom_secret_info};
use super::output::{fill, out, out_handle, strongroom_text, struct_size};
use super::page::{Page, give, strongroom_page};
use super::room::Room;
use super::secret::{Found, Owned, strongroom_secret, strongroom_secrets};
use super::store::{on, strongroom_store};
use super::strongroom_status;
use crate::{Error, ErrorKind, Secret};

/// Version `version` of a secret, or the current one with 0.
///
/// # Safety
///
/// As the top of the header says of pointers.
pub(super) unsafe fn read(
    store: *const strongroom_store,
    path: *const c_char,
    path_len: usize,
    version: u64,
) -> Result<Secret, Error> {
    // SAFETY: as above.
    let path = unsafe { secret_path(path, path_len) }?;
    on!(store, |on| match version {
        0 => on.get(path),
        version => on.get_version(path, version),
    })
}

/// Reads a secret: version `version`, or the current one with 0.
///
/// Ownership: borrows `store` and `path`. `*secret` is the caller's, to free with strongroom_secret_free.
/// Thread safety: any thread.
/// Errors: INVALID_ARGUMENT, BAD_HANDLE, CLOSED, NOT_FOUND, DESTROYED, VERSION_EXPIRED, EXPIRED, LOCKED, TAMPERED, POISONED, IO, FORKED.
/// With a secret whose reads are audited strictly also READ_ONLY, REENTRANT, IN_USE and DISK_FULL, and in a transaction LIMIT_EXCEEDED.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_get(
    store: *const strongroom_store,
    path: *const c_char,
    path_len: usize,
    version: u64,
    secret: *mut *mut strongroom_secret,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    let work = || {
        // SAFETY: as the top of the header says of pointers.
        let secret = unsafe { out_handle("secret", secret) }?;
        // SAFETY: as above.
        let found = unsafe { read(store, path, path_len, version) }?;
        secret.give(Owned::new(found))
    };
    // SAFETY: as above.
    unsafe { guard(error, work) }
}

/// Reads the value of a secret into the caller's memory: version `version`, or the current one with 0. `*value_len` gets the length
/// of the value also if the buffer is too small; the buffer is then left as it was.
///
/// Ownership: borrows `store` and `path`; writes `buffer` and `*value_len`. The caller wipes the buffer: strongroom_wipe.
/// Thread safety: any thread.
/// Errors: INVALID_ARGUMENT, BAD_HANDLE, CLOSED, BUFFER_TOO_SMALL, NOT_FOUND, DESTROYED, VERSION_EXPIRED, EXPIRED, LOCKED, TAMPERED, POISONED, IO, FORKED.
/// With a secret whose reads are audited strictly also READ_ONLY, REENTRANT, IN_USE and DISK_FULL, and in a transaction LIMIT_EXCEEDED.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_get_into(
    store: *const strongroom_store,
    path: *const c_char,
    path_len: usize,
    version: u64,
    buffer: *mut u8,
    buffer_len: usize,
    value_len: *mut usize,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    let work = || {
        // SAFETY: as the top of the header says of pointers.
        let value_len = unsafe { out("value_len", value_len) }?;
        // SAFETY: as above; this only checks pointer and length.
        unsafe { bytes("the buffer", buffer, buffer_len) }?;
        // SAFETY: as above.
        let found = unsafe { read(store, path, path_len, version) }?;
        let value = found.value().expose();
        value_len.write(value.len());
        if value.len() > buffer_len {
            let message = format!("the buffer has {buffer_len} bytes, and the value has {}", value.len());
            return Err(Error::new(ErrorKind::BufferTooSmall, message));
        }
        if !value.is_empty() {
            // SAFETY: not NULL, long enough, and the caller's alone.
            unsafe { std::ptr::copy_nonoverlapping(value.as_ptr(), buffer, value.len()) };
        }
        Ok(())
    };
    // SAFETY: as above.
    unsafe { guard(error, work) }
}

/// Reads a secret, version `version` or the current one with 0, into the caller's memory if it fits there, and as an object if it does
/// not: so it is read once, however large it is, and a small one without an object. If it fits, `*secret` is NULL, the value is in
/// `buffer`, what strongroom_secret_describe tells in `*info`, and its texts and tags in `texts`; else `*secret` is the object, and these
/// three are not to be read. `*value_len` gets the length of the value in both cases. Nobody who passes NULL for `info` needs room in
/// `texts`, which is NULL then. 512 bytes are enough for the texts of most secrets.
///
/// Ownership: borrows `store` and `path`; writes `buffer`, which the caller wipes, `*value_len`, `*info` and `texts`, which `*info` points
/// into. `*secret`, unless NULL, is the caller's, to free with strongroom_secret_free.
/// Thread safety: any thread.
/// Errors: INVALID_ARGUMENT, BAD_HANDLE, CLOSED, NOT_FOUND, DESTROYED, VERSION_EXPIRED, EXPIRED, LOCKED, TAMPERED, POISONED, IO, FORKED.
/// With a secret whose reads are audited strictly also READ_ONLY, REENTRANT, IN_USE and DISK_FULL, and in a transaction LIMIT_EXCEEDED.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_read(
    store: *const strongroom_store,
    path: *const c_char,
    path_len: usize,
    version: u64,
    buffer: *mut u8,
    buffer_len: usize,
    value_len: *mut usize,
    info: *mut strongroom_secret_info,
    texts: *mut u8,
    texts_len: usize,
    secret: *mut *mut strongroom_secret,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    let work = || {
        // SAFETY: as the top of the header says of pointers.
        let secret = unsafe { out_handle("secret", secret) }?;
        // SAFETY: as above.
        let value_len = unsafe { out("value_len", value_len) }?;
        // SAFETY: as above; these two only check pointers and lengths.
        unsafe { bytes("the buffer", buffer, buffer_len) }?;
        // SAFETY: as above.
        unsafe { bytes("texts", texts, texts_len) }?;
        if !info.is_null() {
            // SAFETY: as above.
            unsafe { struct_size("info", info) }?;
        }
        // SAFETY: as above.
        let found = unsafe { read(store, path, path_len, version) }?;
        let value = found.value().expose();
        value_len.write(value.len());
        if value.len() > buffer_len {
            return secret.give(Owned::new(found));
        }
        if !info.is_null() {
            // SAFETY: as above.
            let mut room = unsafe { Room::new(texts, texts_len) };
            let Some(known) = secret_info_in(&mut room, found.info()) else {
                return secret.give(Owned::new(found));
            };
            // SAFETY: as above.
            unsafe { fill("info", info, &known) }?;
        }
        if !value.is_empty() {
            // SAFETY: not NULL, long enough, and the caller's alone.
            unsafe { std::ptr::copy_nonoverlapping(value.as_ptr(), buffer, value.len()) };
        }
        Ok(())
    };
    // SAFETY: as above.
    unsafe { guard(error, work) }
}

/// Reads what is known of a secret without its value: a page of one strongroom_page_secret.
///
/// Ownership: borrows `store` and `path`. `*page` is the caller's, to free with strongroom_page_free.
/// Thread safety: any thread.
/// Errors: INVALID_ARGUMENT, BAD_HANDLE, CLOSED, NOT_FOUND, LOCKED, TAMPERED, POISONED, IO, FORKED.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_info(
    store: *const strongroom_store,
    path: *const c_char,
    path_len: usize,
    page: *mut *mut strongroom_page,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    let work = || {
        // SAFETY: as the top of the header says of pointers.
        let path = unsafe { secret_path(path, path_len) }?;
        Ok(Page::secrets([on!(store, |on| on.info(path))?]))
    };
    // SAFETY: as above.
    unsafe { give(page, error, work) }
}

/// Reads the current versions of several secrets, all of one state of the store.
///
/// Ownership: borrows `store` and `paths`, whose lengths may be STRONGROOM_NUL_TERMINATED. `*secrets` is the caller's, to free with
/// strongroom_secrets_free.
/// Thread safety: any thread.
/// Errors: of the whole INVALID_ARGUMENT, BAD_HANDLE, CLOSED, LOCKED, POISONED, FORKED; of each, from strongroom_secrets_take, as strongroom_get.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_get_many(
    store: *const strongroom_store,
    paths: *const strongroom_text,
    path_count: usize,
    secrets: *mut *mut strongroom_secrets,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    let work = || {
        // SAFETY: as the top of the header says of pointers.
        let secrets = unsafe { out_handle("secrets", secrets) }?;
        // SAFETY: as above.
        let paths = unsafe { super::input::items("paths", paths, path_count) }?;
        let paths = paths.iter().map(|path| {
            // SAFETY: as above.
            unsafe { text("a path", path.data, path.len) }
        });
        let paths: Vec<&str> = paths.collect::<Result<_, Error>>()?;
        secrets.give(Found::new(on!(store, |on| on.get_many(paths))?))
    };
    // SAFETY: as above.
    unsafe { guard(error, work) }
}

/// Whether `candidate` is the current value of a secret (1 or 0), without showing the value. How long it takes does not depend on
/// where they differ.
///
/// Ownership: borrows `store`, `path` and `candidate`; writes `*matches`.
/// Thread safety: any thread.
/// Errors: as strongroom_get.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_matches(
    store: *const strongroom_store,
    path: *const c_char,
    path_len: usize,
    candidate: *const u8,
    candidate_len: usize,
    matches: *mut i32,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    let work = || {
        // SAFETY: as the top of the header says of pointers.
        let matches = unsafe { out("matches", matches) }?;
        // SAFETY: as above.
        let path = unsafe { secret_path(path, path_len) }?;
        // SAFETY: as above.
        let candidate = unsafe { bytes("the candidate", candidate, candidate_len) }?;
        matches.write(i32::from(on!(store, |on| on.matches(path, candidate))?));
        Ok(())
    };
    // SAFETY: as above.
    unsafe { guard(error, work) }
}
