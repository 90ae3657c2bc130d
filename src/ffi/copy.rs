//! Copies: backup, compact, purge, rekey.

use std::ffi::{c_char, c_void};
use std::ops::ControlFlow;

use super::error::{free, strongroom_error};
use super::guard::guard;
use super::handle::{self, Kind, Lock, Object};
use super::health::{strongroom_verified, verified_view};
use super::input::{file_path, flag};
use super::key::{self, strongroom_key};
use super::library::strongroom_kdf_cost;
use super::output::{Sized1, fill, out_handle};
use super::slots::new_slot;
use super::store::{root, strongroom_store};
use super::strongroom_status;
use super::write::check;
use crate::{Copied, CopyOptions, NewSlot, Progress, Result, Store};

/// Called now and then while a copy is made, on the calling thread, and not after the call has returned. Anything but 0 cancels: the call is
/// then CANCELLED, the store as it was, and nothing of the copy is left. It must not unwind, throw or longjmp. It may call the
/// library, also on this store; but while anything else than a backup is made, what writes, and closing the store, is REENTRANT.
pub type strongroom_progress_fn =
    Option<unsafe extern "C" fn(done: u64, total: u64, user_data: *mut c_void) -> i32>;

/// What a copy may do, and whom it tells how far it is. One object may serve many calls.
pub struct strongroom_copy_options {
    _private: (),
}

#[derive(Clone)]
struct Settings {
    progress: strongroom_progress_fn,
    user_data: *mut c_void,
    drop_other_slots: bool,
    new_slot: NewSlot,
}

// SAFETY: the pointer is only handed to the callback, by the thread of the call; what it means there is the caller's.
unsafe impl Send for Settings {}

pub(super) struct Held(Lock<Settings>);

impl Object for Held {
    type Opaque = strongroom_copy_options;
    const KIND: Kind = Kind::Copy;
}

impl Settings {
    fn new() -> Self {
        Self {
            progress: None,
            user_data: std::ptr::null_mut(),
            drop_other_slots: false,
            new_slot: NewSlot::new(),
        }
    }

    fn of(options: *const strongroom_copy_options) -> Result<Self> {
        if options.is_null() {
            return Ok(Self::new());
        }
        let options = handle::get::<Held>(options)?;
        let settings = options.0.lock()?;
        Ok(settings.clone())
    }

    fn options(&self) -> CopyOptions<'_> {
        let options =
            CopyOptions::new().drop_other_slots(self.drop_other_slots).new_slot(self.new_slot.clone());
        let Some(progress) = self.progress else { return options };
        options.progress(move |Progress { done, total, .. }| {
            // SAFETY: the caller promised a function that can be called with this until the copy is made.
            match unsafe { progress(done, total, self.user_data) } {
                0 => ControlFlow::Continue(()),
                _ => ControlFlow::Break(()),
            }
        })
    }
}

/// What a copy holds, after it was verified.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct strongroom_copied {
    /// Set by the caller to sizeof(strongroom_copied).
    pub struct_size: usize,
    /// The number of the commit that the copy holds.
    pub generation: u64,
    /// The length of the new file in bytes, spare room included.
    pub file_len: u64,
    /// What verifying the copy counted, as in strongroom_verified.
    pub blocks: u64,
    pub unreachable_blocks: u64,
    pub secrets: u64,
    pub trashed: u64,
    pub versions: u64,
    pub events: u64,
}

// SAFETY: `repr(C)`, `struct_size` comes first, and it is made of numbers.
unsafe impl Sized1 for strongroom_copied {}

/// Changes options, which stay as they were if that fails.
unsafe fn change(
    options: *mut strongroom_copy_options,
    error: *mut *mut strongroom_error,
    change: impl FnOnce(Settings) -> Result<Settings>,
) -> strongroom_status {
    let work = || {
        let options = handle::get::<Held>(options)?;
        let mut settings = options.0.lock()?;
        *settings = change(settings.clone())?;
        Ok(())
    };
    // SAFETY: as the caller promises.
    unsafe { guard(error, work) }
}

/// Without a callback; other slots are not dropped.
///
/// Ownership: `*options` is the caller's, to free with strongroom_copy_options_free.
/// Thread safety: any thread.
/// Errors: INVALID_ARGUMENT.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_copy_options_new(
    options: *mut *mut strongroom_copy_options,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    // SAFETY: as the top of the header says of pointers.
    unsafe { guard(error, || out_handle("options", options)?.give(Held(Lock::new(Settings::new())))) }
}

/// Whom to tell how far a copy is; NULL for nobody.
///
/// Ownership: borrows `options`; keeps `user_data`, which it only hands on, until it is set anew or freed and every copy that
/// began before has returned: a copy goes on with what it began with.
/// Thread safety: any thread; `progress` is called on the thread that copies.
/// Errors: BAD_HANDLE, CLOSED.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_copy_options_progress(
    options: *mut strongroom_copy_options,
    progress: strongroom_progress_fn,
    user_data: *mut c_void,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    // SAFETY: as the top of the header says of pointers.
    unsafe { change(options, error, |settings| Ok(Settings { progress, user_data, ..settings })) }
}

/// Whether strongroom_purge may leave slots behind (0 or 1), as it cannot take along any but the one of this handle.
///
/// Ownership: borrows `options`.
/// Thread safety: any thread.
/// Errors: BAD_HANDLE, CLOSED, INVALID_ARGUMENT.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_copy_options_drop_other_slots(
    options: *mut strongroom_copy_options,
    drop_others: i32,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    // SAFETY: as the top of the header says of pointers.
    unsafe {
        change(options, error, |settings| {
            Ok(Settings { drop_other_slots: flag("drop_others", drop_others)?, ..settings })
        })
    }
}

