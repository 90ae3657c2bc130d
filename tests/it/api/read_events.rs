//! Which versions the log says were read: those whose values were released, and no others.

use std::time::Duration;

use strongroom::{
    AuditEvent, AuditPolicy, AuditQuery, AuditReads, Context, ErrorKind, Result, SignatureCheck, Store,
};

use crate::fixture::{Folder, check_refused, create, key, open_read_only, patient};

const MINUTE: Duration = Duration::from_secs(60);
const MODES: [AuditReads; 2] = [AuditReads::Batched, AuditReads::Strict];

/// A store with three versions of `a`: the first retired, the second in grace.
fn rotated(reads: AuditReads) -> Store {
    let store = Store::in_memory().unwrap();
    store.put("a", "one").unwrap();
    store.rotate("a", "two", Duration::ZERO).unwrap();
    store.rotate("a", "three", MINUTE).unwrap();
    store.policy().set_audit(AuditPolicy::new().reads(reads)).unwrap();
    store
}

/// The version, the count and the error of each event of a read.
fn reads(store: &Store) -> Vec<(u64, u32, Option<ErrorKind>)> {
    let page = store.audit().query(AuditQuery::all().kind("secret.accessed")).unwrap();
    let told = |event: &AuditEvent| (event.version(), event.count(), event.error());
    page.events().iter().map(told).collect()
}

/// The versions that the log says this read, and whether all the events are durable.
#[track_caller]
fn versions_read<T>(store: &Store, read: impl FnOnce(&Store) -> Result<T>) -> (Vec<u64>, bool) {
    let context = store.with(Context::new().request_id("this")).unwrap();
    read(&context).unwrap();
    let page = store.audit().query(AuditQuery::all().request_id("this").kind("secret.accessed")).unwrap();
    assert!(page.events().iter().all(|event| event.success() && event.path() == Some("a")));
    let versions = page.events().iter().map(AuditEvent::version).collect();
    (versions, page.events().iter().all(AuditEvent::is_durable))
}

#[test]
fn each_accepted_version_is_read() {
    for mode in MODES {
        let is_durable = mode == AuditReads::Strict;
        assert_eq!(versions_read(&rotated(mode), |store| store.accepted("a")), (vec![3, 2], is_durable));
        let store = rotated(mode);
        store.delete_version("a", 3).unwrap();
        assert_eq!(versions_read(&store, |store| store.accepted("a")), (vec![2], is_durable), "{mode:?}");
        let store = rotated(mode);
        let inside = versions_read(&store, |store| store.transaction(|tx| tx.accepted("a")));
        assert_eq!(inside, (vec![3, 2], is_durable));
    }
}

#[test]
fn where_nothing_is_accepted_nothing_is_read() {
    for mode in MODES {
        let store = rotated(mode);
        store.revoke_version("a", 2).unwrap();
        store.delete_version("a", 3).unwrap();
        let (generation, signature) = (store.pin().unwrap().generation(), "sha256=");
        assert!(store.accepted("a").unwrap().is_empty());
        assert_eq!(store.verify_any("a", "three").unwrap(), None);
        assert_eq!(store.verify_payload("a", "payload", signature).unwrap(), SignatureCheck::Wrong);
        store
            .transaction(|tx| {
                assert!(tx.accepted("a")?.is_empty());
                tx.verify_any("a", "three")
            })
            .unwrap();
        assert_eq!((reads(&store), store.info("a").unwrap().accessed_at()), (vec![], None), "{mode:?}");
        assert_eq!(store.pin().unwrap().generation(), generation);
        check_refused(store.get("a"), ErrorKind::NotFound);
        assert_eq!(reads(&store), [(3, 1, Some(ErrorKind::NotFound))]);
    }
}

#[test]
fn a_comparison_reads_the_version_that_fits_or_the_newest() {
    for mode in MODES {
        for (candidate, version) in [("three", 3), ("two", 2), ("one", 3), ("none", 3)] {
            let expected = (vec![version], mode == AuditReads::Strict);
            let compared = versions_read(&rotated(mode), |store| store.verify_any("a", candidate));
            assert_eq!(compared, expected, "{candidate}");
            let inside =
                versions_read(&rotated(mode), |store| store.transaction(|tx| tx.verify_any("a", candidate)));
            assert_eq!(inside, expected, "{candidate}");
        }
    }
}

#[test]
fn signing_reads_the_version_that_signs() {
    type Call = fn(&Store) -> Result<()>;
    let calls: [Call; 4] = [
        |store| store.sign_payload("a", "p").map(drop),
        |store| store.sign_request("a", 7, "p").map(drop),
        |store| store.transaction(|tx| tx.sign_payload("a", "p").map(drop)),
        |store| store.transaction(|tx| tx.sign_request("a", 7, "p").map(drop)),
    ];
    for mode in MODES {
        for (number, call) in calls.into_iter().enumerate() {
            let found = versions_read(&rotated(mode), call);
            assert_eq!(found, (vec![3], mode == AuditReads::Strict), "{mode:?}, call {number}");
        }
    }
}

