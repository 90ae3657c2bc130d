//! What waits to be in the audit log, as compactly as it can be looked through: this is part of every read.

use std::collections::{HashMap, VecDeque};
use std::hash::{BuildHasher, Hasher};
use std::sync::{Arc, LazyLock};

use crate::clock::Timestamp;
use crate::limits::{
    EVENT_BYTES, EVENTS_WAITING_FULL, EVENTS_WAITING_MAX, PORTION_BYTES, WAITING_BYTES_FULL,
    WAITING_BYTES_MAX,
};
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

/// Events that wait, each portion of them for a commit of its own.
#[derive(Default)]
pub(super) struct Waiting {
    /// The oldest first.
    portions: VecDeque<Portion>,
    /// The number of the oldest.
    first: u16,
    /// Where each lies, by a hash of what tells it apart, which would itself be six times as large. Of two with the same hash the
    /// later one is found; what was taken out is no longer found.
    places: HashMap<u32, Place>,
    /// All there are, and their bytes.
    size: Size,
    /// How often one of them happened again.
    repeats: usize,
    /// The least size at which somebody is told again to write them.
    told: Size,
    lost: Lost,
}

/// How many events, and about how many bytes they take when they are written.
#[derive(Clone, Copy, Default)]
struct Size {
    events: usize,
    bytes: usize,
}

/// The number of its portion, and where it lies in that: as short as they can be, for there is one for each event.
#[derive(Clone, Copy)]
struct Place {
    portion: u16,
    entry: u16,
}

/// What was only counted, with the time and the actor of the last.
#[derive(Clone, Copy, Default)]
struct Lost {
    count: u32,
    time: i64,
    actor: [u8; 16],
}

/// Events in the order in which each first happened.
#[derive(Clone, Default)]
struct Portion {
    entries: Vec<Entry>,
    /// The paths of them, in a row.
    paths: String,
    /// Through which handles they came, one behind the other.
    voices: Vec<Voice>,
    bytes: usize,
}

/// Small: there are thousands.
#[derive(Clone)]
struct Entry {
    time: i64,
    subject: [u8; 16],
    version: u64,
    path_start: u32,
    path_len: u16,
    voice: u16,
    count: u32,
    error: i16,
    /// Its number, which is half of it.
    kind: u16,
}

const _: () = assert!(size_of::<Entry>() <= 48);

/// Who, and with what context.
#[derive(Clone)]
struct Voice {
    actor: [u8; 16],
    /// Held so that no other context takes its place in memory.
    said: Arc<Said>,
}

/// What was taken out, for a commit.
#[derive(Clone)]
pub(super) struct Taken {
    portions: Vec<Portion>,
    lost: Lost,
}

/// A number as the place of something that is bounded far below that.
fn short(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX)
}

fn shorter(place: usize) -> u16 {
    u16::try_from(place).unwrap_or(u16::MAX)
}

fn long(place: u32) -> usize {
    usize::try_from(place).unwrap_or(usize::MAX)
}

impl Size {
    const FULL: Self = Self { events: EVENTS_WAITING_FULL, bytes: WAITING_BYTES_FULL };
    const MAX: Self = Self { events: EVENTS_WAITING_MAX, bytes: WAITING_BYTES_MAX };

    /// Whether there is more of either.
    fn exceeds(self, other: Self) -> bool {
        self.events >= other.events || self.bytes >= other.bytes
    }

    fn plus(self, other: Self) -> Self {
        Self { events: self.events + other.events, bytes: self.bytes + other.bytes }
    }
}

impl Waiting {
    /// Whether what comes now would not be told by itself.
    pub(super) fn is_full(&self) -> bool {
        self.size.exceeds(Size::MAX)
    }

    /// Notes what must be told by itself, however much waits.
    pub(super) fn note_whole(&mut self, fact: &Fact<'_>, said: &Arc<Said>, actor: [u8; 16], now: Timestamp) {
        let hash = self.hash(fact, said);
        if !self.repeat(hash, fact, said) {
            self.push(hash, fact, (said, actor, now));
        }
    }

