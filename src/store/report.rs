//! What opening and verifying found.

use std::time::Duration;

use super::pin::PinCheck;
use crate::crypto::kdf::KdfCost;
use crate::sealed::select::Found;
use crate::tables::verify::{Counts, Depth};

/// What [`Store::open`](crate::Store::open) found out about the file.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct OpenReport {
    /// The generation of a commit that was cut off before it was acknowledged, and is not in the store. From inside
    /// the file a torn write and an attacker who undid the last commit of a crashed handle look the same.
    pub discarded_generation: Option<u64>,
    /// One of the two superblocks is unreadable: its last write was cut off, or it was damaged. The other one holds
    /// the state the store opened with.
    pub unreadable_superblock: bool,
    /// One of the two copies of the key header is unreadable: its last write was cut off, or it was damaged or altered. The store
    /// opened with the other one, and nothing opens it should that be damaged too. Every change of a key slot writes both, and so
    /// does [`compact`](crate::Store::compact).
    pub unreadable_header: bool,
    /// The verification at open, if there was one. It looks at blocks, not into values.
    pub verified: Option<VerifyReport>,
    /// How much of the [pin](crate::StoreOptions::pin) could be checked, if there was one.
    pub pin: Option<PinCheck>,
    /// The slot that unlocked costs less than the store's [floor](crate::Policy::kdf_floor). It is wrapped anew with
    /// the first write, for which making it ready cost one more key derivation at open.
    pub kdf_upgrade: Option<KdfUpgrade>,
    /// How far the clock stands behind the last time the store has seen, if that is more than a second. Until the clock has
    /// caught up, that last time is taken for now: nothing that was over begins again.
    pub clock_behind: Option<Duration>,
}

/// A key slot whose cost is raised.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct KdfUpgrade {
    /// What it costs now.
    pub from: KdfCost,
    /// What it costs from the first write on: the store's floor, and no more.
    pub to: KdfCost,
}

impl OpenReport {
    pub(super) fn new(found: Found, verified: Option<VerifyReport>) -> Self {
        Self {
            discarded_generation: found.discarded,
            unreadable_superblock: found.unreadable_superblock,
            unreadable_header: found.unreadable_header,
            verified,
            pin: None,
            kdf_upgrade: None,
            clock_behind: None,
        }
    }
}

/// What a verification counted. A verification that finds a fault is an error instead.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct VerifyReport {
    /// Blocks of 4 KiB that the last commit reaches. Each one authenticated.
    pub blocks: u64,
    /// Blocks that it does not reach: room for growth, and what earlier or torn commits left. Nothing reads them.
    pub unreachable_blocks: u64,
    /// What was opened beyond the blocks; `None` for the verification at open.
    pub opened: Option<OpenedReport>,
}

/// What [`Store::verify`](crate::Store::verify) opened.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct OpenedReport {
    /// Live secrets.
    pub secrets: u64,
    /// Secrets in the trash.
    pub trashed: u64,
    /// Versions of all these. Each value opened that was not destroyed.
    pub versions: u64,
    /// Events of the audit log. The chain holds, and ends where the last commit says.
    pub events: u64,
}

impl VerifyReport {
    pub(super) fn new(counts: Counts, depth: Depth) -> Self {
        let opened = match depth {
            Depth::Blocks => None,
            Depth::Values => Some(OpenedReport {
                secrets: counts.secrets,
                trashed: counts.trashed,
                versions: counts.versions,
                events: counts.events,
            }),
        };
        Self { blocks: counts.blocks, unreachable_blocks: counts.unreachable_blocks, opened }
    }
}
