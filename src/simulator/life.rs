//! One store's life: opened, written to, cut off, reopened, and compared with its model each time.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use super::disk::CrashDisk;
use super::rng::Rng;
use crate::crypto::random;
use crate::error::{Error, Result};
use crate::sealed::disk::file::Access;
use crate::{ManualClock, Timestamp};

/// When every life begins.
const BIRTH: Timestamp = Timestamp::from_millis(1_800_000_000_000);

/// A store under test, at the height of redb's rows or of secrets.
pub(crate) trait Subject: Sized {
    /// What it must hold.
    type Model: Clone + Default + fmt::Debug + PartialEq;
    /// One change of a transaction.
    type Change;

    /// A closed, empty store.
    fn create(clock: &ManualClock) -> Vec<u8>;
    fn open(disk: Arc<CrashDisk>, access: Access, small_cache: bool, clock: &ManualClock) -> Result<Self>;
    /// What the next transaction does, and makes of the model; time passes before it.
    fn choose(rng: &mut Rng, model: &mut Self::Model, clock: &ManualClock) -> Vec<Self::Change>;
    /// What brings to light what the store holds and does not show.
    fn bring_to_light(model: &mut Self::Model, clock: &ManualClock) -> Vec<Self::Change>;
    /// Makes all changes in one transaction, or, if told to, gives it up at its end.
    fn write(&self, changes: &[Self::Change], give_up: bool, after: &Self::Model) -> Result<()>;
    /// What a store with this model shows at a time.
    fn shown(model: &Self::Model, now: Timestamp) -> Self::Model;
    /// Everything that it shows. A value that no tag stands for is an error.
    fn content(&self) -> Result<Self::Model>;
    fn verify(&self) -> Result<()>;
    fn close(self) -> Result<()>;
}

/// How a life can end badly.
pub(crate) enum Death {
    /// It cannot be opened, or not be read.
    Bricked(String),
    /// It holds neither the last acknowledged state nor the one in flight.
    Wrong(String),
    /// It does not do what it can do, though the power holds.
    Refused(String),
    Panicked,
    /// A reader changed the medium.
    ReaderWrote,
}

impl fmt::Display for Death {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bricked(error) => write!(f, "bricked: {error}"),
            Self::Wrong(difference) => write!(f, "wrong content: {difference}"),
            Self::Refused(error) => write!(f, "refused: {error}"),
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
        let mut life = Life::<S> {
            rng: Rng::new(seed),
            clock: ManualClock::start(BIRTH),
            disk: CrashDisk::holding(base.to_vec()),
            acknowledged: S::Model::default(),
            in_flight: None,
            tally: Tally::default(),
        };
        for _ in 0..cycles {
            life.cycle(power)?;
        }
        life.settle()?;
        Ok(life.tally)
    }));
    random::seeded::set(None);
    ended.unwrap_or(Err(Death::Panicked))
}

/// A closed, empty store, as every life begins.
pub(crate) fn newborn<S: Subject>() -> Vec<u8> {
    S::create(&ManualClock::start(BIRTH))
}

struct Life<S: Subject> {
    rng: Rng,
    /// Never set back, whatever becomes of the store.
    clock: ManualClock,
    disk: Arc<CrashDisk>,
    acknowledged: S::Model,
    /// What a commit that has not returned would make of it.
    in_flight: Option<S::Model>,
    tally: Tally,
}

impl<S: Subject> Life<S> {
    /// Opens, works until the power fails or the process is killed, and takes what is left.
    fn cycle(&mut self, power: Power) -> std::result::Result<(), Death> {
        if self.rng.chance(40) {
            self.read_only()?;
        }
        if power == Power::Fails {
            let budget = self.rng.pick(&[1, 2, 5, 20, 60, 200]);
            self.disk.fail_after(1 + self.rng.below(budget));
        }
        while !self.disk.is_off() {
            let opened = self.open(Access::ReadWrite);
            let subject = match opened {
                Ok(subject) => subject,
                Err(_) if self.disk.is_off() => {
                    self.tally.crashes_while_opening += 1;
                    break;
                }
                Err(error) => return Err(Death::Bricked(error.to_string())),
            };
            self.compare(&subject)?;
            self.work(&subject)?;
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

    fn open(&mut self, access: Access) -> Result<S> {
        S::open(self.disk.clone(), access, self.rng.chance(33), &self.clock)
    }

    fn work(&mut self, subject: &S) -> std::result::Result<(), Death> {
        for _ in 0..1 + self.rng.below(12) {
            let mut after = self.acknowledged.clone();
            let changes = S::choose(&mut self.rng, &mut after, &self.clock);
            let give_up = self.rng.chance(10);
            if give_up {
                // It fails by design, or because the power did; either way it must leave nothing.
                let _ = subject.write(&changes, true, &after);
            } else {
                self.in_flight = Some(after.clone());
                match subject.write(&changes, false, &after) {
                    Ok(()) => {
                        self.acknowledged = after;
                        self.in_flight = None;
                        self.tally.commits += 1;
                    }
                    Err(_) if self.disk.is_off() => {}
                    Err(error) => return Err(Death::Refused(error.to_string())),
                }
            }
            if self.disk.is_off() {
                break;
            }
        }
        Ok(())
    }

    /// A reader sees a state that counts from now on as acknowledged, and changes nothing.
    fn read_only(&mut self) -> std::result::Result<(), Death> {
        let before = self.disk.counters();
        let opened = self.open(Access::ReadOnly);
        let subject = opened.map_err(|error| Death::Bricked(error.to_string()))?;
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

    fn compare(&mut self, subject: &S) -> std::result::Result<(), Death> {
        let found = match subject.content() {
            Ok(found) => found,
            Err(_) if self.disk.is_off() => return Ok(()),
            Err(error) => return Err(Death::Bricked(error.to_string())),
        };
        let now = self.clock.now();
        let expected = S::shown(&self.acknowledged, now);
        let in_flight = self.in_flight.take().filter(|model| S::shown(model, now) == found);
        if found == expected {
            self.tally.reopened_as_acknowledged += 1;
        } else if let Some(model) = in_flight {
            self.tally.reopened_as_in_flight += 1;
            self.acknowledged = model;
        } else {
            return Err(Death::Wrong(difference(&found, &expected)));
        }
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

    /// After the last crash everything is brought to light and verified.
    fn settle(&mut self) -> std::result::Result<(), Death> {
        let bricked = |error: Error| Death::Bricked(error.to_string());
        let subject = S::open(self.disk.clone(), Access::ReadWrite, false, &self.clock).map_err(bricked)?;
        self.compare(&subject)?;
        let changes = S::bring_to_light(&mut self.acknowledged, &self.clock);
        subject.write(&changes, false, &self.acknowledged).map_err(bricked)?;
        self.compare(&subject)?;
        subject.verify().map_err(bricked)?;
        subject.close().map_err(bricked)
    }
}

/// The first line in which two models differ.
fn difference(found: &impl fmt::Debug, expected: &impl fmt::Debug) -> String {
    let (found, expected) = (format!("{found:#?}"), format!("{expected:#?}"));
    let (mut found, mut expected) = (found.lines(), expected.lines());
    loop {
        match (found.next(), expected.next()) {
            (None, None) => return "nothing".to_owned(),
            (found, expected) if found == expected => {}
            (found, expected) => return format!("{found:?} and not {expected:?}"),
        }
    }
}
