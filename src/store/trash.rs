//! Deleting, restoring, destroying, and emptying the trash.

use std::str::FromStr;

use super::idempotency::{Arguments, Operation};
use super::{Store, Transaction, Written};
use crate::access::Action;
use crate::clock::Timestamp;
use crate::error::{Error, ErrorKind, Result};
use crate::record::audit::EventKind;
use crate::record::id::SecretId;
use crate::record::path::SecretPath;
use crate::record::secret::SecretRecord;
use crate::sealed::space::Space;
use crate::tables::secrets::Home;
use crate::tables::{retention, secrets, tags, trash};

/// What deleting a secret did.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Deleted {
    /// The id of the secret, by which it can be told from others that were deleted at the same path.
    pub id: SecretId,
    /// Where it was.
    pub path: SecretPath,
    /// When it was deleted.
    pub deleted_at: Timestamp,
    /// From then on it cannot be restored, and [`Store::sweep`] removes it.
    pub purge_at: Timestamp,
}

/// A secret, by its path or by its id.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum SecretRef {
    /// The secret at a path; in the trash, the last one deleted there, and of those deleted in one millisecond the last one created.
    Path(SecretPath),
    /// The secret with this id.
    Id(SecretId),
}

impl SecretRef {
    /// Which secret it is.
    fn say<'a>(&'a self, call: &mut Arguments<'a>) {
        match self {
            Self::Path(path) => call.path("path", path),
            Self::Id(id) => call.bytes("id", id.as_bytes()),
        };
    }
}

impl From<SecretId> for SecretRef {
    fn from(id: SecretId) -> Self {
        Self::Id(id)
    }
}

impl From<SecretPath> for SecretRef {
    fn from(path: SecretPath) -> Self {
        Self::Path(path)
    }
}

impl From<&SecretPath> for SecretRef {
    fn from(path: &SecretPath) -> Self {
        Self::Path(path.clone())
    }
}

impl TryFrom<&str> for SecretRef {
    type Error = Error;

    /// A path, also if it looks like an id.
    fn try_from(text: &str) -> Result<Self> {
        SecretPath::parse(text).map(Self::Path)
    }
}

impl TryFrom<&String> for SecretRef {
    type Error = Error;

    fn try_from(text: &String) -> Result<Self> {
        Self::try_from(text.as_str())
    }
}

impl FromStr for SecretRef {
    type Err = Error;

    /// An id if the text has the form of one, and a path otherwise: for texts that a person or another language gives. A secret at a
    /// path that looks like an id can be meant by its own id only.
    fn from_str(text: &str) -> Result<Self> {
        match text.parse() {
            Ok(id) => Ok(Self::Id(id)),
            Err(_) => Self::try_from(text),
        }
    }
}

impl Store {
    /// Puts the secret at `path` into the trash, with all its versions. The path is free at once, and another secret may
    /// take it. Until the [retention](crate::Retention) says otherwise it can be [restored](Self::restore).
    ///
    /// A disk without free space has room for it: 64 blocks are kept for deletes.
    ///
    /// # Errors
    ///
    /// As [`put`](Self::put); [`ErrorKind::NotFound`] if there is no secret.
    ///
    /// # Examples
    ///
    /// ```
    /// use strongroom::{ErrorKind, Store};
    ///
    /// let store = Store::in_memory()?;
    /// store.put("name", "one")?;
    /// let deleted = store.delete("name")?;
    /// store.put("name", "another secret")?;
    /// assert_eq!(store.restore("name").unwrap_err().kind(), ErrorKind::AlreadyExists);
    /// store.restore_to(deleted.id, "old-name")?;
    /// assert_eq!(store.get("old-name")?.value().expose(), b"one");
    /// # Ok::<(), strongroom::Error>(())
    /// ```
    pub fn delete<P>(&self, path: P) -> Result<Deleted>
    where
        P: TryInto<SecretPath>,
        Error: From<P::Error>,
    {
        self.transaction_in(Space::Spare, |tx| tx.delete(path))
    }

