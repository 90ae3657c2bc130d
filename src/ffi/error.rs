//! Errors as objects.

use std::ffi::c_char;
use std::ptr;

use super::guard::{bare, code, or_default};
use super::handle::{self, Kind, Object};
use super::output::Text;
use super::strongroom_status;
use crate::{Error, ErrorKind, Holder};

/// Why a call failed. It never holds a secret, a key or a passphrase.
pub struct strongroom_error {
    _private: (),
}

pub(super) struct Failure {
    kind: ErrorKind,
    message: Text,
    os_error: i32,
    details: Text,
}

impl Object for Failure {
    type Opaque = strongroom_error;
    const KIND: Kind = Kind::Error;
}

impl Failure {
    pub(super) fn new(error: &Error) -> Self {
        let os_error = error.raw_os_error().unwrap_or(0);
        Self {
            kind: error.kind(),
            message: Text::new(&error.to_string()),
            os_error,
            details: Text::new(&details(error, os_error)),
        }
    }
}

/// Nothing in it is made of data, so nothing needs escaping.
fn details(error: &Error, os_error: i32) -> String {
    let (kind, code) = (error.kind(), code(error.kind()));
    let holder = match error.holder() {
        Some(Holder::Readers) => "\"readers\"",
        Some(Holder::Writer) => "\"writer\"",
        None => "null",
    };
    let (name, retryable) = (kind.name(), kind.is_retryable());
    format!(
        r#"{{"code":{code},"name":"{name}","os_error":{os_error},"holder":{holder},"retryable":{retryable}}}"#
    )
}

/// The name of a status as the header spells it, such as "STRONGROOM_E_NOT_FOUND". For an unknown one it is
/// "STRONGROOM_E_UNKNOWN".
///
/// Ownership: static, never freed.
/// Thread safety: any thread.
/// Errors: none.
#[unsafe(no_mangle)]
pub extern "C" fn strongroom_status_name(status: strongroom_status) -> *const c_char {
    super::library::status_name(status).as_ptr()
}

/// The status the call returned; 0 for what is no error object.
///
/// Ownership: borrows `error`.
/// Thread safety: any thread.
/// Errors: none.
#[unsafe(no_mangle)]
pub extern "C" fn strongroom_error_code(error: *const strongroom_error) -> strongroom_status {
    or_default(|| handle::get::<Failure>(error).map(|failure| code(failure.kind)))
}

/// One sentence for a person: what went wrong, and what to do. NULL for what is no error object.
///
/// Ownership: borrowed from `error`, until that is freed. UTF-8, ends with a NUL.
/// Thread safety: any thread.
/// Errors: none.
#[unsafe(no_mangle)]
pub extern "C" fn strongroom_error_message(error: *const strongroom_error) -> *const c_char {
    text_of(error, |failure| &failure.message)
}

/// What is known beyond the message, as a JSON object for logs: code, name, os_error, holder ("readers", "writer" or null),
/// retryable. NULL for what is no error object.
///
/// Ownership: borrowed from `error`, until that is freed. UTF-8, ends with a NUL.
/// Thread safety: any thread.
/// Errors: none.
#[unsafe(no_mangle)]
pub extern "C" fn strongroom_error_details(error: *const strongroom_error) -> *const c_char {
    text_of(error, |failure| &failure.details)
}

/// The number of the operating system's error (errno) behind this one; 0 if there is none.
///
/// Ownership: borrows `error`.
/// Thread safety: any thread.
/// Errors: none.
#[unsafe(no_mangle)]
pub extern "C" fn strongroom_error_os_error(error: *const strongroom_error) -> i32 {
    or_default(|| handle::get::<Failure>(error).map(|failure| failure.os_error))
}

/// 1 if the very same call may succeed later, because what was in the way may go by itself; else 0.
///
/// Ownership: borrows `error`.
/// Thread safety: any thread.
/// Errors: none.
#[unsafe(no_mangle)]
pub extern "C" fn strongroom_error_retryable(error: *const strongroom_error) -> i32 {
    or_default(|| handle::get::<Failure>(error).map(|failure| i32::from(failure.kind.is_retryable())))
}

/// Frees an error object. NULL is fine.
///
/// Ownership: takes `error`.
/// Thread safety: any thread.
/// Errors: BAD_HANDLE, CLOSED.
#[unsafe(no_mangle)]
pub extern "C" fn strongroom_error_free(error: *mut strongroom_error) -> strongroom_status {
    free::<Failure>(error)
}

/// Frees what a handle stands for.
pub(super) fn free<T: Object>(handle: *mut T::Opaque) -> strongroom_status {
    bare(|| if handle.is_null() { Ok(()) } else { handle::take::<T>(handle).map(drop) })
}

/// A text of an error object. It stays where it is as long as the object lives.
fn text_of(error: *const strongroom_error, text: impl Fn(&Failure) -> &Text) -> *const c_char {
    let found = or_default(|| handle::get::<Failure>(error).map(|failure| Some(text(&failure).view().data)));
    found.unwrap_or(ptr::null())
}
