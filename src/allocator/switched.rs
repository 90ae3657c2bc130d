//! The allocator of this crate's own tests: the system's, or with [`SWITCH`] in the environment the one that wipes.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicU8, Ordering};

use super::ZeroizingAllocator;

/// The variable that turns wiping on.
pub(crate) const SWITCH: &str = "STRONGROOM_ZEROIZING_ALLOC";

struct Switched;

#[global_allocator]
static ALLOCATOR: Switched = Switched;

const UNKNOWN: u8 = 0;
const SYSTEM: u8 = 1;
const WIPING: u8 = 2;

/// Asked once, before the first block: a block goes back the way it came.
fn wipes() -> bool {
    static CHOICE: AtomicU8 = AtomicU8::new(UNKNOWN);
    match CHOICE.load(Ordering::Relaxed) {
        UNKNOWN => {
            // SAFETY: the first block is asked for before there is a second thread that could change the environment.
            // The standard library's own look at it needs blocks.
            let set = unsafe { libc::getenv(c"STRONGROOM_ZEROIZING_ALLOC".as_ptr()) };
            let choice = if set.is_null() { SYSTEM } else { WIPING };
            CHOICE.store(choice, Ordering::Relaxed);
            choice == WIPING
        }
        choice => choice == WIPING,
    }
}

// SAFETY: each of the two is an allocator over `System`, and one of them is asked for good.
unsafe impl GlobalAlloc for Switched {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promises; both ask `System`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as above.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: as above.
        unsafe {
            if wipes() { ZeroizingAllocator.dealloc(block, layout) } else { System.dealloc(block, layout) }
        }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, new_len: usize) -> *mut u8 {
        // SAFETY: as above.
        unsafe {
            if wipes() {
                ZeroizingAllocator.realloc(block, layout, new_len)
            } else {
                System.realloc(block, layout, new_len)
            }
        }
    }
}

#[test]
fn the_name_is_spelt_alike() {
    assert_eq!(c"STRONGROOM_ZEROIZING_ALLOC".to_str().unwrap(), SWITCH);
}
