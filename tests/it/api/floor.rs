//! The least cost of passphrases: kept in the store, and raised without anybody typing anything twice.

use std::path::Path;

use strongroom::{ErrorKind, KdfCost, KdfUpgrade, NewSlot, OpenReport, SlotId, Store};

use crate::fixture::{Folder, cheap, check_refused, events, key, passphrase, patient};

fn cost(mebibytes: u32) -> KdfCost {
    KdfCost::new(mebibytes << 10, 2, 1).unwrap()
}

fn cost_of(store: &Store, id: SlotId) -> KdfCost {
    store.slots().list().unwrap().into_iter().find(|slot| slot.id == id).unwrap().kdf_cost.unwrap()
}

/// A closed store whose one slot costs less than its floor of 20 MiB.
fn behind(path: &Path) -> SlotId {
    let store = cheap().create(path, passphrase("one")).unwrap();
    store.put("name", "value").unwrap();
    store.policy().set_kdf_floor(cost(20)).unwrap();
    let id = store.slots().list().unwrap()[0].id;
    assert_eq!(cost_of(&store, id), KdfCost::EDGE, "the passphrase is not at hand");
    id
}

fn upgrade(store: &Store) -> Option<KdfUpgrade> {
    let OpenReport { kdf_upgrade, .. } = store.open_report();
    kdf_upgrade
}

#[test]
fn a_new_store_demands_what_its_first_slot_costs() {
    let folder = Folder::new();
    let store = patient().kdf_cost(cost(20)).create(folder.join("store"), passphrase("one")).unwrap();
    assert_eq!(store.policy().kdf_floor().unwrap(), cost(20));
    assert_eq!(store.open_report().kdf_upgrade, None);
    let with = |mebibytes| NewSlot::new().kdf_cost(cost(mebibytes));
    check_refused(store.slots().add_with(passphrase("two"), with(19)), ErrorKind::KdfLimits);
    let (same, more) = (
        store.slots().add(passphrase("three")).unwrap(),
        store.slots().add_with(passphrase("four"), with(21)).unwrap(),
    );
    assert_eq!((cost_of(&store, same), cost_of(&store, more)), (cost(20), cost(21)));
    let options = strongroom::CopyOptions::new().new_slot(NewSlot::new().kdf_cost(cost(19)));
    check_refused(store.rekey_with(passphrase("five"), options), ErrorKind::KdfLimits);
    assert_eq!(events(&store), 2);
    store.rekey(passphrase("five")).unwrap();
    assert_eq!(cost_of(&store, store.slots().list().unwrap()[0].id), cost(20));
    assert_eq!(store.policy().kdf_floor().unwrap(), cost(20));
}

#[test]
fn a_changed_passphrase_never_costs_less_than_before() {
    let folder = Folder::new();
    let store = cheap().create(folder.join("store"), passphrase("one")).unwrap();
    let dear = NewSlot::new().kdf_cost(cost(21));
    let id = store.slots().add_with(passphrase("two"), dear).unwrap();
    store.slots().change_passphrase(passphrase("two"), passphrase("three")).unwrap();
    assert_eq!(cost_of(&store, id), cost(21));
    store.policy().set_kdf_floor(cost(22)).unwrap();
    store.slots().change_passphrase(passphrase("three"), passphrase("four")).unwrap();
    assert_eq!(cost_of(&store, id), cost(22));
}

#[test]
fn a_slot_below_the_floor_is_raised_with_the_first_write() {
    let folder = Folder::new();
    let path = folder.join("store");
    let id = behind(&path);
    let reader = patient().read_only(true).open(&path, passphrase("one")).unwrap();
    assert_eq!(upgrade(&reader), None, "a handle that cannot write promises nothing");
    drop(reader);
    let store = patient().open(&path, passphrase("one")).unwrap();
    let promised = upgrade(&store).unwrap();
    assert_eq!((promised.from, promised.to), (KdfCost::EDGE, cost(20)));
    store.get("name").unwrap();
    store.transaction(|tx| tx.get("name").map(drop)).unwrap();
    assert!(store.transaction(|tx| tx.get("absent").map(drop)).is_err());
    let generation = store.pin().unwrap().generation();
    store.close().unwrap();
    let store = patient().open(&path, passphrase("one")).unwrap();
    assert_eq!(store.pin().unwrap().generation(), generation + 1, "the reads are in the log");
    assert!(upgrade(&store).is_some(), "reading raised it");
    store.put("name", "next").unwrap();
    assert_eq!(cost_of(&store, id), cost(20));
    let after = events(&store);
    store.put("name", "last").unwrap();
    assert_eq!((after, events(&store)), (4, 5), "once");
    drop(store);
    check_refused(patient().open(&path, passphrase("two")), ErrorKind::WrongKey);
    let store = patient().open(&path, passphrase("one")).unwrap();
    assert_eq!((upgrade(&store), store.get("name").unwrap().version()), (None, 3));
}

