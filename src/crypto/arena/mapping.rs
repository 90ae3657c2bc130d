//! Anonymous memory of the operating system's, and what can be asked of it.

use std::ffi::c_void;
use std::ops::Range;
use std::ptr::{NonNull, null_mut};

use rustix::mm::{MapFlags, ProtFlags, mlock, mmap_anonymous, munmap};

use crate::error::{Error, ErrorKind};

/// A private anonymous mapping, zero at first, unmapped on drop.
pub(super) struct Mapping {
    start: NonNull<u8>,
    len: usize,
}

/// What may be asked for a range of a mapping. None of it changes a byte in this process.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Wish {
    /// Never to be written to swap.
    Lock,
    /// To be left out of core dumps.
    NoDump,
    /// To be empty in forked children.
    WipeOnFork,
    /// To be made of pages of 2 MiB or so where there are some.
    HugePages,
}

impl Mapping {
    /// `None` if there is no memory.
    pub(super) fn new(len: usize, protection: ProtFlags) -> Option<Self> {
        // SAFETY: a new mapping at an address of the system's choice touches no existing memory.
        let start = unsafe { mmap_anonymous(null_mut(), len, protection, MapFlags::PRIVATE) }.ok()?;
        Some(Self { start: NonNull::new(start.cast())?, len })
    }

    /// Where it starts: a multiple of the page size.
    pub(super) fn start(&self) -> NonNull<u8> {
        self.start
    }

    /// Asks for something for a range that starts and ends on a page, and says whether it was granted.
    pub(super) fn wish(&self, wish: Wish, range: Range<usize>) -> bool {
        debug_assert!(range.start <= range.end && range.end <= self.len);
        #[cfg(test)]
        if refusal::is_refused(wish) {
            return false;
        }
        // SAFETY: the range lies inside the mapping.
        let start = unsafe { self.start.add(range.start) };
        grant(wish, start.as_ptr().cast(), range.len())
    }
}

impl Drop for Mapping {
    fn drop(&mut self) {
        // SAFETY: exactly what `new` mapped, and no reference into it is left. A failure leaves it mapped, which is safe.
        let _ = unsafe { munmap(self.start.as_ptr().cast(), self.len) };
    }
}

#[cfg(any(target_os = "linux", target_os = "android"))]
fn grant(wish: Wish, start: *mut c_void, len: usize) -> bool {
    use rustix::mm::{Advice, madvise};
    let advice = match wish {
        // SAFETY: the range is mapped; locking changes no byte of it.
        Wish::Lock => return unsafe { mlock(start, len) }.is_ok(),
        Wish::NoDump => Advice::LinuxDontDump,
        Wish::WipeOnFork => Advice::LinuxWipeOnFork,
        Wish::HugePages => Advice::LinuxHugepage,
    };
    // SAFETY: the range is mapped, private and anonymous; none of these changes a byte of it in this process.
    unsafe { madvise(start, len, advice) }.is_ok()
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn grant(wish: Wish, start: *mut c_void, len: usize) -> bool {
    // SAFETY: the range is mapped; locking changes no byte of it.
    wish == Wish::Lock && unsafe { mlock(start, len) }.is_ok()
}

pub(super) fn no_memory() -> Error {
    Error::new(ErrorKind::OutOfMemory, "not enough memory for the pages that hold the keys")
}

/// A system that refuses something, for mappings that this thread makes.
#[cfg(test)]
pub(crate) mod refusal {
    use std::cell::Cell;

    use super::Wish;

    thread_local!(static REFUSED: Cell<Option<Wish>> = const { Cell::new(None) });

    /// From now on `wish` is refused; `None` ends it.
    pub(crate) fn set(wish: Option<Wish>) {
        REFUSED.set(wish);
    }

    pub(super) fn is_refused(wish: Wish) -> bool {
        REFUSED.get() == Some(wish)
    }
}
