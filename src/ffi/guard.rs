//! The way out of every function.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr;

use super::error::{Failure, strongroom_error};
use super::{handle, strongroom_status};
use crate::{Error, ErrorKind, Result};

/// Runs a function of the interface, and gives its status. With `error` not NULL, `*error` is NULL behind a success and an
/// error object behind a failure; what was there before is not read.
///
/// A panic ends here: C cannot unwind. What it says is left out, because it may be made of data.
pub(super) unsafe fn guard(
    error: *mut *mut strongroom_error,
    work: impl FnOnce() -> Result<()>,
) -> strongroom_status {
    if !error.is_null() {
        // SAFETY: the caller promises that what is not NULL can be written to.
        unsafe { error.write(ptr::null_mut()) };
    }
    let Err(failure) = caught(work) else { return 0 };
    let code = code(failure.kind());
    if !error.is_null() {
        let object = caught(|| handle::give(Failure::new(&failure))).unwrap_or(ptr::null_mut());
        // SAFETY: as above.
        unsafe { error.write(object) };
    }
    code
}

/// As [`guard`], for a function without an error object.
pub(super) fn bare(work: impl FnOnce() -> Result<()>) -> strongroom_status {
    caught(work).map_or_else(|error| code(error.kind()), |()| 0)
}

/// As [`guard`], for a function that returns something else than a status.
pub(super) fn or_default<T: Default>(work: impl FnOnce() -> Result<T>) -> T {
    caught(work).unwrap_or_default()
}

fn caught<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| {
        // Dropping it runs whatever it is made of, which may panic again.
        std::mem::forget(panic);
        Err(Error::internal("a panic was caught at the C interface; please report it"))
    })
}

#[expect(clippy::as_conversions, reason = "the discriminant is the status")]
pub(super) fn code(kind: ErrorKind) -> strongroom_status {
    kind as strongroom_status
}
