//! Vectors of key slots and key headers.

use std::sync::Arc;

use zeroize::Zeroizing;

use super::seals::{place, store_keys};
use super::text::{Case, bytes_of};
use super::typed::code_of;
use super::{Fault, Kind};
use crate::Unlock;
use crate::crypto::aead;
use crate::crypto::arena::Arena;
use crate::crypto::derive;
use crate::crypto::kdf::{KdfCost, stretch};
use crate::crypto::mac::{equal, hmac, sha256};
use crate::error::ErrorKind;
use crate::format::aad;
use crate::format::header::{Header, HeaderFault};
use crate::format::slot::{Slot, SlotKind, SlotState, StoredCost};
use crate::sealed::disk::scratch::Scratch;
use crate::sealed::slots::{Search, With};

const COST: [&str; 3] = ["memory-kib", "passes", "lanes"];

pub(super) fn kinds() -> [Kind; 2] {
    [
        Kind {
            name: "slot",
            encode: |case| slot(case).encode(),
            check: check_slot,
            after_flip: |_| &[Fault::Unauthentic, Fault::UnsupportedFormat, Fault::Malformed],
            // Each flip that leaves the fields plausible costs a key derivation.
            flip_every: 24,
        },
        Kind {
            name: "key-header",
            encode: |case| sealed(case, &mut header(case)),
            check: check_header,
            after_flip: |at| if at < 8 { &[Fault::NotAStore] } else { &[Fault::Damaged] },
            flip_every: 97,
        },
    ]
}

fn unlock(case: &Case) -> Unlock {
    unlock_of(case.text("unlock"))
}

/// `passphrase …`, `raw-key …`, `key-file <content>`, `passphrase-and-key-file <content> …` or `recovery-code …`.
pub(super) fn unlock_of(text: &str) -> Unlock {
    match text.split_once(' ').unwrap() {
        ("passphrase", passphrase) => Unlock::passphrase(passphrase),
        ("raw-key", key) => Unlock::raw_key(&bytes_of(key).unwrap().try_into().unwrap()),
        ("key-file", content) => key_file(content),
        ("passphrase-and-key-file", both) => {
            let (content, passphrase) = both.split_once(' ').unwrap();
            key_file(content).and_passphrase(passphrase).unwrap()
        }
        ("recovery-code", code) => Unlock::recovery_code(code).unwrap(),
        (kind, _) => panic!("unlocks with {kind}"),
    }
}

fn key_file(content: &str) -> Unlock {
    let scratch = Scratch::new();
    std::fs::write(scratch.join("key"), bytes_of(content).unwrap()).unwrap();
    Unlock::key_file(scratch.join("key")).unwrap()
}

/// The passphrase in what unlocks, if one is part of it.
pub(super) fn passphrase_of(unlock: &str) -> Option<&str> {
    let both = || Some(unlock.strip_prefix("passphrase-and-key-file ")?.split_once(' ')?.1);
    unlock.strip_prefix("passphrase ").or_else(both)
}

/// Kind and parts of FORMAT 5.1, from the text of what unlocks.
fn material(case: &Case, arena: &Arc<Arena>) -> (SlotKind, Vec<u8>) {
    let part = |kind: u8, bytes: &[u8]| [&[kind, 32, 0, 0, 0], bytes].concat();
    let digest = |content: &str| sha256(&[b"strongroom/1/key-file", &bytes_of(content).unwrap()]);
    let stretched = || {
        let [memory_kib, passes, lanes] = COST.map(|name| case.number(name));
        let cost = KdfCost::new(memory_kib, passes, lanes).unwrap();
        let key = stretch(arena, &case.bytes("normalised"), &case.array("salt"), cost).unwrap();
        part(1, key.expose().unwrap())
    };
    let unlock = case.text("unlock");
    assert_eq!(passphrase_of(unlock).is_none(), case.text("normalised").is_empty(), "{}", case.name);
    match unlock.split_once(' ').unwrap() {
        ("passphrase", _) => (SlotKind::Passphrase, stretched()),
        ("raw-key", key) => (SlotKind::RawKey, part(2, &bytes_of(key).unwrap())),
        ("key-file", content) => (SlotKind::KeyFile, part(3, &digest(content))),
        ("passphrase-and-key-file", both) => {
            let content = both.split_once(' ').unwrap().0;
            (SlotKind::PassphraseAndKeyFile, [stretched(), part(3, &digest(content))].concat())
        }
        ("recovery-code", code) => (SlotKind::RecoveryCode, part(4, &code_of(code).unwrap())),
        (kind, _) => panic!("unlocks with {kind}"),
    }
}

