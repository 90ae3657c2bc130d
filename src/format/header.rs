//! The key header: 16 KiB in two copies that say what the file is and hold the key slots. FORMAT 3.

use super::aad::StoreEpoch;
use super::layout::{
    DATA_OFFSET, FORMAT_VERSION, HEADER_LEN, LOGICAL_BLOCK, MAGIC, STORE_ID_LEN, STRIDE, SUITE,
    SUPERBLOCK_OFFSET,
};
use super::slot::{SLOT_LEN, Slot, SlotState};
use super::wire::{Malformed, Reader, Writer, are_zero};
use crate::crypto::mac::{DIGEST_LEN, equal, sha256};

/// Number of slots.
pub(crate) const SLOTS: usize = 48;

const SLOTS_OFFSET: usize = 0x400;
const FILE_MAC_OFFSET: usize = HEADER_LEN - 3 * DIGEST_LEN;
const AUTHORITY_MAC_OFFSET: usize = HEADER_LEN - 2 * DIGEST_LEN;
const DIGEST_OFFSET: usize = HEADER_LEN - DIGEST_LEN;

/// Why a copy of the header is not one, before any key is known.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum HeaderFault {
    /// The file does not start like a store.
    NotAStore,
    /// A format version or suite this version does not know.
    Unsupported,
    /// Shorter than a header, or its digest does not hold: an accident, or an attacker who did not care to fix it.
    Damaged,
}

/// Length of the start of a header that [`claimed_store_id`] needs.
pub(crate) const CLAIM_LEN: usize = 32;

/// The store id in the start of a header. Nothing vouches for it yet.
pub(crate) fn claimed_store_id(start: &[u8; CLAIM_LEN]) -> Option<[u8; STORE_ID_LEN]> {
    if start.starts_with(&MAGIC) { start.last_chunk().copied() } else { None }
}

/// A header as the slots' keys see it: digest checked, MACs not yet.
#[derive(Clone, Debug)]
pub(crate) struct Header {
    pub(crate) place: StoreEpoch,
    pub(crate) sequence: u64,
    pub(crate) slots: Vec<SlotState>,
    /// The encoded copy, for the MACs and for what is bound into the slots.
    bytes: Vec<u8>,
    /// Whether everything reserved is zero and the geometry is this version's.
    canonical: bool,
}

impl Header {
    /// A header with unset MACs; [`seal`](Self::seal) sets them.
    pub(crate) fn new(place: StoreEpoch, sequence: u64, slots: &[Option<Slot>]) -> Self {
        let empty = std::iter::repeat_n(&None, SLOTS.saturating_sub(slots.len()));
        let mut fields = fixed_fields(&place, sequence).zeros_to(SLOTS_OFFSET);
        let mut states = Vec::with_capacity(SLOTS);
        for slot in slots.iter().chain(empty) {
            fields = match slot {
                Some(slot) => fields.bytes(&slot.encode()),
                None => fields.bytes(&[0; SLOT_LEN]),
            };
            states.push(slot.clone().map_or(SlotState::Empty, SlotState::InUse));
        }
        let bytes = fields.zeros_to(HEADER_LEN).finish();
        Self { place, sequence, slots: states, bytes, canonical: true }
    }

    /// The bytes both wraps and slot keys are bound to: what of a header never changes. FORMAT 4.3.
    pub(crate) fn fixed(place: &StoreEpoch) -> Vec<u8> {
        let bytes = fixed_fields(place, 0).finish();
        let (head, tail) = (bytes.get(..32).unwrap_or_default(), bytes.get(48..).unwrap_or_default());
        [head, tail].concat()
    }

    /// Sets both MACs and the digest, and returns the copy to write.
    ///
    /// # Errors
    ///
    /// Those of the MACs.
    pub(crate) fn seal<E>(
        &mut self,
        file_mac: impl FnOnce(&[u8]) -> Result<[u8; DIGEST_LEN], E>,
        authority_mac: impl FnOnce(&[u8]) -> Result<[u8; DIGEST_LEN], E>,
    ) -> Result<&[u8], E> {
        self.bytes.truncate(FILE_MAC_OFFSET);
        let mac = file_mac(&self.bytes)?;
        self.bytes.extend_from_slice(&mac);
        let mac = authority_mac(&self.bytes)?;
        self.bytes.extend_from_slice(&mac);
        let digest = sha256(&[&self.bytes]);
        self.bytes.extend_from_slice(&digest);
        Ok(&self.bytes)
    }

