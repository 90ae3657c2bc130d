//! Asking the log: filters, and pages in either direction.

use std::borrow::Borrow;
use std::ops::ControlFlow;

use super::{Audit, AuditEvent};
use crate::access::{Action, Principal};
use crate::clock::Timestamp;
use crate::crypto::mac::sha256;
use crate::error::{Error, ErrorKind, Result};
use crate::limits::{PAGE_ITEMS_DEFAULT, PAGE_ITEMS_MAX};
use crate::record::audit::{Event, EventKind};
use crate::record::event_kind::KindSet;
use crate::record::id::{SecretId, SlotId};
use crate::record::path::SecretPath;
use crate::record::text;
use crate::store::Cursor;
use crate::tables::list::Position;
use crate::tables::{Rows, Tables, audit};

/// Which events to tell. Conditions add up, but for kinds, of which any is enough.
///
/// Texts that break a rule are refused when they are used, by [`Audit::query`].
#[derive(Clone, Debug)]
pub struct AuditQuery {
    namespace: Option<String>,
    actor: Option<SlotId>,
    secret: Option<SecretId>,
    request_id: Option<String>,
    kinds: KindSet,
    since: Option<Timestamp>,
    until: Option<Timestamp>,
    success: Option<bool>,
    newest_first: bool,
    limit: usize,
    cursor: Option<Cursor>,
}

impl AuditQuery {
    /// Every event, the oldest first, 50 on a page.
    #[must_use]
    pub fn all() -> Self {
        Self {
            namespace: None,
            actor: None,
            secret: None,
            request_id: None,
            kinds: KindSet::default(),
            since: None,
            until: None,
            success: None,
            newest_first: false,
            limit: PAGE_ITEMS_DEFAULT,
            cursor: None,
        }
    }

    /// Only what concerns this path, or what lies below it at any depth.
    #[must_use]
    pub fn under(mut self, path: impl Into<String>) -> Self {
        self.namespace = Some(path.into());
        self
    }

    /// Only what was done through handles that this key slot unlocked.
    #[must_use]
    pub fn actor(mut self, slot: SlotId) -> Self {
        self.actor = Some(slot);
        self
    }

    /// Only what concerns this secret, whatever its path was.
    #[must_use]
    pub fn secret(mut self, id: SecretId) -> Self {
        self.secret = Some(id);
        self
    }

    /// Only what was done for the request with this id.
    #[must_use]
    pub fn request_id(mut self, id: impl Into<String>) -> Self {
        self.request_id = Some(id.into());
        self
    }

    /// Only events of this kind, such as `secret.created`, or of a group of them, such as `secret.*`. Further calls add
    /// further kinds.
    #[must_use]
    pub fn kind(mut self, pattern: impl Into<String>) -> Self {
        self.kinds = self.kinds.with(pattern);
        self
    }

    /// Only events of this time or later.
    #[must_use]
    pub fn since(mut self, time: Timestamp) -> Self {
        self.since = Some(time);
        self
    }

    /// Only events before this time.
    #[must_use]
    pub fn until(mut self, time: Timestamp) -> Self {
        self.until = Some(time);
        self
    }

    /// Only what succeeded, or only what failed.
    #[must_use]
    pub fn success(mut self, success: bool) -> Self {
        self.success = Some(success);
        self
    }

    /// The newest event first.
    #[must_use]
    pub fn newest_first(mut self) -> Self {
        self.newest_first = true;
        self
    }

    /// At most so many events on a page: 1 to 1,000.
    #[must_use]
    pub fn limit(mut self, events: usize) -> Self {
        self.limit = events;
        self
    }

    /// Continues behind a page of the same query.
    #[must_use]
    pub fn after(mut self, cursor: Cursor) -> Self {
        self.cursor = Some(cursor);
        self
    }

