//! The one way of a commit: what was done, its events, and what the handle owes the log.

use std::sync::{Arc, MutexGuard, PoisonError};

use super::Store;
use super::audit_policy::AuditPolicy;
use super::events::Span;
use super::gate::Pass;
use super::policy::kdf_floor;
use super::waiting::Taken;
use crate::access::Action;
use crate::clock::Timestamp;
use crate::error::{Error, ErrorKind, Result};
use crate::record::audit::{Event, EventKind, More};
use crate::record::context::Said;
use crate::sealed::change::SlotChange;
use crate::sealed::disk::file::Access;
use crate::sealed::file::Stamp;
use crate::sealed::space::Space;
use crate::tables::audit::{self, Place};
use crate::tables::{Batch, Outcome, Tables, slots, state};

/// What the next commit of a handle says beside what it is for.
#[derive(Default)]
pub(super) struct Owed {
    /// The generation of a commit that opening found cut off and discarded.
    pub(super) discarded: Option<u64>,
    /// The slot that unlocked the handle, and when.
    pub(super) used: Option<([u8; 16], Timestamp)>,
    /// Attempts to unlock it with a wrong key before that.
    pub(super) wrong_keys: u32,
    /// The generation of the last commit that was to say it, and failed or goes on. It may be there.
    pub(super) tried: Option<u64>,
}

impl Owed {
    /// After a commit that said it.
    pub(super) fn settle(&mut self) {
        *self = Self::default();
    }

    /// When the log was found as the commit of this number left it, in which it may have been said although that commit failed.
    pub(super) fn found(&mut self, generation: u64) {
        if self.tried.is_some_and(|tried| tried <= generation) {
            self.settle();
        }
    }

    /// As events.
    pub(super) fn events(&self, now: Timestamp) -> Vec<Event> {
        let discarded = self.discarded.map(|lost| event(now, EventKind::CommitDiscarded, [0; 16], lost));
        let failed = (self.wrong_keys > 0).then(|| {
            let mut failed = event(now, EventKind::UnlockFailed, [0; 16], 0);
            let more = failed.more.get_or_insert_default();
            (more.count, more.error) = (self.wrong_keys, ErrorKind::WrongKey.code());
            failed
        });
        let opened = self.used.map(|(_, time)| event(time, EventKind::Opened, [0; 16], 0));
        discarded.into_iter().chain(failed).chain(opened).collect()
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
        if self.shared.reads.is_full() {
            // What comes now has no room beside it. If it cannot be written it waits on, and that is no reason to refuse a write.
            let _ = self.write_out(&pass);
        }
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
        self.commit_for(Purpose::Change(Space::Normal), tables, work)
    }

