//! A disk that fills up: a put is refused before a byte is written, a delete still fits.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use super::workload::{key, numbered, options, reopen, reopen_with};
use crate::error::{ErrorKind, Result};
use crate::sealed::disk::memory::MemoryDisk;
use crate::sealed::disk::{Disk, Nascent};
use crate::{
    AuditEvent, AuditPolicy, AuditQuery, AuditReads, Copied, Listed, ManualClock, Put, Query, Retention,
    SecretRef, Store, Sweep, Tier, Timestamp, Transaction, Update, limits,
};

/// A disk of bounded size.
struct BoundedDisk {
    inner: MemoryDisk,
    capacity: AtomicU64,
    /// Bytes that a file made beside it has room for.
    room_beside: AtomicU64,
    writes: AtomicU64,
}

impl BoundedDisk {
    fn unbounded() -> Arc<Self> {
        Arc::new(Self::of(u64::MAX))
    }

    fn of(capacity: u64) -> Self {
        Self {
            inner: MemoryDisk::default(),
            capacity: AtomicU64::new(capacity),
            room_beside: AtomicU64::new(u64::MAX),
            writes: AtomicU64::new(0),
        }
    }

    /// Leaves no byte free.
    fn fill(&self) {
        self.capacity.store(self.inner.len().unwrap(), Ordering::Relaxed);
    }

    fn writes(&self) -> u64 {
        self.writes.load(Ordering::Relaxed)
    }
}

impl Disk for BoundedDisk {
    fn len(&self) -> io::Result<u64> {
        self.inner.len()
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        self.inner.read_at(offset, buffer)
    }

    fn write_at(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.writes.fetch_add(1, Ordering::Relaxed);
        self.inner.write_at(offset, data)
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.inner.set_len(len)
    }

    fn reserve(&self, len: u64) -> io::Result<()> {
        if len > self.capacity.load(Ordering::Relaxed) {
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.inner.reserve(len)
    }

    fn sync(&self) -> io::Result<()> {
        Ok(())
    }

    fn is_in_place(&self) -> io::Result<bool> {
        Ok(true)
    }

    fn successor(&self) -> Result<Box<dyn Nascent>> {
        Ok(Box::new(NewBounded(Arc::new(Self::of(self.room_beside.load(Ordering::Relaxed))))))
    }
}

/// A file made beside a bounded one, on what room is left.
struct NewBounded(Arc<BoundedDisk>);

impl Nascent for NewBounded {
    fn disk(&self) -> Arc<dyn Disk> {
        self.0.clone()
    }

