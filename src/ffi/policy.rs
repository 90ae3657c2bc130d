//! What the store itself says of how it is kept.

use std::ffi::c_char;
use std::time::Duration;

use super::constants::STRONGROOM_UNCHANGED;
use super::error::strongroom_error;
use super::guard::guard;
use super::handle;
use super::input::{inherited, optional_text, secret_path};
use super::items::{retention_view, strongroom_retention};
use super::library::strongroom_kdf_cost;
use super::output::{Text, fill, out};
use super::page::{Page, give, strongroom_page};
use super::store::{Target, root, strongroom_store};
use super::strongroom_status;
use crate::{KdfCost, Result, Retention, SecretPath, Transaction};

/// Calls the same method on the policy of a store or on a transaction.
macro_rules! on_policy {
    ($handle:expr, |$on:ident| $work:expr) => {
        match &*handle::get::<Target>($handle)? {
            Target::Store(open) => {
                let $on = open.store.policy();
                $work
            }
            Target::Transaction(open) => open.run(|$on| $work),
        }
    };
}

/// What is said of the retention of a namespace itself, or of the store with NULL. Its member `under` is empty.
///
/// Ownership: borrows `store` and `under`; writes `*retention`.
/// Thread safety: any thread.
/// Errors: INVALID_ARGUMENT, BAD_HANDLE, CLOSED, LOCKED, TAMPERED, POISONED, FORKED.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_policy_retention(
    store: *const strongroom_store,
    under: *const c_char,
    under_len: usize,
    retention: *mut strongroom_retention,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    let work = || {
        // SAFETY: as the top of the header says of pointers.
        let under = unsafe { namespace(under, under_len) }?;
        let found = on_policy!(store, |on| match under {
            Some(under) => on.retention_under(under),
            None => on.retention(),
        })?;
        // SAFETY: as above.
        unsafe { fill("retention", retention, &retention_view(Text::empty(), &found)) }
    };
    // SAFETY: as above.
    unsafe { guard(error, work) }
}

/// What holds for a secret at `path` of which itself nothing is said, the defaults among it. The member `under` is empty.
///
/// Ownership: borrows `store` and `path`; writes `*retention`.
/// Thread safety: any thread.
/// Errors: INVALID_ARGUMENT, BAD_HANDLE, CLOSED, LOCKED, TAMPERED, POISONED, FORKED.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_policy_retention_at(
    store: *const strongroom_store,
    path: *const c_char,
    path_len: usize,
    retention: *mut strongroom_retention,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    let work = || {
        // SAFETY: as the top of the header says of pointers.
        let path = unsafe { secret_path(path, path_len) }?;
        let found = on_policy!(store, |on| on.retention_at(path))?;
        // SAFETY: as above.
        unsafe { fill("retention", retention, &retention_view(Text::empty(), &found)) }
    };
    // SAFETY: as above.
    unsafe { guard(error, work) }
}

/// Says how many versions a namespace keeps, and how many days its trash; the store with NULL. Each is a number, STRONGROOM_INHERITED
/// or STRONGROOM_UNCHANGED.
///
/// Ownership: borrows `store` and `under`.
/// Thread safety: any thread.
/// Errors: INVALID_ARGUMENT, BAD_HANDLE, CLOSED, REENTRANT, IN_USE, READ_ONLY, LOCKED, DISK_FULL, TAMPERED, POISONED, IO, FORKED.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_policy_set_retention(
    store: *mut strongroom_store,
    under: *const c_char,
    under_len: usize,
    max_versions: i64,
    trash_days: i64,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    let work = || {
        // SAFETY: as the top of the header says of pointers.
        let under = unsafe { namespace(under, under_len) }?;
        let set = |tx: &mut Transaction<'_, '_>| set(tx, under, max_versions, trash_days);
        match &*handle::get::<Target>(store)? {
            Target::Store(open) => open.store.transaction(set),
            Target::Transaction(open) => open.run(set),
        }
    };
    // SAFETY: as above.
    unsafe { guard(error, work) }
}

fn set(
    tx: &mut Transaction<'_, '_>,
    under: Option<SecretPath>,
    max_versions: i64,
    trash_days: i64,
) -> Result<()> {
    let before = match &under {
        Some(under) => tx.retention_under(under)?,
        None => tx.retention()?,
    };
    let max_versions = match max_versions {
        STRONGROOM_UNCHANGED => before.max_versions(),
        number => inherited("the number of versions", number)?,
    };
    let trash_days = match trash_days {
        STRONGROOM_UNCHANGED => before.trash_days(),
        number => inherited("the number of days", number)?,
    };
    let retention = Retention::inherited().keep_versions(max_versions).keep_trash_days(trash_days);
    match under {
        Some(under) => tx.set_retention_under(under, retention),
        None => tx.set_retention(retention),
    }
}

