//! A copy that replaces the store, or a backup of it, cut off at every operation.

use std::io;
use std::ops::ControlFlow;
use std::sync::Arc;

use super::disk::{CrashDisk, Keep};
use super::judge::{Contents, Key, Keys, Side};
use super::place::Vacancy;
use super::rng::Rng;
use crate::crypto::random;
use crate::error::{ErrorKind, Result};
use crate::sealed::disk::memory::MemoryDisk;
use crate::sealed::disk::{Disk, Nascent};
use crate::sealed::faults::{self, Fault};
use crate::seeds::setting;
use crate::{CopyOptions, Put, Query, Retention, Store, StoreOptions, Tier, Unlock};

const FIRST: [u8; 32] = [0x42; 32];
const SECOND: [u8; 32] = [0x43; 32];

/// What replaces the store.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Copy {
    Compact,
    Purge,
    Rekey,
}

impl Copy {
    const ALL: [Self; 3] = [Self::Compact, Self::Purge, Self::Rekey];

    fn make(self, store: &Store, options: CopyOptions<'_>) -> Result<()> {
        match self {
            Self::Compact => store.compact_with(options),
            Self::Purge => store.purge_with(options),
            Self::Rekey => store.rekey_with(Unlock::raw_key(&SECOND), options),
        }
        .map(drop)
    }

    fn keys(self) -> Keys {
        match self {
            Self::Compact | Self::Purge => Keys { always: vec![Key::Raw(FIRST)], ..Keys::default() },
            Self::Rekey => {
                Keys { before: vec![Key::Raw(FIRST)], after: vec![Key::Raw(SECOND)], ..Keys::default() }
            }
        }
    }
}

#[derive(Clone, Copy, Debug, Default)]
struct Tally {
    cuts: u64,
    kills: u64,
    images: u64,
    before: u64,
    after: u64,
}

fn unlock() -> Unlock {
    Unlock::raw_key(&FIRST)
}

/// A closed store with history; a large one does not fit the manifest when it is copied.
fn base(large: bool) -> Vec<u8> {
    let disk = CrashDisk::new();
    let store = StoreOptions::with_still_clock().create_on(disk.clone(), &unlock()).unwrap();
    for number in 0..8 {
        let len = if large { 100_000 } else { 700 * number };
        store.put(&format!("app/name-{}", number % 5), vec![number as u8; len]).unwrap();
    }
    let laden = Put::new().tag("env", "prod").description("d").tier(Tier::Critical).note("first");
    store.put_with("laden/one", [5; 700], &laden).unwrap();
    store.put("laden/one", [6; 70]).unwrap();
    store.delete_version("laden/one", 1).unwrap();
    store.put_with("laden/two", [7; 70], &laden).unwrap();
    store.put("laden/two", [8; 70]).unwrap();
    store.destroy_version("laden/two", 1).unwrap();
    store.delete("laden/two").unwrap();
    store.policy().set_retention_under("laden", Retention::inherited().keep_versions(3)).unwrap();
    store.close().unwrap();
    disk.content()
}

fn open(base: &[u8]) -> (Arc<CrashDisk>, Store) {
    let disk = CrashDisk::holding(base.to_vec());
    let store = StoreOptions::with_still_clock().open_on(disk.clone(), &unlock()).unwrap();
    (disk, store)
}

/// Makes a copy until the power fails, and judges everything that may stand in the store's place then.
fn examine(
    copy: Copy,
    base: &[u8],
    before: &Contents,
    operation: u64,
    images: u64,
) -> std::result::Result<Tally, String> {
    random::seeded::set(Some(4));
    let (disk, store) = open(base);
    disk.fail_after(operation);
    let copied = copy.make(&store, CopyOptions::new());
    std::mem::forget(store);
    random::seeded::set(None);
    let mut tally = Tally { cuts: 1, kills: 1, ..Tally::default() };
    let mut left = disk.every_cut(images, &mut Rng::new(operation));
    left.push(disk.killed());
    left.extend(disk.killed().cuts(Keep::Nothing));
    for image in left {
        let (side, found) = judge(copy, &image, before)?;
        match side {
            Side::Before if copied.is_ok() => return Err("the replaced store is back".into()),
            Side::Before => tally.before += 1,
            Side::After => tally.after += 1,
        }
        assert!(side == Side::Before || found.events == before.events + 1);
        tally.images += 1;
    }
    Ok(tally)
}

/// Whether an image is the old store or the new one, whole.
fn judge(
    copy: Copy,
    image: &Arc<CrashDisk>,
    before: &Contents,
) -> std::result::Result<(Side, Contents), String> {
    let keys = copy.keys();
    let (side, found) = match copy {
        Copy::Rekey => keys.judge(image)?,
        Copy::Compact | Copy::Purge => {
            let found = keys.always[0].contents(image.clone()).map_err(|error| error.to_string())?;
            let found = found.ok_or("the key opens neither the old store nor the new one")?;
            let side = if found.generation == before.generation { Side::Before } else { Side::After };
            (side, found)
        }
    };
    let expected = before.generation + u64::from(side == Side::After);
    if found.generation != expected || found.secrets != before.secrets {
        return Err(format!("generation {} with other secrets or for {expected}", found.generation));
    }
    Ok((side, found))
}

