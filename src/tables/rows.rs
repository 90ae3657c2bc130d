//! The keys of the rows. FORMAT 8.2. Numbers are big-endian here, so that rows sort by them.

use crate::record::path::SecretPath;

/// The store's own row.
pub(super) const STORE: [u8; 1] = [0x01];

/// The least cost of the store's passphrase slots.
pub(super) const KDF_FLOOR: [u8; 1] = [0x02];

/// When the store was last backed up.
pub(super) const BACKUP: [u8; 1] = [0x05];

/// That the clock jumped, until somebody confirms it.
pub(super) const CLOCK_JUMP: [u8; 1] = [0x06];

/// What the store is for.
pub(super) const ENVIRONMENT: [u8; 1] = [0x07];

/// For how long calls are remembered.
pub(super) const IDEMPOTENCY: [u8; 1] = [0x09];
/// What of reads goes into the audit log, and how long it is kept.
pub(super) const AUDIT_POLICY: [u8; 1] = [0x08];

/// Where the audit log begins, once its beginning was removed.
pub(super) const AUDIT_CHECKPOINT: [u8; 1] = [0x41];

const SLOT: u8 = 0x03;
const RETENTION: u8 = 0x04;
const PATH: u8 = 0x10;
const TRASH: u8 = 0x11;
const DELETED_VERSION: u8 = 0x12;
const SCHEDULED: u8 = 0x13;
const TAG: u8 = 0x18;
const HISTORY: u8 = 0x20;
const PIECE: u8 = 0x30;
const AUDIT: u8 = 0x40;
const CALL: u8 = 0x50;
const CALL_UNTIL: u8 = 0x51;

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
    Trash,
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
        Some(&TRASH) => Sort::Trash,
        Some(&HISTORY) => Sort::History,
        Some(&PIECE) => Sort::Piece,
        Some(&SLOT) => Sort::Slot,
        _ => Sort::Other,
    }
}

/// What the store keeps, or a namespace of it.
pub(super) fn retention(namespace: Option<&SecretPath>) -> Vec<u8> {
    keyed(RETENTION, namespace.map_or("", SecretPath::as_str))
}

/// What the store and all its namespaces keep.
pub(super) fn all_retention() -> (Vec<u8>, Vec<u8>) {
    (vec![RETENTION], vec![RETENTION + 1])
}

/// The namespace in the key of what it keeps: `None` for the store.
pub(super) fn retention_of(key: &[u8]) -> Option<Option<SecretPath>> {
    match key.strip_prefix(&[RETENTION])? {
        [] => Some(None),
        path => path_from(path).map(Some),
    }
}

