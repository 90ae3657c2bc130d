//! Reading secrets.

use std::fmt;

use super::audited::Touched;
use super::rotate::is_same;
use super::view::View;
use super::{SecretInfo, Store, Transaction};
use crate::access::Action;
use crate::clock::Timestamp;
use crate::error::{Error, Result};
use crate::record::path::SecretPath;
use crate::secret::SecretBytes;
use crate::tables::{Rows, Snapshot};

/// A secret with the value of one version. The value is wiped on drop.
pub struct Secret {
    info: SecretInfo,
    version: u64,
    version_created_at: Timestamp,
    value: SecretBytes,
}

impl fmt::Debug for Secret {
    /// Everything but the value.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Secret")
            .field("info", &self.info)
            .field("version", &self.version)
            .field("version_created_at", &self.version_created_at)
            .finish_non_exhaustive()
    }
}

impl Secret {
    /// `version` was read: its number, and when it was written.
    pub(super) fn new(info: SecretInfo, version: (u64, Timestamp), value: SecretBytes) -> Self {
        let (version, version_created_at) = version;
        Self { info, version, version_created_at, value }
    }

    /// The secret as it is now, whichever version was read.
    #[must_use]
    pub fn info(&self) -> &SecretInfo {
        &self.info
    }

    /// The number of the version that was read.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.version
    }

    /// When that version was written.
    #[must_use]
    pub fn version_created_at(&self) -> Timestamp {
        self.version_created_at
    }

    /// The value.
    #[must_use]
    pub fn value(&self) -> &SecretBytes {
        &self.value
    }

    /// The value alone.
    #[must_use]
    pub fn into_value(self) -> SecretBytes {
        self.value
    }
}

impl Store {
    /// Reads the current version of the secret at `path`.
    ///
    /// # Errors
    ///
    /// [`NotFound`](crate::ErrorKind::NotFound) if there is none, or its current version is deleted;
    /// [`Destroyed`](crate::ErrorKind::Destroyed) if that is destroyed; [`Expired`](crate::ErrorKind::Expired) if the secret has
    /// expired;
    /// [`InvalidArgument`](crate::ErrorKind::InvalidArgument) if `path` breaks a rule of
    /// [`SecretPath`]; [`Tampered`](crate::ErrorKind::Tampered) if something on the way does not authenticate.
    pub fn get<P>(&self, path: P) -> Result<Secret>
    where
        P: TryInto<SecretPath>,
        Error: From<P::Error>,
    {
        let path = path.try_into()?;
        self.audited(&path, 0, |view| view.get(&path, None))
    }

    /// Reads version `version` of the secret at `path`.
    ///
    /// # Errors
    ///
    /// As [`get`](Self::get); [`NotFound`](crate::ErrorKind::NotFound) also if there was no such version yet;
    /// [`Destroyed`](crate::ErrorKind::Destroyed) also if it was pruned;
    /// [`VersionExpired`](crate::ErrorKind::VersionExpired) if its grace is over.
    pub fn get_version<P>(&self, path: P, version: u64) -> Result<Secret>
    where
        P: TryInto<SecretPath>,
        Error: From<P::Error>,
    {
        let path = path.try_into()?;
        self.audited(&path, version, |view| view.get(&path, Some(version)))
    }

    /// Reads what is known of the secret at `path` without its value.
    ///
    /// # Errors
    ///
    /// As [`get`](Self::get), but for the state of the current version.
    pub fn info<P>(&self, path: P) -> Result<SecretInfo>
    where
        P: TryInto<SecretPath>,
        Error: From<P::Error>,
    {
        let path = path.try_into()?;
        self.look(Action::Read(&path), |view| view.info(&path))
    }

    /// Reads the current versions of several secrets, all of one state of the store. The results are in the order of
    /// `paths`, and one that fails does not fail the others.
    ///
    /// # Errors
    ///
    /// Of the whole, as [`list`](Self::list); of each, as [`get`](Self::get).
    ///
    /// # Examples
    ///
    /// ```
    /// use strongroom::{ErrorKind, Store};
    ///
    /// let store = Store::in_memory()?;
    /// store.put("db/user", "app")?;
    /// let found = store.get_many(["db/user", "db/password"])?;
    /// assert_eq!(found[0].as_ref().unwrap().value().expose(), b"app");
    /// assert_eq!(found[1].as_ref().unwrap_err().kind(), ErrorKind::NotFound);
    /// # Ok::<(), strongroom::Error>(())
    /// ```
    pub fn get_many<P>(&self, paths: impl IntoIterator<Item = P>) -> Result<Vec<Result<Secret>>>
    where
        P: TryInto<SecretPath>,
        Error: From<P::Error>,
    {
        let paths: Vec<Result<SecretPath>> =
            paths.into_iter().map(|path| path.try_into().map_err(Error::from)).collect();
        self.audited_many(&paths)
    }

