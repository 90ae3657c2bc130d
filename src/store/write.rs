//! Writing values and metadata.

use std::sync::PoisonError;

use super::idempotency::{Operation, path_of};
use super::info::unreadable;
use super::metadata::{Changes, Expected};
use super::{Put, SecretInfo, Store, Transaction, Update};
use crate::access::Action;
use crate::clock::Timestamp;
use crate::crypto::random;
use crate::error::{Error, ErrorKind, Result};
use crate::generator::Generator;
use crate::record::audit::EventKind;
use crate::record::id::SecretId;
use crate::record::idempotency::WrittenAnswer;
use crate::record::path::SecretPath;
use crate::record::secret::{SecretRecord, VersionRecord};
use crate::record::text;
use crate::record::tier::Tier;
use crate::tables::secrets;

/// What a write did.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Written {
    id: SecretId,
    path: SecretPath,
    version: u64,
    tier: Tier,
    updated_at: Timestamp,
}

impl Written {
    pub(super) fn new(path: SecretPath, record: &SecretRecord) -> Result<Self> {
        Ok(Self {
            id: SecretId::from_bytes(record.id),
            path,
            version: record.current.number,
            tier: Tier::of(record.tier).ok_or_else(unreadable)?,
            updated_at: Timestamp::from_millis(record.updated_at),
        })
    }

    pub(super) fn to_answer(&self) -> WrittenAnswer {
        WrittenAnswer {
            id: *self.id.as_bytes(),
            path: self.path.as_str().to_owned(),
            version: self.version,
            tier: self.tier.code(),
            updated_at: self.updated_at.as_millis(),
        }
    }

    pub(super) fn from_answer(answer: WrittenAnswer) -> Result<Self> {
        Ok(Self {
            id: SecretId::from_bytes(answer.id),
            path: path_of(&answer.path)?,
            version: answer.version,
            tier: Tier::of(answer.tier).ok_or_else(unreadable)?,
            updated_at: Timestamp::from_millis(answer.updated_at),
        })
    }

    /// The id of the secret.
    #[must_use]
    pub fn id(&self) -> SecretId {
        self.id
    }

    /// The path of the secret.
    #[must_use]
    pub fn path(&self) -> &SecretPath {
        &self.path
    }

    /// The current version: 1 for a new secret.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.version
    }

    /// How much the secret matters.
    #[must_use]
    pub fn tier(&self) -> Tier {
        self.tier
    }

    /// When the secret was created.
    #[must_use]
    pub fn created_at(&self) -> Timestamp {
        self.id.created_at()
    }

    /// When this was written.
    #[must_use]
    pub fn updated_at(&self) -> Timestamp {
        self.updated_at
    }
}

impl Store {
    /// Writes `value` as the next version of the secret at `path`: version 1 if there is none. Older versions stay
    /// readable by number, as many as the [retention](crate::Retention) says; [`rotate`](Self::rotate) retires them instead.
    ///
    /// The value, its audit event and the new head of the audit chain are one commit, durable when this returns.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidArgument`] if `path` breaks a rule of [`SecretPath`];
    /// [`LimitExceeded`](ErrorKind::LimitExceeded) for a value above 16 MiB; [`Expired`](ErrorKind::Expired) if the secret
    /// has expired and no other expiry is set with the value, which nobody could read;
    /// [`ReadOnly`](ErrorKind::ReadOnly); [`Reentrant`](ErrorKind::Reentrant) inside a transaction of
    /// this thread; [`InUse`](ErrorKind::InUse) if another thread's write does not end in time;
    /// [`DiskFull`](ErrorKind::DiskFull), after which the store is as it was and the handle works;
    /// [`FileRefused`](ErrorKind::FileRefused) if the file was replaced under the handle;
    /// [`Io`](ErrorKind::Io), after which the handle is poisoned and the write may or may not be there when
    /// the store is opened again.
    pub fn put<P>(&self, path: P, value: impl AsRef<[u8]>) -> Result<Written>
    where
        P: TryInto<SecretPath>,
        Error: From<P::Error>,
    {
        self.put_with(path, value, Put::new())
    }

