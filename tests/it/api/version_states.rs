//! The states of versions, and numbers that are never used again.

use std::time::Duration;

use strongroom::{
    Author, ErrorKind, ManualClock, Put, Retention, Store, StoreOptions, Timestamp, VersionState,
};

use crate::fixture::{check_refused, events};

const START: Timestamp = Timestamp::from_millis(1_800_000_000_000);
const DAY: Duration = Duration::from_secs(86_400);

fn clocked() -> (ManualClock, Store) {
    let clock = ManualClock::start(START);
    let store = StoreOptions::new().clock(&clock).in_memory().unwrap();
    (clock, store)
}

fn states(store: &Store, path: &str) -> Vec<VersionState> {
    store.versions(path).unwrap().iter().map(|version| version.state).collect()
}

/// The number of each version that is left.
fn numbers(store: &Store, path: &str) -> Vec<u64> {
    store.versions(path).unwrap().iter().map(|version| version.number).collect()
}

#[test]
fn what_is_known_of_a_version_stays_when_its_value_goes() {
    let (clock, store) = clocked();
    for (size, note) in [(0, ""), (64, "second"), (70_000, "third")] {
        store.put_with("a", vec![7; size], Put::new().note(note)).unwrap();
        clock.advance(DAY);
    }
    let known = || {
        let versions = store.versions("a").unwrap().into_iter();
        let known = versions.map(|v| (v.number, v.created_at, v.author, v.size, v.note));
        known.collect::<Vec<_>>()
    };
    let at = |day: i64| Timestamp::from_millis(START.as_millis() + day * 86_400_000);
    let expected = [(1, 0, 0, ""), (2, 1, 64, "second"), (3, 2, 70_000, "third")]
        .map(|(number, day, size, note)| (number, at(day), Author::Owner, size, note.to_owned()));
    assert_eq!(known(), expected);
    let full = store.stats().unwrap().live.value_bytes;
    for (number, size) in [(2, 64), (3, 70_000)] {
        let before = store.stats().unwrap().live.value_bytes;
        assert_eq!(store.delete_version("a", number).unwrap().deleted_at, Some(at(3)));
        assert_eq!(store.stats().unwrap().live.value_bytes, before, "a deleted value is still there");
        assert_eq!(store.destroy_version("a", number).unwrap().deleted_at, Some(at(3)));
        assert_eq!(store.stats().unwrap().live.value_bytes, before - size, "a destroyed one is gone");
    }
    assert_eq!((known(), full), (expected.to_vec(), 70_064));
    assert_eq!((store.info("a").unwrap().size_class(), store.info("a").unwrap().version()), (0, 3));
    store.verify().unwrap();
}

/// Deletes, restores and destroys version `number` of three.
#[track_caller]
fn check_life(number: u64, readable: VersionState) {
    let (clock, store) = clocked();
    for value in ["one", "two", "three"] {
        store.put("a", value).unwrap();
    }
    let read = || store.get_version("a", number).map(|secret| secret.value().expose().to_vec());
    let state = || states(&store, "a")[number as usize - 1];
    let value = read().unwrap();
    let until = Timestamp::from_millis(START.as_millis() + 30 * 86_400_000);
    assert_eq!(state(), readable);
    for _ in 0..2 {
        assert_eq!(store.delete_version("a", number).unwrap().state, VersionState::Deleted { until });
        let generation = store.pin().unwrap().generation();
        assert_eq!(store.delete_version("a", number).unwrap().state, state());
        assert_eq!(store.pin().unwrap().generation(), generation, "it was deleted already");
        check_refused(read(), ErrorKind::NotFound);
        assert_eq!(store.get("a").is_ok(), number != 3, "only the current version is what get reads");
        assert_eq!(store.restore_version("a", number).unwrap().state, readable);
        let generation = store.pin().unwrap().generation();
        assert_eq!(store.restore_version("a", number).unwrap().deleted_at, None);
        assert_eq!(store.pin().unwrap().generation(), generation, "it was restored already");
        assert_eq!(read().unwrap(), value);
    }
    store.delete_version("a", number).unwrap();
    clock.set(Timestamp::from_millis(until.as_millis() - 1));
    assert_eq!(state(), VersionState::Deleted { until });
    clock.set(until);
    assert_eq!(state(), VersionState::Destroyed, "also if nothing ever swept");
    for refused in [store.restore_version("a", number), store.delete_version("a", number)] {
        check_refused(refused, ErrorKind::Destroyed);
    }
    check_refused(read(), ErrorKind::Destroyed);
    store.destroy_version("a", number).unwrap();
    let generation = store.pin().unwrap().generation();
    assert_eq!(store.destroy_version("a", number).unwrap().state, VersionState::Destroyed);
    assert_eq!(store.pin().unwrap().generation(), generation, "it was destroyed already");
    assert_eq!(store.put("a", "four").unwrap().version(), 4);
    assert_eq!(store.get("a").unwrap().value().expose(), b"four");
    for version in [0, 5, u64::MAX] {
        check_refused(store.delete_version("a", version), ErrorKind::NotFound);
        check_refused(store.restore_version("a", version), ErrorKind::NotFound);
        check_refused(store.destroy_version("a", version), ErrorKind::NotFound);
    }
    store.verify().unwrap();
}

