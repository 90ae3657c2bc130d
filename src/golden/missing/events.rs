//! Segments of the audit log and chains of events.

use super::records::{I64, refusals};
use super::{encoded, with_byte};
use crate::golden::Fault;
use crate::golden::text::Case;

pub(super) fn segments() -> Vec<Case> {
    let segment = |name: &str, generation: u64, head: &str| {
        Case::new(name).with("generation", generation).with("head", head)
    };
    let created = "1795219200000 1 019f4c2e8b00a1b2c3d4e5f607182930 1 1";
    let good = segment("good", 1, "01*32").with("event", created);
    let mut cases = vec![
        segment("no events", 0, "00*32"),
        segment("one event", 2, "count*32").with("event", created),
        segment("max", u64::MAX, "ff*32").with("event", format!("{} 65535 ff*16 {} 1", i64::MAX, u64::MAX)),
        segment("before the epoch", 1, "a5*32").with("event", format!("{} 0 00*16 0 1", i64::MIN)),
        segment("discarded commit first", 8, "a5*32").with("event", "5 64 00*16 7 1").with("event", created),
        segment("2 events", 5, "07*32").with("event", "8 1 18*16 1 2"),
        segment("255 events", 6, "29*32").with("event", "9 2 3a*16 5 255"),
        segment("256 events", 7, "4b*32").with("event", "10 2 5c*16 6 256"),
        segment("different events", 9, "6d*32").with("event", created).with("event", "11 2 7e*16 2 1"),
        segment("17 events", 3, "b6*32").with("event", "6 2 c7*16 3 17"),
        segment("1024 events", 4, "d8*32").with("event", "7 2 e9*16 4 1024"),
    ];
    cases.extend(refusals("audit-segment", &good));
    for (name, at) in [("more events than bytes", 12), ("more events than any memory", 19)] {
        cases.push(good.fails(name, Fault::Damaged, with_byte("audit-segment", &good, at, 0xff)));
    }
    cases
}

pub(super) fn chains() -> Vec<Case> {
    let case = |name: &str, first: u64| {
        Case::new(name).with("store-id", "count*16").with("first", first).with("generation", 3)
    };
    vec![
        case("genesis", 1),
        case("one event", 1).with("event", "1795219200000 1 019f4c2e8b00a1b2c3d4e5f607182930 1 1"),
        case("repeated events differ by sequence", 9).with("event", "-5 2 a5*16 7 3"),
        case("max", u64::MAX - 2).with("event", format!("{} 65535 ff*16 {} 1", i64::MAX, u64::MAX)),
    ]
}

/// Every kind of event that is of a slot or a copy.
pub(super) const OTHER_EVENTS: [(u16, &str, u64); 10] = [
    (64, "00*16", 41),
    (65, "b7*16", 0),
    (66, "b7*16", 0),
    (67, "c8*16", 0),
    (68, "c8*16", 0),
    (69, "00*16", 42),
    (70, "00*16", 43),
    (71, "00*16", 44),
    (72, "00*16", 45),
    (73, "00*16", 0),
];

pub(super) fn with_events(case: Case, events: &[(u16, &str, u64)]) -> Case {
    events.iter().fold(case, |case, &(kind, subject, version)| {
        case.with("event", format!("{} {kind} {subject} {version} 1", I64[1] + i64::from(kind)))
    })
}

pub(super) fn slot_segments() -> Vec<Case> {
    let segment = |name: &str| Case::new(name).with("generation", 42).with("head", "count*32");
    let mut cases = vec![with_events(segment("one of each"), &OTHER_EVENTS)];
    for (kind, subject, version) in OTHER_EVENTS {
        cases.push(segment(&format!("kind {kind}")).with("event", format!("5 {kind} {subject} {version} 1")));
    }
    let good = segment("kind 66 as 65").with("event", "5 65 b7*16 0 1");
    cases.push(good.fails("kind 66 as 65", Fault::Different, with_byte("audit-segment", &good, 28, 66)));
    cases
}

pub(super) fn slot_chains() -> Vec<Case> {
    let case = Case::new("one of each").with("store-id", "count*16").with("first", 7).with("generation", 42);
    let good = with_events(case, &OTHER_EVENTS);
    let mut bytes = encoded("audit-chain", &good);
    let (second, third) = (bytes[32..64].to_vec(), bytes[64..96].to_vec());
    bytes[32..64].copy_from_slice(&third);
    bytes[64..96].copy_from_slice(&second);
    vec![good.fails("two heads exchanged", Fault::Different, bytes), good]
}

/// Every kind of event that is of a secret, a version, retention or the clock.
pub(super) const SECRET_EVENTS: [(u16, &str, u64); 18] = [
    (1, "a1*16", 1),
    (2, "a1*16", 2),
    (3, "a1*16", 5),
    (4, "a1*16", 2),
    (5, "a1*16", 2),
    (6, "a1*16", 2),
    (7, "a1*16", 2),
    (8, "a1*16", 2),
    (9, "b2*16", 9),
    (10, "b2*16", 3),
    (11, "b2*16", 3),
    (12, "b2*16", 4),
    (13, "b2*16", 3),
    (14, "b2*16", 1),
    (74, "00*16", 0),
    (75, "00*16", 3_600_000),
    (76, "00*16", 34_560_000_000),
    (77, "00*16", 0),
];

pub(super) fn secret_segments() -> Vec<Case> {
    let segment = |name: &str| Case::new(name).with("generation", 43).with("head", "count*32");
    let mut cases = vec![with_events(segment("one of each"), &SECRET_EVENTS)];
    for (kind, subject, version) in SECRET_EVENTS {
        cases.push(segment(&format!("kind {kind}")).with("event", format!("5 {kind} {subject} {version} 1")));
    }
    for kind in [15, 63, 78, 65_534] {
        let case = segment(&format!("kind {kind}, which is not known yet"));
        cases.push(case.with("event", format!("5 {kind} 00*16 0 1")));
    }
    cases
}

pub(super) fn secret_chains() -> Vec<Case> {
    let case = Case::new("one of each").with("store-id", "count*16").with("first", 7).with("generation", 43);
    vec![with_events(case, &SECRET_EVENTS)]
}
