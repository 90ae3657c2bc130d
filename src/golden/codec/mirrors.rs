//! The records once more, as wincode knows them.

use wincode::{SchemaRead, SchemaWrite};

use super::events::list_of;
use crate::record::audit;
use crate::record::policy::{
    BackupRecord, ClockJumpRecord, EnvironmentRecord, KdfFloorRecord, RetentionRecord,
};
use crate::record::secret::{self, SecretRecord, StoreRecord, TrashRecord, VersionRecord};
use crate::record::slot::SlotRecord;

#[derive(Debug, PartialEq, SchemaRead, SchemaWrite)]
pub(super) struct Store {
    created_at: i64,
}

#[derive(Debug, PartialEq, SchemaRead, SchemaWrite)]
pub(super) struct Version {
    number: u64,
    created_at: i64,
    size: u32,
    standing: Standing,
    author: Option<[u8; 16]>,
    note: Option<String>,
    pieces: u32,
    tail: Vec<u8>,
}

#[derive(Debug, PartialEq, SchemaRead, SchemaWrite)]
pub(super) enum Standing {
    Kept,
    Deleted { at: i64, until: i64 },
    Destroyed { at: i64 },
    Rotated { until: i64 },
    RotatedDeleted { at: i64, until: i64, accepted: i64 },
}

#[derive(Debug, PartialEq, SchemaRead, SchemaWrite)]
pub(super) struct Secret {
    id: [u8; 16],
    tier: u8,
    meta_version: u64,
    updated_at: i64,
    accessed_at: Option<i64>,
    tags: String,
    details: Option<Details>,
    schedule: Option<Schedule>,
    current: Version,
}

#[derive(Debug, PartialEq, SchemaRead, SchemaWrite)]
pub(super) struct Details {
    description: String,
    content_type: String,
    max_versions: Option<u32>,
    trash_days: Option<u16>,
}

#[derive(Debug, PartialEq, SchemaRead, SchemaWrite)]
pub(super) struct Schedule {
    expires_at: Option<i64>,
    on_expiry: u8,
    told: u8,
    rotate_every: Option<u64>,
}

#[derive(Debug, PartialEq, SchemaRead, SchemaWrite)]
pub(super) struct Floor {
    memory_kib: u32,
    passes: u32,
    lanes: u32,
}

#[derive(Debug, PartialEq, SchemaRead, SchemaWrite)]
pub(super) struct Slot {
    label: String,
    created_at: i64,
    last_used_at: i64,
}

#[derive(Debug, PartialEq, SchemaRead, SchemaWrite)]
pub(super) struct Segment {
    generation: u64,
    head: [u8; 32],
    /// A list in the form of FORMAT 8.13, whatever the codec.
    pub(super) events: Vec<u8>,
}

#[derive(Debug, PartialEq, SchemaRead, SchemaWrite)]
pub(super) struct Trash {
    path: String,
    deleted_at: i64,
    secret: Secret,
}

#[derive(Debug, PartialEq, SchemaRead, SchemaWrite)]
pub(super) struct Retention {
    max_versions: Option<u32>,
    trash_days: Option<u16>,
}

#[derive(Debug, PartialEq, SchemaRead, SchemaWrite)]
pub(super) struct ClockJump {
    before: i64,
}

#[derive(Debug, PartialEq, SchemaRead, SchemaWrite)]
pub(super) struct Backup {
    at: i64,
}

#[derive(Debug, PartialEq, SchemaRead, SchemaWrite)]
pub(super) struct Environment {
    code: u8,
}

impl From<&StoreRecord> for Store {
    fn from(record: &StoreRecord) -> Self {
        Self { created_at: record.created_at }
    }
}

impl From<&KdfFloorRecord> for Floor {
    fn from(record: &KdfFloorRecord) -> Self {
        let KdfFloorRecord { memory_kib, passes, lanes } = *record;
        Self { memory_kib, passes, lanes }
    }
}

impl From<&SlotRecord> for Slot {
    fn from(record: &SlotRecord) -> Self {
        let SlotRecord { label, created_at, last_used_at } = record.clone();
        Self { label, created_at, last_used_at }
    }
}

impl From<&VersionRecord> for Version {
    fn from(record: &VersionRecord) -> Self {
        let VersionRecord { number, created_at, size, standing, author, note, pieces, tail } = record.clone();
        let standing = match standing {
            secret::Standing::Kept => Standing::Kept,
            secret::Standing::Deleted { at, until } => Standing::Deleted { at, until },
            secret::Standing::Destroyed { at } => Standing::Destroyed { at },
            secret::Standing::Rotated { until } => Standing::Rotated { until },
            secret::Standing::RotatedDeleted { at, until, accepted } => {
                Standing::RotatedDeleted { at, until, accepted }
            }
        };
        Self { number, created_at, size, standing, author, note, pieces, tail }
    }
}

impl From<&SecretRecord> for Secret {
    fn from(record: &SecretRecord) -> Self {
        let SecretRecord { id, tier, meta_version, updated_at, accessed_at, tags, .. } = record.clone();
        let details = record.details.clone().map(|details| {
            let secret::Details { description, content_type, max_versions, trash_days } = details;
            Details { description, content_type, max_versions, trash_days }
        });
        let schedule = record.schedule.map(|schedule| {
            let secret::Schedule { expires_at, on_expiry, told, rotate_every } = schedule;
            Schedule { expires_at, on_expiry, told, rotate_every }
        });
        let current = (&record.current).into();
        Self { id, tier, meta_version, updated_at, accessed_at, tags, details, schedule, current }
    }
}

impl From<&TrashRecord> for Trash {
    fn from(record: &TrashRecord) -> Self {
        let TrashRecord { path, deleted_at, .. } = record.clone();
        Self { path, deleted_at, secret: (&record.secret).into() }
    }
}

impl From<&RetentionRecord> for Retention {
    fn from(record: &RetentionRecord) -> Self {
        let RetentionRecord { max_versions, trash_days } = *record;
        Self { max_versions, trash_days }
    }
}

impl From<&ClockJumpRecord> for ClockJump {
    fn from(record: &ClockJumpRecord) -> Self {
        Self { before: record.before }
    }
}

impl From<&BackupRecord> for Backup {
    fn from(record: &BackupRecord) -> Self {
        Self { at: record.at }
    }
}

impl From<&EnvironmentRecord> for Environment {
    fn from(record: &EnvironmentRecord) -> Self {
        Self { code: record.code }
    }
}

impl From<&audit::Segment> for Segment {
    fn from(record: &audit::Segment) -> Self {
        let audit::Segment { generation, head, ref events } = *record;
        Self { generation, head, events: list_of(events) }
    }
}
