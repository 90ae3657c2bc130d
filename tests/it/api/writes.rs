//! On what condition a value is written, what a write tells, and every kind of write in one transaction.

use std::time::Duration;

use strongroom::{
    Error, ErrorKind, Listed, ManualClock, Put, Query, Retention, Store, StoreOptions, Sweep, Tier,
    Timestamp, Transaction, Update,
};

use crate::fixture::check_refused;

const START: Timestamp = Timestamp::from_millis(1_800_000_000_000);

#[test]
fn a_value_is_written_only_where_its_condition_holds() {
    /// What the condition expects, and the error if it is something else.
    fn conditions() -> [(Put, Option<u64>, ErrorKind); 7] {
        let version = |number| Put::new().expect_version(number);
        [
            (Put::new().expect_absent(), Some(0), ErrorKind::AlreadyExists),
            (version(0), Some(0), ErrorKind::AlreadyExists),
            (version(1), Some(1), ErrorKind::Conflict),
            (version(2), Some(2), ErrorKind::Conflict),
            (version(3), Some(3), ErrorKind::Conflict),
            (version(u64::MAX), Some(u64::MAX), ErrorKind::Conflict),
            (Put::new(), None, ErrorKind::Internal),
        ]
    }
    let mut refused = 0;
    for found in 0..4 {
        for (put, expected, kind) in conditions() {
            let store = Store::in_memory().unwrap();
            (0..found).for_each(|_| drop(store.put("a", "old").unwrap()));
            let before = store.pin().unwrap();
            let written = store.put_with("a", "new", put.tag("k", ""));
            if expected.is_none_or(|expected| expected == found) {
                assert_eq!(written.unwrap().version(), found + 1);
                assert_eq!(store.get("a").unwrap().value().expose(), b"new");
            } else {
                check_refused(written, kind);
                assert_eq!(store.pin().unwrap(), before);
                assert!(store.tag_keys().unwrap().is_empty());
                refused += 1;
            }
        }
    }
    assert_eq!(refused, 4 * 6 - (2 + 3));
}

#[test]
fn a_secret_in_the_trash_is_not_at_its_path() {
    let store = Store::in_memory().unwrap();
    let first = store.put("a", "1").unwrap();
    store.delete("a").unwrap();
    check_refused(store.put_with("a", "2", Put::new().expect_version(1)), ErrorKind::Conflict);
    let second = store.put_with("a", "2", Put::new().expect_absent()).unwrap();
    assert_eq!(second.version(), 1);
    assert_ne!(second.id(), first.id());
}

#[test]
fn a_write_tells_what_is_there_then() {
    let clock = ManualClock::start(START);
    let store = StoreOptions::new().clock(&clock).in_memory().unwrap();
    let later = |seconds: i64| Timestamp::from_millis(START.as_millis() + 1_000 * seconds);
    let mut told = vec![store.put_with("a/b", "1", Put::new().tier(Tier::Sensitive)).unwrap()];
    let second = Duration::from_secs(1);
    clock.advance(second);
    told.push(store.put("a/b", "2").unwrap());
    clock.advance(second);
    told.push(store.rollback("a/b", 1).unwrap());
    clock.advance(second);
    told.push(store.rename("a/b", "c").unwrap());
    clock.advance(second);
    let deleted = store.delete("c").unwrap();
    assert_eq!((deleted.id, deleted.path.as_str(), deleted.deleted_at), (told[0].id(), "c", later(4)));
    clock.advance(second);
    told.push(store.restore("c").unwrap());
    let expected = [("a/b", 1, 0), ("a/b", 2, 1), ("a/b", 3, 2), ("c", 3, 3), ("c", 3, 5)];
    for (written, (path, version, updated)) in told.iter().zip(expected) {
        assert_eq!((written.path().as_str(), written.version()), (path, version));
        assert_eq!((written.id(), written.tier()), (deleted.id, Tier::Sensitive));
        assert_eq!((written.created_at(), written.updated_at()), (START, later(updated)));
    }
    let info = store.info("c").unwrap();
    assert_eq!((info.created_at(), info.updated_at(), info.version()), (START, later(5), 3));
}

#[test]
fn a_rollback_is_one_more_version() {
    let store = Store::in_memory().unwrap();
    store.put_with("a", "one", Put::new().tag("k", "v").note("first")).unwrap();
    for (from, value, number) in [(1, "one", 2), (2, "one", 3)] {
        assert_eq!(store.rollback("a", from).unwrap().version(), number);
        assert_eq!(store.get("a").unwrap().value().expose(), value.as_bytes());
        assert_eq!(store.versions("a").unwrap().last().unwrap().note, format!("rollback of {from}"));
    }
    assert_eq!((store.info("a").unwrap().meta_version(), store.info("a").unwrap().tags().len()), (1, 1));
    store.delete_version("a", 1).unwrap();
    store.destroy_version("a", 2).unwrap();
    let generation = store.pin().unwrap().generation();
    for (path, from, kind) in [
        ("a", 1, ErrorKind::NotFound),
        ("a", 2, ErrorKind::Destroyed),
        ("a", 4, ErrorKind::NotFound),
        ("a", 0, ErrorKind::NotFound),
        ("b", 1, ErrorKind::NotFound),
    ] {
        check_refused(store.rollback(path, from), kind);
    }
    assert_eq!(store.pin().unwrap().generation(), generation);
}

