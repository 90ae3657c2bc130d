//! Time that passes inside a transaction: each call has its own.

use std::sync::Arc;
use std::time::Duration;

use strongroom::{
    AuditQuery, BegunTransaction, DueReason, ErrorKind, HealthStatus, ManualClock, Put, Store, StoreOptions,
    Sweep, Timestamp, VersionState,
};

use crate::fixture::{Folder, check_refused, key, patient};

const START: Timestamp = Timestamp::from_millis(1_800_000_000_000);
const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(86_400);

fn clocked() -> (ManualClock, Arc<Store>) {
    let clock = ManualClock::start(START);
    let store = StoreOptions::new().clock(&clock).in_memory().unwrap();
    (clock, Arc::new(store))
}

fn at(minutes: i64) -> Timestamp {
    Timestamp::from_millis(START.as_millis() + minutes * 60_000)
}

#[test]
fn what_is_over_meanwhile_is_refused_as_it_is_outside() {
    let (clock, store) = clocked();
    store.put_with("a", "x", Put::new().expires_in(MINUTE)).unwrap();
    store.put("b", "old").unwrap();
    store.rotate("b", "new", MINUTE).unwrap();
    store.put_with("gone", "x", Put::new().trash_days(1)).unwrap();
    let gone = store.delete("gone").unwrap().id;
    let check = |begun: &mut BegunTransaction| {
        check_refused(begun.run(|tx| tx.get("a")), ErrorKind::Expired);
        check_refused(begun.run(|tx| tx.matches("a", "x")), ErrorKind::Expired);
        let many = begun.run(|tx| tx.get_many(["a"])).unwrap();
        assert!(many.iter().all(|found| matches!(found, Err(error) if error.kind() == ErrorKind::Expired)));
        assert_eq!(begun.run(|tx| tx.verify_any("b", "old")).unwrap(), None);
        assert_eq!(begun.run(|tx| tx.accepted("b")).unwrap().len(), 1);
        check_refused(begun.run(|tx| tx.get_version("b", 1)), ErrorKind::VersionExpired);
        assert_eq!(begun.run(|tx| tx.versions("b")).unwrap()[0].state, VersionState::Retired);
    };
    let mut begun = store.begin().unwrap();
    assert_eq!(begun.run(|tx| tx.get("a")).unwrap().value().expose(), b"x");
    assert_eq!(begun.run(|tx| tx.verify_any("b", "old")).unwrap(), Some(1));
    clock.advance(MINUTE);
    check(&mut begun);
    // One call of the closure, and several of the transaction.
    let inside = begun.run(|tx| {
        let due =
            |tx: &strongroom::Transaction<'_, '_>| tx.due(Duration::ZERO).unwrap().pop().unwrap().reason;
        assert_eq!(due(tx), DueReason::Expiry);
        clock.advance(DAY);
        assert_eq!(due(tx), DueReason::Purge);
        tx.restore(gone)
    });
    check_refused(inside, ErrorKind::NotFound);
    clock.set(START);
    check(&mut begun);
}

#[test]
fn what_a_call_sets_counts_from_that_call() {
    let (clock, store) = clocked();
    for path in ["a", "b"] {
        store.put(path, "old").unwrap();
    }
    let mut begun = store.begin().unwrap();
    clock.advance(10 * MINUTE);
    let rotated = begun.run(|tx| tx.rotate("a", "new", 5 * MINUTE)).unwrap();
    assert_eq!((rotated.old_expires_at, rotated.written.updated_at()), (at(15), at(10)));
    clock.advance(MINUTE);
    begun.run(|tx| tx.put_with("new", "x", Put::new().expires_in(5 * MINUTE))).unwrap();
    assert_eq!(begun.run(|tx| tx.delete("b")).unwrap().deleted_at, at(11));
    clock.advance(MINUTE);
    begun.commit().unwrap();
    let events = store.audit().query(AuditQuery::all()).unwrap();
    let times: Vec<_> = events.events().iter().map(|event| event.time()).collect();
    assert_eq!(times, [START, START, at(10), at(11), at(11)]);
    clock.advance(2 * MINUTE);
    assert_eq!(store.verify_any("a", "old").unwrap(), Some(1));
    clock.advance(MINUTE);
    assert_eq!(store.verify_any("a", "old").unwrap(), None);
    store.get("new").unwrap();
    clock.advance(MINUTE);
    check_refused(store.get("new"), ErrorKind::Expired);
    store.verify().unwrap();
}

/// Runs what changes something and takes a day, then closes the store and opens it with the clock where it was before.
#[track_caller]
fn check_remembered(work: impl FnOnce(&Arc<Store>, &ManualClock)) {
    let folder = Folder::in_memory();
    let clock = ManualClock::start(START);
    let options = patient().clock(&clock);
    let store = Arc::new(options.clone().create(folder.join("s"), key()).unwrap());
    store.put_with("a", "x", Put::new().expires_in(MINUTE)).unwrap();
    work(&store, &clock);
    check_refused(store.info("absent"), ErrorKind::NotFound);
    Arc::into_inner(store).unwrap().close().unwrap();
    clock.set(START);
    let store = options.open(folder.join("s"), key()).unwrap();
    check_refused(store.get("a"), ErrorKind::Expired);
    store.verify().unwrap();
}

#[test]
fn the_time_of_a_commit_is_not_that_of_its_beginning() {
    check_remembered(|store, clock| {
        let mut begun = store.begin().unwrap();
        begun.run(|tx| tx.put("b", "x")).unwrap();
        clock.advance(DAY);
        check_refused(store.get("a"), ErrorKind::Expired);
        begun.commit().unwrap();
    });
    check_remembered(|store, clock| {
        let inside = store.transaction(|tx| {
            tx.put("b", "x")?;
            clock.advance(DAY);
            Ok(check_refused(tx.get("a"), ErrorKind::Expired))
        });
        inside.unwrap();
    });
}

#[test]
fn a_clock_turned_back_meanwhile_turns_no_time_back() {
    let (clock, store) = clocked();
    let mut begun = store.begin().unwrap();
    clock.advance(DAY);
    begun.run(|tx| tx.put("a", "x")).unwrap();
    clock.set(START);
    assert_eq!(begun.run(|tx| tx.put("b", "x")).unwrap().updated_at(), at(1_440));
    begun.commit().unwrap();
    assert_eq!(store.health().unwrap().clock_behind, Some(DAY));
}

#[test]
fn a_clock_that_jumps_meanwhile_purges_nothing_and_is_not_confirmed_with_what_came_before() {
    let (clock, store) = clocked();
    store.put("a", "x").unwrap();
    store.delete("a").unwrap();
    let mut begun = store.begin().unwrap();
    begun.run(|tx| tx.put("b", "x")).unwrap();
    clock.advance(366 * DAY);
    let report = begun.run(|tx| tx.sweep(Sweep::new())).unwrap();
    assert_eq!((report.secrets, report.held_back), (0, true));
    begun.commit().unwrap();
    assert!(store.health().unwrap().clock_jumped);
    let (confirm, mut begun) = (Sweep::new().at_most(0).confirm_clock(), store.begin().unwrap());
    begun.run(|tx| tx.sweep(confirm)).unwrap();
    clock.advance(366 * DAY);
    assert!(begun.run(|tx| tx.sweep(Sweep::new().at_most(0))).unwrap().held_back);
    begun.commit().unwrap();
    assert!(store.health().unwrap().clock_jumped, "only the first was confirmed");
    store.sweep(confirm).unwrap();
    assert_eq!(store.health().unwrap().status, HealthStatus::Ok);
}
