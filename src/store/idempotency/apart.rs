//! The faulty variant: a call is remembered in a commit behind that of its effect.

use std::cell::RefCell;

use crate::error::Result;
use crate::record::audit::EventKind;
use crate::record::idempotency::IdempotencyRecord;
use crate::store::Store;
use crate::store::commit::event;
use crate::tables::{Tables, idempotency};

type Call = ([u8; 16], IdempotencyRecord);

thread_local!(static KEPT: RefCell<Option<Call>> = const { RefCell::new(None) });

/// Keeps a call for the next commit.
pub(super) fn keep(call: Call) {
    KEPT.replace(Some(call));
}

impl Store {
    /// Commits what was kept.
    pub(in crate::store) fn remember_apart(&self, tables: &Tables) -> Result<()> {
        let Some((id, record)) = KEPT.take() else { return Ok(()) };
        self.commit(tables, |batch, now| {
            idempotency::remember(batch, &id, &record)?;
            Ok(((), vec![event(now, EventKind::CallRemembered, [0; 16], 0)]))
        })
    }
}
