//! How a store is created and opened.

use std::ffi::c_char;

use super::clock::{Clock, strongroom_clock};
use super::constants::{STRONGROOM_ENVIRONMENT_LIVE, STRONGROOM_ENVIRONMENT_TEST};
use super::error::{free, strongroom_error};
use super::guard::guard;
use super::handle::{self, Kind, Lock, Object};
use super::input::{flag, invalid, millis, text};
use super::output::out_handle;
use super::strongroom_status;
use crate::{Environment, KdfCost, Result, StoreOptions, VerifyAtOpen};

/// How a store is created and opened. One object may serve many stores.
pub struct strongroom_options {
    _private: (),
}

pub(super) struct Options(Lock<StoreOptions>);

impl Object for Options {
    type Opaque = strongroom_options;
    const KIND: Kind = Kind::Options;
}

/// The options of a call: those of NULL are the defaults.
pub(super) fn or_default(options: *const strongroom_options) -> Result<StoreOptions> {
    if options.is_null() {
        return Ok(StoreOptions::new());
    }
    let options = handle::get::<Options>(options)?;
    let options = options.0.lock()?;
    Ok(options.clone())
}

/// Changes options, which stay as they were if that fails.
unsafe fn change(
    options: *mut strongroom_options,
    error: *mut *mut strongroom_error,
    change: impl FnOnce(StoreOptions) -> Result<StoreOptions>,
) -> strongroom_status {
    let work = || {
        let options = handle::get::<Options>(options)?;
        let mut options = options.0.lock()?;
        *options = change(options.clone())?;
        Ok(())
    };
    // SAFETY: as the caller promises.
    unsafe { guard(error, work) }
}

/// The defaults: for writing, without waiting for another handle, verified up to 64 MiB, 8 MiB of cache.
///
/// Ownership: `*options` is the caller's, to free with strongroom_options_free.
/// Thread safety: any thread.
/// Errors: INVALID_ARGUMENT.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_options_new(
    options: *mut *mut strongroom_options,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    // SAFETY: as the top of the header says of pointers.
    unsafe { guard(error, || out_handle("options", options)?.give(Options(Lock::new(StoreOptions::new())))) }
}

/// Whether the handle only reads (0 or 1). Such a handle never writes a byte, and shares the file with others like it.
///
/// Ownership: borrows `options`.
/// Thread safety: any thread.
/// Errors: BAD_HANDLE, CLOSED, INVALID_ARGUMENT.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_options_read_only(
    options: *mut strongroom_options,
    read_only: i32,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    // SAFETY: as the top of the header says of pointers.
    unsafe { change(options, error, |options| Ok(options.read_only(flag("read_only", read_only)?))) }
}

/// How long opening waits for another handle of the file to be closed, in milliseconds; by default not at all.
///
/// Ownership: borrows `options`.
/// Thread safety: any thread.
/// Errors: BAD_HANDLE, CLOSED, INVALID_ARGUMENT.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_options_wait_ms(
    options: *mut strongroom_options,
    wait_ms: u64,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    // SAFETY: as the top of the header says of pointers.
    unsafe { change(options, error, |options| Ok(options.wait(millis(wait_ms)))) }
}

/// How long a write waits for the write of another thread, in milliseconds; 5,000 by default.
///
/// Ownership: borrows `options`.
/// Thread safety: any thread.
/// Errors: BAD_HANDLE, CLOSED, INVALID_ARGUMENT.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_options_write_wait_ms(
    options: *mut strongroom_options,
    wait_ms: u64,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    // SAFETY: as the top of the header says of pointers.
    unsafe { change(options, error, |options| Ok(options.write_wait(millis(wait_ms)))) }
}

/// Opening verifies stores that need at most so many bytes; 64 MiB by default. 0 never verifies, UINT64_MAX always.
///
/// Ownership: borrows `options`.
/// Thread safety: any thread.
/// Errors: BAD_HANDLE, CLOSED, INVALID_ARGUMENT.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_options_verify_up_to(
    options: *mut strongroom_options,
    bytes: u64,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    let verify = match bytes {
        0 => VerifyAtOpen::Never,
        u64::MAX => VerifyAtOpen::Always,
        bytes => VerifyAtOpen::UpTo(bytes),
    };
    // SAFETY: as the top of the header says of pointers.
    unsafe { change(options, error, |options| Ok(options.verify(verify))) }
}

