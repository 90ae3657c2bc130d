//! Versions: numbered from 1, immutable, each readable by its number.

use strongroom::{ErrorKind, ManualClock, Store, Timestamp};

use crate::fixture::{Folder, check_refused, key, patient};

#[track_caller]
fn check(store: &Store, path: &str, values: &[&str]) {
    let current = store.get(path).unwrap();
    assert_eq!(current.version(), values.len() as u64);
    assert_eq!(current.value().expose(), values[values.len() - 1].as_bytes());
    for (number, value) in (1..).zip(values) {
        let secret = store.get_version(path, number).unwrap();
        assert_eq!((secret.version(), secret.value().expose()), (number, value.as_bytes()));
        assert_eq!(secret.info(), current.info(), "the secret as it is now, whichever version was read");
        assert!(secret.version_created_at() <= current.info().updated_at());
    }
    let absent = store.get_version(path, values.len() as u64 + 1);
    check_refused(absent, ErrorKind::NotFound);
}

#[test]
fn versions_count_from_one_and_stay_readable() {
    let folder = Folder::new();
    // Each read is in what is told of the secret: only at one time do two reads tell the same.
    let clock = ManualClock::start(Timestamp::from_millis(1_800_000_000_000));
    let options = patient().clock(&clock);
    let store = options.create(folder.join("s"), key()).unwrap();
    let values = ["one", "two", "", "two"];
    for (number, value) in (1..).zip(values) {
        assert_eq!(store.put("a/b", value).unwrap().version(), number);
        check(&store, "a/b", &values[..number as usize]);
    }
    store.close().unwrap();
    check(&options.open(folder.join("s"), key()).unwrap(), "a/b", &values);
}

#[test]
fn a_secret_keeps_its_id_and_its_time_of_creation() {
    let store = Store::in_memory().unwrap();
    let first = store.put("a", "1").unwrap();
    let second = store.put("a", "2").unwrap();
    let other = store.put("b", "1").unwrap();
    assert_eq!((first.id(), first.created_at()), (second.id(), second.created_at()));
    assert_ne!(first.id(), other.id());
    assert!(second.updated_at() >= first.updated_at());
    assert_eq!(other.version(), 1, "numbers are the secret's own");
    assert_eq!(store.get("a").unwrap().info().id(), first.id());
    let id = first.id().to_string();
    assert!(id.starts_with("sec_") && id.len() == 30, "{id}");
}

#[test]
fn what_was_never_written_is_not_found() {
    let store = Store::in_memory().unwrap();
    store.put("a/b", "x").unwrap();
    for path in ["a", "a/b/c", "b", "A/b"] {
        check_refused(store.get(path), ErrorKind::NotFound);
        check_refused(store.get_version(path, 1), ErrorKind::NotFound);
    }
    for version in [0, 2, 3, u64::MAX] {
        check_refused(store.get_version("a/b", version), ErrorKind::NotFound);
    }
}

#[test]
fn a_namespace_and_a_secret_may_have_one_path() {
    let store = Store::in_memory().unwrap();
    for path in ["a", "a/b", "a/b/c"] {
        store.put(path, path).unwrap();
    }
    for path in ["a", "a/b", "a/b/c"] {
        assert_eq!(store.get(path).unwrap().value().expose(), path.as_bytes());
    }
}
