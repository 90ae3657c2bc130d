//! Adds the vector files that are missing. The fields are chosen here, the bytes come from the code under test: so a
//! new file is worth what its review is worth, and from then on it is frozen.

use std::io::Write;

use data_encoding::HEXLOWER;

use super::text::{Case, VectorFile, hex};
use super::unlocking::{normalised, resealed};
use super::{Fault, directory, kinds};

const I64: [i64; 4] = [0, 1_795_219_200_000, i64::MAX, i64::MIN];

pub(super) fn write_vectors() {
    std::fs::create_dir_all(directory()).unwrap();
    write("store-record", "the store's own row", stores());
    write("version-record", "a version that is not current, and the tail of every secret record", versions());
    write("secret-record", "the row of a path", secrets());
    write(
        "audit-segment",
        "a row of the audit log; an event is: time kind secret version, and how often",
        segments(),
    );
    write(
        "value-frame",
        "a value with its length and padding, before it is cut into chunks and sealed",
        frames(),
    );
    write("audit-chain", "the head before the first event and after each, 32 bytes each", chains());
    write("keys", "FK, AK, VK, file-header-mac, superblock, block, cursor, authority-header-mac", keys());
    write("path-key", "the key of the values at a path", paths());
    write("superblock", "the plaintext of a superblock", superblocks());
    write("sealed-superblock", "a superblock as it lies in the file", sealed_superblocks());
    write("sealed-block", "a block as it lies in the file", blocks());
    write("sealed-value", "the sealed chunks of a value, one behind the other", values());
    write("cursor", "the bytes of a page cursor, before base64url", cursors());
    write("slot", "a key slot; normalised is the passphrase in NFC and UTF-8", slots());
    write("key-header", "a copy of the key header", headers());
}

/// Writes `<kind>.vectors` unless it is there.
fn write(kind: &str, comment: &str, mut cases: Vec<Case>) {
    let path = directory().join(format!("{kind}.vectors"));
    if path.exists() {
        return;
    }
    for case in cases.iter_mut().filter(|case| case.bytes.is_empty()) {
        case.bytes = encoded(kind, case);
    }
    let text = VectorFile { kind: kind.to_owned(), comment: comment.to_owned(), cases }.print();
    let mut file = std::fs::File::create_new(&path).unwrap();
    file.write_all(text.as_bytes()).unwrap();
}

fn encoded(kind: &str, case: &Case) -> Vec<u8> {
    (kinds().find(|known| known.name == kind).unwrap().encode)(case)
}

/// `case` with one byte of its encoding changed.
fn with_byte(kind: &str, case: &Case, at: usize, byte: u8) -> Vec<u8> {
    let mut bytes = encoded(kind, case);
    bytes[at] = byte;
    bytes
}

