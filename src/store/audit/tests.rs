//! Logs that no interface leaves behind, and what waits beyond its bounds.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::time::Duration;

use crate::record::audit_head::AuditHead;
use crate::sealed::disk::calling::{At, CallingDisk};
use crate::sealed::disk::memory::MemoryDisk;
use crate::tables::forged::{alter_event, forget_event};
use crate::{
    AuditEvent, AuditEventKind, AuditQuery, Context, ErrorKind, EventFilter, Store, StoreOptions, Unlock,
};

fn store() -> (Store, AuditHead) {
    let disk = Arc::new(MemoryDisk::default());
    let store = StoreOptions::with_still_clock().create_on(disk, &Unlock::raw_key(&[7; 32])).unwrap();
    for _ in 0..5 {
        store.put("name", "value").unwrap();
    }
    let head = store.audit().head().unwrap();
    (store, head)
}

#[test]
fn what_was_edited_or_removed_is_found_and_named_and_the_next_commit_says_so() {
    for (at, broken) in [(1, 1), (3, 3), (6, 6)] {
        for forge in [alter_event, forget_event] {
            let (store, head) = store();
            store.put("name", "value").unwrap();
            store.audit().verify(Some(&head)).unwrap();
            forge(&store.tables(), at).unwrap();
            let error = store.audit().verify(Some(&head)).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Tampered);
            assert!(error.to_string().contains(&format!("event {broken}")), "{error}");
            if at != 1 {
                assert!(store.audit().export_to(&mut Vec::new(), 0).is_err());
            }
            store.put("name", "value").unwrap();
            let found = AuditQuery::all().kind("store.integrity_failed");
            let page = store.audit().query(&found).unwrap();
            assert_eq!(page.events()[0].error(), Some(ErrorKind::Tampered));
            assert!(page.events()[0].is_durable());
        }
    }
}

#[test]
fn a_log_that_was_cut_lacks_the_head_that_was_kept() {
    let (store, head) = store();
    let (other, _) = self::store();
    let later = AuditHead { sequence: 9, ..head };
    let error = store.audit().verify(Some(&later)).unwrap_err();
    assert!(error.kind() == ErrorKind::Tampered && error.to_string().contains("was cut"), "{error}");
    assert_eq!(other.audit().verify(Some(&head)).unwrap_err().kind(), ErrorKind::Tampered);
}

#[test]
fn kinds_of_a_later_version_are_told_by_their_number() {
    let (store, _) = store();
    let (pass, tables) = store.begin_change().unwrap();
    let later = |now| crate::store::commit::event(now, AuditEventKind::Unknown(60_000), [0; 16], 0);
    store.commit(&tables, |_, now| Ok(((), vec![later(now)]))).unwrap();
    drop(pass);
    let last = store.audit().query(AuditQuery::all().newest_first().limit(1)).unwrap();
    assert_eq!(last.events()[0].kind(), AuditEventKind::Unknown(60_000));
    store.verify().unwrap();
}

#[test]
fn a_kind_of_a_later_version_is_a_change_that_is_told() {
    let (store, _) = store();
    let (tell, subscribed) = mpsc::channel();
    let subscription = store.subscribe(EventFilter::all(), move |event| tell.send(event.kind()).unwrap());
    let later = AuditEventKind::Unknown(60_000);
    let (pass, tables) = store.begin_change().unwrap();
    let event = |now| crate::store::commit::event(now, later, [0; 16], 0);
    store.commit(&tables, |_, now| Ok(((), vec![event(now)]))).unwrap();
    drop((pass, tables, subscription));
    assert_eq!(subscribed.iter().collect::<Vec<_>>(), [later]);
    let check = || {
        assert_eq!(store.latest_change().unwrap(), 6);
        assert!(store.wait_changes(5, Duration::ZERO).unwrap());
        let told = store.changes(5, 10).unwrap();
        assert_eq!(
            told.iter().map(|event| (event.sequence(), event.kind())).collect::<Vec<_>>(),
            [(6, later)]
        );
        assert!(!store.wait_changes(6, Duration::ZERO).unwrap());
    };
    check();
    store.lock().unwrap();
    store.unlock(Unlock::raw_key(&[7; 32])).unwrap();
    check();
}

