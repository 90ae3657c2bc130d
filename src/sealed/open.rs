//! From a disk and a key to an unlocked file.

use std::sync::Arc;

use super::disk::Disk;
use super::disk::file::Access;
use super::file::SealedFile;
use super::owner::Owner;
use super::select::{Found, select};
use super::slots::{Opener, Search, With};
use crate::crypto::arena::Arena;
use crate::crypto::derive::{self, StoreKeys};
use crate::crypto::mac::{equal, hmac};
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
    let a_copy_is_damaged = copies.iter().any(|(_, copy)| copy.is_err());
    let mut copies: Vec<(Twin, Header)> =
        copies.into_iter().filter_map(|(twin, copy)| Some((twin, copy.ok()?))).collect();
    copies.sort_by_key(|(_, header)| std::cmp::Reverse(header.sequence));
    let (twins, headers): (Vec<Twin>, Vec<Header>) = copies.into_iter().unzip();
    let mut search = Search::new(with.into(), arena, &headers)?;
    let mut stale = None;
    let mut refused = None;
    for (twin, header) in twins.into_iter().zip(&headers) {
        let (opener, keys) = match vouched_keys(&mut search, header) {
            Ok(Some(found)) => found,
            Ok(None) => continue,
            // The other copy may be whole.
            Err(error) if error.kind() == ErrorKind::Tampered => {
                refused = Some(error);
                continue;
            }
            Err(error) => return Err(error),
        };
        let sequence = header.sequence;
        let newest = newest_sequence(&headers, header, &keys)?;
        let owner = Owner::new(header.clone(), twin, newest, opener);
        let file = SealedFile::new(disk.clone(), access, owner, keys)?;
        let (durable, found) = select(&file)?;
        if durable.superblock.header_sequence == sequence {
            *file.durable()? = Some(durable);
            return Ok((file, found));
        }
        stale = Some(durable.superblock.header_sequence);
    }
    Err(refused.unwrap_or_else(|| no_header_opens(&headers, stale, a_copy_is_damaged)))
}

/// The slot that opens, and the keys of the store, if both MACs of the header hold under them.
fn vouched_keys(search: &mut Search<'_>, header: &Header) -> Result<Option<(Arc<Opener>, StoreKeys)>> {
    let Some(opener) = search.open(header)? else { return Ok(None) };
    let master = opener.master(&header.place)?;
    let keys = derive::store_keys(&master, &header.place.store_id, header.place.epoch)?;
    if !is_vouched(header, &keys)? {
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

/// Whether both MACs of a header hold.
fn is_vouched(header: &Header, keys: &StoreKeys) -> Result<bool> {
    let (covered, mac) = header.file_mac();
    let file_holds = equal(&hmac(&derive::file_header_mac(&keys.file)?, covered)?, mac);
    let (covered, mac) = header.authority_mac();
    let authority_holds = equal(&hmac(&derive::authority_header_mac(&keys.authority)?, covered)?, mac);
    Ok(file_holds & authority_holds)
}

/// The greatest sequence that a holder of the keys gave. Anybody can write a greater one into the other copy.
fn newest_sequence(headers: &[Header], current: &Header, keys: &StoreKeys) -> Result<u64> {
    headers
        .iter()
        // The others do not change the answer, and a MAC goes over 16 KiB.
        .filter(|header| header.place == current.place && header.sequence > current.sequence)
        .try_fold(current.sequence, |newest, header| {
            Ok(if is_vouched(header, keys)? { newest.max(header.sequence) } else { newest })
        })
}

/// No copy both opened and is the one the superblock names: an old passphrase must not survive its change.
fn no_header_opens(headers: &[Header], named: Option<u64>, a_copy_is_damaged: bool) -> Error {
    let wrong_key = || Error::new(ErrorKind::WrongKey, "no key slot of this store opens with this key");
    match named {
        None => wrong_key(),
        Some(named) if headers.iter().any(|header| header.sequence == named) => wrong_key(),
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

/// Both copies of the key header.
///
/// # Errors
///
/// If neither can be used, the fault that says most.
fn read_headers(disk: &dyn Disk) -> Result<[(Twin, std::result::Result<Header, HeaderFault>); 2]> {
    let failed = |source| Error::io("read the store's file", source);
    let len = disk.len().map_err(failed)?;
    if len < DATA_OFFSET {
        return Err(too_short(disk, len)?);
    }
    let [one, other] = Twin::BOTH;
    let (bytes, others) = (read_copy(disk, one)?, read_copy(disk, other)?);
    let header = Header::decode(&bytes);
    // Mostly both are the same, and the digest of one goes over 16 KiB.
    let copy = if others == bytes { header.clone() } else { Header::decode(&others) };
    let copies = [(one, header), (other, copy)];
    let faults: Vec<HeaderFault> =
        copies.iter().filter_map(|(_, copy)| copy.as_ref().err().copied()).collect();
    match faults.as_slice() {
        [HeaderFault::NotAStore, HeaderFault::NotAStore] => Err(not_a_store()),
        [HeaderFault::Unsupported, _] | [_, HeaderFault::Unsupported] => Err(Error::new(
            ErrorKind::UnsupportedFormat,
            "the store was written by a newer version of strongroom",
        )),
        [_, _] => Err(Error::new(
            ErrorKind::Damaged,
            "both copies of the key header are damaged; restore a backup of the file",
        )),
        _ => Ok(copies),
    }
}

/// One copy of the key header as it lies on the disk.
pub(super) fn read_header(disk: &dyn Disk, copy: Twin) -> Result<std::result::Result<Header, HeaderFault>> {
    Ok(Header::decode(&read_copy(disk, copy)?))
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
