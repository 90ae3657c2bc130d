//! Vectors of what needs no key and is no record: frames of values, path lists, the audit chain.

use super::records::events;
use super::text::{Case, bytes_of};
use super::{Fault, Kind};
use crate::error::ErrorKind;
use crate::record::audit::{Event, follow_all, genesis};
use crate::record::path_list;
use crate::record::value::{frame, unframe};

pub(super) fn kinds() -> [Kind; 3] {
    [
        Kind {
            name: "value-frame",
            encode: |case| frame(&case.bytes("value")).unwrap().to_vec(),
            check: check_frame,
            after_flip: |_| &[Fault::Different, Fault::Malformed],
            flip_every: 7,
        },
        Kind {
            name: "path-list",
            encode: |case| path_list::encode(paths(case).iter().map(Vec::as_slice)).unwrap(),
            check: check_paths,
            after_flip: |_| &[Fault::Different, Fault::Damaged],
            flip_every: 1,
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

fn check_frame(case: &Case, bytes: &[u8]) -> Result<(), Fault> {
    match unframe(bytes) {
        Ok(value) if value == case.bytes("value") => Ok(()),
        Ok(_) => Err(Fault::Different),
        Err(_) => Err(Fault::Malformed),
    }
}

/// As they stand in the list: a zero byte between segments.
fn paths(case: &Case) -> Vec<Vec<u8>> {
    case.all("path").into_iter().map(|path| bytes_of(path).unwrap()).collect()
}

fn check_paths(case: &Case, bytes: &[u8]) -> Result<(), Fault> {
    match path_list::decode(bytes) {
        Ok(found) if found == paths(case) => Ok(()),
        Ok(_) => Err(Fault::Different),
        Err(error) if error.kind() == ErrorKind::Damaged => Err(Fault::Damaged),
        Err(error) => panic!("{error}"),
    }
}

/// The head before the first event, and the head after each.
fn chain(case: &Case) -> Vec<u8> {
    let (first, generation) = (case.number("first"), case.number("generation"));
    let mut heads = vec![genesis(&case.array("store-id"))];
    let events = events(case);
    for (sequence, event) in (first..).zip(&events) {
        heads.push(follow_all(heads.last().unwrap(), sequence, generation, [event.view()]));
    }
    assert_eq!(
        follow_all(&heads[0], first, generation, events.iter().map(Event::view)),
        *heads.last().unwrap()
    );
    heads.concat()
}