/// The events of reads: number, path, count, and whether it is durable.
fn reads(store: &Store) -> Vec<(u64, String, u32, bool)> {
    let query = AuditQuery::all().kind("secret.accessed").limit(1_000);
    let row = |event: &AuditEvent| {
        (event.sequence(), event.path().unwrap().to_owned(), event.count(), event.is_durable())
    };
    store.audit().query(query).unwrap().events().iter().map(row).collect()
}

#[test]
fn what_a_commit_under_way_writes_is_told_before_it_and_after_it() {
    let disk = Arc::new(CallingDisk::default());
    let store = StoreOptions::with_still_clock().create_on(disk.clone(), &Unlock::raw_key(&[7; 32])).unwrap();
    store.get("absent").unwrap_err();
    let events = |store: &Store| store.audit().query(AuditQuery::all()).unwrap().into_iter();
    let generation = store.pin().unwrap().generation();
    assert_eq!(events(&store).next().unwrap().generation(), generation + 1);
    store.forget_reads();
    for path in ["a", "b"] {
        store.put(path, "value").unwrap();
        store.get(path).unwrap();
    }
    store.get("a").unwrap();
    let row = |sequence, path: &str, count, is_durable| (sequence, path.to_owned(), count, is_durable);
    let before = vec![row(2, "a", 1, true), row(4, "b", 1, false), row(5, "a", 1, false)];
    assert_eq!(reads(&store), before);
    let (other, (tell, told)) = (store.with(Context::new()).unwrap(), mpsc::channel());
    disk.call(At::Sync, move || {
        let under_way = reads(&other);
        other.get("a").unwrap();
        let newest = AuditQuery::all().kind("secret.accessed").newest_first().limit(1);
        let newest = other.audit().query(newest).unwrap().events()[0].sequence();
        tell.send((under_way, reads(&other), newest)).unwrap();
    });
    store.put("c", "value").unwrap();
    let (under_way, read_meanwhile, newest) = told.try_recv().unwrap();
    assert_eq!(under_way, before);
    let one_more = before.iter().cloned().chain([row(6, "a", 1, false)]);
    assert_eq!((read_meanwhile, newest), (one_more.collect(), 6));
    let after = vec![row(2, "a", 1, true), row(4, "b", 1, true), row(5, "a", 1, true), row(7, "a", 1, false)];
    assert_eq!(reads(&store), after);
}

#[test]
fn beside_commits_every_read_is_told_exactly_once() {
    const READS: usize = 900;
    /// Lets the readers end also where the writer fails.
    struct Ended<'a>(&'a AtomicUsize);
    impl Drop for Ended<'_> {
        fn drop(&mut self) {
            self.0.store(READS, Ordering::SeqCst);
        }
    }
    let store = StoreOptions::with_still_clock().in_memory().unwrap();
    let (done, queries) = (AtomicUsize::new(0), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        let readers = [(); 2].map(|()| {
            scope.spawn(|| {
                while done.load(Ordering::SeqCst) < READS {
                    let least = done.load(Ordering::SeqCst);
                    let told = reads(&store);
                    let expected = (0..told.len()).map(|number| format!("absent/{number}"));
                    let found: Vec<_> = told.iter().map(|(_, path, ..)| path.clone()).collect();
                    assert_eq!(found, expected.collect::<Vec<_>>(), "query {queries:?}");
                    assert!(told.len() >= least, "{} of {least} reads, query {queries:?}", told.len());
                    assert!(told.is_sorted_by(|(one, ..), (next, ..)| one < next));
                    queries.fetch_add(1, Ordering::SeqCst);
                }
            })
        });
        let _ended = Ended(&done);
        for number in 0..READS {
            store.get(&format!("absent/{number}")).unwrap_err();
            done.store(number + 1, Ordering::SeqCst);
            store.put("name", "value").unwrap();
            // They may start late. One that has ended has failed.
            while queries.load(Ordering::SeqCst) == 0 && !readers.iter().any(|reader| reader.is_finished()) {
                std::thread::yield_now();
            }
        }
    });
    assert_eq!(reads(&store).len(), READS);
}
