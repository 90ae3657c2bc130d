//! One store's life: opened, written to, cut off, reopened, and compared with its model each time.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use super::disk::CrashDisk;
use super::model::{Change, Model, changes};
use super::rng::Rng;
use crate::crypto::random;
use crate::error::{Error, Result};
use crate::sealed::disk::file::Access;

/// A store under test, at the height of redb's rows or of secrets.
pub(crate) trait Subject: Sized {
    /// Whether it can remove what it wrote.
    const REMOVES: bool;

    /// A closed, empty store.
    fn create() -> Vec<u8>;
    fn open(disk: Arc<CrashDisk>, access: Access, small_cache: bool) -> Result<Self>;
    /// Applies all changes in one transaction, or, if told to, gives it up at its end.
    fn write(&self, changes: &[Change], give_up: bool, after: &Model) -> Result<()>;
    fn apply(model: &mut Model, change: &Change);
    /// Everything there is. A value that no tag stands for is an error.
    fn content(&self) -> Result<Model>;
    fn verify(&self) -> Result<()>;
    fn close(self) -> Result<()>;
}

/// How a life can end badly.
pub(crate) enum Death {
    /// It cannot be opened, or not be read.
    Bricked(String),
    /// It holds neither the last acknowledged state nor the one in flight.
    Wrong(String),
    Panicked,
    /// A reader changed the medium.
    ReaderWrote,
}

impl fmt::Display for Death {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bricked(error) => write!(f, "bricked: {error}"),
            Self::Wrong(difference) => write!(f, "wrong content: {difference}"),
            Self::Panicked => f.write_str("panicked"),
            Self::ReaderWrote => f.write_str("a reader changed the medium"),
        }
    }
}

/// What a campaign counted.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Tally {
    pub(crate) cuts: u64,
    pub(crate) kills: u64,
    pub(crate) reopened_as_acknowledged: u64,
    pub(crate) reopened_as_in_flight: u64,
    pub(crate) read_only_cycles: u64,
    pub(crate) crashes_while_opening: u64,
    pub(crate) commits: u64,
}

impl Tally {
    pub(crate) fn add(&mut self, other: &Self) {
        self.cuts += other.cuts;
        self.kills += other.kills;
        self.reopened_as_acknowledged += other.reopened_as_acknowledged;
        self.reopened_as_in_flight += other.reopened_as_in_flight;
        self.read_only_cycles += other.read_only_cycles;
        self.crashes_while_opening += other.crashes_while_opening;
        self.commits += other.commits;
    }
}

/// Whether the power fails in a life.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Power {
    Fails,
    Holds,
}

/// Lives through `cycles` openings, each ended by a crash if the power fails. The base is a closed, empty store.
pub(crate) fn live<S: Subject>(
    seed: u64,
    cycles: u64,
    power: Power,
    base: &[u8],
) -> std::result::Result<Tally, Death> {
    random::seeded::set(Some(seed));
    let ended = catch_unwind(AssertUnwindSafe(|| {
        let mut life = Life {
            rng: Rng::new(seed),
            disk: CrashDisk::holding(base.to_vec()),
            acknowledged: Model::new(),
            in_flight: None,
            tally: Tally::default(),
        };
        for _ in 0..cycles {
            life.cycle::<S>(power)?;
        }
        life.settle::<S>()?;
        Ok(life.tally)
    }));
    random::seeded::set(None);
    ended.unwrap_or(Err(Death::Panicked))
}

struct Life {
    rng: Rng,
    disk: Arc<CrashDisk>,
    acknowledged: Model,
    /// What a commit that has not returned would make of it.
    in_flight: Option<Model>,
    tally: Tally,
}