/// A process is killed during a copy, and the next one writes before the power fails: the name it found must be durable
/// by then.
#[test]
fn what_is_written_behind_a_killed_copy_outlives_the_next_power_cut() {
    let base = base(false);
    let mut replaced = 0;
    for copy in [Copy::Compact, Copy::Purge] {
        for operation in 1..40 {
            let (disk, store) = open(&base);
            disk.fail_after(operation);
            let copied = copy.make(&store, CopyOptions::new());
            std::mem::forget(store);
            let killed = disk.killed();
            replaced += u64::from(copied.is_err() && killed.has_a_name_that_may_go());
            let store = StoreOptions::with_still_clock().open_on(killed.clone(), &unlock()).unwrap();
            store.put("after/kill", "acknowledged").unwrap();
            std::mem::forget(store);
            for image in killed.cuts(Keep::Nothing) {
                let store = StoreOptions::with_still_clock().open_on(image, &unlock()).unwrap();
                let found = store.get("after/kill").map(|secret| secret.value().expose().to_vec());
                assert_eq!(found.unwrap(), b"acknowledged", "{copy:?} killed at {operation}");
            }
        }
    }
    assert!(replaced > 0, "no copy was killed between its rename and the sync of the directory");
}

fn contents(base: &[u8]) -> Contents {
    Key::Raw(FIRST).contents(CrashDisk::holding(base.to_vec())).unwrap().unwrap()
}

fn operations(base: &[u8], work: impl FnOnce(&Arc<CrashDisk>, &Store)) -> u64 {
    random::seeded::set(Some(4));
    let (disk, store) = open(base);
    work(&disk, &store);
    random::seeded::set(None);
    disk.ticks()
}

fn sweep(large: bool, images: u64) {
    let base = base(large);
    let before = contents(&base);
    for copy in Copy::ALL {
        let operations = operations(&base, |_, store| copy.make(store, CopyOptions::new()).unwrap());
        let mut total = Tally::default();
        for operation in 1..=operations + 1 {
            let tally = examine(copy, &base, &before, operation, images)
                .unwrap_or_else(|death| panic!("{copy:?} cut at {operation} of {operations}: {death}"));
            total.cuts += tally.cuts;
            total.kills += tally.kills;
            total.images += tally.images;
            total.before += tally.before;
            total.after += tally.after;
        }
        println!("{copy:?}, large: {large}, {operations} operations: {total:?}");
        assert!(total.before > total.cuts && total.after > 4, "{total:?}");
    }
}

#[test]
fn a_copy_cut_off_anywhere_leaves_the_old_store_or_the_new_one() {
    sweep(false, setting("STRONGROOM_CRASH_IMAGES", 64));
}

#[test]
fn a_copy_beyond_the_manifest_cut_off_anywhere_leaves_the_old_store_or_the_new_one() {
    sweep(true, setting("STRONGROOM_CRASH_IMAGES", 64) / 16);
}

/// The control: a new file that gets its name before it is synced is lost with the old one.
#[test]
fn a_new_file_that_is_renamed_before_it_is_synced_dies() {
    let base = base(false);
    let before = contents(&base);
    let operations = operations(&base, |_, store| store.compact().map(drop).unwrap());
    let dies = |fault| {
        faults::set(fault);
        let died = (1..=operations + 1).find_map(|operation| {
            Some((operation, examine(Copy::Compact, &base, &before, operation, 16).err()?))
        });
        faults::set(None);
        died
    };
    let death = dies(Some(Fault::RenameUnsynced));
    println!("{death:?}");
    assert!(death.is_some(), "the variant survives");
    assert_eq!(dies(None), None);
}

#[test]
fn a_backup_cut_off_anywhere_is_complete_or_not_there() {
    let base = base(false);
    let before = contents(&base);
    let key = Key::Raw(FIRST);
    let operations = operations(&base, |disk, store| {
        store.back_up_to(Vacancy::new().begin(disk)).map(drop).unwrap();
    });
    let (mut there, mut missing) = (0, 0);
    for operation in 1..=operations + 1 {
        random::seeded::set(Some(4));
        let (disk, store) = open(&base);
        let vacancy = Vacancy::new();
        disk.fail_after(operation);
        let copied = store.back_up_to(vacancy.begin(&disk));
        std::mem::forget(store);
        random::seeded::set(None);
        let mut rng = Rng::new(operation);
        for image in disk.every_cut(setting("STRONGROOM_CRASH_IMAGES", 64), &mut rng) {
            let found = key.contents(image).unwrap().expect("the key of the store");
            assert_eq!(found.secrets, before.secrets, "cut at {operation}");
            assert!(found.generation - before.generation <= 1 && found.events - before.events <= 1);
        }
        for keep in [Keep::Nothing, Keep::Everything, Keep::Some(&mut rng)] {
            for backup in vacancy.cuts(keep) {
                match backup {
                    Some(backup) => {
                        assert_eq!(
                            key.contents(backup).unwrap().as_ref(),
                            Some(&before),
                            "cut at {operation}"
                        );
                        there += 1;
                    }
                    None => {
                        assert!(copied.is_err(), "cut at {operation}: an acknowledged backup is gone");
                        missing += 1;
                    }
                }
            }
        }
    }
    println!("{operations} operations: a backup {there} times, none {missing} times");
    assert!(there > 10 && missing > 10);
}

