//! Transactions with a handle: as those that are closures, but that they end with their handle.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, mpsc};
use std::time::Duration;

use strongroom::{BegunTransaction, ErrorKind, EventFilter, Query, Store, StoreOptions};

use crate::fixture::{Folder, check_refused, create, events, key, open};

/// After `work` the store holds `a` = "1" and nothing else, in this handle and the next, and takes writes.
#[track_caller]
fn check_left_no_trace(work: impl FnOnce(BegunTransaction)) {
    let folder = Folder::new();
    let path = folder.join("s");
    let store = Arc::new(create(&path));
    store.put("a", "1").unwrap();
    work(store.begin().unwrap());
    let check = |store: &Store| {
        assert_eq!(store.get("a").unwrap().version(), 1);
        assert_eq!(store.list(Query::all()).unwrap().items().len(), 1);
        assert_eq!(events(store), 1);
    };
    check(&store);
    Arc::into_inner(store).expect("nothing holds on to the store").close().unwrap();
    let store = open(&path);
    check(&store);
    assert_eq!(store.put("a", "2").unwrap().version(), 2);
}

fn write_two(transaction: &mut BegunTransaction) {
    transaction.run(|tx| tx.put("a", "other")).unwrap();
    transaction.run(|tx| tx.put("b/large", vec![7; 200_000])).unwrap();
    assert_eq!(transaction.run(|tx| tx.list(Query::all())).unwrap().items().len(), 2, "it sees its own");
}

#[test]
fn one_that_is_dropped_takes_everything_back() {
    check_left_no_trace(|mut transaction| write_two(&mut transaction));
}

#[test]
fn one_that_is_dropped_by_a_panic_takes_everything_back() {
    check_left_no_trace(|mut transaction| {
        let panicked = catch_unwind(AssertUnwindSafe(move || {
            write_two(&mut transaction);
            transaction.run(|_| -> Result<(), strongroom::Error> { std::panic::panic_any("stop") })
        }));
        assert_eq!(*panicked.unwrap_err().downcast::<&str>().unwrap(), "stop");
    });
}

#[test]
fn one_in_which_a_change_failed_or_panicked_is_not_committed() {
    check_left_no_trace(|mut transaction| {
        write_two(&mut transaction);
        check_refused(transaction.run(|tx| tx.rename("absent", "b")), ErrorKind::NotFound);
        check_refused(transaction.commit(), ErrorKind::InvalidArgument);
    });
    check_left_no_trace(|mut transaction| {
        write_two(&mut transaction);
        let panicked = catch_unwind(AssertUnwindSafe(|| {
            transaction.run(|_| -> Result<(), strongroom::Error> { std::panic::panic_any("stop") })
        }));
        assert!(panicked.is_err());
        check_refused(transaction.commit(), ErrorKind::InvalidArgument);
    });
}

#[test]
fn everything_is_one_commit_and_a_failed_read_does_not_matter() {
    let store = Arc::new(Store::in_memory().unwrap());
    let generation = || store.pin().unwrap().generation();
    let (before, log) = (generation(), events(&store));
    let mut transaction = store.begin().unwrap();
    write_two(&mut transaction);
    check_refused(transaction.run(|tx| tx.get("absent")), ErrorKind::NotFound);
    check_refused(store.get("a"), ErrorKind::NotFound);
    transaction.commit().unwrap();
    assert_eq!((generation(), events(&store)), (before + 1, log + 2));
    assert_eq!(store.get("a").unwrap().value().expose(), b"other");
    store.begin().unwrap().commit().unwrap();
    assert_eq!(generation(), before + 1, "without a change there is no commit");
    store.verify().unwrap();
}

#[test]
fn meanwhile_the_store_reads_and_refuses_writes_and_locks() {
    let folder = Folder::new();
    let options = StoreOptions::new().write_wait(Duration::from_millis(20));
    let store = Arc::new(options.create(folder.join("s"), key()).unwrap());
    store.put("a", "1").unwrap();
    let mut transaction = store.begin().unwrap();
    transaction.run(|tx| tx.put("a", "2")).unwrap();
    check_refused(store.begin(), ErrorKind::Reentrant);
    check_refused(store.put("a", "3"), ErrorKind::Reentrant);
    check_refused(store.lock(), ErrorKind::Reentrant);
    let of_another_thread = |work: fn(&Store) -> Result<(), strongroom::Error>| {
        std::thread::scope(|scope| scope.spawn(|| work(&store)).join().unwrap())
    };
    check_refused(of_another_thread(|store| store.put("a", "3").map(drop)), ErrorKind::InUse);
    check_refused(of_another_thread(Store::lock), ErrorKind::InUse);
    assert_eq!(store.get("a").unwrap().version(), 1);
    // It may go to another thread.
    std::thread::spawn(move || transaction.commit()).join().unwrap().unwrap();
    assert_eq!(store.get("a").unwrap().version(), 2);
    store.lock().unwrap();
}

/// Whoever uses it last is inside: its writes beside it would wait for themselves.
#[test]
fn one_that_moved_to_another_thread_is_reentrant_there() {
    let store = Arc::new(StoreOptions::new().write_wait(Duration::from_millis(20)).in_memory().unwrap());
    let own = Arc::downgrade(&store);
    let (tell, told) = mpsc::channel();
    let subscription = store.subscribe(EventFilter::all(), move |_| {
        tell.send(own.upgrade().unwrap().put("inside", "x").unwrap_err().kind()).unwrap();
    });
    let subscription = subscription.unwrap();
    let mut transaction = store.begin().unwrap();
    transaction.run(|tx| tx.put("a", "1")).unwrap();
    let moved = store.clone();
    let elsewhere = std::thread::spawn(move || {
        let inside = transaction.run(|tx| {
            check_refused(moved.put("b", "1"), ErrorKind::Reentrant);
            tx.put("a", "2")
        });
        inside.unwrap();
        check_refused(moved.put("b", "1"), ErrorKind::Reentrant);
        transaction
    });
    let transaction = elsewhere.join().unwrap();
    check_refused(store.put("b", "1"), ErrorKind::InUse);
    // It is committed on a third thread.
    std::thread::spawn(move || transaction.commit()).join().unwrap().unwrap();
    drop(subscription);
    assert_eq!(told.iter().collect::<Vec<_>>(), [ErrorKind::Reentrant; 2]);
    assert_eq!(store.get("a").unwrap().version(), 2);
    store.put("b", "1").unwrap();
}
