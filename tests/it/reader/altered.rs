//! Altered files with one key slot.

use std::path::Path;

use sha2::{Digest, Sha256};
use strongroom::ErrorKind;

use super::golden::Golden;
use super::key::Key;
use super::{LAST_COMMIT, check_both_refuse, check_same, read_by_library};
use crate::fixture::{Folder, write_private};

/// The store with one byte flipped in one block, for every block.
fn with_each_block_flipped(golden: &Golden, mut check: impl FnMut(&Path, usize)) {
    let folder = Folder::new();
    let path = folder.join("flipped");
    for (number, start) in (0xa000..golden.bytes.len()).step_by(4136).enumerate() {
        let mut bytes = golden.bytes.clone();
        bytes[start + number * 97 % 4136] ^= 1;
        write_private(&path, bytes);
        check(&path, number + 1);
    }
}

#[test]
fn the_second_reader_refuses_a_flipped_byte_in_every_block_that_is_reached() {
    let golden = Golden::named("raw-key.store");
    let mut refused = 0;
    with_each_block_flipped(&golden, |path, block| {
        if read_by_library(path, &golden.key(), LAST_COMMIT).is_ok() {
            assert_eq!(check_same(path, &golden.key()).0, golden.expected(), "block {block}");
        } else {
            check_both_refuse(path, &golden.key(), ErrorKind::Tampered);
            refused += 1;
        }
    });
    assert_eq!(refused, golden.expected().blocks);
}

/// The last commit of this store wrote every block that it reaches.
#[test]
fn the_second_reader_gives_up_a_last_commit_that_is_not_whole() {
    let golden = Golden::named("unclean.store");
    let mut discarded = 0;
    with_each_block_flipped(&golden, |path, block| {
        let (reading, left) = check_same(path, &golden.key());
        if left == "discarded" {
            assert_eq!(reading.opened.events + 1, golden.expected().opened.events, "block {block}");
            discarded += 1;
        } else {
            assert_eq!(reading, golden.expected(), "block {block}");
        }
    });
    assert_eq!(discarded, golden.expected().blocks);
}

/// One copy is enough of a header or superblock, as long as the other one is of the same state.
#[test]
fn the_second_reader_refuses_a_flipped_byte_in_both_headers_or_both_superblocks() {
    let golden = Golden::named("raw-key.store");
    let folder = Folder::new();
    let path = folder.join("flipped");
    for (places, kind) in [
        ([0, 0x4000], ErrorKind::NotAStore),
        ([0x420, 0x4420], ErrorKind::Damaged),
        ([0x3fff, 0x7fff], ErrorKind::Damaged),
        ([0x8000, 0x9000], ErrorKind::Damaged),
        ([0x8fff, 0x9fff], ErrorKind::Damaged),
    ] {
        let mut bytes = golden.bytes.clone();
        for place in places {
            let mut one = golden.bytes.clone();
            one[place] ^= 1;
            write_private(&path, one);
            assert_eq!(check_same(&path, &golden.key()).0, golden.expected(), "byte {place:#x}");
            bytes[place] ^= 1;
        }
        write_private(&path, bytes);
        check_both_refuse(&path, &golden.key(), kind);
    }
}

/// Makes the digests of both header copies hold.
pub(super) fn fix_digests(bytes: &mut [u8]) {
    for start in [0, 0x4000] {
        let digest = Sha256::digest(&bytes[start..start + 0x3fe0]);
        bytes[start + 0x3fe0..start + 0x4000].copy_from_slice(&digest);
    }
}

/// Header copies with a changed byte and a digest that holds; and files that are cut, or not for this key.
#[test]
fn the_second_reader_refuses_what_the_library_refuses_for_the_same_reason() {
    let golden = Golden::named("raw-key.store");
    let folder = Folder::new();
    let path = folder.join("changed");
    let check_headers = |copies: &[usize], at: usize, kind: Option<ErrorKind>| {
        let mut bytes = golden.bytes.clone();
        for start in copies {
            bytes[start + at] ^= 1;
        }
        fix_digests(&mut bytes);
        write_private(&path, bytes);
        match kind {
            Some(kind) => check_both_refuse(&path, &golden.key(), kind),
            None => assert_eq!(check_same(&path, &golden.key()).0, golden.expected(), "{copies:x?} {at:#x}"),
        }
    };
    for (at, kind) in [
        (8, ErrorKind::UnsupportedFormat),
        (32, ErrorKind::Tampered),
        (40, ErrorKind::Tampered),
        (0x400, ErrorKind::WrongKey),
        (0x440, ErrorKind::WrongKey),
        (0x470, ErrorKind::Tampered),
        (0x800, ErrorKind::Tampered),
        (0x3fa0, ErrorKind::Tampered),
        (0x3fc0, ErrorKind::Tampered),
    ] {
        check_headers(&[0, 0x4000], at, Some(kind));
        check_headers(&[0], at, None);
        check_headers(&[0x4000], at, None);
    }
    write_private(&path, &golden.bytes[..golden.bytes.len() - 1]);
    check_both_refuse(&path, &golden.key(), ErrorKind::Damaged);
    for (len, kind) in [(0x9fff, ErrorKind::Damaged), (3, ErrorKind::Damaged), (0, ErrorKind::NotAStore)] {
        write_private(&path, &golden.bytes[..len]);
        check_both_refuse(&path, &golden.key(), kind);
    }
    write_private(&path, &golden.bytes);
    check_both_refuse(&path, &Key::Raw([0; 32]), ErrorKind::WrongKey);
    check_both_refuse(&path, &Key::Passphrase("open sesame".to_owned()), ErrorKind::WrongKey);
}

#[test]
fn the_second_reader_holds_slots_against_the_same_limits() {
    let golden = Golden::named("passphrase.store");
    let folder = Folder::new();
    let path = folder.join("costly");
    for (field, value, kind) in [
        (4, 19_455_u32, ErrorKind::KdfLimits),
        (4, 524_289, ErrorKind::KdfLimits),
        (8, 0, ErrorKind::KdfLimits),
        (8, 17, ErrorKind::KdfLimits),
        (12, 17, ErrorKind::KdfLimits),
        (12, 2, ErrorKind::WrongKey),
    ] {
        let mut bytes = golden.bytes.clone();
        for slot in [0x400, 0x4400] {
            bytes[slot + field..slot + field + 4].copy_from_slice(&value.to_le_bytes());
        }
        fix_digests(&mut bytes);
        write_private(&path, bytes);
        check_both_refuse(&path, &golden.key(), kind);
    }
}
