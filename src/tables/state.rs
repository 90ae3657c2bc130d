//! What the store notes of itself.

use super::snapshot::Rows;
use super::{Batch, rows};
use crate::error::Result;
use crate::record::codec::encode;
use crate::record::policy::{BackupRecord, ClockJumpRecord};

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

/// When the store was last backed up.
pub(crate) fn last_backup(rows: &impl Rows) -> Result<Option<i64>> {
    let backup: Option<BackupRecord> = rows.record(&rows::BACKUP)?;
    Ok(backup.map(|backup| backup.at))
}

/// Notes a backup.
pub(crate) fn backed_up(batch: &mut Batch<'_>, at: i64) -> Result<()> {
    batch.insert(&rows::BACKUP, &encode(&BackupRecord { at })?)
}
