//! The versions of a secret one by one.

use super::idempotency::Operation;
use super::view::destroyed;
use super::{Store, Transaction, VersionInfo};
use crate::access::Action;
use crate::error::{Error, Result};
use crate::record::audit::EventKind;
use crate::record::path::SecretPath;
use crate::record::secret::{SecretRecord, VersionRecord};
use crate::record::version::VersionState;
use crate::tables::{history, retention, secrets, trash};

impl Store {
    /// What is known of each version of the secret at `path`, from the oldest on. Versions that were pruned are not
    /// among them.
    ///
    /// # Errors
    ///
    /// As [`get`](Self::get).
    ///
    /// # Examples
    ///
    /// ```
    /// use strongroom::{ErrorKind, Store, VersionState};
    ///
    /// let store = Store::in_memory()?;
    /// store.put("name", "one")?;
    /// store.put("name", "two")?;
    /// store.delete_version("name", 1)?;
    /// let versions = store.versions("name")?;
    /// assert!(matches!(versions[0].state, VersionState::Deleted { .. }));
    /// assert_eq!(versions[1].state, VersionState::Current);
    /// assert_eq!(store.get_version("name", 1).unwrap_err().kind(), ErrorKind::NotFound);
    /// store.restore_version("name", 1)?;
    /// store.destroy_version("name", 1)?;
    /// assert_eq!(store.get_version("name", 1).unwrap_err().kind(), ErrorKind::Destroyed);
    /// # Ok::<(), strongroom::Error>(())
    /// ```
    pub fn versions<P>(&self, path: P) -> Result<Vec<VersionInfo>>
    where
        P: TryInto<SecretPath>,
        Error: From<P::Error>,
    {
        let path = path.try_into()?;
        self.look(Action::Read(&path), |view| view.versions(&path))
    }

    /// Deletes one version: it cannot be read, and can be restored for as many days as the
    /// [retention](crate::Retention) says. Deleting it again changes nothing. If it is the current version, the secret
    /// has none to read until it is restored or another one is written.
    ///
    /// # Errors
    ///
    /// As [`put`](Self::put); [`NotFound`](crate::ErrorKind::NotFound) if there is no such version;
    /// [`Destroyed`](crate::ErrorKind::Destroyed).
    pub fn delete_version<P>(&self, path: P, version: u64) -> Result<VersionInfo>
    where
        P: TryInto<SecretPath>,
        Error: From<P::Error>,
    {
        self.transaction(|tx| tx.delete_version(path, version))
    }

    /// Restores a deleted version. Restoring one that is not deleted changes nothing. A grace ends when it would have ended.
    ///
    /// # Errors
    ///
    /// As [`delete_version`](Self::delete_version); [`Destroyed`](crate::ErrorKind::Destroyed) also if its time is over.
    pub fn restore_version<P>(&self, path: P, version: u64) -> Result<VersionInfo>
    where
        P: TryInto<SecretPath>,
        Error: From<P::Error>,
    {
        self.transaction(|tx| tx.restore_version(path, version))
    }

    /// Removes the value of one version for good; what is known of it stays. Destroying it again changes nothing.
    ///
    /// # Errors
    ///
    /// As [`put`](Self::put); [`NotFound`](crate::ErrorKind::NotFound) if there is no such version;
    /// [`Destroyed`](crate::ErrorKind::Destroyed) if it was pruned.
    ///
    /// # Security
    ///
    /// The bytes stay in the file's free blocks, under its keys, until they are used again or [`purge`](Self::purge)
    /// is called.
    pub fn destroy_version<P>(&self, path: P, version: u64) -> Result<VersionInfo>
    where
        P: TryInto<SecretPath>,
        Error: From<P::Error>,
    {
        self.transaction(|tx| tx.destroy_version(path, version))
    }
}

impl Transaction<'_, '_> {
    /// As [`Store::versions`], of the state this transaction sees.
    ///
    /// # Errors
    ///
    /// As [`Store::versions`].
    pub fn versions<P>(&self, path: P) -> Result<Vec<VersionInfo>>
    where
        P: TryInto<SecretPath>,
        Error: From<P::Error>,
    {
        let path = path.try_into()?;
        self.look(Action::Read(&path))?;
        self.view().versions(&path)
    }