    fn publish(self: Box<Self>) -> Result<()> {
        Ok(())
    }
}

fn new_store(disk: &Arc<BoundedDisk>) -> Store {
    options().cache_bytes(limits::CACHE_BYTES_MIN).create_on(disk.clone(), &key()).unwrap()
}

fn path(number: usize) -> String {
    format!("full/{number}")
}

/// A secret that is as much as one can be: with every tag, with history, with deleted versions.
fn put_laden(store: &Store, number: usize) -> Result<()> {
    let tags = (0..limits::TAGS_MAX).fold(Put::new(), |put, tag| put.tag(format!("tag-{tag}"), "value"));
    store.transaction(|tx| {
        tx.put_with(&path(number), [1; 2_000], tags.description("d".repeat(limits::DESCRIPTION_LEN_MAX)))?;
        for version in 2..=6 {
            tx.put(&path(number), vec![version; 700 * usize::from(version)])?;
        }
        for version in [2, 4, 6] {
            tx.delete_version(&path(number), version)?;
        }
        Ok(())
    })
}

/// Leaves no room for one more put, and says how many were made; deletes would fit.
fn fill_up(disk: &Arc<BoundedDisk>, store: &Store) -> usize {
    disk.fill();
    // Steps of growth may have left room for a few.
    let put = |number: usize| store.put(&format!("filling/{number}"), [1; 2_000]);
    let refused = (0..500).find(|&number| put(number).is_err()).expect("a full disk refuses in the end");
    let before = disk.writes();
    for _ in 0..3 {
        assert_eq!(put(refused).unwrap_err().kind(), ErrorKind::DiskFull);
    }
    assert_eq!(disk.writes(), before, "a refused put writes nothing");
    refused
}

#[test]
fn with_no_byte_free_a_put_is_refused_and_deletes_fit_into_the_spare_blocks() {
    const SECRETS: usize = 40;
    let disk = BoundedDisk::unbounded();
    let store = new_store(&disk);
    (0..SECRETS).try_for_each(|number| put_laden(&store, number)).unwrap();
    let more = fill_up(&disk, &store);
    assert_eq!(
        store.get_version(&path(0), 5).unwrap().value().len(),
        3_500,
        "the handle reads after it refused"
    );
    let paths: Vec<String> =
        (0..SECRETS).map(path).chain((0..more).map(|number| format!("filling/{number}"))).collect();
    let deleted = paths.iter().take_while(|path| store.delete(path.as_str()).is_ok()).count();
    println!("{deleted} of {} secrets deleted with no byte free", paths.len());
    assert_eq!(deleted, paths.len());
    check_trash(&store, &paths);
    store.close().unwrap();
    let store = reopen(disk.clone()).expect("the store opens again on the full disk");
    check_trash(&store, &paths);
    disk.capacity.store(u64::MAX, Ordering::Relaxed);
    store.restore(&path(3)).unwrap();
    assert_eq!(store.versions(&path(3)).unwrap().len(), 6);
    assert_eq!(store.tag_values("tag-63").unwrap()[0].secrets, 1);
    store.verify().unwrap();
}

#[test]
fn with_no_byte_free_reads_go_on_and_are_counted_unless_they_must_be_in_the_log_first() {
    let disk = BoundedDisk::unbounded();
    let store = new_store(&disk);
    store.put("batched", "x").unwrap();
    store.put_with("strict", "x", Put::new().tier(Tier::Critical)).unwrap();
    let policy = AuditPolicy::new().reads_of(Tier::Critical, AuditReads::Strict);
    store.policy().set_audit(policy).unwrap();
    fill_up(&disk, &store);
    // Their events are smaller than what a put takes, and some may still fit.
    let released = (0..1_000).filter(|_| match store.get("strict") {
        Ok(secret) => secret.value().expose() == b"x",
        Err(error) => {
            assert_eq!(error.kind(), ErrorKind::DiskFull);
            false
        }
    });
    let released = released.count();
    assert!(released < 1_000, "a full disk refuses in the end");
    for _ in 0..3 {
        assert_eq!(store.get("batched").unwrap().value().expose(), b"x");
    }
    store.delete("batched").unwrap();
    assert_eq!(store.get("batched").unwrap_err().kind(), ErrorKind::NotFound);
    store.close().unwrap();
    let store = reopen(disk.clone()).unwrap();
    let told = |query: AuditQuery| -> u32 {
        store.audit().query(query.limit(1_000)).unwrap().events().iter().map(AuditEvent::count).sum()
    };
    let read = |path: &str| told(AuditQuery::all().under(path).kind("secret.accessed"));
    assert_eq!(read("strict") as usize, released, "what was released is in the log, and nothing else is");
    let counted = told(AuditQuery::all().kind("audit.events_lost"));
    assert_eq!(read("batched") + counted, 4, "three reads, and one refused");
    disk.capacity.store(u64::MAX, Ordering::Relaxed);
    store.get("strict").unwrap();
    store.verify().unwrap();
}

#[test]
fn what_waits_is_counted_when_the_store_is_locked_with_no_byte_free() {
    let disk = BoundedDisk::unbounded();
    let store = new_store(&disk);
    store.put("name", "x").unwrap();
    fill_up(&disk, &store);
    let refused = (0..1_000).find(|number| store.put(&format!("small/{number}"), "x").is_err());
    assert!(refused.is_some(), "a full disk refuses in the end");
    (0..3).for_each(|_| drop(store.get("name").unwrap()));
    store.lock().unwrap();
    store.close().unwrap();
    disk.capacity.store(u64::MAX, Ordering::Relaxed);
    let store = reopen(disk).unwrap();
    let query = AuditQuery::all().kind("secret.accessed").kind("audit.events_lost");
    let told = store.audit().query(query).unwrap();
    let told: Vec<_> = told.events().iter().map(|event| (event.kind().name(), event.count())).collect();
    assert_eq!(told, [("audit.events_lost", 3)]);
    store.verify().unwrap();
}

/// That these secrets are in the trash, and nothing else is anywhere.
fn check_trash(store: &Store, paths: &[String]) {
    assert!(store.list(Query::all()).unwrap().items().is_empty());
    let trash = store.list(Query::all().state(Listed::Trash).limit(1_000)).unwrap();
    assert_eq!(trash.items().len(), paths.len());
    let verified = store.verify().unwrap().opened.unwrap();
    assert_eq!((verified.secrets, verified.trashed), (0, paths.len() as u64));
}

/// The notes of when versions go lie in the order in which they do: those of one secret in as many blocks, here in more than
/// are spare.
#[test]
fn versions_that_were_deleted_at_many_times_leave_room_for_the_delete_of_their_secret() {
    const SECRETS: usize = 100;
    const VERSIONS: u64 = 2 * limits::SPARE_BLOCKS as u64;
    let clock = ManualClock::start(Timestamp::from_millis(1_800_000_000_000));
    let disk = BoundedDisk::unbounded();
    let options = options().cache_bytes(limits::CACHE_BYTES_MIN).clock(&clock);
    let store = options.create_on(disk.clone(), &key()).unwrap();
    let each = |change: &dyn Fn(&mut Transaction<'_, '_>, &str) -> Result<()>| {
        store.transaction(|tx| (0..SECRETS).try_for_each(|number| change(tx, &path(number)))).unwrap();
    };
    store.policy().set_retention(Retention::inherited().keep_versions(0)).unwrap();
    each(&|tx, path| (0..VERSIONS).try_for_each(|_| tx.put(path, "x").map(drop)));
    for version in 1..=VERSIONS {
        each(&|tx, path| tx.delete_version(path, version).map(drop));
        clock.advance(Duration::from_secs(60));
    }
    fill_up(&disk, &store);
    let deleted = (0..SECRETS).take_while(|&number| store.delete(&path(number)).is_ok()).count();
    assert_eq!(deleted, SECRETS);
    store.verify().unwrap();
}

#[test]
fn without_spare_room_the_same_delete_is_refused() {
    let disk = BoundedDisk::unbounded();
    let store = new_store(&disk);
    put_laden(&store, 0).unwrap();
    fill_up(&disk, &store);
    let before = disk.writes();
    let refused = store.transaction(|tx| tx.delete(&path(0))).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::DiskFull, "a transaction leaves the spare blocks alone");
    assert_eq!(disk.writes(), before);
    store.delete(&path(0)).expect("only the spare blocks make the difference");
    store.verify().unwrap();
}

