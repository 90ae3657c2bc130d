//! A disk that forgets what was not synced, sector by sector.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard};

use super::place::{NewDisk, Place, Power};
use super::rng::Rng;
use crate::error::Result;
use crate::format::layout::HEADER_LEN;
use crate::sealed::disk::{Disk, Nascent};
use crate::sealed::faults::{self, Fault};

const SECTOR: usize = 512;

/// What reached the disk since it was made.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Counters {
    pub(crate) reads: u64,
    pub(crate) writes: u64,
    pub(crate) bytes_written: u64,
    pub(crate) length_changes: u64,
    pub(crate) syncs: u64,
}

impl Counters {
    /// Everything that changes the medium or waits for it.
    pub(crate) fn changes(&self) -> u64 {
        self.writes + self.length_changes + self.syncs
    }
}

#[derive(Clone)]
enum Change {
    Write { offset: usize, data: Vec<u8> },
    SetLen(usize),
}

pub(super) struct State {
    /// What the process sees.
    live: Vec<u8>,
    /// What the last sync made durable.
    durable: Vec<u8>,
    unsynced: Vec<Change>,
    /// Bytes the medium has room for.
    capacity: usize,
    counters: Counters,
    /// Every key header that was ever written here.
    headers: Vec<Vec<u8>>,
}

/// A simulated disk.
pub(crate) struct CrashDisk {
    power: Arc<Power>,
    place: Arc<Place>,
    state: Shared,
}

pub(super) type Shared = Arc<Mutex<State>>;

/// What lands of what was not synced.
pub(crate) enum Keep<'a> {
    Nothing,
    Everything,
    /// Everything but the change with this number.
    AllBut(usize),
    /// The lengths, and of the writes this one.
    Only(usize),
    /// Of each sector its own share, some torn.
    Some(&'a mut Rng),
}

impl CrashDisk {
    pub(crate) fn new() -> Arc<Self> {
        Self::holding(Vec::new())
    }

    /// A disk with durable content.
    pub(crate) fn holding(content: Vec<u8>) -> Arc<Self> {
        Self::alone(State::new(content.clone(), content, Vec::new()))
    }

    fn alone(state: State) -> Arc<Self> {
        let state = Arc::new(Mutex::new(state));
        let place = Place::of(Some(state.clone()), Some(state.clone()));
        Arc::new(Self { power: Arc::default(), place, state })
    }

    /// An empty disk on the same power, not in any place yet.
    pub(super) fn beside(&self, place: &Arc<Place>) -> Arc<Self> {
        let state = Arc::new(Mutex::new(State::new(Vec::new(), Vec::new(), Vec::new())));
        Arc::new(Self { power: self.power.clone(), place: place.clone(), state })
    }

    /// What stands in this disk's place now.
    pub(crate) fn in_place(&self) -> Arc<Self> {
        let state = self.place.live().expect("the place of a store is never empty");
        Arc::new(Self { power: self.power.clone(), place: self.place.clone(), state })
    }

    /// The variant that gives a file its name before it was synced.
    fn forgets_syncs(&self) -> bool {
        faults::active(Fault::RenameUnsynced) && self.place.awaits(&self.state)
    }

    pub(super) fn power(&self) -> &Arc<Power> {
        &self.power
    }

    pub(super) fn place(&self) -> &Arc<Place> {
        &self.place
    }

