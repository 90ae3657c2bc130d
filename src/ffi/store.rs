//! Stores and transactions, from their beginning to their end.

use std::ffi::c_char;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::constants::{STRONGROOM_ENVIRONMENT_LIVE, STRONGROOM_ENVIRONMENT_TEST};
use super::error::strongroom_error;
use super::guard::guard;
use super::handle::{self, Kind, Lock, Object};
use super::input::{file_path, invalid};
use super::key::{self, strongroom_key};
use super::options::{or_default, strongroom_options};
use super::output::{out, out_handle};
use super::strongroom_status;
use crate::{BegunTransaction, Context, Environment, Error, ErrorKind, Result, Store, Transaction};

/// An open store, or a transaction of one. Everything on secrets is called the same way on both: on a store each call is a
/// commit of its own, in a transaction all of them are one.
pub struct strongroom_store {
    _private: (),
}

/// What the handle of a store stands for.
pub(super) enum Target {
    Store(OpenStore),
    Transaction(OpenTransaction),
}

pub(super) struct OpenStore {
    pub(super) store: Arc<Store>,
    /// Transactions of this handle that have not ended.
    begun: AtomicUsize,
    /// Those of all handles of the store.
    begun_in_all: Arc<AtomicUsize>,
    /// Whether closing this handle closes the store.
    is_root: bool,
}

impl OpenStore {
    /// # Errors
    ///
    /// [`ErrorKind::Reentrant`] if a transaction would lose what it works on, or if this thread is inside of what would end.
    fn check_closable(&self) -> Result<()> {
        let begun = if self.is_root { &self.begun_in_all } else { &self.begun };
        // In a forked child it is the parent's, which goes on with it.
        if begun.load(Ordering::Relaxed) > 0 && !self.store.is_forked() {
            let message = "a transaction of the store has not ended; commit it or close it first";
            return Err(Error::new(ErrorKind::Reentrant, message));
        }
        self.store.check_outside()
    }
}

pub(super) struct OpenTransaction {
    /// `None` once it has ended.
    begun: Lock<Option<Box<BegunTransaction>>>,
    /// The handle it was begun on, a store.
    of: Arc<Target>,
}

impl Object for Target {
    type Opaque = strongroom_store;
    const KIND: Kind = Kind::Store;
}

impl Target {
    fn new(store: Store) -> Self {
        let (store, begun_in_all) = (Arc::new(store), Arc::default());
        Self::Store(OpenStore { store, begun: AtomicUsize::default(), begun_in_all, is_root: true })
    }

    /// Another handle of the same store, which says something of the calls through it.
    pub(super) fn with(&self, context: &Context) -> Result<Self> {
        let (store, open) = (self.store()?, self.open_store()?);
        let store = Arc::new(store.with(context)?);
        let begun_in_all = open.begun_in_all.clone();
        Ok(Self::Store(OpenStore { store, begun: AtomicUsize::default(), begun_in_all, is_root: false }))
    }

    /// The store, for what cannot be done inside a transaction.
    pub(super) fn store(&self) -> Result<&Arc<Store>> {
        let store = &self.open_store()?.store;
        if store.is_closed() {
            let message = "the store that this handle came from was closed; close this one too";
            return Err(Error::new(ErrorKind::Closed, message));
        }
        Ok(store)
    }

    /// Whether the last change through this handle had been made before.
    pub(super) fn was_replayed(&self) -> Result<bool> {
        match self {
            Self::Store(open) => Ok(open.store.was_replayed()),
            Self::Transaction(open) => open.of.was_replayed(),
        }
    }

    fn open_store(&self) -> Result<&OpenStore> {
        match self {
            Self::Store(open) => Ok(open),
            Self::Transaction(_) => {
                Err(invalid("this cannot be done inside a transaction; call it on the store"))
            }
        }
    }

    /// Closes a store, whoever is inside. A transaction is rolled back when it is dropped, which the last call under way does.
    fn close(&self) -> Result<()> {
        match self {
            Self::Store(open) => open.store.end(),
            Self::Transaction(_) => Ok(()),
        }
    }
}