#[test]
fn every_other_change_is_refused_on_a_full_disk_and_made_once_room_is_back() {
    let disk = BoundedDisk::unbounded();
    let store = new_store(&disk);
    store.policy().set_retention_under("full", Retention::inherited().keep_trash_days(0)).unwrap();
    (0..4).try_for_each(|number| put_laden(&store, number)).unwrap();
    fill_up(&disk, &store);
    store.delete(&path(0)).unwrap();
    store.delete("filling/0").unwrap();
    let changes: [fn(&Store) -> Result<()>; 9] = [
        |store| store.update(&path(1), Update::new().remove_tag("tag-0")).map(drop),
        |store| store.rollback(&path(1), 1).map(drop),
        |store| store.rename(&path(1), "full/renamed").map(drop),
        |store| store.delete_version("full/renamed", 3).map(drop),
        |store| store.destroy_version("full/renamed", 5).map(drop),
        |store| store.restore("filling/0").map(drop),
        |store| store.policy().set_retention(Retention::inherited().keep_versions(3)),
        |store| store.destroy(SecretRef::try_from(path(2).as_str())?),
        |store| store.sweep(Sweep::new()).map(|report| assert_eq!(report.secrets, 1)),
    ];
    let before = disk.writes();
    for change in &changes[..3] {
        assert_eq!(change(&store).unwrap_err().kind(), ErrorKind::DiskFull);
    }
    for change in &changes[5..] {
        assert_eq!(change(&store).unwrap_err().kind(), ErrorKind::DiskFull);
    }
    assert_eq!(disk.writes(), before, "a refused change writes nothing");
    assert_eq!(store.info(&path(1)).unwrap().tags().len(), limits::TAGS_MAX);
    assert_eq!(store.list(Query::all().state(Listed::Trash)).unwrap().items().len(), 2);
    disk.capacity.store(u64::MAX, Ordering::Relaxed);
    for change in changes {
        change(&store).expect("room is back");
    }
    store.verify().unwrap();
    store.close().unwrap();
    reopen(disk).unwrap().verify().unwrap();
}

#[test]
fn once_room_is_back_the_same_handle_writes() {
    let disk = BoundedDisk::unbounded();
    let store = options().create_on(disk.clone(), &key()).unwrap();
    store.put("app/token", "one").unwrap();
    disk.fill();
    let refused = store.put("app/image", vec![3; 500_000]).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::DiskFull);
    assert_eq!(store.get("app/token").unwrap().value().expose(), b"one");
    assert_eq!(store.get("app/image").unwrap_err().kind(), ErrorKind::NotFound);
    disk.capacity.store(u64::MAX, Ordering::Relaxed);
    assert_eq!(store.put("app/image", vec![3; 500_000]).unwrap().version(), 1);
    store.verify().unwrap();
}

