//! Creating, opening and closing.

use std::borrow::Borrow;
use std::path::Path;
use std::sync::atomic::AtomicU32;
use std::sync::{Arc, Mutex, PoisonError};

use zeroize::Zeroizing;

use super::accesses::Accesses;
use super::audit_policy::AuditPolicy;
use super::commit::Owed;
use super::events::Feed;
use super::gate::Gate;
use super::idempotency::Once;
use super::pin::{check_history, check_position};
use super::policy::{kdf_floor, set_kdf_floor};
use super::reads::Reads;
use super::report::KdfUpgrade;
use super::root::Root;
use super::time::{Seen, behind};
use super::{OpenReport, Shared, Store, StoreOptions, VerifyAtOpen, VerifyReport};
use crate::access::{Action, Principal};
use crate::clock::Timestamp;
use crate::crypto::arena::{Arena, MemoryStatus};
use crate::crypto::keys::KEY_LEN;
use crate::crypto::random;
use crate::error::{Error, ErrorKind, Result};
use crate::record::audit::genesis;
use crate::record::environment::Environment;
use crate::record::pin::Pin;
use crate::record::secret::StoreRecord;
use crate::record::slot::SlotRecord;
use crate::sealed::change::Rewrapped;
use crate::sealed::create::create;
use crate::sealed::disk::file::{Access, FileDisk};
use crate::sealed::disk::memory::MemoryDisk;
use crate::sealed::disk::nascent::Creation;
use crate::sealed::disk::{Disk, Nascent};
use crate::sealed::file::{SealedFile, Stamp};
use crate::sealed::open::open;
use crate::sealed::unlock::Unlock;
use crate::tables::verify::{Depth, verify};
use crate::tables::{Tables, describe, fill, slots, state};

#[cfg(test)]
mod tests;

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
        StoreOptions::new().in_memory()
    }

    /// What opening found: a discarded commit, an unreadable superblock, the counts of the verification. After
    /// [`unlock`](Self::unlock), what that found.
    #[must_use]
    pub fn open_report(&self) -> OpenReport {
        *self.shared.report.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How well the operating system protects the memory that holds the keys of this store.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Locked`]: then there are no keys.
    ///
    /// # Examples
    ///
    /// ```
    /// let store = strongroom::Store::in_memory()?;
    /// if !store.memory_status()?.locked {
    ///     // `ulimit -l` is too low: the keys may be written to swap.
    /// }
    /// # Ok::<(), strongroom::Error>(())
    /// ```
    pub fn memory_status(&self) -> Result<MemoryStatus> {
        Ok(self.authorise(Action::Inspect)?.file().memory_status())
    }

    /// What the store is for, as was said when it was created.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Locked`]; [`ErrorKind::UnsupportedFormat`] if a newer version knows more of them.
    ///
    /// # Examples
    ///
    /// ```
    /// use strongroom::{Environment, StoreOptions};
    ///
    /// let store = StoreOptions::new().environment(Environment::Test).in_memory()?;
    /// assert_eq!(store.environment()?, Environment::Test);
    /// # Ok::<(), strongroom::Error>(())
    /// ```
    pub fn environment(&self) -> Result<Environment> {
        self.look(Action::List, |view| state::environment(view.rows))
    }

    /// Whether the store was closed by the handle that this one [came from](Self::with).
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.shared.root.is_closed()
    }

    /// Closes the store. Dropping it does the same, but cannot report a failure.
    ///
    /// Handles that came from this one, as by [`with`](Self::with), are [`Closed`](ErrorKind::Closed) from then on. Closing one of
    /// those leaves the store open.
    ///
    /// Events of reads and refusals that wait for a commit are written now: see [`AuditReads`](crate::AuditReads). Where
    /// none wait, it writes at most one superblock, without a sync: proof for the next open that the last commit is durable.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Io`] if the proof cannot be written. Nothing acknowledged is lost; the next open syncs once.
    /// [`ErrorKind::InUse`] while another thread writes: the store is closed, and the events that wait are lost. On a full disk
    /// the log says in one event how many they were.
    /// [`ErrorKind::Forked`] in a forked child: nothing is written, and the parent's handle stays as it is.
    /// [`ErrorKind::Reentrant`] or [`ErrorKind::InUse`] if a transaction of a handle that came from this one has not ended: the
    /// store is closed when it has.
    pub fn close(self) -> Result<()> {
        self.end()
    }

    /// As [`close`](Self::close), of a handle that others share: what they have under way comes to its end. The only difference is
    /// [`ErrorKind::Reentrant`]: nothing is closed then.
    pub(crate) fn end(&self) -> Result<()> {
        if !self.is_root {
            return Ok(());
        }
        self.shared.root.check_process()?;
        self.check_outside()?;
        let written = self.write_out_at_last();
        // A transaction of a handle that came from this one would be refused its commit.
        let pass = self.shared.gate.enter();
        // Whoever reads or copies meanwhile closes the rows at the end.
        let rows = self.shared.root.end().and_then(Arc::into_inner);
        let closed = rows.map_or(Ok(()), |tables| tables.close());
        pass.map(drop).and(closed).and(written)
    }

    /// Whether this process was forked since the store was opened.
    pub(crate) fn is_forked(&self) -> bool {
        self.shared.root.check_process().is_err()
    }

    /// # Errors
    ///
    /// [`ErrorKind::Reentrant`] if this thread is inside of what closing this handle would end: a transaction, a commit, or a copy that
    /// keeps others from writing.
    pub(crate) fn check_outside(&self) -> Result<()> {
        // In a forked child the lock of the gate may be held by a thread that does not exist.
        if !self.is_root || self.is_forked() || !self.shared.gate.is_inside() {
            return Ok(());
        }
        let message = "the store is closed from inside its own transaction, or from what it tells of an event or of a copy; close it when that has returned";
        Err(Error::new(ErrorKind::Reentrant, message))
    }
}

