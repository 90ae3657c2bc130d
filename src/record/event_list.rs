//! Events in little room: each says what differs from the one before it. FORMAT 8.13.

use std::sync::Arc;

use super::audit::{Event, EventRef, More, MoreRef};
use super::context::Said;
use crate::format::wire::{Malformed, Reader};
use crate::limits::PATH_LEN_MAX;

type Read<T> = Result<T, Malformed>;

/// The byte that says what is known of who: whether there is more of an event, an actor in that, and something said.
mod form {
    pub(super) const MORE: u8 = 1;
    pub(super) const ACTOR: u8 = 2;
    pub(super) const SAID: u8 = 4;
}

/// Through which handle an event came about, and with what context. `None` of one that has no more.
type Voice<'a> = Option<(Option<[u8; 16]>, Option<&'a Arc<Said>>)>;

/// Writes events one behind the other.
#[derive(Default)]
pub(crate) struct Writer<'a> {
    bytes: Vec<u8>,
    events: usize,
    last: Last<'a>,
}

/// What the next event is told by.
#[derive(Clone, Copy, Default)]
struct Last<'a> {
    time: i64,
    path: &'a str,
    /// None in front of the first event.
    voice: Option<Voice<'a>>,
}

impl<'a> Writer<'a> {
    /// Writes the next event, unless the list had more than `room` bytes with it.
    pub(crate) fn push(&mut self, event: &EventRef<'a>, room: usize) -> bool {
        let before = self.bytes.len();
        let last = self.write(event);
        if self.bytes.len() > room {
            self.bytes.truncate(before);
            return false;
        }
        self.events += 1;
        self.last = last;
        true
    }

    /// The list so far.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// How many events it holds.
    pub(crate) fn events(&self) -> usize {
        self.events
    }

    fn write(&mut self, event: &EventRef<'a>) -> Last<'a> {
        let voice: Voice<'a> = event.more.map(|more| (more.actor, more.said));
        let is_other = self.last.voice != Some(voice);
        self.number(u64::from(event.kind) << 1 | u64::from(is_other));
        if is_other {
            self.voice(&voice);
        }
        self.signed(event.time.wrapping_sub(self.last.time));
        self.bytes.extend_from_slice(&event.subject);
        self.number(event.version);
        let path = event.more.as_ref().map_or(self.last.path, |more| {
            self.more(more);
            more.path
        });
        Last { time: event.time, path, voice: Some(voice) }
    }

    fn voice(&mut self, voice: &Voice<'a>) {
        let Some((actor, said)) = voice else { return self.bytes.push(0) };
        let (is_known, is_said) = (actor.map_or(0, |_| form::ACTOR), said.map_or(0, |_| form::SAID));
        self.bytes.push(form::MORE | is_known | is_said);
        self.bytes.extend_from_slice(actor.as_ref().map_or(&[], <[u8; 16]>::as_slice));
        for text in said.iter().flat_map(|said| [&said.labels, &said.reason, &said.request_id]) {
            self.text(text.as_bytes());
        }
    }

    fn more(&mut self, more: &MoreRef<'a>) {
        self.signed(i64::from(more.error));
        self.number(u64::from(more.count));
        let path = more.path.as_bytes();
        let shared = common(self.last.path.as_bytes(), path);
        self.number(long(shared));
        self.text(path.get(shared..).unwrap_or_default());
    }

    fn text(&mut self, text: &[u8]) {
        self.number(long(text.len()));
        self.bytes.extend_from_slice(text);
    }

    /// Small ones near zero, of either sign.
    fn signed(&mut self, number: i64) {
        self.number((number << 1 ^ number >> 63).cast_unsigned());
    }

    /// LEB128.
    fn number(&mut self, mut number: u64) {
        loop {
            let [low, ..] = number.to_le_bytes();
            number >>= 7;
            if number == 0 {
                return self.bytes.push(low);
            }
            self.bytes.push(low | 0x80);
        }
    }
}

/// The events that a list has.
///
/// # Errors
///
/// If the bytes are no list in its one form.
pub(crate) fn read(bytes: &[u8]) -> Read<Vec<Event>> {
    let mut list = List { fields: Reader::new(bytes), time: 0, path: Vec::new(), voice: None };
    let mut events = Vec::new();
    while !list.fields.is_empty() {
        events.push(list.next()?);
    }
    Ok(events)
}

/// A list on the way through it, with what the last event said.
struct List<'a> {
    fields: Reader<'a>,
    time: i64,
    path: Vec<u8>,
    voice: Option<Heard>,
}

/// A [`Voice`] that was read. What was said is held once for all events of a run: it may be a thousand times as long as one.
type Heard = Option<(Option<[u8; 16]>, Option<Arc<Said>>)>;