    pub(super) fn shared(&self) -> &Shared {
        &self.state
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// The power fails at the `changes`-th change or sync from now, of this disk or one beside it.
    pub(crate) fn fail_after(&self, changes: u64) {
        self.power.fail_after(changes);
    }

    pub(crate) fn is_off(&self) -> bool {
        self.power.is_off()
    }

    /// Changes and syncs so far, of this disk and those beside it.
    pub(crate) fn ticks(&self) -> u64 {
        self.power.ticks()
    }

    pub(crate) fn counters(&self) -> Counters {
        self.state().counters
    }

    pub(crate) fn set_capacity(&self, capacity: usize) {
        self.state().capacity = capacity;
    }

    pub(crate) fn content(&self) -> Vec<u8> {
        self.state().live.clone()
    }

    /// How many changes in this disk's place are not synced.
    pub(crate) fn unsynced(&self) -> usize {
        let states = self.place.outcomes().into_iter().flatten();
        states.map(|state| state.lock().unwrap().unsynced.len()).max().unwrap_or(0)
    }

    /// What the power may leave when it fails now: nothing and all of what is unsynced, each change alone and all but
    /// each, and `random` mixtures of sectors; for each file that may have the name.
    pub(crate) fn every_cut(&self, random: u64, rng: &mut Rng) -> Vec<Arc<Self>> {
        let unsynced = 0..self.unsynced();
        let each = unsynced.flat_map(|number| [Keep::AllBut(number), Keep::Only(number)]);
        let ordered = [Keep::Nothing, Keep::Everything].into_iter().chain(each);
        let mut left: Vec<_> = ordered.flat_map(|keep| self.cuts(keep)).collect();
        left.extend((0..random).flat_map(|_| self.cuts(Keep::Some(rng))));
        left
    }

    /// Every key header that was ever written, also where the power failed.
    pub(crate) fn headers(&self) -> Vec<Vec<u8>> {
        self.state().headers.clone()
    }

    /// Whether a power cut could still give the name to another file.
    pub(crate) fn has_a_name_that_may_go(&self) -> bool {
        self.place.outcomes().len() > 1
    }

    /// The process is killed: what it wrote lives on in the cache of the operating system, unsynced, names included.
    pub(crate) fn killed(&self) -> Arc<Self> {
        let (live, synced) = (self.place.live().unwrap(), self.place.synced());
        let alive = Arc::new(Mutex::new(live.lock().unwrap().copied()));
        let synced = match synced {
            Some(synced) if Arc::ptr_eq(&synced, &live) => Some(alive.clone()),
            synced => synced,
        };
        Arc::new(Self { power: Arc::default(), place: Place::of(Some(alive.clone()), synced), state: alive })
    }

    /// The power fails: of what was not synced, each sector lands or does not, and some land torn; of two files that
    /// may have the name either has it.
    pub(crate) fn cut(&self, rng: &mut Rng) -> Arc<Self> {
        let outcomes = self.place.outcomes();
        let at = if outcomes.len() > 1 { rng.below(outcomes.len() as u64) as usize } else { 0 };
        let left = outcomes[at].as_ref().expect("the place of a store is never empty").lock().unwrap();
        Self::holding(left.image(Keep::Some(rng)))
    }

    /// The power fails: what may stand in this disk's place then, one disk for each file that may have the name.
    pub(crate) fn cuts(&self, mut keep: Keep<'_>) -> Vec<Arc<Self>> {
        let outcomes = self.place.outcomes().into_iter().flatten();
        outcomes.map(|state| Self::holding(state.lock().unwrap().image(keep.again()))).collect()
    }
}

impl Keep<'_> {
    pub(super) fn again(&mut self) -> Keep<'_> {
        match self {
            Self::Nothing => Keep::Nothing,
            Self::Everything => Keep::Everything,
            Self::AllBut(number) => Keep::AllBut(*number),
            Self::Only(number) => Keep::Only(*number),
            Self::Some(rng) => Keep::Some(rng),
        }
    }
}

impl State {
    fn new(live: Vec<u8>, durable: Vec<u8>, unsynced: Vec<Change>) -> Self {
        let counters = Counters::default();
        Self { live, durable, unsynced, capacity: usize::MAX, counters, headers: Vec::new() }
    }

    fn copied(&self) -> Self {
        let headers = self.headers.clone();
        Self { headers, ..Self::new(self.live.clone(), self.durable.clone(), self.unsynced.clone()) }
    }

    /// What is left when the power fails.
    pub(super) fn image(&self, keep: Keep<'_>) -> Vec<u8> {
        match keep {
            Keep::Nothing => self.durable.clone(),
            Keep::Everything => self.live.clone(),
            Keep::AllBut(out) => self.image_of_those(|number, _| number != out),
            Keep::Only(kept) => {
                self.image_of_those(|number, change| number == kept || matches!(change, Change::SetLen(_)))
            }
            Keep::Some(rng) => self.image_of_some(rng),
        }
    }

    fn image_of_those(&self, lands: impl Fn(usize, &Change) -> bool) -> Vec<u8> {
        let mut image = self.durable.clone();
        for (_, change) in self.unsynced.iter().enumerate().filter(|(number, change)| lands(*number, change))
        {
            match change {
                Change::SetLen(len) => image.resize(*len, 0),
                Change::Write { offset, data } => land(&mut image, *offset, data),
            }
        }
        image
    }