    /// As [`commit`](Self::commit), for one purpose or another.
    pub(super) fn commit_for<T>(
        &self,
        purpose: Purpose,
        tables: &Tables,
        work: impl FnOnce(&mut Batch<'_>, Timestamp) -> Result<(T, Vec<Event>)>,
    ) -> Result<T> {
        let attempt = self.attempt(purpose, tables, work)?;
        self.committed(tables, attempt)
    }

    /// A commit of which nobody is told yet.
    fn attempt<T>(
        &self,
        purpose: Purpose,
        tables: &Tables,
        work: impl FnOnce(&mut Batch<'_>, Timestamp) -> Result<(T, Vec<Event>)>,
    ) -> Result<Attempt<T>> {
        let now = self.now(tables)?;
        let (mut taken, mut told) = (None, None);
        let result = {
            let mut owed = self.owed();
            let result = tables.write(purpose.space(), |batch| {
                let (value, events) = work(batch, now)?;
                let is_needed_for_reads = match purpose {
                    Purpose::Change(Space::Normal) => self.shared.reads.is_urgent(),
                    Purpose::Change(_) => false,
                    Purpose::Waiting => !self.shared.reads.is_empty(),
                };
                // A commit has events, or a pin could not be found in the log again.
                if events.is_empty() && !is_needed_for_reads {
                    return Ok(Outcome { value, commit: None });
                }
                // What waits must not keep a delete from fitting on a full disk.
                let generation = tables.file().generation()?.saturating_add(1);
                taken = (purpose.space() == Space::Normal).then(|| self.shared.reads.take(generation));
                let (stamp, concluded) = self.conclude(tables, batch, &mut owed, taken.as_deref(), events)?;
                told = Some(concluded);
                Ok(Outcome { value, commit: Some(stamp) })
            });
            if result.is_ok() && told.is_some() {
                owed.settle();
            }
            result
        };
        Ok(Attempt { result, taken, told })
    }

    /// After an attempt to commit: what was taken out of what waits for it is in the log, or waits again.
    pub(super) fn committed<T>(&self, tables: &Tables, attempt: Attempt<T>) -> Result<T> {
        let Attempt { result, taken, told } = attempt;
        let is_committed = result.is_ok() && told.is_some();
        if taken.is_some() {
            drop(taken);
            self.taken_out(tables, is_committed);
        }
        if let Some(told) = told.filter(|_| is_committed) {
            self.shared.seen.told(told.is_behind);
            self.tell(tables, told.span);
            if told.is_policy {
                // It was just written, so it can be read.
                let _ = self.adopt_audit_policy(tables);
            }
        }
        result
    }

    /// After a commit that took out what waits: it is in the log, or waits again. Behind a failed sync only unlocking can tell
    /// which.
    pub(super) fn taken_out(&self, tables: &Tables, is_committed: bool) {
        if is_committed {
            self.shared.reads.written();
        } else if !tables.file().is_poisoned() {
            self.shared.reads.put_back();
        }
    }

    /// Audits reads as the store says.
    pub(super) fn adopt_audit_policy(&self, tables: &Tables) -> Result<()> {
        let policy = AuditPolicy::from_record(&tables.read(|rows| state::audit_policy(rows))?)?;
        self.shared.reads.adopt(&policy);
        Ok(())
    }

    /// Puts the events of a transaction into the log, with what the handle owes it and what waits, and says what to commit
    /// with.
    pub(super) fn conclude(
        &self,
        tables: &Tables,
        batch: &mut Batch<'_>,
        owed: &mut Owed,
        waiting: Option<&Taken>,
        events: Vec<Event>,
    ) -> Result<(Stamp, Told)> {
        let stamp = tables.file().stamp()?;
        let generation = tables.file().generation()? + 1;
        owed.tried = Some(generation);
        // Not when the work began: what was refused meanwhile would be read again behind a clock that is turned back.
        let now = self.now_after(stamp.clock_mark);
        if let Some((slot, time)) = owed.used {
            slots::used(batch, &slot, time.as_millis())?;
        }
        let (clock, is_behind) = self.judge_clock(batch, stamp.clock_mark, now, &events)?;
        let actor = tables.file().opener_id();
        let attribute = |event| self.attribute(actor, event);
        let before = owed.events(now).into_iter().chain(clock).map(attribute);
        let before: Vec<Event> = before.collect();
        let lost = waiting.and_then(Taken::lost);
        let after: Vec<Event> = events.into_iter().map(attribute).collect();
        let views = |events| <[Event]>::iter(events).map(Event::view);
        let waiting = || waiting.into_iter().flat_map(Taken::events).chain(lost.as_ref().map(Event::view));
        let events = || views(&before).chain(waiting()).chain(views(&after));
        let is_policy = after.iter().any(|event| event.kind == EventKind::AuditPolicyChanged.code());
        let Place { next, head } = audit::append(batch, &stamp.audit_head, generation, events())?;
        let span = Span::until(next, events().map(|event| event.kind));
        Ok((Stamp { audit_head: head, clock_mark: now.as_millis() }, Told { is_policy, is_behind, span }))
    }

    /// Says in an event through which handle it came about.
    pub(super) fn attribute(&self, actor: [u8; 16], mut event: Event) -> Event {
        let more = event.more.get_or_insert_default();
        more.actor = Some(actor);
        more.said = (*self.said != Said::default()).then(|| self.said.clone());
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
        let attempt = self.attempt(Purpose::Change(Space::Normal), tables, |batch, now| {
            row(batch, id, now)?;
            Ok((id, vec![event(now, kind, id, 0)]))
        });
        // Whoever is told looks at the slots; and until this is done a kill leaves the old header, too.
        let adopted = match &attempt {
            Ok(Attempt { result: Ok(_), .. }) => file.adopt_slots(),
            _ => {
                file.abandon_slots();
                Ok(())
            }
        };
        let committed = self.committed(tables, attempt?);
        adopted.and(committed)
    }

    /// Rewraps the handle's slot at the store's floor, if it owes that and has written. The caller holds the gate.
    ///
    /// It comes after an acknowledged write, and is no reason to call that failed: without it the slot costs what it cost,
    /// and the next open says so again.
    pub(super) fn strengthen(&self, tables: &Tables) {
        if self.owed().used.is_some() {
            return;
        }
        let Some(ready) = self.shared.strengthened().take() else { return };
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

/// What came of an attempt to commit.
pub(super) struct Attempt<T> {
    pub(super) result: Result<T>,
    /// What it took along of what waits.
    pub(super) taken: Option<Arc<Taken>>,
    /// `None` if there was nothing to commit.
    pub(super) told: Option<Told>,
}

/// What a commit is for.
#[derive(Clone, Copy)]
pub(super) enum Purpose {
    /// A change, in the room it may use.
    Change(Space),
    /// To write some of what waits.
    Waiting,
}

impl Purpose {
    fn space(self) -> Space {
        match self {
            Self::Change(space) => space,
            Self::Waiting => Space::Normal,
        }
    }
}

/// What the events of a commit say beside what they tell.
pub(super) struct Told {
    /// Reads are audited in another way from now on.
    is_policy: bool,
    /// The clock stands behind.
    is_behind: bool,
    span: Span,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_failed_commit_said_is_owed_unless_that_is_there() {
        for (tried, found, left) in [(None, 9, 2), (Some(7), 6, 2), (Some(7), 7, 0), (Some(7), 8, 0)] {
            let mut owed = Owed { wrong_keys: 2, tried, ..Owed::default() };
            owed.found(found);
            assert_eq!(
                (owed.wrong_keys, owed.events(Timestamp::from_millis(1)).is_empty()),
                (left, left == 0)
            );
        }
    }
}
