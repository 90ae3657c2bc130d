//! The store: every operation goes one way. Authorise, act, audit, commit.

mod accesses;
mod audit;
mod audit_policy;
mod audited;
mod begun;
mod capabilities;
mod commit;
mod context;
mod copy;
mod cursor;
mod due;
mod events;
mod facets;
mod gate;
mod health;
mod idempotency;
mod info;
#[cfg(test)]
pub(crate) mod inside;
mod list;
mod lock;
mod metadata;
mod open;
mod options;
mod pin;
mod policy;
mod query;
mod read;
mod reads;
mod rename;
mod report;
mod retention;
mod root;
mod rotate;
mod sign;
mod slots;
mod stats;
mod sweep;
mod time;
mod transaction;
mod trash;
mod verify;
mod versions;
mod view;
mod waiting;
mod window;
mod write;

use std::fmt;
use std::sync::atomic::AtomicU32;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use accesses::Accesses;
use commit::Owed;
use events::Feed;
use gate::Gate;
use idempotency::Once;
use reads::Reads;
use root::Root;
use time::Seen;
use verify::Verification;

pub use audit::{Audit, AuditActor, AuditEvent, AuditExported, AuditPage, AuditQuery, AuditVerified};
pub use audit_policy::{AuditPolicy, AuditReads};
pub use begun::BegunTransaction;
pub use capabilities::{Capabilities, capabilities};
pub use copy::{Copied, CopyOptions, Progress};
pub use cursor::Cursor;
pub use due::{Due, DueReason};
pub use events::{EventFilter, Subscription};
pub use facets::TagCount;
pub use health::{Health, HealthStatus};
pub use info::{Author, SecretInfo, Trashed, VersionInfo};
pub use list::{Namespace, Page, Scan};
pub use metadata::{Put, Update};
pub use options::{StoreOptions, VerifyAtOpen};
pub use pin::PinCheck;
pub use policy::Policy;
pub use query::{Listed, Query, Sort};
pub use read::Secret;
pub use rename::Rename;
pub use report::{KdfUpgrade, OpenReport, OpenedReport, VerifyReport};
pub use retention::Retention;
pub use rotate::Rotated;
pub use sign::SignatureCheck;
pub use slots::{KeySlot, NewSlot, Slots};
pub use stats::{Stats, Usage};
pub use sweep::{Sweep, SweepReport};
pub use transaction::Transaction;
pub use trash::{Deleted, SecretRef};
pub use write::Written;

use crate::access::{Action, Principal, authorise};
use crate::clock::Clock;
use crate::error::Result;
use crate::record::context::Said;
use crate::record::id::SecretId;
use crate::sealed::change::Rewrapped;
use crate::tables::Tables;

/// An open, unlocked store.
///
/// One file holds everything. A handle opened for writing keeps every other handle out for its whole life; any number
/// of read-only handles share a file. A `Store` is safe to use from any number of threads: readers never wait for a
/// writer, writers wait for each other.
///
/// Every write is one commit with exactly one sync, and is durable when the call returns: after a power cut the store
/// holds the last acknowledged write, or the one in flight, whole. A handle whose write or sync failed refuses
/// everything after it with [`ErrorKind::Poisoned`](crate::ErrorKind::Poisoned); open the store again to go on.
///
/// Dropping a handle closes it. Closing syncs nothing, because nothing acknowledged waits for it.
///
/// # Examples
///
/// ```
/// use strongroom::{Query, Store};
///
/// let store = Store::in_memory()?;
/// store.put("production/openai/api-key", "sk-proj-abc123")?;
/// let rotated = store.put("production/openai/api-key", "sk-proj-def456")?;
/// assert_eq!(rotated.version(), 2);
/// assert_eq!(store.get("production/openai/api-key")?.value().expose(), b"sk-proj-def456");
/// assert_eq!(store.get_version("production/openai/api-key", 1)?.value().expose(), b"sk-proj-abc123");
/// for info in store.list(Query::under("production"))? {
///     println!("{} at version {}", info.path(), info.version());
/// }
/// # Ok::<(), strongroom::Error>(())
/// ```
pub struct Store {
    shared: Arc<Shared>,
    principal: Principal,
    /// What the operations through this handle say of themselves.
    said: Arc<Said>,
    /// What makes its mutations of secrets happen once.
    once: Once,
    /// Whether closing this handle closes the store, and with it every handle that came from it.
    is_root: bool,
}

/// What every handle of an open store has in common.
struct Shared {
    root: Root,
    clock: Clock,
    seen: Seen,
    accesses: Accesses,
    reads: Reads,
    feed: Feed,
    gate: Arc<Gate>,
    options: StoreOptions,
    report: Mutex<OpenReport>,
    owed: Mutex<Owed>,
    /// The handle's slot at the store's floor, made while the passphrase was at hand. Locked for moments only: it has a key, and
    /// whoever drops the store inside a transaction must get rid of it.
    strengthened: Mutex<Option<Rewrapped>>,
    /// The id of the last secret this handle made.
    last_id: Mutex<Option<SecretId>>,
    verification: Mutex<Verification>,
    /// Attempts to unlock with a wrong key since the last with a right one.
    wrong_keys: AtomicU32,
}

impl Store {
    /// The way into every operation: nothing is read, and no lock is waited for, where the handle is of no use.
    fn authorise(&self, action: Action<'_>) -> Result<Arc<Tables>> {
        let tables = self.usable()?;
        authorise(self.principal, action)?;
        Ok(tables)
    }

    fn usable(&self) -> Result<Arc<Tables>> {
        let tables = self.shared.root.tables()?;
        tables.file().check_usable()?;
        Ok(tables)
    }
}

impl Shared {
    fn strengthened(&self) -> MutexGuard<'_, Option<Rewrapped>> {
        self.strengthened.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn forget_strengthened(&self) {
        *self.strengthened() = None;
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        // In a forked child the rows are left to the parent, by whoever has them last.
        if self.is_root && self.shared.root.check_process().is_ok() {
            let _ = self.write_out_at_last();
            drop(self.shared.root.end());
            // Handles that came from this one may live on, and nothing is written through them.
            self.shared.forget_strengthened();
        }
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_locked() { "Store(locked)" } else { "Store(unlocked)" })
    }
}