impl OpenTransaction {
    fn begin(of: Arc<Target>) -> Result<Self> {
        let open = of.open_store()?;
        let begun = open.store.begin()?;
        open.begun.fetch_add(1, Ordering::Relaxed);
        open.begun_in_all.fetch_add(1, Ordering::Relaxed);
        Ok(Self { begun: Lock::new(Some(Box::new(begun))), of })
    }

    pub(super) fn run<T>(&self, work: impl FnOnce(&mut Transaction<'_, '_>) -> Result<T>) -> Result<T> {
        self.begun.lock()?.as_mut().ok_or_else(ended)?.run(work)
    }

    fn take(&self) -> Result<Option<Box<BegunTransaction>>> {
        Ok(self.begun.lock()?.take())
    }
}

impl Drop for OpenTransaction {
    fn drop(&mut self) {
        // The gate opens before anybody is told that the transaction is over.
        drop(self.take());
        if let Ok(open) = self.of.open_store() {
            open.begun.fetch_sub(1, Ordering::Relaxed);
            open.begun_in_all.fetch_sub(1, Ordering::Relaxed);
        }
    }
}

fn ended() -> Error {
    Error::new(ErrorKind::Closed, "this transaction has ended")
}

/// Calls the same method on a store or on a transaction.
macro_rules! on {
    ($handle:expr, |$on:ident| $work:expr) => {{
        let target = $crate::ffi::handle::get::<$crate::ffi::store::Target>($handle)?;
        match &*target {
            $crate::ffi::store::Target::Store(open) => {
                let $on = &open.store;
                $work
            }
            $crate::ffi::store::Target::Transaction(open) => open.run(|$on| $work),
        }
    }};
}
pub(super) use on;

/// Gives a store to the caller.
unsafe fn opened(
    store: *mut *mut strongroom_store,
    error: *mut *mut strongroom_error,
    open: impl FnOnce() -> Result<Store>,
) -> strongroom_status {
    // SAFETY: as the caller promises.
    unsafe { guard(error, || out_handle("store", store)?.give(Target::new(open()?))) }
}

/// The store of a handle, for what cannot be done inside a transaction.
pub(super) fn root(handle: *const strongroom_store) -> Result<Arc<Store>> {
    handle::get::<Target>(handle)?.store().cloned()
}

/// Creates a store that `key` unlocks, and opens it for writing. An existing file is never replaced; an interrupted creation
/// leaves no store or a good one. A name as temporary files have it (.strongroom-<16 hex digits>.tmp) is refused: writers remove such files.
///
/// Ownership: borrows `file`, `key` and `options`, which may be NULL. `*store` is the caller's, to end with strongroom_close.
/// Thread safety: any thread.
/// Errors: INVALID_ARGUMENT, BAD_HANDLE, CLOSED, ALREADY_EXISTS, FILE_REFUSED, KDF_LIMITS, OUT_OF_MEMORY, DISK_FULL, IO.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_create(
    file: *const c_char,
    file_len: usize,
    key: *const strongroom_key,
    options: *const strongroom_options,
    store: *mut *mut strongroom_store,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    let work = || {
        // SAFETY: as the top of the header says of pointers.
        let file = unsafe { file_path(file, file_len) }?;
        let options = or_default(options)?;
        key::with(key, |key| options.create(file, key))
    };
    // SAFETY: as above.
    unsafe { opened(store, error, work) }
}

/// Opens a store. One that has the name of a temporary file (.strongroom-<16 hex digits>.tmp) is opened read-only or not at all: rename it first.
///
/// Ownership: borrows `file`, `key` and `options`, which may be NULL. `*store` is the caller's, to end with strongroom_close.
/// Thread safety: any thread.
/// Errors: INVALID_ARGUMENT, BAD_HANDLE, CLOSED, NOT_FOUND, NOT_A_STORE, WRONG_KEY, TAMPERED, DAMAGED, UNSUPPORTED_FORMAT,
/// KDF_LIMITS, ROLLED_BACK, WRONG_STORE, FORKED_HISTORY, IN_USE, READ_ONLY, FILE_REFUSED, OUT_OF_MEMORY, IO.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_open(
    file: *const c_char,
    file_len: usize,
    key: *const strongroom_key,
    options: *const strongroom_options,
    store: *mut *mut strongroom_store,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    let work = || {
        // SAFETY: as the top of the header says of pointers.
        let file = unsafe { file_path(file, file_len) }?;
        let options = or_default(options)?;
        key::with(key, |key| options.open(file, key))
    };
    // SAFETY: as above.
    unsafe { opened(store, error, work) }
}

