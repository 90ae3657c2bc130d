//! What is derived and sealed under a known master key.

use super::{encoded, with_byte};
use crate::golden::Fault;
use crate::golden::text::{Case, hex};

pub(super) fn keyed(name: impl std::fmt::Display) -> Case {
    Case::new(name).with("master", "count*32").with("store-id", "a0*16").with("epoch", 0)
}

pub(super) fn keys() -> Vec<Case> {
    let other = |name, master: &str, store_id: &str, epoch: u32| {
        Case::new(name).with("master", master).with("store-id", store_id).with("epoch", epoch)
    };
    vec![
        keyed("epoch 0"),
        other("epoch 1", "count*32", "a0*16", 1),
        other("zero", "00*32", "00*16", 0),
        other("max", "ff*32", "ff*16", u32::MAX),
    ]
}

pub(super) fn paths() -> Vec<Case> {
    let deep = vec!["s"; 16].join("/");
    let paths = ["a", "a/b", "a/b/c", "production/openai/api-key", "Gr\u{fc}\u{df}e/\u{1f511}", &deep];
    paths.into_iter().map(|path| keyed(path).with("path", path)).collect()
}

pub(super) fn state(case: Case, kind: &str, entries: &[(u32, &str)]) -> Case {
    let case = case
        .with("engine-header", "count*512")
        .with("logical-len", 1001 * 4096)
        .with("superblock-kind", kind)
        .with("generation", 7)
        .with("header-sequence", 1)
        .with("audit-head", "b1*32")
        .with("clock-mark", 1_795_219_200_000i64)
        .with("physical-blocks", 900);
    entries.iter().fold(case, |case, (block, tag)| case.with("entry", format!("{block} {tag}")))
}

pub(super) fn superblocks() -> Vec<Case> {
    let all: Vec<(u32, &str)> = (1..=170).map(|block| (block * 5, "c2*16")).collect();
    let good = state(Case::new("three blocks"), "commit", &[(1, "count*16"), (2, "00*16"), (900, "ff*16")]);
    let mut cases = vec![
        state(Case::new("nothing to vouch for"), "commit", &[]),
        state(Case::new("repeat"), "repeat", &[]),
        state(Case::new("full manifest"), "commit", &all),
    ];
    for (name, at, byte) in [
        ("kind 0", 522, 0),
        ("kind 3", 522, 3),
        ("flags", 523, 1),
        ("reserved before the generation", 524, 1),
        ("freshness table", 592, 1),
        ("sharing mode", 616, 1),
        ("required feature", 624, 1),
        ("reserved before the manifest", 639, 1),
        ("block 0", 640, 0),
        ("block twice", 660, 1),
        ("block beyond the file", 681, 4),
        ("171 entries", 520, 171),
        ("behind the last entry", 700, 1),
        ("behind the manifest", 4040, 1),
        ("last byte", 4047, 1),
        ("half a block of length", 513, 1),
    ] {
        let bytes = with_byte("superblock", &good, at, byte);
        cases.push(good.fails(name, Fault::UnsupportedFormat, bytes));
    }
    cases.push(good);
    cases
}

pub(super) fn sealed_superblocks() -> Vec<Case> {
    let case = |copy: &str, sequence: u64, kind: &str| {
        let case = keyed(format!("copy {copy}, sequence {sequence}")).with("copy", copy);
        state(case.with("sequence", sequence).with("nonce", "count*24"), kind, &[(3, "c2*16")])
    };
    let good = case("A", 1, "commit");
    let moved =
        case("B", 1, "commit").fails("copy A at B", Fault::Unauthentic, encoded("sealed-superblock", &good));
    vec![good, case("B", u64::MAX, "repeat"), moved]
}

pub(super) fn blocks() -> Vec<Case> {
    let case = |number: u32, plaintext: &str| {
        let case = keyed(format!("block {number}")).with("number", number);
        case.with("nonce", "d3*24").with("plaintext", plaintext)
    };
    let good = case(1, "count*4096");
    let moved =
        case(2, "count*4096").fails("block 1 at 2", Fault::Unauthentic, encoded("sealed-block", &good));
    let zeros = case(3, "00*4096").fails("never written", Fault::Unauthentic, vec![0; 4136]);
    vec![good, case(u32::MAX, "00*4096"), moved, zeros]
}

pub(super) fn values() -> Vec<Case> {
    let case = |name: &str, version: u64, value: &str, chunks: usize| {
        let case = keyed(name).with("path", "production/openai/api-key").with("secret", "e4*16");
        let case = case.with("version", version).with("value", value);
        (0..chunks).fold(case, |case, index| case.with("nonce", format!("{index:02x}*24")))
    };
    let good = case("two chunks", 2, "count*65277", 2);
    let bytes = encoded("sealed-value", &good);
    let cut = good.fails("cut at the end of a chunk", Fault::Unauthentic, bytes[..65_320].to_vec());
    let other = case("as version 1", 1, "count*5", 1);
    let older = case("version 1 as 3", 3, "count*5", 1);
    let older = older.fails("version 1 as 3", Fault::Unauthentic, encoded("sealed-value", &other));
    vec![case("empty", 1, "", 1), other, good, cut, older]
}

pub(super) fn cursors() -> Vec<Case> {
    let case = |name: &str, namespace: &str, age: i64, after: &str| {
        let case = keyed(name).with("namespace", namespace).with("age", age).with("id", "e4*16");
        case.with("after", hex(after.as_bytes())).with("nonce", "f5*24")
    };
    let path = "production\0openai\0api-key";
    let time = 1_795_219_200_000_i64;
    let good = case("below a namespace", "production", 0, path);
    let elsewhere = case("of another query", "staging", 0, path);
    let elsewhere = elsewhere.fails("of another query", Fault::Unauthentic, encoded("cursor", &good));
    let tagged = case("with tags", "", 0, path).with("condition", "=env=prod");
    let tagged = tagged.with("condition", "+owner").with("condition", "-old").with("condition", "=reviewed=");
    let level = keyed("one level, behind a namespace").with("namespace", "production").with("one-level", 1);
    let level = level.with("age", 0).with("id", "00*16").with("after", hex(b"production\0openai\x01"));
    let untagged = case("another condition", "", 0, path).with("condition", "-env");
    let present = case("the same key, another condition", "", 0, path).with("condition", "+env");
    vec![
        case("of everything", "", 0, "a"),
        case("by time", "", -time, path).with("order", 1),
        case("of the trash", "production", 0, path).with("shelf", 1),
        case("of everything, live and in the trash, by time", "", 0, "a").with("shelf", 2).with("order", 1),
        case("critical ones since a time", "", 0, "a").with("tier", 3).with("since", time),
        case("since the epoch", "", 0, "a").with("tier", 1).with("since", 0),
        level.with("nonce", "f5*24"),
        tagged,
        present.fails("another condition", Fault::Unauthentic, encoded("cursor", &untagged)),
        good,
        elsewhere,
    ]
}
