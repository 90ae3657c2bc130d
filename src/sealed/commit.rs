//! The real sync: an epoch's blocks, one superblock, one sync. Rules R3 to R6 of docs/FORMAT.md 9.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::epoch::Epoch;
use super::file::{Durable, SealedBlock, SealedFile, Stamp};
use super::space::{Space, reserve};
use crate::error::{Error, ErrorKind, Result};
use crate::format::layout::{BLOCK_LEN, Twin, block_offset, file_len};
use crate::format::superblock::{EngineHeader, Kind, Superblock};
use crate::limits::{MANIFEST_ENTRIES_MAX, SPARE_BLOCKS};

/// redb's "god byte" behind its magic number (redb 4.4 `header.rs`; pinned by the access-pattern test).
const GOD_BYTE_OFFSET: usize = 9;
const PRIMARY_BIT: u8 = 1;
/// Most blocks of one write.
const WRITE_BLOCKS_MAX: usize = 16;
const RECOVERY_REQUIRED: u8 = 2;

impl SealedFile {
    /// Whether a sync can wait: a durable state exists and redb's header still points at it (R1).
    ///
    /// A commit of redb flips the primary bit with its last header write. Every sync before that orders pages before
    /// the flip, and the manifest does that better.
    pub(super) fn may_defer(&self, epoch: &Epoch) -> Result<bool> {
        let durable = self.durable()?;
        let Some(durable) = durable.as_ref() else { return Ok(false) };
        let god_byte = |header: &EngineHeader| header.get(GOD_BYTE_OFFSET).copied();
        let (old, new) = (god_byte(&durable.superblock.engine_header), god_byte(&epoch.engine_header));
        let flagged = old.map(|byte| byte | RECOVERY_REQUIRED);
        Ok(!epoch.header_written || new == old || new == flagged)
    }

    /// Puts what is pending on the disk, before its superblock: the epoch outgrew the manifest.
    pub(super) fn spill(&self, epoch: &mut Epoch) -> Result<()> {
        let mut durable = self.durable()?;
        match durable.as_mut() {
            Some(durable) => self.write_pending(epoch, durable),
            None => Err(Error::internal("a new file outgrew its first superblock")),
        }
    }

    /// Makes the epoch durable as one state, and starts the next.
    pub(super) fn commit(&self, epoch: &mut Epoch) -> Result<()> {
        let mut guard = self.durable()?;
        let first = guard.is_none();
        let durable = guard.get_or_insert_with(|| self.before_first(epoch));
        let result = self.commit_over(epoch, durable, first);
        if first && result.is_err() {
            *guard = None;
        }
        result
    }

    fn commit_over(&self, epoch: &mut Epoch, durable: &mut Durable, first: bool) -> Result<()> {
        self.write_pending(epoch, durable)?;
        let mut manifest = epoch.manifest();
        if manifest.len() > MANIFEST_ENTRIES_MAX {
            self.poison_on_error(self.sync())?;
            manifest.clear();
        }
        let old = &durable.superblock;
        let carried = Stamp { audit_head: old.audit_head, clock_mark: old.clock_mark };
        let stamp = epoch.stamp.unwrap_or(carried);
        let flipped =
            first || primary_of(epoch.engine_header.as_slice()) != primary_of(old.engine_header.as_slice());
        let superblock = Superblock {
            engine_header: epoch.engine_header.clone(),
            logical_len: epoch.logical_len,
            kind: Kind::Commit,
            generation: old.generation + u64::from(flipped),
            header_sequence: self.header_to_name(),
            audit_head: stamp.audit_head,
            clock_mark: stamp.clock_mark,
            physical_blocks: epoch
                .highest_spilled()
                .max(old.physical_blocks)
                .min(epoch.logical_blocks().saturating_sub(1)),
            manifest,
        };
        let shrunk = superblock.physical_blocks < old.physical_blocks;
        self.write_durably(durable, superblock)?;
        if shrunk {
            self.shorten(durable)?;
        }
        epoch.start_over(&durable.superblock);
        Ok(())
    }

