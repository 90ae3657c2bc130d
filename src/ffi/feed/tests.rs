use std::sync::Arc;

use super::super::guard::code;
use super::super::handle::get;
use super::super::store::{Target, strongroom_close, strongroom_in_memory};
use super::*;
use crate::ErrorKind;

/// A handle that threads share.
#[derive(Clone, Copy)]
struct Shared(*mut strongroom_store);

// SAFETY: every handle may be used by any thread.
unsafe impl Send for Shared {}

impl Shared {
    fn wait(self, came: &mut i32) -> strongroom_status {
        // Long enough that it is no other reason to return, and not so long that nobody waits for it.
        const TIMEOUT_MS: u64 = 60_000;
        // SAFETY: a handle, a place for the answer, and nobody who asks for the error.
        unsafe { strongroom_feed_wait(self.0, 0, TIMEOUT_MS, came, std::ptr::null_mut()) }
    }
}

#[test]
fn whoever_waits_for_changes_does_not_keep_a_store_open() {
    let mut store = std::ptr::null_mut();
    // SAFETY: the defaults, and a place for the handle.
    let opened = unsafe { strongroom_in_memory(std::ptr::null(), &raw mut store, std::ptr::null_mut()) };
    assert_eq!(opened, 0);
    let shared = Shared(store);
    let owner = Arc::downgrade(get::<Target>(store).unwrap().store().unwrap());
    let waiting = std::thread::spawn(move || {
        let mut came = 7;
        (shared.wait(&mut came), came)
    });
    // It has begun to wait once there is one more handle, or one more owner of this one.
    let handles = || owner.upgrade().map_or(0, |store| store.handles());
    while handles() < 2 && owner.strong_count() < 2 && !waiting.is_finished() {
        std::thread::yield_now();
    }
    // SAFETY: a handle, which ends here.
    assert_eq!(unsafe { strongroom_close(&raw mut store, std::ptr::null_mut()) }, 0);
    let (status, came) = waiting.join().unwrap();
    assert_eq!((status, came), (code(ErrorKind::Closed), 7));
    assert_eq!(owner.strong_count(), 0, "the store is closed");
}
