//! A store and its model, step by step.

use std::sync::Arc;
use std::time::Duration;

use super::compare;
use super::model::{Done, Fault, Model};
use super::operation::{Changes, Expect, Expiry, Operation, Ref, START, TAGS, Write};
use crate::simulator::CrashDisk;
use crate::simulator::rng::Rng;
use crate::{
    Error, ErrorKind, ManualClock, OnExpiry, Put, Rename, Result, Retention, SecretId, SecretRef, Store,
    StoreOptions, Sweep, Tags, Tier, Timestamp, Transaction, Unlock, Update,
};

/// The same changes on either builder.
macro_rules! told {
    ($builder:expr, $changes:expr) => {{
        let (mut builder, changes): (_, &Changes) = ($builder, $changes);
        if let Some(tier) = changes.tier {
            builder = builder.tier(Tier::ALL[usize::from(tier)]);
        }
        if let Some(description) = changes.description {
            builder = builder.description(description);
        }
        if let Some(content_type) = changes.content_type {
            builder = builder.content_type(content_type);
        }
        if let Some(tags) = &changes.replace_tags {
            let with = |tags: Tags, &tag: &usize| tags.with(TAGS[tag].0, TAGS[tag].1).unwrap();
            builder = builder.tags(tags.iter().fold(Tags::new(), with));
        }
        for &tag in &changes.remove_tags {
            builder = builder.remove_tag(TAGS[tag].0);
        }
        for &tag in &changes.add_tags {
            builder = builder.tag(TAGS[tag].0, TAGS[tag].1);
        }
        if let Some(max_versions) = changes.max_versions {
            builder = builder.max_versions(max_versions);
        }
        if let Some(trash_days) = changes.trash_days {
            builder = builder.trash_days(trash_days);
        }
        builder = match changes.expiry {
            None => builder,
            Some(Expiry::Never) => builder.expires_at(None),
            Some(Expiry::In(seconds)) => builder.expires_in(Duration::from_secs(seconds.unsigned_abs())),
            Some(Expiry::At(time)) => builder.expires_at(Timestamp::from_millis(time)),
        };
        if let Some(to_trash) = changes.to_trash {
            builder = builder.on_expiry(if to_trash { OnExpiry::Trash } else { OnExpiry::Block });
        }
        if let Some(every) = changes.every {
            builder = builder.rotate_every(every.map(Duration::from_secs));
        }
        builder
    }};
}

pub(super) struct Pair {
    disk: Arc<CrashDisk>,
    clock: ManualClock,
    store: Store,
    model: Model,
}

fn key() -> Unlock {
    Unlock::raw_key(&[7; 32])
}

impl Pair {
    pub(super) fn new(fault: Fault) -> Self {
        let (disk, clock) = (CrashDisk::new(), ManualClock::start(Timestamp::from_millis(START)));
        let store = StoreOptions::new().clock(&clock).create_on(disk.clone(), &key()).unwrap();
        Self { disk, clock, store, model: Model::new(START, fault) }
    }

    fn open(&mut self) {
        self.store = StoreOptions::new().clock(&self.clock).open_on(self.disk.clone(), &key()).unwrap();
        self.model.reopened();
    }

    pub(super) fn check(&mut self) {
        compare::everything(&self.store, &mut self.model);
        self.store.verify().unwrap();
    }

    pub(super) fn apply(&mut self, operation: Operation) {
        match operation {
            Operation::Write(write) => self.write(&[write], true, true),
            Operation::Transaction { writes, propagate, commit } => self.write(&writes, propagate, commit),
            Operation::List(question) => compare::list(&self.store, &mut self.model, &question),
            Operation::OneLevel { under, tag, page } => {
                compare::one_level(&self.store, &self.model, under, tag, page);
            }
            Operation::Clock(by) => {
                self.model.clock = (self.model.clock + by).max(0);
                self.clock.set(Timestamp::from_millis(self.model.clock));
            }
            Operation::Reopen => {
                // A commit of what was read would move the mark of the clock, of which the model knows nothing.
                self.store.forget_reads();
                std::mem::replace(&mut self.store, Store::in_memory().unwrap()).close().unwrap();
                self.open();
                self.check();
            }
            Operation::Lock => {
                self.store.forget_reads();
                self.store.lock().unwrap();
                self.store.unlock(key()).unwrap();
            }
            Operation::Compact => {
                self.store.compact().unwrap();
                self.replaced();
            }
            Operation::Purge => {
                self.store.purge().unwrap();
                self.replaced();
            }
            Operation::Crash { writes, after, seed, killed } => self.crash(&writes, after, seed, killed),
            Operation::CheckAll => self.check(),
        }
    }

