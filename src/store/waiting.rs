//! What waits to be in the audit log, as compactly as it can be looked through: this is part of every read.

use std::collections::HashMap;
use std::hash::{Hash, Hasher};
use std::ops::Range;
use std::sync::{Arc, LazyLock};

use crate::clock::Timestamp;
use crate::crypto::mac::sha256;
use crate::limits::{EVENTS_WAITING_FULL, EVENTS_WAITING_MAX, WAITING_BYTES_FULL, WAITING_BYTES_MAX};
use crate::record::audit::{Event, EventKind, EventRef, More, MoreRef};
use crate::record::context::Said;

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

/// When it happened first, through which handle, and how often.
#[derive(Clone, Copy)]
struct Occasion<'a> {
    time: i64,
    actor: [u8; 16],
    said: &'a Arc<Said>,
    count: u32,
}

/// Events that wait, in the order in which each first happened.
#[derive(Default)]
pub(super) struct Waiting {
    entries: Vec<Entry>,
    /// The paths of them, in a row.
    paths: String,
    places: HashMap<Key, u32>,
    /// Of the events as they are encoded.
    bytes: usize,
    /// How many events there are at least before somebody is told again to write them, and how many bytes.
    told: (usize, usize),
    /// What was only counted.
    lost: u32,
    /// The time and the actor of the last of that.
    last: (i64, [u8; 16]),
}

struct Entry {
    time: i64,
    subject: [u8; 16],
    version: u64,
    actor: [u8; 16],
    /// Held so that no other context takes its place in memory, and its key.
    said: Arc<Said>,
    path: Range<u32>,
    error: i32,
    count: u32,
    kind: EventKind,
}

/// What makes two of them one with a count.
#[derive(Eq, PartialEq)]
struct Key {
    /// The subject, or the digest of the path.
    subject: [u8; 16],
    version: u64,
    /// Where the context lies.
    said: usize,
    error: i32,
    kind: u16,
}

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        // What tells nearly all of them apart, in one go.
        state.write_u128(u128::from_le_bytes(self.subject) ^ u128::from(self.version));
    }
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
        Self { subject, version: fact.version, said, error: fact.error, kind: fact.kind.code() }
    }
}

impl Entry {
    fn view<'a>(&'a self, paths: &'a str) -> EventRef<'a> {
        EventRef {
            time: self.time,
            kind: self.kind.code(),
            subject: self.subject,
            version: self.version,
            more: Some(MoreRef {
                path: self.path(paths),
                actor: Some(self.actor),
                error: self.error,
                count: self.count,
                said: (*self.said != Said::default()).then_some(&self.said),
            }),
        }
    }

    fn path<'a>(&self, paths: &'a str) -> &'a str {
        let place = |at: u32| usize::try_from(at).unwrap_or(usize::MAX);
        paths.get(place(self.path.start)..place(self.path.end)).unwrap_or_default()
    }
}

impl Waiting {
    /// Notes what happened, and says whether so much waits that it should be written.
    pub(super) fn note(
        &mut self,
        fact: &Fact<'_>,
        said: &Arc<Said>,
        actor: [u8; 16],
        now: Timestamp,
    ) -> bool {
        let key = Key::of(fact, said);
        if self.repeat(&key, 1) {
            return false;
        }
        self.admit(key, fact, &Occasion { time: now.as_millis(), actor, said, count: 1 });
        self.is_much()
    }

    /// Counts once more what waits already.
    fn repeat(&mut self, key: &Key, times: u32) -> bool {
        let place = self.places.get(key).and_then(|place| usize::try_from(*place).ok());
        let Some(entry) = place.and_then(|place| self.entries.get_mut(place)) else { return false };
        entry.count = entry.count.saturating_add(times);
        true
    }

    /// Takes in what does not wait yet: as it is, then by its subject alone, and in the end only as a number.
    fn admit(&mut self, key: Key, fact: &Fact<'_>, occasion: &Occasion<'_>) {
        // The context that no handle has.
        static NOBODY: LazyLock<Arc<Said>> = LazyLock::new(Arc::default);
        if self.entries.len() < EVENTS_WAITING_MAX && self.bytes < WAITING_BYTES_MAX {
            return self.push(key, fact, occasion);
        }
        let fact = Fact { version: 0, ..*fact };
        let occasion = Occasion { said: &NOBODY, ..*occasion };
        let key = Key::of(&fact, &NOBODY);
        if self.repeat(&key, occasion.count) {
            return;
        }
        if self.entries.len() < 2 * EVENTS_WAITING_MAX && self.bytes < 2 * WAITING_BYTES_MAX {
            return self.push(key, &fact, &occasion);
        }
        self.lost = self.lost.saturating_add(occasion.count);
        self.last = (occasion.time, occasion.actor);
    }

    fn push(&mut self, key: Key, fact: &Fact<'_>, occasion: &Occasion<'_>) {
        // Both are bounded far below that.
        let place = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        let start = place(self.paths.len());
        self.paths.push_str(fact.path);
        let entry = Entry {
            time: occasion.time,
            subject: fact.subject,
            version: fact.version,
            actor: occasion.actor,
            said: occasion.said.clone(),
            path: start..place(self.paths.len()),
            error: fact.error,
            count: occasion.count,
            kind: fact.kind,
        };
        self.bytes += entry.view(&self.paths).encoded_len();
        self.places.insert(key, place(self.entries.len()));
        self.entries.push(entry);
    }

    /// Whether so much waits that it should be written, and did not when this was last asked, or more came since.
    fn is_much(&mut self) -> bool {
        let (events, bytes) = self.told;
        let is_much = self.entries.len() >= events.max(EVENTS_WAITING_FULL)
            || self.bytes >= bytes.max(WAITING_BYTES_FULL);
        if is_much {
            self.told = (self.entries.len() + EVENTS_WAITING_FULL / 4, self.bytes + WAITING_BYTES_FULL / 4);
        }
        is_much
    }

    /// Puts what was taken out back, in front of what came meanwhile.
    pub(super) fn put_back(&mut self, taken: Self) {
        let later = std::mem::replace(self, taken);
        self.lost = self.lost.saturating_add(later.lost);
        if later.lost > 0 {
            self.last = later.last;
        }
        for entry in &later.entries {
            let Entry { time, subject, version, actor, ref said, error, count, kind, .. } = *entry;
            let fact = Fact { kind, path: entry.path(&later.paths), subject, version, error };
            let key = Key::of(&fact, said);
            if !self.repeat(&key, count) {
                self.admit(key, &fact, &Occasion { time, actor, said, count });
            }
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty() && self.lost == 0
    }

    /// How often anything happened.
    pub(super) fn count(&self) -> u32 {
        self.entries.iter().map(|entry| entry.count).fold(self.lost, u32::saturating_add)
    }

    /// What is told one by one.
    pub(super) fn events(&self) -> impl DoubleEndedIterator<Item = EventRef<'_>> {
        self.entries.iter().map(|entry| entry.view(&self.paths))
    }

    /// The event that says how many more there were.
    pub(super) fn lost(&self) -> Option<Event> {
        let (time, actor) = self.last;
        let more = More { actor: Some(actor), count: self.lost, ..More::default() };
        let kind = EventKind::EventsLost.code();
        (self.lost > 0).then_some(Event { time, kind, subject: [0; 16], version: 0, more: Some(more) })
    }
}
