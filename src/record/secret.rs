//! A secret and its versions, as rows. FORMAT 8.

use bincode::{Decode, Encode};

use super::codec::Record;

/// The store itself: one row, written at creation.
#[derive(Clone, Debug, Decode, Encode, Eq, PartialEq)]
pub(crate) struct StoreRecord {
    /// Milliseconds since the Unix epoch.
    pub(crate) created_at: i64,
}

/// A live secret with its current version: what the row of a path holds, so that one look-up reaches a small value.
#[derive(Clone, Debug, Decode, Encode, Eq, PartialEq)]
pub(crate) struct SecretRecord {
    pub(crate) id: [u8; 16],
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
    pub(crate) current: VersionRecord,
}

/// One immutable version.
#[derive(Clone, Debug, Decode, Encode, Eq, PartialEq)]
pub(crate) struct VersionRecord {
    /// From 1, never used again.
    pub(crate) number: u64,
    pub(crate) created_at: i64,
    /// How many rows hold the front of the sealed value.
    pub(crate) pieces: u32,
    /// The rest of the sealed value: all of it if it is small.
    pub(crate) tail: Vec<u8>,
}

impl Record for StoreRecord {
    const KIND: u16 = 1;
    const VERSION: u16 = 1;
}

impl Record for SecretRecord {
    const KIND: u16 = 2;
    const VERSION: u16 = 1;
}

impl Record for VersionRecord {
    const KIND: u16 = 3;
    const VERSION: u16 = 1;
}
