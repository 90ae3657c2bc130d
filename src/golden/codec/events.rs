//! Lists of events once more, without the library's way of reading and writing them: what was read is a list if it is what would
//! be written.

use std::any::Any;
use std::sync::Arc;

use super::mirrors::Segment;
use crate::record::audit::{Event, More};
use crate::record::context::Said;

/// Whether the events of a mirror are a list, if it is one of a segment.
pub(super) fn are_listed(mirror: &dyn Any) -> bool {
    mirror.downcast_ref().is_none_or(|Segment { events, .. }| {
        let read = events_of(events);
        read.is_some_and(|read| {
            list_of(&read) == *events && read.iter().all(|event| path(event).len() <= 512)
        })
    })
}

pub(super) fn list_of(events: &[Event]) -> Vec<u8> {
    let mut list = Vec::new();
    let mut paths: Vec<&[u8]> = vec![b""];
    for (at, event) in events.iter().enumerate() {
        let before = at.checked_sub(1).map(|at| &events[at]);
        let said = before.is_none_or(|before| voice(before) != voice(event));
        number(&mut list, u128::from(event.kind) * 2 + u128::from(said));
        if said {
            list.extend(voice(event));
        }
        signed(&mut list, event.time.wrapping_sub(before.map_or(0, |before| before.time)));
        list.extend(event.subject);
        number(&mut list, u128::from(event.version));
        let Some(more) = &event.more else { continue };
        signed(&mut list, i64::from(more.error));
        number(&mut list, u128::from(more.count));
        let (last, path) = (*paths.last().unwrap(), more.path.as_bytes());
        let shared =
            (0..=last.len().min(path.len())).rfind(|&shared| last[..shared] == path[..shared]).unwrap();
        number(&mut list, shared as u128);
        text(&mut list, &path[shared..]);
        paths.push(path);
    }
    list
}

fn voice(event: &Event) -> Vec<u8> {
    let Some(More { actor, said, .. }) = &event.more else { return vec![0] };
    let mut voice = vec![1 + 2 * u8::from(actor.is_some()) + 4 * u8::from(said.is_some())];
    voice.extend(actor.iter().flatten());
    if let Some(said) = said {
        [&said.labels, &said.reason, &said.request_id]
            .iter()
            .for_each(|said| text(&mut voice, said.as_bytes()));
    }
    voice
}

fn path(event: &Event) -> &str {
    event.more.as_ref().map_or("", |more| &more.path)
}

fn text(list: &mut Vec<u8>, text: &[u8]) {
    number(list, text.len() as u128);
    list.extend(text);
}

fn signed(list: &mut Vec<u8>, signed: i64) {
    let doubled = i128::from(signed) * 2;
    number(list, u128::try_from(if doubled < 0 { -doubled - 1 } else { doubled }).unwrap());
}

fn number(list: &mut Vec<u8>, number: u128) {
    let digits = (0..19).rfind(|digit| number >> (7 * digit) != 0).unwrap_or(0);
    list.extend(
        (0..=digits).map(|digit| (number >> (7 * digit) & 127) as u8 | u8::from(digit < digits) << 7),
    );
}

/// What may be events, whether or not they are written so.
fn events_of(mut list: &[u8]) -> Option<Vec<Event>> {
    let mut events = Vec::new();
    let (mut time, mut path, mut more) = (0_i64, Vec::new(), None);
    while !list.is_empty() {
        let mark = take_number(&mut list)?;
        if mark % 2 == 1 {
            more = take_voice(&mut list)?;
        } else if events.is_empty() {
            return None;
        }
        time = time.wrapping_add(take_signed(&mut list)?);
        let (subject, version) = (take_array(&mut list)?, take_number(&mut list)?);
        let mut event = Event {
            time,
            kind: u16::try_from(mark / 2).ok()?,
            subject,
            version: u64::try_from(version).ok()?,
            more: None,
        };
        if let Some(voice) = &more {
            let error = i32::try_from(take_signed(&mut list)?).ok()?;
            let count = u32::try_from(take_number(&mut list)?).ok()?;
            let shared = usize::try_from(take_number(&mut list)?).ok()?;
            path = [path.get(..shared)?, take_bytes(&mut list)?].concat();
            event.more = Some(More {
                path: String::from_utf8(path.clone()).ok()?,
                error,
                count,
                ..More::clone(voice)
            });
        }
        events.push(event);
    }
    Some(events)
}

fn take_voice(list: &mut &[u8]) -> Option<Option<More>> {
    let known = *list.split_off_first()?;
    if known == 0 {
        return Some(None);
    }
    let actor = if known & 2 != 0 { Some(take_array(list)?) } else { None };
    let mut text = || String::from_utf8(take_bytes(list)?.to_vec()).ok();
    let said = if known & 4 != 0 {
        Some(Arc::new(Said { labels: text()?, reason: text()?, request_id: text()? }))
    } else {
        None
    };
    (known < 8).then(|| Some(More { actor, said, ..More::default() }))
}

fn take_bytes<'a>(list: &mut &'a [u8]) -> Option<&'a [u8]> {
    let length = usize::try_from(take_number(list)?).ok()?;
    list.split_off(..length)
}

fn take_array(list: &mut &[u8]) -> Option<[u8; 16]> {
    list.split_off(..16)?.try_into().ok()
}

fn take_signed(list: &mut &[u8]) -> Option<i64> {
    let doubled = i128::try_from(take_number(list)?).ok()?;
    i64::try_from(if doubled % 2 == 1 { -(doubled + 1) / 2 } else { doubled / 2 }).ok()
}

/// Of up to 18 bytes, which no field has room for.
fn take_number(list: &mut &[u8]) -> Option<u128> {
    let mut number = 0;
    for digit in 0..18 {
        let byte = *list.split_off_first()?;
        number |= u128::from(byte & 127) << (7 * digit);
        if byte < 128 {
            return Some(number);
        }
    }
    None
}
