//! A medium with no room left.

use std::sync::Arc;

use super::disk::{CrashDisk, Keep};
use super::engine::unlock;
use crate::{ErrorKind, Query, Store, StoreOptions, VerifyAtOpen};

fn open(disk: &Arc<CrashDisk>) -> Store {
    StoreOptions::new().verify(VerifyAtOpen::Always).open_on(disk.clone(), &unlock()).unwrap()
}

/// Fills the store's own free room until a put is refused, and returns how many fitted.
fn fill(store: &Store) -> u64 {
    for number in 0..100_000 {
        match store.put(&format!("fill/{number:05}"), [1; 900]) {
            Ok(_) => {}
            Err(error) => {
                assert_eq!(error.kind(), ErrorKind::DiskFull, "{error}");
                return number;
            }
        }
    }
    panic!("the disk never filled");
}

#[test]
fn a_full_disk_refuses_the_write_and_keeps_the_handle() {
    let disk = CrashDisk::new();
    let store = StoreOptions::new().create_on(disk.clone(), &unlock()).unwrap();
    store.put("before", "x").unwrap();
    disk.set_capacity(disk.content().len() + 300_000);
    let fitted = fill(&store);
    assert!(fitted > 10);
    let before = disk.counters();
    let refused = store.put("big", vec![1; 50_000]).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::DiskFull);
    assert_eq!(disk.counters().changes(), before.changes(), "a refused write touched the medium");
    assert_eq!(store.get("before").unwrap().value().expose(), b"x");
    store.verify().unwrap();

    disk.set_capacity(usize::MAX);
    store.put("after", "y").unwrap();
    store.close().unwrap();
    let store = open(&disk);
    assert_eq!(store.get("after").unwrap().value().expose(), b"y");
    assert_eq!(store.get(&format!("fill/{:05}", fitted - 1)).unwrap().version(), 1);
    assert_eq!(store.get("big").unwrap_err().kind(), ErrorKind::NotFound);
}

#[test]
fn deletes_fit_on_a_full_disk_and_outlive_the_power() {
    let disk = CrashDisk::new();
    let store = StoreOptions::new().create_on(disk.clone(), &unlock()).unwrap();
    disk.set_capacity(disk.content().len() + 300_000);
    let fitted = fill(&store);
    let name = |number: u64| format!("fill/{number:05}");
    (0..fitted).for_each(|number| drop(store.delete(&name(number)).unwrap()));
    assert_eq!(store.put("one/more", "x").unwrap_err().kind(), ErrorKind::DiskFull);
    let left = disk.cuts(Keep::Nothing).pop().unwrap();
    std::mem::forget(store);
    let store = open(&left);
    store.verify().unwrap();
    assert!(store.list(Query::all()).unwrap().items().is_empty());
    for number in 0..fitted {
        store.restore(&name(number)).unwrap();
        assert_eq!(store.get(&name(number)).unwrap().value().expose(), [1; 900]);
    }
    store.verify().unwrap();
}

#[test]
fn a_large_commit_that_fills_the_disk_loses_nothing_and_keeps_the_handle() {
    let disk = CrashDisk::new();
    let store = StoreOptions::new().create_on(disk.clone(), &unlock()).unwrap();
    store.put("before", "x").unwrap();
    disk.set_capacity(disk.content().len() + 2_000_000);
    assert_eq!(store.put("big", vec![1; 8_000_000]).unwrap_err().kind(), ErrorKind::DiskFull);
    assert!(disk.counters().bytes_written > 1_000_000, "nothing had spilled");
    store.put("small", "y").unwrap();
    store.verify().unwrap();
    drop(store);
    disk.set_capacity(usize::MAX);
    let store = open(&disk);
    assert_eq!(store.get("before").unwrap().value().expose(), b"x");
    assert_eq!(store.get("small").unwrap().value().expose(), b"y");
    assert_eq!(store.get("big").unwrap_err().kind(), ErrorKind::NotFound);
    store.put("big", vec![1; 8_000_000]).unwrap();
    store.verify().unwrap();
}

#[test]
fn a_close_after_a_full_disk_still_proves_the_last_commit() {
    let disk = CrashDisk::new();
    let store = StoreOptions::new().create_on(disk.clone(), &unlock()).unwrap();
    store.put("before", "x").unwrap();
    disk.set_capacity(disk.content().len());
    assert_eq!(store.put("big", vec![1; 500_000]).unwrap_err().kind(), ErrorKind::DiskFull);
    store.close().unwrap();
    let before = disk.counters();
    let store = open(&disk);
    assert_eq!(store.get("before").unwrap().value().expose(), b"x");
    assert_eq!(disk.counters().syncs, before.syncs, "the open had to sync");
}

#[test]
fn ten_small_secrets_take_little_room() {
    let disk = CrashDisk::new();
    let store = StoreOptions::new().create_on(disk.clone(), &unlock()).unwrap();
    for number in 0..10 {
        store.put(&format!("app/key-{number}"), [7; 64]).unwrap();
    }
    store.close().unwrap();
    let spare = u64::from(crate::limits::SPARE_BLOCKS) * 4136;
    let len = disk.content().len() as u64;
    eprintln!("{len} bytes, {} of them spare", spare);
    assert!(len - spare <= 512 * 1024, "{len} bytes");
}
