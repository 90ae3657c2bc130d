//! Logs that no interface leaves behind, and what waits beyond its bounds.

use std::sync::Arc;

use crate::record::audit_head::AuditHead;
use crate::sealed::disk::memory::MemoryDisk;
use crate::tables::forged::{alter_event, forget_event};
use crate::{AuditEventKind, AuditQuery, ErrorKind, Store, StoreOptions, Unlock};

fn store() -> (Store, AuditHead) {
    let disk = Arc::new(MemoryDisk::default());
    let store = StoreOptions::new().create_on(disk, &Unlock::raw_key(&[7; 32])).unwrap();
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
