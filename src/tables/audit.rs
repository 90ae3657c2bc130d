//! The audit log: one row per commit, its last head sealed in the superblock.

use super::snapshot::Rows;
use super::{Batch, rows};
use crate::error::{Error, ErrorKind, Result};
use crate::limits::SEGMENT_EVENTS_MAX;
use crate::record::audit::{Event, Segment, follow_all};
use crate::record::codec::{Authenticated, decode, encode};

/// Appends the events of one commit, and returns the head after them.
pub(crate) fn append(
    batch: &mut Batch<'_>,
    head: &[u8; 32],
    generation: u64,
    events: Vec<Event>,
) -> Result<[u8; 32]> {
    let mut first = next_sequence(batch)?;
    let mut head = *head;
    let mut events = events.into_iter().peekable();
    while events.peek().is_some() {
        let part: Vec<Event> = events.by_ref().take(SEGMENT_EVENTS_MAX).collect();
        head = follow_all(&head, first, generation, &part);
        let count = count(&part);
        batch.insert(&rows::audit(first), &encode(&Segment { generation, events: part, head })?)?;
        first += count;
    }
    Ok(head)
}

/// What walking the whole chain found.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Chain {
    pub(crate) head: [u8; 32],
    pub(crate) events: u64,
}

/// Follows the chain from its first event.
///
/// # Errors
///
/// [`ErrorKind::Tampered`] at the first segment that does not follow from the one before.
pub(crate) fn follow_log(rows: &impl Rows, genesis: [u8; 32]) -> Result<Chain> {
    let (from, to) = rows::all_audit();
    let mut chain = Chain { head: genesis, events: 0 };
    rows.scan(&from, &to, &mut |key, value| {
        let segment: Segment = decode(&Authenticated::from_page(value))?;
        let first = chain.events + 1;
        let head = follow_all(&chain.head, first, segment.generation, &segment.events);
        if rows::audit_of(key) != Some(first) || head != segment.head {
            return Err(Error::new(
                ErrorKind::Tampered,
                format!("the audit chain breaks at event {first}; restore a backup of the file"),
            ));
        }
        chain = Chain { head, events: chain.events + count(&segment.events) };
        Ok(true)
    })?;
    Ok(chain)
}

fn next_sequence(rows: &impl Rows) -> Result<u64> {
    let (from, to) = rows::all_audit();
    let Some((key, value)) = rows.last(&from, &to)? else { return Ok(1) };
    let segment: Segment = decode(&Authenticated::from_page(&value))?;
    let first =
        rows::audit_of(&key).ok_or_else(|| Error::internal("a row of the audit log has no number"))?;
    first
        .checked_add(count(&segment.events))
        .ok_or_else(|| Error::new(ErrorKind::LimitExceeded, "the audit log has no number left"))
}

fn count(events: &[Event]) -> u64 {
    u64::try_from(events.len()).unwrap_or(u64::MAX)
}
