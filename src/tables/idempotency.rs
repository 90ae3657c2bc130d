//! Calls that were made with an idempotency key, as rows: by what tells them from others, and by the time they are forgotten.

use super::snapshot::Rows;
use super::{Batch, rows};
use crate::error::{Error, ErrorKind, Result};
use crate::limits::IDEMPOTENCY_SECONDS_DEFAULT;
use crate::record::codec::{Authenticated, decode, encode};
use crate::record::idempotency::IdempotencyRecord;
use crate::record::policy::IdempotencyPolicyRecord;

/// The call with this id, also if its time is over.
pub(crate) fn find(rows: &impl Rows, id: &[u8; 16]) -> Result<Option<IdempotencyRecord>> {
    rows.record(&rows::call(id))
}

/// Remembers a call, instead of an earlier one with the same id.
pub(crate) fn remember(batch: &mut Batch<'_>, id: &[u8; 16], record: &IdempotencyRecord) -> Result<()> {
    if let Some(before) = find(batch, id)? {
        batch.remove(&rows::call_until(before.until, id))?;
    }
    batch.insert(&rows::call(id), &encode(record)?)?;
    batch.insert(&rows::call_until(record.until, id), &[])
}

/// Forgets calls whose time is over, the earliest first and at most so many, and says how many those were.
pub(crate) fn forget(batch: &mut Batch<'_>, now: i64, most: usize) -> Result<usize> {
    let over = over(batch, now, most)?;
    for key in &over {
        batch.remove(&rows::call(&rows::call_until_of(key).ok_or_else(damaged)?))?;
        batch.remove(key)?;
    }
    Ok(over.len())
}

/// Whether there are calls whose time is over.
pub(crate) fn has_over(rows: &impl Rows, now: i64) -> Result<bool> {
    Ok(!over(rows, now, 1)?.is_empty())
}

/// The keys of calls by their time, as long as that is over.
fn over(rows: &impl Rows, now: i64, most: usize) -> Result<Vec<Vec<u8>>> {
    let (from, to) = rows::calls_over(now);
    let mut found = Vec::new();
    if most > 0 {
        rows.scan(&from, &to, &mut |key, _| {
            found.push(key.to_vec());
            Ok(found.len() < most)
        })?;
    }
    Ok(found)
}

/// For how many seconds calls are remembered.
pub(crate) fn window(rows: &impl Rows) -> Result<u64> {
    let policy: Option<IdempotencyPolicyRecord> = rows.record(&rows::IDEMPOTENCY)?;
    Ok(policy.map_or(IDEMPOTENCY_SECONDS_DEFAULT, |policy| policy.seconds))
}

/// Sets for how many seconds calls are remembered.
pub(crate) fn set_window(batch: &mut Batch<'_>, seconds: u64) -> Result<()> {
    batch.insert(&rows::IDEMPOTENCY, &encode(&IdempotencyPolicyRecord { seconds })?)
}

/// Everything that is remembered can be read, and every call has its time.
pub(super) fn check(rows: &impl Rows) -> Result<()> {
    window(rows)?;
    let (mut calls, mut times) = (0_u64, 0_u64);
    let (from, to) = rows::all_calls();
    rows.scan(&from, &to, &mut |key, row| {
        let id = rows::call_of(key).ok_or_else(damaged)?;
        let record: IdempotencyRecord = decode(&Authenticated::from_page(row))?;
        calls += 1;
        match rows.get(&rows::call_until(record.until, &id))? {
            Some(empty) if empty.is_empty() => Ok(true),
            _ => Err(damaged()),
        }
    })?;
    let (from, to) = rows::all_calls_until();
    rows.scan(&from, &to, &mut |_, _| {
        times += 1;
        Ok(true)
    })?;
    if calls == times { Ok(()) } else { Err(damaged()) }
}

fn damaged() -> Error {
    Error::new(
        ErrorKind::Damaged,
        "rows of remembered calls contradict each other; restore a backup of the file",
    )
}
