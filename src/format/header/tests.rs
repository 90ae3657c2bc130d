use proptest::prelude::*;

use super::*;
use crate::format::slot::{OWNER_PAYLOAD_LEN, SlotKind, StoredCost};
use crate::seeds::properties;

const PLACE: StoreEpoch = StoreEpoch { store_id: [7; 16], epoch: 3 };

fn slot(id: u8) -> Slot {
    Slot {
        kind: SlotKind::RawKey,
        cost: StoredCost::default(),
        id: [id; 16],
        salt: [2; 32],
        commitment: [3; 32],
        wrapped: vec![4; OWNER_PAYLOAD_LEN + crate::crypto::aead::OVERHEAD],
    }
}

fn sealed(slots: &[Option<Slot>]) -> Vec<u8> {
    let mut header = Header::new(PLACE, 9, slots);
    let mac = |name: &'static [u8]| move |covered: &[u8]| Ok::<_, ()>(sha256(&[name, covered]));
    header.seal(mac(b"file"), mac(b"authority")).unwrap().to_vec()
}

/// With the digest that belongs to the bytes: what an attacker, or a newer version, writes.
fn redigested(mut bytes: Vec<u8>) -> Vec<u8> {
    bytes.truncate(DIGEST_OFFSET);
    let digest = sha256(&[&bytes]);
    bytes.extend_from_slice(&digest);
    bytes
}

fn with_byte(bytes: &[u8], at: usize, byte: u8) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    bytes[at] = byte;
    bytes
}

#[test]
fn headers_give_back_what_they_were_made_of() {
    let slots = [Some(slot(1)), None, Some(slot(3))];
    let bytes = sealed(&slots);
    assert_eq!(bytes.len(), HEADER_LEN);
    let header = Header::decode(bytes.as_slice()).unwrap();
    assert_eq!((header.place, header.sequence), (PLACE, 9));
    assert!(header.is_canonical());
    let expected = |index| match index {
        0 => SlotState::InUse(slot(1)),
        2 => SlotState::InUse(slot(3)),
        _ => SlotState::Empty,
    };
    assert_eq!(header.slots, (0..SLOTS).map(expected).collect::<Vec<_>>());
    let (covered, mac) = header.file_mac();
    assert_eq!((covered, mac), (&bytes[..0x3FA0], sha256(&[b"file", covered]).as_slice()));
    let (covered, mac) = header.authority_mac();
    assert_eq!((covered, mac), (&bytes[..0x3FC0], sha256(&[b"authority", covered]).as_slice()));
}

#[test]
fn all_slots_have_a_place() {
    let slots: Vec<_> = (1..=48).map(|id| Some(slot(id))).collect();
    let header = Header::decode(sealed(&slots)).unwrap();
    assert!(header.is_canonical());
    let expected: Vec<_> = (1..=48).map(|id| SlotState::InUse(slot(id))).collect();
    assert_eq!(header.slots, expected);
}

#[test]
fn the_bound_part_of_a_header_leaves_out_what_changes() {
    let bytes = sealed(&[]);
    assert_eq!(Header::fixed(&PLACE), [&bytes[..32], &bytes[48..80]].concat());
}

#[test]
fn any_flipped_byte_is_found_without_a_key() {
    let bytes = sealed(&[Some(slot(1))]);
    for at in (0..HEADER_LEN).step_by(61).chain(0..80).chain(HEADER_LEN - 96..HEADER_LEN) {
        let fault = if at < MAGIC.len() { HeaderFault::NotAStore } else { HeaderFault::Damaged };
        assert_eq!(Header::decode(with_byte(&bytes, at, bytes[at] ^ 0x20)).unwrap_err(), fault, "byte {at}");
    }
}

#[test]
fn other_versions_and_suites_are_unsupported() {
    let bytes = sealed(&[Some(slot(1))]);
    for (at, byte) in [(8, 0), (8, 2), (9, 1), (10, 0), (10, 2), (11, 1)] {
        let fault = Header::decode(redigested(with_byte(&bytes, at, byte))).unwrap_err();
        assert_eq!(fault, HeaderFault::Unsupported, "byte {at}");
    }
}

#[test]
fn a_header_with_anything_reserved_in_it_is_not_canonical() {
    let bytes = sealed(&[Some(slot(1))]);
    let features_and_geometry = 40..80;
    let reserved = (80..SLOTS_OFFSET).step_by(7).chain([SLOTS_OFFSET - 1]);
    let behind_slots =
        (SLOTS_OFFSET + SLOTS * SLOT_LEN..FILE_MAC_OFFSET).step_by(7).chain([FILE_MAC_OFFSET - 1]);
    for at in features_and_geometry.chain(reserved).chain(behind_slots) {
        let header = Header::decode(redigested(with_byte(&bytes, at, bytes[at] ^ 0x80))).unwrap();
        assert!(!header.is_canonical(), "byte {at}");
    }
    for kind in 3..=6 {
        let unknown = with_byte(&bytes, SLOTS_OFFSET + 5 * SLOT_LEN, kind);
        let header = Header::decode(redigested(unknown)).unwrap();
        assert!(!header.is_canonical(), "slot kind {kind}");
        assert_eq!(header.slots[0], SlotState::InUse(slot(1)), "an unknown slot hides no other");
        assert_eq!(header.slots[5], SlotState::Unknown);
    }
}

#[test]
fn a_header_of_another_length_is_damaged() {
    let bytes = sealed(&[Some(slot(1))]);
    for len in [8, 80, DIGEST_OFFSET - 1, DIGEST_OFFSET, HEADER_LEN - 1] {
        assert_eq!(Header::decode(&bytes[..len]).unwrap_err(), HeaderFault::Damaged, "{len} bytes");
    }
    assert_eq!(Header::decode([bytes.as_slice(), &[0]].concat()).unwrap_err(), HeaderFault::Damaged);
    for len in 0..MAGIC.len() {
        assert_eq!(Header::decode(&bytes[..len]).unwrap_err(), HeaderFault::NotAStore, "{len} bytes");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..properties() })]

    #[test]
    fn any_header_survives_a_round_trip(
        store_id: [u8; 16],
        epoch: u32,
        sequence: u64,
        used in prop::collection::vec(any::<bool>(), 0..=SLOTS),
    ) {
        let place = StoreEpoch { store_id, epoch };
        let slots: Vec<_> = used.iter().map(|&used| used.then(|| slot(1))).collect();
        let bytes = Header::new(place, sequence, &slots).seal(|_| Ok::<_, ()>([5; 32]), |_| Ok([6; 32])).unwrap().to_vec();
        let header = Header::decode(bytes.as_slice()).unwrap();
        prop_assert_eq!((header.place, header.sequence), (place, sequence));
        prop_assert!(header.is_canonical());
        let again = Header::new(place, sequence, &slots).seal(|_| Ok::<_, ()>([5; 32]), |_| Ok([6; 32])).unwrap().to_vec();
        prop_assert_eq!(again, bytes);
    }

    #[test]
    fn no_bytes_make_decoding_panic(mut bytes in prop::collection::vec(any::<u8>(), 0..HEADER_LEN + 64)) {
        let _ = Header::decode(bytes.as_slice());
        bytes.resize(HEADER_LEN, 0);
        bytes[..8].copy_from_slice(&MAGIC);
        let _ = Header::decode(redigested(bytes.clone()));
        bytes[8..12].copy_from_slice(&[1, 0, 1, 0]);
        let header = Header::decode(redigested(bytes)).unwrap();
        prop_assert_eq!(header.slots.len(), SLOTS);
    }
}
