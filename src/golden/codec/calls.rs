//! What is kept beside the log, as wincode knows it, and generated.

use wincode::{SchemaRead, SchemaWrite};

use super::generated::{Random, array, below, number, small, text, time};
use crate::record::audit::AuditCheckpoint;
use crate::record::idempotency::{
    Answer, IdempotencyRecord, InfoAnswer, StateAnswer, VersionAnswer, WrittenAnswer,
};
use crate::record::policy::{AuditPolicyRecord, IdempotencyPolicyRecord};

#[derive(Debug, PartialEq, SchemaRead, SchemaWrite)]
pub(super) struct Checkpoint {
    next: u64,
    head: [u8; 32],
    time: i64,
}

#[derive(Debug, PartialEq, SchemaRead, SchemaWrite)]
pub(super) struct AuditPolicy {
    reads: [u8; 3],
    keep_days: Option<u32>,
    keep_bytes: Option<u64>,
}

#[derive(Debug, PartialEq, SchemaRead, SchemaWrite)]
pub(super) struct Window {
    seconds: u64,
}

#[derive(Debug, PartialEq, SchemaRead, SchemaWrite)]
pub(super) struct Call {
    digest: [u8; 32],
    epoch: u32,
    until: i64,
    answer: Returned,
}

#[derive(Debug, PartialEq, SchemaRead, SchemaWrite)]
enum Returned {
    Done,
    Count(u64),
    Written(Written),
    Rotated { written: Written, old_version: u64, old_expires_at: i64 },
    Deleted { id: [u8; 16], path: String, deleted_at: i64, purge_at: i64 },
    Version(Version),
    Known(Known),
}

#[derive(Debug, PartialEq, SchemaRead, SchemaWrite)]
struct Written {
    id: [u8; 16],
    path: String,
    version: u64,
    tier: u8,
    updated_at: i64,
}

#[derive(Debug, PartialEq, SchemaRead, SchemaWrite)]
struct Version {
    number: u64,
    created_at: i64,
    size: u64,
    state: State,
    deleted_at: Option<i64>,
    note: String,
}

#[derive(Debug, PartialEq, SchemaRead, SchemaWrite)]
enum State {
    Current,
    Superseded,
    Grace { until: i64 },
    Retired,
    Deleted { until: i64 },
    Destroyed,
}

#[derive(Debug, PartialEq, SchemaRead, SchemaWrite)]
struct Known {
    id: [u8; 16],
    path: String,
    version: u64,
    meta_version: u64,
    tier: u8,
    description: String,
    tags: String,
    content_type: String,
    size_class: u64,
    updated_at: i64,
    accessed_at: Option<i64>,
    max_versions: Option<u32>,
    trash_days: Option<u16>,
    expires_at: Option<i64>,
    on_expiry: u8,
    rotate_every: Option<u64>,
    rotation_due_at: Option<i64>,
}

impl From<&AuditCheckpoint> for Checkpoint {
    fn from(record: &AuditCheckpoint) -> Self {
        let AuditCheckpoint { next, head, time } = *record;
        Self { next, head, time }
    }
}

impl From<&AuditPolicyRecord> for AuditPolicy {
    fn from(record: &AuditPolicyRecord) -> Self {
        let AuditPolicyRecord { reads, keep_days, keep_bytes } = *record;
        Self { reads, keep_days, keep_bytes }
    }
}

impl From<&IdempotencyPolicyRecord> for Window {
    fn from(record: &IdempotencyPolicyRecord) -> Self {
        Self { seconds: record.seconds }
    }
}

impl From<&IdempotencyRecord> for Call {
    fn from(record: &IdempotencyRecord) -> Self {
        let IdempotencyRecord { digest, epoch, until, answer } = record.clone();
        Self { digest, epoch, until, answer: answer.into() }
    }
}

impl From<Answer> for Returned {
    fn from(answer: Answer) -> Self {
        match answer {
            Answer::Done => Self::Done,
            Answer::Count(count) => Self::Count(count),
            Answer::Written(written) => Self::Written(written.into()),
            Answer::Rotated { written, old_version, old_expires_at } => {
                Self::Rotated { written: written.into(), old_version, old_expires_at }
            }
            Answer::Deleted { id, path, deleted_at, purge_at } => {
                Self::Deleted { id, path, deleted_at, purge_at }
            }
            Answer::Version(version) => Self::Version(version.into()),
            Answer::Info(info) => Self::Known((*info).into()),
        }
    }
}

