use proptest::prelude::*;

use super::*;
use crate::seeds::properties;

fn slot(kind: SlotKind) -> Slot {
    let cost = match kind {
        SlotKind::Passphrase | SlotKind::PassphraseAndKeyFile => {
            StoredCost { memory_kib: 65_536, passes: 3, lanes: 4 }
        }
        SlotKind::RawKey | SlotKind::KeyFile | SlotKind::RecoveryCode => StoredCost::default(),
    };
    Slot {
        kind,
        cost,
        id: [1; 16],
        salt: [2; 32],
        commitment: [3; 32],
        wrapped: vec![4; OWNER_PAYLOAD_LEN + OVERHEAD],
    }
}

fn every_kind() -> impl Iterator<Item = SlotKind> {
    SlotKind::NUMBERS.into_iter().map(|(kind, _)| kind)
}

fn decoded_with(slot: &Slot, at: usize, byte: u8) -> SlotState {
    let mut bytes = slot.encode();
    bytes[at] = byte;
    SlotState::decode(&bytes)
}

#[test]
fn slots_give_back_what_they_were_made_of() {
    for kind in every_kind() {
        let slot = slot(kind);
        let bytes = slot.encode();
        assert_eq!(bytes.len(), SLOT_LEN);
        assert_eq!(slot.bound(), bytes[..BOUND_LEN]);
        assert_eq!(SlotState::decode(&bytes), SlotState::InUse(slot));
    }
    assert_eq!(SlotState::decode(&[0; SLOT_LEN]), SlotState::Empty);
}

#[test]
fn kinds_of_later_versions_are_unknown() {
    assert_eq!(every_kind().map(SlotKind::byte).collect::<Vec<_>>(), [1, 2, 3, 4, 5]);
    for kind in (0..=u8::MAX).filter(|kind| !(1..=5).contains(kind)) {
        assert_eq!(decoded_with(&slot(SlotKind::Passphrase), 0, kind), SlotState::Unknown, "kind {kind}");
    }
}

#[test]
fn a_kind_with_fields_of_another_is_unknown() {
    assert_eq!(decoded_with(&slot(SlotKind::Passphrase), 0, 2), SlotState::Unknown);
    assert_eq!(decoded_with(&slot(SlotKind::RawKey), 0, 1), SlotState::Unknown);
    assert_eq!(decoded_with(&slot(SlotKind::PassphraseAndKeyFile), 0, 3), SlotState::Unknown);
    assert_eq!(decoded_with(&slot(SlotKind::RecoveryCode), 0, 4), SlotState::Unknown);
    for at in 1..16 {
        assert_eq!(decoded_with(&slot(SlotKind::RawKey), at, 1), SlotState::Unknown, "raw key, byte {at}");
    }
    for (at, byte) in [(1, 0), (1, 2), (2, 0), (2, 2), (2, 3), (3, 1)] {
        assert_eq!(decoded_with(&slot(SlotKind::Passphrase), at, byte), SlotState::Unknown, "byte {at}");
    }
}

#[test]
fn another_payload_or_a_reserved_byte_is_unknown() {
    for kind in every_kind() {
        let slot = slot(kind);
        for len in [0, 1, 31, 33, 64, 65, 255] {
            assert_eq!(decoded_with(&slot, 96, len), SlotState::Unknown, "payload of {len}");
        }
        assert_eq!(decoded_with(&slot, 97, 1), SlotState::Unknown);
        for at in (98..BOUND_LEN).chain(176..SLOT_LEN) {
            for bit in 0..8 {
                assert_eq!(decoded_with(&slot, at, 1 << bit), SlotState::Unknown, "reserved byte {at}");
            }
        }
    }
}

#[test]
fn a_slot_of_another_length_is_unknown() {
    let bytes = slot(SlotKind::RawKey).encode();
    for len in [1, 16, 104, 175, 176, 255] {
        assert_eq!(SlotState::decode(&bytes[..len]), SlotState::Unknown, "{len} bytes");
    }
    assert_eq!(SlotState::decode(&[bytes.as_slice(), &[0]].concat()), SlotState::Unknown);
}

proptest! {
    #![proptest_config(properties())]

    #[test]
    fn any_slot_survives_a_round_trip(
        cost in any::<Option<(u32, u32, u32)>>(),
        id: [u8; 16],
        salt: [u8; 32],
        commitment: [u8; 32],
        wrapped in prop::collection::vec(any::<u8>(), OWNER_PAYLOAD_LEN + OVERHEAD),
    ) {
        let kind = if cost.is_some() { SlotKind::Passphrase } else { SlotKind::RawKey };
        let (memory_kib, passes, lanes) = cost.unwrap_or_default();
        let slot = Slot { kind, cost: StoredCost { memory_kib, passes, lanes }, id, salt, commitment, wrapped };
        prop_assert_eq!(SlotState::decode(&slot.encode()), SlotState::InUse(slot));
    }
}
