//! Vectors of what lies below an unlocked master key: derived keys, superblocks, blocks, values, cursors.

use zeroize::Zeroizing;

use super::text::{Case, bytes_of};
use super::{Fault, Kind};
use crate::access::Principal;
use crate::crypto::aead::{self, Aad, NONCE_LEN, OVERHEAD, Seals};
use crate::crypto::derive::{self, StoreKeys};
use crate::crypto::keys::{Key, Value};
use crate::crypto::mac::sha256;
use crate::format::aad::{self, StoreEpoch};
use crate::format::layout::Twin;
use crate::format::superblock::{self, ManifestEntry, Superblock};
use crate::record::value::{CHUNK_LEN, ROLE_VALUE, frame, unframe};
use crate::{Listed, Query, Sort, Tier, Timestamp};

pub(super) fn kinds() -> [Kind; 7] {
    let derived = Kind {
        name: "",
        encode: |_| Vec::new(),
        check: |_, _| Ok(()),
        after_flip: |_| &[Fault::Different],
        flip_every: 1,
    };
    let sealed = Kind { after_flip: |_| &[Fault::Unauthentic], flip_every: 31, ..derived };
    [
        Kind { name: "keys", encode: keys, check: |case, bytes| same(&keys(case), bytes), ..derived },
        Kind { name: "path-key", encode: path, check: |case, bytes| same(&path(case), bytes), ..derived },
        Kind {
            name: "superblock",
            encode: |case| superblock(case).encode().to_vec(),
            check: |case, bytes| check_superblock(case, bytes),
            after_flip: |_| &[Fault::Different, Fault::UnsupportedFormat],
            flip_every: 3,
        },
        Kind {
            name: "sealed-superblock",
            encode: sealed_superblock,
            check: check_sealed_superblock,
            ..sealed
        },
        Kind { name: "sealed-block", encode: block, check: check_block, ..sealed },
        Kind { name: "sealed-value", encode: value, check: check_value, flip_every: 997, ..sealed },
        Kind { name: "cursor", encode: cursor, check: check_cursor, flip_every: 1, ..sealed },
    ]
}

fn same(expected: &[u8], bytes: &[u8]) -> Result<(), Fault> {
    if expected == bytes { Ok(()) } else { Err(Fault::Different) }
}

pub(super) fn place(case: &Case) -> StoreEpoch {
    StoreEpoch { store_id: case.array("store-id"), epoch: case.number("epoch") }
}

pub(super) fn store_keys(case: &Case) -> StoreKeys {
    let place = place(case);
    derive::store_keys(&Key::of(case.array("master")), &place.store_id, place.epoch).unwrap()
}

fn nonce(case: &Case) -> [u8; NONCE_LEN] {
    case.array("nonce")
}

fn open<P: Seals>(key: &Key<P>, aad: &Aad, sealed: &[u8]) -> Result<Vec<u8>, Fault> {
    let mut plaintext = vec![0; sealed.len().checked_sub(OVERHEAD).ok_or(Fault::Unauthentic)?];
    aead::open(key, aad, sealed, &mut plaintext).unwrap().map_err(|_| Fault::Unauthentic)?;
    Ok(plaintext)
}

/// FK, AK, VK, then the keys under FK and AK in the order of FORMAT 5.2.
fn keys(case: &Case) -> Vec<u8> {
    let keys = store_keys(case);
    let all = [
        *keys.file.expose().unwrap(),
        *keys.authority.expose().unwrap(),
        *keys.value_root.expose().unwrap(),
        *derive::file_header_mac(&keys.file).unwrap().expose().unwrap(),
        *derive::superblock(&keys.file).unwrap().expose().unwrap(),
        *derive::block(&keys.file).unwrap().expose().unwrap(),
        *derive::cursor(&keys.file).unwrap().expose().unwrap(),
        *derive::authority_header_mac(&keys.authority).unwrap().expose().unwrap(),
    ];
    all.concat()
}

