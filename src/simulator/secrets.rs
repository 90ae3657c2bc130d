//! The subject at the height of secrets: the public operations of a store.

use std::sync::Arc;

use super::disk::CrashDisk;
use super::engine::unlock;
use super::life::Subject;
use super::model::{Change, Model, tag_of, value_of};
use crate::error::{Error, ErrorKind, Result};
use crate::sealed::disk::file::Access;
use crate::{Query, Store, StoreOptions, VerifyAtOpen};

pub(crate) struct SecretsSubject(Store);

impl Subject for SecretsSubject {
    const REMOVES: bool = false;

    fn create() -> Vec<u8> {
        let disk = CrashDisk::new();
        StoreOptions::new().create_on(disk.clone(), &unlock()).unwrap().close().unwrap();
        disk.content()
    }

    fn open(disk: Arc<CrashDisk>, access: Access, small_cache: bool) -> Result<Self> {
        let cache = if small_cache { 1 } else { 4 << 20 };
        let verify = if small_cache { VerifyAtOpen::Always } else { VerifyAtOpen::Never };
        let options = StoreOptions::new().cache_bytes(cache).verify(verify);
        options.read_only(access == Access::ReadOnly).open_on(disk, &unlock()).map(Self)
    }

    fn write(&self, changes: &[Change], give_up: bool, _after: &Model) -> Result<()> {
        if let ([Change::Put { name, tag }], false) = (changes, give_up) {
            return self.0.put(name, value_of(*tag)).map(|_| ());
        }
        self.0.transaction(|tx| {
            for change in changes {
                if let Change::Put { name, tag } = change {
                    tx.put(name, value_of(*tag))?;
                }
            }
            if give_up { Err(Error::new(ErrorKind::InvalidArgument, "given up by design")) } else { Ok(()) }
        })
    }

    fn apply(model: &mut Model, change: &Change) {
        if let Change::Put { name, tag } = change {
            model.entry(name.clone()).or_default().push(*tag);
        }
    }

    fn content(&self) -> Result<Model> {
        let mut model = Model::new();
        let mut query = Query::all().limit(7);
        loop {
            let page = self.0.list(&query)?;
            for info in page.items() {
                let versions = (1..=info.version()).map(|number| {
                    let secret = self.0.get_version(info.path(), number)?;
                    tag_of(secret.value().expose()).ok_or_else(|| Error::internal("a value nobody wrote"))
                });
                model.insert(info.path().to_string(), versions.collect::<Result<_>>()?);
            }
            match page.next_cursor() {
                Some(cursor) => query = query.after(cursor.clone()),
                None => return Ok(model),
            }
        }
    }

    fn verify(&self) -> Result<()> {
        self.0.verify().map(|_| ())
    }

    fn close(self) -> Result<()> {
        self.0.close()
    }
}