    /// As [`Store::delete_version`], in this transaction.
    ///
    /// # Errors
    ///
    /// As [`Store::delete_version`].
    pub fn delete_version<P>(&mut self, path: P, version: u64) -> Result<VersionInfo>
    where
        P: TryInto<SecretPath>,
        Error: From<P::Error>,
    {
        self.change_version(
            (Operation::DeleteVersion, |path| Action::Delete(path)),
            path,
            version,
            |tx, path| {
                let (record, mut found) = tx.find_version(path, version)?;
                match tx.view().state(&record, &found)? {
                    VersionState::Destroyed => return Err(destroyed(path, version)),
                    VersionState::Deleted { .. } => {}
                    _ => {
                        let days = retention::trash_days(tx.batch, path, &record)?;
                        let until = tx.now().plus_days(days).as_millis();
                        trash::note_version(tx.batch, path, &record.id, version, until, true)?;
                        found.standing = found.standing.deleted(tx.now().as_millis(), until);
                        tx.save_version(path, &record, &found)?;
                        tx.log(EventKind::VersionDeleted, (path, record.id), version)?;
                    }
                }
                tx.version_info(&record, found)
            },
        )
    }

    /// As [`Store::restore_version`], in this transaction.
    ///
    /// # Errors
    ///
    /// As [`Store::restore_version`].
    pub fn restore_version<P>(&mut self, path: P, version: u64) -> Result<VersionInfo>
    where
        P: TryInto<SecretPath>,
        Error: From<P::Error>,
    {
        self.change_version(
            (Operation::RestoreVersion, |path| Action::Write(path)),
            path,
            version,
            |tx, path| {
                let (record, mut found) = tx.find_version(path, version)?;
                match tx.view().state(&record, &found)? {
                    VersionState::Destroyed => return Err(destroyed(path, version)),
                    VersionState::Deleted { until } => {
                        trash::note_version(tx.batch, path, &record.id, version, until.as_millis(), false)?;
                        found.standing = found.standing.restored();
                        tx.save_version(path, &record, &found)?;
                        tx.log(EventKind::VersionRestored, (path, record.id), version)?;
                    }
                    _ => {}
                }
                tx.version_info(&record, found)
            },
        )
    }

    /// As [`Store::destroy_version`], in this transaction.
    ///
    /// # Errors
    ///
    /// As [`Store::destroy_version`].
    pub fn destroy_version<P>(&mut self, path: P, version: u64) -> Result<VersionInfo>
    where
        P: TryInto<SecretPath>,
        Error: From<P::Error>,
    {
        self.change_version(
            (Operation::DestroyVersion, |path| Action::Destroy(path)),
            path,
            version,
            |tx, path| {
                let (record, mut found) = tx.find_version(path, version)?;
                if !found.standing.is_destroyed() {
                    tx.remove_value(path, &record, &mut found)?;
                    tx.log(EventKind::VersionDestroyed, (path, record.id), version)?;
                }
                tx.version_info(&record, found)
            },
        )
    }

    /// Takes the value of a version away.
    pub(super) fn remove_value(
        &mut self,
        path: &SecretPath,
        record: &SecretRecord,
        version: &mut VersionRecord,
    ) -> Result<()> {
        if let Some(until) = version.standing.deleted_until() {
            trash::note_version(self.batch, path, &record.id, version.number, until, false)?;
        }
        history::destroy(self.batch, &record.id, version, self.now().as_millis())?;
        self.save_version(path, record, version)
    }

    /// Makes a change of one version, once if the handle says so.
    pub(super) fn change_version<P>(
        &mut self,
        (operation, action): (Operation, fn(&SecretPath) -> Action<'_>),
        path: P,
        version: u64,
        change: impl FnOnce(&mut Self, &SecretPath) -> Result<VersionInfo>,
    ) -> Result<VersionInfo>
    where
        P: TryInto<SecretPath>,
        Error: From<P::Error>,
    {
        self.change(|tx| {
            let path = path.try_into()?;
            tx.authorise(action(&path))?;
            tx.once(
                operation,
                |call| _ = call.path("path", &path).number("version", version),
                |tx| change(tx, &path),
            )
        })
    }

    pub(super) fn find_version(
        &self,
        path: &SecretPath,
        number: u64,
    ) -> Result<(SecretRecord, VersionRecord)> {
        let record = self.view().find(path)?;
        let version = self.view().version(path, &record, number)?.into_owned();
        Ok((record, version))
    }

    /// Writes a version that was changed, where it stands.
    pub(super) fn save_version(
        &mut self,
        path: &SecretPath,
        record: &SecretRecord,
        version: &VersionRecord,
    ) -> Result<()> {
        let mut after = record.clone();
        self.touch(&mut after);
        if version.number == record.current.number {
            after.current = version.clone();
        } else {
            history::write(self.batch, &record.id, version)?;
        }
        secrets::save(self.batch, path, Some(record), &after)
    }

    pub(super) fn version_info(&self, record: &SecretRecord, version: VersionRecord) -> Result<VersionInfo> {
        let state = self.view().state(record, &version)?;
        VersionInfo::new(version, state)
    }
}
