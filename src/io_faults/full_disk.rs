//! A disk that fills up: a put is refused before a byte is written, a delete still fits.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use super::workload::{key, numbered, options, reopen, reopen_with};
use crate::crypto::arena::Arena;
use crate::error::{ErrorKind, Result};
use crate::record::path::SecretPath;
use crate::sealed::create::create;
use crate::sealed::disk::memory::MemoryDisk;
use crate::sealed::disk::{Disk, Nascent};
use crate::sealed::file::{SealedFile, Stamp};
use crate::sealed::space::Space;
use crate::tables::{Tables, deletion, describe, fill, secrets};
use crate::{Copied, KdfCost, Query, Store, limits};

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

fn new_tables(disk: &Arc<BoundedDisk>) -> Tables {
    let file: Arc<SealedFile> =
        Arc::new(create(&Arena::any(), disk.clone(), &key(), KdfCost::DEFAULT).unwrap());
    let stamp = Stamp { audit_head: [0; 32], clock_mark: 0 };
    fill(&file, |batch| {
        describe(batch, &crate::record::secret::StoreRecord { created_at: 0 })?;
        Ok(stamp)
    })
    .unwrap();
    file.finish_creation().unwrap();
    Tables::open(file, limits::CACHE_BYTES_MIN, Duration::ZERO).unwrap()
}

fn path(number: usize) -> SecretPath {
    SecretPath::parse(&format!("full/{number}")).unwrap()
}

#[test]
fn with_no_byte_free_a_put_is_refused_and_deletes_fit_into_the_spare_blocks() {
    const SECRETS: usize = 40;
    let disk = BoundedDisk::unbounded();
    let tables = new_tables(&disk);
    for number in 0..SECRETS {
        deletion::put(&tables, &path(number), &[1; 2_000], Space::Normal).unwrap();
    }
    disk.fill();
    // Steps of growth may have left room for a few.
    let refused = (SECRETS..SECRETS + 500)
        .find(|&number| deletion::put(&tables, &path(number), &[1; 2_000], Space::Normal).is_err())
        .expect("a full disk refuses in the end");
    let before = disk.writes();
    for _ in 0..3 {
        let again = deletion::put(&tables, &path(refused), &[1; 2_000], Space::Normal).unwrap_err();
        assert_eq!(again.kind(), ErrorKind::DiskFull);
    }
    assert_eq!(disk.writes(), before, "a refused put writes nothing");
    assert!(
        tables.read(|rows| Ok(secrets::find(rows, &path(0))?.is_some())).unwrap(),
        "the handle reads after it refused"
    );
    let deleted = (0..refused)
        .take_while(|&number| deletion::delete(&tables, &path(number), Space::Spare).is_ok_and(|gone| gone))
        .count();
    println!("{deleted} of {refused} secrets deleted with no byte free");
    assert!(deleted >= SECRETS, "only {deleted} deletes fit");
    tables.close().unwrap();
    drop(tables);
    reopen(disk).expect("the store opens again on the full disk");
}

#[test]
fn without_spare_room_the_same_delete_is_refused() {
    let disk = BoundedDisk::unbounded();
    let tables = new_tables(&disk);
    deletion::put(&tables, &path(0), &[1; 2_000], Space::Normal).unwrap();
    disk.fill();
    let refused = (1..500)
        .find(|&number| deletion::put(&tables, &path(number), &[1; 2_000], Space::Normal).is_err())
        .expect("a full disk refuses in the end");
    let outcomes = [Space::Normal, Space::Spare].map(|space| {
        deletion::put(&tables, &path(refused), &[1; 2_000], space).map_err(|error| error.kind())
    });
    assert_eq!(outcomes, [Err(ErrorKind::DiskFull), Ok(())], "only the spare blocks make the difference");
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