/// What unlocking gives.
pub(super) struct Unlocked {
    pub(super) tables: Tables,
    /// What was found.
    pub(super) report: OpenReport,
    /// What the next commit owes.
    pub(super) owed: Owed,
    /// The slot that unlocked at the store's floor, if it lies below.
    pub(super) strengthened: Option<Rewrapped>,
}

impl StoreOptions {
    /// Creates a store that `unlock` opens, and opens it for writing.
    ///
    /// The file is made under a temporary name beside `path`, readable by its owner only whatever the umask, and gets
    /// its name when it is complete and durable: an interrupted creation leaves no store or a good one. An existing
    /// file is never replaced. What interrupted creations left in the directory is removed.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::AlreadyExists`] if there is something at `path`; [`ErrorKind::FileRefused`] if the directory can be
    /// written by everybody without being sticky, or lies on a network or user-space file system;
    /// [`ErrorKind::InvalidArgument`] for a passphrase outside its bounds, or a name as temporary files have it
    /// (`.strongroom-<16 hex digits>.tmp`); [`ErrorKind::OutOfMemory`]; [`ErrorKind::DiskFull`]; [`ErrorKind::Io`].
    pub fn create(&self, path: impl AsRef<Path>, unlock: impl Borrow<Unlock>) -> Result<Store> {
        if self.access == Access::ReadOnly {
            return Err(Error::new(ErrorKind::InvalidArgument, "a store cannot be created read-only"));
        }
        let unlock = unlock.borrow();
        unlock.kind()?;
        let creation = Box::new(Creation::begin(path.as_ref(), self.allowed)?);
        let file = Arc::new(create(&self.arena()?, creation.disk(), unlock, self.kdf_cost)?);
        self.initialise(&file)?;
        file.finish_creation()?;
        creation.publish()?;
        self.over(file)
    }