#[test]
fn every_way_of_writing_raises_it() {
    type Write<'a> = &'a dyn Fn(&Store, &Folder);
    let ways: [Write<'_>; 5] = [
        &|store, _| store.slots().add(key()).map(drop).unwrap(),
        &|store, _| store.policy().set_kdf_floor(cost(20)).unwrap(),
        &|store, _| store.compact().map(drop).unwrap(),
        &|store, _| store.purge().map(drop).unwrap(),
        &|store, folder| store.backup(folder.join("backup")).map(drop).unwrap(),
    ];
    for write in ways {
        let folder = Folder::new();
        let path = folder.join("store");
        let id = behind(&path);
        let store = patient().open(&path, passphrase("one")).unwrap();
        write(&store, &folder);
        assert_eq!(cost_of(&store, id), cost(20));
        drop(store);
        assert_eq!(upgrade(&patient().open(&path, passphrase("one")).unwrap()), None);
    }
}

#[test]
fn a_slot_above_the_floor_is_left_alone() {
    let folder = Folder::new();
    let path = folder.join("store");
    let store = patient().kdf_cost(cost(21)).create(&path, passphrase("one")).unwrap();
    store.policy().set_kdf_floor(cost(20)).unwrap();
    drop(store);
    let store = patient().open(&path, passphrase("one")).unwrap();
    assert_eq!(upgrade(&store), None);
    store.put("name", "value").unwrap();
    assert_eq!(cost_of(&store, store.slots().list().unwrap()[0].id), cost(21));
    assert_eq!(events(&store), 2);
}

#[test]
fn a_floor_that_changed_meanwhile_counts() {
    let folder = Folder::new();
    let path = folder.join("store");
    let id = behind(&path);
    let store = patient().open(&path, passphrase("one")).unwrap();
    assert!(upgrade(&store).is_some());
    store.policy().set_kdf_floor(KdfCost::EDGE).unwrap();
    store.put("name", "next").unwrap();
    assert_eq!(cost_of(&store, id), KdfCost::EDGE, "never above the floor");
}

/// What was made ready to raise the old passphrase must not bring it back.
#[test]
fn a_passphrase_changed_before_it_was_raised_stays_changed() {
    let folder = Folder::new();
    let path = folder.join("store");
    let id = behind(&path);
    let store = patient().open(&path, passphrase("one")).unwrap();
    assert!(upgrade(&store).is_some());
    store.slots().change_passphrase(passphrase("one"), passphrase("two")).unwrap();
    store.put("name", "next").unwrap();
    assert_eq!(cost_of(&store, id), cost(20));
    drop(store);
    check_refused(patient().open(&path, passphrase("one")), ErrorKind::WrongKey);
    assert_eq!(upgrade(&patient().open(&path, passphrase("two")).unwrap()), None);
}

#[test]
fn a_slot_removed_before_it_was_raised_stays_removed() {
    let folder = Folder::new();
    let path = folder.join("store");
    let id = behind(&path);
    let store = patient().open(&path, passphrase("one")).unwrap();
    store.slots().add(passphrase("two")).unwrap();
    drop(store);
    let store = patient().open(&path, passphrase("one")).unwrap();
    store.slots().remove(id).unwrap();
    store.put("name", "next").unwrap();
    drop(store);
    check_refused(patient().open(&path, passphrase("one")), ErrorKind::WrongKey);
    assert_eq!(patient().open(&path, passphrase("two")).unwrap().slots().list().unwrap().len(), 1);
}

#[test]
fn locking_takes_the_raised_slot_along_and_unlocking_makes_it_anew() {
    let folder = Folder::new();
    let path = folder.join("store");
    let id = behind(&path);
    let store = patient().open(&path, passphrase("one")).unwrap();
    store.lock().unwrap();
    store.unlock(passphrase("one")).unwrap();
    assert!(upgrade(&store).is_some());
    store.put("name", "next").unwrap();
    assert_eq!(cost_of(&store, id), cost(20));
    store.lock().unwrap();
    store.unlock(passphrase("one")).unwrap();
    assert_eq!((upgrade(&store), events(&store)), (None, 4));
    // Unlocked by another slot there is nothing to raise.
    store.slots().add(key()).unwrap();
    store.policy().set_kdf_floor(cost(21)).unwrap();
    store.lock().unwrap();
    store.unlock(key()).unwrap();
    store.put("name", "last").unwrap();
    assert_eq!((upgrade(&store), cost_of(&store, id)), (None, cost(20)));
}