    /// Writes the superblock of a state to the copy that is not stable, and syncs (R3).
    fn write_durably(&self, durable: &mut Durable, superblock: Superblock) -> Result<()> {
        let (copy, sequence) = (self.scratch(durable), durable.next_sequence);
        let written = self.write_superblock(copy, sequence, &superblock).and_then(|()| self.sync());
        self.poison_on_error(written)?;
        durable.superblock = superblock;
        durable.copy = copy;
        durable.next_sequence = sequence.saturating_add(1);
        durable.unproven = true;
        Ok(())
    }

    /// Repeats the stable state without its manifest, so that the blocks named there may be overwritten (R4).
    fn retire_manifest(&self, durable: &mut Durable) -> Result<()> {
        let retired = Superblock { manifest: Vec::new(), ..durable.superblock.clone() };
        self.write_durably(durable, retired)
    }

    /// Puts the pending blocks on the disk: room for all of them first, then the blocks, one write a run.
    fn write_pending(&self, epoch: &mut Epoch, durable: &mut Durable) -> Result<()> {
        self.check_usable()?;
        self.poison_unless_refused(self.check_in_place())?;
        epoch.pending.truncate(epoch.logical_blocks());
        let blocks = epoch.pending.snapshot();
        let highest = blocks.last().map_or(0, |(number, _)| u64::from(*number));
        let needed = highest.max(epoch.highest_spilled()).max(durable.superblock.physical_blocks);
        // If there is no room the medium still holds the stable state: what spilled before lies where nothing leads to.
        self.poison_unless_refused(reserve(self.disk.as_ref(), durable, needed, epoch.space))?;
        let named = |number: &u32| durable.superblock.manifest.iter().any(|entry| entry.block == *number);
        if blocks.iter().any(|(number, _)| named(number)) && !no_retire() {
            self.retire_manifest(durable)?;
        }
        let runs = blocks.chunk_by(|(number, _), (next, _)| number.checked_add(1) == Some(*next));
        // What goes into one write is copied for it, so it is not all there is.
        for part in runs.flat_map(|run| run.chunks(WRITE_BLOCKS_MAX)) {
            self.poison_on_error(self.write_run(part))?;
        }
        epoch.landed(&blocks);
        Ok(())
    }

    fn write_run(&self, run: &[(u32, Arc<SealedBlock>)]) -> Result<()> {
        let Some((first, _)) = run.first() else { return Ok(()) };
        let mut bytes = Vec::with_capacity(run.len() * BLOCK_LEN);
        run.iter().for_each(|(_, sealed)| bytes.extend_from_slice(sealed.as_slice()));
        self.disk
            .write_at(block_offset(*first), &bytes)
            .map_err(|source| Error::io("write to the store's file", source))
    }

    /// Cuts the file behind the state that was just made durable, spare blocks kept (R5).
    fn shorten(&self, durable: &mut Durable) -> Result<()> {
        let kept = durable.superblock.physical_blocks + u64::from(SPARE_BLOCKS);
        let result = self.disk_len().and_then(|len| {
            if len <= file_len(kept) {
                return Ok(());
            }
            self.disk.set_len(file_len(kept)).map_err(|source| Error::io("shorten the store's file", source))
        });
        durable.reserved = durable.reserved.min(kept);
        self.poison_on_error(result)
    }

    /// The faulty variant of [`shorten`](Self::shorten): before the shorter state is durable.
    #[cfg(test)]
    pub(super) fn shorten_early(&self, blocks: u64) -> Result<()> {
        let mut guard = self.durable()?;
        if let Some(durable) = guard.as_mut().filter(|_| file_len(blocks) < self.disk_len().unwrap_or(0)) {
            self.disk.set_len(file_len(blocks)).map_err(|source| Error::io("shorten the file", source))?;
            durable.reserved = durable.reserved.min(blocks);
        }
        Ok(())
    }

    /// Leaves proof that the last commit is durable, without a sync (R6): a reader after this close need not sync,
    /// and no single superblock is left whose loss would undo the commit.
    pub(crate) fn mark_closed(&self) -> Result<()> {
        let mut guard = self.durable()?;
        let Some(durable) = guard.as_mut() else { return Ok(()) };
        if !durable.unproven || self.is_poisoned() {
            return Ok(());
        }
        let repeat = Superblock { kind: Kind::Repeat, manifest: Vec::new(), ..durable.superblock.clone() };
        self.write_superblock(self.scratch(durable), durable.next_sequence, &repeat)?;
        durable.next_sequence = durable.next_sequence.saturating_add(1);
        durable.unproven = false;
        Ok(())
    }

