//! Single bits: one in 64 of a small store without its spare room, or all of the whole one.

use std::time::Instant;

use super::judge::{Tally, everything};
use super::patched::Patched;
use super::subject::{BLOCKS, State, subject};
use crate::ErrorKind;
use crate::crypto::random;

/// Every bit from `start` in steps of `step`, on two threads.
fn flip(now: &State, start: usize, step: usize) -> Tally {
    let bits = now.image.len() * 8;
    let half = |first: usize| {
        let mut tally = Tally::default();
        for bit in (start + first * step..bits).step_by(2 * step) {
            tally.attack(("bit", bit), Patched::new(&now.image).flipped(bit), &[&now.contents]);
        }
        tally
    };
    let mut tally = Tally::default();
    std::thread::scope(|scope| {
        let other = scope.spawn(|| half(1));
        tally.add(half(0));
        tally.add(other.join().expect("the other half"));
    });
    tally
}

#[test]
fn a_flipped_bit_is_refused_or_changes_nothing() {
    let step = if everything() { 1 } else { 64 };
    let start = usize::from(random::bytes::<1>().unwrap()[0]) % step;
    let begun = Instant::now();
    let now = if everything() { &subject().now } else { &subject().small };
    let tally = flip(now, start, step);
    println!("bits from {start} in steps of {step}: {tally:?} in {:?}", begun.elapsed());
    // Each bit of a reachable block is refused; either copy of a header or superblock replaces the other.
    let reachable = now.contents.reachable_blocks * 4136 * 8;
    let floor = reachable / step as u64 * 99 / 100;
    assert!(tally.refused(ErrorKind::Tampered) >= floor, "{tally:?}, at least {floor} expected");
    assert!(tally.unchanged >= (BLOCKS * 8 / step * 9 / 10) as u64, "{tally:?}");
    assert_eq!(tally.older, 0);
}
