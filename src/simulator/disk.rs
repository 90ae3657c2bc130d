//! A disk that forgets what was not synced, sector by sector.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard};

use super::rng::Rng;
use crate::sealed::disk::Disk;

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

struct State {
    /// What the process sees.
    live: Vec<u8>,
    /// What the last sync made durable.
    durable: Vec<u8>,
    unsynced: Vec<Change>,
    /// Changes and syncs until the power fails.
    left: Option<u64>,
    off: bool,
    /// Bytes the medium has room for.
    capacity: usize,
    counters: Counters,
}

/// A simulated disk.
pub(crate) struct CrashDisk(Mutex<State>);

impl CrashDisk {
    pub(crate) fn new() -> Arc<Self> {
        Self::holding(Vec::new())
    }

    /// A disk with durable content.
    pub(crate) fn holding(content: Vec<u8>) -> Arc<Self> {
        Self::with(content.clone(), content, Vec::new())
    }

    fn with(live: Vec<u8>, durable: Vec<u8>, unsynced: Vec<Change>) -> Arc<Self> {
        let counters = Counters::default();
        let capacity = usize::MAX;
        Arc::new(Self(Mutex::new(State {
            live,
            durable,
            unsynced,
            left: None,
            off: false,
            capacity,
            counters,
        })))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }

    /// The power fails at the `changes`-th change or sync from now.
    pub(crate) fn fail_after(&self, changes: u64) {
        self.state().left = Some(changes);
    }

    pub(crate) fn is_off(&self) -> bool {
        self.state().off
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

    /// The process is killed: what it wrote lives on in the cache of the operating system, unsynced.
    pub(crate) fn killed(&self) -> Arc<Self> {
        let state = self.state();
        Self::with(state.live.clone(), state.durable.clone(), state.unsynced.clone())
    }

    /// The power fails: of what was not synced, each sector lands or does not, and some land torn.
    pub(crate) fn cut(&self, rng: &mut Rng) -> Arc<Self> {
        let state = self.state();
        let keep = rng.pick(&[0, 30, 50, 90, 100]);
        let whole_writes = rng.chance(20);
        let mut image = state.durable.clone();
        for change in &state.unsynced {
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
        Self::holding(image)
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

impl State {
    fn check(&self) -> io::Result<()> {
        if self.off { Err(io::Error::other("the power is off")) } else { Ok(()) }
    }

    /// Counts a change down. The last one is in flight when the power fails.
    fn tick(&mut self) -> io::Result<()> {
        self.check()?;
        if let Some(left) = &mut self.left {
            *left = left.saturating_sub(1);
            self.off = *left == 0;
        }
        Ok(())
    }

    fn set_len(&mut self, len: usize) -> io::Result<()> {
        self.tick()?;
        if len > self.capacity {
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.counters.length_changes += 1;
        self.unsynced.push(Change::SetLen(len));
        self.live.resize(len, 0);
        self.check()
    }
}

impl Disk for CrashDisk {
    fn len(&self) -> io::Result<u64> {
        let state = self.state();
        state.check()?;
        Ok(state.live.len() as u64)
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        let mut state = self.state();
        state.check()?;
        state.counters.reads += 1;
        let offset = offset as usize;
        let found = state.live.get(offset..offset + buffer.len()).ok_or(io::ErrorKind::UnexpectedEof)?;
        buffer.copy_from_slice(found);
        Ok(())
    }

    fn write_at(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        let mut state = self.state();
        state.tick()?;
        let offset = offset as usize;
        assert!(offset + data.len() <= state.live.len(), "a write beyond what was reserved");
        state.counters.writes += 1;
        state.counters.bytes_written += data.len() as u64;
        state.live[offset..offset + data.len()].copy_from_slice(data);
        state.unsynced.push(Change::Write { offset, data: data.to_vec() });
        state.check()
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.state().set_len(len as usize)
    }

    fn reserve(&self, len: u64) -> io::Result<()> {
        let mut state = self.state();
        state.check()?;
        if len as usize > state.live.len() { state.set_len(len as usize) } else { Ok(()) }
    }

    fn sync(&self) -> io::Result<()> {
        let mut state = self.state();
        state.tick()?;
        state.check()?;
        state.counters.syncs += 1;
        state.unsynced.clear();
        let live = state.live.clone();
        state.durable = live;
        Ok(())
    }

    fn is_in_place(&self) -> io::Result<bool> {
        self.state().check().map(|()| true)
    }
}
