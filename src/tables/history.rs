//! The versions of a secret: the current one stands in the secret's own row, all others in a row each.

use std::borrow::Cow;

use super::snapshot::Rows;
use super::values::erase_pieces;
use super::{Batch, rows};
use crate::error::{Error, ErrorKind, Result};
use crate::record::codec::{Authenticated, decode, encode};
use crate::record::secret::{SecretRecord, Standing, VersionRecord};

/// Version `number` of a secret, current or not. `None` if there was none yet, or if it was pruned.
pub(crate) fn find<'a>(
    rows: &impl Rows,
    secret: &'a SecretRecord,
    number: u64,
) -> Result<Option<Cow<'a, VersionRecord>>> {
    if number == secret.current.number {
        return Ok(Some(Cow::Borrowed(&secret.current)));
    }
    let Some(version) = rows.record::<VersionRecord>(&rows::history(&secret.id, number))? else {
        return Ok(None);
    };
    if version.number == number { Ok(Some(Cow::Owned(version))) } else { Err(damaged()) }
}

/// Every version of a secret, from the oldest to the current one.
pub(crate) fn all(rows: &impl Rows, secret: &SecretRecord) -> Result<Vec<VersionRecord>> {
    let mut versions = superseded(rows, secret)?;
    versions.push(secret.current.clone());
    Ok(versions)
}

/// Every version of a secret but the current one.
pub(crate) fn superseded(rows: &impl Rows, secret: &SecretRecord) -> Result<Vec<VersionRecord>> {
    let mut versions = Vec::new();
    if secret.current.number == 1 {
        return Ok(versions);
    }
    let (from, to) = rows::history_under(&secret.id);
    rows.scan(&from, &to, &mut |key, row| {
        let version: VersionRecord = decode(&Authenticated::from_page(row))?;
        if rows::history_of(key) != Some((secret.id, version.number)) {
            return Err(damaged());
        }
        versions.push(version);
        Ok(true)
    })?;
    Ok(versions)
}

/// Writes a version that is not the current one.
pub(crate) fn write(batch: &mut Batch<'_>, id: &[u8; 16], version: &VersionRecord) -> Result<()> {
    batch.insert(&rows::history(id, version.number), &encode(version)?)
}

/// Removes a version that is not the current one, or the value of the current one, from the rows beside the secret's.
pub(crate) fn erase(batch: &mut Batch<'_>, id: &[u8; 16], version: &VersionRecord) -> Result<()> {
    erase_pieces(batch, id, version)?;
    batch.remove(&rows::history(id, version.number)).map(drop)
}

/// Takes the value of a version away; what is known of it stays.
pub(crate) fn destroy(
    batch: &mut Batch<'_>,
    id: &[u8; 16],
    version: &mut VersionRecord,
    at: i64,
) -> Result<()> {
    erase_pieces(batch, id, version)?;
    (version.pieces, version.tail) = (0, Vec::new());
    version.standing = Standing::Destroyed { at };
    Ok(())
}

/// Removes the oldest versions until `keep` are left, the current one among them, and returns them. Those in grace at
/// `now` stay.
pub(crate) fn prune(
    batch: &mut Batch<'_>,
    secret: &SecretRecord,
    keep: u64,
    now: i64,
) -> Result<Vec<VersionRecord>> {
    let (from, to) = rows::history_under(&secret.id);
    let mut numbers = Vec::new();
    batch.scan(&from, &to, &mut |key, _| {
        numbers.push(rows::history_of(key).ok_or_else(damaged)?.1);
        Ok(true)
    })?;
    let keep = usize::try_from(keep.saturating_sub(1)).unwrap_or(usize::MAX);
    let surplus = numbers.len().saturating_sub(keep);
    let mut pruned = Vec::new();
    for number in numbers {
        if pruned.len() == surplus {
            break;
        }
        let Some(version) = find(batch, secret, number)? else { continue };
        if matches!(version.standing, Standing::Rotated { until } if until > now) {
            continue;
        }
        erase(batch, &secret.id, &version)?;
        pruned.push(version.into_owned());
    }
    Ok(pruned)
}

fn damaged() -> Error {
    Error::new(ErrorKind::Damaged, "rows of the store contradict each other; restore a backup of the file")
}