    /// The slots in use, each at its index.
    pub(crate) fn slots_in_use(&self) -> impl Iterator<Item = (u16, &Slot)> {
        (0u16..).zip(&self.slots).filter_map(|(index, state)| match state {
            SlotState::InUse(slot) => Some((index, slot)),
            SlotState::Empty | SlotState::Unknown => None,
        })
    }

    pub(crate) fn decode(bytes: impl Into<Vec<u8>>) -> Result<Self, HeaderFault> {
        let bytes = bytes.into();
        if bytes.get(..MAGIC.len()) != Some(MAGIC.as_slice()) {
            return Err(HeaderFault::NotAStore);
        }
        let (body, digest) = bytes.split_at_checked(DIGEST_OFFSET).ok_or(HeaderFault::Damaged)?;
        if !equal(&sha256(&[body]), digest) {
            return Err(HeaderFault::Damaged);
        }
        Self::parse(bytes).map_err(|Malformed| HeaderFault::Damaged)?
    }

    fn parse(bytes: Vec<u8>) -> Result<Result<Self, HeaderFault>, Malformed> {
        let mut fields = Reader::new(&bytes);
        fields.bytes(MAGIC.len())?;
        if (fields.u16()?, fields.u16()?) != (FORMAT_VERSION, SUITE) {
            return Ok(Err(HeaderFault::Unsupported));
        }
        let epoch = fields.u32()?;
        let place = StoreEpoch { store_id: fields.array()?, epoch };
        let sequence = fields.u64()?;
        let required_features = fields.u64()?;
        let geometry = fields.bytes(GEOMETRY_LEN)?;
        let reserved = fields.bytes(SLOTS_OFFSET - FIXED_LEN)?;
        let slots = (0..SLOTS)
            .map(|_| fields.bytes(SLOT_LEN).map(SlotState::decode))
            .collect::<Result<Vec<_>, _>>()?;
        let tail = fields.bytes(FILE_MAC_OFFSET - SLOTS_OFFSET - SLOTS * SLOT_LEN)?;
        let canonical = geometry == geometry_fields().as_slice()
            && are_zero(reserved)
            && are_zero(tail)
            && required_features == 0
            && !slots.contains(&SlotState::Unknown);
        Ok(Ok(Self { place, sequence, slots, bytes, canonical }))
    }

    /// The copy as it lies in the file.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// What the MAC under FK covers, and the MAC.
    pub(crate) fn file_mac(&self) -> (&[u8], &[u8]) {
        self.mac_at(FILE_MAC_OFFSET)
    }

    /// What the MAC under AK covers, and the MAC.
    pub(crate) fn authority_mac(&self) -> (&[u8], &[u8]) {
        self.mac_at(AUTHORITY_MAC_OFFSET)
    }

    fn mac_at(&self, offset: usize) -> (&[u8], &[u8]) {
        let (covered, rest) = self.bytes.split_at_checked(offset).unwrap_or_default();
        (covered, rest.get(..DIGEST_LEN).unwrap_or_default())
    }

    /// Whether this version understands every byte. Only worth asking once the MACs hold.
    pub(crate) fn is_canonical(&self) -> bool {
        self.canonical
    }
}

const GEOMETRY_LEN: usize = 32;
const FIXED_LEN: usize = 48 + GEOMETRY_LEN;

fn fixed_fields(place: &StoreEpoch, sequence: u64) -> Writer {
    Writer::with_capacity(HEADER_LEN)
        .bytes(&MAGIC)
        .u16(FORMAT_VERSION)
        .u16(SUITE)
        .u32(place.epoch)
        .bytes(&place.store_id)
        .u64(sequence)
        .u64(0)
        .bytes(&geometry_fields())
}

/// Sizes and offsets, so that a tool can find its way without this code.
fn geometry_fields() -> Vec<u8> {
    let narrow = |value: u64| u32::try_from(value).unwrap_or(u32::MAX);
    Writer::with_capacity(GEOMETRY_LEN)
        .u32(narrow(LOGICAL_BLOCK))
        .u32(narrow(STRIDE))
        .u64(DATA_OFFSET)
        .u32(narrow(SUPERBLOCK_OFFSET))
        .u32(0x1000)
        .u16(48)
        .u16(256)
        .u32(0)
        .finish()
}

const _: () = assert!(SLOTS_OFFSET + SLOTS * SLOT_LEN <= FILE_MAC_OFFSET);

#[cfg(test)]
mod tests;
