//! Reads and refusals in the audit log: with the next commit, or before a value is released.

use std::cell::Cell;

use super::commit::{Purpose, event};
use super::gate::Pass;
use super::view::View;
use super::waiting::Fact;
use super::{AuditReads, Secret, Store, Transaction};
use crate::access::{Action, authorise};
use crate::clock::Timestamp;
use crate::error::{Error, ErrorKind, Result};
use crate::record::audit::{Event, EventKind, More};
use crate::record::path::SecretPath;
use crate::sealed::disk::file::Access;
use crate::sealed::space::Space;
use crate::tables::{Batch, Snapshot, Tables};

/// What was found on the way to a value.
#[derive(Clone, Copy)]
pub(super) struct Touched {
    pub(super) id: [u8; 16],
    pub(super) version: u64,
    pub(super) tier: u8,
    /// When it was read, if it was.
    pub(super) time: Option<Timestamp>,
}

/// A value that was asked for, and what came of it.
struct Read<'a> {
    path: &'a SecretPath,
    touched: Option<Touched>,
    error: Option<ErrorKind>,
}

impl Read<'_> {
    fn fact(&self, asked: u64) -> Fact<'_> {
        Fact {
            kind: EventKind::SecretAccessed,
            path: self.path.as_str(),
            subject: self.touched.map_or([0; 16], |touched| touched.id),
            version: self.touched.map_or(asked, |touched| touched.version),
            error: self.error.map_or(0, ErrorKind::code),
        }
    }
}

/// What waits to be in the log of a read.
enum Noted {
    Enough,
    /// It is to be committed before the value is released.
    First(Event),
}

/// Whether a refusal is an event: it says something of the secret or of who asked, and not of the medium or the arguments.
pub(super) fn is_told(error: ErrorKind) -> bool {
    matches!(
        error,
        ErrorKind::NotFound
            | ErrorKind::AlreadyExists
            | ErrorKind::Conflict
            | ErrorKind::IdempotencyConflict
            | ErrorKind::Expired
            | ErrorKind::Destroyed
            | ErrorKind::VersionExpired
            | ErrorKind::PermissionDenied
    )
}

impl Store {
    /// Looks at the last committed state for a value at `path`, of version `asked` unless that is 0, and audits it.
    pub(super) fn audited<T>(
        &self,
        path: &SecretPath,
        asked: u64,
        mut look: impl FnMut(&View<'_, Snapshot<'_>>) -> Result<T>,
    ) -> Result<T> {
        let tables = self.usable()?;
        let touched = Cell::new(None);
        let allowed = authorise(self.principal, Action::Read(path));
        let result = allowed.and_then(|()| {
            tables.read(|rows| {
                let view = View::new(self, &tables, rows);
                let result = look(&view);
                touched.set(view.touched.get());
                result
            })
        });
        let error = result.as_ref().err().map(Error::kind);
        match self.note_read(&tables, &Read { path, touched: touched.get(), error }, asked)? {
            Noted::Enough => {}
            Noted::First(event) => {
                // Whoever waits at the gate must not hold rows.
                drop(tables);
                self.write_first(vec![event])?;
            }
        }
        result
    }

    /// As [`audited`](Self::audited), of several paths and one state.
    pub(super) fn audited_many(&self, paths: &[Result<SecretPath>]) -> Result<Vec<Result<Secret>>> {
        let tables = self.authorise(Action::List)?;
        let mut found = tables.read(|rows| Ok(View::new(self, &tables, rows).get_many(paths)))?;
        let mut first = Vec::new();
        for ((result, touched), path) in found.iter_mut().zip(paths) {
            let Ok(path) = path else { continue };
            let error = result.as_ref().err().map(Error::kind);
            match self.note_read(&tables, &Read { path, touched: *touched, error }, 0) {
                Ok(Noted::Enough) => *touched = None,
                Ok(Noted::First(event)) => first.push(event),
                Err(refused) => *result = Err(refused),
            }
        }
        drop(tables);
        if !first.is_empty()
            && let Err(error) = self.write_first(first)
        {
            // What was touched and not noted yet.
            let held_back = found.iter_mut().filter(|(result, touched)| result.is_ok() && touched.is_some());
            held_back.for_each(|(result, _)| *result = Err(error.repeat()));
        }
        Ok(found.into_iter().map(|(result, _)| result).collect())
    }