impl Life {
    /// Opens, works until the power fails or the process is killed, and takes what is left.
    fn cycle<S: Subject>(&mut self, power: Power) -> std::result::Result<(), Death> {
        if self.rng.chance(40) {
            self.read_only::<S>()?;
        }
        if power == Power::Fails {
            let budget = self.rng.pick(&[1, 2, 5, 20, 60, 200]);
            self.disk.fail_after(1 + self.rng.below(budget));
        }
        while !self.disk.is_off() {
            let opened = S::open(self.disk.clone(), Access::ReadWrite, self.rng.chance(33));
            let subject = match opened {
                Ok(subject) => subject,
                Err(_) if self.disk.is_off() => {
                    self.tally.crashes_while_opening += 1;
                    break;
                }
                Err(error) => return Err(Death::Bricked(error.to_string())),
            };
            self.compare(&subject)?;
            self.work(&subject);
            // A close that the power cuts short is one more crash.
            let closed = subject.close();
            if power == Power::Holds {
                return closed.map_err(|error| Death::Bricked(error.to_string()));
            }
            if self.rng.chance(20) {
                break;
            }
        }
        self.crash();
        Ok(())
    }

    fn work<S: Subject>(&mut self, subject: &S) {
        for _ in 0..1 + self.rng.below(12) {
            let changes = changes(&mut self.rng, S::REMOVES);
            let give_up = self.rng.chance(10);
            let mut after = self.acknowledged.clone();
            changes.iter().for_each(|change| S::apply(&mut after, change));
            if give_up {
                // It fails by design, or because the power did; either way it must leave nothing.
                let _ = subject.write(&changes, true, &after);
            } else {
                self.in_flight = Some(after.clone());
                if subject.write(&changes, false, &after).is_ok() {
                    self.acknowledged = after;
                    self.in_flight = None;
                    self.tally.commits += 1;
                }
            }
            if self.disk.is_off() {
                return;
            }
        }
    }

    /// A reader sees a state that counts from now on as acknowledged, and changes nothing.
    fn read_only<S: Subject>(&mut self) -> std::result::Result<(), Death> {
        let before = self.disk.counters();
        let subject = S::open(self.disk.clone(), Access::ReadOnly, self.rng.chance(33))
            .map_err(|error| Death::Bricked(error.to_string()))?;
        self.compare(&subject)?;
        if self.rng.chance(20) {
            subject.verify().map_err(|error| Death::Bricked(error.to_string()))?;
        }
        subject.close().map_err(|error| Death::Bricked(error.to_string()))?;
        let after = self.disk.counters();
        let wrote = after.writes + after.length_changes - before.writes - before.length_changes;
        if wrote > 0 || after.syncs - before.syncs > 1 {
            return Err(Death::ReaderWrote);
        }
        self.tally.read_only_cycles += 1;
        Ok(())
    }

    fn compare<S: Subject>(&mut self, subject: &S) -> std::result::Result<(), Death> {
        let found = match subject.content() {
            Ok(found) => found,
            Err(_) if self.disk.is_off() => return Ok(()),
            Err(error) => return Err(Death::Bricked(error.to_string())),
        };
        if found == self.acknowledged {
            self.tally.reopened_as_acknowledged += 1;
        } else if self.in_flight.as_ref() == Some(&found) {
            self.tally.reopened_as_in_flight += 1;
        } else {
            return Err(Death::Wrong(difference(&found, &self.acknowledged)));
        }
        self.acknowledged = found;
        self.in_flight = None;
        Ok(())
    }

    fn crash(&mut self) {
        self.disk = if self.rng.chance(25) {
            self.tally.kills += 1;
            self.disk.killed()
        } else {
            self.tally.cuts += 1;
            self.disk.cut(&mut self.rng)
        };
    }

    /// After the last crash everything is verified.
    fn settle<S: Subject>(&mut self) -> std::result::Result<(), Death> {
        let bricked = |error: Error| Death::Bricked(error.to_string());
        let subject = S::open(self.disk.clone(), Access::ReadWrite, false).map_err(bricked)?;
        self.compare(&subject)?;
        subject.verify().map_err(bricked)?;
        subject.close().map_err(bricked)
    }
}

fn difference(found: &Model, expected: &Model) -> String {
    let differs = |name: &&String| found.get(*name) != expected.get(*name);
    let names: Vec<&String> = found.keys().chain(expected.keys()).filter(differs).collect();
    format!("{} names differ, first {:?}", names.len(), names.first())
}