    fn generation(&self) -> u64 {
        self.store.pin().unwrap().generation()
    }

    fn replaced(&mut self) {
        self.disk = self.disk.in_place();
        self.model.note();
    }

    /// Writes in one transaction, each compared as it is done.
    fn write(&mut self, writes: &[Write], propagate: bool, commit: bool) {
        let (store, model) = (&self.store, &mut self.model);
        let before = model.begin();
        let mut failed = None;
        let result = store.transaction(|tx| {
            for write in writes {
                let place = model.clone();
                let expected = model.write(write);
                let (done, id) = split(perform(tx, write, &place));
                assert_eq!(
                    done.as_ref().map_err(Error::kind),
                    expected.as_ref().map_err(|kind| *kind),
                    "{write:?}"
                );
                learn(model, &done, id);
                if let Err(error) = done {
                    failed = Some(error.kind());
                    if propagate {
                        return Err(error);
                    }
                }
            }
            if commit { Ok(()) } else { Err(Error::new(ErrorKind::Cancelled, "given up")) }
        });
        let expected = match failed {
            Some(kind) if propagate => Err(kind),
            _ if !commit => Err(ErrorKind::Cancelled),
            Some(_) => Err(ErrorKind::InvalidArgument),
            None => Ok(()),
        };
        assert_eq!(result.map_err(|error| error.kind()), expected, "{writes:?}");
        if expected.is_ok() {
            self.model.commit();
        } else {
            self.model = before;
        }
    }

    /// After the crash the store holds the acknowledged writes, and perhaps all of the one in flight.
    fn crash(&mut self, writes: &[Write], after: u64, seed: u64, killed: bool) {
        self.disk.fail_after(after);
        let mut in_flight = None;
        for write in writes {
            let (before, generation) = (self.model.begin(), self.generation());
            let expected = self.model.write(write);
            let place = before.clone();
            let (done, id) = split(self.store.transaction(|tx| perform(tx, write, &place)));
            learn(&mut self.model, &done, id);
            match (&done, &expected) {
                (Ok(done), Ok(expected)) => {
                    assert_eq!(done, expected, "{write:?}");
                    self.model.commit();
                }
                (Err(error), Err(kind)) if error.kind() == *kind => self.model = before,
                (Err(_), _) => {
                    if expected.is_ok() {
                        self.model.commit();
                        in_flight = Some((std::mem::replace(&mut self.model, before), generation));
                    } else {
                        self.model = before;
                    }
                    break;
                }
                (Ok(_), Err(kind)) => panic!("{write:?} was done, and {kind:?} was expected"),
            }
        }
        self.disk = if killed { self.disk.killed() } else { self.disk.cut(&mut Rng::new(seed)) };
        self.open();
        if let Some((mut after, generation)) = in_flight
            && self.generation() > generation
        {
            after.reopened();
            compare::learn_ids(&self.store, &mut after);
            self.model = after;
        }
        self.check();
    }
}

fn split(done: Result<(Done, Option<SecretId>)>) -> (Result<Done>, Option<SecretId>) {
    match done {
        Ok((done, id)) => (Ok(done), id),
        Err(error) => (Err(error), None),
    }
}