    /// Notes what happened, and says whether so much waits that it should be written.
    pub(super) fn note(
        &mut self,
        fact: &Fact<'_>,
        said: &Arc<Said>,
        actor: [u8; 16],
        now: Timestamp,
    ) -> bool {
        // The context that no handle has.
        static NOBODY: LazyLock<Arc<Said>> = LazyLock::new(Arc::default);
        let hash = self.hash(fact, said);
        if self.repeat(hash, fact, said) {
            return false;
        }
        if !self.is_full() {
            self.push(hash, fact, (said, actor, now));
            return self.is_much();
        }
        // By its subject alone, and in the end only as a number.
        let fact = Fact { version: 0, ..*fact };
        let hash = self.hash(&fact, &NOBODY);
        if self.repeat(hash, &fact, &NOBODY) {
            return false;
        }
        if !self.size.exceeds(Size::MAX.plus(Size::MAX)) {
            self.push(hash, &fact, (&NOBODY, actor, now));
            return self.is_much();
        }
        self.lost = Lost { count: self.lost.count.saturating_add(1), time: now.as_millis(), actor };
        false
    }

    /// Of what makes two of them one with a count.
    fn hash(&self, fact: &Fact<'_>, said: &Arc<Said>) -> u32 {
        // A write into the hasher for each field takes longer than the hash.
        let said = u128::try_from(Arc::as_ptr(said).addr()).unwrap_or_default();
        let kind = u128::from(fact.error.unsigned_abs()) << 16 | u128::from(fact.kind.code());
        let rest = said << 64 ^ kind << 64 ^ u128::from(fact.version);
        let mut hasher = self.places.hasher().build_hasher();
        hasher.write_u128(u128::from_le_bytes(fact.subject) ^ rest);
        if fact.subject == [0; 16] {
            hasher.write(fact.path.as_bytes());
        }
        let [a, b, c, d, ..] = hasher.finish().to_le_bytes();
        u32::from_le_bytes([a, b, c, d])
    }

    /// Counts once more what waits already.
    fn repeat(&mut self, hash: u32, fact: &Fact<'_>, said: &Arc<Said>) -> bool {
        let Some(Place { portion, entry }) = self.places.get(&hash).copied() else { return false };
        let portion = self.portions.get_mut(usize::from(portion.wrapping_sub(self.first)));
        let is_repeated = portion.is_some_and(|portion| portion.repeat(usize::from(entry), fact, said));
        self.repeats += usize::from(is_repeated);
        is_repeated
    }

    fn push(&mut self, hash: u32, fact: &Fact<'_>, occasion: (&Arc<Said>, [u8; 16], Timestamp)) {
        if self.portions.back().is_none_or(Portion::is_full) {
            self.portions.push_back(Portion::default());
        }
        let portion = self.first.wrapping_add(shorter(self.portions.len() - 1));
        let Some(last) = self.portions.back_mut() else { return };
        let bytes = last.bytes;
        self.places.insert(hash, Place { portion, entry: shorter(last.entries.len()) });
        last.push(fact, occasion);
        self.size = self.size.plus(Size { events: 1, bytes: last.bytes - bytes });
    }

    /// Whether so much waits that it should be written, and did not when this was last asked, or more came since.
    fn is_much(&mut self) -> bool {
        // Waiting for longer pays only where the same happens again.
        let seldom = self.repeats < self.size.events / 8;
        let is_portion = seldom && self.portions.back().is_some_and(Portion::is_full);
        let is_much = (is_portion || self.size.exceeds(Size::FULL)) && self.size.exceeds(self.told);
        if is_much {
            let Size { events, bytes } = Size::FULL;
            self.told = self.size.plus(Size { events: events / 4, bytes: bytes / 4 });
        }
        is_much
    }

