//! A stand-in for deleting: a row goes, its event comes, in the spare room.

use std::sync::Arc;

use super::secrets;
use super::{Batch, Outcome, Rows, Tables, audit, rows};
use crate::error::Result;
use crate::record::audit::{Event, EventKind, Segment};
use crate::record::codec::{Authenticated, decode, encode};
use crate::record::path::SecretPath;
use crate::record::secret::{SecretRecord, VersionRecord};
use crate::sealed::file::{SealedFile, Stamp};
use crate::sealed::space::Space;

/// Writes a value at `path` as a put does.
pub(crate) fn put(tables: &Tables, path: &SecretPath, value: &[u8], space: Space) -> Result<()> {
    let (stamp, generation) = before(tables.file())?;
    tables.write(space, |batch| {
        let before = secrets::find(batch, path)?;
        let mut record = before.clone().unwrap_or_else(|| SecretRecord::new([7; 16], stamp.clock_mark));
        let version = (VersionRecord::default(), value);
        secrets::put(batch, &tables.sealer(), path, before.as_ref(), &mut record, version)?;
        let event = event(EventKind::SecretUpdated, record.id);
        let audit_head = audit::append(batch, &stamp.audit_head, generation, vec![event])?;
        Ok(Outcome { value: (), commit: Some(Stamp { audit_head, ..stamp }) })
    })
}

/// Removes the row of `path` and appends an event.
pub(crate) fn delete(tables: &Tables, path: &SecretPath, space: Space) -> Result<bool> {
    let (stamp, generation) = before(tables.file())?;
    tables.write(space, |batch| {
        let removed = batch.remove(&rows::path(path))?;
        let event = event(EventKind::SecretUpdated, [7; 16]);
        let audit_head = audit::append(batch, &stamp.audit_head, generation, vec![event])?;
        Ok(Outcome { value: removed, commit: Some(Stamp { audit_head, ..stamp }) })
    })
}

/// A stand-in for a log that is kept for a time only: the segment of event `first` goes, in a commit with an event.
pub(crate) fn forget_event(tables: &Tables, first: u64) -> Result<()> {
    edit_log(tables, |batch| batch.remove(&rows::audit(first)).map(drop))
}

/// Alters the segment of event `first`, and leaves its head as it is.
pub(crate) fn alter_event(tables: &Tables, first: u64) -> Result<()> {
    edit_log(tables, |batch| {
        let row = batch.get(&rows::audit(first))?.expect("the event is in the log");
        let mut segment: Segment = decode(&Authenticated::from_page(&row))?;
        segment.events[0].time += 1;
        batch.insert(&rows::audit(first), &encode(&segment)?)
    })
}

fn edit_log(tables: &Tables, edit: impl FnOnce(&mut Batch<'_>) -> Result<()>) -> Result<()> {
    let (stamp, generation) = before(tables.file())?;
    tables.write(Space::Normal, |batch| {
        edit(batch)?;
        let event = event(EventKind::SecretUpdated, [7; 16]);
        let audit_head = audit::append(batch, &stamp.audit_head, generation, vec![event])?;
        Ok(Outcome { value: (), commit: Some(Stamp { audit_head, ..stamp }) })
    })
}

fn before(file: &Arc<SealedFile>) -> Result<(Stamp, u64)> {
    Ok((file.stamp()?, file.generation()? + 1))
}

fn event(kind: EventKind, subject: [u8; 16]) -> Event {
    Event { time: 0, kind: kind.code(), subject, version: 1 }
}
