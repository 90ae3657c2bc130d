//! What a store demands of those who open it. FORMAT 8.3.

use bincode::{Decode, Encode};

use super::codec::Record;

/// The least cost of the store's passphrase slots, as RFC 9106 counts it.
#[derive(Clone, Copy, Debug, Decode, Encode, Eq, PartialEq)]
pub(crate) struct KdfFloorRecord {
    pub(crate) memory_kib: u32,
    pub(crate) passes: u32,
    pub(crate) lanes: u32,
}

impl Record for KdfFloorRecord {
    const KIND: u16 = 5;
    const VERSION: u16 = 1;
}
