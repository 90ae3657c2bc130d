//! A store as plain maps and plain rules, sharing no decision with the library.

use std::collections::BTreeMap;

use super::operation::{Changes, Expect, Path, Ref, TAGS, Write};
use super::schedule::Schedule;
use crate::{ErrorKind, SecretId};

const DAY: i64 = 86_400_000;
const YEAR: i64 = 365 * DAY;

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Standing {
    Kept,
    Deleted(i64),
    Destroyed,
}

#[derive(Clone, Debug)]
pub(super) struct Version {
    pub(super) value: Vec<u8>,
    pub(super) created: i64,
    pub(super) note: String,
    pub(super) standing: Standing,
    /// Until when it is accepted, if it was rotated out or revoked.
    pub(super) retired: Option<i64>,
}

#[derive(Clone, Debug)]
pub(super) struct Secret {
    /// Not known until the library has said it.
    pub(super) id: Option<SecretId>,
    pub(super) created: i64,
    pub(super) updated: i64,
    pub(super) meta_version: u64,
    pub(super) tier: u8,
    pub(super) description: String,
    pub(super) content_type: String,
    pub(super) tags: BTreeMap<String, String>,
    pub(super) max_versions: Option<u32>,
    pub(super) trash_days: Option<u16>,
    pub(super) schedule: Schedule,
    pub(super) current: u64,
    pub(super) versions: BTreeMap<u64, Version>,
}

#[derive(Clone, Debug)]
pub(super) struct Trashed {
    pub(super) path: String,
    pub(super) deleted: i64,
    pub(super) purge: i64,
    pub(super) secret: Secret,
}

type Retention = (Option<u32>, Option<u16>);

#[derive(Clone, Debug, Default)]
pub(super) struct Model {
    pub(super) live: BTreeMap<String, Secret>,
    pub(super) trash: Vec<Trashed>,
    pub(super) retention: BTreeMap<String, Retention>,
    /// What the clock shows.
    pub(super) clock: i64,
    /// The greatest time this handle has seen.
    seen: i64,
    /// The time of the last commit.
    mark: i64,
    /// The time before a jump that nobody confirmed.
    before_jump: Option<i64>,
    /// What one operation logged.
    pub(super) events: u64,
    confirmed: bool,
    pub(super) fault: Fault,
}

/// What a wrong model gets wrong: the machine has to notice.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) enum Fault {
    #[default]
    None,
    PrunesNothing,
    RestoresTheFirst,
    ClockRevives,
    JumpPurges,
    LosesNotes,
    ExtendsGrace,
    ReadsExpired,
}

/// What an operation says when it is done.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Done {
    Written { path: String, version: u64 },
    Meta { version: u64, meta_version: u64 },
    Count(u64),
    Deleted { purge: i64 },
    Version(u64),
    Swept { secrets: u64, versions: u64, expiring: u64, expired: u64, more: bool, held_back: bool },
    Nothing,
}

pub(super) type Outcome = Result<Done, ErrorKind>;

impl Model {
    pub(super) fn new(clock: i64, fault: Fault) -> Self {
        Self { clock, mark: clock, fault, ..Self::default() }
    }

    /// The time now, which the library sees with it.
    pub(super) fn now(&mut self) -> i64 {
        if self.fault == Fault::ClockRevives {
            return self.clock;
        }
        self.seen = self.seen.max(self.clock).max(self.mark);
        self.seen
    }

    /// A new handle has seen nothing.
    pub(super) fn reopened(&mut self) {
        self.seen = 0;
    }

    pub(super) fn purge_time(&mut self) -> i64 {
        let now = self.now();
        match self.before_jump {
            Some(before) => before,
            None if now - self.mark > YEAR && !self.confirmed && self.fault != Fault::JumpPurges => self.mark,
            None => now,
        }
    }

    /// What stands is as it was before the transaction that begins.
    pub(super) fn begin(&mut self) -> Self {
        self.now();
        (self.events, self.confirmed) = (0, false);
        self.clone()
    }

    /// Ends a transaction that holds.
    pub(super) fn commit(&mut self) {
        let now = self.now();
        if self.events > 0 {
            if now - self.mark > YEAR && self.before_jump.is_none() && !self.confirmed {
                self.before_jump = Some(self.mark);
            }
            self.mark = now;
        }
        self.confirmed = false;
    }

    /// Something that only leaves an event.
    pub(super) fn note(&mut self) {
        self.begin();
        self.events = 1;
        self.commit();
    }

