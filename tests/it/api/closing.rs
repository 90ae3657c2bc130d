//! Closing a store while something is under way: it ends, and nothing brings it back.

use std::ops::ControlFlow;

use strongroom::{Context, Copied, CopyOptions, Error, ErrorKind, Store};

use crate::fixture::{Folder, check_refused, create, ends, key, open, patient, raw};

/// A way to copy a store, and the number of the key that opens it afterwards.
type Replace = (&'static str, fn(&Store, CopyOptions<'_>) -> Result<Copied, Error>, u8);

const KEY: u8 = 0x5a;
const REPLACEMENTS: [Replace; 3] = [
    ("compact", Store::compact_with, KEY),
    ("purge", Store::purge_with, KEY),
    ("rekey", |store, options| store.rekey_with(raw(7), options), 7),
];

/// A way to end a store. One that is closed by who has the gate says so.
type End = fn(Store);
const ENDS: [End; 2] = [|store| drop(check_refused(store.close(), ErrorKind::Reentrant)), drop];

/// Options whose callback ends the store at its first call.
fn ending(store: Store, end: End) -> CopyOptions<'static> {
    let mut store = Some(store);
    CopyOptions::new().progress(move |_| {
        store.take().into_iter().for_each(end);
        ControlFlow::Continue(())
    })
}

#[test]
fn a_store_that_is_closed_while_it_is_replaced_stays_closed_and_is_whole() {
    for end in ENDS {
        for (name, replace, number) in REPLACEMENTS {
            let folder = Folder::new();
            let path = folder.join("s");
            let store = create(&path);
            store.put("name", "value").unwrap();
            let other = store.with(Context::new()).unwrap();
            let other = ends(move || {
                check_refused(replace(&other, ending(store, end)), ErrorKind::Closed);
                other
            });
            assert!(other.is_closed(), "{name}");
            check_refused(other.get("name"), ErrorKind::Closed);
            check_refused(other.put("name", "x"), ErrorKind::Closed);
            assert_eq!(folder.names(), ["s"], "{name}");
            // While the other handle lives: it does not keep the file.
            let store = patient().open(&path, raw(number)).unwrap();
            assert_eq!(store.get("name").unwrap().value().expose(), b"value", "{name}");
            store.verify().unwrap();
        }
    }
}

#[test]
fn a_store_is_closed_from_inside_its_own_backup() {
    for end in [|store: Store| store.close().unwrap(), drop] {
        let folder = Folder::new();
        let (path, backup) = (folder.join("s"), folder.join("backup"));
        let store = create(&path);
        store.put("name", "value").unwrap();
        let other = store.with(Context::new()).unwrap();
        let there = backup.clone();
        let other = ends(move || {
            let error = check_refused(other.backup_with(there, ending(store, end)), ErrorKind::Closed);
            assert!(error.to_string().contains("the backup is in place"), "{error}");
            other
        });
        check_refused(other.get("name"), ErrorKind::Closed);
        for path in [path, backup] {
            let store = open(&path);
            assert_eq!(store.get("name").unwrap().value().expose(), b"value");
            store.verify().unwrap();
        }
    }
}

/// Whoever closes does not wait for the backup of another thread, which ends on what it began with.
#[test]
fn a_store_is_closed_beside_the_backup_of_another_thread() {
    let folder = Folder::new();
    let (path, backup) = (folder.join("s"), folder.join("backup"));
    let store = create(&path);
    store.put("name", "value").unwrap();
    let other = store.with(Context::new()).unwrap();
    let (begun, begin) = std::sync::mpsc::channel();
    let (go_on, goes_on) = std::sync::mpsc::channel();
    let mut first = true;
    let progress = move |_| {
        if std::mem::take(&mut first) {
            begun.send(()).unwrap();
            goes_on.recv().unwrap();
        }
        ControlFlow::Continue(())
    };
    let there = backup.clone();
    let backed_up =
        std::thread::spawn(move || other.backup_with(there, CopyOptions::new().progress(progress)));
    begin.recv().unwrap();
    ends(move || store.close()).unwrap();
    go_on.send(()).unwrap();
    check_refused(backed_up.join().unwrap(), ErrorKind::Closed);
    for path in [path, backup] {
        let store = patient().open(&path, key()).unwrap();
        assert_eq!(store.get("name").unwrap().value().expose(), b"value");
        store.verify().unwrap();
    }
}
