//! The subject at the height of secrets: the public operations of a store.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use super::choices::Change;
use super::content::{Content, MARK, Meta, Secret, Standing, Trashed, Version};
use super::disk::CrashDisk;
use super::engine::unlock;
use super::life::Subject;
use super::rng::Rng;
use super::values::{count, tag_of, value_of};
use crate::error::{Error, ErrorKind, Result};
use crate::sealed::disk::file::Access;
use crate::{
    Listed, ManualClock, Put, Query, Retention, SecretInfo, SecretRef, Store, StoreOptions, Sweep, Tags,
    Timestamp, Update, VerifyAtOpen, VersionInfo, VersionState,
};

pub(crate) struct SecretsSubject(Store);

/// All metadata at once.
macro_rules! with_meta {
    ($builder:expr, $meta:expr) => {
        $builder
            .tier($meta.tier)
            .description($meta.description.as_str())
            .content_type($meta.content_type.as_str())
            .tags($meta.tags.clone())
            .max_versions($meta.kept.0)
            .trash_days($meta.kept.1)
            .expires_at($meta.expires_at.map(Timestamp::from_millis))
            .rotate_every($meta.rotate_every.map(Duration::from_secs))
    };
}

/// Makes a change on a store or in a transaction, which have the same operations.
macro_rules! make {
    ($on:expr, $change:expr) => {
        match $change {
            Change::Put { path, value, note, meta } => {
                let put = Put::new().note(note.as_str());
                let put = match meta {
                    Some(meta) => with_meta!(put, meta),
                    None => put,
                };
                $on.put_with(path, value_of(*value), put).map(drop)
            }
            Change::Update { path, meta } => $on.update(path, with_meta!(Update::new(), meta)).map(drop),
            Change::Rotate { path, value, grace } => {
                $on.rotate(path, value_of(*value), Duration::from_secs(*grace)).map(drop)
            }
            Change::Revoke { path, version } => $on.revoke_version(path, *version).map(drop),
            Change::Rollback { path, version } => $on.rollback(path, *version).map(drop),
            Change::Delete { path } => $on.delete(path).map(drop),
            Change::Restore { mark, from, to } => {
                let secret = match from {
                    Some(path) => SecretRef::try_from(path)?,
                    None => marked(&$on.list(Query::all().state(Listed::Trash).tag(MARK, mark))?)?,
                };
                match to {
                    Some(to) => $on.restore_to(secret, to).map(drop),
                    None => $on.restore(secret).map(drop),
                }
            }
            Change::Destroy { path } => $on.destroy(path),
            Change::DestroyTrashed { mark } => {
                $on.destroy(marked(&$on.list(Query::all().state(Listed::Trash).tag(MARK, mark))?)?)
            }
            Change::DeleteVersion { path, version } => $on.delete_version(path, *version).map(drop),
            Change::RestoreVersion { path, version } => $on.restore_version(path, *version).map(drop),
            Change::DestroyVersion { path, version } => $on.destroy_version(path, *version).map(drop),
            Change::Rename { from, to } => $on.rename(from, to).map(drop),
            Change::RenamePrefix { from, to } => $on.rename_prefix(from, to).map(drop),
            Change::Sweep { items } => $on.sweep(Sweep::new().at_most(*items)).map(drop),
            Change::Retention { .. } => Err(Error::internal("retention changes in a commit of its own")),
        }
    };
}

/// The one secret of a page.
fn marked(page: &crate::Page) -> Result<SecretRef> {
    match page.items() {
        [info] => Ok(SecretRef::Id(info.id())),
        _ => Err(Error::internal("not one secret in the trash bears a mark")),
    }
}

fn secret(info: &SecretInfo, versions: BTreeMap<u64, Version>) -> Secret {
    Secret {
        created_at: info.created_at().as_millis(),
        updated_at: info.updated_at().as_millis(),
        meta_version: info.meta_version(),
        meta: Meta {
            tier: info.tier(),
            description: info.description().to_owned(),
            content_type: info.content_type().to_owned(),
            tags: info.tags().clone(),
            kept: (info.max_versions(), info.trash_days()),
            expires_at: info.expires_at().map(Timestamp::as_millis),
            rotate_every: info.rotate_every().map(|every| every.as_secs()),
        },
        current: info.version(),
        versions,
    }
}

