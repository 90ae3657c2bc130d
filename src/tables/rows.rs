//! The keys of the rows. FORMAT 8.2. Numbers are big-endian here, so that rows sort by them.

use crate::record::path::SecretPath;

/// The store's own row.
pub(super) const STORE: [u8; 1] = [0x01];

/// The least cost of the store's passphrase slots.
pub(super) const KDF_FLOOR: [u8; 1] = [0x02];

const SLOT: u8 = 0x03;
const PATH: u8 = 0x10;
const HISTORY: u8 = 0x20;
const PIECE: u8 = 0x30;
const AUDIT: u8 = 0x40;

/// Stands for `/` in a row's key: below every character of a segment, so that a namespace is one run of rows.
const SEPARATOR: u8 = 0;

/// What is known of a key slot.
pub(super) fn slot(id: &[u8; 16]) -> Vec<u8> {
    [&[SLOT], id.as_slice()].concat()
}

/// What is known of every key slot.
pub(super) fn all_slots() -> (Vec<u8>, Vec<u8>) {
    (vec![SLOT], vec![SLOT + 1])
}

/// The slot a row's key stands for.
pub(super) fn slot_of(key: &[u8]) -> Option<[u8; 16]> {
    key.strip_prefix(&[SLOT])?.try_into().ok()
}

/// Behind every row.
pub(super) const END: [u8; 1] = [0xff];

/// What a row holds, by the first byte of its key.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Sort {
    Path,
    History,
    Piece,
    Slot,
    /// Any other: it is copied as it stands.
    Other,
}

/// What the row with this key holds.
pub(super) fn sort(key: &[u8]) -> Sort {
    match key.first() {
        Some(&PATH) => Sort::Path,
        Some(&HISTORY) => Sort::History,
        Some(&PIECE) => Sort::Piece,
        Some(&SLOT) => Sort::Slot,
        _ => Sort::Other,
    }
}

/// The row of a live secret.
pub(super) fn path(path: &SecretPath) -> Vec<u8> {
    path_key(path.as_str())
}

/// Every row strictly below a namespace, or of every path: from the first, up to and without the second.
pub(super) fn paths_under(namespace: Option<&SecretPath>) -> (Vec<u8>, Vec<u8>) {
    match namespace {
        None => (vec![PATH], vec![PATH + 1]),
        Some(namespace) => {
            let mut from = path(namespace);
            let mut to = from.clone();
            from.push(SEPARATOR);
            to.push(SEPARATOR + 1);
            (from, to)
        }
    }
}

/// The path a row's key stands for.
pub(super) fn path_of(key: &[u8]) -> Option<SecretPath> {
    let text = key.strip_prefix(&[PATH])?;
    let text: Vec<u8> = text.iter().map(|&byte| if byte == SEPARATOR { b'/' } else { byte }).collect();
    SecretPath::parse(std::str::from_utf8(&text).ok()?).ok()
}

fn path_key(text: &str) -> Vec<u8> {
    let bytes = text.bytes().map(|byte| if byte == b'/' { SEPARATOR } else { byte });
    std::iter::once(PATH).chain(bytes).collect()
}

/// Where the secret with this id is found.
pub(super) fn anchor(id: &[u8; 16]) -> Vec<u8> {
    history(id, 0)
}

/// A version that is not the current one.
pub(super) fn history(id: &[u8; 16], version: u64) -> Vec<u8> {
    [&[HISTORY], id.as_slice(), &version.to_be_bytes()].concat()
}

/// Every anchor and every version that is not current.
pub(super) fn all_history() -> (Vec<u8>, Vec<u8>) {
    (vec![HISTORY], vec![HISTORY + 1])
}

/// What the key of a history row stands for: secret and version, 0 for the anchor.
pub(super) fn history_of(key: &[u8]) -> Option<([u8; 16], u64)> {
    let (id, version) = key.strip_prefix(&[HISTORY])?.split_first_chunk::<16>()?;
    Some((*id, u64::from_be_bytes(version.try_into().ok()?)))
}

/// A row of a sealed value.
pub(super) fn piece(id: &[u8; 16], version: u64, index: u32) -> Vec<u8> {
    [&[PIECE], id.as_slice(), &version.to_be_bytes(), &index.to_be_bytes()].concat()
}

/// Every row of a sealed value.
pub(super) fn all_pieces() -> (Vec<u8>, Vec<u8>) {
    (vec![PIECE], vec![PIECE + 1])
}

/// A segment of the audit log, by the sequence number of its first event.
pub(super) fn audit(first: u64) -> Vec<u8> {
    [&[AUDIT], first.to_be_bytes().as_slice()].concat()
}

/// The whole audit log.
pub(super) fn all_audit() -> (Vec<u8>, Vec<u8>) {
    (vec![AUDIT], vec![AUDIT + 1])
}

/// The sequence number in the key of a segment.
pub(super) fn audit_of(key: &[u8]) -> Option<u64> {
    Some(u64::from_be_bytes(key.strip_prefix(&[AUDIT])?.try_into().ok()?))
}
