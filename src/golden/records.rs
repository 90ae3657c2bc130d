//! Vectors of what needs no key: records, frames of values, the audit chain.

use super::text::Case;
use super::{Fault, Kind};
use crate::error::ErrorKind;
use crate::record::audit::{Event, Segment, follow, follow_all, genesis};
use crate::record::codec::{Authenticated, Record, decode, encode};
use crate::record::policy::KdfFloorRecord;
use crate::record::secret::{SecretRecord, Standing, StoreRecord, VersionRecord};
use crate::record::slot::SlotRecord;
use crate::record::value::{frame, unframe};

pub(super) fn kinds() -> [Kind; 8] {
    let record = Kind {
        name: "",
        encode: |_| Vec::new(),
        check: |_, _| Ok(()),
        after_flip: |at| match at {
            0 | 1 => &[Fault::Damaged],
            2 | 3 => &[Fault::UnsupportedFormat],
            _ => &[Fault::Different, Fault::Damaged],
        },
        flip_every: 1,
    };
    [
        Kind {
            name: "store-record",
            encode: |case| encoded(&store(case)),
            check: |case, bytes| check(&store(case), bytes),
            ..record
        },
        Kind {
            name: "secret-record",
            encode: |case| encoded(&secret(case)),
            check: |case, bytes| check(&secret(case), bytes),
            ..record
        },
        Kind {
            name: "version-record",
            encode: |case| encoded(&version(case)),
            check: |case, bytes| check(&version(case), bytes),
            ..record
        },
        Kind {
            name: "kdf-floor-record",
            encode: |case| encoded(&floor(case)),
            check: |case, bytes| check(&floor(case), bytes),
            ..record
        },
        Kind {
            name: "slot-record",
            encode: |case| encoded(&slot(case)),
            check: |case, bytes| check(&slot(case), bytes),
            ..record
        },
        Kind {
            name: "audit-segment",
            encode: |case| encoded(&segment(case)),
            check: |case, bytes| check(&segment(case), bytes),
            flip_every: 13,
            ..record
        },
        Kind {
            name: "value-frame",
            encode: |case| frame(&case.bytes("value")).unwrap().to_vec(),
            check: check_frame,
            after_flip: |_| &[Fault::Different, Fault::Malformed],
            flip_every: 7,
        },
        Kind {
            name: "audit-chain",
            encode: chain,
            check: |case, bytes| if chain(case) == bytes { Ok(()) } else { Err(Fault::Different) },
            after_flip: |_| &[Fault::Different],
            flip_every: 1,
        },
    ]
}

pub(super) fn store(case: &Case) -> StoreRecord {
    StoreRecord { created_at: case.number("created-at") }
}

fn floor(case: &Case) -> KdfFloorRecord {
    let [memory_kib, passes, lanes] = ["memory-kib", "passes", "lanes"].map(|name| case.number(name));
    KdfFloorRecord { memory_kib, passes, lanes }
}

fn slot(case: &Case) -> SlotRecord {
    SlotRecord {
        label: String::from_utf8(case.bytes("label")).unwrap(),
        created_at: case.number("created-at"),
        last_used_at: case.number("last-used-at"),
    }
}

pub(super) fn secret(case: &Case) -> SecretRecord {
    SecretRecord {
        id: case.array("id"),
        tier: case.number("tier"),
        meta_version: case.number("meta-version"),
        updated_at: case.number("updated-at"),
        accessed_at: None,
        tags: case.text("tags").to_owned(),
        details: None,
        current: version(case),
    }
}

pub(super) fn version(case: &Case) -> VersionRecord {
    VersionRecord {
        number: case.number("number"),
        created_at: case.number("created-at"),
        size: case.number("size"),
        standing: Standing::Kept,
        author: None,
        note: None,
        pieces: case.number("pieces"),
        tail: case.bytes("tail"),
    }
}

pub(super) fn segment(case: &Case) -> Segment {
    Segment { generation: case.number("generation"), events: events(case), head: case.array("head") }
}

/// `time kind secret version`, and how often.
fn events(case: &Case) -> Vec<Event> {
    let mut events = Vec::new();
    for line in case.all("event") {
        let words: Vec<&str> = line.split(' ').collect();
        let &[time, kind, secret, version, times] = words.as_slice() else { panic!("{}: {line}", case.name) };
        let secret = super::text::bytes_of(secret).unwrap().try_into().unwrap();
        let (time, kind) = (time.parse().unwrap(), kind.parse().unwrap());
        let event = Event { time, kind, subject: secret, version: version.parse().unwrap() };
        events.extend(std::iter::repeat_n(event, times.parse().unwrap()));
    }
    events
}

fn encoded<R: Record>(record: &R) -> Vec<u8> {
    encode(record).unwrap().to_vec()
}

fn check<R: Record + PartialEq>(expected: &R, bytes: &[u8]) -> Result<(), Fault> {
    match decode::<R>(&Authenticated::from_page(bytes)) {
        Ok(found) if found == *expected => Ok(()),
        Ok(_) => Err(Fault::Different),
        Err(error) if error.kind() == ErrorKind::UnsupportedFormat => Err(Fault::UnsupportedFormat),
        Err(error) if error.kind() == ErrorKind::Damaged => Err(Fault::Damaged),
        Err(error) => panic!("{error}"),
    }
}

fn check_frame(case: &Case, bytes: &[u8]) -> Result<(), Fault> {
    match unframe(bytes) {
        Ok(value) if value == case.bytes("value") => Ok(()),
        Ok(_) => Err(Fault::Different),
        Err(_) => Err(Fault::Malformed),
    }
}

/// The head before the first event, and the head after each.
fn chain(case: &Case) -> Vec<u8> {
    let (first, generation) = (case.number("first"), case.number("generation"));
    let mut heads = vec![genesis(&case.array("store-id"))];
    let events = events(case);
    for (sequence, event) in (first..).zip(&events) {
        heads.push(follow(heads.last().unwrap(), sequence, generation, event));
    }
    assert_eq!(follow_all(&heads[0], first, generation, &events), *heads.last().unwrap());
    heads.concat()
}
