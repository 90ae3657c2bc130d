//! What happened without a commit, and waits for one: reads, and what was refused.

use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::AuditReads;
use super::audit_policy::AuditPolicy;
use super::waiting::{Fact, Taken, Waiting};
use crate::clock::Timestamp;
use crate::record::audit::Event;
use crate::record::context::Said;
use crate::record::tier::Tier;

/// The events that wait, and how reads are audited.
pub(super) struct Reads {
    /// Two bits for each tier.
    modes: AtomicU8,
    waiting: Mutex<Waiting>,
    /// Whether the next commit may not be left out: what was released in a transaction is to be in the log.
    urgent: AtomicBool,
}

impl Default for Reads {
    fn default() -> Self {
        Self { modes: AtomicU8::new(0), waiting: Mutex::default(), urgent: AtomicBool::new(false) }
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
        self.waiting().note(fact, said, actor, now)
    }

    /// That of what waits something must be written before long.
    pub(super) fn urge(&self) {
        self.urgent.store(true, Ordering::Relaxed);
    }

    /// Whether what waits is to be committed, even by itself.
    pub(super) fn is_urgent(&self) -> bool {
        self.is_urged() && !self.is_empty()
    }

    fn is_urged(&self) -> bool {
        self.urgent.load(Ordering::Relaxed)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.commits() == 0
    }

    /// What waits, as events.
    pub(super) fn pending(&self) -> Vec<Event> {
        self.waiting().events()
    }

    /// Takes out what the next commit takes along: not more than there is room for, unless all of it is to be written.
    pub(super) fn take(&self) -> Taken {
        self.waiting().take(self.is_urged())
    }

    /// Takes out everything.
    pub(super) fn take_all(&self) -> Taken {
        self.waiting().take(true)
    }

    /// How many commits take out everything.
    pub(super) fn commits(&self) -> usize {
        self.waiting().commits()
    }

    /// After the commit that wrote what was taken out.
    pub(super) fn written(&self) {
        self.urgent.store(false, Ordering::Relaxed);
    }

    /// Puts what was taken out back, in front of what came meanwhile.
    pub(super) fn put_back(&self, taken: Taken) {
        self.waiting().put_back(taken);
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::{EVENTS_WAITING_FULL, EVENTS_WAITING_MAX, PORTION_BYTES};
    use crate::record::audit::{EventKind, EventRef};
    use crate::store::waiting::Fact;

    fn fact(subject: u16, version: u64) -> Fact<'static> {
        let mut id = [1; 16];
        id[..2].copy_from_slice(&subject.to_le_bytes());
        Fact { kind: EventKind::SecretAccessed, path: "a", subject: id, version, error: 0 }
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
        assert_eq!(reads.pending().len(), 2 * EVENTS_WAITING_MAX);
        for _ in 0..3 {
            note(u16::MAX, 1);
        }
        let taken = reads.take_all();
        assert!(reads.is_empty());
        reads.note(&fact(0, 1), &said, [2; 16], now);
        assert_eq!(taken.count(), noted);
        reads.put_back(taken);
        let events = reads.pending();
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
        let first = reads.take();
        let cut = owned(&first).len() as u16;
        assert_eq!(subjects(owned(&first)), (0..cut).collect::<Vec<_>>());
        assert!(first.events().map(|event| event.encoded_len()).sum::<usize>() < PORTION_BYTES + 100);
        // What was taken out waits once more if it happens again, and what still waits is counted.
        note(0..1);
        note(cut..cut + 1);
        let expected: Vec<u16> = (cut..EVENTS_WAITING_FULL as u16).chain([0]).collect();
        let waiting = reads.pending();
        assert_eq!(waiting[0].more.as_ref().unwrap().count, 2);
        assert_eq!(subjects(waiting), expected);
        reads.put_back(first);
        assert_eq!(reads.commits(), portions);
        assert_eq!(reads.pending().len(), EVENTS_WAITING_FULL + 1);
        reads.urge();
        let all = reads.take();
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
        assert_eq!(reads.pending().len(), 2);
    }
}