    /// Opens the store at `path`.
    ///
    /// Opening and verifying write nothing, and sync file and directory only after a crash. What is read is written to the log as
    /// [`AuditReads`](crate::AuditReads) says; through a read-only handle nothing is written. Opening for
    /// writing also removes from the directory the temporary files of creations that were interrupted
    /// (`.strongroom-<16 hex digits>.tmp`), if they are this user's and nobody holds them; the store is not touched
    /// by it, and opening does not fail with it.
    ///
    /// # Errors
    ///
    /// | kind | when |
    /// |---|---|
    /// | [`NotFound`](ErrorKind::NotFound) | there is no file |
    /// | [`FileRefused`](ErrorKind::FileRefused) | it is a link, not a regular file, another user's, or has another name (a hard link) |
    /// | [`FileRefused`](ErrorKind::FileRefused) | its name is that of a temporary file, which any writer removes: rename it, or open it read-only |
    /// | [`FileRefused`](ErrorKind::FileRefused) | its mode lets group or others use it: `chmod 600`, or [`allow_shared_mode`](Self::allow_shared_mode) |
    /// | [`FileRefused`](ErrorKind::FileRefused) | everybody may write to its directory, which is not sticky |
    /// | [`FileRefused`](ErrorKind::FileRefused) | it lies on a network or user-space file system; see [`allow_network_fs`](Self::allow_network_fs) |
    /// | [`ReadOnly`](ErrorKind::ReadOnly) | it cannot be written; open it read-only |
    /// | [`InUse`](ErrorKind::InUse) | another handle holds it |
    /// | [`NotAStore`](ErrorKind::NotAStore) | it is something else |
    /// | [`Damaged`](ErrorKind::Damaged) | it was cut short or overwritten |
    /// | [`UnsupportedFormat`](ErrorKind::UnsupportedFormat) | a newer version wrote it |
    /// | [`KdfLimits`](ErrorKind::KdfLimits) | its slots ask for more than an unlock may cost |
    /// | [`OutOfMemory`](ErrorKind::OutOfMemory) | there is not enough memory for the key derivation |
    /// | [`WrongKey`](ErrorKind::WrongKey) | no slot opens |
    /// | [`Tampered`](ErrorKind::Tampered) | something in it is not authentic |
    /// | [`WrongStore`](ErrorKind::WrongStore), [`RolledBack`](ErrorKind::RolledBack), [`ForkedHistory`](ErrorKind::ForkedHistory) | it is not what the [pin](Self::pin) asks for |
    pub fn open(&self, path: impl AsRef<Path>, unlock: impl Borrow<Unlock>) -> Result<Store> {
        let unlock = unlock.borrow();
        unlock.kind()?;
        let disk = FileDisk::open(path.as_ref(), self.access, self.wait, self.allowed)?;
        self.open_on(Arc::new(disk), unlock)
    }

    /// As [`Store::in_memory`], with these options.
    ///
    /// # Errors
    ///
    /// As [`Store::in_memory`].
    pub fn in_memory(&self) -> Result<Store> {
        let mut key = Zeroizing::new([0; KEY_LEN]);
        random::fill(key.as_mut_slice())?;
        self.create_on(Arc::new(MemoryDisk::default()), &Unlock::raw_key(&key))
    }

    pub(crate) fn create_on(&self, disk: Arc<dyn Disk>, unlock: &Unlock) -> Result<Store> {
        let file = Arc::new(create(&self.arena()?, disk, unlock, self.kdf_cost)?);
        self.initialise(&file)?;
        file.finish_creation()?;
        self.over(file)
    }

    pub(crate) fn open_on(&self, disk: Arc<dyn Disk>, unlock: &Unlock) -> Result<Store> {
        self.store(self.unlock_disk(disk, unlock, self.pin.as_ref())?)
    }

    /// Memory for the keys of a file.
    pub(super) fn arena(&self) -> Result<Arc<Arena>> {
        Arena::new(self.locking)
    }

    /// A store over a file that was just made.
    fn over(&self, file: Arc<SealedFile>) -> Result<Store> {
        let tables = Tables::open(file, self.cache_bytes, self.write_wait)?;
        self.store(Unlocked {
            tables,
            report: OpenReport::default(),
            owed: Owed::default(),
            strengthened: None,
        })
    }

    fn store(&self, Unlocked { tables, report, owed, strengthened }: Unlocked) -> Result<Store> {
        let seen = Seen::from_mark(tables.file().stamp()?.clock_mark);
        let audited = AuditPolicy::from_record(&tables.read(|rows| state::audit_policy(rows))?)?;
        let shared = Shared {
            root: Root::new(tables),
            clock: self.clock.clone(),
            seen,
            accesses: Accesses::default(),
            reads: Reads::default(),
            feed: Feed::default(),
            last_id: Mutex::new(None),
            verification: Mutex::default(),
            gate: Arc::new(Gate::new(self.write_wait)),
            options: self.clone(),
            report: Mutex::new(report),
            owed: Mutex::new(owed),
            strengthened: Mutex::new(strengthened),
            wrong_keys: AtomicU32::new(0),
        };
        shared.reads.adopt(&audited);
        Ok(Store {
            shared: Arc::new(shared),
            principal: Principal::Owner,
            said: Arc::default(),
            once: Once::default(),
            is_root: true,
        })
    }

