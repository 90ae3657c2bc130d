//! What each ciphertext is bound to. FORMAT 6.

use super::layout::Twin;
use crate::crypto::aead::Aad;

/// The store and epoch every ciphertext of a file belongs to.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct StoreEpoch {
    pub(crate) store_id: [u8; 16],
    pub(crate) epoch: u32,
}

pub(crate) fn superblock(place: &StoreEpoch, copy: Twin, sequence: u64) -> Aad {
    Aad::new(
        b"strongroom/1/superblock",
        &[&place.store_id, &place.epoch.to_le_bytes(), &[copy.byte()], &sequence.to_le_bytes()],
    )
}

pub(crate) fn block(place: &StoreEpoch, number: u32) -> Aad {
    Aad::new(b"strongroom/1/block", &[&place.store_id, &place.epoch.to_le_bytes(), &number.to_le_bytes()])
}

/// `fixed` is what of the header never changes, `index` and `slot` where and what the slot is.
pub(crate) fn slot(fixed: &[u8], index: u16, slot: &[u8]) -> Aad {
    Aad::new(b"strongroom/1/slot", &[fixed, &index.to_le_bytes(), slot])
}

/// One chunk of one value. `last` makes a value cut at a chunk's end fail to open.
pub(crate) fn value(
    place: &StoreEpoch,
    secret: &[u8; 16],
    version: u64,
    role: u8,
    chunk: u32,
    last: bool,
) -> Aad {
    Aad::new(
        b"strongroom/1/value",
        &[
            &place.store_id,
            &place.epoch.to_le_bytes(),
            secret,
            &version.to_le_bytes(),
            &[role],
            &chunk.to_le_bytes(),
            &[u8::from(last)],
        ],
    )
}

/// A page cursor, bound to the query it continues and to who asked.
pub(crate) fn cursor(place: &StoreEpoch, query: &[u8; 32]) -> Aad {
    Aad::new(b"strongroom/1/cursor", &[&place.store_id, &place.epoch.to_le_bytes(), query])
}
