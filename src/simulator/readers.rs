//! Readers beside a writer.

use std::sync::Arc;
use std::sync::mpsc::channel;
use std::time::Duration;

use super::engine::unlock;
use crate::sealed::disk::calling::{At, CallingDisk};
use crate::{AuditPolicy, AuditReads, Store, StoreOptions};

fn small_cache(disk: &Arc<CallingDisk>) -> Store {
    StoreOptions::new()
        .cache_bytes(1)
        .write_wait(Duration::from_secs(60))
        .open_on(disk.clone(), &unlock())
        .unwrap()
}

/// More than the cache holds, so that the reads below go to the disk.
fn filled() -> Arc<CallingDisk> {
    let disk = Arc::new(CallingDisk::default());
    let store = StoreOptions::new().create_on(disk.clone(), &unlock()).unwrap();
    store
        .transaction(|tx| (0..2_000).try_for_each(|n| tx.put(&format!("n/{n}"), [1; 900]).map(|_| ())))
        .unwrap();
    disk
}

#[test]
fn a_reader_finishes_while_a_commit_waits_for_the_medium() {
    let disk = filled();
    let store = small_cache(&disk);
    let ((begun, has_begun), (let_go, leave)) = (channel(), channel());
    disk.call(At::Sync, move || {
        begun.send(()).unwrap();
        leave.recv_timeout(Duration::from_secs(60)).expect("a reader waited for the writer's sync");
    });
    std::thread::scope(|scope| {
        let writer = scope.spawn(|| store.put("n/7", "new").unwrap().version());
        has_begun.recv_timeout(Duration::from_secs(60)).expect("the writer never synced");
        for n in 0..2_000 {
            assert_eq!(store.get(&format!("n/{n}")).unwrap().version(), 1, "a reader saw a commit in flight");
        }
        let_go.send(()).unwrap();
        assert_eq!(writer.join().unwrap(), 2);
    });
    assert_eq!(store.get("n/7").unwrap().value().expose(), b"new");
}

/// Verification reads the medium with a handle of its own.
#[test]
fn readers_go_on_during_a_verification_and_writers_wait() {
    let disk = filled();
    let store = small_cache(&disk);
    // So many reads would be written meanwhile.
    store.policy().set_audit(AuditPolicy::new().reads(AuditReads::Off)).unwrap();
    let before = store.verify().unwrap().opened.unwrap();
    std::thread::scope(|scope| {
        let verified = scope.spawn(|| store.verify().unwrap());
        let written = scope.spawn(|| store.put("n/1", "new").unwrap());
        for n in 2..2_000 {
            store.get(&format!("n/{n}")).unwrap();
        }
        let opened = verified.join().unwrap().opened.unwrap();
        assert_eq!(opened.secrets, 2_000);
        assert_eq!(opened.versions - before.versions, opened.events - before.events);
        assert_eq!(written.join().unwrap().version(), 2);
    });
    store.verify().unwrap();
}
