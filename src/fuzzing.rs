//! What the fuzz targets drive. Compiled under `cfg(fuzzing)`, which cargo-fuzz sets, and with the tests, so that it
//! cannot fall behind; no part of the interface.

mod asked;
mod input;
mod listing;
mod shelves;
mod texts;
mod typed;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use crate::crypto::mac::sha256;
use crate::error::Result;
use crate::format::header::Header;
use crate::format::layout::{HEADER_LEN, Twin};
use crate::format::slot::{SLOT_LEN, SlotState};
use crate::format::superblock::{PLAINTEXT_LEN, Superblock};
use crate::record::audit::{AuditCheckpoint, Segment};
use crate::record::codec::{Authenticated, Record, decode, encode};
use crate::record::idempotency::IdempotencyRecord;
use crate::record::path_list::{Writer, contains, insert, remove, walk};
use crate::record::policy::{
    AuditPolicyRecord, BackupRecord, ClockJumpRecord, EnvironmentRecord, IdempotencyPolicyRecord,
    KdfFloorRecord, RetentionRecord,
};
use crate::record::secret::{SecretRecord, StoreRecord, TrashRecord, VersionRecord};
use crate::record::slot::SlotRecord;
use crate::record::value::{frame, unframe};
use crate::sealed::disk::Disk;
use crate::sealed::disk::memory::MemoryDisk;
use crate::sealed::unlock::Unlock;
use crate::store::{Store, StoreOptions};

pub use listing::listing;
pub use texts::texts;
pub use typed::{pin, recovery_code, secret_id, signature, slot_id};

const DIGEST_LEN: usize = 32;

/// A key header that decodes, and that this version understands whole, encodes to the same bytes.
pub fn key_header(bytes: &[u8]) {
    let Ok(header) = Header::decode(bytes) else { return };
    if !header.is_canonical() {
        return;
    }
    let slots: Vec<_> = header
        .slots
        .iter()
        .map(|slot| match slot {
            SlotState::InUse(slot) => Some(slot.clone()),
            SlotState::Empty | SlotState::Unknown => None,
        })
        .collect();
    let mac = |mac: &[u8]| <[u8; DIGEST_LEN]>::try_from(mac).unwrap_or_default();
    let mut again = Header::new(header.place, header.sequence, &slots);
    let encoded = again.seal(|_| Ok(mac(header.file_mac().1)), |_| Ok(mac(header.authority_mac().1)));
    assert!(encoded == Ok::<_, ()>(bytes), "a key header encodes to other bytes than it was decoded from");
}

/// A slot: what decodes encodes to the same bytes. Gives whether it did.
///
/// # Panics
///
/// If it encodes to others.
pub fn slot(bytes: &[u8]) -> bool {
    let SlotState::InUse(slot) = SlotState::decode(bytes) else { return false };
    assert!(slot.encode() == bytes, "a slot encodes to other bytes than it was decoded from");
    true
}

/// `bytes` in the form that a slot of the kind in their first byte has: what is fixed is set, the rest stays.
#[must_use]
pub fn as_slot(bytes: &[u8]) -> Vec<u8> {
    let mut slot = bytes.to_vec();
    slot.resize(SLOT_LEN, 0);
    let stretched = matches!(slot.first(), Some(1 | 4));
    let head = if stretched { [1, 1, 0] } else { [0; 3] };
    let fixed_zeros = if stretched { 4..4 } else { 4..16 };
    let parts: [(std::ops::Range<usize>, &[u8]); 5] = [
        (1..4, &head),
        (fixed_zeros, &[0; 12]),
        (96..98, &[32, 0]),
        (98..104, &[0; 6]),
        (176..SLOT_LEN, &[0; 80]),
    ];
    for (place, with) in parts {
        if let Some(part) = slot.get_mut(place) {
            part.iter_mut().zip(with).for_each(|(byte, with)| *byte = *with);
        }
    }
    slot
}

/// Makes the SHA-256 digest at the end of one key header hold, as whoever alters a file would.
pub fn fix_digest(header: &mut [u8]) {
    if let Some((covered, digest)) = header.split_last_chunk_mut::<DIGEST_LEN>() {
        *digest = sha256(&[covered]);
    }
}

/// As [`fix_digest`], for both headers of a file.
pub fn fix_digests(file: &mut [u8]) {
    for copy in Twin::BOTH {
        let start = usize::try_from(copy.header_offset()).unwrap_or(usize::MAX);
        if let Some(header) = file.get_mut(start..).and_then(|rest| rest.get_mut(..HEADER_LEN)) {
            fix_digest(header);
        }
    }
}

