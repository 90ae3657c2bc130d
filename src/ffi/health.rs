//! How a store is: verification, counts, health.

use std::ffi::c_char;

use super::constants::*;
use super::error::strongroom_error;
use super::guard::guard;
use super::input::optional_text;
use super::output::{Sized1, fill, millis, optional_handle, out, text_out, time};
use super::page::{Page, strongroom_page};
use super::store::{on, root, strongroom_store};
use super::strongroom_status;
use super::write::check;
use crate::{HealthStatus, PinCheck, Usage, VerifyReport};

/// What a verification counted.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct strongroom_verified {
    /// Set by the caller to sizeof(strongroom_verified).
    pub struct_size: usize,
    /// Blocks of 4 KiB that the last commit reaches. Each one authenticated.
    pub blocks: u64,
    /// Blocks that it does not reach. Nothing reads them.
    pub unreachable_blocks: u64,
    /// Live secrets.
    pub secrets: u64,
    /// Secrets in the trash.
    pub trashed: u64,
    /// Versions of all these, each opened that has a value.
    pub versions: u64,
    /// Events of the audit log, whose chain holds.
    pub events: u64,
}

/// Secrets, versions and bytes.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct strongroom_counts {
    /// Set by the caller to sizeof(strongroom_counts).
    pub struct_size: usize,
    pub live_secrets: u64,
    pub live_versions: u64,
    pub live_value_bytes: u64,
    pub trash_secrets: u64,
    pub trash_versions: u64,
    pub trash_value_bytes: u64,
    /// Bytes of the file.
    pub file_bytes: u64,
    /// Bytes of the file that hold rows.
    pub used_bytes: u64,
}

/// How a store is. Times are milliseconds since the Unix epoch, or STRONGROOM_NO_TIME.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct strongroom_condition {
    /// Set by the caller to sizeof(strongroom_condition).
    pub struct_size: usize,
    /// STRONGROOM_HEALTH_OK, _DEGRADED, _LOCKED, _POISONED or _DAMAGED.
    pub status: u32,
    /// The version of the file format.
    pub format_version: u32,
    /// Whether the file is still the one at its path (1 or 0).
    pub in_place: i32,
    /// 1 if the clock went forward by more than a year at once, and nobody said that it is right.
    pub clock_jumped: i32,
    /// The number of the last durable commit.
    pub generation: u64,
    /// Bytes that are free where the file lies; UINT64_MAX for a store in memory.
    pub free_bytes: u64,
    /// Secrets and single versions that a sweep would remove.
    pub pending_sweep: u64,
    /// How far the clock stands behind the last time the store has seen; 0 for less than a second.
    pub clock_behind_ms: u64,
    pub last_backup_at: i64,
    /// When this handle last verified the store whole.
    pub last_verified_at: i64,
}

/// What opening found out about the file.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct strongroom_opened {
    /// Set by the caller to sizeof(strongroom_opened).
    pub struct_size: usize,
    /// The number of a commit that was cut off before it was acknowledged, and is not in the store; 0 if there is none.
    pub discarded_generation: u64,
    /// How far the clock stands behind the last time the store has seen; 0 for less than a second.
    pub clock_behind_ms: u64,
    /// One of the two superblocks is unreadable (1 or 0).
    pub unreadable_superblock: i32,
    /// Whether opening verified the store (1 or 0).
    pub verified: i32,
    /// STRONGROOM_PIN_NONE, _IN_HISTORY or _OLDER_THAN_LOG.
    pub pin: u32,
    /// The slot that unlocked costs less than the store's floor, and is wrapped anew with the first write (1 or 0).
    pub kdf_upgrade: i32,
    /// One of the two copies of the key header is unreadable (1 or 0). Any change of a key slot writes both, and so does
    /// strongroom_compact.
    pub unreadable_header: i32,
    /// Zero.
    pub reserved: i32,
}

/// How well the memory that holds the keys is protected by the operating system (1 or 0 each).
#[repr(C)]
#[derive(Clone, Copy)]
pub struct strongroom_memory {
    /// Set by the caller to sizeof(strongroom_memory).
    pub struct_size: usize,
    /// The pages are never written to swap.
    pub locked: i32,
    /// The pages are left out of core dumps.
    pub excluded_from_dumps: i32,
    /// The pages are empty in a forked child.
    pub wiped_on_fork: i32,
    /// Zero.
    pub reserved: i32,
}

