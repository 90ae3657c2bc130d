//! Locking an open store: nothing is left to use, and nobody else gets the file.

use std::cell::Cell;
use std::ops::ControlFlow;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use strongroom::{
    AuditEvent, AuditQuery, CopyOptions, Error, ErrorKind, HealthStatus, Holder, KdfCost, NewSlot, PinCheck,
    Query, SlotId, Store, StoreOptions, Sweep, Update,
};

use crate::fixture::{
    Folder, cheap, check_refused, contents, create, cut_short, events, key, open, passphrase, patient, raw,
    wait_until, write_private,
};

#[test]
fn everything_is_refused_while_a_store_is_locked() {
    let folder = Folder::new();
    let path = folder.join("store");
    let store = create(&path);
    store.put("name", "value").unwrap();
    let id = store.slots().list().unwrap()[0].id;
    let report = store.open_report();
    store.lock().unwrap();
    assert!(store.is_locked());
    assert_eq!(format!("{store:?}"), "Store(locked)");
    let there = folder.join("backup");
    type Call<'a> = &'a dyn Fn() -> Result<(), Error>;
    let calls: [Call<'_>; 38] = [
        &|| store.get("name").map(drop),
        &|| store.get_version("name", 1).map(drop),
        &|| store.put("name", "next").map(drop),
        &|| store.list(Query::all()).map(drop),
        &|| store.transaction(|_| Ok(())),
        &|| store.verify().map(drop),
        &|| store.info("name").map(drop),
        &|| store.get_many(["name"]).map(drop),
        &|| store.matches("name", "value").map(drop),
        &|| store.versions("name").map(drop),
        &|| store.update("name", Update::new()).map(drop),
        &|| store.rollback("name", 1).map(drop),
        &|| store.rename("name", "other").map(drop),
        &|| store.delete("name").map(drop),
        &|| store.restore("name").map(drop),
        &|| store.destroy("name"),
        &|| store.delete_version("name", 1).map(drop),
        &|| store.sweep(Sweep::new()).map(drop),
        &|| store.tag_keys().map(drop),
        &|| store.namespaces().map(drop),
        &|| store.stats().map(drop),
        &|| store.policy().retention().map(drop),
        &|| store.pin().map(drop),
        &|| store.slots().list().map(drop),
        &|| store.slots().add(raw(1)).map(drop),
        &|| store.slots().add_with(raw(1), NewSlot::new()).map(drop),
        &|| store.slots().add_recovery_code().map(drop),
        &|| store.slots().remove(id),
        &|| store.slots().remove_last_for_people(id),
        &|| store.slots().change_passphrase(passphrase("a"), passphrase("b")),
        &|| store.slots().check(key()).map(drop),
        &|| store.policy().kdf_floor().map(drop),
        &|| store.policy().set_kdf_floor(KdfCost::EDGE),
        &|| store.backup(&there).map(drop),
        &|| store.compact().map(drop),
        &|| store.purge().map(drop),
        &|| store.rekey(raw(1)).map(drop),
        &|| store.rekey_with(raw(1), CopyOptions::new()).map(drop),
    ];
    for (at, call) in calls.iter().enumerate() {
        let error = call().expect_err(&format!("call {at} was accepted"));
        assert_eq!(error.kind(), ErrorKind::Locked, "call {at}: {error}");
    }
    assert_eq!(store.open_report(), report);
    // Its health can be asked for, as far as that is known without a key.
    assert_eq!(store.health().unwrap().status, HealthStatus::Locked);
    assert_eq!(folder.names(), ["store"]);
    check_refused(StoreOptions::new().open(&path, key()), ErrorKind::InUse);
    let reader = StoreOptions::new().read_only(true).open(&path, key());
    assert_eq!(check_refused(reader, ErrorKind::InUse).holder(), Some(Holder::Writer));
    store.unlock(key()).unwrap();
    assert!(!store.is_locked());
    // The control: the same calls are no longer refused for that.
    for (at, call) in calls.iter().enumerate() {
        let kind = call().err().map(|error| error.kind());
        assert_ne!(kind, Some(ErrorKind::Locked), "call {at}");
    }
}

