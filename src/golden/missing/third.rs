//! The third version of a segment: what the second one says, and where its list of events is refused.

use super::calls::later_segments;
use super::records::refusals;
use super::second::{read, second_segments};
use super::with_byte;
use crate::golden::Fault;
use crate::golden::text::{Case, hex};

const KIND: &str = "audit-segment-3";
/// Subject and version of each event below.
const ABOUT: [u8; 17] = *b"iiiiiiiiiiiiiiii\x07";

pub(super) fn third_segments() -> Vec<Case> {
    let segment = |name: &str| Case::new(name).with("generation", 46).with("head", "count*32");
    let mut cases: Vec<Case> =
        read(second_segments()).chain(read(later_segments())).map(named_apart()).collect();
    let event = |path: &str, rest: &str| format!("5 15 69*16 7 1 {} {rest}", hex(path.as_bytes()));
    let [bare, said] = ["- 0 1", "a5*16 -2147483648 4294967295 613d620a 61 c3bc"];
    for (name, path) in [
        ("a path of 512 bytes", "p".repeat(512)),
        ("paths that differ within a letter", "\u{fc}\u{e4}".into()),
    ] {
        cases
            .push(segment(name).with("event", event("\u{fc}\u{fc}", bare)).with("event", event(&path, bare)));
    }
    let voices =
        segment("voices that change").with("event", event("a/b", bare)).with("event", event("a/c", said));
    cases.push(voices.with("event", "4 15 69*16 7 2").with("event", event("a/cd", said)));
    let good = segment("two paths that begin alike")
        .with("event", event("a/b", bare))
        .with("event", event("a/c", bare));
    cases.extend(refusals(KIND, &good));
    for older in [1, 2] {
        let bytes = with_byte(KIND, &good, 2, older);
        cases.push(good.fails(format!("as version {older}"), Fault::Damaged, bytes));
    }
    cases.extend(lists().into_iter().map(|(name, list)| good.fails(name, Fault::Damaged, row(&list))));
    assert_eq!(row(&[first(), next(b"\x02\x01c")].concat()), super::encoded(KIND, &good));
    cases.push(good);
    cases
}

/// Cases of two files may have one name.
fn named_apart() -> impl FnMut(Case) -> Case {
    let mut names = std::collections::BTreeSet::new();
    move |mut case| {
        while !names.insert(case.name.clone()) {
            case.name.push_str(", later");
        }
        case
    }
}

/// A segment with this list.
fn row(list: &[u8]) -> Vec<u8> {
    let head: Vec<u8> = (0..32).collect();
    let length = u64::try_from(list.len()).unwrap();
    [&[4, 0, 3, 0], &46_u64.to_le_bytes()[..], &head, &length.to_le_bytes(), list].concat()
}

/// The first event: of kind 15 at time 5, with the path `a/b`.
fn first() -> Vec<u8> {
    event(b"\x1f\x01\x0a", b"\0\x01\0\x03a/b")
}

/// An event behind it with the same voice, time, error and count.
fn next(path: &[u8]) -> Vec<u8> {
    event(b"\x1e\0", &[b"\0\x01", path].concat())
}

fn event(front: &[u8], rest: &[u8]) -> Vec<u8> {
    [front, &ABOUT, rest].concat()
}

/// What is no list, and why.
fn lists() -> Vec<(&'static str, Vec<u8>)> {
    let behind = |next: Vec<u8>| [first(), next].concat();
    let long = |length: &[u8], letters| [&b"\0\x01\0"[..], length, &vec![b'a'; letters]].concat();
    vec![
        ("cut behind the first mark", b"\x1f".to_vec()),
        ("no voice in the first event", event(b"\x1e\x0a", b"\0\x01\0\x03a/b")),
        ("the same voice twice", behind(event(b"\x1f\x01\0", b"\0\x01\x02\x01c"))),
        ("a voice nobody knows", event(b"\x1f\x09\x0a", b"\0\x01\0\x03a/b")),
        ("a voice with an actor and no more", [&b"\x1f\x02"[..], &[9; 16], &event(b"\x0a", b"")].concat()),
        ("a mark in more bytes than it takes", event(b"\x9f\0\x01\x0a", b"\0\x01\0\x03a/b")),
        ("a kind beyond its field", event(b"\x81\x80\x08\x01\x0a", b"\0\x01\0\x03a/b")),
        (
            "a time beyond its field",
            event(b"\x1f\x01\x80\x80\x80\x80\x80\x80\x80\x80\x80\x02", b"\0\x01\0\x03a/b"),
        ),
        ("a version in eleven bytes", [&first()[..19], &[0xff; 10], b"\x01\0\x01\0\x03a/b"].concat()),
        ("an error below its field", event(b"\x1f\x01\x0a", b"\x81\x80\x80\x80\x10\x01\0\x03a/b")),
        ("a count beyond its field", event(b"\x1f\x01\x0a", b"\0\x80\x80\x80\x80\x10\0\x03a/b")),
        ("a path that shares more than there is", behind(next(b"\x04\x01c"))),
        ("a path that shares less than it could", behind(next(b"\x01\x02/c"))),
        ("a path longer than the list", event(b"\x1f\x01\x0a", b"\0\x01\0\x04a/b")),
        ("a path of 513 bytes", event(b"\x1f\x01\x0a", &long(b"\x81\x04", 513))),
        ("a path that is not UTF-8", event(b"\x1f\x01\x0a", b"\0\x01\0\x03a/\xff")),
        ("a path that ends within a letter", behind(next(b"\x02\x01\xc3"))),
        ("cut in an event", behind(next(b"\x02\x01"))),
        ("something behind the events", [first(), b"\0".to_vec()].concat()),
    ]
}
