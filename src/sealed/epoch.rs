//! What was written since the last real sync: held in memory, sealed, until there is room for all of it.

use std::collections::BTreeMap;

use super::file::{SealedBlock, Stamp, block_tag};
use super::space::Space;
use crate::crypto::aead::TAG_LEN;
use crate::format::layout::LOGICAL_BLOCK;
use crate::format::superblock::{ENGINE_HEADER_LEN, EngineHeader, ManifestEntry, Superblock};

/// The writes between two real syncs.
pub(super) struct Epoch {
    /// redb's block 0 as redb last wrote it.
    pub(super) engine_header: EngineHeader,
    /// Whether redb wrote block 0 since the last real sync.
    pub(super) header_written: bool,
    pub(super) logical_len: u64,
    /// Sealed blocks not yet on the disk.
    pub(super) pending: BTreeMap<u32, Box<SealedBlock>>,
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
            pending: BTreeMap::new(),
            spilled: BTreeMap::new(),
            stamp: None,
            space: Space::Normal,
        }
    }

    pub(super) fn set_len(&mut self, len: u64) {
        self.logical_len = len;
        let beyond = self.logical_blocks();
        self.pending.retain(|&block, _| u64::from(block) < beyond);
        self.spilled.retain(|&block, _| u64::from(block) < beyond);
    }

    /// Number of blocks redb sees, block 0 included.
    pub(super) fn logical_blocks(&self) -> u64 {
        self.logical_len / LOGICAL_BLOCK
    }

    /// The highest block this epoch touched, 0 for none.
    pub(super) fn highest_block(&self) -> u64 {
        let highest = |last: Option<&u32>| last.map_or(0, |&block| u64::from(block));
        highest(self.pending.keys().next_back()).max(highest(self.spilled.keys().next_back()))
    }

    /// Number of distinct blocks this epoch touched.
    pub(super) fn touched(&self) -> usize {
        self.spilled.len() + self.pending.keys().filter(|block| !self.spilled.contains_key(block)).count()
    }

    /// Every block of the epoch with the tag of its last seal, ascending.
    pub(super) fn manifest(&self) -> Vec<ManifestEntry> {
        let mut tags = self.spilled.clone();
        tags.extend(self.pending.iter().map(|(&block, sealed)| (block, block_tag(sealed))));
        tags.into_iter().map(|(block, tag)| ManifestEntry { block, tag }).collect()
    }
}