    /// Takes out what goes into one commit: what is oldest, or everything.
    pub(super) fn take(&mut self, everything: bool) -> Taken {
        // One that was put back may leave room for the next.
        let mut bytes = 0;
        let fits = |portion: &&Portion| {
            bytes += portion.bytes;
            everything || bytes <= PORTION_BYTES
        };
        let portions = self.portions.iter().take_while(fits).count().max(1).min(self.portions.len());
        let portions: Vec<Portion> = self.portions.drain(..portions).collect();
        self.first = self.first.wrapping_add(shorter(portions.len()));
        if !self.portions.is_empty() {
            let (events, bytes) =
                (count(&portions), portions.iter().map(|portion| portion.bytes).sum::<usize>());
            self.size = Size { events: self.size.events - events, bytes: self.size.bytes - bytes };
            self.repeats = 0;
            return Taken { portions, lost: Lost::default() };
        }
        (self.size, self.told, self.repeats) = Default::default();
        Taken { portions, lost: std::mem::take(&mut self.lost) }
    }

    /// Forgets the places of what was taken out, once it is not put back any more.
    pub(super) fn forget_taken(&mut self) {
        let (first, waiting) = (self.first, self.portions.len());
        self.places.retain(|_, place| usize::from(place.portion.wrapping_sub(first)) < waiting);
    }

    /// Puts what was taken out back, in front of what came meanwhile.
    pub(super) fn put_back(&mut self, taken: Taken) {
        let Taken { portions, lost } = taken;
        self.first = self.first.wrapping_sub(shorter(portions.len()));
        for portion in portions.into_iter().rev() {
            self.size = self.size.plus(Size { events: portion.entries.len(), bytes: portion.bytes });
            self.portions.push_front(portion);
        }
        let last = if self.lost.count == 0 { lost } else { self.lost };
        self.lost = Lost { count: lost.count.saturating_add(self.lost.count), ..last };
    }

    /// How many commits take out everything at most.
    pub(super) fn commits(&self) -> usize {
        self.portions.len().max(usize::from(self.lost.count > 0))
    }

    /// What waits, one by one.
    pub(super) fn events(&self) -> impl Iterator<Item = EventRef<'_>> {
        self.portions.iter().flat_map(Portion::events)
    }

    /// The event that says how many more there were.
    pub(super) fn lost(&self) -> Option<Event> {
        self.lost.event()
    }
}

impl Portion {
    fn is_full(&self) -> bool {
        self.bytes >= PORTION_BYTES
    }

    fn repeat(&mut self, place: usize, fact: &Fact<'_>, said: &Arc<Said>) -> bool {
        let Some(entry) = self.entries.get(place) else { return false };
        let voice = self.voices.get(usize::from(entry.voice));
        let is_same = entry.subject == fact.subject
            && (entry.version, i32::from(entry.error), entry.kind)
                == (fact.version, fact.error, fact.kind.code())
            && voice.is_some_and(|voice| Arc::ptr_eq(&voice.said, said))
            && self.path(entry) == fact.path;
        if is_same && let Some(entry) = self.entries.get_mut(place) {
            entry.count = entry.count.saturating_add(1);
        }
        is_same
    }

    fn push(&mut self, fact: &Fact<'_>, (said, actor, now): (&Arc<Said>, [u8; 16], Timestamp)) {
        let is_other = |voice: &Voice| !Arc::ptr_eq(&voice.said, said) || voice.actor != actor;
        if self.voices.last().is_none_or(is_other) {
            self.voices.push(Voice { actor, said: said.clone() });
            self.bytes += said.labels.len() + said.reason.len() + said.request_id.len();
        }
        let path_start = short(self.paths.len());
        self.paths.push_str(fact.path);
        let entry = Entry {
            time: now.as_millis(),
            subject: fact.subject,
            version: fact.version,
            path_start,
            path_len: shorter(fact.path.len()),
            voice: shorter(self.voices.len() - 1),
            count: 1,
            error: i16::try_from(fact.error).unwrap_or(i16::MAX),
            kind: fact.kind.code(),
        };
        self.bytes += EVENT_BYTES + fact.path.len();
        self.entries.push(entry);
    }

    fn path(&self, entry: &Entry) -> &str {
        let start = long(entry.path_start);
        self.paths.get(start..start + usize::from(entry.path_len)).unwrap_or_default()
    }

