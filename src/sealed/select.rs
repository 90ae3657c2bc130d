//! Which superblock holds the state of the store: COMMIT rules R2, R6 and R7 of docs/FORMAT.md 9.

use super::disk::file::Access;
use super::file::{Durable, SealedFile};
use crate::error::{Error, ErrorKind, Result};
use crate::format::layout::{SUPERBLOCK_LEN, Twin, file_len};
use crate::format::superblock::{Kind, Superblock};
use crate::format::wire::{Malformed, Reader};

/// What opening found out about the last commit.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Found {
    /// The generation of a commit that was cut off before it was acknowledged, and is not there.
    pub(crate) discarded: Option<u64>,
    /// One of the two superblocks cannot be read: a torn write, or damage.
    pub(crate) unreadable_superblock: bool,
    /// The copy of the key header that is not in use cannot be read: a torn write, damage, or another's work.
    pub(crate) unreadable_header: bool,
}

struct Candidate {
    copy: Twin,
    sequence: u64,
    superblock: Superblock,
}

/// Whether the medium holds all of a state.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Completeness {
    Complete,
    TooShort,
    BlocksMissing,
}

/// The state that counts.
struct Judgement {
    durable: Durable,
    found: Found,
    /// Whether it is known to have been durable before this file was opened.
    is_proven: bool,
}

/// Takes the newest superblock if its commit is whole, else the other one, never an older; writes nothing.
pub(super) fn select(file: &SealedFile) -> Result<(Durable, Found)> {
    let mut judged = judge(file)?;
    if !judged.is_proven {
        make_durable(file)?;
        // What a sync of another process could not write is in the cache still, and the next sync takes it for written:
        // Linux reports such a failure once. So it is the medium that has to be asked.
        judged = judge(file)?;
    }
    Ok((judged.durable, judged.found))
}

fn judge(file: &SealedFile) -> Result<Judgement> {
    let mut candidates = read_all(file)?;
    let unreadable_superblock = candidates.len() < 2;
    candidates.sort_by_key(|candidate| std::cmp::Reverse(candidate.sequence));
    let mut candidates = candidates.into_iter();
    let newest = candidates.next().ok_or_else(|| {
        Error::new(ErrorKind::Damaged, "both superblocks are unreadable; restore a backup of the file")
    })?;
    let other = fallback(candidates);
    let next_sequence = newest.sequence.saturating_add(1);
    let judgement = |candidate, discarded, is_proven| Judgement {
        durable: durable(candidate, next_sequence),
        found: Found { discarded, unreadable_superblock, unreadable_header: false },
        is_proven,
    };
    match (completeness(file, &newest.superblock)?, other) {
        (Completeness::Complete, Some(other)) if proves(&newest.superblock, &other.superblock) => {
            // It was whole when it was repeated, and what its manifest names is not written before it is retired.
            if completeness(file, &other.superblock)? != Completeness::Complete {
                return Err(Error::new(
                    ErrorKind::Tampered,
                    "a block of the last commit was altered or put back; restore a backup of the file",
                ));
            }
            Ok(judgement(other, None, true))
        }
        (Completeness::Complete, _) => Ok(judgement(newest, None, false)),
        (incomplete, Some(other)) => {
            let discarded = newest.superblock.generation;
            check_fallback(file, incomplete, discarded, &other.superblock)?;
            #[cfg(test)]
            let other = if super::faults::active(super::faults::Fault::OverwriteGoodSlot) {
                Candidate { copy: newest.copy, ..other }
            } else {
                other
            };
            Ok(judgement(other, Some(discarded), true))
        }
        (incomplete, None) => Err(refuse(incomplete)),
    }
}

fn fallback(mut others: impl DoubleEndedIterator<Item = Candidate>) -> Option<Candidate> {
    #[cfg(test)]
    if super::faults::active(super::faults::Fault::FallBackTwo) {
        return others.next_back();
    }
    others.next()
}

fn durable(candidate: Candidate, next_sequence: u64) -> Durable {
    let Candidate { copy, superblock, .. } = candidate;
    Durable { superblock, copy, next_sequence, unproven: false, reserved: 0 }
}