/// How much memory the cache of sealed pages may take, in bytes; 8 MiB by default, 256 KiB at least.
///
/// Ownership: borrows `options`.
/// Thread safety: any thread.
/// Errors: BAD_HANDLE, CLOSED, INVALID_ARGUMENT.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_options_cache_bytes(
    options: *mut strongroom_options,
    bytes: usize,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    // SAFETY: as the top of the header says of pointers.
    unsafe { change(options, error, |options| Ok(options.cache_bytes(bytes))) }
}

/// The clock of the store, instead of the system's.
///
/// Ownership: borrows `options`; keeps what `clock` stands for, which may be freed.
/// Thread safety: any thread.
/// Errors: BAD_HANDLE, CLOSED, INVALID_ARGUMENT.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_options_clock(
    options: *mut strongroom_options,
    clock: *const strongroom_clock,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    // SAFETY: as the top of the header says of pointers.
    unsafe { change(options, error, |options| Ok(options.clock(&handle::get::<Clock>(clock)?.0))) }
}

/// What a store that is created is for: STRONGROOM_ENVIRONMENT_LIVE, the default, or _TEST. It never changes.
///
/// Ownership: borrows `options`.
/// Thread safety: any thread.
/// Errors: BAD_HANDLE, CLOSED, INVALID_ARGUMENT.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_options_environment(
    options: *mut strongroom_options,
    environment: u32,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    let known = || match environment {
        STRONGROOM_ENVIRONMENT_LIVE => Ok(Environment::Live),
        STRONGROOM_ENVIRONMENT_TEST => Ok(Environment::Test),
        _ => Err(invalid("an environment is STRONGROOM_ENVIRONMENT_LIVE or _TEST")),
    };
    // SAFETY: as the top of the header says of pointers.
    unsafe { change(options, error, |options| Ok(options.environment(known()?))) }
}

/// What a passphrase of a store that is created costs to try: 64 MiB, 3 passes, 4 lanes by default. Opening costs what the
/// file says.
///
/// Ownership: borrows `options`.
/// Thread safety: any thread.
/// Errors: BAD_HANDLE, CLOSED, INVALID_ARGUMENT, KDF_LIMITS.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_options_kdf_cost(
    options: *mut strongroom_options,
    memory_kib: u32,
    passes: u32,
    lanes: u32,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    // SAFETY: as the top of the header says of pointers.
    unsafe {
        change(options, error, |options| Ok(options.kdf_cost(KdfCost::new(memory_kib, passes, lanes)?)))
    }
}

/// Opens only a file that has the pinned commit in its history: see strongroom_pin.
///
/// Ownership: borrows `options` and `pin`.
/// Thread safety: any thread.
/// Errors: BAD_HANDLE, CLOSED, INVALID_ARGUMENT.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_options_pin(
    options: *mut strongroom_options,
    pin: *const c_char,
    pin_len: usize,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    // SAFETY: as the top of the header says of pointers.
    unsafe { change(options, error, |options| Ok(options.pin(text("the pin", pin, pin_len)?.parse()?))) }
}

/// Whether a file that others may read or replace is accepted (0 or 1).
///
/// Ownership: borrows `options`.
/// Thread safety: any thread.
/// Errors: BAD_HANDLE, CLOSED, INVALID_ARGUMENT.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_options_allow_shared_mode(
    options: *mut strongroom_options,
    allow: i32,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    // SAFETY: as the top of the header says of pointers.
    unsafe { change(options, error, |options| Ok(options.allow_shared_mode(flag("allow", allow)?))) }
}

/// Whether a file system on the network or in user space is accepted (0 or 1).
///
/// Ownership: borrows `options`.
/// Thread safety: any thread.
/// Errors: BAD_HANDLE, CLOSED, INVALID_ARGUMENT.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_options_allow_network_fs(
    options: *mut strongroom_options,
    allow: i32,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    // SAFETY: as the top of the header says of pointers.
    unsafe { change(options, error, |options| Ok(options.allow_network_fs(flag("allow", allow)?))) }
}

/// Whether opening fails where the memory of the keys cannot be locked (0 or 1).
///
/// Ownership: borrows `options`.
/// Thread safety: any thread.
/// Errors: BAD_HANDLE, CLOSED, INVALID_ARGUMENT.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_options_require_locked_memory(
    options: *mut strongroom_options,
    required: i32,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    // SAFETY: as the top of the header says of pointers.
    unsafe {
        change(options, error, |options| Ok(options.require_locked_memory(flag("required", required)?)))
    }
}

/// Frees options. NULL is fine.
///
/// Ownership: takes `options`.
/// Thread safety: any thread.
/// Errors: BAD_HANDLE, CLOSED.
#[unsafe(no_mangle)]
pub extern "C" fn strongroom_options_free(options: *mut strongroom_options) -> strongroom_status {
    free::<Options>(options)
}
