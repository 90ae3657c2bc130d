//! What the store notes of itself.

use super::snapshot::Rows;
use super::{Batch, rows};
use crate::error::{Error, ErrorKind, Result};
use crate::record::codec::encode;
use crate::record::environment::Environment;
use crate::record::policy::{AuditPolicyRecord, BackupRecord, ClockJumpRecord, EnvironmentRecord};

/// The last time before the clock jumped, if that was not confirmed.
pub(crate) fn before_jump(rows: &impl Rows) -> Result<Option<i64>> {
    let jump: Option<ClockJumpRecord> = rows.record(&rows::CLOCK_JUMP)?;
    Ok(jump.map(|jump| jump.before))
}

/// Notes that the clock jumped, or with `None` that it is right.
pub(crate) fn set_before_jump(batch: &mut Batch<'_>, before: Option<i64>) -> Result<()> {
    match before {
        Some(before) => batch.insert(&rows::CLOCK_JUMP, &encode(&ClockJumpRecord { before })?),
        None => batch.remove(&rows::CLOCK_JUMP).map(drop),
    }
}

/// What of reads is audited, and how long the log is kept.
pub(crate) fn audit_policy(rows: &impl Rows) -> Result<AuditPolicyRecord> {
    Ok(rows.record(&rows::AUDIT_POLICY)?.unwrap_or_default())
}

/// Says what of reads is audited, and how long the log is kept.
pub(crate) fn set_audit_policy(batch: &mut Batch<'_>, record: &AuditPolicyRecord) -> Result<()> {
    if *record == AuditPolicyRecord::default() {
        return batch.remove(&rows::AUDIT_POLICY).map(drop);
    }
    batch.insert(&rows::AUDIT_POLICY, &encode(record)?)
}

/// When the store was last backed up.
pub(crate) fn last_backup(rows: &impl Rows) -> Result<Option<i64>> {
    let backup: Option<BackupRecord> = rows.record(&rows::BACKUP)?;
    Ok(backup.map(|backup| backup.at))
}

/// Notes a backup.
pub(crate) fn backed_up(batch: &mut Batch<'_>, at: i64) -> Result<()> {
    batch.insert(&rows::BACKUP, &encode(&BackupRecord { at })?)
}

/// What the store is for.
pub(crate) fn environment(rows: &impl Rows) -> Result<Environment> {
    let Some(EnvironmentRecord { code }) = rows.record(&rows::ENVIRONMENT)? else {
        return Ok(Environment::Live);
    };
    Environment::of(code).ok_or_else(|| {
        let message = "the store is for an environment that a newer version of strongroom knows";
        Error::new(ErrorKind::UnsupportedFormat, message)
    })
}

/// Notes what a new store is for.
pub(crate) fn set_environment(batch: &mut Batch<'_>, environment: Environment) -> Result<()> {
    match environment {
        Environment::Live => Ok(()),
        other => batch.insert(&rows::ENVIRONMENT, &encode(&EnvironmentRecord { code: other.code() })?),
    }
}
