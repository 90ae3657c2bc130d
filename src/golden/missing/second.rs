//! The second versions of records: what the first ones say, and what only these can.

use super::events::{OTHER_EVENTS, SECRET_EVENTS, segments, with_events};
use super::records::{I64, refusals, secret, secrets, tagged, trashed, version, version_with, versions};
use super::{encoded, with_byte};
use crate::golden::Fault;
use crate::golden::text::{Case, Expect, hex};

/// The cases that are read, without their bytes, which are others now.
pub(super) fn read(cases: Vec<Case>) -> impl Iterator<Item = Case> {
    cases.into_iter().filter(|case| case.expect == Expect::Ok)
}

pub(super) fn second_versions() -> Vec<Case> {
    let extremes = format!("rotated-deleted {} {} {}", i64::MIN, i64::MAX, -1);
    let mut cases: Vec<Case> = read(versions()).collect();
    cases.extend([
        version_with("in grace", "rotated 1795219500000", None, None),
        version_with("retired at once", &format!("rotated {}", I64[1]), None, Some("rotated out")),
        version_with("rotated, extremes", &format!("rotated {}", i64::MIN), Some("count*16"), None),
        version_with("deleted in grace", "rotated-deleted 5 1797811200000 1795219500000", None, None),
        version_with("rotated and deleted, extremes", &extremes, Some("ff*16"), Some("why")),
    ]);
    let kind = "version-record-2";
    let good = version("good", 1, 2, 2, 3, "0405");
    cases.extend(refusals(kind, &good));
    for (name, at, byte) in [
        ("a standing that is none", 24, 5),
        ("a standing beyond a byte", 25, 1),
        ("a standing that takes the rest", 24, 4),
        ("another byte before the author", 28, 2),
        ("tail longer than the row", 34, 0xff),
        ("tail longer than any memory", 41, 0xff),
    ] {
        cases.push(good.fails(name, Fault::Damaged, with_byte(kind, &good, at, byte)));
    }
    cases
}

/// A secret with a schedule: when it expires, what then, how many events told of it, and seconds between rotations.
fn scheduled(name: &str, expires: Option<i64>, (action, told): (u8, u8), every: Option<u64>) -> Case {
    let case = secret(version(name, 2, I64[1], 40, 0, "5a*108"), "a1*16", 1, 3, I64[1]);
    let case = case.with("schedule", "some").with_some("expires-at", expires).with("on-expiry", action);
    case.with("told", told).with_some("rotate-every", every)
}

pub(super) fn second_secrets() -> Vec<Case> {
    let mut cases: Vec<Case> = read(secrets()).map(|case| case.with("schedule", "none")).collect();
    let good = scheduled("good", Some(6), (1, 2), Some(7));
    cases.extend([
        scheduled("expires", Some(1_797_811_200_000), (0, 0), None),
        scheduled("expires into the trash, told twice", Some(1_797_811_200_000), (1, 2), None),
        scheduled("rotates", None, (0, 0), Some(7_776_000)),
        scheduled("expires and rotates", Some(1), (1, 4), Some(1)),
        scheduled("a schedule that says nothing", None, (0, 0), None),
        scheduled("a schedule at its limits", Some(i64::MAX), (u8::MAX, u8::MAX), Some(u64::MAX)),
        scheduled("expired before the epoch", Some(i64::MIN), (0, 4), None),
        secret(version_with("replaced", "rotated 9", None, None), "a1*16", 0, 1, 2).with("schedule", "none"),
        tagged("tagged and scheduled", "env=prod\n")
            .with("schedule", "some")
            .with("expires-at", 9)
            .with("on-expiry", 0)
            .with("told", 1),
    ]);
    let kind = "secret-record-2";
    cases.extend(refusals(kind, &good));
    cases.push(good.fails("as the first version", Fault::Damaged, with_byte(kind, &good, 2, 1)));
    for (name, at, byte) in [
        ("another byte before the last access", 37, 2),
        ("another byte before the details", 46, 2),
        ("another byte before the schedule", 47, 2),
        ("another byte before the expiry", 48, 2),
        ("another byte before the rotation", 59, 2),
        ("a standing that is none", 88, 5),
    ] {
        cases.push(good.fails(name, Fault::Damaged, with_byte(kind, &good, at, byte)));
    }
    cases.push(good);
    cases
}

pub(super) fn second_trashed() -> Vec<Case> {
    let mut cases: Vec<Case> = read(trashed()).map(|case| case.with("schedule", "none")).collect();
    let good =
        scheduled("scheduled", Some(6), (1, 4), Some(7)).with("path", hex(b"a/b")).with("deleted-at", 9);
    let kind = "trash-record-2";
    cases.extend(refusals(kind, &good));
    cases.push(good.fails("as the first version", Fault::Damaged, with_byte(kind, &good, 2, 1)));
    for (name, at, byte) in [("path longer than the row", 4, 0xff), ("path that is not UTF-8", 12, 0xff)] {
        cases.push(good.fails(name, Fault::Damaged, with_byte(kind, &good, at, byte)));
    }
    cases.push(good);
    cases
}

/// Every kind of event that came with the second version.
const LATER_EVENTS: [(u16, &str, u64); 12] = [
    (15, "a1*16", 3),
    (16, "a1*16", 2),
    (17, "a1*16", 3),
    (18, "b2*16", 1),
    (19, "b2*16", 1),
    (78, "00*16", 0),
    (79, "00*16", 0),
    (80, "00*16", 0),
    (81, "00*16", 3),
    (82, "00*16", 0),
    (83, "00*16", 1_025),
    (84, "00*16", 70_000),
];

