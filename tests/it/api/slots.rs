//! Key slots: who unlocks a store, and who no longer does.

use std::path::Path;
use std::sync::mpsc;

use strongroom::{ErrorKind, Holder, KdfCost, KeySlot, NewSlot, SlotId, SlotKind, Store, Unlock};

use crate::fixture::{Folder, cheap, check_refused, create, events, key, open, passphrase, patient, raw};

fn ids(store: &Store) -> Vec<SlotId> {
    store.slots().list().unwrap().iter().map(|slot| slot.id).collect()
}

fn slot(store: &Store, id: SlotId) -> KeySlot {
    store.slots().list().unwrap().into_iter().find(|slot| slot.id == id).unwrap()
}

/// Each of `good` opens the closed store at `path`, and none of `bad` does.
#[track_caller]
fn check_opens(path: &Path, good: &[&Unlock], bad: &[&Unlock]) {
    for (at, unlock) in good.iter().enumerate() {
        let store = patient().open(path, *unlock).unwrap_or_else(|error| panic!("{at}: {error}"));
        assert_eq!(store.get("name").unwrap().value().expose(), b"value", "{at}");
        store.verify().unwrap();
    }
    for unlock in bad {
        check_refused(patient().open(path, *unlock), ErrorKind::WrongKey);
    }
}

#[test]
fn every_kind_of_slot_opens_what_it_was_added_to() {
    let folder = Folder::new();
    let (path, file) = (folder.join("store"), folder.join("key"));
    let store = cheap().create(&path, passphrase("one")).unwrap();
    store.put("name", "value").unwrap();
    let slots = store.slots();
    slots.add_with(Unlock::create_key_file(&file).unwrap(), NewSlot::new().label("stick")).unwrap();
    let both = || Unlock::key_file(&file).unwrap().and_passphrase("two").unwrap();
    slots.add(both()).unwrap();
    slots.add(key()).unwrap();
    let (_, code) = slots.add_recovery_code().unwrap();
    let kinds: Vec<SlotKind> = slots.list().unwrap().iter().map(|slot| slot.kind).collect();
    let expected = [
        SlotKind::Passphrase,
        SlotKind::KeyFile,
        SlotKind::PassphraseAndKeyFile,
        SlotKind::RawKey,
        SlotKind::RecoveryCode,
    ];
    assert_eq!(kinds, expected);
    let costs: Vec<bool> = slots.list().unwrap().iter().map(|slot| slot.kdf_cost.is_some()).collect();
    assert_eq!(costs, [true, false, true, false, false]);
    for unlock in [key(), both(), passphrase("one"), Unlock::recovery_code(code.expose()).unwrap()] {
        check_refused(slots.add(unlock), ErrorKind::AlreadyExists);
    }
    assert_eq!(events(&store), 5, "the refused ones leave no event");
    drop(store);
    let code = Unlock::recovery_code(code.expose()).unwrap();
    let other = Unlock::create_key_file(folder.join("other")).unwrap().and_passphrase("two").unwrap();
    check_opens(
        &path,
        &[&passphrase("one"), &Unlock::key_file(&file).unwrap(), &both(), &key(), &code],
        &[&passphrase("two"), &other, &Unlock::key_file(folder.join("other")).unwrap(), &raw(1)],
    );
}

