//! One state of the store, as every operation that reads sees it: of the last commit, or of a running transaction.

use std::borrow::Cow;
use std::cell::Cell;

use super::audited::Touched;
use super::{Secret, SecretInfo, Store, VersionInfo};
use crate::clock::Timestamp;
use crate::error::{Error, ErrorKind, Result};
use crate::limits::CLOCK_JUMP_MILLIS_MAX;
use crate::record::path::SecretPath;
use crate::record::secret::{SecretRecord, Standing, VersionRecord};
use crate::record::version::{Times, VersionState};
use crate::secret::SecretBytes;
use crate::tables::{Rows, Tables, audit, history, secrets, state};

/// A state of the store at a time.
pub(super) struct View<'a, R> {
    pub(super) store: &'a Store,
    pub(super) tables: &'a Tables,
    pub(super) rows: &'a R,
    /// The time of the call inside a transaction; without one it is looked up when it matters.
    pub(super) now: Option<Timestamp>,
    /// The time of the last commit, or what a transaction took for right since; without it the rows tell.
    pub(super) mark: Option<Timestamp>,
    /// The versions whose values were read last, or the one that was looked for in vain.
    pub(super) touched: Cell<Option<Touched>>,
}

impl<'a, R> View<'a, R> {
    /// A state at the time when it matters.
    pub(super) fn new(store: &'a Store, tables: &'a Tables, rows: &'a R) -> Self {
        Self { store, tables, rows, now: None, mark: None, touched: Cell::new(None) }
    }
}

