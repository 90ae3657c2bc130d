//! From a disk and a key to an unlocked file.

use std::sync::Arc;

use super::disk::Disk;
use super::disk::file::Access;
use super::file::SealedFile;
use super::select::{Found, select};
use super::slots::Search;
use super::unlock::Unlock;
use crate::crypto::derive::{self, StoreKeys};
use crate::crypto::mac::{equal, hmac};
use crate::error::{Error, ErrorKind, Result};
use crate::format::header::{Header, HeaderFault};
use crate::format::layout::{DATA_OFFSET, HEADER_LEN, MAGIC, Twin};

/// Unlocks the store on `disk`. Writes nothing, and syncs only after a crash.
///
/// # Errors
///
/// One kind each for: not a store, damaged, a newer format, a cost outside the window, a wrong key, tampering.
pub(crate) fn open(disk: Arc<dyn Disk>, access: Access, unlock: &Unlock) -> Result<(SealedFile, Found)> {
    let copies = read_headers(disk.as_ref())?;
    let a_copy_is_damaged = copies.iter().any(std::result::Result::is_err);
    let mut headers: Vec<Header> = copies.into_iter().flatten().collect();
    headers.sort_by_key(|header| std::cmp::Reverse(header.sequence));
    let mut search = Search::new(unlock, &headers)?;
    let mut stale = None;
    let mut refused = None;
    for header in &headers {
        let keys = match vouched_keys(&mut search, header) {
            Ok(Some(keys)) => keys,
            Ok(None) => continue,
            // The other copy may be whole.
            Err(error) if error.kind() == ErrorKind::Tampered => {
                refused = Some(error);
                continue;
            }
            Err(error) => return Err(error),
        };
        let file = SealedFile::new(disk.clone(), access, header.place, header.sequence, keys, None);
        let (durable, found) = select(&file)?;
        if durable.superblock.header_sequence == header.sequence {
            *file.durable()? = Some(durable);
            return Ok((file, found));
        }
        stale = Some(durable.superblock.header_sequence);
    }
    Err(refused.unwrap_or_else(|| no_header_opens(&headers, stale, a_copy_is_damaged)))
}

/// The keys of the store, if a slot opens and both MACs of the header hold under them.
fn vouched_keys(search: &mut Search<'_>, header: &Header) -> Result<Option<StoreKeys>> {
    let Some(master) = search.open(header)? else { return Ok(None) };
    let keys = derive::store_keys(master, &header.place.store_id, header.place.epoch);
    let (covered, mac) = header.file_mac();
    let file_holds = equal(&hmac(&derive::file_header_mac(&keys.file), covered), mac);
    let (covered, mac) = header.authority_mac();
    let authority_holds = equal(&hmac(&derive::authority_header_mac(&keys.authority), covered), mac);
    if !(file_holds & authority_holds) {
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
    Ok(Some(keys))
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
fn read_headers(disk: &dyn Disk) -> Result<[std::result::Result<Header, HeaderFault>; 2]> {
    let failed = |source| Error::io("read the store's file", source);
    let len = disk.len().map_err(failed)?;
    if len < DATA_OFFSET {
        return Err(too_short(disk, len)?);
    }
    let mut copies = [Err(HeaderFault::Damaged), Err(HeaderFault::Damaged)];
    for (copy, place) in Twin::BOTH.into_iter().zip(&mut copies) {
        let mut bytes = vec![0; HEADER_LEN];
        disk.read_at(copy.header_offset(), &mut bytes).map_err(failed)?;
        *place = Header::decode(&bytes);
    }
    let faults: Vec<HeaderFault> = copies.iter().filter_map(|copy| copy.as_ref().err().copied()).collect();
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
