//! Moving secrets to other paths.

use super::idempotency::{Arguments, Operation};
use super::{Store, Transaction, Written};
use crate::access::Action;
use crate::error::{Error, ErrorKind, Result};
use crate::limits::RENAME_BYTES_MAX;
use crate::record::audit::EventKind;
use crate::record::path::SecretPath;
use crate::record::secret::SecretRecord;
use crate::tables::list::{Filter, list};
use crate::tables::secrets::Home;
use crate::tables::{secrets, tags, trash};

/// How a rename goes about.
#[derive(Clone, Copy, Debug, Default)]
pub struct Rename {
    large: bool,
}

impl Rename {
    /// Of at most 64 MiB of values.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Also of more than 64 MiB of values, which are sealed anew and written in one commit, and take as much room again
    /// in the file for that time.
    #[must_use]
    pub fn allow_large(mut self) -> Self {
        self.large = true;
        self
    }

    /// Everything that a rename says.
    fn say<'a>(self, from: &'a SecretPath, to: &'a SecretPath, call: &mut Arguments<'a>) {
        call.path("from", from).path("to", to).number("large", self.large);
    }
}

impl Store {
    /// Moves the secret at `from` to `to`. It keeps its id and its versions, whose values are sealed anew: the key of a
    /// value follows from its path.
    ///
    /// # Errors
    ///
    /// As [`put`](Self::put); [`ErrorKind::NotFound`] if there is no secret at `from`; [`ErrorKind::AlreadyExists`] if
    /// there is one at `to`; [`ErrorKind::LimitExceeded`] if its values are more than 64 MiB: see
    /// [`rename_with`](Self::rename_with).
    ///
    /// # Examples
    ///
    /// ```
    /// use strongroom::Store;
    ///
    /// let store = Store::in_memory()?;
    /// let id = store.put("staging/key", "one")?.id();
    /// store.rename("staging/key", "production/key")?;
    /// assert_eq!(store.info("production/key")?.id(), id);
    /// assert_eq!(store.rename_prefix("production", "live/eu")?, 1);
    /// assert_eq!(store.get("live/eu/key")?.value().expose(), b"one");
    /// # Ok::<(), strongroom::Error>(())
    /// ```
    pub fn rename<P, Q>(&self, from: P, to: Q) -> Result<Written>
    where
        P: TryInto<SecretPath>,
        Q: TryInto<SecretPath>,
        Error: From<P::Error> + From<Q::Error>,
    {
        self.rename_with(from, to, Rename::new())
    }

    /// As [`rename`](Self::rename), also of large values if told so.
    ///
    /// # Errors
    ///
    /// As [`rename`](Self::rename).
    pub fn rename_with<P, Q>(&self, from: P, to: Q, rename: Rename) -> Result<Written>
    where
        P: TryInto<SecretPath>,
        Q: TryInto<SecretPath>,
        Error: From<P::Error> + From<Q::Error>,
    {
        self.transaction(|tx| tx.rename_with(from, to, rename))
    }

    /// Moves every live secret strictly below the namespace `from` to the same place below `to`, all or none, and says how
    /// many there were. What is said of the [retention](crate::Retention) of a namespace, and what is in the trash, stays.
    ///
    /// # Errors
    ///
    /// As [`rename`](Self::rename); [`ErrorKind::NotFound`] if there is no secret below `from`;
    /// [`ErrorKind::InvalidArgument`] if a path would become too long.
    pub fn rename_prefix<P, Q>(&self, from: P, to: Q) -> Result<u64>
    where
        P: TryInto<SecretPath>,
        Q: TryInto<SecretPath>,
        Error: From<P::Error> + From<Q::Error>,
    {
        self.rename_prefix_with(from, to, Rename::new())
    }

    /// As [`rename_prefix`](Self::rename_prefix), also of large values if told so.
    ///
    /// # Errors
    ///
    /// As [`rename_prefix`](Self::rename_prefix).
    pub fn rename_prefix_with<P, Q>(&self, from: P, to: Q, rename: Rename) -> Result<u64>
    where
        P: TryInto<SecretPath>,
        Q: TryInto<SecretPath>,
        Error: From<P::Error> + From<Q::Error>,
    {
        self.transaction(|tx| tx.rename_prefix_with(from, to, rename))
    }
}

impl Transaction<'_, '_> {
    /// As [`Store::rename`], in this transaction.
    ///
    /// # Errors
    ///
    /// As [`Store::rename`].
    pub fn rename<P, Q>(&mut self, from: P, to: Q) -> Result<Written>
    where
        P: TryInto<SecretPath>,
        Q: TryInto<SecretPath>,
        Error: From<P::Error> + From<Q::Error>,
    {
        self.rename_with(from, to, Rename::new())
    }

    /// As [`Store::rename_with`], in this transaction.
    ///
    /// # Errors
    ///
    /// As [`Store::rename_with`].
    pub fn rename_with<P, Q>(&mut self, from: P, to: Q, rename: Rename) -> Result<Written>
    where
        P: TryInto<SecretPath>,
        Q: TryInto<SecretPath>,
        Error: From<P::Error> + From<Q::Error>,
    {
        self.change(|tx| {
            let (from, to) = (from.try_into()?, to.try_into().map_err(Error::from)?);
            tx.authorise(Action::Write(&from))?;
            tx.authorise(Action::Write(&to))?;
            tx.ask(EventKind::SecretUpdated, &from);
            tx.once(
                Operation::Rename,
                |call| rename.say(&from, &to, call),
                |tx| tx.move_one(&from, &to, rename),
            )
        })
    }