impl From<WrittenAnswer> for Written {
    fn from(WrittenAnswer { id, path, version, tier, updated_at }: WrittenAnswer) -> Self {
        Self { id, path, version, tier, updated_at }
    }
}

impl From<VersionAnswer> for Version {
    fn from(version: VersionAnswer) -> Self {
        let VersionAnswer { number, created_at, size, state, deleted_at, note } = version;
        let state = match state {
            StateAnswer::Current => State::Current,
            StateAnswer::Superseded => State::Superseded,
            StateAnswer::Grace { until } => State::Grace { until },
            StateAnswer::Retired => State::Retired,
            StateAnswer::Deleted { until } => State::Deleted { until },
            StateAnswer::Destroyed => State::Destroyed,
        };
        Self { number, created_at, size, state, deleted_at, note }
    }
}

impl From<InfoAnswer> for Known {
    fn from(info: InfoAnswer) -> Self {
        let InfoAnswer { id, path, version, meta_version, tier, description, tags, content_type, .. } = info;
        Self {
            id,
            path,
            version,
            meta_version,
            tier,
            description,
            tags,
            content_type,
            size_class: info.size_class,
            updated_at: info.updated_at,
            accessed_at: info.accessed_at,
            max_versions: info.max_versions,
            trash_days: info.trash_days,
            expires_at: info.expires_at,
            on_expiry: info.on_expiry,
            rotate_every: info.rotate_every,
            rotation_due_at: info.rotation_due_at,
        }
    }
}

fn byte(random: Random<'_>) -> u8 {
    random().to_le_bytes()[0]
}

/// A field, or nothing.
fn maybe<T>(random: Random<'_>, field: impl FnOnce(Random<'_>) -> T) -> Option<T> {
    random().is_multiple_of(2).then(|| field(random))
}

pub(super) fn checkpoint(random: Random<'_>) -> AuditCheckpoint {
    AuditCheckpoint { next: number(random), head: array(random), time: time(random) }
}

pub(super) fn audit_policy(random: Random<'_>) -> AuditPolicyRecord {
    AuditPolicyRecord {
        reads: array(random),
        keep_days: maybe(random, small),
        keep_bytes: maybe(random, number),
    }
}

pub(super) fn window(random: Random<'_>) -> IdempotencyPolicyRecord {
    IdempotencyPolicyRecord { seconds: number(random) }
}

pub(super) fn call(random: Random<'_>) -> IdempotencyRecord {
    let answer = match below(random, 7) {
        0 => Answer::Done,
        1 => Answer::Count(number(random)),
        2 => Answer::Written(written(random)),
        3 => Answer::Rotated {
            written: written(random),
            old_version: number(random),
            old_expires_at: time(random),
        },
        4 => Answer::Deleted {
            id: array(random),
            path: text(random),
            deleted_at: time(random),
            purge_at: time(random),
        },
        5 => Answer::Version(version(random)),
        _ => Answer::Info(Box::new(info(random))),
    };
    IdempotencyRecord { digest: array(random), epoch: small(random), until: time(random), answer }
}

fn written(random: Random<'_>) -> WrittenAnswer {
    WrittenAnswer {
        id: array(random),
        path: text(random),
        version: number(random),
        tier: byte(random),
        updated_at: time(random),
    }
}

fn version(random: Random<'_>) -> VersionAnswer {
    let state = match below(random, 6) {
        0 => StateAnswer::Current,
        1 => StateAnswer::Superseded,
        2 => StateAnswer::Grace { until: time(random) },
        3 => StateAnswer::Retired,
        4 => StateAnswer::Deleted { until: time(random) },
        _ => StateAnswer::Destroyed,
    };
    VersionAnswer {
        number: number(random),
        created_at: time(random),
        size: number(random),
        state,
        deleted_at: maybe(random, time),
        note: text(random),
    }
}

fn info(random: Random<'_>) -> InfoAnswer {
    InfoAnswer {
        id: array(random),
        path: text(random),
        version: number(random),
        meta_version: number(random),
        tier: byte(random),
        description: text(random),
        tags: text(random),
        content_type: text(random),
        size_class: number(random),
        updated_at: time(random),
        accessed_at: maybe(random, time),
        max_versions: maybe(random, small),
        trash_days: maybe(random, |random| (number(random) & 0xffff) as u16),
        expires_at: maybe(random, time),
        on_expiry: byte(random),
        rotate_every: maybe(random, number),
        rotation_due_at: maybe(random, time),
    }
}
