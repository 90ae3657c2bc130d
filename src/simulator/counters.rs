//! What reaches the disk, counted: the promise of no writes by readers and one sync per commit.

use std::sync::Arc;

use super::disk::{Counters, CrashDisk};
use super::engine::unlock;
use crate::{Store, StoreOptions};

fn since(before: Counters, disk: &CrashDisk) -> Counters {
    let now = disk.counters();
    Counters {
        reads: now.reads - before.reads,
        writes: now.writes - before.writes,
        bytes_written: now.bytes_written - before.bytes_written,
        length_changes: now.length_changes - before.length_changes,
        syncs: now.syncs - before.syncs,
    }
}

/// A closed store of `secrets` secrets of 64 bytes.
fn filled(secrets: usize) -> Arc<CrashDisk> {
    let disk = CrashDisk::new();
    let store = StoreOptions::new().create_on(disk.clone(), &unlock()).unwrap();
    store
        .transaction(|tx| {
            for number in 0..secrets {
                tx.put(&name(number), [7; 64])?;
            }
            Ok(())
        })
        .unwrap();
    store.close().unwrap();
    disk
}

fn name(number: usize) -> String {
    format!("production/team-{}/service-{number:04}/api-key", number % 20)
}

fn reopen(disk: &Arc<CrashDisk>, read_only: bool) -> Store {
    StoreOptions::new().read_only(read_only).open_on(disk.clone(), &unlock()).unwrap()
}

#[test]
fn opening_reading_verifying_and_closing_changes_nothing() {
    let disk = filled(1_000);
    for read_only in [true, false] {
        let before = disk.counters();
        let store = reopen(&disk, read_only);
        for number in 0..1_000 {
            store.get(&name(number)).unwrap();
        }
        store.verify().unwrap();
        store.close().unwrap();
        let used = since(before, &disk);
        assert!(used.reads > 0);
        assert_eq!((used.writes, used.length_changes, used.syncs), (0, 0, 0), "read only: {read_only}");
    }
}

#[test]
fn a_put_syncs_exactly_once() {
    let disk = filled(1_000);
    let store = reopen(&disk, false);
    for number in 0..300 {
        let before = disk.counters();
        store.put(&name(number * 7), vec![9; number]).unwrap();
        assert_eq!(since(before, &disk).syncs, 1, "put {number}");
    }
}

#[test]
fn a_commit_beyond_the_manifest_syncs_twice() {
    let disk = filled(10);
    let store = reopen(&disk, false);
    for (len, syncs) in [(500_000, 1), (1_000_000, 2), (4_000_000, 2)] {
        let before = disk.counters();
        store.put("big", vec![1; len]).unwrap();
        assert_eq!(since(before, &disk).syncs, syncs, "{len} bytes");
    }
}

#[test]
fn a_process_that_opens_puts_once_and_closes_syncs_once() {
    let disk = filled(100);
    for round in 0..20 {
        let before = disk.counters();
        let store = reopen(&disk, false);
        store.put("one/shot", vec![3; round]).unwrap();
        store.close().unwrap();
        assert_eq!(since(before, &disk).syncs, 1, "round {round}");
    }
}

#[test]
fn a_reader_after_a_kill_syncs_once_and_the_next_one_too() {
    let disk = filled(10);
    let store = reopen(&disk, false);
    store.put("a", "b").unwrap();
    let killed = disk.killed();
    for _ in 0..2 {
        let before = killed.counters();
        let reader = reopen(&killed, true);
        reader.get("a").unwrap();
        reader.close().unwrap();
        assert_eq!(
            since(before, &killed),
            Counters { reads: since(before, &killed).reads, syncs: 1, ..Counters::default() }
        );
    }
}

#[test]
fn a_transaction_that_writes_nothing_changes_nothing() {
    let disk = filled(10);
    let store = reopen(&disk, false);
    store.put("a", "b").unwrap();
    let before = disk.counters();
    store.transaction(|tx| tx.get("a").map(|_| ())).unwrap();
    assert_eq!(since(before, &disk).changes(), 0);
}

/// The bytes and blocks of one put, for the record; the bounds are those of the performance goals.
#[test]
fn a_put_writes_few_blocks() {
    for secrets in [10, 1_000, 10_000] {
        let disk = filled(secrets);
        let store = reopen(&disk, false);
        store.put("warm/up", "x").unwrap();
        let (mut puts, mut updates) = (0, 0);
        for number in 0..100 {
            let before = disk.counters();
            store.put(&format!("production/new-{number}/api-key"), [5; 64]).unwrap();
            puts += since(before, &disk).bytes_written;
            let before = disk.counters();
            store.put(&name(number * 3 % secrets), [5; 64]).unwrap();
            updates += since(before, &disk).bytes_written;
        }
        eprintln!("{secrets} secrets: {} bytes a put, {} an update", puts / 100, updates / 100);
        assert!(puts / 100 < 70_000 && updates / 100 < 70_000);
    }
}
