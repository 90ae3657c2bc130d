//! Rotation: a new value that retires the one before, at once or when a grace is over.

use std::time::Duration;

use strongroom::limits::SCHEDULE_SECONDS_MAX;
use strongroom::{
    ErrorKind, Generator, ManualClock, Put, Retention, Store, StoreOptions, Timestamp, VersionState,
};

use crate::fixture::{Folder, check_refused, events, key, patient};

const START: Timestamp = Timestamp::from_millis(1_800_000_000_000);
const MINUTE: Duration = Duration::from_secs(60);

fn clocked() -> (ManualClock, Store) {
    let clock = ManualClock::start(START);
    let store = StoreOptions::new().clock(&clock).in_memory().unwrap();
    (clock, store)
}

fn at(minutes: i64) -> Timestamp {
    Timestamp::from_millis(START.as_millis() + minutes * 60_000)
}

fn grace(minutes: i64) -> VersionState {
    VersionState::Grace { until: at(minutes) }
}

fn states(store: &Store, path: &str) -> Vec<VersionState> {
    store.versions(path).unwrap().iter().map(|version| version.state).collect()
}

fn accepted(store: &Store, path: &str) -> Vec<u64> {
    store.accepted(path).unwrap().iter().map(|secret| secret.version()).collect()
}

#[test]
fn a_grace_ends_at_its_instant_and_not_before() {
    let (clock, store) = clocked();
    store.put("a", "old").unwrap();
    let rotated = store.rotate("a", "new", MINUTE).unwrap();
    assert_eq!((rotated.old_version, rotated.written.version()), (1, 2));
    assert_eq!(rotated.old_expires_at, at(1));
    clock.advance(MINUTE - Duration::from_millis(1));
    assert_eq!(states(&store, "a"), [grace(1), VersionState::Current]);
    assert_eq!(store.verify_any("a", "old").unwrap(), Some(1));
    assert_eq!(store.get_version("a", 1).unwrap().value().expose(), b"old");
    clock.advance(Duration::from_millis(1));
    assert_eq!(states(&store, "a"), [VersionState::Retired, VersionState::Current]);
    assert_eq!(store.verify_any("a", "old").unwrap(), None);
    check_refused(store.get_version("a", 1), ErrorKind::VersionExpired);
    assert_eq!(store.get("a").unwrap().value().expose(), b"new");
    store.verify().unwrap();
}

#[test]
fn a_rotation_by_mistake_is_taken_back_by_its_owner() {
    let (_, store) = clocked();
    store.put("a", "1").unwrap();
    store.rotate("a", "typo", Duration::ZERO).unwrap();
    check_refused(store.get_version("a", 1), ErrorKind::VersionExpired);
    assert_eq!(store.rollback("a", 1).unwrap().version(), 3);
    assert_eq!(store.get("a").unwrap().value().expose(), b"1");
    let versions = store.versions("a").unwrap();
    assert_eq!(versions[2].note, "rollback of 1");
    check_refused(store.get_version("a", 1), ErrorKind::VersionExpired);
    assert_eq!((states(&store, "a")[0], accepted(&store, "a")), (VersionState::Retired, vec![3]));
    // What was revoked is retired like any other; what was destroyed, or is deleted, does not come back so.
    store.revoke_version("a", 2).unwrap();
    assert_eq!(store.rollback("a", 2).unwrap().version(), 4);
    store.delete_version("a", 1).unwrap();
    check_refused(store.rollback("a", 1), ErrorKind::NotFound);
    store.destroy_version("a", 2).unwrap();
    check_refused(store.rollback("a", 2), ErrorKind::Destroyed);
    store.verify().unwrap();
}

#[test]
fn a_grace_is_at_most_a_hundred_years_and_what_is_refused_writes_nothing() {
    let (_, store) = clocked();
    let most = Duration::from_secs(SCHEDULE_SECONDS_MAX);
    check_refused(store.rotate("a", "1", MINUTE), ErrorKind::NotFound);
    store.put("a", "1").unwrap();
    let before = events(&store);
    check_refused(store.rotate("a", "2", most + Duration::from_secs(1)), ErrorKind::InvalidArgument);
    check_refused(store.rotate("a", "2", Duration::MAX), ErrorKind::InvalidArgument);
    check_refused(store.rotate_with("a", "2", MINUTE, Put::new().expect_version(2)), ErrorKind::Conflict);
    check_refused(
        store.rotate_generated("a", &Generator::token(1), MINUTE, Put::new()),
        ErrorKind::InvalidArgument,
    );
    assert_eq!((events(&store), states(&store, "a")), (before, vec![VersionState::Current]));
    store.rotate("a", "2", most).unwrap();
    assert_eq!(accepted(&store, "a"), [2, 1]);
    store.verify().unwrap();
}

