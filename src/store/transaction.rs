//! Transactions: all or nothing, in one commit with one audit segment.

use std::borrow::Borrow;

use super::commit::event;
use super::read::read;
use super::{Page, Query, Secret, Store, Written, list};
use crate::access::Action;
use crate::clock::Timestamp;
use crate::crypto::random;
use crate::error::{Error, ErrorKind, Result};
use crate::limits::TRANSACTION_OPERATIONS_MAX;
use crate::record::audit::{Event, EventKind};
use crate::record::id::SecretId;
use crate::record::path::SecretPath;
use crate::tables::{Batch, Tables, secrets};

/// A running transaction: it sees its own writes, and nobody else does before it ends.
pub struct Transaction<'a, 'b> {
    store: &'a Store,
    tables: &'a Tables,
    batch: &'a mut Batch<'b>,
    now: Timestamp,
    events: Vec<Event>,
    /// Set by a write that failed half-way: committing the rest would break "all or nothing".
    failed: bool,
}

impl std::fmt::Debug for Transaction<'_, '_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Transaction")
    }
}

impl Store {
    /// Runs `work` in one transaction: everything it writes becomes durable in one commit when it returns `Ok`, and
    /// nothing of it if it returns an error or panics. A transaction that wrote nothing commits nothing.
    ///
    /// Meanwhile other threads read the state before, and their writes wait; this thread's own writes through the
    /// store are refused as [`ErrorKind::Reentrant`].
    ///
    /// # Errors
    ///
    /// What `work` returns; else as [`put`](Self::put). If a write inside failed, nothing is committed even if
    /// `work` goes on and returns `Ok`.
    ///
    /// # Examples
    ///
    /// ```
    /// use strongroom::{ErrorKind, Store};
    ///
    /// let store = Store::in_memory()?;
    /// store.transaction(|tx| {
    ///     tx.put("db/user", "app")?;
    ///     tx.put("db/password", "hunter2")
    /// })?;
    /// let failed = store.transaction(|tx| {
    ///     tx.put("db/user", "other")?;
    ///     tx.get("db/host")
    /// });
    /// assert_eq!(failed.unwrap_err().kind(), ErrorKind::NotFound);
    /// assert_eq!(store.get("db/user")?.value().expose(), b"app");
    /// # Ok::<(), strongroom::Error>(())
    /// ```
    pub fn transaction<T>(&self, work: impl FnOnce(&mut Transaction<'_, '_>) -> Result<T>) -> Result<T> {
        let (_pass, tables) = self.begin_writing(Action::Begin)?;
        let value = self.commit(&tables, |batch, now| {
            let mut transaction =
                Transaction { store: self, tables: &tables, batch, now, events: Vec::new(), failed: false };
            let value = work(&mut transaction)?;
            Ok((value, transaction.finish()?))
        })?;
        self.strengthen(&tables);
        Ok(value)
    }
}

impl Transaction<'_, '_> {
    /// As [`Store::put`], in this transaction.
    ///
    /// # Errors
    ///
    /// As [`Store::put`]; [`ErrorKind::LimitExceeded`] also after 100,000 writes.
    pub fn put<P>(&mut self, path: P, value: impl AsRef<[u8]>) -> Result<Written>
    where
        P: TryInto<SecretPath>,
        Error: From<P::Error>,
    {
        let result = path.try_into().map_err(Error::from).and_then(|path| self.write(&path, value.as_ref()));
        self.failed |= result.is_err();
        result
    }

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
        self.store.authorise(Action::Read(&path))?;
        read(&*self.batch, self.tables, path, None)
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
        self.store.authorise(Action::Read(&path))?;
        read(&*self.batch, self.tables, path, Some(version))
    }

    /// As [`Store::list`], of the state this transaction sees.
    ///
    /// # Errors
    ///
    /// As [`Store::list`].
    pub fn list(&self, query: impl Borrow<Query>) -> Result<Page> {
        self.store.authorise(Action::List)?;
        list::page(&*self.batch, self.store, self.tables, query.borrow())
    }

    fn write(&mut self, path: &SecretPath, value: &[u8]) -> Result<Written> {
        self.store.authorise(Action::Write(path))?;
        if self.events.len() >= TRANSACTION_OPERATIONS_MAX {
            return Err(Error::new(
                ErrorKind::LimitExceeded,
                format!("a transaction has at most {TRANSACTION_OPERATIONS_MAX} writes"),
            ));
        }
        let new_id = SecretId::new(self.now, random::bytes()?);
        let record = secrets::put(
            self.batch,
            &self.tables.sealer(),
            path,
            value,
            *new_id.as_bytes(),
            self.now.as_millis(),
        )?;
        let kind = match record.current.number {
            1 => EventKind::SecretCreated,
            _ => EventKind::SecretUpdated,
        };
        self.events.push(event(self.now, kind, record.id, record.current.number));
        Ok(Written::new(path.clone(), &record))
    }

    /// The events of what was written.
    fn finish(self) -> Result<Vec<Event>> {
        if self.failed {
            return Err(Error::new(
                ErrorKind::InvalidArgument,
                "a write inside the transaction failed and was passed over; nothing was committed",
            ));
        }
        Ok(self.events)
    }
}
