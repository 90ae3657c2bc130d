//! How the store is: its state, its file, and what waits to be done.

use std::path::PathBuf;
use std::time::Duration;

use super::root::LockedFile;
use super::verify::is_damage;
use super::view::View;
use super::{Store, capabilities, sweep, time};
use crate::access::{Action, authorise};
use crate::clock::Timestamp;
use crate::error::{Error, Result};
use crate::record::pin::Pin;
use crate::tables::{Tables, state};

/// How a store is, in a word.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum HealthStatus {
    /// Nothing is wrong.
    Ok,
    /// It works, and something should be looked at: the file is not at its path any more, another file carries its id, the
    /// clock stands behind or jumped, or opening found a superblock unreadable.
    Degraded,
    /// It is locked.
    Locked,
    /// A write failed, and the handle refuses everything; open the store again.
    Poisoned,
    /// Something in it was altered or decayed: the last [verification](Store::verify) through this store failed, or this look did.
    /// Restore a backup.
    Damaged,
}

/// What [`Store::health`] found.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Health {
    /// How the store is, in a word.
    pub status: HealthStatus,
    /// The version of the library.
    pub library_version: &'static str,
    /// The version of the file format.
    pub format_version: u16,
    /// The last durable commit: its number and the head of the audit chain after it.
    pub pin: Pin,
    /// Whether the file is still the one at its path. If not, somebody removed it or put another in its place, and
    /// writing through this handle is refused.
    pub in_place: bool,
    /// Other files in the store's directory that carry its id, sorted, whatever they are called: conflict copies of a
    /// sync client, or backups. Each one may hold other secrets than this store, and opens with the passphrase of its
    /// time. They are told by their first bytes, which anybody can write.
    pub copies_beside: Vec<PathBuf>,
    /// Bytes that are free for this process where the file lies; `None` for a store in memory.
    pub free_bytes: Option<u64>,
    /// When the store was last backed up, through whatever handle.
    pub last_backup_at: Option<Timestamp>,
    /// When this handle last [verified](Store::verify) the store whole.
    pub last_verified_at: Option<Timestamp>,
    /// Secrets and single versions that a [sweep](Store::sweep) would remove.
    pub pending_sweep: u64,
    /// How far the clock stands behind the last time the store has seen, if that is more than a second.
    pub clock_behind: Option<Duration>,
    /// The clock went forward by more than a year at once, and nobody [said](crate::Sweep::confirm_clock) that it is right.
    pub clock_jumped: bool,
}

impl Store {
    /// Looks at the store: whether it works, its file from outside, copies of it beside, and what waits to be done. A locked,
    /// poisoned or damaged store has a health too; what only its rows say, and cannot be read, is then `None` or 0. It looks at few
    /// blocks: whether the store is whole is for [`verify`](Self::verify) to say.
    ///
    /// It writes nothing, and opens each regular file in the store's directory that can be read, for its first bytes.
    /// At most [`DIRECTORY_ENTRIES_MAX`](crate::limits::DIRECTORY_ENTRIES_MAX) names are looked at.
    ///
    /// # Errors
    ///
    /// [`Io`](crate::ErrorKind::Io) if the path or the directory cannot be looked at.
    ///
    /// # Examples
    ///
    /// ```
    /// use strongroom::{HealthStatus, Store};
    ///
    /// let store = Store::in_memory()?;
    /// let health = store.health()?;
    /// assert_eq!(health.status, HealthStatus::Ok);
    /// for copy in &health.copies_beside {
    ///     println!("{} is a copy of this store", copy.display());
    /// }
    /// # Ok::<(), strongroom::Error>(())
    /// ```
    pub fn health(&self) -> Result<Health> {
        authorise(self.principal, Action::Inspect)?;
        if let Some(locked) = self.shared.root.locked()? {
            return self.outside(&locked, HealthStatus::Locked);
        }
        let tables = self.shared.root.tables()?;
        tables.file().check_process()?;
        let file =
            LockedFile { disk: tables.file().disk().clone(), pin: Pin::of(&tables.file().position()?) };
        if tables.file().is_poisoned() {
            return self.outside(&file, HealthStatus::Poisoned);
        }
        let mut health = self.outside(&file, HealthStatus::Ok)?;
        let looked = self.look_inside(&tables, &mut health);
        if looked.as_ref().is_err_and(is_damage) || self.verification().is_damaged {
            health.status = HealthStatus::Damaged;
            return Ok(health);
        }
        looked?;
        let report = self.open_report();
        let is_sound = health.in_place
            && health.copies_beside.is_empty()
            && health.clock_behind.is_none()
            && !health.clock_jumped
            && !report.unreadable_superblock
            // A change of a slot since then wrote both copies.
            && !(report.unreadable_header && tables.file().unreadable_header()?);
        if !is_sound {
            health.status = HealthStatus::Degraded;
        }
        Ok(health)
    }

    fn outside(&self, file: &LockedFile, status: HealthStatus) -> Result<Health> {
        let looked = |doing| move |source| Error::io(doing, source);
        let capabilities = capabilities();
        Ok(Health {
            status,
            library_version: capabilities.library_version,
            format_version: capabilities.format_version,
            in_place: file.disk.is_in_place().map_err(looked("look at the store's path"))?,
            copies_beside: file
                .disk
                .copies(&file.pin.store_id)
                .map_err(looked("look for copies of the store"))?,
            free_bytes: file.disk.free_bytes().map_err(looked("ask for the free space"))?,
            pin: file.pin,
            last_backup_at: None,
            last_verified_at: self.verification().at,
            pending_sweep: 0,
            clock_behind: None,
            clock_jumped: false,
        })
    }

    fn look_inside(&self, tables: &Tables, health: &mut Health) -> Result<()> {
        let now = self.now(tables)?;
        health.clock_behind = time::behind(&self.shared.clock, now);
        let (backup, pending, purge_time) = tables.read(|rows| {
            let view = View { now: Some(now), ..View::new(self, tables, rows) };
            Ok((state::last_backup(rows)?, sweep::pending(&view)?, view.purge_time()?))
        })?;
        health.last_backup_at = backup.map(Timestamp::from_millis);
        health.pending_sweep = pending;
        health.clock_jumped = purge_time < now;
        Ok(())
    }
}
