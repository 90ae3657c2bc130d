//! A cost for the machine at hand: measured, never guessed.

use std::time::Duration;

use super::{KdfCost, stretch};
use crate::clock::Stopwatch;
use crate::crypto::arena::{Arena, Locking};
use crate::error::Result;
use crate::limits;

const PASSES: u32 = 3;
const LANES: u32 = 4;

/// What [`KdfCost::calibrate`] found.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Calibration {
    /// The cost.
    pub cost: KdfCost,
    /// What one derivation at this cost took, just now.
    pub measured: Duration,
}

impl KdfCost {
    /// Finds a cost at which unlocking takes about `target` on this machine, by measuring.
    ///
    /// Three passes, four lanes. The memory starts at 64 MiB and is doubled while a derivation takes less than half of
    /// `target`. It stays below `max_memory_kib`, 512 MiB and an eighth of the machine's memory; where that is less
    /// than 64 MiB it starts there. What a container may use is not known here: say it in `max_memory_kib`.
    ///
    /// It takes about as long as three unlocks. Do it where stores are created: opening takes what the file says.
    ///
    /// # Errors
    ///
    /// [`KdfLimits`](crate::ErrorKind::KdfLimits) if less than 19 MiB are left to use, which is the least that is
    /// accepted; [`OutOfMemory`](crate::ErrorKind::OutOfMemory).
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use std::time::Duration;
    /// use strongroom::{KdfCost, StoreOptions, Unlock};
    ///
    /// let found = KdfCost::calibrate(Duration::from_millis(500), 256 * 1024)?;
    /// println!("{} MiB take {:?}", found.cost.memory_kib() / 1024, found.measured);
    /// let options = StoreOptions::new().kdf_cost(found.cost);
    /// let store = options.create("app.strongroom", Unlock::passphrase("correct horse battery staple"))?;
    /// # Ok::<(), strongroom::Error>(())
    /// ```
    pub fn calibrate(target: Duration, max_memory_kib: u32) -> Result<Calibration> {
        let arena = Arena::new(Locking::Wished)?;
        calibrate(target, ceiling(max_memory_kib, machine_memory_kib()), |cost| {
            let begun = Stopwatch::start();
            stretch(&arena, b"as long as a passphrase", &[0; 32], cost)?;
            Ok(begun.elapsed())
        })
    }
}

/// The most memory to use, in KiB.
fn ceiling(asked_kib: u32, machine_kib: Option<u64>) -> u32 {
    let share = machine_kib.map_or(u32::MAX, |memory| u32::try_from(memory / 8).unwrap_or(u32::MAX));
    asked_kib.min(share).min(limits::KDF_MEMORY_KIB_MAX)
}

fn calibrate(
    target: Duration,
    ceiling_kib: u32,
    mut measure: impl FnMut(KdfCost) -> Result<Duration>,
) -> Result<Calibration> {
    let mut memory_kib = KdfCost::DEFAULT.memory_kib.min(ceiling_kib);
    loop {
        let cost = KdfCost::new(memory_kib, PASSES, LANES)?;
        let measured = measure(cost)?;
        let next = memory_kib.saturating_mul(2).min(ceiling_kib);
        if measured >= target / 2 || next == memory_kib {
            return Ok(Calibration { cost, measured });
        }
        memory_kib = next;
    }
}

#[cfg(any(target_os = "linux", target_os = "android"))]
#[allow(clippy::useless_conversion, reason = "the field is as wide as a word of the machine")]
fn machine_memory_kib() -> Option<u64> {
    let info = rustix::system::sysinfo();
    u64::try_from(info.totalram).ok()?.checked_mul(u64::from(info.mem_unit)).map(|bytes| bytes / 1024)
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn machine_memory_kib() -> Option<u64> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;

    const MIB: u32 = 1024;

    /// What a machine that takes `per_mib` for each MiB ends with, and the costs it tried.
    fn found(target_ms: u64, ceiling_kib: u32, per_mib_us: u64) -> (u32, u64, Vec<u32>) {
        let mut tried = Vec::new();
        let found = calibrate(Duration::from_millis(target_ms), ceiling_kib, |cost| {
            assert_eq!((cost.passes(), cost.lanes()), (3, 4));
            tried.push(cost.memory_kib() / MIB);
            Ok(Duration::from_micros(per_mib_us * u64::from(cost.memory_kib() / MIB)))
        });
        let found = found.unwrap();
        (found.cost.memory_kib() / MIB, found.measured.as_micros() as u64, tried)
    }

    #[test]
    fn memory_is_doubled_while_a_derivation_takes_less_than_half_the_target() {
        let all = 512 * MIB;
        assert_eq!(found(500, all, 1_000), (256, 256_000, vec![64, 128, 256]));
        assert_eq!(found(512, all, 1_000), (256, 256_000, vec![64, 128, 256]), "half the target is enough");
        assert_eq!(found(513, all, 1_000), (512, 512_000, vec![64, 128, 256, 512]));
        assert_eq!(found(0, all, 1_000), (64, 64_000, vec![64]), "never below the default");
        assert_eq!(found(60_000, all, 1), (512, 512, vec![64, 128, 256, 512]), "never above the window");
    }

    #[test]
    fn memory_stays_below_what_may_be_used() {
        assert_eq!(found(60_000, 200 * MIB, 1), (200, 200, vec![64, 128, 200]));
        assert_eq!(found(60_000, 64 * MIB, 1), (64, 64, vec![64]));
        assert_eq!(found(60_000, 32 * MIB, 1), (32, 32, vec![32]), "less than the default lowers the start");
        assert_eq!(found(60_000, 19 * MIB, 1), (19, 19, vec![19]));
        let refused = calibrate(Duration::ZERO, 19 * MIB - 1, |_| panic!("measured")).unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::KdfLimits);
        assert!(refused.to_string().contains("19456"), "{refused}");
    }

    #[test]
    fn the_ceiling_is_the_least_of_three() {
        let gib = 1024 * 1024;
        assert_eq!(ceiling(u32::MAX, Some(64 * gib)), 512 * MIB);
        assert_eq!(ceiling(u32::MAX, Some(2 * gib)), 256 * MIB);
        assert_eq!(ceiling(100 * MIB, Some(2 * gib)), 100 * MIB);
        assert_eq!(ceiling(u32::MAX, Some(u64::MAX)), 512 * MIB);
        assert_eq!(ceiling(u32::MAX, None), 512 * MIB);
    }

    #[test]
    fn a_failed_measure_ends_it() {
        let failed = calibrate(Duration::MAX, 512 * MIB, |_| Err(crate::Error::internal("no")));
        assert_eq!(failed.unwrap_err().kind(), ErrorKind::Internal);
    }

    #[test]
    fn this_machine_can_be_measured() {
        let told_kib = || {
            let told = std::fs::read_to_string("/proc/meminfo").unwrap();
            let total = told.lines().find_map(|line| line.strip_prefix("MemTotal:")).unwrap();
            total.trim().trim_end_matches("kB").trim().parse::<u64>().unwrap()
        };
        // The memory of a virtual machine may grow and shrink: only what did not meanwhile can be compared.
        let (memory, told) = loop {
            let (memory, told) = (machine_memory_kib().unwrap(), told_kib());
            if machine_memory_kib() == Some(memory) {
                break (memory, told);
            }
        };
        assert_eq!(memory, told);
        let found = KdfCost::calibrate(Duration::ZERO, 19 * MIB).unwrap();
        assert_eq!(found.cost.memory_kib(), 19 * MIB);
        assert!(found.measured > Duration::ZERO);
    }
}
