//! What needs no store.

use std::ffi::{CStr, c_char};
use std::time::Duration;

use subtle::ConstantTimeEq;
use zeroize::Zeroize;

use super::constants::STRONGROOM_ABI_VERSION;
use super::error::strongroom_error;
use super::guard::{guard, or_default};
use super::handle;
use super::input::bytes;
use super::output::{Out, out, out_handle};
use super::page::{Page, strongroom_page};
use super::strongroom_status;
use crate::{KdfCost, capabilities};

/// What a guess at a passphrase costs: Argon2id, RFC 9106.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct strongroom_kdf_cost {
    /// Memory in KiB: 19 * 1024 to 512 * 1024.
    pub memory_kib: u32,
    /// Passes over it: 1 to 16. Memory times passes is at most 4 GiB.
    pub passes: u32,
    /// Lanes: 1 to 16. No threads are started.
    pub lanes: u32,
}

impl strongroom_kdf_cost {
    pub(super) fn of(cost: KdfCost) -> Self {
        Self { memory_kib: cost.memory_kib(), passes: cost.passes(), lanes: cost.lanes() }
    }
}

/// The version of the library, such as "0.1.0".
///
/// Ownership: static, never freed.
/// Thread safety: any thread.
/// Errors: none.
#[unsafe(no_mangle)]
pub extern "C" fn strongroom_version() -> *const c_char {
    const VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), "\0");
    VERSION.as_ptr().cast()
}

/// The version of the library as one number: major * 1000000 + minor * 1000 + patch.
///
/// Ownership: none.
/// Thread safety: any thread.
/// Errors: none.
#[unsafe(no_mangle)]
pub extern "C" fn strongroom_version_number() -> u32 {
    version_number().unwrap_or(0)
}

pub(super) fn version_number() -> Option<u32> {
    let mut parts = env!("CARGO_PKG_VERSION").split('.').map(str::parse::<u32>);
    let mut part = || parts.next()?.ok();
    Some(part()? * 1_000_000 + part()? * 1_000 + part()?)
}

/// The version of the interface, STRONGROOM_ABI_VERSION of the header the library was made with. Compare it once, before
/// any other call, if the library was loaded at run time.
///
/// Ownership: none.
/// Thread safety: any thread.
/// Errors: none.
#[unsafe(no_mangle)]
pub extern "C" fn strongroom_abi_version() -> u32 {
    STRONGROOM_ABI_VERSION
}

/// What this build can do and what its limits are: a page of strongroom_page_capability items.
///
/// Ownership: `*page` is the caller's, to free with strongroom_page_free.
/// Thread safety: any thread.
/// Errors: INVALID_ARGUMENT.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_capabilities(
    page: *mut *mut strongroom_page,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    // SAFETY: as the top of the header says of pointers.
    unsafe { guard(error, || out_handle("page", page)?.give(Page::capabilities(&capabilities()))) }
}

/// Finds a cost at which unlocking with a passphrase takes about `target_ms` on this machine, by measuring; it takes about
/// as long as three unlocks. The memory starts at 64 MiB and stays below `max_memory_kib`, 512 MiB and an eighth of the machine's.
/// `measured_us`, unless NULL, gets the microseconds that one derivation took.
///
/// Ownership: writes `*cost`.
/// Thread safety: any thread.
/// Errors: INVALID_ARGUMENT, KDF_LIMITS, OUT_OF_MEMORY.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_calibrate(
    target_ms: u64,
    max_memory_kib: u32,
    cost: *mut strongroom_kdf_cost,
    measured_us: *mut u64,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    let work = || {
        // SAFETY: as the top of the header says of pointers.
        let cost: Out<_> = unsafe { out("cost", cost) }?;
        let found = KdfCost::calibrate(Duration::from_millis(target_ms), max_memory_kib)?;
        cost.write(strongroom_kdf_cost::of(found.cost));
        if !measured_us.is_null() {
            let measured = u64::try_from(found.measured.as_micros()).unwrap_or(u64::MAX);
            // SAFETY: as above.
            unsafe { measured_us.write(measured) };
        }
        Ok(())
    };
    // SAFETY: as above.
    unsafe { guard(error, work) }
}

/// Overwrites memory with zeros, in a way that no optimiser takes out. NULL with length 0 is fine.
///
/// Ownership: borrows `data`.
/// Thread safety: one thread at a time for the same memory.
/// Errors: INVALID_ARGUMENT.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_wipe(data: *mut u8, len: usize) -> strongroom_status {
    super::guard::bare(|| {
        // SAFETY: as the top of the header says of pointers; this checks them.
        unsafe { bytes("data", data, len) }?;
        if !data.is_null() {
            // SAFETY: checked above, and the caller lets nobody else use it meanwhile.
            unsafe { std::slice::from_raw_parts_mut(data, len) }.zeroize();
        }
        Ok(())
    })
}