fn path_key(case: &Case) -> Key<Value> {
    let mut namespace = store_keys(case).value_root;
    let mut segments = case.text("path").split('/').peekable();
    loop {
        let segment = segments.next().unwrap();
        if segments.peek().is_none() {
            return derive::value(&namespace, segment).unwrap();
        }
        namespace = derive::namespace(&namespace, segment).unwrap();
    }
}

fn path(case: &Case) -> Vec<u8> {
    path_key(case).expose().unwrap().to_vec()
}

fn superblock(case: &Case) -> Superblock {
    let entry = |line: &&str| {
        let (block, tag) = line.split_once(' ').unwrap();
        ManifestEntry { block: block.parse().unwrap(), tag: bytes_of(tag).unwrap().try_into().unwrap() }
    };
    Superblock {
        engine_header: Zeroizing::new(case.array("engine-header")),
        logical_len: case.number("logical-len"),
        kind: match case.text("superblock-kind") {
            "commit" => superblock::Kind::Commit,
            "repeat" => superblock::Kind::Repeat,
            kind => panic!("kind {kind}"),
        },
        generation: case.number("generation"),
        header_sequence: case.number("header-sequence"),
        audit_head: case.array("audit-head"),
        clock_mark: case.number("clock-mark"),
        physical_blocks: case.number("physical-blocks"),
        manifest: case.all("entry").iter().map(entry).collect(),
    }
}

fn check_superblock(case: &Case, plaintext: &[u8]) -> Result<(), Fault> {
    match Superblock::decode(plaintext) {
        Ok(found) if found == superblock(case) => Ok(()),
        Ok(_) => Err(Fault::Different),
        Err(_) => Err(Fault::UnsupportedFormat),
    }
}

fn copy(case: &Case) -> Twin {
    match case.text("copy") {
        "A" => Twin::A,
        "B" => Twin::B,
        copy => panic!("copy {copy}"),
    }
}

/// `sequence | sealed`, as it lies in the file.
fn sealed_superblock(case: &Case) -> Vec<u8> {
    let sequence: u64 = case.number("sequence");
    let aad = aad::superblock(&place(case), copy(case), sequence);
    let key = derive::superblock(&store_keys(case).file).unwrap();
    let sealed = aead::seal_with_nonce(&key, nonce(case), &aad, &superblock(case).encode());
    [sequence.to_le_bytes().as_slice(), &sealed].concat()
}

fn check_sealed_superblock(case: &Case, bytes: &[u8]) -> Result<(), Fault> {
    let (sequence, sealed) = bytes.split_first_chunk::<8>().unwrap();
    let aad = aad::superblock(&place(case), copy(case), u64::from_le_bytes(*sequence));
    let key = derive::superblock(&store_keys(case).file).unwrap();
    check_superblock(case, &open(&key, &aad, sealed)?)
}

fn block(case: &Case) -> Vec<u8> {
    let aad = aad::block(&place(case), case.number("number"));
    let plaintext: [u8; 4096] = case.array("plaintext");
    aead::seal_with_nonce(&derive::block(&store_keys(case).file).unwrap(), nonce(case), &aad, &plaintext)
}

fn check_block(case: &Case, sealed: &[u8]) -> Result<(), Fault> {
    let aad = aad::block(&place(case), case.number("number"));
    same(&case.bytes("plaintext"), &open(&derive::block(&store_keys(case).file).unwrap(), &aad, sealed)?)
}

fn value_aad(case: &Case, chunk: usize, last: bool) -> Aad {
    let (secret, version) = (case.array("secret"), case.number("version"));
    aad::value(&place(case), &secret, version, ROLE_VALUE, u32::try_from(chunk).unwrap(), last)
}