    fn view<'a>(&'a self, entry: &Entry) -> EventRef<'a> {
        let Entry { time, subject, version, error, count, kind, .. } = *entry;
        let voice = self.voices.get(usize::from(entry.voice));
        let said = voice.map(|voice| &voice.said).filter(|said| ***said != Said::default());
        let (path, actor) = (self.path(entry), voice.map(|voice| voice.actor));
        let more = MoreRef { path, actor, error: error.into(), count, said };
        EventRef { time, kind, subject, version, more: Some(more) }
    }

    fn events(&self) -> impl DoubleEndedIterator<Item = EventRef<'_>> {
        self.entries.iter().map(|entry| self.view(entry))
    }
}

impl Taken {
    pub(super) fn is_empty(&self) -> bool {
        self.portions.is_empty() && self.lost.count == 0
    }

    /// What is told one by one.
    pub(super) fn events(&self) -> impl DoubleEndedIterator<Item = EventRef<'_>> {
        self.portions.iter().flat_map(Portion::events)
    }

    /// The event that says how many more there were.
    pub(super) fn lost(&self) -> Option<Event> {
        self.lost.event()
    }

    /// How often anything happened.
    pub(super) fn count(&self) -> u32 {
        let entries = self.portions.iter().flat_map(|portion| &portion.entries);
        entries.map(|entry| entry.count).fold(self.lost.count, u32::saturating_add)
    }
}

impl Lost {
    fn event(&self) -> Option<Event> {
        let Self { count, time, actor } = *self;
        let more = More { actor: Some(actor), count, ..More::default() };
        let kind = EventKind::EventsLost.code();
        (count > 0).then_some(Event { time, kind, subject: [0; 16], version: 0, more: Some(more) })
    }
}

fn count(portions: &[Portion]) -> usize {
    portions.iter().map(|portion| portion.entries.len()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_only_of_what_waits_even_if_never_all_is_taken_out() {
        let (mut waiting, said, now) = (Waiting::default(), Arc::default(), Timestamp::from_millis(7));
        let mut subjects = 1_u128..;
        let mut note = |waiting: &mut Waiting, count: usize| {
            for subject in subjects.by_ref().take(count) {
                let path = "a/path/of/some/length/as/they/are/in/a/store";
                let (kind, subject) = (EventKind::SecretAccessed, subject.to_le_bytes());
                waiting.note(&Fact { kind, path, subject, version: 1, error: 0 }, &said, [2; 16], now);
            }
        };
        note(&mut waiting, EVENTS_WAITING_FULL);
        for _ in 0..50 {
            let taken = waiting.take(false);
            note(&mut waiting, count(&taken.portions));
            waiting.forget_taken();
            assert!(!waiting.portions.is_empty());
            // Two may have one hash.
            assert!(waiting.places.len() <= waiting.size.events);
        }
    }

    #[test]
    fn a_secret_that_was_renamed_is_told_of_under_each_of_its_paths() {
        let (mut waiting, said, now) = (Waiting::default(), Arc::default(), Timestamp::from_millis(7));
        for path in ["a", "b", "b"] {
            let kind = EventKind::SecretAccessed;
            waiting.note(&Fact { kind, path, subject: [1; 16], version: 1, error: 0 }, &said, [2; 16], now);
        }
        let told = waiting.events().map(|event| event.more.map(|more| (more.path.to_owned(), more.count)));
        assert_eq!(told.collect::<Vec<_>>(), [Some(("a".to_owned(), 1)), Some(("b".to_owned(), 2))]);
    }

    #[test]
    fn what_was_put_back_is_counted_on_if_it_happens_again() {
        let (mut waiting, said, now) = (Waiting::default(), Arc::default(), Timestamp::from_millis(7));
        let fact =
            Fact { kind: EventKind::SecretAccessed, path: "a", subject: [1; 16], version: 1, error: 0 };
        waiting.note(&fact, &said, [2; 16], now);
        let taken = waiting.take(true);
        waiting.put_back(taken);
        waiting.note(&fact, &said, [2; 16], now);
        let counts = waiting.events().map(|event| event.more.map(|more| more.count));
        assert_eq!(counts.collect::<Vec<_>>(), [Some(2)]);
    }
}
