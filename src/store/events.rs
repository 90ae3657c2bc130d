//! Telling of events as they are committed: to subscribers, to whoever waits, and to whoever comes back later.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak};
use std::thread::ThreadId;
use std::time::Duration;

use super::audit::{Filter, Kinds};
use super::{AuditEvent, Store};
use crate::access::Action;
use crate::clock::Wait;
use crate::crypto::arena::Process;
use crate::error::{Error, ErrorKind, Result};
use crate::limits::PAGE_ITEMS_MAX;
use crate::record::audit::genesis;
use crate::record::event_kind::KindSet;
use crate::record::path::SecretPath;
use crate::tables::{Rows, Tables, audit};

/// Which events to be told of.
///
/// Texts that break a rule are refused when they are used, by [`Store::subscribe`].
#[derive(Clone, Debug, Default)]
pub struct EventFilter {
    namespace: Option<String>,
    kinds: KindSet,
}

impl EventFilter {
    /// Every event but those of reads (`secret.accessed`), also of kinds that only a later version of strongroom knows.
    #[must_use]
    pub fn all() -> Self {
        Self::default()
    }

    /// Only what concerns this path, or what lies below it at any depth.
    #[must_use]
    pub fn under(mut self, path: impl Into<String>) -> Self {
        self.namespace = Some(path.into());
        self
    }

    /// Only events of this kind, such as `secret.created`, or of a group of them, such as `secret.*`, with which come reads. Further
    /// calls add further kinds.
    #[must_use]
    pub fn kind(mut self, pattern: impl Into<String>) -> Self {
        self.kinds = self.kinds.with(pattern);
        self
    }

    fn checked(&self) -> Result<Filter> {
        let namespace = self.namespace.as_deref().map(SecretPath::parse).transpose()?;
        let kinds = if self.kinds.is_empty() {
            Kinds::AllButReads
        } else {
            self.kinds.codes()?.map_or(Kinds::All, Kinds::Only)
        };
        Ok(Filter::of(namespace, kinds))
    }
}

type Callback = Box<dyn FnMut(&AuditEvent) + Send>;

/// Who is told.
struct Subscriber {
    filter: Filter,
    /// `None` once it is closed.
    callback: Mutex<Option<Callback>>,
    /// The thread that is inside the callback.
    inside: Mutex<Option<ThreadId>>,
    is_closed: AtomicBool,
    /// In a forked child the callback may be held by a thread that does not exist.
    process: Process,
}

impl Subscriber {
    fn tell(&self, event: &AuditEvent) {
        let mut callback = self.callback.lock().unwrap_or_else(PoisonError::into_inner);
        if self.is_closed.load(Ordering::Acquire) {
            let last = callback.take();
            drop(callback);
            return drop(last);
        }
        let Some(told) = callback.as_mut() else { return };
        *self.inside() = Some(std::thread::current().id());
        let panicked = catch_unwind(AssertUnwindSafe(|| told(event))).is_err();
        *self.inside() = None;
        if panicked || self.is_closed.load(Ordering::Acquire) {
            self.is_closed.store(true, Ordering::Release);
            // Not under the lock: what it holds may be this very subscription. Dropping what panicked may panic once more.
            let last = callback.take();
            drop(callback);
            let _ = catch_unwind(AssertUnwindSafe(|| drop(last)));
        }
    }

    /// Keeps it from being called again, and waits until it is not being called, unless by itself.
    fn close(&self) {
        self.is_closed.store(true, Ordering::Release);
        if *self.inside() != Some(std::thread::current().id()) {
            let last = self.callback.lock().unwrap_or_else(PoisonError::into_inner).take();
            drop(last);
        }
    }

    fn inside(&self) -> MutexGuard<'_, Option<ThreadId>> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The subscribers of a store, and how far its log is.
#[derive(Default)]
pub(super) struct Feed {
    subscribers: Mutex<Vec<Arc<Subscriber>>>,
    known: Mutex<Known>,
    changed: Condvar,
}

/// How far a log is, as far as that was asked for or told of: looking costs an open as much as a read.
#[derive(Clone, Copy, Debug, Default)]
struct Known {
    /// The number of the last event.
    last: Option<u64>,
    /// The number of the last event that is none of a read.
    last_change: Option<u64>,
}

/// The events of a commit, as far as somebody waits for them.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Span {
    /// The number of the last.
    pub(super) last: u64,
    /// The number of the last that is none of a read.
    pub(super) last_change: Option<u64>,
}

impl Span {
    /// Of events of these kinds, before the one with this number.
    pub(super) fn until(next: u64, kinds: impl DoubleEndedIterator<Item = u16>) -> Self {
        let last = next.saturating_sub(1);
        let mut back = (1..=last).rev().zip(kinds.rev());
        let change = back.find(|(_, kind)| Kinds::AllButReads.accepts(*kind));
        Self { last, last_change: change.map(|(number, _)| number) }
    }
}