#[test]
fn a_second_rotation_neither_extends_nor_ends_a_grace() {
    let (clock, store) = clocked();
    store.put("a", "1").unwrap();
    store.rotate("a", "2", 2 * MINUTE).unwrap();
    clock.advance(MINUTE);
    store.rotate("a", "3", 9 * MINUTE).unwrap();
    store.rotate("a", "4", Duration::ZERO).unwrap();
    let expected = [grace(2), grace(10), VersionState::Retired, VersionState::Current];
    assert_eq!(states(&store, "a"), expected);
    assert_eq!(accepted(&store, "a"), [4, 2, 1]);
    clock.advance(MINUTE);
    assert_eq!(accepted(&store, "a"), [4, 2]);
    store.verify().unwrap();
}

#[test]
fn a_clock_that_is_turned_back_revives_nothing() {
    let folder = Folder::in_memory();
    let clock = ManualClock::start(START);
    let options = patient().clock(&clock);
    let store = options.clone().create(folder.join("store"), key()).unwrap();
    store.put("a", "1").unwrap();
    store.rotate("a", "2", MINUTE).unwrap();
    clock.advance(MINUTE);
    check_refused(store.get_version("a", 1), ErrorKind::VersionExpired);
    clock.set(START);
    check_refused(store.get_version("a", 1), ErrorKind::VersionExpired);
    assert_eq!(accepted(&store, "a"), [2]);
    assert_eq!(store.rotate("a", "3", MINUTE).unwrap().old_expires_at, at(2));
    store.close().unwrap();
    let store = options.open(folder.join("store"), key()).unwrap();
    assert_eq!(states(&store, "a"), [VersionState::Retired, grace(2), VersionState::Current]);
    store.verify().unwrap();
}

#[test]
fn deleting_and_restoring_leave_a_grace_as_it_was() {
    let (clock, store) = clocked();
    store.put("a", "1").unwrap();
    store.rotate("a", "2", 4 * MINUTE).unwrap();
    store.delete_version("a", 1).unwrap();
    clock.advance(MINUTE);
    assert_eq!(accepted(&store, "a"), [2]);
    assert_eq!(store.restore_version("a", 1).unwrap().state, grace(4));
    store.delete("a").unwrap();
    store.restore_to("a", "b").unwrap();
    store.rename("b", "c").unwrap();
    assert_eq!(
        (states(&store, "c"), accepted(&store, "c")),
        (vec![grace(4), VersionState::Current], vec![2, 1])
    );
    store.delete_version("c", 1).unwrap();
    clock.advance(3 * MINUTE);
    assert_eq!(store.restore_version("c", 1).unwrap().state, VersionState::Retired);
    check_refused(store.get_version("c", 1), ErrorKind::VersionExpired);
    store.destroy_version("c", 1).unwrap();
    check_refused(store.get_version("c", 1), ErrorKind::Destroyed);
    store.verify().unwrap();
}

#[test]
fn a_rotation_of_a_deleted_version_holds_when_that_is_restored() {
    let (clock, store) = clocked();
    store.put("a", "1").unwrap();
    store.delete_version("a", 1).unwrap();
    store.rotate("a", "2", MINUTE).unwrap();
    assert_eq!(accepted(&store, "a"), [2]);
    assert_eq!(store.restore_version("a", 1).unwrap().state, grace(1));
    assert_eq!(accepted(&store, "a"), [2, 1]);
    clock.advance(MINUTE);
    assert_eq!(states(&store, "a"), [VersionState::Retired, VersionState::Current]);
    store.verify().unwrap();
}

