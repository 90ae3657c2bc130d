//! What changed: told as it happens, and to whoever comes back for it.

use std::ffi::{c_char, c_void};
use std::time::Duration;

use super::error::strongroom_error;
use super::event::{EventRow, strongroom_audit_event};
use super::guard::guard;
use super::handle::{self, Kind, Lock, Object};
use super::input::{invalid, items, optional_text, text};
use super::output::{out, out_handle, strongroom_text};
use super::page::{Page, give, strongroom_page};
use super::store::{root, strongroom_store};
use super::strongroom_status;
use crate::{Context, EventFilter, Result, Subscription};

/// Being told of events, until it is ended.
pub struct strongroom_subscription {
    _private: (),
}

pub(super) struct Told(Lock<Option<Subscription>>);

impl Object for Told {
    type Opaque = strongroom_subscription;
    const KIND: Kind = Kind::Subscription;
}

/// Is told of an event, whose texts are borrowed until it returns. It must not unwind, throw or longjmp.
pub type strongroom_event_callback =
    Option<unsafe extern "C" fn(event: *const strongroom_audit_event, user_data: *mut c_void)>;

/// Is called once, when nothing calls the callback any more.
pub type strongroom_destroy_callback = Option<unsafe extern "C" fn(user_data: *mut c_void)>;

/// What a callback is called with.
struct Listener {
    callback: unsafe extern "C" fn(event: *const strongroom_audit_event, user_data: *mut c_void),
    user_data: *mut c_void,
    destroy: strongroom_destroy_callback,
}

// SAFETY: the caller of strongroom_subscribe promised that both functions can be called with it on any thread.
unsafe impl Send for Listener {}

impl Listener {
    fn tell(&self, event: &crate::AuditEvent) {
        let row = EventRow::new(event.clone());
        let view = strongroom_audit_event { struct_size: size_of::<strongroom_audit_event>(), ..row.view() };
        // SAFETY: as the caller promised; the event lives until the call returns.
        unsafe { (self.callback)(&raw const view, self.user_data) }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        if let Some(destroy) = self.destroy {
            // SAFETY: as the caller promised.
            unsafe { destroy(self.user_data) }
        }
    }
}

/// The filter of a call: `under` NULL is everything, no kinds are all but reads.
unsafe fn filter(
    under: *const c_char,
    under_len: usize,
    kinds: *const strongroom_text,
    kind_count: usize,
) -> Result<EventFilter> {
    let mut filter = EventFilter::all();
    // SAFETY: as the caller promises.
    if let Some(under) = unsafe { optional_text("the path", under, under_len) }? {
        filter = filter.under(under);
    }
    // SAFETY: as above.
    for kind in unsafe { items("kinds", kinds, kind_count) }? {
        // SAFETY: as above.
        filter = filter.kind(unsafe { text("a kind", kind.data, kind.len) }?);
    }
    Ok(filter)
}

/// Calls `callback` with each event that concerns `under` or what lies below it, NULL for everything, and that is of one of `kinds`, such as
/// "secret.created" or "secret.*", or with none of any kind but reads: once it is durable, in the order of their numbers, on the thread that
/// committed it, before its call returns. The callback may read; a write to the store from inside it is REENTRANT, and so are closing the store and
/// reading a secret whose reads are audited strictly. Writes of other threads wait until it returns. What a program must not miss although it was
/// not running, it takes from strongroom_feed_read.
///
/// Ownership: borrows `store`, `under` and `kinds`, whose lengths may be STRONGROOM_NUL_TERMINATED. `*subscription` is the caller's, to end with
/// strongroom_unsubscribe. `user_data` is lent to the callback until strongroom_unsubscribe has returned, or the callback that ends its own
/// subscription; `destroy`, unless NULL, is called with it once, also if this fails.
/// Thread safety: any thread; the callback is called on any thread that writes.
/// Errors: INVALID_ARGUMENT, BAD_HANDLE, CLOSED, LOCKED, TAMPERED, IO, FORKED.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_subscribe(
    store: *mut strongroom_store,
    under: *const c_char,
    under_len: usize,
    kinds: *const strongroom_text,
    kind_count: usize,
    callback: strongroom_event_callback,
    user_data: *mut c_void,
    destroy: strongroom_destroy_callback,
    subscription: *mut *mut strongroom_subscription,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    let work = || {
        unsafe extern "C" fn nobody(_: *const strongroom_audit_event, _: *mut c_void) {}
        let listener = Listener { callback: callback.unwrap_or(nobody), user_data, destroy };
        // SAFETY: as the top of the header says of pointers.
        let subscription = unsafe { out_handle("subscription", subscription) }?;
        if callback.is_none() {
            return Err(invalid("the callback is NULL"));
        }
        // SAFETY: as above.
        let filter = unsafe { filter(under, under_len, kinds, kind_count) }?;
        let told = root(store)?.subscribe(&filter, move |event| listener.tell(event))?;
        subscription.give(Told(Lock::new(Some(told))))
    };
    // SAFETY: as above.
    unsafe { guard(error, work) }
}

