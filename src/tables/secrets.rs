//! Secrets and versions as rows.

use super::snapshot::Rows;
use super::values::{Place, Sealer};
use super::{Batch, rows};
use crate::error::{Error, ErrorKind, Result};
use crate::record::codec::{Authenticated, decode, encode};
use crate::record::path::SecretPath;
use crate::record::secret::{SecretRecord, VersionRecord};
use crate::secret::SecretBytes;

/// The live secret at `path`.
pub(crate) fn find(rows: &impl Rows, path: &SecretPath) -> Result<Option<SecretRecord>> {
    rows.get(&rows::path(path))?.map(|row| decode(&Authenticated::from_page(&row))).transpose()
}

/// Version `number` of a secret, current or not.
pub(crate) fn find_version(
    rows: &impl Rows,
    secret: &SecretRecord,
    number: u64,
) -> Result<Option<VersionRecord>> {
    if number == secret.current.number {
        return Ok(Some(secret.current.clone()));
    }
    if number == 0 {
        return Ok(None);
    }
    let row = rows.get(&rows::history(&secret.id, number))?;
    row.map(|row| decode(&Authenticated::from_page(&row))).transpose()
}

/// The value of a version.
pub(crate) fn value(
    rows: &impl Rows,
    sealer: &Sealer<'_>,
    path: &SecretPath,
    secret: &SecretRecord,
    version: &VersionRecord,
) -> Result<SecretBytes> {
    Place { sealer: *sealer, path, id: &secret.id }.read(rows, version)
}

/// Writes a value as the next version of `path`. `new_id` is used if there is no secret yet.
pub(crate) fn put(
    batch: &mut Batch<'_>,
    sealer: &Sealer<'_>,
    path: &SecretPath,
    value: &[u8],
    new_id: [u8; 16],
    now: i64,
) -> Result<SecretRecord> {
    let before = find(batch, path)?;
    let (id, created_at, number) = match &before {
        Some(secret) => (secret.id, secret.created_at, next_version(secret)?),
        None => (new_id, now, 1),
    };
    let current = Place { sealer: *sealer, path, id: &id }.write(batch, number, now, value)?;
    match before {
        Some(secret) => {
            batch.insert(&rows::history(&id, secret.current.number), &encode(&secret.current)?)?;
        }
        None => batch.insert(&rows::anchor(&id), path.as_str().as_bytes())?,
    }
    let secret = SecretRecord { id, created_at, updated_at: now, current };
    batch.insert(&rows::path(path), &encode(&secret)?)?;
    Ok(secret)
}

fn next_version(secret: &SecretRecord) -> Result<u64> {
    secret
        .current
        .number
        .checked_add(1)
        .ok_or_else(|| Error::new(ErrorKind::LimitExceeded, "a secret has no version number left"))
}

/// Some live secrets in the order of their paths.
pub(crate) struct Listed {
    pub(crate) secrets: Vec<(SecretPath, SecretRecord)>,
    /// Whether more follow.
    pub(crate) more: bool,
}

/// At most `limit` live secrets strictly below `namespace`, or all, behind `after`.
pub(crate) fn list(
    rows: &impl Rows,
    namespace: Option<&SecretPath>,
    after: Option<&SecretPath>,
    limit: usize,
) -> Result<Listed> {
    let (mut from, to) = rows::paths_under(namespace);
    if let Some(after) = after {
        let mut behind = rows::path(after);
        // No key ends in a separator, so this lies right behind the last row returned and before its children.
        behind.push(0);
        from = from.max(behind);
    }
    let mut listed = Listed { secrets: Vec::new(), more: false };
    if from >= to {
        return Ok(listed);
    }
    rows.scan(&from, &to, &mut |key, row| {
        if listed.secrets.len() == limit {
            listed.more = true;
            return Ok(false);
        }
        let path = rows::path_of(key).ok_or_else(damaged)?;
        listed.secrets.push((path, decode(&Authenticated::from_page(row))?));
        Ok(true)
    })?;
    Ok(listed)
}

fn damaged() -> Error {
    Error::new(ErrorKind::Damaged, "a row of the store has no readable path; restore a backup")
}
