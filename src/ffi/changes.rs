//! What a write says beside the value.

use std::ffi::c_char;
use std::time::Duration;

use super::constants::{STRONGROOM_NO_TIME, STRONGROOM_ON_EXPIRY_BLOCK, STRONGROOM_ON_EXPIRY_TRASH};
use super::error::{free, strongroom_error};
use super::guard::guard;
use super::handle::{self, Kind, Lock, Object};
use super::input::{inherited, invalid, text, tier};
use super::output::out_handle;
use super::strongroom_status;
use crate::{OnExpiry, Put, Result, Tags, Timestamp, Update};

/// What a put or an update says beside the value, and on what condition it writes. What is left out stays as it is. One
/// object may serve many calls.
pub struct strongroom_changes {
    _private: (),
}

#[derive(Clone)]
pub(super) struct State {
    put: Put,
    update: Update,
    /// What only one of the two can be asked, if it was.
    only_put: Option<&'static str>,
    only_update: Option<&'static str>,
}

pub(super) struct Changes(Lock<State>);

impl Object for Changes {
    type Opaque = strongroom_changes;
    const KIND: Kind = Kind::Changes;
}

fn state(changes: *const strongroom_changes) -> Result<State> {
    let changes = handle::get::<Changes>(changes)?;
    let state = changes.0.lock()?;
    Ok(state.clone())
}

/// The changes of a put: those of NULL are none.
pub(super) fn of_put(changes: *const strongroom_changes) -> Result<Put> {
    if changes.is_null() {
        return Ok(Put::new());
    }
    let state = state(changes)?;
    match state.only_update {
        Some(what) => Err(invalid(format!("{what} is for an update, not for a put"))),
        None => Ok(state.put),
    }
}

/// The changes of an update.
pub(super) fn of_update(changes: *const strongroom_changes) -> Result<Update> {
    let state = state(changes)?;
    match state.only_put {
        Some(what) => Err(invalid(format!("{what} is for a put, not for an update"))),
        None => Ok(state.update),
    }
}

/// Adds to changes, which stay as they were if that fails.
unsafe fn add(
    changes: *mut strongroom_changes,
    error: *mut *mut strongroom_error,
    add: impl FnOnce(State) -> Result<State>,
) -> strongroom_status {
    let work = || {
        let changes = handle::get::<Changes>(changes)?;
        let mut state = changes.0.lock()?;
        *state = add(state.clone())?;
        Ok(())
    };
    // SAFETY: as the caller promises.
    unsafe { guard(error, work) }
}

macro_rules! both {
    ($state:expr, $method:ident($($argument:expr),*)) => {{
        let State { put, update, only_put, only_update } = $state;
        let (put, update) = (put.$method($($argument),*), update.$method($($argument),*));
        Ok(State { put, update, only_put, only_update })
    }};
}

/// No changes and no condition.
///
/// Ownership: `*changes` is the caller's, to free with strongroom_changes_free.
/// Thread safety: any thread.
/// Errors: INVALID_ARGUMENT.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_changes_new(
    changes: *mut *mut strongroom_changes,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    let none = State { put: Put::new(), update: Update::new(), only_put: None, only_update: None };
    // SAFETY: as the top of the header says of pointers.
    unsafe { guard(error, || out_handle("changes", changes)?.give(Changes(Lock::new(none)))) }
}

/// How much the secret matters: STRONGROOM_TIER_STANDARD, _SENSITIVE or _CRITICAL.
///
/// Ownership: borrows `changes`.
/// Thread safety: any thread.
/// Errors: BAD_HANDLE, CLOSED, INVALID_ARGUMENT.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_changes_tier(
    changes: *mut strongroom_changes,
    code: u32,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    // SAFETY: as the top of the header says of pointers.
    unsafe {
        add(changes, error, |state| {
            let tier = tier(code)?;
            both!(state, tier(tier))
        })
    }
}

/// A description of at most 4,096 bytes; an empty one takes it away.
///
/// Ownership: borrows `changes`; copies `description`.
/// Thread safety: any thread.
/// Errors: BAD_HANDLE, CLOSED, INVALID_ARGUMENT; a text that breaks a rule is refused when it is used.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_changes_description(
    changes: *mut strongroom_changes,
    description: *const c_char,
    description_len: usize,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    // SAFETY: as the top of the header says of pointers.
    unsafe {
        add(changes, error, |state| {
            let description = text("the description", description, description_len)?;
            both!(state, description(description))
        })
    }
}

