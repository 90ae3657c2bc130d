//! Files that are no store, no longer one, or one that somebody prepared: each fault has its own kind.

use std::fs;
use std::path::Path;

use sha2::{Digest, Sha256};
use strongroom::{ErrorKind, HealthStatus, KdfCost, Store, StoreOptions, Unlock};

use crate::child::Process;
use crate::fixture::{Folder, check_refused, key, patient, small_store};

const HEADER_LEN: usize = 0x4000;
const SUPERBLOCKS: usize = 0x8000;
const BLOCKS: usize = 0xa000;
const SLOTS: usize = 0x400;
const SLOT_LEN: usize = 256;

/// Changes both copies of the key header and puts the digest right again, as anybody can.
fn edit_headers(bytes: &mut [u8], edit: impl Fn(&mut [u8])) {
    bytes[..2 * HEADER_LEN].chunks_mut(HEADER_LEN).for_each(|header| edit_header(header, &edit));
}

fn edit_header(header: &mut [u8], edit: impl Fn(&mut [u8])) {
    let (body, digest) = header.split_at_mut(HEADER_LEN - 32);
    edit(body);
    digest.copy_from_slice(&Sha256::digest(&*body));
}

/// A small store, changed by `edit`, is refused with `kind`, with a sentence that says `hint`, and left as it is.
#[track_caller]
fn check(edit: impl FnOnce(&mut Vec<u8>), kind: ErrorKind, hint: &str) {
    let folder = Folder::new();
    let path = folder.join("s");
    small_store(&path);
    let mut bytes = fs::read(&path).unwrap();
    let before = bytes.clone();
    edit(&mut bytes);
    assert_ne!(bytes, before, "the edit changes nothing");
    fs::write(&path, &bytes).unwrap();
    for read_only in [true, false] {
        let error = check_refused(patient().read_only(read_only).open(&path, key()), kind);
        assert!(error.to_string().contains(hint), "{error}");
    }
    assert!(fs::read(&path).unwrap() == bytes, "a refused file was changed");
}

#[test]
fn what_is_no_store_is_not_taken_for_one() {
    for other in ["", "a", "KEY=value\n", "SQLite format 3\0"] {
        check(|bytes| *bytes = other.into(), ErrorKind::NotAStore, "not a strongroom store");
    }
    check(|bytes| bytes.fill(0), ErrorKind::NotAStore, "not a strongroom store");
    check(|bytes| edit_headers(bytes, |header| header[0] ^= 0x80), ErrorKind::NotAStore, "not a strongroom");
    // What a transfer as text makes of the first bytes.
    check(|bytes| edit_headers(bytes, |header| header[4] = b'\n'), ErrorKind::NotAStore, "not a strongroom");
}

#[test]
fn what_an_accident_explains_is_damaged() {
    for len in [1, 8, 100, HEADER_LEN, SUPERBLOCKS, BLOCKS - 1, BLOCKS, BLOCKS + 4136] {
        check(|bytes| bytes.truncate(len), ErrorKind::Damaged, "cut short");
    }
    let both_headers =
        |bytes: &mut Vec<u8>| [5_000, HEADER_LEN + 5_000].into_iter().for_each(|at| bytes[at] ^= 1);
    check(both_headers, ErrorKind::Damaged, "key header");
    check(|bytes| bytes[SUPERBLOCKS..BLOCKS].fill(0), ErrorKind::Damaged, "both superblocks");
}

#[test]
fn a_newer_format_is_said_to_be_newer() {
    check(|bytes| edit_headers(bytes, |header| header[8] = 2), ErrorKind::UnsupportedFormat, "newer version");
    check(
        |bytes| edit_headers(bytes, |header| header[10] = 2),
        ErrorKind::UnsupportedFormat,
        "newer version",
    );
}

#[test]
fn an_altered_header_with_a_right_digest_is_tampered() {
    let places =
        [32, 40, 48, SLOTS - 1, SLOTS + SLOT_LEN + 5, HEADER_LEN - 96, HEADER_LEN - 64, HEADER_LEN - 200];
    for at in places {
        check(|bytes| edit_headers(bytes, |header| header[at] ^= 1), ErrorKind::Tampered, "the key is right");
    }
    let wrapped = SLOTS + 104 + 30;
    check(
        |bytes| edit_headers(bytes, |header| header[wrapped] ^= 1),
        ErrorKind::Tampered,
        "slot was altered",
    );
}

#[test]
fn a_slot_altered_before_its_commitment_looks_like_a_wrong_key() {
    // Kind, id, salt, commitment; and the store id, which the slot's key comes from.
    for at in [SLOTS, SLOTS + 16, SLOTS + 32, SLOTS + 64, 16] {
        check(|bytes| edit_headers(bytes, |header| header[at] ^= 8), ErrorKind::WrongKey, "no key slot");
    }
}

#[test]
fn an_altered_block_is_tampered() {
    check(
        |bytes| (BLOCKS..bytes.len()).step_by(4136).for_each(|at| bytes[at + 100] ^= 1),
        ErrorKind::Tampered,
        "was altered",
    );
}

