//! A stand-in for deleting: a row goes, its event comes, in the spare room.

use std::sync::Arc;

use super::secrets;
use super::{Outcome, Tables, audit, rows};
use crate::error::Result;
use crate::record::audit::{Event, EventKind};
use crate::record::path::SecretPath;
use crate::sealed::file::{SealedFile, Stamp};
use crate::sealed::space::Space;

/// Writes a value at `path` as a put does.
pub(crate) fn put(tables: &Tables, path: &SecretPath, value: &[u8], space: Space) -> Result<()> {
    let (stamp, generation) = before(tables.file())?;
    tables.write(space, |batch| {
        let record = secrets::put(batch, &tables.sealer(), path, value, [7; 16], stamp.clock_mark)?;
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

fn before(file: &Arc<SealedFile>) -> Result<(Stamp, u64)> {
    Ok((file.stamp()?, file.generation()? + 1))
}

fn event(kind: EventKind, subject: [u8; 16]) -> Event {
    Event { time: 0, kind: kind.code(), subject, version: 1 }
}
