//! What a copy makes of a block that was put back: never the newest state of the store.

use std::sync::Arc;

use super::subject::{block, block_at, block_count, unlock};
use crate::sealed::disk::Disk;
use crate::sealed::disk::memory::MemoryDisk;
use crate::{KdfCost, Store, StoreOptions, VerifyAtOpen};

const STEPS: u32 = 12;

fn image(disk: &MemoryDisk) -> Vec<u8> {
    let mut image = vec![0; usize::try_from(disk.len().unwrap()).unwrap()];
    disk.read_at(0, &mut image).unwrap();
    image
}

fn floor(step: u32) -> KdfCost {
    KdfCost::new((20 + step) << 10, 2, 1).unwrap()
}

/// Every state of a store whose floor rises, and at last only the other end of it changes. Floor and audit log are blocks
/// apart, and no block of the floor is one of the last commit's, which opening looks at by itself.
fn states() -> Vec<Vec<u8>> {
    let disk = Arc::new(MemoryDisk::default());
    let store = StoreOptions::new().create_on(disk.clone(), &unlock()).unwrap();
    let put = |name: String| store.put(name.as_str(), [7; 200]).map(drop);
    (0..60).try_for_each(|n| put(format!("name-{n}"))).unwrap();
    let mut states: Vec<Vec<u8>> = (0..STEPS)
        .map(|step| {
            store.policy().set_kdf_floor(floor(step)).unwrap();
            image(&disk)
        })
        .collect();
    (0..3).try_for_each(|_| put("the/other/end".to_owned())).unwrap();
    store.close().unwrap();
    states.push(image(&disk));
    states
}

fn opened(now: &[u8], at: usize, old: &[u8]) -> Option<Store> {
    let disk = Arc::new(MemoryDisk::default());
    disk.set_len(now.len() as u64).unwrap();
    disk.write_at(0, now).unwrap();
    disk.write_at(at as u64, old).unwrap();
    StoreOptions::new().verify(VerifyAtOpen::Never).open_on(disk, &unlock()).ok()
}

#[test]
fn an_older_block_that_nobody_looked_for_is_not_made_new_by_a_copy_that_replaces_the_store() {
    let states = states();
    let (now, past) = states.split_last().unwrap();
    let mut shown = 0;
    for index in 0..block_count(now) {
        let older = past.iter().filter(|old| block_count(old) > index).map(|old| block(old, index));
        for old in older.filter(|old| *old != block(now, index)) {
            let Some(store) = opened(now, block_at(index), old) else { continue };
            let Ok(found) = store.policy().kdf_floor() else { continue };
            if found == floor(STEPS - 1) {
                continue;
            }
            shown += 1;
            assert!(store.verify().is_err());
            assert!(store.compact().is_err(), "the floor of an older state is that of the new file");
            assert!(store.purge().is_err() && store.rekey(unlock()).is_err());
        }
    }
    assert!(shown > 0, "without verification an older block shows older data");
}
