//! Where keys live: a few pages that are locked, left out of dumps, empty in forked children, between guard pages.
//!
//! A forked child finds its copy of the pages wiped, and must not seal under keys of zeros: a canary beside the keys is
//! compared before every use of one. Nothing else lies in these pages.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use rustix::process::{Pid, getpid};
use zeroize::optimization_barrier;

use super::random;
use crate::error::{Error, ErrorKind, Result};

mod mapping;
mod pages;
pub(super) mod scratch;

#[cfg(test)]
pub(crate) mod fork;
#[cfg(test)]
mod tests;

#[cfg(test)]
pub(crate) use mapping::{Wish, refusal};
pub use pages::MemoryStatus;
use pages::Pages;

/// Bytes of one mapping, without its guards: few, because little may be locked.
const CHUNK_LEN: usize = 16 * 1024;
/// Keys of one mapping; the first place is the canary's.
const PLACES: usize = CHUNK_LEN / 32;
/// Most mappings of one arena. More keys than this are in use only if hundreds of threads work at once.
const CHUNKS_MAX: usize = 64;

/// The memory of one store's keys. It grows by whole chunks and never shrinks before it is dropped.
pub(crate) struct Arena {
    chunks: [OnceLock<Chunk>; CHUNKS_MAX],
    /// Never waited for in a forked child, where the thread that holds it may not exist.
    free: Mutex<Vec<usize>>,
    locking: Locking,
}

/// Whether keys may lie in memory that the system does not lock.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) enum Locking {
    /// Asked for; the status says whether it was granted.
    #[default]
    Wished,
    /// Without it there are no keys.
    Required,
}

/// The process that something belongs to, where there is no key to tell a forked child by.
pub(crate) struct Process(Pid);

impl Process {
    pub(crate) fn this() -> Self {
        Self(getpid())
    }

    /// # Errors
    ///
    /// [`ErrorKind::Forked`] in another process.
    pub(crate) fn check(&self) -> Result<()> {
        if self.0 == getpid() { Ok(()) } else { Err(forked()) }
    }
}

struct Chunk {
    pages: Pages,
    canary: [u64; 4],
    /// Who mapped the pages, if they are not wiped when it forks.
    owner: Option<Pid>,
}

impl Arena {
    /// # Errors
    ///
    /// [`ErrorKind::OutOfMemory`], also if the memory cannot be locked and must be; [`ErrorKind::RandomFailed`].
    pub(crate) fn new(locking: Locking) -> Result<Arc<Self>> {
        let mut free = Vec::new();
        let chunks = [const { OnceLock::new() }; CHUNKS_MAX];
        grow(&chunks, &mut free, locking)?;
        Ok(Arc::new(Self { chunks, free: Mutex::new(free), locking }))
    }

    /// An arena that takes what the system gives.
    #[cfg(test)]
    pub(crate) fn any() -> Arc<Self> {
        Self::new(Locking::Wished).unwrap()
    }

    /// How well the keys are protected: as well as the least of their pages.
    pub(crate) fn status(&self) -> MemoryStatus {
        let all = MemoryStatus { locked: true, excluded_from_dumps: true, wiped_on_fork: true };
        let chunks = self.chunks.iter().map_while(OnceLock::get).map(|chunk| chunk.pages.status());
        chunks.fold(all, |least, status| MemoryStatus {
            locked: least.locked && status.locked,
            excluded_from_dumps: least.excluded_from_dumps && status.excluded_from_dumps,
            wiped_on_fork: least.wiped_on_fork && status.wiped_on_fork,
        })
    }

    /// # Errors
    ///
    /// [`ErrorKind::Forked`] in a child that was forked after the keys were made.
    pub(crate) fn check(&self) -> Result<()> {
        // Whatever forked a later one forked the first.
        self.chunks.first().and_then(OnceLock::get).map_or(Ok(()), Chunk::check)
    }

    /// A place of 32 bytes, zero at first.
    pub(super) fn place(self: &Arc<Self>) -> Result<Place> {
        self.check()?;
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        if free.is_empty() {
            grow(&self.chunks, &mut free, self.locking)?;
        }
        let index = free.pop().ok_or_else(exhausted)?;
        Ok(Place { arena: self.clone(), index })
    }

