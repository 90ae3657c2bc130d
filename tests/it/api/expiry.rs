//! Expiry and rotation schedules, what is due, and what a sweep does about it.

use std::time::Duration;

use strongroom::limits::{EXPIRY_LEADS_DAYS, SCHEDULE_SECONDS_MAX};
use strongroom::{
    DueReason, ErrorKind, ManualClock, OnExpiry, Put, Store, StoreOptions, Sweep, Timestamp, Update,
};

use crate::fixture::{Folder, check_refused, events, key, patient};

const START: Timestamp = Timestamp::from_millis(1_800_000_000_000);
const DAY: Duration = Duration::from_secs(86_400);

fn clocked() -> (ManualClock, Store) {
    let clock = ManualClock::start(START);
    let store = StoreOptions::new().clock(&clock).in_memory().unwrap();
    (clock, store)
}

fn at(days: i64) -> Timestamp {
    Timestamp::from_millis(START.as_millis() + days * 86_400_000)
}

/// What is due within these days: path, reason, and the day.
fn due(store: &Store, days: u32) -> Vec<(String, DueReason, i64)> {
    let due = store.due(DAY * days).unwrap().into_iter();
    let day = |time: Timestamp| (time.as_millis() - START.as_millis()) / 86_400_000;
    due.map(|due| (due.path.to_string(), due.reason, day(due.at))).collect()
}

fn entry(path: &str, reason: DueReason, day: i64) -> (String, DueReason, i64) {
    (path.to_owned(), reason, day)
}

/// How many secrets a sweep tells of: that they expire soon, and that they have.
fn told(store: &Store) -> (u64, u64) {
    let report = store.sweep(Sweep::new()).unwrap();
    assert!(!report.more && !report.held_back);
    (report.expiring, report.expired)
}

#[test]
fn no_value_is_read_from_the_instant_of_the_expiry_on() {
    let (clock, store) = clocked();
    store.put("a", "1").unwrap();
    store.put_with("a", "2", Put::new().expires_in(DAY)).unwrap();
    store.put("other", "1").unwrap();
    clock.advance(DAY - Duration::from_millis(1));
    assert_eq!(store.get("a").unwrap().info().expires_at(), Some(at(1)));
    clock.advance(Duration::from_millis(1));
    check_refused(store.get("a"), ErrorKind::Expired);
    check_refused(store.get_version("a", 1), ErrorKind::Expired);
    check_refused(store.matches("a", "2"), ErrorKind::Expired);
    check_refused(store.verify_any("a", "2"), ErrorKind::Expired);
    check_refused(store.accepted("a"), ErrorKind::Expired);
    check_refused(store.sign_payload("a", "x"), ErrorKind::Expired);
    check_refused(store.verify_payload("a", "x", "none"), ErrorKind::Expired);
    check_refused(store.rollback("a", 1), ErrorKind::Expired);
    check_refused(store.put("a", "3"), ErrorKind::Expired);
    check_refused(store.rotate("a", "3", DAY), ErrorKind::Expired);
    check_refused(store.get_many(["a"]).unwrap().remove(0), ErrorKind::Expired);
    assert_eq!(store.info("a").unwrap().version(), 2);
    assert_eq!(store.versions("a").unwrap().len(), 2);
    clock.set(START);
    check_refused(store.get("a"), ErrorKind::Expired);
    store.verify().unwrap();
}

#[test]
fn an_expired_secret_is_of_use_again_with_another_expiry() {
    let (clock, store) = clocked();
    store.put_with("a", "1", Put::new().expires_in(DAY)).unwrap();
    clock.advance(DAY);
    store.put_with("a", "2", Put::new().expires_in(DAY)).unwrap();
    assert_eq!(store.info("a").unwrap().expires_at(), Some(at(2)));
    clock.advance(DAY);
    store.update("a", Update::new().expires_at(at(3))).unwrap();
    assert_eq!(store.get("a").unwrap().value().expose(), b"2");
    clock.advance(DAY);
    check_refused(store.update("a", Update::new().expires_at(at(3))), ErrorKind::InvalidArgument);
    store.rotate_with("a", "3", DAY, Put::new().expires_at(None)).unwrap();
    assert_eq!((store.info("a").unwrap().expires_at(), store.verify_any("a", "2").unwrap()), (None, Some(2)));
    store.verify().unwrap();
}