/// A store in memory, with the same semantics and without a file. It is gone when it is closed.
///
/// Ownership: borrows `options`, which may be NULL. `*store` is the caller's, to end with strongroom_close.
/// Thread safety: any thread.
/// Errors: INVALID_ARGUMENT, BAD_HANDLE, CLOSED, OUT_OF_MEMORY.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_in_memory(
    options: *const strongroom_options,
    store: *mut *mut strongroom_store,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    let work = || or_default(options)?.in_memory();
    // SAFETY: as the top of the header says of pointers.
    unsafe { opened(store, error, work) }
}

/// Closes a store, or rolls a transaction back. Behind it `*store` is NULL, and every copy of the handle is CLOSED. Events of reads that wait
/// are written now. Calls of other threads under way come to their end or are CLOSED, and events of reads among them may be lost; the keys are
/// wiped, and other writers get their turn, when the last one has. Handles that strongroom_with made of the store answer CLOSED from then on,
/// and are still to be closed; closing one of those leaves the store open. NULL, and a pointer to NULL, are fine.
///
/// Ownership: takes `*store`, whatever the status but REENTRANT, BAD_HANDLE and CLOSED.
/// Thread safety: any thread.
/// Errors: BAD_HANDLE, CLOSED; REENTRANT if a transaction of this handle has not ended, or of one that strongroom_with made of it, and inside of
/// a callback that keeps others from writing: then nothing is closed; IO if the proof of an orderly close cannot be written: nothing acknowledged
/// is lost; IN_USE if a write of another thread does not end in time: the store is closed nonetheless, and events of reads that wait are lost;
/// FORKED in a forked child.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_close(
    store: *mut *mut strongroom_store,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    let work = || {
        // SAFETY: as the top of the header says of pointers.
        let Some(handle) = (unsafe { store.as_mut() }) else { return Ok(()) };
        if handle.is_null() {
            return Ok(());
        }
        // Before anything is taken, so that a refusal leaves everything as it was.
        if let Target::Store(open) = &*handle::get::<Target>(*handle)? {
            open.check_closable()?;
        }
        let target = handle::take::<Target>(*handle)?;
        *handle = std::ptr::null_mut();
        target.close()
    };
    // SAFETY: as above.
    unsafe { guard(error, work) }
}

/// Begins a transaction: a handle on which everything on secrets can be called, and which sees its own writes. Nobody else
/// does before strongroom_commit. Meanwhile other threads read the state before, and their writes wait; this thread's own writes
/// through the store are REENTRANT. What is about the store as a whole is INVALID_ARGUMENT on a transaction: copies, slots, locking, verification,
/// health, reports, the pin, the environment, the list of retentions and the least cost of passphrases.
///
/// Time goes on in it: each call happens at its own time, and not at that of the beginning or of the commit. What expires meanwhile is refused
/// from then on, and a grace or an expiry that a call sets is counted from that call.
///
/// Ownership: borrows `store`. `*transaction` is the caller's, to end with strongroom_commit or, rolling back, strongroom_close.
/// Thread safety: any thread.
/// Errors: INVALID_ARGUMENT, BAD_HANDLE, CLOSED, REENTRANT, IN_USE, READ_ONLY, LOCKED, POISONED, FORKED.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_begin(
    store: *mut strongroom_store,
    transaction: *mut *mut strongroom_store,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    let work = || {
        // SAFETY: as the top of the header says of pointers.
        let transaction = unsafe { out_handle("transaction", transaction) }?;
        let of = handle::get::<Target>(store)?;
        transaction.give(Target::Transaction(OpenTransaction::begin(of)?))
    };
    // SAFETY: as above.
    unsafe { guard(error, work) }
}

