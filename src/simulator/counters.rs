//! What reaches the disk, counted: the promise of no writes by readers and one sync per commit.

use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use super::disk::{Counters, CrashDisk};
use super::engine::unlock;
use crate::crypto::random;
use crate::format::layout::{BLOCK_LEN, SUPERBLOCK_LEN};
use crate::limits::{EVENT_BYTES, EVENTS_WAITING_FULL, PORTION_BYTES};
use crate::{
    AuditQuery, Listed, Put, Query, Result, Retention, SecretRef, Sort, Store, StoreOptions, Sweep, Tier,
    Update,
};

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
    let store = StoreOptions::with_still_clock().create_on(disk.clone(), &unlock()).unwrap();
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
    StoreOptions::with_still_clock().read_only(read_only).open_on(disk.clone(), &unlock()).unwrap()
}

#[test]
fn opening_reading_verifying_and_closing_changes_nothing() {
    let disk = filled(1_000);
    for read_only in [true, false] {
        let before = disk.counters();
        let store = reopen(&disk, read_only);
        // Of more than a segment has room for, some are written before.
        for number in 0..100 {
            store.get(&name(number)).unwrap();
        }
        store.verify().unwrap();
        let used = since(before, &disk);
        assert!(used.reads > 0);
        assert_eq!((used.writes, used.length_changes, used.syncs), (0, 0, 0), "read only: {read_only}");
        store.close().unwrap();
        let syncs = u64::from(!read_only);
        assert_eq!(since(before, &disk).syncs, syncs, "closing writes once what was read");
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

/// One change of each kind after another, on the same secret.
const CHANGES: &[(&str, Step)] = &[
    ("put", |store| store.put_with(OWN, "one", Put::new().tag("env", "prod").description("d")).map(drop)),
    ("new version", |store| store.put(OWN, "two").map(drop)),
    ("update", |store| store.update(OWN, Update::new().tag("env", "test").tier(Tier::Critical)).map(drop)),
    ("rollback", |store| store.rollback(OWN, 1).map(drop)),
    ("delete version", |store| store.delete_version(OWN, 2).map(drop)),
    ("restore version", |store| store.restore_version(OWN, 2).map(drop)),
    ("destroy version", |store| store.destroy_version(OWN, 1).map(drop)),
    ("rotate", |store| store.rotate(OWN, "three", Duration::from_secs(60)).map(drop)),
    ("revoke version", |store| store.revoke_version(OWN, 3).map(drop)),
    ("expiry", |store| store.update(OWN, Update::new().expires_in(Duration::from_secs(600))).map(drop)),
    ("rename", |store| store.rename(OWN, "own/other").map(drop)),
    ("rename prefix", |store| store.rename_prefix("own", "renamed").map(drop)),
    ("delete", |store| store.delete("renamed/other").map(drop)),
    ("restore", |store| store.restore("renamed/other").map(drop)),
    ("delete again", |store| store.delete("renamed/other").map(drop)),
    ("restore to", |store| store.restore_to("renamed/other", OWN).map(drop)),
    ("trash of no days", |store| {
        store.policy().set_retention_under("own", Retention::inherited().keep_trash_days(0))
    }),
    ("delete for a sweep", |store| store.delete(OWN).map(drop)),
    ("sweep", |store| store.sweep(Sweep::new()).map(|report| assert_eq!(report.secrets, 1))),
    ("put for a destroy", |store| store.put(OWN, "three").map(drop)),
    ("destroy", |store| store.destroy(SecretRef::try_from(OWN)?)),
];

const OWN: &str = "own/secret";

type Step = fn(&Store) -> Result<()>;

#[test]
fn every_change_syncs_exactly_once() {
    let disk = filled(1_000);
    let store = reopen(&disk, false);
    for (name, change) in CHANGES {
        let before = disk.counters();
        change(&store).unwrap();
        assert_eq!(since(before, &disk).syncs, 1, "{name}");
    }
    let before = disk.counters();
    assert_eq!(store.sweep(Sweep::new()).unwrap().secrets, 0);
    store.update(&name(1), Update::new()).unwrap();
    assert_eq!(since(before, &disk).changes(), 0, "what changes nothing writes nothing");
}

/// Everything that only looks.
const LOOKS: &[(&str, Step)] = &[
    ("get", |store| store.get(&name(1)).map(drop)),
    ("get version", |store| store.get_version(&name(1), 1).map(drop)),
    ("get many", |store| store.get_many([&name(1), &name(2)]).map(drop)),
    ("matches", |store| store.matches(&name(1), [7; 64]).map(|equal| assert!(equal))),
    ("accepted", |store| store.accepted(&name(1)).map(drop)),
    ("verify any", |store| store.verify_any(&name(1), [7; 64]).map(drop)),
    ("due", |store| store.due(Duration::from_secs(600)).map(drop)),
    ("info", |store| store.info(&name(1)).map(drop)),
    ("versions", |store| store.versions(&name(1)).map(drop)),
    ("list", |store| store.list(Query::all().tag("env", "prod").count(true)).map(drop)),
    ("trash", |store| store.list(Query::all().state(Listed::Trash)).map(drop)),
    ("scan", |store| {
        store.scan(Query::under("production").sort(Sort::Updated)).try_for_each(|one| one.map(drop))
    }),
    ("namespaces", |store| store.namespaces().map(drop)),
    ("tag keys", |store| store.tag_keys().map(drop)),
    ("tag values", |store| store.tag_values("env").map(drop)),
    ("stats", |store| store.stats().map(drop)),
    ("health", |store| store.health().map(drop)),
    ("retention", |store| store.policy().retention_at(&name(1)).map(drop)),
    ("verify", |store| store.verify().map(drop)),
];

#[test]
fn what_only_looks_changes_nothing_and_syncs_nothing() {
    let disk = filled(300);
    let store = reopen(&disk, false);
    CHANGES[..13].iter().for_each(|(_, change)| change(&store).unwrap());
    store.close().unwrap();
    for read_only in [true, false] {
        let store = reopen(&disk, read_only);
        for (name, look) in LOOKS {
            let before = disk.counters();
            look(&store).unwrap();
            assert_eq!(since(before, &disk).changes(), 0, "{name}, read only: {read_only}");
        }
        store.forget_reads();
        let before = disk.counters();
        store.close().unwrap();
        assert_eq!(since(before, &disk).changes(), 0, "closing, read only: {read_only}");
    }
}

#[test]
fn reads_are_written_together_and_no_commit_of_them_syncs_twice() {
    const READS: usize = EVENTS_WAITING_FULL;
    // What waits is found again by a short hash: of two events with the same the earlier waits once more if it happens again. So
    // many of them no run has.
    const TWICE: usize = 16;
    let disk = filled(READS);
    let store = reopen(&disk, false);
    let get = |number| drop(store.get(&name(number)).unwrap());
    let read = |numbers: Range<usize>| numbers.for_each(get);
    // Each again after a while: they wait for longer.
    let again = |numbers: Range<usize>| {
        for number in numbers {
            get(number);
            get(number.div_ceil(2));
        }
    };
    let before = disk.counters();
    again(1..READS - TWICE);
    assert_eq!(since(before, &disk).changes(), 0);
    let is_written = |number| {
        get(number);
        since(before, &disk).changes() > 0
    };
    let at = (READS - TWICE..READS).chain([0]).position(is_written).expect("written when so much waits");
    let used = since(before, &disk);
    let blocks = used.bytes_written / BLOCK_LEN as u64;
    eprintln!("{READS} reads: {} commits, {blocks} blocks", used.syncs);
    assert!(used.syncs <= 2 && blocks <= 130, "{} commits, {blocks} blocks", used.syncs);
    let reads = 2 * (READS - TWICE - 1) + at + 1;
    assert_eq!(reads_in_log(&store), (reads, 0));
    let portion = portion();
    let before = disk.counters();
    read(0..portion);
    assert_eq!(
        (since(before, &disk).syncs, reads_in_log(&store)),
        (1, (reads + portion, 0)),
        "none came again"
    );
    // More than one commit takes along.
    again(0..portion + 100);
    for left in [100..=100 + TWICE, 0..=0] {
        let before = disk.counters();
        store.put("takes/some", "along").unwrap();
        assert_eq!(since(before, &disk).syncs, 1);
        let (durable, waiting) = reads_in_log(&store);
        let read = reads + 3 * portion + 200;
        assert!(left.contains(&waiting), "{waiting} wait");
        assert_eq!(durable + waiting, read);
    }
}

/// How many reads of secrets, from the first on, one commit takes along.
fn portion() -> usize {
    let mut bytes = 0;
    let goes_along = |number: &usize| {
        let fits = bytes < PORTION_BYTES;
        bytes += EVENT_BYTES + name(*number).len();
        fits
    };
    (0..).take_while(goes_along).count()
}

/// How many reads the log tells of: durable ones, and those that wait.
fn reads_in_log(store: &Store) -> (usize, usize) {
    let mut query = AuditQuery::all().kind("secret.accessed").limit(1_000);
    let (mut durable, mut waiting) = (0, 0);
    loop {
        let page = store.audit().query(&query).unwrap();
        for event in page.events() {
            *if event.is_durable() { &mut durable } else { &mut waiting } += event.count() as usize;
        }
        let Some(cursor) = page.next_cursor() else { return (durable, waiting) };
        query = query.after(cursor.clone());
    }
}

/// The most blocks that one of a hundred changes wrote, and their sum.
fn blocks(disk: &CrashDisk, mut change: impl FnMut(usize)) -> (u64, u64) {
    let (mut most, mut sum) = (0, 0);
    for number in 0..100 {
        let before = disk.counters();
        change(number);
        let used = since(before, disk);
        // One superblock with each commit, in a write of its own.
        let blocks = (used.bytes_written - SUPERBLOCK_LEN as u64) / BLOCK_LEN as u64;
        assert_eq!(blocks * BLOCK_LEN as u64 + SUPERBLOCK_LEN as u64, used.bytes_written);
        (most, sum) = (most.max(blocks), sum + blocks);
    }
    (most, sum)
}

/// Blocks of each change for the record; the bounds are hardly above what was measured. Whether the end of the log shares a
/// branch of the tree with other rows is chance, and is worth a block: the sums are those of several sizes.
#[test]
fn a_change_writes_few_blocks() {
    let bounds: [(&[usize], u64, [u64; 4]); 2] = [
        (&[10], 12, [1_050, 1_150, 1_150, 1_150]),
        (&[9_000, 10_000, 11_000], 15, [1_250, 1_350, 1_350, 1_450]),
    ];
    for (sizes, most_allowed, sums_allowed) in bounds {
        let measured: Vec<_> = sizes.iter().map(|&secrets| blocks_of_changes(secrets)).collect();
        for (kind, (name, sum_allowed)) in
            ["put", "new version", "update", "delete"].into_iter().zip(sums_allowed).enumerate()
        {
            let most = measured.iter().map(|kinds| kinds[kind].0).max().unwrap();
            let sum = measured.iter().map(|kinds| kinds[kind].1).sum::<u64>() / sizes.len() as u64;
            eprintln!("{sizes:?} secrets, {name}: {most} blocks at most, {sum} in a hundred");
            assert!(most <= most_allowed && sum <= sum_allowed, "{sizes:?} secrets, {name}: {most}, {sum}");
        }
    }
}

/// Of puts, new versions, updates and deletes.
fn blocks_of_changes(secrets: usize) -> [(u64, u64); 4] {
    random::seeded::set(Some(11));
    let disk = filled(secrets);
    let store = reopen(&disk, false);
    store.put("warm/up", "x").unwrap();
    let new = |number| format!("production/new-{number}/api-key");
    let meta = |tag: &str| Update::new().tag("env", tag).description("of the payment service");
    let measured = [
        blocks(&disk, |number| drop(store.put(&new(number), [5; 64]).unwrap())),
        blocks(&disk, |number| drop(store.put(&name(number * 3 % secrets), [5; 64]).unwrap())),
        blocks(&disk, |number| drop(store.update(&new(number), meta("prod")).unwrap())),
        blocks(&disk, |number| drop(store.delete(&new(number)).unwrap())),
    ];
    random::seeded::set(None);
    measured
}
