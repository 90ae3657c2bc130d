//! Being told of events: at once, later, or by waiting.

use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

use strongroom::{AuditEvent, Context, ErrorKind, EventFilter, Store, Subscription, Sweep};

use crate::fixture::{Folder, check_refused, create, ends, open, raw};

fn kinds(events: &[AuditEvent]) -> Vec<&'static str> {
    events.iter().map(|event| event.kind().name()).collect()
}

#[test]
fn a_subscriber_sees_the_slots_as_the_change_it_is_told_of_left_them() {
    let store = Arc::new(Store::in_memory().unwrap());
    let (tell, told) = mpsc::channel();
    let own = Arc::downgrade(&store);
    let seen = |store: &Store| {
        let opens = [1, 2].map(|number| store.slots().check(raw(number)).unwrap());
        (store.slots().list().unwrap(), opens)
    };
    let subscription = store.subscribe(EventFilter::all().kind("store.*"), move |event| {
        tell.send((event.slot_id(), seen(&own.upgrade().unwrap()))).unwrap();
    });
    let _subscription = subscription.unwrap();
    let check = |id| assert_eq!(told.try_recv().unwrap(), (Some(id), seen(&store)));
    let [first, second] = [1, 2].map(|number| {
        let id = store.slots().add(raw(number)).unwrap();
        check(id);
        id
    });
    for id in [first, second] {
        store.slots().remove_last_for_people(id).unwrap();
        check(id);
    }
}

#[test]
fn a_subscriber_is_told_what_its_filter_accepts_in_order_and_once_it_is_durable() {
    let store = Arc::new(Store::in_memory().unwrap());
    let told: Arc<Mutex<Vec<AuditEvent>>> = Arc::default();
    let (own, list) = (Arc::downgrade(&store), told.clone());
    let filter = EventFilter::all().under("db");
    let subscription = store.subscribe(&filter, move |event| {
        let store = own.upgrade().unwrap();
        assert!(event.is_durable() && store.audit().get(event.id()).unwrap() == *event);
        check_refused(store.put("again", "x"), ErrorKind::Reentrant);
        check_refused(store.sweep(Sweep::new()), ErrorKind::Reentrant);
        assert!(store.latest_change().unwrap() >= event.sequence());
        list.lock().unwrap().push(event.clone());
    });
    let subscription = subscription.unwrap();
    store.put("other", "x").unwrap();
    store.transaction(|tx| tx.put("db/a", "x").and_then(|_| tx.put("db/b", "x"))).unwrap();
    store.get("db/a").unwrap();
    assert!(store.transaction(|tx| tx.put("db/c", "x").and_then(|_| tx.get("absent"))).is_err());
    let mut begun = store.begin().unwrap();
    begun.run(|tx| tx.put("db/d", "x")).unwrap();
    assert_eq!(told.lock().unwrap().len(), 2);
    begun.commit().unwrap();
    store.delete("db/a").unwrap();
    store.compact().unwrap();
    assert_eq!(
        kinds(&told.lock().unwrap()),
        ["secret.created", "secret.created", "secret.created", "secret.deleted"]
    );
    assert!(told.lock().unwrap().is_sorted_by(|one, next| one.sequence() < next.sequence()));
    assert!(!subscription.is_closed());
    drop(subscription);
    store.put("db/e", "x").unwrap();
    assert_eq!(told.lock().unwrap().len(), 4);
}

#[test]
fn reads_are_told_if_somebody_asks_and_replacements_are() {
    let store = Store::in_memory().unwrap();
    let (tell, told) = mpsc::channel();
    let every = EventFilter::all().kind("*");
    let subscription = store.subscribe(&every, move |event| tell.send(event.kind().name()).unwrap()).unwrap();
    store.put("a", "x").unwrap();
    store.get("a").unwrap();
    store.put("a", "y").unwrap();
    store.purge().unwrap();
    subscription.close();
    let told: Vec<_> = told.iter().collect();
    assert_eq!(told, ["secret.created", "secret.accessed", "secret.updated", "store.purged"]);
    check_refused(store.subscribe(EventFilter::all().kind("nothing"), |_| {}), ErrorKind::InvalidArgument);
}

