//! A global allocator that wipes what it frees, for programs that want more than this crate wipes itself.

use std::alloc::{GlobalAlloc, Layout, System};
use std::hint::black_box;
use std::ptr;

/// The system's allocator, but every block is overwritten with zeros before it is given back.
///
/// This crate wipes its own secrets with or without it. It does not reach the copies that a program makes, nor what the
/// libraries in between put into ordinary buffers; this does, for the whole program. It costs one pass over every block
/// that is freed, and growing a buffer always copies it.
///
/// It cannot reach stacks, registers, memory that is mapped without the allocator, or what is never freed.
///
/// # Examples
///
#[cfg_attr(not(feature = "capi"), doc = "```")]
#[cfg_attr(feature = "capi", doc = "```ignore (the C library brings it along, and a program has one)")]
/// #[global_allocator]
/// static ALLOCATOR: strongroom::ZeroizingAllocator = strongroom::ZeroizingAllocator;
///
/// let copy = String::from("a secret that somebody forgot to wipe");
/// drop(copy);
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct ZeroizingAllocator;

// SAFETY: every block comes from `System` and goes back to it with the layout it came with; `realloc` is the trait's
// own, made of these. `System`'s would leave the old block behind unwiped when it moves it.
unsafe impl GlobalAlloc for ZeroizingAllocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promises are those of `System`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // Not by filling: fresh pages of the system's are zero already.
        // SAFETY: the caller's promises are those of `System`.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: the caller gives up a block of this size.
        unsafe { ptr::write_bytes(block, 0, layout.size()) };
        // Or the optimiser takes the wipe for dead, as nobody may read the block any more.
        black_box(block);
        // SAFETY: the block came from `System` with this layout.
        unsafe { System.dealloc(block, layout) }
    }
}

/// The C library has no other program around it that could choose.
#[cfg(all(feature = "capi", not(test)))]
#[global_allocator]
static ALLOCATOR: ZeroizingAllocator = ZeroizingAllocator;

#[cfg(test)]
pub(crate) mod switched;
#[cfg(test)]
mod tests;
