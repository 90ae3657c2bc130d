//! An account of the derivations that this thread was made to do, for tests of what a file can ask for.

use std::cell::RefCell;

use super::KdfCost;

thread_local!(static LEDGER: RefCell<Option<Ledger>> = const { RefCell::new(None) });

/// What was asked of Argon2id.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Ledger {
    pub(crate) runs: u64,
    /// The sum of memory times passes, in KiB.
    pub(crate) weight_kib: u64,
    pub(crate) most_memory_kib: u32,
    /// Whether a run is only counted. Its key is then of zeros.
    only_counts: bool,
}

/// Counts from now on, with or without running Argon2id.
pub(crate) fn begin(only_count: bool) {
    LEDGER.set(Some(Ledger { only_counts: only_count, ..Ledger::default() }));
}

/// What was counted since.
pub(crate) fn end() -> Ledger {
    LEDGER.take().expect("no account was begun")
}

/// Counts a run, and says whether that is all there is to do.
pub(super) fn is_enough(cost: KdfCost) -> bool {
    LEDGER.with_borrow_mut(|ledger| {
        let Some(ledger) = ledger else { return false };
        ledger.runs += 1;
        ledger.weight_kib += cost.weight();
        ledger.most_memory_kib = ledger.most_memory_kib.max(cost.memory_kib());
        ledger.only_counts
    })
}
