//! A sync that failed, and the cache behind which nobody sees it: what was not written counts as clean from then on.

use std::collections::BTreeSet;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rustix::io::Errno;

use crate::sealed::disk::Disk;
use crate::sealed::faults::{self, Fault};
use crate::{ErrorKind, Store, StoreOptions, Unlock};

const PAGE: usize = 4096;

/// A medium behind a cache, as Linux has it: a failed sync is reported once and leaves the pages as they are in the
/// cache, and clean.
#[derive(Default)]
struct CachedDisk(Mutex<Pages>);

#[derive(Clone, Default)]
struct Pages {
    cache: Vec<u8>,
    medium: Vec<u8>,
    dirty: BTreeSet<usize>,
    /// The sync that fails: 1 is the next one.
    failing: Option<u32>,
}

impl CachedDisk {
    /// What is there after the power failed.
    fn after_a_cut(&self) -> Arc<Self> {
        let medium = self.pages().medium.clone();
        Arc::new(Self(Mutex::new(Pages { cache: medium.clone(), medium, ..Pages::default() })))
    }

    fn fail_sync(&self, nth: u32) {
        self.pages().failing = Some(nth);
    }

    fn pages(&self) -> MutexGuard<'_, Pages> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn resize(&self, change: impl FnOnce(usize) -> usize) {
        let mut pages = self.pages();
        let len = change(pages.cache.len());
        pages.cache.resize(len, 0);
        pages.medium.resize(len, 0);
    }
}

/// The bytes of a page, in a file of `len` bytes.
fn page(number: usize, len: usize) -> std::ops::Range<usize> {
    (number * PAGE).min(len)..((number + 1) * PAGE).min(len)
}

fn size(len: u64) -> usize {
    usize::try_from(len).unwrap()
}

impl Disk for CachedDisk {
    fn len(&self) -> io::Result<u64> {
        Ok(u64::try_from(self.pages().cache.len()).unwrap())
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        buffer.copy_from_slice(&self.pages().cache[size(offset)..][..buffer.len()]);
        Ok(())
    }

    fn write_at(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        let (start, mut pages) = (size(offset), self.pages());
        pages.cache[start..][..data.len()].copy_from_slice(data);
        pages.dirty.extend(start / PAGE..(start + data.len()).div_ceil(PAGE));
        Ok(())
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.resize(|_| size(len));
        Ok(())
    }

    fn reserve(&self, len: u64) -> io::Result<()> {
        self.resize(|present| present.max(size(len)));
        Ok(())
    }

    fn sync(&self) -> io::Result<()> {
        let mut pages = self.pages();
        let dirty = std::mem::take(&mut pages.dirty);
        pages.failing = pages.failing.map(|nth| nth - 1);
        if pages.failing == Some(0) {
            pages.failing = None;
            return Err(Errno::IO.into());
        }
        let Pages { cache, medium, .. } = &mut *pages;
        for range in dirty.into_iter().map(|number| page(number, cache.len())) {
            medium[range.clone()].copy_from_slice(&cache[range]);
        }
        Ok(())
    }

    fn forget_cached(&self) {
        let mut pages = self.pages();
        let Pages { cache, medium, dirty, .. } = &mut *pages;
        let clean = (0..cache.len().div_ceil(PAGE)).filter(|number| !dirty.contains(number));
        for range in clean.map(|number| page(number, cache.len())).collect::<Vec<_>>() {
            cache[range.clone()].copy_from_slice(&medium[range]);
        }
    }

    fn is_in_place(&self) -> io::Result<bool> {
        Ok(true)
    }
}

fn unlock() -> Unlock {
    Unlock::raw_key(&[7; 32])
}

fn open(disk: &Arc<CachedDisk>) -> crate::Result<Store> {
    StoreOptions::new().open_on(disk.clone(), &unlock())
}

