//! Altered key headers with several slots, and two copies that differ.

use strongroom::ErrorKind;

use super::altered::fix_digests;
use super::golden::Golden;
use super::{check_both_refuse, check_same};
use crate::fixture::{Folder, write_private};

const COPY_LEN: usize = 0x4000;
/// The places of the slots in `all-slots.store`, in the order of the keys beside it; the third one was emptied.
const PLACES: [usize; 5] = [0, 1, 2, 4, 5];

fn slot(place: usize) -> usize {
    0x400 + 256 * place
}

/// Whatever kind of key comes, its own slot and the others are held against the same rules.
#[test]
fn the_second_reader_refuses_altered_slots_of_every_kind_as_the_library_does() {
    let golden = Golden::named("all-slots.store");
    let folder = Folder::new();
    let path = folder.join("altered");
    let keys = golden.keys();
    assert_eq!(keys.len(), 5);
    for (number, key) in keys.iter().enumerate() {
        let (own, other) = (slot(PLACES[number]), slot(PLACES[(number + 1) % 5]));
        for (at, kind) in [
            (own, ErrorKind::WrongKey),
            (own + 1, ErrorKind::WrongKey),
            (own + 20, ErrorKind::WrongKey),
            (own + 64, ErrorKind::WrongKey),
            (own + 130, ErrorKind::Tampered),
            (own + 200, ErrorKind::WrongKey),
            (other, ErrorKind::Tampered),
            (other + 64, ErrorKind::Tampered),
            (slot(3) + 7, ErrorKind::Tampered),
        ] {
            let mut bytes = golden.bytes.clone();
            bytes[at] ^= 0x40;
            let mut both = bytes.clone();
            both[COPY_LEN + at] ^= 0x40;
            fix_digests(&mut bytes);
            write_private(&path, &bytes);
            assert_eq!(check_same(&path, key).0, golden.expected(), "{key:?}, byte {at:#x} of one copy");
            fix_digests(&mut both);
            write_private(&path, &both);
            check_both_refuse(&path, key, kind);
        }
    }
}

#[test]
fn the_second_reader_counts_slots_of_both_kinds_with_a_passphrase_against_the_limits() {
    let golden = Golden::named("all-slots.store");
    let folder = Folder::new();
    let path = folder.join("costly");
    let keys = golden.keys();
    for (number, other) in [(1, 3), (3, 1)] {
        let mut bytes = golden.bytes.clone();
        for copy in [0, COPY_LEN] {
            let slot = copy + slot(PLACES[number]);
            bytes[slot + 8..slot + 12].copy_from_slice(&17_u32.to_le_bytes());
        }
        fix_digests(&mut bytes);
        write_private(&path, &bytes);
        check_both_refuse(&path, &keys[number], ErrorKind::KdfLimits);
        check_both_refuse(&path, &keys[other], ErrorKind::Tampered);
    }
}

/// One of the copies is current, whichever it is; the other one is of no use to anybody.
#[test]
fn the_second_reader_takes_the_header_that_the_superblock_names_and_no_other() {
    let folder = Folder::new();
    let path = folder.join("changed");
    for (name, current) in [("mid-change.store", COPY_LEN), ("abandoned-change.store", 0)] {
        let golden = Golden::named(name);
        let outdated = COPY_LEN - current;
        let mut bytes = golden.bytes.clone();
        bytes[outdated + 0x500] ^= 1;
        write_private(&path, &bytes);
        for key in golden.keys() {
            assert_eq!(check_same(&path, &key).0, golden.expected(), "{name}, the other copy damaged");
        }
        let mut bytes = golden.bytes.clone();
        bytes[current + 0x500] ^= 1;
        write_private(&path, &bytes);
        check_both_refuse(&path, &golden.key(), ErrorKind::Damaged);
        bytes.copy_within(outdated..outdated + COPY_LEN, current);
        write_private(&path, &bytes);
        check_both_refuse(&path, &golden.key(), ErrorKind::Tampered);
        let mut bytes = golden.bytes.clone();
        bytes.copy_within(current..current + COPY_LEN, outdated);
        write_private(&path, &bytes);
        assert_eq!(check_same(&path, &golden.key()).0, golden.expected(), "{name}, twice the current copy");
    }
}