    fn chunk(&self, index: usize) -> Result<&Chunk> {
        let chunk = self.chunks.get(index / PLACES).and_then(OnceLock::get);
        chunk.ok_or_else(|| Error::internal("a key outside its memory"))
    }
}

/// Maps one more chunk. The caller keeps others out, so that no two chunks are made at once.
fn grow(chunks: &[OnceLock<Chunk>], free: &mut Vec<usize>, locking: Locking) -> Result<()> {
    let number = chunks.iter().take_while(|chunk| chunk.get().is_some()).count();
    let empty = chunks.get(number).ok_or_else(exhausted)?;
    let chunk = Chunk::new(locking)?;
    empty.set(chunk).map_err(|_| Error::internal("two chunks of key memory in one place"))?;
    // Room for every place there is: giving one back never needs memory.
    free.reserve(PLACES * (number + 1));
    free.extend((1..PLACES).rev().map(|index| number * PLACES + index));
    Ok(())
}

impl Chunk {
    fn new(locking: Locking) -> Result<Self> {
        let pages = Pages::guarded(CHUNK_LEN)?;
        if locking == Locking::Required && !pages.status().locked {
            return Err(unlockable());
        }
        // SAFETY: index 0 lies inside, and nobody else knows the pages yet.
        random::fill(unsafe { pages.get_mut(0) })?;
        // SAFETY: as above.
        let canary = unsafe { pages.read(0) };
        let owner = (!pages.status().wiped_on_fork).then(getpid);
        Ok(Self { pages, canary, owner })
    }

    fn check(&self) -> Result<()> {
        // SAFETY: index 0 lies inside, and is written in `new` only.
        let is_whole = unsafe { self.pages.read(0) } == self.canary;
        if is_whole && self.owner.is_none_or(|owner| owner == getpid()) { Ok(()) } else { Err(forked()) }
    }
}

/// A place in the arena that one owner has. Wiped and given back on drop.
pub(super) struct Place {
    arena: Arc<Arena>,
    index: usize,
}

impl Place {
    /// The arena, for keys that follow from this one.
    pub(super) fn arena(&self) -> &Arc<Arena> {
        &self.arena
    }

    /// # Errors
    ///
    /// [`ErrorKind::Forked`].
    pub(super) fn bytes(&self) -> Result<&[u8; 32]> {
        let chunk = self.arena.chunk(self.index)?;
        chunk.check()?;
        // SAFETY: the index was handed out once, so only this place's owner refers to these bytes; it is below PLACES
        // and the reference borrows the owner, so no `bytes_mut` lives beside it.
        Ok(unsafe { chunk.pages.get(self.index % PLACES) })
    }

    /// # Errors
    ///
    /// [`ErrorKind::Forked`].
    pub(super) fn bytes_mut(&mut self) -> Result<&mut [u8; 32]> {
        let chunk = self.arena.chunk(self.index)?;
        chunk.check()?;
        // SAFETY: as in `bytes`; the owner is borrowed for writing.
        Ok(unsafe { chunk.pages.get_mut(self.index % PLACES) })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let Ok(chunk) = self.arena.chunk(self.index) else { return };
        // In a forked child too: if the system did not wipe its copy of the pages, this does.
        // SAFETY: as in `bytes_mut`.
        let bytes = unsafe { chunk.pages.get_mut(self.index % PLACES) };
        // In one sweep, and not byte by byte.
        bytes.fill(0);
        optimization_barrier(bytes);
        // In a child nobody takes a place, and the lock may be held by a thread of the parent's.
        if chunk.check().is_ok() {
            self.arena.free.lock().unwrap_or_else(PoisonError::into_inner).push(self.index);
        }
    }
}

fn forked() -> Error {
    Error::new(
        ErrorKind::Forked,
        "the store was opened before this process was forked; its keys are not here: open it again in the child",
    )
}

fn exhausted() -> Error {
    Error::new(ErrorKind::OutOfMemory, "too many keys in use at once; use fewer threads")
}

fn unlockable() -> Error {
    Error::new(
        ErrorKind::OutOfMemory,
        "the memory for the keys cannot be locked, and the options require it; raise the limit that `ulimit -l` shows",
    )
}