    /// Lets closing write nothing: another file took this one's place.
    pub(crate) fn retire(&self) -> Result<()> {
        if let Some(durable) = self.durable()?.as_mut() {
            durable.unproven = false;
        }
        Ok(())
    }

    /// After a failed write or sync nobody knows what the medium holds; a sync that failed once may lie when repeated.
    pub(super) fn poison_on_error<T>(&self, result: Result<T>) -> Result<T> {
        result.map_err(|error| {
            self.poison();
            error.despite_reservation()
        })
    }

    /// A full disk and a replaced file are answers; anything else that keeps a commit from beginning is a failure.
    pub(super) fn poison_unless_refused(&self, result: Result<()>) -> Result<()> {
        result.inspect_err(|error| {
            if !matches!(error.kind(), ErrorKind::DiskFull | ErrorKind::FileRefused) {
                self.poison();
            }
        })
    }

    pub(super) fn sync(&self) -> Result<()> {
        self.disk.sync().map_err(|source| Error::io("sync the store's file", source))?;
        self.synced.store(true, Ordering::Relaxed);
        Ok(())
    }

    /// A file put in our place would take the commit with it unseen.
    pub(super) fn check_in_place(&self) -> Result<()> {
        if self.is_in_place()? {
            return Ok(());
        }
        Err(Error::new(
            ErrorKind::FileRefused,
            "another file was put in the store's place while it was open; nothing was written",
        ))
    }

    /// The copy the next superblock goes to: never the stable one.
    fn scratch(&self, durable: &Durable) -> Twin {
        #[cfg(test)]
        match durable.copy {
            _ if super::faults::active(super::faults::Fault::HeaderInPlace) => return durable.copy,
            Twin::B if super::faults::active(super::faults::Fault::FallBackTwo) => return Twin::C,
            _ => {}
        }
        durable.copy.other()
    }

    /// What stands in for the durable state of a file that has none: an empty one in copy B.
    fn before_first(&self, epoch: &Epoch) -> Durable {
        let superblock = Superblock {
            engine_header: epoch.engine_header.clone(),
            logical_len: 0,
            kind: Kind::Commit,
            generation: 0,
            header_sequence: self.header_to_name(),
            audit_head: [0; 32],
            clock_mark: 0,
            physical_blocks: 0,
            manifest: Vec::new(),
        };
        Durable { superblock, copy: Twin::B, next_sequence: 1, unproven: false, reserved: 0 }
    }

    /// Lets a copy go on at the generation of what it is a copy of.
    pub(crate) fn continue_at(&self, generation: u64) -> Result<()> {
        let mut guard = self.durable()?;
        let durable = guard.as_mut().ok_or_else(|| Error::internal("the file has no superblock yet"))?;
        // Everything the last superblock names was synced with it, so the next one names nothing.
        let last = durable.superblock.clone();
        self.write_durably(durable, Superblock { generation, manifest: Vec::new(), ..last })
    }

    /// Ends the creation of a file: spare room, the state in both superblocks, and everything durable. No proof of that is
    /// left before the file has its name for good: whoever finds it without makes both durable once more.
    pub(crate) fn finish_creation(&self) -> Result<()> {
        let mut guard = self.durable()?;
        let durable = guard.as_mut().ok_or_else(|| Error::internal("the file has no superblock yet"))?;
        let needed = durable.superblock.physical_blocks;
        reserve(self.disk.as_ref(), durable, needed, Space::Normal)?;
        // The other one has a generation from the making of the file: whoever found it alone would take back all the store was.
        self.retire_manifest(durable)
    }

    /// The file has its name for good, so closing it may leave proof of the last commit.
    pub(crate) fn settle(&self) -> Result<()> {
        if let Some(durable) = self.durable()?.as_mut() {
            durable.unproven = true;
        }
        Ok(())
    }
}

#[cfg(test)]
fn no_retire() -> bool {
    super::faults::active(super::faults::Fault::NoRetire)
}

#[cfg(not(test))]
fn no_retire() -> bool {
    false
}

/// Which of its two commit slots redb's header points at.
pub(super) fn primary_of(engine_header: &[u8]) -> Option<u8> {
    engine_header.get(GOD_BYTE_OFFSET).map(|byte| byte & PRIMARY_BIT)
}
