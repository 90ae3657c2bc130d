//! Transactions: all or nothing, in one commit with one audit segment.

use std::cell::Cell;

use super::audited::is_told;
use super::commit::{Purpose, event};
use super::view::View;
use super::waiting::Fact;
use super::{SecretRef, Store, time};
use crate::access::Action;
use crate::clock::Timestamp;
use crate::error::{Error, ErrorKind, Result};
use crate::limits::TRANSACTION_OPERATIONS_MAX;
use crate::record::audit::{Event, EventKind};
use crate::record::path::SecretPath;
use crate::sealed::space::Space;
use crate::tables::{Batch, Tables, state};

/// A running transaction: it sees its own writes, and nobody else does before it ends. It has every operation on secrets
/// that the store has.
///
/// Time goes on inside: each call happens at its own time, and not at that of the beginning or of the commit. What expires meanwhile is
/// refused from then on, and a grace or an expiry that a call sets is counted from that call.
pub struct Transaction<'a, 'b> {
    pub(super) store: &'a Store,
    pub(super) tables: &'a Tables,
    pub(super) batch: &'a mut Batch<'b>,
    /// Of the call under way.
    now: Cell<Timestamp>,
    pub(super) done: Done,
}

/// What a transaction did so far.
#[derive(Default)]
pub(super) struct Done {
    events: Vec<Event>,
    /// What a change under way was asked to do, and to what.
    asked: Cell<Option<(EventKind, SecretRef)>>,
    /// The time of the last commit, or this one's if somebody said that the clock is right.
    mark: Timestamp,
    /// Set by a change that failed half-way: committing the rest would break "all or nothing".
    failed: bool,
}

impl std::fmt::Debug for Transaction<'_, '_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Transaction")
    }
}

impl Store {
    /// Runs `work` in one transaction: everything it changes becomes durable in one commit when it returns `Ok`, and
    /// nothing of it if it returns an error or panics. A transaction that changed nothing commits nothing.
    ///
    /// Meanwhile other threads read the state before, and their writes wait; this thread's own writes through the
    /// store are refused as [`ErrorKind::Reentrant`].
    ///
    /// # Errors
    ///
    /// What `work` returns; else as [`put`](Self::put). If a change inside failed, nothing is committed even if
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
        self.transaction_in(Space::Normal, work)
    }

    /// As [`transaction`](Self::transaction), in the room it may use.
    pub(super) fn transaction_in<T>(
        &self,
        space: Space,
        work: impl FnOnce(&mut Transaction<'_, '_>) -> Result<T>,
    ) -> Result<T> {
        let (_pass, tables) = self.begin_writing(Action::Begin)?;
        let value = self.commit_for(Purpose::Change(space), &tables, |batch, _| {
            let done = Done::after(&tables)?;
            let mut transaction = Transaction::new(self, &tables, batch, done);
            let value = work(&mut transaction)?;
            Ok((value, transaction.done.events()?))
        })?;
        #[cfg(test)]
        self.remember_apart(&tables)?;
        self.strengthen(&tables);
        Ok(value)
    }
}

impl<'a, 'b> Transaction<'a, 'b> {
    /// Behind what was done in it so far.
    pub(super) fn new(store: &'a Store, tables: &'a Tables, batch: &'a mut Batch<'b>, done: Done) -> Self {
        Self { store, tables, batch, now: Cell::new(store.now_seen()), done }
    }
}

