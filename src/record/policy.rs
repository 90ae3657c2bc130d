//! What a store demands of those who open it, and how long it keeps things. FORMAT 8.3.

use bincode::{Decode, Encode};

use super::codec::Record;

/// The least cost of the store's passphrase slots, as RFC 9106 counts it.
#[derive(Clone, Copy, Debug, Decode, Encode, Eq, PartialEq)]
pub(crate) struct KdfFloorRecord {
    pub(crate) memory_kib: u32,
    pub(crate) passes: u32,
    pub(crate) lanes: u32,
}

/// What a namespace, or the whole store, keeps; `None` inherits.
#[derive(Clone, Copy, Debug, Decode, Default, Encode, Eq, PartialEq)]
pub(crate) struct RetentionRecord {
    /// 0 keeps all.
    pub(crate) max_versions: Option<u32>,
    pub(crate) trash_days: Option<u16>,
}

/// The clock went forward so far at once that nothing is purged until somebody says that it is right.
#[derive(Clone, Copy, Debug, Decode, Encode, Eq, PartialEq)]
pub(crate) struct ClockJumpRecord {
    /// The last time before: what the trash is judged by.
    pub(crate) before: i64,
}

/// When the store was last backed up.
#[derive(Clone, Copy, Debug, Decode, Encode, Eq, PartialEq)]
pub(crate) struct BackupRecord {
    pub(crate) at: i64,
}

/// What the store is for. A store without this record is for real secrets.
#[derive(Clone, Copy, Debug, Decode, Encode, Eq, PartialEq)]
pub(crate) struct EnvironmentRecord {
    /// An [`Environment`](super::environment::Environment).
    pub(crate) code: u8,
}

/// For how long calls with an idempotency key are remembered.
#[derive(Clone, Copy, Debug, Decode, Encode, Eq, PartialEq)]
pub(crate) struct IdempotencyPolicyRecord {
    pub(crate) seconds: u64,
}

/// What of reads goes into the audit log, and how long it is kept.
#[derive(Clone, Copy, Debug, Decode, Default, Encode, Eq, PartialEq)]
pub(crate) struct AuditPolicyRecord {
    /// How reads are audited, by tier from the least: 0 batched, 1 strict, 2 off.
    pub(crate) reads: [u8; 3],
    pub(crate) keep_days: Option<u32>,
    pub(crate) keep_bytes: Option<u64>,
}

impl Record for KdfFloorRecord {
    const KIND: u16 = 5;
    const VERSION: u16 = 1;
}

impl Record for RetentionRecord {
    const KIND: u16 = 8;
    const VERSION: u16 = 1;
}

impl Record for ClockJumpRecord {
    const KIND: u16 = 9;
    const VERSION: u16 = 1;
}

impl Record for BackupRecord {
    const KIND: u16 = 10;
    const VERSION: u16 = 1;
}

impl Record for EnvironmentRecord {
    const KIND: u16 = 11;
    const VERSION: u16 = 1;
}

impl Record for IdempotencyPolicyRecord {
    const KIND: u16 = 15;
    const VERSION: u16 = 1;
}

impl Record for AuditPolicyRecord {
    const KIND: u16 = 13;
    const VERSION: u16 = 1;
}