/// How the one slot of a strongroom_rekey is made: its label, or NULL, and its cost, or NULL for the store's floor.
///
/// Ownership: borrows `options`; copies `label` and `cost`.
/// Thread safety: any thread.
/// Errors: BAD_HANDLE, CLOSED, INVALID_ARGUMENT, KDF_LIMITS.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_copy_options_new_slot(
    options: *mut strongroom_copy_options,
    label: *const c_char,
    label_len: usize,
    cost: *const strongroom_kdf_cost,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    // SAFETY: as the top of the header says of pointers.
    unsafe {
        change(options, error, |settings| {
            Ok(Settings { new_slot: new_slot(label, label_len, cost)?, ..settings })
        })
    }
}

/// Frees options. NULL is fine.
///
/// Ownership: takes `options`.
/// Thread safety: any thread.
/// Errors: BAD_HANDLE, CLOSED.
#[unsafe(no_mangle)]
pub extern "C" fn strongroom_copy_options_free(options: *mut strongroom_copy_options) -> strongroom_status {
    free::<Held>(options)
}

/// Makes a copy, and tells what it holds, if anybody wants to know.
unsafe fn copy(
    store: *mut strongroom_store,
    options: *const strongroom_copy_options,
    copied: *mut strongroom_copied,
    copy: impl FnOnce(&Store, CopyOptions<'_>) -> Result<Copied>,
) -> Result<()> {
    // SAFETY: as the caller promises.
    unsafe { check("copied", copied) }?;
    let store = root(store)?;
    let settings = Settings::of(options)?;
    let what = copy(&store, settings.options())?;
    if copied.is_null() {
        return Ok(());
    }
    let strongroom_verified { blocks, unreachable_blocks, secrets, trashed, versions, events, .. } =
        verified_view(&what.verified);
    let (generation, file_len) = (what.generation, what.file_len);
    let view = strongroom_copied {
        struct_size: 0,
        generation,
        file_len,
        blocks,
        unreachable_blocks,
        secrets,
        trashed,
        versions,
        events,
    };
    // SAFETY: as above.
    unsafe { fill("copied", copied, &view) }
}

/// Writes a verified copy of the store, under the same keys, to a new file. Readers and writers go on meanwhile. If only the event of it
/// cannot be written, as in a store that is closed meanwhile, that is an error which says that the backup is in place. The name of a
/// temporary file (.strongroom-<16 hex digits>.tmp) is refused: writers remove such files.
///
/// Ownership: borrows `store`, `file` and `options`, which may be NULL; writes `*copied`, unless that is NULL.
/// Thread safety: any thread.
/// Errors: INVALID_ARGUMENT, BAD_HANDLE, CLOSED, ALREADY_EXISTS, CANCELLED, FILE_REFUSED, REENTRANT, IN_USE, LOCKED, DISK_FULL, TAMPERED, POISONED, IO,
/// FORKED.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_backup(
    store: *mut strongroom_store,
    file: *const c_char,
    file_len: usize,
    options: *const strongroom_copy_options,
    copied: *mut strongroom_copied,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    let work = || {
        // SAFETY: as the top of the header says of pointers.
        unsafe {
            let file = file_path(file, file_len)?;
            copy(store, options, copied, |store, options| store.backup_with(file, options))
        }
    };
    // SAFETY: as above.
    unsafe { guard(error, work) }
}

/// Gives free room back: replaces the file by a verified copy without it.
///
/// Ownership: borrows `store` and `options`, which may be NULL; writes `*copied`, unless that is NULL.
/// Thread safety: any thread.
/// Errors: as strongroom_backup; READ_ONLY.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_compact(
    store: *mut strongroom_store,
    options: *const strongroom_copy_options,
    copied: *mut strongroom_copied,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    // SAFETY: as the top of the header says of pointers.
    unsafe { guard(error, || copy(store, options, copied, |store, options| store.compact_with(options))) }
}

/// Seals everything anew under new random keys, in a new file that holds no block of the old one. The slot of this handle goes along; others
/// only if strongroom_copy_options_drop_other_slots gives them up.
///
/// Ownership: borrows `store` and `options`, which may be NULL; writes `*copied`, unless that is NULL.
/// Thread safety: any thread.
/// Errors: as strongroom_compact.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_purge(
    store: *mut strongroom_store,
    options: *const strongroom_copy_options,
    copied: *mut strongroom_copied,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    // SAFETY: as the top of the header says of pointers.
    unsafe { guard(error, || copy(store, options, copied, |store, options| store.purge_with(options))) }
}

/// As strongroom_purge, and `key` is then all that opens the store.
///
/// Ownership: borrows `store`, `key` and `options`, which may be NULL; writes `*copied`, unless that is NULL.
/// Thread safety: any thread.
/// Errors: as strongroom_compact; KDF_LIMITS, OUT_OF_MEMORY.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_rekey(
    store: *mut strongroom_store,
    key: *const strongroom_key,
    options: *const strongroom_copy_options,
    copied: *mut strongroom_copied,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    // SAFETY: as the top of the header says of pointers.
    unsafe {
        guard(error, || {
            key::with(key, |key| {
                copy(store, options, copied, |store, options| store.rekey_with(key, options))
            })
        })
    }
}