impl Feed {
    /// The number of the last event that is none of a read.
    fn latest(&self, tables: &Tables) -> Result<u64> {
        if let Known { last: Some(_), last_change: Some(change) } = *self.known() {
            return Ok(change);
        }
        let span = end_of(tables)?;
        // What was told of a commit meanwhile is newer.
        let mut known = self.known();
        known.last.get_or_insert(span.last);
        Ok(*known.last_change.get_or_insert(span.last_change.unwrap_or_default()))
    }

    fn subscribers(&self) -> MutexGuard<'_, Vec<Arc<Subscriber>>> {
        self.subscribers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How far a log is.
fn end_of(tables: &Tables) -> Result<Span> {
    let genesis = genesis(&tables.file().place().store_id);
    tables.read(|rows| {
        let last = audit::end(rows, &genesis)?.next.saturating_sub(1);
        Ok(Span { last, last_change: Some(last_change(rows)?) })
    })
}

/// The number of the last event in the log that is none of a read.
fn last_change(rows: &impl Rows) -> Result<u64> {
    let mut before = u64::MAX;
    while let Some((first, segment)) = audit::segment_before(rows, before)? {
        let next = first.saturating_add(audit::count(&segment.events));
        if let Some(change) = Span::until(next, segment.events.iter().map(|event| event.kind)).last_change {
            return Ok(change);
        }
        before = first;
    }
    Ok(0)
}

/// Being told of events, until it is closed or dropped: see [`Store::subscribe`].
pub struct Subscription {
    subscriber: Arc<Subscriber>,
    shared: Weak<super::Shared>,
}

impl Subscription {
    /// Ends it. If its callback runs on another thread just now, this waits until it has returned; it is not called again. A
    /// callback may close its own subscription.
    pub fn close(self) {}

    /// Whether it has ended: its callback panicked.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.subscriber.is_closed.load(Ordering::Acquire)
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        if self.subscriber.process.check().is_err() {
            std::mem::forget(self.subscriber.clone());
            return;
        }
        if let Some(shared) = self.shared.upgrade() {
            shared.feed.subscribers().retain(|other| !Arc::ptr_eq(other, &self.subscriber));
        }
        self.subscriber.close();
    }
}

impl std::fmt::Debug for Subscription {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Subscription")
    }
}

impl Store {
    /// Calls `callback` with each event that the filter accepts, once it is durable, in the order of their numbers: on the thread that
    /// committed it, before its call returns. It is told of commits through every handle of this open store, and never of a value. A commit whose
    /// sync failed although it is there is told of when the store is [unlocked](Self::unlock) anew.
    ///
    /// The callback may read, unless the store is being locked just then. A write to the store from inside it is refused as [`ErrorKind::Reentrant`], and so is a read that is
    /// audited [strictly](crate::AuditReads::Strict); writes of other threads wait until it returns. If it
    /// panics, the commit stands, its caller notices nothing, and the subscription ends. What an application must not miss
    /// although it was not running, it takes from [`changes`](Self::changes).
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidArgument`] for a path or a kind that breaks a rule; [`ErrorKind::Locked`]; [`ErrorKind::Tampered`] and
    /// [`ErrorKind::Io`] if the end of the log cannot be read.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::sync::mpsc;
    /// use strongroom::{EventFilter, Store};
    ///
    /// let store = Store::in_memory()?;
    /// let (tell, told) = mpsc::channel();
    /// let filter = EventFilter::all().under("db").kind("secret.created");
    /// let subscription = store.subscribe(&filter, move |event| drop(tell.send(event.path().map(str::to_owned))))?;
    /// store.put("db/password", "hunter2")?;
    /// subscription.close();
    /// store.put("db/other", "hunter3")?;
    /// assert_eq!(told.iter().collect::<Vec<_>>(), [Some("db/password".to_owned())]);
    /// # Ok::<(), strongroom::Error>(())
    /// ```
    pub fn subscribe(
        &self,
        filter: impl std::borrow::Borrow<EventFilter>,
        callback: impl FnMut(&AuditEvent) + Send + 'static,
    ) -> Result<Subscription> {
        let tables = self.authorise(Action::Audit)?;
        // The next commit is told from here on.
        self.shared.feed.latest(&tables)?;
        let subscriber = Arc::new(Subscriber {
            filter: filter.borrow().checked()?,
            callback: Mutex::new(Some(Box::new(callback))),
            inside: Mutex::new(None),
            is_closed: AtomicBool::new(false),
            process: Process::this(),
        });
        self.shared.feed.subscribers().push(subscriber.clone());
        Ok(Subscription { subscriber, shared: Arc::downgrade(&self.shared) })
    }

    /// At most so many durable events behind number `after`, in the order of their commits: what changed, without reads. An
    /// application that keeps the number of the last event that it dealt with misses none, whoever wrote it.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotFound`] if events behind `after` were removed from the log, but for 0, with which it begins where the log
    /// does; [`ErrorKind::LimitExceeded`] for a limit outside 1 to 1,000.
    pub fn changes(&self, after: u64, limit: usize) -> Result<Vec<AuditEvent>> {
        self.changes_with(after, limit, &EventFilter::all())
    }

