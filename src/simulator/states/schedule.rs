//! When something is to be done with a secret, by plain rules that share no decision with the library.

use super::model::{Done, Fault, Model, Outcome, Secret, Standing, Trashed};
use super::operation::{Changes, Expiry};
use crate::{DueReason, ErrorKind, SecretId};

const DAY: i64 = 86_400_000;
const CENTURY: i64 = 36_500 * DAY;

/// What a secret says of the future.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Schedule {
    pub(super) expires: Option<i64>,
    pub(super) to_trash: bool,
    /// Seconds.
    pub(super) every: Option<u64>,
    /// Of the days before the expiry: how many have been told.
    told: usize,
}

impl Schedule {
    pub(super) fn change(&mut self, changes: &Changes, now: i64) -> Result<(), ErrorKind> {
        let expires = match changes.expiry {
            None => self.expires,
            Some(Expiry::Never) => None,
            Some(Expiry::In(seconds)) => Some(now + seconds * 1_000),
            Some(Expiry::At(time)) => Some(time),
        };
        let is_said = changes.expiry.is_some() && expires.is_some();
        if is_said && expires.is_some_and(|time| time <= now || time > now + CENTURY) {
            return Err(ErrorKind::InvalidArgument);
        }
        if expires != self.expires {
            self.told = 0;
        }
        self.expires = expires;
        let to_trash = changes.to_trash.unwrap_or(self.to_trash);
        if to_trash != self.to_trash {
            // That it has expired is told again, for what is to be done now.
            self.told = self.told.min(3);
        }
        self.to_trash = to_trash;
        if expires.is_none() {
            if changes.to_trash == Some(true) {
                return Err(ErrorKind::InvalidArgument);
            }
            self.to_trash = false;
        }
        if let Some(every) = changes.every {
            self.every = every;
        }
        Ok(())
    }

    pub(super) fn has_expired(&self, now: i64) -> bool {
        self.expires.is_some_and(|time| now >= time)
    }

    /// How many of the events before its expiry, and at it, are due.
    fn stage(&self, time: i64) -> usize {
        let Some(expires) = self.expires else { return 0 };
        [30, 7, 1, 0].iter().filter(|&&days| expires - days * DAY <= time).count()
    }
}

impl Secret {
    pub(super) fn rotation_due(&self) -> Option<i64> {
        let written = self.versions[&self.current].created;
        self.schedule.every.map(|every| written + i64::try_from(every).unwrap() * 1_000)
    }

    /// The numbers of the versions that are accepted, the newest first.
    pub(super) fn accepted(&self, now: i64) -> Vec<u64> {
        let is_accepted = |number: u64| {
            let version = &self.versions[&number];
            let in_time = match version.retired {
                None => number == self.current,
                Some(until) => now < until,
            };
            in_time && version.standing == Standing::Kept
        };
        self.versions.keys().rev().copied().filter(|&number| is_accepted(number)).collect()
    }
}

impl Model {
    pub(super) fn revoke(&mut self, path: &str, version: u64) -> Outcome {
        let now = self.now();
        let (number, found) = self.version(path, Some(version))?;
        if number == self.live[path].current {
            return Err(ErrorKind::InvalidArgument);
        }
        let time = self.purge_time();
        let is_gone = match found.standing {
            Standing::Destroyed => true,
            Standing::Deleted(until) => until <= time,
            Standing::Kept => false,
        };
        if is_gone {
            return Err(ErrorKind::Destroyed);
        }
        if found.retired.is_none_or(|until| until > now) {
            self.live.get_mut(path).unwrap().versions.get_mut(&number).unwrap().retired = Some(now);
            self.stand(path, number, found.standing);
        }
        Ok(Done::Version(number))
    }

    /// Tells of expiry, and moves to the trash what goes there.
    pub(super) fn tell_expiry(&mut self, time: i64, most: usize) -> (u64, u64, bool) {
        let untold = |secret: &Secret| secret.schedule.told < secret.schedule.stage(time);
        let mut found: Vec<(i64, SecretId, String)> = self
            .live
            .iter()
            .filter(|(_, secret)| untold(secret))
            .map(|(path, secret)| (secret.schedule.expires.unwrap(), secret.id.unwrap(), path.clone()))
            .collect();
        found.sort();
        let more = found.len() > most;
        let (mut expiring, mut expired) = (0, 0);
        for (at, _, path) in found.into_iter().take(most) {
            let secret = self.live.get_mut(&path).unwrap();
            secret.schedule.told = secret.schedule.stage(time);
            let goes = secret.schedule.to_trash && at <= time;
            *(if at <= time { &mut expired } else { &mut expiring }) += 1;
            self.events += 1;
            if goes {
                self.delete(&path).unwrap();
            }
        }
        (expiring, expired, more)
    }

    /// What is due within so many milliseconds.
    pub(super) fn due(&mut self, within: i64) -> Vec<(i64, String, DueReason)> {
        let until = self.now() + within;
        let mut due = Vec::new();
        for (path, secret) in &self.live {
            due.extend(secret.schedule.expires.map(|at| (at, path.clone(), DueReason::Expiry)));
            due.extend(secret.rotation_due().map(|at| (at, path.clone(), DueReason::Rotation)));
        }
        let purge = |trashed: &Trashed| (trashed.purge, trashed.path.clone(), DueReason::Purge);
        due.extend(self.trash.iter().map(purge));
        due.retain(|(at, ..)| *at <= until);
        due
    }

    /// Whether no value of it is read.
    pub(super) fn is_expired(&mut self, path: &str) -> bool {
        let now = self.now();
        self.fault != Fault::ReadsExpired && self.live[path].schedule.has_expired(now)
    }
}
