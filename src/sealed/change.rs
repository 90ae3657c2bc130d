//! Changing key slots: the header only, crash-proof at every step. FORMAT 9, "A change of slots".
//!
//! [`stage`](SealedFile::stage_slots) writes the next header over the copy that is not in use; the next commit names
//! it; [`adopt`](SealedFile::adopt_slots) writes it over the other copy and lets the other superblock name it too. At
//! every instant the superblock that an open accepts names exactly one of the two headers, so what opened before opens
//! until the commit, and never after.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::file::SealedFile;
use super::open::read_header;
use super::owner::{Owner, Staged};
use super::slots::{Opener, Search, With, accepted_cost};
use super::unlock::Unlock;
use crate::crypto::kdf::KdfCost;
use crate::crypto::random;
use crate::error::{Error, ErrorKind, Result};
use crate::format::header::{Header, SLOTS};
use crate::format::slot::{Slot, SlotKind};
use crate::limits::KDF_BUDGET_KIB;

/// What the header says of one slot.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct SlotFacts {
    pub(crate) id: [u8; 16],
    pub(crate) kind: SlotKind,
    /// `None` if nothing is stretched.
    pub(crate) cost: Option<KdfCost>,
}

/// One change of the slots.
pub(crate) enum SlotChange<'a> {
    /// A further slot.
    Add {
        unlock: &'a Unlock,
        cost: KdfCost,
    },
    /// Another key or cost for the slot with this id.
    Replace {
        id: [u8; 16],
        unlock: &'a Unlock,
        cost: KdfCost,
    },
    /// The same, made ready before with [`SealedFile::rewrapped`].
    Rewrapped(&'a Rewrapped),
    Remove {
        id: [u8; 16],
    },
}

/// A slot wrapped anew at another cost, before it is written.
pub(crate) struct Rewrapped {
    opener: Opener,
    cost: KdfCost,
    /// The commitment of the slot it is to replace: whatever else got its place since is left alone.
    over: [u8; 32],
}

impl Rewrapped {
    /// What it costs.
    pub(crate) fn cost(&self) -> KdfCost {
        self.cost
    }
}

impl SealedFile {
    /// The slots in use.
    pub(crate) fn slots(&self) -> Result<Vec<SlotFacts>> {
        let owner = self.owner();
        let facts = |slot: &Slot| Ok(SlotFacts { id: slot.id, kind: slot.kind, cost: accepted_cost(slot)? });
        owner.header.slots_in_use().map(|(_, slot)| facts(slot)).collect()
    }

    /// The id of the slot this handle came in by.
    pub(crate) fn opener_id(&self) -> [u8; 16] {
        self.owner().opener.slot.id
    }

    /// The slot this handle came in by, with its key.
    #[cfg(test)]
    pub(crate) fn opener(&self) -> Arc<Opener> {
        self.owner().opener.clone()
    }

    /// The id of the slot that `unlock` opens, if one does. Costs what unlocking costs.
    pub(crate) fn slot_opened_by(&self, unlock: &Unlock) -> Result<Option<[u8; 16]>> {
        let header = self.owner().header.clone();
        let mut search = Search::new(With::Unlock(unlock), self.arena(), std::slice::from_ref(&header))?;
        Ok(search.open(&header)?.map(|opener| opener.slot.id))
    }

    /// The slot this handle came in by, wrapped anew at `cost` and not written yet.
    pub(crate) fn rewrapped(&self, unlock: &Unlock, cost: KdfCost) -> Result<Rewrapped> {
        let present = self.owner().opener.clone();
        let master = present.master(&self.place)?;
        let opener = Opener::wrap(&master, unlock, cost, &self.place, (present.index, present.slot.id))?;
        Ok(Rewrapped { opener, cost, over: present.slot.commitment })
    }