impl SecretsSubject {
    fn set_retention(&self, namespace: &str, (versions, days): (Option<u32>, Option<u16>)) -> Result<()> {
        let retention = Retention::inherited().keep_versions(versions).keep_trash_days(days);
        match namespace {
            "" => self.0.policy().set_retention(retention),
            _ => self.0.policy().set_retention_under(namespace, retention),
        }
    }

    fn version(&self, info: &SecretInfo, version: VersionInfo) -> Result<(u64, Version)> {
        let at = version.deleted_at.map_or(0, Timestamp::as_millis);
        let standing = match version.state {
            VersionState::Current
            | VersionState::Superseded
            | VersionState::Grace { .. }
            | VersionState::Retired => Standing::Kept,
            VersionState::Deleted { until } => Standing::Deleted { at, until: until.as_millis() },
            VersionState::Destroyed => Standing::Destroyed { at },
        };
        let retired = match version.state {
            VersionState::Grace { until } => Some(until.as_millis()),
            VersionState::Retired => Some(0),
            _ => None,
        };
        let is_current = version.number == info.version();
        if version.state.is_readable() && (version.state == VersionState::Current) != is_current {
            return Err(Error::internal("another version than the last is the current one"));
        }
        let value = match self.0.get_version(info.path(), version.number) {
            Ok(secret) => {
                let tag = tag_of(secret.value().expose());
                Some(tag.ok_or_else(|| Error::internal("a value nobody wrote"))?)
            }
            Err(error) if !version.state.is_readable() => match error.kind() {
                ErrorKind::NotFound | ErrorKind::Destroyed | ErrorKind::VersionExpired => None,
                _ => return Err(error),
            },
            Err(error) => return Err(error),
        };
        let created_at = version.created_at.as_millis();
        let (note, size) = (version.note, version.size);
        Ok((version.number, Version { created_at, note, size, standing, retired, value }))
    }

    fn add(&self, info: &SecretInfo, content: &mut Content) -> Result<()> {
        let path = info.path().to_string();
        let Some(trashed) = info.trashed() else {
            let versions = self.0.versions(info.path())?.into_iter();
            let versions = versions.map(|version| self.version(info, version)).collect::<Result<_>>()?;
            content.live.insert(path, secret(info, versions));
            return Ok(());
        };
        let secret = secret(info, BTreeMap::new());
        let (deleted_at, purge_at) = (trashed.deleted_at.as_millis(), trashed.purge_at.as_millis());
        content.trash.insert(secret.mark(), Trashed { path, deleted_at, purge_at, secret });
        Ok(())
    }
}

impl Subject for SecretsSubject {
    type Model = Content;
    type Change = Change;

    fn create(clock: &ManualClock) -> Vec<u8> {
        let disk = CrashDisk::new();
        let store = StoreOptions::new().clock(clock).create_on(disk.clone(), &unlock()).unwrap();
        store.close().unwrap();
        disk.content()
    }

    fn open(disk: Arc<CrashDisk>, access: Access, small_cache: bool, clock: &ManualClock) -> Result<Self> {
        let cache = if small_cache { 1 } else { 4 << 20 };
        let verify = if small_cache { VerifyAtOpen::Always } else { VerifyAtOpen::Never };
        let options = StoreOptions::new().clock(clock).cache_bytes(cache).verify(verify);
        options.read_only(access == Access::ReadOnly).open_on(disk, &unlock()).map(Self)
    }

    fn choose(rng: &mut Rng, model: &mut Content, clock: &ManualClock) -> Vec<Change> {
        const HOUR: u64 = 3_600_000;
        clock.advance(Duration::from_millis(rng.pick(&[0, 1, 60_000, 6 * HOUR, 30 * HOUR])));
        let (count, now) = (count(rng), clock.now().as_millis());
        let mut next = || {
            let change = Change::choose(rng, model, count == 1, now);
            change.apply(model, now);
            change
        };
        (0..count).map(|_| next()).collect()
    }

