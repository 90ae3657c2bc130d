//! Pages for keys, kept from swap, core dumps and forked children as far as the operating system lets us.

use std::ptr::NonNull;
use std::slice;

use rustix::mm::{MprotectFlags, ProtFlags, mprotect};

use super::mapping::{Mapping, Wish, no_memory};
use crate::error::Result;

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
    /// Unmapped behind the wipe: fields are dropped after [`Drop::drop`].
    _mapping: Mapping,
    /// Where the pages between the guards start.
    start: NonNull<u8>,
    len: usize,
    status: MemoryStatus,
}

// SAFETY: the mapping is plain memory that any thread may use; who may touch which part of it is settled by the owner.
unsafe impl Send for Pages {}
// SAFETY: as above; shared access is by `get`, `get_mut` and `read`, whose callers keep readers and writers apart.
unsafe impl Sync for Pages {}

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
        let mapping = Mapping::new(len + 2 * page, ProtFlags::empty()).ok_or_else(no_memory)?;
        // SAFETY: one page into a mapping that is two pages longer than `len`.
        let start = unsafe { mapping.start().add(page) };
        // SAFETY: `start` and `len` lie page-aligned inside a mapping that nobody else knows yet.
        unsafe { mprotect(start.as_ptr().cast(), len, MprotectFlags::READ | MprotectFlags::WRITE) }
            .map_err(|_| no_memory())?;
        let inside = page..page + len;
        let status = MemoryStatus {
            locked: mapping.wish(Wish::Lock, inside.clone()),
            excluded_from_dumps: mapping.wish(Wish::NoDump, inside.clone()),
            wiped_on_fork: mapping.wish(Wish::WipeOnFork, inside),
        };
        Ok(Self { _mapping: mapping, start, len, status })
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

    /// A copy of what is at `index` at this very moment: a fork empties the child's pages behind the compiler's back. In
    /// words, because each of its parts is a load of its own.
    ///
    /// # Safety
    ///
    /// As for [`get`](Self::get).
    pub(super) unsafe fn read(&self, index: usize) -> [u64; 4] {
        debug_assert!((index + 1) * 32 <= self.len);
        // SAFETY: as for `get`; the pages start at a multiple of the page size, and so does each 32nd byte at one of 8.
        unsafe { self.start.add(index * 32).cast().read_volatile() }
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
        // Or the optimiser takes the fill for dead: the mapping is gone right behind it.
        std::hint::black_box(bytes);
    }
}