#[test]
fn times_have_limits_and_what_breaks_one_writes_nothing() {
    let (_, store) = clocked();
    let (most, second) = (Duration::from_secs(SCHEDULE_SECONDS_MAX), Duration::from_secs(1));
    let refused = [
        Put::new().expires_in(Duration::ZERO),
        Put::new().expires_in(most + Duration::from_millis(1)),
        Put::new().expires_in(Duration::MAX),
        Put::new().expires_at(START),
        Put::new().expires_at(at(-1)),
        Put::new().on_expiry(OnExpiry::Trash),
        Put::new().rotate_every(Duration::ZERO),
        Put::new().rotate_every(second / 2),
        Put::new().rotate_every(most + second),
    ];
    for put in refused {
        check_refused(store.put_with("a", "1", put), ErrorKind::InvalidArgument);
    }
    check_refused(store.info("a"), ErrorKind::NotFound);
    let put = Put::new().expires_in(most).rotate_every(most).on_expiry(OnExpiry::Trash);
    store.put_with("a", "1", put).unwrap();
    store.put_with("b", "1", Put::new().expires_in(Duration::from_millis(1)).rotate_every(second)).unwrap();
    let info = store.info("a").unwrap();
    assert_eq!((info.rotate_every(), info.on_expiry()), (Some(most), OnExpiry::Trash));
    assert_eq!(info.rotation_due_at(), info.expires_at());
    store.verify().unwrap();
}

#[test]
fn a_sweep_tells_of_an_expiry_once_for_each_lead() {
    let (clock, store) = clocked();
    let (first, start) = (40, events(&store));
    store.put_with("a", "1", Put::new().expires_in(DAY * first)).unwrap();
    let mut day = 0;
    for lead in EXPIRY_LEADS_DAYS {
        let next = first - u32::from(lead);
        clock.advance(DAY * (next - day) - Duration::from_millis(1));
        assert_eq!(told(&store), (0, 0), "a moment before {lead} days");
        clock.advance(Duration::from_millis(1));
        assert_eq!((told(&store), told(&store)), ((1, 0), (0, 0)), "{lead} days");
        day = next;
    }
    clock.advance(DAY * (first - day));
    assert_eq!((told(&store), told(&store)), ((0, 1), (0, 0)));
    assert_eq!(events(&store), start + 5, "a put, three times that it expires, and that it has");
    store.update("a", Update::new().expires_in(DAY)).unwrap();
    assert_eq!((told(&store), told(&store)), ((1, 0), (0, 0)), "of another expiry it tells anew");
    store.update("a", Update::new().description("x")).unwrap();
    assert_eq!(told(&store), (0, 0));
    store.verify().unwrap();
}

#[test]
fn a_sweep_puts_into_the_trash_what_is_to_go_there() {
    let (clock, store) = clocked();
    let trash = Put::new().expires_in(DAY).on_expiry(OnExpiry::Trash);
    let id = store.put_with("a", "1", &trash).unwrap().id();
    store.put_with("b", "1", Put::new().expires_in(DAY)).unwrap();
    store.put_with("c", "1", &trash).unwrap();
    clock.advance(DAY);
    let first = store.sweep(Sweep::new().at_most(2)).unwrap();
    assert_eq!((first.expired, first.secrets, first.more), (2, 0, true));
    assert_eq!(told(&store), (0, 1));
    check_refused(store.info("a"), ErrorKind::NotFound);
    check_refused(store.info("c"), ErrorKind::NotFound);
    store.info("b").unwrap();
    store.verify().unwrap();
    assert_eq!(
        due(&store, 30),
        [
            entry("b", DueReason::Expiry, 1),
            entry("a", DueReason::Purge, 31),
            entry("c", DueReason::Purge, 31)
        ]
    );
    store.restore(id).unwrap();
    check_refused(store.get("a"), ErrorKind::Expired);
    assert_eq!(told(&store), (0, 0), "what somebody took out of the trash stays");
    store.update("a", Update::new().expires_at(None)).unwrap();
    assert_eq!(store.get("a").unwrap().info().on_expiry(), OnExpiry::Block);
    store.verify().unwrap();
}

#[test]
fn what_is_to_be_done_with_an_expired_secret_can_still_be_chosen() {
    let (clock, store) = clocked();
    store.put_with("a", "1", Put::new().expires_in(DAY)).unwrap();
    clock.advance(DAY);
    assert_eq!(told(&store), (0, 1));
    store.update("a", Update::new().on_expiry(OnExpiry::Trash)).unwrap();
    assert_eq!(told(&store), (0, 1));
    check_refused(store.info("a"), ErrorKind::NotFound);
    store.verify().unwrap();
}

#[test]
fn a_jump_of_the_clock_throws_nothing_away_before_it_is_confirmed() {
    let (clock, store) = clocked();
    store.put_with("a", "1", Put::new().expires_in(DAY).on_expiry(OnExpiry::Trash)).unwrap();
    clock.advance(DAY * 400);
    check_refused(store.get("a"), ErrorKind::Expired);
    let held = store.sweep(Sweep::new()).unwrap();
    assert_eq!((held.expired, held.held_back), (0, true));
    store.info("a").unwrap();
    assert_eq!(store.sweep(Sweep::new().confirm_clock()).unwrap().expired, 1);
    check_refused(store.info("a"), ErrorKind::NotFound);
    store.verify().unwrap();
}

