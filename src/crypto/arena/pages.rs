//! Anonymous memory of the operating system's, kept from swap, core dumps and forked children as far as it lets us.

use std::ptr::{NonNull, null_mut};
use std::slice;

use rustix::mm::{MapFlags, MprotectFlags, ProtFlags, madvise, mlock, mmap_anonymous, mprotect, munmap};

use crate::error::{Error, ErrorKind, Result};

/// How well the memory that holds the keys of a store is protected by the operating system.
///
/// Hibernation writes locked memory to the disk all the same, and root reads it anyway.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct MemoryStatus {
    /// The pages are locked: they are never written to swap. Fails where the process may lock too little memory
    /// (`ulimit -l`).
    pub locked: bool,
    /// The pages are left out of core dumps.
    pub excluded_from_dumps: bool,
    /// The pages are empty in a forked child. If the system cannot do this, the process id is compared instead.
    pub wiped_on_fork: bool,
}

/// Pages between two guard pages that neither read nor write. Zero at first, wiped and returned on drop.
pub(super) struct Pages {
    mapping: Mapping,
    /// Where the pages between the guards start.
    start: NonNull<u8>,
    len: usize,
    status: MemoryStatus,
}

impl Pages {
    /// Maps `len` bytes, a multiple of the page size or rounded up to it, and asks for every protection there is.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::OutOfMemory`] if there is no memory. A protection that is refused is no error here: it shows in
    /// [`status`](Self::status).
    pub(super) fn guarded(len: usize) -> Result<Self> {
        let page = rustix::param::page_size();
        let len = len.next_multiple_of(page);
        let mapping = Mapping::new(len + 2 * page, ProtFlags::empty())?;
        // SAFETY: one page into a mapping that is two pages longer than `len`.
        let start = unsafe { mapping.start.add(page) };
        // SAFETY: `start` and `len` lie page-aligned inside a mapping that nobody else knows yet.
        unsafe { mprotect(start.as_ptr().cast(), len, MprotectFlags::READ | MprotectFlags::WRITE) }
            .map_err(|_| no_memory())?;
        let status = protect(start, len);
        Ok(Self { mapping, start, len, status })
    }

    pub(super) fn status(&self) -> MemoryStatus {
        self.status
    }

    /// The 32 bytes at `index`, counted in units of 32.
    ///
    /// # Safety
    ///
    /// `index` must lie inside, and while the reference lives nothing may write to these bytes.
    pub(super) unsafe fn get(&self, index: usize) -> &[u8; 32] {
        debug_assert!((index + 1) * 32 <= self.len);
        // SAFETY: the caller keeps `index` inside the mapping, which lives as long as `self`; every byte of it is
        // initialised (zero at first) and an array of bytes has no alignment.
        unsafe { self.start.add(index * 32).cast().as_ref() }
    }

    /// As [`get`](Self::get), to write.
    ///
    /// # Safety
    ///
    /// `index` must lie inside, and while the reference lives nothing else may read or write these bytes.
    #[expect(clippy::mut_from_ref, reason = "the arena hands out each index once")]
    pub(super) unsafe fn get_mut(&self, index: usize) -> &mut [u8; 32] {
        debug_assert!((index + 1) * 32 <= self.len);
        // SAFETY: as for `get`; the caller has the bytes to itself.
        unsafe { self.start.add(index * 32).cast().as_mut() }
    }
}

impl Drop for Pages {
    fn drop(&mut self) {
        // SAFETY: the range is mapped for writing, and nobody has a reference into it any more.
        let bytes = unsafe { slice::from_raw_parts_mut(self.start.as_ptr(), self.len) };
        bytes.fill(0);
        // Not removed as dead: the pages are given to the system right behind, which is a call the compiler cannot see
        // through.
        std::hint::black_box(&self.mapping.start);
    }
}

/// A private anonymous mapping, unmapped on drop.
struct Mapping {
    start: NonNull<u8>,
    len: usize,
}

// SAFETY: the mapping is plain memory; who may touch which part of it is settled by the owner of the pages.
unsafe impl Send for Pages {}
// SAFETY: as above; shared access is by `get` and `get_mut`, whose callers keep readers and writers apart.
unsafe impl Sync for Pages {}

impl Mapping {
    fn new(len: usize, protection: ProtFlags) -> Result<Self> {
        // SAFETY: a new mapping at an address of the system's choice touches no existing memory.
        let start = unsafe { mmap_anonymous(null_mut(), len, protection, MapFlags::PRIVATE) };
        let start = start.ok().and_then(|start| NonNull::new(start.cast())).ok_or_else(no_memory)?;
        Ok(Self { start, len })
    }
}

impl Drop for Mapping {
    fn drop(&mut self) {
        // SAFETY: exactly what `new` mapped, and no reference into it is left. A failure leaves it mapped, which is safe.
        let _ = unsafe { munmap(self.start.as_ptr().cast(), self.len) };
    }
}

/// Asks for every protection, and says which were granted.
fn protect(start: NonNull<u8>, len: usize) -> MemoryStatus {
    let start = start.as_ptr().cast();
    MemoryStatus {
        // SAFETY: the range is mapped; locking changes no byte of it.
        locked: unsafe { mlock(start, len) }.is_ok(),
        excluded_from_dumps: advise(start, len, Wish::NoDump),
        wiped_on_fork: advise(start, len, Wish::WipeOnFork),
    }
}

enum Wish {
    NoDump,
    WipeOnFork,
}

#[cfg(any(target_os = "linux", target_os = "android"))]
fn advise(start: *mut std::ffi::c_void, len: usize, wish: Wish) -> bool {
    use rustix::mm::Advice;
    let advice = match wish {
        Wish::NoDump => Advice::LinuxDontDump,
        Wish::WipeOnFork => Advice::LinuxWipeOnFork,
    };
    // SAFETY: the range is mapped, private and anonymous; neither advice changes a byte of it in this process.
    unsafe { madvise(start, len, advice) }.is_ok()
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn advise(_: *mut std::ffi::c_void, _: usize, _: Wish) -> bool {
    false
}

fn no_memory() -> Error {
    Error::new(ErrorKind::OutOfMemory, "not enough memory for the pages that hold the keys")
}
