//! Clocks that do not behave: nothing that was over begins again, and nothing is lost because a battery was empty.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use strongroom::{
    ErrorKind, HealthStatus, Listed, ManualClock, Put, Query, Sort, StoreOptions, Sweep, Timestamp,
    VersionState,
};

use crate::fixture::{Folder, PATIENCE, check_refused, key, patient};

const DAY: Duration = Duration::from_secs(86_400);
const START: Timestamp = Timestamp::from_millis(1_800_000_000_000);

#[test]
fn a_clock_turned_back_revives_nothing_and_is_reported() {
    let folder = Folder::new();
    let clock = ManualClock::start(START);
    let options = StoreOptions::new().clock(&clock).wait(PATIENCE);
    let store = options.create(folder.join("s"), key()).unwrap();
    store.put("a", "x").unwrap();
    store.delete("a").unwrap();
    clock.advance(31 * DAY);
    store.put("b", "x").unwrap();
    clock.set(START);
    check_refused(store.restore("a"), ErrorKind::NotFound);
    assert_eq!(store.health().unwrap().clock_behind, Some(31 * DAY));
    assert_eq!(store.health().unwrap().status, HealthStatus::Degraded);
    let events = || crate::fixture::events(&store);
    let before = events();
    let put = store.put("c", "x").unwrap();
    assert_eq!(put.created_at().as_millis(), START.as_millis() + 31 * 86_400_000, "recorded times go back");
    store.put("d", "x").unwrap();
    assert_eq!(events(), before + 3, "the log says once that the clock stands behind");
    store.close().unwrap();
    let store = options.open(folder.join("s"), key()).unwrap();
    assert_eq!(store.open_report().clock_behind, Some(31 * DAY));
    check_refused(store.restore("a"), ErrorKind::NotFound);
    // The control: with the clock right nothing is reported.
    clock.advance(31 * DAY);
    assert_eq!(store.health().unwrap().clock_behind, None);
    store.close().unwrap();
    assert_eq!(options.open(folder.join("s"), key()).unwrap().open_report().clock_behind, None);
}

#[test]
fn a_jump_of_more_than_a_year_purges_nothing_before_it_is_confirmed() {
    let folder = Folder::new();
    let clock = ManualClock::start(START);
    let options = StoreOptions::new().clock(&clock).wait(PATIENCE);
    let store = options.create(folder.join("s"), key()).unwrap();
    for path in ["a", "b"] {
        store.put(path, "x").unwrap();
        store.delete(path).unwrap();
    }
    clock.advance(366 * DAY);
    let report = store.sweep(Sweep::new()).unwrap();
    assert_eq!((report.secrets, report.held_back), (0, true));
    store.put("c", "the first commit behind the jump").unwrap();
    store.close().unwrap();
    let store = options.open(folder.join("s"), key()).unwrap();
    assert!(store.health().unwrap().clock_jumped);
    assert_eq!(store.sweep(Sweep::new()).unwrap().secrets, 0);
    store.restore("a").unwrap();
    let report = store.sweep(Sweep::new().confirm_clock()).unwrap();
    assert_eq!((report.secrets, report.held_back), (1, false));
    assert!(!store.health().unwrap().clock_jumped);
    check_refused(store.restore("b"), ErrorKind::NotFound);
}

#[test]
fn a_jump_that_is_confirmed_at_once_stays_confirmed_and_a_year_is_no_jump() {
    let clock = ManualClock::start(START);
    let store = StoreOptions::new().clock(&clock).in_memory().unwrap();
    store.put("a", "x").unwrap();
    store.delete("a").unwrap();
    clock.advance(366 * DAY);
    assert_eq!(store.sweep(Sweep::new().confirm_clock()).unwrap().secrets, 1);
    assert!(!store.health().unwrap().clock_jumped);
    store.put("b", "x").unwrap();
    store.delete("b").unwrap();
    clock.advance(365 * DAY);
    assert_eq!(store.sweep(Sweep::new()).unwrap().secrets, 1);
}

#[test]
fn a_clock_set_right_after_a_jump_is_confirmed_for_what_it_shows_and_not_for_what_it_showed() {
    let clock = ManualClock::start(START);
    let store = StoreOptions::new().clock(&clock).in_memory().unwrap();
    for (path, days) in [("soon", 1), ("late", 30)] {
        store.put_with(path, "x", Put::new().trash_days(days)).unwrap();
        store.delete(path).unwrap();
    }
    clock.advance(10_000 * DAY);
    store.put("b", "written by a wrong clock").unwrap();
    clock.set(START);
    clock.advance(2 * DAY);
    let report = store.sweep(Sweep::new().confirm_clock()).unwrap();
    assert_eq!((report.secrets, report.held_back), (1, true), "only what is due by the clock that is right");
    let report = store.sweep(Sweep::new()).unwrap();
    assert_eq!((report.secrets, report.held_back), (0, true));
    let generation = store.pin().unwrap().generation();
    store.sweep(Sweep::new().confirm_clock()).unwrap();
    assert_eq!(store.pin().unwrap().generation(), generation, "there was nothing new to confirm");
    check_refused(store.restore("soon"), ErrorKind::NotFound);
    store.restore("late").unwrap();
    assert!(store.health().unwrap().clock_jumped);
    clock.advance(10_001 * DAY);
    store.sweep(Sweep::new().confirm_clock()).unwrap();
    assert!(!store.health().unwrap().clock_jumped, "the clock got to where it had jumped");
}

