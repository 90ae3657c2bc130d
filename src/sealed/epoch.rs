//! What was written since the last real sync: held in memory, sealed, until there is room for all of it.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use super::file::{SealedBlock, Stamp, block_tag};
use super::space::Space;
use crate::crypto::aead::TAG_LEN;
use crate::format::layout::LOGICAL_BLOCK;
use crate::format::superblock::{ENGINE_HEADER_LEN, EngineHeader, ManifestEntry, Superblock};

/// Sealed blocks not yet on the disk. Shared with readers, who must not wait for a sync to look at them.
#[derive(Clone, Default)]
pub(super) struct Pending(Arc<RwLock<BTreeMap<u32, Arc<SealedBlock>>>>);

impl Pending {
    pub(super) fn get(&self, number: u32) -> Option<Arc<SealedBlock>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(&number).cloned()
    }

    pub(super) fn insert(&self, number: u32, sealed: Arc<SealedBlock>) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).insert(number, sealed);
    }

    pub(super) fn len(&self) -> usize {
        self.0.read().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// Every block, ascending.
    pub(super) fn snapshot(&self) -> Vec<(u32, Arc<SealedBlock>)> {
        let blocks = self.0.read().unwrap_or_else(PoisonError::into_inner);
        blocks.iter().map(|(&number, sealed)| (number, sealed.clone())).collect()
    }

    /// Keeps the blocks below `end`.
    pub(super) fn truncate(&self, end: u64) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).retain(|&number, _| u64::from(number) < end);
    }

    fn clear(&self) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

/// The writes between two real syncs.
pub(super) struct Epoch {
    /// redb's block 0 as redb last wrote it.
    pub(super) engine_header: EngineHeader,
    /// Whether redb wrote block 0 since the last real sync.
    pub(super) header_written: bool,
    pub(super) logical_len: u64,
    pub(super) pending: Pending,
    /// Blocks on the disk, with the tag of their last seal.
    pub(super) spilled: BTreeMap<u32, [u8; TAG_LEN]>,
    /// What goes into the next superblock.
    pub(super) stamp: Option<Stamp>,
    /// Which room the running transaction may use.
    pub(super) space: Space,
}

impl Epoch {
    /// The epoch that follows a durable state, or precedes the first one.
    pub(super) fn after(stable: Option<&Superblock>) -> Self {
        Self {
            engine_header: stable.map_or_else(
                || EngineHeader::new([0; ENGINE_HEADER_LEN]),
                |stable| stable.engine_header.clone(),
            ),
            header_written: false,
            logical_len: stable.map_or(0, |stable| stable.logical_len),
            pending: Pending::default(),
            spilled: BTreeMap::new(),
            stamp: None,
            space: Space::Normal,
        }
    }

    pub(super) fn set_len(&mut self, len: u64) {
        self.logical_len = len;
        let beyond = self.logical_blocks();
        self.pending.truncate(beyond);
        self.spilled.retain(|&block, _| u64::from(block) < beyond);
    }

    /// Number of blocks redb sees, block 0 included.
    pub(super) fn logical_blocks(&self) -> u64 {
        self.logical_len / LOGICAL_BLOCK
    }

    /// Blocks that are on the disk now, and need not be read from memory any more.
    pub(super) fn landed(&mut self, blocks: &[(u32, Arc<SealedBlock>)]) {
        self.spilled.extend(blocks.iter().map(|(number, sealed)| (*number, block_tag(sealed))));
        self.pending.clear();
    }

    /// Starts the next epoch over the state that was just made durable.
    pub(super) fn start_over(&mut self, stable: &Superblock) {
        let (pending, space) = (self.pending.clone(), self.space);
        *self = Self { pending, space, ..Self::after(Some(stable)) };
    }

    /// The highest block on the disk, 0 for none.
    pub(super) fn highest_spilled(&self) -> u64 {
        self.spilled.keys().next_back().map_or(0, |&number| u64::from(number))
    }

    /// Every block on the disk with the tag of its last seal, ascending.
    pub(super) fn manifest(&self) -> Vec<ManifestEntry> {
        self.spilled.iter().map(|(&block, &tag)| ManifestEntry { block, tag }).collect()
    }
}
