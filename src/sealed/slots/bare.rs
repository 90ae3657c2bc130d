//! The keys of a slot laid bare, for tests that look for them where they must not be.

use super::*;

/// What one slot of a header comes to.
pub(crate) struct Bare {
    pub(crate) root: [u8; 32],
    pub(crate) wrap: [u8; 32],
    pub(crate) master: MasterKey,
    /// The slot's salt and cost.
    pub(crate) slot: Slot,
}

/// The keys of the first slot, which `unlock` opens.
pub(crate) fn lay_bare(header: &Header, unlock: &Unlock) -> Bare {
    let arena = Arena::any();
    let (index, slot) = header.slots_in_use().next().unwrap();
    let root = unlock.slot_root(&arena, &slot.salt, accepted_cost(slot).unwrap()).unwrap();
    let opener = Opener::find(unlock, slot, &arena, &header.place, index).unwrap().unwrap();
    Bare {
        root: *root.expose().unwrap(),
        wrap: *opener.key.expose().unwrap(),
        master: opener.master(&header.place).unwrap(),
        slot: slot.clone(),
    }
}
