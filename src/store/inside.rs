//! What tests see and do below the interface.

use std::sync::Arc;

use super::{Copied, CopyOptions, Slots, Store, StoreOptions};
use crate::error::Result;
use crate::record::audit::EventKind;
use crate::record::id::SlotId;
use crate::sealed::change::SlotChange;
use crate::sealed::disk::Nascent;
use crate::sealed::file::SealedFile;
use crate::sealed::unlock::Unlock;
use crate::tables::Tables;
use crate::{KdfCost, ManualClock, Timestamp};

/// The time of a clock that stands still, in milliseconds.
pub(crate) const NOW: i64 = 1_800_000_000_000;

impl StoreOptions {
    /// For whoever counts events: the log tells of a clock that was set back, and the device's may be at any time.
    pub(crate) fn with_still_clock() -> Self {
        Self::new().clock(&ManualClock::start(Timestamp::from_millis(NOW)))
    }
}

impl Store {
    /// The file this store stands on now.
    pub(crate) fn file(&self) -> Arc<SealedFile> {
        self.shared.root.tables().unwrap().file().clone()
    }

    /// The rows this store stands on now.
    pub(crate) fn tables(&self) -> Arc<Tables> {
        self.shared.root.tables().unwrap()
    }

    /// How many handles there are of the open store.
    pub(crate) fn handles(&self) -> usize {
        Arc::strong_count(&self.shared)
    }

    /// Whether a thread is inside [`lock`](Self::lock), and waits for others to end.
    pub(crate) fn is_being_locked(&self) -> bool {
        self.shared.root.is_held()
    }

    /// How many events tell of what was done, in a log that verifies.
    pub(crate) fn done_events(&self) -> u64 {
        self.verify().unwrap();
        crate::tables::forged::done_events(&self.tables()).unwrap()
    }

    /// Forgets what was read, as a process that is killed does: closing then writes no events of it.
    pub(crate) fn forget_reads(&self) {
        drop(self.shared.reads.take_all(0));
        self.shared.reads.written();
    }

    /// A backup to a medium that is not a file.
    pub(crate) fn back_up_to(&self, nascent: Box<dyn Nascent>) -> Result<Copied> {
        self.back_up(nascent, &mut CopyOptions::new())
    }
}

impl Slots<'_> {
    /// A change of passphrase for keys that are not stretched, so that it can be made thousands of times.
    pub(crate) fn change_key(&self, id: SlotId, unlock: &Unlock) -> Result<()> {
        let (_pass, tables) = self.0.begin_change()?;
        let change = SlotChange::Replace { id: *id.as_bytes(), unlock, cost: KdfCost::EDGE };
        self.0.change_slot(&tables, &change, EventKind::SlotChanged, |_, _, _| Ok(())).map(drop)
    }
}