    pub(super) fn write(&mut self, write: &Write) -> Outcome {
        match write {
            Write::Put { path, value, expect, note, changes } => {
                self.put(path, value, *expect, note.unwrap_or_default(), changes)
            }
            Write::Rotate { path, value, grace, changes } => self.rotate(path, value, *grace, changes),
            Write::Revoke { path, version } => self.revoke(path, *version),
            Write::Update { path, expect, changes } => self.update(path, *expect, changes),
            Write::Rollback { path, version } => {
                let value = self.old_value(path, *version)?;
                let note = format!("rollback of {version}");
                self.put(path, &value, Expect::Anything, &note, &Changes::default())
            }
            Write::Rename { from, to } => self.rename(from, to),
            Write::RenamePrefix { from, to } => self.rename_prefix(from, to),
            Write::Delete { path } => self.delete(path),
            Write::Restore { secret, to } => self.restore(*secret, *to),
            Write::Destroy { secret } => self.destroy(*secret),
            Write::DeleteVersion { path, version } => self.delete_version(path, *version),
            Write::RestoreVersion { path, version } => self.restore_version(path, *version),
            Write::DestroyVersion { path, version } => self.destroy_version(path, *version),
            Write::SetRetention { namespace, max_versions, trash_days } => {
                check_days(*trash_days)?;
                let (namespace, said) =
                    (namespace.unwrap_or_default().to_owned(), (*max_versions, *trash_days));
                self.retention.insert(namespace, said);
                self.retention.retain(|_, said| *said != (None, None));
                self.events += 1;
                Ok(Done::Nothing)
            }
            Write::Sweep { items, confirm } => self.sweep(*items, *confirm),
        }
    }

    fn put(&mut self, path: &str, value: &[u8], expect: Expect, note: &str, changes: &Changes) -> Outcome {
        let now = self.now();
        let found = self.live.get(path).cloned();
        match (expect, &found) {
            (Expect::Absent | Expect::Version(0), Some(_)) => return Err(ErrorKind::AlreadyExists),
            (Expect::Version(version), found)
                if version != 0 && found.as_ref().map(|secret| secret.current) != Some(version) =>
            {
                return Err(ErrorKind::Conflict);
            }
            _ => {}
        }
        let is_new = found.is_none();
        let mut secret = found.unwrap_or_else(|| Secret::new(now));
        if secret.change(changes, now)? && !is_new {
            secret.meta_version += 1;
        }
        if secret.schedule.has_expired(now) {
            return Err(ErrorKind::Expired);
        }
        secret.updated = now;
        secret.current += 1;
        let (value, note, standing) = (value.to_vec(), note.to_owned(), Standing::Kept);
        let version = Version { value, created: now, note, standing, retired: None };
        secret.versions.insert(secret.current, version);
        let keep = self.inherited(path, secret.max_versions, |retention| retention.0).unwrap_or(10);
        if keep > 0 && self.fault != Fault::PrunesNothing {
            let in_grace = |version: &Version| {
                version.standing == Standing::Kept && version.retired.is_some_and(|until| until > now)
            };
            while secret.versions.len() > keep as usize {
                let mut old = secret.versions.iter().filter(|(number, _)| **number != secret.current);
                let Some((&oldest, _)) = old.find(|(_, version)| !in_grace(version)) else { break };
                secret.versions.remove(&oldest);
            }
        }
        let version = secret.current;
        self.live.insert(path.to_owned(), secret);
        self.events += 1;
        Ok(Done::Written { path: path.to_owned(), version })
    }

    fn rotate(&mut self, path: &str, value: &[u8], grace: u64, changes: &Changes) -> Outcome {
        let now = self.now();
        let before = self.live.get(path).ok_or(ErrorKind::NotFound)?.clone();
        if grace > 36_500 * 86_400 {
            return Err(ErrorKind::InvalidArgument);
        }
        let until = now + i64::try_from(grace).unwrap() * 1_000;
        let old = self.live.get_mut(path).unwrap().versions.get_mut(&before.current).unwrap();
        old.retired = Some(until);
        if self.fault == Fault::ExtendsGrace {
            let secret = self.live.get_mut(path).unwrap();
            secret
                .versions
                .values_mut()
                .filter(|old| old.retired.is_some())
                .for_each(|old| old.retired = Some(until));
        }
        let done = self.put(path, value, Expect::Anything, "", changes);
        if done.is_err() {
            self.live.insert(path.to_owned(), before);
        }
        done
    }

