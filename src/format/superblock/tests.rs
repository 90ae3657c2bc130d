use proptest::prelude::*;

use super::*;
use crate::seeds::properties;

fn superblock(blocks: &[u32]) -> Superblock {
    Superblock {
        engine_header: Zeroizing::new([9; ENGINE_HEADER_LEN]),
        logical_len: 1_001 * LOGICAL_BLOCK,
        kind: Kind::Commit,
        generation: 5,
        header_sequence: 1,
        audit_head: [8; 32],
        clock_mark: -3,
        physical_blocks: 900,
        manifest: blocks.iter().map(|&block| ManifestEntry { block, tag: [7; 16] }).collect(),
    }
}

#[track_caller]
fn check_refused(superblock: &Superblock) {
    assert!(Superblock::decode(&superblock.encode()).is_err());
}

fn with_byte(bytes: &[u8], at: usize, byte: u8) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    bytes[at] = byte;
    bytes
}

#[test]
fn superblocks_give_back_what_they_were_made_of() {
    let most: Vec<u32> = (1..=170).collect();
    for blocks in [&[][..], &[1], &[1, 2, 900], &most] {
        for kind in [Kind::Commit, Kind::Repeat] {
            let superblock = Superblock { kind, ..superblock(blocks) };
            let bytes = superblock.encode();
            assert_eq!(bytes.len(), PLAINTEXT_LEN);
            assert_eq!(Superblock::decode(&bytes).unwrap(), superblock);
        }
    }
}

#[test]
fn more_entries_than_the_manifest_holds_are_refused() {
    let bytes = superblock(&[1]).encode();
    for count in [171u16, 172, 256, u16::MAX] {
        let mut bytes = bytes.to_vec();
        bytes[520..522].copy_from_slice(&count.to_le_bytes());
        assert!(Superblock::decode(&bytes).is_err(), "{count} entries");
    }
    // The one entry is then behind the end of the manifest, where there must be zeros.
    assert!(Superblock::decode(&with_byte(&bytes, 520, 0)).is_err());
    // A second entry of zeros names block 0.
    assert!(Superblock::decode(&with_byte(&bytes, 520, 2)).is_err());
}

#[test]
fn a_manifest_is_sorted_and_names_blocks_that_exist() {
    check_refused(&superblock(&[2, 1]));
    check_refused(&superblock(&[1, 1]));
    check_refused(&superblock(&[1, 5, 4, 6]));
    check_refused(&superblock(&[0]));
    check_refused(&superblock(&[0, 1]));
    check_refused(&superblock(&[901]));
    check_refused(&superblock(&[1, u32::MAX]));
    let short = Superblock { physical_blocks: 10, ..superblock(&[10]) };
    assert_eq!(Superblock::decode(&short.encode()).unwrap(), short);
    check_refused(&Superblock { physical_blocks: 9, ..superblock(&[10]) });
}

#[test]
fn no_more_blocks_are_needed_than_there_are() {
    let most = Superblock { physical_blocks: 1_000, ..superblock(&[]) };
    assert_eq!(Superblock::decode(&most.encode()).unwrap(), most);
    check_refused(&Superblock { physical_blocks: 1_001, ..superblock(&[]) });
    check_refused(&Superblock { physical_blocks: u64::MAX, ..superblock(&[]) });
    check_refused(&Superblock { physical_blocks: 1, logical_len: 0, ..superblock(&[]) });
    check_refused(&Superblock {
        physical_blocks: 1 << 32,
        logical_len: LOGICAL_BLOCK << 33,
        ..superblock(&[])
    });
}

#[test]
fn a_generation_without_a_next_one_is_refused() {
    let last = Superblock { generation: u64::MAX - 1, ..superblock(&[]) };
    assert_eq!(Superblock::decode(&last.encode()).unwrap(), last);
    check_refused(&Superblock { generation: u64::MAX, ..superblock(&[]) });
}