macro_rules! sized {
    ($($name:ident)*) => {
        $(
            // SAFETY: `repr(C)`, `struct_size` comes first, and it is made of numbers.
            unsafe impl Sized1 for $name {}
        )*
    };
}
sized! { strongroom_verified strongroom_counts strongroom_condition strongroom_opened strongroom_memory }

pub(super) fn verified_view(report: &VerifyReport) -> strongroom_verified {
    let opened = report.opened.unwrap_or_default();
    strongroom_verified {
        struct_size: 0,
        blocks: report.blocks,
        unreachable_blocks: report.unreachable_blocks,
        secrets: opened.secrets,
        trashed: opened.trashed,
        versions: opened.versions,
        events: opened.events,
    }
}

/// Reads and authenticates everything the store reaches, opens every value and follows the chain of the audit log. Other threads go on reading.
///
/// Ownership: borrows `store`; writes `*verified`, unless that is NULL.
/// Thread safety: any thread.
/// Errors: INVALID_ARGUMENT, BAD_HANDLE, CLOSED, TAMPERED, DAMAGED, REENTRANT, IN_USE, LOCKED, POISONED, IO, FORKED.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_verify(
    store: *mut strongroom_store,
    verified: *mut strongroom_verified,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    let work = || {
        // SAFETY: as the top of the header says of pointers.
        unsafe { check("verified", verified) }?;
        let report = root(store)?.verify()?;
        if verified.is_null() {
            return Ok(());
        }
        // SAFETY: as above.
        unsafe { fill("verified", verified, &verified_view(&report)) }
    };
    // SAFETY: as above.
    unsafe { guard(error, work) }
}

/// Counts secrets, versions and bytes below a namespace, or everywhere with NULL. It takes a look at each secret. `namespaces`, unless NULL, gets a
/// page of strongroom_page_namespace items: the namespaces directly below, by name.
///
/// Ownership: borrows `store` and `under`; writes `*counts`, unless that is NULL. `*namespaces` is the caller's, to free with strongroom_page_free.
/// Thread safety: any thread.
/// Errors: INVALID_ARGUMENT, BAD_HANDLE, CLOSED, LOCKED, TAMPERED, POISONED, IO, FORKED.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_stats(
    store: *const strongroom_store,
    under: *const c_char,
    under_len: usize,
    counts: *mut strongroom_counts,
    namespaces: *mut *mut strongroom_page,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    let work = || {
        // SAFETY: as the top of the header says of pointers.
        let page = unsafe { optional_handle(namespaces) }?;
        // SAFETY: as above.
        unsafe { check("counts", counts) }?;
        // SAFETY: as above.
        let under = unsafe { optional_text("the namespace", under, under_len) }?;
        let found = on!(store, |on| match under {
            Some(under) => on.stats_under(under),
            None => on.stats(),
        })?;
        if !counts.is_null() {
            let (Usage { secrets, versions, value_bytes }, trash) = (found.live, found.trash);
            let view = strongroom_counts {
                struct_size: 0,
                live_secrets: secrets,
                live_versions: versions,
                live_value_bytes: value_bytes,
                trash_secrets: trash.secrets,
                trash_versions: trash.versions,
                trash_value_bytes: trash.value_bytes,
                file_bytes: found.file_bytes,
                used_bytes: found.used_bytes,
            };
            // SAFETY: as above.
            unsafe { fill("counts", counts, &view) }?;
        }
        page.map_or(Ok(()), |page| page.give(Page::usages(found.namespaces)))
    };
    // SAFETY: as above.
    unsafe { guard(error, work) }
}