impl<R: Rows> View<'_, R> {
    pub(super) fn find(&self, path: &SecretPath) -> Result<SecretRecord> {
        secrets::find(self.rows, path)?
            .ok_or_else(|| Error::new(ErrorKind::NotFound, format!("there is no secret at {path}")))
    }

    /// The current version, or `number`, with its value.
    pub(super) fn get(&self, path: &SecretPath, number: Option<u64>) -> Result<Secret> {
        let record = self.find(path)?;
        let (version, value) = self.value(path, &record, number)?;
        let read = (version.number, Timestamp::from_millis(version.created_at));
        let time = self.was_read([version.number]);
        Ok(Secret::new(SecretInfo::new(self.store, path.clone(), record)?.read_at(time), read, value))
    }

    /// The value of version `number`, to be written once more: also if that is retired, which is no reading of it.
    pub(super) fn old_value(
        &self,
        path: &SecretPath,
        record: &SecretRecord,
        number: u64,
    ) -> Result<SecretBytes> {
        let version = self.version(path, record, number)?;
        if self.state(record, &version)? != VersionState::Retired {
            return self.value(path, record, Some(number)).map(|(_, value)| value);
        }
        self.check_expiry(path, record)?;
        secrets::value(self.rows, &self.tables.sealer(), path, &record.id, &version)
    }

    /// The value of the current version, or of `number`.
    pub(super) fn value<'r>(
        &self,
        path: &SecretPath,
        record: &'r SecretRecord,
        number: Option<u64>,
    ) -> Result<(Cow<'r, VersionRecord>, SecretBytes)> {
        let number = number.unwrap_or(record.current.number);
        self.touched.set(Some(Touched::in_vain(record, number)));
        let version = self.version(path, record, number)?;
        match self.state(record, &version)? {
            VersionState::Current | VersionState::Superseded | VersionState::Grace { .. } => {
                self.check_expiry(path, record)?;
                let value = secrets::value(self.rows, &self.tables.sealer(), path, &record.id, &version)?;
                Ok((version, value))
            }
            VersionState::Deleted { until } => Err(Error::new(
                ErrorKind::NotFound,
                format!(
                    "version {number} of the secret at {path} is deleted; it can be restored until {until}"
                ),
            )),
            VersionState::Retired => Err(Error::new(
                ErrorKind::VersionExpired,
                format!(
                    "version {number} of the secret at {path} is retired: its grace is over; a rollback writes its value once more"
                ),
            )),
            VersionState::Destroyed => Err(destroyed(path, number)),
        }
    }

    /// The current version and those in grace, the newest first. Which of them [were read](Self::was_read) is for the caller to
    /// say.
    pub(super) fn accepted(
        &self,
        path: &SecretPath,
    ) -> Result<(SecretRecord, Vec<(VersionRecord, SecretBytes)>)> {
        let record = self.find(path)?;
        self.touched.set(Some(Touched::in_vain(&record, record.current.number)));
        let versions = history::all(self.rows, &record)?;
        let times = self.times_for(&versions)?;
        let state = |version: &VersionRecord| VersionState::of(version, record.current.number, times);
        let mut accepted = Vec::new();
        for version in versions.into_iter().rev().filter(|version| state(version).is_accepted()) {
            self.check_expiry(path, &record)?;
            let value = secrets::value(self.rows, &self.tables.sealer(), path, &record.id, &version)?;
            accepted.push((version, value));
        }
        Ok((record, accepted))
    }

    /// Takes note of which versions of the secret that was looked at were read, if any, and says when.
    pub(super) fn was_read(&self, versions: impl IntoIterator<Item = u64>) -> Timestamp {
        let (now, mut versions) = (self.store.now_seen(), versions.into_iter());
        let touched = self.touched.take().zip(versions.next()).map(|(touched, version)| Touched {
            version,
            others: versions.collect(),
            time: Some(now),
            ..touched
        });
        self.touched.set(touched);
        now
    }

    /// # Errors
    ///
    /// [`ErrorKind::Expired`] if the secret has expired.
    pub(super) fn check_expiry(&self, path: &SecretPath, record: &SecretRecord) -> Result<()> {
        match record.expires_at() {
            Some(time) if time <= self.now().as_millis() => {
                let time = Timestamp::from_millis(time);
                let message =
                    format!("the secret at {path} expired at {time}; set another expiry to use it again");
                Err(Error::new(ErrorKind::Expired, message))
            }
            _ => Ok(()),
        }
    }

    /// The time now: of the call inside a transaction, or of this look.
    pub(super) fn now(&self) -> Timestamp {
        self.now.unwrap_or_else(|| self.store.now_seen())
    }

    /// What is known of version `number`, whatever its state.
    pub(super) fn version<'r>(
        &self,
        path: &SecretPath,
        record: &'r SecretRecord,
        number: u64,
    ) -> Result<Cow<'r, VersionRecord>> {
        if !(1..=record.current.number).contains(&number) {
            let message = format!("the secret at {path} has no version {number}");
            return Err(Error::new(ErrorKind::NotFound, message));
        }
        history::find(self.rows, record, number)?.ok_or_else(|| destroyed(path, number))
    }

    /// The state of a version now.
    pub(super) fn state(&self, record: &SecretRecord, version: &VersionRecord) -> Result<VersionState> {
        let times = self.times_for(std::slice::from_ref(version))?;
        Ok(VersionState::of(version, record.current.number, times))
    }

    /// The times by which these versions are judged, if their states depend on them.
    fn times_for(&self, versions: &[VersionRecord]) -> Result<Times> {
        let mut times = Times::default();
        if versions.iter().any(|version| version.standing.deleted_until().is_some()) {
            times.purge = self.purge_time()?;
        }
        if versions.iter().any(|version| matches!(version.standing, Standing::Rotated { .. })) {
            times.now = self.now();
        }
        Ok(times)
    }

    /// Every version of a secret, from the oldest.
    pub(super) fn versions(&self, path: &SecretPath) -> Result<Vec<VersionInfo>> {
        let record = self.find(path)?;
        let versions = history::all(self.rows, &record)?;
        let times = self.times_for(&versions)?;
        let with_state = |version| {
            let state = VersionState::of(&version, record.current.number, times);
            VersionInfo::new(version, state)
        };
        versions.into_iter().map(with_state).collect()
    }

    /// The time by which the trash is judged: now, unless the clock went forward by more than a year at once and nobody
    /// said that it is right.
    pub(super) fn purge_time(&self) -> Result<Timestamp> {
        if let Some(before) = state::before_jump(self.rows)? {
            return Ok(Timestamp::from_millis(before));
        }
        let now = match self.now {
            Some(now) => now,
            None => self.store.now(self.tables)?,
        };
        let mark = self.mark.map_or_else(|| self.find_mark(), Ok)?;
        Ok(if has_jumped(mark, now) { mark } else { now })
    }

    /// The time of the commit that these rows are of. The file may be at a later one by now, behind a jump that these rows know
    /// nothing of; then it is the time of their last event, which is less only in a commit of nothing but reads, or of a transaction
    /// that went on behind its last change.
    fn find_mark(&self) -> Result<Timestamp> {
        let stamp = self.tables.file().stamp()?;
        let mark = match audit::last(self.rows)? {
            Some((head, time)) if head != stamp.audit_head => time,
            _ => stamp.clock_mark,
        };
        Ok(Timestamp::from_millis(mark))
    }
}

/// Whether the clock went forward by more than a year at once.
pub(super) fn has_jumped(mark: Timestamp, now: Timestamp) -> bool {
    now.as_millis().saturating_sub(mark.as_millis()) > CLOCK_JUMP_MILLIS_MAX
}

pub(super) fn destroyed(path: &SecretPath, number: u64) -> Error {
    let message =
        format!("version {number} of the secret at {path} is destroyed: its value is gone for good");
    Error::new(ErrorKind::Destroyed, message)
}
