//! What no interface leaves behind: rows that were altered or taken away.

use super::{Batch, Outcome, Rows, Tables, audit, rows};
use crate::error::Result;
use crate::record::audit::{Event, EventKind, Segment};
use crate::record::codec::{Authenticated, decode, encode};
use crate::sealed::file::Stamp;
use crate::sealed::space::Space;

/// A stand-in for a log that is kept for a time only: the segment of event `first` goes, in a commit with an event.
pub(crate) fn forget_event(tables: &Tables, first: u64) -> Result<()> {
    forge(tables, |batch| batch.remove(&rows::audit(first)).map(drop))
}

/// Alters the segment of event `first`, and leaves its head as it is.
pub(crate) fn alter_event(tables: &Tables, first: u64) -> Result<()> {
    forge(tables, |batch| {
        let row = batch.get(&rows::audit(first))?.expect("the event is in the log");
        let mut segment: Segment = decode(&Authenticated::from_page(&row))?;
        segment.events[0].time += 1;
        batch.insert(&rows::audit(first), &encode(&segment)?)
    })
}

fn forge(tables: &Tables, edit: impl FnOnce(&mut Batch<'_>) -> Result<()>) -> Result<()> {
    let (stamp, generation) = (tables.file().stamp()?, tables.file().generation()? + 1);
    tables.write(Space::Normal, |batch| {
        edit(batch)?;
        let event = Event { time: 0, kind: EventKind::SecretUpdated.code(), subject: [7; 16], version: 1 };
        let audit_head = audit::append(batch, &stamp.audit_head, generation, vec![event])?;
        Ok(Outcome { value: (), commit: Some(Stamp { audit_head, ..stamp }) })
    })
}
