//! The only source of randomness: the operating system, asked anew each time, so that a fork or a restored
//! snapshot of a virtual machine never repeats a stream.

use crate::error::{Error, ErrorKind, Result};

/// `N` random bytes that are no secret.
///
/// # Errors
///
/// [`ErrorKind::RandomFailed`] if the operating system gives none.
pub(crate) fn bytes<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0; N];
    fill(&mut bytes)?;
    Ok(bytes)
}

/// Fills `bytes` where they are: for keys, which must not be moved.
///
/// # Errors
///
/// As [`bytes`].
pub(crate) fn fill(bytes: &mut [u8]) -> Result<()> {
    #[cfg(test)]
    if seeded::fill(bytes) {
        return Ok(());
    }
    getrandom::fill(bytes)
        .map_err(|_| Error::new(ErrorKind::RandomFailed, "the operating system gave no random bytes"))
}

/// A seeded stream in place of the operating system's, so that a simulated run can be repeated.
#[cfg(test)]
pub(crate) mod seeded {
    use std::cell::Cell;

    thread_local!(static STATE: Cell<Option<u64>> = const { Cell::new(None) });

    /// From now on this thread's random bytes follow from `seed`; `None` ends it.
    pub(crate) fn set(seed: Option<u64>) {
        STATE.set(seed);
    }

    pub(super) fn fill(bytes: &mut [u8]) -> bool {
        let Some(mut state) = STATE.get() else { return false };
        for chunk in bytes.chunks_mut(8) {
            chunk.copy_from_slice(&splitmix64(&mut state).to_le_bytes()[..chunk.len()]);
        }
        STATE.set(Some(state));
        true
    }

    /// SplitMix64 (Steele, Lea, Flood 2014).
    pub(crate) fn splitmix64(state: &mut u64) -> u64 {
        *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = *state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}
