//! An embedded secret store: one sealed file, one library, no server.
//!
//! A [`Store`] keeps versioned secrets in a single file. The file is a [redb](https://docs.rs/redb) database sealed
//! whole with XChaCha20-Poly1305 under a key that its key slots unlock: with a passphrase (Argon2id), a key file, a raw
//! key or a recovery code. Without one of them it shows nothing but its size, its id, its key slots and how often it was
//! written.
//!
//! ```no_run
//! use strongroom::{Query, Store, Unlock};
//!
//! let store = Store::create("app.strongroom", Unlock::passphrase("correct horse battery staple"))?;
//! store.put("production/openai/api-key", "sk-proj-abc123")?;
//! let secret = store.get("production/openai/api-key")?;
//! assert_eq!(secret.value().expose(), b"sk-proj-abc123");
//! for info in store.list(Query::under("production"))? {
//!     println!("{} at version {}", info.path(), info.version());
//! }
//! # Ok::<(), strongroom::Error>(())
//! ```
//!
//! # A tour
//!
//! ```
//! use strongroom::{Generator, Put, Query, Result, Store, Sweep, Tier, Unlock, Update};
//!
//! fn organise(store: &Store) -> Result<()> {
//!     let new = Put::new().expect_absent().tag("env", "prod").tier(Tier::Sensitive);
//!     store.put_with("production/mail/password", "one", &new)?; // only if there is none
//!     store.put_with("production/mail/password", "two", Put::new().expect_version(1))?; // compare and set
//!     store.update("production/mail/password", Update::new().description("of the relay"))?; // no new version
//!     store.rollback("production/mail/password", 1)?; // version 3 has the value of version 1
//!     for info in store.list(Query::all().tag("env", "prod").count(true))? {
//!         println!("{} {} {:?}", info.path(), info.tier(), info.tags());
//!     }
//!     store.rename_prefix("production/mail", "production/smtp")?; // ids and versions stay
//!     let deleted = store.delete("production/smtp/password")?; // to the trash, for 30 days
//!     store.restore(deleted.id)?;
//!     store.sweep(Sweep::new())?; // removes what is over; nothing else does
//!     Ok(())
//! }
//!
//! fn use_unseen(store: &Store, body: &[u8]) -> Result<bool> {
//!     store.put_generated("hooks/orders", &Generator::token(32), Put::new())?; // 256 bits that nobody has seen
//!     let signature = store.sign_payload("hooks/orders", body)?.to_string(); // sha256=…
//!     Ok(store.verify_payload("hooks/orders", body, &signature)?.is_valid())
//! }
//!
//! fn look_after(store: &Store, backup: &str) -> Result<String> {
//!     let (_, code) = store.slots().add_recovery_code()?; // another way in, to be written down
//!     println!("If the passphrase is lost: {}", code.expose());
//!     store.slots().change_passphrase(Unlock::passphrase("old"), Unlock::passphrase("new"))?;
//!     store.backup(backup)?; // while others read and write
//!     store.compact()?; // gives back what is unused; purge() and rekey() seal everything anew
//!     store.lock()?; // keys are wiped, the file stays held
//!     store.unlock(Unlock::passphrase("new"))?;
//!     Ok(store.pin()?.to_string()) // kept elsewhere it shows an older copy that was put back
//! }
//! # let path = std::env::temp_dir().join(format!("strongroom-tour-{}", std::process::id()));
//! # let path = path.to_str().expect("a path of UTF-8");
//! # let store = Store::create(path, Unlock::passphrase("old"))?;
//! # organise(&store)?;
//! # assert!(use_unseen(&store, b"body")?);
//! # let backup = format!("{path}.backup");
//! # let kept = look_after(&store, &backup)?;
//! # drop(store);
//! # strongroom::StoreOptions::new().pin(kept.parse()?).open(path, Unlock::passphrase("new"))?.close()?;
//! # std::fs::remove_file(path).expect("the store is there");
//! # std::fs::remove_file(backup).expect("the backup is there");
//! # Ok::<(), strongroom::Error>(())
//! ```
//!
//! # What it promises
//!
//! 1. Nothing acknowledged is lost, whatever instant the power fails; nothing half-done appears.
//! 2. Nothing is readable without a key: not values, not names, not counts.
//! 3. Nothing altered is accepted: every byte but the key header's is authenticated before it is parsed, and an older
//!    block put back is found by [`Store::verify`], and by opening a store of up to 64 MiB.
//! 4. A change and its audit event are one commit.
//!
//! # What it does not
//!
//! A process that holds the passphrase can do anything. A complete older copy of the file is accepted as the store it
//! was, unless the host keeps a [`Pin`] and opens with it. Names are in memory while the store is open. Copies made by the caller are the caller's to wipe.