    fn filter(&self) -> Result<Filter> {
        Ok(Filter {
            namespace: self.namespace.as_deref().map(SecretPath::parse).transpose()?,
            actor: self.actor.map(|id| *id.as_bytes()),
            secret: self.secret.map(|id| *id.as_bytes()),
            request_id: self.request_id.as_deref().map(text::request_id).transpose()?,
            kinds: self.kinds.codes()?.map_or(Kinds::All, Kinds::Only),
            since: self.since.map_or(i64::MIN, Timestamp::as_millis),
            until: self.until.map(Timestamp::as_millis),
            success: self.success,
        })
    }

    /// What a cursor is bound to.
    fn digest(&self, principal: Principal, filter: &Filter) -> [u8; 32] {
        let codes = filter.kinds.codes().iter().flat_map(|code| code.to_le_bytes());
        let codes: Vec<u8> = [u8::from(filter.kinds != Kinds::All)].into_iter().chain(codes).collect();
        let namespace = filter.namespace.as_ref().map_or("", SecretPath::as_str);
        let fixed = [
            u8::from(self.newest_first),
            filter.success.map_or(0, |success| 1 + u8::from(success)),
            u8::from(filter.until.is_some()),
            u8::from(filter.request_id.is_some()),
        ];
        sha256(&[
            b"strongroom/1/audit-query",
            &fixed,
            &filter.since.to_le_bytes(),
            &filter.until.unwrap_or_default().to_le_bytes(),
            &filter.actor.unwrap_or_default(),
            &filter.secret.unwrap_or_default(),
            principal.bytes(),
            &[0],
            namespace.as_bytes(),
            &[0],
            filter.request_id.as_deref().unwrap_or_default().as_bytes(),
            &[0],
            &codes,
        ])
    }
}

/// A page of events.
#[derive(Clone, Debug)]
pub struct AuditPage {
    events: Vec<AuditEvent>,
    next: Option<Cursor>,
}

impl AuditPage {
    /// The events of this page.
    #[must_use]
    pub fn events(&self) -> &[AuditEvent] {
        &self.events
    }

    /// Continues behind this page; `None` if this was the last.
    #[must_use]
    pub fn next_cursor(&self) -> Option<&Cursor> {
        self.next.as_ref()
    }

    /// Whether more follows.
    #[must_use]
    pub fn has_more(&self) -> bool {
        self.next.is_some()
    }
}

impl IntoIterator for AuditPage {
    type Item = AuditEvent;
    type IntoIter = std::vec::IntoIter<AuditEvent>;

    fn into_iter(self) -> Self::IntoIter {
        self.events.into_iter()
    }
}

