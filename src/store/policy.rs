//! What a store demands, kept in the store.

use super::Store;
use super::commit::event;
use crate::access::Action;
use crate::crypto::kdf::KdfCost;
use crate::error::Result;
use crate::record::audit::EventKind;
use crate::record::policy::KdfFloorRecord;
use crate::tables::{Batch, Rows, slots};

/// The stored policy of a [`Store`]: see [`Store::policy`].
pub struct Policy<'a>(pub(super) &'a Store);

impl Store {
    /// What this store demands of everybody who opens it.
    #[must_use]
    pub fn policy(&self) -> Policy<'_> {
        Policy(self)
    }
}

impl Policy<'_> {
    /// The least cost of the passphrases of this store.
    ///
    /// # Errors
    ///
    /// [`Locked`](crate::ErrorKind::Locked); [`Tampered`](crate::ErrorKind::Tampered).
    pub fn kdf_floor(&self) -> Result<KdfCost> {
        self.0.authorise(Action::Administer)?.read(|rows| kdf_floor(rows))
    }

    /// Sets the least cost of passphrases. New slots cost at least this; a slot that costs less is wrapped anew after the
    /// first write of a handle that it unlocked, never above the floor, and [the open report](crate::OpenReport) says so.
    /// If there is no room for that, or the slots together would cost more than an unlock may, it stays as it is.
    ///
    /// # Examples
    ///
    /// ```
    /// use strongroom::{KdfCost, Store};
    ///
    /// let store = Store::in_memory()?;
    /// store.policy().set_kdf_floor(KdfCost::new(128 * 1024, 3, 4)?)?;
    /// assert_eq!(store.policy().kdf_floor()?.memory_kib(), 128 * 1024);
    /// # Ok::<(), strongroom::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Store::put`].
    pub fn set_kdf_floor(&self, floor: KdfCost) -> Result<()> {
        let (_pass, tables) = self.0.begin_change()?;
        self.0.commit(&tables, |batch, now| {
            set_kdf_floor(batch, floor)?;
            Ok(((), vec![event(now, EventKind::KdfFloorChanged, [0; 16], 0)]))
        })?;
        self.0.strengthen(&tables);
        Ok(())
    }
}

impl std::fmt::Debug for Policy<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Policy")
    }
}

/// The floor in a store; the first stores have none, and so the least there is.
pub(super) fn kdf_floor(rows: &impl Rows) -> Result<KdfCost> {
    match slots::kdf_floor(rows)? {
        Some(floor) => KdfCost::new(floor.memory_kib, floor.passes, floor.lanes),
        None => Ok(KdfCost::EDGE),
    }
}

pub(super) fn set_kdf_floor(batch: &mut Batch<'_>, floor: KdfCost) -> Result<()> {
    let record =
        KdfFloorRecord { memory_kib: floor.memory_kib(), passes: floor.passes(), lanes: floor.lanes() };
    slots::set_kdf_floor(batch, &record)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::sealed::disk::memory::MemoryDisk;
    use crate::{ErrorKind, StoreOptions, Unlock};

    #[test]
    fn a_floor_that_no_slot_can_have_keeps_nobody_out() {
        let (disk, unlock) = (Arc::new(MemoryDisk::default()), Unlock::passphrase("correct horse"));
        let options = StoreOptions::new().kdf_cost(KdfCost::EDGE);
        let store = options.create_on(disk.clone(), &unlock).unwrap();
        let (pass, tables) = store.begin_change().unwrap();
        let beyond = KdfFloorRecord { memory_kib: u32::MAX, passes: 1, lanes: 1 };
        let written = store.commit(&tables, |batch, now| {
            slots::set_kdf_floor(batch, &beyond)?;
            Ok(((), vec![event(now, EventKind::KdfFloorChanged, [0; 16], 0)]))
        });
        written.unwrap();
        drop((pass, tables));
        drop(store);
        let store = options.open_on(disk.clone(), &unlock).unwrap();
        assert_eq!(store.open_report().kdf_upgrade, None);
        store.verify().unwrap();
        store.put("name", "value").unwrap();
        assert_eq!(store.policy().kdf_floor().unwrap_err().kind(), ErrorKind::KdfLimits);
        store.policy().set_kdf_floor(KdfCost::EDGE).unwrap();
        assert_eq!(store.policy().kdf_floor().unwrap(), KdfCost::EDGE);
    }
}