    /// As [`put`](Self::put), with metadata and on a condition.
    ///
    /// # Errors
    ///
    /// As [`put`](Self::put); [`ErrorKind::AlreadyExists`] or [`ErrorKind::Conflict`] if the condition does not hold;
    /// [`ErrorKind::InvalidArgument`] names the field that breaks a rule, and the rule.
    ///
    /// # Examples
    ///
    /// ```
    /// use strongroom::{ErrorKind, Put, Store, Tier};
    ///
    /// let store = Store::in_memory()?;
    /// store.put_with("db/password", "one", Put::new().expect_absent().tag("env", "prod").tier(Tier::Sensitive))?;
    /// store.put_with("db/password", "two", Put::new().expect_version(1).note("after the incident"))?;
    /// let late = store.put_with("db/password", "three", Put::new().expect_version(1));
    /// assert_eq!(late.unwrap_err().kind(), ErrorKind::Conflict);
    /// assert_eq!(store.info("db/password")?.tags().get("env"), Some("prod"));
    /// # Ok::<(), strongroom::Error>(())
    /// ```
    pub fn put_with<P>(
        &self,
        path: P,
        value: impl AsRef<[u8]>,
        put: impl std::borrow::Borrow<Put>,
    ) -> Result<Written>
    where
        P: TryInto<SecretPath>,
        Error: From<P::Error>,
    {
        self.transaction(|tx| tx.put_with(path, value, put))
    }

    /// As [`put_with`](Self::put_with), with a new value that `generator` makes. Nobody sees it before it is read.
    ///
    /// # Errors
    ///
    /// As [`put_with`](Self::put_with) and [`Generator::generate`].
    ///
    /// # Examples
    ///
    /// ```
    /// use strongroom::{Generator, Put, Store};
    ///
    /// let store = Store::in_memory()?;
    /// store.put_generated("db/password", &Generator::password(32), Put::new().expect_absent())?;
    /// assert_eq!(store.get("db/password")?.value().len(), 32);
    /// # Ok::<(), strongroom::Error>(())
    /// ```
    pub fn put_generated<P>(
        &self,
        path: P,
        generator: &Generator,
        put: impl std::borrow::Borrow<Put>,
    ) -> Result<Written>
    where
        P: TryInto<SecretPath>,
        Error: From<P::Error>,
    {
        self.transaction(|tx| tx.put_generated(path, generator, put))
    }

    /// Changes metadata without a new version. If nothing would change, nothing is written.
    ///
    /// # Errors
    ///
    /// As [`put_with`](Self::put_with); [`ErrorKind::NotFound`] if there is no secret.
    ///
    /// # Examples
    ///
    /// ```
    /// use strongroom::{Put, Store, Update};
    ///
    /// let store = Store::in_memory()?;
    /// store.put_with("db/password", "one", Put::new().tag("env", "prod").tag("old", ""))?;
    /// let info = store.update("db/password", Update::new().remove_tag("old").description("of the main database"))?;
    /// assert_eq!((info.version(), info.meta_version(), info.tags().len()), (1, 2, 1));
    /// # Ok::<(), strongroom::Error>(())
    /// ```
    pub fn update<P>(&self, path: P, update: impl std::borrow::Borrow<Update>) -> Result<SecretInfo>
    where
        P: TryInto<SecretPath>,
        Error: From<P::Error>,
    {
        self.transaction(|tx| tx.update(path, update))
    }

    /// Writes the value of version `version` once more, as the next version with the note `rollback of …`.
    ///
    /// It takes a version that is retired too, whose value cannot be read any more: it is the way back from a [`rotate`](Self::rotate)
    /// to a wrong value. A version that must not come back is [destroyed](Self::destroy_version); to revoke it is not enough.
    ///
    /// # Errors
    ///
    /// As [`put`](Self::put) and [`get_version`](Self::get_version), but for the state of being retired.
    pub fn rollback<P>(&self, path: P, version: u64) -> Result<Written>
    where
        P: TryInto<SecretPath>,
        Error: From<P::Error>,
    {
        self.transaction(|tx| tx.rollback(path, version))
    }
}

impl Store {
    /// The id of a new secret.
    fn new_id(&self, now: Timestamp) -> Result<SecretId> {
        let fresh = SecretId::new(now, random::bytes()?);
        let mut last = self.shared.last_id.lock().unwrap_or_else(PoisonError::into_inner);
        let id = last.map_or(fresh, |last| fresh.after(last));
        *last = Some(id);
        Ok(id)
    }
}

