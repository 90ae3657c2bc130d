//! From types to what C reads.

use std::ffi::c_char;
use std::mem::MaybeUninit;
use std::time::Duration;

use super::constants::{STRONGROOM_INHERITED, STRONGROOM_NO_TIME};
use super::handle::{self, Object};
use super::input::invalid;
use crate::{Error, ErrorKind, Result, Timestamp};

/// A text that belongs to an object, and lives as long. UTF-8; it also ends with a NUL, which `len` does not count.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct strongroom_text {
    pub data: *const c_char,
    pub len: usize,
}

/// A text in a form that C can borrow.
pub(super) struct Text(Box<[u8]>);

impl Text {
    pub(super) fn new(text: &str) -> Self {
        // No text of ours has a NUL inside; a message that quotes one would end there for whoever ignores the length.
        let bytes = text.bytes().map(|byte| if byte == 0 { b' ' } else { byte });
        Self(bytes.chain([0]).collect())
    }

    /// The empty one, which belongs to nobody.
    pub(super) fn empty() -> strongroom_text {
        strongroom_text { data: c"".as_ptr(), len: 0 }
    }

    pub(super) fn view(&self) -> strongroom_text {
        strongroom_text { data: self.0.as_ptr().cast(), len: self.0.len() - 1 }
    }
}

/// Where a result goes.
pub(super) struct Out<T>(*mut T);

/// # Safety
///
/// What is not NULL must be writable as long as the result is used.
pub(super) unsafe fn out<T>(what: &str, to: *mut T) -> Result<Out<T>> {
    if to.is_null() { Err(invalid(format!("{what} is NULL"))) } else { Ok(Out(to)) }
}

impl<T> Out<T> {
    pub(super) fn write(self, value: T) {
        // SAFETY: whoever made this promised that it can be written to.
        unsafe { self.0.write(value) }
    }
}

/// Where a short text and its NUL go: what it is, and how many bytes every text of its kind needs.
pub(super) struct TextOut {
    to: *mut c_char,
    len: usize,
    what: &'static str,
    need: usize,
}

/// # Safety
///
/// `len` bytes from `to` on must be writable as long as the result is used.
pub(super) unsafe fn text_out(
    (what, need): (&'static str, usize),
    to: *mut c_char,
    len: usize,
) -> Result<TextOut> {
    if to.is_null() { Err(invalid("the buffer is NULL")) } else { Ok(TextOut { to, len, what, need }) }
}

impl TextOut {
    /// Writes a text, and says how long it is without its NUL.
    pub(super) fn write(self, text: &str) -> Result<usize> {
        let Self { to, len, what, need } = self;
        if text.len() >= len {
            let message = format!("{what} needs a buffer of {need} bytes");
            return Err(Error::new(ErrorKind::BufferTooSmall, message));
        }
        // SAFETY: whoever made this promised so many bytes, and the text and its NUL fit.
        unsafe {
            std::ptr::copy_nonoverlapping(text.as_ptr(), to.cast(), text.len());
            to.add(text.len()).write(0);
        }
        Ok(text.len())
    }
}

/// # Safety
///
/// As [`out`]. A handle is NULL until there is one.
pub(super) unsafe fn out_handle<T>(what: &str, to: *mut *mut T) -> Result<Out<*mut T>> {
    // SAFETY: the promises are the same.
    let out = unsafe { out(what, to) }?;
    // SAFETY: as above.
    unsafe { to.write(std::ptr::null_mut()) };
    Ok(out)
}

/// As [`out_handle`], but `None` for NULL, which says that nobody wants it.
///
/// # Safety
///
/// As [`out_handle`].
pub(super) unsafe fn optional_handle<T>(to: *mut *mut T) -> Result<Option<Out<*mut T>>> {
    if to.is_null() {
        return Ok(None);
    }
    // SAFETY: the promises are the same.
    unsafe { out_handle("an optional result", to) }.map(Some)
}

impl<T> Out<*mut T> {
    pub(super) fn give<O: Object<Opaque = T>>(self, object: O) -> Result<()> {
        self.write(handle::give(object)?);
        Ok(())
    }
}

/// A struct that may grow: its first member is the size its reader was compiled with.
///
/// # Safety
///
/// `repr(C)`, with `struct_size: usize` first, and valid for any bytes behind it.
pub(super) unsafe trait Sized1: Copy {}

/// No struct of ours comes near it: what is larger was never set.
const STRUCT_SIZE_MAX: usize = 4096;

const HEAD: usize = size_of::<usize>();

/// The size that the reader of a struct was compiled with: refused before anything is done, if it was not set.
///
/// # Safety
///
/// As [`fill`], but it is only read.
pub(super) unsafe fn struct_size<T: Sized1>(what: &str, of: *const T) -> Result<usize> {
    if of.is_null() {
        return Err(invalid(format!("{what} is NULL")));
    }
    // SAFETY: not NULL, and the first member is a `usize` that the caller has set.
    let size = unsafe { of.cast::<usize>().read() };
    if !(HEAD + 1..=STRUCT_SIZE_MAX).contains(&size) {
        return Err(invalid(format!("set struct_size of {what} to its sizeof before the call")));
    }
    Ok(size)
}

/// As much of a struct as its writer knows, and zeros where this library knows more.
///
/// # Safety
///
/// What is not NULL must be a struct whose `struct_size` is set, and readable for that many bytes.
pub(super) unsafe fn taken<T: Sized1>(what: &str, from: *const T) -> Result<T> {
    // SAFETY: the promises are the same.
    let size = unsafe { struct_size(what, from) }?;
    let mut taken = MaybeUninit::<T>::zeroed();
    // SAFETY: both are at least that long, and a `Sized1` is valid for any bytes.
    unsafe {
        std::ptr::copy_nonoverlapping(from.cast::<u8>(), taken.as_mut_ptr().cast(), size.min(size_of::<T>()));
        Ok(taken.assume_init())
    }
}

/// Writes as much of a struct as its reader knows, and zeros where it knows more.
///
/// # Safety
///
/// What is not NULL must be a struct whose `struct_size` is set, and writable for that many bytes.
pub(super) unsafe fn fill<T: Sized1>(what: &str, to: *mut T, value: &T) -> Result<()> {
    // SAFETY: the promises are the same.
    let size = unsafe { struct_size(what, to) }?;
    let known = size.min(size_of::<T>());
    let from = std::ptr::from_ref(value).cast::<u8>();
    // SAFETY: both are at least `known` bytes long, and the reader's is `size`; they do not overlap, because `value` is ours.
    unsafe {
        let to = to.cast::<u8>();
        std::ptr::copy_nonoverlapping(from.add(HEAD), to.add(HEAD), known - HEAD);
        std::ptr::write_bytes(to.add(known), 0, size - known);
    }
    Ok(())
}

/// A text of at most `LEN - 1` bytes with zeros behind it.
pub(super) fn fixed<const LEN: usize>(text: &str) -> [c_char; LEN] {
    let mut fixed = [0; LEN];
    let len = text.len().min(LEN.saturating_sub(1));
    // SAFETY: both are at least `len` bytes long, and `c_char` is a byte.
    unsafe { std::ptr::copy_nonoverlapping(text.as_ptr().cast(), fixed.as_mut_ptr(), len) };
    fixed
}

pub(super) fn time(time: Option<Timestamp>) -> i64 {
    time.map_or(STRONGROOM_NO_TIME, Timestamp::as_millis)
}

pub(super) fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

pub(super) fn inherited(number: Option<impl Into<i64>>) -> i64 {
    number.map_or(STRONGROOM_INHERITED, Into::into)
}