/// A content type of RFC 6838, such as "application/json"; an empty one takes it away.
///
/// Ownership: borrows `changes`; copies `content_type`.
/// Thread safety: any thread.
/// Errors: BAD_HANDLE, CLOSED, INVALID_ARGUMENT; a text that breaks a rule is refused when it is used.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_changes_content_type(
    changes: *mut strongroom_changes,
    content_type: *const c_char,
    content_type_len: usize,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    // SAFETY: as the top of the header says of pointers.
    unsafe {
        add(changes, error, |state| {
            let content_type = text("the content type", content_type, content_type_len)?;
            both!(state, content_type(content_type))
        })
    }
}

/// One more tag, or another value for one. A bare label has an empty value.
///
/// Ownership: borrows `changes`; copies `key` and `value`.
/// Thread safety: any thread.
/// Errors: BAD_HANDLE, CLOSED, INVALID_ARGUMENT; a text that breaks a rule is refused when it is used.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_changes_tag(
    changes: *mut strongroom_changes,
    key: *const c_char,
    key_len: usize,
    value: *const c_char,
    value_len: usize,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    // SAFETY: as the top of the header says of pointers.
    unsafe {
        add(changes, error, |state| {
            let key = text("the key of a tag", key, key_len)?;
            let value = text("the value of a tag", value, value_len)?;
            both!(state, tag(key, value))
        })
    }
}

/// Takes the tag of this key away.
///
/// Ownership: borrows `changes`; copies `key`.
/// Thread safety: any thread.
/// Errors: BAD_HANDLE, CLOSED, INVALID_ARGUMENT; a text that breaks a rule is refused when it is used.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_changes_remove_tag(
    changes: *mut strongroom_changes,
    key: *const c_char,
    key_len: usize,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    // SAFETY: as the top of the header says of pointers.
    unsafe {
        add(changes, error, |state| {
            let key = text("the key of a tag", key, key_len)?;
            both!(state, remove_tag(key))
        })
    }
}

/// Takes all tags away that there are before the write; those added here with strongroom_changes_tag are then all there are.
///
/// Ownership: borrows `changes`.
/// Thread safety: any thread.
/// Errors: BAD_HANDLE, CLOSED.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_changes_replace_tags(
    changes: *mut strongroom_changes,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    // SAFETY: as the top of the header says of pointers.
    unsafe { add(changes, error, |state| both!(state, tags(Tags::new()))) }
}

/// How many versions are kept of this secret, 0 for all; STRONGROOM_INHERITED for what the namespace or the store says.
///
/// Ownership: borrows `changes`.
/// Thread safety: any thread.
/// Errors: BAD_HANDLE, CLOSED, INVALID_ARGUMENT.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_changes_max_versions(
    changes: *mut strongroom_changes,
    versions: i64,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    // SAFETY: as the top of the header says of pointers.
    unsafe {
        add(changes, error, |state| {
            let versions: Option<u32> = inherited("the number of versions", versions)?;
            both!(state, max_versions(versions))
        })
    }
}

/// How many days this secret and its versions stay in the trash, at most 3,650; STRONGROOM_INHERITED for what the namespace
/// or the store says.
///
/// Ownership: borrows `changes`.
/// Thread safety: any thread.
/// Errors: BAD_HANDLE, CLOSED, INVALID_ARGUMENT.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_changes_trash_days(
    changes: *mut strongroom_changes,
    days: i64,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    // SAFETY: as the top of the header says of pointers.
    unsafe {
        add(changes, error, |state| {
            let days: Option<u16> = inherited("the number of days", days)?;
            both!(state, trash_days(days))
        })
    }
}

/// When the secret expires, in milliseconds since the Unix epoch: from that instant on no value of it is read. It lies in the future, within a hundred
/// years. STRONGROOM_NO_TIME takes it away.
///
/// Ownership: borrows `changes`.
/// Thread safety: any thread.
/// Errors: BAD_HANDLE, CLOSED; a time that breaks a rule is refused when it is used.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_changes_expires_at(
    changes: *mut strongroom_changes,
    time_ms: i64,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    let at = (time_ms != STRONGROOM_NO_TIME).then(|| Timestamp::from_millis(time_ms));
    // SAFETY: as the top of the header says of pointers.
    unsafe { add(changes, error, |state| both!(state, expires_at(at))) }
}