    /// Writes a header with the changed slots over the copy that is not in use, and proves from the disk that the new
    /// slot opens. The next commit names it; until then nothing is changed. Returns the id of the slot.
    pub(crate) fn stage_slots(&self, change: &SlotChange<'_>) -> Result<[u8; 16]> {
        self.check_usable()?;
        self.poison_unless_refused(self.check_in_place())?;
        let (header, opener) = {
            let owner = self.owner();
            (owner.header.clone(), owner.opener.clone())
        };
        let mut slots: Vec<Option<Slot>> = vec![None; SLOTS];
        for (index, slot) in header.slots_in_use() {
            if let Some(place) = slots.get_mut(usize::from(index)) {
                *place = Some(slot.clone());
            }
        }
        let (id, made) = self.apply(&mut slots, change, &opener)?;
        if made.is_some() {
            check_budget(&header, &slots)?;
        }
        let sequence = self.owner().next_sequence()?;
        let mut next = Header::new(self.place, sequence, &slots);
        let bytes = self.seal_header(&mut next)?.to_vec();
        let unused = self.owner().copy.other();
        self.poison_on_error(self.settle_header())?;
        let written = self
            .disk
            .write_at(unused.header_offset(), &bytes)
            .map_err(|source| Error::io("write to the store's file", source))
            .and_then(|()| self.sync_staged(&bytes));
        self.poison_on_error(written)?;
        self.prove(unused, change, made.as_deref(), &bytes)?;
        let kept = made.filter(|made| made.slot.id == opener.slot.id).unwrap_or(opener);
        self.owner().staged = Some(Staged { header: next, bytes, opener: kept });
        Ok(id)
    }

    /// Sees to it that the copy in use lies on the medium before the other one is written over. It may be what a process left
    /// that was killed before it synced, and a power cut would tear both; or whose sync failed, and then it is in the cache, where
    /// it counts as written for good, while the medium has that header in the other copy alone.
    fn settle_header(&self) -> Result<()> {
        let (copy, bytes) = match &*self.owner() {
            Owner { settled: true, .. } => return Ok(()),
            owner => (owner.copy, owner.header.bytes().to_vec()),
        };
        if !self.synced.load(Ordering::Relaxed) {
            self.sync()?;
        }
        #[cfg(test)]
        if super::faults::active(super::faults::Fault::CacheTrusted) {
            return Ok(());
        }
        self.disk.forget_cached();
        if !read_header(self.disk.as_ref(), copy)?.is_ok_and(|header| header.bytes() == bytes) {
            self.disk
                .write_at(copy.header_offset(), &bytes)
                .map_err(|source| Error::io("write to the store's file", source))?;
            self.sync()?;
        }
        self.owner().settled = true;
        Ok(())
    }

    /// A superblock must not land before the header it names.
    fn sync_staged(&self, _staged: &[u8]) -> Result<()> {
        #[cfg(test)]
        if super::faults::active(super::faults::Fault::HeaderUnsynced) {
            return Ok(());
        }
        #[cfg(test)]
        if super::faults::active(super::faults::Fault::BothHeadersFirst) {
            let used = self.owner().copy;
            self.disk.write_at(used.header_offset(), _staged).map_err(|source| Error::io("write", source))?;
        }
        self.sync()
    }

    fn apply(
        &self,
        slots: &mut [Option<Slot>],
        change: &SlotChange<'_>,
        opener: &Opener,
    ) -> Result<([u8; 16], Option<Arc<Opener>>)> {
        let find = |slots: &[Option<Slot>], id: &[u8; 16]| {
            let found = slots.iter().position(|slot| slot.as_ref().is_some_and(|slot| slot.id == *id));
            found.ok_or_else(|| Error::new(ErrorKind::NotFound, "the store has no key slot with this id"))
        };
        let wrap = |unlock: &Unlock, cost, index: usize, id| {
            let index = u16::try_from(index).map_err(|_| Error::internal("a slot beyond the header"))?;
            let master = opener.master(&self.place)?;
            Opener::wrap(&master, unlock, cost, &self.place, (index, id)).map(Arc::new)
        };
        let (index, made) = match change {
            SlotChange::Add { unlock, cost } => {
                let empty = slots.iter().position(Option::is_none);
                let index = empty.ok_or_else(|| {
                    Error::new(ErrorKind::LimitExceeded, format!("a store has at most {SLOTS} key slots"))
                })?;
                (index, wrap(unlock, *cost, index, random::bytes()?)?)
            }
            SlotChange::Replace { id, unlock, cost } => {
                let index = find(slots, id)?;
                (index, wrap(unlock, *cost, index, *id)?)
            }
            SlotChange::Rewrapped(Rewrapped { opener: made, over, .. }) => {
                let index = find(slots, &made.slot.id)?;
                if slots.get(index).and_then(Option::as_ref).is_none_or(|slot| slot.commitment != *over) {
                    return Err(Error::new(ErrorKind::NotFound, "the key slot was changed meanwhile"));
                }
                (index, Arc::new(made.rewrap(&opener.master(&self.place)?, &self.place)?))
            }
            SlotChange::Remove { id } => {
                let index = find(slots, id)?;
                if let Some(place) = slots.get_mut(index) {
                    *place = None;
                }
                return Ok((*id, None));
            }
        };
        if let Some(place) = slots.get_mut(index) {
            *place = Some(made.slot.clone());
        }
        Ok((made.slot.id, Some(made)))
    }

