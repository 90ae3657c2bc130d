//! What opening, reading and closing ask of the disk.

use std::sync::Arc;

use crate::sealed::disk::recording::{Asked, RecordingDisk};
use crate::{Store, StoreOptions, Unlock};

fn key() -> Unlock {
    Unlock::raw_key(&[7; 32])
}

fn open(disk: &Arc<RecordingDisk>, read_only: bool) -> Store {
    StoreOptions::new().read_only(read_only).open_on(disk.clone(), &key()).unwrap()
}

fn syncs(disk: &RecordingDisk) -> usize {
    disk.take().iter().filter(|asked| **asked == Asked::Sync).count()
}

fn create() -> Arc<RecordingDisk> {
    let disk = Arc::new(RecordingDisk::default());
    let store = StoreOptions::new().create_on(disk.clone(), &key()).unwrap();
    for number in 0..40 {
        store.put(format!("name/{number}").as_str(), "value").unwrap();
    }
    store.close().unwrap();
    disk.take();
    disk
}

#[test]
fn to_open_read_and_close_syncs_once_for_the_event_of_the_read() {
    let disk = create();
    // Time and again: which blocks a commit writes depends on those before it.
    for round in 0..30 {
        let store = open(&disk, false);
        assert_eq!(syncs(&disk), 0, "opening, round {round}");
        store.get(format!("name/{round}").as_str()).unwrap();
        assert_eq!(syncs(&disk), 0, "reading, round {round}");
        store.close().unwrap();
        let asked = disk.take_changes();
        let synced = asked.iter().filter(|asked| **asked == Asked::Sync).count();
        assert_eq!(synced, 1, "closing, round {round}");
        // The proof that the commit is durable comes behind its sync.
        assert!(matches!(asked.last(), Some(Asked::Write { .. })), "round {round}");
        open(&disk, true).get("name/0").unwrap();
        assert_eq!(disk.take_changes(), [], "a reader, round {round}");
        if round % 3 == 0 {
            let store = open(&disk, false);
            store.put(format!("name/{round}").as_str(), "other").unwrap();
            store.close().unwrap();
            assert_eq!(syncs(&disk), 1, "writing, round {round}");
        }
    }
}

#[test]
fn behind_a_handle_that_was_not_closed_opening_syncs_too() {
    let disk = create();
    let store = open(&disk, false);
    store.put("name/1", "other").unwrap();
    let killed = Arc::new(RecordingDisk::holding(&disk.image()));
    drop(store);
    let store = open(&killed, false);
    assert_eq!(syncs(&killed), 1, "opening");
    store.get("name/1").unwrap();
    store.close().unwrap();
    assert_eq!(syncs(&killed), 1, "closing");
    open(&killed, true).get("name/1").unwrap();
    assert_eq!(syncs(&killed), 0, "the next one");
}
