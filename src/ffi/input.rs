//! From pointers and lengths to types.

use std::ffi::{CStr, OsStr, c_char};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::time::Duration;

use super::constants::{
    STRONGROOM_INHERITED, STRONGROOM_NUL_TERMINATED, STRONGROOM_TIER_CRITICAL, STRONGROOM_TIER_SENSITIVE,
    STRONGROOM_TIER_STANDARD,
};
use crate::{Error, ErrorKind, Result, SecretPath, Tier, Timestamp};

pub(super) fn invalid(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidArgument, message.into())
}

/// Bytes that are borrowed for one call. NULL with length 0 is the empty one.
///
/// # Safety
///
/// What is not NULL must be readable for `len` bytes, and unchanged, as long as the result is used.
pub(super) unsafe fn bytes<'a>(what: &str, data: *const u8, len: usize) -> Result<&'a [u8]> {
    match (data.is_null(), len) {
        (true, 0) => Ok(&[]),
        (true, _) => Err(invalid(format!("{what} is NULL, and its length is not 0"))),
        (false, len) if isize::try_from(len).is_err() => {
            Err(invalid(format!("the length of {what} is more than a buffer can have")))
        }
        // SAFETY: not NULL and not too long; the rest is promised by the caller.
        (false, len) => Ok(unsafe { std::slice::from_raw_parts(data, len) }),
    }
}

/// A text that is borrowed for one call, and may end with a NUL instead of having a length.
///
/// # Safety
///
/// As [`bytes`]; with [`STRONGROOM_NUL_TERMINATED`], up to its first NUL.
pub(super) unsafe fn text<'a>(what: &str, data: *const c_char, len: usize) -> Result<&'a str> {
    // SAFETY: the promises are the same.
    let bytes = unsafe { raw_text(what, data, len) }?;
    std::str::from_utf8(bytes).map_err(|_| invalid(format!("{what} is not UTF-8")))
}

/// As [`text`], but `None` for NULL with length 0.
///
/// # Safety
///
/// As [`text`].
pub(super) unsafe fn optional_text<'a>(
    what: &str,
    data: *const c_char,
    len: usize,
) -> Result<Option<&'a str>> {
    if data.is_null() && (len == 0 || len == STRONGROOM_NUL_TERMINATED) {
        return Ok(None);
    }
    // SAFETY: the promises are the same.
    unsafe { text(what, data, len) }.map(Some)
}

pub(super) unsafe fn raw_text<'a>(what: &str, data: *const c_char, len: usize) -> Result<&'a [u8]> {
    if len != STRONGROOM_NUL_TERMINATED {
        // SAFETY: the promises are the same.
        return unsafe { bytes(what, data.cast(), len) };
    }
    if data.is_null() {
        return Err(invalid(format!("{what} is NULL")));
    }
    // SAFETY: not NULL; the caller promises a NUL.
    Ok(unsafe { CStr::from_ptr(data) }.to_bytes())
}

/// The path of a secret.
///
/// # Safety
///
/// As [`text`].
pub(super) unsafe fn secret_path(data: *const c_char, len: usize) -> Result<SecretPath> {
    // SAFETY: the promises are the same.
    SecretPath::parse(unsafe { text("the path", data, len) }?)
}

/// The path of a file, in the bytes of the system.
///
/// # Safety
///
/// As [`text`].
pub(super) unsafe fn file_path<'a>(data: *const c_char, len: usize) -> Result<&'a Path> {
    // SAFETY: the promises are the same.
    let bytes = unsafe { raw_text("the name of the file", data, len) }?;
    if bytes.is_empty() {
        return Err(invalid("the name of the file is empty"));
    }
    Ok(Path::new(OsStr::from_bytes(bytes)))
}

pub(super) fn tier(code: u32) -> Result<Tier> {
    match code {
        STRONGROOM_TIER_STANDARD => Ok(Tier::Standard),
        STRONGROOM_TIER_SENSITIVE => Ok(Tier::Sensitive),
        STRONGROOM_TIER_CRITICAL => Ok(Tier::Critical),
        _ => Err(invalid("a tier is STRONGROOM_TIER_STANDARD, _SENSITIVE or _CRITICAL")),
    }
}

/// Milliseconds since the Unix epoch.
pub(super) fn time(millis: i64) -> Result<Timestamp> {
    if millis < 0 {
        return Err(invalid("a time is given in milliseconds since 1970, and cannot be before"));
    }
    Ok(Timestamp::from_millis(millis))
}

pub(super) fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// A number of at least 0, or -1 for none.
pub(super) fn inherited<T: TryFrom<i64>>(what: &str, number: i64) -> Result<Option<T>> {
    match number {
        STRONGROOM_INHERITED => Ok(None),
        number => T::try_from(number)
            .map(Some)
            .map_err(|_| invalid(format!("{what} is out of range; -1 inherits it from above"))),
    }
}

pub(super) fn flag(what: &str, value: i32) -> Result<bool> {
    match value {
        0 => Ok(false),
        1 => Ok(true),
        _ => Err(invalid(format!("{what} is 0 or 1"))),
    }
}

/// An array that is borrowed for one call. NULL with length 0 is the empty one.
///
/// # Safety
///
/// What is not NULL must be readable for `len` items, and unchanged, as long as the result is used.
pub(super) unsafe fn items<'a, T>(what: &str, data: *const T, len: usize) -> Result<&'a [T]> {
    if data.is_null() && len == 0 {
        return Ok(&[]);
    }
    let fits = len.checked_mul(size_of::<T>()).is_some_and(|bytes| isize::try_from(bytes).is_ok());
    if data.is_null() || !data.is_aligned() || !fits {
        return Err(invalid(format!("{what} is NULL, not aligned, or longer than an array can be")));
    }
    // SAFETY: not NULL, aligned and not too long; the rest is promised by the caller.
    Ok(unsafe { std::slice::from_raw_parts(data, len) })
}