impl Audit<'_> {
    /// Events that meet a query, one page at a time. A page takes a look at every event between its first and its last.
    ///
    /// No transaction is held between pages. Whatever is committed meanwhile, a walk tells each durable event once: to the end of
    /// the log as it is then, or back from the end as it was. What was told before it was durable may be told again.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidArgument`] for a path, a kind or an id of a request that breaks a rule; [`ErrorKind::LimitExceeded`] for a limit
    /// outside 1 to 1,000; [`ErrorKind::InvalidCursor`] for a cursor of another store or query, or an altered one;
    /// [`ErrorKind::Tampered`].
    pub fn query(&self, query: impl Borrow<AuditQuery>) -> Result<AuditPage> {
        let query = query.borrow();
        self.0.authorise(Action::Audit)?;
        if !(1..=PAGE_ITEMS_MAX).contains(&query.limit) {
            let message = format!("a page has 1 to {PAGE_ITEMS_MAX} events");
            return Err(Error::new(ErrorKind::LimitExceeded, message));
        }
        let filter = query.filter()?;
        loop {
            // Anew each time: the file may have been replaced.
            let tables = self.0.authorise(Action::Audit)?;
            if let Some(page) = self.page(&tables, query, &filter)? {
                return Ok(page);
            }
        }
    }

    /// A page of the last committed state and what waits behind it; `None` if a commit came between the look at the one and at
    /// the other.
    fn page(&self, tables: &Tables, query: &AuditQuery, filter: &Filter) -> Result<Option<AuditPage>> {
        let (file, digest) = (tables.file(), query.digest(self.0.principal, filter));
        let position = query.cursor.as_ref().map(|cursor| cursor.open(file, &digest)).transpose()?;
        let after = position.as_ref().map(Ended::of);
        let store_id = &file.place().store_id;
        let found = tables.read(|rows| {
            let end = audit::segment_before(rows, u64::MAX)?;
            let written = end.as_ref().map_or(0, |(_, segment)| segment.generation);
            let Some(pending) = self.0.shared.reads.pending(written) else { return Ok(None) };
            let (next, generation) = match &end {
                Some((first, segment)) => (first.saturating_add(audit::count(&segment.events)), written),
                None => (audit::next_sequence(rows)?, file.generation()?),
            };
            let (mut events, mut more) = (Vec::new(), false);
            let mut visit = |sequence, generation, event: &Event, is_durable| {
                if !filter.accepts(event) {
                    return ControlFlow::Continue(());
                }
                if events.len() == query.limit {
                    more = true;
                    return ControlFlow::Break(());
                }
                let told = AuditEvent::new(store_id, sequence, generation, event);
                events.push(if is_durable { told } else { told.pending() });
                ControlFlow::Continue(())
            };
            let log = Log { rows, pending: &pending, next, generation: generation.saturating_add(1) };
            let written = next.saturating_sub(1);
            match query.newest_first {
                true => log.back(after.map_or(u64::MAX, |ended| ended.before(written)), &mut visit)?,
                false => log.forward(after.map_or(0, |ended| ended.behind(written)), &mut visit)?,
            }
            Ok(Some((events, more.then_some(written))))
        })?;
        let Some((events, written)) = found else { return Ok(None) };
        let ended = events.last().zip(written);
        let ended = ended.map(|(last, written)| Ended { sequence: last.sequence(), written }.position());
        let next = ended.map(|ended| Cursor::seal(file, &digest, &ended)).transpose()?;
        Ok(Some(AuditPage { events, next }))
    }
}

/// Where a page ended. What waits has the number that it would have if it came next, until something else does.
#[derive(Clone, Copy)]
struct Ended {
    /// The number of the last event of the page.
    sequence: u64,
    /// That of the last event in the rows then.
    written: u64,
}

impl Ended {
    fn of(position: &Position) -> Self {
        let [a, b, c, d, e, f, g, h, ..] = position.id;
        let sequence = u64::try_from(position.age).unwrap_or_default();
        Self { sequence, written: u64::from_le_bytes([a, b, c, d, e, f, g, h]) }
    }

    fn position(self) -> Position {
        let mut id = [0; 16];
        id.iter_mut().zip(self.written.to_le_bytes()).for_each(|(to, byte)| *to = byte);
        Position { age: i64::try_from(self.sequence).unwrap_or(i64::MAX), id, path: Vec::new() }
    }

    /// The number behind which the next page begins in a log that is written up to this one. If it was written on, what
    /// waited may be told again, now that it is durable.
    fn behind(self, written: u64) -> u64 {
        if written == self.written { self.sequence } else { self.sequence.min(self.written) }
    }

    /// The number before which the next page begins, of one with the newest event first. Of what waits as many are left to be
    /// told as there were; or so many more, if those were written.
    fn before(self, written: u64) -> u64 {
        match self.sequence.checked_sub(self.written) {
            None | Some(0) => self.sequence,
            Some(waiting) => written.saturating_add(waiting),
        }
    }
}

/// Looks at an event, with its number, its generation and whether it is durable, and says whether to go on.
type Visit<'a> = &'a mut dyn FnMut(u64, u64, &Event, bool) -> ControlFlow<()>;

/// The events in the rows, and those that wait for a commit.
struct Log<'a, R> {
    rows: &'a R,
    pending: &'a [Event],
    /// The number that the next event will have.
    next: u64,
    /// That of the next commit.
    generation: u64,
}

