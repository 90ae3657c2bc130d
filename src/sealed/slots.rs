//! Wraps the master key under what unlocks, and finds it again.

use std::sync::Arc;

use super::unlock::Unlock;
use crate::crypto::aead::{self, OVERHEAD};
use crate::crypto::arena::Arena;
use crate::crypto::derive::{slot_commitment, slot_wrap};
use crate::crypto::kdf::KdfCost;
use crate::crypto::keys::{Key, MasterKey, SlotWrap};
use crate::crypto::mac::equal;
use crate::crypto::random;
use crate::error::{Error, ErrorKind, Result};
use crate::format::aad::{self, StoreEpoch};
use crate::format::header::Header;
use crate::format::slot::{OWNER_PAYLOAD_LEN, Slot, SlotKind, StoredCost};
use crate::limits::KDF_BUDGET_KIB;

/// A slot with the key that opens it: all it takes to get at the master key again.
pub(crate) struct Opener {
    pub(super) index: u16,
    pub(super) slot: Slot,
    key: Key<SlotWrap>,
}

impl Opener {
    /// A new slot that opens with `unlock`.
    pub(super) fn wrap(
        master: &MasterKey,
        unlock: &Unlock,
        cost: KdfCost,
        place: &StoreEpoch,
        (index, id): (u16, [u8; 16]),
    ) -> Result<Self> {
        let kind = unlock.kind()?;
        let stored = if kind.has_passphrase() {
            StoredCost { memory_kib: cost.memory_kib(), passes: cost.passes(), lanes: cost.lanes() }
        } else {
            StoredCost::default()
        };
        let slot = Slot {
            kind,
            cost: stored,
            id,
            salt: random::bytes()?,
            commitment: [0; 32],
            wrapped: vec![0; OWNER_PAYLOAD_LEN + OVERHEAD],
        };
        let (commitment, key) = keys_of(unlock, &slot, master.arena(), place, index)?;
        let mut opener = Self { index, slot: Slot { commitment, ..slot }, key };
        opener.seal(master, place)?;
        Ok(opener)
    }

    /// The id of the slot.
    pub(crate) fn id(&self) -> &[u8; 16] {
        &self.slot.id
    }

    /// The same slot around another master key: whatever opened the one opens the other.
    pub(super) fn rewrap(&self, master: &MasterKey, place: &StoreEpoch) -> Result<Self> {
        let mut opener = self.clone_to(master.arena(), self.slot.clone())?;
        opener.seal(master, place)?;
        Ok(opener)
    }

    /// The key of this slot on `slot`, which is the same but for what it wraps.
    fn clone_to(&self, arena: &Arc<Arena>, slot: Slot) -> Result<Self> {
        Ok(Self { index: self.index, slot, key: self.key.clone_to(arena)? })
    }

    fn seal(&mut self, master: &MasterKey, place: &StoreEpoch) -> Result<()> {
        let aad = self.aad(place);
        aead::seal(&self.key, &aad, master.expose()?, &mut self.slot.wrapped)
    }

    /// The opener of `slot`, if `unlock` is what it commits to.
    fn find(
        unlock: &Unlock,
        slot: &Slot,
        arena: &Arc<Arena>,
        place: &StoreEpoch,
        index: u16,
    ) -> Result<Option<Self>> {
        let (commitment, key) = keys_of(unlock, slot, arena, place, index)?;
        // The commitment is compared before the cipher runs, so that no slot can be made to open under two keys.
        let holds = equal(&commitment, &slot.commitment);
        Ok(holds.then(|| Self { index, slot: slot.clone(), key }))
    }

    /// The master key.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Tampered`] if the slot was altered: its commitment held.
    pub(crate) fn master(&self, place: &StoreEpoch) -> Result<MasterKey> {
        let aad = self.aad(place);
        MasterKey::fill(self.key.arena(), |bytes| {
            aead::open(&self.key, &aad, &self.slot.wrapped, bytes)?.map_err(|_| {
                Error::new(
                    ErrorKind::Tampered,
                    "the key is right, but its slot was altered; restore a backup of the file",
                )
            })
        })
    }

    fn aad(&self, place: &StoreEpoch) -> aead::Aad {
        aad::slot(&Header::fixed(place), self.index, &self.slot.bound())
    }
}

/// Commitment and key-encryption key of a slot. FORMAT 5.1.
fn keys_of(
    unlock: &Unlock,
    slot: &Slot,
    arena: &Arc<Arena>,
    place: &StoreEpoch,
    index: u16,
) -> Result<([u8; 32], Key<SlotWrap>)> {
    let root = unlock.slot_root(arena, &slot.salt, accepted_cost(slot)?)?;
    let context = [place.store_id.as_slice(), &index.to_le_bytes(), &slot.id].concat();
    Ok((slot_commitment(&root, &context)?, slot_wrap(&root, &context)?))
}