    /// Unlocks, verifies and opens what lies on a disk.
    pub(super) fn unlock_disk(
        &self,
        disk: Arc<dyn Disk>,
        unlock: &Unlock,
        pin: Option<&Pin>,
    ) -> Result<Unlocked> {
        let (file, found) = open(&self.arena()?, disk, self.access, unlock)?;
        let file = Arc::new(file);
        if let Some(pin) = pin {
            check_position(pin, &file.position()?)?;
        }
        let verified = if self.verifies(file.needed_len()?) {
            // Before redb opens the file for use: it trusts what it reads.
            Some(VerifyReport::new(verify(&file, Depth::Blocks)?, Depth::Blocks))
        } else {
            None
        };
        let tables = Tables::open(file, self.cache_bytes, self.write_wait)?;
        let pin = pin.map(|pin| check_history(pin, &tables)).transpose()?;
        let strengthened = self.strengthened(&tables, unlock)?;
        let upgrade = strengthened.as_ref().map(|(upgrade, _)| *upgrade);
        let mark = Timestamp::from_millis(tables.file().stamp()?.clock_mark);
        let owed = Owed {
            discarded: found.discarded,
            used: Some((tables.file().opener_id(), self.clock.now().max(mark))),
            ..Owed::default()
        };
        let clock_behind = behind(&self.clock, mark);
        let report =
            OpenReport { kdf_upgrade: upgrade, pin, clock_behind, ..OpenReport::new(found, verified) };
        Ok(Unlocked { tables, report, owed, strengthened: strengthened.map(|(_, ready)| ready) })
    }

    /// The slot that opened, wrapped anew at the store's floor, if it lies below. Made now, while the passphrase is at
    /// hand, so that it need not be kept; written by the first write.
    fn strengthened(&self, tables: &Tables, unlock: &Unlock) -> Result<Option<(KdfUpgrade, Rewrapped)>> {
        let file = tables.file();
        let id = file.opener_id();
        let from = file.slots()?.iter().find(|slot| slot.id == id).and_then(|slot| slot.cost);
        let (Some(from), Access::ReadWrite) = (from, self.access) else { return Ok(None) };
        let to = match tables.read(|rows| kdf_floor(rows)) {
            Ok(floor) => floor,
            // No slot can be made at such a floor, and that is no reason to keep anybody out.
            Err(error) if error.kind() == ErrorKind::KdfLimits => return Ok(None),
            Err(error) => return Err(error),
        };
        if !from.is_below(to) {
            return Ok(None);
        }
        match file.rewrapped(unlock, to) {
            Ok(ready) => Ok(Some((KdfUpgrade { from, to }, ready))),
            // A device that cannot pay for the floor still opens what it can pay for.
            Err(error) if error.kind() == ErrorKind::OutOfMemory => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn verifies(&self, len: u64) -> bool {
        match self.verify {
            VerifyAtOpen::Always => true,
            VerifyAtOpen::UpTo(most) => len <= most,
            VerifyAtOpen::Never => false,
        }
    }

    /// The first rows of a store: what it is, what its first slot is, and what it demands of others.
    fn initialise(&self, file: &Arc<SealedFile>) -> Result<()> {
        let created_at = self.clock.now().as_millis();
        fill(file, |batch| {
            describe(batch, &StoreRecord { created_at })?;
            set_kdf_floor(batch, self.kdf_cost)?;
            state::set_environment(batch, self.environment)?;
            let slot = SlotRecord { label: String::new(), created_at, last_used_at: created_at };
            slots::write(batch, &file.opener_id(), &slot)?;
            Ok(Stamp { audit_head: genesis(&file.place().store_id), clock_mark: created_at })
        })
    }
}
