//! Crashes while a store is created.

use std::sync::Arc;

use super::disk::CrashDisk;
use super::engine::unlock;
use super::rng::Rng;
use crate::{Query, Store, StoreOptions};

fn create(disk: &Arc<CrashDisk>) -> crate::Result<Store> {
    StoreOptions::new().create_on(disk.clone(), &unlock())
}

/// A store gets its name when `create` has synced everything, so from then on any crash must leave it good; before
/// there is no store. Cut at every change and sync of a creation.
#[test]
fn a_creation_cut_at_any_instant_leaves_no_store_or_a_good_one() {
    let whole = CrashDisk::new();
    create(&whole).unwrap().close().unwrap();
    let changes = whole.counters().changes();
    let mut rng = Rng::new(7);
    let (mut nameless, mut good) = (0, 0);
    for cut in 1..=changes + 1 {
        let disk = CrashDisk::new();
        disk.fail_after(cut);
        let Ok(store) = create(&disk) else {
            nameless += 1;
            continue;
        };
        drop(store);
        for _ in 0..8 {
            let image = disk.cut(&mut rng);
            let store = StoreOptions::new().open_on(image, &unlock()).unwrap();
            assert!(store.list(Query::all()).unwrap().items().is_empty());
            good += 1;
        }
    }
    assert!(nameless > 10 && good > 0, "{nameless} and {good}");
}
