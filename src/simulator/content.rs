//! What a store of secrets must hold and show, beside it.

use std::collections::BTreeMap;

use super::values::value_of;
use crate::limits::{TRASH_DAYS_DEFAULT, VERSIONS_KEPT_DEFAULT};
use crate::{Tags, Tier};

const DAY: i64 = 86_400_000;

/// Everything in a store.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Content {
    /// By path.
    pub(super) live: BTreeMap<String, Secret>,
    /// By the mark every secret bears from its creation: its id follows from a commit that may not have returned.
    pub(super) trash: BTreeMap<String, Trashed>,
    /// By namespace; that of the store is empty.
    pub(super) retention: BTreeMap<String, Kept>,
}

/// How many versions and days are kept, as far as it is said.
pub(super) type Kept = (Option<u32>, Option<u16>);

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Secret {
    pub(super) created_at: i64,
    pub(super) updated_at: i64,
    pub(super) meta_version: u64,
    pub(super) meta: Meta,
    pub(super) current: u64,
    /// None are shown of a secret in the trash.
    pub(super) versions: BTreeMap<u64, Version>,
}

/// The metadata that a write can change.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Meta {
    pub(super) tier: Tier,
    pub(super) description: String,
    pub(super) content_type: String,
    pub(super) tags: Tags,
    pub(super) kept: Kept,
    /// Far in the future.
    pub(super) expires_at: Option<i64>,
    pub(super) rotate_every: Option<u64>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Version {
    pub(super) created_at: i64,
    pub(super) note: String,
    pub(super) size: u64,
    pub(super) standing: Standing,
    /// Until when it is accepted, if it was rotated out or revoked; as it is shown 0 if that is over.
    pub(super) retired: Option<i64>,
    /// What the value follows from, as long as it can be read.
    pub(super) value: Option<u64>,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Standing {
    Kept,
    Deleted { at: i64, until: i64 },
    Destroyed { at: i64 },
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Trashed {
    pub(super) path: String,
    pub(super) deleted_at: i64,
    pub(super) purge_at: i64,
    pub(super) secret: Secret,
}

/// The tag that a secret bears from its creation.
pub(super) const MARK: &str = "born";

impl Secret {
    pub(super) fn mark(&self) -> String {
        self.meta.tags.get(MARK).expect("every secret is marked").to_owned()
    }
}

impl Version {
    pub(super) fn is_readable(&self, now: i64) -> bool {
        self.standing == Standing::Kept && self.retired.is_none_or(|until| until > now)
    }

    fn is_in_grace(&self, now: i64) -> bool {
        self.is_readable(now) && self.retired.is_some()
    }

    fn shown(&self, now: i64) -> Self {
        let standing = match self.standing {
            Standing::Deleted { at, until } if until <= now => Standing::Destroyed { at },
            standing => standing,
        };
        let is_kept = standing == Standing::Kept;
        let retired = self.retired.filter(|_| is_kept).map(|until| if until > now { until } else { 0 });
        let value = self.value.filter(|_| is_kept && retired != Some(0));
        Self { standing, retired, value, ..self.clone() }
    }
}

impl Content {
    /// What can be seen of it at a time.
    pub(super) fn shown(&self, now: i64) -> Self {
        let mut shown = self.clone();
        for version in shown.live.values_mut().flat_map(|secret| secret.versions.values_mut()) {
            *version = version.shown(now);
        }
        shown.trash.values_mut().for_each(|trashed| trashed.secret.versions.clear());
        shown
    }

    /// What the secret itself says, else its namespaces from the nearest, else the store.
    fn kept<T>(&self, path: &str, own: Option<T>, pick: impl Fn(&Kept) -> Option<T>) -> Option<T> {
        let parents = path.rmatch_indices('/').map(|(at, _)| &path[..at]).chain([""]);
        own.or_else(|| parents.filter_map(|parent| self.retention.get(parent)).find_map(pick))
    }

    fn trash_until(&self, path: &str, now: i64) -> i64 {
        let days = self.kept(path, self.live[path].meta.kept.1, |kept| kept.1);
        now + i64::from(days.unwrap_or(TRASH_DAYS_DEFAULT)) * DAY
    }

    pub(super) fn put(&mut self, path: &str, value: u64, note: &str, meta: Option<&Meta>, now: i64) {
        let size = value_of(value).len() as u64;
        let note = note.to_owned();
        let (standing, value) = (Standing::Kept, Some(value));
        let version = Version { created_at: now, note, size, standing, retired: None, value };
        let Some(secret) = self.live.get_mut(path) else {
            let secret = Secret {
                created_at: now,
                updated_at: now,
                meta_version: 1,
                meta: meta.cloned().unwrap_or_default(),
                current: 1,
                versions: [(1, version)].into(),
            };
            self.live.insert(path.to_owned(), secret);
            return;
        };
        if let Some(meta) = meta {
            secret.edit(meta, now);
        }
        secret.updated_at = now;
        secret.current += 1;
        secret.versions.insert(secret.current, version);
        let own = secret.meta.kept.0;
        let keep = self.kept(path, own, |kept| kept.0).unwrap_or(VERSIONS_KEPT_DEFAULT);
        let versions = &mut self.live.get_mut(path).expect("it was just put").versions;
        while keep > 0 && versions.len() > keep as usize {
            let last = versions.len() - 1;
            let mut old = versions.iter().take(last);
            let Some((&oldest, _)) = old.find(|(_, version)| !version.is_in_grace(now)) else { break };
            versions.remove(&oldest);
        }
    }

    pub(super) fn rotate(&mut self, path: &str, value: u64, until: i64, now: i64) {
        let secret = self.live.get_mut(path).expect("it is there");
        secret.versions.get_mut(&secret.current).expect("the current one is there").retired = Some(until);
        self.put(path, value, "", None, now);
    }

    pub(super) fn revoke(&mut self, path: &str, number: u64, now: i64) {
        let standing = self.live[path].versions[&number].standing;
        self.stand(path, number, standing, now);
        let secret = self.live.get_mut(path).expect("it is there");
        secret.versions.get_mut(&number).expect("it has that version").retired = Some(now);
    }

    pub(super) fn rollback(&mut self, path: &str, version: u64, now: i64) {
        let value = self.live[path].versions[&version].value.expect("its value is there");
        self.put(path, value, &format!("rollback of {version}"), None, now);
    }

    pub(super) fn delete(&mut self, path: &str, now: i64) {
        let purge_at = self.trash_until(path, now);
        let secret = self.live.remove(path).expect("it is there");
        let trashed = Trashed { path: path.to_owned(), deleted_at: now, purge_at, secret };
        self.trash.insert(trashed.secret.mark(), trashed);
    }

    pub(super) fn restore(&mut self, mark: &str, to: Option<&str>, now: i64) {
        let Trashed { path, mut secret, .. } = self.trash.remove(mark).expect("it is in the trash");
        secret.updated_at = now;
        self.live.insert(to.map_or(path, str::to_owned), secret);
    }

    pub(super) fn rename(&mut self, from: &str, to: &str, now: i64) {
        let mut secret = self.live.remove(from).expect("it is there");
        secret.updated_at = now;
        self.live.insert(to.to_owned(), secret);
    }

    pub(super) fn delete_version(&mut self, path: &str, number: u64, now: i64) {
        let until = self.trash_until(path, now);
        self.stand(path, number, Standing::Deleted { at: now, until }, now);
    }

    pub(super) fn destroy_version(&mut self, path: &str, number: u64, now: i64) {
        self.stand(path, number, Standing::Destroyed { at: now }, now);
    }

    pub(super) fn restore_version(&mut self, path: &str, number: u64, now: i64) {
        self.stand(path, number, Standing::Kept, now);
    }

    fn stand(&mut self, path: &str, number: u64, standing: Standing, now: i64) {
        let secret = self.live.get_mut(path).expect("it is there");
        secret.updated_at = now;
        let version = secret.versions.get_mut(&number).expect("it has that version");
        version.standing = standing;
    }

    /// Secrets that a sweep removes, in order.
    pub(super) fn due(&self, now: i64) -> Vec<(i64, String)> {
        let due = self.trash.iter().filter(|(_, trashed)| trashed.purge_at <= now);
        let mut due: Vec<_> = due.map(|(mark, trashed)| (trashed.purge_at, mark.clone())).collect();
        due.sort();
        due
    }

    /// Versions that a sweep removes, in order.
    pub(super) fn due_versions(&self, now: i64) -> Vec<(i64, String, u64)> {
        let mut due = Vec::new();
        for (path, secret) in &self.live {
            for (number, version) in &secret.versions {
                match version.standing {
                    Standing::Deleted { until, .. } if until <= now => {
                        due.push((until, path.clone(), *number));
                    }
                    _ => {}
                }
            }
        }
        due.sort();
        due
    }

    pub(super) fn sweep(&mut self, items: usize, now: i64) {
        let due = self.due(now);
        for (_, mark) in due.iter().take(items) {
            self.trash.remove(mark);
        }
        for (_, path, number) in self.due_versions(now).into_iter().take(items.saturating_sub(due.len())) {
            self.destroy_version(&path, number, now);
        }
    }
}

impl Secret {
    /// Other metadata, if they are others.
    pub(super) fn edit(&mut self, meta: &Meta, now: i64) {
        if self.meta != *meta {
            self.meta = meta.clone();
            self.meta_version += 1;
            self.updated_at = now;
        }
    }
}
