//! The fuzz targets' checks on the stable toolchain, on inputs that are near to good ones.

use proptest::prelude::*;

use super::*;
use crate::record::id::SlotId;
use crate::record::pin::Pin;
use crate::sealed::recovery;

/// `text` with some characters replaced, left out or put in.
fn mistyped(text: &str, changes: &[(usize, u8, char)]) -> String {
    let mut letters: Vec<char> = text.chars().collect();
    for &(at, what, letter) in changes {
        let at = at % letters.len().max(1);
        match what % 3 {
            0 => letters.insert(at, letter),
            1 if at < letters.len() => letters[at] = letter,
            _ => drop(letters.splice(at..letters.len().min(at + 1), [])),
        }
    }
    letters.into_iter().collect()
}

fn changes() -> impl Strategy<Value = Vec<(usize, u8, char)>> {
    let letter =
        prop_oneof!["[0-9A-Za-z_ \t\n-]".prop_map(|text| text.chars().next().unwrap()), any::<char>()];
    prop::collection::vec((0..120usize, any::<u8>(), letter), 0..4)
}

proptest! {
    #[test]
    fn recovery_codes_are_read_as_they_are_shown_or_not_at_all(code: [u8; 32], changes in changes()) {
        let shown = recovery::format(&code);
        let shown = std::str::from_utf8(&shown).unwrap();
        prop_assert!(recovery_code(shown));
        recovery_code(&mistyped(shown, &changes));
    }

    #[test]
    fn pins_are_read_as_they_are_shown_or_not_at_all(
        store_id: [u8; 16], generation: u64, head: [u8; 32], changes in changes(),
    ) {
        let shown = Pin { store_id, generation, head }.to_string();
        prop_assert!(pin(&shown));
        pin(&mistyped(&shown, &changes));
    }

    #[test]
    fn ids_of_slots_are_read_as_they_are_shown_or_not_at_all(id: [u8; 16], changes in changes()) {
        let shown = SlotId::from_bytes(id).to_string();
        prop_assert!(slot_id(&shown));
        slot_id(&mistyped(&shown, &changes));
    }

    #[test]
    fn slots_of_every_kind_encode_to_the_bytes_they_were_decoded_from(
        mut bytes in prop::collection::vec(any::<u8>(), 176..300),
        kind in 0..8u8,
        at in 0..256usize,
        bit in 0..8u8,
    ) {
        bytes[0] = kind;
        let mut straight = as_slot(&bytes);
        prop_assert_eq!(slot(&straight), (1..=5).contains(&kind));
        straight[at] ^= 1 << bit;
        slot(&straight);
    }

    #[test]
    fn rows_of_slots_and_floors_encode_to_the_bytes_they_were_decoded_from(
        label in "\\PC{0,40}", times: (i64, i64), cost: (u32, u32, u32), at in 0..400usize, bit in 0..8u8,
    ) {
        let row = SlotRecord { label, created_at: times.0, last_used_at: times.1 };
        let floor = KdfFloorRecord { memory_kib: cost.0, passes: cost.1, lanes: cost.2 };
        for mut bytes in [encode(&row).unwrap().to_vec(), encode(&floor).unwrap().to_vec()] {
            records(&bytes);
            let at = at % bytes.len();
            bytes[at] ^= 1 << bit;
            records(&bytes);
        }
    }
}
