//! Reads that must be in the log, in transactions that leave nothing else behind.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use strongroom::limits::EVENTS_WAITING_MAX;
use strongroom::{
    AuditEvent, AuditPolicy, AuditQuery, AuditReads, BegunTransaction, Context, ErrorKind, PinCheck, Store,
};

use crate::fixture::{Folder, check_refused, create, key, open, patient};

/// A store with a secret `a` whose reads are audited strictly.
fn strict(path: &Path) -> Store {
    let store = create(path);
    store.put("a", "x").unwrap();
    store.policy().set_audit(AuditPolicy::new().reads(AuditReads::Strict)).unwrap();
    store
}

/// How many durable events tell of a read of `a`.
fn reads(store: &Store) -> usize {
    let page = store.audit().query(AuditQuery::all().under("a").kind("secret.accessed")).unwrap();
    page.events().iter().filter(|event| AuditEvent::is_durable(event)).count()
}

fn read_and_roll_back(store: &Store) {
    let rolled_back = store.transaction(|tx| {
        tx.put("b", "y")?;
        tx.get("a")?;
        tx.delete("absent").map(drop)
    });
    check_refused(rolled_back, ErrorKind::NotFound);
    assert_eq!(reads(store), 0, "what was rolled back was not committed");
}

#[test]
fn a_read_in_a_transaction_that_was_rolled_back_is_in_the_next_commit_even_if_that_changes_nothing() {
    let folder = Folder::new();
    let store = strict(&folder.join("s"));
    read_and_roll_back(&store);
    let generation = store.pin().unwrap().generation();
    store.transaction(|_| Ok(())).unwrap();
    assert_eq!((reads(&store), store.pin().unwrap().generation()), (1, generation + 1));
    store.transaction(|_| Ok(())).unwrap();
    assert_eq!(store.pin().unwrap().generation(), generation + 1, "once is enough");
    check_refused(store.get("b"), ErrorKind::NotFound);
}

#[test]
fn a_read_in_a_transaction_that_was_rolled_back_is_in_the_log_of_a_store_that_was_ended() {
    let ends: [fn(Store, PathBuf) -> Store; 3] = [
        |store, path| {
            store.close().unwrap();
            open(&path)
        },
        |store, path| {
            drop(store);
            open(&path)
        },
        |store, _| {
            store.lock().unwrap();
            store.unlock(key()).unwrap();
            store
        },
    ];
    for end in ends {
        let folder = Folder::new();
        let store = strict(&folder.join("s"));
        read_and_roll_back(&store);
        let store = end(store, folder.join("s"));
        assert_eq!(reads(&store), 1);
        store.audit().verify(None).unwrap();
    }
}

#[test]
fn a_read_in_a_transaction_that_is_the_last_owner_of_its_store_is_in_the_log() {
    let ends: [fn(BegunTransaction); 3] = [
        drop,
        |transaction| transaction.commit().unwrap(),
        |mut transaction| {
            check_refused(transaction.run(|tx| tx.delete("absent")), ErrorKind::NotFound);
            check_refused(transaction.commit(), ErrorKind::InvalidArgument);
        },
    ];
    for end in ends {
        let folder = Folder::new();
        let store = Arc::new(strict(&folder.join("s")));
        let mut transaction = store.begin().unwrap();
        drop(store);
        transaction.run(|tx| tx.get("a")).unwrap();
        end(transaction);
        let store = open(&folder.join("s"));
        assert_eq!(reads(&store), 1);
        store.audit().verify(None).unwrap();
    }
}

/// A delete has room of its own on a full disk, which what waits must not take.
#[test]
fn a_delete_without_effect_commits_nothing_and_a_pin_stays_in_the_history() {
    let folder = Folder::new();
    let store = strict(&folder.join("s"));
    store.put("gone", "x").unwrap();
    let once = store.with(Context::new().idempotency_key("key")).unwrap();
    once.delete("gone").unwrap();
    read_and_roll_back(&store);
    let generation = store.pin().unwrap().generation();
    once.delete("gone").unwrap();
    assert!(once.was_replayed());
    let pin = store.pin().unwrap();
    assert_eq!(pin.generation(), generation, "a commit without events");
    store.put("a", "y").unwrap();
    assert_eq!(reads(&store), 1);
    store.close().unwrap();
    let store = patient().pin(pin).open(folder.join("s"), key()).unwrap();
    assert_eq!(store.open_report().pin, Some(PinCheck::InHistory));
}

#[test]
fn a_transaction_releases_no_more_than_can_wait_to_be_in_the_log() {
    let folder = Folder::new();
    let store = strict(&folder.join("s"));
    store.put("b", "x").unwrap();
    let refused = store.transaction(|tx| {
        tx.get("a")?;
        // What is refused waits as well.
        for number in 0..EVENTS_WAITING_MAX {
            check_refused(tx.get(&format!("absent/{number}")), ErrorKind::NotFound);
        }
        check_refused(tx.get_many(["b"])?.remove(0), ErrorKind::LimitExceeded);
        check_refused(tx.sign_payload("b", ""), ErrorKind::LimitExceeded);
        tx.get("b").map(drop)
    });
    let error = check_refused(refused, ErrorKind::LimitExceeded);
    assert!(error.to_string().contains("commit the transaction"), "{error}");
    assert_eq!(store.info("b").unwrap().accessed_at(), None);
    // Nothing was committed, and yet the next one has room.
    store.transaction(|tx| tx.get("b").map(drop)).unwrap();
    let page = store.audit().query(AuditQuery::all().under("b").kind("secret.accessed")).unwrap();
    let told = |event: &AuditEvent| (event.version(), event.count(), event.is_durable());
    assert_eq!((page.events().iter().map(told).collect::<Vec<_>>(), reads(&store)), (vec![(1, 1, true)], 1));
    store.audit().verify(None).unwrap();
}
