//! Stores of one size, each built once, when the first benchmark asks for it.

use std::cell::{Cell, OnceCell};
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use strongroom::{Put, Store, StoreOptions, Transaction, Unlock, VerifyAtOpen};
use strongroom_benches::folder::Folder;
use strongroom_benches::job::{path, tags, value};

/// Secrets of one transaction while a store is filled.
const BATCH: u64 = 10_000;

pub(crate) struct Stores {
    pub(crate) size: u64,
    folder: Folder,
    small: OnceCell<PathBuf>,
    large: OnceCell<PathBuf>,
    copies: Cell<u64>,
    /// The number of the next secret that is new in every copy.
    next: Cell<u64>,
}

impl Stores {
    pub(crate) fn new(size: u64) -> Self {
        Self {
            size,
            folder: Folder::new(&format!("operations-{size}")),
            small: OnceCell::new(),
            large: OnceCell::new(),
            copies: Cell::new(0),
            next: Cell::new(size),
        }
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The file whose values have 64 bytes, closed.
    pub(crate) fn small(&self) -> &Path {
        self.small.get_or_init(|| self.fill(64))
    }

    /// The file whose values have 4 KiB, closed.
    pub(crate) fn large(&self) -> &Path {
        self.large.get_or_init(|| self.fill(4096))
    }

    /// A handle on a copy of its own, of values of 64 bytes.
    pub(crate) fn copy(&self, options: &StoreOptions) -> Store {
        self.copies.set(self.copies.get() + 1);
        let copy = self.folder().join(format!("copy-{}", self.copies.get()));
        fs::copy(self.small(), &copy).expect("a copy");
        // Otherwise the first commits pay for it.
        File::open(&copy).and_then(|file| file.sync_all()).expect("a sync");
        options.open(copy, raw()).expect("the store")
    }

    /// Numbers of so many secrets that no store has yet.
    pub(crate) fn fresh(&self, count: u64) -> std::ops::Range<u64> {
        let first = self.next.get();
        self.next.set(first + count);
        first..first + count
    }

    fn fill(&self, value_len: usize) -> PathBuf {
        let file = self.folder().join(format!("values-of-{value_len}"));
        let store = options().create(&file, raw()).expect("a store");
        for first in (0..self.size).step_by(BATCH as usize) {
            let numbers = first..self.size.min(first + BATCH);
            store.transaction(|tx| put_all(tx, numbers, value_len)).expect("a transaction");
        }
        store.compact().expect("a compaction");
        store.close().expect("a close");
        file
    }
}

/// No verification at open: that is measured by itself.
pub(crate) fn options() -> StoreOptions {
    StoreOptions::new().verify(VerifyAtOpen::Never)
}

/// No derivation of a key.
pub(crate) fn raw() -> Unlock {
    Unlock::raw_key(&[7; 32])
}

pub(crate) fn put_all(
    tx: &mut Transaction<'_, '_>,
    mut numbers: impl Iterator<Item = u64>,
    value_len: usize,
) -> strongroom::Result<()> {
    numbers.try_for_each(|number| {
        tx.put_with(path(number).as_str(), value(number, value_len), tagged(number)).map(drop)
    })
}

/// A new secret with its two tags.
pub(crate) fn tagged(number: u64) -> Put {
    tags(number).into_iter().fold(Put::new().expect_absent(), |put, (key, value)| put.tag(key, value))
}
