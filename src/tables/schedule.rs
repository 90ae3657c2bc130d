//! When something is to be done with secrets, in the order of time.

use super::snapshot::Rows;
use super::{Batch, rows, secrets};
use crate::error::{Error, ErrorKind, Result};
use crate::record::path::SecretPath;
use crate::record::secret::SecretRecord;

const EXPIRY: u8 = 0;
const ROTATION: u8 = 1;

/// What is to be done.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum What {
    Expiry,
    Rotation,
}

/// Something that is to be done with a live secret.
pub(crate) struct Scheduled {
    pub(crate) at: i64,
    pub(crate) what: What,
    pub(crate) path: SecretPath,
    pub(crate) secret: SecretRecord,
}

/// The rows that a secret has here.
pub(super) fn keys(secret: &SecretRecord) -> Vec<Vec<u8>> {
    let key = |time: Option<i64>, what| time.map(|time| rows::scheduled(time, &secret.id, what));
    [key(secret.expires_at(), EXPIRY), key(secret.rotation_due_at(), ROTATION)]
        .into_iter()
        .flatten()
        .collect()
}

/// Notes what follows from a secret that is written at `path`. `before` is what stood there.
pub(super) fn change(
    batch: &mut Batch<'_>,
    path: &SecretPath,
    before: Option<&SecretRecord>,
    after: &SecretRecord,
) -> Result<()> {
    let (old, new) = (before.map(keys).unwrap_or_default(), keys(after));
    for key in old.iter().filter(|key| !new.contains(key)) {
        batch.remove(key)?;
    }
    for key in new.iter().filter(|key| !old.contains(key)) {
        batch.insert(key, path.as_str().as_bytes())?;
    }
    Ok(())
}

/// Forgets what was noted of a secret.
pub(super) fn forget(batch: &mut Batch<'_>, secret: &SecretRecord) -> Result<()> {
    keys(secret).iter().try_for_each(|key| batch.remove(key).map(drop))
}

/// Visits what is to be done with live secrets up to a time, from the earliest, until `visit` says `false`. A delete leaves
/// behind what was noted of its secret: that is passed over, and gone with the secret.
pub(crate) fn scan(
    rows: &impl Rows,
    until: i64,
    visit: &mut dyn FnMut(Scheduled) -> Result<bool>,
) -> Result<()> {
    let (from, to) = rows::scheduled_until(until);
    rows.scan(&from, &to, &mut |key, row| {
        let (at, id, what) = rows::scheduled_of(key).ok_or_else(damaged)?;
        let what = match what {
            EXPIRY => What::Expiry,
            ROTATION => What::Rotation,
            _ => return Err(damaged()),
        };
        let path = std::str::from_utf8(row).ok().and_then(|path| SecretPath::parse(path).ok());
        let path = path.ok_or_else(damaged)?;
        match secrets::find(rows, &path)?.filter(|secret| secret.id == id) {
            Some(secret) => visit(Scheduled { at, what, path, secret }),
            None => Ok(true),
        }
    })
}

fn damaged() -> Error {
    Error::new(ErrorKind::Damaged, "a row of what is due cannot be read; restore a backup of the file")
}
