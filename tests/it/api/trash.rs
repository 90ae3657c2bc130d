//! The trash, and what a sweep takes out of it.

use std::time::Duration;

use strongroom::{
    ErrorKind, Listed, ManualClock, Put, Query, Retention, SecretRef, Store, StoreOptions, Sweep, Timestamp,
    VersionState,
};

use crate::fixture::{Folder, check_refused, key};

const DAY: Duration = Duration::from_secs(86_400);

fn clocked() -> (ManualClock, Store) {
    let clock = ManualClock::start(Timestamp::from_millis(1_800_000_000_000));
    let store = StoreOptions::new().clock(&clock).in_memory().unwrap();
    (clock, store)
}

#[test]
fn two_secrets_of_one_path_are_told_by_their_ids() {
    let (clock, store) = clocked();
    store.put("a", "first").unwrap();
    store.put("a", "second").unwrap();
    let first = store.delete("a").unwrap();
    assert_eq!(first.purge_at.as_millis() - first.deleted_at.as_millis(), 30 * 86_400_000);
    clock.advance(DAY);
    store.put("a", "another").unwrap();
    let other = store.delete("a").unwrap();
    assert!(store.list(Query::all()).unwrap().items().is_empty());
    let trash = store.list(Query::all().state(Listed::Trash)).unwrap();
    assert_eq!(trash.items().len(), 2);
    assert!(trash.items().iter().all(|info| info.trashed().is_some()));
    store.restore("a").unwrap();
    assert_eq!(store.info("a").unwrap().id(), other.id, "by path it is the last that was deleted");
    check_refused(store.restore(first.id), ErrorKind::AlreadyExists);
    store.restore_to(first.id, "b/c").unwrap();
    assert_eq!(store.get_version("b/c", 1).unwrap().value().expose(), b"first");
    assert_eq!(store.get("b/c").unwrap().value().expose(), b"second");
    check_refused(store.restore("a"), ErrorKind::NotFound);
    store.verify().unwrap();
}

#[test]
fn destroying_has_to_be_said_and_leaves_nothing() {
    let (_, store) = clocked();
    store.put_with("a", vec![7; 9_000], Put::new().tag("env", "prod")).unwrap();
    let deleted = store.delete("a").unwrap();
    check_refused(store.destroy("a"), ErrorKind::NotFound);
    store.destroy(deleted.id).unwrap();
    check_refused(store.destroy(deleted.id), ErrorKind::NotFound);
    check_refused(store.restore(deleted.id), ErrorKind::NotFound);
    store.put("a", "live").unwrap();
    store.destroy("a").unwrap();
    let stats = store.stats().unwrap();
    assert_eq!((stats.live.secrets, stats.trash.secrets, stats.trash.versions), (0, 0, 0));
    assert!(store.tag_keys().unwrap().is_empty());
    store.verify().unwrap();
}

#[test]
fn a_sweep_takes_what_is_over_as_much_as_it_is_told_and_goes_on_after_a_reopening() {
    let folder = Folder::new();
    let clock = ManualClock::start(Timestamp::from_millis(1_800_000_000_000));
    let options = StoreOptions::new().clock(&clock).wait(crate::fixture::PATIENCE);
    let store = options.create(folder.join("s"), key()).unwrap();
    for n in 0..5 {
        let path = format!("n/{n}");
        store.put(&path, "x").unwrap();
        store.delete(&path).unwrap();
    }
    store.put("kept", "one").unwrap();
    store.put("kept", "two").unwrap();
    store.delete_version("kept", 1).unwrap();
    assert_eq!(store.sweep(Sweep::new()).unwrap().secrets, 0, "nothing is over yet");
    clock.advance(30 * DAY);
    let generation = store.pin().unwrap().generation();
    check_refused(store.restore("n/0"), ErrorKind::NotFound);
    check_refused(store.get_version("kept", 1), ErrorKind::Destroyed);
    check_refused(store.restore_version("kept", 1), ErrorKind::Destroyed);
    assert_eq!(store.health().unwrap().pending_sweep, 6);
    assert_eq!(store.pin().unwrap().generation(), generation, "a look removed something");
    let report = store.sweep(Sweep::new().at_most(2)).unwrap();
    assert_eq!((report.secrets, report.versions, report.more, report.held_back), (2, 2, true, false));
    store.close().unwrap();
    let store = options.open(folder.join("s"), key()).unwrap();
    let report = store.sweep(Sweep::new()).unwrap();
    assert_eq!((report.secrets, report.versions, report.more), (3, 4, false));
    assert_eq!(store.versions("kept").unwrap()[0].state, VersionState::Destroyed);
    assert_eq!(store.health().unwrap().pending_sweep, 0);
    store.verify().unwrap();
}

