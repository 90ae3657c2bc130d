//! Key slots.

use strongroom::{ErrorKind, KdfCost, NewSlot, RecoveryCode, SlotKind, Store, StoreOptions, Unlock};

use crate::fixture::{Folder, check_refused, key, patient};

fn weak() -> StoreOptions {
    patient().kdf_cost(KdfCost::EDGE)
}

#[test]
fn every_kind_of_slot_opens_what_it_was_added_to() {
    let folder = Folder::new();
    let path = folder.join("store");
    let file = folder.join("key");
    let store = weak().create(&path, Unlock::passphrase("one")).unwrap();
    store.put("name", "value").unwrap();
    let key_file = Unlock::create_key_file(&file).unwrap();
    let slots = store.slots();
    slots.add_with(&key_file, NewSlot::new().label("stick")).unwrap();
    slots.add(Unlock::key_file(&file).unwrap().and_passphrase("two").unwrap()).unwrap();
    slots.add(key()).unwrap();
    let (id, code) = slots.add_recovery_code().unwrap();
    RecoveryCode::check(code.expose()).unwrap();
    assert_eq!(slots.check(Unlock::recovery_code(code.expose()).unwrap()).unwrap(), Some(id));
    check_refused(slots.add(key()), ErrorKind::AlreadyExists);
    let kinds: Vec<SlotKind> = slots.list().unwrap().iter().map(|slot| slot.kind).collect();
    assert_eq!(
        kinds,
        [
            SlotKind::Passphrase,
            SlotKind::KeyFile,
            SlotKind::PassphraseAndKeyFile,
            SlotKind::RawKey,
            SlotKind::RecoveryCode
        ]
    );
    assert_eq!(slots.list().unwrap()[1].label, "stick");
    store.close().unwrap();
    let unlocks = [
        Unlock::passphrase("one"),
        Unlock::key_file(&file).unwrap(),
        Unlock::key_file(&file).unwrap().and_passphrase("two").unwrap(),
        key(),
        Unlock::recovery_code(code.expose()).unwrap(),
    ];
    for unlock in &unlocks {
        let store = patient().open(&path, unlock).unwrap();
        assert_eq!(store.get("name").unwrap().value().expose(), b"value");
        store.verify().unwrap();
        store.close().unwrap();
    }
    for wrong in
        [Unlock::passphrase("two"), Unlock::key_file(&path).unwrap_or_else(|_| Unlock::raw_key(&[1; 32]))]
    {
        check_refused(patient().open(&path, wrong), ErrorKind::WrongKey);
    }
}

#[test]
fn an_old_passphrase_is_gone_with_its_change() {
    let folder = Folder::new();
    let path = folder.join("store");
    let store = weak().create(&path, Unlock::passphrase("old")).unwrap();
    store.slots().change_passphrase(Unlock::passphrase("old"), Unlock::passphrase("new")).unwrap();
    store.put("name", "value").unwrap();
    drop(store);
    check_refused(patient().open(&path, Unlock::passphrase("old")), ErrorKind::WrongKey);
    let store = patient().open(&path, Unlock::passphrase("new")).unwrap();
    let only = store.slots().list().unwrap()[0].id;
    check_refused(store.slots().remove(only), ErrorKind::InvalidArgument);
    let raw = store.slots().add(key()).unwrap();
    check_refused(store.slots().remove(only), ErrorKind::InvalidArgument);
    store.slots().remove_last_for_people(only).unwrap();
    check_refused(store.slots().remove(raw), ErrorKind::InvalidArgument);
    drop(store);
    check_refused(patient().open(&path, Unlock::passphrase("new")), ErrorKind::WrongKey);
    patient().open(&path, key()).unwrap().verify().unwrap();
}

#[test]
fn copies_hold_everything() {
    let folder = Folder::new();
    let path = folder.join("store");
    let store = weak().create(&path, Unlock::passphrase("one")).unwrap();
    for round in 0..3 {
        for name in 0..40 {
            let value = format!("{round} {name}").repeat(1 + name * 30);
            store.put(format!("space-{}/name-{name}", name % 3).as_str(), value).unwrap();
        }
    }
    let expected = contents(&store);
    let pin = store.pin().unwrap();
    let copied = store.backup(folder.join("backup")).unwrap();
    assert_eq!(copied.generation, pin.generation());
    let backup = patient().open(folder.join("backup"), Unlock::passphrase("one")).unwrap();
    assert_eq!(contents(&backup), expected);
    assert_eq!(backup.pin().unwrap(), pin);
    drop(backup);
    check_refused(store.backup(folder.join("backup")), ErrorKind::AlreadyExists);
    for round in 0..3 {
        match round {
            0 => store.compact().unwrap(),
            1 => store.purge().unwrap(),
            _ => store.rekey(Unlock::passphrase("two")).unwrap(),
        };
        assert_eq!(contents(&store), expected);
        store.put("more", "value").unwrap();
        store.get("more").unwrap();
        assert!(store.verify().is_ok());
        let before = store.pin().unwrap();
        store.lock().unwrap();
        check_refused(store.get("more"), ErrorKind::Locked);
        check_refused(store.unlock(Unlock::passphrase("three")), ErrorKind::WrongKey);
        store.unlock(Unlock::passphrase(if round < 2 { "one" } else { "two" })).unwrap();
        assert_eq!(store.pin().unwrap(), before);
    }
    drop(store);
    check_refused(patient().open(&path, Unlock::passphrase("one")), ErrorKind::WrongKey);
    let store = patient().pin(pin).open(&path, Unlock::passphrase("two")).unwrap();
    assert_eq!(store.open_report().pin, Some(strongroom::PinCheck::InHistory));
    let newer = store.pin().unwrap();
    drop(store);
    check_refused(
        patient().pin(newer).open(folder.join("backup"), Unlock::passphrase("one")),
        ErrorKind::RolledBack,
    );
    assert_eq!(folder.names(), ["backup", "store"]);
}

fn contents(store: &Store) -> Vec<(String, u64, Vec<Vec<u8>>)> {
    store
        .list(strongroom::Query::all().limit(1_000))
        .unwrap()
        .into_iter()
        .filter(|info| info.path().as_str() != "more")
        .map(|info| {
            let versions = (1..=info.version())
                .map(|number| store.get_version(info.path(), number).unwrap().value().expose().to_vec())
                .collect();
            (info.path().to_string(), info.version(), versions)
        })
        .collect()
}

#[test]
fn a_handle_whose_slot_was_removed_still_copies() {
    let folder = Folder::new();
    let path = folder.join("store");
    let store = patient().create(&path, key()).unwrap();
    let other = Unlock::raw_key(&[9; 32]);
    let own = store.slots().list().unwrap()[0].id;
    store.slots().add(&other).unwrap();
    store.slots().remove_last_for_people(own).unwrap();
    store.put("name", "value").unwrap();
    store.compact().unwrap();
    store.backup(folder.join("backup")).unwrap();
    check_refused(store.purge(), ErrorKind::InvalidArgument);
    store.slots().add(Unlock::raw_key(&[10; 32])).unwrap();
    drop(store);
    for path in [folder.join("backup"), path] {
        check_refused(patient().open(&path, key()), ErrorKind::WrongKey);
        let store = patient().open(&path, &other).unwrap();
        assert_eq!(store.get("name").unwrap().value().expose(), b"value");
    }
}
