//! How a store is created and opened.

use std::time::Duration;

use crate::clock::{Clock, ManualClock};
use crate::crypto::arena::Locking;
use crate::crypto::kdf::KdfCost;
use crate::limits::{CACHE_BYTES_DEFAULT, CACHE_BYTES_MIN, VERIFY_AT_OPEN_MAX};
use crate::record::environment::Environment;
use crate::record::pin::Pin;
use crate::sealed::disk::checks::Allowed;
use crate::sealed::disk::file::Access;

/// When [`open`](StoreOptions::open) verifies the file.
///
/// Every block is authenticated whenever it is read. What only a verification finds is an older block put back in
/// its own place.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum VerifyAtOpen {
    /// Always. It takes about 3 ms for each MiB on a machine with AVX-512.
    Always,
    /// For stores that need at most this many bytes. What lies behind them in the file does not count, so that nobody
    /// switches the verification off by making the file longer.
    UpTo(u64),
    /// Never; [`Store::verify`](crate::Store::verify) stays available.
    Never,
}

/// Options for creating and opening a store.
///
/// # Examples
///
/// ```no_run
/// use std::time::Duration;
/// use strongroom::{StoreOptions, Unlock};
///
/// let store = StoreOptions::new()
///     .read_only(true)
///     .wait(Duration::from_secs(2))
///     .open("app.strongroom", Unlock::passphrase("correct horse battery staple"))?;
/// # Ok::<(), strongroom::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct StoreOptions {
    pub(super) access: Access,
    pub(super) wait: Duration,
    pub(super) write_wait: Duration,
    pub(super) verify: VerifyAtOpen,
    pub(super) cache_bytes: usize,
    pub(super) kdf_cost: KdfCost,
    pub(super) pin: Option<Pin>,
    pub(super) allowed: Allowed,
    pub(super) locking: Locking,
    pub(super) clock: Clock,
    pub(super) environment: Environment,
}

impl StoreOptions {
    /// The defaults: for writing, without waiting for another handle, verified up to 64 MiB, 8 MiB of cache.
    #[must_use]
    pub fn new() -> Self {
        Self {
            access: Access::ReadWrite,
            wait: Duration::ZERO,
            write_wait: Duration::from_secs(5),
            verify: VerifyAtOpen::UpTo(VERIFY_AT_OPEN_MAX),
            cache_bytes: CACHE_BYTES_DEFAULT,
            kdf_cost: KdfCost::DEFAULT,
            pin: None,
            allowed: Allowed::default(),
            locking: Locking::Wished,
            clock: Clock::System,
            environment: Environment::Live,
        }
    }

    /// Whether the handle only reads. Such a handle never writes a byte, and shares the file with others like it; it
    /// works on a read-only file in a read-only directory.
    #[must_use]
    pub fn read_only(mut self, read_only: bool) -> Self {
        self.access = if read_only { Access::ReadOnly } else { Access::ReadWrite };
        self
    }

    /// How long to wait for another handle that holds the file. Not at all by default.
    #[must_use]
    pub fn wait(mut self, wait: Duration) -> Self {
        self.wait = wait;
        self
    }

    /// How long a write waits for another thread's write through the same handle. Five seconds by default.
    #[must_use]
    pub fn write_wait(mut self, wait: Duration) -> Self {
        self.write_wait = wait;
        self
    }

    /// When the file is verified as it is opened. Up to 64 MiB by default.
    #[must_use]
    pub fn verify(mut self, verify: VerifyAtOpen) -> Self {
        self.verify = verify;
        self
    }

    /// The size of the page cache in bytes, at least 256 KiB. 8 MiB by default.
    ///
    /// The cache holds names and sealed values, never a value in clear.
    #[must_use]
    pub fn cache_bytes(mut self, bytes: usize) -> Self {
        self.cache_bytes = bytes.max(CACHE_BYTES_MIN);
        self
    }

    /// A clock for tests, instead of the device's.
    #[must_use]
    pub fn clock(mut self, clock: &ManualClock) -> Self {
        self.clock = Clock::Manual(clock.clone());
        self
    }

    /// What a store that is created is for; [`Environment::Live`] by default. An opened store says it itself.
    #[must_use]
    pub fn environment(mut self, environment: Environment) -> Self {
        self.environment = environment;
        self
    }

    /// What unlocking a new store's passphrase costs, and the least it will cost: the store's
    /// [floor](crate::Policy::kdf_floor). [`KdfCost::DEFAULT`] by default; opening takes what the file says.
    #[must_use]
    pub fn kdf_cost(mut self, cost: KdfCost) -> Self {
        self.kdf_cost = cost;
        self
    }

    /// Opens only the store this pin was taken from, at that state or a later one of the same history. Without a pin
    /// a complete older copy of the file is accepted.
    #[must_use]
    pub fn pin(mut self, pin: Pin) -> Self {
        self.pin = Some(pin);
        self
    }

    /// Whether a file is opened that its mode lets its group or others use. Refused by default: such a file is mostly
    /// a copy that somebody made carelessly. A new store is always its owner's alone.
    ///
    /// # Security
    ///
    /// Whoever can read the file can guess its passphrase, without a limit; whoever can write to it can destroy it.
    #[must_use]
    pub fn allow_shared_mode(mut self, allow: bool) -> Self {
        self.allowed.shared_mode = allow;
        self
    }

    /// Whether a store may lie on a file system of a network (NFS, SMB, 9P, AFS, Ceph, Lustre and others) or of user
    /// space (FUSE). Refused by default: there a lock may not keep another machine out, and a sync may return before
    /// anything is durable.
    ///
    /// # Security
    ///
    /// Two writers at once destroy the store, and an acknowledged write may be lost. Allow it only where you know that
    /// the file system keeps `flock` and `fsync`.
    #[must_use]
    pub fn allow_network_fs(mut self, allow: bool) -> Self {
        self.allowed.network_fs = allow;
        self
    }

    /// Whether to refuse, with [`OutOfMemory`](crate::ErrorKind::OutOfMemory), what would put keys into memory that
    /// cannot be locked and may be written to swap. Not by default: [`Store::memory_status`](crate::Store::memory_status)
    /// then says whether it is locked.
    ///
    /// A handle locks 16 KiB, and more only if hundreds of threads work at once. The limit is what `ulimit -l` shows.
    #[must_use]
    pub fn require_locked_memory(mut self, required: bool) -> Self {
        self.locking = if required { Locking::Required } else { Locking::Wished };
        self
    }
}

impl Default for StoreOptions {
    fn default() -> Self {
        Self::new()
    }
}