#[test]
fn what_a_transaction_confirms_holds_for_the_rest_of_it() {
    let clock = ManualClock::start(START);
    let store = StoreOptions::new().clock(&clock).in_memory().unwrap();
    store.put("a", "1").unwrap();
    store.put("a", "2").unwrap();
    store.delete_version("a", 1).unwrap();
    clock.advance(366 * DAY);
    let states = store.transaction(|tx| {
        let before = tx.versions("a")?.remove(0).state;
        tx.sweep(Sweep::new().at_most(0).confirm_clock())?;
        Ok((before, tx.versions("a")?.remove(0).state))
    });
    assert!(matches!(states.unwrap(), (VersionState::Deleted { .. }, VersionState::Destroyed)));
}

#[test]
fn the_time_of_a_read_does_not_go_back() {
    let folder = Folder::new();
    let clock = ManualClock::start(START);
    let options = StoreOptions::new().clock(&clock).wait(PATIENCE);
    let store = options.create(folder.join("s"), key()).unwrap();
    store.put("a", "x").unwrap();
    clock.advance(DAY);
    store.get("a").unwrap();
    let read = store.info("a").unwrap().accessed_at();
    clock.set(START);
    assert_eq!(store.get("a").unwrap().info().accessed_at(), read);
    store.close().unwrap();
    clock.set(Timestamp::from_millis(5));
    let store = options.open(folder.join("s"), key()).unwrap();
    let info = store.get("a").unwrap().info().clone();
    assert_eq!(info.accessed_at(), read, "closing wrote that it was read, and so the time at which it was");
    store.put("a", "y").unwrap();
    let slots = store.slots().list().unwrap();
    assert!(slots.iter().all(|slot| slot.last_used_at >= slot.created_at), "{slots:?}");
}

#[test]
fn clocks_beyond_their_limits_lose_nothing_and_end_nothing() {
    for millis in [i64::MIN, -1, 0, 253_402_300_799_999, i64::MAX] {
        let clock = ManualClock::start(Timestamp::from_millis(millis));
        let store = StoreOptions::new().clock(&clock).in_memory().unwrap();
        store.put_with("a", "1", Put::new().trash_days(3_650)).unwrap();
        store.put("a", "2").unwrap();
        store.delete_version("a", 1).unwrap();
        let deleted = store.delete("a").unwrap();
        assert_eq!(deleted.purge_at.as_millis() - deleted.deleted_at.as_millis(), 3_650 * 86_400_000);
        clock.set(Timestamp::from_millis(i64::MIN));
        store.health().unwrap();
        clock.set(Timestamp::from_millis(i64::MAX));
        clock.advance(Duration::MAX);
        let report = store.sweep(Sweep::new().at_most(usize::MAX)).unwrap();
        assert_eq!((report.secrets, report.more), (0, false), "{millis}");
        for sort in [Sort::Path, Sort::Updated] {
            let listed = |since| {
                let query = Query::all().state(Listed::All).sort(sort);
                store.list(query.updated_since(Timestamp::from_millis(since))).unwrap().items().len()
            };
            assert_eq!([i64::MIN, -1, 0, i64::MAX].map(listed), [1, 1, 1, 0], "{millis}");
        }
        store.restore("a").unwrap();
        assert_eq!(store.get("a").unwrap().value().expose(), b"2");
        store.verify().unwrap();
    }
}

/// A commit of nothing but reads has events of the time at which each of them was first made.
#[test]
fn a_jump_is_judged_from_the_last_commit_and_not_from_the_reads_in_it() {
    let folder = Folder::new();
    let clock = ManualClock::start(START);
    let options = StoreOptions::new().clock(&clock).wait(PATIENCE);
    let store = options.create(folder.join("s"), key()).unwrap();
    store.put("a", "1").unwrap();
    store.put("a", "2").unwrap();
    store.delete_version("a", 1).unwrap();
    store.get("a").unwrap();
    clock.advance(200 * DAY);
    store.get("a").unwrap();
    store.close().unwrap();
    clock.advance(200 * DAY);
    let store = options.open(folder.join("s"), key()).unwrap();
    assert!(!store.health().unwrap().clock_jumped);
    assert_eq!(store.versions("a").unwrap()[0].state, VersionState::Destroyed);
    check_refused(store.restore_version("a", 1), ErrorKind::Destroyed);
    let report = store.sweep(Sweep::new()).unwrap();
    assert_eq!((report.versions, report.held_back), (1, false));
}

#[test]
fn a_reader_of_the_commit_before_a_jump_judges_by_the_time_before_it() {
    for _ in 0..100 {
        let clock = ManualClock::start(START);
        let store = patient().clock(&clock).in_memory().unwrap();
        store.put("a", "1").unwrap();
        store.put("a", "2").unwrap();
        store.delete_version("a", 1).unwrap();
        let done = AtomicBool::new(false);
        std::thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    while !done.load(Ordering::Relaxed) {
                        let state = store.versions("a").unwrap()[0].state;
                        assert!(matches!(state, VersionState::Deleted { .. }), "{state:?}");
                    }
                });
            }
            for _ in 0..5 {
                store.put("b", "before").unwrap();
            }
            clock.advance(366 * DAY);
            for _ in 0..5 {
                store.put("b", "behind").unwrap();
            }
            done.store(true, Ordering::Relaxed);
        });
    }
}
