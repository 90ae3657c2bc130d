//! What a program does to its secrets: random changes of which each can be made.

use super::content::{Content, Kept, MARK, Meta, Standing, Version};
use super::rng::Rng;
use crate::{Tags, Tier};

/// One change of a transaction. Secrets in the trash are named by their mark.
#[derive(Clone, Debug)]
pub(crate) enum Change {
    Put {
        path: String,
        value: u64,
        note: String,
        meta: Option<Meta>,
    },
    Rotate {
        path: String,
        value: u64,
        /// In seconds.
        grace: u64,
    },
    Revoke {
        path: String,
        version: u64,
    },
    Update {
        path: String,
        meta: Meta,
    },
    Rollback {
        path: String,
        version: u64,
    },
    Delete {
        path: String,
    },
    /// By the path it was at, if nothing else was deleted there as late.
    Restore {
        mark: String,
        from: Option<String>,
        to: Option<String>,
    },
    Destroy {
        path: String,
    },
    DestroyTrashed {
        mark: String,
    },
    DeleteVersion {
        path: String,
        version: u64,
    },
    RestoreVersion {
        path: String,
        version: u64,
    },
    DestroyVersion {
        path: String,
        version: u64,
    },
    Rename {
        from: String,
        to: String,
    },
    RenamePrefix {
        from: String,
        to: String,
    },
    /// In a commit of its own.
    Retention {
        namespace: String,
        kept: Kept,
    },
    Sweep {
        items: usize,
    },
}

impl Change {
    /// A change that `content` allows; mostly a put.
    pub(super) fn choose(rng: &mut Rng, content: &Content, alone: bool, now: i64) -> Self {
        let chooser = Chooser { content, now };
        let chosen = match rng.below(100) {
            0..10 => chooser.update(rng),
            10..14 => chooser.rollback(rng),
            14..26 => chooser.live(rng).map(|path| Self::Delete { path }),
            26..34 => chooser.restore(rng),
            34..36 => chooser.live(rng).map(|path| Self::Destroy { path }),
            36..37 => chooser.trashed(rng).map(|mark| Self::DestroyTrashed { mark }),
            37..43 => {
                chooser.version(rng, |version| version.standing == Standing::Kept).map(Self::delete_version)
            }
            43..46 => chooser.version(rng, |version| chooser.is_deleted(version)).map(Self::restore_version),
            46..48 => chooser.version(rng, is_not_destroyed).map(Self::destroy_version),
            48..55 => chooser.rename(rng),
            55..56 => chooser.rename_prefix(rng),
            56..59 if alone => Some(chooser.retention(rng)),
            59..63 => Some(chooser.sweep(rng)),
            63..71 => chooser.rotate(rng),
            71..74 => chooser.revoke(rng),
            _ => None,
        };
        chosen.unwrap_or_else(|| chooser.put(rng))
    }

    fn delete_version((path, version): (String, u64)) -> Self {
        Self::DeleteVersion { path, version }
    }

    fn restore_version((path, version): (String, u64)) -> Self {
        Self::RestoreVersion { path, version }
    }

    fn destroy_version((path, version): (String, u64)) -> Self {
        Self::DestroyVersion { path, version }
    }

    /// Makes the change to the model.
    pub(super) fn apply(&self, content: &mut Content, now: i64) {
        match self {
            Self::Put { path, value, note, meta } => content.put(path, *value, note, meta.as_ref(), now),
            Self::Update { path, meta } => content.live.get_mut(path).expect("it is there").edit(meta, now),
            Self::Rotate { path, value, grace } => {
                content.rotate(path, *value, now + *grace as i64 * 1_000, now);
            }
            Self::Revoke { path, version } => content.revoke(path, *version, now),
            Self::Rollback { path, version } => content.rollback(path, *version, now),
            Self::Delete { path } => content.delete(path, now),
            Self::Restore { mark, to, .. } => content.restore(mark, to.as_deref(), now),
            Self::Destroy { path } => drop(content.live.remove(path)),
            Self::DestroyTrashed { mark } => drop(content.trash.remove(mark)),
            Self::DeleteVersion { path, version } => content.delete_version(path, *version, now),
            Self::RestoreVersion { path, version } => content.restore_version(path, *version, now),
            Self::DestroyVersion { path, version } => content.destroy_version(path, *version, now),
            Self::Rename { from, to } => content.rename(from, to, now),
            Self::RenamePrefix { from, to } => {
                for path in below(content, from) {
                    content.rename(&path, &format!("{to}{}", &path[from.len()..]), now);
                }
            }
            Self::Retention { namespace, kept: (None, None) } => drop(content.retention.remove(namespace)),
            Self::Retention { namespace, kept } => drop(content.retention.insert(namespace.clone(), *kept)),
            Self::Sweep { items } => content.sweep(*items, now),
        }
    }
}

fn is_not_destroyed(version: &Version) -> bool {
    !matches!(version.standing, Standing::Destroyed { .. })
}

fn below(content: &Content, namespace: &str) -> Vec<String> {
    let is_below = |path: &&String| path.strip_prefix(namespace).is_some_and(|rest| rest.starts_with('/'));
    content.live.keys().filter(is_below).cloned().collect()
}

fn name(rng: &mut Rng) -> String {
    format!("space-{}/name-{}", rng.below(4), rng.below(15))
}

struct Chooser<'a> {
    content: &'a Content,
    now: i64,
}

