//! Slots and key headers.

use super::seals::keyed;
use super::{encoded, with_byte};
use crate::golden::Fault;
use crate::golden::text::{Case, hex};
use crate::golden::typed::code_text;
use crate::golden::unlocking::{normalised, passphrase_of, resealed};

pub(super) fn slot(name: &str, unlock: &str, index: u16, cost: (u32, u32, u32)) -> Case {
    let normal = passphrase_of(unlock).map(|passphrase| hex(&normalised(passphrase))).unwrap_or_default();
    slot_in(keyed(name), (unlock, &normal), index, cost)
}

fn slot_in(case: Case, (unlock, normal): (&str, &str), index: u16, cost: (u32, u32, u32)) -> Case {
    let case = case.with("index", index).with("unlock", unlock).with("normalised", normal);
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

/// Two cases of each kind that came later, and what must not open them.
pub(super) fn slots_of_every_kind() -> Vec<Case> {
    const LEAST: (u32, u32, u32) = (19_456, 1, 1);
    let code = code_text(&std::array::from_fn(|at| at as u8));
    let key_file = slot("key file", "key-file count*64", 2, (0, 0, 0));
    let joined = "passphrase-and-key-file count*64 correct horse battery staple";
    let both = slot("passphrase and key file", joined, 3, LEAST);
    let recovery = slot("recovery code", &format!("recovery-code {code}"), 4, (0, 0, 0));
    let mut cases = vec![
        slot("key file of one byte", "key-file 00", 47, (0, 0, 0)),
        slot("key file of most bytes", "key-file a5*65536", 0, (0, 0, 0)),
        slot(
            "key file and passphrase typed with a combining accent",
            "passphrase-and-key-file 00 Cafe\u{301}",
            0,
            (19_456, 2, 4),
        ),
        slot("recovery code of ones", &format!("recovery-code {}", code_text(&[0xff; 32])), 0, (0, 0, 0)),
        slot("recovery code of zeros", &format!("recovery-code {}", code_text(&[0; 32])), 1, (0, 0, 0)),
    ];
    let other = |unlock: &str, index, cost| slot("", unlock, index, cost);
    for (name, good, wrong) in [
        ("another key file", &key_file, other("key-file count*65", 2, (0, 0, 0))),
        ("another key file, the passphrase", &both, other(&joined.replace("64", "63"), 3, LEAST)),
        ("another passphrase, the key file", &both, other(&joined.replace("staple", "stable"), 3, LEAST)),
        ("another code", &recovery, other(&format!("recovery-code {}", code_text(&[7; 32])), 4, (0, 0, 0))),
        ("a passphrase where a key file belongs too", &both, other("passphrase correct horse", 3, LEAST)),
        ("a key file where a passphrase belongs too", &both, other("key-file count*64", 3, (0, 0, 0))),
    ] {
        cases.push(wrong.fails(name, Fault::Unauthentic, encoded("slot", good)));
    }
    for (name, good, at, byte) in [
        ("a cost of a key file", &key_file, 4, 1),
        ("a derivation of a key file", &key_file, 1, 1),
        ("a flag of a key file", &key_file, 2, 1),
        ("a cost of a recovery code", &recovery, 12, 1),
        ("no derivation of both", &both, 1, 0),
        ("no flag of both", &both, 2, 0),
        ("kind 7", &key_file, 0, 7),
    ] {
        cases.push(good.fails(name, Fault::Malformed, with_byte("slot", good, at, byte)));
    }
    for (name, good, kind) in
        [("a key file as a recovery code", &key_file, 5), ("both as a passphrase", &both, 1)]
    {
        cases.push(good.fails(name, Fault::Unauthentic, with_byte("slot", good, 0, kind)));
    }
    cases.push(both.fails("no passes", Fault::UnsupportedFormat, with_byte("slot", &both, 8, 0)));
    cases.push(both.fails("other lanes", Fault::Unauthentic, with_byte("slot", &both, 12, 2)));
    cases.extend([key_file, both, recovery]);
    cases
}

pub(super) fn later_headers() -> Vec<Case> {
    let place = |name: &str, epoch: u32| {
        Case::new(name).with("master", "count*32").with("store-id", "a0*16").with("epoch", epoch)
    };
    let line = |epoch: u32, index: u16, unlock: &str, cost| {
        let normal = passphrase_of(unlock).map(|passphrase| hex(&normalised(passphrase))).unwrap_or_default();
        let case = slot_in(place("", epoch), (unlock, &normal), index, cost);
        format!("{index} {}", hex(&encoded("slot", &case)))
    };
    let (none, least) = ((0, 0, 0), (19_456, 1, 1));
    let code = format!("recovery-code {}", code_text(&std::array::from_fn(|at| at as u8)));
    let several = |name, epoch: u32, sequence: u64| {
        place(name, epoch)
            .with("sequence", sequence)
            .with("slot", line(epoch, 0, "passphrase correct horse battery staple", least))
            .with("slot", line(epoch, 1, "raw-key 38*32", none))
            .with("slot", line(epoch, 2, "key-file count*64", none))
            .with("slot", line(epoch, 5, "passphrase-and-key-file count*64 correct horse", least))
            .with("slot", line(epoch, 47, &code, none))
    };
    let good = several("every kind, epoch 2", 2, 9_876_543_210);
    let one = place("one slot, last epoch", u32::MAX).with("sequence", u64::MAX);
    let one = one.with("slot", line(u32::MAX, 3, "key-file count*64", none));
    let bytes = encoded("key-header", &good);
    let before = several("of the epoch before", 1, 9_876_543_210);
    let mut token = bytes.clone();
    token[0x400 + 3 * 256] = 6;
    let mut odd = bytes.clone();
    odd[0x400 + 2 * 256 + 4] = 1;
    vec![
        before.fails("under the keys of the epoch before", Fault::Unauthentic, bytes),
        good.fails("a token among them", Fault::UnsupportedFormat, resealed(&good, &token)),
        good.fails("a key file with a cost among them", Fault::UnsupportedFormat, resealed(&good, &odd)),
        good,
        one,
    ]
}