#[test]
fn a_length_of_partial_blocks_is_refused() {
    for more in [1, 512, LOGICAL_BLOCK - 1] {
        check_refused(&Superblock { logical_len: 1_001 * LOGICAL_BLOCK + more, ..superblock(&[]) });
    }
}

#[test]
fn kinds_of_later_versions_are_refused() {
    let bytes = superblock(&[]).encode();
    for kind in (0..=u8::MAX).filter(|kind| ![1, 2].contains(kind)) {
        assert!(Superblock::decode(&with_byte(&bytes, 522, kind)).is_err(), "kind {kind}");
    }
}

#[test]
fn everything_reserved_is_zero() {
    let bytes = superblock(&[1, 2]).encode();
    for at in (523..528).chain(592..640).chain(680..PLAINTEXT_LEN) {
        assert_eq!(bytes[at], 0, "byte {at}");
        assert!(Superblock::decode(&with_byte(&bytes, at, 1)).is_err(), "byte {at}");
        assert!(Superblock::decode(&with_byte(&bytes, at, 0x80)).is_err(), "byte {at}");
    }
}

#[test]
fn a_superblock_of_another_length_is_refused() {
    let bytes = superblock(&[1]).encode();
    for len in [0, 1, 512, 640, 660, PLAINTEXT_LEN - 1] {
        assert!(Superblock::decode(&bytes[..len]).is_err(), "{len} bytes");
    }
    assert!(Superblock::decode(&[&*bytes, &[0]].concat()).is_err());
}

#[test]
fn a_state_is_the_same_whatever_vouches_for_it() {
    let commit = superblock(&[1, 2]);
    let repeat = Superblock { kind: Kind::Repeat, manifest: Vec::new(), ..commit.clone() };
    assert!(repeat.same_state(&commit));
    for other in [
        Superblock { engine_header: Zeroizing::new([1; ENGINE_HEADER_LEN]), ..commit.clone() },
        Superblock { logical_len: LOGICAL_BLOCK, ..commit.clone() },
        Superblock { generation: 6, ..commit.clone() },
        Superblock { header_sequence: 2, ..commit.clone() },
        Superblock { physical_blocks: 899, ..commit.clone() },
    ] {
        assert!(!repeat.same_state(&other));
    }
}

proptest! {
    #![proptest_config(properties())]

    #[test]
    fn any_superblock_survives_a_round_trip(
        engine_header in prop::collection::vec(any::<u8>(), ENGINE_HEADER_LEN),
        blocks in prop::collection::btree_set(1u32.., 0..=170usize),
        tag: [u8; 16],
        audit_head: [u8; 32],
        generation in 0..u64::MAX,
        (header_sequence, clock_mark) in any::<(u64, i64)>(),
    ) {
        let superblock = Superblock {
            engine_header: Zeroizing::new(engine_header.try_into().unwrap()),
            logical_len: u64::from(u32::MAX) * LOGICAL_BLOCK + LOGICAL_BLOCK,
            kind: if generation % 2 == 0 { Kind::Commit } else { Kind::Repeat },
            generation,
            header_sequence,
            audit_head,
            clock_mark,
            physical_blocks: u64::from(u32::MAX),
            manifest: blocks.into_iter().map(|block| ManifestEntry { block, tag }).collect(),
        };
        prop_assert_eq!(Superblock::decode(&superblock.encode()).unwrap(), superblock);
    }

    #[test]
    fn whatever_decodes_encodes_to_the_same_bytes(
        bytes in prop::collection::vec(any::<u8>(), 0..PLAINTEXT_LEN + 64),
        (at, byte) in any::<(prop::sample::Index, u8)>(),
    ) {
        let _ = Superblock::decode(&bytes);
        let mutated = with_byte(&superblock(&[1, 7]).encode(), at.index(PLAINTEXT_LEN), byte);
        if let Ok(superblock) = Superblock::decode(&mutated) {
            prop_assert_eq!(superblock.encode().to_vec(), mutated);
        }
    }
}