impl List<'_> {
    fn next(&mut self) -> Read<Event> {
        let kind = self.number()?;
        if kind & 1 == 1 {
            let voice = Some(self.voice()?);
            if self.voice == voice {
                return Err(Malformed);
            }
            self.voice = voice;
        }
        self.time = self.time.wrapping_add(self.signed()?);
        Ok(Event {
            time: self.time,
            kind: u16::try_from(kind >> 1).map_err(|_| Malformed)?,
            subject: self.fields.array()?,
            version: self.number()?,
            more: match self.voice.clone().ok_or(Malformed)? {
                Some((actor, said)) => Some(self.more(actor, said)?),
                None => None,
            },
        })
    }

    fn voice(&mut self) -> Read<Heard> {
        let known = self.fields.u8()?;
        let rest = known & !form::MORE;
        if known == 0 {
            return Ok(None);
        }
        if known == rest || rest & !(form::ACTOR | form::SAID) != 0 {
            return Err(Malformed);
        }
        let actor = if known & form::ACTOR == 0 { None } else { Some(self.fields.array()?) };
        let said = if known & form::SAID == 0 { None } else { Some(Arc::new(self.said()?)) };
        Ok(Some((actor, said)))
    }

    fn said(&mut self) -> Read<Said> {
        let (labels, reason) = (self.text()?, self.text()?);
        Ok(Said { labels, reason, request_id: self.text()? })
    }

    fn more(&mut self, actor: Option<[u8; 16]>, said: Option<Arc<Said>>) -> Read<More> {
        let error = i32::try_from(self.signed()?).map_err(|_| Malformed)?;
        let count = u32::try_from(self.number()?).map_err(|_| Malformed)?;
        let shared = self.length()?;
        let length = self.length()?;
        let rest = self.fields.bytes(length)?;
        let replaced = self.path.get(shared..).ok_or(Malformed)?;
        // As much as possible is shared, so that one list has one form; and many paths cannot lie in a few bytes.
        let is_common = !replaced.is_empty() && replaced.first() == rest.first();
        if is_common || shared.saturating_add(length) > PATH_LEN_MAX {
            return Err(Malformed);
        }
        self.path.truncate(shared);
        self.path.extend_from_slice(rest);
        let path = str::from_utf8(&self.path).map_err(|_| Malformed)?.to_owned();
        Ok(More { path, actor, error, count, said })
    }

    fn text(&mut self) -> Read<String> {
        let length = self.length()?;
        let text = str::from_utf8(self.fields.bytes(length)?).map_err(|_| Malformed)?;
        Ok(text.to_owned())
    }

    fn length(&mut self) -> Read<usize> {
        usize::try_from(self.number()?).map_err(|_| Malformed)
    }

    fn signed(&mut self) -> Read<i64> {
        let number = self.number()?;
        Ok((number >> 1).cast_signed() ^ -(number & 1).cast_signed())
    }

    fn number(&mut self) -> Read<u64> {
        let mut number = 0;
        for shift in (0..u64::BITS).step_by(7) {
            let byte = self.fields.u8()?;
            let part = u64::from(byte & 0x7f);
            number |= part << shift;
            // What does not fit, and a last byte that says nothing.
            if part << shift >> shift != part || (byte == 0 && shift > 0) {
                return Err(Malformed);
            }
            if byte & 0x80 == 0 {
                return Ok(number);
            }
        }
        Err(Malformed)
    }
}

/// How many bytes in front are the same.
fn common(one: &[u8], other: &[u8]) -> usize {
    one.iter().zip(other).take_while(|(one, other)| one == other).count()
}

fn long(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(path: &str, actor: u8) -> Event {
        let more = More { path: path.into(), actor: Some([actor; 16]), count: 1, ..More::default() };
        Event { time: 1_795_219_200_000, kind: 17, subject: [3; 16], version: 4, more: Some(more) }
    }

    #[test]
    fn an_event_that_has_no_room_leaves_nothing_behind() {
        let events = [event("a/b", 1), event("x/y", 2), event("a/c", 1)];
        let mut list = Writer::default();
        assert!(list.push(&events[0].view(), 64));
        let first = list.bytes().len();
        assert!(!list.push(&events[1].view(), first + 40));
        assert_eq!((list.events(), list.bytes().len()), (1, first));
        assert!(list.push(&events[2].view(), first + 40));
        assert_eq!(read(list.bytes()).unwrap(), [events[0].clone(), events[2].clone()]);
    }

    #[test]
    fn an_event_like_the_one_before_takes_a_few_bytes_beside_its_subject() {
        let events: Vec<_> = (0..100).map(|number| event(&format!("production/db-{number:02}"), 1)).collect();
        let mut list = Writer::default();
        assert!(events.iter().all(|event| list.push(&event.view(), usize::MAX)));
        // Mark, time, version, error, count, shared, length, and one or two letters.
        assert!(list.bytes().len() < 100 * (16 + 7 + 2) + 60, "{}", list.bytes().len());
        assert_eq!(read(list.bytes()).unwrap(), events);
    }

    #[test]
    fn what_the_events_of_a_run_say_is_in_memory_once() {
        let said = Arc::new(Said { reason: "nightly backup".into(), ..Said::default() });
        let events = ["a", "b", "c"].map(|path| {
            let event = event(path, 1);
            Event { more: event.more.map(|more| More { said: Some(said.clone()), ..more }), ..event }
        });
        let mut list = Writer::default();
        assert!(events.iter().all(|event| list.push(&event.view(), usize::MAX)));
        let read = read(list.bytes()).unwrap();
        assert_eq!(read, events);
        let said = |event: &Event| event.more.as_ref().unwrap().said.clone().unwrap();
        assert!(read.iter().all(|event| Arc::ptr_eq(&said(event), &said(&read[0]))));
    }
}
