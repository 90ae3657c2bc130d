//! Where random tests begin: in a clean clone always at the same place, and a campaign each time at another.

use proptest::prelude::ProptestConfig;
use proptest::test_runner::RngSeed;

use crate::crypto::random;

/// The seed of whoever says nothing else.
const USUAL: u64 = 1;

/// The number an environment variable holds.
pub(crate) fn setting(name: &str, default: u64) -> u64 {
    match std::env::var(name) {
        Ok(text) => text.parse().unwrap_or_else(|_| panic!("{name} must be a number, not {text:?}")),
        Err(_) => default,
    }
}

/// The seed that `name` holds. Without it a run whose length `size` sets draws one, so that the next looks elsewhere. Printed.
pub(crate) fn seed(name: &str, size: &str) -> u64 {
    let seed = setting(name, if std::env::var_os(size).is_some() { drawn() } else { USUAL });
    eprintln!("{name}={seed}");
    seed
}

/// Small enough to be counted on from.
fn drawn() -> u64 {
    u32::from_le_bytes(random::bytes().unwrap()).into()
}

/// The same rule for `proptest!`, whose variables are `PROPTEST_RNG_SEED` and `PROPTEST_CASES`.
pub(crate) fn properties() -> ProptestConfig {
    let config = ProptestConfig::default();
    match config.rng_seed {
        RngSeed::Random => {
            let rng_seed = RngSeed::Fixed(seed("PROPTEST_RNG_SEED", "PROPTEST_CASES"));
            ProptestConfig { rng_seed, ..config }
        }
        _ => config,
    }
}
