//! Creating, opening and closing.

use std::borrow::Borrow;
use std::path::Path;
use std::sync::{Arc, Mutex};

use super::gate::Gate;
use super::{OpenReport, Store, StoreOptions, VerifyAtOpen, VerifyReport};
use crate::access::Principal;
use crate::clock::SystemClock;
use crate::crypto::random;
use crate::error::{Error, ErrorKind, Result};
use crate::record::audit::genesis;
use crate::record::secret::StoreRecord;
use crate::sealed::create::{Creation, create};
use crate::sealed::disk::Disk;
use crate::sealed::disk::file::{Access, FileDisk};
use crate::sealed::disk::memory::MemoryDisk;
use crate::sealed::file::{SealedFile, Stamp};
use crate::sealed::open::open;
use crate::sealed::unlock::Unlock;
use crate::tables::verify::{Depth, verify};
use crate::tables::{Tables, initialise};

impl Store {
    /// Creates a store with the default [options](StoreOptions).
    ///
    /// # Errors
    ///
    /// As [`StoreOptions::create`].
    pub fn create(path: impl AsRef<Path>, unlock: impl Borrow<Unlock>) -> Result<Self> {
        StoreOptions::new().create(path, unlock)
    }

    /// Opens a store for writing with the default [options](StoreOptions).
    ///
    /// # Errors
    ///
    /// As [`StoreOptions::open`].
    pub fn open(path: impl AsRef<Path>, unlock: impl Borrow<Unlock>) -> Result<Self> {
        StoreOptions::new().open(path, unlock)
    }

    /// Opens a new store in memory: the same in everything but that it is gone with its handle.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::RandomFailed`] if the operating system gives no randomness.
    pub fn in_memory() -> Result<Self> {
        let key = zeroize::Zeroizing::new(random::bytes()?);
        StoreOptions::new().create_on(Arc::new(MemoryDisk::default()), &Unlock::raw_key(&key))
    }

    /// What opening found: a discarded commit, an unreadable superblock, the counts of the verification.
    #[must_use]
    pub fn open_report(&self) -> &OpenReport {
        &self.report
    }

    /// Closes the store. Dropping it does the same, but cannot report a failure.
    ///
    /// Writes at most one superblock, without a sync: proof for the next open that the last commit is durable.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Io`] if the proof cannot be written. Nothing acknowledged is lost; the next open syncs once.
    pub fn close(self) -> Result<()> {
        self.tables.close()
    }
}

impl StoreOptions {
    /// Creates a store that `unlock` opens, and opens it for writing.
    ///
    /// The file is made under a temporary name beside `path`, readable by its owner only whatever the umask, and gets
    /// its name when it is complete and durable: an interrupted creation leaves no store or a good one. An existing
    /// file is never replaced.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::AlreadyExists`] if there is something at `path`; [`ErrorKind::InvalidArgument`] for a passphrase
    /// outside its bounds; [`ErrorKind::OutOfMemory`]; [`ErrorKind::DiskFull`]; [`ErrorKind::Io`].
    pub fn create(&self, path: impl AsRef<Path>, unlock: impl Borrow<Unlock>) -> Result<Store> {
        if self.access == Access::ReadOnly {
            return Err(Error::new(ErrorKind::InvalidArgument, "a store cannot be created read-only"));
        }
        let unlock = unlock.borrow();
        unlock.kind()?;
        let creation = Creation::begin(path.as_ref())?;
        let file = Arc::new(create(creation.disk(), unlock, self.kdf_cost)?);
        initialise_store(&file)?;
        creation.publish(&file)?;
        self.over(file, OpenReport::default())
    }

    /// Opens the store at `path`.
    ///
    /// Opening, reading, verifying and closing write nothing, and sync nothing except once after a crash.
    ///
    /// # Errors
    ///
    /// | kind | when |
    /// |---|---|
    /// | [`NotFound`](ErrorKind::NotFound) | there is no file |
    /// | [`FileRefused`](ErrorKind::FileRefused) | it is a link, not a regular file, or another user's |
    /// | [`ReadOnly`](ErrorKind::ReadOnly) | it cannot be written; open it read-only |
    /// | [`InUse`](ErrorKind::InUse) | another handle holds it |
    /// | [`NotAStore`](ErrorKind::NotAStore) | it is something else |
    /// | [`Damaged`](ErrorKind::Damaged) | it was cut short or overwritten |
    /// | [`UnsupportedFormat`](ErrorKind::UnsupportedFormat) | a newer version wrote it |
    /// | [`KdfLimits`](ErrorKind::KdfLimits) | its slots ask for more than an unlock may cost |
    /// | [`OutOfMemory`](ErrorKind::OutOfMemory) | there is not enough memory for the key derivation |
    /// | [`WrongKey`](ErrorKind::WrongKey) | no slot opens |
    /// | [`Tampered`](ErrorKind::Tampered) | something in it is not authentic |
    pub fn open(&self, path: impl AsRef<Path>, unlock: impl Borrow<Unlock>) -> Result<Store> {
        let unlock = unlock.borrow();
        unlock.kind()?;
        let disk = FileDisk::open(path.as_ref(), self.access, self.wait)?;
        self.open_on(Arc::new(disk), unlock)
    }

    pub(crate) fn create_on(&self, disk: Arc<dyn Disk>, unlock: &Unlock) -> Result<Store> {
        let file = Arc::new(create(disk, unlock, self.kdf_cost)?);
        initialise_store(&file)?;
        file.finish_creation()?;
        self.over(file, OpenReport::default())
    }

    pub(crate) fn open_on(&self, disk: Arc<dyn Disk>, unlock: &Unlock) -> Result<Store> {
        let (file, found) = open(disk, self.access, unlock)?;
        let file = Arc::new(file);
        let verified = if self.verifies(file.needed_len()?) {
            // Before redb opens the file for use: it trusts what it reads.
            Some(VerifyReport::new(verify(&file, Depth::Blocks)?, Depth::Blocks))
        } else {
            None
        };
        self.over(file, OpenReport::new(found, verified))
    }

    fn over(&self, file: Arc<SealedFile>, report: OpenReport) -> Result<Store> {
        Ok(Store {
            tables: Tables::open(file, self.cache_bytes)?,
            principal: Principal::Owner,
            clock: SystemClock,
            gate: Gate::new(self.write_wait),
            unreported: Mutex::new(report.discarded_generation),
            report,
        })
    }

    fn verifies(&self, len: u64) -> bool {
        match self.verify {
            VerifyAtOpen::Always => true,
            VerifyAtOpen::UpTo(most) => len <= most,
            VerifyAtOpen::Never => false,
        }
    }
}

fn initialise_store(file: &Arc<SealedFile>) -> Result<()> {
    let created_at = SystemClock.now().as_millis();
    let stamp = Stamp { audit_head: genesis(&file.place().store_id), clock_mark: created_at };
    initialise(file, &StoreRecord { created_at }, stamp)
}
