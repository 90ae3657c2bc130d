//! Deleting, restoring and destroying secrets.

use std::ffi::c_char;

use super::error::strongroom_error;
use super::guard::guard;
use super::input::{flag, optional_text, secret_path, text};
use super::output::{Sized1, fill, fixed};
use super::store::{on, strongroom_store};
use super::strongroom_status;
use super::write::{check, strongroom_written, tell};
use crate::{SecretPath, SecretRef, Sweep};

/// What a delete did. Times are milliseconds since the Unix epoch.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct strongroom_deleted {
    /// Set by the caller to sizeof(strongroom_deleted).
    pub struct_size: usize,
    pub deleted_at: i64,
    /// From when on a sweep removes it.
    pub purge_at: i64,
    /// "sec_…" and a NUL.
    pub id: [c_char; 32],
}

/// What a sweep did.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct strongroom_swept {
    /// Set by the caller to sizeof(strongroom_swept).
    pub struct_size: usize,
    /// Secrets that were removed.
    pub secrets: u64,
    /// Versions whose values were removed, those of the secrets among them.
    pub versions: u64,
    /// Whether more is due (1 or 0).
    pub more: i32,
    /// 1 if the clock went forward by more than a year at once: what would be due since then was left.
    pub held_back: i32,
    /// Secrets of which an event now says that they expire soon.
    pub expiring: u64,
    /// Secrets of which an event now says that they have expired, those among them that went to the trash.
    pub expired: u64,
    /// Events of the audit log that were removed, as the policy says.
    pub audit_events: u64,
}

// SAFETY: `repr(C)`, `struct_size` comes first, and it is made of numbers.
unsafe impl Sized1 for strongroom_deleted {}
// SAFETY: as above.
unsafe impl Sized1 for strongroom_swept {}

/// Moves a secret to the trash. Its path is free at once.
///
/// Ownership: borrows `store` and `path`; writes `*deleted`, unless that is NULL.
/// Thread safety: any thread.
/// Errors: INVALID_ARGUMENT, BAD_HANDLE, CLOSED, NOT_FOUND, REENTRANT, IN_USE, READ_ONLY, LOCKED, DISK_FULL, TAMPERED, POISONED, IO, FORKED.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_delete(
    store: *mut strongroom_store,
    path: *const c_char,
    path_len: usize,
    deleted: *mut strongroom_deleted,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    let work = || {
        // SAFETY: as the top of the header says of pointers.
        unsafe { check("deleted", deleted) }?;
        // SAFETY: as above.
        let path = unsafe { secret_path(path, path_len) }?;
        let what = on!(store, |on| on.delete(path))?;
        if deleted.is_null() {
            return Ok(());
        }
        let view = strongroom_deleted {
            struct_size: 0,
            deleted_at: what.deleted_at.as_millis(),
            purge_at: what.purge_at.as_millis(),
            id: fixed(&what.id.to_string()),
        };
        // SAFETY: as above.
        unsafe { fill("deleted", deleted, &view) }
    };
    // SAFETY: as above.
    unsafe { guard(error, work) }
}

/// Takes a secret out of the trash: by its id, or by the path it had, where the last deleted one is meant, and of several deleted in one millisecond
/// the last created one. It comes back to that path, or to
/// `to`, unless that is NULL.
///
/// Ownership: borrows `store`, `path_or_id` and `to`; writes `*written`, unless that is NULL.
/// Thread safety: any thread.
/// Errors: INVALID_ARGUMENT, BAD_HANDLE, CLOSED, NOT_FOUND, ALREADY_EXISTS, REENTRANT, IN_USE, READ_ONLY, LOCKED, DISK_FULL, TAMPERED, POISONED, IO,
/// FORKED.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_restore(
    store: *mut strongroom_store,
    path_or_id: *const c_char,
    path_or_id_len: usize,
    to: *const c_char,
    to_len: usize,
    written: *mut strongroom_written,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    let work = || {
        // SAFETY: as the top of the header says of pointers.
        unsafe { check("written", written) }?;
        // SAFETY: as above.
        let secret = unsafe { text("the path or id", path_or_id, path_or_id_len) }?.parse::<SecretRef>()?;
        // SAFETY: as above.
        let to = unsafe { optional_text("the path", to, to_len) }?.map(SecretPath::parse).transpose()?;
        let what = on!(store, |on| match to {
            Some(to) => on.restore_to(secret, to),
            None => on.restore(secret),
        })?;
        // SAFETY: as above.
        unsafe { tell(written, &what) }
    };
    // SAFETY: as above.
    unsafe { guard(error, work) }
}

/// Destroys a secret for good, with all its versions, live or in the trash: by its path, or by its id.
///
/// Ownership: borrows `store` and `path_or_id`.
/// Thread safety: any thread.
/// Errors: as strongroom_delete.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_destroy(
    store: *mut strongroom_store,
    path_or_id: *const c_char,
    path_or_id_len: usize,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    let work = || {
        // SAFETY: as the top of the header says of pointers.
        let secret = unsafe { text("the path or id", path_or_id, path_or_id_len) }?.parse::<SecretRef>()?;
        on!(store, |on| on.destroy(secret))
    };
    // SAFETY: as above.
    unsafe { guard(error, work) }
}

/// Removes for good what is past its time in the trash, in one commit: at most `items` secrets and single versions. `confirm_clock` (0 or 1) says
/// that the clock is right, even if it went forward by more than a year at once.
///
/// Ownership: borrows `store`; writes `*swept`, unless that is NULL.
/// Thread safety: any thread.
/// Errors: INVALID_ARGUMENT, BAD_HANDLE, CLOSED, REENTRANT, IN_USE, READ_ONLY, LOCKED, DISK_FULL, TAMPERED, POISONED, IO, FORKED.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_sweep(
    store: *mut strongroom_store,
    items: usize,
    confirm_clock: i32,
    swept: *mut strongroom_swept,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    let work = || {
        // SAFETY: as the top of the header says of pointers.
        unsafe { check("swept", swept) }?;
        let sweep = Sweep::new().at_most(items);
        let confirmed = flag("confirm_clock", confirm_clock)?;
        let sweep = if confirmed { sweep.confirm_clock() } else { sweep };
        let what = on!(store, |on| on.sweep(sweep))?;
        if swept.is_null() {
            return Ok(());
        }
        let view = strongroom_swept {
            struct_size: 0,
            secrets: what.secrets,
            versions: what.versions,
            more: i32::from(what.more),
            held_back: i32::from(what.held_back),
            expiring: what.expiring,
            expired: what.expired,
            audit_events: what.audit_events,
        };
        // SAFETY: as above.
        unsafe { fill("swept", swept, &view) }
    };
    // SAFETY: as above.
    unsafe { guard(error, work) }
}
