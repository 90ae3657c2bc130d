//! What is kept beside the log, with its extremes, and the events that came with it.

use super::records::{I64, refusals};
use super::seals::keyed;
use super::{encoded, with_byte};
use crate::golden::Fault;
use crate::golden::text::{Case, hex};

pub(super) fn checkpoints() -> Vec<Case> {
    let case = |name: &str, next: u64, head: &str, time: i64| {
        Case::new(name).with("next", next).with("head", head).with("time", time)
    };
    let good = case("good", 1_025, "count*32", I64[1]);
    let mut cases = refusals("audit-checkpoint", &good);
    cases.extend([
        case("zero", 0, "00*32", 0),
        case("the second event", 2, "a5*32", 1),
        case("max", u64::MAX, "ff*32", i64::MAX),
        case("before the epoch", 9, "5a*32", i64::MIN),
        good,
    ]);
    cases
}

pub(super) fn audit_policies() -> Vec<Case> {
    let case = |name: &str, reads: &str, days: Option<u32>, bytes: Option<u64>| {
        Case::new(name).with("reads", reads).with_some("keep-days", days).with_some("keep-bytes", bytes)
    };
    let kind = "audit-policy-record";
    let good = case("good", "000102", Some(365), Some(1 << 20));
    let mut cases = refusals(kind, &good);
    for (name, at) in [("another byte before the days", 7), ("another byte before the bytes", 12)] {
        cases.push(good.fails(name, Fault::Damaged, with_byte(kind, &good, at, 2)));
    }
    cases.extend([
        case("nothing said", "000000", None, None),
        case("strict", "010101", None, None),
        case("none", "020202", None, None),
        case("ways to come", "03ffff", None, None),
        case("days alone", "000001", Some(1), None),
        case("bytes alone", "000001", None, Some(0)),
        case("max", "020202", Some(u32::MAX), Some(u64::MAX)),
        good,
    ]);
    cases
}

pub(super) fn windows() -> Vec<Case> {
    let case = |seconds: u64| Case::new(format!("{seconds} seconds")).with("seconds", seconds);
    let mut cases = refusals("idempotency-policy-record", &case(86_400));
    cases.extend([0, 60, 86_400, 2_592_000, u64::MAX].map(case));
    cases
}

pub(super) fn calls() -> Vec<Case> {
    let case = |name: &str, answer: &str| {
        let case = Case::new(name).with("digest", "count*32").with("epoch", 0);
        case.with("until", I64[1]).with("answer", answer)
    };
    let path = hex("production/Gr\u{fc}\u{df}e".as_bytes());
    let deepest = hex(vec!["s".repeat(31); 16].join("/").as_bytes());
    let (max, time) = (u64::MAX, I64[1]);
    let extremes = Case::new("extremes").with("digest", "ff*32").with("epoch", u32::MAX);
    let mut cases = vec![
        case("done", "done"),
        extremes.with("until", i64::MAX).with("answer", format!("count {max}")),
        Case::new("before the epoch")
            .with("digest", "00*32")
            .with("epoch", 1)
            .with("until", i64::MIN)
            .with("answer", "done"),
        case("none", "count 0"),
        case("written", &format!("written count*16 {path} 3 2 {time}")),
        case("written, extremes", &format!("written ff*16 {deepest} {max} 255 {}", i64::MIN)),
        case("rotated", &format!("rotated count*16 {path} 3 0 {time} 2 {}", time + 1)),
        case("deleted", &format!("deleted count*16 {path} {time} {}", i64::MAX)),
        case("known, nothing more", "known count*16 61 1 1 0 00*0 00*0 00*0 64 5 - - - - 0 - -"),
        case(
            "known, all there is",
            &format!("known count*16 {path} 9 8 2 64*4096 613d620a 74*255 4096 7 6 5 4 3 1 2 {}", i64::MAX),
        ),
        case(
            "known, extremes",
            &format!(
                "known ff*16 {deepest} {max} {max} 255 00*0 6c*20608 00*0 {max} {time} {} {} {} {} 255 {max} {}",
                i64::MIN,
                u32::MAX,
                u16::MAX,
                i64::MIN,
                i64::MIN
            ),
        ),
    ];
    for state in ["current", "superseded", "grace 6", "retired", "deleted 7", "destroyed"] {
        cases.push(case(&format!("version, {state}"), &format!("version 2 5 40 {state} - 00*0")));
    }
    cases.push(case("version, all there is", &format!("version {max} 5 {max} deleted {time} 4 6e*256")));
    let kind = "idempotency-record";
    let done = case("good", "done");
    cases.push(done.fails("an answer that is none", Fault::Damaged, with_byte(kind, &done, 48, 7)));
    cases.push(done.fails("an answer beyond a byte", Fault::Damaged, with_byte(kind, &done, 49, 1)));
    let good = case("good", "version 2 5 40 grace 6 - 61");
    cases.extend(refusals(kind, &good));
    for (name, at, byte) in [
        ("an answer that is shorter", 48, 0),
        ("a state that is none", 76, 6),
        ("a state that takes less", 76, 0),
        ("another byte before the time of the delete", 88, 2),
        ("a note longer than the row", 89, 0xff),
        ("a note longer than any memory", 96, 0xff),
        ("a note that is not UTF-8", 97, 0xff),
    ] {
        cases.push(good.fails(name, Fault::Damaged, with_byte(kind, &good, at, byte)));
    }
    cases.push(good);
    cases
}

