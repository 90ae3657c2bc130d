//! The time of a store never goes back, and what a clock that does not behave changes.

use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::Duration;

use super::Store;
use super::commit::event;
use super::view::has_jumped;
use crate::clock::{Clock, Timestamp};
use crate::error::Result;
use crate::record::audit::{Event, EventKind};
use crate::tables::{Batch, Tables, state};

/// Clocks are set right by so much all the time.
const TOLERANCE: Duration = Duration::from_secs(1);

/// What a handle knows of its clock.
pub(super) struct Seen {
    /// The greatest time so far.
    greatest: AtomicI64,
    /// Whether the log has been told that the clock stands behind.
    told: AtomicBool,
}

impl Seen {
    /// Of a handle that opened a file with this clock mark.
    pub(super) fn from_mark(mark: i64) -> Self {
        Self { greatest: AtomicI64::new(mark), told: AtomicBool::new(false) }
    }

    /// After a commit that judged the clock: whether the log now says that it stands behind.
    pub(super) fn told(&self, is_behind: bool) {
        self.told.store(is_behind, Ordering::Relaxed);
    }
}

impl Store {
    /// The time now: what the clock shows, and never less than the store or this handle has seen.
    pub(super) fn now(&self, tables: &Tables) -> Result<Timestamp> {
        Ok(self.now_after(tables.file().stamp()?.clock_mark))
    }

    /// As [`now`](Self::now), without a look at the file: each of its commits was seen.
    pub(super) fn now_seen(&self) -> Timestamp {
        self.now_after(0)
    }

    /// The time now, of a file with this clock mark.
    pub(super) fn now_after(&self, mark: i64) -> Timestamp {
        let shown = self.shared.clock.now().as_millis().max(mark);
        let greatest = &self.shared.seen.greatest;
        // A look is cheaper than a change, and this is part of every read.
        let seen = greatest.load(Ordering::Relaxed);
        let now = if seen >= shown { seen } else { greatest.fetch_max(shown, Ordering::Relaxed).max(shown) };
        Timestamp::from_millis(now)
    }

    /// Notes in a commit how the clock misbehaved, unless what was done in it says that it is right, and returns the events
    /// that say so, and whether the clock stands behind: for [`told`](Seen::told), once they are durable.
    pub(super) fn judge_clock(
        &self,
        batch: &mut Batch<'_>,
        mark: i64,
        now: Timestamp,
        done: &[Event],
    ) -> Result<(Vec<Event>, bool)> {
        let mark = Timestamp::from_millis(mark);
        let mut events = Vec::new();
        if has_jumped(mark, now) {
            let confirmed = done.iter().rfind(|event| event.kind == EventKind::ClockConfirmed.code());
            let known = confirmed.map_or(mark, |event| Timestamp::from_millis(event.time));
            if has_jumped(known, now) && state::before_jump(batch)?.is_none() {
                state::set_before_jump(batch, Some(known.as_millis()))?;
            }
            let by = u64::try_from(now.as_millis() - mark.as_millis()).unwrap_or_default();
            events.push(event(now, EventKind::ClockJumped, [0; 16], by));
        }
        let behind = behind(&self.shared.clock, now);
        if let Some(by) = behind.filter(|_| !self.shared.seen.told.load(Ordering::Relaxed)) {
            let by = u64::try_from(by.as_millis()).unwrap_or(u64::MAX);
            events.push(event(now, EventKind::ClockMovedBack, [0; 16], by));
        }
        Ok((events, behind.is_some()))
    }
}

/// How far the clock stands behind a time, if that is more than a correction.
pub(super) fn behind(clock: &Clock, time: Timestamp) -> Option<Duration> {
    let by = u64::try_from(time.as_millis().saturating_sub(clock.now().as_millis())).ok()?;
    Some(Duration::from_millis(by)).filter(|by| *by > TOLERANCE)
}
