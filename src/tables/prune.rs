//! Removing the beginning of the audit log, behind a checkpoint that keeps the chain verifiable.

use super::audit::{count, unnumbered};
use super::snapshot::Rows;
use super::{Batch, rows};
use crate::error::Result;
use crate::record::audit::{AuditCheckpoint, Segment};
use crate::record::codec::{Authenticated, decode, encode};

/// What of the log may go.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Keep {
    /// Segments whose last event is older may go.
    pub(crate) since: Option<i64>,
    /// The oldest segments beyond so many bytes may go.
    pub(crate) bytes: Option<u64>,
}

/// What went.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Pruned {
    pub(crate) events: u64,
    /// The number of the first event that is left, if any went.
    pub(crate) next: u64,
    /// Whether more may go.
    pub(crate) more: bool,
}

/// Removes at most so many segments from the beginning, and none of the last commit.
pub(crate) fn prune(batch: &mut Batch<'_>, keep: Keep, most: usize) -> Result<Pruned> {
    let (from, to) = rows::all_audit();
    let Some((_, last)) = batch.last(&from, &to)? else { return Ok(Pruned::default()) };
    let last_commit = decode::<Segment>(&Authenticated::from_page(&last))?.generation;
    let mut excess = match keep.bytes {
        Some(bytes) => size(batch)?.saturating_sub(bytes),
        None => 0,
    };
    let (mut gone, mut pruned) = (Vec::new(), Pruned::default());
    let mut checkpoint = None;
    batch.scan(&from, &to, &mut |key, row| {
        let segment: Segment = decode(&Authenticated::from_page(row))?;
        let time = segment.events.iter().map(|event| event.time).max().unwrap_or_default();
        let is_old = keep.since.is_some_and(|since| time < since);
        if segment.generation == last_commit || (!is_old && excess == 0) {
            return Ok(false);
        }
        if gone.len() >= most {
            pruned.more = true;
            return Ok(false);
        }
        let first = rows::audit_of(key).ok_or_else(unnumbered)?;
        let events = count(&segment.events);
        excess = excess.saturating_sub(len(key, row));
        pruned.events = pruned.events.saturating_add(events);
        pruned.next = first.saturating_add(events);
        checkpoint = Some(AuditCheckpoint { next: pruned.next, head: segment.head, time });
        gone.push(key.to_vec());
        Ok(true)
    })?;
    for key in &gone {
        batch.remove(key)?;
    }
    if let Some(checkpoint) = checkpoint {
        batch.insert(&rows::AUDIT_CHECKPOINT, &encode(&checkpoint)?)?;
    }
    Ok(pruned)
}

/// Bytes of the rows of the log.
fn size(rows: &impl Rows) -> Result<u64> {
    let (from, to) = rows::all_audit();
    let mut bytes = 0u64;
    rows.scan(&from, &to, &mut |key, row| {
        bytes = bytes.saturating_add(len(key, row));
        Ok(true)
    })?;
    Ok(bytes)
}

fn len(key: &[u8], row: &[u8]) -> u64 {
    u64::try_from(key.len() + row.len()).unwrap_or(u64::MAX)
}
