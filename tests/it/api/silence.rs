//! What is printed by accident shows no secret.

use std::error::Error as _;
use std::fmt::Debug;

use strongroom::{Listed, Put, Query, Store, StoreOptions, Sweep, Unlock, Update};

use crate::fixture::{Folder, key, patient, small_store};

const NEEDLE: &str = "needle-q7x9";

/// Neither spelling of `thing` holds the needle, as text or as a list of numbers.
#[track_caller]
fn check(thing: &impl Debug) {
    let numbers = format!("{:?}", NEEDLE.as_bytes());
    let numbers = numbers.trim_matches(['[', ']']);
    for text in [format!("{thing:?}"), format!("{thing:#?}").replace(['\n', ' '], "")] {
        assert!(!text.contains(NEEDLE), "{text}");
        assert!(!text.contains(numbers) && !text.contains(&numbers.replace(' ', "")), "{text}");
    }
}

#[test]
fn nothing_secret_shows_in_debug_output() {
    let store = Store::in_memory().unwrap();
    store.put("path", NEEDLE).unwrap();
    check(&store);
    check(&store.get("path").unwrap());
    check(&store.put("path", NEEDLE).unwrap());
    check(&store.update("path", Update::new().description("d")).unwrap());
    check(&store.rollback("path", 1).unwrap());
    check(&store.get_many(["path", "absent"]).unwrap());
    check(&store.matches("path", NEEDLE).unwrap());
    check(&store.info("path").unwrap());
    check(&store.versions("path").unwrap());
    check(&store.list(Query::all().state(Listed::All)).unwrap());
    check(&store.scan(Query::all()));
    check(&store.stats().unwrap());
    check(&store.health().unwrap());
    check(&store.delete_version("path", 1).unwrap());
    check(&store.destroy_version("path", 1).unwrap());
    check(&store.rename("path", "moved").unwrap());
    check(&store.delete("moved").unwrap());
    check(&store.restore("moved").unwrap());
    check(&store.sweep(Sweep::new()).unwrap());
    store
        .transaction(|tx| {
            tx.put("path", NEEDLE)?;
            check(tx);
            check(&tx.get("path")?);
            check(&tx.get_many(["path"])?);
            check(&tx.versions("path")?);
            Ok(())
        })
        .unwrap();
}

#[test]
fn no_error_repeats_a_secret() {
    let folder = Folder::new();
    let path = folder.join("s");
    small_store(&path);
    let long = NEEDLE.repeat(100);
    let store = Store::in_memory().unwrap();
    store.put("kept", NEEDLE).unwrap();
    store.put("kept", NEEDLE).unwrap();
    store.delete_version("kept", 1).unwrap();
    store.put("other", NEEDLE).unwrap();
    let too_big = NEEDLE.repeat((16 << 20) / NEEDLE.len() + 1);
    let errors = [
        patient().open(&path, Unlock::passphrase(NEEDLE)).unwrap_err(),
        patient().open(&path, Unlock::passphrase(&long)).unwrap_err(),
        StoreOptions::new().create(&path, Unlock::passphrase(NEEDLE)).unwrap_err(),
        store.put("a//b", NEEDLE).unwrap_err(),
        store.put(&format!("{NEEDLE}//b"), "x").unwrap_err(),
        store.put("a", too_big).unwrap_err(),
        store.put_with("a", NEEDLE, Put::new().expect_version(7)).unwrap_err(),
        store.put_with("a", NEEDLE, Put::new().tag("a=b", "")).unwrap_err(),
        store.matches("absent", NEEDLE).unwrap_err(),
        store.get_version("kept", 1).unwrap_err(),
        store.rollback("kept", 1).unwrap_err(),
        store.rename("kept", "other").unwrap_err(),
        store.restore("absent").unwrap_err(),
    ];
    for error in &errors {
        check(error);
        assert!(!error.to_string().contains(NEEDLE), "{error}");
    }
}

#[test]
fn every_error_is_one_sentence_for_a_person() {
    let folder = Folder::new();
    let path = folder.join("s");
    small_store(&path);
    let store = Store::in_memory().unwrap();
    let errors = [
        patient().open(&path, Unlock::raw_key(&[1; 32])).unwrap_err(),
        patient().open(folder.join("absent"), key()).unwrap_err(),
        patient().open(folder.path(), key()).unwrap_err(),
        StoreOptions::new().create(&path, key()).unwrap_err(),
        store.get("absent").unwrap_err(),
        store.put("", "x").unwrap_err(),
    ];
    for error in &errors {
        let text = error.to_string();
        assert!(text.len() > 15 && !text.ends_with('.') && !text.contains('\n'), "{text}");
        assert!(text.starts_with(char::is_lowercase), "{text}");
    }
    let denied = StoreOptions::new().create(folder.join("no/folder/s"), key()).unwrap_err();
    assert!(denied.source().is_some(), "an error of the operating system is kept");
}
