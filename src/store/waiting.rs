//! What waits to be in the audit log, as compactly as it can be looked through: this is part of every read.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hasher};
use std::ops::Range;
use std::sync::{Arc, LazyLock};

use crate::clock::Timestamp;
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
#[derive(Clone, Default)]
pub(super) struct Waiting {
    entries: Vec<Entry>,
    /// The paths of them, in a row.
    paths: String,
    /// Where each lies, by a hash of what tells it apart, which would itself be five times as large. Of two with the same hash the
    /// later one is found.
    places: HashMap<u64, u32>,
    /// Through which handles they came, one behind the other.
    voices: Vec<Voice>,
    /// Of the events as they are encoded.
    bytes: usize,
    /// How many events there are at least before somebody is told again to write them, and how many bytes.
    told: (usize, usize),
    /// What was only counted.
    lost: u32,
    /// The time and the actor of the last of that.
    last: (i64, [u8; 16]),
}

#[derive(Clone)]
struct Entry {
    time: i64,
    subject: [u8; 16],
    version: u64,
    path: Range<u32>,
    voice: u32,
    error: i32,
    count: u32,
    kind: EventKind,
}

/// Who, and with what context.
#[derive(Clone)]
struct Voice {
    actor: [u8; 16],
    /// Held so that no other context takes its place in memory.
    said: Arc<Said>,
}

/// A number as the place of something that is bounded far below that.
fn short(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX)
}

fn long(place: u32) -> usize {
    usize::try_from(place).unwrap_or(usize::MAX)
}

fn text<'a>(paths: &'a str, place: &Range<u32>) -> &'a str {
    paths.get(long(place.start)..long(place.end)).unwrap_or_default()
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
        let occasion = Occasion { time: now.as_millis(), actor, said, count: 1 };
        self.absorb(fact, &occasion) && self.is_much()
    }

    /// Takes in what happened: as it is, then by its subject alone, and in the end only as a number. Says whether that takes room.
    fn absorb(&mut self, fact: &Fact<'_>, occasion: &Occasion<'_>) -> bool {
        // The context that no handle has.
        static NOBODY: LazyLock<Arc<Said>> = LazyLock::new(Arc::default);
        let hash = self.hash(fact, occasion.said);
        if self.repeat(hash, fact, occasion) {
            return false;
        }
        if self.entries.len() < EVENTS_WAITING_MAX && self.bytes < WAITING_BYTES_MAX {
            self.push(hash, fact, occasion);
            return true;
        }
        let fact = Fact { version: 0, ..*fact };
        let occasion = Occasion { said: &NOBODY, ..*occasion };
        let hash = self.hash(&fact, &NOBODY);
        if self.repeat(hash, &fact, &occasion) {
            return false;
        }
        if self.entries.len() < 2 * EVENTS_WAITING_MAX && self.bytes < 2 * WAITING_BYTES_MAX {
            self.push(hash, &fact, &occasion);
            return true;
        }
        self.lost = self.lost.saturating_add(occasion.count);
        self.last = (occasion.time, occasion.actor);
        false
    }

    /// Of what makes two of them one with a count.
    fn hash(&self, fact: &Fact<'_>, said: &Arc<Said>) -> u64 {
        // A write into the hasher for each field takes longer than the hash.
        let said = u128::try_from(Arc::as_ptr(said).addr()).unwrap_or_default();
        let kind = u128::from(fact.error.unsigned_abs()) << 16 | u128::from(fact.kind.code());
        let rest = said << 64 ^ kind << 64 ^ u128::from(fact.version);
        let mut hasher = self.places.hasher().build_hasher();
        hasher.write_u128(u128::from_le_bytes(fact.subject) ^ rest);
        if fact.subject == [0; 16] {
            hasher.write(fact.path.as_bytes());
        }
        hasher.finish()
    }

    /// Counts once more what waits already.
    fn repeat(&mut self, hash: u64, fact: &Fact<'_>, occasion: &Occasion<'_>) -> bool {
        let place = self.places.get(&hash).copied().map(long);
        let Some(entry) = place.and_then(|place| self.entries.get_mut(place)) else { return false };
        let voice = self.voices.get(long(entry.voice));
        let is_same = entry.subject == fact.subject
            && (entry.version, entry.error, entry.kind) == (fact.version, fact.error, fact.kind)
            && voice.is_some_and(|voice| Arc::ptr_eq(&voice.said, occasion.said))
            && (fact.subject != [0; 16] || text(&self.paths, &entry.path) == fact.path);
        if is_same {
            entry.count = entry.count.saturating_add(occasion.count);
        }
        is_same
    }

    fn push(&mut self, hash: u64, fact: &Fact<'_>, occasion: &Occasion<'_>) {
        let voice = self.voices.last();
        if !voice
            .is_some_and(|voice| Arc::ptr_eq(&voice.said, occasion.said) && voice.actor == occasion.actor)
        {
            self.voices.push(Voice { actor: occasion.actor, said: occasion.said.clone() });
        }
        let start = short(self.paths.len());
        self.paths.push_str(fact.path);
        let entry = Entry {
            time: occasion.time,
            subject: fact.subject,
            version: fact.version,
            path: start..short(self.paths.len()),
            voice: short(self.voices.len() - 1),
            error: fact.error,
            count: occasion.count,
            kind: fact.kind,
        };
        self.bytes += self.view(&entry).encoded_len();
        self.places.insert(hash, short(self.entries.len()));
        self.entries.push(entry);
    }

    fn view<'a>(&'a self, entry: &Entry) -> EventRef<'a> {
        let Entry { time, subject, version, error, count, kind, .. } = *entry;
        let voice = self.voices.get(long(entry.voice));
        let said = voice.map(|voice| &*voice.said).filter(|said| **said != Said::default());
        let (path, actor) = (text(&self.paths, &entry.path), voice.map(|voice| voice.actor));
        let more = MoreRef { path, actor, error, count, said };
        EventRef { time, kind: kind.code(), subject, version, more: Some(more) }
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
            let Some(voice) = later.voices.get(long(entry.voice)) else { continue };
            let Entry { time, subject, version, error, count, kind, .. } = *entry;
            let fact = Fact { kind, path: text(&later.paths, &entry.path), subject, version, error };
            self.absorb(&fact, &Occasion { time, actor: voice.actor, said: &voice.said, count });
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
        self.entries.iter().map(|entry| self.view(entry))
    }

    /// The event that says how many more there were.
    pub(super) fn lost(&self) -> Option<Event> {
        let (time, actor) = self.last;
        let more = More { actor: Some(actor), count: self.lost, ..More::default() };
        let kind = EventKind::EventsLost.code();
        (self.lost > 0).then_some(Event { time, kind, subject: [0; 16], version: 0, more: Some(more) })
    }
}