/// What a search has in hand.
#[derive(Clone, Copy)]
pub(crate) enum With<'a> {
    Unlock(&'a Unlock),
    /// A slot that was opened before: no key is stretched again.
    Opener(&'a Opener),
    /// One that was opened before and then removed. No header has it; the MACs of the header say whether its key is
    /// the right one.
    Removed(&'a Opener),
}

impl<'a> From<&'a Unlock> for With<'a> {
    fn from(unlock: &'a Unlock) -> Self {
        Self::Unlock(unlock)
    }
}

/// Tries the slots of several header copies against one key, each distinct slot once.
pub(crate) struct Search<'a> {
    with: With<'a>,
    arena: &'a Arc<Arena>,
    kind: SlotKind,
    budget_kib: u64,
    tried: Vec<Tried>,
}

struct Tried {
    place: StoreEpoch,
    index: u16,
    slot: Slot,
    opener: Option<Arc<Opener>>,
}

impl<'a> Search<'a> {
    /// Looks at every slot that would be tried before any memory is spent: the cost comes from whoever wrote the
    /// file.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::KdfLimits`] if one of them lies outside the accept window.
    pub(crate) fn new<'h>(
        with: With<'a>,
        arena: &'a Arc<Arena>,
        headers: impl IntoIterator<Item = &'h Header>,
    ) -> Result<Self> {
        let kind = match with {
            With::Unlock(unlock) => unlock.kind()?,
            With::Opener(opener) | With::Removed(opener) => opener.slot.kind,
        };
        for (_, slot) in headers.into_iter().flat_map(|header| candidates(header, kind)) {
            accepted_cost(slot)?;
        }
        Ok(Self { with, arena, kind, budget_kib: KDF_BUDGET_KIB, tried: Vec::new() })
    }

    /// The slot of `header` that opens, with its key.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::KdfLimits`] when the budget ends before the slots do; [`ErrorKind::OutOfMemory`].
    pub(crate) fn open(&mut self, header: &Header) -> Result<Option<Arc<Opener>>> {
        if let With::Removed(known) = self.with {
            return Ok(Some(Arc::new(known.clone_to(self.arena, known.slot.clone())?)));
        }
        self.open_if(header, |_| true)
    }

    /// As [`open`](Self::open), if it is the slot with this id.
    pub(super) fn open_slot(&mut self, header: &Header, id: [u8; 16]) -> Result<Option<Arc<Opener>>> {
        self.open_if(header, |slot| slot.id == id)
    }

    fn open_if(&mut self, header: &Header, is_tried: impl Fn(&Slot) -> bool) -> Result<Option<Arc<Opener>>> {
        for (index, slot) in candidates(header, self.kind).filter(|(_, slot)| is_tried(slot)) {
            let known = self
                .tried
                .iter()
                .find(|tried| (&tried.place, tried.index, &tried.slot) == (&header.place, index, slot));
            let opener = match known {
                Some(tried) => tried.opener.clone(),
                None => self.attempt(&header.place, index, slot)?,
            };
            if opener.is_some() {
                return Ok(opener);
            }
        }
        Ok(None)
    }

    fn attempt(&mut self, place: &StoreEpoch, index: u16, slot: &Slot) -> Result<Option<Arc<Opener>>> {
        let opener = match self.with {
            With::Unlock(unlock) => {
                self.spend(slot)?;
                Opener::find(unlock, slot, self.arena, place, index)?
            }
            With::Opener(known) => {
                let same = |slot: &Slot| (slot.id, slot.salt, slot.commitment);
                let fits = index == known.index && same(slot) == same(&known.slot);
                fits.then(|| known.clone_to(self.arena, slot.clone())).transpose()?
            }
            With::Removed(_) => None,
        };
        let opener = opener.map(Arc::new);
        self.tried.push(Tried { place: *place, index, slot: slot.clone(), opener: opener.clone() });
        Ok(opener)
    }

    fn spend(&mut self, slot: &Slot) -> Result<()> {
        let weight = accepted_cost(slot)?.map_or(0, KdfCost::weight);
        self.budget_kib = self.budget_kib.checked_sub(weight).ok_or_else(|| {
            Error::new(
                ErrorKind::KdfLimits,
                "the passphrase slots together ask for more than 4 GiB of memory times passes",
            )
        })?;
        Ok(())
    }
}

fn candidates(header: &Header, kind: SlotKind) -> impl Iterator<Item = (u16, &Slot)> {
    header.slots_in_use().filter(move |(_, slot)| slot.kind == kind)
}

/// The cost of a slot inside the window; `None` if nothing is stretched.
pub(super) fn accepted_cost(slot: &Slot) -> Result<Option<KdfCost>> {
    if !slot.kind.has_passphrase() {
        return Ok(None);
    }
    KdfCost::new(slot.cost.memory_kib, slot.cost.passes, slot.cost.lanes).map(Some)
}

#[cfg(test)]
pub(crate) mod bare;
#[cfg(test)]
mod hostile;
