//! What no interface leaves behind: rows that were altered, moved, or written by somebody who knows more.

use super::prune::{Keep, prune};
use super::{Batch, Outcome, Rows, Tables, audit, rows};
use crate::error::Result;
use crate::record::audit::{Event, EventKind, Segment};
use crate::record::codec::{Authenticated, decode, encode};
use crate::record::path::SecretPath;
use crate::record::secret::SecretRecord;
use crate::sealed::file::Stamp;
use crate::sealed::space::Space;

/// The segments before event `next` go, as if they were older than the log is kept, in a commit with an event.
pub(crate) fn prune_before(tables: &Tables, next: u64) -> Result<()> {
    forge(tables, |batch| {
        let segments = usize::try_from(next).expect("few events") - 1;
        prune(batch, Keep { since: Some(i64::MAX), bytes: None }, segments).map(drop)
    })
}

/// The segment of event `first` goes, in a commit with an event.
pub(crate) fn forget_event(tables: &Tables, first: u64) -> Result<()> {
    forge(tables, |batch| batch.remove(&rows::audit(first)).map(drop))
}

/// How many events tell of what was done: none of reads, of refusals and of opening, which come with whatever commit is next.
pub(crate) fn done_events(tables: &Tables) -> Result<u64> {
    let beside = [EventKind::SecretAccessed.code(), EventKind::Opened.code()];
    let is_done = |event: &&Event| {
        !beside.contains(&event.kind) && event.more.as_ref().is_none_or(|more| more.error == 0)
    };
    tables.read(|rows| {
        let mut done = 0;
        audit::scan(rows, &mut |_, segment| {
            done += segment.events.iter().filter(is_done).count() as u64;
            Ok(true)
        })?;
        Ok(done)
    })
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

/// Alters the record of the live secret at `path`.
pub(crate) fn alter_secret(tables: &Tables, path: &str, alter: impl FnOnce(&mut SecretRecord)) -> Result<()> {
    let key = rows::path(&SecretPath::parse(path)?);
    forge(tables, |batch| {
        let row = batch.get(&key)?.expect("the secret is there");
        let mut secret = decode(&Authenticated::from_page(&row))?;
        alter(&mut secret);
        batch.insert(&key, &encode(&secret)?)
    })
}

/// Every row there is.
pub(crate) fn all_rows(tables: &Tables) -> Result<Vec<(Vec<u8>, Vec<u8>)>> {
    tables.read(|rows| {
        let mut all = Vec::new();
        rows.scan(&[], &rows::END, &mut |key, row| {
            all.push((key.to_vec(), row.to_vec()));
            Ok(true)
        })?;
        Ok(all)
    })
}

/// Puts a row in its place, or with `None` takes it away.
pub(crate) fn set_row(tables: &Tables, key: &[u8], row: Option<&[u8]>) -> Result<()> {
    forge(tables, |batch| match row {
        Some(row) => batch.insert(key, row),
        None => batch.remove(key).map(drop),
    })
}

fn forge(tables: &Tables, edit: impl FnOnce(&mut Batch<'_>) -> Result<()>) -> Result<()> {
    let (stamp, generation) = (tables.file().stamp()?, tables.file().generation()? + 1);
    tables.write(Space::Normal, |batch| {
        edit(batch)?;
        let event = Event {
            time: 0,
            kind: EventKind::SecretUpdated.code(),
            subject: [7; 16],
            version: 1,
            more: None,
        };
        let audit_head = audit::append(batch, &stamp.audit_head, generation, [event.view()])?.head;
        Ok(Outcome { value: (), commit: Some(Stamp { audit_head, ..stamp }) })
    })
}
