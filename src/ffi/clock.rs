//! A clock that only the program turns.

use super::error::{free, strongroom_error};
use super::guard::{bare, guard};
use super::handle::{self, Kind, Object};
use super::output::{out, out_handle};
use super::{input, strongroom_status};
use crate::ManualClock;

/// A clock that shows what the program says: for tests. A store uses the system's clock unless it is opened with one.
pub struct strongroom_clock {
    _private: (),
}

pub(super) struct Clock(pub(super) ManualClock);

impl Object for Clock {
    type Opaque = strongroom_clock;
    const KIND: Kind = Kind::Clock;
}

/// Makes a clock that shows `start_ms`, in milliseconds since the Unix epoch.
///
/// Ownership: `*clock` is the caller's, to free with strongroom_clock_free. Stores opened with it keep it as long as they need it.
/// Thread safety: any thread.
/// Errors: INVALID_ARGUMENT.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_clock_new(
    start_ms: i64,
    clock: *mut *mut strongroom_clock,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    let work = || {
        // SAFETY: as the top of the header says of pointers.
        let clock = unsafe { out_handle("clock", clock) }?;
        clock.give(Clock(ManualClock::start(input::time(start_ms)?)))
    };
    // SAFETY: as above.
    unsafe { guard(error, work) }
}

/// Sets a clock forward by `ms` milliseconds.
///
/// Ownership: borrows `clock`.
/// Thread safety: any thread.
/// Errors: BAD_HANDLE, CLOSED, INVALID_ARGUMENT.
#[unsafe(no_mangle)]
pub extern "C" fn strongroom_clock_advance(clock: *mut strongroom_clock, ms: u64) -> strongroom_status {
    bare(|| {
        let clock = handle::get::<Clock>(clock)?;
        let shown = clock.0.now().as_millis();
        if i64::try_from(ms).ok().and_then(|ms| shown.checked_add(ms)).is_none() {
            return Err(input::invalid("a clock cannot go so far forward; was the time below zero?"));
        }
        clock.0.advance(input::millis(ms));
        Ok(())
    })
}

/// Sets a clock to a time, also back, in milliseconds since the Unix epoch.
///
/// Ownership: borrows `clock`.
/// Thread safety: any thread.
/// Errors: BAD_HANDLE, CLOSED, INVALID_ARGUMENT.
#[unsafe(no_mangle)]
pub extern "C" fn strongroom_clock_set(clock: *mut strongroom_clock, time_ms: i64) -> strongroom_status {
    bare(|| {
        let clock = handle::get::<Clock>(clock)?;
        clock.0.set(input::time(time_ms)?);
        Ok(())
    })
}

/// The time a clock shows, in milliseconds since the Unix epoch.
///
/// Ownership: borrows `clock`; writes `*time_ms`.
/// Thread safety: any thread.
/// Errors: BAD_HANDLE, CLOSED, INVALID_ARGUMENT.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_clock_now(
    clock: *const strongroom_clock,
    time_ms: *mut i64,
) -> strongroom_status {
    bare(|| {
        // SAFETY: as the top of the header says of pointers.
        let time = unsafe { out("time_ms", time_ms) }?;
        time.write(handle::get::<Clock>(clock)?.0.now().as_millis());
        Ok(())
    })
}

/// Frees a clock. NULL is fine.
///
/// Ownership: takes `clock`.
/// Thread safety: any thread.
/// Errors: BAD_HANDLE, CLOSED.
#[unsafe(no_mangle)]
pub extern "C" fn strongroom_clock_free(clock: *mut strongroom_clock) -> strongroom_status {
    free::<Clock>(clock)
}
