//! Rotation: a new value that retires the one before.

use std::borrow::Borrow;
use std::time::Duration;

use subtle::ConstantTimeEq;

use super::idempotency::Operation;
use super::view::View;
use super::{Put, Secret, SecretInfo, Store, Transaction, VersionInfo, Written};
use crate::access::Action;
use crate::clock::Timestamp;
use crate::error::{Error, ErrorKind, Result};
use crate::generator::Generator;
use crate::limits::SCHEDULE_SECONDS_MAX;
use crate::record::audit::EventKind;
use crate::record::path::SecretPath;
use crate::record::version::VersionState;
use crate::secret::Plaintext;
use crate::tables::Rows;

/// What a rotation did.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Rotated {
    /// The new version, which is current at once.
    pub written: Written,
    /// The number of the version that was current before.
    pub old_version: u64,
    /// Until when the old version is accepted and readable by number: this instant is the first at which it is not.
    pub old_expires_at: Timestamp,
}

impl Store {
    /// Writes `value` as the next version of the secret at `path`, which is current at once, and retires the version before: it is
    /// readable by number, and [accepted](Self::accepted), for as long as `grace`, and then never again. Without a grace it is
    /// retired at once. A version that is in grace already stays so until its own time.
    ///
    /// What grace there is can be ended by [`revoke_version`](Self::revoke_version), and what was rotated by mistake is taken back by
    /// [`rollback`](Self::rollback), which writes the old value once more. Neither a clock that is turned back nor
    /// deleting and restoring the version extends a grace. [Retention](crate::Retention) never prunes a version in grace.
    ///
    /// # Errors
    ///
    /// As [`put`](Self::put); [`ErrorKind::NotFound`] if there is no secret; [`ErrorKind::InvalidArgument`] for a grace of more than a
    /// hundred years.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use strongroom::{ErrorKind, ManualClock, StoreOptions, Timestamp};
    ///
    /// let clock = ManualClock::start(Timestamp::from_millis(1_800_000_000_000));
    /// let store = StoreOptions::new().clock(&clock).in_memory()?;
    /// store.put("api-key", "old")?;
    /// store.rotate("api-key", "new", Duration::from_secs(300))?;
    /// assert_eq!(store.get("api-key")?.value().expose(), b"new");
    /// assert_eq!(store.verify_any("api-key", "old")?, Some(1));
    /// clock.advance(Duration::from_secs(300));
    /// assert_eq!(store.verify_any("api-key", "old")?, None);
    /// assert_eq!(store.get_version("api-key", 1).unwrap_err().kind(), ErrorKind::VersionExpired);
    /// # Ok::<(), strongroom::Error>(())
    /// ```
    pub fn rotate<P>(&self, path: P, value: impl AsRef<[u8]>, grace: Duration) -> Result<Rotated>
    where
        P: TryInto<SecretPath>,
        Error: From<P::Error>,
    {
        self.rotate_with(path, value, grace, Put::new())
    }

    /// As [`rotate`](Self::rotate), with metadata and on a condition.
    ///
    /// # Errors
    ///
    /// As [`rotate`](Self::rotate) and [`put_with`](Self::put_with).
    pub fn rotate_with<P>(
        &self,
        path: P,
        value: impl AsRef<[u8]>,
        grace: Duration,
        put: impl Borrow<Put>,
    ) -> Result<Rotated>
    where
        P: TryInto<SecretPath>,
        Error: From<P::Error>,
    {
        self.transaction(|tx| tx.rotate_with(path, value, grace, put))
    }

    /// As [`rotate_with`](Self::rotate_with), with a value that nobody sees before it is read.
    ///
    /// # Errors
    ///
    /// As [`rotate_with`](Self::rotate_with) and [`put_generated`](Self::put_generated).
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use strongroom::{Generator, Put, Store};
    ///
    /// let store = Store::in_memory()?;
    /// store.put("api-key", "old")?;
    /// let day = Duration::from_secs(86_400);
    /// let rotated = store.rotate_generated("api-key", &Generator::token(32), day, Put::new())?;
    /// assert_eq!((rotated.old_version, rotated.written.version()), (1, 2));
    /// # Ok::<(), strongroom::Error>(())
    /// ```
    pub fn rotate_generated<P>(
        &self,
        path: P,
        generator: &Generator,
        grace: Duration,
        put: impl Borrow<Put>,
    ) -> Result<Rotated>
    where
        P: TryInto<SecretPath>,
        Error: From<P::Error>,
    {
        self.transaction(|tx| tx.rotate_generated(path, generator, grace, put))
    }