#[test]
fn a_full_disk_that_the_caller_passes_over_leaves_a_handle_that_works() {
    let disk = BoundedDisk::unbounded();
    let store = options().cache_bytes(limits::CACHE_BYTES_MIN).create_on(disk.clone(), &key()).unwrap();
    for number in 0..200 {
        store.put(format!("app/token-{number}").as_str(), vec![1; 3_000]).unwrap();
    }
    let read_all =
        || (0..200).try_for_each(|number| store.get(format!("app/token-{number}").as_str()).map(drop));
    let image = vec![3; 4_000_000];
    disk.fill();
    let passed_over = store.transaction(|tx| {
        assert_eq!(tx.put("app/image", &image).unwrap_err().kind(), ErrorKind::DiskFull);
        assert_eq!(read_all().map_err(|error| error.kind()), Ok(()), "inside");
        Ok(())
    });
    assert_eq!(passed_over.unwrap_err().kind(), ErrorKind::InvalidArgument);
    assert_eq!(read_all().map_err(|error| error.kind()), Ok(()), "behind");
    disk.capacity.store(u64::MAX, Ordering::Relaxed);
    assert_eq!(store.put("app/image", &image).unwrap().version(), 1);
    store.verify().unwrap();
}

#[test]
fn a_full_disk_and_a_panic_of_the_caller_leave_a_handle_that_works() {
    let disk = BoundedDisk::unbounded();
    let store = options().create_on(disk.clone(), &key()).unwrap();
    store.put("app/token", "one").unwrap();
    disk.fill();
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        store.transaction(|tx| {
            tx.put("app/image", vec![3; 4_000_000]).unwrap();
            Ok(())
        })
    }));
    assert!(panicked.is_err());
    disk.capacity.store(u64::MAX, Ordering::Relaxed);
    assert_eq!(store.put("app/token", "two").unwrap().version(), 2);
    store.verify().unwrap();
}

/// A store that has used up its room.
fn filled() -> (Arc<BoundedDisk>, Store) {
    let disk = BoundedDisk::unbounded();
    let store = options().create_on(disk.clone(), &key()).unwrap();
    store.put("first", [1; 300]).unwrap();
    disk.fill();
    let refused = (0..1_000).find(|number| store.put(&format!("fill/{number}"), [1; 3_000]).is_err());
    assert!(refused.is_some(), "a full disk refuses in the end");
    (disk, store)
}

/// One block more of room each time, until the change fits.
#[test]
fn a_change_of_slots_that_finds_no_room_changes_nothing_whatever_room_is_left() {
    let changes: [fn(&Store) -> Result<()>; 3] = [
        |store| store.slots().add(numbered(1)).map(drop),
        |store| store.slots().change_key(store.slots().list()?[0].id, &numbered(2)),
        |store| store.slots().remove_last_for_people(store.slots().list()?[1].id),
    ];
    let opens = [[0, 1], [2, 1], [2, 2]];
    let (disk, store) = filled();
    let mut refused = 0;
    for (change, opens) in changes.into_iter().zip(opens) {
        let before = store.slots().list().unwrap();
        while let Err(error) = change(&store) {
            assert_eq!(error.kind(), ErrorKind::DiskFull);
            assert_eq!(store.slots().list().unwrap(), before);
            assert_eq!(store.get("first").unwrap().version(), 1);
            refused += 1;
            disk.capacity.fetch_add(4_136, Ordering::Relaxed);
        }
        store.verify().unwrap();
        for key in 0..3 {
            let opened = store.file().slot_opened_by(&numbered(key)).unwrap().is_some();
            assert_eq!(opened, opens.contains(&key), "key {key}");
        }
        // The next change is to find the disk full again.
        let _ = (0..1_000).find(|number| store.put(&format!("more/{number}"), [1; 3_000]).is_err());
    }
    println!("{refused} changes found no room");
    assert!(refused >= 3, "{refused} changes found no room");
    store.close().unwrap();
    let store = reopen_with(disk, 2).unwrap();
    store.verify().unwrap();
    assert_eq!(store.slots().list().unwrap().len(), 1);
}

