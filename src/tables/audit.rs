//! The audit log: one row per commit, its last head sealed in the superblock.

use super::snapshot::Rows;
use super::{Batch, rows};
use crate::error::{Error, ErrorKind, Result};
use crate::limits::{SEGMENT_BYTES_MAX, SEGMENT_EVENTS_MAX};
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
        let (mut part, mut bytes) = (Vec::new(), 0);
        while let Some(event) = events.next_if(|event| {
            part.is_empty()
                || (part.len() < SEGMENT_EVENTS_MAX && bytes + event.encoded_len() <= SEGMENT_BYTES_MAX)
        }) {
            bytes += event.encoded_len();
            part.push(event);
        }
        head = follow_all(&head, first, generation, &part);
        let count = count(&part);
        batch.insert(&rows::audit(first), &encode(&Segment { generation, events: part, head })?)?;
        first += count;
    }
    Ok(head)
}

/// What of a history is known of a commit.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Ancestor {
    /// It is in the history: every event since then follows from its head.
    Found,
    /// The history has another head there, or no such commit.
    Missing,
    /// The log begins later.
    BeforeLog,
}

/// Whether the commit with this generation and head lies in the history that ends in `end`.
///
/// # Errors
///
/// [`ErrorKind::Tampered`] if the chain breaks behind it.
pub(crate) fn find_ancestor(
    rows: &impl Rows,
    genesis: &[u8; 32],
    (generation, head): (u64, &[u8; 32]),
    end: &[u8; 32],
) -> Result<Ancestor> {
    let (first, last) = rows::all_audit();
    let Some(oldest) = first_segment(rows)? else {
        // Nothing was ever written: the only state is the one after creation.
        return Ok(if head == genesis && end == genesis { Ancestor::Found } else { Ancestor::Missing });
    };
    let mut from = first;
    let mut found = None;
    if generation < oldest.1.generation {
        if oldest.0 != 1 {
            return Ok(Ancestor::BeforeLog);
        }
        found = Some(*genesis);
    } else {
        // The last segment of that commit, or of one before it, which is not it.
        let next = first_after(rows, generation)?;
        if let Some((key, row)) = rows.last(&from, next.as_deref().unwrap_or(&last))? {
            let segment: Segment = decode(&Authenticated::from_page(&row))?;
            if segment.generation == generation {
                found = Some(segment.head);
            }
            from = [key.as_slice(), &[0]].concat();
        }
    }
    if found.as_ref() != Some(head) {
        return Ok(Ancestor::Missing);
    }
    let mut at = *head;
    rows.scan(&from, &last, &mut |key, row| {
        let segment: Segment = decode(&Authenticated::from_page(row))?;
        let first = rows::audit_of(key).ok_or_else(|| broken(0))?;
        at = follow_all(&at, first, segment.generation, &segment.events);
        if at == segment.head { Ok(true) } else { Err(broken(first)) }
    })?;
    Ok(if at == *end { Ancestor::Found } else { Ancestor::Missing })
}

/// The key of the first segment of a later generation than this one. Generations rise with sequence numbers.
fn first_after(rows: &impl Rows, generation: u64) -> Result<Option<Vec<u8>>> {
    let (first, last) = rows::all_audit();
    let (mut low, mut high) = (1, next_sequence(rows)?);
    while low < high {
        let middle = low + (high - low) / 2;
        let row = rows.last(&first, &rows::audit(middle + 1))?;
        let later = match row {
            Some((_, row)) => decode::<Segment>(&Authenticated::from_page(&row))?.generation > generation,
            None => false,
        };
        if later { high = middle } else { low = middle + 1 }
    }
    let mut key = None;
    rows.scan(&rows::audit(low), &last, &mut |found, _| {
        key = Some(found.to_vec());
        Ok(false)
    })?;
    Ok(key)
}

/// The time of the last event, if there is one.
pub(crate) fn last_time(rows: &impl Rows) -> Result<Option<i64>> {
    let (from, to) = rows::all_audit();
    let Some((_, row)) = rows.last(&from, &to)? else { return Ok(None) };
    let segment: Segment = decode(&Authenticated::from_page(&row))?;
    Ok(segment.events.last().map(|event| event.time))
}

fn first_segment(rows: &impl Rows) -> Result<Option<(u64, Segment)>> {
    let (from, to) = rows::all_audit();
    let mut first = None;
    rows.scan(&from, &to, &mut |key, row| {
        let sequence = rows::audit_of(key).ok_or_else(|| broken(0))?;
        first = Some((sequence, decode(&Authenticated::from_page(row))?));
        Ok(false)
    })?;
    Ok(first)
}

fn broken(event: u64) -> Error {
    Error::new(
        ErrorKind::Tampered,
        format!("the audit chain breaks at event {event}; restore a backup of the file"),
    )
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
            return Err(broken(first));
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
