//! Single bits: one in 65, or every one.

use std::time::Instant;

use super::judge::{Tally, bytes_looked_at, everything};
use super::patched::Patched;
use super::subject::{BLOCKS, State, block_at, block_count, subject};
use crate::ErrorKind;
use crate::format::layout::BLOCK_LEN;

/// Every bit in steps of `step`, on two threads.
fn flip(now: &State, step: usize) -> Tally {
    let looked_at = bytes_looked_at(&now.image);
    let bits = now.image.len() * 8;
    let half = |first: usize| {
        let mut tally = Tally::default();
        for bit in (first * step..bits).step_by(2 * step) {
            if !looked_at[bit / 8] {
                tally.never_read += 1;
                continue;
            }
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
    // Odd, so that every bit of a byte and every byte of a field comes up.
    let step = if everything() { 1 } else { 65 };
    let begun = Instant::now();
    let now = &subject().now;
    let tally = flip(now, step);
    println!("bits in steps of {step}: {tally:?} in {:?}", begun.elapsed());
    // Each bit of a reachable block is refused; either copy of a header or superblock replaces the other.
    let reachable = now.contents.reachable_blocks * 4136 * 8;
    let floor = reachable / step as u64 * 99 / 100;
    assert!(tally.refused(ErrorKind::Tampered) >= floor, "{tally:?}, at least {floor} expected");
    assert!(tally.unchanged >= (BLOCKS * 8 / step * 9 / 10) as u64, "{tally:?}");
    assert_eq!(tally.older, 0);
}

/// What lies where nothing looks makes no difference, whichever block it is in.
#[test]
fn a_block_that_nothing_looks_at_can_hold_anything() {
    let now = &subject().now;
    let looked_at = bytes_looked_at(&now.image);
    let mut tally = Tally::default();
    for index in 0..block_count(&now.image) {
        if looked_at[block_at(index)..][..BLOCK_LEN].contains(&true) {
            continue;
        }
        let file = Patched::new(&now.image).with(block_at(index), vec![0xa5; BLOCK_LEN]);
        tally.attack(("block", index), file, &[&now.contents]);
    }
    println!("blocks that nothing looks at: {tally:?}");
    assert!(tally.unchanged > 64 && tally.all_refused() == 0, "{tally:?}");
}