#[test]
fn a_list_says_who_made_which_slot_when_and_who_used_it() {
    let folder = Folder::new();
    let path = folder.join("store");
    let store = cheap().create(&path, passphrase("one")).unwrap();
    let first = ids(&store)[0];
    let second = store.slots().add_with(key(), NewSlot::new().label("ke\u{e9}chain")).unwrap();
    let (one, two) = (slot(&store, first), slot(&store, second));
    assert_eq!((one.label.as_str(), two.label.as_str()), ("", "ke\u{e9}chain"));
    assert_eq!((one.unlocked_this_handle, two.unlocked_this_handle), (true, false));
    assert_eq!((one.kdf_cost, two.kdf_cost), (Some(KdfCost::EDGE), None));
    assert!(one.created_at.is_some() && one.created_at <= two.created_at && two.last_used_at.is_none());
    drop(store);
    let read = |unlock: Unlock| {
        let store = patient().read_only(true).open(&path, unlock).unwrap();
        (slot(&store, first), slot(&store, second))
    };
    let before = std::fs::read(&path).unwrap();
    let (one, two) = read(key());
    assert_eq!((one.unlocked_this_handle, two.unlocked_this_handle), (false, true));
    assert_eq!(two.last_used_at, None);
    drop(open(&path));
    assert!(std::fs::read(&path).unwrap() == before, "a use that wrote nothing was written down");
    let store = open(&path);
    assert_eq!(slot(&store, second).last_used_at, None, "nothing was written yet");
    store.transaction(|_| Ok(())).unwrap();
    assert_eq!(slot(&store, second).last_used_at, None, "an empty transaction is no write");
    store.put("name", "value").unwrap();
    let used = slot(&store, second).last_used_at;
    assert!(used >= two.created_at && used.is_some());
    assert_eq!(slot(&store, first).last_used_at, one.last_used_at);
    store.put("name", "value").unwrap();
    assert_eq!(slot(&store, second).last_used_at, used, "it says when the slot unlocked");
}

#[test]
fn checking_a_key_is_no_use_of_its_slot() {
    let folder = Folder::new();
    let path = folder.join("store");
    let store = cheap().create(&path, passphrase("one")).unwrap();
    let (id, code) = store.slots().add_recovery_code().unwrap();
    let before = std::fs::read(&path).unwrap();
    let typed = || Unlock::recovery_code(code.expose()).unwrap();
    assert_eq!(store.slots().check(typed()).unwrap(), Some(id));
    assert_eq!(store.slots().check(passphrase("one")).unwrap(), Some(ids(&store)[0]));
    assert_eq!(store.slots().check(passphrase("two")).unwrap(), None);
    assert_eq!(store.slots().check(key()).unwrap(), None);
    check_refused(store.slots().check(passphrase("")), ErrorKind::InvalidArgument);
    assert!(std::fs::read(&path).unwrap() == before);
    store.put("name", "value").unwrap();
    assert_eq!(slot(&store, id).last_used_at, None);
    let reader = Store::in_memory().unwrap();
    assert_eq!(reader.slots().check(typed()).unwrap(), None, "the code of another store");
}

#[test]
fn an_old_passphrase_is_gone_with_its_change() {
    let folder = Folder::new();
    let path = folder.join("store");
    let store = cheap().create(&path, passphrase("old")).unwrap();
    store.put("name", "value").unwrap();
    let before = ids(&store);
    store.slots().change_passphrase(passphrase("old"), passphrase("new")).unwrap();
    assert_eq!(ids(&store), before);
    assert!(slot(&store, before[0]).unlocked_this_handle);
    assert_eq!(events(&store), 2);
    check_refused(store.slots().change_passphrase(passphrase("old"), passphrase("x")), ErrorKind::WrongKey);
    store.put("name", "value").unwrap();
    drop(store);
    check_opens(&path, &[&passphrase("new")], &[&passphrase("old")]);
}

#[test]
fn a_passphrase_changes_to_itself_but_not_to_that_of_another_slot() {
    let folder = Folder::new();
    let (path, file) = (folder.join("store"), folder.join("key"));
    let store = cheap().create(&path, passphrase("one")).unwrap();
    store.put("name", "value").unwrap();
    store.slots().add_with(passphrase("two"), NewSlot::new().label("two")).unwrap();
    drop(Unlock::create_key_file(&file).unwrap());
    let with_file = |text: &str| Unlock::key_file(&file).unwrap().and_passphrase(text).unwrap();
    store.slots().add(with_file("three")).unwrap();
    let slots = store.slots();
    slots.change_passphrase(passphrase("one"), passphrase("one")).unwrap();
    check_refused(slots.change_passphrase(passphrase("one"), passphrase("two")), ErrorKind::AlreadyExists);
    for (old, new) in [
        (passphrase("one"), key()),
        (key(), passphrase("one")),
        (passphrase("one"), with_file("one")),
        (with_file("three"), passphrase("three")),
        (passphrase("one"), passphrase("")),
        (Unlock::key_file(&file).unwrap(), Unlock::key_file(&file).unwrap()),
    ] {
        check_refused(slots.change_passphrase(old, new), ErrorKind::InvalidArgument);
    }
    let other = Unlock::create_key_file(folder.join("other")).unwrap().and_passphrase("four").unwrap();
    slots.change_passphrase(with_file("three"), &other).unwrap();
    slots.change_passphrase(passphrase("two"), passphrase("five")).unwrap();
    assert_eq!(slots.list().unwrap()[1].label, "two");
    assert_eq!(events(&store), 6);
    drop(store);
    let good = [&passphrase("one"), &other, &passphrase("five")];
    check_opens(&path, &good, &[&with_file("three"), &with_file("four"), &passphrase("two")]);
}

