//! The rows of a store: the only module that names redb's tables and transactions.
//!
//! Everything lies in one B-tree, because each tree a commit touches costs blocks: the first byte of a key says what
//! the row is ([`rows`]). Values are sealed here ([`values`]), so that redb never holds one in clear.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, TryLockError};
use std::time::Duration;

use redb::{Builder, Database, ReadableDatabase, TableDefinition};

use crate::clock::Wait;
use crate::error::{Error, ErrorKind, Holder, Result};
use crate::limits::CACHE_BYTES_MIN;
use crate::record::codec::encode;
use crate::record::secret::StoreRecord;
use crate::sealed::backend::{Backend, SharedBackend};
use crate::sealed::file::{SealedFile, Stamp};
use crate::sealed::space::Space;

pub(crate) mod audit;
mod batch;
pub(crate) mod copy;
#[cfg(test)]
pub(crate) mod forged;
mod held;
pub(crate) mod history;
pub(crate) mod idempotency;
pub(crate) mod list;
pub(crate) mod prune;
pub(crate) mod retention;
mod rows;
pub(crate) mod schedule;
pub(crate) mod secrets;
pub(crate) mod slots;
mod snapshot;
pub(crate) mod space;
pub(crate) mod state;
pub(crate) mod tags;
pub(crate) mod trash;
mod values;
pub(crate) mod verify;
mod writing;

pub(crate) use batch::Batch;
use held::Held;
pub(crate) use snapshot::{Rows, Snapshot};
pub(crate) use values::{Keyring, Sealer};
pub(crate) use writing::Writing;

const TABLE: TableDefinition<'static, &[u8], &[u8]> = TableDefinition::new("strongroom");

/// An open store's rows.
pub(crate) struct Tables {
    file: Arc<SealedFile>,
    keyring: Keyring,
    cache_bytes: usize,
    /// How long a write waits for copies under way before it opens redb anew.
    wait: Duration,
    /// Read by every copy for all its time, written while redb is opened anew.
    copies: RwLock<()>,
    /// Read by every operation, written only to open redb anew after a full disk and to close. `None` once closed.
    engine: RwLock<Option<Engine>>,
}

/// redb over one backend.
struct Engine {
    held: Arc<Held>,
    backend: Arc<Backend>,
    database: Database,
}

/// What a write transaction ends with.
pub(crate) struct Outcome<T> {
    pub(crate) value: T,
    /// The head and clock mark to commit with; `None` if nothing was changed.
    pub(crate) commit: Option<Stamp>,
}

