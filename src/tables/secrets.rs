//! Secrets as rows.

use super::snapshot::Rows;
use super::values::{Place, Sealer};
use super::{Batch, history, retention, rows, schedule, tags, trash};
use crate::error::{Error, ErrorKind, Result};
use crate::record::codec::encode;
use crate::record::path::SecretPath;
use crate::record::secret::{SecretRecord, Standing, VersionRecord};
use crate::secret::SecretBytes;

/// The live secret at `path`.
pub(crate) fn find(rows: &impl Rows, path: &SecretPath) -> Result<Option<SecretRecord>> {
    rows.record(&rows::path(path))
}

/// The value of a version of the secret whose path is, or was at last, `path`.
pub(crate) fn value(
    rows: &impl Rows,
    sealer: &Sealer<'_>,
    path: &SecretPath,
    id: &[u8; 16],
    version: &VersionRecord,
) -> Result<SecretBytes> {
    Place { sealer: *sealer, path, id }.read(rows, version)
}

/// Writes the row of the live secret at `path`, and what follows from its tags. `before` is what stood there.
pub(crate) fn save(
    batch: &mut Batch<'_>,
    path: &SecretPath,
    before: Option<&SecretRecord>,
    secret: &SecretRecord,
) -> Result<()> {
    tags::change(batch, path, before.map_or("", |before| &before.tags), &secret.tags)?;
    schedule::change(batch, path, before, secret)?;
    batch.insert(&rows::path(path), &encode(secret)?)
}

/// Writes a value as the next version of the secret at `path`, which becomes `secret`, and returns the versions that were
/// pruned for it. `before` is what stood there; if `retired` says until when, its current version is accepted no longer than that.
pub(crate) fn put(
    batch: &mut Batch<'_>,
    sealer: &Sealer<'_>,
    path: &SecretPath,
    before: Option<&SecretRecord>,
    secret: &mut SecretRecord,
    (mut version, value): (VersionRecord, &[u8]),
    retired: Option<i64>,
) -> Result<Vec<VersionRecord>> {
    version.number = next_version(secret)?;
    Place { sealer: *sealer, path, id: &secret.id }.write(batch, &mut version, value)?;
    let now = version.created_at;
    let mut superseded = std::mem::replace(&mut secret.current, version);
    if before.is_some() {
        if let Some(until) = retired {
            superseded.standing = superseded.standing.rotated(until);
        }
        history::write(batch, &secret.id, &superseded)?;
    }
    save(batch, path, before, secret)?;
    match before.map(|_| retention::max_versions(batch, path, secret)).transpose()?.flatten() {
        Some(keep) if secret.current.number > keep => {
            let pruned = history::prune(batch, secret, keep, now)?;
            for version in &pruned {
                if let Some(until) = version.standing.deleted_until() {
                    trash::note_version(batch, path, &secret.id, version.number, until, false)?;
                }
            }
            Ok(pruned)
        }
        _ => Ok(Vec::new()),
    }
}

fn next_version(secret: &SecretRecord) -> Result<u64> {
    secret
        .current
        .number
        .checked_add(1)
        .ok_or_else(|| Error::new(ErrorKind::LimitExceeded, "a secret has no version number left"))
}

/// Removes the row of a live secret; its versions and what follows from its tags stay.
pub(crate) fn unlink(batch: &mut Batch<'_>, path: &SecretPath) -> Result<()> {
    batch.remove(&rows::path(path)).map(drop)
}

/// Bytes of the values of a secret: what a rename has to seal anew.
pub(crate) fn value_bytes(rows: &impl Rows, secret: &SecretRecord) -> Result<u64> {
    Ok(history::all(rows, secret)?.iter().map(held_bytes).sum())
}

/// Bytes of a version's value; none if it was destroyed.
pub(crate) fn held_bytes(version: &VersionRecord) -> u64 {
    match version.standing {
        Standing::Destroyed { .. } => 0,
        _ => u64::from(version.size),
    }
}

/// Where values are sealed: for which file, under the key of which path.
#[derive(Clone, Copy)]
pub(crate) struct Home<'a> {
    pub(crate) sealer: Sealer<'a>,
    pub(crate) path: &'a SecretPath,
}

impl Home<'_> {
    /// The value of a version of the secret with this id; `None` if it was destroyed.
    pub(crate) fn open(
        self,
        rows: &impl Rows,
        id: &[u8; 16],
        version: &VersionRecord,
    ) -> Result<Option<SecretBytes>> {
        match version.standing {
            Standing::Destroyed { .. } => Ok(None),
            _ => value(rows, &self.sealer, self.path, id, version).map(Some),
        }
    }

    /// Seals the value of a version here, and notes in its record where it is.
    pub(crate) fn seal(
        self,
        batch: &mut Batch<'_>,
        id: &[u8; 16],
        version: &mut VersionRecord,
        value: &SecretBytes,
    ) -> Result<()> {
        Place { sealer: self.sealer, path: self.path, id }.write(batch, version, value.expose())
    }
}

/// Seals every value of a secret anew, under the key of another path.
pub(crate) fn move_values(
    batch: &mut Batch<'_>,
    from: Home<'_>,
    to: Home<'_>,
    secret: &mut SecretRecord,
) -> Result<()> {
    for mut version in history::superseded(batch, secret)? {
        if let Some(value) = from.open(batch, &secret.id, &version)? {
            to.seal(batch, &secret.id, &mut version, &value)?;
            history::write(batch, &secret.id, &version)?;
        }
    }
    match from.open(batch, &secret.id, &secret.current)? {
        Some(value) => to.seal(batch, &secret.id, &mut secret.current, &value),
        None => Ok(()),
    }
}