#[test]
fn the_last_slot_stays_and_the_last_for_people_unless_asked() {
    let folder = Folder::new();
    let path = folder.join("store");
    let store = cheap().create(&path, passphrase("one")).unwrap();
    store.put("name", "value").unwrap();
    let slots = store.slots();
    let person = ids(&store)[0];
    check_refused(slots.remove(person), ErrorKind::InvalidArgument);
    check_refused(slots.remove_last_for_people(person), ErrorKind::InvalidArgument);
    let machine = slots.add(key()).unwrap();
    let refused = check_refused(slots.remove(person), ErrorKind::InvalidArgument);
    assert!(refused.to_string().contains("a person can use"), "{refused}");
    let (code, text) = slots.add_recovery_code().unwrap();
    slots.remove(code).unwrap();
    check_refused(slots.remove(code), ErrorKind::NotFound);
    check_refused(slots.remove_last_for_people(code), ErrorKind::NotFound);
    slots.remove_last_for_people(person).unwrap();
    check_refused(slots.remove(machine), ErrorKind::InvalidArgument);
    // A machine's slot among machines' slots needs no leave.
    let other = slots.add(raw(1)).unwrap();
    slots.remove(other).unwrap();
    assert_eq!(ids(&store), [machine]);
    assert_eq!(events(&store), 7);
    drop(store);
    let code = Unlock::recovery_code(text.expose()).unwrap();
    check_opens(&path, &[&key()], &[&passphrase("one"), &raw(1), &code]);
}

#[test]
fn a_handle_whose_slot_was_removed_goes_on() {
    let folder = Folder::new();
    let path = folder.join("store");
    let store = cheap().create(&path, passphrase("one")).unwrap();
    store.put("name", "value").unwrap();
    let slots = store.slots();
    let (own, other) = (ids(&store)[0], slots.add(passphrase("two")).unwrap());
    slots.remove(own).unwrap();
    assert!(slots.list().unwrap().iter().all(|slot| !slot.unlocked_this_handle));
    store.put("name", "value").unwrap();
    slots.add(passphrase("three")).unwrap();
    slots.change_passphrase(passphrase("two"), passphrase("four")).unwrap();
    slots.remove(other).unwrap();
    store.backup(folder.join("backup")).unwrap();
    store.compact().unwrap();
    store.put("name", "value").unwrap();
    let refused = check_refused(store.purge(), ErrorKind::InvalidArgument);
    assert!(refused.to_string().contains("rekey"), "{refused}");
    store.lock().unwrap();
    check_refused(store.unlock(passphrase("one")), ErrorKind::WrongKey);
    store.unlock(passphrase("three")).unwrap();
    let own = ids(&store)[0];
    slots.add(raw(1)).unwrap();
    slots.remove_last_for_people(own).unwrap();
    store.rekey(passphrase("five")).unwrap();
    store.put("name", "value").unwrap();
    drop(store);
    let gone = [&passphrase("one"), &passphrase("two"), &passphrase("four")];
    check_opens(&folder.join("backup"), &[&passphrase("three")], &gone);
    check_opens(&path, &[&passphrase("five")], &[&gone[..], &[&passphrase("three"), &raw(1)]].concat());
    assert_eq!(folder.names(), ["backup", "store"]);
}

