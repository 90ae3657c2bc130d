//! Transactions that are not closures.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;

use super::commit::Attempt;
use super::gate::Pass;
use super::transaction::Done;
use super::{Store, Transaction};
use crate::access::Action;
use crate::error::{Error, Result};
use crate::sealed::space::Space;
use crate::tables::{Tables, Writing};

/// A transaction that lives as long as its handle, for callers that cannot put their work into a closure, such as the C
/// interface. [`Store::transaction`] is simpler, and otherwise the same.
///
/// Dropping it rolls back. As long as it lives the store does not lock, and other writes wait; so do writes through the store
/// itself by the thread that used it last, which are refused as [`Reentrant`](crate::ErrorKind::Reentrant).
pub struct BegunTransaction {
    /// `None` once it has ended. Before the pass, because the next writer must not begin beside it.
    writing: Option<Writing>,
    done: Done,
    tables: Arc<Tables>,
    /// Before the store, which writes what waits if nobody else has it.
    pass: Pass,
    store: Arc<Store>,
}

impl std::fmt::Debug for BegunTransaction {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("BegunTransaction")
    }
}

impl Store {
    /// Begins a transaction that ends with its [handle](BegunTransaction). Time goes on in it, as in every [`Transaction`].
    ///
    /// # Errors
    ///
    /// As [`put`](Self::put), but for what has to do with a path or a value.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::sync::Arc;
    /// use strongroom::{ErrorKind, Store};
    ///
    /// let store = Arc::new(Store::in_memory()?);
    /// let mut transaction = store.begin()?;
    /// transaction.run(|tx| tx.put("db/user", "app"))?;
    /// assert_eq!(transaction.run(|tx| tx.get("db/user"))?.version(), 1);
    /// assert_eq!(store.get("db/user").unwrap_err().kind(), ErrorKind::NotFound);
    /// transaction.commit()?;
    /// assert_eq!(store.get("db/user")?.value().expose(), b"app");
    /// # Ok::<(), strongroom::Error>(())
    /// ```
    pub fn begin(self: &Arc<Self>) -> Result<BegunTransaction> {
        let (pass, tables) = self.begin_writing(Action::Begin)?;
        let done = Done::after(&tables)?;
        let writing = tables.begin(Space::Normal)?;
        Ok(BegunTransaction { writing: Some(writing), done, tables, store: self.clone(), pass })
    }
}

impl BegunTransaction {
    /// Does some of the work of the transaction.
    ///
    /// # Errors
    ///
    /// What `work` returns. A change that fails makes [`commit`](Self::commit) fail.
    pub fn run<T>(&mut self, work: impl FnOnce(&mut Transaction<'_, '_>) -> Result<T>) -> Result<T> {
        // Before the gate, which a thread may hold that is not here, in a forked child.
        self.store.authorise(Action::Begin)?;
        self.pass.hold();
        let Self { writing, done, tables, store, .. } = self;
        let writing = writing.as_ref().ok_or_else(ended)?;
        writing.batch(|batch| {
            let mut transaction = Transaction::new(store, tables, batch, std::mem::take(done));
            let result = catch_unwind(AssertUnwindSafe(|| work(&mut transaction)));
            *done = transaction.done;
            result.unwrap_or_else(|panic| {
                done.fail();
                resume_unwind(panic)
            })
        })
    }

    /// Makes everything durable, in one commit. A transaction that changed nothing commits nothing.
    ///
    /// # Errors
    ///
    /// [`InvalidArgument`](crate::ErrorKind::InvalidArgument) if a change inside failed; then, and with every other error but
    /// [`Io`](crate::ErrorKind::Io), nothing is committed.
    pub fn commit(mut self) -> Result<()> {
        self.store.authorise(Action::Begin)?;
        self.pass.hold();
        let writing = self.writing.take().ok_or_else(ended)?;
        let result = self.finish(writing);
        self.tables.recover();
        result.inspect(|()| self.store.strengthen(&self.tables))
    }

    fn finish(&mut self, writing: Writing) -> Result<()> {
        let events = std::mem::take(&mut self.done).events()?;
        if events.is_empty() && !self.store.shared.reads.is_urgent() {
            return writing.abort();
        }
        let generation = self.tables.file().generation()?.saturating_add(1);
        let taken = self.store.shared.reads.take(generation);
        let mut told = None;
        let result = {
            let mut owed = self.store.owed();
            let concluded = writing
                .batch(|batch| self.store.conclude(&self.tables, batch, &mut owed, Some(&taken), events));
            concluded.and_then(|(stamp, concluded)| {
                told = Some(concluded);
                writing.commit(stamp)?;
                owed.settle();
                Ok(())
            })
        };
        self.store.committed(&self.tables, Attempt { result, taken: Some(taken), told })
    }
}

impl Drop for BegunTransaction {
    fn drop(&mut self) {
        let Some(writing) = self.writing.take() else { return };
        if self.tables.file().check_process().is_err() {
            // In a forked child: what redb would give back here belongs to the parent.
            writing.leave_to_parent();
            return;
        }
        drop(writing);
        self.tables.recover();
    }
}

fn ended() -> Error {
    Error::internal("a transaction was used after its end")
}