/// Makes everything a transaction changed durable, in one commit. Behind it `*transaction` is NULL, unless it was none that
/// is open; with any status but OK nothing is changed, but see what the top of the header says of IO.
///
/// Ownership: takes `*transaction`, if it is an open transaction.
/// Thread safety: any thread.
/// Errors: INVALID_ARGUMENT if it is a store, or if a change inside failed; BAD_HANDLE, CLOSED, DISK_FULL, POISONED, IO, FORKED.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_commit(
    transaction: *mut *mut strongroom_store,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    let work = || {
        // SAFETY: as the top of the header says of pointers.
        let handle = unsafe { transaction.as_mut() }.ok_or_else(|| invalid("transaction is NULL"))?;
        if let Target::Store(_) = &*handle::get::<Target>(*handle)? {
            return Err(invalid(
                "only a transaction can be committed; every call on a store is durable already",
            ));
        }
        let target = handle::take::<Target>(*handle)?;
        *handle = std::ptr::null_mut();
        match &*target {
            Target::Transaction(open) => open.take()?.ok_or_else(ended)?.commit(),
            Target::Store(_) => Err(ended()),
        }
    };
    // SAFETY: as above.
    unsafe { guard(error, work) }
}

/// Locks a store: wipes its keys, and keeps the file from other handles. What needs the keys is then LOCKED, until
/// strongroom_unlock.
///
/// Ownership: borrows `store`.
/// Thread safety: any thread.
/// Errors: INVALID_ARGUMENT, BAD_HANDLE, CLOSED, REENTRANT, IN_USE, IO, FORKED.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_lock(
    store: *mut strongroom_store,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    // SAFETY: as the top of the header says of pointers.
    unsafe { guard(error, || root(store)?.lock()) }
}

/// Unlocks a locked store as opening it does. After the second wrong key in a row the next attempts wait.
///
/// Ownership: borrows `store` and `key`.
/// Thread safety: any thread.
/// Errors: INVALID_ARGUMENT if it is not locked; WRONG_KEY; otherwise as strongroom_open.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_unlock(
    store: *mut strongroom_store,
    key: *const strongroom_key,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    let work = || {
        let store = root(store)?;
        key::with(key, |key| store.unlock(key))
    };
    // SAFETY: as the top of the header says of pointers.
    unsafe { guard(error, work) }
}

/// Whether a store is locked (1 or 0).
///
/// Ownership: borrows `store`; writes `*locked`.
/// Thread safety: any thread.
/// Errors: INVALID_ARGUMENT, BAD_HANDLE, CLOSED.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_is_locked(
    store: *const strongroom_store,
    locked: *mut i32,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    let work = || {
        // SAFETY: as the top of the header says of pointers.
        let locked = unsafe { out("locked", locked) }?;
        locked.write(i32::from(root(store)?.is_locked()));
        Ok(())
    };
    // SAFETY: as above.
    unsafe { guard(error, work) }
}

/// What a store is for: STRONGROOM_ENVIRONMENT_LIVE or _TEST, as was said when it was created.
///
/// Ownership: borrows `store`; writes `*environment`.
/// Thread safety: any thread.
/// Errors: INVALID_ARGUMENT, BAD_HANDLE, CLOSED, LOCKED, TAMPERED, POISONED, FORKED.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_environment(
    store: *const strongroom_store,
    environment: *mut u32,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    let work = || {
        // SAFETY: as the top of the header says of pointers.
        let to = unsafe { out("environment", environment) }?;
        to.write(match root(store)?.environment()? {
            Environment::Live => STRONGROOM_ENVIRONMENT_LIVE,
            Environment::Test => STRONGROOM_ENVIRONMENT_TEST,
        });
        Ok(())
    };
    // SAFETY: as above.
    unsafe { guard(error, work) }
}

/// How long ago a store was last used, in milliseconds: for programs that lock what nobody uses.
///
/// Ownership: borrows `store`; writes `*idle_ms`.
/// Thread safety: any thread.
/// Errors: INVALID_ARGUMENT, BAD_HANDLE, CLOSED.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_idle_ms(
    store: *const strongroom_store,
    idle_ms: *mut u64,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    let work = || {
        // SAFETY: as the top of the header says of pointers.
        let idle = unsafe { out("idle_ms", idle_ms) }?;
        idle.write(super::output::millis(root(store)?.idle_for()));
        Ok(())
    };
    // SAFETY: as above.
    unsafe { guard(error, work) }
}
