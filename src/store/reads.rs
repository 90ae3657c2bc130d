//! What happened without a commit, and waits for one: reads, and what was refused.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::AuditReads;
use super::audit_policy::AuditPolicy;
use crate::clock::Timestamp;
use crate::crypto::mac::sha256;
use crate::limits::{EVENTS_WAITING_MAX, SEGMENT_BYTES_MAX, SEGMENT_EVENTS_MAX, WAITING_BYTES_MAX};
use crate::record::audit::{Event, EventKind, More};
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

/// What happened, as far as events are told apart by it.
#[derive(Clone, Copy)]
pub(super) struct Fact<'a> {
    pub(super) kind: EventKind,
    pub(super) path: &'a str,
    /// Zero if it is not known.
    pub(super) subject: [u8; 16],
    pub(super) version: u64,
    pub(super) error: i32,
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
    pub(super) fn note(
        &self,
        fact: &Fact<'_>,
        said: &Arc<Said>,
        actor: [u8; 16],
        now: impl FnOnce() -> Timestamp,
    ) -> bool {
        self.waiting().note(fact, said, actor, now)
    }

    /// That of what waits something must be written before long.
    pub(super) fn urge(&self) {
        self.urgent.store(true, Ordering::Relaxed);
    }

    /// Whether what waits is to be committed, even by itself.
    pub(super) fn is_urgent(&self) -> bool {
        self.urgent.load(Ordering::Relaxed) && !self.is_empty()
    }

    pub(super) fn is_empty(&self) -> bool {
        let waiting = self.waiting();
        waiting.entries.is_empty() && waiting.lost == 0
    }

    /// What waits, as events.
    pub(super) fn pending(&self) -> Vec<Event> {
        self.waiting().events()
    }

    /// Takes out what waits, for a commit.
    pub(super) fn take(&self) -> Waiting {
        std::mem::take(&mut *self.waiting())
    }

    /// After the commit that wrote what was taken out.
    pub(super) fn written(&self) {
        self.urgent.store(false, Ordering::Relaxed);
    }

    /// Puts what was taken out back, in front of what came meanwhile.
    pub(super) fn put_back(&self, taken: Waiting) {
        let mut waiting = self.waiting();
        let later = std::mem::replace(&mut *waiting, taken);
        waiting.lost = waiting.lost.saturating_add(later.lost);
        for entry in later.entries {
            waiting.absorb(entry);
        }
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Events that wait, in the order in which each first happened.
#[derive(Default)]
pub(super) struct Waiting {
    entries: Vec<Entry>,
    places: HashMap<Key, usize>,
    bytes: usize,
    /// How many events there are at least before somebody is told again to write them, and how many bytes.
    told: (usize, usize),
    /// What was only counted.
    lost: u32,
    /// The time and the actor of the last of that.
    last: (i64, [u8; 16]),
}

struct Entry {
    event: Event,
    /// Held so that no other context takes its place in memory, and its key.
    said: Arc<Said>,
}

/// What makes two of them one with a count.
#[derive(Eq, Hash, PartialEq)]
struct Key {
    kind: u16,
    /// The subject, or the digest of the path.
    subject: [u8; 16],
    version: u64,
    error: i32,
    /// Where the context lies.
    said: usize,
}

impl Key {
    fn of(fact: &Fact<'_>, said: &Arc<Said>) -> Self {
        let subject = match fact.subject {
            [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0] => {
                sha256(&[fact.path.as_bytes()]).first_chunk().copied().unwrap_or_default()
            }
            subject => subject,
        };
        let said = Arc::as_ptr(said).addr();
        Self { kind: fact.kind.code(), subject, version: fact.version, error: fact.error, said }
    }
}

impl Waiting {
    fn note(
        &mut self,
        fact: &Fact<'_>,
        said: &Arc<Said>,
        actor: [u8; 16],
        now: impl FnOnce() -> Timestamp,
    ) -> bool {
        if self.repeat(&Key::of(fact, said), 1) {
            return false;
        }
        let more = More {
            path: fact.path.to_owned(),
            actor: Some(actor),
            error: fact.error,
            count: 1,
            said: (**said != Said::default()).then(|| (**said).clone()),
        };
        let event = Event {
            time: now().as_millis(),
            kind: fact.kind.code(),
            subject: fact.subject,
            version: fact.version,
            more: Some(more),
        };
        self.absorb(Entry { event, said: said.clone() });
        self.is_much()
    }

    /// Counts once more what waits already.
    fn repeat(&mut self, key: &Key, times: u32) -> bool {
        let place = self.places.get(key).and_then(|place| self.entries.get_mut(*place));
        let Some(more) = place.and_then(|entry| entry.event.more.as_mut()) else { return false };
        more.count = more.count.saturating_add(times);
        true
    }

    /// Takes an event in: as it is, then by its subject alone, and in the end only as a number.
    fn absorb(&mut self, entry: Entry) {
        let count = entry.event.more.as_ref().map_or(1, |more| more.count);
        let key = key_of(&entry);
        if self.repeat(&key, count) {
            return;
        }
        if self.entries.len() < EVENTS_WAITING_MAX && self.bytes < WAITING_BYTES_MAX {
            return self.push(key, entry);
        }
        let entry = alone(entry);
        let key = key_of(&entry);
        if self.repeat(&key, count) {
            return;
        }
        if self.entries.len() < 2 * EVENTS_WAITING_MAX && self.bytes < 2 * WAITING_BYTES_MAX {
            return self.push(key, entry);
        }
        self.lost = self.lost.saturating_add(count);
        let actor = entry.event.more.as_ref().and_then(|more| more.actor).unwrap_or_default();
        self.last = (entry.event.time, actor);
    }

    fn push(&mut self, key: Key, entry: Entry) {
        self.bytes += entry.event.encoded_len();
        self.places.insert(key, self.entries.len());
        self.entries.push(entry);
    }

    /// Whether a segment is full, and was not when this was last asked, or more came since.
    fn is_much(&mut self) -> bool {
        let (events, bytes) = self.told;
        let is_much = self.entries.len() >= events.max(SEGMENT_EVENTS_MAX)
            || self.bytes >= bytes.max(SEGMENT_BYTES_MAX);
        if is_much {
            self.told = (self.entries.len() + SEGMENT_EVENTS_MAX / 4, self.bytes + SEGMENT_BYTES_MAX / 4);
        }
        is_much
    }

    /// How often anything happened.
    pub(super) fn count(&self) -> u32 {
        let counts = self.entries.iter().filter_map(|entry| entry.event.more.as_ref()).map(|more| more.count);
        counts.fold(self.lost, u32::saturating_add)
    }

    /// As events for the log.
    pub(super) fn events(&self) -> Vec<Event> {
        let lost = (self.lost > 0).then(|| {
            let (time, actor) = self.last;
            let more = More { actor: Some(actor), count: self.lost, ..More::default() };
            Event { time, kind: EventKind::EventsLost.code(), subject: [0; 16], version: 0, more: Some(more) }
        });
        self.entries.iter().map(|entry| entry.event.clone()).chain(lost).collect()
    }
}

fn key_of(entry: &Entry) -> Key {
    let (path, error) = entry.event.more.as_ref().map_or(("", 0), |more| (more.path.as_str(), more.error));
    let Event { kind, subject, version, .. } = entry.event;
    Key::of(&Fact { kind: EventKind::of(kind), path, subject, version, error }, &entry.said)
}

/// Without what makes it one of many of the same secret.
fn alone(mut entry: Entry) -> Entry {
    // The one that no handle has.
    static NOBODY: std::sync::LazyLock<Arc<Said>> = std::sync::LazyLock::new(Arc::default);
    entry.said = NOBODY.clone();
    entry.event.version = 0;
    if let Some(more) = entry.event.more.as_mut() {
        more.said = None;
    }
    entry
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fact(subject: u16, version: u64) -> Fact<'static> {
        let mut id = [1; 16];
        id[..2].copy_from_slice(&subject.to_le_bytes());
        Fact { kind: EventKind::SecretAccessed, path: "a", subject: id, version, error: 0 }
    }

    #[test]
    fn what_waits_is_bounded_and_nothing_of_it_goes_uncounted() {
        let (reads, said, now) = (Reads::default(), Arc::default(), || Timestamp::from_millis(7));
        let mut noted = 0;
        let mut note = |subject, version| {
            noted += 1;
            reads.note(&fact(subject, version), &said, [2; 16], now)
        };
        let told: Vec<u16> = (0..EVENTS_WAITING_MAX as u16).filter(|&subject| note(subject, 1)).collect();
        assert!(told[0] < SEGMENT_EVENTS_MAX as u16 && told.len() < 30, "{told:?}");
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
        let taken = reads.take();
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
    fn another_context_is_another_event() {
        let reads = Reads::default();
        let (one, other): (Arc<Said>, Arc<Said>) = (Arc::default(), Arc::default());
        for said in [&one, &other, &one] {
            reads.note(&fact(1, 1), said, [2; 16], || Timestamp::from_millis(7));
        }
        assert_eq!(reads.pending().len(), 2);
    }
}