impl Chooser<'_> {
    fn live(&self, rng: &mut Rng) -> Option<String> {
        let at = rng.below(self.content.live.len() as u64) as usize;
        self.content.live.keys().nth(at).cloned()
    }

    fn trashed(&self, rng: &mut Rng) -> Option<String> {
        let at = rng.below(self.content.trash.len() as u64) as usize;
        self.content.trash.keys().nth(at).cloned()
    }

    fn is_deleted(&self, version: &Version) -> bool {
        matches!(version.standing, Standing::Deleted { until, .. } if until > self.now)
    }

    fn version(&self, rng: &mut Rng, wanted: impl Fn(&Version) -> bool) -> Option<(String, u64)> {
        let path = self.live(rng)?;
        let versions = self.content.live[&path].versions.iter();
        let numbers: Vec<u64> =
            versions.filter(|(_, version)| wanted(version)).map(|(number, _)| *number).collect();
        (!numbers.is_empty()).then(|| (path, rng.pick(&numbers)))
    }

    fn put(&self, rng: &mut Rng) -> Change {
        let (path, value) = (name(rng), rng.next());
        let note = if rng.chance(20) { format!("note {}", rng.below(9)) } else { String::new() };
        let meta = match self.content.live.get(&path) {
            Some(secret) => rng.chance(20).then(|| edited(rng, &secret.meta)),
            None => {
                let tags = Tags::new().with(MARK, &format!("{value:x}")).unwrap();
                Some(edited(rng, &Meta { tags, ..Meta::default() }))
            }
        };
        Change::Put { path, value, note, meta }
    }

    fn update(&self, rng: &mut Rng) -> Option<Change> {
        let path = self.live(rng)?;
        let meta = edited(rng, &self.content.live[&path].meta);
        Some(Change::Update { path, meta })
    }

    fn rollback(&self, rng: &mut Rng) -> Option<Change> {
        let (path, version) = self.version(rng, |version| version.is_readable(self.now))?;
        Some(Change::Rollback { path, version })
    }

    fn rotate(&self, rng: &mut Rng) -> Option<Change> {
        let (path, value) = (self.live(rng)?, rng.next());
        Some(Change::Rotate { path, value, grace: rng.pick(&[0, 0, 60, 6 * 3_600, 40 * 86_400]) })
    }

    fn revoke(&self, rng: &mut Rng) -> Option<Change> {
        let (path, version) = self.version(rng, |version| version.is_readable(self.now))?;
        (version != self.content.live[&path].current).then_some(Change::Revoke { path, version })
    }

    fn restore(&self, rng: &mut Rng) -> Option<Change> {
        let mark = self.trashed(rng)?;
        let trashed = &self.content.trash[&mark];
        if trashed.purge_at <= self.now {
            return None;
        }
        let others = self.content.trash.iter().filter(|(other, _)| **other != mark);
        let mut there = others.map(|(_, other)| other).filter(|other| other.path == trashed.path);
        let is_last = there.all(|other| other.deleted_at < trashed.deleted_at || other.purge_at <= self.now);
        let from = (is_last && rng.chance(60)).then(|| trashed.path.clone());
        let to = rng.chance(30).then(|| name(rng));
        let is_free = !self.content.live.contains_key(to.as_ref().unwrap_or(&trashed.path));
        is_free.then_some(Change::Restore { mark, from, to })
    }

    fn rename(&self, rng: &mut Rng) -> Option<Change> {
        let (from, to) = (self.live(rng)?, name(rng));
        (!self.content.live.contains_key(&to)).then_some(Change::Rename { from, to })
    }

    fn rename_prefix(&self, rng: &mut Rng) -> Option<Change> {
        let (from, to) = (format!("space-{}", rng.below(4)), format!("moved-{}", rng.below(3)));
        let (from, to) = if rng.chance(50) { (from, to) } else { (to, from) };
        let is_possible = !below(self.content, &from).is_empty() && below(self.content, &to).is_empty();
        is_possible.then_some(Change::RenamePrefix { from, to })
    }

    fn retention(&self, rng: &mut Rng) -> Change {
        let namespace = match rng.below(5) {
            4 => String::new(),
            number => format!("space-{number}"),
        };
        Change::Retention { namespace, kept: kept(rng) }
    }

    /// Of two that are due at the same time, nobody knows which goes first.
    fn sweep(&self, rng: &mut Rng) -> Change {
        let (secrets, versions) = (self.content.due(self.now), self.content.due_versions(self.now));
        let times = || secrets.iter().map(|due| due.0).chain(versions.iter().map(|due| due.0));
        let times: Vec<i64> = times().collect();
        let mut items = 1 + rng.below(times.len() as u64 + 1) as usize;
        while items != secrets.len() && items < times.len() && times[items - 1] == times[items] {
            items += 1;
        }
        Change::Sweep { items }
    }
}

fn kept(rng: &mut Rng) -> Kept {
    (rng.pick(&[None, None, Some(0), Some(1), Some(3)]), rng.pick(&[None, None, Some(0), Some(1), Some(40)]))
}

/// Metadata that differ in one thing, or in nothing.
fn edited(rng: &mut Rng, before: &Meta) -> Meta {
    let mut meta = before.clone();
    match rng.below(8) {
        6 => meta.expires_at = rng.pick(&[None, Some(4_000_000_000_000), Some(4_100_000_000_001)]),
        7 => meta.rotate_every = rng.pick(&[None, Some(60), Some(86_400)]),
        0 => meta.tier = rng.pick(Tier::ALL),
        1 => meta.description = "described ".repeat(rng.pick(&[0, 1, 7, 400])),
        2 => meta.content_type = rng.pick(&["", "text/plain", "application/json"]).to_owned(),
        3 => meta.kept = kept(rng),
        _ => {
            let (key, value) = (format!("key-{}", rng.below(6)), format!("value-{}", rng.below(3)));
            if rng.chance(60) {
                meta.tags = meta.tags.with(&key, &value).unwrap();
            } else {
                meta.tags = meta.tags.without(&key);
            }
        }
    }
    meta
}
