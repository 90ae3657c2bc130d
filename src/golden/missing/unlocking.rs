//! Slots and key headers.

use super::seals::keyed;
use super::{encoded, with_byte};
use crate::golden::Fault;
use crate::golden::text::{Case, hex};
use crate::golden::unlocking::{normalised, resealed};

pub(super) fn slot(name: &str, unlock: &str, index: u16, cost: (u32, u32, u32)) -> Case {
    let normal = match unlock.strip_prefix("passphrase ") {
        Some(passphrase) => hex(&normalised(passphrase)),
        None => String::new(),
    };
    let case = keyed(name).with("index", index).with("unlock", unlock).with("normalised", normal);
    let case = case.with("memory-kib", cost.0).with("passes", cost.1).with("lanes", cost.2);
    case.with("id", "16*16").with("salt", "count*32").with("nonce", "27*24")
}

pub(super) fn slots() -> Vec<Case> {
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
    for (kind, fault) in
        [(3, Fault::Unauthentic), (4, Fault::Malformed), (5, Fault::Unauthentic), (6, Fault::Malformed)]
    {
        cases.push(good.fails(format!("kind {kind}"), fault, with_byte("slot", &good, 0, kind)));
    }
    for (name, at) in [("flags", 2), ("cost of a raw key", 4), ("payload length", 96), ("tail", 255)] {
        cases.push(good.fails(name, Fault::Malformed, with_byte("slot", &good, at, 1)));
    }
    cases.extend([good, passphrase]);
    cases
}

pub(super) fn headers() -> Vec<Case> {
    let raw = slot("", "raw-key 38*32", 0, (0, 0, 0));
    let last = slot("", "passphrase correct horse battery staple", 47, (19_456, 2, 1));
    let line = |index: u16, case: &Case| format!("{index} {}", hex(&encoded("slot", case)));
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