/// What makes a store usable again.
type Again = fn(Store, &Arc<CachedDisk>) -> crate::Result<Store>;

/// A put whose sync fails, whatever makes the store usable again, and a put that is acknowledged; then the power fails.
fn what_a_failed_sync_leaves(again: Again) -> crate::Result<()> {
    let disk = Arc::new(CachedDisk::default());
    let store = StoreOptions::new().create_on(disk.clone(), &unlock()).unwrap();
    for number in 0..20 {
        store.put(&format!("secret-{number}"), vec![number; 900]).unwrap();
    }
    disk.fail_sync(1);
    let failed = store.put("secret-7", vec![99; 900]).unwrap_err();
    assert_eq!(failed.kind(), ErrorKind::Io);
    let store = again(store, &disk)?;
    let seen = store.get("secret-7")?.version();
    store.put("acknowledged", "value")?;
    let store = open(&disk.after_a_cut())?;
    assert_eq!(store.get("acknowledged")?.value().expose(), b"value");
    assert_eq!(store.get("secret-7")?.version(), seen, "what was shown is there");
    store.verify()?;
    Ok(())
}

const WAYS: [Again; 2] = [
    |store, disk| {
        drop(store);
        open(disk)
    },
    |store, _| {
        store.lock()?;
        store.unlock(unlock())?;
        Ok(store)
    },
];

#[test]
fn what_a_failed_sync_left_in_the_cache_is_not_built_on() {
    for again in WAYS {
        what_a_failed_sync_leaves(again).unwrap();
    }
}

#[test]
fn a_store_that_trusts_the_cache_loses_what_it_acknowledged() {
    for again in WAYS {
        faults::set(Some(Fault::CacheTrusted));
        let result = what_a_failed_sync_leaves(again);
        faults::set(None);
        assert_eq!(result.unwrap_err().kind(), ErrorKind::Tampered);
    }
}

/// A slot change whose last sync fails, whatever makes the store usable again, and one whose `nth` sync fails; then the power
/// fails.
fn what_failed_syncs_leave_of_the_header(again: Again, nth: u32) -> crate::Result<()> {
    let other = |byte: u8| Unlock::raw_key(&[byte; 32]);
    let disk = Arc::new(CachedDisk::default());
    let store = StoreOptions::new().create_on(disk.clone(), &unlock()).unwrap();
    store.put("name", "value").unwrap();
    store.close().unwrap();
    let store = open(&disk).unwrap();
    // Those of the copy in use, of the new header, of the commit that names it, and of its other copy.
    disk.fail_sync(4);
    assert_eq!(store.slots().add(other(8)).unwrap_err().kind(), ErrorKind::Io);
    let store = again(store, &disk)?;
    disk.fail_sync(nth);
    let added = store.slots().add(other(9)).is_ok();
    let open = |unlock: &Unlock| StoreOptions::new().open_on(disk.after_a_cut(), unlock);
    assert_eq!(open(&unlock())?.get("name")?.value().expose(), b"value");
    open(&other(8)).expect("the commit that named it was durable");
    if added {
        open(&other(9))?;
    }
    Ok(())
}

#[test]
fn a_header_in_the_cache_alone_is_written_before_the_other_one_is_written_over() {
    for (again, nth) in WAYS.into_iter().flat_map(|again| (1..=6).map(move |nth| (again, nth))) {
        what_failed_syncs_leave_of_the_header(again, nth).unwrap();
    }
}

#[test]
fn a_store_that_trusts_the_cache_for_its_header_is_opened_by_no_key() {
    for again in WAYS {
        faults::set(Some(Fault::CacheTrusted));
        let results = [1, 2, 3].map(|nth| what_failed_syncs_leave_of_the_header(again, nth));
        faults::set(None);
        let is_lost =
            |result: crate::Result<()>| result.is_err_and(|error| error.kind() == ErrorKind::Tampered);
        assert!(results.into_iter().any(is_lost));
    }
}