/// Calls as they are told from others, and what was said of them.
pub(super) fn called() -> Vec<Case> {
    let case = |name: &str, operation: u8, key: &str, said: &[(&str, String)]| {
        let case = keyed(name).with("principal", "owner").with("operation", operation);
        let case = case.with("key", hex(key.as_bytes()));
        said.iter().fold(case, |case, (name, value)| case.with("said", format!("{name} {value}")))
    };
    let path = ("path", hex(b"production/db"));
    let number = |value: i128| hex(&value.to_le_bytes());
    let grace = ("grace", hex(&3_600_000_000_000_u128.to_le_bytes()));
    let put = [path.clone(), ("value", hex(b"secret"))];
    let good = case("put", 1, "order-4711", &put);
    let mut cases = vec![
        case("nothing said", 9, "k", &[]),
        case("an empty value", 1, "k", &[path.clone(), ("value", "00*0".into())]),
        case("rotate", 2, "Gr\u{fc}\u{df}e", &[path.clone(), ("value", hex(b"next")), grace]),
        case(
            "update",
            3,
            &"k".repeat(255),
            &[path.clone(), ("expected-meta-version", number(7)), ("trash-days", "00*0".into())],
        ),
        case("a version", 13, "order-4711", &[path.clone(), ("version", number(i128::from(u64::MAX)))]),
        case("rename", 5, "order-4711", &[("from", hex(b"a")), ("to", hex(b"b")), ("large", number(0))]),
        case("a time before the epoch", 3, "k", &[path.clone(), ("expires-at", number(-1))]),
    ];
    let moved = case("texts that end elsewhere", 1, "k", &[("path", hex(b"ab")), ("value", hex(b"c"))]);
    let other = case("texts that end elsewhere", 1, "k", &[("path", hex(b"a")), ("value", hex(b"bc"))]);
    cases.push(moved.fails(
        "texts that end elsewhere",
        Fault::Different,
        encoded("idempotency-call", &other),
    ));
    let rotate = case("put as rotate", 2, "order-4711", &put);
    cases.push(rotate.fails("put as rotate", Fault::Different, encoded("idempotency-call", &good)));
    cases.push(good);
    cases
}

/// The kinds of events that came with calls that happen once, and such as failed or happened several times.
fn events(case: Case) -> Case {
    let path = hex(b"production/db");
    [
        "5 85 00*16 13 1 00*0 count*16 0 1".to_owned(),
        "6 86 00*16 1000 1 00*0 count*16 0 1".to_owned(),
        format!("7 17 a1*16 3 1 {path} count*16 0 70000"),
        format!("8 17 00*16 9 1 {path} count*16 10 2 {} 00*0 00*0", hex(b"app=web\n")),
        format!("9 2 00*16 0 1 {path} count*16 12 1"),
        format!("10 6 00*16 0 1 {path} count*16 28 1"),
        format!("11 8 00*16 0 1 {path} count*16 10 1"),
        "12 81 00*16 0 1 00*0 count*16 20 3".to_owned(),
        "13 82 00*16 0 1 00*0 count*16 21 1".to_owned(),
        "14 83 00*16 1025 1 00*0 count*16 0 1024".to_owned(),
        "15 84 00*16 0 1 00*0 count*16 0 4294967295".to_owned(),
    ]
    .into_iter()
    .fold(case, |case, event| case.with("event", event))
}

pub(super) fn later_segments() -> Vec<Case> {
    let segment = |name: &str| Case::new(name).with("generation", 45).with("head", "count*32");
    let good = segment("kind 86").with("event", "5 86 00*16 7 1 00*0 - 0 1");
    let changed = with_byte("audit-segment-2", &good, 28, 85);
    vec![events(segment("one of each")), good.fails("kind 86 as 85", Fault::Different, changed), good]
}

pub(super) fn later_chains() -> Vec<Case> {
    let chain =
        |name: &str| Case::new(name).with("store-id", "count*16").with("first", 1_025).with("generation", 45);
    let good = events(chain("behind a checkpoint"));
    let counted = chain("counted").with("event", "7 17 a1*16 3 1 61 - 0 2");
    let otherwise = chain("counted otherwise").with("event", "7 17 a1*16 3 1 61 - 0 3");
    let bytes = encoded("audit-chain", &counted);
    vec![otherwise.fails("counted otherwise", Fault::Different, bytes), counted, good]
}