#[test]
fn pruning_passes_over_what_is_in_grace() {
    let (clock, store) = clocked();
    store.policy().set_retention(Retention::inherited().keep_versions(1)).unwrap();
    store.put("a", "1").unwrap();
    store.rotate("a", "2", 2 * MINUTE).unwrap();
    store.rotate("a", "3", MINUTE).unwrap();
    store.put("a", "4").unwrap();
    assert_eq!(accepted(&store, "a"), [4, 2, 1]);
    clock.advance(MINUTE);
    store.put("a", "5").unwrap();
    assert_eq!(accepted(&store, "a"), [5, 1]);
    store.verify().unwrap();
    clock.advance(MINUTE);
    store.put("a", "6").unwrap();
    assert_eq!(states(&store, "a"), [VersionState::Current]);
    store.verify().unwrap();
}

#[test]
fn what_is_revoked_is_retired_for_good_and_told_once() {
    let (clock, store) = clocked();
    for value in ["1", "2", "3"] {
        store.put("a", value).unwrap();
    }
    store.rotate("a", "4", MINUTE).unwrap();
    check_refused(store.revoke_version("a", 4), ErrorKind::InvalidArgument);
    check_refused(store.revoke_version("a", 5), ErrorKind::NotFound);
    let before = events(&store);
    assert_eq!(store.revoke_version("a", 3).unwrap().state, VersionState::Retired);
    assert_eq!(store.revoke_version("a", 1).unwrap().state, VersionState::Retired);
    assert_eq!(events(&store), before + 2);
    clock.set(at(-5));
    store.revoke_version("a", 3).unwrap();
    assert_eq!(events(&store), before + 2, "nothing changes when it is retired already");
    store.delete_version("a", 2).unwrap();
    assert!(matches!(store.revoke_version("a", 2).unwrap().state, VersionState::Deleted { .. }));
    assert_eq!(store.restore_version("a", 2).unwrap().state, VersionState::Retired);
    store.destroy_version("a", 2).unwrap();
    check_refused(store.revoke_version("a", 2), ErrorKind::Destroyed);
    store.verify().unwrap();
}

#[test]
fn a_rotation_holds_with_its_transaction_or_not_at_all() {
    let (_, store) = clocked();
    store.put("a", "1").unwrap();
    let undone = store.transaction(|tx| {
        tx.rotate("a", "2", MINUTE)?;
        assert_eq!(tx.verify_any("a", "1")?, Some(1));
        assert_eq!(tx.accepted("a")?.len(), 2);
        tx.revoke_version("a", 1)?;
        assert_eq!(tx.verify_any("a", "1")?, None);
        tx.get("none")
    });
    check_refused(undone, ErrorKind::NotFound);
    assert_eq!(states(&store, "a"), [VersionState::Current]);
    let rotated = store
        .transaction(|tx| {
            tx.put("b", "1")?;
            let first = tx.rotate("b", "2", MINUTE)?;
            Ok((first, tx.rotate_generated("b", &Generator::token(16), MINUTE, Put::new().note("made"))?))
        })
        .unwrap();
    assert_eq!((rotated.0.old_version, rotated.1.old_version), (1, 2));
    assert_eq!(states(&store, "b"), [grace(1), grace(1), VersionState::Current]);
    assert_eq!(store.versions("b").unwrap()[2].note, "made");
    store.verify().unwrap();
}

#[test]
fn a_grace_and_a_large_value_outlive_the_handle() {
    let folder = Folder::in_memory();
    let clock = ManualClock::start(START);
    let options = patient().clock(&clock);
    let store = options.clone().create(folder.join("store"), key()).unwrap();
    store.put("a", vec![1; 70_000]).unwrap();
    store.rotate("a", vec![2; 70_000], MINUTE).unwrap();
    store.close().unwrap();
    let store = options.clone().open(folder.join("store"), key()).unwrap();
    assert_eq!(store.verify_any("a", vec![1; 70_000]).unwrap(), Some(1));
    assert_eq!(store.verify_any("a", vec![1; 69_999]).unwrap(), None);
    assert_eq!(states(&store, "a"), [grace(1), VersionState::Current]);
    clock.advance(MINUTE);
    store.close().unwrap();
    let store = options.open(folder.join("store"), key()).unwrap();
    assert_eq!(states(&store, "a"), [VersionState::Retired, VersionState::Current]);
    store.verify().unwrap();
}
