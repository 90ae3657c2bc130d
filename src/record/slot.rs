//! What is known of a key slot beside its place in the key header. FORMAT 8.3.

use bincode::{Decode, Encode};

use super::codec::Record;

/// A key slot as a person knows it. Kept in the sealed file, so that the header shows no names and no times.
#[derive(Clone, Debug, Decode, Encode, Eq, PartialEq)]
pub(crate) struct SlotRecord {
    pub(crate) label: String,
    /// Milliseconds since the Unix epoch.
    pub(crate) created_at: i64,
    /// When it last unlocked a handle that then wrote; [`NEVER`] if it did not.
    pub(crate) last_used_at: i64,
}

/// The time of what never happened.
pub(crate) const NEVER: i64 = i64::MIN;

impl Record for SlotRecord {
    const KIND: u16 = 6;
    const VERSION: u16 = 1;
}