#[test]
fn any_slot_unlocks_and_becomes_the_one_of_the_handle() {
    let folder = Folder::new();
    let path = folder.join("store");
    let store = cheap().create(&path, passphrase("one")).unwrap();
    store.put("name", "value").unwrap();
    let (id, code) = store.slots().add_recovery_code().unwrap();
    let expected = contents(&store);
    store.lock().unwrap();
    store.lock().unwrap();
    let pin = store.health().unwrap().pin;
    let before = std::fs::read(&path).unwrap();
    store.unlock(strongroom::Unlock::recovery_code(code.expose()).unwrap()).unwrap();
    assert_eq!((contents(&store), store.pin().unwrap()), (expected, pin));
    assert_eq!(store.open_report().pin, Some(PinCheck::InHistory));
    assert!(std::fs::read(&path).unwrap() == before, "unlocking writes nothing");
    let own = |store: &Store| -> Vec<SlotId> {
        let slots = store.slots().list().unwrap();
        slots.iter().filter(|slot| slot.unlocked_this_handle).map(|slot| slot.id).collect()
    };
    assert_eq!(own(&store), [id]);
    store.put("name", "next").unwrap();
    check_refused(store.unlock(passphrase("one")), ErrorKind::InvalidArgument);
    assert_eq!(events(&store), 3);
    store.close().unwrap();
    drop(patient().open(&path, passphrase("one")).unwrap());
}

#[test]
fn a_wrong_key_leaves_it_locked_and_makes_the_next_attempts_wait() {
    let folder = Folder::new();
    let store = create(&folder.join("store"));
    store.put("name", "value").unwrap();
    store.lock().unwrap();
    let attempt = |unlock| {
        let start = Instant::now();
        let result = store.unlock(unlock);
        (result, start.elapsed())
    };
    const WAIT: Duration = Duration::from_millis(500);
    for _ in 0..2 {
        check_refused(attempt(raw(1)).0, ErrorKind::WrongKey);
        assert!(store.is_locked());
    }
    let (third, waited) = attempt(raw(1));
    check_refused(third, ErrorKind::WrongKey);
    assert!(waited >= WAIT, "{waited:?}");
    let (right, waited) = attempt(key());
    right.unwrap();
    assert!(waited >= WAIT * 2, "the right key waits as long: {waited:?}");
    store.lock().unwrap();
    // A passphrase out of its bounds is no attempt, and the right key ended the row.
    for _ in 0..4 {
        check_refused(store.unlock(passphrase("")), ErrorKind::InvalidArgument);
    }
    store.unlock(key()).unwrap();
}

/// What `change` does to the file of a locked store is found when it is unlocked.
#[track_caller]
fn check_found(change: impl FnOnce(&Folder, &Store), kinds: &[ErrorKind]) {
    let folder = Folder::new();
    let path = folder.join("store");
    let store = create(&path);
    store.put("name", "value").unwrap();
    store.close().unwrap();
    std::fs::copy(&path, folder.join("older")).unwrap();
    let store = open(&path);
    store.put("name", "next").unwrap();
    store.lock().unwrap();
    change(&folder, &store);
    let error = store.unlock(key()).expect_err("accepted");
    assert!(kinds.contains(&error.kind()), "{:?}: {error}", error.kind());
    assert!(store.is_locked());
    check_refused(store.get("name"), ErrorKind::Locked);
}

#[test]
fn a_file_that_changed_while_it_was_locked_is_found() {
    let over = |from: &str, folder: &Folder| {
        let bytes = std::fs::read(folder.join(from)).unwrap();
        std::fs::write(folder.join("store"), bytes).unwrap();
    };
    check_found(|folder, _| over("older", folder), &[ErrorKind::RolledBack]);
    check_found(
        |folder, _| {
            create(&folder.join("other")).put("name", "value").unwrap();
            over("other", folder);
        },
        &[ErrorKind::WrongStore],
    );
    check_found(
        |folder, _| {
            let fork = open(&folder.join("older"));
            fork.put("name", "fork").unwrap();
            drop(fork);
            over("older", folder);
        },
        &[ErrorKind::ForkedHistory],
    );
    check_found(
        |folder, _| std::fs::rename(folder.join("older"), folder.join("store")).unwrap(),
        &[ErrorKind::FileRefused],
    );
    check_found(|folder, _| std::fs::remove_file(folder.join("store")).unwrap(), &[ErrorKind::FileRefused]);
    check_found(
        |folder, _| {
            let path = folder.join("store");
            let mut bytes = std::fs::read(&path).unwrap();
            bytes[0xa000..].iter_mut().step_by(4136 / 2).for_each(|byte| *byte ^= 1);
            std::fs::write(&path, bytes).unwrap();
        },
        &[ErrorKind::Tampered, ErrorKind::Damaged],
    );
}