    /// The current version of the secret at `path` and those in grace, the newest first: what whoever checks a value is to
    /// accept. Empty if the current version is deleted or destroyed and none is in grace.
    ///
    /// # Errors
    ///
    /// As [`get`](Self::get), but for the state of the current version.
    pub fn accepted<P>(&self, path: P) -> Result<Vec<Secret>>
    where
        P: TryInto<SecretPath>,
        Error: From<P::Error>,
    {
        let path = path.try_into()?;
        self.audited(&path, 0, |view| view.accepted_secrets(&path))
    }

    /// The number of the newest [accepted](Self::accepted) version that `candidate` is the value of, without showing any; `None`
    /// if it is of none. All of them are compared, and how long that takes does not depend on where they differ.
    ///
    /// # Errors
    ///
    /// As [`accepted`](Self::accepted).
    pub fn verify_any<P>(&self, path: P, candidate: impl AsRef<[u8]>) -> Result<Option<u64>>
    where
        P: TryInto<SecretPath>,
        Error: From<P::Error>,
    {
        let path = path.try_into()?;
        self.audited(&path, 0, |view| view.verify_any(&path, candidate.as_ref()))
    }

    /// Retires a version that is not the current one now, whether it was in grace or readable by number. Revoking it again
    /// changes nothing. What is deleted stays so, and is retired once restored. A [`rollback`](Self::rollback) still finds the value, as
    /// of every retired version; [`destroy_version`](Self::destroy_version) takes it away.
    ///
    /// # Errors
    ///
    /// As [`put`](Self::put); [`ErrorKind::NotFound`] if there is no such version; [`ErrorKind::Destroyed`];
    /// [`ErrorKind::InvalidArgument`] for the current version, which is [rotated](Self::rotate) or deleted instead.
    pub fn revoke_version<P>(&self, path: P, version: u64) -> Result<VersionInfo>
    where
        P: TryInto<SecretPath>,
        Error: From<P::Error>,
    {
        self.transaction(|tx| tx.revoke_version(path, version))
    }
}

impl<R: Rows> View<'_, R> {
    fn accepted_secrets(&self, path: &SecretPath) -> Result<Vec<Secret>> {
        let (record, accepted) = self.accepted(path)?;
        let time = self.was_read(accepted.iter().map(|(version, _)| version.number));
        let info = SecretInfo::new(self.store, path.clone(), record)?.read_at(time);
        let secret = |(version, value): (crate::record::secret::VersionRecord, _)| {
            Secret::new(info.clone(), (version.number, Timestamp::from_millis(version.created_at)), value)
        };
        Ok(accepted.into_iter().map(secret).collect())
    }

    fn verify_any(&self, path: &SecretPath, candidate: &[u8]) -> Result<Option<u64>> {
        let (_, accepted) = self.accepted(path)?;
        let mut found = None;
        for (version, value) in accepted.iter().rev() {
            if is_same(value.expose(), candidate) {
                found = Some(version.number);
            }
        }
        self.was_read(found.or_else(|| accepted.first().map(|(version, _)| version.number)));
        Ok(found)
    }
}

/// Whether two values are the same, in a time that does not depend on where they differ.
pub(super) fn is_same(value: &[u8], candidate: &[u8]) -> bool {
    // Of the value's length whatever the candidate's, so that the comparison never ends early.
    let mut padded = Plaintext::zeros(value.len());
    for (to, from) in padded.iter_mut().zip(candidate) {
        *to = *from;
    }
    let same_length = value.len() == candidate.len();
    bool::from(value.ct_eq(&padded)) & same_length
}

impl Transaction<'_, '_> {
    /// As [`Store::rotate`], in this transaction.
    ///
    /// # Errors
    ///
    /// As [`Store::rotate`].
    pub fn rotate<P>(&mut self, path: P, value: impl AsRef<[u8]>, grace: Duration) -> Result<Rotated>
    where
        P: TryInto<SecretPath>,
        Error: From<P::Error>,
    {
        self.rotate_with(path, value, grace, Put::new())
    }