    fn bring_to_light(model: &mut Content, clock: &ManualClock) -> Vec<Change> {
        let now = clock.now().as_millis();
        let mut changes = vec![Change::Sweep { items: usize::MAX }];
        changes[0].apply(model, now);
        for mark in model.trash.keys() {
            let to = Some(format!("restored/{mark}"));
            changes.push(Change::Restore { mark: mark.clone(), from: None, to });
        }
        changes[1..].iter().for_each(|change| change.apply(model, now));
        for (path, secret) in model.live.clone() {
            // The time of a version can end while its secret is in the trash, where no sweep looks for it.
            let is_deleted = |standing| matches!(standing, Standing::Deleted { until, .. } if until > now);
            for (version, _) in secret.versions.iter().filter(|(_, version)| is_deleted(version.standing)) {
                let change = Change::RestoreVersion { path: path.clone(), version: *version };
                change.apply(model, now);
                changes.push(change);
            }
        }
        changes
    }

    fn write(&self, changes: &[Change], give_up: bool, _after: &Content) -> Result<()> {
        let given_up = || Err(Error::new(ErrorKind::InvalidArgument, "given up by design"));
        match (changes, give_up) {
            ([Change::Retention { .. }], true) => given_up(),
            ([Change::Retention { namespace, kept }], false) => self.set_retention(namespace, *kept),
            ([change], false) => make!(self.0, change),
            _ => self.0.transaction(|tx| {
                for change in changes {
                    make!(tx, change)?;
                }
                if give_up { given_up() } else { Ok(()) }
            }),
        }
    }

    fn shown(model: &Content, now: Timestamp) -> Content {
        model.shown(now.as_millis())
    }

    fn content(&self) -> Result<Content> {
        let mut content = Content::default();
        let mut query = Query::all().state(Listed::All).limit(7);
        loop {
            let page = self.0.list(&query)?;
            for info in page.items() {
                self.add(info, &mut content)?;
            }
            match page.next_cursor() {
                Some(cursor) => query = query.after(cursor.clone()),
                None => break,
            }
        }
        for (namespace, retention) in self.0.policy().retentions()? {
            let namespace = namespace.map_or(String::new(), |namespace| namespace.to_string());
            content.retention.insert(namespace, (retention.max_versions(), retention.trash_days()));
        }
        Ok(content)
    }

    fn verify(&self) -> Result<()> {
        self.0.verify().map(|_| ())
    }

    fn close(self) -> Result<()> {
        // The commit of what was read is tried by the counters; here each commit is one of the model's.
        self.0.forget_reads();
        self.0.close()
    }
}

/// Found by the campaign at seed 478.
#[test]
fn a_version_whose_time_ended_while_its_secret_was_in_the_trash_is_not_brought_to_light() {
    const DAY: i64 = 86_400_000;
    let meta = Meta { tags: Tags::new().with(MARK, "one").unwrap(), ..Meta::default() };
    let mut model = Content::default();
    model.put("a", 1, "", Some(&meta), 0);
    model.put("a", 2, "", None, 0);
    model.delete_version("a", 1, 0);
    model.delete("a", 10 * DAY);
    let restored = |model: &Content, days| {
        let clock = ManualClock::start(Timestamp::from_millis(days * DAY));
        let changes = SecretsSubject::bring_to_light(&mut model.clone(), &clock);
        let versions = changes.iter().filter(|change| matches!(change, Change::RestoreVersion { .. }));
        (changes.len(), versions.count())
    };
    assert_eq!(restored(&model, 29), (3, 1), "a sweep, the secret and its version");
    assert_eq!(restored(&model, 35), (2, 0), "a sweep and the secret");
    assert_eq!(restored(&model, 41), (1, 0), "a sweep");
}
