//! Copying every row of one commit into a new file.

use super::snapshot::{Row, Rows, Snapshot};
use super::values::{Place, Sealer};
use super::{Batch, rows};
use crate::error::{Error, ErrorKind, Result};
use crate::record::codec::{Authenticated, decode, encode};
use crate::record::path::SecretPath;
use crate::record::secret::{SecretRecord, VersionRecord};

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
        let mut owner = None;
        (self.progress)(done, total)?;
        loop {
            let part = part(rows, &from)?;
            let Some((last, _)) = part.last() else {
                return if done == total { Ok(()) } else { Err(damaged()) };
            };
            from = [last.as_slice(), &[0]].concat();
            for (key, row) in &part {
                self.copy(rows, batch, &mut owner, key, row)?;
                done += 1;
            }
            (self.progress)(done, total)?;
        }
    }

    fn copy(
        &self,
        rows: &Snapshot<'_>,
        batch: &mut Batch<'_>,
        owner: &mut Option<SecretPath>,
        key: &[u8],
        row: &[u8],
    ) -> Result<()> {
        let same_keys = self.from.file.place() == self.to.file.place();
        match rows::sort(key) {
            rows::Sort::Slot if self.only_slot.is_some_and(|only| rows::slot_of(key) != Some(only)) => Ok(()),
            rows::Sort::Path if !same_keys => {
                let path = rows::path_of(key).ok_or_else(damaged)?;
                let secret: SecretRecord = decode(&Authenticated::from_page(row))?;
                let current = self.reseal(rows, batch, &path, &secret.id, &secret.current)?;
                batch.insert(key, &encode(&SecretRecord { current, ..secret })?)
            }
            rows::Sort::History if !same_keys => {
                let (id, number) = rows::history_of(key).ok_or_else(damaged)?;
                if number == 0 {
                    // The anchor comes before the versions of its secret, and says where their key is found.
                    let path = std::str::from_utf8(row).ok().and_then(|path| SecretPath::parse(path).ok());
                    *owner = Some(path.ok_or_else(damaged)?);
                    return batch.insert(key, row);
                }
                let path = owner.as_ref().ok_or_else(damaged)?;
                let version: VersionRecord = decode(&Authenticated::from_page(row))?;
                let version = self.reseal(rows, batch, path, &id, &version)?;
                batch.insert(key, &encode(&version)?)
            }
            // They were written with the version they belong to.
            rows::Sort::Piece if !same_keys => Ok(()),
            _ => batch.insert(key, row),
        }
    }

    /// Opens a value, and seals it for the new file.
    fn reseal(
        &self,
        rows: &Snapshot<'_>,
        batch: &mut Batch<'_>,
        path: &SecretPath,
        id: &[u8; 16],
        version: &VersionRecord,
    ) -> Result<VersionRecord> {
        let value = Place { sealer: self.from, path, id }.read(rows, version)?;
        let there = Place { sealer: self.to, path, id };
        there.write(batch, version.number, version.created_at, value.expose())
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
