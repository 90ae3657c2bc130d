//! Whole blocks: exchanged, zeroed, put back from the past, brought from elsewhere.

use std::sync::Arc;

use super::judge::{Judged, Tally, everything};
use super::patched::Patched;
use super::subject::{block, block_at, block_count, subject, unlock};
use crate::format::layout::BLOCK_LEN;
use crate::{ErrorKind, StoreOptions, VerifyAtOpen};

/// A block that the last commit reaches cannot be zeroed unseen; zeroing another changes nothing.
fn reachable() -> Vec<bool> {
    let now = &subject().now;
    (0..block_count(&now.image))
        .map(|index| {
            let file = Patched::new(&now.image).with(block_at(index), vec![0; BLOCK_LEN]);
            match Tally::default().attack(("zeroed", index), file, &[&now.contents]) {
                Judged::Refused(ErrorKind::Tampered) => true,
                Judged::State(0, _) => false,
                other => panic!("block {index} zeroed: {other:?}"),
            }
        })
        .collect()
}

#[test]
fn a_zeroed_block_is_refused_exactly_if_it_is_reachable() {
    let refused = reachable().into_iter().filter(|&reachable| reachable).count();
    println!("zeroed: {refused} of {} blocks refused", block_count(&subject().now.image));
    assert_eq!(refused as u64, subject().now.contents.reachable_blocks);
}

#[test]
fn a_block_in_anothers_place_is_refused_exactly_if_that_place_is_reachable() {
    let now = &subject().now;
    let reachable = reachable();
    let used = reachable.iter().rposition(|&reachable| reachable).unwrap() + 2;
    let (mut copied, mut swapped) = (Tally::default(), Tally::default());
    for to in 0..used {
        for from in (0..used).filter(|&from| from != to) {
            if !everything() && !(from + to).is_multiple_of(3) {
                continue;
            }
            let there = |tally: &mut Tally, file: Patched, expected: bool| {
                let judged = tally.attack(("block", from, "to", to), file, &[&now.contents]);
                assert_eq!(
                    matches!(judged, Judged::Refused(ErrorKind::Tampered)),
                    expected,
                    "{from} to {to}"
                );
            };
            let file = Patched::new(&now.image).with(block_at(to), block(&now.image, from).to_vec());
            there(&mut copied, file, reachable[to]);
            let file = Patched::new(&now.image)
                .with(block_at(to), block(&now.image, from).to_vec())
                .with(block_at(from), block(&now.image, to).to_vec());
            there(&mut swapped, file, reachable[to] || reachable[from]);
        }
    }
    println!("copied: {copied:?}, swapped: {swapped:?}");
    assert!(copied.all_refused() > 100 && swapped.all_refused() > 100);
}

#[test]
fn a_block_put_back_from_an_older_state_never_shows_other_data() {
    let subject = subject();
    let now = &subject.now;
    let reachable = reachable();
    assert!(subject.past.len() >= 20);
    let mut tally = Tally::default();
    for (age, old) in subject.past.iter().rev().enumerate() {
        for (index, &reachable) in reachable.iter().enumerate().take(block_count(&old.image)) {
            let former = block(&old.image, index);
            if former == block(&now.image, index) {
                continue;
            }
            let file = Patched::new(&now.image).with(block_at(index), former.to_vec());
            let judged = tally.attack(("replayed", age, index), file, &[&now.contents]);
            if !reachable {
                assert!(matches!(judged, Judged::State(0, _)), "{judged:?}");
            }
        }
    }
    println!("replayed: {tally:?}");
    assert!(tally.refused(ErrorKind::Tampered) > 100, "{tally:?}");
}

#[test]
fn a_block_of_another_store_with_the_same_key_is_refused() {
    let (now, foreign) = (&subject().now, &subject().foreign);
    let mut tally = Tally::default();
    for (index, reachable) in reachable().into_iter().enumerate() {
        let bytes = block(&foreign.image, index.min(block_count(&foreign.image) - 1)).to_vec();
        let file = Patched::new(&now.image).with(block_at(index), bytes);
        let judged = tally.attack(("foreign", index), file, &[&now.contents]);
        assert_eq!(matches!(judged, Judged::Refused(ErrorKind::Tampered)), reachable);
    }
    println!("foreign: {tally:?}");
    assert_eq!(tally.all_refused(), now.contents.reachable_blocks);
}

#[test]
fn a_complete_older_copy_is_exactly_the_store_it_was() {
    let subject = subject();
    for old in &subject.past {
        let judged = Tally::default().attack(
            "copy",
            Patched::new(&old.image),
            &[&subject.now.contents, &old.contents],
        );
        assert!(matches!(judged, Judged::State(1, _)), "{judged:?}");
    }
}

#[test]
fn an_older_block_of_the_last_commit_is_refused_even_without_verification() {
    let subject = subject();
    let (now, before) = (&subject.now, &subject.past[subject.past.len() - 1]);
    let open = |file: Patched| {
        let options = StoreOptions::new().verify(VerifyAtOpen::Never);
        options.open_on(Arc::new(file), &unlock()).map(drop).map_err(|error| error.kind())
    };
    let mut refused = 0;
    let reachable = reachable();
    for index in (0..block_count(&before.image)).filter(|&index| reachable[index]) {
        let (former, latter) = (block(&before.image, index), block(&now.image, index));
        if former != latter {
            let file = Patched::new(&now.image).with(block_at(index), former.to_vec());
            assert_eq!(open(file), Err(ErrorKind::Tampered), "block {index}");
            refused += 1;
        }
    }
    assert!(refused > 0);
    assert_eq!(open(Patched::new(&now.image)), Ok(()));
}
