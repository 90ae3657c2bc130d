//! The phases of the backend and the order of what reaches the disk, one rule at a time.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Barrier};

use redb::{Builder, StorageBackend, TableDefinition};

use super::backend::{Backend, SharedBackend};
use super::create::create;
use super::disk::Disk;
use super::disk::file::Access;
use super::disk::recording::{Asked, RecordingDisk};
use super::faults::{self, Fault};
use super::file::SealedFile;
use super::open::open;
use super::select::Found;
use super::space::Space;
use super::unlock::Unlock;
use crate::crypto::arena::Arena;
use crate::crypto::kdf::KdfCost;
use crate::error::{ErrorKind, Result};
use crate::format::layout::{BLOCK_LEN, DATA_OFFSET, Twin, block_offset};

const PAGE: u64 = 4096;
const GOD_BYTE: usize = 9;
const BLOCKS: u64 = 200;

fn unlock() -> Unlock {
    Unlock::raw_key(&[0x11; 32])
}

/// A handle on a sealed file, driven as redb would.
struct Handle {
    disk: Arc<RecordingDisk>,
    file: Arc<SealedFile>,
    backend: Arc<Backend>,
    redb: SharedBackend,
}

impl Handle {
    /// A new file of three pages in one durable commit.
    fn create() -> Self {
        let disk = Arc::new(RecordingDisk::default());
        let file = Arc::new(create(&Arena::any(), disk.clone(), &unlock(), KdfCost::DEFAULT).unwrap());
        let handle = Self::over(disk, file);
        handle.redb.set_len(BLOCKS * PAGE).unwrap();
        handle.write(&[1, 2, 3], 0xa0);
        handle.flip();
        handle
    }

    fn over(disk: Arc<RecordingDisk>, file: Arc<SealedFile>) -> Self {
        let backend = Backend::new(file.clone()).unwrap();
        Self { disk, file, redb: SharedBackend(backend.clone()), backend }
    }

    /// Another handle in phase Opening.
    fn again(&self) -> Self {
        Self::over(self.disk.clone(), self.file.clone())
    }

    fn write(&self, pages: &[u64], fill: u8) {
        for page in pages {
            self.redb.write(page * PAGE, &[fill; 4096]).unwrap();
        }
    }

    fn read(&self, page: u64) -> u8 {
        let mut bytes = [0; 4096];
        self.redb.read(page * PAGE, &mut bytes).unwrap();
        bytes[0]
    }

    /// What ends a commit of redb: the primary bit flips, and a sync.
    fn flip(&self) {
        let mut header = [0; 320];
        self.redb.read(0, &mut header).unwrap();
        header[GOD_BYTE] ^= 1;
        self.redb.write(0, &header).unwrap();
        self.redb.sync_data().unwrap();
    }

    fn commit(&self, pages: &[u64], fill: u8) {
        self.backend.release(Space::Normal).unwrap();
        self.write(pages, fill);
        self.flip();
    }
}

fn reopen(image: &[u8]) -> Result<(u64, Found)> {
    let (file, found) =
        open(&Arena::any(), Arc::new(RecordingDisk::holding(image)), Access::ReadWrite, &unlock())?;
    Ok((file.generation()?, found))
}

/// What the medium holds when the power goes right behind the first `count` changes, all of which landed.
fn cut_behind(before: &[u8], changes: &[Asked], count: usize) -> Vec<u8> {
    let disk = RecordingDisk::holding(before);
    for change in &changes[..count] {
        match change {
            Asked::Write { offset, data } => disk.write_at(*offset, data).unwrap(),
            Asked::SetLen(len) => disk.set_len(*len).unwrap(),
            Asked::Reserve(len) => disk.reserve(*len).unwrap(),
            Asked::Sync | Asked::Read { .. } => {}
        }
    }
    disk.image()
}

/// Block writes, superblock writes and syncs by one letter each.
fn letters(changes: &[Asked]) -> String {
    let letter = |change: &Asked| match change {
        Asked::Write { offset, .. } if *offset >= DATA_OFFSET => Some('b'),
        Asked::Write { .. } => Some('s'),
        Asked::Sync => Some('|'),
        Asked::SetLen(_) => Some('<'),
        Asked::Reserve(_) | Asked::Read { .. } => None,
    };
    changes.iter().filter_map(letter).collect()
}

/// Leaves a rule out until it is dropped.
struct Without;

impl Without {
    fn rule(fault: Fault) -> Self {
        faults::set(Some(fault));
        Self
    }
}

impl Drop for Without {
    fn drop(&mut self) {
        faults::set(None);
    }
}