/// Ends a subscription. If its callback runs on another thread just now, this waits until it has returned; a callback may end its own. Behind it
/// `*subscription` is NULL. NULL, and a pointer to NULL, are fine.
///
/// Ownership: takes `*subscription`.
/// Thread safety: any thread.
/// Errors: BAD_HANDLE, CLOSED.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_unsubscribe(
    subscription: *mut *mut strongroom_subscription,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    let work = || {
        // SAFETY: as the top of the header says of pointers.
        let Some(handle) = (unsafe { subscription.as_mut() }) else { return Ok(()) };
        if handle.is_null() {
            return Ok(());
        }
        let told = handle::take::<Told>(*handle)?;
        *handle = std::ptr::null_mut();
        // Not under the lock: whoever ends it waits for its callback.
        let ended = told.0.lock()?.take();
        ended.map_or(Ok(()), |ended| {
            ended.close();
            Ok(())
        })
    };
    // SAFETY: as above.
    unsafe { guard(error, work) }
}

/// At most `limit` durable events behind number `after`, in the order of their commits: a page of strongroom_page_event items. A program that keeps
/// the number of the last event that it dealt with misses none, whoever wrote it. `under` and `kinds` are as in strongroom_subscribe.
///
/// Ownership: borrows `store`, `under` and `kinds`. `*page` is the caller's, to free with strongroom_page_free.
/// Thread safety: any thread.
/// Errors: INVALID_ARGUMENT, BAD_HANDLE, CLOSED; NOT_FOUND if events behind `after` were removed from the log, but for 0; LIMIT_EXCEEDED for a limit
/// outside 1 to 1,000; LOCKED, TAMPERED, POISONED, IO, FORKED.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_feed_read(
    store: *const strongroom_store,
    after: u64,
    limit: usize,
    under: *const c_char,
    under_len: usize,
    kinds: *const strongroom_text,
    kind_count: usize,
    page: *mut *mut strongroom_page,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    let work = || {
        // SAFETY: as the top of the header says of pointers.
        let filter = unsafe { filter(under, under_len, kinds, kind_count) }?;
        Ok(Page::feed(root(store)?.changes_with(after, limit, &filter)?))
    };
    // SAFETY: as above.
    unsafe { give(page, error, work) }
}

/// The number of the last event that strongroom_feed_read tells without kinds; 0 if there is none.
///
/// Ownership: borrows `store`; writes `*sequence`.
/// Thread safety: any thread.
/// Errors: INVALID_ARGUMENT, BAD_HANDLE, CLOSED, LOCKED, TAMPERED, IO, FORKED.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_feed_latest(
    store: *const strongroom_store,
    sequence: *mut u64,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    let work = || {
        // SAFETY: as the top of the header says of pointers.
        let sequence = unsafe { out("sequence", sequence) }?;
        sequence.write(root(store)?.latest_change()?);
        Ok(())
    };
    // SAFETY: as above.
    unsafe { guard(error, work) }
}

/// Waits until there is such an event behind number `after`, for so many milliseconds at most: `*came` gets 1 if there is one, else 0. It sees what
/// is committed through the handles of this open store.
///
/// Ownership: borrows `store`; writes `*came`.
/// Thread safety: any thread.
/// Errors: INVALID_ARGUMENT, BAD_HANDLE, CLOSED and LOCKED, also if that happens meanwhile; TAMPERED, IO, FORKED.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_feed_wait(
    store: *const strongroom_store,
    after: u64,
    timeout_ms: u64,
    came: *mut i32,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    let work = || {
        // SAFETY: as the top of the header says of pointers.
        let came = unsafe { out("came", came) }?;
        // Through a handle that does not keep the store open: it may be closed meanwhile.
        let waiting = root(store)?.with(Context::new())?;
        let found = waiting.wait_changes(after, Duration::from_millis(timeout_ms))?;
        came.write(i32::from(found));
        Ok(())
    };
    // SAFETY: as above.
    unsafe { guard(error, work) }
}

#[cfg(test)]
mod tests;