    /// Whether `candidate` is the current value of the secret at `path`, without showing the value. How long it takes does
    /// not depend on where they differ.
    ///
    /// # Errors
    ///
    /// As [`get`](Self::get).
    pub fn matches<P>(&self, path: P, candidate: impl AsRef<[u8]>) -> Result<bool>
    where
        P: TryInto<SecretPath>,
        Error: From<P::Error>,
    {
        let path = path.try_into()?;
        self.audited(&path, 0, |view| view.matches(&path, candidate.as_ref()))
    }

    /// Looks at the last committed state.
    pub(super) fn look<T>(
        &self,
        action: Action<'_>,
        mut look: impl FnMut(&View<'_, Snapshot<'_>>) -> Result<T>,
    ) -> Result<T> {
        let tables = self.authorise(action)?;
        tables.read(|rows| look(&View::new(self, &tables, rows)))
    }
}

impl<R: Rows> View<'_, R> {
    pub(super) fn info(&self, path: &SecretPath) -> Result<SecretInfo> {
        SecretInfo::new(self.store, path.clone(), self.find(path)?)
    }

    /// Each with what was found on the way to it.
    pub(super) fn get_many(&self, paths: &[Result<SecretPath>]) -> Vec<(Result<Secret>, Option<Touched>)> {
        let get = |path: &Result<SecretPath>| {
            self.touched.set(None);
            let result = match path {
                Ok(path) => self.store.authorise(Action::Read(path)).and_then(|_| self.get(path, None)),
                Err(error) => Err(error.repeat()),
            };
            (result, self.touched.take())
        };
        paths.iter().map(get).collect()
    }

    fn matches(&self, path: &SecretPath, candidate: &[u8]) -> Result<bool> {
        let record = self.find(path)?;
        let (version, value) = self.value(path, &record, None)?;
        self.was_read([version.number]);
        Ok(is_same(value.expose(), candidate))
    }
}

impl Transaction<'_, '_> {
    /// As [`Store::get`], of the state this transaction sees.
    ///
    /// # Errors
    ///
    /// As [`Store::get`].
    pub fn get<P>(&self, path: P) -> Result<Secret>
    where
        P: TryInto<SecretPath>,
        Error: From<P::Error>,
    {
        let path = path.try_into()?;
        self.audited(&path, 0, |view| view.get(&path, None))
    }

    /// As [`Store::get_version`], of the state this transaction sees.
    ///
    /// # Errors
    ///
    /// As [`Store::get_version`].
    pub fn get_version<P>(&self, path: P, version: u64) -> Result<Secret>
    where
        P: TryInto<SecretPath>,
        Error: From<P::Error>,
    {
        let path = path.try_into()?;
        self.audited(&path, version, |view| view.get(&path, Some(version)))
    }

    /// As [`Store::info`], of the state this transaction sees.
    ///
    /// # Errors
    ///
    /// As [`Store::info`].
    pub fn info<P>(&self, path: P) -> Result<SecretInfo>
    where
        P: TryInto<SecretPath>,
        Error: From<P::Error>,
    {
        let path = path.try_into()?;
        self.look(Action::Read(&path))?;
        self.view().info(&path)
    }

    /// As [`Store::get_many`], of the state this transaction sees.
    ///
    /// # Errors
    ///
    /// As [`Store::get_many`].
    pub fn get_many<P>(&self, paths: impl IntoIterator<Item = P>) -> Result<Vec<Result<Secret>>>
    where
        P: TryInto<SecretPath>,
        Error: From<P::Error>,
    {
        let paths: Vec<Result<SecretPath>> =
            paths.into_iter().map(|path| path.try_into().map_err(Error::from)).collect();
        self.audited_many(&paths)
    }

    /// As [`Store::matches`], of the state this transaction sees.
    ///
    /// # Errors
    ///
    /// As [`Store::matches`].
    pub fn matches<P>(&self, path: P, candidate: impl AsRef<[u8]>) -> Result<bool>
    where
        P: TryInto<SecretPath>,
        Error: From<P::Error>,
    {
        let path = path.try_into()?;
        self.audited(&path, 0, |view| view.matches(&path, candidate.as_ref()))
    }
}