#[test]
fn a_commit_without_release_is_an_internal_error_and_reaches_nothing() {
    const TABLE: TableDefinition<'static, u64, u64> = TableDefinition::new("phases");
    let disk = Arc::new(RecordingDisk::default());
    let file = Arc::new(create(&Arena::any(), disk.clone(), &unlock(), KdfCost::DEFAULT).unwrap());
    let first = SharedBackend(Backend::new(file.clone()).unwrap());
    drop(Builder::new().create_with_backend(first).unwrap());
    for released in [true, false] {
        let backend = Backend::new(file.clone()).unwrap();
        let database = Builder::new().create_with_backend(SharedBackend(backend.clone())).unwrap();
        backend.opened().unwrap();
        if released {
            backend.release(Space::Normal).unwrap();
        }
        disk.take();
        let mut transaction = database.begin_write().unwrap();
        transaction.set_quick_repair(true);
        transaction.open_table(TABLE).unwrap().insert(1, 1).unwrap();
        assert_eq!(transaction.commit().is_ok(), released);
        assert_eq!(backend.failure().map(|error| error.kind()), (!released).then_some(ErrorKind::Internal));
        assert_eq!(letters(&disk.take_changes()).is_empty(), !released);
        backend.abandon().unwrap();
    }
}

#[test]
fn opening_and_reading_hold_writes_back_and_release_replays_them_in_order() {
    let handle = Handle::create().again();
    handle.disk.take();
    handle.write(&[1, 4], 0xb1);
    handle.redb.sync_data().unwrap();
    handle.backend.opened().unwrap();
    handle.write(&[4], 0xb2);
    handle.redb.set_len((BLOCKS + 8) * PAGE).unwrap();
    handle.write(&[BLOCKS + 1], 0xb3);
    let seen = [handle.read(1), handle.read(2), handle.read(4), handle.read(BLOCKS + 1)];
    assert_eq!(seen, [0xb1, 0xa0, 0xb2, 0xb3], "the handle sees its own writes");
    assert_eq!(handle.redb.len().unwrap(), (BLOCKS + 8) * PAGE);
    assert_eq!(handle.again().read(1), 0xa0, "no other handle does");
    assert_eq!(letters(&handle.disk.take_changes()), "", "nothing reaches the disk");
    handle.commit(&[], 0);
    assert_eq!(letters(&handle.disk.take_changes()).matches('|').count(), 2, "one retires, one commits");
    let again = handle.again();
    let kept = [again.read(1), again.read(2), again.read(4), again.read(BLOCKS + 1)];
    assert_eq!(kept, seen, "in their order: the later write of page 4 wins");
}

#[test]
fn a_reader_sees_what_was_held_back_also_while_it_is_replayed() {
    let pages: Vec<u64> = (1..BLOCKS).collect();
    let handle = Handle::create().again();
    handle.write(&pages, 0xb4);
    handle.backend.opened().unwrap();
    let (started, released) = (Barrier::new(2), AtomicBool::new(false));
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let look = || assert!([1, 2, BLOCKS - 1].iter().all(|&page| handle.read(page) == 0xb4));
            look();
            started.wait();
            while !released.load(Ordering::Relaxed) {
                look();
            }
            look();
        });
        started.wait();
        handle.backend.release(Space::Normal).unwrap();
        released.store(true, Ordering::Relaxed);
    });
}

#[test]
fn closing_drops_what_redb_writes_and_leaves_one_superblock_without_a_sync() {
    let handle = Handle::create().again();
    handle.backend.opened().unwrap();
    handle.commit(&[7], 0xc0);
    handle.disk.take();
    handle.backend.close().unwrap();
    assert_eq!(letters(&handle.disk.take_changes()), "s");
    handle.write(&[7], 0xc1);
    handle.redb.set_len(8 * PAGE).unwrap();
    handle.flip();
    assert_eq!(letters(&handle.disk.take_changes()), "");
    assert_eq!(handle.again().read(7), 0xc0);
    let (generation, found) = reopen(&handle.disk.image()).unwrap();
    assert_eq!((generation, found), (handle.file.generation().unwrap(), Found::default()));
}

/// Pages of an abandoned transaction are named in the manifest of the next commit, and used again by the one after.
fn reuse() -> (Vec<u8>, Vec<Asked>, u64) {
    let handle = Handle::create().again();
    handle.backend.opened().unwrap();
    handle.commit(&[20], 0xd0);
    handle.backend.release(Space::Normal).unwrap();
    handle.write(&[5, 6], 0xd1);
    handle.commit(&[21], 0xd2);
    let (acknowledged, generation) = (handle.disk.image(), handle.file.generation().unwrap());
    handle.disk.take();
    handle.commit(&[5, 6], 0xd3);
    (acknowledged, handle.disk.take_changes(), generation)
}

