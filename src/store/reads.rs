//! What happened without a commit, and waits for one: reads, and what was refused.

use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::AuditReads;
use super::audit_policy::AuditPolicy;
use super::waiting::{Fact, Taken, Waiting};
use crate::clock::Timestamp;
use crate::record::audit::{Event, EventRef};
use crate::record::context::Said;
use crate::record::tier::Tier;

/// The events that wait, and how reads are audited.
pub(super) struct Reads {
    /// Two bits for each tier.
    modes: AtomicU8,
    line: Mutex<Line>,
    /// Whether the next commit may not be left out: what was released in a transaction is to be in the log.
    urgent: AtomicBool,
}

/// What waits, and what became of what waited. Whoever looks at the log takes from here what is not in its rows yet.
#[derive(Default)]
struct Line {
    waiting: Waiting,
    /// What the commit of this number is about to write, or may have written before its sync failed.
    writing: Option<(u64, Arc<Taken>)>,
    /// The number of the last commit that wrote what waited.
    written: u64,
}

impl Line {
    fn take(&mut self, everything: bool, generation: u64) -> Arc<Taken> {
        // Of a commit that ended in a panic.
        self.put_back();
        let taken = Arc::new(self.waiting.take(everything));
        self.writing = Some((generation, taken.clone()));
        taken
    }

    fn put_back(&mut self) {
        if let Some((_, taken)) = self.writing.take() {
            self.waiting.put_back(Arc::unwrap_or_clone(taken));
        }
    }
}

impl Default for Reads {
    fn default() -> Self {
        Self { modes: AtomicU8::new(0), line: Mutex::default(), urgent: AtomicBool::new(false) }
    }
}

impl Reads {
    /// Audits reads so from now on.
    pub(super) fn adopt(&self, policy: &AuditPolicy) {
        let bits = |tier: &Tier| {
            let mode = match policy.of(*tier) {
                AuditReads::Batched => 0,
                AuditReads::Strict => 1,
                AuditReads::Off => 2,
            };
            mode << (2 * tier.code())
        };
        self.modes.store(Tier::ALL.iter().map(bits).sum(), Ordering::Relaxed);
    }

    /// How reads of secrets of this tier are audited.
    pub(super) fn mode(&self, tier: u8) -> AuditReads {
        match (self.modes.load(Ordering::Relaxed) >> (2 * tier.min(2))) & 3 {
            0 => AuditReads::Batched,
            1 => AuditReads::Strict,
            _ => AuditReads::Off,
        }
    }

    /// Notes what happened, and says whether so much waits that it should be written.
    pub(super) fn note(&self, fact: &Fact<'_>, said: &Arc<Said>, actor: [u8; 16], now: Timestamp) -> bool {
        self.line().waiting.note(fact, said, actor, now)
    }

