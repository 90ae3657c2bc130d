//! What is known of key slots, as rows.

use super::snapshot::Rows;
use super::{Batch, rows};
use crate::error::{Error, ErrorKind, Result};
use crate::record::codec::{Authenticated, decode, encode};
use crate::record::policy::KdfFloorRecord;
use crate::record::slot::SlotRecord;

/// What is known of a slot. A slot of the first stores has no row.
pub(crate) fn find(rows: &impl Rows, id: &[u8; 16]) -> Result<Option<SlotRecord>> {
    rows.record(&rows::slot(id))
}

/// Writes what is known of a slot.
pub(crate) fn write(batch: &mut Batch<'_>, id: &[u8; 16], record: &SlotRecord) -> Result<()> {
    batch.insert(&rows::slot(id), &encode(record)?)
}

/// Forgets a slot.
pub(crate) fn remove(batch: &mut Batch<'_>, id: &[u8; 16]) -> Result<()> {
    batch.remove(&rows::slot(id)).map(drop)
}

/// Notes that a slot unlocked a handle at `time`.
pub(crate) fn used(batch: &mut Batch<'_>, id: &[u8; 16], time: i64) -> Result<()> {
    match find(batch, id)? {
        Some(record) => write(batch, id, &SlotRecord { last_used_at: time, ..record }),
        None => Ok(()),
    }
}

/// The ids of all slots that something is known of.
pub(crate) fn known(rows: &impl Rows) -> Result<Vec<[u8; 16]>> {
    let (from, to) = rows::all_slots();
    let mut ids = Vec::new();
    rows.scan(&from, &to, &mut |key, row| {
        decode::<SlotRecord>(&Authenticated::from_page(row))?;
        ids.push(rows::slot_of(key).ok_or_else(damaged)?);
        Ok(true)
    })?;
    Ok(ids)
}

/// The least cost of passphrase slots, if one was ever set.
pub(crate) fn kdf_floor(rows: &impl Rows) -> Result<Option<KdfFloorRecord>> {
    rows.record(&rows::KDF_FLOOR)
}

/// Sets the least cost of passphrase slots.
pub(crate) fn set_kdf_floor(batch: &mut Batch<'_>, floor: &KdfFloorRecord) -> Result<()> {
    batch.insert(&rows::KDF_FLOOR, &encode(floor)?)
}

fn damaged() -> Error {
    Error::new(ErrorKind::Damaged, "a row of the store has no readable slot id; restore a backup")
}
