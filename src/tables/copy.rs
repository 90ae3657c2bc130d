//! Copying every row of one commit into a new file.

use super::secrets::Home;
use super::snapshot::{Row, Rows, Snapshot};
use super::values::Sealer;
use super::{Batch, history, rows, trash};
use crate::error::{Error, ErrorKind, Result};
use crate::record::codec::{Authenticated, decode, encode};
use crate::record::path::SecretPath;
use crate::record::secret::{SecretRecord, TrashRecord, VersionRecord};

/// Rows and bytes taken from the source at a time: what a copy needs of memory, and how often it can be cancelled.
const ROWS_AT_ONCE: usize = 512;
const BYTES_AT_ONCE: usize = 1 << 20;

/// Where rows come from and go to.
pub(crate) struct Copying<'a> {
    pub(crate) from: Sealer<'a>,
    /// With other keys than the source's, values are opened and sealed anew.
    pub(crate) to: Sealer<'a>,
    /// The only key slot that goes along; all of them if there is none.
    pub(crate) only_slot: Option<[u8; 16]>,
    /// Told how many rows are done, of how many. An error of it ends the copy.
    pub(crate) progress: &'a mut dyn FnMut(u64, u64) -> Result<()>,
}

impl Copying<'_> {
    /// Copies every row.
    pub(crate) fn run(&mut self, rows: &Snapshot<'_>, batch: &mut Batch<'_>) -> Result<()> {
        let total = rows.len()?;
        let mut done = 0;
        let mut from = Vec::new();
        (self.progress)(done, total)?;
        loop {
            let part = part(rows, &from)?;
            let Some((last, _)) = part.last() else {
                return if done == total { Ok(()) } else { Err(damaged()) };
            };
            from = [last.as_slice(), &[0]].concat();
            for (key, row) in &part {
                self.copy(rows, batch, key, row)?;
                done += 1;
            }
            (self.progress)(done, total)?;
        }
    }

    fn copy(&self, rows: &Snapshot<'_>, batch: &mut Batch<'_>, key: &[u8], row: &[u8]) -> Result<()> {
        let same_keys = self.from.file.place() == self.to.file.place();
        match rows::sort(key) {
            rows::Sort::Slot if self.only_slot.is_some_and(|only| rows::slot_of(key) != Some(only)) => Ok(()),
            rows::Sort::Path if !same_keys => {
                let path = rows::path_of(key).ok_or_else(damaged)?;
                let secret: SecretRecord = decode(&Authenticated::from_page(row))?;
                let secret = self.seal_anew(rows, batch, &path, secret)?;
                batch.insert(key, &encode(&secret)?)
            }
            rows::Sort::Trash if !same_keys => {
                let trash::Trashed { path, deleted_at, secret, .. } = trash::read(key, row)?;
                let secret = self.seal_anew(rows, batch, &path, secret)?;
                let path = path.as_str().to_owned();
                batch.insert(key, &encode(&TrashRecord { path, deleted_at, secret })?)
            }
            // They were written with the secret they belong to.
            rows::Sort::History | rows::Sort::Piece if !same_keys => Ok(()),
            _ => batch.insert(key, row),
        }
    }

    /// Opens every value of a secret, and seals it for the new file.
    fn seal_anew(
        &self,
        rows: &Snapshot<'_>,
        batch: &mut Batch<'_>,
        path: &SecretPath,
        mut secret: SecretRecord,
    ) -> Result<SecretRecord> {
        let id = secret.id;
        for mut version in history::superseded(rows, &secret)? {
            self.seal_version(rows, batch, path, &id, &mut version)?;
            history::write(batch, &id, &version)?;
        }
        self.seal_version(rows, batch, path, &id, &mut secret.current)?;
        Ok(secret)
    }

    fn seal_version(
        &self,
        rows: &Snapshot<'_>,
        batch: &mut Batch<'_>,
        path: &SecretPath,
        id: &[u8; 16],
        version: &mut VersionRecord,
    ) -> Result<()> {
        match (Home { sealer: self.from, path }).open(rows, id, version)? {
            Some(value) => Home { sealer: self.to, path }.seal(batch, id, version, &value),
            None => Ok(()),
        }
    }
}

/// The next rows from `from` on.
fn part(rows: &Snapshot<'_>, from: &[u8]) -> Result<Vec<Row>> {
    let mut part: Vec<Row> = Vec::new();
    let mut bytes = 0;
    rows.scan(from, &rows::END, &mut |key, row| {
        bytes += key.len() + row.len();
        part.push((key.to_vec(), row.to_vec()));
        Ok(part.len() < ROWS_AT_ONCE && bytes < BYTES_AT_ONCE)
    })?;
    Ok(part)
}

fn damaged() -> Error {
    Error::new(ErrorKind::Damaged, "rows of the store contradict each other; restore a backup of the file")
}