#[test]
fn days_in_the_trash_are_those_of_the_secret_else_the_namespace_else_the_store() {
    let (clock, store) = clocked();
    let days = |deleted: &strongroom::Deleted| {
        (deleted.purge_at.as_millis() - deleted.deleted_at.as_millis()) / 86_400_000
    };
    let policy = store.policy();
    policy.set_retention(Retention::inherited().keep_trash_days(10)).unwrap();
    policy.set_retention_under("a", Retention::inherited().keep_trash_days(3650)).unwrap();
    policy.set_retention_under("a/b", Retention::inherited().keep_versions(2)).unwrap();
    let own = Put::new().trash_days(0);
    for (path, put, expected) in
        [("x", Put::new(), 10), ("a/x", Put::new(), 3650), ("a/b/x", Put::new(), 3650), ("a/b/y", own, 0)]
    {
        store.put_with(path, "v", put).unwrap();
        assert_eq!(days(&store.delete(path).unwrap()), expected, "{path}");
    }
    check_refused(store.restore("a/b/y"), ErrorKind::NotFound);
    clock.advance(10 * DAY);
    check_refused(store.restore("x"), ErrorKind::NotFound);
    store.restore("a/x").unwrap();
    let refused = policy.set_retention(Retention::inherited().keep_trash_days(3651));
    check_refused(refused, ErrorKind::InvalidArgument);
    let events = || store.verify().unwrap().opened.unwrap().events;
    let before = events();
    policy.set_retention_under("a", Retention::inherited()).unwrap();
    assert_eq!(events(), before + 1, "a change of policy is an event");
    assert_eq!(policy.retention_at("a/b/x").unwrap().trash_days(), Some(10));
    assert_eq!(policy.retentions().unwrap().len(), 2);
}

#[test]
fn a_sweep_in_a_full_transaction_takes_what_there_is_room_for() {
    let (clock, store) = clocked();
    for path in ["a", "b", "c"] {
        store.put(path, "x").unwrap();
        store.delete(path).unwrap();
    }
    clock.advance(30 * DAY);
    let report = store.transaction(|tx| {
        for versions in 1..100_000 {
            tx.set_retention(Retention::inherited().keep_versions(versions))?;
        }
        tx.sweep(Sweep::new())
    });
    let report = report.unwrap();
    assert_eq!((report.secrets, report.more), (1, true));
    assert_eq!(store.sweep(Sweep::new().at_most(usize::MAX)).unwrap().secrets, 2);
}

#[test]
fn a_text_that_has_the_form_of_an_id_is_one() {
    let store = Store::in_memory().unwrap();
    let id = store.put("a", "1").unwrap().id();
    assert_eq!(id.to_string().parse::<SecretRef>().unwrap(), SecretRef::Id(id));
    for text in ["a", "sec_a", "sec_/a"] {
        assert_eq!(text.parse::<SecretRef>().unwrap(), SecretRef::try_from(text).unwrap());
    }
    check_refused("".parse::<SecretRef>(), ErrorKind::InvalidArgument);
}

#[test]
fn of_those_deleted_at_one_time_the_last_one_is_meant() {
    let clock = ManualClock::start(Timestamp::from_millis(1_800_000_000_000));
    let store = StoreOptions::new().clock(&clock).in_memory().unwrap();
    for round in 0..20 {
        for value in ["one", "two", "three"] {
            store.put("a", value).unwrap();
            store.delete("a").unwrap();
        }
        store.restore(SecretRef::try_from("a").unwrap()).unwrap();
        assert_eq!(store.get("a").unwrap().value().expose(), b"three", "round {round}");
        store.destroy(SecretRef::try_from("a").unwrap()).unwrap();
    }
}