#[test]
fn locking_waits_for_what_is_under_way_and_gives_up_in_time() {
    let folder = Folder::new();
    let options = patient().write_wait(Duration::from_millis(60));
    let store = options.create(folder.join("store"), key()).unwrap();
    store.put("name", "value").unwrap();
    std::thread::scope(|scope| {
        let (begun, begin) = mpsc::channel();
        let (end, ended) = mpsc::channel::<()>();
        let store = &store;
        let writer = scope.spawn(move || {
            store.transaction(|tx| {
                begun.send(()).unwrap();
                ended.recv().unwrap();
                tx.put("name", "next").map(drop)
            })
        });
        begin.recv().unwrap();
        let error = check_refused(store.lock(), ErrorKind::InUse);
        assert_eq!(error.holder(), Some(Holder::Writer));
        assert!(!store.is_locked());
        store.get("name").unwrap();
        end.send(()).unwrap();
        writer.join().unwrap().unwrap();
    });
    store
        .backup_with(
            folder.join("backup"),
            CopyOptions::new().progress(|_| {
                let error = check_refused(store.lock(), ErrorKind::InUse);
                assert_eq!(error.holder(), Some(Holder::Readers));
                ControlFlow::Continue(())
            }),
        )
        .unwrap();
    store.lock().unwrap();
    assert_eq!(open(&folder.join("backup")).get("name").unwrap().version(), 2);
}

#[test]
fn a_store_is_not_locked_from_inside_its_transaction() {
    let folder = Folder::new();
    let store = create(&folder.join("store"));
    store
        .transaction(|tx| {
            tx.put("name", "value")?;
            check_refused(store.lock(), ErrorKind::Reentrant);
            check_refused(store.unlock(key()), ErrorKind::Reentrant);
            assert!(!store.is_locked());
            Ok(())
        })
        .unwrap();
    assert_eq!(store.get("name").unwrap().version(), 1);
}

#[test]
fn a_locked_store_is_closed_or_dropped_like_any_other() {
    let folder = Folder::new();
    let path = folder.join("store");
    for closes in [true, false] {
        let store = if path.exists() { open(&path) } else { create(&path) };
        store.put("name", "value").unwrap();
        store.lock().unwrap();
        let before = std::fs::read(&path).unwrap();
        if closes {
            store.close().unwrap();
        } else {
            drop(store);
        }
        assert!(std::fs::read(&path).unwrap() == before, "locking had left the proof already");
        let store = patient().read_only(true).open(&path, key()).unwrap();
        assert!(!store.open_report().unreadable_superblock);
        store.verify().unwrap();
    }
}

#[test]
fn read_only_handles_and_stores_in_memory_are_locked_too() {
    let folder = Folder::new();
    let path = folder.join("store");
    create(&path).put("name", "value").unwrap();
    let reader = patient().read_only(true).open(&path, key()).unwrap();
    let before = std::fs::read(&path).unwrap();
    reader.lock().unwrap();
    check_refused(reader.get("name"), ErrorKind::Locked);
    check_refused(reader.put("name", "x"), ErrorKind::ReadOnly);
    check_refused(StoreOptions::new().open(&path, key()), ErrorKind::InUse);
    drop(StoreOptions::new().read_only(true).open(&path, key()).unwrap());
    reader.unlock(key()).unwrap();
    reader.get("name").unwrap();
    assert!(std::fs::read(&path).unwrap() == before);
    let memory = Store::in_memory().unwrap();
    memory.put("name", "value").unwrap();
    memory.slots().add(key()).unwrap();
    memory.lock().unwrap();
    check_refused(memory.unlock(raw(1)), ErrorKind::WrongKey);
    memory.unlock(key()).unwrap();
    assert_eq!(memory.get("name").unwrap().value().expose(), b"value");
    memory.put("name", "next").unwrap();
}