#![cfg_attr(test, allow(clippy::as_conversions, clippy::panic, reason = "tests say what they mean"))]

mod access;
#[cfg(any(feature = "zeroizing-alloc", feature = "capi", test))]
#[expect(unsafe_code, reason = "a global allocator has no other interface")]
#[cfg_attr(not(feature = "zeroizing-alloc"), allow(unreachable_pub, reason = "then it is no interface"))]
mod allocator;
mod clock;
mod crypto;
mod error;
#[cfg(feature = "capi")]
#[expect(unsafe_code, reason = "C hands over pointers")]
mod ffi;
#[cfg(test)]
mod forked;
mod format;
#[doc(hidden)]
#[cfg(any(fuzzing, test))]
pub mod fuzzing;
mod generator;
#[cfg(test)]
mod golden;
#[cfg(test)]
mod io_faults;
pub mod limits;
#[cfg(test)]
mod own_process;
mod record;
#[cfg(test)]
mod residue;
mod sealed;
mod secret;
#[cfg(test)]
mod seeds;
#[cfg(test)]
mod simulator;
mod store;
mod tables;
#[cfg(test)]
mod tamper;
#[cfg(test)]
mod unprintable;

/// The examples of the README, run as tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
pub struct Readme;

#[cfg(feature = "zeroizing-alloc")]
pub use allocator::ZeroizingAllocator;
pub use clock::{ManualClock, Timestamp};
pub use crypto::arena::MemoryStatus;
pub use crypto::kdf::{Calibration, KdfCost};
pub use error::{Error, ErrorKind, Holder, Result};
pub use format::slot::SlotKind;
pub use generator::{Generator, TokenEncoding};
pub use record::audit_head::AuditHead;
pub use record::context::Context;
pub use record::duration::parse_duration;
pub use record::environment::Environment;
pub use record::event_id::AuditEventId;
pub use record::event_kind::AuditEventKind;
pub use record::expiry::OnExpiry;
pub use record::id::{SecretId, SlotId};
pub use record::path::SecretPath;
pub use record::pin::Pin;
pub use record::signature::Signature;
pub use record::tag::Tags;
pub use record::tier::Tier;
pub use record::version::VersionState;
pub use sealed::recovery::RecoveryCode;
pub use sealed::unlock::Unlock;
pub use secret::SecretBytes;
pub use store::{
    Audit, AuditActor, AuditEvent, AuditExported, AuditPage, AuditPolicy, AuditQuery, AuditReads,
    AuditVerified, Author, BegunTransaction, Capabilities, Copied, CopyOptions, Cursor, Deleted, Due,
    DueReason, EventFilter, Health, HealthStatus, KdfUpgrade, KeySlot, Listed, Namespace, NewSlot,
    OpenReport, OpenedReport, Page, PinCheck, Policy, Progress, Put, Query, Rename, Retention, Rotated, Scan,
    Secret, SecretInfo, SecretRef, SignatureCheck, Slots, Sort, Stats, Store, StoreOptions, Subscription,
    Sweep, SweepReport, TagCount, Transaction, Trashed, Update, Usage, VerifyAtOpen, VerifyReport,
    VersionInfo, Written, capabilities,
};