/// Cancelled at any of its callbacks a copy leaves the old store whole, the handle usable, and nothing in its place.
#[test]
fn a_copy_cancelled_at_any_callback_leaves_everything_as_it_was() {
    let disk = CrashDisk::new();
    let store = StoreOptions::with_still_clock().create_on(disk.clone(), &unlock()).unwrap();
    store
        .transaction(|tx| (0..2_000).try_for_each(|n| tx.put(&format!("n/{}", n % 1_000), [1; 40]).map(drop)))
        .unwrap();
    for copy in Copy::ALL {
        let old = disk.in_place();
        let changes = old.counters().changes();
        let mut calls = 0;
        for cancelled in 0.. {
            let mut call = 0;
            let options = CopyOptions::new().progress(|_| {
                call += 1;
                assert_eq!(store.get("n/7").unwrap().version(), 2, "a reader during the copy");
                if call > cancelled { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            });
            let result = copy.make(&store, options);
            calls = call;
            match result {
                Ok(()) => break,
                Err(error) => assert_eq!(error.kind(), ErrorKind::Cancelled),
            }
            assert_eq!(old.counters().changes(), changes, "the old store was written to");
            assert!(Arc::ptr_eq(old.shared(), disk.in_place().shared()), "the old store was replaced");
            assert_eq!(store.list(Query::all().limit(1_000)).unwrap().items().len(), 1_000);
        }
        println!("{copy:?}: {calls} callbacks");
        assert!(calls > 4, "{calls} callbacks");
        store.put("n/more", "value").unwrap();
        store.verify().unwrap();
    }
}

/// A new medium that changes the slots of the store it becomes a copy of, as soon as writers may go on.
struct Meddling {
    inner: MemoryDisk,
    store: Arc<Store>,
    change: fn(&Store),
}

impl Disk for Meddling {
    fn len(&self) -> io::Result<u64> {
        self.inner.len()
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        self.inner.read_at(offset, buffer)
    }

    fn write_at(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.inner.write_at(offset, data)
    }

    /// The first thing that a copy asks of its medium.
    fn set_len(&self, len: u64) -> io::Result<()> {
        (self.change)(&self.store);
        self.inner.set_len(len)
    }

    fn reserve(&self, len: u64) -> io::Result<()> {
        self.inner.reserve(len)
    }

    fn sync(&self) -> io::Result<()> {
        Ok(())
    }

    fn is_in_place(&self) -> io::Result<bool> {
        Ok(true)
    }
}

struct NewMeddling(Arc<Meddling>);

impl Nascent for NewMeddling {
    fn disk(&self) -> Arc<dyn Disk> {
        self.0.clone()
    }

    fn publish(self: Box<Self>) -> Result<()> {
        Ok(())
    }
}

#[test]
fn a_backup_has_the_slots_of_its_commit_whatever_becomes_of_them_meanwhile() {
    let changes: [fn(&Store); 3] = [
        |store| _ = store.slots().add(Unlock::raw_key(&[3; 32])).unwrap(),
        |store| {
            store.slots().change_key(store.slots().list().unwrap()[0].id, &Unlock::raw_key(&[3; 32])).unwrap()
        },
        |store| store.slots().remove_last_for_people(store.slots().list().unwrap()[1].id).unwrap(),
    ];
    for change in changes {
        let store =
            Arc::new(StoreOptions::with_still_clock().create_on(CrashDisk::new(), &unlock()).unwrap());
        store.slots().add(Unlock::raw_key(&SECOND)).unwrap();
        let before = store.pin().unwrap();
        let disk = Arc::new(Meddling { inner: MemoryDisk::default(), store: store.clone(), change });
        store.back_up_to(Box::new(NewMeddling(disk.clone()))).unwrap();
        assert_eq!(store.pin().unwrap().generation(), before.generation() + 2, "the slots were changed");
        for key in [FIRST, SECOND] {
            let found = Key::Raw(key).contents(disk.clone()).unwrap().expect("a key of that time");
            assert_eq!(found.generation, before.generation());
        }
        assert_eq!(Key::Raw([3; 32]).contents(disk).unwrap(), None);
    }
}
