//! The audit log, for reading: what happened, and that nobody changed the story since.

mod event;
mod export;
mod json;
mod prune;
mod query;
#[cfg(test)]
mod tests;
mod verify;

pub use event::{AuditActor, AuditEvent};
pub use export::AuditExported;
pub use query::{AuditPage, AuditQuery};
pub(in crate::store) use query::{Filter, Kinds};
pub use verify::AuditVerified;

use super::Store;
use crate::access::Action;
use crate::error::{Error, ErrorKind, Result};
use crate::record::audit::genesis;
use crate::record::audit_head::AuditHead;
use crate::record::event_id::AuditEventId;
use crate::tables::{Rows, audit};

/// The audit log of a [`Store`]: see [`Store::audit`].
pub struct Audit<'a>(pub(super) &'a Store);

impl Store {
    /// What happened to this store, from its creation on, or from where the log begins.
    ///
    /// Every mutation has its event in its own commit. Each event is hashed together with the hash before it, and the
    /// last one is sealed in every commit: see [`Audit::head`].
    ///
    /// # Examples
    ///
    /// ```
    /// use strongroom::{AuditQuery, Store};
    ///
    /// let store = Store::in_memory()?;
    /// store.put("db/password", "hunter2")?;
    /// store.delete("db/password")?;
    /// let kept = store.audit().head()?.to_string();
    /// for event in store.audit().query(AuditQuery::all().under("db").kind("secret.*"))?.events() {
    ///     println!("{} {} {:?}", event.time(), event.kind(), event.path());
    /// }
    /// store.put("db/password", "hunter3")?;
    /// store.audit().verify(Some(&kept.parse()?))?;
    /// # Ok::<(), strongroom::Error>(())
    /// ```
    #[must_use]
    pub fn audit(&self) -> Audit<'_> {
        Audit(self)
    }
}

impl Audit<'_> {
    /// The event with this id. Ids of events that are [not durable yet](AuditEvent::is_durable) may come to stand for others.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotFound`] if there is none: of another store, or removed from the log; [`ErrorKind::Tampered`].
    pub fn get(&self, id: AuditEventId) -> Result<AuditEvent> {
        let tables = self.0.authorise(Action::Audit)?;
        let store_id = tables.file().place().store_id;
        let not_found = || Error::new(ErrorKind::NotFound, "there is no event with this id in the log");
        let sequence = id.sequence(&store_id).ok_or_else(not_found)?;
        let mut found = None;
        tables.read(|rows| {
            audit::scan_from(rows, sequence, &mut |first, segment| {
                let numbered = (first..).zip(&segment.events).find(|(number, _)| *number == sequence);
                let event = |(number, event)| AuditEvent::new(&store_id, number, segment.generation, event);
                found = numbered.map(event);
                Ok(false)
            })
        })?;
        found.ok_or_else(not_found)
    }

    /// Where the log ends now: to be kept elsewhere. [`verify`](Self::verify) holds the log against it.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Locked`]; [`ErrorKind::Tampered`].
    pub fn head(&self) -> Result<AuditHead> {
        let tables = self.0.authorise(Action::Audit)?;
        let genesis = genesis(&tables.file().place().store_id);
        tables.read(|rows| head_of(rows, &genesis))
    }
}

/// Where the log ends.
fn head_of(rows: &impl Rows, genesis: &[u8; 32]) -> Result<AuditHead> {
    audit::end(rows, genesis).map(head_at)
}

fn head_at(audit::Place { next, head }: audit::Place) -> AuditHead {
    AuditHead { sequence: next.saturating_sub(1), hash: head }
}

impl std::fmt::Debug for Audit<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Audit")
    }
}
