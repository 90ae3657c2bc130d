//! A secret and its versions, as rows. FORMAT 8.

use bincode::{Decode, Encode};

use super::codec::Record;

/// The store itself: one row, written at creation.
#[derive(Clone, Debug, Decode, Encode, Eq, PartialEq)]
pub(crate) struct StoreRecord {
    /// Milliseconds since the Unix epoch.
    pub(crate) created_at: i64,
}

/// A secret with its current version: what the row of a path holds, so that one look-up reaches a small value. When it was
/// created its id says.
#[derive(Clone, Debug, Decode, Encode, Eq, PartialEq)]
pub(crate) struct SecretRecord {
    pub(crate) id: [u8; 16],
    /// A [`Tier`](super::tier::Tier).
    pub(crate) tier: u8,
    /// From 1; rises when the metadata change.
    pub(crate) meta_version: u64,
    /// When value or metadata last changed.
    pub(crate) updated_at: i64,
    /// When a value was last read, as far as a later write of this row knew.
    pub(crate) accessed_at: Option<i64>,
    /// As [`Tags::into_text`](super::tag::Tags::into_text) gives them.
    pub(crate) tags: String,
    pub(crate) details: Option<Details>,
    pub(crate) current: VersionRecord,
}

/// What few secrets have.
#[derive(Clone, Debug, Decode, Default, Encode, Eq, PartialEq)]
pub(crate) struct Details {
    pub(crate) description: String,
    pub(crate) content_type: String,
    /// `None` inherits.
    pub(crate) max_versions: Option<u32>,
    pub(crate) trash_days: Option<u16>,
}

/// One immutable version. Only its standing changes, and where its sealed value is when that is sealed anew.
#[derive(Clone, Debug, Decode, Default, Encode, Eq, PartialEq)]
pub(crate) struct VersionRecord {
    /// From 1, never used again.
    pub(crate) number: u64,
    pub(crate) created_at: i64,
    /// Bytes of the value.
    pub(crate) size: u32,
    pub(crate) standing: Standing,
    /// Who wrote it, if not the owner.
    pub(crate) author: Option<[u8; 16]>,
    pub(crate) note: Option<String>,
    /// How many rows hold the front of the sealed value.
    pub(crate) pieces: u32,
    /// The rest of the sealed value: all of it if it is small.
    pub(crate) tail: Vec<u8>,
}

/// What was done to a version.
#[derive(Clone, Copy, Debug, Decode, Default, Encode, Eq, PartialEq)]
pub(crate) enum Standing {
    #[default]
    Kept,
    Deleted {
        at: i64,
        until: i64,
    },
    /// Without a value.
    Destroyed {
        at: i64,
    },
}

/// A secret in the trash. Its versions stay where they are, under the key of its path.
#[derive(Clone, Debug, Decode, Encode, Eq, PartialEq)]
pub(crate) struct TrashRecord {
    pub(crate) path: String,
    pub(crate) deleted_at: i64,
    pub(crate) secret: SecretRecord,
}

impl SecretRecord {
    /// A secret without a version yet.
    pub(crate) fn new(id: [u8; 16], now: i64) -> Self {
        Self {
            id,
            tier: 0,
            meta_version: 1,
            updated_at: now,
            accessed_at: None,
            tags: String::new(),
            details: None,
            current: VersionRecord::default(),
        }
    }

    pub(crate) fn max_versions(&self) -> Option<u32> {
        self.details.as_ref()?.max_versions
    }

    pub(crate) fn trash_days(&self) -> Option<u16> {
        self.details.as_ref()?.trash_days
    }
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

impl Record for TrashRecord {
    const KIND: u16 = 7;
    const VERSION: u16 = 1;
}
