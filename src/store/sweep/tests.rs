use std::time::Duration;

use super::*;
use crate::limits::TRANSACTION_OPERATIONS_MAX;
use crate::{AuditPolicy, AuditQuery, Context, ManualClock, Put, StoreOptions};

const DAY: Duration = Duration::from_secs(86_400);

/// A store in which of everything something is due: what takes 16 events.
fn due() -> Store {
    let clock = ManualClock::start(Timestamp::from_millis(1_800_000_000_000));
    let store = StoreOptions::new().clock(&clock).in_memory().unwrap();
    for name in 0..3 {
        store.put(&format!("gone/{name}"), "x").unwrap();
        store.delete(&format!("gone/{name}")).unwrap();
        let versions = format!("versions/{name}");
        (0..2).for_each(|_| drop(store.put(&versions, "x").unwrap()));
        store.delete_version(&versions, 1).unwrap();
    }
    for name in 0..4 {
        let put = Put::new().expires_in(40 * DAY).on_expiry(OnExpiry::Trash);
        store.put_with(&format!("expires/{name}"), "x", put).unwrap();
    }
    let once = store.with(Context::new().idempotency_key("key")).unwrap();
    once.put("once", "x").unwrap();
    once.delete("once").unwrap();
    store.restore("once").unwrap();
    store.policy().set_audit(AuditPolicy::new().keep_days(30)).unwrap();
    clock.advance(60 * DAY);
    store
}

/// Sweeps in a transaction that has room for so many events, and takes it back. Gives what was done, and with how many events.
fn swept(store: &Store, room: usize) -> (SweepReport, usize) {
    let mut found = None;
    let stopped = store.transaction(|tx| {
        for _ in room..tx.room() {
            tx.log_change(EventKind::ClockConfirmed, None)?;
        }
        let report = tx.sweep(Sweep::new().at_most(2 * TRANSACTION_OPERATIONS_MAX))?;
        found = Some((report, room - tx.room()));
        Err::<(), _>(Error::new(ErrorKind::Cancelled, "enough was seen"))
    });
    assert_eq!(stopped.unwrap_err().kind(), ErrorKind::Cancelled, "with room for {room}");
    found.unwrap()
}

#[test]
fn a_sweep_does_what_there_is_room_for_and_says_that_more_is_due() {
    const EVENTS: usize = 16;
    let store = due();
    for room in 0..EVENTS {
        let (report, events) = swept(&store, room);
        assert!(report.more && events <= room, "with room for {room}: {report:?} with {events} events");
        let done = report.secrets + report.versions + report.expired;
        assert!(room == 0 || done > 0, "with room for {room}: {report:?}");
    }
    for room in [EVENTS, EVENTS + 1, TRANSACTION_OPERATIONS_MAX] {
        let (report, events) = swept(&store, room);
        assert_eq!((report.more, events), (false, EVENTS), "with room for {room}: {report:?}");
        assert_eq!((report.secrets, report.versions, report.expired), (3, 6, 4));
    }
    let report = store.sweep(Sweep::new()).unwrap();
    assert!(!report.more && report.audit_events > 0, "{report:?}");
    let kinds = ["secret.purged", "version.purged", "secret.expired", "secret.deleted"];
    let query = kinds.into_iter().fold(AuditQuery::all(), AuditQuery::kind);
    assert_eq!(store.audit().query(query).unwrap().events().len(), 3 + 3 + 4 + 4);
    store.verify().unwrap();
}
