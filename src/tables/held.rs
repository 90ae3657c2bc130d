//! The last commit, kept open for reading: opening it takes redb longer than a look-up does.

use std::sync::{Arc, PoisonError, RwLock};

use redb::ReadOnlyTable;

use crate::error::Result;

/// redb's table as one commit left it.
pub(super) type Table = ReadOnlyTable<&'static [u8], &'static [u8]>;

/// The table of the last commit while nobody writes. redb frees no page that an open table can reach, so it is let go
/// before each write.
#[derive(Default)]
pub(super) struct Held(RwLock<State>);

#[derive(Default)]
struct State {
    table: Option<Arc<Table>>,
    /// Odd while a write is under way. A table that was opened before the number changed may be of the commit before.
    writes: u64,
}

/// A write under way, until it is dropped.
pub(super) struct LetGo(Arc<Held>);

impl Held {
    /// The table of the last commit, opened by `open` if it is not there.
    pub(super) fn table(&self, open: impl FnOnce() -> Result<Table>) -> Result<Arc<Table>> {
        let writes = {
            let state = self.0.read().unwrap_or_else(PoisonError::into_inner);
            if let Some(table) = &state.table {
                return Ok(table.clone());
            }
            state.writes
        };
        let table = Arc::new(open()?);
        let mut state = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if state.writes == writes && writes.is_multiple_of(2) {
            state.table = Some(table.clone());
        }
        Ok(table)
    }

    /// Lets the table go until the write is over.
    pub(super) fn let_go(self: &Arc<Self>) -> LetGo {
        self.count_write();
        LetGo(self.clone())
    }

    fn count_write(&self) {
        let mut state = self.0.write().unwrap_or_else(PoisonError::into_inner);
        state.writes += 1;
        state.table = None;
    }
}

impl Drop for LetGo {
    fn drop(&mut self) {
        self.0.count_write();
    }
}