/// The row of a live secret.
pub(super) fn path(path: &SecretPath) -> Vec<u8> {
    keyed(PATH, path.as_str())
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

/// Whether a path lies strictly below a namespace; below none lies everything.
pub(super) fn is_under(path: &SecretPath, namespace: Option<&SecretPath>) -> bool {
    let rest = namespace.map(|namespace| path.as_str().strip_prefix(namespace.as_str()));
    rest.is_none_or(|rest| rest.is_some_and(|rest| rest.starts_with('/')))
}

/// The path a row's key stands for.
pub(super) fn path_of(key: &[u8]) -> Option<SecretPath> {
    path_from(key.strip_prefix(&[PATH])?)
}

/// A path as it stands in a key.
pub(super) fn path_bytes(path: &SecretPath) -> Vec<u8> {
    path.as_str().bytes().map(in_key).collect()
}

/// The path that stands so in a key.
pub(super) fn path_from(bytes: &[u8]) -> Option<SecretPath> {
    let text: Vec<u8> = bytes.iter().map(|&byte| if byte == SEPARATOR { b'/' } else { byte }).collect();
    SecretPath::parse(std::str::from_utf8(&text).ok()?).ok()
}

/// The row of the path that stands so in keys.
pub(super) fn path_key(bytes: &[u8]) -> Vec<u8> {
    [&[PATH], bytes].concat()
}

/// What of the end of a range of paths stands in other keys: behind all paths, if it is behind all of their rows.
pub(super) fn end_of_paths(end: &[u8]) -> Vec<u8> {
    match end.strip_prefix(&[PATH]) {
        Some(path) => path.to_vec(),
        None => vec![0xff],
    }
}

fn in_key(byte: u8) -> u8 {
    if byte == b'/' { SEPARATOR } else { byte }
}

fn keyed(sort: u8, path: &str) -> Vec<u8> {
    let mut key = Vec::with_capacity(1 + path.len());
    key.push(sort);
    key.extend_from_slice(path.as_bytes());
    // Behind the sort, which may be any number.
    key.iter_mut().skip(1).for_each(|byte| *byte = in_key(*byte));
    key
}

/// A secret in the trash, by the time it goes.
pub(super) fn trash(purge_at: i64, id: &[u8; 16]) -> Vec<u8> {
    [&[TRASH], millis(purge_at).as_slice(), id].concat()
}

/// The whole trash.
pub(super) fn all_trash() -> (Vec<u8>, Vec<u8>) {
    (vec![TRASH], vec![TRASH + 1])
}

/// The part of the trash whose time is over.
pub(super) fn trash_until(time: i64) -> (Vec<u8>, Vec<u8>) {
    (vec![TRASH], trash(time.saturating_add(1), &[0; 16]))
}

/// What the key of a secret in the trash stands for: when it goes, and its id.
pub(super) fn trash_of(key: &[u8]) -> Option<(i64, [u8; 16])> {
    let (time, id) = key.strip_prefix(&[TRASH])?.split_first_chunk::<8>()?;
    Some((i64::try_from(u64::from_be_bytes(*time)).ok()?, id.try_into().ok()?))
}

/// A deleted version, by the time it goes.
pub(super) fn deleted_version(until: i64, id: &[u8; 16], version: u64) -> Vec<u8> {
    [&[DELETED_VERSION], millis(until).as_slice(), id, &version.to_be_bytes()].concat()
}

/// Every deleted version.
pub(super) fn all_deleted_versions() -> (Vec<u8>, Vec<u8>) {
    (vec![DELETED_VERSION], vec![DELETED_VERSION + 1])
}

/// The deleted versions whose time is over.
pub(super) fn deleted_versions_until(time: i64) -> (Vec<u8>, Vec<u8>) {
    (vec![DELETED_VERSION], deleted_version(time.saturating_add(1), &[0; 16], 0))
}

/// What the key of a deleted version stands for: when it goes, secret and version.
pub(super) fn deleted_version_of(key: &[u8]) -> Option<(i64, [u8; 16], u64)> {
    let (time, rest) = key.strip_prefix(&[DELETED_VERSION])?.split_first_chunk::<8>()?;
    let (id, version) = rest.split_first_chunk::<16>()?;
    let until = i64::try_from(u64::from_be_bytes(*time)).ok()?;
    Some((until, *id, u64::from_be_bytes(version.try_into().ok()?)))
}

/// When something is to be done with a secret. `what` tells what.
pub(super) fn scheduled(time: i64, id: &[u8; 16], what: u8) -> Vec<u8> {
    [&[SCHEDULED], millis(time).as_slice(), id, &[what]].concat()
}

/// All that is to be done at some time.
pub(super) fn all_scheduled() -> (Vec<u8>, Vec<u8>) {
    (vec![SCHEDULED], vec![SCHEDULED + 1])
}

/// What is to be done up to a time.
pub(super) fn scheduled_until(time: i64) -> (Vec<u8>, Vec<u8>) {
    (vec![SCHEDULED], scheduled(time.saturating_add(1), &[0; 16], 0))
}

/// What the key of such a row stands for: when, with which secret, and what.
pub(super) fn scheduled_of(key: &[u8]) -> Option<(i64, [u8; 16], u8)> {
    let (time, rest) = key.strip_prefix(&[SCHEDULED])?.split_first_chunk::<8>()?;
    let (id, what) = rest.split_first_chunk::<16>()?;
    let [what] = <[u8; 1]>::try_from(what).ok()?;
    Some((i64::try_from(u64::from_be_bytes(*time)).ok()?, *id, what))
}

/// Times in keys are never before 1970.
fn millis(time: i64) -> [u8; 8] {
    u64::try_from(time).unwrap_or_default().to_be_bytes()
}

/// A row of the paths that bear a tag, written `key=value`: those from `bound` on, up to the next such row.
pub(super) fn tag(tag: &str, bound: &[u8]) -> Vec<u8> {
    [&[TAG], tag.as_bytes(), &[SEPARATOR], bound].concat()
}

/// Every row of a tag whose bound is not behind `path`.
pub(super) fn tag_up_to(text: &str, path: &[u8]) -> (Vec<u8>, Vec<u8>) {
    (tag(text, &[]), [&tag(text, path)[..], &[0]].concat())
}

/// Behind every row of a tag.
pub(super) fn tag_end(text: &str) -> Vec<u8> {
    [&[TAG], text.as_bytes(), &[SEPARATOR + 1]].concat()
}

/// Everything that bears a tag of this key, whatever its value.
pub(super) fn tag_key(key: &str) -> (Vec<u8>, Vec<u8>) {
    // No key holds the sign behind it, and `>` is the one behind that.
    ([&[TAG], key.as_bytes(), b"="].concat(), [&[TAG], key.as_bytes(), b">"].concat())
}

/// Everything that bears any tag.
pub(super) fn all_tags() -> (Vec<u8>, Vec<u8>) {
    (vec![TAG], vec![TAG + 1])
}

/// The tag and the bound in a key of the index.
pub(super) fn tag_of(key: &[u8]) -> Option<(&str, &[u8])> {
    let key = key.strip_prefix(&[TAG])?;
    let end = key.iter().position(|&byte| byte == SEPARATOR)?;
    let (tag, path) = key.split_at_checked(end)?;
    Some((std::str::from_utf8(tag).ok()?, path.get(1..)?))
}

/// A version that is not the current one.
pub(super) fn history(id: &[u8; 16], version: u64) -> Vec<u8> {
    [&[HISTORY], id.as_slice(), &version.to_be_bytes()].concat()
}

/// Every version of a secret that is not current.
pub(super) fn history_under(id: &[u8; 16]) -> (Vec<u8>, Vec<u8>) {
    (history(id, 0), [&history(id, u64::MAX)[..], &[0]].concat())
}

/// Every version that is not current.
pub(super) fn all_history() -> (Vec<u8>, Vec<u8>) {
    (vec![HISTORY], vec![HISTORY + 1])
}

/// What the key of a history row stands for: secret and version.
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

/// A call that is remembered.
pub(super) fn call(id: &[u8; 16]) -> Vec<u8> {
    [&[CALL], id.as_slice()].concat()
}

/// Every call that is remembered.
pub(super) fn all_calls() -> (Vec<u8>, Vec<u8>) {
    (vec![CALL], vec![CALL + 1])
}

/// The id in the key of a call.
pub(super) fn call_of(key: &[u8]) -> Option<[u8; 16]> {
    key.strip_prefix(&[CALL])?.try_into().ok()
}

/// A call by the time until which it is remembered.
pub(super) fn call_until(until: i64, id: &[u8; 16]) -> Vec<u8> {
    [&[CALL_UNTIL], millis(until).as_slice(), id].concat()
}

/// Every call by its time.
pub(super) fn all_calls_until() -> (Vec<u8>, Vec<u8>) {
    (vec![CALL_UNTIL], vec![CALL_UNTIL + 1])
}

/// The calls whose time is over.
pub(super) fn calls_over(time: i64) -> (Vec<u8>, Vec<u8>) {
    (vec![CALL_UNTIL], call_until(time.saturating_add(1), &[0; 16]))
}

/// The id in the key of a call by its time.
pub(super) fn call_until_of(key: &[u8]) -> Option<[u8; 16]> {
    let (_, id) = key.strip_prefix(&[CALL_UNTIL])?.split_first_chunk::<8>()?;
    id.try_into().ok()
}
