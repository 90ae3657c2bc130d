//! A superblock: everything one commit needs, in 4 KiB sealed as one. FORMAT 7.

use zeroize::Zeroizing;

use super::wire::{Malformed, Reader, Writer};
use crate::crypto::aead::{OVERHEAD, TAG_LEN};
use crate::format::layout::{LOGICAL_BLOCK, SUPERBLOCK_LEN};
use crate::limits::MANIFEST_ENTRIES_MAX;
use crate::secret::Plaintext;

/// Bytes of redb's block 0 that are kept; redb uses 320.
pub(crate) const ENGINE_HEADER_LEN: usize = 512;
/// Length of the plaintext: the sequence number stays outside.
pub(crate) const PLAINTEXT_LEN: usize = SUPERBLOCK_LEN - 8 - OVERHEAD;

const MANIFEST_OFFSET: usize = 640;
const MANIFEST_ENTRY_LEN: usize = 4 + TAG_LEN;

/// redb's block 0.
pub(crate) type EngineHeader = Zeroizing<[u8; ENGINE_HEADER_LEN]>;

/// Whether a superblock made a commit or repeats one.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Kind {
    Commit,
    /// Written at close without a sync: proves that the other superblock was synced before.
    Repeat,
}

/// A block of a commit and the tag of its last seal: the commit is whole only if the medium carries it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct ManifestEntry {
    pub(crate) block: u32,
    pub(crate) tag: [u8; TAG_LEN],
}

/// One state of the store.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Superblock {
    pub(crate) engine_header: EngineHeader,
    /// Length of what redb sees, in bytes.
    pub(crate) logical_len: u64,
    pub(crate) kind: Kind,
    /// Number of commits since creation.
    pub(crate) generation: u64,
    /// The only sequence of the key header this state accepts.
    pub(crate) header_sequence: u64,
    pub(crate) audit_head: [u8; 32],
    /// The greatest time seen, in milliseconds since the Unix epoch.
    pub(crate) clock_mark: i64,
    /// Blocks the file must hold for this state.
    pub(crate) physical_blocks: u64,
    /// Ascending by block.
    pub(crate) manifest: Vec<ManifestEntry>,
}

impl Superblock {
    pub(crate) fn encode(&self) -> Plaintext {
        let entries = u16::try_from(self.manifest.len()).unwrap_or(u16::MAX);
        let kind = match self.kind {
            Kind::Commit => 1,
            Kind::Repeat => 2,
        };
        let mut fields = Writer::with_capacity(PLAINTEXT_LEN)
            .bytes(self.engine_header.as_slice())
            .u64(self.logical_len)
            .u16(entries)
            .u8(kind)
            .u8(0)
            .u32(0)
            .u64(self.generation)
            .u64(self.header_sequence)
            .bytes(&self.audit_head)
            .i64(self.clock_mark)
            .u64(self.physical_blocks)
            .zeros_to(MANIFEST_OFFSET);
        for entry in &self.manifest {
            fields = fields.u32(entry.block).bytes(&entry.tag);
        }
        fields.zeros_to(PLAINTEXT_LEN).finish().into()
    }

    /// `Err` for an authentic superblock that this version does not understand.
    pub(crate) fn decode(plaintext: &[u8]) -> Result<Self, Malformed> {
        let mut fields = Reader::new(plaintext);
        let engine_header = Zeroizing::new(fields.array()?);
        let logical_len = fields.u64()?;
        let entries = usize::from(fields.u16()?);
        let kind = match fields.u8()? {
            1 => Kind::Commit,
            2 => Kind::Repeat,
            _ => return Err(Malformed),
        };
        fields.zeros(5)?;
        let generation = fields.u64()?;
        let header_sequence = fields.u64()?;
        let audit_head = fields.array()?;
        let clock_mark = fields.i64()?;
        let physical_blocks = fields.u64()?;
        // Freshness table, sharing mode, required features: reserved, and required to be zero.
        fields.zeros(MANIFEST_OFFSET - 592)?;
        if entries > MANIFEST_ENTRIES_MAX || !logical_len.is_multiple_of(LOGICAL_BLOCK) {
            return Err(Malformed);
        }
        let manifest = (0..entries)
            .map(|_| Ok(ManifestEntry { block: fields.u32()?, tag: fields.array()? }))
            .collect::<Result<Vec<_>, Malformed>>()?;
        fields.zeros(PLAINTEXT_LEN - MANIFEST_OFFSET - entries * MANIFEST_ENTRY_LEN)?;
        fields.end()?;
        let ascending = manifest.iter().zip(manifest.iter().skip(1)).all(|(a, b)| a.block < b.block);
        // Block 0 is in the superblock, and the others have numbers of 32 bits.
        let most = (logical_len / LOGICAL_BLOCK).saturating_sub(1).min(u64::from(u32::MAX));
        let in_range = physical_blocks <= most
            && manifest.iter().all(|entry| entry.block > 0 && u64::from(entry.block) <= physical_blocks);
        if !ascending || !in_range || generation == u64::MAX {
            return Err(Malformed);
        }
        Ok(Self {
            engine_header,
            logical_len,
            kind,
            generation,
            header_sequence,
            audit_head,
            clock_mark,
            physical_blocks,
            manifest,
        })
    }

    /// Whether this holds the same state of the store as `other`.
    pub(crate) fn same_state(&self, other: &Self) -> bool {
        self.engine_header == other.engine_header
            && self.logical_len == other.logical_len
            && self.generation == other.generation
            && self.header_sequence == other.header_sequence
            && self.physical_blocks == other.physical_blocks
    }
}

const _: () = assert!(MANIFEST_OFFSET + MANIFEST_ENTRIES_MAX * MANIFEST_ENTRY_LEN + 8 == PLAINTEXT_LEN);

#[cfg(test)]
mod tests;