#[test]
fn checking_a_signature_reads_the_version_that_signed_or_the_newest() {
    type Check = fn(&Store, &str) -> Result<SignatureCheck>;
    let checks: [Check; 4] = [
        |store, signature| store.verify_payload("a", "7.p", signature),
        |store, signature| store.verify_request("a", 7, "p", signature),
        |store, signature| store.transaction(|tx| tx.verify_payload("a", "7.p", signature)),
        |store, signature| store.transaction(|tx| tx.verify_request("a", 7, "p", signature)),
    ];
    let signed = |value: &str| {
        let store = Store::in_memory().unwrap();
        store.put("a", value).unwrap();
        store.sign_payload("a", "7.p").unwrap().to_string()
    };
    for mode in MODES {
        for (number, check) in checks.into_iter().enumerate() {
            for (signature, version) in [(signed("two"), 2), (signed("three"), 3), (signed("one"), 3)] {
                let found = versions_read(&rotated(mode), |store| check(store, &signature));
                let expected = (vec![version], mode == AuditReads::Strict);
                assert_eq!(found, expected, "{mode:?}, check {number}");
            }
        }
    }
}

#[test]
fn a_refusal_to_sign_is_told() {
    let store = rotated(AuditReads::Strict);
    store.delete_version("a", 3).unwrap();
    check_refused(store.sign_payload("a", "p"), ErrorKind::NotFound);
    check_refused(store.transaction(|tx| tx.sign_request("a", 7, "p")), ErrorKind::NotFound);
    assert_eq!(reads(&store), [(3, 2, Some(ErrorKind::NotFound))]);
    check_refused(store.verify_payload("absent", "p", ""), ErrorKind::NotFound);
    assert_eq!(reads(&store)[1], (0, 1, Some(ErrorKind::NotFound)));
}

#[test]
fn a_secret_whose_reads_must_be_in_the_log_signs_nothing_through_a_handle_that_cannot_write() {
    let folder = Folder::new();
    let store = create(&folder.join("s"));
    store.put("a", "x").unwrap();
    let signature = store.sign_payload("a", "p").unwrap().to_string();
    store.policy().set_audit(AuditPolicy::new().reads(AuditReads::Strict)).unwrap();
    store.close().unwrap();
    let reader = open_read_only(&folder.join("s"));
    check_refused(reader.sign_payload("a", "p"), ErrorKind::ReadOnly);
    check_refused(reader.verify_payload("a", "p", &signature), ErrorKind::ReadOnly);
    check_refused(reader.sign_request("a", 7, "p"), ErrorKind::ReadOnly);
    check_refused(reader.verify_request("a", 7, "p", &signature), ErrorKind::ReadOnly);
}

#[test]
fn only_what_was_released_was_accessed() {
    let folder = Folder::new();
    let store = patient().create(folder.join("s"), key()).unwrap();
    for path in ["a", "b"] {
        store.put(path, "x").unwrap();
    }
    store.policy().set_audit(AuditPolicy::new().reads(AuditReads::Strict)).unwrap();
    // Inside a transaction of this thread nothing can be committed before.
    let calls: [fn(&Store) -> Result<()>; 6] = [
        |store| store.get("a").map(drop),
        |store| store.get_many(["a"])?.remove(0).map(drop),
        |store| store.matches("a", "x").map(drop),
        |store| store.accepted("a").map(drop),
        |store| store.verify_any("a", "x").map(drop),
        |store| store.sign_payload("a", "x").map(drop),
    ];
    for (number, call) in calls.into_iter().enumerate() {
        store.transaction(|_| Ok(check_refused(call(&store), ErrorKind::Reentrant))).unwrap();
        assert_eq!(store.info("a").unwrap().accessed_at(), None, "call {number}");
    }
    store.put("empty", "").unwrap();
    check_refused(store.sign_payload("empty", "x"), ErrorKind::InvalidArgument);
    check_refused(store.verify_payload("empty", "x", ""), ErrorKind::InvalidArgument);
    assert_eq!(store.info("empty").unwrap().accessed_at(), None);
    assert!(!store.matches("b", "y").unwrap());
    assert!(store.info("b").unwrap().accessed_at().is_some());
    store.close().unwrap();
    let reader = open_read_only(&folder.join("s"));
    for call in calls {
        check_refused(call(&reader), ErrorKind::ReadOnly);
        assert_eq!(reader.info("a").unwrap().accessed_at(), None);
    }
}

#[test]
fn a_read_shows_its_own_time() {
    for mode in MODES {
        let store = rotated(mode);
        let accessed = |store: &Store| store.info("a").unwrap().accessed_at();
        let secret = store.get("a").unwrap();
        assert!(secret.info().accessed_at().is_some());
        assert_eq!(secret.info().accessed_at(), accessed(&store));
        let found = store.accepted("a").unwrap();
        assert!(found.iter().all(|secret| secret.info().accessed_at() == accessed(&store)));
        let found = store.get_many(["a"]).unwrap().remove(0).unwrap();
        assert_eq!(found.info().accessed_at(), accessed(&store));
    }
}