#[test]
fn a_panic_in_a_callback_ends_its_subscription_and_nothing_else() {
    let store = Store::in_memory().unwrap();
    let (tell, told) = mpsc::channel();
    let panics = store.subscribe(EventFilter::all(), |_| std::panic::panic_any("stop")).unwrap();
    let goes_on =
        store.subscribe(EventFilter::all(), move |event| tell.send(event.sequence()).unwrap()).unwrap();
    store.put("a", "x").unwrap();
    assert!(panics.is_closed() && !goes_on.is_closed());
    store.put("a", "y").unwrap();
    assert_eq!(store.get("a").unwrap().version(), 2);
    drop(goes_on);
    assert_eq!(told.iter().collect::<Vec<_>>(), [1, 2]);
}

#[test]
fn a_callback_may_end_its_own_subscription() {
    let store = Store::in_memory().unwrap();
    let own: Arc<Mutex<Option<Subscription>>> = Arc::default();
    let (inner, calls) = (own.clone(), Arc::new(Mutex::new(0)));
    let counted = calls.clone();
    let subscription = store.subscribe(EventFilter::all(), move |_| {
        *counted.lock().unwrap() += 1;
        drop(inner.lock().unwrap().take());
    });
    *own.lock().unwrap() = Some(subscription.unwrap());
    store.put("a", "x").unwrap();
    store.put("a", "y").unwrap();
    assert_eq!(*calls.lock().unwrap(), 1);
}

/// What a callback holds is dropped with it: its own subscription, or the store.
#[test]
fn a_callback_that_panics_may_hold_its_own_subscription_or_the_store() {
    let folder = Folder::new();
    let store = create(&folder.join("s"));
    let writer = store.with(Context::new()).unwrap();
    let own: Arc<Mutex<Option<Subscription>>> = Arc::default();
    let held = own.clone();
    let subscription = store.subscribe(EventFilter::all(), move |_| {
        std::panic::panic_any(held.lock().is_ok());
    });
    *own.lock().unwrap() = Some(subscription.unwrap());
    let weak = Arc::downgrade(&own);
    drop(own);
    let writer = ends(move || {
        writer.put("a", "x").unwrap();
        writer
    });
    assert_eq!(weak.strong_count(), 0, "it was dropped");
    let (tell, told) = mpsc::channel();
    let subscription = writer.subscribe(EventFilter::all(), move |event| {
        tell.send(event.sequence()).unwrap();
        std::panic::panic_any(store.is_closed());
    });
    let (subscription, writer) = (
        subscription.unwrap(),
        ends(move || {
            writer.put("a", "y").unwrap();
            writer
        }),
    );
    assert!(subscription.is_closed() && writer.is_closed());
    assert_eq!(told.iter().collect::<Vec<_>>(), [2]);
    check_refused(writer.put("a", "z"), ErrorKind::Closed);
    assert_eq!(open(&folder.join("s")).get("a").unwrap().version(), 2);
}

#[test]
fn changes_are_told_from_any_number_on_and_waited_for() {
    let folder = Folder::new();
    let store = create(&folder.join("s"));
    assert_eq!((store.latest_change().unwrap(), store.changes(0, 10).unwrap().len()), (0, 0));
    assert!(!store.wait_changes(0, Duration::from_millis(10)).unwrap());
    store.put("a", "x").unwrap();
    store.get("a").unwrap();
    store.put("b", "x").unwrap();
    let changes = store.changes(0, 10).unwrap();
    assert_eq!(changes.iter().map(AuditEvent::sequence).collect::<Vec<_>>(), [1, 3]);
    assert_eq!(store.changes(1, 10).unwrap().len(), 1);
    assert_eq!(store.changes(0, 1).unwrap()[0].sequence(), 1);
    assert_eq!(store.changes_with(0, 10, &EventFilter::all().kind("*")).unwrap().len(), 3);
    assert_eq!(store.latest_change().unwrap(), 3);
    check_refused(store.changes(0, 0), ErrorKind::LimitExceeded);
    store.get("a").unwrap();
    store.close().unwrap();
    let store = open(&folder.join("s"));
    assert_eq!(
        store.changes(3, 10).unwrap().iter().map(|event| event.kind().name()).collect::<Vec<_>>(),
        Vec::<&str>::new()
    );
    assert_eq!(store.latest_change().unwrap(), 3, "a read is no change");
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| store.wait_changes(3, Duration::from_secs(60)).unwrap());
        std::thread::sleep(Duration::from_millis(30));
        store.put("c", "x").unwrap();
        assert!(waiting.join().unwrap());
        let locked = scope.spawn(|| store.wait_changes(1_000, Duration::from_secs(60)));
        std::thread::sleep(Duration::from_millis(30));
        store.lock().unwrap();
        check_refused(locked.join().unwrap(), ErrorKind::Locked);
    });
}