    /// As [`Store::rotate_with`], in this transaction.
    ///
    /// # Errors
    ///
    /// As [`Store::rotate_with`].
    pub fn rotate_with<P>(
        &mut self,
        path: P,
        value: impl AsRef<[u8]>,
        grace: Duration,
        put: impl Borrow<Put>,
    ) -> Result<Rotated>
    where
        P: TryInto<SecretPath>,
        Error: From<P::Error>,
    {
        self.change(|tx| {
            let (path, value, put) = (path.try_into()?, value.as_ref(), put.borrow());
            tx.authorise(Action::Write(&path))?;
            tx.once(
                Operation::Rotate,
                |call| put.say(call.path("path", &path).bytes("value", value).duration("grace", grace)),
                |tx| tx.replace(&path, value, grace, put),
            )
        })
    }

    /// As [`Store::rotate_generated`], in this transaction.
    ///
    /// # Errors
    ///
    /// As [`Store::rotate_generated`].
    pub fn rotate_generated<P>(
        &mut self,
        path: P,
        generator: &Generator,
        grace: Duration,
        put: impl Borrow<Put>,
    ) -> Result<Rotated>
    where
        P: TryInto<SecretPath>,
        Error: From<P::Error>,
    {
        self.change(|tx| {
            let (path, recipe, put) = (path.try_into()?, generator.description(), put.borrow());
            tx.authorise(Action::Write(&path))?;
            tx.once(
                Operation::Rotate,
                |call| put.say(call.path("path", &path).bytes("generator", &recipe).duration("grace", grace)),
                |tx| tx.replace(&path, generator.generate()?.expose(), grace, put),
            )
        })
    }

    fn replace(&mut self, path: &SecretPath, value: &[u8], grace: Duration, put: &Put) -> Result<Rotated> {
        let old_version = self.view().find(path)?.current.number;
        let old_expires_at = self.now().after(checked_grace(grace)?);
        let written = self.write(path, value, put, Some(old_expires_at))?;
        Ok(Rotated { written, old_version, old_expires_at })
    }

    /// As [`Store::accepted`], of the state this transaction sees.
    ///
    /// # Errors
    ///
    /// As [`Store::accepted`].
    pub fn accepted<P>(&self, path: P) -> Result<Vec<Secret>>
    where
        P: TryInto<SecretPath>,
        Error: From<P::Error>,
    {
        let path = path.try_into()?;
        self.audited(&path, 0, |view| view.accepted_secrets(&path))
    }

    /// As [`Store::verify_any`], of the state this transaction sees.
    ///
    /// # Errors
    ///
    /// As [`Store::verify_any`].
    pub fn verify_any<P>(&self, path: P, candidate: impl AsRef<[u8]>) -> Result<Option<u64>>
    where
        P: TryInto<SecretPath>,
        Error: From<P::Error>,
    {
        let path = path.try_into()?;
        self.audited(&path, 0, |view| view.verify_any(&path, candidate.as_ref()))
    }

    /// As [`Store::revoke_version`], in this transaction.
    ///
    /// # Errors
    ///
    /// As [`Store::revoke_version`].
    pub fn revoke_version<P>(&mut self, path: P, version: u64) -> Result<VersionInfo>
    where
        P: TryInto<SecretPath>,
        Error: From<P::Error>,
    {
        self.change_version((Operation::RevokeVersion, |path| Action::Write(path)), path, version, |tx, path| {
            let (record, mut found) = tx.find_version(path, version)?;
            if version == record.current.number {
                let message = format!(
                    "version {version} of the secret at {path} is the current one; rotate the secret, or delete the version"
                );
                return Err(Error::new(ErrorKind::InvalidArgument, message));
            }
            let state = tx.view().state(&record, &found)?;
            if state == VersionState::Destroyed {
                return Err(super::view::destroyed(path, version));
            }
            let revoked = found.standing.rotated(tx.now().as_millis());
            if revoked != found.standing && state != VersionState::Retired {
                found.standing = revoked;
                tx.save_version(path, &record, &found)?;
                tx.log(EventKind::VersionRevoked, (path, record.id), version)?;
            }
            tx.version_info(&record, found)
        })
    }
}

fn checked_grace(grace: Duration) -> Result<Duration> {
    if grace <= Duration::from_secs(SCHEDULE_SECONDS_MAX) {
        return Ok(grace);
    }
    let message = format!("a grace is at most {SCHEDULE_SECONDS_MAX} seconds long");
    Err(Error::new(ErrorKind::InvalidArgument, message))
}