impl<'b> Transaction<'_, 'b> {
    /// The time of the call under way: one for all that it looks at and does.
    pub(super) fn now(&self) -> Timestamp {
        self.now.get()
    }

    /// The time goes on from call to call. If it stood still, what expired meanwhile would be read as long as the transaction lives.
    fn tick(&self) {
        self.now.set(self.store.now_seen());
    }

    /// The state as this transaction sees it.
    pub(super) fn view(&self) -> View<'_, Batch<'b>> {
        let view = View::new(self.store, self.tables, &*self.batch);
        View { now: Some(self.now()), mark: Some(self.done.mark), ..view }
    }

    /// The way into every call that only looks.
    pub(super) fn look(&self, action: Action<'_>) -> Result<()> {
        self.tick();
        self.authorise(action)
    }

    pub(super) fn authorise(&self, action: Action<'_>) -> Result<()> {
        let asked = match action {
            Action::Write(path) => Some((EventKind::SecretUpdated, path)),
            Action::Delete(path) => Some((EventKind::SecretDeleted, path)),
            Action::Destroy(path) => Some((EventKind::SecretDestroyed, path)),
            _ => None,
        };
        if let Some((kind, path)) = asked {
            self.ask(kind, path);
        }
        self.store.authorise(action).map(drop)
    }

    /// What the log is told of if the change under way fails from here on.
    pub(super) fn ask(&self, kind: EventKind, secret: impl Into<SecretRef>) {
        self.done.asked.set(Some((kind, secret.into())));
    }

    /// Makes a change. If it fails, the transaction will, and the log says that it was asked for.
    pub(super) fn change<T>(&mut self, change: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        self.tick();
        let result = change(self);
        let asked = self.done.asked.take();
        let Err(error) = &result else { return result };
        self.done.failed = true;
        if let Some((kind, secret)) = asked.filter(|_| is_told(error.kind())) {
            let (path, subject) = match &secret {
                SecretRef::Path(path) => (path.as_str(), [0; 16]),
                SecretRef::Id(id) => ("", *id.as_bytes()),
            };
            let fact = Fact { kind, path, subject, version: 0, error: error.kind().code() };
            self.store.note(self.tables, &fact, self.store.now_seen());
        }
        result
    }

    /// Notes what was done to a secret, and where that is now.
    pub(super) fn log(
        &mut self,
        kind: EventKind,
        (path, id): (&SecretPath, [u8; 16]),
        version: u64,
    ) -> Result<()> {
        self.log_at(kind, Some(path), id, version)
    }

    /// Notes what was done to the store, or to what a namespace says.
    pub(super) fn log_change(&mut self, kind: EventKind, namespace: Option<&SecretPath>) -> Result<()> {
        self.log_at(kind, namespace, [0; 16], 0)
    }

    /// Notes something of calls that happen once, with a number.
    pub(super) fn log_call(&mut self, kind: EventKind, number: u64) -> Result<()> {
        self.log_at(kind, None, [0; 16], number)
    }

    /// Notes what was done to the store so many times. What the number says depends on what it was.
    pub(super) fn log_count(&mut self, kind: EventKind, number: u64, count: u32) -> Result<()> {
        self.log_at(kind, None, [0; 16], number)?;
        if let Some(more) = self.done.events.last_mut().and_then(|event| event.more.as_mut()) {
            more.count = count;
        }
        Ok(())
    }

    fn log_at(
        &mut self,
        kind: EventKind,
        path: Option<&SecretPath>,
        subject: [u8; 16],
        version: u64,
    ) -> Result<()> {
        if self.done.events.len() >= TRANSACTION_OPERATIONS_MAX {
            let message = format!("a transaction has at most {TRANSACTION_OPERATIONS_MAX} changes");
            return Err(Error::new(ErrorKind::LimitExceeded, message));
        }
        let mut event = event(self.now(), kind, subject, version);
        event.more.get_or_insert_default().path = path.map_or("", SecretPath::as_str).to_owned();
        self.done.events.push(event);
        Ok(())
    }

    /// How many changes there is room for.
    pub(super) fn room(&self) -> usize {
        TRANSACTION_OPERATIONS_MAX.saturating_sub(self.done.events.len())
    }

    /// Takes note that the clock is right. If it was set back since it jumped, what it shows now is right, and not what it
    /// jumped to: the trash is judged by that, and the doubt stays until the clock gets there.
    pub(super) fn confirm_clock(&mut self) -> Result<()> {
        let judged_by = self.view().purge_time()?;
        let shown = self.store.shared.clock.now();
        if time::behind(&self.store.shared.clock, self.now()).is_none() {
            if judged_by >= self.now() {
                return Ok(());
            }
            state::set_before_jump(self.batch, None)?;
            self.done.mark = self.now();
        } else {
            if judged_by >= shown {
                return Ok(());
            }
            state::set_before_jump(self.batch, Some(shown.as_millis()))?;
        }
        self.log_change(EventKind::ClockConfirmed, None)
    }
}

impl Done {
    /// Nothing yet, behind the last commit.
    pub(super) fn after(tables: &Tables) -> Result<Self> {
        let mark = Timestamp::from_millis(tables.file().stamp()?.clock_mark);
        Ok(Self { mark, ..Self::default() })
    }

    /// Keeps the transaction from being committed.
    pub(super) fn fail(&mut self) {
        self.failed = true;
    }

    /// The events of what was done.
    pub(super) fn events(self) -> Result<Vec<Event>> {
        if self.failed {
            return Err(Error::new(
                ErrorKind::InvalidArgument,
                "a change inside the transaction failed and was passed over; nothing was committed",
            ));
        }
        Ok(self.events)
    }
}