/// Fills a new file with what `write` puts into it, in one commit. redb closes for real twice, so that it trims what it
/// allocates at first.
pub(crate) fn fill(
    file: &Arc<SealedFile>,
    write: impl FnOnce(&mut Batch<'_>) -> Result<Stamp>,
) -> Result<()> {
    const CACHE: usize = 1 << 20;
    Engine::open(file, CACHE)?.close_for_real()?;
    let engine = Engine::open(file, CACHE)?;
    let outcome = |batch: &mut Batch<'_>| Ok(Outcome { value: (), commit: Some(write(batch)?) });
    engine.begin(Space::Normal)?.run(outcome)?;
    engine.close_for_real()
}

/// Writes the store's own row.
pub(crate) fn describe(batch: &mut Batch<'_>, record: &StoreRecord) -> Result<()> {
    batch.insert(&rows::STORE, &encode(record)?)
}

impl Tables {
    pub(crate) fn open(file: Arc<SealedFile>, cache_bytes: usize, wait: Duration) -> Result<Self> {
        let engine = RwLock::new(Some(Engine::open(&file, cache_bytes)?));
        Ok(Self { keyring: Keyring::default(), file, cache_bytes, wait, copies: RwLock::default(), engine })
    }

    pub(crate) fn file(&self) -> &Arc<SealedFile> {
        &self.file
    }

    /// What seals and opens this store's values.
    pub(crate) fn sealer(&self) -> Sealer<'_> {
        Sealer { file: &self.file, keyring: &self.keyring }
    }

    /// Runs `read` on the last committed state. If redb gives up meanwhile it runs a second time: because of another block than
    /// this read needs, or of a writer that found the disk full. What the program cancelled does not begin again. redb that gave up
    /// before is not asked: it may have missed the end of a commit that is durable, and show the state before.
    pub(crate) fn read<T>(&self, mut read: impl FnMut(&Snapshot<'_>) -> Result<T>) -> Result<T> {
        self.file.check_usable()?;
        let guard = self.engine()?;
        let engine = guard.as_ref().ok_or_else(closed)?;
        if engine.gave_up() && !self.file.is_poisoned() {
            return self.read_anew(&mut read);
        }
        match engine.read(&mut read) {
            Err(error)
                if engine.gave_up() && !self.file.is_poisoned() && error.kind() != ErrorKind::Cancelled =>
            {
                self.read_anew(&mut read)
            }
            result => result,
        }
    }

    /// Runs `read` on the last committed state through a redb of its own. A writer may not have ended yet; the caller holds the
    /// guard, so that no other write begins.
    fn read_anew<T>(&self, read: impl FnMut(&Snapshot<'_>) -> Result<T>) -> Result<T> {
        let own = Engine::open(&self.file, CACHE_BYTES_MIN)?;
        let result = own.read(read);
        own.abandon()?;
        result
    }

    /// As [`read`](Self::read), for one that calls the program, which may read and write meanwhile on this very thread.
    pub(crate) fn read_calling<T>(&self, read: impl FnMut(&Snapshot<'_>) -> Result<T>) -> Result<T> {
        let _copying = self.copies.read().unwrap_or_else(PoisonError::into_inner);
        self.read(read)
    }

    /// Runs `write` in one transaction. The caller keeps writers apart.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::DiskFull`] leaves a handle that works: redb gives up after any failure, so it is opened anew.
    pub(crate) fn write<T>(
        &self,
        space: Space,
        write: impl FnOnce(&mut Batch<'_>) -> Result<Outcome<T>>,
    ) -> Result<T> {
        let result = self.begin(space).and_then(|writing| writing.run(write));
        self.recover();
        result
    }

    /// Begins a transaction. The caller keeps writers apart, keeps these tables as long as it lasts, and calls
    /// [`recover`](Self::recover) when it has ended.
    pub(crate) fn begin(&self, space: Space) -> Result<Writing> {
        self.file.check_usable()?;
        // A read may have met a bad block, or the last write ended in a panic of its caller.
        self.reopen_after_failure(self.wait)?;
        self.engine()?.as_ref().ok_or_else(closed)?.begin(space)
    }

    /// Opens redb anew if the transaction that just ended made it give up.
    pub(crate) fn recover(&self) {
        // Whatever the caller made of the error. If it fails, the next write tries again.
        let _ = self.reopen_after_failure(Duration::ZERO);
    }

    /// Closes redb without a sync, leaving proof that the last commit is durable.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Forked`] in a forked child, where it does nothing.
    pub(crate) fn close(&self) -> Result<()> {
        self.file.check_process()?;
        let mut engine = self.engine.write().map_err(|_| closed())?;
        match engine.take() {
            Some(engine) => engine.close(),
            None => Ok(()),
        }
    }

    /// redb refuses everything after any failure. As long as the file is not poisoned it goes on when it is opened anew.
    fn reopen_after_failure(&self, wait: Duration) -> Result<()> {
        if self.file.is_poisoned() || !self.engine()?.as_ref().is_some_and(Engine::gave_up) {
            return Ok(());
        }
        let wait = Wait::for_at_most(wait);
        // Whoever queues for the lock of redb keeps out reads that a copy may wait for. So copies come to an end first,
        // and without a queue; all other reads are short.
        let _no_copies = loop {
            match self.copies.try_write() {
                Ok(guard) => break guard,
                Err(TryLockError::Poisoned(guard)) => break guard.into_inner(),
                Err(TryLockError::WouldBlock) if wait.step() => {}
                Err(TryLockError::WouldBlock) => return Err(in_use()),
            }
        };
        let mut engine = self.engine.write().map_err(|_| closed())?;
        let fresh = Engine::open(&self.file, self.cache_bytes)?;
        match engine.replace(fresh) {
            Some(latched) => latched.abandon(),
            None => Ok(()),
        }
    }

    /// Whether redb met a failure since it was opened.
    #[cfg(test)]
    pub(crate) fn gave_up(&self) -> bool {
        self.engine().unwrap().as_ref().is_some_and(Engine::gave_up)
    }

    fn engine(&self) -> Result<RwLockReadGuard<'_, Option<Engine>>> {
        self.engine.read().map_err(|_| closed())
    }
}

impl Drop for Tables {
    fn drop(&mut self) {
        if self.file.check_process().is_err() {
            self.leave_to_parent();
            return;
        }
        // The last commit is durable with or without the proof; the next open then syncs once.
        let _ = self.close();
    }
}

impl Tables {
    /// In a forked child: ends redb here if nobody was inside it when the process was forked. Otherwise locks are held
    /// by threads that are not here, and dropping redb could wait for them for ever.
    fn leave_to_parent(&mut self) {
        let was_busy = matches!(self.engine.try_write(), Err(TryLockError::WouldBlock));
        let Some(engine) = self.engine.get_mut().unwrap_or_else(PoisonError::into_inner).take() else {
            return;
        };
        if was_busy {
            // With it the file stays open, and so locked, until this process ends.
            std::mem::forget(engine);
        } else {
            // What redb writes as it ends goes nowhere.
            let _ = engine.abandon();
        }
    }
}

impl Engine {
    fn open(file: &Arc<SealedFile>, cache_bytes: usize) -> Result<Self> {
        Self::over(Backend::new(file.clone())?, cache_bytes)
    }

    fn over(backend: Arc<Backend>, cache_bytes: usize) -> Result<Self> {
        let database = guarded(|| {
            Builder::new()
                .set_cache_size(cache_bytes)
                .create_with_backend(SharedBackend(backend.clone()))
                .map_err(|error| engine_error(&backend, error))
        })?;
        backend.opened()?;
        Ok(Self { held: Arc::default(), backend, database })
    }

    fn read<T>(&self, read: impl FnOnce(&Snapshot<'_>) -> Result<T>) -> Result<T> {
        let table = self.held.table(|| {
            guarded(|| {
                let transaction = self.database.begin_read().map_err(|error| self.error(error))?;
                transaction.open_table(TABLE).map_err(|error| self.error(error))
            })
        })?;
        read(&Snapshot::new(table, &self.backend))
    }

    /// Whether redb met a failure, and answers everything with it from then on.
    fn gave_up(&self) -> bool {
        self.backend.failure().is_some()
    }

    fn begin(&self, space: Space) -> Result<Writing> {
        self.backend.release(space)?;
        Writing::begin(&self.database, &self.backend, self.held.let_go())
    }

    /// Ends with the last commit as it is, and leaves proof that it is durable.
    fn close(self) -> Result<()> {
        let closed = self.backend.close();
        self.discard();
        closed
    }

    /// Ends without proof, after a failure or a verification.
    fn abandon(self) -> Result<()> {
        let abandoned = self.backend.abandon();
        self.discard();
        abandoned
    }

    /// Drops redb when nothing it writes counts any more. Its last commit walks pages that may be a mix of states, and
    /// a panic while a panic unwinds would end the process.
    fn discard(self) {
        let _ = guarded(|| {
            drop(self);
            Ok(())
        });
    }

    /// Lets redb write its last commit and trim the file. Only for a file that nobody else knows yet.
    fn close_for_real(self) -> Result<()> {
        self.backend.release(Space::Normal)?;
        let backend = self.backend.clone();
        guarded(|| {
            drop(self);
            Ok(())
        })?;
        backend.failure().map_or(Ok(()), Err)
    }

    fn error(&self, error: impl Into<redb::Error>) -> Error {
        engine_error(&self.backend, error)
    }
}

/// Runs redb over pages that may be a mix of states. Each of them authenticates, but redb trusts them to fit
/// together, and panics where an older one that was put back does not.
fn guarded<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| Err(mixed_states()))
}

fn mixed_states() -> Error {
    Error::new(
        ErrorKind::Tampered,
        "blocks of the store do not belong to one state: an older one was put back; restore a backup",
    )
}

/// redb's error in our words: the backend knows what really happened.
fn engine_error(backend: &Backend, error: impl Into<redb::Error>) -> Error {
    if let Some(failure) = backend.failure() {
        return failure;
    }
    match error.into() {
        redb::Error::Corrupted(_) => mixed_states(),
        error => Error::internal(format!("the storage engine failed: {error}")),
    }
}

fn in_use() -> Error {
    let message = "a copy through this handle did not end in time for a write after a failure; try again";
    Error::new(ErrorKind::InUse, message).held_by(Holder::Readers)
}

fn closed() -> Error {
    Error::new(ErrorKind::Poisoned, "the store is closed after a failure; open it again")
}
