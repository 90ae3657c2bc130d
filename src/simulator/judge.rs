//! What is left after a crash in the middle of a change of slots or of a copy.

use std::sync::Arc;
use std::time::Duration;

use crate::crypto::arena::Arena;
use crate::error::{ErrorKind, Result};
use crate::record::secret::{SecretRecord, VersionRecord};
use crate::sealed::disk::Disk;
use crate::sealed::disk::file::Access;
use crate::sealed::open::open;
use crate::sealed::slots::{Opener, With};
use crate::sealed::unlock::Unlock;
use crate::tables::forged::done_events;
use crate::tables::secrets::Home;
use crate::tables::verify::{Depth, verify};
use crate::tables::{Rows, Sealer, Tables, history, list};

/// A key that may open a store, or a slot that was opened before: the same without the price of a passphrase.
#[derive(Clone)]
pub(super) enum Key {
    Raw([u8; 32]),
    Slot(Arc<Opener>),
}

impl Key {
    /// Opens and verifies everything, and returns what is there; `None` if it is not a key of the store.
    pub(super) fn contents(&self, disk: Arc<dyn Disk>) -> Result<Option<Contents>> {
        let raw;
        let with = match self {
            Self::Raw(key) => {
                raw = Unlock::raw_key(key);
                With::Unlock(&raw)
            }
            Self::Slot(opener) => With::Opener(opener),
        };
        let file = match open(&Arena::any(), disk, Access::ReadWrite, with) {
            Ok((file, _)) => Arc::new(file),
            Err(error) if error.kind() == ErrorKind::WrongKey => return Ok(None),
            Err(error) => return Err(error),
        };
        let counts = verify(&file, Depth::Values)?;
        let tables = Tables::open(file.clone(), 1 << 20, Duration::ZERO)?;
        assert!(counts.events >= done_events(&tables)?);
        let secrets = tables.read(|rows| {
            let filter = list::Filter { shelf: list::Shelf::All, ..list::Filter::default() };
            let listed = list::list(rows, &filter, None, usize::MAX)?.items;
            listed.into_iter().map(|chosen| Held::read(rows, tables.sealer(), chosen)).collect()
        })?;
        Ok(Some(Contents { generation: file.generation()?, events: done_events(&tables)?, secrets }))
    }
}

/// Everything that a store shows.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) struct Contents {
    pub(super) generation: u64,
    pub(super) events: u64,
    /// Those in the trash among them.
    pub(super) secrets: Vec<Held>,
}

/// A secret with everything that is stored of it, and the value of each version, as long as there is one.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Held {
    pub(super) path: String,
    pub(super) number: u64,
    trashed: Option<(i64, i64)>,
    record: SecretRecord,
    versions: Vec<(VersionRecord, Option<Vec<u8>>)>,
}

impl Held {
    fn read(rows: &impl Rows, sealer: Sealer<'_>, chosen: list::Chosen) -> Result<Self> {
        let list::Chosen { path, secret, trashed } = chosen;
        let read = |version: VersionRecord| {
            let value = Home { sealer, path: &path }.open(rows, &secret.id, &version)?;
            Ok((unsealed(version), value.map(|value| value.expose().to_vec())))
        };
        let versions = history::all(rows, &secret)?.into_iter().map(read).collect::<Result<_>>()?;
        let record = SecretRecord { current: unsealed(secret.current.clone()), ..secret };
        Ok(Self { path: path.to_string(), number: record.current.number, trashed, record, versions })
    }
}

/// A version without its sealed value, which is another one wherever it is sealed anew.
fn unsealed(version: VersionRecord) -> VersionRecord {
    VersionRecord { pieces: 0, tail: Vec::new(), ..version }
}

/// Which of two states of the slots a store is in.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Side {
    Before,
    After,
}

/// The keys of a store before and after a change.
#[derive(Clone, Default)]
pub(super) struct Keys {
    pub(super) always: Vec<Key>,
    pub(super) before: Vec<Key>,
    pub(super) after: Vec<Key>,
}

impl Keys {
    /// On which side of the change the store is, and what it holds.
    ///
    /// # Errors
    ///
    /// Says what is wrong with a store that is on neither side, or refuses a key with anything but that it is wrong.
    pub(super) fn judge(&self, disk: &Arc<impl Disk>) -> std::result::Result<(Side, Contents), String> {
        let open = |keys: &[Key]| {
            let opened = keys.iter().map(|key| key.contents(disk.clone()).map_err(|error| error.to_string()));
            opened.collect::<std::result::Result<Vec<_>, _>>()
        };
        let (always, before, after) = (open(&self.always)?, open(&self.before)?, open(&self.after)?);
        let all = |opened: &[Option<Contents>]| opened.iter().all(Option::is_some);
        let none = |opened: &[Option<Contents>]| opened.iter().all(Option::is_none);
        if !all(&always) {
            return Err("a key that was never changed does not open the store".into());
        }
        let side = match (all(&before) && none(&after), none(&before) && all(&after)) {
            (true, false) => Side::Before,
            (false, true) => Side::After,
            _ => {
                return Err("the store opens with neither the old keys nor the new ones, or with both".into());
            }
        };
        let mut found = always.into_iter().chain(before).chain(after).flatten();
        let first = found.next().ok_or("no key opens the store")?;
        match found.all(|other| other == first) {
            true => Ok((side, first)),
            false => Err("two keys show different contents".into()),
        }
    }
}
