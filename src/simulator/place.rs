//! Names on a simulated disk, and the power that all its files share.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard};

use super::disk::{CrashDisk, Keep, Shared};
use crate::error::{Error, ErrorKind, Result};
use crate::sealed::disk::{Disk, Nascent};
use crate::sealed::faults::{self, Fault};

/// One power for everything that is on it: it fails once, for all.
#[derive(Default)]
pub(super) struct Power(Mutex<Left>);

#[derive(Default)]
struct Left {
    /// Changes and syncs until it fails.
    left: Option<u64>,
    off: bool,
    ticks: u64,
}

impl Power {
    fn state(&self) -> MutexGuard<'_, Left> {
        self.0.lock().unwrap()
    }

    pub(super) fn fail_after(&self, changes: u64) {
        self.state().left = Some(changes);
    }

    pub(super) fn is_off(&self) -> bool {
        self.state().off
    }

    pub(super) fn ticks(&self) -> u64 {
        self.state().ticks
    }

    pub(super) fn check(&self) -> io::Result<()> {
        if self.is_off() { Err(io::Error::other("the power is off")) } else { Ok(()) }
    }

    /// Counts a change down. The last one is in flight when the power fails.
    pub(super) fn tick(&self) -> io::Result<()> {
        self.check()?;
        let mut state = self.state();
        state.ticks += 1;
        if let Some(left) = &mut state.left {
            *left = left.saturating_sub(1);
            state.off = *left == 0;
        }
        Ok(())
    }
}

/// A name, and the file that has it. A rename reaches the medium with the sync of its directory, or earlier, or not: a sync
/// of the file does not take it along.
pub(super) struct Place(Mutex<Names>);

struct Names {
    live: Option<Shared>,
    synced: Option<Shared>,
    /// What had the name before.
    former: Vec<Shared>,
}

impl Place {
    pub(super) fn of(live: Option<Shared>, synced: Option<Shared>) -> Arc<Self> {
        Arc::new(Self(Mutex::new(Names { live, synced, former: Vec::new() })))
    }

    fn names(&self) -> MutexGuard<'_, Names> {
        self.0.lock().unwrap()
    }

    pub(super) fn live(&self) -> Option<Shared> {
        self.names().live.clone()
    }

    pub(super) fn synced(&self) -> Option<Shared> {
        self.names().synced.clone()
    }

    pub(super) fn holds(&self, state: &Shared) -> bool {
        self.names().live.as_ref().is_some_and(|live| Arc::ptr_eq(live, state))
    }

    pub(super) fn was_replaced(&self, state: &Shared) -> bool {
        self.names().former.iter().any(|former| Arc::ptr_eq(former, state))
    }

    /// Whether a file was made for this place, and has not got it yet.
    pub(super) fn awaits(&self, state: &Shared) -> bool {
        !self.holds(state) && !self.was_replaced(state)
    }

    fn give_to(&self, state: &Shared) {
        let mut names = self.names();
        let former = names.live.replace(state.clone());
        names.former.extend(former);
    }

    /// What may have the name when the power fails now.
    pub(super) fn outcomes(&self) -> Vec<Option<Shared>> {
        let names = self.names();
        match (&names.live, &names.synced) {
            (Some(live), Some(synced)) if Arc::ptr_eq(live, synced) => vec![Some(live.clone())],
            (None, None) => vec![None],
            (live, synced) => vec![synced.clone(), live.clone()],
        }
    }

    /// Makes the name durable.
    pub(super) fn settle(&self) {
        let mut names = self.names();
        names.synced = names.live.clone();
    }
}

/// A file under construction that takes a place when it is complete.
pub(super) struct NewDisk {
    disk: Arc<CrashDisk>,
    place: Arc<Place>,
    replaced: Option<Shared>,
}

impl NewDisk {
    pub(super) fn taking(disk: Arc<CrashDisk>, replaced: Option<Shared>) -> Self {
        Self { place: disk.place().clone(), disk, replaced }
    }
}

impl Nascent for NewDisk {
    fn disk(&self) -> Arc<dyn Disk> {
        self.disk.clone()
    }

    fn publish(self: Box<Self>) -> Result<()> {
        let failed = |source| Error::io("give the new file its place", source);
        let power = self.disk.power();
        if !faults::active(Fault::RenameUnsynced) {
            self.disk.sync().map_err(failed)?;
        }
        let in_place = match (&self.replaced, self.place.live()) {
            (Some(replaced), Some(live)) => Arc::ptr_eq(replaced, &live),
            (None, None) => true,
            _ => false,
        };
        if !in_place {
            return Err(Error::new(ErrorKind::FileRefused, "another file is in the place"));
        }
        power.tick().map_err(failed)?;
        self.place.give_to(self.disk.shared());
        power.check().map_err(failed)?;
        power.tick().and_then(|()| power.check()).map_err(failed)?;
        self.place.settle();
        Ok(())
    }
}

/// A name that is free at first, on the power of a disk.
pub(super) struct Vacancy(Arc<Place>);

impl Vacancy {
    pub(super) fn new() -> Self {
        Self(Place::of(None, None))
    }

    /// A file that takes it.
    pub(super) fn begin(&self, beside: &CrashDisk) -> Box<dyn Nascent> {
        Box::new(NewDisk::taking(beside.beside(&self.0), None))
    }

    /// What may be there after a power cut.
    pub(super) fn cuts(&self, mut keep: Keep<'_>) -> Vec<Option<Arc<CrashDisk>>> {
        let mut image = |state: Shared| CrashDisk::holding(state.lock().unwrap().image(keep.again()));
        self.0.outcomes().into_iter().map(|state| state.map(&mut image)).collect()
    }
}
