//! The fuzz targets' checks on the stable toolchain, on inputs that are near to good ones.

use proptest::prelude::*;

use super::*;
use crate::crypto::random::seeded::splitmix64;
use crate::record::audit::{Event, More};
use crate::record::id::{SecretId, SlotId};
use crate::record::pin::Pin;
use crate::record::secret::{Details, Schedule, Standing};
use crate::record::signature::Signature;
use crate::sealed::recovery;
use crate::seeds::{properties, setting};

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
    #![proptest_config(properties())]

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
    fn signatures_are_read_as_they_are_shown_or_not_at_all(bytes: [u8; 32], changes in changes()) {
        let shown = Signature::from_bytes(bytes).to_string();
        prop_assert!(signature(&shown));
        signature(&mistyped(&shown, &changes));
    }

    #[test]
    fn ids_of_slots_and_secrets_are_read_as_they_are_shown_or_not_at_all(id: [u8; 16], changes in changes()) {
        let shown = SlotId::from_bytes(id).to_string();
        prop_assert!(slot_id(&shown));
        slot_id(&mistyped(&shown, &changes));
        let shown = SecretId::from_bytes(id).to_string();
        prop_assert!(secret_id(&shown));
        secret_id(&mistyped(&shown, &changes));
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

/// Inputs of random bytes, of which a few share their beginning. `STRONGROOM_FUZZ_SEED` says which; it is printed.
fn inputs(count: u64, most: u64) -> impl Iterator<Item = Vec<u8>> {
    let mut state = setting("STRONGROOM_FUZZ_SEED", 1);
    println!("STRONGROOM_FUZZ_SEED={state}");
    (0..count).map(move |_| {
        let len = splitmix64(&mut state) % most;
        (0..len).map(|_| splitmix64(&mut state).to_le_bytes()[0]).collect()
    })
}

#[test]
fn lists_are_what_a_plain_filter_and_sort_give_and_go_on_with_their_own_cursors_alone() {
    inputs(300, 80).for_each(|bytes| listing(&bytes));
}

#[test]
fn texts_are_refused_by_rule_or_kept_in_their_normal_form_and_found() {
    inputs(300, 200).for_each(|bytes| texts(&bytes));
    // Letters that shrink most, or to something with a meaning of its own.
    let letters = ["\u{212a}", "\u{1fef}", "=\u{338}", "\u{338}", "/", "a", "\u{1100}\u{1161}\u{11a8}", "\n"];
    for (counts, letter) in inputs(300, 7).zip(letters.iter().cycle()) {
        // 7 says that the text behind is to be taken so often.
        let head = |&count| [7, count, u8::try_from(letter.len()).unwrap()];
        let given = counts.iter().map(|count| [&head(count), letter.as_bytes()].concat());
        texts(&given.collect::<Vec<_>>().concat());
    }
}

proptest! {
    #![proptest_config(properties())]

    #[test]
    fn path_lists_are_written_as_they_were_read(
        paths in prop::collection::btree_set("[a-c\u{0}]{1,6}", 0..12), at in 0..100usize, bit in 0..8u8,
    ) {
        let paths: Vec<&[u8]> = paths.iter().map(String::as_bytes).collect();
        let mut bytes = crate::record::path_list::encode(paths).unwrap();
        prop_assert!(path_list(&bytes));
        if let Some(byte) = bytes.get_mut(at) {
            *byte ^= 1 << bit;
        }
        path_list(&bytes);
    }

    #[test]
    fn rows_of_the_trash_and_of_policies_encode_to_the_bytes_they_were_decoded_from(
        texts: (String, String, String), numbers: (i64, i64, u64), kept: Option<u32>, days: Option<u16>,
        at in 0..400usize, bit in 0..8u8,
    ) {
        let (path, tags, description) = texts;
        let details = kept.map(|_| Details { description, max_versions: kept, trash_days: days, ..Details::default() });
        let standing = match numbers.2 % 5 {
            0 => Standing::Kept,
            1 => Standing::Deleted { at: numbers.0, until: numbers.1 },
            2 => Standing::Destroyed { at: numbers.1 },
            3 => Standing::Rotated { until: numbers.1 },
            _ => Standing::RotatedDeleted { at: numbers.0, until: numbers.1, accepted: numbers.0 },
        };
        let schedule = days.map(|_| Schedule {
            expires_at: Some(numbers.1),
            rotate_every: Some(numbers.2),
            ..Schedule::default()
        });
        let current = VersionRecord { number: numbers.2, standing, ..VersionRecord::default() };
        let more = kept.map(|count| More { path: path.clone(), count, ..More::default() });
        let event = Event { time: numbers.0, kind: 15, subject: [7; 16], version: numbers.2, more };
        let segment = Segment { generation: numbers.2, events: vec![event; 3], head: [9; 32] };
        let secret = SecretRecord { tags, details, schedule, current, ..SecretRecord::new([7; 16], numbers.0) };
        for mut bytes in [
            encode(&segment).unwrap(),
            encode(&secret.current).unwrap(),
            encode(&secret).unwrap(),
            encode(&TrashRecord { path, deleted_at: numbers.1, secret: secret.clone() }).unwrap(),
            encode(&RetentionRecord { max_versions: kept, trash_days: days }).unwrap(),
            encode(&ClockJumpRecord { before: numbers.0 }).unwrap(),
            encode(&BackupRecord { at: numbers.1 }).unwrap(),
        ] {
            records(&bytes);
            // As fields alone, and so of older versions too.
            records(&bytes[4..]);
            let at = at % bytes.len();
            bytes[at] ^= 1 << bit;
            records(&bytes);
        }
    }
}

#[test]
fn records_of_older_versions_say_the_same_in_the_newest_one() {
    let record = VersionRecord { number: 3, tail: vec![4; 100], ..VersionRecord::default() };
    let mut bytes = encode(&record).unwrap().to_vec();
    for (version, is_known) in [(0, false), (1, true), (2, true), (3, false)] {
        bytes[2] = version;
        assert_eq!(decode::<VersionRecord>(&Authenticated::from_page(&bytes)).is_ok(), is_known);
        records(&bytes);
    }
}