fn value(case: &Case) -> Vec<u8> {
    let framed = frame(&case.bytes("value")).unwrap();
    let nonces = case.all("nonce");
    let chunks = framed.chunks(CHUNK_LEN);
    assert_eq!(chunks.len(), nonces.len(), "one nonce for each chunk");
    let mut sealed = Vec::new();
    for (index, (chunk, nonce)) in chunks.zip(&nonces).enumerate() {
        let aad = value_aad(case, index, index + 1 == nonces.len());
        let nonce = bytes_of(nonce).unwrap().try_into().unwrap();
        sealed.extend(aead::seal_with_nonce(&path_key(case), nonce, &aad, chunk));
    }
    sealed
}

fn check_value(case: &Case, sealed: &[u8]) -> Result<(), Fault> {
    let chunks = sealed.chunks(CHUNK_LEN + OVERHEAD);
    let count = chunks.len();
    let mut framed = Vec::new();
    for (index, chunk) in chunks.enumerate() {
        framed.extend(open(&path_key(case), &value_aad(case, index, index + 1 == count), chunk)?);
    }
    same(&case.bytes("value"), unframe(&framed).map_err(|_| Fault::Malformed)?)
}

fn cursor_aad(case: &Case) -> Aad {
    aad::cursor(&place(case), &query_digest(case))
}

/// The digest of FORMAT 8.8, which must be that of the query with the same words.
fn query_digest(case: &Case) -> [u8; 32] {
    let conditions: Vec<&str> = case.all("condition");
    let number = |name: &str| case.maybe::<u8>(name).unwrap_or_default();
    let since = case.maybe::<i64>("since");
    let namespace = case.text("namespace");
    let digest = sha256(&[
        b"strongroom/1/query",
        &[number("one-level"), number("shelf"), number("order"), number("tier")],
        &since.unwrap_or(i64::MIN).to_le_bytes(),
        b"owner",
        &[0],
        namespace.as_bytes(),
        &[0],
        conditions.iter().map(|condition| format!("{condition}\n")).collect::<String>().as_bytes(),
    ]);
    let query = query(case, &conditions);
    assert_eq!(query.digest(Principal::Owner, &query.filter().unwrap()), digest, "{}", case.name);
    digest
}

fn query(case: &Case, conditions: &[&str]) -> Query {
    let mut query = match case.text("namespace") {
        "" => Query::all(),
        namespace => Query::under(namespace),
    };
    if let Some(shelf) = case.maybe::<usize>("shelf") {
        query = query.state([Listed::Live, Listed::Trash, Listed::All][shelf]);
    }
    if case.maybe::<u8>("order") == Some(1) {
        query = query.sort(Sort::Updated);
    }
    if case.maybe::<u8>("one-level") == Some(1) {
        query = query.one_level();
    }
    if let Some(tier) = case.maybe::<usize>("tier") {
        query = query.tier(Tier::ALL[tier - 1]);
    }
    if let Some(since) = case.maybe("since") {
        query = query.updated_since(Timestamp::from_millis(since));
    }
    for condition in conditions {
        query = match (condition.split_at(1), condition[1..].split_once('=')) {
            (("=", _), Some((key, value))) => query.tag(key, value),
            (("+", key), None) => query.has_tag(key),
            (("-", key), None) => query.without_tag(key),
            _ => panic!("{}: {condition}", case.name),
        };
    }
    query
}

fn position(case: &Case) -> Vec<u8> {
    let (age, id): (i64, [u8; 16]) = (case.number("age"), case.array("id"));
    [age.to_le_bytes().as_slice(), &id, &case.bytes("after")].concat()
}

fn cursor(case: &Case) -> Vec<u8> {
    let key = derive::cursor(&store_keys(case).file).unwrap();
    aead::seal_with_nonce(&key, nonce(case), &cursor_aad(case), &position(case))
}

fn check_cursor(case: &Case, sealed: &[u8]) -> Result<(), Fault> {
    let key = derive::cursor(&store_keys(case).file).unwrap();
    same(&position(case), &open(&key, &cursor_aad(case), sealed)?)
}
