//! The log as JSON Lines, which is verified without the store.

use std::io::{BufWriter, Write};
use std::path::Path;

use data_encoding::HEXLOWER;

use super::json::Object;
use super::{Audit, head_at};
use crate::access::Action;
use crate::error::{Error, ErrorKind, Result};
use crate::limits::SEGMENT_EVENTS_MAX;
use crate::record::audit::{Event, Segment, follow_all, genesis};
use crate::record::audit_head::AuditHead;
use crate::record::context::Said;
use crate::record::event_kind::AuditEventKind;
use crate::sealed::disk::beside::create_private;
use crate::tables::audit::{self, Place};
use crate::tables::{Rows, Tables};

/// What an export holds.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct AuditExported {
    /// Events in it.
    pub events: u64,
    /// Where it ends.
    pub head: AuditHead,
}

impl Audit<'_> {
    /// Writes the whole log to a new file at `path`, readable by its owner only: see [`export_to`](Self::export_to).
    ///
    /// # Errors
    ///
    /// As [`export_to`](Self::export_to); [`ErrorKind::AlreadyExists`] if there is something at `path`. What was written
    /// of a file before an error stays.
    pub fn export(&self, path: impl AsRef<Path>) -> Result<AuditExported> {
        // Where nothing can be exported, no file is made.
        self.0.authorise(Action::Audit)?;
        let file = create_private(path.as_ref());
        let mut file =
            BufWriter::new(file.map_err(|source| Error::io("create the file of the export", source))?);
        let exported = self.export_to(&mut file, 0)?;
        let written = file.into_inner().map_err(std::io::IntoInnerError::into_error);
        written.and_then(|file| file.sync_all()).map_err(not_written)?;
        Ok(exported)
    }

    /// Writes every durable event behind number `after` as JSON Lines; 0 is the whole log. The chain is followed meanwhile.
    ///
    /// The first line says of which store it is, and the hash before the first event; each event has every field that its
    /// hash is made of; the last line has the hash after them. `scripts/check-audit-export` follows the chain with nothing but Python. Whoever
    /// compares the last line with a [head](Self::head) that was kept elsewhere knows that nothing was edited, removed,
    /// put elsewhere or cut.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotFound`] if events behind `after` were removed from the log, but for 0, with which it
    /// begins where the log does; [`ErrorKind::Tampered`] if the chain breaks; [`ErrorKind::Io`] from `target`.
    pub fn export_to(&self, target: &mut dyn Write, after: u64) -> Result<AuditExported> {
        let tables = self.0.authorise(Action::Audit)?;
        let store_id = tables.file().place().store_id;
        let genesis = genesis(&store_id);
        let (begin, end, (mut at, start)) = tables.read(|rows| {
            let begin = audit::begin(rows, &genesis)?;
            let end = audit::end(rows, &genesis)?;
            let is_pruned = after != 0 && after.saturating_add(1) < begin.next;
            if is_pruned || after >= end.next {
                let message =
                    format!("the log has the events {} to {}", begin.next, end.next.saturating_sub(1));
                return Err(Error::new(ErrorKind::NotFound, message));
            }
            Ok((begin, end, places(rows, &begin, after)?))
        })?;
        let mut export = Export { target, events: 0 };
        export.line(
            Object::new()
                .text("format", "strongroom-audit-1")
                .text("store", &HEXLOWER.encode(&store_id))
                .text("genesis", &HEXLOWER.encode(&genesis))
                .number("first", start.next)
                .text("head", &HEXLOWER.encode(&start.head)),
        )?;
        while at.next < end.next {
            // Outside of the look at the rows: where it writes to, nobody knows.
            for segment in some_segments(&tables, at.next)? {
                if at.next >= end.next {
                    break;
                }
                let first = at.next;
                at = audit::follow_segment(&at, first, &segment)?;
                for (number, event) in
                    (first..).zip(&segment.events).filter(|(number, _)| *number >= start.next)
                {
                    export.line(line_of(number, segment.generation, event))?;
                    export.events += 1;
                }
            }
        }
        if at != end {
            return Err(audit::broken(begin.next.max(at.next)));
        }
        let head = head_at(end);
        export.line(
            Object::new()
                .number("events", export.events)
                .number("last", head.sequence)
                .text("head", &HEXLOWER.encode(&head.hash)),
        )?;
        export.target.flush().map_err(not_written)?;
        Ok(AuditExported { events: export.events, head })
    }
}

/// Where the segment with the event behind number `after` begins, and where that event does.
fn places(rows: &impl Rows, begin: &Place, after: u64) -> Result<(Place, Place)> {
    let mut at = *begin;
    let mut found = None;
    if after >= begin.next {
        audit::scan_from(rows, after, &mut |first, segment| {
            let before = audit::segment_before(rows, first)?;
            at = Place { next: first, head: before.map_or(begin.head, |(_, segment)| segment.head) };
            let wanted = segment
                .events
                .iter()
                .take(usize::try_from(after - first + 1).unwrap_or(usize::MAX))
                .map(Event::view);
            let head = follow_all(&at.head, first, segment.generation, wanted);
            found = Some(Place { next: after.saturating_add(1), head });
            Ok(false)
        })?;
    }
    let start = found.unwrap_or(at);
    Ok((at, start))
}

/// The next segments from this event on: at least one.
fn some_segments(tables: &Tables, from: u64) -> Result<Vec<Segment>> {
    let mut segments = Vec::new();
    let genesis = genesis(&tables.file().place().store_id);
    tables.read(|rows| {
        if audit::begin(rows, &genesis)?.next > from {
            let message = "a sweep removed events that were about to be exported; export again";
            return Err(Error::new(ErrorKind::NotFound, message));
        }
        segments = Vec::new();
        let mut events = 0;
        audit::scan_from(rows, from, &mut |first, segment| {
            if segments.is_empty() && first != from {
                return Err(audit::broken(from));
            }
            events += segment.events.len();
            segments.push(segment.clone());
            Ok(events < SEGMENT_EVENTS_MAX)
        })
    })?;
    if segments.is_empty() { Err(audit::broken(from)) } else { Ok(segments) }
}

/// An export under way.
struct Export<'a> {
    target: &'a mut dyn Write,
    events: u64,
}

impl Export<'_> {
    fn line(&mut self, object: Object) -> Result<()> {
        writeln!(self.target, "{}", object.end()).map_err(not_written)
    }
}

/// An event with all that its hash is made of.
fn line_of(sequence: u64, generation: u64, event: &Event) -> Object {
    let line = Object::new()
        .number("seq", sequence)
        .number("generation", generation)
        .number("time", event.time)
        .text("kind", AuditEventKind::of(event.kind).name())
        .number("code", event.kind)
        .text("subject", &HEXLOWER.encode(&event.subject))
        .number("version", event.version);
    let Some(more) = &event.more else { return line };
    let nothing = Said::default();
    let said = more.said.as_deref().unwrap_or(&nothing);
    let labels = said.labels.split_terminator('\n').filter_map(|label| label.split_once('='));
    let labels = labels.fold(Object::new(), |labels, (key, value)| labels.text(key, value));
    line.text("actor", &HEXLOWER.encode(&more.actor.unwrap_or_default()))
        .number("error", more.error)
        .number("count", more.count)
        .text("path", &more.path)
        .object("labels", labels)
        .text("reason", &said.reason)
        .text("request_id", &said.request_id)
}

fn not_written(source: std::io::Error) -> Error {
    Error::io("write the export of the audit log", source)
}