    /// Reads the header back, and opens the new slot in it as an unlock does: a slot that does not open must not
    /// replace one that does.
    fn prove(
        &self,
        copy: crate::format::layout::Twin,
        change: &SlotChange<'_>,
        made: Option<&Opener>,
        bytes: &[u8],
    ) -> Result<()> {
        let lost = || {
            Error::new(
                ErrorKind::Io,
                "the new key header did not reach the file as it was written; nothing was changed",
            )
        };
        let header = read_header(self.disk.as_ref(), copy)?.map_err(|_| lost())?;
        if header.bytes() != bytes {
            return Err(lost());
        }
        let Some(made) = made else { return Ok(()) };
        let with = match change {
            SlotChange::Add { unlock, .. } | SlotChange::Replace { unlock, .. } => With::Unlock(unlock),
            SlotChange::Rewrapped(_) | SlotChange::Remove { .. } => With::Opener(made),
        };
        let mut search = Search::new(with, self.arena(), std::slice::from_ref(&header))?;
        let found = search.open_slot(&header, made.slot.id)?.ok_or_else(lost)?;
        found.master(&self.place).map(drop)
    }

    /// Gives up a staged header: the commit that was to name it failed.
    pub(crate) fn abandon_slots(&self) {
        let named = self.stable(|stable| stable.header_sequence);
        let staged = self.owner().staged.take();
        // The next change would be written over the only copy of the header that opens the store.
        if staged.is_some_and(|staged| named.is_ok_and(|named| named == staged.header.sequence)) {
            self.poison();
        }
    }

    /// After the commit that names the staged header: the other copy, a repeat superblock, and a sync. Only then is
    /// the old header gone from whatever a crash or one damaged superblock leaves.
    pub(crate) fn adopt_slots(&self) -> Result<()> {
        let (copy, Some(staged)) = ({
            let mut owner = self.owner();
            (owner.copy, owner.staged.take())
        }) else {
            return Err(Error::internal("no key header is on its way"));
        };
        #[cfg(test)]
        if super::faults::active(super::faults::Fault::NotAdopted) {
            let mut owner = self.owner();
            (owner.header, owner.opener, owner.copy) = (staged.header, staged.opener, copy.other());
            return Ok(());
        }
        let written = self
            .disk
            .write_at(copy.header_offset(), &staged.bytes)
            .map_err(|source| Error::io("write to the store's file", source));
        {
            let mut owner = self.owner();
            owner.header = staged.header;
            owner.opener = staged.opener;
            owner.copy = copy.other();
            owner.settled = true;
        }
        self.poison_on_error(written.and_then(|()| self.mark_closed()).and_then(|()| self.sync()))
    }

    /// The sequence that the next commit names.
    pub(super) fn header_to_name(&self) -> u64 {
        let owner = self.owner();
        owner.staged.as_ref().map_or(owner.header.sequence, |staged| staged.header.sequence)
    }
}

/// Unlocking tries every slot of a kind, after a crash those of two headers, and stops where they cost too much together:
/// a slot beyond that would not open.
fn check_budget(before: &Header, after: &[Option<Slot>]) -> Result<()> {
    let replaced = before.slots_in_use().filter(|(index, slot)| {
        after.get(usize::from(*index)).and_then(Option::as_ref).is_some_and(|after| after != *slot)
    });
    let tried: Vec<&Slot> = after.iter().flatten().chain(replaced.map(|(_, slot)| slot)).collect();
    for kind in [SlotKind::Passphrase, SlotKind::PassphraseAndKeyFile] {
        let mut weight = 0;
        for slot in tried.iter().filter(|slot| slot.kind == kind) {
            weight += accepted_cost(slot)?.map_or(0, KdfCost::weight);
        }
        if weight > KDF_BUDGET_KIB {
            return Err(Error::new(
                ErrorKind::KdfLimits,
                "the passphrase slots would together ask for more than 4 GiB of memory times passes; remove one first",
            ));
        }
    }
    Ok(())
}
