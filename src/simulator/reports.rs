//! What an open says about a crash.

use std::sync::Arc;

use super::disk::CrashDisk;
use super::engine::unlock;
use super::rng::Rng;
use crate::sealed::disk::recording::RecordingDisk;
use crate::store::inside::NOW;
use crate::{ManualClock, Store, StoreOptions, Timestamp, Unlock};

fn open(disk: &Arc<CrashDisk>) -> Store {
    StoreOptions::with_still_clock().open_on(disk.clone(), &unlock()).unwrap()
}

/// Cuts the power in a put's only sync until its superblock lands without all of its blocks.
fn image_with_an_incomplete_commit() -> Arc<CrashDisk> {
    let disk = CrashDisk::new();
    StoreOptions::with_still_clock().create_on(disk.clone(), &unlock()).unwrap().close().unwrap();
    let base = disk.content();
    for seed in 0..1_000 {
        let disk = CrashDisk::holding(base.clone());
        let store = open(&disk);
        store.put("kept", "1").unwrap();
        let before = disk.counters().changes();
        store.put("probe", "1").unwrap();
        let changes = disk.counters().changes() - before;
        // The next put makes as many changes; its last is the sync.
        disk.fail_after(changes);
        assert!(store.put("probe", "2").is_err());
        let image = disk.cut(&mut Rng::new(seed));
        if open(&Arc::new(image_copy(&image))).open_report().discarded_generation.is_some() {
            return image;
        }
    }
    panic!("no cut left an incomplete commit");
}

fn image_copy(disk: &CrashDisk) -> CrashDisk {
    Arc::into_inner(CrashDisk::holding(disk.content())).unwrap()
}

#[test]
fn a_discarded_commit_is_reported_and_enters_the_audit_log_once() {
    let disk = image_with_an_incomplete_commit();
    let store = open(&disk);
    let report = store.open_report();
    let events = store.done_events();
    assert_eq!(events, 2, "the two acknowledged puts");
    assert_eq!(store.get("probe").unwrap().version(), 1);
    store.put("probe", "again").unwrap();
    store.put("probe", "and again").unwrap();
    assert_eq!(store.done_events(), events + 3, "two puts and the discarded commit");
    store.close().unwrap();

    let store = open(&disk);
    assert!(report.discarded_generation.is_some());
    assert_eq!(store.open_report().discarded_generation, None, "reported again");
    assert!(!store.open_report().unreadable_superblock);
}

#[test]
fn a_discarded_commit_enters_the_log_of_the_file_that_takes_its_place() {
    type Replace = fn(&Store) -> crate::Result<crate::Copied>;
    let replaces: [Replace; 3] =
        [Store::compact, Store::purge, |store| store.rekey(Unlock::raw_key(&[9; 32]))];
    for replace in replaces {
        let image = image_with_an_incomplete_commit().content();
        let later = ManualClock::start(Timestamp::from_millis(NOW + 1));
        let disk = Arc::new(RecordingDisk::holding(&image));
        let store = StoreOptions::with_still_clock().clock(&later).open_on(disk, &unlock()).unwrap();
        assert!(store.open_report().discarded_generation.is_some());
        let created = store.slots().list().unwrap()[0].last_used_at.unwrap();
        replace(&store).unwrap();
        assert_eq!(store.done_events(), 4, "two puts, the discarded commit and the replacement");
        assert!(store.slots().list().unwrap()[0].last_used_at.unwrap() > created, "the slot was used");
        store.put("probe", "later").unwrap();
        assert_eq!(store.done_events(), 5, "it is said once");
    }
}

#[test]
fn an_orderly_close_leaves_nothing_to_report() {
    let disk = CrashDisk::new();
    StoreOptions::with_still_clock().create_on(disk.clone(), &unlock()).unwrap().put("a", "b").unwrap();
    let store = open(&disk);
    assert_eq!(store.open_report().discarded_generation, None);
    assert!(!store.open_report().unreadable_superblock);
    assert!(store.open_report().verified.is_some());
}
