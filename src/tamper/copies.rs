//! Blocks carried between a store and copies of it, which may have the same keys.

use std::sync::Arc;

use super::judge::{Judged, Tally};
use super::patched::Patched;
use super::subject::{State, block, block_at, block_count, state, unlock};
use crate::format::layout::BLOCK_LEN;
use crate::sealed::disk::Disk;
use crate::sealed::disk::recording::RecordingDisk;
use crate::sealed::forge::opened_pages;
use crate::simulator::CrashDisk;
use crate::{Copied, ErrorKind, Result, Store, StoreOptions};

fn content(disk: &Arc<dyn Disk>) -> Vec<u8> {
    let mut image = vec![0; usize::try_from(disk.len().unwrap()).unwrap()];
    disk.read_at(0, &mut image).unwrap();
    image
}

/// A store, and what `copy` makes of it.
fn store_and(copy: impl FnOnce(&Store) -> Option<Arc<dyn Disk>>) -> (State, State) {
    let disk = CrashDisk::new();
    let store = StoreOptions::new().create_on(disk.clone(), &unlock()).unwrap();
    for number in 0..30 {
        let path = format!("app/token-{}", number % 7);
        store.put(path.as_str(), format!("value {number}").repeat(1 + 20 * number)).unwrap();
    }
    store.close().unwrap();
    let before = disk.content();
    let store = StoreOptions::new().open_on(disk.clone(), &unlock()).unwrap();
    let beside = copy(&store);
    store.close().unwrap();
    (state(before), state(beside.map_or_else(|| disk.in_place().content(), |disk| content(&disk))))
}

/// Puts every block of one file into its place in the other. Returns how many places are reachable.
///
/// Under the same keys a page that is the same in both makes no difference.
fn carry(from: &State, to: &State, same_keys: bool, tally: &mut Tally) -> u64 {
    let mut reachable = 0;
    for index in 0..block_count(&to.image) {
        let zeroed = Patched::new(&to.image).with(block_at(index), vec![0; BLOCK_LEN]);
        let judged = Tally::default().attack(("zeroed", index), zeroed, &[&to.contents]);
        if !matches!(judged, Judged::Refused(ErrorKind::Tampered)) {
            continue;
        }
        reachable += 1;
        let former = block(&from.image, index.min(block_count(&from.image) - 1)).to_vec();
        let carried = Patched::new(&to.image).with(block_at(index), former);
        let judged = tally.attack(("carried", index), carried, &[&to.contents]);
        let same = same_keys && matches!(judged, Judged::State(0, _));
        assert!(same || matches!(judged, Judged::Refused(ErrorKind::Tampered)), "block {index}: {judged:?}");
    }
    assert_eq!(reachable, to.contents.reachable_blocks);
    reachable
}

#[test]
fn a_block_of_a_backup_is_found_in_the_store_and_the_other_way_round() {
    let (store, backup) = store_and(|store| {
        let nascent = RecordingDisk::default().successor().unwrap();
        let disk = nascent.disk();
        store.back_up_to(nascent).unwrap();
        Some(disk)
    });
    let mut tally = Tally::default();
    let reachable = carry(&backup, &store, true, &mut tally) + carry(&store, &backup, true, &mut tally);
    println!("{reachable} blocks: {tally:?}");
    assert!(reachable > 20 && tally.refused(ErrorKind::Tampered) > 20);
}

#[test]
fn a_block_of_the_file_before_a_copy_is_found_in_the_one_behind() {
    type Copy = fn(&Store) -> Result<Copied>;
    let copies: [(Copy, bool); 3] =
        [(Store::compact, true), (Store::purge, false), (|store| store.rekey(unlock()), false)];
    for (copy, same_keys) in copies {
        let (before, after) = store_and(|store| {
            copy(store).unwrap();
            None
        });
        let mut tally = Tally::default();
        let reachable =
            carry(&before, &after, same_keys, &mut tally) + carry(&after, &before, same_keys, &mut tally);
        println!("{reachable} blocks: {tally:?}");
        assert!(reachable > 20 && tally.refused(ErrorKind::Tampered) > 20);
    }
}

/// With the same keys a block of the file before authenticates: only the checksums that lead to it find it. With new
/// keys it does not even authenticate.
#[test]
fn only_new_keys_make_a_block_foreign() {
    for (purged, authentic) in [(false, true), (true, false)] {
        let (before, after) = store_and(|store| {
            if purged { store.purge() } else { store.compact() }.unwrap();
            None
        });
        let pages = |state: &State, from: &State| {
            let blocks = 0..block_count(&from.image).min(block_count(&state.image));
            let mut image = state.image.to_vec();
            blocks.for_each(|index| {
                image[block_at(index)..][..BLOCK_LEN].copy_from_slice(block(&from.image, index));
            });
            // Headers and superblocks of `state`, blocks of `from`.
            opened_pages(&image, &unlock()).len()
        };
        assert_eq!(pages(&after, &before) > 0, authentic, "purged: {purged}");
        assert!(pages(&after, &after) > 0);
    }
}
