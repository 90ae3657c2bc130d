//! A new sealed file: key headers first, then whatever the layers above put in, a name last.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use data_encoding::HEXLOWER;

use super::disk::Disk;
use super::disk::file::{Access, FileDisk, absolute, already_exists};
use super::file::SealedFile;
use super::slots;
use super::unlock::Unlock;
use crate::crypto::derive;
use crate::crypto::kdf::KdfCost;
use crate::crypto::keys::MasterKey;
use crate::crypto::mac::hmac;
use crate::crypto::random;
use crate::error::{Error, Result};
use crate::format::aad::StoreEpoch;
use crate::format::header::Header;
use crate::format::layout::{Twin, file_len};

/// Writes the key headers of a new store with one slot on an empty disk.
pub(crate) fn create(disk: Arc<dyn Disk>, unlock: &Unlock, cost: KdfCost) -> Result<SealedFile> {
    let place = StoreEpoch { store_id: random::bytes()?, epoch: 0 };
    let master = MasterKey::generate()?;
    let keys = derive::store_keys(&master, &place.store_id, place.epoch);
    let slot = slots::wrap(&master, unlock, cost, &place, 0)?;
    let sequence = 1;
    let mut header = Header::new(place, sequence, &[Some(slot)]);
    let (file_mac, authority_mac) =
        (derive::file_header_mac(&keys.file), derive::authority_header_mac(&keys.authority));
    let bytes = header.seal(|covered| hmac(&file_mac, covered), |covered| hmac(&authority_mac, covered));
    disk.reserve(file_len(0)).map_err(|source| Error::io("reserve room for the new store", source))?;
    for copy in Twin::BOTH {
        disk.write_at(copy.header_offset(), bytes)
            .map_err(|source| Error::io("write the new store's key header", source))?;
    }
    Ok(SealedFile::new(disk, Access::ReadWrite, place, sequence, keys, None))
}

/// A file on its way to its name. Dropped before [`publish`](Self::publish) it is removed.
pub(crate) struct Creation {
    disk: Arc<FileDisk>,
    target: PathBuf,
    published: bool,
}

impl Creation {
    /// An empty, locked file beside `target`.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::AlreadyExists`](crate::ErrorKind::AlreadyExists) if there is something at `target`, a dangling link included.
    pub(crate) fn begin(target: &Path) -> Result<Self> {
        let target = absolute(target)?;
        if std::fs::symlink_metadata(&target).is_ok() {
            return Err(already_exists());
        }
        let suffix = HEXLOWER.encode(&random::bytes::<8>()?);
        let disk = Arc::new(FileDisk::create_beside(&target, &suffix)?);
        Ok(Self { disk, target, published: false })
    }

    pub(crate) fn disk(&self) -> Arc<dyn Disk> {
        self.disk.clone()
    }

    /// Gives the finished store its name, and makes the name durable.
    pub(crate) fn publish(mut self, file: &SealedFile) -> Result<()> {
        file.finish_creation()?;
        self.disk.publish(&self.target)?;
        self.published = true;
        Ok(())
    }
}

impl Drop for Creation {
    fn drop(&mut self) {
        if !self.published {
            // Nobody knows of the file yet; if it cannot be removed it is a stray without a use.
            let _ = self.disk.discard();
        }
    }
}
