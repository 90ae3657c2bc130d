//! Wraps the master key under what unlocks, and finds it again.

use zeroize::Zeroizing;

use super::unlock::Unlock;
use crate::crypto::aead::{self, OVERHEAD};
use crate::crypto::derive::{slot_commitment, slot_root, slot_wrap};
use crate::crypto::kdf::{KdfCost, stretch};
use crate::crypto::keys::{Key, MasterKey, SlotRoot};
use crate::crypto::mac::equal;
use crate::crypto::random;
use crate::error::{Error, ErrorKind, Result};
use crate::format::aad::{self, StoreEpoch};
use crate::format::header::Header;
use crate::format::slot::{OWNER_PAYLOAD_LEN, Slot, SlotKind, SlotState, StoredCost};
use crate::format::wire::Writer;
use crate::limits::KDF_BUDGET_KIB;

/// A new slot at `index` that opens with `unlock`.
pub(super) fn wrap(
    master: &MasterKey,
    unlock: &Unlock,
    cost: KdfCost,
    place: &StoreEpoch,
    index: u16,
) -> Result<Slot> {
    let kind = unlock.kind()?;
    let stored = match kind {
        SlotKind::Passphrase => {
            StoredCost { memory_kib: cost.memory_kib(), passes: cost.passes(), lanes: cost.lanes() }
        }
        SlotKind::RawKey => StoredCost::default(),
    };
    let mut slot = Slot {
        kind,
        cost: stored,
        id: random::bytes()?,
        salt: random::bytes()?,
        commitment: [0; 32],
        wrapped: vec![0; OWNER_PAYLOAD_LEN + OVERHEAD],
    };
    let root = root_key(unlock, &slot)?;
    let context = key_context(place, index, &slot);
    slot.commitment = slot_commitment(&root, &context);
    let aad = aad::slot(&Header::fixed(place), index, &slot.bound());
    let mut wrapped = std::mem::take(&mut slot.wrapped);
    aead::seal(&slot_wrap(&root, &context), &aad, master.expose(), &mut wrapped)?;
    slot.wrapped = wrapped;
    Ok(slot)
}

/// Tries the slots of several header copies against one key, each distinct slot once.
pub(crate) struct Search<'a> {
    unlock: &'a Unlock,
    kind: SlotKind,
    budget_kib: u64,
    tried: Vec<Tried>,
}

struct Tried {
    place: StoreEpoch,
    index: u16,
    slot: Slot,
    master: Option<MasterKey>,
}

impl<'a> Search<'a> {
    /// Looks at every slot that would be tried before any memory is spent: the cost comes from whoever wrote the
    /// file.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::KdfLimits`] if one of them lies outside the accept window.
    pub(crate) fn new(unlock: &'a Unlock, headers: &[Header]) -> Result<Self> {
        let kind = unlock.kind()?;
        for slot in headers.iter().flat_map(|header| candidates(header, kind)).map(|(_, slot)| slot) {
            accepted_cost(slot)?;
        }
        Ok(Self { unlock, kind, budget_kib: KDF_BUDGET_KIB, tried: Vec::new() })
    }

    /// The master key, if a slot of `header` opens.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::KdfLimits`] when the budget ends before the slots do; [`ErrorKind::OutOfMemory`];
    /// [`ErrorKind::Tampered`] if the slot's commitment holds and its seal does not.
    pub(crate) fn open(&mut self, header: &Header) -> Result<Option<&MasterKey>> {
        let mut opened = None;
        for (index, slot) in candidates(header, self.kind) {
            let at = match self.position(&header.place, index, slot) {
                Some(at) => at,
                None => self.attempt(&header.place, index, slot)?,
            };
            if self.tried.get(at).is_some_and(|tried| tried.master.is_some()) {
                opened = Some(at);
                break;
            }
        }
        Ok(opened.and_then(|at| self.tried.get(at)?.master.as_ref()))
    }

    fn position(&self, place: &StoreEpoch, index: u16, slot: &Slot) -> Option<usize> {
        self.tried.iter().position(|tried| (&tried.place, tried.index, &tried.slot) == (place, index, slot))
    }

    fn attempt(&mut self, place: &StoreEpoch, index: u16, slot: &Slot) -> Result<usize> {
        self.spend(slot)?;
        let master = unwrap(self.unlock, slot, place, index)?;
        self.tried.push(Tried { place: *place, index, slot: slot.clone(), master });
        Ok(self.tried.len() - 1)
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
    (0u16..).zip(&header.slots).filter_map(move |(index, state)| match state {
        SlotState::InUse(slot) if slot.kind == kind => Some((index, slot)),
        _ => None,
    })
}

fn accepted_cost(slot: &Slot) -> Result<Option<KdfCost>> {
    match slot.kind {
        SlotKind::Passphrase => {
            KdfCost::new(slot.cost.memory_kib, slot.cost.passes, slot.cost.lanes).map(Some)
        }
        SlotKind::RawKey => Ok(None),
    }
}

fn unwrap(unlock: &Unlock, slot: &Slot, place: &StoreEpoch, index: u16) -> Result<Option<MasterKey>> {
    let root = root_key(unlock, slot)?;
    let context = key_context(place, index, slot);
    // The commitment is compared before the cipher runs, so that no slot can be made to open under two keys.
    if !equal(&slot_commitment(&root, &context), &slot.commitment) {
        return Ok(None);
    }
    let aad = aad::slot(&Header::fixed(place), index, &slot.bound());
    let mut bytes = Zeroizing::new([0; OWNER_PAYLOAD_LEN]);
    aead::open(&slot_wrap(&root, &context), &aad, &slot.wrapped, bytes.as_mut_slice()).map_err(|_| {
        Error::new(
            ErrorKind::Tampered,
            "the key is right, but its slot was altered; restore a backup of the file",
        )
    })?;
    Ok(Some(Key::new(bytes)))
}

/// `HKDF-Extract(slot salt, kind | length | bytes)`. FORMAT 5.1.
fn root_key(unlock: &Unlock, slot: &Slot) -> Result<Key<SlotRoot>> {
    const STRETCHED_PASSPHRASE: u8 = 1;
    const RAW_KEY: u8 = 2;
    let material = match accepted_cost(slot)? {
        Some(cost) => {
            let stretched = stretch(unlock.expose(), &slot.salt, cost)?;
            key_part(STRETCHED_PASSPHRASE, stretched.as_slice())
        }
        None => key_part(RAW_KEY, unlock.expose()),
    };
    Ok(slot_root(&slot.salt, &material))
}

fn key_part(kind: u8, bytes: &[u8]) -> Zeroizing<Vec<u8>> {
    let len = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
    Zeroizing::new(Writer::with_capacity(5 + bytes.len()).u8(kind).u32(len).bytes(bytes).finish())
}

fn key_context(place: &StoreEpoch, index: u16, slot: &Slot) -> Vec<u8> {
    [place.store_id.as_slice(), &index.to_le_bytes(), &slot.id].concat()
}
