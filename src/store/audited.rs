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
use crate::record::audit::{Event, EventKind};
use crate::record::path::SecretPath;
use crate::record::secret::SecretRecord;
use crate::sealed::disk::file::Access;
use crate::sealed::space::Space;
use crate::tables::{Batch, Snapshot, Tables};

/// What was found on the way to values of a secret.
pub(super) struct Touched {
    pub(super) id: [u8; 16],
    pub(super) tier: u8,
    /// That was read, or looked for in vain.
    pub(super) version: u64,
    /// Those that were read with it.
    pub(super) others: Vec<u64>,
    /// When they were read, if they were.
    pub(super) time: Option<Timestamp>,
}

impl Touched {
    /// A version that is looked for: it was not read yet.
    pub(super) fn in_vain(record: &SecretRecord, version: u64) -> Self {
        Self { id: record.id, tier: record.tier, version, others: Vec::new(), time: None }
    }
}

/// Values of a secret that were asked for, and what came of it.
struct Read<'a> {
    path: &'a SecretPath,
    /// The version that was asked for, or 0.
    asked: u64,
    /// Without it nothing was read, even if that was no error.
    touched: Option<Touched>,
    error: Option<ErrorKind>,
}

impl Read<'_> {
    /// One for each version.
    fn facts(&self) -> impl Iterator<Item = Fact<'_>> {
        let (subject, version, others) = match &self.touched {
            Some(touched) => (touched.id, touched.version, touched.others.as_slice()),
            None => ([0; 16], self.asked, [].as_slice()),
        };
        let error = self.error.map_or(0, ErrorKind::code);
        let fact =
            Fact { kind: EventKind::SecretAccessed, path: self.path.as_str(), subject, version, error };
        [version].into_iter().chain(others.iter().copied()).map(move |version| Fact { version, ..fact })
    }

    /// As what is committed by itself.
    fn events(&self, time: Timestamp) -> impl Iterator<Item = Event> {
        self.facts().map(move |fact| {
            let mut told = event(time, fact.kind, fact.subject, fact.version);
            told.more.get_or_insert_default().path = fact.path.to_owned();
            told
        })
    }
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
        let found = Cell::new(None);
        let allowed = authorise(self.principal, Action::Read(path));
        let result = allowed.and_then(|()| {
            tables.read(|rows| {
                let view = View::new(self, &tables, rows);
                let result = look(&view);
                found.set(view.touched.take());
                result
            })
        });
        let error = result.as_ref().err().map(Error::kind);
        let read = Read { path, asked, touched: found.into_inner(), error };
        if let Some(read) = self.noted(&tables, read)? {
            // Whoever waits at the gate must not hold rows.
            drop(tables);
            self.write_first(&[read])?;
        }
        result
    }

    /// As [`audited`](Self::audited), of several paths and one state.
    pub(super) fn audited_many(&self, paths: &[Result<SecretPath>]) -> Result<Vec<Result<Secret>>> {
        let tables = self.authorise(Action::List)?;
        let found = tables.read(|rows| Ok(View::new(self, &tables, rows).get_many(paths)))?;
        let mut results = Vec::with_capacity(paths.len());
        let (mut held_back, mut first) = (Vec::new(), Vec::new());
        for ((result, touched), path) in found.into_iter().zip(paths) {
            let error = result.as_ref().err().map(Error::kind);
            let noted = match path {
                Ok(path) => self.noted(&tables, Read { path, asked: 0, touched, error }),
                Err(_) => Ok(None),
            };
            results.push(match noted {
                Ok(None) => result,
                Ok(Some(read)) => {
                    held_back.push(results.len());
                    first.push(read);
                    result
                }
                Err(refused) => Err(refused),
            });
        }
        drop(tables);
        if let Err(error) = self.write_first(&first) {
            for place in held_back {
                if let Some(result) = results.get_mut(place) {
                    *result = Err(error.repeat());
                }
            }
        }
        Ok(results)
    }

    /// Notes a read, unless it must be in the log before its values are released: then it is given back.
    fn noted<'a>(&self, tables: &Tables, read: Read<'a>) -> Result<Option<Read<'a>>> {
        match self.mode_of(&read)? {
            AuditReads::Strict => return Ok(Some(read)),
            AuditReads::Batched => {
                let time = self.time_of(&read);
                read.facts().for_each(|fact| self.note(tables, &fact, time));
            }
            AuditReads::Off => {}
        }
        self.accessed(&read);
        Ok(None)
    }

    /// How a read is to be in the log: strictly, if that must be before its values are released.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::ReadOnly`] for one that must be in the log, through a handle that cannot write.
    fn mode_of(&self, read: &Read<'_>) -> Result<AuditReads> {
        let is_silent = match read.error {
            Some(error) => !is_told(error),
            None => read.touched.is_none(),
        };
        if is_silent {
            return Ok(AuditReads::Off);
        }
        let mode = match self.shared.reads.mode(read.touched.as_ref().map_or(0, |touched| touched.tier)) {
            AuditReads::Strict if read.error.is_some() => AuditReads::Batched,
            mode => mode,
        };
        match mode {
            AuditReads::Strict if self.shared.options.access == Access::ReadOnly => {
                let message = "reads of this secret are audited strictly, and the store was opened read-only";
                Err(Error::new(ErrorKind::ReadOnly, message))
            }
            mode => Ok(mode),
        }
    }

    /// When it was, or when it was refused.
    fn time_of(&self, read: &Read<'_>) -> Timestamp {
        read.touched.as_ref().and_then(|touched| touched.time).unwrap_or_else(|| self.now_seen())
    }

    /// Takes note of when values of a secret were released, if they were.
    fn accessed(&self, read: &Read<'_>) {
        if let (None, Some(Touched { id, time: Some(time), .. })) = (read.error, &read.touched) {
            self.shared.accesses.note(id, *time);
        }
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

    /// Writes what was read before it is released.
    fn write_first(&self, reads: &[Read<'_>]) -> Result<()> {
        if reads.is_empty() {
            return Ok(());
        }
        let (_pass, tables) = self.begin_writing(Action::List)?;
        let events = reads.iter().flat_map(|read| read.events(self.time_of(read)));
        self.commit(&tables, |_, _| Ok(((), events.collect())))?;
        reads.iter().for_each(|read| self.accessed(read));
        Ok(())
    }

    /// Writes what waits, if anything does.
    pub(super) fn write_out(&self, pass: &Pass) -> Result<()> {
        let tables = self.shared.root.unused()?;
        self.write_out_to(&tables, pass)
    }

    fn write_out_to(&self, tables: &Tables, _pass: &Pass) -> Result<()> {
        // What comes meanwhile waits for the next time.
        for _ in 0..self.shared.reads.commits() {
            tables.file().check_usable()?;
            self.commit_for(Purpose::Waiting, tables, |_, _| Ok(((), Vec::new())))?;
        }
        Ok(())
    }

    /// Writes what waits before the store is closed.
    pub(super) fn write_out_at_last(&self) -> Result<()> {
        // Of a locked store nothing can be written. In a forked child, and behind a failure, nothing is written any more.
        let usable = self.shared.root.check_process().and_then(|()| self.shared.root.unused());
        if !usable.is_ok_and(|tables| tables.file().check_usable().is_ok()) || self.shared.reads.is_empty() {
            return Ok(());
        }
        let pass = self.shared.gate.enter()?;
        // Locked meanwhile: that wrote what it could.
        let Ok(tables) = self.shared.root.unused() else { return Ok(()) };
        self.write_out_or_count(&tables, &pass)
    }

    /// Writes what waits; on a full disk how much that is.
    pub(super) fn write_out_or_count(&self, tables: &Tables, pass: &Pass) -> Result<()> {
        match self.write_out_to(tables, pass) {
            Err(error) if error.kind() == ErrorKind::DiskFull => self.write_count(tables, pass),
            written => written,
        }
    }

    /// Writes how much waits and not what, into the spare blocks.
    fn write_count(&self, tables: &Tables, _pass: &Pass) -> Result<()> {
        let mut lost = event(self.now(tables)?, EventKind::EventsLost, [0; 16], 0);
        let taken = self.shared.reads.take_all(tables.file().generation()?.saturating_add(1));
        lost.more.get_or_insert_default().count = taken.count();
        drop(taken);
        let written = self.commit_for(Purpose::Change(Space::Spare), tables, |_, _| Ok(((), vec![lost])));
        self.taken_out(tables, written.is_ok());
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
        let allowed = self.look(Action::Read(path));
        let view = self.view();
        let result = allowed.and_then(|()| look(&view));
        let error = result.as_ref().err().map(Error::kind);
        self.note_read(Read { path, asked, touched: view.touched.take(), error })?;
        result
    }

    /// As [`audited`](Self::audited), of several paths.
    pub(super) fn audited_many(&self, paths: &[Result<SecretPath>]) -> Result<Vec<Result<Secret>>> {
        self.look(Action::List)?;
        let audited = |((result, touched), path): ((Result<Secret>, _), &Result<SecretPath>)| {
            let Ok(path) = path else { return result };
            let error = result.as_ref().err().map(Error::kind);
            self.note_read(Read { path, asked: 0, touched, error }).and(result)
        };
        Ok(self.view().get_many(paths).into_iter().zip(paths).map(audited).collect())
    }

    /// # Errors
    ///
    /// [`ErrorKind::LimitExceeded`] if it must be in the log, and too much waits for it to be told there.
    fn note_read(&self, read: Read<'_>) -> Result<()> {
        if let Some(read) = self.store.noted(self.tables, read)? {
            let (actor, time) = (self.tables.file().opener_id(), self.store.time_of(&read));
            if !self.store.shared.reads.note_urgent(read.facts(), &self.store.said, actor, time) {
                let message = "more reads than a transaction can hold wait to be in the audit log; commit the transaction, and read the rest in another";
                return Err(Error::new(ErrorKind::LimitExceeded, message));
            }
            self.store.accessed(&read);
        }
        Ok(())
    }
}
