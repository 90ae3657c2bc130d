//! The audit log: one row per commit, its last head sealed in the superblock.

use super::snapshot::Rows;
use super::{Batch, rows};
use crate::error::{Error, ErrorKind, Result};
use crate::limits::{SEGMENT_BYTES_FILLED, SEGMENT_EVENTS_MAX};
use crate::record::audit::{AuditCheckpoint, Event, EventRef, Follower, Segment, SegmentRef, follow_all};
use crate::record::codec::{Authenticated, decode, encode_as};
use crate::record::event_list;

/// Appends the events of one commit behind this head, and returns where the log ends then.
pub(crate) fn append<'a>(
    batch: &mut Batch<'_>,
    head: &[u8; 32],
    generation: u64,
    events: impl IntoIterator<Item = EventRef<'a>>,
) -> Result<Place> {
    let mut chain = Follower::at(next_sequence(batch)?, *head);
    let mut events = events.into_iter().peekable();
    while events.peek().is_some() {
        let (first, mut list) = (chain.next, event_list::Writer::default());
        while let Some(event) = events.next_if(|event| fits(&mut list, event)) {
            chain.follow(generation, &event);
        }
        let segment = SegmentRef { generation, head: chain.head, events: list.bytes() };
        batch.insert(&rows::audit(first), &encode_as::<Segment>(&segment)?)?;
    }
    Ok(Place { next: chain.next, head: chain.head })
}

/// Puts an event into the list of a row, if there is room for it.
fn fits<'a>(list: &mut event_list::Writer<'a>, event: &EventRef<'a>) -> bool {
    match list.events() {
        0 => list.push(event, usize::MAX),
        SEGMENT_EVENTS_MAX.. => false,
        _ => list.push(event, SEGMENT_BYTES_FILLED),
    }
}

/// A place in the log: the number of the next event, and the head before it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Place {
    pub(crate) next: u64,
    pub(crate) head: [u8; 32],
}