#[test]
fn what_is_due_follows_its_secret() {
    let (clock, store) = clocked();
    let scheduled = Put::new().expires_in(DAY * 20).rotate_every(DAY * 10);
    let id = store.put_with("a/b", "1", scheduled).unwrap().id();
    let at_path = |path: &str| [entry(path, DueReason::Rotation, 10), entry(path, DueReason::Expiry, 20)];
    assert_eq!(due(&store, 30), at_path("a/b"));
    assert_eq!((due(&store, 9).len(), due(&store, 10).len(), due(&store, 19).len()), (0, 1, 1));
    store.rename("a/b", "c/d").unwrap();
    assert_eq!(due(&store, 30), at_path("c/d"));
    store.rename_prefix("c", "e").unwrap();
    assert_eq!(due(&store, 30), at_path("e/d"));
    store.verify().unwrap();
    store.delete("e/d").unwrap();
    assert_eq!(due(&store, 30), [entry("e/d", DueReason::Purge, 30)]);
    store.verify().unwrap();
    store.restore_to(id, "f").unwrap();
    assert_eq!(due(&store, 30), at_path("f"));
    clock.advance(DAY * 3);
    store.put("f", "2").unwrap();
    assert_eq!(due(&store, 30), [entry("f", DueReason::Rotation, 13), entry("f", DueReason::Expiry, 20)]);
    store.verify().unwrap();
    store.delete("f").unwrap();
    store.destroy(id).unwrap();
    assert_eq!(due(&store, 1_000), []);
    store.verify().unwrap();
}

#[test]
fn a_rotation_is_due_from_when_the_current_version_was_written() {
    let (clock, store) = clocked();
    store.put_with("a", "1", Put::new().rotate_every(DAY)).unwrap();
    clock.advance(DAY / 2);
    store.update("a", Update::new().description("x")).unwrap();
    assert_eq!(store.info("a").unwrap().rotation_due_at(), Some(at(1)));
    for write in [
        |store: &Store| store.put("a", "2").map(drop),
        |store: &Store| store.rotate("a", "3", DAY).map(drop),
        |store: &Store| store.rollback("a", 1).map(drop),
    ] {
        clock.advance(DAY * 2);
        assert_eq!(due(&store, 0).len(), 1, "it is overdue");
        write(&store).unwrap();
        assert_eq!(due(&store, 0).len(), 0);
        assert_eq!(due(&store, 1).len(), 1);
        store.verify().unwrap();
    }
    store.update("a", Update::new().rotate_every(None)).unwrap();
    assert_eq!(store.info("a").unwrap().rotation_due_at(), None);
    assert_eq!(due(&store, 1_000), []);
    store.verify().unwrap();
}

#[test]
fn a_transaction_sees_its_own_schedules_and_takes_them_back() {
    let (_, store) = clocked();
    store.put_with("a", "1", Put::new().expires_in(DAY)).unwrap();
    let undone = store.transaction(|tx| {
        tx.update("a", Update::new().expires_at(None).rotate_every(DAY * 2))?;
        tx.put_with("b", "1", Put::new().expires_in(DAY * 3))?;
        let reasons: Vec<DueReason> = tx.due(DAY * 9)?.iter().map(|due| due.reason).collect();
        assert_eq!(reasons, [DueReason::Rotation, DueReason::Expiry]);
        tx.rename("a", "c")?;
        assert_eq!(tx.due(DAY * 2)?[0].path.as_str(), "c");
        tx.get("none")
    });
    check_refused(undone, ErrorKind::NotFound);
    assert_eq!(due(&store, 9), [entry("a", DueReason::Expiry, 1)]);
    store.verify().unwrap();
}

#[test]
fn schedules_outlive_the_handle_and_go_along_with_a_copy() {
    let folder = Folder::in_memory();
    let clock = ManualClock::start(START);
    let options = patient().clock(&clock);
    let store = options.clone().create(folder.join("store"), key()).unwrap();
    let trash = Put::new().expires_in(DAY).on_expiry(OnExpiry::Trash);
    store.put_with("a", "1", trash.rotate_every(DAY * 2)).unwrap();
    assert_eq!(told(&store), (1, 0));
    store.close().unwrap();
    let store = options.clone().open(folder.join("store"), key()).unwrap();
    assert_eq!(told(&store), (0, 0), "it was told");
    let expected = [entry("a", DueReason::Expiry, 1), entry("a", DueReason::Rotation, 2)];
    assert_eq!(due(&store, 9), expected);
    store.compact().unwrap();
    assert_eq!(due(&store, 9), expected);
    store.backup(folder.join("copy")).unwrap();
    store.close().unwrap();
    let copy = options.open(folder.join("copy"), key()).unwrap();
    assert_eq!(due(&copy, 9), expected);
    clock.advance(DAY);
    check_refused(copy.get("a"), ErrorKind::Expired);
    assert_eq!(told(&copy), (0, 1));
    check_refused(copy.info("a"), ErrorKind::NotFound);
    copy.verify().unwrap();
}
