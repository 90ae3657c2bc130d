//! What others notice while a store is replaced: nothing.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc;

use strongroom::{CopyOptions, KdfCost, SlotId, Store};

use crate::fixture::{Ends, Folder, PATIENCE, beside, events, key, patient, raw};

/// Adds a slot on another thread, which begins while the store is compacted. Its turn comes when that has ended, and before
/// anybody compacts again: the gate keeps no order.
fn add_beside_a_compaction(store: &Store, number: u8) -> SlotId {
    std::thread::scope(|scope| {
        let mut adding = None;
        let options = CopyOptions::new().progress(|_| {
            adding.get_or_insert_with(|| {
                let (begun, has_begun) = mpsc::channel();
                let adding = scope.spawn(move || {
                    begun.send(()).unwrap();
                    store.slots().add(raw(number)).unwrap()
                });
                has_begun.recv().unwrap();
                adding
            });
            ControlFlow::Continue(())
        });
        store.compact_with(options).unwrap();
        adding.expect("it tells its progress").join().unwrap()
    })
}

/// A change waits while the store is replaced, and must not go to the file that was replaced.
#[test]
fn slots_added_beside_compactions_are_in_the_compacted_store() {
    let store = patient().write_wait(PATIENCE).in_memory().unwrap();
    store.put("name", "value").unwrap();
    let added: Vec<_> = (1..40).map(|number| add_beside_a_compaction(&store, number)).collect();
    let slots = store.slots().list().unwrap();
    let lost = added.iter().filter(|id| slots.iter().all(|slot| slot.id != **id)).count();
    assert_eq!(lost, 0, "slots that were acknowledged are not there");
    store.verify().unwrap();
}

#[test]
fn reads_beside_replacements_never_fail() {
    let store = Store::in_memory().unwrap();
    for number in 0..100 {
        store.put(format!("name-{number}").as_str(), [7; 100]).unwrap();
    }
    let (done, reads) = (AtomicBool::new(false), AtomicU64::new(0));
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                for number in (0..100).cycle().take_while(|_| !done.load(Ordering::Relaxed)) {
                    let name = format!("name-{number}");
                    assert_eq!(store.get(name.as_str()).unwrap().value().expose(), [7; 100]);
                    reads.fetch_add(1, Ordering::SeqCst);
                }
            });
        }
        let _ends = Ends(&done);
        for round in 0..60 {
            let replaced = match round % 3 {
                0 => store.compact_with(beside(&reads)),
                1 => store.purge_with(beside(&reads)),
                _ => store.rekey_with(key(), beside(&reads)),
            };
            replaced.unwrap();
        }
    });
    assert!(reads.into_inner() > 100);
}

/// The backup goes on with the file it began with; what it notes goes into the one that is there when it ends.
#[test]
fn a_store_that_is_replaced_during_its_backup_is_backed_up() {
    let folder = Folder::new();
    let path = folder.join("store");
    let store = patient().kdf_cost(KdfCost::EDGE).create(&path, key()).unwrap();
    store.put("name", "value").unwrap();
    let (generation, before) = (store.pin().unwrap().generation(), events(&store));
    let mut calls = 0;
    let options = CopyOptions::new().progress(|_| {
        calls += 1;
        store.put("other", "value").unwrap();
        store.compact().unwrap();
        assert_eq!(store.get("name").unwrap().value().expose(), b"value");
        ControlFlow::Continue(())
    });
    let copied = store.backup_with(folder.join("backup"), options).unwrap();
    assert!(calls > 0);
    assert_eq!(copied.generation, generation);
    assert_eq!(events(&store), before + 2 * calls + 1, "the backup is noted");
    let backup = patient().open(folder.join("backup"), key()).unwrap();
    assert_eq!(events(&backup), before);
    assert_eq!(folder.names(), ["backup", "store"]);
}