impl Transaction<'_, '_> {
    /// As [`Store::put`], in this transaction.
    ///
    /// # Errors
    ///
    /// As [`Store::put`]; [`ErrorKind::LimitExceeded`] also after 100,000 changes.
    pub fn put<P>(&mut self, path: P, value: impl AsRef<[u8]>) -> Result<Written>
    where
        P: TryInto<SecretPath>,
        Error: From<P::Error>,
    {
        self.put_with(path, value, Put::new())
    }

    /// As [`Store::put_with`], in this transaction.
    ///
    /// # Errors
    ///
    /// As [`Store::put_with`].
    pub fn put_with<P>(
        &mut self,
        path: P,
        value: impl AsRef<[u8]>,
        put: impl std::borrow::Borrow<Put>,
    ) -> Result<Written>
    where
        P: TryInto<SecretPath>,
        Error: From<P::Error>,
    {
        self.change(|tx| {
            let (path, value, put) = (path.try_into()?, value.as_ref(), put.borrow());
            tx.authorise(Action::Write(&path))?;
            tx.once(
                Operation::Put,
                |call| put.say(call.path("path", &path).bytes("value", value)),
                |tx| tx.write(&path, value, put, None),
            )
        })
    }

    /// As [`Store::put_generated`], in this transaction.
    ///
    /// # Errors
    ///
    /// As [`Store::put_generated`].
    pub fn put_generated<P>(
        &mut self,
        path: P,
        generator: &Generator,
        put: impl std::borrow::Borrow<Put>,
    ) -> Result<Written>
    where
        P: TryInto<SecretPath>,
        Error: From<P::Error>,
    {
        self.change(|tx| {
            let (path, recipe, put) = (path.try_into()?, generator.description(), put.borrow());
            tx.authorise(Action::Write(&path))?;
            tx.once(
                Operation::Put,
                |call| put.say(call.path("path", &path).bytes("generator", &recipe)),
                |tx| tx.write(&path, generator.generate()?.expose(), put, None),
            )
        })
    }

    /// As [`Store::update`], in this transaction.
    ///
    /// # Errors
    ///
    /// As [`Store::update`].
    pub fn update<P>(&mut self, path: P, update: impl std::borrow::Borrow<Update>) -> Result<SecretInfo>
    where
        P: TryInto<SecretPath>,
        Error: From<P::Error>,
    {
        self.change(|tx| {
            let (path, update) = (path.try_into()?, update.borrow());
            tx.authorise(Action::Write(&path))?;
            tx.once(
                Operation::Update,
                |call| update.say(call.path("path", &path)),
                |tx| tx.write_metadata(&path, update),
            )
        })
    }

    /// As [`Store::rollback`], in this transaction.
    ///
    /// # Errors
    ///
    /// As [`Store::rollback`].
    pub fn rollback<P>(&mut self, path: P, version: u64) -> Result<Written>
    where
        P: TryInto<SecretPath>,
        Error: From<P::Error>,
    {
        self.change(|tx| {
            let path = path.try_into()?;
            tx.authorise(Action::Read(&path))?;
            tx.authorise(Action::Write(&path))?;
            tx.once(
                Operation::Rollback,
                |call| _ = call.path("path", &path).number("version", version),
                |tx| {
                    let record = tx.view().find(&path)?;
                    let value = tx.view().old_value(&path, &record, version)?;
                    tx.write(&path, value.expose(), &Put::new().note(format!("rollback of {version}")), None)
                },
            )
        })
    }

