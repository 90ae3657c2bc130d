//! A secret and its versions, as rows. FORMAT 8.

use bincode::{Decode, Encode};

use super::codec::{Fields, Record};
use crate::error::Result;

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
    pub(crate) schedule: Option<Schedule>,
    pub(crate) current: VersionRecord,
}

/// When something is to be done with a secret.
#[derive(Clone, Copy, Debug, Decode, Default, Encode, Eq, PartialEq)]
pub(crate) struct Schedule {
    /// From then on no value of it is read.
    pub(crate) expires_at: Option<i64>,
    /// An [`OnExpiry`](super::expiry::OnExpiry); 0 of one that does not expire.
    pub(crate) on_expiry: u8,
    /// How many of the events that tell of its expiry were written.
    pub(crate) told: u8,
    /// Seconds after which the current version is to be replaced.
    pub(crate) rotate_every: Option<u64>,
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
    /// Replaced by rotation, or revoked: readable until then.
    Rotated {
        until: i64,
    },
    /// As both: once restored it is readable until `accepted`.
    RotatedDeleted {
        at: i64,
        until: i64,
        accepted: i64,
    },
}

impl Standing {
    /// Until when a deleted version can be restored; `None` of one that is not deleted.
    pub(crate) fn deleted_until(self) -> Option<i64> {
        match self {
            Self::Deleted { until, .. } | Self::RotatedDeleted { until, .. } => Some(until),
            Self::Kept | Self::Destroyed { .. } | Self::Rotated { .. } => None,
        }
    }

    /// Whether the value is gone for good.
    pub(crate) fn is_destroyed(self) -> bool {
        matches!(self, Self::Destroyed { .. })
    }

    /// The same, deleted.
    pub(crate) fn deleted(self, at: i64, until: i64) -> Self {
        match self {
            Self::Kept | Self::Deleted { .. } => Self::Deleted { at, until },
            Self::Rotated { until: accepted } | Self::RotatedDeleted { accepted, .. } => {
                Self::RotatedDeleted { at, until, accepted }
            }
            Self::Destroyed { .. } => self,
        }
    }

    /// The same, not deleted any more.
    pub(crate) fn restored(self) -> Self {
        match self {
            Self::Deleted { .. } => Self::Kept,
            Self::RotatedDeleted { accepted, .. } => Self::Rotated { until: accepted },
            Self::Kept | Self::Destroyed { .. } | Self::Rotated { .. } => self,
        }
    }

    /// The same, replaced: readable until then, and never longer than it was.
    pub(crate) fn rotated(self, until: i64) -> Self {
        match self {
            Self::Kept => Self::Rotated { until },
            Self::Rotated { until: before } => Self::Rotated { until: before.min(until) },
            Self::Deleted { at, until: kept } => Self::RotatedDeleted { at, until: kept, accepted: until },
            Self::RotatedDeleted { at, until: kept, accepted } => {
                Self::RotatedDeleted { at, until: kept, accepted: accepted.min(until) }
            }
            Self::Destroyed { .. } => self,
        }
    }
}

/// The first shape of a secret and its versions.
mod first {
    use super::{Decode, Details};

    #[derive(Decode)]
    pub(super) struct SecretRecord {
        id: [u8; 16],
        tier: u8,
        meta_version: u64,
        updated_at: i64,
        accessed_at: Option<i64>,
        tags: String,
        details: Option<Details>,
        current: VersionRecord,
    }

    #[derive(Decode)]
    pub(super) struct VersionRecord {
        number: u64,
        created_at: i64,
        size: u32,
        standing: Standing,
        author: Option<[u8; 16]>,
        note: Option<String>,
        pieces: u32,
        tail: Vec<u8>,
    }

    /// Without those of the second version, whose numbers stand for nothing here.
    #[derive(Decode)]
    enum Standing {
        Kept,
        Deleted { at: i64, until: i64 },
        Destroyed { at: i64 },
    }

    #[derive(Decode)]
    pub(super) struct TrashRecord {
        path: String,
        deleted_at: i64,
        secret: SecretRecord,
    }

    impl From<SecretRecord> for super::SecretRecord {
        fn from(record: SecretRecord) -> Self {
            let SecretRecord { id, tier, meta_version, updated_at, accessed_at, tags, details, current } =
                record;
            let current = current.into();
            Self { id, tier, meta_version, updated_at, accessed_at, tags, details, schedule: None, current }
        }
    }

    impl From<VersionRecord> for super::VersionRecord {
        fn from(record: VersionRecord) -> Self {
            let VersionRecord { number, created_at, size, standing, author, note, pieces, tail } = record;
            let standing = match standing {
                Standing::Kept => super::Standing::Kept,
                Standing::Deleted { at, until } => super::Standing::Deleted { at, until },
                Standing::Destroyed { at } => super::Standing::Destroyed { at },
            };
            Self { number, created_at, size, standing, author, note, pieces, tail }
        }
    }

    impl From<TrashRecord> for super::TrashRecord {
        fn from(record: TrashRecord) -> Self {
            let TrashRecord { path, deleted_at, secret } = record;
            Self { path, deleted_at, secret: secret.into() }
        }
    }
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
            schedule: None,
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
    const VERSION: u16 = 2;

    fn of_older(version: u16, fields: &Fields<'_>) -> Result<Option<Self>> {
        (version == 1).then(|| fields.decode::<first::SecretRecord>().map(Self::from)).transpose()
    }
}

impl Record for VersionRecord {
    const KIND: u16 = 3;
    /// The second version has more standings.
    const VERSION: u16 = 2;

    fn of_older(version: u16, fields: &Fields<'_>) -> Result<Option<Self>> {
        (version == 1).then(|| fields.decode::<first::VersionRecord>().map(Self::from)).transpose()
    }
}

impl Record for TrashRecord {
    const KIND: u16 = 7;
    const VERSION: u16 = 2;

    fn of_older(version: u16, fields: &Fields<'_>) -> Result<Option<Self>> {
        (version == 1).then(|| fields.decode::<first::TrashRecord>().map(Self::from)).transpose()
    }
}