#[test]
fn a_store_has_48_slots_and_no_more() {
    let folder = Folder::new();
    let path = folder.join("store");
    let store = create(&path);
    store.put("name", "value").unwrap();
    for number in 1..48 {
        store.slots().add_with(raw(number), NewSlot::new().label(format!("number {number}"))).unwrap();
    }
    check_refused(store.slots().add(raw(48)), ErrorKind::LimitExceeded);
    check_refused(store.slots().add_recovery_code(), ErrorKind::LimitExceeded);
    let listed = store.slots().list().unwrap();
    assert_eq!((listed.len(), listed[47].label.as_str()), (48, "number 47"));
    drop(store);
    check_opens(&path, &[&key(), &raw(1), &raw(47)], &[&raw(48)]);
    let store = open(&path);
    store.slots().remove(listed[30].id).unwrap();
    let added = store.slots().add(raw(48)).unwrap();
    assert_eq!(ids(&store)[30], added, "the free place is used");
    drop(store);
    check_opens(&path, &[&raw(48)], &[&raw(30)]);
}

/// Unlocking tries every slot of a kind, and stops where they cost more than 4 GiB of memory times passes together.
#[test]
fn no_slot_is_added_that_the_budget_of_an_unlock_leaves_out() {
    let folder = Folder::new();
    let path = folder.join("store");
    let store = cheap().create(&path, passphrase("one")).unwrap();
    store.put("name", "value").unwrap();
    let gigabyte = KdfCost::new(64 << 10, 16, 1).unwrap();
    let add = |text: &str| store.slots().add_with(passphrase(text), NewSlot::new().kdf_cost(gigabyte));
    for text in ["two", "three", "four"] {
        add(text).unwrap();
    }
    check_refused(add("five"), ErrorKind::KdfLimits);
    // After a crash both headers of a change may have to be tried.
    store.slots().add(key()).unwrap();
    let refused = store.slots().change_passphrase(passphrase("four"), passphrase("five"));
    check_refused(refused, ErrorKind::KdfLimits);
    let three = store.slots().check(passphrase("three")).unwrap().unwrap();
    store.slots().remove(three).unwrap();
    store.slots().change_passphrase(passphrase("four"), passphrase("five")).unwrap();
    drop(store);
    check_opens(&path, &[&passphrase("five"), &key()], &[&passphrase("four")]);
}

#[test]
fn labels_are_short_printable_and_composed() {
    let folder = Folder::new();
    let store = create(&folder.join("store"));
    let label = |text: &str| store.slots().add_with(raw(1), NewSlot::new().label(text));
    let long = "\u{e9}".repeat(64);
    for bad in ["a\nb", "\u{7f}", "\u{85}", "cafe\u{301}", "x\0", &format!("{long}x"), &"x".repeat(129)] {
        check_refused(label(bad), ErrorKind::InvalidArgument);
    }
    let bad = NewSlot::new().label("\t");
    check_refused(store.slots().add_recovery_code_with(bad), ErrorKind::InvalidArgument);
    assert_eq!((store.slots().list().unwrap().len(), events(&store)), (1, 0));
    for good in ["", "x", "zwei Wörter, 日本", &long, &"x".repeat(128)] {
        let id = label(good).unwrap();
        assert_eq!(slot(&store, id).label, good);
        store.slots().remove(id).unwrap();
    }
}

#[test]
fn slots_of_a_read_only_handle_are_seen_and_not_changed() {
    let folder = Folder::new();
    let path = folder.join("store");
    drop(create(&path));
    let store = patient().read_only(true).open(&path, key()).unwrap();
    let slots = store.slots();
    let id = slots.list().unwrap()[0].id;
    assert_eq!(slots.check(key()).unwrap(), Some(id));
    check_refused(slots.add(raw(1)), ErrorKind::ReadOnly);
    check_refused(slots.add_recovery_code(), ErrorKind::ReadOnly);
    check_refused(slots.remove(id), ErrorKind::ReadOnly);
    check_refused(slots.remove_last_for_people(id), ErrorKind::ReadOnly);
    check_refused(slots.change_passphrase(passphrase("a"), passphrase("b")), ErrorKind::ReadOnly);
    check_refused(store.policy().set_kdf_floor(KdfCost::EDGE), ErrorKind::ReadOnly);
    check_refused(store.compact(), ErrorKind::ReadOnly);
    check_refused(store.purge(), ErrorKind::ReadOnly);
    check_refused(store.rekey(raw(1)), ErrorKind::ReadOnly);
}

