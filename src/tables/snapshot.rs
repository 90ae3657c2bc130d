//! Reading rows: of the last commit, or of a transaction that sees its own writes.

use std::sync::Arc;

use redb::{ReadableTable, ReadableTableMetadata};

use super::held::Table;
use super::{engine_error, guarded};
use crate::error::Result;
use crate::record::codec::{Authenticated, Record, decode};
use crate::sealed::backend::Backend;

/// A row: key and value.
pub(crate) type Row = (Vec<u8>, Vec<u8>);

/// Looks at a row, and says whether to go on.
pub(crate) type Visit<'a> = &'a mut dyn FnMut(&[u8], &[u8]) -> Result<bool>;

/// Rows by key and in order.
pub(crate) trait Rows {
    /// What `read` makes of the value of a row, where it lies.
    fn look_up<T>(&self, key: &[u8], read: impl FnOnce(&[u8]) -> Result<T>) -> Result<Option<T>>;

    /// The value of a row.
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>> {
        self.look_up(key, |value| Ok(value.to_vec()))
    }

    /// The record in a row.
    fn record<R: Record>(&self, key: &[u8]) -> Result<Option<R>> {
        self.look_up(key, |value| decode(&Authenticated::from_page(value)))
    }

    /// Visits the rows from `from` up to and without `to`, until `visit` says `false`.
    fn scan(&self, from: &[u8], to: &[u8], visit: Visit<'_>) -> Result<()>;

    /// The last row from `from` up to and without `to`.
    fn last(&self, from: &[u8], to: &[u8]) -> Result<Option<Row>>;

    /// Bytes of the pages that hold the rows.
    fn bytes(&self) -> Result<u64>;
}

/// The rows of one commit.
pub(crate) struct Snapshot<'a> {
    table: Arc<Table>,
    backend: &'a Backend,
}

impl<'a> Snapshot<'a> {
    pub(super) fn new(table: Arc<Table>, backend: &'a Backend) -> Self {
        Self { table, backend }
    }

    /// How many rows there are.
    pub(crate) fn len(&self) -> Result<u64> {
        guarded(|| self.table.len().map_err(|error| engine_error(self.backend, error)))
    }
}

impl Rows for Snapshot<'_> {
    fn look_up<T>(&self, key: &[u8], read: impl FnOnce(&[u8]) -> Result<T>) -> Result<Option<T>> {
        look_up(&*self.table, self.backend, key, read)
    }

    fn scan(&self, from: &[u8], to: &[u8], visit: Visit<'_>) -> Result<()> {
        scan(&*self.table, self.backend, from, to, visit)
    }

    fn last(&self, from: &[u8], to: &[u8]) -> Result<Option<Row>> {
        last(&*self.table, self.backend, from, to)
    }

    fn bytes(&self) -> Result<u64> {
        bytes(&*self.table, self.backend)
    }
}

pub(super) fn look_up<T>(
    table: &impl ReadableTable<&'static [u8], &'static [u8]>,
    backend: &Backend,
    key: &[u8],
    read: impl FnOnce(&[u8]) -> Result<T>,
) -> Result<Option<T>> {
    guarded(|| {
        let found = table.get(key).map_err(|error| engine_error(backend, error))?;
        found.map(|value| read(value.value())).transpose()
    })
}

pub(super) fn bytes(table: &impl ReadableTableMetadata, backend: &Backend) -> Result<u64> {
    guarded(|| {
        let stats = table.stats().map_err(|error| engine_error(backend, error))?;
        Ok(stats.stored_bytes() + stats.metadata_bytes() + stats.fragmented_bytes())
    })
}

pub(super) fn scan(
    table: &impl ReadableTable<&'static [u8], &'static [u8]>,
    backend: &Backend,
    from: &[u8],
    to: &[u8],
    visit: Visit<'_>,
) -> Result<()> {
    guarded(|| {
        for row in table.range(from..to).map_err(|error| engine_error(backend, error))? {
            let (key, value) = row.map_err(|error| engine_error(backend, error))?;
            if !visit(key.value(), value.value())? {
                break;
            }
        }
        Ok(())
    })
}

pub(super) fn last(
    table: &impl ReadableTable<&'static [u8], &'static [u8]>,
    backend: &Backend,
    from: &[u8],
    to: &[u8],
) -> Result<Option<Row>> {
    guarded(|| {
        let mut rows = table.range(from..to).map_err(|error| engine_error(backend, error))?;
        let Some(row) = rows.next_back() else { return Ok(None) };
        let (key, value) = row.map_err(|error| engine_error(backend, error))?;
        Ok(Some((key.value().to_vec(), value.value().to_vec())))
    })
}
