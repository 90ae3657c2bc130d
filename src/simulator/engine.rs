//! The subject at the height of rows: redb over the sealed file, with removals, spills and tiny caches.

use std::sync::Arc;
use std::time::Duration;

use super::disk::CrashDisk;
use super::life::Subject;
use super::model::{Change, Model, digest, tag_of, value_of};
use crate::KdfCost;
use crate::crypto::arena::Arena;
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

/// Rows under a prefix that the store does not use.
const PREFIX: u8 = 0x80;

pub(crate) struct EngineSubject(Tables);

pub(crate) fn unlock() -> Unlock {
    Unlock::raw_key(&[0x42; 32])
}

fn row_key(name: &str) -> Vec<u8> {
    [&[PREFIX], name.as_bytes()].concat()
}

impl Subject for EngineSubject {
    const REMOVES: bool = true;

    fn create() -> Vec<u8> {
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

    fn open(disk: Arc<CrashDisk>, access: Access, small_cache: bool) -> Result<Self> {
        let (file, _) = open(&Arena::any(), disk, access, &unlock())?;
        let cache = if small_cache { 40_000 } else { 4 << 20 };
        Tables::open(Arc::new(file), cache, Duration::ZERO).map(Self)
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

    fn apply(model: &mut Model, change: &Change) {
        match change {
            Change::Put { name, tag } => model.insert(name.clone(), vec![*tag]),
            Change::Remove { name } => model.remove(name),
        };
    }

    fn content(&self) -> Result<Model> {
        let mut model = Model::new();
        self.0.read(|rows| {
            rows.scan(&[PREFIX], &[PREFIX + 1], &mut |key, value| {
                let name = String::from_utf8(key[1..].to_vec()).unwrap();
                let tag = tag_of(value).ok_or_else(|| Error::internal("a value nobody wrote"))?;
                model.insert(name, vec![tag]);
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
