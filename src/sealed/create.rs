//! A new sealed file: key headers first, then whatever the layers above put in.

use std::sync::Arc;

use super::disk::Disk;
use super::disk::file::Access;
use super::file::{FileKeys, SealedFile};
use super::owner::{Owner, after};
use super::slots::{Opener, With};
use super::unlock::Unlock;
use crate::crypto::arena::Arena;
use crate::crypto::derive;
use crate::crypto::kdf::KdfCost;
use crate::crypto::keys::MasterKey;
use crate::crypto::random;
use crate::error::{Error, ErrorKind, Result};
use crate::format::aad::StoreEpoch;
use crate::format::header::{Header, SLOTS};
use crate::format::layout::{Twin, file_len};
use crate::format::slot::SlotState;

/// Writes the key headers of a new store with one slot on an empty disk. Its keys are in `arena`.
pub(crate) fn create(
    arena: &Arc<Arena>,
    disk: Arc<dyn Disk>,
    unlock: &Unlock,
    cost: KdfCost,
) -> Result<SealedFile> {
    let place = StoreEpoch { store_id: random::bytes()?, epoch: 0 };
    let master = MasterKey::generate(arena)?;
    let opener = Opener::wrap(&master, unlock, cost, &place, (0, random::bytes()?))?;
    let header = Header::new(place, 1, &[Some(opener.slot.clone())]);
    begin(disk, &master, header, opener)
}

/// What a copy is sealed under.
pub(crate) enum CopyKeys<'a> {
    /// The same keys and slots: a backup, or a file without its unused blocks.
    Same,
    /// New keys under the slot that this handle came in by, and no other slot.
    Fresh,
    /// New keys under one new slot.
    For(&'a Unlock, KdfCost),
}

/// Who may unlock a store, at the instant its rows are copied.
pub(crate) struct Basis {
    header: Header,
    opener: Arc<Opener>,
}

impl Basis {
    /// What opens a copy that is sealed under `keys`.
    pub(crate) fn opens<'a>(&'a self, keys: &CopyKeys<'a>) -> With<'a> {
        let is_present = || self.header.slots_in_use().any(|(_, slot)| slot.id == *self.opener.id());
        match keys {
            CopyKeys::For(unlock, _) => With::Unlock(unlock),
            CopyKeys::Same if !is_present() => With::Removed(&self.opener),
            CopyKeys::Same | CopyKeys::Fresh => With::Opener(&self.opener),
        }
    }
}

impl SealedFile {
    /// The key header in use, with the slot this handle came in by.
    pub(crate) fn basis(&self) -> Basis {
        let owner = self.owner();
        Basis { header: owner.header.clone(), opener: owner.opener.clone() }
    }

    /// Writes the key headers of a copy of this store on an empty disk. It lives in the memory of this file's keys.
    pub(crate) fn begin_copy(
        &self,
        disk: Arc<dyn Disk>,
        keys: &CopyKeys<'_>,
        Basis { header, opener }: &Basis,
    ) -> Result<Self> {
        let next_place = || {
            let epoch = self.place.epoch.checked_add(1);
            let epoch = epoch.ok_or_else(|| Error::new(ErrorKind::LimitExceeded, "no epoch is left"))?;
            Ok::<_, Error>(StoreEpoch { epoch, ..self.place })
        };
        let (master, place, opener) = match keys {
            CopyKeys::Same => {
                let master = opener.master(&self.place)?;
                let slots: Vec<_> = header.slots.iter().map(SlotState::in_use).collect();
                let header = Header::new(self.place, header.sequence, &slots);
                let opener = opener.rewrap(&master, &self.place)?;
                return begin(disk, &master, header, opener);
            }
            CopyKeys::Fresh => {
                let (master, place) = (MasterKey::generate(self.arena())?, next_place()?);
                let opener = opener.rewrap(&master, &place)?;
                (master, place, opener)
            }
            CopyKeys::For(unlock, cost) => {
                let (master, place) = (MasterKey::generate(self.arena())?, next_place()?);
                let opener = Opener::wrap(&master, unlock, *cost, &place, (0, random::bytes()?))?;
                (master, place, opener)
            }
        };
        let mut slots = vec![None; SLOTS];
        if let Some(slot) = slots.get_mut(usize::from(opener.index)) {
            *slot = Some(opener.slot.clone());
        }
        begin(disk, &master, Header::new(place, after(header.sequence)?, &slots), opener)
    }
}

/// Both copies of the key header on an empty disk.
fn begin(disk: Arc<dyn Disk>, master: &MasterKey, mut header: Header, opener: Opener) -> Result<SealedFile> {
    let keys = FileKeys::derive(derive::store_keys(master, &header.place.store_id, header.place.epoch)?)?;
    let bytes = keys.seal_header(&mut header)?.to_vec();
    let sequence = header.sequence;
    let owner = Owner::new(header, Twin::A, sequence, Arc::new(opener));
    let file = SealedFile::new(disk, Access::ReadWrite, owner, keys);
    file.disk.reserve(file_len(0)).map_err(|source| Error::io("reserve room for the new store", source))?;
    for copy in Twin::BOTH {
        file.disk
            .write_at(copy.header_offset(), &bytes)
            .map_err(|source| Error::io("write the new store's key header", source))?;
    }
    Ok(file)
}