    fn update(&mut self, path: &str, expect: Option<u64>, changes: &Changes) -> Outcome {
        let now = self.now();
        let secret = self.live.get_mut(path).ok_or(ErrorKind::NotFound)?;
        if expect.is_some_and(|expect| expect != secret.meta_version) {
            return Err(ErrorKind::Conflict);
        }
        // What fails half-way changes nothing.
        let mut changed = secret.clone();
        if changed.change(changes, now)? {
            changed.meta_version += 1;
            changed.updated = now;
            *secret = changed;
            self.events += 1;
        }
        Ok(Done::Meta { version: secret.current, meta_version: secret.meta_version })
    }

    fn inherited<T>(&self, path: &str, own: Option<T>, pick: impl Fn(&Retention) -> Option<T>) -> Option<T> {
        let mut found = own;
        let mut rest = path;
        while found.is_none() && !rest.is_empty() {
            rest = rest.rsplit_once('/').map_or("", |(parent, _)| parent);
            found = self.retention.get(rest).and_then(&pick);
        }
        found
    }

    /// The kind of error, or what is written once more.
    fn old_value(&mut self, path: &str, version: u64) -> Result<Vec<u8>, ErrorKind> {
        match self.value(path, Some(version)) {
            Err(ErrorKind::VersionExpired) if self.is_expired(path) => Err(ErrorKind::Expired),
            Err(ErrorKind::VersionExpired) => Ok(self.version(path, Some(version))?.1.value),
            found => found,
        }
    }

    /// The kind of error, or what is read.
    pub(super) fn value(&mut self, path: &str, version: Option<u64>) -> Result<Vec<u8>, ErrorKind> {
        let (number, found) = self.version(path, version)?;
        let is_current = number == self.live[path].current;
        let now = self.now();
        match found.standing {
            Standing::Kept if !is_current && found.retired.is_some_and(|until| until <= now) => {
                Err(ErrorKind::VersionExpired)
            }
            Standing::Kept if self.is_expired(path) => Err(ErrorKind::Expired),
            Standing::Kept => Ok(found.value),
            Standing::Destroyed => Err(ErrorKind::Destroyed),
            Standing::Deleted(until) if until <= self.purge_time() => Err(ErrorKind::Destroyed),
            Standing::Deleted(_) => Err(ErrorKind::NotFound),
        }
    }

    pub(super) fn version(&self, path: &str, version: Option<u64>) -> Result<(u64, Version), ErrorKind> {
        let secret = self.live.get(path).ok_or(ErrorKind::NotFound)?;
        let number = version.unwrap_or(secret.current);
        if number == 0 || number > secret.current {
            return Err(ErrorKind::NotFound);
        }
        secret.versions.get(&number).map(|found| (number, found.clone())).ok_or(ErrorKind::Destroyed)
    }

    fn rename(&mut self, from: &str, to: &str) -> Outcome {
        let secret = self.live.get(from).cloned().ok_or(ErrorKind::NotFound)?;
        let version = secret.current;
        if from != to {
            if self.live.contains_key(to) {
                return Err(ErrorKind::AlreadyExists);
            }
            self.live.remove(from);
            self.arrive(to.to_owned(), secret);
        }
        Ok(Done::Written { path: to.to_owned(), version })
    }

    fn arrive(&mut self, path: String, mut secret: Secret) {
        secret.updated = self.now();
        if self.fault == Fault::LosesNotes {
            secret.versions.values_mut().for_each(|version| version.note.clear());
        }
        self.live.insert(path, secret);
        self.events += 1;
    }

    fn rename_prefix(&mut self, from: &str, to: &str) -> Outcome {
        let below = format!("{from}/");
        let moving: Vec<String> = self.live.keys().filter(|path| path.starts_with(&below)).cloned().collect();
        if moving.is_empty() {
            return Err(ErrorKind::NotFound);
        }
        let count = moving.len() as u64;
        if from == to {
            return Ok(Done::Count(count));
        }
        let mut gone: Vec<(String, Secret)> =
            moving.into_iter().map(|path| self.live.remove_entry(&path).unwrap()).collect();
        gone.sort_by(|(a, _), (b, _)| a.split('/').cmp(b.split('/')));
        for (path, secret) in gone {
            let new = format!("{to}{}", &path[from.len()..]);
            if new.split('/').count() > 16 {
                return Err(ErrorKind::InvalidArgument);
            }
            if self.live.contains_key(&new) {
                return Err(ErrorKind::AlreadyExists);
            }
            self.arrive(new, secret);
        }
        Ok(Done::Count(count))
    }