/// As strongroom_changes_expires_at, so many seconds after the write.
///
/// Ownership: borrows `changes`.
/// Thread safety: any thread.
/// Errors: BAD_HANDLE, CLOSED; a time that breaks a rule is refused when it is used.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_changes_expires_in(
    changes: *mut strongroom_changes,
    seconds: u64,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    let after = Duration::from_secs(seconds);
    // SAFETY: as the top of the header says of pointers.
    unsafe { add(changes, error, |state| both!(state, expires_in(after))) }
}

/// What a sweep does once the secret has expired: STRONGROOM_ON_EXPIRY_BLOCK or _TRASH.
///
/// Ownership: borrows `changes`.
/// Thread safety: any thread.
/// Errors: BAD_HANDLE, CLOSED, INVALID_ARGUMENT.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_changes_on_expiry(
    changes: *mut strongroom_changes,
    code: u32,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    // SAFETY: as the top of the header says of pointers.
    unsafe {
        add(changes, error, |state| {
            let action = match code {
                STRONGROOM_ON_EXPIRY_BLOCK => OnExpiry::Block,
                STRONGROOM_ON_EXPIRY_TRASH => OnExpiry::Trash,
                _ => return Err(invalid(format!("{code} is no STRONGROOM_ON_EXPIRY_…"))),
            };
            both!(state, on_expiry(action))
        })
    }
}

/// How old, in seconds, the current version gets before strongroom_due lists the secret for rotation; 0 takes it away.
///
/// Ownership: borrows `changes`.
/// Thread safety: any thread.
/// Errors: BAD_HANDLE, CLOSED; more than a hundred years is refused when it is used.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_changes_rotate_every(
    changes: *mut strongroom_changes,
    seconds: u64,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    let every = (seconds != 0).then(|| Duration::from_secs(seconds));
    // SAFETY: as the top of the header says of pointers.
    unsafe { add(changes, error, |state| both!(state, rotate_every(every))) }
}

/// A note on the version that a put writes: one line of at most 256 bytes.
///
/// Ownership: borrows `changes`; copies `note`.
/// Thread safety: any thread.
/// Errors: BAD_HANDLE, CLOSED, INVALID_ARGUMENT; a text that breaks a rule is refused when it is used.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_changes_note(
    changes: *mut strongroom_changes,
    note: *const c_char,
    note_len: usize,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    // SAFETY: as the top of the header says of pointers.
    unsafe {
        add(changes, error, |state| {
            let put = state.put.note(text("the note", note, note_len)?);
            Ok(State { put, only_put: Some("a note"), ..state })
        })
    }
}

/// A put writes only if there is no secret at the path; otherwise ALREADY_EXISTS.
///
/// Ownership: borrows `changes`.
/// Thread safety: any thread.
/// Errors: BAD_HANDLE, CLOSED.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_changes_expect_absent(
    changes: *mut strongroom_changes,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    // SAFETY: as the top of the header says of pointers.
    unsafe {
        add(changes, error, |state| {
            let put = state.put.expect_absent();
            Ok(State { put, only_put: Some("an expected version"), ..state })
        })
    }
}

/// A put writes only if the current version has this number; otherwise CONFLICT. 0 expects no secret.
///
/// Ownership: borrows `changes`.
/// Thread safety: any thread.
/// Errors: BAD_HANDLE, CLOSED.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_changes_expect_version(
    changes: *mut strongroom_changes,
    version: u64,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    // SAFETY: as the top of the header says of pointers.
    unsafe {
        add(changes, error, |state| {
            let put = state.put.expect_version(version);
            Ok(State { put, only_put: Some("an expected version"), ..state })
        })
    }
}

/// An update writes only if the metadata have this number (meta_version of strongroom_secret_info); otherwise CONFLICT.
///
/// Ownership: borrows `changes`.
/// Thread safety: any thread.
/// Errors: BAD_HANDLE, CLOSED.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_changes_expect_meta_version(
    changes: *mut strongroom_changes,
    meta_version: u64,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    // SAFETY: as the top of the header says of pointers.
    unsafe {
        add(changes, error, |state| {
            let update = state.update.expect_meta_version(meta_version);
            Ok(State { update, only_update: Some("an expected number of the metadata"), ..state })
        })
    }
}

/// Frees changes. NULL is fine.
///
/// Ownership: takes `changes`.
/// Thread safety: any thread.
/// Errors: BAD_HANDLE, CLOSED.
#[unsafe(no_mangle)]
pub extern "C" fn strongroom_changes_free(changes: *mut strongroom_changes) -> strongroom_status {
    free::<Changes>(changes)
}
