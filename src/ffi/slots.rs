//! Key slots.

use std::ffi::c_char;

use super::error::strongroom_error;
use super::guard::guard;
use super::input::{flag, optional_text, text};
use super::key::{self, strongroom_key};
use super::library::strongroom_kdf_cost;
use super::output::{fixed, out, out_handle};
use super::page::{Page, give, strongroom_page};
use super::secret::{Owned, strongroom_secret};
use super::store::{root, strongroom_store};
use super::strongroom_status;
use crate::{KdfCost, NewSlot, Result, SlotId};

/// The id of a key slot: text and a NUL.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct strongroom_slot_id {
    pub text: [c_char; 40],
}

impl strongroom_slot_id {
    fn of(id: SlotId) -> Self {
        Self { text: fixed(&id.to_string()) }
    }
}

/// Label and cost of a new slot, each of which may be left out.
pub(super) unsafe fn new_slot(
    label: *const c_char,
    label_len: usize,
    cost: *const strongroom_kdf_cost,
) -> Result<NewSlot> {
    let mut new = NewSlot::new();
    // SAFETY: as the caller promises.
    if let Some(label) = unsafe { optional_text("the label", label, label_len) }? {
        new = new.label(label);
    }
    // SAFETY: as above.
    if let Some(cost) = unsafe { cost.as_ref() } {
        new = new.kdf_cost(KdfCost::new(cost.memory_kib, cost.passes, cost.lanes)?);
    }
    Ok(new)
}

/// The key slots of a store: a page of strongroom_page_slot items.
///
/// Ownership: borrows `store`. `*page` is the caller's, to free with strongroom_page_free.
/// Thread safety: any thread.
/// Errors: INVALID_ARGUMENT, BAD_HANDLE, CLOSED, LOCKED, TAMPERED, POISONED, FORKED.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_slots_list(
    store: *const strongroom_store,
    page: *mut *mut strongroom_page,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    let work = || Ok(Page::slots(root(store)?.slots().list()?));
    // SAFETY: as the top of the header says of pointers.
    unsafe { give(page, error, work) }
}

/// Adds a slot that `key` opens, with a label of at most 128 bytes, unless that is NULL, and a cost, unless that is NULL, of at least the
/// store's floor.
///
/// Ownership: borrows `store`, `key`, `label` and `cost`; writes `*id`.
/// Thread safety: any thread.
/// Errors: INVALID_ARGUMENT, BAD_HANDLE, CLOSED, ALREADY_EXISTS, LIMIT_EXCEEDED, KDF_LIMITS, OUT_OF_MEMORY, REENTRANT, IN_USE, READ_ONLY, LOCKED,
/// DISK_FULL, POISONED, IO, FORKED.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_slots_add(
    store: *mut strongroom_store,
    key: *const strongroom_key,
    label: *const c_char,
    label_len: usize,
    cost: *const strongroom_kdf_cost,
    id: *mut strongroom_slot_id,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    let work = || {
        // SAFETY: as the top of the header says of pointers.
        let id = unsafe { out("id", id) }?;
        // SAFETY: as above.
        let new = unsafe { new_slot(label, label_len, cost) }?;
        let store = root(store)?;
        id.write(strongroom_slot_id::of(key::with(key, |key| store.slots().add_with(key, new))?));
        Ok(())
    };
    // SAFETY: as above.
    unsafe { guard(error, work) }
}

/// Adds a slot with a new recovery code of 256 bits, to be written down: it is shown this once.
///
/// Ownership: borrows `store` and `label`, which may be NULL; writes `*id`. `*code` is the caller's, to free with strongroom_secret_free.
/// Thread safety: any thread.
/// Errors: as strongroom_slots_add.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_slots_add_recovery_code(
    store: *mut strongroom_store,
    label: *const c_char,
    label_len: usize,
    id: *mut strongroom_slot_id,
    code: *mut *mut strongroom_secret,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    let work = || {
        // SAFETY: as the top of the header says of pointers.
        let (id, code) = unsafe { (out("id", id)?, out_handle("code", code)?) };
        // SAFETY: as above.
        let new = unsafe { new_slot(label, label_len, std::ptr::null()) }?;
        let (slot, shown) = root(store)?.slots().add_recovery_code_with(new)?;
        id.write(strongroom_slot_id::of(slot));
        code.give(Owned::code(shown))
    };
    // SAFETY: as above.
    unsafe { guard(error, work) }
}

/// Replaces a passphrase by another one. When it returns, the old one opens nothing any more, whatever happens.
///
/// Ownership: borrows `store`, `old_key` and `new_key`.
/// Thread safety: any thread.
/// Errors: as strongroom_slots_add; WRONG_KEY if the old one opens no slot.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_slots_change_passphrase(
    store: *mut strongroom_store,
    old_key: *const strongroom_key,
    new_key: *const strongroom_key,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    let work = || {
        let store = root(store)?;
        key::with(old_key, |old| key::with(new_key, |new| store.slots().change_passphrase(old, new)))
    };
    // SAFETY: as the top of the header says of pointers.
    unsafe { guard(error, work) }
}

/// Removes a slot. `leave_raw_keys_only` (0 or 1) says that it may be the last one that a person can use.
///
/// Ownership: borrows `store` and `id`.
/// Thread safety: any thread.
/// Errors: INVALID_ARGUMENT, also if it is the last; BAD_HANDLE, CLOSED, NOT_FOUND, REENTRANT, IN_USE, READ_ONLY, LOCKED, DISK_FULL, POISONED, IO, FORKED.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_slots_remove(
    store: *mut strongroom_store,
    id: *const c_char,
    id_len: usize,
    leave_raw_keys_only: i32,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    let work = || {
        // SAFETY: as the top of the header says of pointers.
        let id: SlotId = unsafe { text("the id of the slot", id, id_len) }?.parse()?;
        let store = root(store)?;
        match flag("leave_raw_keys_only", leave_raw_keys_only)? {
            true => store.slots().remove_last_for_people(id),
            false => store.slots().remove(id),
        }
    };
    // SAFETY: as above.
    unsafe { guard(error, work) }
}

/// Which slot a key opens: a way to try a recovery code before it is needed. It counts as no use of the slot.
///
/// Ownership: borrows `store` and `key`; writes `*id`.
/// Thread safety: any thread.
/// Errors: INVALID_ARGUMENT, BAD_HANDLE, CLOSED, LOCKED, OUT_OF_MEMORY, FORKED; WRONG_KEY if it opens none.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_slots_check(
    store: *const strongroom_store,
    key: *const strongroom_key,
    id: *mut strongroom_slot_id,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    let work = || {
        // SAFETY: as the top of the header says of pointers.
        let id = unsafe { out("id", id) }?;
        let store = root(store)?;
        let found = key::with(key, |key| store.slots().check(key))?.ok_or_else(|| {
            crate::Error::new(crate::ErrorKind::WrongKey, "this key opens no slot of the store")
        })?;
        id.write(strongroom_slot_id::of(found));
        Ok(())
    };
    // SAFETY: as above.
    unsafe { guard(error, work) }
}