#[test]
fn a_copy_that_finds_no_room_changes_nothing_whatever_room_is_left() {
    let copies: [fn(&Store) -> Result<Copied>; 3] =
        [Store::compact, Store::purge, |store| store.rekey(numbered(1))];
    for copy in copies {
        let disk = BoundedDisk::unbounded();
        let store = options().create_on(disk.clone(), &key()).unwrap();
        for number in 0..60 {
            store.put(&format!("app/{number}"), [1; 3_000]).unwrap();
        }
        let (mut room, mut refused) = (0, 0);
        disk.room_beside.store(room, Ordering::Relaxed);
        while let Err(error) = copy(&store) {
            assert_eq!(error.kind(), ErrorKind::DiskFull);
            store.put("app/0", [2; 30]).unwrap();
            refused += 1;
            assert_eq!(store.get("app/0").unwrap().version(), refused + 1);
            room += 4_136 * 7;
            disk.room_beside.store(room, Ordering::Relaxed);
        }
        println!("{refused} copies found no room");
        assert!(refused > 10);
        assert_eq!(store.list(Query::all().limit(100)).unwrap().items().len(), 60);
        store.verify().unwrap();
    }
}

/// How often the log tells that the clock stood behind.
fn told_of_the_clock(store: &Store) -> usize {
    store.audit().query(AuditQuery::all().kind("store.clock_moved_back")).unwrap().events().len()
}

#[test]
fn a_clock_that_stands_behind_is_told_of_by_the_first_commit_that_finds_room() {
    let time = Timestamp::from_millis(1_800_000_000_000);
    let clock = ManualClock::start(time);
    let disk = BoundedDisk::unbounded();
    let store = options().clock(&clock).create_on(disk.clone(), &key()).unwrap();
    store.put("first", "x").unwrap();
    fill_up(&disk, &store);
    clock.set(Timestamp::from_millis(time.as_millis() - 86_400_000));
    for len in [2_000, 3_000, 30_000] {
        assert_eq!(store.put("second", vec![1; len]).unwrap_err().kind(), ErrorKind::DiskFull);
    }
    disk.capacity.store(u64::MAX, Ordering::Relaxed);
    for _ in 0..2 {
        store.put("second", "x").unwrap();
        assert_eq!(told_of_the_clock(&store), 1);
    }
}

#[test]
fn a_clock_that_stands_behind_is_told_of_by_the_first_copy_that_finds_room() {
    let time = Timestamp::from_millis(1_800_000_000_000);
    for copy in [Store::compact, Store::purge] {
        let clock = ManualClock::start(time);
        let disk = BoundedDisk::unbounded();
        let store = options().clock(&clock).create_on(disk.clone(), &key()).unwrap();
        (0..20).for_each(|number| drop(store.put(&path(number), [1; 3_000]).unwrap()));
        clock.set(Timestamp::from_millis(time.as_millis() - 86_400_000));
        disk.room_beside.store(0, Ordering::Relaxed);
        while let Err(error) = copy(&store) {
            assert_eq!(error.kind(), ErrorKind::DiskFull);
            disk.room_beside.fetch_add(4_136 * 3, Ordering::Relaxed);
        }
        assert_eq!(told_of_the_clock(&store), 1);
        // Onto a disk with room.
        copy(&store).unwrap();
        store.put("next", "x").unwrap();
        assert_eq!(told_of_the_clock(&store), 1);
    }
}

#[test]
fn readers_do_not_notice_that_a_writer_finds_the_disk_full() {
    const SECRETS: usize = 120;
    let disk = BoundedDisk::unbounded();
    let store = options().cache_bytes(limits::CACHE_BYTES_MIN).create_on(disk.clone(), &key()).unwrap();
    let path = |number: usize| format!("app/token-{number}");
    for number in 0..SECRETS {
        store.put(path(number).as_str(), vec![1; 3_000]).unwrap();
    }
    disk.fill();
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for first in 0..2 {
            let (store, done) = (&store, &done);
            scope.spawn(move || {
                for number in (first..).take_while(|_| !done.load(Ordering::Relaxed)) {
                    assert_eq!(store.get(path(number % SECRETS).as_str()).unwrap().value().len(), 3_000);
                    assert!(store.list(Query::all().limit(SECRETS)).unwrap().items().len() == SECRETS);
                }
            });
        }
        for _ in 0..20 {
            let refused = store.put("app/image", vec![3; 2_000_000]).unwrap_err();
            assert_eq!(refused.kind(), ErrorKind::DiskFull);
        }
        done.store(true, Ordering::Relaxed);
    });
    store.verify().unwrap();
}