/// 1 if two byte strings are equal, else 0; also 0 for wrong pointers. How long it takes depends on the lengths alone.
///
/// Ownership: borrows both.
/// Thread safety: any thread.
/// Errors: none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_equal(
    one: *const u8,
    one_len: usize,
    other: *const u8,
    other_len: usize,
) -> i32 {
    or_default(|| {
        // SAFETY: as the top of the header says of pointers.
        let (one, other) = unsafe { (bytes("one", one, one_len)?, bytes("other", other, other_len)?) };
        Ok(i32::from(bool::from(one.ct_eq(other))))
    })
}

/// How many objects of this library the process holds: those that were given out and not freed. For tests.
///
/// Ownership: none.
/// Thread safety: any thread.
/// Errors: none.
#[unsafe(no_mangle)]
pub extern "C" fn strongroom_live_objects() -> u64 {
    or_default(|| Ok(handle::live()))
}

/// Panics, to prove that no panic leaves the library: the status is INTERNAL. Only in libraries built for tests.
///
/// Ownership: none.
/// Thread safety: any thread.
/// Errors: INTERNAL.
#[cfg(feature = "capi-test-panic")]
#[must_use]
#[unsafe(no_mangle)]
#[expect(clippy::panic, reason = "this is what it is for")]
pub unsafe extern "C" fn strongroom_test_panic(error: *mut *mut strongroom_error) -> strongroom_status {
    // SAFETY: as the top of the header says of pointers.
    unsafe { guard(error, || panic!("on purpose")) }
}

/// What the header calls a status.
pub(super) fn status_name(status: strongroom_status) -> &'static CStr {
    STATUS_NAMES.iter().find(|(code, _)| *code == status).map_or(c"STRONGROOM_E_UNKNOWN", |(_, name)| name)
}

macro_rules! statuses {
    ($($code:literal $name:literal,)*) => {
        /// Every status. A test holds it against the kinds of errors.
        pub(super) const STATUS_NAMES: &[(strongroom_status, &CStr)] = &[$(($code, $name),)*];
    };
}

statuses! {
    0 c"STRONGROOM_OK",
    1 c"STRONGROOM_E_INVALID_ARGUMENT",
    2 c"STRONGROOM_E_BAD_HANDLE",
    3 c"STRONGROOM_E_CLOSED",
    4 c"STRONGROOM_E_REENTRANT",
    5 c"STRONGROOM_E_BUFFER_TOO_SMALL",
    7 c"STRONGROOM_E_INVALID_CURSOR",
    8 c"STRONGROOM_E_LIMIT_EXCEEDED",
    10 c"STRONGROOM_E_NOT_FOUND",
    11 c"STRONGROOM_E_ALREADY_EXISTS",
    12 c"STRONGROOM_E_CONFLICT",
    13 c"STRONGROOM_E_CANCELLED",
    14 c"STRONGROOM_E_IDEMPOTENCY_CONFLICT",
    15 c"STRONGROOM_E_IN_USE",
    16 c"STRONGROOM_E_READ_ONLY",
    17 c"STRONGROOM_E_LOCKED",
    18 c"STRONGROOM_E_DESTROYED",
    19 c"STRONGROOM_E_VERSION_EXPIRED",
    20 c"STRONGROOM_E_WRONG_KEY",
    21 c"STRONGROOM_E_TAMPERED",
    22 c"STRONGROOM_E_KDF_LIMITS",
    23 c"STRONGROOM_E_RANDOM_FAILED",
    24 c"STRONGROOM_E_ROLLED_BACK",
    25 c"STRONGROOM_E_WRONG_STORE",
    26 c"STRONGROOM_E_FORKED_HISTORY",
    27 c"STRONGROOM_E_INVALID_CREDENTIAL",
    28 c"STRONGROOM_E_PERMISSION_DENIED",
    29 c"STRONGROOM_E_EXPIRED",
    30 c"STRONGROOM_E_IO",
    31 c"STRONGROOM_E_DISK_FULL",
    32 c"STRONGROOM_E_DAMAGED",
    33 c"STRONGROOM_E_UNSUPPORTED_FORMAT",
    34 c"STRONGROOM_E_NOT_A_STORE",
    36 c"STRONGROOM_E_FILE_REFUSED",
    90 c"STRONGROOM_E_FORKED",
    91 c"STRONGROOM_E_POISONED",
    92 c"STRONGROOM_E_OUT_OF_MEMORY",
    99 c"STRONGROOM_E_INTERNAL",
}

#[cfg(test)]
mod tests {
    use super::super::guard::code;
    use super::*;
    use crate::ErrorKind;

    #[test]
    fn every_kind_of_error_has_its_status_name_and_no_other_has_one() {
        let spelt = |kind: &ErrorKind| (code(*kind), format!("STRONGROOM_E_{}", kind.name().to_uppercase()));
        let expected: Vec<_> =
            [(0, "STRONGROOM_OK".to_owned())].into_iter().chain(ErrorKind::ALL.iter().map(spelt)).collect();
        let found: Vec<_> =
            STATUS_NAMES.iter().map(|(code, name)| (*code, name.to_str().unwrap().to_owned())).collect();
        assert_eq!(found, expected);
    }
}