    /// As [`changes`](Self::changes), of events that a filter accepts.
    ///
    /// # Errors
    ///
    /// As [`changes`](Self::changes) and [`subscribe`](Self::subscribe).
    pub fn changes_with(&self, after: u64, limit: usize, filter: &EventFilter) -> Result<Vec<AuditEvent>> {
        let tables = self.authorise(Action::Audit)?;
        if !(1..=PAGE_ITEMS_MAX).contains(&limit) {
            let message = format!("1 to {PAGE_ITEMS_MAX} events are told at once");
            return Err(Error::new(ErrorKind::LimitExceeded, message));
        }
        let filter = filter.checked()?;
        let genesis = genesis(&tables.file().place().store_id);
        tables.read(|rows| {
            let begin = audit::begin(rows, &genesis)?;
            if after != 0 && after.saturating_add(1) < begin.next {
                let message = format!("the log begins with event {}: those before were removed", begin.next);
                return Err(Error::new(ErrorKind::NotFound, message));
            }
            events_behind(&tables, rows, after, limit, &filter)
        })
    }

    /// The number of the last event that [`changes`](Self::changes) tells; 0 if there is none.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Locked`]; [`ErrorKind::Tampered`] and [`ErrorKind::Io`] if the end of the log cannot be read.
    pub fn latest_change(&self) -> Result<u64> {
        let tables = self.authorise(Action::Audit)?;
        self.shared.feed.latest(&tables)
    }

    /// Waits until there is a change behind number `after`, for so long at most, and says whether there is one. It sees what is committed
    /// through the handles of this open store.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Locked`] and [`ErrorKind::Closed`], also if that happens meanwhile; [`ErrorKind::Tampered`] and
    /// [`ErrorKind::Io`] if the end of the log cannot be read.
    pub fn wait_changes(&self, after: u64, timeout: Duration) -> Result<bool> {
        let wait = Wait::for_at_most(timeout);
        loop {
            let tables = self.authorise(Action::Audit)?;
            let latest = self.shared.feed.latest(&tables)?;
            // Not held while it waits: the store could not be locked.
            drop(tables);
            let known = self.shared.feed.known();
            if known.last_change.unwrap_or(latest) > after {
                return Ok(true);
            }
            let Some(left) = wait.left() else { return Ok(false) };
            // Whoever locks or closes the store wakes nobody who was not here yet.
            let left = left.min(Duration::from_millis(100));
            drop(self.shared.feed.changed.wait_timeout(known, left).unwrap_or_else(PoisonError::into_inner));
        }
    }

    /// Tells of what was committed since somebody was last told: with a file that took the place of another, or by a commit whose
    /// sync failed and that is there all the same. The caller holds the gate.
    pub(super) fn tell_all(&self, tables: &Tables) {
        if let Ok(span) = end_of(tables) {
            self.tell(tables, span);
        }
    }

    /// Tells of a commit. The caller holds the gate, and no lock that a read needs.
    pub(super) fn tell(&self, tables: &Tables, span: Span) {
        let feed = &self.shared.feed;
        let before = {
            let mut known = feed.known();
            let before = known.last.replace(span.last);
            known.last_change = span.last_change.or(known.last_change);
            before
        };
        if span.last_change.is_some() {
            feed.changed.notify_all();
        }
        // Not held while they are called: they may end themselves.
        let subscribers = feed.subscribers().clone();
        if subscribers.is_empty() {
            return;
        }
        let all = Filter::any();
        // Whoever subscribed asked how far the log was then.
        let before = before.unwrap_or(span.last);
        let events = tables.read(|rows| events_behind(tables, rows, before, usize::MAX, &all));
        let Ok(events) = events else {
            // It is in the log all the same, and told of with the next one.
            feed.known().last = Some(before);
            return;
        };
        for event in &events {
            let interested =
                subscribers.iter().filter(|subscriber| subscriber.filter.accepts(event.record()));
            interested.for_each(|subscriber| subscriber.tell(event));
        }
        feed.subscribers().retain(|subscriber| !subscriber.is_closed.load(Ordering::Acquire));
    }
}

/// At most so many events behind this number.
fn events_behind(
    tables: &Tables,
    rows: &impl Rows,
    after: u64,
    limit: usize,
    filter: &Filter,
) -> Result<Vec<AuditEvent>> {
    let store_id = &tables.file().place().store_id;
    let mut events = Vec::new();
    audit::scan_from(rows, after.saturating_add(1), &mut |first, segment| {
        let numbered = (first..).zip(&segment.events);
        for (number, event) in numbered.filter(|(number, event)| *number > after && filter.accepts(event)) {
            if events.len() == limit {
                return Ok(false);
            }
            events.push(AuditEvent::new(store_id, number, segment.generation, event));
        }
        Ok(true)
    })?;
    Ok(events)
}