#[test]
fn slots_are_not_changed_from_inside_a_transaction() {
    let folder = Folder::new();
    let store = create(&folder.join("store"));
    let id = ids(&store)[0];
    store
        .transaction(|tx| {
            tx.put("name", "value")?;
            let slots = store.slots();
            check_refused(slots.add(raw(1)), ErrorKind::Reentrant);
            check_refused(slots.remove(id), ErrorKind::Reentrant);
            let changed = slots.change_passphrase(passphrase("a"), passphrase("b"));
            check_refused(changed, ErrorKind::Reentrant);
            check_refused(store.policy().set_kdf_floor(KdfCost::EDGE), ErrorKind::Reentrant);
            check_refused(store.compact(), ErrorKind::Reentrant);
            check_refused(store.backup(folder.join("backup")), ErrorKind::Reentrant);
            assert_eq!(slots.check(key())?, Some(id));
            Ok(())
        })
        .unwrap();
    assert_eq!((ids(&store).len(), events(&store)), (1, 1));
    assert_eq!(folder.names(), ["store"]);
}

#[test]
fn a_kind_does_not_open_the_slot_of_another() {
    let folder = Folder::new();
    let (path, file) = (folder.join("store"), folder.join("key"));
    let text = "0123456789abcdef0123456789abcdef";
    std::fs::write(&file, text).unwrap();
    let bytes = <[u8; 32]>::try_from(text.as_bytes()).unwrap();
    let unlocks = || {
        [
            passphrase(text),
            Unlock::raw_key(&bytes),
            Unlock::key_file(&file).unwrap(),
            Unlock::key_file(&file).unwrap().and_passphrase(text).unwrap(),
        ]
    };
    for kind in 0..4 {
        let store = cheap().create(&path, &unlocks()[kind]).unwrap();
        store.put("name", "value").unwrap();
        drop(store);
        let unlocks = unlocks();
        let (good, bad): (Vec<_>, Vec<_>) = unlocks.iter().enumerate().partition(|(at, _)| *at == kind);
        check_opens(
            &path,
            &good.into_iter().map(|(_, unlock)| unlock).collect::<Vec<_>>(),
            &bad.into_iter().map(|(_, unlock)| unlock).collect::<Vec<_>>(),
        );
        std::fs::remove_file(&path).unwrap();
    }
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

#[test]
fn a_change_of_slots_waits_for_another_threads_write_and_not_for_ever() {
    let folder = Folder::new();
    let wait = std::time::Duration::from_millis(30);
    for (name, wait) in [("short", wait), ("long", crate::fixture::PATIENCE)] {
        let store = patient().write_wait(wait).create(folder.join(name), key()).unwrap();
        std::thread::scope(|scope| {
            let (begun, begin) = mpsc::channel();
            let (end, ended) = mpsc::channel::<()>();
            let store = &store;
            let writer = scope.spawn(move || {
                store.transaction(|tx| {
                    begun.send(()).unwrap();
                    ended.recv().unwrap();
                    tx.put("name", "value").map(drop)
                })
            });
            begin.recv().unwrap();
            if name == "short" {
                let error = check_refused(store.slots().add(raw(1)), ErrorKind::InUse);
                assert_eq!(error.holder(), Some(Holder::Writer));
                assert_eq!(store.slots().list().unwrap().len(), 1, "a look at them waits for nobody");
                end.send(()).unwrap();
            } else {
                let changed = scope.spawn(|| store.slots().add(raw(1)));
                end.send(()).unwrap();
                changed.join().unwrap().unwrap();
            }
            writer.join().unwrap().unwrap();
        });
        assert_eq!(events(&store), if name == "short" { 1 } else { 2 });
    }
}
