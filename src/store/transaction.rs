//! Transactions: all or nothing, in one commit with one audit segment.

use std::borrow::Borrow;
use std::sync::PoisonError;

use super::read::read;
use super::{Page, Query, Secret, Store, Written, list};
use crate::access::{Action, authorise};
use crate::clock::Timestamp;
use crate::crypto::random;
use crate::error::{Error, ErrorKind, Result};
use crate::limits::TRANSACTION_OPERATIONS_MAX;
use crate::record::audit::{Event, EventKind};
use crate::record::id::SecretId;
use crate::record::path::SecretPath;
use crate::sealed::disk::file::Access;
use crate::sealed::file::Stamp;
use crate::sealed::space::Space;
use crate::tables::{Batch, Outcome, audit, secrets};

/// A running transaction: it sees its own writes, and nobody else does before it ends.
pub struct Transaction<'a, 'b> {
    store: &'a Store,
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
        if self.tables.file().access() == Access::ReadOnly {
            return Err(Error::new(ErrorKind::ReadOnly, "the store was opened read-only"));
        }
        let _pass = self.gate.enter()?;
        let stamp = self.tables.file().stamp()?;
        let generation = self.tables.file().generation()? + 1;
        // The clock never goes back: turning it back revives nothing.
        let now = self.clock.now().max(Timestamp::from_millis(stamp.clock_mark));
        let mut unreported = self.unreported.lock().unwrap_or_else(PoisonError::into_inner);
        let discarded = unreported.map(|lost| discarded_event(now, lost));
        let mut committed = false;
        let value = self.tables.write(Space::Normal, |batch| {
            let mut transaction = Transaction { store: self, batch, now, events: Vec::new(), failed: false };
            let value = work(&mut transaction)?;
            let mutations = transaction.finish()?;
            if mutations.is_empty() {
                return Ok(Outcome { value, commit: None });
            }
            committed = true;
            let events = discarded.into_iter().chain(mutations).collect();
            let audit_head = audit::append(batch, &stamp.audit_head, generation, events)?;
            Ok(Outcome { value, commit: Some(Stamp { audit_head, clock_mark: now.as_millis() }) })
        })?;
        if committed {
            *unreported = None;
        }
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
        authorise(self.store.principal, Action::Read(&path))?;
        read(&*self.batch, &self.store.tables, path, None)
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
        authorise(self.store.principal, Action::Read(&path))?;
        read(&*self.batch, &self.store.tables, path, Some(version))
    }

    /// As [`Store::list`], of the state this transaction sees.
    ///
    /// # Errors
    ///
    /// As [`Store::list`].
    pub fn list(&self, query: impl Borrow<Query>) -> Result<Page> {
        authorise(self.store.principal, Action::List)?;
        list::page(&*self.batch, self.store, query.borrow())
    }

    fn write(&mut self, path: &SecretPath, value: &[u8]) -> Result<Written> {
        authorise(self.store.principal, Action::Write(path))?;
        if self.events.len() >= TRANSACTION_OPERATIONS_MAX {
            return Err(Error::new(
                ErrorKind::LimitExceeded,
                format!("a transaction has at most {TRANSACTION_OPERATIONS_MAX} writes"),
            ));
        }
        let new_id = SecretId::new(self.now, random::bytes()?);
        let tables = &self.store.tables;
        let record = secrets::put(
            self.batch,
            &tables.sealer(),
            path,
            value,
            *new_id.as_bytes(),
            self.now.as_millis(),
        )?;
        let kind = match record.current.number {
            1 => EventKind::SecretCreated,
            _ => EventKind::SecretUpdated,
        };
        self.events.push(Event {
            time: self.now.as_millis(),
            kind: kind.code(),
            secret: record.id,
            version: record.current.number,
        });
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

fn discarded_event(now: Timestamp, generation: u64) -> Event {
    Event {
        time: now.as_millis(),
        kind: EventKind::CommitDiscarded.code(),
        secret: [0; 16],
        version: generation,
    }
}