/// What every record must refuse.
fn refusals(kind: &str, good: &Case) -> Vec<Case> {
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

fn stores() -> Vec<Case> {
    let case = |time: i64| Case::new(format!("created at {time}")).with("created-at", time);
    let mut cases: Vec<Case> = I64.into_iter().chain([1, -1]).map(case).collect();
    cases.extend(refusals("store-record", &case(7)));
    cases
}

fn version(name: &str, number: u64, time: i64, pieces: u32, tail: &str) -> Case {
    Case::new(name).with("number", number).with("created-at", time).with("pieces", pieces).with("tail", tail)
}

fn versions() -> Vec<Case> {
    let mut cases = vec![
        version("zero", 0, 0, 0, ""),
        version("first, smallest value", 1, I64[1], 0, "5a*108"),
        version("max", u64::MAX, i64::MAX, u32::MAX, "ff*1300"),
        version("before the epoch", 2, i64::MIN, 1, "00"),
        version("pieces and no tail", 3, I64[1], 18, ""),
    ];
    for len in [1, 2, 7, 8, 255, 256, 257, 1024, 1299, 1300] {
        cases.push(version(&format!("tail of {len}"), 4, I64[1], 0, &format!("count*{len}")));
    }
    let good = version("good", 1, 2, 3, "0405");
    cases.extend(refusals("version-record", &good));
    for (name, at) in [("tail longer than the row", 24), ("tail longer than any memory", 31)] {
        cases.push(good.fails(name, Fault::Damaged, with_byte("version-record", &good, at, 0xff)));
    }
    cases
}

fn secrets() -> Vec<Case> {
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
    for len in [0, 1, 104, 172, 300, 556, 1068, 1300] {
        let case = version(&format!("tail of {len}"), 4, I64[1], 0, &format!("count*{len}"));
        cases.push(secret(case, "a1*16", 1, 2));
    }
    cases.extend(refusals("secret-record", &secret(version("good", 1, 2, 3, "0405"), "06*16", 7, 8)));
    cases
}

fn segments() -> Vec<Case> {
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
        segment("17 events", 3, "b6*32").with("event", "6 2 c7*16 3 17"),
        segment("1024 events", 4, "d8*32").with("event", "7 2 e9*16 4 1024"),
    ];
    cases.extend(refusals("audit-segment", &good));
    for (name, at) in [("more events than bytes", 12), ("more events than any memory", 19)] {
        cases.push(good.fails(name, Fault::Damaged, with_byte("audit-segment", &good, at, 0xff)));
    }
    cases
}