/// The slot by FORMAT 4 and 5.1, step by step and not through the code that wraps.
fn slot(case: &Case) -> Slot {
    let (place, index, salt) = (place(case), case.number::<u16>("index"), case.array("salt"));
    let id: [u8; 16] = case.array("id");
    let [memory_kib, passes, lanes] = COST.map(|name| case.number(name));
    let arena = Arena::any();
    let (kind, material) = material(case, &arena);
    let root = derive::slot_root(&arena, &salt, &material).unwrap();
    let context = [place.store_id.as_slice(), &index.to_le_bytes(), &id].concat();
    let mut slot = Slot {
        kind,
        cost: StoredCost { memory_kib, passes, lanes },
        id,
        salt,
        commitment: derive::slot_commitment(&root, &context).unwrap(),
        wrapped: vec![0; 72],
    };
    let aad = aad::slot(&Header::fixed(&place), index, &slot.bound());
    let master: [u8; 32] = case.array("master");
    slot.wrapped = aead::seal_with_nonce(
        &derive::slot_wrap(&root, &context).unwrap(),
        case.array("nonce"),
        &aad,
        &master,
    );
    slot
}

fn check_slot(case: &Case, bytes: &[u8]) -> Result<(), Fault> {
    let slot = match SlotState::decode(bytes) {
        SlotState::InUse(slot) => slot,
        SlotState::Empty | SlotState::Unknown => return Err(Fault::Malformed),
    };
    let mut slots = vec![None; case.number("index")];
    slots.push(Some(slot));
    let unlock = unlock(case);
    let header = Header::new(place(case), 1, &slots);
    let arena = Arena::any();
    let with = With::Unlock(&unlock);
    let found = Search::new(with, &arena, std::slice::from_ref(&header)).and_then(|mut search| {
        let Some(opener) = search.open(&header)? else { return Ok(None) };
        let master = opener.master(&header.place)?;
        Ok(Some(*master.expose()? == case.array("master")))
    });
    match found {
        Ok(Some(true)) => Ok(()),
        Ok(Some(false)) => Err(Fault::Different),
        Ok(None) => Err(Fault::Unauthentic),
        Err(error) if error.kind() == ErrorKind::Tampered => Err(Fault::Unauthentic),
        Err(error) if error.kind() == ErrorKind::KdfLimits => Err(Fault::UnsupportedFormat),
        Err(error) => panic!("{error}"),
    }
}

fn header(case: &Case) -> Header {
    let mut slots = Vec::new();
    for line in case.all("slot") {
        let (index, bytes) = line.split_once(' ').unwrap();
        let SlotState::InUse(slot) = SlotState::decode(&bytes_of(bytes).unwrap()) else {
            panic!("{}: slot {index} is not one", case.name)
        };
        slots.resize(index.parse().unwrap(), None);
        slots.push(Some(slot));
    }
    Header::new(place(case), case.number("sequence"), &slots)
}

fn sealed(case: &Case, header: &mut Header) -> Vec<u8> {
    let keys = store_keys(case);
    let (file, authority) = (
        derive::file_header_mac(&keys.file).unwrap(),
        derive::authority_header_mac(&keys.authority).unwrap(),
    );
    header.seal(|covered| hmac(&file, covered), |covered| hmac(&authority, covered)).unwrap().to_vec()
}

/// The copy `bytes` with MACs and digest that belong to it: what a newer version would write.
pub(super) fn resealed(case: &Case, bytes: &[u8]) -> Vec<u8> {
    let keys = store_keys(case);
    let mut bytes = bytes[..0x3FA0].to_vec();
    bytes.extend(hmac(&derive::file_header_mac(&keys.file).unwrap(), &bytes).unwrap());
    bytes.extend(hmac(&derive::authority_header_mac(&keys.authority).unwrap(), &bytes).unwrap());
    bytes.extend(sha256(&[&bytes]));
    bytes
}

fn check_header(case: &Case, bytes: &[u8]) -> Result<(), Fault> {
    let found = Header::decode(bytes).map_err(|fault| match fault {
        HeaderFault::NotAStore => Fault::NotAStore,
        HeaderFault::Unsupported => Fault::UnsupportedFormat,
        HeaderFault::Damaged => Fault::Damaged,
    })?;
    let keys = store_keys(case);
    let ((by_file, file), (by_authority, authority)) = (found.file_mac(), found.authority_mac());
    let file_mac = hmac(&derive::file_header_mac(&keys.file).unwrap(), by_file).unwrap();
    let authority_key = derive::authority_header_mac(&keys.authority).unwrap();
    if !equal(&file_mac, file) || !equal(&hmac(&authority_key, by_authority).unwrap(), authority) {
        return Err(Fault::Unauthentic);
    }
    if !found.is_canonical() {
        return Err(Fault::UnsupportedFormat);
    }
    let expected = header(case);
    let same =
        (found.place, found.sequence, &found.slots) == (expected.place, expected.sequence, &expected.slots);
    if same { Ok(()) } else { Err(Fault::Different) }
}

/// The bytes a passphrase is stretched as.
pub(super) fn normalised(passphrase: &str) -> Zeroizing<Vec<u8>> {
    use unicode_normalization::UnicodeNormalization;
    Zeroizing::new(passphrase.nfc().collect::<String>().into_bytes())
}
