//! Writing rows inside one transaction.

use redb::Table;

use super::snapshot::{self, Row, Rows, Visit};
use super::{engine_error, guarded};
use crate::error::Result;
use crate::sealed::backend::Backend;

/// The rows as the running transaction sees them.
pub(crate) struct Batch<'a> {
    table: Table<'a, &'static [u8], &'static [u8]>,
    backend: &'a Backend,
}

impl<'a> Batch<'a> {
    pub(super) fn new(table: Table<'a, &'static [u8], &'static [u8]>, backend: &'a Backend) -> Self {
        Self { table, backend }
    }

    pub(crate) fn insert(&mut self, key: &[u8], value: &[u8]) -> Result<()> {
        guarded(|| match self.table.insert(key, value) {
            Ok(_) => Ok(()),
            Err(error) => Err(engine_error(self.backend, error)),
        })
    }

    /// Removes a row, and says whether there was one.
    pub(crate) fn remove(&mut self, key: &[u8]) -> Result<bool> {
        guarded(|| match self.table.remove(key) {
            Ok(removed) => Ok(removed.is_some()),
            Err(error) => Err(engine_error(self.backend, error)),
        })
    }
}

impl Rows for Batch<'_> {
    fn look_up<T>(&self, key: &[u8], read: impl FnOnce(&[u8]) -> Result<T>) -> Result<Option<T>> {
        snapshot::look_up(&self.table, self.backend, key, read)
    }

    fn scan(&self, from: &[u8], to: &[u8], visit: Visit<'_>) -> Result<()> {
        snapshot::scan(&self.table, self.backend, from, to, visit)
    }

    fn last(&self, from: &[u8], to: &[u8]) -> Result<Option<Row>> {
        snapshot::last(&self.table, self.backend, from, to)
    }

    fn bytes(&self) -> Result<u64> {
        snapshot::bytes(&self.table, self.backend)
    }
}
