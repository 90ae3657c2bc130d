//! From a disk and a key to an unlocked file.

use std::sync::Arc;

use super::disk::Disk;
use super::disk::file::Access;
use super::file::{FileKeys, SealedFile};
use super::owner::Owner;
use super::select::{Found, select};
use super::slots::{Opener, Search, With};
use crate::crypto::arena::Arena;
use crate::crypto::derive;
use crate::error::{Error, ErrorKind, Result};
use crate::format::header::{Header, HeaderFault};
use crate::format::layout::{DATA_OFFSET, HEADER_LEN, MAGIC, Twin};

/// Unlocks the store on `disk`, with its keys in `arena`. Writes nothing, and syncs only after a crash.
///
/// # Errors
///
/// One kind each for: not a store, damaged, a newer format, a cost outside the window, a wrong key, tampering.
pub(crate) fn open<'a>(
    arena: &Arc<Arena>,
    disk: Arc<dyn Disk>,
    access: Access,
    with: impl Into<With<'a>>,
) -> Result<(SealedFile, Found)> {
    let copies = read_headers(disk.as_ref())?;
    let copies_differ = copies.len() > 1;
    let a_copy_is_damaged = copies.iter().any(|(_, copy)| copy.is_err());
    let mut copies: Vec<(Twin, Header)> =
        copies.into_iter().filter_map(|(twin, copy)| Some((twin, copy.ok()?))).collect();
    copies.sort_by_key(|(_, header)| std::cmp::Reverse(header.sequence));
    let sequences: Vec<u64> = copies.iter().map(|(_, header)| header.sequence).collect();
    let mut search = Search::new(with.into(), arena, copies.iter().map(|(_, header)| header))?;
    let mut passed = Vec::new();
    let mut stale = None;
    let mut refused = None;
    let mut copies = copies.into_iter();
    while let Some((twin, header)) = copies.next() {
        let (opener, keys) = match vouched_keys(&mut search, &header) {
            Ok(Some(found)) => found,
            Ok(None) => {
                passed.push(header);
                continue;
            }
            // The other copy may be whole.
            Err(error) if error.kind() == ErrorKind::Tampered => {
                refused = Some(error);
                passed.push(header);
                continue;
            }
            Err(error) => return Err(error),
        };
        let sequence = header.sequence;
        let newest = newest_sequence(&passed, &header, &keys)?;
        // It has 16 KiB and more, and is the last one mostly.
        passed.extend((copies.len() > 0).then(|| header.clone()));
        let owner = Owner::new(header, twin, newest, opener);
        let file = SealedFile::new(disk.clone(), access, owner, keys);
        let (durable, found) = select(&file)?;
        if durable.superblock.header_sequence == sequence {
            *file.durable()? = Some(durable);
            let unreadable_header = copies_differ && file.unreadable_header()?;
            return Ok((file, Found { unreadable_header, ..found }));
        }
        stale = Some(durable.superblock.header_sequence);
    }
    Err(refused.unwrap_or_else(|| no_header_opens(&sequences, stale, a_copy_is_damaged)))
}

/// The slot that opens, and the keys of the file, if both MACs of the header hold under them.
fn vouched_keys(search: &mut Search<'_>, header: &Header) -> Result<Option<(Arc<Opener>, FileKeys)>> {
    let Some(opener) = search.open(header)? else { return Ok(None) };
    let master = opener.master(&header.place)?;
    let keys = FileKeys::derive(derive::store_keys(&master, &header.place.store_id, header.place.epoch)?)?;
    if !keys.vouch_for(header)? {
        return Err(Error::new(
            ErrorKind::Tampered,
            "the key is right, but the key header was altered; restore a backup of the file",
        ));
    }
    if !header.is_canonical() {
        return Err(Error::new(
            ErrorKind::UnsupportedFormat,
            "the store uses a feature of a newer version of strongroom",
        ));
    }
    Ok(Some((opener, keys)))
}

impl SealedFile {
    /// Whether the copy of the key header that is not in use holds nothing that a holder of the keys wrote. The header before the
    /// current one is no fault there: a change was cut off behind its commit.
    pub(crate) fn unreadable_header(&self) -> Result<bool> {
        let unused = self.owner().copy.other();
        Ok(match read_header(self.disk().as_ref(), unused)? {
            Ok(header) => !self.wrote(&header)?,
            Err(_) => true,
        })
    }
}

