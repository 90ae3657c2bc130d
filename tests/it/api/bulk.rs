//! Many values at once, and one that is never shown.

use std::sync::atomic::{AtomicBool, Ordering};

use strongroom::limits;
use strongroom::{ErrorKind, HealthStatus, Put, Store, StoreOptions, capabilities};

use crate::fixture::{Folder, PATIENCE, check_refused, key};

#[test]
fn many_are_read_in_their_order_each_with_its_own_error() {
    let store = Store::in_memory().unwrap();
    store.put("a", "1").unwrap();
    store.put("b", "2").unwrap();
    let found = store.get_many(["b", "none", "a", "//", "b"]).unwrap();
    let read = |index: usize| found[index].as_ref().unwrap().value().expose().to_vec();
    assert_eq!((read(0), read(2), read(4)), (b"2".to_vec(), b"1".to_vec(), b"2".to_vec()));
    assert_eq!(found[1].as_ref().unwrap_err().kind(), ErrorKind::NotFound);
    assert_eq!(found[3].as_ref().unwrap_err().kind(), ErrorKind::InvalidArgument);
    assert!(store.get_many::<&str>([]).unwrap().is_empty());
}

#[test]
fn many_are_read_of_one_state() {
    let store = Store::in_memory().unwrap();
    let both =
        |n: u32| store.transaction(|tx| tx.put("a", n.to_le_bytes()).and(tx.put("b", n.to_le_bytes())));
    both(0).unwrap();
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            (1..).take_while(|_| !done.load(Ordering::Relaxed)).for_each(|n| drop(both(n).unwrap()))
        });
        let mut states = std::collections::BTreeSet::new();
        while states.len() < 20 {
            let found = store.get_many(["a", "b"]).unwrap();
            let read = |index: usize| found[index].as_ref().unwrap().value().expose().to_vec();
            assert_eq!(read(0), read(1));
            states.insert(read(0));
        }
        done.store(true, Ordering::Relaxed);
    });
}

#[test]
fn a_candidate_matches_only_the_very_value() {
    let store = Store::in_memory().unwrap();
    store.put("a", "hunter2").unwrap();
    store.put("empty", "").unwrap();
    for (path, candidate, expected) in [
        ("a", "hunter2", true),
        ("a", "hunter3", false),
        ("a", "hunter", false),
        ("a", "hunter2\0", false),
        ("a", "", false),
        ("empty", "", true),
        ("empty", "x", false),
    ] {
        assert_eq!(store.matches(path, candidate).unwrap(), expected, "{path} {candidate:?}");
    }
    check_refused(store.matches("none", "x"), ErrorKind::NotFound);
}

#[test]
fn stats_are_the_sums_of_what_was_put() {
    let folder = Folder::new();
    let store = StoreOptions::new().wait(PATIENCE).create(folder.join("s"), key()).unwrap();
    for (n, len) in [(0, 0), (1, 64), (2, 5_000), (3, 70_000)] {
        store.put_with(&format!("a/{n}"), vec![1; len], Put::new().tag("n", n.to_string())).unwrap();
        store.put(&format!("a/{n}"), vec![2; 10]).unwrap();
    }
    store.put("b/x", "four").unwrap();
    store.put("top", "three").unwrap();
    store.delete("a/3").unwrap();
    store.destroy_version("a/2", 1).unwrap();
    let stats = store.stats().unwrap();
    assert_eq!((stats.live.secrets, stats.live.versions, stats.live.value_bytes), (5, 8, 64 + 30 + 4 + 5));
    assert_eq!((stats.trash.secrets, stats.trash.versions, stats.trash.value_bytes), (1, 2, 70_010));
    let names: Vec<(&str, u64)> =
        stats.namespaces.iter().map(|(name, usage)| (name.as_str(), usage.secrets)).collect();
    assert_eq!(names, [("a", 3), ("b", 1)]);
    let under = store.stats_under("a").unwrap();
    assert_eq!((under.live.secrets, under.trash.secrets, under.namespaces.len()), (3, 1, 0));
    store.destroy(store.delete("a/1").unwrap().id).unwrap();
    let full = store.stats().unwrap().file_bytes;
    store.compact().unwrap();
    let compact = store.stats().unwrap();
    assert!(compact.file_bytes < full && compact.used_bytes < compact.file_bytes);
    let tags = store.tag_values("n").unwrap();
    let counts: Vec<(&str, u64)> = tags.iter().map(|count| (count.name.as_str(), count.secrets)).collect();
    assert_eq!(counts, [("0", 1), ("2", 1)], "what is in the trash is not counted");
    assert_eq!(store.namespaces().unwrap().len(), 2);
}

#[test]
fn health_says_what_was_done_and_what_stands_out() {
    let folder = Folder::new();
    let options = StoreOptions::new().wait(PATIENCE);
    let store = options.create(folder.join("s"), key()).unwrap();
    let health = store.health().unwrap();
    assert_eq!(
        (health.status, health.last_backup_at, health.last_verified_at),
        (HealthStatus::Ok, None, None)
    );
    assert!(health.free_bytes.is_some_and(|free| free > 0));
    assert_eq!(Store::in_memory().unwrap().health().unwrap().free_bytes, None);
    store.verify().unwrap();
    assert!(store.health().unwrap().last_verified_at.is_some());
    store.backup(folder.join("elsewhere")).unwrap();
    assert_eq!(store.health().unwrap().status, HealthStatus::Degraded, "a copy lies beside");
    std::fs::remove_file(folder.join("elsewhere")).unwrap();
    store.close().unwrap();
    let store = options.open(folder.join("s"), key()).unwrap();
    let health = store.health().unwrap();
    assert_eq!(health.status, HealthStatus::Ok);
    assert!(health.last_backup_at.is_some(), "the store forgot its backup");
    std::fs::rename(folder.join("s"), folder.join("moved")).unwrap();
    assert_eq!(store.health().unwrap().status, HealthStatus::Degraded);
}

#[test]
fn capabilities_tell_the_limits_of_the_interface() {
    let told =
        |name: &str| capabilities().limits.iter().find(|(own, _)| *own == name).map(|(_, limit)| *limit);
    for (name, limit) in [
        ("path_len_max", limits::PATH_LEN_MAX),
        ("tags_max", limits::TAGS_MAX),
        ("value_len_max", limits::VALUE_LEN_MAX),
        ("page_items_max", limits::PAGE_ITEMS_MAX),
    ] {
        assert_eq!(told(name), Some(limit as u64), "{name}");
    }
    assert!(capabilities().features.is_sorted() && capabilities().limits.is_sorted());
}
