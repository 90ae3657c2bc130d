//! Records, frames and chains with their extremes.

use super::{encoded, with_byte};
use crate::golden::Fault;
use crate::golden::text::Case;

const I64: [i64; 4] = [0, 1_795_219_200_000, i64::MAX, i64::MIN];

/// What every record must refuse.
pub(super) fn refusals(kind: &str, good: &Case) -> Vec<Case> {
    let bytes = encoded(kind, good);
    let changed = |at, byte| with_byte(kind, good, at, byte);
    vec![
        good.fails("another kind", Fault::Damaged, changed(0, 99)),
        good.fails("version 0", Fault::UnsupportedFormat, changed(2, 0)),
        good.fails("version 2", Fault::UnsupportedFormat, changed(2, 2)),
        good.fails("version 257", Fault::UnsupportedFormat, changed(3, 1)),
        good.fails("a byte too many", Fault::Damaged, [bytes.as_slice(), &[0]].concat()),
        good.fails("a byte too few", Fault::Damaged, bytes[..bytes.len() - 1].to_vec()),
        good.fails("head only", Fault::Damaged, bytes[..4].to_vec()),
        good.fails("half a head", Fault::Damaged, bytes[..3].to_vec()),
    ]
}

pub(super) fn stores() -> Vec<Case> {
    let case = |time: i64| Case::new(format!("created at {time}")).with("created-at", time);
    let mut cases: Vec<Case> = I64.into_iter().chain([1, -1]).map(case).collect();
    cases.extend(refusals("store-record", &case(7)));
    cases
}

pub(super) fn version(name: &str, number: u64, time: i64, pieces: u32, tail: &str) -> Case {
    Case::new(name).with("number", number).with("created-at", time).with("pieces", pieces).with("tail", tail)
}

pub(super) fn versions() -> Vec<Case> {
    let mut cases = vec![
        version("zero", 0, 0, 0, ""),
        version("first, smallest value", 1, I64[1], 0, "5a*108"),
        version("max", u64::MAX, i64::MAX, u32::MAX, "ff*1300"),
        version("before the epoch", 2, i64::MIN, 1, "00"),
        version("pieces and no tail", 3, I64[1], 18, ""),
    ];
    for len in [
        1, 2, 3, 4, 7, 8, 15, 16, 63, 64, 127, 128, 255, 256, 257, 511, 512, 513, 1023, 1024, 1025, 1299,
        1300,
    ] {
        cases.push(version(&format!("tail of {len}"), 4, I64[1], 0, &format!("count*{len}")));
    }
    let good = version("good", 1, 2, 3, "0405");
    cases.extend(refusals("version-record", &good));
    for (name, at) in [("tail longer than the row", 24), ("tail longer than any memory", 31)] {
        cases.push(good.fails(name, Fault::Damaged, with_byte("version-record", &good, at, 0xff)));
    }
    cases
}

pub(super) fn secrets() -> Vec<Case> {
    let secret = |case: Case, id: &str, created: i64, updated: i64| {
        case.with("id", id).with("secret-created-at", created).with("updated-at", updated)
    };
    let mut cases = vec![
        secret(version("zero", 0, 0, 0, ""), "00*16", 0, 0),
        secret(version("new", 1, I64[1], 0, "5a*108"), "019f4c2e8b00a1b2c3d4e5f607182930", I64[1], I64[1]),
        secret(version("max", u64::MAX, i64::MAX, u32::MAX, "ff*1300"), "ff*16", i64::MAX, i64::MAX),
        secret(version("before the epoch", 2, -1, 0, "00"), "count*16", i64::MIN, -1),
        secret(version("large value", 9, I64[1], 4110, "count*1284"), "count*16", 5, I64[1]),
    ];
    for len in [0, 1, 2, 64, 104, 172, 255, 256, 257, 300, 556, 1024, 1068, 1299, 1300] {
        let case = version(&format!("tail of {len}"), 4, I64[1], 0, &format!("count*{len}"));
        cases.push(secret(case, "a1*16", 1, 2));
    }
    cases.extend(refusals("secret-record", &secret(version("good", 1, 2, 3, "0405"), "06*16", 7, 8)));
    cases
}

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