/// Where the log begins: with the first event, or behind what was removed.
pub(crate) fn begin(rows: &impl Rows, genesis: &[u8; 32]) -> Result<Place> {
    let checkpoint: Option<AuditCheckpoint> = rows.record(&rows::AUDIT_CHECKPOINT)?;
    let genesis = Place { next: 1, head: *genesis };
    Ok(checkpoint.map_or(genesis, |AuditCheckpoint { next, head, .. }| Place { next, head }))
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
    let begin = begin(rows, genesis)?;
    let Some(oldest) = first_segment(rows)? else {
        // Nothing was ever written: the only state is the one after creation.
        return Ok(if *head == begin.head && *end == begin.head {
            Ancestor::Found
        } else {
            Ancestor::Missing
        });
    };
    if oldest.0 != begin.next {
        return Err(broken(begin.next));
    }
    let mut from = first;
    let mut found = None;
    if generation < oldest.1.generation {
        if begin.next != 1 && *head != begin.head {
            return Ok(Ancestor::BeforeLog);
        }
        found = Some(begin.head);
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
        let first = rows::audit_of(key).ok_or_else(unnumbered)?;
        at = follow_all(&at, first, segment.generation, segment.events.iter().map(Event::view));
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

/// The head behind the last event, and its time, if there is one.
pub(crate) fn last(rows: &impl Rows) -> Result<Option<([u8; 32], i64)>> {
    let Some((_, segment)) = segment_before(rows, u64::MAX)? else { return Ok(None) };
    Ok(segment.events.last().map(|event| (segment.head, event.time)))
}

fn first_segment(rows: &impl Rows) -> Result<Option<(u64, Segment)>> {
    let (from, to) = rows::all_audit();
    let mut first = None;
    rows.scan(&from, &to, &mut |key, row| {
        let sequence = rows::audit_of(key).ok_or_else(unnumbered)?;
        first = Some((sequence, decode(&Authenticated::from_page(row))?));
        Ok(false)
    })?;
    Ok(first)
}

pub(crate) fn broken(event: u64) -> Error {
    Error::new(
        ErrorKind::Tampered,
        format!("the audit chain breaks at event {event}; restore a backup of the file"),
    )
}

/// A key of another shape is no break of the chain: no writer leaves it.
pub(super) fn unnumbered() -> Error {
    Error::new(ErrorKind::Damaged, "a row of the audit log has no number; restore a backup of the file")
}

/// What walking the whole chain found.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Chain {
    pub(crate) head: [u8; 32],
    /// Events that are in the log.
    pub(crate) events: u64,
}

/// Follows the chain from where the log begins.
///
/// # Errors
///
/// [`ErrorKind::Tampered`] at the first segment that does not follow from the one before.
pub(crate) fn follow_log(rows: &impl Rows, genesis: [u8; 32]) -> Result<Chain> {
    let begin = begin(rows, &genesis)?;
    let mut at = begin;
    scan(rows, &mut |first, segment| {
        at = follow_segment(&at, first, segment)?;
        Ok(true)
    })?;
    Ok(Chain { head: at.head, events: at.next.saturating_sub(begin.next) })
}

/// The place behind a segment.
///
/// # Errors
///
/// [`ErrorKind::Tampered`] if it does not follow from the place before it.
pub(crate) fn follow_segment(at: &Place, first: u64, segment: &Segment) -> Result<Place> {
    let head = follow_all(&at.head, first, segment.generation, segment.events.iter().map(Event::view));
    if first != at.next || head != segment.head || segment.events.is_empty() {
        return Err(broken(at.next));
    }
    Ok(Place { next: first.saturating_add(count(&segment.events)), head })
}

/// Visits the segments in order, each with the number of its first event.
pub(crate) fn scan(rows: &impl Rows, visit: &mut dyn FnMut(u64, &Segment) -> Result<bool>) -> Result<()> {
    scan_from(rows, 0, visit)
}

/// As [`scan`], from the segment with this event on.
pub(crate) fn scan_from(
    rows: &impl Rows,
    sequence: u64,
    visit: &mut dyn FnMut(u64, &Segment) -> Result<bool>,
) -> Result<()> {
    let (start, to) = rows::all_audit();
    let holds_it = rows.last(&start, &rows::audit(sequence.saturating_add(1)))?;
    let from = holds_it.map_or(start, |(key, _)| key);
    rows.scan(&from, &to, &mut |key, row| {
        let (first, segment) = read(key, row)?;
        visit(first, &segment)
    })
}

/// The last segment that begins before this event.
pub(crate) fn segment_before(rows: &impl Rows, sequence: u64) -> Result<Option<(u64, Segment)>> {
    let (start, _) = rows::all_audit();
    rows.last(&start, &rows::audit(sequence))?.map(|(key, row)| read(&key, &row)).transpose()
}

/// Where the log ends.
pub(crate) fn end(rows: &impl Rows, genesis: &[u8; 32]) -> Result<Place> {
    let Some((first, segment)) = segment_before(rows, u64::MAX)? else { return begin(rows, genesis) };
    Ok(Place { next: first.saturating_add(count(&segment.events)), head: segment.head })
}

fn read(key: &[u8], row: &[u8]) -> Result<(u64, Segment)> {
    let first = rows::audit_of(key).ok_or_else(unnumbered)?;
    Ok((first, decode(&Authenticated::from_page(row))?))
}

/// The number of the next event.
pub(crate) fn next_sequence(rows: &impl Rows) -> Result<u64> {
    let (from, to) = rows::all_audit();
    let Some((key, value)) = rows.last(&from, &to)? else {
        let checkpoint: Option<AuditCheckpoint> = rows.record(&rows::AUDIT_CHECKPOINT)?;
        return Ok(checkpoint.map_or(1, |checkpoint| checkpoint.next));
    };
    let segment: Segment = decode(&Authenticated::from_page(&value))?;
    let first = rows::audit_of(&key).ok_or_else(unnumbered)?;
    first
        .checked_add(count(&segment.events))
        .ok_or_else(|| Error::new(ErrorKind::LimitExceeded, "the audit log has no number left"))
}

pub(crate) fn count<E>(events: &[E]) -> u64 {
    u64::try_from(events.len()).unwrap_or(u64::MAX)
}
