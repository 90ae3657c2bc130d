//! Files cut short and files with something behind them.

use std::collections::BTreeSet;

use super::judge::{Judged, Tally, everything};
use super::patched::Patched;
use super::subject::{BLOCKS, block, block_at, block_count, subject};
use crate::ErrorKind;
use crate::crypto::random::seeded::splitmix64;
use crate::format::layout::BLOCK_LEN;
use crate::limits::VERIFY_AT_OPEN_MAX;

fn lengths(len: usize) -> BTreeSet<usize> {
    if everything() {
        return (0..len).collect();
    }
    let blocks = (0..=block_count(&subject().now.image)).map(|block| BLOCKS + block * BLOCK_LEN);
    let boundaries = [0, 8, 0x4000, 0x8000, 0x9000].into_iter().chain(blocks);
    let around = boundaries.flat_map(|at: usize| [at.saturating_sub(1), at, at + 1]);
    (0..len).step_by(512).chain(around).filter(|&cut| cut < len).collect()
}

#[test]
fn a_file_cut_short_is_refused_unless_only_spare_room_is_gone() {
    let now = &subject().now;
    let mut tally = Tally::default();
    let mut needed = None;
    for cut in lengths(now.image.len()) {
        let file = Patched::new(&now.image).cut_to(cut);
        let expected = if cut == 0 { ErrorKind::NotAStore } else { ErrorKind::Damaged };
        match tally.attack(("cut to", cut), file, &[&now.contents]) {
            Judged::Refused(kind) => {
                assert_eq!(kind, expected, "cut to {cut}");
                assert_eq!(needed, None, "cut to {cut} is refused, but not a shorter one");
            }
            Judged::State(0, _) => drop(needed.get_or_insert(cut)),
            other => panic!("cut to {cut}: {other:?}"),
        }
    }
    println!("cut: {tally:?}, needed: {needed:?} of {}", now.image.len());
    let needed = needed.expect("spare room can go");
    assert_eq!((needed - BLOCKS) % BLOCK_LEN, 0, "the state ends with a block");
    let spare = usize::try_from(crate::limits::SPARE_BLOCKS).unwrap() * BLOCK_LEN;
    assert!(now.image.len() - needed >= spare, "a closed store keeps its spare blocks");
    assert!(tally.all_refused() > 100 && tally.unchanged > 100, "{tally:?}");
}

#[test]
fn whatever_lies_behind_the_file_changes_nothing() {
    let (now, old) = (&subject().now, &subject().past[10]);
    let mut seed = 5;
    let mut tally = Tally::default();
    let step = if everything() { 1 } else { 61 };
    for extra in (1..=8_192).step_by(step) {
        let random: Vec<u8> = (0..extra).map(|_| splitmix64(&mut seed).to_le_bytes()[0]).collect();
        for tail in [vec![0; extra], random, old.image[BLOCKS..][..extra].to_vec()] {
            let file = Patched::new(&now.image).with(now.image.len(), tail);
            let judged = tally.attack(("longer by", extra), file, &[&now.contents]);
            assert!(matches!(judged, Judged::State(0, _)), "longer by {extra}: {judged:?}");
        }
    }
    println!("longer: {tally:?}");
    assert!(tally.unchanged > 300);
}

#[test]
fn a_longer_file_is_verified_at_open_no_less() {
    let (now, old) = (&subject().now, &subject().past[10]);
    let beyond = usize::try_from(VERIFY_AT_OPEN_MAX).unwrap();
    let mut tally = Tally::default();
    for index in 0..block_count(&old.image) {
        let put_back = || Patched::new(&now.image).with(block_at(index), block(&old.image, index).to_vec());
        let outcome = |file| match Tally::default().attack(("put back", index), file, &[&now.contents]) {
            Judged::Refused(kind) => Some(kind),
            _ => None,
        };
        let refused = outcome(put_back());
        assert_eq!(outcome(put_back().with(beyond, vec![0])), refused, "block {index} in a longer file");
        if let Some(kind) = refused {
            *tally.refused.entry(format!("{kind:?}")).or_default() += 1;
        }
    }
    assert!(tally.refused(ErrorKind::Tampered) > 0, "{tally:?}");
}
