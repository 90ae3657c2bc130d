//! Transactions: all or nothing, one writer at a time, readers undisturbed.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc;
use std::time::Duration;

use strongroom::{Error, ErrorKind, Holder, Query, Retention, Store, StoreOptions, Transaction};

use crate::fixture::{Folder, check_refused, create, key, open};

/// After `work` the store holds `a` = "1" and nothing else, in this handle and the next, and takes writes.
#[track_caller]
fn check_left_no_trace(work: impl FnOnce(&Store)) {
    let folder = Folder::new();
    let path = folder.join("s");
    let store = create(&path);
    store.put("a", "1").unwrap();
    work(&store);
    let check = |store: &Store| {
        assert_eq!(store.get("a").unwrap().version(), 1);
        assert_eq!(store.list(Query::all()).unwrap().items().len(), 1);
        assert_eq!(crate::fixture::events(store), 1);
    };
    check(&store);
    store.close().unwrap();
    let store = open(&path);
    check(&store);
    assert_eq!(store.put("a", "2").unwrap().version(), 2);
}

fn write_two(tx: &mut Transaction<'_, '_>) -> Result<(), Error> {
    tx.put("a", "other")?;
    tx.put("b/large", vec![7; 200_000])?;
    Ok(())
}

#[test]
fn an_error_takes_everything_back() {
    check_left_no_trace(|store| {
        let failed = store.transaction(|tx| {
            write_two(tx)?;
            tx.get("absent")
        });
        check_refused(failed, ErrorKind::NotFound);
    });
}

#[test]
fn a_panic_takes_everything_back_and_leaves_a_store_that_works() {
    check_left_no_trace(|store| {
        for _ in 0..3 {
            let panicked = catch_unwind(AssertUnwindSafe(|| {
                store.transaction(|tx| -> Result<(), Error> {
                    write_two(tx)?;
                    std::panic::panic_any("stop")
                })
            }));
            assert_eq!(*panicked.unwrap_err().downcast::<&str>().unwrap(), "stop");
        }
    });
}

#[test]
fn a_failed_write_that_is_passed_over_takes_everything_back() {
    check_left_no_trace(|store| {
        let passed_over = store.transaction(|tx| {
            write_two(tx)?;
            check_refused(tx.put("c", vec![0; (16 << 20) + 1]), ErrorKind::LimitExceeded);
            Ok(())
        });
        check_refused(passed_over, ErrorKind::InvalidArgument);
        let passed_over = store.transaction(|tx| {
            write_two(tx)?;
            check_refused(tx.put("not//a/path", "x"), ErrorKind::InvalidArgument);
            Ok(())
        });
        check_refused(passed_over, ErrorKind::InvalidArgument);
    });
}

#[test]
fn a_transaction_that_writes_nothing_leaves_no_trace() {
    check_left_no_trace(|store| {
        assert_eq!(store.transaction(|_| Ok(7)).unwrap(), 7);
        assert_eq!(store.transaction(|tx| tx.get("a")).unwrap().version(), 1);
    });
}

#[test]
fn a_transaction_sees_its_own_writes_and_nobody_else_does() {
    let store = Store::in_memory().unwrap();
    store.put("a", "1").unwrap();
    store
        .transaction(|tx| {
            assert_eq!(tx.put("a", "2")?.version(), 2);
            assert_eq!(tx.put("a", "3")?.version(), 3);
            tx.put("b", "1")?;
            assert_eq!(tx.get("a")?.value().expose(), b"3");
            assert_eq!(tx.get_version("a", 1)?.value().expose(), b"1");
            assert_eq!(tx.get_version("a", 2)?.value().expose(), b"2");
            let page = tx.list(Query::all().limit(1))?;
            let rest = tx.list(Query::all().after(page.next_cursor().unwrap().clone()))?;
            assert_eq!(rest.items()[0].path().as_str(), "b");
            assert_eq!(store.get("a")?.version(), 1, "this thread's reads see the state before");
            check_refused(store.get("b"), ErrorKind::NotFound);
            std::thread::scope(|scope| {
                let read = scope.spawn(|| (store.get("a").unwrap().version(), store.get("b").is_err()));
                assert_eq!(read.join().unwrap(), (1, true));
            });
            Ok(())
        })
        .unwrap();
    assert_eq!((store.get("a").unwrap().version(), store.get("b").unwrap().version()), (3, 1));
}

#[test]
fn a_write_of_the_same_thread_is_refused_as_reentrant() {
    let store = Store::in_memory().unwrap();
    store
        .transaction(|tx| {
            tx.put("a", "1")?;
            check_refused(store.put("b", "x"), ErrorKind::Reentrant);
            check_refused(store.transaction(|_| Ok(())), ErrorKind::Reentrant);
            check_refused(store.verify(), ErrorKind::Reentrant);
            Ok(())
        })
        .unwrap();
    assert_eq!(store.list(Query::all()).unwrap().items().len(), 1);
    store.put("b", "x").unwrap();
}

#[test]
fn a_write_of_another_thread_waits_for_its_turn() {
    let store = StoreOptions::new().write_wait(Duration::from_secs(60));
    let folder = Folder::new();
    let store = store.create(folder.join("s"), key()).unwrap();
    let (began, begun) = mpsc::channel();
    std::thread::scope(|scope| {
        let store = &store;
        scope.spawn(move || {
            begun.recv().unwrap();
            assert_eq!(store.put("a", "second").unwrap().version(), 2);
        });
        store
            .transaction(|tx| {
                began.send(()).unwrap();
                // However the threads run, the other write finds the first one done.
                std::thread::yield_now();
                tx.put("a", "first").map(|_| ())
            })
            .unwrap();
    });
    assert_eq!(store.get("a").unwrap().value().expose(), b"second");
}

#[test]
fn a_write_that_waited_too_long_says_who_holds_the_store() {
    let folder = Folder::new();
    let impatient = StoreOptions::new().write_wait(Duration::from_millis(30));
    let store = impatient.create(folder.join("s"), key()).unwrap();
    store
        .transaction(|tx| {
            std::thread::scope(|scope| {
                scope.spawn(|| {
                    let error = check_refused(store.put("b", "x"), ErrorKind::InUse);
                    assert_eq!(error.holder(), Some(Holder::Writer));
                });
            });
            tx.put("a", "x").map(|_| ())
        })
        .unwrap();
    assert_eq!(store.list(Query::all()).unwrap().items().len(), 1);
}

#[test]
fn writes_of_many_threads_are_each_there_once() {
    let folder = Folder::new();
    let options = StoreOptions::new().write_wait(Duration::from_secs(60));
    let store = options.create(folder.join("s"), key()).unwrap();
    store.policy().set_retention(Retention::inherited().keep_versions(0)).unwrap();
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let store = &store;
            scope.spawn(move || {
                for _ in 0..8 {
                    store.put("shared", "x").unwrap();
                    store.put(&format!("own/{thread}"), "x").unwrap();
                    assert!(store.get("shared").unwrap().version() >= 1);
                }
            });
        }
    });
    assert_eq!(store.get("shared").unwrap().version(), 32);
    assert_eq!(crate::fixture::events(&store), 65);
}
