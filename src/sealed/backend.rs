//! redb's storage over a sealed file, in four phases: only in [`Phase::Writing`] does anything reach the disk.

use std::collections::BTreeSet;
use std::io;
use std::ops::Bound;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use redb::{BackendError, StorageBackend};

use super::commit::primary_of;
use super::disk::file::Access;
use super::epoch::{Epoch, Pending};
use super::file::{SealedFile, Stamp, poisoned, unauthentic};
use super::space::Space;
use crate::error::{Error, ErrorKind, Result};
use crate::format::layout::{LOGICAL_BLOCK, LOGICAL_BLOCK_LEN};
use crate::format::superblock::ENGINE_HEADER_LEN;
use crate::limits::MANIFEST_ENTRIES_MAX;
use crate::secret::Plaintext;

/// What redb is doing, as told by the layer above.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Phase {
    /// redb's constructor, or a verification: it marks its header and may mend what it keeps for itself.
    Opening,
    /// Nobody has written yet.
    Reading,
    /// A write transaction has begun.
    Writing,
    /// redb's own last commit, which says nothing the last one did not.
    Closing,
}

/// An operation held back.
enum Held {
    Write { offset: u64, data: Plaintext },
    SetLen(u64),
    Sync,
}

/// What is held back, and whether more will be.
struct Holding {
    phase: Phase,
    held: Vec<Held>,
}

/// One redb handle's view of a sealed file.
pub(crate) struct Backend {
    file: Arc<SealedFile>,
    holding: RwLock<Holding>,
    /// Locked by the writer for the length of a sync; readers of pages never need it.
    epoch: Mutex<Epoch>,
    /// The epoch's blocks for readers.
    pending: Pending,
    /// The first failure. redb latches and answers everything after it with an error that says nothing.
    failure: Mutex<Option<Error>>,
    /// The blocks read from the disk, for a verification.
    reached: Option<Mutex<BTreeSet<u32>>>,
}

/// The backend as redb owns it, beside the one the layer above keeps.
#[derive(Clone)]
pub(crate) struct SharedBackend(pub(crate) Arc<Backend>);

impl Backend {
    /// A view of the last durable state, or of an empty file that has none yet.
    pub(crate) fn new(file: Arc<SealedFile>) -> Result<Arc<Self>> {
        Self::with(file, None)
    }

    /// A view that keeps account of the blocks it reads.
    pub(crate) fn for_verification(file: Arc<SealedFile>) -> Result<Arc<Self>> {
        Self::with(file, Some(Mutex::default()))
    }

    fn with(file: Arc<SealedFile>, reached: Option<Mutex<BTreeSet<u32>>>) -> Result<Arc<Self>> {
        let (phase, epoch) = {
            let durable = file.durable()?;
            let stable = durable.as_ref().map(|durable| &durable.superblock);
            let phase = if stable.is_some() { Phase::Opening } else { Phase::Writing };
            (phase, Epoch::after(stable))
        };
        Ok(Arc::new(Self {
            file,
            holding: RwLock::new(Holding { phase, held: Vec::new() }),
            pending: epoch.pending.clone(),
            epoch: Mutex::new(epoch),
            failure: Mutex::new(None),
            reached,
        }))
    }

    /// redb's constructor has returned.
    pub(crate) fn opened(&self) -> Result<()> {
        let mut holding = self.holding_mut()?;
        if holding.phase == Phase::Opening {
            holding.phase = Phase::Reading;
        }
        Ok(())
    }

    /// Lets writes through from now on; call it before every write transaction. What was held back is replayed in
    /// its order first.
    pub(crate) fn release(&self, space: Space) -> Result<()> {
        if self.file.access == Access::ReadOnly {
            return Err(Error::new(ErrorKind::ReadOnly, "the store was opened read-only"));
        }
        if let Some(failure) = self.failure() {
            return Err(failure);
        }
        self.replay(space).inspect_err(|error| {
            // What was held back is gone: without it redb's pages mean nothing.
            self.remember(error.repeat());
        })
    }

    fn replay(&self, space: Space) -> Result<()> {
        let mut epoch = self.epoch()?;
        epoch.space = space;
        // Readers wait: what is replayed is neither held back nor pending for a moment.
        let mut holding = self.holding_mut()?;
        holding.phase = Phase::Writing;
        let held = std::mem::take(&mut holding.held);
        held.into_iter().try_for_each(|operation| self.perform(&mut epoch, operation))
    }

    /// Hands over what the next commit carries beside its pages.
    pub(crate) fn stage(&self, stamp: Stamp) -> Result<()> {
        self.epoch()?.stamp = Some(stamp);
        Ok(())
    }

