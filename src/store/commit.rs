//! The one way of a commit: what was done, its events, and what the handle owes the log.

use std::sync::{Arc, MutexGuard, PoisonError};

use super::Store;
use super::gate::Pass;
use super::policy::kdf_floor;
use crate::access::Action;
use crate::clock::Timestamp;
use crate::error::{Error, ErrorKind, Result};
use crate::record::audit::{Event, EventKind, More};
use crate::record::context::Said;
use crate::sealed::change::{Rewrapped, SlotChange};
use crate::sealed::disk::file::Access;
use crate::sealed::file::Stamp;
use crate::sealed::space::Space;
use crate::tables::{Batch, Outcome, Tables, audit, slots};

/// What the next commit of a handle says beside what it is for.
#[derive(Default)]
pub(super) struct Owed {
    /// The generation of a commit that opening found cut off and discarded.
    pub(super) discarded: Option<u64>,
    /// The slot that unlocked the handle, and when.
    pub(super) used: Option<([u8; 16], Timestamp)>,
    /// The handle's slot at the store's floor, made while the passphrase was at hand.
    pub(super) strengthened: Option<Rewrapped>,
}

impl Owed {
    /// After a commit that said it.
    pub(super) fn settle(&mut self) {
        (self.discarded, self.used) = (None, None);
    }
}

impl Store {
    /// The way into every operation that writes. The gate comes before the rows: who waits there must not hold any that are
    /// replaced or locked meanwhile.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::ReadOnly`]; otherwise those of [`authorise`](Self::authorise) and of the gate.
    pub(super) fn begin_writing(&self, action: Action<'_>) -> Result<(Pass, Arc<Tables>)> {
        if self.shared.options.access == Access::ReadOnly {
            return Err(Error::new(ErrorKind::ReadOnly, "the store was opened read-only"));
        }
        self.authorise(action)?;
        let pass = self.shared.gate.enter()?;
        Ok((pass, self.authorise(action)?))
    }

    /// [`begin_writing`](Self::begin_writing) for a change by the owner.
    pub(super) fn begin_change(&self) -> Result<(Pass, Arc<Tables>)> {
        self.begin_writing(Action::Administer)
    }

    /// Runs `work` in one write transaction and commits it with the events it returns; without any, nothing is
    /// committed. The caller holds the gate.
    pub(super) fn commit<T>(
        &self,
        tables: &Tables,
        work: impl FnOnce(&mut Batch<'_>, Timestamp) -> Result<(T, Vec<Event>)>,
    ) -> Result<T> {
        self.commit_in(Space::Normal, tables, work)
    }

    /// As [`commit`](Self::commit), in the room it may use.
    pub(super) fn commit_in<T>(
        &self,
        space: Space,
        tables: &Tables,
        work: impl FnOnce(&mut Batch<'_>, Timestamp) -> Result<(T, Vec<Event>)>,
    ) -> Result<T> {
        let now = self.now(tables)?;
        let mut owed = self.owed();
        let mut committed = false;
        let value = tables.write(space, |batch| {
            let (value, events) = work(batch, now)?;
            committed = !events.is_empty();
            let commit = committed.then(|| self.conclude(tables, batch, now, &owed, events)).transpose()?;
            Ok(Outcome { value, commit })
        })?;
        if committed {
            owed.settle();
        }
        Ok(value)
    }

    /// Puts the events of a transaction into the log, with what the handle owes it, and says what to commit with.
    pub(super) fn conclude(
        &self,
        tables: &Tables,
        batch: &mut Batch<'_>,
        now: Timestamp,
        owed: &Owed,
        events: Vec<Event>,
    ) -> Result<Stamp> {
        let stamp = tables.file().stamp()?;
        let generation = tables.file().generation()? + 1;
        if let Some((slot, time)) = owed.used {
            slots::used(batch, &slot, time.as_millis())?;
        }
        let discarded = owed.discarded.map(|lost| discarded_event(now, lost));
        let clock = self.judge_clock(batch, stamp.clock_mark, now, &events)?;
        let events =
            discarded.into_iter().chain(clock).chain(events).map(|event| self.attribute(tables, event));
        let events = events.collect();
        let audit_head = audit::append(batch, &stamp.audit_head, generation, events)?;
        Ok(Stamp { audit_head, clock_mark: now.as_millis() })
    }

    /// Says in an event through which handle it came about.
    fn attribute(&self, tables: &Tables, mut event: Event) -> Event {
        let more = event.more.get_or_insert_default();
        more.actor = Some(tables.file().opener_id());
        more.said = (*self.said != Said::default()).then(|| (*self.said).clone());
        event
    }

    /// What the handle owes the log. Whoever commits keeps it to the end.
    pub(super) fn owed(&self) -> MutexGuard<'_, Owed> {
        self.shared.owed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes a key slot: header, row and event in the order that a crash cannot break. The caller holds the gate.
    pub(super) fn change_slot(
        &self,
        tables: &Tables,
        change: &SlotChange<'_>,
        kind: EventKind,
        row: impl FnOnce(&mut Batch<'_>, [u8; 16], Timestamp) -> Result<()>,
    ) -> Result<[u8; 16]> {
        let file = tables.file();
        let id = file.stage_slots(change)?;
        let committed = self.commit(tables, |batch, now| {
            row(batch, id, now)?;
            Ok(((), vec![event(now, kind, id, 0)]))
        });
        match committed {
            Ok(()) => file.adopt_slots().map(|()| id),
            Err(error) => {
                file.abandon_slots();
                Err(error)
            }
        }
    }

    /// Rewraps the handle's slot at the store's floor, if it owes that and has written. The caller holds the gate.
    ///
    /// It comes after an acknowledged write, and is no reason to call that failed: without it the slot costs what it cost,
    /// and the next open says so again.
    pub(super) fn strengthen(&self, tables: &Tables) {
        let ready = {
            let mut owed = self.owed();
            if owed.used.is_some() {
                return;
            }
            owed.strengthened.take()
        };
        let Some(ready) = ready else { return };
        // Never above the floor, which may have been lowered.
        if tables.read(|rows| kdf_floor(rows)).is_ok_and(|floor| floor == ready.cost()) {
            let change = SlotChange::Rewrapped(&ready);
            let _ = self.change_slot(tables, &change, EventKind::SlotStrengthened, |_, _, _| Ok(()));
        }
    }
}

pub(super) fn event(now: Timestamp, kind: EventKind, subject: [u8; 16], version: u64) -> Event {
    let more = More { count: 1, ..More::default() };
    Event { time: now.as_millis(), kind: kind.code(), subject, version, more: Some(more) }
}

pub(super) fn discarded_event(now: Timestamp, generation: u64) -> Event {
    event(now, EventKind::CommitDiscarded, [0; 16], generation)
}