    pub(super) fn delete(&mut self, path: &str) -> Outcome {
        let now = self.now();
        let secret = self.live.remove(path).ok_or(ErrorKind::NotFound)?;
        let days = self.inherited(path, secret.trash_days, |retention| retention.1).unwrap_or(30);
        let purge = now + i64::from(days) * DAY;
        self.trash.push(Trashed { path: path.to_owned(), deleted: now, purge, secret });
        self.events += 1;
        Ok(Done::Deleted { purge })
    }

    /// The trash in the order of its ids, for references to a place in it.
    pub(super) fn trashed_at(&self, place: usize) -> Option<SecretId> {
        let mut ids: Vec<SecretId> = self.trash.iter().filter_map(|trashed| trashed.secret.id).collect();
        ids.sort_unstable();
        ids.get(place % ids.len().max(1)).copied()
    }

    fn find_trashed(&self, secret: Ref, time: i64) -> Option<usize> {
        let id = match secret {
            Ref::Path(_) => None,
            Ref::Trashed(place) => Some(self.trashed_at(place)),
        };
        let wanted = |trashed: &Trashed| match (secret, id) {
            (Ref::Path(path), _) => trashed.path == path,
            (Ref::Trashed(_), id) => trashed.secret.id.is_some() && Some(trashed.secret.id) == id,
        };
        let mut found: Vec<usize> = (0..self.trash.len())
            .filter(|&index| wanted(&self.trash[index]) && self.trash[index].purge > time)
            .collect();
        found.sort_by_key(|&index| (self.trash[index].deleted, self.trash[index].secret.id));
        if self.fault == Fault::RestoresTheFirst { found.first().copied() } else { found.last().copied() }
    }

    fn restore(&mut self, secret: Ref, to: Option<Path>) -> Outcome {
        let time = self.purge_time();
        let index = self.find_trashed(secret, time).ok_or(ErrorKind::NotFound)?;
        let to = to.map_or_else(|| self.trash[index].path.clone(), str::to_owned);
        if self.live.contains_key(&to) {
            return Err(ErrorKind::AlreadyExists);
        }
        let mut secret = self.trash.remove(index).secret;
        secret.updated = self.now();
        let version = secret.current;
        self.live.insert(to.clone(), secret);
        self.events += 1;
        Ok(Done::Written { path: to, version })
    }

    fn destroy(&mut self, secret: Ref) -> Outcome {
        match secret {
            Ref::Path(path) => drop(self.live.remove(path).ok_or(ErrorKind::NotFound)?),
            Ref::Trashed(_) => {
                let index = self.find_trashed(secret, i64::MIN).ok_or(ErrorKind::NotFound)?;
                self.trash.remove(index);
            }
        }
        self.events += 1;
        Ok(Done::Nothing)
    }

    fn delete_version(&mut self, path: &str, version: u64) -> Outcome {
        let now = self.now();
        let (number, found) = self.version(path, Some(version))?;
        let time = self.purge_time();
        match found.standing {
            Standing::Destroyed => Err(ErrorKind::Destroyed),
            Standing::Deleted(until) if until <= time => Err(ErrorKind::Destroyed),
            Standing::Deleted(_) => Ok(Done::Version(number)),
            Standing::Kept => {
                let own = self.live[path].trash_days;
                let days = self.inherited(path, own, |retention| retention.1).unwrap_or(30);
                self.stand(path, number, Standing::Deleted(now + i64::from(days) * DAY));
                Ok(Done::Version(number))
            }
        }
    }

    fn restore_version(&mut self, path: &str, version: u64) -> Outcome {
        let (number, found) = self.version(path, Some(version))?;
        let time = self.purge_time();
        match found.standing {
            Standing::Destroyed => Err(ErrorKind::Destroyed),
            Standing::Deleted(until) if until <= time => Err(ErrorKind::Destroyed),
            Standing::Kept => Ok(Done::Version(number)),
            Standing::Deleted(_) => {
                self.stand(path, number, Standing::Kept);
                Ok(Done::Version(number))
            }
        }
    }

    fn destroy_version(&mut self, path: &str, version: u64) -> Outcome {
        let (number, found) = self.version(path, Some(version))?;
        if found.standing != Standing::Destroyed {
            self.stand(path, number, Standing::Destroyed);
        }
        Ok(Done::Version(number))
    }