    fn image_of_some(&self, rng: &mut Rng) -> Vec<u8> {
        let keep = rng.pick(&[0, 30, 50, 90, 100]);
        let whole_writes = rng.chance(20);
        let mut image = self.durable.clone();
        for change in &self.unsynced {
            match change {
                Change::SetLen(len) if rng.chance(keep.max(10)) => image.resize(*len, 0),
                Change::SetLen(_) => {}
                Change::Write { offset, data } if whole_writes => {
                    if rng.chance(keep) {
                        land(&mut image, *offset, data);
                    }
                }
                Change::Write { offset, data } => land_sectors(&mut image, *offset, data, keep, rng),
            }
        }
        image
    }

    fn set_len(&mut self, power: &Power, len: usize) -> io::Result<()> {
        power.tick()?;
        if len > self.capacity {
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.counters.length_changes += 1;
        self.unsynced.push(Change::SetLen(len));
        self.live.resize(len, 0);
        power.check()
    }

    fn write(&mut self, power: &Power, offset: usize, data: &[u8]) -> io::Result<()> {
        power.tick()?;
        assert!(offset + data.len() <= self.live.len(), "a write beyond what was reserved");
        self.counters.writes += 1;
        self.counters.bytes_written += data.len() as u64;
        self.live[offset..offset + data.len()].copy_from_slice(data);
        self.unsynced.push(Change::Write { offset, data: data.to_vec() });
        if data.len() == HEADER_LEN {
            self.headers.push(data.to_vec());
        }
        power.check()
    }

    fn sync(&mut self, power: &Power) -> io::Result<()> {
        power.tick()?;
        power.check()?;
        self.counters.syncs += 1;
        self.unsynced.clear();
        self.durable = self.live.clone();
        Ok(())
    }
}

/// Applies a write in sectors of the disk, each on its own.
fn land_sectors(image: &mut [u8], offset: usize, data: &[u8], keep: u64, rng: &mut Rng) {
    let mut done = 0;
    while done < data.len() {
        let to_boundary = SECTOR - (offset + done) % SECTOR;
        let len = to_boundary.min(data.len() - done);
        if rng.chance(keep) {
            let torn = if rng.chance(5) { rng.below(len as u64) as usize } else { len };
            land(image, offset + done, &data[done..done + torn]);
        }
        done += len;
    }
}

/// Applies a write as far as the file reaches: bytes behind its end are lost with the length that did not land.
fn land(image: &mut [u8], offset: usize, data: &[u8]) {
    let end = image.len().min(offset + data.len());
    if offset < end {
        image[offset..end].copy_from_slice(&data[..end - offset]);
    }
}

impl Disk for CrashDisk {
    fn len(&self) -> io::Result<u64> {
        self.power.check()?;
        Ok(self.state().live.len() as u64)
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        self.power.check()?;
        let mut state = self.state();
        state.counters.reads += 1;
        let offset = offset as usize;
        let found = state.live.get(offset..offset + buffer.len()).ok_or(io::ErrorKind::UnexpectedEof)?;
        buffer.copy_from_slice(found);
        Ok(())
    }

    fn write_at(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.state().write(&self.power, offset as usize, data)
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.state().set_len(&self.power, len as usize)
    }

    fn reserve(&self, len: u64) -> io::Result<()> {
        self.power.check()?;
        let mut state = self.state();
        if len as usize > state.live.len() { state.set_len(&self.power, len as usize) } else { Ok(()) }
    }

    fn sync(&self) -> io::Result<()> {
        if self.forgets_syncs() {
            return self.power.tick().and_then(|()| self.power.check());
        }
        self.state().sync(&self.power)
    }

    fn sync_place(&self) -> io::Result<()> {
        self.power.tick()?;
        self.power.check()?;
        if self.place.holds(&self.state) {
            self.place.settle();
        }
        Ok(())
    }

    fn is_in_place(&self) -> io::Result<bool> {
        self.power.check()?;
        Ok(!self.place.was_replaced(&self.state))
    }

    fn successor(&self) -> Result<Box<dyn Nascent>> {
        Ok(Box::new(NewDisk::taking(self.beside(&self.place), Some(self.state.clone()))))
    }
}