/// The generations that a cut behind each change of a reuse leaves.
fn generations_after_a_cut() -> (String, Vec<u64>, u64) {
    let (before, changes, acknowledged) = reuse();
    let left = (0..=changes.len()).map(|count| reopen(&cut_behind(&before, &changes, count)).unwrap().0);
    (letters(&changes), left.collect(), acknowledged)
}

#[test]
fn a_block_of_the_stable_manifest_is_written_only_behind_a_durable_superblock_that_does_not_name_it() {
    let (order, left, acknowledged) = generations_after_a_cut();
    assert_eq!(order, "s|bs|", "retire, then write");
    assert!(left.iter().all(|&generation| generation >= acknowledged), "{left:?}");
    // The control: without the rule the same cuts lose the acknowledged commit.
    let _without = Without::rule(Fault::NoRetire);
    let (order, left, acknowledged) = generations_after_a_cut();
    assert_eq!(order, "bs|");
    assert!(left.iter().any(|&generation| generation < acknowledged), "{left:?}");
}

#[test]
fn a_block_whose_tag_landed_without_its_ciphertext_makes_its_commit_incomplete() {
    let handle = Handle::create().again();
    handle.backend.opened().unwrap();
    handle.commit(&[8], 0xe0);
    let generation = handle.file.generation().unwrap();
    let mut image = handle.disk.image();
    let block = usize::try_from(block_offset(8)).unwrap();
    image[block..][..512].fill(0);
    assert_eq!(
        image[block..][..BLOCK_LEN][BLOCK_LEN - 16..],
        handle.disk.image()[block..][..BLOCK_LEN][BLOCK_LEN - 16..]
    );
    let found = Found { discarded: Some(generation), ..Found::default() };
    assert_eq!(reopen(&image).unwrap(), (generation - 1, found));
    // The control: a reader that ignores the manifest takes it.
    let _without = Without::rule(Fault::ManifestUnchecked);
    assert_eq!(reopen(&image).unwrap().0, generation);
}

#[test]
fn a_discarded_commit_is_reported_until_another_one_is_made() {
    let handle = Handle::create().again();
    handle.backend.opened().unwrap();
    handle.commit(&[8], 0xe1);
    let generation = handle.file.generation().unwrap();
    handle.disk.write_at(block_offset(8), &[0; BLOCK_LEN]).unwrap();
    for discarded in [Some(generation), None] {
        let disk = handle.disk.clone();
        let (file, found) = open(&Arena::any(), disk.clone(), Access::ReadWrite, &unlock()).unwrap();
        assert_eq!(found.discarded, Some(generation));
        let again = Handle::over(disk, Arc::new(file));
        again.backend.opened().unwrap();
        again.backend.release(Space::Normal).unwrap();
        if discarded.is_none() {
            again.commit(&[9], 0xe2);
        }
        again.backend.close().unwrap();
        assert_eq!(reopen(&handle.disk.image()).unwrap().1.discarded, discarded);
    }
}

/// A file that grew far and shrinks, and what every cut on the way leaves.
fn shrink() -> (String, Vec<Result<u64>>) {
    let handle = Handle::create().again();
    handle.backend.opened().unwrap();
    handle.commit(&[150], 0xf0);
    let before = handle.disk.image();
    handle.disk.take();
    handle.backend.release(Space::Normal).unwrap();
    handle.redb.set_len(10 * PAGE).unwrap();
    handle.commit(&[4], 0xf1);
    let changes = handle.disk.take_changes();
    let left = (0..=changes.len())
        .map(|count| reopen(&cut_behind(&before, &changes, count)).map(|(generation, _)| generation));
    (letters(&changes), left.collect())
}

#[test]
fn a_file_is_cut_only_behind_the_superblock_that_needs_less() {
    let (order, left) = shrink();
    assert_eq!(order, "bs|<");
    let keeps = |left: &Result<u64>| left.as_ref().is_ok_and(|&generation| generation >= 2);
    assert!(left.iter().all(keeps), "{left:?}");
    // The control: cut at once, the file is too short for the acknowledged state.
    let _without = Without::rule(Fault::EarlyShortening);
    let (order, left) = shrink();
    assert!(order.starts_with('<'), "{order}");
    assert!(!left.iter().all(keeps), "{left:?}");
}

#[test]
fn a_sequence_without_a_next_one_is_refused() {
    let handle = Handle::create();
    let stable = handle.file.stable(Clone::clone).unwrap();
    for (sequence, expected) in [(u64::MAX - 1, None), (u64::MAX, Some(ErrorKind::UnsupportedFormat))] {
        handle.file.write_superblock(Twin::B, sequence, &stable).unwrap();
        assert_eq!(reopen(&handle.disk.image()).err().map(|error| error.kind()), expected);
    }
}
