//! Wiping what a computation leaves on the stack.
//!
//! Ciphers and hashes wipe the state they own, but not the copies a compiler makes on the way: spilled registers,
//! moved arrays. They lie in frames that are dead when the computation returns, right below the caller's.

use std::hint::black_box;

/// Frames of the cipher and the hashes: twice what the cipher, the deepest of them, was measured to take.
pub(crate) const SHALLOW: usize = 8 * 1024;
/// Frames of Argon2id, which keeps whole blocks of 1 KiB in them: more than twice what was measured.
pub(crate) const DEEP: usize = 32 * 1024;

/// Runs `work`, then overwrites `DEPTH` bytes of stack where its frames were.
#[inline(never)]
pub(crate) fn on_clean_stack<const DEPTH: usize, T>(work: impl FnOnce() -> T) -> T {
    let done = run(work);
    #[cfg(test)]
    if neglect::is_on() {
        return done;
    }
    burn::<DEPTH>();
    done
}

/// Not inlined, so that its frames lie below those of [`on_clean_stack`], where [`burn`] reaches them.
#[inline(never)]
fn run<T>(work: impl FnOnce() -> T) -> T {
    work()
}

#[inline(never)]
fn burn<const DEPTH: usize>() {
    // The optimiser must take it for used, or there is no array at all.
    black_box(&mut [0u8; DEPTH]);
}

/// A stack that nobody cleans, for the controls of tests that look at it.
#[cfg(test)]
pub(crate) mod neglect {
    use std::cell::Cell;

    thread_local!(static NEGLECT: Cell<bool> = const { Cell::new(false) });

    /// From now on this thread's stack is left as it is, or no longer.
    pub(crate) fn set(neglect: bool) {
        NEGLECT.set(neglect);
    }

    pub(super) fn is_on() -> bool {
        NEGLECT.get()
    }
}
