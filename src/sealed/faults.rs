//! The faulty variants of the commit scheme. Each must fail the crash simulator, or the simulator proves nothing.

use std::cell::Cell;

/// A rule left out.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Fault {
    /// R7: the newest superblock is accepted without looking at its manifest.
    ManifestUnchecked,
    /// R4: blocks of the stable manifest are overwritten without retiring it.
    NoRetire,
    /// R7: three slots in turn, and an incomplete commit falls back to the oldest.
    FallBackTwo,
    /// R2: no sync at open although the newest superblock is not proven durable.
    NoSyncBeforeFirstWrite,
    /// R2: after a crash what the cache holds is taken for what the medium holds.
    CacheTrusted,
    /// R5: the file is cut before the shorter state is durable.
    EarlyShortening,
    /// After a fallback the next commit goes over the good superblock.
    OverwriteGoodSlot,
    /// redb's header in one place, rewritten in place.
    HeaderInPlace,
    /// A change of slots writes both copies of the key header before the commit that names them.
    BothHeadersFirst,
    /// A change of slots is acknowledged with its commit, before the other header and superblock follow.
    NotAdopted,
    /// The commit of a change of slots is written before its header is synced.
    HeaderUnsynced,
    /// Sequences of key headers are counted.
    CountedHeaders,
    /// A new file gets its name before it is synced.
    RenameUnsynced,
    /// A call with an idempotency key is remembered in a commit behind that of its effect.
    KeyApart,
}

thread_local!(static ACTIVE: Cell<Option<Fault>> = const { Cell::new(None) });

/// Leaves a rule out on this thread from now on.
pub(crate) fn set(fault: Option<Fault>) {
    ACTIVE.set(fault);
}

pub(crate) fn active(fault: Fault) -> bool {
    ACTIVE.get() == Some(fault)
}