#[test]
fn one_damaged_copy_of_the_header_or_superblock_does_no_harm() {
    for at in [0, 5_000, HEADER_LEN, HEADER_LEN + 5_000, SUPERBLOCKS + 100, SUPERBLOCKS + 0x1100] {
        let folder = Folder::new();
        let path = folder.join("s");
        small_store(&path);
        let mut bytes = fs::read(&path).unwrap();
        bytes[at] ^= 1;
        fs::write(&path, &bytes).unwrap();
        let store = patient().open(&path, key()).unwrap();
        let report = store.open_report();
        assert_eq!(report.unreadable_superblock, at >= SUPERBLOCKS);
        assert_eq!(report.unreadable_header, at < SUPERBLOCKS);
        assert_eq!(report.discarded_generation, None);
        assert_eq!(store.health().unwrap().status, HealthStatus::Degraded);
        assert_eq!(store.get("name").unwrap().value().expose(), b"value");
        store.put("name", "next").unwrap();
    }
}

#[test]
fn an_unreadable_copy_of_the_header_is_told_until_both_are_written() {
    type Mend = fn(&Store);
    let mends: [Mend; 2] = [
        |store| _ = store.slots().add(Unlock::raw_key(&[8; 32])).unwrap(),
        |store| _ = store.compact().unwrap(),
    ];
    for (at, mend) in [0, HEADER_LEN].into_iter().flat_map(|at| mends.map(|mend| (at, mend))) {
        let folder = Folder::new();
        let path = folder.join("s");
        small_store(&path);
        let whole = fs::read(&path).unwrap();
        let mut damaged = whole.clone();
        damaged[at + SLOTS] ^= 1;
        // Its digest holds, and its MACs do not.
        let mut altered = whole.clone();
        edit_header(&mut altered[at..at + HEADER_LEN], |header| header[SLOTS + SLOT_LEN] ^= 1);
        for bytes in [damaged, altered] {
            fs::write(&path, &bytes).unwrap();
            let store = patient().open(&path, key()).unwrap();
            assert!(store.open_report().unreadable_header, "at {at}");
            assert_eq!(store.health().unwrap().status, HealthStatus::Degraded);
            mend(&store);
            assert_eq!(store.health().unwrap().status, HealthStatus::Ok);
            store.close().unwrap();
            let store = patient().open(&path, key()).unwrap();
            assert!(!store.open_report().unreadable_header);
            assert_eq!(store.health().unwrap().status, HealthStatus::Ok);
        }
    }
}

/// Writes the Argon2id cost of a slot: memory in KiB, passes, lanes.
fn set_cost(header: &mut [u8], slot: usize, cost: [u32; 3]) {
    for (field, value) in (0..).zip(cost) {
        let at = SLOTS + slot * SLOT_LEN + 4 + 4 * field;
        header[at..at + 4].copy_from_slice(&value.to_le_bytes());
    }
}

/// A passphrase store whose header somebody prepared is refused as KdfLimits by a process that spends less than
/// `most_kib` of memory on it.
#[track_caller]
fn check_refused_cheaply(path: &Path, edit: impl Fn(&mut [u8]), passphrase: &str, most_kib: u64) {
    let clean = fs::read(path).unwrap();
    let mut bytes = clean.clone();
    edit_headers(&mut bytes, edit);
    fs::write(path, &bytes).unwrap();
    let mut process = Process::start();
    let before: u64 = process.must(&["peak-memory-kib"]).parse().unwrap();
    let answer = process.ask(&["unlock".as_ref(), passphrase.as_ref(), path.as_os_str()]);
    assert!(answer.starts_with("KdfLimits: "), "{answer}");
    let after: u64 = process.must(&["peak-memory-kib"]).parse().unwrap();
    assert!(after - before < most_kib, "{} KiB spent", after - before);
    fs::write(path, clean).unwrap();
}

fn passphrase_store(folder: &Folder) -> std::path::PathBuf {
    let path = folder.join("s");
    let options = StoreOptions::new().kdf_cost(KdfCost::EDGE);
    options.create(&path, Unlock::passphrase("right")).unwrap().close().unwrap();
    path
}

#[test]
fn a_hostile_cost_is_refused_before_anything_is_spent() {
    let folder = Folder::new();
    let path = passphrase_store(&folder);
    let (memory, top) = (19 << 10, 1 << 31);
    for cost in [
        [4 << 20, 1, 1],
        [u32::MAX, 1, 1],
        [(512 << 10) + 1, 1, 1],
        [memory, top, 1],
        [memory, 17, 1],
        [memory, 2, top],
        [memory, 2, 17],
        [512 << 10, 9, 1],
        [memory - 1, 2, 1],
        [0, 0, 0],
        [memory, 0, 1],
        [memory, 2, 0],
        [u32::MAX; 3],
    ] {
        // Even with the right passphrase: nobody vouches for the cost yet.
        check_refused_cheaply(&path, |header| set_cost(header, 0, cost), "right", 4 << 10);
    }
}

#[test]
fn a_hostile_cost_in_a_later_slot_is_refused_before_the_first_is_tried() {
    let folder = Folder::new();
    let path = passphrase_store(&folder);
    let edit = |header: &mut [u8]| {
        header.copy_within(SLOTS..SLOTS + SLOT_LEN, SLOTS + 47 * SLOT_LEN);
        set_cost(header, 47, [4 << 20, 1, 1]);
    };
    check_refused_cheaply(&path, edit, "right", 4 << 10);
}

#[test]
fn many_slots_share_one_budget() {
    let folder = Folder::new();
    let path = passphrase_store(&folder);
    // The first slot costs 38 MiB of the 4 GiB; the second one alone would take all of it.
    let edit = |header: &mut [u8]| {
        header.copy_within(SLOTS..SLOTS + SLOT_LEN, SLOTS + SLOT_LEN);
        set_cost(header, 1, [512 << 10, 8, 1]);
    };
    check_refused_cheaply(&path, edit, "wrong", 40 << 10);
}