    /// Takes a secret out of the trash again, with all its versions, to where it was.
    ///
    /// # Errors
    ///
    /// As [`put`](Self::put); [`ErrorKind::NotFound`] if there is none in the trash, or its time is over;
    /// [`ErrorKind::AlreadyExists`] if there is a secret at the path by now: see [`restore_to`](Self::restore_to).
    pub fn restore<R>(&self, secret: R) -> Result<Written>
    where
        R: TryInto<SecretRef>,
        Error: From<R::Error>,
    {
        self.transaction(|tx| tx.restore(secret))
    }

    /// As [`restore`](Self::restore), to another path. Its values are sealed anew.
    ///
    /// # Errors
    ///
    /// As [`restore`](Self::restore) and [`rename`](Self::rename). More than 64 MiB of values can be restored to where they
    /// were, and then renamed.
    pub fn restore_to<R, P>(&self, secret: R, path: P) -> Result<Written>
    where
        R: TryInto<SecretRef>,
        P: TryInto<SecretPath>,
        Error: From<R::Error> + From<P::Error>,
    {
        self.transaction(|tx| tx.restore_to(secret, path))
    }

    /// Removes a secret for good, with all its versions: by path a live one, by id one in the trash.
    ///
    /// # Errors
    ///
    /// As [`put`](Self::put); [`ErrorKind::NotFound`].
    ///
    /// # Security
    ///
    /// The bytes stay in the file's free blocks, under its keys, until they are used again or [`purge`](Self::purge)
    /// is called.
    pub fn destroy<R>(&self, secret: R) -> Result<()>
    where
        R: TryInto<SecretRef>,
        Error: From<R::Error>,
    {
        self.transaction(|tx| tx.destroy(secret))
    }
}

impl Transaction<'_, '_> {
    /// As [`Store::delete`], in this transaction. The room kept for deletes on a full disk is not used.
    ///
    /// # Errors
    ///
    /// As [`Store::delete`].
    pub fn delete<P>(&mut self, path: P) -> Result<Deleted>
    where
        P: TryInto<SecretPath>,
        Error: From<P::Error>,
    {
        self.change(|tx| {
            let path = path.try_into()?;
            tx.authorise(Action::Delete(&path))?;
            tx.once(
                Operation::Delete,
                |call| _ = call.path("path", &path),
                |tx| {
                    let secret = tx.view().find(&path)?;
                    tx.throw_away(path.clone(), secret)
                },
            )
        })
    }

    /// Puts a live secret into the trash.
    pub(super) fn throw_away(&mut self, path: SecretPath, mut secret: SecretRecord) -> Result<Deleted> {
        let purge_at = self.now().plus_days(retention::trash_days(self.batch, &path, &secret)?);
        self.note_access(&mut secret);
        secrets::unlink(self.batch, &path)?;
        self.log(EventKind::SecretDeleted, (&path, secret.id), secret.current.number)?;
        let trashed = trash::Trashed {
            path,
            deleted_at: self.now().as_millis(),
            purge_at: purge_at.as_millis(),
            secret,
        };
        trash::insert(self.batch, &trashed)?;
        let id = SecretId::from_bytes(trashed.secret.id);
        Ok(Deleted { id, path: trashed.path, deleted_at: self.now(), purge_at })
    }

    /// As [`Store::restore`], in this transaction.
    ///
    /// # Errors
    ///
    /// As [`Store::restore`].
    pub fn restore<R>(&mut self, secret: R) -> Result<Written>
    where
        R: TryInto<SecretRef>,
        Error: From<R::Error>,
    {
        self.change(|tx| tx.take_out_once(&secret.try_into()?, None))
    }

    /// As [`Store::restore_to`], in this transaction.
    ///
    /// # Errors
    ///
    /// As [`Store::restore_to`].
    pub fn restore_to<R, P>(&mut self, secret: R, path: P) -> Result<Written>
    where
        R: TryInto<SecretRef>,
        P: TryInto<SecretPath>,
        Error: From<R::Error> + From<P::Error>,
    {
        self.change(|tx| {
            let path = path.try_into().map_err(Error::from)?;
            tx.take_out_once(&secret.try_into()?, Some(path))
        })
    }