    /// Notes a read, unless it is to be written to the log before the value is released.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::ReadOnly`] for one that must be in the log, through a handle that cannot write.
    fn note_read(&self, tables: &Tables, read: &Read<'_>, asked: u64) -> Result<Noted> {
        let mode = self.shared.reads.mode(read.touched.map_or(0, |touched| touched.tier));
        let is_strict = mode == AuditReads::Strict && read.error.is_none();
        if self.shared.options.access == Access::ReadOnly {
            if !is_strict {
                return Ok(Noted::Enough);
            }
            let message = "reads of this secret are audited strictly, and the store was opened read-only";
            return Err(Error::new(ErrorKind::ReadOnly, message));
        }
        if mode == AuditReads::Off || read.error.is_some_and(|error| !is_told(error)) {
            return Ok(Noted::Enough);
        }
        let fact = read.fact(asked);
        let time = read.touched.and_then(|touched| touched.time);
        let now = time.unwrap_or_else(|| self.now_seen());
        if !is_strict {
            self.note(tables, &fact, now);
            return Ok(Noted::Enough);
        }
        let more = More { path: fact.path.to_owned(), count: 1, ..More::default() };
        Ok(Noted::First(Event {
            time: now.as_millis(),
            kind: fact.kind.code(),
            subject: fact.subject,
            version: fact.version,
            more: Some(more),
        }))
    }

    /// Notes what happened without a commit. If much waits it is written, unless another thread writes.
    pub(super) fn note(&self, tables: &Tables, fact: &Fact<'_>, now: Timestamp) {
        if self.shared.options.access == Access::ReadOnly {
            return;
        }
        let actor = tables.file().opener_id();
        if self.shared.reads.note(fact, &self.said, actor, now)
            && let Some(pass) = self.shared.gate.try_enter()
        {
            // Whatever is in the way of it: it waits on, and a read does not fail for it.
            let _ = self.write_out(&pass);
        }
    }

    /// Writes events before something is released.
    fn write_first(&self, events: Vec<Event>) -> Result<()> {
        let (_pass, tables) = self.begin_writing(Action::List)?;
        self.commit(&tables, |_, _| Ok(((), events)))
    }

    /// Writes what waits, if anything does.
    pub(super) fn write_out(&self, _pass: &Pass) -> Result<()> {
        // What comes meanwhile waits for the next time.
        for _ in 0..self.shared.reads.commits() {
            let tables = self.shared.root.unused()?;
            tables.file().check_usable()?;
            self.commit_for(Purpose::Waiting, &tables, |_, _| Ok(((), Vec::new())))?;
        }
        Ok(())
    }

    /// Writes what waits before the store is closed.
    pub(super) fn write_out_at_last(&self) -> Result<()> {
        // A locked store has written it. In a forked child, and behind a failure, nothing is written any more.
        let usable = self.shared.root.check_process().and_then(|()| self.shared.root.unused());
        if !usable.is_ok_and(|tables| tables.file().check_usable().is_ok()) || self.shared.reads.is_empty() {
            return Ok(());
        }
        let pass = self.shared.gate.enter()?;
        match self.write_out(&pass) {
            Err(error) if error.kind() == ErrorKind::DiskFull => self.write_count(&pass),
            written => written,
        }
    }

    /// Writes how much waits and not what, into the spare blocks.
    fn write_count(&self, _pass: &Pass) -> Result<()> {
        let tables = self.shared.root.unused()?;
        let mut lost = event(self.now(&tables)?, EventKind::EventsLost, [0; 16], 0);
        let taken = self.shared.reads.take_all(tables.file().generation()?.saturating_add(1));
        lost.more.get_or_insert_default().count = taken.count();
        let written = self.commit_for(Purpose::Change(Space::Spare), &tables, |_, _| Ok(((), vec![lost])));
        // The store is about to be closed: whatever came of it, nothing waits any more.
        self.shared.reads.written();
        written
    }
}

impl<'b> Transaction<'_, 'b> {
    /// Looks at the state this transaction sees for a value at `path`. The read is in the log with the transaction, or later if
    /// that is rolled back.
    pub(super) fn audited<T>(
        &self,
        path: &SecretPath,
        asked: u64,
        look: impl FnOnce(&View<'_, Batch<'b>>) -> Result<T>,
    ) -> Result<T> {
        let view = self.view();
        let result = self.authorise(Action::Read(path)).and_then(|()| look(&view));
        let error = result.as_ref().err().map(Error::kind);
        self.note_read(&Read { path, touched: view.touched.get(), error }, asked)?;
        result
    }

    /// As [`audited`](Self::audited), of several paths.
    pub(super) fn audited_many(&self, paths: &[Result<SecretPath>]) -> Result<Vec<Result<Secret>>> {
        self.authorise(Action::List)?;
        let mut results = Vec::with_capacity(paths.len());
        for ((result, touched), path) in self.view().get_many(paths).into_iter().zip(paths) {
            if let Ok(path) = path {
                let error = result.as_ref().err().map(Error::kind);
                self.note_read(&Read { path, touched, error }, 0)?;
            }
            results.push(result);
        }
        Ok(results)
    }

    fn note_read(&self, read: &Read<'_>, asked: u64) -> Result<()> {
        if let Noted::First(_) = self.store.note_read(self.tables, read, asked)? {
            self.store.note(self.tables, &read.fact(asked), self.store.now_seen());
            self.store.shared.reads.urge();
        }
        Ok(())
    }
}