/// The greatest sequence that a holder of the keys gave. Anybody can write a greater one into the other copy. Those that
/// come behind the current one have a smaller one.
fn newest_sequence(before: &[Header], current: &Header, keys: &FileKeys) -> Result<u64> {
    before
        .iter()
        // The others do not change the answer, and a MAC goes over 16 KiB.
        .filter(|header| header.place == current.place && header.sequence > current.sequence)
        .try_fold(current.sequence, |newest, header| {
            Ok(if keys.vouch_for(header)? { newest.max(header.sequence) } else { newest })
        })
}

/// No copy both opened and is the one the superblock names: an old passphrase must not survive its change.
fn no_header_opens(sequences: &[u64], named: Option<u64>, a_copy_is_damaged: bool) -> Error {
    let wrong_key = || Error::new(ErrorKind::WrongKey, "no key slot of this store opens with this key");
    match named {
        None => wrong_key(),
        Some(named) if sequences.contains(&named) => wrong_key(),
        Some(_) if a_copy_is_damaged => Error::new(
            ErrorKind::Damaged,
            "the current copy of the key header is unreadable and the other is outdated; restore a backup",
        ),
        Some(_) => Error::new(
            ErrorKind::Tampered,
            "an outdated key header was put into the file; restore a backup of the file",
        ),
    }
}

/// A copy of the key header, and where it lies.
type Copy = (Twin, std::result::Result<Header, HeaderFault>);

/// Both copies of the key header, or one if both are the same, as they mostly are: whatever is said of the one is said of the
/// other, and digest and decoding go over 16 KiB.
///
/// # Errors
///
/// If neither can be used, the fault that says most.
fn read_headers(disk: &dyn Disk) -> Result<Vec<Copy>> {
    let failed = |source| Error::io("read the store's file", source);
    let len = disk.len().map_err(failed)?;
    if len < DATA_OFFSET {
        return Err(too_short(disk, len)?);
    }
    let [one, other] = Twin::BOTH;
    let (bytes, others) = (read_copy(disk, one)?, read_copy(disk, other)?);
    let others = (others != bytes).then_some(others);
    let mut copies = vec![(one, Header::decode(bytes))];
    copies.extend(others.map(|bytes| (other, Header::decode(bytes))));
    if copies.iter().any(|(_, copy)| copy.is_ok()) {
        return Ok(copies);
    }
    let is = |fault| move |(_, copy): &Copy| copy.as_ref().err() == Some(&fault);
    Err(if copies.iter().all(is(HeaderFault::NotAStore)) {
        not_a_store()
    } else if copies.iter().any(is(HeaderFault::Unsupported)) {
        Error::new(ErrorKind::UnsupportedFormat, "the store was written by a newer version of strongroom")
    } else {
        Error::new(
            ErrorKind::Damaged,
            "both copies of the key header are damaged; restore a backup of the file",
        )
    })
}

/// One copy of the key header as it lies on the disk.
pub(super) fn read_header(disk: &dyn Disk, copy: Twin) -> Result<std::result::Result<Header, HeaderFault>> {
    Ok(Header::decode(read_copy(disk, copy)?))
}

fn read_copy(disk: &dyn Disk, copy: Twin) -> Result<Vec<u8>> {
    let mut bytes = vec![0; HEADER_LEN];
    let read = disk.read_at(copy.header_offset(), &mut bytes);
    read.map_err(|source| Error::io("read the store's file", source))?;
    Ok(bytes)
}

fn too_short(disk: &dyn Disk, len: u64) -> Result<Error> {
    let mut start = MAGIC;
    let present = usize::try_from(len).unwrap_or(MAGIC.len()).min(MAGIC.len());
    if let Some(start) = start.get_mut(..present) {
        disk.read_at(0, start).map_err(|source| Error::io("read the store's file", source))?;
    }
    if len > 0 && start == MAGIC {
        return Ok(Error::new(ErrorKind::Damaged, "the file was cut short; restore a backup"));
    }
    Ok(not_a_store())
}

fn not_a_store() -> Error {
    Error::new(ErrorKind::NotAStore, "the file is not a strongroom store")
}