pub(super) fn frames() -> Vec<Case> {
    let case = |value: String| Case::new(&value).with("value", value);
    let lens = [0, 1, 63, 64, 65, 128, 129, 1024, 2049, 4095, 4096, 4097, 5120, 5121];
    let mut cases: Vec<Case> = lens.into_iter().map(|len| case(format!("count*{len}"))).collect();
    let good = case("a5*3".to_owned());
    let changed = |at, byte| with_byte("value-frame", &good, at, byte);
    let bytes = encoded("value-frame", &good);
    cases.push(good.fails("padding that is not zero", Fault::Malformed, changed(7, 1)));
    cases.push(good.fails("last byte not zero", Fault::Malformed, changed(67, 1)));
    cases.push(good.fails("longer than itself", Fault::Malformed, changed(3, 1)));
    cases.push(good.fails("of another bucket", Fault::Malformed, changed(0, 65)));
    cases.push(good.fails("too much padding", Fault::Malformed, [bytes.as_slice(), &[0]].concat()));
    cases.push(good.fails("no whole length", Fault::Malformed, bytes[..3].to_vec()));
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

pub(super) fn floors() -> Vec<Case> {
    let case = |name: &str, memory: u32, passes: u32, lanes: u32| {
        Case::new(name).with("memory-kib", memory).with("passes", passes).with("lanes", lanes)
    };
    let mut cases = vec![
        case("least", 19_456, 2, 1),
        case("usual", 65_536, 3, 4),
        case("most memory", 524_288, 8, 16),
        case("most passes", 262_144, 16, 16),
        case("zero", 0, 0, 0),
        case("max", u32::MAX, u32::MAX, u32::MAX),
        case("each field its own", 1, 2, 3),
    ];
    cases.extend(refusals("kdf-floor-record", &case("good", 65_536, 3, 4)));
    cases
}

pub(super) fn slots() -> Vec<Case> {
    let case = |name: &str, label: &str, created: i64, used: i64| {
        Case::new(name).with("label", label).with("created-at", created).with("last-used-at", used)
    };
    let good = case("good", "6f66666963650a", 7, 8);
    let bytes = encoded("slot-record", &good);
    let mut cases = vec![
        case("no label, never used", "", I64[1], i64::MIN),
        case("no label, zero", "", 0, 0),
        case("label of 128 bytes", "61*128", I64[1], I64[1]),
        case("label of 32 characters of four bytes", "f09f9491*32", I64[1], I64[1] + 1),
        case("label of two, three and four bytes", "c3bce697a5f09f9491", 1, 2),
        case("max", "7e", i64::MAX, i64::MAX),
        case("before the epoch", "20", -1, -2),
        case("last used before it was made", "78", I64[1], -i64::MAX),
    ];
    for len in [1, 7, 8, 127] {
        cases.push(case(&format!("label of {len}"), &format!("4b*{len}"), 3, 4));
    }
    for (name, at, byte) in [
        ("a label that is not UTF-8", 12, 0xff),
        ("half a character", 18, 0xc3),
        ("label longer than the row", 4, 0xff),
        ("label longer than any memory", 11, 0xff),
    ] {
        cases.push(good.fails(name, Fault::Damaged, with_byte("slot-record", &good, at, byte)));
    }
    // A surrogate in three bytes, which UTF-8 does not have.
    let surrogate = [&bytes[..12], &[0xed, 0xa0, 0x80], &bytes[15..]].concat();
    cases.push(good.fails("a surrogate", Fault::Damaged, surrogate));
    cases.extend(refusals("slot-record", &good));
    cases
}

/// Every kind of event that is not of a secret.
const OTHER_EVENTS: [(u16, &str, u64); 10] = [
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

fn with_other_events(case: Case) -> Case {
    OTHER_EVENTS.into_iter().fold(case, |case, (kind, subject, version)| {
        case.with("event", format!("{} {kind} {subject} {version} 1", I64[1] + i64::from(kind)))
    })
}

pub(super) fn slot_segments() -> Vec<Case> {
    let segment = |name: &str| Case::new(name).with("generation", 42).with("head", "count*32");
    let mut cases = vec![with_other_events(segment("one of each"))];
    for (kind, subject, version) in OTHER_EVENTS {
        cases.push(segment(&format!("kind {kind}")).with("event", format!("5 {kind} {subject} {version} 1")));
    }
    cases.push(segment("a kind that is not known yet").with("event", "5 74 00*16 0 1"));
    let good = segment("kind 66 as 65").with("event", "5 65 b7*16 0 1");
    cases.push(good.fails("kind 66 as 65", Fault::Different, with_byte("audit-segment", &good, 28, 66)));
    cases
}

pub(super) fn slot_chains() -> Vec<Case> {
    let case = Case::new("one of each").with("store-id", "count*16").with("first", 7).with("generation", 42);
    let good = with_other_events(case);
    let mut bytes = encoded("audit-chain", &good);
    let (second, third) = (bytes[32..64].to_vec(), bytes[64..96].to_vec());
    bytes[32..64].copy_from_slice(&third);
    bytes[64..96].copy_from_slice(&second);
    vec![good.fails("two heads exchanged", Fault::Different, bytes), good]
}
