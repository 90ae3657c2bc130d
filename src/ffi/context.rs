//! What calls say of themselves.

use std::ffi::c_char;

use super::error::{free, strongroom_error};
use super::guard::guard;
use super::handle::{self, Kind, Lock, Object};
use super::input::text;
use super::output::{out, out_handle};
use super::store::{Target, strongroom_store};
use super::strongroom_status;
use crate::{Context, Result};

/// What calls say of themselves: it stands in their audit events. One object may serve many handles.
pub struct strongroom_context {
    _private: (),
}

pub(super) struct Said(Lock<Context>);

impl Object for Said {
    type Opaque = strongroom_context;
    const KIND: Kind = Kind::Context;
}

/// Adds to a context, which stays as it was if that fails.
unsafe fn add(
    context: *mut strongroom_context,
    error: *mut *mut strongroom_error,
    add: impl FnOnce(Context) -> Result<Context>,
) -> strongroom_status {
    let work = || {
        let context = handle::get::<Said>(context)?;
        let mut context = context.0.lock()?;
        *context = add(context.clone())?;
        Ok(())
    };
    // SAFETY: as the caller promises.
    unsafe { guard(error, work) }
}

/// A context that says nothing.
///
/// Ownership: `*context` is the caller's, to free with strongroom_context_free.
/// Thread safety: any thread.
/// Errors: INVALID_ARGUMENT.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_context_new(
    context: *mut *mut strongroom_context,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    // SAFETY: as the top of the header says of pointers.
    unsafe { guard(error, || out_handle("context", context)?.give(Said(Lock::new(Context::new())))) }
}

/// Something the program says of itself or of whom it works for, such as "app" and "backup": a tag in form. Nothing is decided by it.
///
/// Ownership: borrows `context`; copies `key` and `value`.
/// Thread safety: any thread.
/// Errors: BAD_HANDLE, CLOSED, INVALID_ARGUMENT; a text that breaks a rule is refused when it is used.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_context_label(
    context: *mut strongroom_context,
    key: *const c_char,
    key_len: usize,
    value: *const c_char,
    value_len: usize,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    // SAFETY: as the top of the header says of pointers.
    unsafe {
        add(context, error, |context| {
            let key = text("the key of a label", key, key_len)?;
            Ok(context.label(key, text("the value of a label", value, value_len)?))
        })
    }
}

/// Why: one line of at most 256 bytes.
///
/// Ownership: borrows `context`; copies `reason`.
/// Thread safety: any thread.
/// Errors: BAD_HANDLE, CLOSED, INVALID_ARGUMENT; a text that breaks a rule is refused when it is used.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_context_reason(
    context: *mut strongroom_context,
    reason: *const c_char,
    reason_len: usize,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    // SAFETY: as the top of the header says of pointers.
    unsafe { add(context, error, |context| Ok(context.reason(text("the reason", reason, reason_len)?))) }
}

/// The number or name that other logs know the calls by: one line of at most 128 bytes.
///
/// Ownership: borrows `context`; copies `request_id`.
/// Thread safety: any thread.
/// Errors: BAD_HANDLE, CLOSED, INVALID_ARGUMENT; a text that breaks a rule is refused when it is used.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_context_request_id(
    context: *mut strongroom_context,
    request_id: *const c_char,
    request_id_len: usize,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    // SAFETY: as the top of the header says of pointers.
    unsafe {
        add(context, error, |context| {
            Ok(context.request_id(text("the id of the request", request_id, request_id_len)?))
        })
    }
}

/// A name for one change, of 1 to 255 bytes: if a change of the same kind is asked for again under it, by anybody and with the same arguments, it is not
/// made again, and returns what it returned the first time; with other arguments it is IDEMPOTENCY_CONFLICT. It is remembered in the commit of the
/// change, for as long as strongroom_policy_idempotency_window says, and not if the change failed. See strongroom_was_replayed.
///
/// Ownership: borrows `context`; copies `key`.
/// Thread safety: any thread.
/// Errors: BAD_HANDLE, CLOSED, INVALID_ARGUMENT; a text that breaks a rule is refused when it is used.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_context_idempotency_key(
    context: *mut strongroom_context,
    key: *const c_char,
    key_len: usize,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    // SAFETY: as the top of the header says of pointers.
    unsafe {
        add(context, error, |context| Ok(context.idempotency_key(text("the idempotency key", key, key_len)?)))
    }
}

/// Whether the last change of a secret through this handle was not made, because it had been under the same idempotency key (1 or 0). After
/// one that failed it says nothing. Threads that share a handle share this too: let each call have a handle of its own.
///
/// Ownership: borrows `store`; writes `*replayed`.
/// Thread safety: any thread.
/// Errors: INVALID_ARGUMENT, BAD_HANDLE, CLOSED.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_was_replayed(
    store: *const strongroom_store,
    replayed: *mut i32,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    let work = || {
        // SAFETY: as the top of the header says of pointers.
        let replayed = unsafe { out("replayed", replayed) }?;
        replayed.write(i32::from(handle::get::<Target>(store)?.was_replayed()?));
        Ok(())
    };
    // SAFETY: as above.
    unsafe { guard(error, work) }
}

/// Frees a context. NULL is fine.
///
/// Ownership: takes `context`.
/// Thread safety: any thread.
/// Errors: BAD_HANDLE, CLOSED.
#[unsafe(no_mangle)]
pub extern "C" fn strongroom_context_free(context: *mut strongroom_context) -> strongroom_status {
    free::<Said>(context)
}

/// Another handle of the same store, with the same rights, whose calls say `context` of themselves, instead of what this one says.
/// Closing it leaves the store open; closing the store closes it.
///
/// Ownership: borrows `store` and `context`. `*same` is the caller's, to end with strongroom_close.
/// Thread safety: any thread.
/// Errors: INVALID_ARGUMENT of a transaction, and of a context that breaks a rule; BAD_HANDLE, CLOSED.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_with(
    store: *const strongroom_store,
    context: *const strongroom_context,
    same: *mut *mut strongroom_store,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    let work = || {
        // SAFETY: as the top of the header says of pointers.
        let same = unsafe { out_handle("same", same) }?;
        let context = handle::get::<Said>(context)?;
        let context = context.0.lock()?.clone();
        same.give(handle::get::<Target>(store)?.with(&context)?)
    };
    // SAFETY: as above.
    unsafe { guard(error, work) }
}
