//! A write transaction of redb under way.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;

use redb::{Database, WriteTransaction};

use super::held::LetGo;
use super::{Batch, Outcome, TABLE, engine_error, guarded};
use crate::error::{Error, Result};
use crate::sealed::backend::Backend;
use crate::sealed::file::Stamp;

/// A write transaction under way. Dropped, it leaves nothing behind.
pub(crate) struct Writing {
    /// `None` once it has ended.
    transaction: Option<WriteTransaction>,
    backend: Arc<Backend>,
    /// Until the end, or a reader would keep the state before for good.
    let_go: Option<LetGo>,
}

impl Writing {
    pub(super) fn begin(database: &Database, backend: &Arc<Backend>, let_go: LetGo) -> Result<Self> {
        let transaction = guarded(|| {
            let mut transaction = database.begin_write().map_err(|error| engine_error(backend, error))?;
            // Two-phase, and the allocator's state in every commit: a reopen after a crash is as quick as any, and a
            // damaged block is never taken for a torn one and rolled back over.
            transaction.set_quick_repair(true);
            Ok(transaction)
        })?;
        Ok(Self { transaction: Some(transaction), backend: backend.clone(), let_go: Some(let_go) })
    }

    /// Works on the rows. May be called again and again: what one call wrote, the next one sees.
    pub(crate) fn batch<T>(&self, work: impl FnOnce(&mut Batch<'_>) -> Result<T>) -> Result<T> {
        let transaction = self.transaction.as_ref().ok_or_else(ended)?;
        let table =
            guarded(|| transaction.open_table(TABLE).map_err(|error| engine_error(&self.backend, error)))?;
        work(&mut Batch::new(table, &self.backend))
    }

    /// Makes everything durable.
    pub(crate) fn commit(mut self, stamp: Stamp) -> Result<()> {
        let transaction = self.transaction.take().ok_or_else(ended)?;
        let staged = self.backend.stage(stamp);
        match staged {
            Ok(()) => {
                let before = self.backend.generation()?;
                let committed =
                    guarded(|| transaction.commit().map_err(|error| engine_error(&self.backend, error)));
                // redb latches the failure of a reader's block, and then refuses its work after the sync, too.
                committed
                    .or_else(|error| if self.backend.is_durable_after(before) { Ok(()) } else { Err(error) })
            }
            Err(error) => {
                let _ = self.abort_redb(transaction);
                Err(error)
            }
        }
    }

    /// Leaves nothing behind.
    pub(crate) fn abort(mut self) -> Result<()> {
        self.transaction.take().map_or(Ok(()), |transaction| self.abort_redb(transaction))
    }

    /// Runs `write` as all there is to the transaction.
    pub(super) fn run<T>(self, write: impl FnOnce(&mut Batch<'_>) -> Result<Outcome<T>>) -> Result<T> {
        // A transaction dropped while unwinding would leak its pages until redb rebuilds its allocator.
        match catch_unwind(AssertUnwindSafe(|| self.batch(write))) {
            Ok(Ok(Outcome { value, commit: Some(stamp) })) => self.commit(stamp).map(|()| value),
            Ok(Ok(Outcome { value, commit: None })) => self.abort().map(|()| value),
            Ok(Err(error)) => {
                // The first error is the one to report; an abort that fails leaves a handle that says so.
                let _ = self.abort();
                Err(error)
            }
            Err(panic) => {
                let _ = self.abort();
                resume_unwind(panic)
            }
        }
    }

    /// Ends it in a forked child, without touching anything that another thread of the parent may have held.
    pub(crate) fn leave_to_parent(mut self) {
        std::mem::forget(self.transaction.take());
        std::mem::forget(self.let_go.take());
    }

    fn abort_redb(&self, transaction: WriteTransaction) -> Result<()> {
        guarded(|| transaction.abort().map_err(|error| engine_error(&self.backend, error)))
    }
}

impl Drop for Writing {
    fn drop(&mut self) {
        if let Some(transaction) = self.transaction.take() {
            let _ = self.abort_redb(transaction);
        }
    }
}

fn ended() -> Error {
    Error::internal("a transaction was used after its end")
}
