//! Clocks that do not behave: nothing that was over begins again, and nothing is lost because a battery was empty.

use std::time::Duration;

use strongroom::{ErrorKind, HealthStatus, ManualClock, StoreOptions, Sweep, Timestamp};

use crate::fixture::{Folder, PATIENCE, check_refused, key};

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
    let events = || store.verify().unwrap().opened.unwrap().events;
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
