//! The first look-ups of a handle that only reads, without redb: FORMAT 2.1.
//!
//! To open redb costs as many blocks as several look-ups: it takes in the state of its allocator, which only a writer needs. Who opens
//! a store for one secret does without. What asks for more than single rows, or for many of them, opens redb and its cache.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use redb::TableHandle;

use super::snapshot::Snapshot;
use super::{Engine, TABLE, mixed_states};
use crate::error::Result;
use crate::format::engine::{Place, Step, root_of, step};
use crate::format::layout::LOGICAL_BLOCK_LEN;
use crate::format::wire::Malformed;
use crate::sealed::file::SealedFile;
use crate::secret::Plaintext;

#[cfg(test)]
mod tests;

/// So many rows are looked up before redb is opened. Each keeps the pages it met, so that this bounds memory too.
const LOOK_UPS_MAX: u32 = 32;
/// Deeper than any tree of 2^32 blocks.
const DEPTH_MAX: usize = 32;

/// redb over a file that is only read, opened when it is needed.
pub(super) struct Later {
    file: Arc<SealedFile>,
    cache_bytes: usize,
    engine: OnceLock<Engine>,
    /// Held by whoever opens redb.
    opening: Mutex<()>,
    look_ups: AtomicU32,
    place: Place,
    /// The page that the rows begin with, once it was found.
    root: OnceLock<u64>,
    pages: Mutex<Vec<(u64, Arc<Plaintext>)>>,
}

impl Later {
    pub(super) fn new(file: &Arc<SealedFile>, cache_bytes: usize) -> Result<Self> {
        let (head, len) = file.engine_header()?;
        let place = Place::read(head.as_slice(), len).map_err(|Malformed| mixed_states())?;
        Ok(Self {
            file: file.clone(),
            cache_bytes,
            engine: OnceLock::new(),
            opening: Mutex::default(),
            look_ups: AtomicU32::new(0),
            place,
            root: OnceLock::new(),
            pages: Mutex::default(),
        })
    }

    /// Runs `read` on the state there is.
    pub(super) fn read<T>(&self, read: impl FnOnce(&Snapshot<'_>) -> Result<T>) -> Result<T> {
        if self.is_early() { read(&Snapshot::later(self)) } else { self.engine()?.read(read) }
    }

    /// redb, opened if it is not.
    pub(super) fn engine(&self) -> Result<&Engine> {
        if let Some(engine) = self.engine.get() {
            return Ok(engine);
        }
        let _alone = self.opening.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(engine) = self.engine.get() {
            return Ok(engine);
        }
        let engine = self.engine.get_or_init({
            let engine = Engine::open(&self.file, self.cache_bytes)?;
            || engine
        });
        self.pages().clear();
        Ok(engine)
    }

    /// redb, if it was opened.
    pub(super) fn opened(&self) -> Option<&Engine> {
        self.engine.get()
    }

    pub(super) fn into_opened(self) -> Option<Engine> {
        self.engine.into_inner()
    }

    /// Whether rows are looked up here.
    pub(super) fn is_early(&self) -> bool {
        self.engine.get().is_none() && self.look_ups.load(Ordering::Relaxed) < LOOK_UPS_MAX
    }

    /// What `read` makes of the value of a row, where it lies.
    pub(super) fn look_up<T>(&self, key: &[u8], read: impl FnOnce(&[u8]) -> Result<T>) -> Result<Option<T>> {
        self.look_ups.fetch_add(1, Ordering::Relaxed);
        self.find(self.root()?, key, read)
    }

    fn root(&self) -> Result<u64> {
        if let Some(root) = self.root.get() {
            return Ok(*root);
        }
        let table = |table: &[u8]| root_of(table).map_err(|Malformed| mixed_states());
        let root = self.find(self.place.tables, TABLE.name().as_bytes(), table)?.ok_or_else(mixed_states)?;
        Ok(*self.root.get_or_init(|| root))
    }

    fn find<T>(
        &self,
        mut number: u64,
        key: &[u8],
        read: impl FnOnce(&[u8]) -> Result<T>,
    ) -> Result<Option<T>> {
        for _ in 0..DEPTH_MAX {
            let page = self.page(number)?;
            match step(&page, key).map_err(|Malformed| mixed_states())? {
                Step::To(child) => number = child,
                Step::Found(value) => return read(value).map(Some),
                Step::Missing => return Ok(None),
            }
        }
        Err(mixed_states())
    }

    fn page(&self, number: u64) -> Result<Arc<Plaintext>> {
        if let Some((_, page)) = self.pages().iter().find(|(known, _)| *known == number) {
            return Ok(page.clone());
        }
        let (first, blocks) = self.place.blocks_of(number).map_err(|Malformed| mixed_states())?;
        let mut page = Plaintext::zeros(blocks * LOGICAL_BLOCK_LEN);
        for (block, part) in (first..).zip(page.chunks_exact_mut(LOGICAL_BLOCK_LEN)) {
            self.file.read_block(block, part)?;
        }
        let page = Arc::new(page);
        self.pages().push((number, page.clone()));
        Ok(page)
    }

    fn pages(&self) -> MutexGuard<'_, Vec<(u64, Arc<Plaintext>)>> {
        self.pages.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
