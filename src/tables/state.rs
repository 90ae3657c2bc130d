//! What the store notes of itself.

use super::snapshot::Rows;
use super::{Batch, rows};
use crate::error::Result;
use crate::record::codec::{Authenticated, decode, encode};
use crate::record::policy::{BackupRecord, ClockJumpRecord};

/// The last time before the clock jumped, if that was not confirmed.
pub(crate) fn before_jump(rows: &impl Rows) -> Result<Option<i64>> {
    let row = rows.get(&rows::CLOCK_JUMP)?;
    row.map(|row| decode::<ClockJumpRecord>(&Authenticated::from_page(&row)).map(|jump| jump.before))
        .transpose()
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
    let row = rows.get(&rows::BACKUP)?;
    row.map(|row| decode::<BackupRecord>(&Authenticated::from_page(&row)).map(|backup| backup.at)).transpose()
}

/// Notes a backup.
pub(crate) fn backed_up(batch: &mut Batch<'_>, at: i64) -> Result<()> {
    batch.insert(&rows::BACKUP, &encode(&BackupRecord { at })?)
}