fn frames() -> Vec<Case> {
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

fn chains() -> Vec<Case> {
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

fn keyed(name: impl std::fmt::Display) -> Case {
    Case::new(name).with("master", "count*32").with("store-id", "a0*16").with("epoch", 0)
}

fn keys() -> Vec<Case> {
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

fn paths() -> Vec<Case> {
    let deep = vec!["s"; 16].join("/");
    let paths = ["a", "a/b", "a/b/c", "production/openai/api-key", "Gr\u{fc}\u{df}e/\u{1f511}", &deep];
    paths.into_iter().map(|path| keyed(path).with("path", path)).collect()
}

fn state(case: Case, kind: &str, entries: &[(u32, &str)]) -> Case {
    let case = case
        .with("engine-header", "count*512")
        .with("logical-len", 1001 * 4096)
        .with("superblock-kind", kind)
        .with("generation", 7)
        .with("header-sequence", 1)
        .with("audit-head", "b1*32")
        .with("clock-mark", I64[1])
        .with("physical-blocks", 900);
    entries.iter().fold(case, |case, (block, tag)| case.with("entry", format!("{block} {tag}")))
}

fn superblocks() -> Vec<Case> {
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

fn sealed_superblocks() -> Vec<Case> {
    let case = |copy: &str, sequence: u64, kind: &str| {
        let case = keyed(format!("copy {copy}, sequence {sequence}")).with("copy", copy);
        state(case.with("sequence", sequence).with("nonce", "count*24"), kind, &[(3, "c2*16")])
    };
    let good = case("A", 1, "commit");
    let moved =
        case("B", 1, "commit").fails("copy A at B", Fault::Unauthentic, encoded("sealed-superblock", &good));
    vec![good, case("B", u64::MAX, "repeat"), moved]
}

fn blocks() -> Vec<Case> {
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

fn values() -> Vec<Case> {
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

fn cursors() -> Vec<Case> {
    let case = |name: &str, namespace: &str, after: &str| {
        keyed(name).with("namespace", namespace).with("after", after).with("nonce", "f5*24")
    };
    let good = case("below a namespace", "production", "production/openai/api-key");
    let elsewhere = case("of another query", "staging", "production/openai/api-key");
    let elsewhere = elsewhere.fails("of another query", Fault::Unauthentic, encoded("cursor", &good));
    vec![case("of everything", "", "a"), good, elsewhere]
}

fn slot(name: &str, unlock: &str, index: u16, cost: (u32, u32, u32)) -> Case {
    let normal = match unlock.strip_prefix("passphrase ") {
        Some(passphrase) => hex(&normalised(passphrase)),
        None => String::new(),
    };
    let case = keyed(name).with("index", index).with("unlock", unlock).with("normalised", normal);
    let case = case.with("memory-kib", cost.0).with("passes", cost.1).with("lanes", cost.2);
    case.with("id", "16*16").with("salt", "count*32").with("nonce", "27*24")
}

fn slots() -> Vec<Case> {
    let raw = "raw-key 38*32";
    let good = slot("raw key in the first slot", raw, 0, (0, 0, 0));
    let passphrase = slot("passphrase", "passphrase correct horse battery staple", 1, (19_456, 2, 1));
    let moved = slot("raw key, moved", raw, 1, (0, 0, 0));
    let mut cases = vec![
        slot("raw key in the last slot", raw, 47, (0, 0, 0)),
        slot("passphrase typed with a combining accent", "passphrase Cafe\u{301}", 0, (19_456, 1, 4)),
        moved.fails("slot 0 at 1", Fault::Unauthentic, encoded("slot", &good)),
        passphrase.fails("18 MiB", Fault::UnsupportedFormat, with_byte("slot", &passphrase, 5, 0x48)),
        passphrase.fails("no passes", Fault::UnsupportedFormat, with_byte("slot", &passphrase, 8, 0)),
        passphrase.fails("other cost", Fault::Unauthentic, with_byte("slot", &passphrase, 8, 1)),
    ];
    for kind in 3..=6 {
        cases.push(good.fails(format!("kind {kind}"), Fault::Malformed, with_byte("slot", &good, 0, kind)));
    }
    for (name, at) in [("flags", 2), ("cost of a raw key", 4), ("payload length", 96), ("tail", 255)] {
        cases.push(good.fails(name, Fault::Malformed, with_byte("slot", &good, at, 1)));
    }
    cases.extend([good, passphrase]);
    cases
}

fn headers() -> Vec<Case> {
    let raw = slot("", "raw-key 38*32", 0, (0, 0, 0));
    let last = slot("", "passphrase correct horse battery staple", 47, (19_456, 2, 1));
    let line = |index: u16, case: &Case| format!("{index} {}", HEXLOWER.encode(&encoded("slot", case)));
    let good = keyed("one slot").with("sequence", 1).with("slot", line(0, &raw));
    let two = keyed("first and last slot").with("sequence", u64::MAX).with("slot", line(0, &raw));
    let bytes = encoded("key-header", &good);
    let mut cases = vec![keyed("no slots").with("sequence", 0), two.with("slot", line(47, &last))];
    for (name, at, byte) in [
        ("required feature", 40, 1),
        ("other geometry", 48, 1),
        ("reserved", 0x3FF, 1),
        ("slot kind 6", 0x500, 6),
    ] {
        let mut bytes = bytes.clone();
        bytes[at] = byte;
        cases.push(good.fails(name, Fault::UnsupportedFormat, resealed(&good, &bytes)));
    }
    for (name, at) in [("version 2", 8), ("suite 2", 10)] {
        let mut bytes = bytes.clone();
        bytes[at] = 2;
        cases.push(good.fails(name, Fault::UnsupportedFormat, resealed(&good, &bytes)));
    }
    let mut forged = bytes.clone();
    forged[0x3FC0] ^= 1;
    let digest = crate::crypto::mac::sha256(&[&forged[..0x3FE0]]);
    forged[0x3FE0..].copy_from_slice(&digest);
    cases.push(good.fails("second MAC forged, digest right", Fault::Unauthentic, forged));
    cases.push(good.fails("cut short", Fault::Damaged, bytes[..16_383].to_vec()));
    cases.push(good.fails("something else", Fault::NotAStore, b"SQLite format 3\0".to_vec()));
    cases.push(good);
    cases
}