    /// The generation of the last durable state; `None` before the first.
    pub(crate) fn generation(&self) -> Result<Option<u64>> {
        Ok(self.file.durable()?.as_ref().map(|durable| durable.superblock.generation))
    }

    /// Whether a commit became durable since `before`, and nothing failed that would tell another tale of it.
    pub(crate) fn is_durable_after(&self, before: Option<u64>) -> bool {
        !self.file.is_poisoned() && self.generation().is_ok_and(|now| now > before)
    }

    /// Drops whatever redb writes from now on, and leaves proof that the last commit is durable if this handle made
    /// one. Call it with no write transaction alive, before redb is dropped.
    pub(crate) fn close(&self) -> Result<()> {
        self.abandon()?;
        self.file.mark_closed()
    }

    /// As [`close`](Self::close) for a handle that failed and is opened again: no proof is left.
    pub(crate) fn abandon(&self) -> Result<()> {
        self.holding_mut()?.phase = Phase::Closing;
        Ok(())
    }

    /// The first failure, if there was one.
    pub(crate) fn failure(&self) -> Option<Error> {
        self.failure_slot().as_ref().map(Error::repeat)
    }

    /// How many blocks were read from the disk.
    pub(crate) fn reached(&self) -> u64 {
        let Some(reached) = &self.reached else { return 0 };
        let reached = reached.lock().unwrap_or_else(PoisonError::into_inner);
        u64::try_from(reached.len()).unwrap_or(u64::MAX)
    }

    fn failure_slot(&self) -> MutexGuard<'_, Option<Error>> {
        self.failure.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn holding(&self) -> Result<RwLockReadGuard<'_, Holding>> {
        self.holding.read().map_err(|_| poisoned())
    }

    fn holding_mut(&self) -> Result<RwLockWriteGuard<'_, Holding>> {
        self.holding.write().map_err(|_| poisoned())
    }

    fn epoch(&self) -> Result<MutexGuard<'_, Epoch>> {
        self.epoch.lock().map_err(|_| poisoned())
    }

    /// Remembers the first failure, and says to redb only that there was one.
    fn report<T>(&self, result: Result<T>) -> io::Result<T> {
        result.map_err(|error| {
            let told = io::Error::other(error.to_string());
            self.remember(error);
            told
        })
    }

    fn remember(&self, error: Error) {
        self.failure_slot().get_or_insert(error);
    }

    fn read_into(&self, offset: u64, out: &mut [u8]) -> Result<()> {
        if offset == 0 && out.len() <= ENGINE_HEADER_LEN {
            return self.read_header(out);
        }
        let mut missing = Vec::new();
        let holding = self.holding()?;
        for (number, page) in (block_number(offset)?..).zip(out.chunks_mut(LOGICAL_BLOCK_LEN)) {
            if page.len() != LOGICAL_BLOCK_LEN {
                return Err(unaligned());
            }
            if let Some(data) = holding.page(number) {
                page.copy_from_slice(data);
            } else if let Some(sealed) = self.pending.get(number) {
                self.file.open_block(number, sealed.as_slice(), page)?.map_err(|_| unauthentic(number))?;
            } else {
                missing.push((number, page));
            }
        }
        drop(holding);
        self.read_from_disk(missing)
    }

    fn read_header(&self, out: &mut [u8]) -> Result<()> {
        let epoch = self.epoch()?;
        let holding = self.holding()?;
        let header = holding.header().unwrap_or(epoch.engine_header.as_slice());
        out.copy_from_slice(header.get(..out.len()).ok_or_else(unaligned)?);
        Ok(())
    }

    /// The length redb sees: the last one it set, whatever the file's.
    fn logical_len(&self) -> Result<u64> {
        let epoch = self.epoch()?;
        Ok(self.holding()?.len().unwrap_or(epoch.logical_len))
    }

    fn read_from_disk(&self, pages: Vec<(u32, &mut [u8])>) -> Result<()> {
        for (number, page) in pages {
            self.file.read_block(number, page)?;
            if let Some(reached) = &self.reached {
                reached.lock().unwrap_or_else(PoisonError::into_inner).insert(number);
            }
        }
        Ok(())
    }

    /// Does an operation now, or holds it back.
    fn now_or_later(&self, operation: Held) -> Result<()> {
        let mut epoch = self.epoch()?;
        let mut holding = self.holding_mut()?;
        match holding.phase {
            Phase::Writing => {
                drop(holding);
                self.perform(&mut epoch, operation)
            }
            Phase::Reading if operation.commits_over(&epoch) => {
                Err(Error::internal("a commit began without letting writes through"))
            }
            Phase::Opening | Phase::Reading | Phase::Closing => {
                holding.held.push(operation);
                Ok(())
            }
        }
    }

    fn perform(&self, epoch: &mut Epoch, operation: Held) -> Result<()> {
        match operation {
            Held::Write { offset, data } => self.write_now(epoch, offset, &data),
            Held::SetLen(len) => self.set_len_now(epoch, len),
            Held::Sync => self.sync_now(epoch),
        }
    }

    fn write_now(&self, epoch: &mut Epoch, offset: u64, data: &[u8]) -> Result<()> {
        if offset == 0 && data.len() <= ENGINE_HEADER_LEN {
            let (head, _) = epoch.engine_header.split_at_mut_checked(data.len()).ok_or_else(unaligned)?;
            head.copy_from_slice(data);
            epoch.header_written = true;
            return Ok(());
        }
        for (number, page) in (block_number(offset)?..).zip(data.chunks(LOGICAL_BLOCK_LEN)) {
            if page.len() != LOGICAL_BLOCK_LEN || u64::from(number) >= epoch.logical_blocks() {
                return Err(unaligned());
            }
            epoch.pending.insert(number, Arc::new(self.file.seal_block(number, page)?));
        }
        if epoch.pending.len() > MANIFEST_ENTRIES_MAX {
            self.file.spill(epoch)?;
        }
        Ok(())
    }

    fn set_len_now(&self, epoch: &mut Epoch, len: u64) -> Result<()> {
        if !len.is_multiple_of(LOGICAL_BLOCK) {
            return Err(unaligned());
        }
        epoch.set_len(len);
        #[cfg(test)]
        if super::faults::active(super::faults::Fault::EarlyShortening) {
            self.file.shorten_early(epoch.logical_blocks().saturating_sub(1))?;
        }
        Ok(())
    }

    fn sync_now(&self, epoch: &mut Epoch) -> Result<()> {
        if self.file.may_defer(epoch)? { Ok(()) } else { self.file.commit(epoch) }
    }
}