fn with_something_of_everything() -> (ManualClock, Store) {
    let clock = ManualClock::start(START);
    let store = StoreOptions::new().clock(&clock).in_memory().unwrap();
    for path in ["swept", "back", "back-elsewhere", "gone"] {
        store.put_with(path, path, Put::new().trash_days(if path == "swept" { 1 } else { 9 })).unwrap();
        store.delete(path).unwrap();
    }
    clock.advance(Duration::from_secs(2 * 86_400));
    for path in ["kept", "kept", "kept", "moved", "ns/x", "ns/y", "deleted", "destroyed"] {
        store.put_with(path, path, Put::new().tag("old", "")).unwrap();
    }
    (clock, store)
}

fn every_kind_of_write(tx: &mut Transaction<'_, '_>, trashed: strongroom::SecretId) -> Result<(), Error> {
    tx.put_with("new", "1", Put::new().tag("young", ""))?;
    tx.put("new", "2")?;
    tx.update("kept", Update::new().tier(Tier::Critical))?;
    tx.rollback("kept", 1)?;
    tx.delete_version("kept", 1)?;
    tx.delete_version("kept", 2)?;
    tx.restore_version("kept", 2)?;
    tx.destroy_version("kept", 3)?;
    tx.rename("moved", "moved-on")?;
    assert_eq!(tx.rename_prefix("ns", "elsewhere")?, 2);
    tx.delete("deleted")?;
    tx.destroy("destroyed")?;
    tx.restore("back")?;
    tx.restore_to("back-elsewhere", "there")?;
    tx.destroy(trashed)?;
    tx.set_retention_under("ns", Retention::inherited().keep_versions(1))?;
    assert_eq!(tx.sweep(Sweep::new())?.secrets, 1);
    Ok(())
}

/// Everything that can be seen of a store.
fn picture(store: &Store) -> String {
    let infos: Vec<_> = store.scan(Query::all().state(Listed::All)).map(Result::unwrap).collect();
    let versions: Vec<_> = infos
        .iter()
        .filter(|info| info.trashed().is_none())
        .map(|info| store.versions(info.path()).unwrap())
        .collect();
    let facets = (store.tag_keys().unwrap(), store.namespaces().unwrap());
    let stats = store.stats().unwrap();
    let retentions = store.policy().retentions().unwrap();
    format!("{infos:#?}{versions:#?}{facets:#?}{:#?}{:#?}{retentions:#?}", stats.live, stats.trash)
}

#[test]
fn every_kind_of_write_is_seen_inside_and_comes_to_all_or_nothing() {
    let (_clock, store) = with_something_of_everything();
    let gone = store.list(Query::all().state(Listed::Trash)).unwrap();
    let gone = gone.items().iter().find(|info| info.path().as_str() == "gone").unwrap().id();
    let (before, pin) = (picture(&store), store.pin().unwrap());
    let failed = store.transaction(|tx| {
        every_kind_of_write(tx, gone)?;
        assert_eq!(picture(&store), before, "others see it before it is committed");
        tx.get("none").map(drop)
    });
    check_refused(failed, ErrorKind::NotFound);
    assert_eq!((picture(&store), store.pin().unwrap()), (before.clone(), pin));
    let inside = store
        .transaction(|tx| {
            every_kind_of_write(tx, gone)?;
            let paths = tx.list(Query::all())?.into_iter().map(|info| info.path().to_string());
            Ok((paths.collect::<Vec<_>>(), tx.versions("kept")?, tx.tag_keys()?, tx.stats()?.trash))
        })
        .unwrap();
    assert_eq!(inside.0, ["back", "elsewhere/x", "elsewhere/y", "kept", "moved-on", "new", "there"]);
    assert_eq!(store.pin().unwrap().generation(), pin.generation() + 1, "one commit");
    let after = store.list(Query::all()).unwrap().into_iter().map(|info| info.path().to_string());
    assert_eq!(after.collect::<Vec<_>>(), inside.0);
    assert_eq!(store.versions("kept").unwrap(), inside.1);
    assert_eq!((store.tag_keys().unwrap(), store.stats().unwrap().trash), (inside.2, inside.3));
    assert_ne!(picture(&store), before, "the picture shows what was written");
    store.verify().unwrap();
}