#[test]
fn an_older_version_is_deleted_restored_and_destroyed() {
    check_life(1, VersionState::Superseded);
    check_life(2, VersionState::Superseded);
}

#[test]
fn the_current_version_is_deleted_restored_and_destroyed() {
    check_life(3, VersionState::Current);
}

#[test]
fn a_number_is_never_used_again() {
    let (clock, store) = clocked();
    store.policy().set_retention(Retention::inherited().keep_versions(2)).unwrap();
    let mut next = 1;
    let mut put = |store: &Store| {
        assert_eq!(store.put("a", next.to_string()).unwrap().version(), next);
        next += 1;
        next - 1
    };
    put(&store);
    let between: [&dyn Fn(u64); 7] = [
        &|_| {},
        &|current| drop(store.delete_version("a", current).unwrap()),
        &|current| drop(store.destroy_version("a", current).unwrap()),
        &|_| {
            store.delete("a").unwrap();
            store.put("a", "another secret counts for itself").unwrap();
            store.destroy("a").unwrap();
            store.restore("a").unwrap();
        },
        &|_| {
            store.rename("a", "b").unwrap();
            store.rename("b", "a").unwrap();
        },
        &|current| {
            store.delete_version("a", current).unwrap();
            clock.advance(31 * DAY);
            store.sweep(strongroom::Sweep::new()).unwrap();
        },
        &|_| drop(store.update("a", strongroom::Update::new().max_versions(1)).unwrap()),
    ];
    for work in between {
        let current = put(&store);
        work(current);
    }
    put(&store);
    assert_eq!(numbers(&store, "a"), [9]);
}

/// With this retention the secret at `ns/a` has these versions after each of six writes, which are one commit each.
#[track_caller]
fn check_pruned(set: impl FnOnce(&Store) -> Put, kept: u64) {
    let (_, store) = clocked();
    let first = set(&store);
    for written in 1..=6_u64 {
        let (generation, log) = (store.pin().unwrap().generation(), events(&store));
        store.put_with("ns/a", "x".repeat(written as usize), &first).unwrap();
        let oldest = if kept == 0 { 1 } else { (written + 1).saturating_sub(kept).max(1) };
        assert_eq!(numbers(&store, "ns/a"), (oldest..=written).collect::<Vec<_>>());
        assert_eq!(store.pin().unwrap().generation(), generation + 1, "pruned in the same commit");
        let pruned = u64::from(oldest > 1);
        assert_eq!(events(&store), log + 1 + pruned, "each pruned version is an event");
        let bytes = store.stats().unwrap().live.value_bytes;
        assert_eq!(bytes, (oldest..=written).sum::<u64>(), "the values of pruned versions are gone");
        for number in 1..oldest {
            check_refused(store.get_version("ns/a", number), ErrorKind::Destroyed);
            check_refused(store.destroy_version("ns/a", number), ErrorKind::Destroyed);
        }
        check_refused(store.get_version("ns/a", written + 1), ErrorKind::NotFound);
        assert_eq!(store.get("ns/a").unwrap().version(), written, "the current one is never pruned");
    }
    store.verify().unwrap();
}

#[test]
fn the_oldest_versions_are_pruned_as_the_secret_the_namespace_or_the_store_says() {
    let keep = |versions: u32| Retention::inherited().keep_versions(versions);
    for kept in [0, 1, 2, 5, 6, 7] {
        let versions = kept as u32;
        check_pruned(|_| Put::new().max_versions(versions), kept);
        check_pruned(
            |store| {
                store.policy().set_retention(keep(versions)).unwrap();
                Put::new()
            },
            kept,
        );
        check_pruned(
            |store| {
                store.policy().set_retention(keep(3)).unwrap();
                store.policy().set_retention_under("ns", keep(versions)).unwrap();
                Put::new()
            },
            kept,
        );
    }
}

#[test]
fn a_deleted_version_is_pruned_too_and_a_current_one_that_is_deleted_is_not() {
    let (clock, store) = clocked();
    store.put_with("a", "1", Put::new().max_versions(2)).unwrap();
    store.delete_version("a", 1).unwrap();
    assert_eq!(states(&store, "a").len(), 1);
    store.put("a", "2").unwrap();
    store.delete_version("a", 2).unwrap();
    store.put("a", "3").unwrap();
    assert_eq!(numbers(&store, "a"), [2, 3]);
    store.update("a", strongroom::Update::new().max_versions(1)).unwrap();
    assert_eq!(numbers(&store, "a"), [2, 3], "another number takes effect with the next version");
    store.put("a", "4").unwrap();
    assert_eq!(numbers(&store, "a"), [4]);
    clock.advance(31 * DAY);
    assert_eq!(store.health().unwrap().pending_sweep, 0, "what was pruned waits for no sweep");
    store.verify().unwrap();
}
