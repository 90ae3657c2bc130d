//! How far back damage to one structure can take a store: never further than a commit nobody can prove, and not at
//! all once the store was closed.

use super::judge::{Contents, Judged, Tally};
use super::patched::Patched;
use super::subject::{State, block_at, block_count, subject};
use crate::format::layout::{BLOCK_LEN, SUPERBLOCK_LEN};

/// Each superblock and each block, with a flipped bit, zeroed, and half overwritten.
fn attack(state: &State, before: &Contents) -> Tally {
    let superblocks = [(0x8000, SUPERBLOCK_LEN), (0x9000, SUPERBLOCK_LEN)];
    let blocks = (0..block_count(&state.image)).map(|index| (block_at(index), BLOCK_LEN));
    let mut tally = Tally::default();
    for (at, len) in superblocks.into_iter().chain(blocks) {
        let flipped = vec![state.image[at + len / 3] ^ 4];
        for (offset, bytes) in [(at + len / 3, flipped), (at, vec![0; len]), (at, vec![0xee; len / 2])] {
            let file = Patched::new(&state.image).with(offset, bytes);
            let judged = tally.attack(("structure", at), file, &[&state.contents, before]);
            if let Judged::State(1, report) = judged {
                assert!(
                    report.discarded_generation.is_some() || report.unreadable_superblock,
                    "a commit vanished without a word"
                );
            }
        }
    }
    tally
}

#[test]
fn one_damaged_structure_undoes_at_most_the_last_commit_of_a_crashed_store_and_nothing_of_a_closed_one() {
    let subject = subject();
    let before = &subject.past.last().unwrap().contents;
    let unclean = attack(&subject.unclean, before);
    let closed = attack(&subject.now, before);
    println!("unclean: {unclean:?}\nclosed: {closed:?}");
    assert_eq!(closed.older, 0, "a closed store was rolled back");
    // The control: the same attack does reach a commit that is not proven.
    assert!(unclean.older > 3, "{unclean:?}");
    assert!(closed.all_refused() > unclean.all_refused(), "what the one forgets the other refuses");
}
