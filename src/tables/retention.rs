//! What is kept, and for how long: of a secret, else of its namespaces from the nearest, else of the store.

use super::snapshot::Rows;
use super::{Batch, rows};
use crate::error::{Error, ErrorKind, Result};
use crate::limits::{TRASH_DAYS_DEFAULT, VERSIONS_KEPT_DEFAULT};
use crate::record::codec::{Authenticated, decode, encode};
use crate::record::path::SecretPath;
use crate::record::policy::RetentionRecord;
use crate::record::secret::SecretRecord;

/// What a namespace says of itself, or the store.
pub(crate) fn find(rows: &impl Rows, namespace: Option<&SecretPath>) -> Result<RetentionRecord> {
    Ok(rows.record(&rows::retention(namespace))?.unwrap_or_default())
}

/// Sets what a namespace says of itself, or the store.
pub(crate) fn set(
    batch: &mut Batch<'_>,
    namespace: Option<&SecretPath>,
    record: &RetentionRecord,
) -> Result<()> {
    let key = rows::retention(namespace);
    if *record == RetentionRecord::default() {
        return batch.remove(&key).map(drop);
    }
    batch.insert(&key, &encode(record)?)
}

/// Every namespace that says something of itself, the store as `None`.
pub(crate) fn all(rows: &impl Rows) -> Result<Vec<(Option<SecretPath>, RetentionRecord)>> {
    let (from, to) = rows::all_retention();
    let mut all = Vec::new();
    rows.scan(&from, &to, &mut |key, row| {
        let namespace = rows::retention_of(key).ok_or_else(damaged)?;
        all.push((namespace, decode(&Authenticated::from_page(row))?));
        Ok(true)
    })?;
    Ok(all)
}

/// How many versions are kept of the secret at `path`; `None` is all.
pub(crate) fn max_versions(
    rows: &impl Rows,
    path: &SecretPath,
    secret: &SecretRecord,
) -> Result<Option<u64>> {
    let own = secret.max_versions();
    let kept = inherited(rows, path, own, |record| record.max_versions)?.unwrap_or(VERSIONS_KEPT_DEFAULT);
    Ok((kept != 0).then_some(u64::from(kept)))
}

/// How many days the secret at `path` and its versions stay in the trash.
pub(crate) fn trash_days(rows: &impl Rows, path: &SecretPath, secret: &SecretRecord) -> Result<u16> {
    let own = secret.trash_days();
    Ok(inherited(rows, path, own, |record| record.trash_days)?.unwrap_or(TRASH_DAYS_DEFAULT))
}

/// What holds at `path` if nothing is said of the secret itself.
pub(crate) fn at(rows: &impl Rows, path: &SecretPath) -> Result<RetentionRecord> {
    Ok(RetentionRecord {
        max_versions: inherited(rows, path, None, |record| record.max_versions)?
            .or(Some(VERSIONS_KEPT_DEFAULT)),
        trash_days: inherited(rows, path, None, |record| record.trash_days)?.or(Some(TRASH_DAYS_DEFAULT)),
    })
}

fn inherited<T>(
    rows: &impl Rows,
    path: &SecretPath,
    own: Option<T>,
    pick: impl Fn(&RetentionRecord) -> Option<T>,
) -> Result<Option<T>> {
    let mut found = own;
    let mut namespace = path.parent();
    while found.is_none() {
        found = pick(&find(rows, namespace.as_ref())?);
        match namespace {
            Some(inner) => namespace = inner.parent(),
            None => break,
        }
    }
    Ok(found)
}

fn damaged() -> Error {
    Error::new(ErrorKind::Damaged, "a row of the store has no readable path; restore a backup")
}
