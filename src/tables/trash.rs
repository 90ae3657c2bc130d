//! The trash: secrets, and versions of live ones, in the order in which they go.

use super::snapshot::Rows;
use super::{Batch, history, rows, schedule, secrets, tags};
use crate::error::{Error, ErrorKind, Result};
use crate::record::codec::{Authenticated, decode, encode};
use crate::record::path::SecretPath;
use crate::record::secret::{SecretRecord, TrashRecord};

/// A secret in the trash.
#[derive(Clone, Debug)]
pub(crate) struct Trashed {
    pub(crate) path: SecretPath,
    pub(crate) deleted_at: i64,
    pub(crate) purge_at: i64,
    pub(crate) secret: SecretRecord,
}

/// Puts a secret into the trash.
pub(crate) fn insert(batch: &mut Batch<'_>, trashed: &Trashed) -> Result<()> {
    let record = TrashRecord {
        path: trashed.path.as_str().to_owned(),
        deleted_at: trashed.deleted_at,
        secret: trashed.secret.clone(),
    };
    batch.insert(&rows::trash(trashed.purge_at, &trashed.secret.id), &encode(&record)?)
}

/// Takes a secret out of the trash.
pub(crate) fn remove(batch: &mut Batch<'_>, trashed: &Trashed) -> Result<()> {
    batch.remove(&rows::trash(trashed.purge_at, &trashed.secret.id)).map(drop)
}

/// Visits the trash, first what goes first, until `visit` says `false`.
pub(crate) fn scan(rows: &impl Rows, visit: &mut dyn FnMut(Trashed) -> Result<bool>) -> Result<()> {
    let (from, to) = rows::all_trash();
    rows.scan(&from, &to, &mut |key, row| visit(read(key, row)?))
}

/// A secret in the trash as its row has it.
pub(crate) fn read(key: &[u8], row: &[u8]) -> Result<Trashed> {
    let (purge_at, id) = rows::trash_of(key).ok_or_else(damaged)?;
    let TrashRecord { path, deleted_at, secret } = decode(&Authenticated::from_page(row))?;
    let path = SecretPath::parse(&path).map_err(|_| damaged())?;
    if secret.id != id {
        return Err(damaged());
    }
    Ok(Trashed { path, deleted_at, purge_at, secret })
}

/// The last deleted of the secrets in the trash that `wanted` accepts, of those whose time is not over at `time`.
pub(crate) fn newest(
    rows: &impl Rows,
    time: i64,
    wanted: impl Fn(&Trashed) -> bool,
) -> Result<Option<Trashed>> {
    let mut newest: Option<Trashed> = None;
    scan(rows, &mut |trashed| {
        let later = newest.as_ref().is_none_or(|newest| {
            (newest.deleted_at, newest.secret.id) < (trashed.deleted_at, trashed.secret.id)
        });
        if trashed.purge_at > time && wanted(&trashed) && later {
            newest = Some(trashed);
        }
        Ok(true)
    })?;
    Ok(newest)
}

/// The secret in the trash with this id, whether or not its time is over.
pub(crate) fn find(rows: &impl Rows, id: &[u8; 16]) -> Result<Option<Trashed>> {
    let mut found = None;
    let (from, to) = rows::all_trash();
    rows.scan(&from, &to, &mut |key, row| {
        if rows::trash_of(key).ok_or_else(damaged)?.1 == *id {
            found = Some(read(key, row)?);
        }
        Ok(found.is_none())
    })?;
    Ok(found)
}

/// At most `limit` secrets whose time in the trash is over.
pub(crate) fn due(rows: &impl Rows, time: i64, limit: usize) -> Result<Vec<Trashed>> {
    let (from, to) = rows::trash_until(time);
    let mut due = Vec::new();
    if limit > 0 {
        rows.scan(&from, &to, &mut |key, row| {
            due.push(read(key, row)?);
            Ok(due.len() < limit)
        })?;
    }
    Ok(due)
}