impl Held {
    /// Whether this makes redb's header point at another commit than the durable one.
    fn commits_over(&self, epoch: &Epoch) -> bool {
        match self {
            Self::Write { offset: 0, data } => primary_of(data) != primary_of(epoch.engine_header.as_slice()),
            _ => false,
        }
    }
}

impl Holding {
    fn len(&self) -> Option<u64> {
        self.held.iter().rev().find_map(|operation| match operation {
            Held::SetLen(len) => Some(*len),
            _ => None,
        })
    }

    fn header(&self) -> Option<&[u8]> {
        self.held.iter().rev().find_map(|operation| match operation {
            Held::Write { offset: 0, data } => Some(&**data),
            _ => None,
        })
    }

    fn page(&self, number: u32) -> Option<&[u8]> {
        let wanted = u64::from(number) * LOGICAL_BLOCK;
        self.held.iter().rev().find_map(|operation| match operation {
            Held::Write { offset, data } if *offset > 0 => {
                let start = usize::try_from(wanted.checked_sub(*offset)?).ok()?;
                data.get(start..start.checked_add(LOGICAL_BLOCK_LEN)?)
            }
            _ => None,
        })
    }
}

impl StorageBackend for SharedBackend {
    fn len(&self) -> io::Result<u64> {
        self.0.report(self.0.logical_len())
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        self.0.report(self.0.read_into(offset, out))
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.0.report(self.0.now_or_later(Held::SetLen(len)))
    }

    fn sync_data(&self) -> io::Result<()> {
        self.0.report(self.0.now_or_later(Held::Sync))
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        let data = Plaintext::from(data.to_vec());
        self.0.report(self.0.now_or_later(Held::Write { offset, data }))
    }

    // The whole file is locked by the disk for the life of the handle, before redb exists.
    fn try_lock_range(&self, _: Bound<u64>, _: Bound<u64>) -> std::result::Result<bool, BackendError> {
        Ok(true)
    }

    fn unlock_range(&self, _: Bound<u64>, _: Bound<u64>) -> std::result::Result<(), BackendError> {
        Ok(())
    }
}

impl std::fmt::Debug for SharedBackend {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SharedBackend")
    }
}

/// The block at `offset`. Block 0 is never asked for here.
fn block_number(offset: u64) -> Result<u32> {
    match u32::try_from(offset / LOGICAL_BLOCK) {
        Ok(number) if number > 0 && offset.is_multiple_of(LOGICAL_BLOCK) => Ok(number),
        _ => Err(unaligned()),
    }
}

fn unaligned() -> Error {
    Error::internal("redb asks for something else than whole pages; this version of redb is not supported")
}
