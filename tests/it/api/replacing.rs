//! What others notice while a store is replaced: nothing.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};

use strongroom::{CopyOptions, KdfCost, Store, Unlock};

use crate::fixture::{Folder, events, key, patient};

/// A change waits while the store is replaced, and must not go to the file that was replaced.
#[test]
fn slots_added_beside_compactions_are_in_the_compacted_store() {
    let store = Store::in_memory().unwrap();
    store.put("name", "value").unwrap();
    let (begun, has_begun) = std::sync::mpsc::channel();
    let added = std::thread::scope(|scope| {
        let adding = scope.spawn(|| {
            let add = |(number, ())| store.slots().add(Unlock::raw_key(&[number; 32])).unwrap();
            (1..40u8).zip(has_begun).map(add).collect::<Vec<_>>()
        });
        while !adding.is_finished() {
            let mut told = false;
            let options = CopyOptions::new().progress(|_| {
                // Once it has heard of them all it is gone.
                let _ = (!std::mem::replace(&mut told, true)).then(|| begun.send(()));
                ControlFlow::Continue(())
            });
            store.compact_with(options).unwrap();
        }
        adding.join().unwrap()
    });
    assert_eq!(added.len(), 39);
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
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let readers: Vec<_> = (0..2)
            .map(|_| {
                scope.spawn(|| {
                    let mut reads = 0;
                    while !done.load(Ordering::Relaxed) {
                        let name = format!("name-{}", reads % 100);
                        assert_eq!(store.get(name.as_str()).unwrap().value().expose(), [7; 100]);
                        reads += 1;
                    }
                    reads
                })
            })
            .collect();
        for round in 0..60 {
            match round % 3 {
                0 => store.compact(),
                1 => store.purge(),
                _ => store.rekey(key()),
            }
            .unwrap();
        }
        done.store(true, Ordering::Relaxed);
        assert!(readers.into_iter().map(|reader| reader.join().unwrap()).sum::<u64>() > 100);
    });
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
