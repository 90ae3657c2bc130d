//! Argon2id (RFC 9106), version 0x13, inside a window: the cost comes from a header nobody vouches for yet.

use std::sync::Arc;

use argon2::{Algorithm, Argon2, Params, Version};

use super::arena::Arena;
use super::arena::scratch::Scratch;
use super::keys::{Key, Stretched};
use super::stack::{DEEP, on_clean_stack};
use crate::error::{Error, ErrorKind, Result};
use crate::limits;

mod calibrate;
#[cfg(test)]
pub(crate) mod ledger;

pub use calibrate::Calibration;

/// What one run of Argon2id costs.
///
/// Only costs inside the accept window exist: 19 MiB to 512 MiB of memory, 1 to 16 passes, 1 to 16 lanes, and
/// memory times passes at most 4 GiB.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct KdfCost {
    memory_kib: u32,
    passes: u32,
    lanes: u32,
}

impl KdfCost {
    /// 64 MiB, 3 passes, 4 lanes: RFC 9106's second recommended option.
    pub const DEFAULT: Self = Self { memory_kib: 64 * 1024, passes: 3, lanes: 4 };

    /// 19 MiB, 2 passes, 1 lane, for small devices: OWASP's minimum, and the least the window accepts.
    pub const EDGE: Self = Self { memory_kib: limits::KDF_MEMORY_KIB_MIN, passes: 2, lanes: 1 };

    /// 128 MiB, 3 passes, 1 lane, for a machine that a person waits at.
    pub const DESKTOP: Self = Self { memory_kib: 128 * 1024, passes: 3, lanes: 1 };

    /// 256 MiB, 3 passes, 4 lanes, for stores that are opened seldom and must withstand much.
    pub const HIGH: Self = Self { memory_kib: 256 * 1024, passes: 3, lanes: 4 };

    /// A cost inside the window. `memory_kib` is in KiB.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::KdfLimits`] if it lies outside the window.
    pub fn new(memory_kib: u32, passes: u32, lanes: u32) -> Result<Self> {
        let outside = |what: &str, found: u32, least: u32, most: u32| {
            Error::new(
                ErrorKind::KdfLimits,
                format!("the key derivation asks for {what} of {found}; {least} to {most} are accepted"),
            )
        };
        let (least, most) = (limits::KDF_MEMORY_KIB_MIN, limits::KDF_MEMORY_KIB_MAX);
        if !(least..=most).contains(&memory_kib) {
            return Err(outside("memory in KiB", memory_kib, least, most));
        }
        if !(1..=limits::KDF_PASSES_MAX).contains(&passes) {
            return Err(outside("a number of passes", passes, 1, limits::KDF_PASSES_MAX));
        }
        if !(1..=limits::KDF_LANES_MAX).contains(&lanes) {
            return Err(outside("a number of lanes", lanes, 1, limits::KDF_LANES_MAX));
        }
        let cost = Self { memory_kib, passes, lanes };
        if cost.weight() > limits::KDF_BUDGET_KIB {
            return Err(Error::new(
                ErrorKind::KdfLimits,
                "the key derivation asks for more than 4 GiB of memory times passes",
            ));
        }
        Ok(cost)
    }

    /// Memory, in KiB.
    #[must_use]
    pub fn memory_kib(self) -> u32 {
        self.memory_kib
    }

    /// Passes over the memory.
    #[must_use]
    pub fn passes(self) -> u32 {
        self.passes
    }

    /// Lanes. They run one after the other: no threads are started.
    #[must_use]
    pub fn lanes(self) -> u32 {
        self.lanes
    }

    /// Whether a guess at this cost is cheaper than at another, by memory times passes.
    pub(crate) fn is_below(self, other: Self) -> bool {
        self.weight() < other.weight()
    }

    /// Memory times passes, in KiB: what the budget of an unlock counts.
    pub(crate) fn weight(self) -> u64 {
        u64::from(self.memory_kib) * u64::from(self.passes)
    }
}

/// Argon2id of a normalised passphrase.
///
/// # Errors
///
/// [`ErrorKind::OutOfMemory`] if the memory cannot be reserved: an error here, not an abort in the allocator.
pub(crate) fn stretch(
    arena: &Arc<Arena>,
    passphrase: &[u8],
    salt: &[u8; 32],
    cost: KdfCost,
) -> Result<Key<Stretched>> {
    #[cfg(test)]
    if ledger::is_enough(cost) {
        return Key::fill(arena, |_| Ok(()));
    }
    let refused = |_| Error::internal("Argon2id refused a cost inside the accept window");
    let params = Params::new(cost.memory_kib, cost.passes, cost.lanes, Some(32)).map_err(refused)?;
    let mut memory = Scratch::reserve(params.block_count())?;
    Key::fill(arena, |out| {
        on_clean_stack::<DEEP, _>(|| {
            Argon2::new(Algorithm::Argon2id, Version::V0x13, params).hash_password_into_with_memory(
                passphrase,
                salt,
                out,
                memory.blocks(),
            )
        })
        .map_err(refused)
    })
}

#[cfg(test)]
mod tests;