/// A deleted version of a live secret.
pub(crate) struct DueVersion {
    pub(crate) id: [u8; 16],
    pub(crate) number: u64,
    pub(crate) path: SecretPath,
}

/// At most `limit` deleted versions whose time is over, of live secrets.
pub(crate) fn due_versions(rows: &impl Rows, time: i64, limit: usize) -> Result<Vec<DueVersion>> {
    let mut due = Vec::new();
    if limit > 0 {
        scan_due_versions(rows, time, &mut |version| {
            due.push(version);
            due.len() < limit
        })?;
    }
    Ok(due)
}

/// Visits deleted versions whose time is over until `visit` says `false`. A delete leaves behind what was noted of the
/// versions of its secret: that is passed over, and gone with the secret.
fn scan_due_versions(rows: &impl Rows, time: i64, visit: &mut dyn FnMut(DueVersion) -> bool) -> Result<()> {
    let (from, to) = rows::deleted_versions_until(time);
    rows.scan(&from, &to, &mut |key, row| {
        let (_, id, number) = rows::deleted_version_of(key).ok_or_else(damaged)?;
        let path = std::str::from_utf8(row).ok().and_then(|path| SecretPath::parse(path).ok());
        let path = path.ok_or_else(damaged)?;
        let is_live = secrets::find(rows, &path)?.is_some_and(|secret| secret.id == id);
        Ok(!is_live || visit(DueVersion { id, number, path }))
    })
}

/// Whether a sweep would purge anything.
pub(crate) fn is_due(rows: &impl Rows, time: i64) -> Result<bool> {
    Ok(!due(rows, time, 1)?.is_empty() || !due_versions(rows, time, 1)?.is_empty())
}

/// How many secrets and deleted versions a sweep would purge.
pub(crate) fn count_due(rows: &impl Rows, time: i64) -> Result<u64> {
    let mut count = 0;
    let (from, to) = rows::trash_until(time);
    rows.scan(&from, &to, &mut |_, _| {
        count += 1;
        Ok(true)
    })?;
    scan_due_versions(rows, time, &mut |_| {
        count += 1;
        true
    })?;
    Ok(count)
}

/// Notes which versions of the live secret at `path` are deleted and when they go.
pub(crate) fn note_versions(batch: &mut Batch<'_>, path: &SecretPath, secret: &SecretRecord) -> Result<()> {
    for version in history::all(batch, secret)? {
        if let Some(until) = version.standing.deleted_until() {
            note_version(batch, path, &secret.id, version.number, until, true)?;
        }
    }
    Ok(())
}

/// Notes, or forgets, that a version of the live secret at `path` is deleted.
pub(crate) fn note_version(
    batch: &mut Batch<'_>,
    path: &SecretPath,
    id: &[u8; 16],
    number: u64,
    until: i64,
    noted: bool,
) -> Result<()> {
    let key = rows::deleted_version(until, id, number);
    if noted { batch.insert(&key, path.as_str().as_bytes()) } else { batch.remove(&key).map(drop) }
}

/// Removes everything that is left of a secret that is neither live nor in the trash any more, and says how many versions
/// had a value.
pub(crate) fn erase(batch: &mut Batch<'_>, path: &SecretPath, secret: &SecretRecord) -> Result<u64> {
    tags::forget(batch, path, &secret.tags)?;
    schedule::forget(batch, secret)?;
    let mut versions = 0;
    for version in history::all(batch, secret)? {
        if let Some(until) = version.standing.deleted_until() {
            note_version(batch, path, &secret.id, version.number, until, false)?;
        }
        versions += u64::from(!version.standing.is_destroyed());
        history::erase(batch, &secret.id, &version)?;
    }
    Ok(versions)
}

fn damaged() -> Error {
    Error::new(ErrorKind::Damaged, "a row of the trash cannot be read; restore a backup of the file")
}