    fn move_one(&mut self, from: &SecretPath, to: &SecretPath, rename: Rename) -> Result<Written> {
        let secret = self.view().find(from)?;
        if from == to {
            return Written::new(to.clone(), &secret);
        }
        self.check_free(to)?;
        self.check_move(&secret, rename.large)?;
        secrets::unlink(self.batch, from)?;
        let secret = self.move_secret(from, to, secret)?;
        Written::new(to.clone(), &secret)
    }

    /// As [`Store::rename_prefix`], in this transaction.
    ///
    /// # Errors
    ///
    /// As [`Store::rename_prefix`].
    pub fn rename_prefix<P, Q>(&mut self, from: P, to: Q) -> Result<u64>
    where
        P: TryInto<SecretPath>,
        Q: TryInto<SecretPath>,
        Error: From<P::Error> + From<Q::Error>,
    {
        self.rename_prefix_with(from, to, Rename::new())
    }

    /// As [`Store::rename_prefix_with`], in this transaction.
    ///
    /// # Errors
    ///
    /// As [`Store::rename_prefix_with`].
    pub fn rename_prefix_with<P, Q>(&mut self, from: P, to: Q, rename: Rename) -> Result<u64>
    where
        P: TryInto<SecretPath>,
        Q: TryInto<SecretPath>,
        Error: From<P::Error> + From<Q::Error>,
    {
        self.change(|tx| {
            let (from, to) = (from.try_into()?, to.try_into().map_err(Error::from)?);
            tx.authorise(Action::Write(&from))?;
            tx.authorise(Action::Write(&to))?;
            tx.ask(EventKind::SecretUpdated, &from);
            tx.once(
                Operation::RenamePrefix,
                |call| rename.say(&from, &to, call),
                |tx| tx.move_all(&from, &to, rename),
            )
        })
    }

    fn move_all(&mut self, from: &SecretPath, to: &SecretPath, rename: Rename) -> Result<u64> {
        let filter = Filter { namespace: Some(from.clone()), ..Filter::default() };
        let found = list(self.batch, &filter, None, usize::MAX)?.items;
        if found.is_empty() {
            return Err(Error::new(ErrorKind::NotFound, format!("there is no secret below {from}")));
        }
        if from == to {
            return Ok(count(found.len()));
        }
        let mut bytes = 0;
        for chosen in &found {
            bytes += secrets::value_bytes(self.batch, &chosen.secret)?;
        }
        check_bytes(bytes, rename.large)?;
        // All leave before the first arrives: a new path may be an old one.
        for chosen in &found {
            secrets::unlink(self.batch, &chosen.path)?;
        }
        for chosen in &found {
            let rest = chosen.path.as_str().get(from.as_str().len()..).unwrap_or_default();
            let path = SecretPath::parse(&format!("{to}{rest}"))?;
            self.check_free(&path)?;
            self.move_secret(&chosen.path, &path, chosen.secret.clone())?;
        }
        Ok(count(found.len()))
    }

    /// # Errors
    ///
    /// [`ErrorKind::AlreadyExists`] if there is a secret at `path`.
    pub(super) fn check_free(&self, path: &SecretPath) -> Result<()> {
        match secrets::find(self.batch, path)? {
            None => Ok(()),
            Some(_) => {
                self.ask(EventKind::SecretUpdated, path);
                let message = format!("there is a secret at {path} already");
                Err(Error::new(ErrorKind::AlreadyExists, message))
            }
        }
    }

    /// # Errors
    ///
    /// [`ErrorKind::LimitExceeded`] if the values are many bytes, and that was not said to be fine.
    pub(super) fn check_move(&self, secret: &SecretRecord, large: bool) -> Result<()> {
        check_bytes(secrets::value_bytes(self.batch, secret)?, large)
    }

    /// Moves everything of a secret whose row is gone to another path.
    fn move_secret(
        &mut self,
        from: &SecretPath,
        to: &SecretPath,
        mut secret: SecretRecord,
    ) -> Result<SecretRecord> {
        let sealer = self.tables.sealer();
        let (old, new) = (Home { sealer, path: from }, Home { sealer, path: to });
        secrets::move_values(self.batch, old, new, &mut secret)?;
        self.touch(&mut secret);
        tags::forget(self.batch, from, &secret.tags)?;
        secrets::save(self.batch, to, None, &secret)?;
        trash::note_versions(self.batch, to, &secret)?;
        self.log(EventKind::SecretRenamed, (to, secret.id), secret.current.number)?;
        Ok(secret)
    }
}

fn check_bytes(bytes: u64, large: bool) -> Result<()> {
    if large || bytes <= RENAME_BYTES_MAX {
        return Ok(());
    }
    let message = format!(
        "{bytes} bytes of values would be sealed anew, more than {RENAME_BYTES_MAX}: only a rename with Rename::allow_large does that"
    );
    Err(Error::new(ErrorKind::LimitExceeded, message))
}

fn count(len: usize) -> u64 {
    u64::try_from(len).unwrap_or(u64::MAX)
}