/// What there can be more of an event, as words of its line.
fn more() -> Vec<(&'static str, String)> {
    let (path, labels) = (hex(b"production/db"), hex("app=backup\nteam=Gr\u{fc}\u{df}e\n".as_bytes()));
    let deepest = hex(vec!["s".repeat(31); 16].join("/").as_bytes());
    let none = "00*0";
    vec![
        ("nothing more", format!("{none} - 0 0")),
        ("a path", format!("{path} - 0 1")),
        ("the longest path", format!("{deepest} - 0 1")),
        ("an actor", format!("{none} count*16 0 1")),
        ("an actor of zeros", format!("{none} 00*16 0 1")),
        ("an error", format!("{none} - 10 1")),
        ("an error below zero", format!("{none} - -1 1")),
        ("extremes", format!("{none} ff*16 {} {}", i32::MIN, u32::MAX)),
        ("nothing said", format!("{none} - 0 1 {none} {none} {none}")),
        ("labels", format!("{none} - 0 1 {labels} {none} {none}")),
        ("a reason", format!("{none} - 0 1 {none} {} {none}", hex(b"nightly rotation"))),
        ("a request id", format!("{none} - 0 1 {none} {none} {}", hex(b"req-7"))),
        ("the longest texts", format!("{none} - 0 1 6c*20608 72*256 69*128")),
        ("all there is", format!("{path} count*16 7 9 {labels} {} {}", hex(b"why"), hex(b"8"))),
    ]
}

/// What a handle that said all it can adds to its events.
fn attributed() -> String {
    more().pop().unwrap().1
}

fn with_later_events(case: Case, said: &str) -> Case {
    LATER_EVENTS.iter().chain(&SECRET_EVENTS).chain(&OTHER_EVENTS).fold(
        case,
        |case, (kind, subject, version)| {
            let time = I64[1] + i64::from(*kind);
            case.with("event", format!("{time} {kind} {subject} {version} 1 {said}"))
        },
    )
}

pub(super) fn second_segments() -> Vec<Case> {
    let kind = "audit-segment-2";
    let segment = |name: &str| Case::new(name).with("generation", 44).with("head", "count*32");
    let mut cases: Vec<Case> = read(segments()).collect();
    cases.push(with_events(segment("one of each, and no more"), &LATER_EVENTS));
    cases.push(with_later_events(segment("one of each, with all there is"), &attributed()));
    for (name, said) in more() {
        cases.push(segment(name).with("event", format!("5 2 a1*16 7 1 {said}")));
    }
    for number in [20, 63, 85, 65_534] {
        let case = segment(&format!("kind {number}, which is not known yet"));
        cases.push(case.with("event", format!("5 {number} 00*16 0 1 {}", attributed())));
    }
    let two = segment("one with more and one without").with("event", "5 2 a1*16 7 1 00*0 - 0 1");
    cases.push(two.with("event", "5 1 a1*16 7 1"));
    let good = segment("good").with("event", format!("5 15 a1*16 3 1 {} - 0 1 00*0 61 00*0", hex(b"a/b")));
    cases.extend(refusals(kind, &good));
    cases.push(good.fails("as the first version", Fault::Damaged, with_byte(kind, &good, 2, 1)));
    for (name, at, byte) in [
        ("more events than bytes", 12, 0xff),
        ("more events than any memory", 19, 0xff),
        ("another byte before what is more", 54, 2),
        ("a path longer than the row", 55, 0xff),
        ("a path longer than any memory", 62, 0xff),
        ("a path that is not UTF-8", 63, 0xff),
        ("another byte before the actor", 66, 2),
        ("another byte before what was said", 75, 2),
        ("a reason longer than the row", 84, 0xff),
        ("a reason that is not UTF-8", 92, 0xff),
    ] {
        cases.push(good.fails(name, Fault::Damaged, with_byte(kind, &good, at, byte)));
    }
    let changed = with_byte(kind, &good, 28, 16);
    cases.push(good.fails("kind 16 as 15", Fault::Different, changed));
    cases.push(good);
    cases
}

pub(super) fn second_chains() -> Vec<Case> {
    let chain =
        |name: &str| Case::new(name).with("store-id", "count*16").with("first", 7).with("generation", 44);
    let mut cases = vec![
        with_events(chain("one of each, and no more"), &LATER_EVENTS),
        with_later_events(chain("one of each, with all there is"), &attributed()),
    ];
    for (name, said) in more() {
        cases.push(chain(name).with("event", format!("5 2 a1*16 7 2 {said}")));
    }
    let both = chain("after events without more").with("event", "5 1 a1*16 1 3");
    cases.push(both.with("event", format!("5 15 a1*16 2 1 {}", attributed())));
    let good = chain("good").with("event", "5 2 a1*16 7 1 61 - 0 1 00*0 62 00*0");
    let moved = chain("texts that end elsewhere").with("event", "5 2 a1*16 7 1 61 - 0 1 62 00*0 00*0");
    let bytes = encoded("audit-chain", &moved);
    cases.push(good.fails("texts that end elsewhere", Fault::Different, bytes));
    let without = encoded("audit-chain", &chain("").with("event", "5 2 a1*16 7 1"));
    cases.push(good.fails("without what is more", Fault::Different, without));
    cases.push(good);
    cases
}
