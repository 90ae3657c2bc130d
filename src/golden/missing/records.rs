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