/// The id of a new secret is the library's to say.
fn learn(model: &mut Model, done: &Result<Done>, id: Option<SecretId>) {
    if let (Ok(Done::Written { path, .. }), Some(id)) = (done, id)
        && let Some(secret) = model.live.get_mut(path)
    {
        assert!(secret.id.is_none_or(|known| known == id), "{path} got another id");
        secret.id = Some(id);
    }
}

fn perform(tx: &mut Transaction<'_, '_>, write: &Write, model: &Model) -> Result<(Done, Option<SecretId>)> {
    let written = |written: crate::Written| {
        (Done::Written { path: written.path().to_string(), version: written.version() }, Some(written.id()))
    };
    let plain = |done| (done, None);
    match write {
        Write::Put { path, value, expect, note, changes } => {
            let mut put = match expect {
                Expect::Anything => Put::new(),
                Expect::Absent => Put::new().expect_absent(),
                Expect::Version(version) => Put::new().expect_version(*version),
            };
            if let Some(note) = note {
                put = put.note(*note);
            }
            tx.put_with(*path, value, told!(put, changes)).map(written)
        }
        Write::Update { path, expect, changes } => {
            let mut update = Update::new();
            if let Some(expect) = expect {
                update = update.expect_meta_version(*expect);
            }
            let info = tx.update(*path, told!(update, changes))?;
            Ok(plain(Done::Meta { version: info.version(), meta_version: info.meta_version() }))
        }
        Write::Rotate { path, value, grace, changes } => {
            let grace = Duration::from_secs(*grace);
            let rotated = tx.rotate_with(*path, value, grace, told!(Put::new(), changes))?;
            assert_eq!(rotated.old_version + 1, rotated.written.version());
            Ok(written(rotated.written))
        }
        Write::Revoke { path, version } => {
            Ok(plain(Done::Version(tx.revoke_version(*path, *version)?.number)))
        }
        Write::Rollback { path, version } => tx.rollback(*path, *version).map(written),
        Write::Rename { from, to } => tx.rename(*from, *to).map(written),
        Write::RenamePrefix { from, to } => {
            Ok(plain(Done::Count(tx.rename_prefix_with(*from, *to, Rename::new())?)))
        }
        Write::Delete { path } => Ok(plain(Done::Deleted { purge: tx.delete(*path)?.purge_at.as_millis() })),
        Write::Restore { secret, to: None } => tx.restore(reference(*secret, model)).map(written),
        Write::Restore { secret, to: Some(to) } => tx.restore_to(reference(*secret, model), *to).map(written),
        Write::Destroy { secret } => {
            Ok(plain(tx.destroy(reference(*secret, model)).map(|()| Done::Nothing)?))
        }
        Write::DeleteVersion { path, version } => {
            Ok(plain(Done::Version(tx.delete_version(*path, *version)?.number)))
        }
        Write::RestoreVersion { path, version } => {
            Ok(plain(Done::Version(tx.restore_version(*path, *version)?.number)))
        }
        Write::DestroyVersion { path, version } => {
            Ok(plain(Done::Version(tx.destroy_version(*path, *version)?.number)))
        }
        Write::SetRetention { namespace, max_versions, trash_days } => {
            let retention = Retention::inherited().keep_versions(*max_versions).keep_trash_days(*trash_days);
            match namespace {
                Some(namespace) => tx.set_retention_under(*namespace, retention)?,
                None => tx.set_retention(retention)?,
            }
            Ok(plain(Done::Nothing))
        }
        Write::Sweep { items, confirm } => {
            let sweep = Sweep::new().at_most(*items);
            let report = tx.sweep(if *confirm { sweep.confirm_clock() } else { sweep })?;
            let crate::SweepReport { secrets, versions, expiring, expired, more, held_back, .. } = report;
            Ok(plain(Done::Swept { secrets, versions, expiring, expired, more, held_back }))
        }
    }
}

fn reference(secret: Ref, model: &Model) -> SecretRef {
    match secret {
        Ref::Path(path) => SecretRef::try_from(path).unwrap(),
        Ref::Trashed(place) => model.trashed_at(place).unwrap_or(SecretId::from_bytes([1; 16])).into(),
    }
}