    /// Writes a value as the next version. If `retired` says until when, the version before is accepted no longer than that.
    pub(super) fn write(
        &mut self,
        path: &SecretPath,
        value: &[u8],
        put: &Put,
        retired: Option<Timestamp>,
    ) -> Result<Written> {
        let before = secrets::find(self.batch, path)?;
        check_expected(path, before.as_ref(), put.expected)?;
        let mut record = match &before {
            Some(before) => before.clone(),
            None => SecretRecord::new(*self.store.new_id(self.now())?.as_bytes(), self.now().as_millis()),
        };
        let changed = edit(&mut record, &put.changes, before.as_ref(), self.now())?;
        self.view().check_expiry(path, &record)?;
        self.touch(&mut record);
        let version = VersionRecord {
            created_at: self.now().as_millis(),
            note: put.note.as_deref().map(text::note).transpose()?.filter(|note| !note.is_empty()),
            ..VersionRecord::default()
        };
        let pruned = secrets::put(
            self.batch,
            &self.tables.sealer(),
            path,
            before.as_ref(),
            &mut record,
            (version, value),
            retired.map(Timestamp::as_millis),
        )?;
        let kind = match (&before, retired) {
            (None, _) => EventKind::SecretCreated,
            (Some(_), None) => EventKind::SecretUpdated,
            (Some(_), Some(_)) => EventKind::SecretRotated,
        };
        self.log(kind, (path, record.id), record.current.number)?;
        self.log_changes(path, &record, before.as_ref(), changed && before.is_some())?;
        for version in pruned {
            if !version.standing.is_destroyed() {
                self.log(EventKind::VersionPruned, (path, record.id), version.number)?;
            }
        }
        Written::new(path.clone(), &record)
    }

    fn write_metadata(&mut self, path: &SecretPath, update: &Update) -> Result<SecretInfo> {
        let before = self.view().find(path)?;
        if let Some(expected) = update.expected.filter(|&expected| expected != before.meta_version) {
            let message = format!(
                "the metadata of the secret at {path} have the number {} and not {expected}",
                before.meta_version
            );
            return Err(Error::new(ErrorKind::Conflict, message));
        }
        let mut record = before.clone();
        if edit(&mut record, &update.changes, Some(&before), self.now())? {
            self.touch(&mut record);
            secrets::save(self.batch, path, Some(&before), &record)?;
            self.log_changes(path, &record, Some(&before), true)?;
        }
        SecretInfo::new(self.store, path.clone(), record)
    }

    /// Notes in a record that is about to be written that it changes now, and what is known of reads of it.
    pub(super) fn touch(&self, record: &mut SecretRecord) {
        record.updated_at = self.now().as_millis();
        self.note_access(record);
    }

    /// Notes in a record that is about to be written what is known of reads of it.
    pub(super) fn note_access(&self, record: &mut SecretRecord) {
        record.accessed_at = record.accessed_at.max(self.store.shared.accesses.last(&record.id));
    }

    fn log_changes(
        &mut self,
        path: &SecretPath,
        record: &SecretRecord,
        before: Option<&SecretRecord>,
        changed: bool,
    ) -> Result<()> {
        if changed {
            self.log(EventKind::MetadataUpdated, (path, record.id), record.meta_version)?;
        }
        match before {
            Some(before) if before.tier != record.tier => {
                self.log(EventKind::TierChanged, (path, record.id), u64::from(record.tier))
            }
            _ => Ok(()),
        }
    }
}

fn check_expected(path: &SecretPath, found: Option<&SecretRecord>, expected: Expected) -> Result<()> {
    let conflict = |message: String| Err(Error::new(ErrorKind::Conflict, message));
    match (expected, found) {
        (Expected::Anything, _) | (Expected::Absent, None) => Ok(()),
        (Expected::Absent, Some(_)) => {
            let message = format!("there is a secret at {path} already");
            Err(Error::new(ErrorKind::AlreadyExists, message))
        }
        (Expected::Version(expected), None) => {
            conflict(format!("there is no secret at {path}, and version {expected} was expected"))
        }
        (Expected::Version(expected), Some(secret)) if secret.current.number == expected => Ok(()),
        (Expected::Version(expected), Some(secret)) => {
            let current = secret.current.number;
            conflict(format!("the secret at {path} is at version {current} and not {expected}"))
        }
    }
}

/// Makes changes of metadata, and says whether there were any.
fn edit(
    record: &mut SecretRecord,
    changes: &Changes,
    before: Option<&SecretRecord>,
    now: Timestamp,
) -> Result<bool> {
    let changed = changes.apply(record, now)?;
    if changed && before.is_some() {
        record.meta_version = record.meta_version.saturating_add(1);
    }
    Ok(changed)
}
