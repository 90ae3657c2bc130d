//! The subject at the height of rows: redb over the sealed file, with removals, spills and tiny caches.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use super::disk::CrashDisk;
use super::life::Subject;
use super::rng::Rng;
use super::values::{count, tag_of, value_of};
use crate::crypto::arena::Arena;
use crate::crypto::mac::sha256;
use crate::error::{Error, ErrorKind, Result};
use crate::record::secret::StoreRecord;
use crate::sealed::create::create;
use crate::sealed::disk::file::Access;
use crate::sealed::file::Stamp;
use crate::sealed::open::open;
use crate::sealed::space::Space;
use crate::sealed::unlock::Unlock;
use crate::tables::verify::{Depth, verify};
use crate::tables::{Outcome, Rows, Tables, describe, fill};
use crate::{KdfCost, ManualClock, Timestamp};

/// Rows under a prefix that the store does not use.
const PREFIX: u8 = 0x80;

pub(crate) struct EngineSubject(Tables);

/// Rows by name, each as the tag its value follows from.
type Model = BTreeMap<String, u64>;

/// One write of a transaction.
pub(crate) enum Change {
    Put { name: String, tag: u64 },
    Remove { name: String },
}

pub(crate) fn unlock() -> Unlock {
    Unlock::raw_key(&[0x42; 32])
}

fn row_key(name: &str) -> Vec<u8> {
    [&[PREFIX], name.as_bytes()].concat()
}

/// A digest of a model, to travel as the head of a commit.
fn digest(model: &Model) -> [u8; 32] {
    sha256(&[format!("{model:?}").as_bytes()])
}

impl Change {
    fn choose(rng: &mut Rng) -> Self {
        let name = format!("space-{}/name-{}", rng.below(4), rng.below(15));
        if rng.chance(30) { Self::Remove { name } } else { Self::Put { name, tag: rng.next() } }
    }

    fn apply(&self, model: &mut Model) {
        match self {
            Self::Put { name, tag } => model.insert(name.clone(), *tag),
            Self::Remove { name } => model.remove(name),
        };
    }
}

impl Subject for EngineSubject {
    type Model = Model;
    type Change = Change;

    fn create(_: &ManualClock) -> Vec<u8> {
        let disk = CrashDisk::new();
        let file = Arc::new(create(&Arena::any(), disk.clone(), &unlock(), KdfCost::EDGE).unwrap());
        let stamp = Stamp { audit_head: digest(&Model::new()), clock_mark: 0 };
        fill(&file, |batch| {
            describe(batch, &StoreRecord { created_at: 0 })?;
            Ok(stamp)
        })
        .unwrap();
        file.finish_creation().unwrap();
        file.mark_closed().unwrap();
        disk.content()
    }

    fn open(disk: Arc<CrashDisk>, access: Access, small_cache: bool, _: &ManualClock) -> Result<Self> {
        let (file, _) = open(&Arena::any(), disk, access, &unlock())?;
        let cache = if small_cache { 40_000 } else { 4 << 20 };
        Tables::open(Arc::new(file), cache, Duration::ZERO).map(Self)
    }

    fn choose(rng: &mut Rng, model: &mut Model, _: &ManualClock) -> Vec<Change> {
        let changes: Vec<Change> = (0..count(rng)).map(|_| Change::choose(rng)).collect();
        changes.iter().for_each(|change| change.apply(model));
        changes
    }

    fn bring_to_light(_: &mut Model, _: &ManualClock) -> Vec<Change> {
        Vec::new()
    }

    fn write(&self, changes: &[Change], give_up: bool, after: &Model) -> Result<()> {
        self.0.write(Space::Normal, |batch| {
            for change in changes {
                match change {
                    Change::Put { name, tag } => batch.insert(&row_key(name), &value_of(*tag))?,
                    Change::Remove { name } => {
                        batch.remove(&row_key(name))?;
                    }
                }
            }
            if give_up {
                return Err(Error::new(ErrorKind::InvalidArgument, "given up by design"));
            }
            Ok(Outcome { value: (), commit: Some(Stamp { audit_head: digest(after), clock_mark: 0 }) })
        })
    }

    fn shown(model: &Model, _: Timestamp) -> Model {
        model.clone()
    }

    fn content(&self) -> Result<Model> {
        let mut model = Model::new();
        self.0.read(|rows| {
            rows.scan(&[PREFIX], &[PREFIX + 1], &mut |key, value| {
                let name = String::from_utf8(key[1..].to_vec()).unwrap();
                let tag = tag_of(value).ok_or_else(|| Error::internal("a value nobody wrote"))?;
                model.insert(name, tag);
                Ok(true)
            })
        })?;
        if self.0.file().stamp()?.audit_head != digest(&model) {
            return Err(Error::internal("the head in the superblock belongs to another state"));
        }
        Ok(model)
    }

    fn verify(&self) -> Result<()> {
        verify(self.0.file(), Depth::Blocks).map(|_| ())
    }

    fn close(self) -> Result<()> {
        self.0.close()
    }
}