    /// Notes all of what must be told one by one before long; or nothing of it and `false`, if too much waits for that. What
    /// waits is to be committed then as well.
    pub(super) fn note_urgent<'a>(
        &self,
        facts: impl Iterator<Item = Fact<'a>>,
        said: &Arc<Said>,
        actor: [u8; 16],
        now: Timestamp,
    ) -> bool {
        let mut line = self.line();
        let has_room = !line.waiting.is_full();
        if has_room {
            facts.for_each(|fact| line.waiting.note_whole(&fact, said, actor, now));
        }
        self.urgent.store(true, Ordering::Relaxed);
        has_room
    }

    /// Whether so much waits that it is no longer told one by one.
    pub(super) fn is_full(&self) -> bool {
        self.line().waiting.is_full()
    }

    /// Whether what waits is to be committed, even by itself.
    pub(super) fn is_urgent(&self) -> bool {
        self.is_urged() && !self.is_empty()
    }

    fn is_urged(&self) -> bool {
        self.urgent.load(Ordering::Relaxed)
    }

    /// Whether everything is written.
    pub(super) fn is_empty(&self) -> bool {
        let line = self.line();
        line.waiting.commits() == 0 && line.writing.as_ref().is_none_or(|(_, writing)| writing.is_empty())
    }

    /// How many commits take out everything that waits at most.
    pub(super) fn commits(&self) -> usize {
        self.line().waiting.commits()
    }

    /// What is not in the log as the commit of this number left it, as events. `None` if a later one has written some of it.
    pub(super) fn pending(&self, generation: u64) -> Option<Vec<Event>> {
        let line = self.line();
        if line.written > generation {
            return None;
        }
        let writing = line.writing.as_ref().filter(|(number, _)| *number > generation);
        let writing = writing.map(|(_, taken)| &**taken);
        let lost = [writing.and_then(Taken::lost), line.waiting.lost()];
        let [before, after] = lost.each_ref().map(|lost| lost.as_ref().map(Event::view));
        let events = writing.into_iter().flat_map(Taken::events).chain(before);
        Some(events.chain(line.waiting.events()).chain(after).map(EventRef::to_owned).collect())
    }

    /// Takes out what the commit of this number takes along: not more than there is room for, unless all of it is to be written.
    pub(super) fn take(&self, generation: u64) -> Arc<Taken> {
        self.line().take(self.is_urged(), generation)
    }

    /// Takes out everything for the commit of this number.
    pub(super) fn take_all(&self, generation: u64) -> Arc<Taken> {
        self.line().take(true, generation)
    }

    /// After the commit that wrote what was taken out.
    pub(super) fn written(&self) {
        let mut line = self.line();
        if let Some((number, _)) = line.writing.take() {
            line.written = line.written.max(number);
            line.waiting.forget_taken();
        }
        self.urgent.store(false, Ordering::Relaxed);
    }

    /// Puts what was taken out back, in front of what came meanwhile.
    pub(super) fn put_back(&self) {
        self.line().put_back();
    }

    /// After a failure, when the log was found as the commit of this number left it: what was taken out for that is in it, and
    /// what was taken out for a later one waits again.
    pub(super) fn found(&self, generation: u64) {
        let mut line = self.line();
        match line.writing.take_if(|(number, _)| *number <= generation) {
            Some((number, _)) => {
                line.written = line.written.max(number);
                line.waiting.forget_taken();
            }
            None => line.put_back(),
        }
    }

    fn line(&self) -> MutexGuard<'_, Line> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::{EVENT_BYTES, EVENTS_WAITING_FULL, EVENTS_WAITING_MAX, PORTION_BYTES};
    use crate::record::audit::EventKind;
    use crate::store::waiting::Fact;

    const PATH: &str = "a/path/of/some/length/as/they/are/in/a/store";

    fn fact(subject: u16, version: u64) -> Fact<'static> {
        let mut id = [1; 16];
        id[..2].copy_from_slice(&subject.to_le_bytes());
        Fact { kind: EventKind::SecretAccessed, path: PATH, subject: id, version, error: 0 }
    }

    #[test]
    fn what_waits_is_bounded_and_nothing_of_it_goes_uncounted() {
        let (reads, said, now) = (Reads::default(), Arc::default(), Timestamp::from_millis(7));
        let mut noted = 0;
        let mut note = |subject, version| {
            noted += 1;
            reads.note(&fact(subject, version), &said, [2; 16], now)
        };
        let told: Vec<u16> = (0..EVENTS_WAITING_MAX as u16).filter(|&subject| note(subject, 1)).collect();
        assert!(told[0] < EVENTS_WAITING_FULL as u16 && told.len() < 10, "{told:?}");
        for subject in 0..EVENTS_WAITING_MAX as u16 {
            // Versions of their own are told no more.
            for version in 2..5 {
                note(subject, version);
            }
        }
        assert_eq!(reads.pending(0).unwrap().len(), 2 * EVENTS_WAITING_MAX);
        assert!(!reads.note_urgent([fact(u16::MAX, 1)].into_iter(), &said, [2; 16], now));
        assert_eq!(reads.pending(0).unwrap().len(), 2 * EVENTS_WAITING_MAX);
        for _ in 0..3 {
            note(u16::MAX, 1);
        }
        let taken = reads.take_all(1);
        assert_eq!(reads.commits(), 0);
        reads.note(&fact(0, 1), &said, [2; 16], now);
        assert_eq!(taken.count(), noted);
        drop(taken);
        reads.put_back();
        let events = reads.pending(0).unwrap();
        let count = |event: &Event| event.more.as_ref().unwrap().count;
        assert_eq!(events.iter().map(count).sum::<u32>(), noted + 1);
        let lost = events.last().unwrap();
        assert_eq!((lost.kind, count(lost)), (EventKind::EventsLost.code(), 3));
    }

    #[test]
    fn a_commit_takes_the_oldest_portion_and_all_of_them_if_that_is_urgent() {
        let (reads, said, now) = (Reads::default(), Arc::default(), Timestamp::from_millis(7));
        let note = |range: std::ops::Range<u16>| {
            range.for_each(|subject| _ = reads.note(&fact(subject, 1), &said, [2; 16], now));
        };
        let subjects = |events: Vec<Event>| -> Vec<u16> {
            events.iter().map(|event| u16::from_le_bytes([event.subject[0], event.subject[1]])).collect()
        };
        let owned = |taken: &Taken| taken.events().map(EventRef::to_owned).collect::<Vec<_>>();
        note(0..EVENTS_WAITING_FULL as u16);
        let portions = reads.commits();
        assert!(portions > 2, "{portions}");
        let first = reads.take(1);
        let cut = owned(&first).len() as u16;
        assert_eq!(subjects(owned(&first)), (0..cut).collect::<Vec<_>>());
        assert!(cut as usize <= PORTION_BYTES / (EVENT_BYTES + PATH.len()) + 1);
        // What was taken out waits once more if it happens again, and what still waits is counted: surely the newest, for of two
        // with the same hash the later one is found.
        let newest = EVENTS_WAITING_FULL as u16 - 1;
        note(newest..newest + 1);
        note(0..1);
        let expected: Vec<u16> = (cut..EVENTS_WAITING_FULL as u16).chain([0]).collect();
        let waiting = reads.pending(1).unwrap();
        assert_eq!(waiting[usize::from(newest - cut)].more.as_ref().unwrap().count, 2);
        assert_eq!(subjects(waiting), expected);
        drop(first);
        reads.put_back();
        assert_eq!(reads.commits(), portions);
        assert_eq!(reads.pending(0).unwrap().len(), EVENTS_WAITING_FULL + 1);
        assert!(reads.note_urgent([].into_iter(), &said, [2; 16], now));
        let all = reads.take(1);
        assert_eq!((all.count(), reads.commits()), (EVENTS_WAITING_FULL as u32 + 2, 0));
        assert_eq!(subjects(owned(&all)), (0..EVENTS_WAITING_FULL as u16).chain([0]).collect::<Vec<_>>());
    }

    #[test]
    fn another_context_is_another_event() {
        let reads = Reads::default();
        let (one, other): (Arc<Said>, Arc<Said>) = (Arc::default(), Arc::default());
        for said in [&one, &other, &one] {
            reads.note(&fact(1, 1), said, [2; 16], Timestamp::from_millis(7));
        }
        assert_eq!(reads.pending(0).unwrap().len(), 2);
    }

    #[test]
    fn what_a_commit_writes_is_pending_for_whoever_does_not_see_that_commit() {
        let (reads, said, now) = (Reads::default(), Arc::default(), Timestamp::from_millis(7));
        let note = |subject| reads.note(&fact(subject, 1), &said, [2; 16], now);
        let pending = |generation| {
            let subject = |event: Event| event.subject[0];
            reads.pending(generation).map(|events| events.into_iter().map(subject).collect::<Vec<_>>())
        };
        note(1);
        assert_eq!(pending(4), Some(vec![1]));
        drop(reads.take(5));
        note(2);
        assert_eq!((pending(4), pending(5)), (Some(vec![1, 2]), Some(vec![2])));
        assert!(!reads.is_empty());
        reads.put_back();
        assert_eq!((pending(4), pending(5)), (Some(vec![1, 2]), Some(vec![1, 2])));
        drop(reads.take(5));
        reads.written();
        assert!(reads.is_empty());
        note(3);
        assert_eq!((pending(4), pending(5)), (None, Some(vec![3])));
        // A commit that ended in a panic wrote nothing.
        drop(reads.take(6));
        note(4);
        drop(reads.take(6));
        assert_eq!((pending(5), pending(6)), (Some(vec![3, 4]), Some(vec![])));
    }
}