impl<R: Rows> Log<'_, R> {
    /// Every event behind this one.
    fn forward(&self, after: u64, visit: Visit<'_>) -> Result<()> {
        let mut ended = false;
        audit::scan_from(self.rows, after.saturating_add(1), &mut |first, segment| {
            let numbered = (first..).zip(&segment.events).filter(|(number, _)| *number > after);
            for (number, event) in numbered {
                ended |= visit(number, segment.generation, event, true).is_break();
            }
            Ok(!ended)
        })?;
        if ended {
            return Ok(());
        }
        let waiting = (self.next..).zip(self.pending).filter(|(number, _)| *number > after);
        for (number, event) in waiting {
            if visit(number, self.generation, event, false).is_break() {
                break;
            }
        }
        Ok(())
    }

    /// Every event before this one, from the last.
    fn back(&self, before: u64, visit: Visit<'_>) -> Result<()> {
        let waiting: Vec<_> =
            (self.next..).zip(self.pending).filter(|(number, _)| *number < before).collect();
        for (number, event) in waiting.into_iter().rev() {
            if visit(number, self.generation, event, false).is_break() {
                return Ok(());
            }
        }
        let mut before = before;
        while let Some((first, segment)) = audit::segment_before(self.rows, before)? {
            let numbered: Vec<_> =
                (first..).zip(&segment.events).filter(|(number, _)| *number < before).collect();
            for (number, event) in numbered.into_iter().rev() {
                if visit(number, segment.generation, event, true).is_break() {
                    return Ok(());
                }
            }
            before = first;
        }
        Ok(())
    }
}

/// Which kinds of events are told. Those that only a later version knows are among all of them.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(in crate::store) enum Kinds {
    All,
    /// What changed something, or was refused to.
    AllButReads,
    /// Those with these numbers, in their order.
    Only(Vec<u16>),
}

impl Kinds {
    pub(in crate::store) fn accepts(&self, kind: u16) -> bool {
        match self {
            Self::All => true,
            Self::AllButReads => kind != EventKind::SecretAccessed.code(),
            Self::Only(codes) => codes.binary_search(&kind).is_ok(),
        }
    }

    fn codes(&self) -> &[u16] {
        match self {
            Self::All | Self::AllButReads => &[],
            Self::Only(codes) => codes,
        }
    }
}

/// Which events are told, once it is known to follow the rules.
#[derive(Clone, Debug)]
pub(in crate::store) struct Filter {
    namespace: Option<SecretPath>,
    actor: Option<[u8; 16]>,
    secret: Option<[u8; 16]>,
    request_id: Option<String>,
    kinds: Kinds,
    since: i64,
    until: Option<i64>,
    success: Option<bool>,
}

impl Filter {
    /// Every event.
    pub(in crate::store) fn any() -> Self {
        Self::of(None, Kinds::All)
    }

    /// Every event of these kinds below a namespace.
    pub(in crate::store) fn of(namespace: Option<SecretPath>, kinds: Kinds) -> Self {
        Self {
            namespace,
            actor: None,
            secret: None,
            request_id: None,
            kinds,
            since: i64::MIN,
            until: None,
            success: None,
        }
    }

    pub(in crate::store) fn accepts(&self, event: &Event) -> bool {
        let more = event.more.as_ref();
        let path = more.map_or("", |more| more.path.as_str());
        let error = more.map_or(0, |more| more.error);
        let request_id = || more.and_then(|more| more.said.as_ref()).map(|said| said.request_id.as_str());
        self.kinds.accepts(event.kind)
            && event.time >= self.since
            && self.until.is_none_or(|until| event.time < until)
            && self.success.is_none_or(|success| success == (error == 0))
            && self.secret.is_none_or(|id| id == event.subject)
            && self.actor.is_none_or(|id| more.and_then(|more| more.actor) == Some(id))
            && self.request_id.as_deref().is_none_or(|id| request_id() == Some(id))
            && self.namespace.as_ref().is_none_or(|namespace| is_in(path, namespace.as_str()))
    }
}

/// Whether a path is that of a namespace, or lies below it.
fn is_in(path: &str, namespace: &str) -> bool {
    path.strip_prefix(namespace).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}