    fn take_out_once(&mut self, wanted: &SecretRef, to: Option<SecretPath>) -> Result<Written> {
        match wanted {
            SecretRef::Path(path) => self.authorise(Action::Write(path))?,
            SecretRef::Id(id) => self.ask(EventKind::SecretUpdated, *id),
        }
        self.once(
            Operation::Restore,
            |call| {
                wanted.say(call);
                if let Some(path) = &to {
                    call.path("to", path);
                }
            },
            |tx| tx.take_out(wanted, to.clone()),
        )
    }

    fn take_out(&mut self, wanted: &SecretRef, to: Option<SecretPath>) -> Result<Written> {
        let time = self.view().purge_time()?.as_millis();
        let found = trash::newest(self.batch, time, |trashed| match wanted {
            SecretRef::Path(path) => trashed.path == *path,
            SecretRef::Id(id) => trashed.secret.id == *id.as_bytes(),
        })?;
        let trashed = found.ok_or_else(|| not_in_trash(wanted))?;
        self.authorise(Action::Write(&trashed.path))?;
        let to = to.unwrap_or_else(|| trashed.path.clone());
        self.authorise(Action::Write(&to))?;
        self.check_free(&to)?;
        trash::remove(self.batch, &trashed)?;
        let trash::Trashed { path: from, mut secret, .. } = trashed;
        if from != to {
            self.check_move(&secret, false)?;
            let sealer = self.tables.sealer();
            let (old, new) = (Home { sealer, path: &from }, Home { sealer, path: &to });
            secrets::move_values(self.batch, old, new, &mut secret)?;
            tags::forget(self.batch, &from, &secret.tags)?;
        }
        self.touch(&mut secret);
        secrets::save(self.batch, &to, None, &secret)?;
        trash::note_versions(self.batch, &to, &secret)?;
        self.log(EventKind::SecretRestored, (&to, secret.id), secret.current.number)?;
        Written::new(to, &secret)
    }

    /// As [`Store::destroy`], in this transaction.
    ///
    /// # Errors
    ///
    /// As [`Store::destroy`].
    pub fn destroy<R>(&mut self, secret: R) -> Result<()>
    where
        R: TryInto<SecretRef>,
        Error: From<R::Error>,
    {
        self.change(|tx| {
            let wanted = secret.try_into()?;
            match &wanted {
                SecretRef::Path(path) => tx.authorise(Action::Destroy(path))?,
                SecretRef::Id(id) => {
                    tx.ask(EventKind::SecretDestroyed, *id);
                    tx.authorise(Action::List)?;
                }
            }
            tx.once(Operation::Destroy, |call| wanted.say(call), |tx| tx.remove_for_good(&wanted))
        })
    }

    fn remove_for_good(&mut self, wanted: &SecretRef) -> Result<()> {
        let (path, secret) = match wanted {
            SecretRef::Path(path) => {
                let secret = self.view().find(path)?;
                secrets::unlink(self.batch, path)?;
                (path.clone(), secret)
            }
            SecretRef::Id(id) => {
                let found = trash::find(self.batch, id.as_bytes())?;
                let trashed = found.ok_or_else(|| not_in_trash(wanted))?;
                self.authorise(Action::Destroy(&trashed.path))?;
                trash::remove(self.batch, &trashed)?;
                (trashed.path, trashed.secret)
            }
        };
        trash::erase(self.batch, &path, &secret)?;
        self.log(EventKind::SecretDestroyed, (&path, secret.id), secret.current.number)
    }
}

fn not_in_trash(wanted: &SecretRef) -> Error {
    let message = match wanted {
        SecretRef::Path(path) => format!("no secret in the trash was at {path}"),
        SecretRef::Id(id) => format!("there is no secret {id} in the trash"),
    };
    Error::new(ErrorKind::NotFound, message)
}