#[test]
fn idle_time_grows_and_begins_anew_with_every_use() {
    let store = Store::in_memory().unwrap();
    store.slots().add(key()).unwrap();
    let idle = |least: Duration| {
        while store.idle_for() < least {
            std::thread::yield_now();
        }
        store.idle_for()
    };
    const SHORT: Duration = Duration::from_millis(300);
    let uses: [&dyn Fn(); 6] = [
        &|| drop(store.put("name", "value").unwrap()),
        &|| drop(store.get("name").unwrap()),
        &|| drop(store.list(Query::all()).unwrap()),
        &|| drop(store.slots().list().unwrap()),
        &|| store.pin().map(drop).unwrap(),
        &|| {
            store.lock().unwrap();
            assert!(store.idle_for() >= SHORT, "locking is no use");
            store.unlock(key()).unwrap();
        },
    ];
    for (at, used) in uses.iter().enumerate() {
        let before = idle(SHORT);
        assert!(idle(before + Duration::from_millis(2)) > before, "it grows");
        let began = Instant::now();
        used();
        let since = store.idle_for();
        // Uses are counted in whole milliseconds.
        assert!(since <= began.elapsed() + Duration::from_millis(1), "use {at}");
    }
    // Asking is no use.
    let before = idle(SHORT);
    let (_, _, _) = (store.is_locked(), store.open_report(), format!("{store:?}"));
    assert!(store.idle_for() >= before);
}

#[test]
fn what_the_handle_owes_the_log_survives_a_lock() {
    let folder = Folder::new();
    let (path, image) = (folder.join("store"), folder.join("image"));
    create(&path).put("name", "value").unwrap();
    let bytes = cut_short(&path, |store| drop(store.put("name", "lost").unwrap()));
    write_private(&image, bytes);
    let store = open(&image);
    let lost = store.open_report().discarded_generation;
    assert!(lost.is_some());
    let before = events(&store);
    store.lock().unwrap();
    store.unlock(key()).unwrap();
    store.put("name", "next").unwrap();
    assert_eq!(events(&store), before + 2, "the write, and the commit that was lost");
    store.put("name", "last").unwrap();
    assert_eq!(events(&store), before + 3);
}

/// The lock has what a backup needs: the state of the handle to read on, and the gate to note itself in the log.
#[test]
fn a_lock_gets_the_store_when_a_backup_has_ended() {
    let folder = Folder::new();
    let path = folder.join("store");
    create(&path).put("name", "value").unwrap();
    let store = patient().write_wait(Duration::from_secs(60)).open(&path, key()).unwrap();
    let reads = Cell::new(0);
    std::thread::scope(|scope| {
        let mut locking = None;
        let progress = |_| {
            let read = || {
                reads.set(reads.get() + 1);
                let found = store.get("name").unwrap();
                assert_eq!(found.version(), 1, "a copy may read, and the lock waits for the copy");
            };
            locking.get_or_insert_with(|| {
                read();
                let before = store.pin().unwrap().generation();
                let store = &store;
                let locking = scope.spawn(move || store.lock());
                // The lock has the gate, writes out what was read, and waits for the copy.
                wait_until(|| store.pin().unwrap().generation() > before);
                let waits = Instant::now();
                while waits.elapsed() < Duration::from_millis(200) {
                    read();
                }
                locking
            });
            read();
            ControlFlow::Continue(())
        };
        let begun = Instant::now();
        let noted = store.backup_with(folder.join("backup"), CopyOptions::new().progress(progress));
        locking.unwrap().join().unwrap().unwrap();
        assert!(begun.elapsed() < Duration::from_secs(30), "the lock waited for what had ended");
        let error = noted.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Locked);
        assert!(error.to_string().contains("the backup is in place"), "{error}");
    });
    store.close().unwrap();
    let read = open(&path).audit().query(AuditQuery::all().kind("secret.accessed")).unwrap();
    let read: u32 = read.events().iter().map(AuditEvent::count).sum();
    assert_eq!(read, reads.get(), "what was read while the lock waited is in the log");
    assert_eq!(open(&folder.join("backup")).get("name").unwrap().value().expose(), b"value");
}