/// The plaintext of a superblock: what decodes encodes to the same bytes.
pub fn superblock(bytes: &[u8]) {
    check_superblock(bytes);
    let mut padded = bytes.to_vec();
    padded.resize(PLAINTEXT_LEN, 0);
    check_superblock(&padded);
}

fn check_superblock(plaintext: &[u8]) {
    if let Ok(superblock) = Superblock::decode(plaintext) {
        assert!(*superblock.encode() == *plaintext, "a superblock encodes to other bytes");
    }
}

/// Every kind of record, and the frame of a value: what decodes encodes to the same bytes, or, of an older version, to bytes that
/// say the same.
pub fn records(bytes: &[u8]) {
    record::<StoreRecord>(bytes);
    record::<SecretRecord>(bytes);
    record::<VersionRecord>(bytes);
    record::<Segment>(bytes);
    record::<KdfFloorRecord>(bytes);
    record::<SlotRecord>(bytes);
    record::<TrashRecord>(bytes);
    record::<RetentionRecord>(bytes);
    record::<ClockJumpRecord>(bytes);
    record::<BackupRecord>(bytes);
    record::<EnvironmentRecord>(bytes);
    record::<IdempotencyRecord>(bytes);
    record::<IdempotencyPolicyRecord>(bytes);
    record::<AuditPolicyRecord>(bytes);
    record::<AuditCheckpoint>(bytes);
    if let Ok(value) = unframe(bytes) {
        assert!(frame(value).is_ok_and(|framed| *framed == *bytes), "a value is framed otherwise");
    }
}

/// A path list: what is accepted is written as the same bytes again, no path is held that is longer than they are, and each path
/// can be taken out and put in again. Gives whether it was.
///
/// # Panics
///
/// If it is written otherwise, or a path is not greater than the one before it.
pub fn path_list(bytes: &[u8]) -> bool {
    let mut list = Writer::default();
    let mut last = Vec::new();
    let walked = walk(bytes, &mut |path| {
        assert!(path > last.as_slice(), "a path is not greater than the one before it");
        assert!(path.len() <= bytes.len(), "a path is longer than its list");
        last = path.to_vec();
        list.push(path)?;
        Ok(true)
    });
    // Changes look at a part of it only, which may be a list in front of what is none.
    drop((insert(bytes, &last), remove(bytes, &last)));
    let accepted = walked.is_ok();
    assert!(!accepted || list.bytes() == bytes, "a path list is written as other bytes");
    if accepted {
        let again = walk(bytes, &mut |path| {
            let less = remove(bytes, path)?.unwrap_or_default();
            assert!(
                contains(bytes, path)? && !contains(&less, path)?,
                "a path is not found, or not taken out"
            );
            assert!(insert(&less, path)?.as_deref() == Some(bytes), "a path is put back otherwise");
            Ok(true)
        });
        assert!(again.is_ok(), "a list is none when it is changed");
    }
    accepted
}

fn record<R: Record>(bytes: &[u8]) {
    check_record::<R>(bytes);
    for version in 1..=R::VERSION {
        let head = [R::KIND.to_le_bytes(), version.to_le_bytes()].concat();
        check_record::<R>(&[head.as_slice(), bytes].concat());
    }
}

fn check_record<R: Record>(bytes: &[u8]) {
    let Ok(record) = decode::<R>(&Authenticated::from_page(bytes)) else { return };
    let encoded = encode(&record);
    if bytes.get(2..4) == Some(R::VERSION.to_le_bytes().as_slice()) {
        assert!(encoded.is_ok_and(|encoded| *encoded == *bytes), "a record encodes to other bytes");
    } else if let Ok(encoded) = encoded {
        // The newest version is longer, and may be too long to be written.
        let again = decode::<R>(&Authenticated::from_page(&encoded)).and_then(|again| encode(&again));
        assert!(
            again.is_ok_and(|again| *again == *encoded),
            "a record of an older version says something else"
        );
    }
}

/// Any bytes as the file of a store.
pub struct Medium(Arc<MemoryDisk>);

impl Medium {
    /// A medium that holds `bytes`.
    ///
    /// # Errors
    ///
    /// If there is not enough memory.
    pub fn new(bytes: &[u8]) -> std::io::Result<Self> {
        let disk = MemoryDisk::default();
        disk.set_len(u64::try_from(bytes.len()).map_err(std::io::Error::other)?)?;
        disk.write_at(0, bytes)?;
        Ok(Self(Arc::new(disk)))
    }

    /// Opens the store on it, as [`Store::open`] does for a file.
    ///
    /// # Errors
    ///
    /// As [`Store::open`].
    pub fn open(&self, key: &[u8; 32]) -> Result<Store> {
        StoreOptions::new().open_on(self.0.clone(), &Unlock::raw_key(key))
    }
}