/// Every namespace whose retention something is said of, by path, the store with an empty one: a page of strongroom_page_retention
/// items.
///
/// Ownership: borrows `store`. `*page` is the caller's, to free with strongroom_page_free.
/// Thread safety: any thread.
/// Errors: INVALID_ARGUMENT, BAD_HANDLE, CLOSED, LOCKED, TAMPERED, POISONED, FORKED.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_policy_retentions(
    store: *const strongroom_store,
    page: *mut *mut strongroom_page,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    let work = || Ok(Page::retentions(root(store)?.policy().retentions()?));
    // SAFETY: as the top of the header says of pointers.
    unsafe { give(page, error, work) }
}

/// For how many seconds a change with an idempotency key is remembered: 24 hours, unless it was set.
///
/// Ownership: borrows `store`; writes `*seconds`.
/// Thread safety: any thread.
/// Errors: INVALID_ARGUMENT, BAD_HANDLE, CLOSED, LOCKED, TAMPERED, POISONED, FORKED.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_policy_idempotency_window(
    store: *const strongroom_store,
    seconds: *mut u64,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    let work = || {
        // SAFETY: as the top of the header says of pointers.
        let seconds = unsafe { out("seconds", seconds) }?;
        seconds.write(on_policy!(store, |on| on.idempotency_window())?.as_secs());
        Ok(())
    };
    // SAFETY: as above.
    unsafe { guard(error, work) }
}

/// Sets for how many seconds a change with an idempotency key is remembered: 60 to 2,592,000, which is 30 days. What is remembered already is
/// remembered for as long as was said then.
///
/// Ownership: borrows `store`.
/// Thread safety: any thread.
/// Errors: INVALID_ARGUMENT, BAD_HANDLE, CLOSED, REENTRANT, IN_USE, READ_ONLY, LOCKED, DISK_FULL, TAMPERED, POISONED, IO, FORKED.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_policy_set_idempotency_window(
    store: *mut strongroom_store,
    seconds: u64,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    let window = Duration::from_secs(seconds);
    // SAFETY: as the top of the header says of pointers.
    unsafe { guard(error, || on_policy!(store, |on| on.set_idempotency_window(window))) }
}

/// The least cost of the passphrases of a store.
///
/// Ownership: borrows `store`; writes `*floor_cost`.
/// Thread safety: any thread.
/// Errors: INVALID_ARGUMENT, BAD_HANDLE, CLOSED, LOCKED, TAMPERED, POISONED, FORKED.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_policy_kdf_floor(
    store: *const strongroom_store,
    floor_cost: *mut strongroom_kdf_cost,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    let work = || {
        // SAFETY: as the top of the header says of pointers.
        let floor = unsafe { out("floor_cost", floor_cost) }?;
        floor.write(strongroom_kdf_cost::of(root(store)?.policy().kdf_floor()?));
        Ok(())
    };
    // SAFETY: as above.
    unsafe { guard(error, work) }
}

/// Sets the least cost of the passphrases of a store. A slot that costs less is wrapped anew after the first write of a handle that it
/// unlocked.
///
/// Ownership: borrows `store`.
/// Thread safety: any thread.
/// Errors: INVALID_ARGUMENT, BAD_HANDLE, CLOSED, KDF_LIMITS, REENTRANT, IN_USE, READ_ONLY, LOCKED, DISK_FULL, POISONED, IO, FORKED.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_policy_set_kdf_floor(
    store: *mut strongroom_store,
    memory_kib: u32,
    passes: u32,
    lanes: u32,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    let work = || root(store)?.policy().set_kdf_floor(KdfCost::new(memory_kib, passes, lanes)?);
    // SAFETY: as the top of the header says of pointers.
    unsafe { guard(error, work) }
}

/// A namespace, or the store.
unsafe fn namespace(under: *const c_char, under_len: usize) -> Result<Option<SecretPath>> {
    // SAFETY: as the caller promises.
    unsafe { optional_text("the namespace", under, under_len) }?.map(SecretPath::parse).transpose()
}