/// A repeat is written after its original was synced, so whoever sees it knows that the original is durable.
fn proves(newest: &Superblock, other: &Superblock) -> bool {
    newest.kind == Kind::Repeat && newest.same_state(other)
}

/// After a kill the newest commit may live in the cache of the operating system only. A reader must not show what a
/// later power cut takes away, and a writer must not build on it. What is read next comes from the medium.
fn make_durable(file: &SealedFile) -> Result<()> {
    #[cfg(test)]
    if super::faults::active(super::faults::Fault::NoSyncBeforeFirstWrite) {
        return Ok(());
    }
    file.disk.sync().and_then(|()| file.disk.sync_place()).map_err(|source| match file.access {
        Access::ReadOnly => Error::io("sync the store's file, as reading after a crash must", source),
        Access::ReadWrite => Error::io("sync the store's file", source),
    })?;
    #[cfg(test)]
    if super::faults::active(super::faults::Fault::CacheTrusted) {
        return Ok(());
    }
    file.disk.forget_cached();
    Ok(())
}

/// The commit before an incomplete one was durable before the incomplete one began, so it must be whole.
fn check_fallback(file: &SealedFile, newest: Completeness, discarded: u64, other: &Superblock) -> Result<()> {
    #[cfg(test)]
    if super::faults::active(super::faults::Fault::FallBackTwo) {
        return Ok(());
    }
    match completeness(file, other)? {
        Completeness::Complete if discarded.saturating_sub(other.generation) <= 1 => Ok(()),
        Completeness::TooShort => Err(refuse(newest)),
        _ => Err(Error::new(
            ErrorKind::Tampered,
            "the last commit is incomplete and the one before it was altered; restore a backup of the file",
        )),
    }
}

fn refuse(incomplete: Completeness) -> Error {
    let message = match incomplete {
        Completeness::TooShort => "the file was cut short; restore a backup",
        _ => "the last commit is incomplete and the superblock before it is unreadable; restore a backup",
    };
    Error::new(ErrorKind::Damaged, message)
}

fn completeness(file: &SealedFile, superblock: &Superblock) -> Result<Completeness> {
    if file.disk_len()? < file_len(superblock.physical_blocks) {
        return Ok(Completeness::TooShort);
    }
    #[cfg(test)]
    if super::faults::active(super::faults::Fault::ManifestUnchecked) {
        return Ok(Completeness::Complete);
    }
    for entry in &superblock.manifest {
        if !file.block_is(entry.block, &entry.tag)? {
            return Ok(Completeness::BlocksMissing);
        }
    }
    Ok(Completeness::Complete)
}

fn read_all(file: &SealedFile) -> Result<Vec<Candidate>> {
    #[cfg(test)]
    if super::faults::active(super::faults::Fault::FallBackTwo) {
        let copies = [Twin::A, Twin::B, Twin::C];
        return copies.into_iter().filter_map(|copy| read(file, copy).transpose()).collect();
    }
    Twin::BOTH.into_iter().filter_map(|copy| read(file, copy).transpose()).collect()
}

/// `None` if the copy is not authentic.
fn read(file: &SealedFile, copy: Twin) -> Result<Option<Candidate>> {
    let mut bytes = [0; SUPERBLOCK_LEN];
    file.disk
        .read_at(copy.superblock_offset(), &mut bytes)
        .map_err(|source| Error::io("read the store's file", source))?;
    let mut fields = Reader::new(&bytes);
    let (Ok(sequence), Ok(sealed)) = (fields.u64(), fields.bytes(SUPERBLOCK_LEN - 8)) else {
        return Err(Error::internal("a superblock is shorter than its length"));
    };
    let Some(plaintext) = file.open_superblock(copy, sequence, sealed)? else { return Ok(None) };
    match Superblock::decode(&plaintext) {
        Ok(superblock) if sequence < u64::MAX => Ok(Some(Candidate { copy, sequence, superblock })),
        Ok(_) | Err(Malformed) => Err(Error::new(
            ErrorKind::UnsupportedFormat,
            "the store uses a feature of a newer version of strongroom",
        )),
    }
}