/// How a store is, also one that is locked, poisoned or damaged: what only its rows say, and cannot be read, is then STRONGROOM_NO_TIME or 0.
/// `copies_beside`, unless NULL, gets a page of strongroom_page_file names: other files beside the store that carry its id.
///
/// Ownership: borrows `store`; writes `*condition`, unless that is NULL. `*copies_beside` is the caller's, to free with strongroom_page_free.
/// Thread safety: any thread.
/// Errors: INVALID_ARGUMENT, BAD_HANDLE, CLOSED, IO, FORKED.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_health(
    store: *const strongroom_store,
    condition: *mut strongroom_condition,
    copies_beside: *mut *mut strongroom_page,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    let work = || {
        // SAFETY: as the top of the header says of pointers.
        let page = unsafe { optional_handle(copies_beside) }?;
        // SAFETY: as above.
        unsafe { check("condition", condition) }?;
        let health = root(store)?.health()?;
        if !condition.is_null() {
            let view = strongroom_condition {
                struct_size: 0,
                status: match health.status {
                    HealthStatus::Ok => STRONGROOM_HEALTH_OK,
                    HealthStatus::Degraded => STRONGROOM_HEALTH_DEGRADED,
                    HealthStatus::Locked => STRONGROOM_HEALTH_LOCKED,
                    HealthStatus::Poisoned => STRONGROOM_HEALTH_POISONED,
                    HealthStatus::Damaged => STRONGROOM_HEALTH_DAMAGED,
                },
                format_version: u32::from(health.format_version),
                in_place: i32::from(health.in_place),
                clock_jumped: i32::from(health.clock_jumped),
                generation: health.pin.generation(),
                free_bytes: health.free_bytes.unwrap_or(u64::MAX),
                pending_sweep: health.pending_sweep,
                clock_behind_ms: health.clock_behind.map_or(0, millis),
                last_backup_at: time(health.last_backup_at),
                last_verified_at: time(health.last_verified_at),
            };
            // SAFETY: as above.
            unsafe { fill("condition", condition, &view) }?;
        }
        let names = health.copies_beside.iter().map(|path| path.to_string_lossy().into_owned());
        page.map_or(Ok(()), |page| page.give(Page::files(names)))
    };
    // SAFETY: as above.
    unsafe { guard(error, work) }
}

/// What opening found out about the file.
///
/// Ownership: borrows `store`; writes `*opened`.
/// Thread safety: any thread.
/// Errors: INVALID_ARGUMENT, BAD_HANDLE, CLOSED.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_open_report(
    store: *const strongroom_store,
    opened: *mut strongroom_opened,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    let work = || {
        let report = root(store)?.open_report();
        let view = strongroom_opened {
            struct_size: 0,
            discarded_generation: report.discarded_generation.unwrap_or(0),
            clock_behind_ms: report.clock_behind.map_or(0, millis),
            unreadable_superblock: i32::from(report.unreadable_superblock),
            verified: i32::from(report.verified.is_some()),
            pin: match report.pin {
                None => STRONGROOM_PIN_NONE,
                Some(PinCheck::InHistory) => STRONGROOM_PIN_IN_HISTORY,
                Some(PinCheck::OlderThanLog) => STRONGROOM_PIN_OLDER_THAN_LOG,
            },
            kdf_upgrade: i32::from(report.kdf_upgrade.is_some()),
            unreadable_header: i32::from(report.unreadable_header),
            reserved: 0,
        };
        // SAFETY: as the top of the header says of pointers.
        unsafe { fill("opened", opened, &view) }
    };
    // SAFETY: as above.
    unsafe { guard(error, work) }
}

/// How well the memory that holds the keys of a store is protected.
///
/// Ownership: borrows `store`; writes `*memory`.
/// Thread safety: any thread.
/// Errors: INVALID_ARGUMENT, BAD_HANDLE, CLOSED, LOCKED.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_memory_status(
    store: *const strongroom_store,
    memory: *mut strongroom_memory,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    let work = || {
        let status = root(store)?.memory_status()?;
        let view = strongroom_memory {
            struct_size: 0,
            locked: i32::from(status.locked),
            excluded_from_dumps: i32::from(status.excluded_from_dumps),
            wiped_on_fork: i32::from(status.wiped_on_fork),
            reserved: 0,
        };
        // SAFETY: as the top of the header says of pointers.
        unsafe { fill("memory", memory, &view) }
    };
    // SAFETY: as above.
    unsafe { guard(error, work) }
}

/// The store's last commit as a pin, to be kept outside of the file: a text of less than STRONGROOM_PIN_LEN bytes, and a NUL. It is no secret. A store that
/// is opened with it is that store, with that commit in its history, or it is refused.
///
/// Ownership: borrows `store`; writes `buffer`, and `*pin_len`, unless that is NULL, without the NUL.
/// Thread safety: any thread.
/// Errors: INVALID_ARGUMENT, BAD_HANDLE, CLOSED, BUFFER_TOO_SMALL, LOCKED, POISONED, FORKED.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_pin(
    store: *const strongroom_store,
    buffer: *mut c_char,
    buffer_len: usize,
    pin_len: *mut usize,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    let work = || {
        // SAFETY: as the top of the header says of pointers.
        let to = unsafe { text_out(("a pin", STRONGROOM_PIN_LEN), buffer, buffer_len) }?;
        let len = to.write(&root(store)?.pin()?.to_string())?;
        if !pin_len.is_null() {
            // SAFETY: as above.
            unsafe { out("pin_len", pin_len) }?.write(len);
        }
        Ok(())
    };
    // SAFETY: as above.
    unsafe { guard(error, work) }
}