    pub(super) fn stand(&mut self, path: &str, number: u64, standing: Standing) {
        let now = self.now();
        let secret = self.live.get_mut(path).unwrap();
        secret.updated = now;
        secret.versions.get_mut(&number).unwrap().standing = standing;
        self.events += 1;
    }

    /// Deleted versions of live secrets whose time is over, in the order they go.
    fn due_versions(&self, time: i64) -> Vec<(i64, SecretId, u64, String)> {
        let mut due = Vec::new();
        for (path, secret) in &self.live {
            for (number, version) in &secret.versions {
                if let Standing::Deleted(until) = version.standing
                    && until <= time
                {
                    due.push((until, secret.id.unwrap(), *number, path.clone()));
                }
            }
        }
        due.sort();
        due
    }

    pub(super) fn pending(&mut self) -> u64 {
        let time = self.purge_time();
        let secrets = self.trash.iter().filter(|trashed| trashed.purge <= time).count();
        (secrets + self.due_versions(time).len()) as u64
    }

    fn sweep(&mut self, items: usize, confirm: bool) -> Outcome {
        let now = self.now();
        if confirm {
            let is_behind = now - self.clock > 1_000;
            if self.purge_time() < if is_behind { self.clock } else { now } {
                self.before_jump = is_behind.then_some(self.clock);
                self.confirmed = true;
                self.events += 1;
            }
        }
        let time = self.purge_time();
        self.trash.sort_by_key(|trashed| (trashed.purge, trashed.secret.id));
        let due = self.trash.iter().take_while(|trashed| trashed.purge <= time).count().min(items);
        let gone: Vec<Trashed> = self.trash.drain(..due).collect();
        let with_value = |secret: &Secret| {
            secret.versions.values().filter(|version| version.standing != Standing::Destroyed).count()
        };
        let mut versions = gone.iter().map(|trashed| with_value(&trashed.secret)).sum::<usize>() as u64;
        self.events += due as u64;
        let mut left = items - due;
        for (_, _, number, path) in self.due_versions(time).into_iter().take(left) {
            self.stand(&path, number, Standing::Destroyed);
            versions += 1;
            left -= 1;
        }
        let (expiring, expired, untold) = self.tell_expiry(time, left);
        let more = untold
            || self.trash.iter().any(|trashed| trashed.purge <= time)
            || !self.due_versions(time).is_empty();
        Ok(Done::Swept { secrets: due as u64, versions, expiring, expired, more, held_back: time < now })
    }
}

impl Secret {
    fn new(now: i64) -> Self {
        Self {
            id: None,
            created: now,
            updated: now,
            meta_version: 1,
            tier: 0,
            description: String::new(),
            content_type: String::new(),
            tags: BTreeMap::new(),
            max_versions: None,
            trash_days: None,
            schedule: Schedule::default(),
            current: 0,
            versions: BTreeMap::new(),
        }
    }

    /// Says whether anything changed.
    fn change(&mut self, changes: &Changes, now: i64) -> Result<bool, ErrorKind> {
        check_days(changes.trash_days.flatten())?;
        let told = |secret: &Self| {
            let Self { tier, description, content_type, tags, max_versions, trash_days, schedule, .. } =
                secret.clone();
            (tier, description, content_type, tags, max_versions, trash_days, schedule)
        };
        let before = told(self);
        let pair = |&tag: &usize| (TAGS[tag].0.to_owned(), TAGS[tag].1.to_owned());
        if let Some(tags) = &changes.replace_tags {
            self.tags = tags.iter().map(pair).collect();
        }
        changes.remove_tags.iter().for_each(|&tag| drop(self.tags.remove(TAGS[tag].0)));
        self.tags.extend(changes.add_tags.iter().map(pair));
        self.tier = changes.tier.unwrap_or(self.tier);
        self.description = changes.description.map_or(before.1.clone(), str::to_owned);
        self.content_type = changes.content_type.map_or(before.2.clone(), str::to_owned);
        self.max_versions = changes.max_versions.unwrap_or(self.max_versions);
        self.trash_days = changes.trash_days.unwrap_or(self.trash_days);
        self.schedule.change(changes, now)?;
        Ok(before != told(self))
    }
}

fn check_days(days: Option<u16>) -> Result<(), ErrorKind> {
    if days.is_some_and(|days| days > 3650) { Err(ErrorKind::InvalidArgument) } else { Ok(()) }
}
