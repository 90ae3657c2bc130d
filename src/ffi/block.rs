//! Reading a secret into one block of memory, with few arguments: for callers for whom each of them costs something.

use std::ffi::c_char;
use std::mem::offset_of;

use super::error::strongroom_error;
use super::guard::guard;
use super::input::{bytes, invalid};
use super::items::{secret_info_in, strongroom_secret_info};
use super::output::{Sized1, fill, out_handle, struct_size, taken};
use super::read::read;
use super::room::Room;
use super::secret::{Owned, strongroom_secret};
use super::store::strongroom_store;
use super::strongroom_status;
use crate::{Result, Secret};

/// What strongroom_read_block is told, and what it tells. The caller sets the first five once, for any number of reads.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct strongroom_reading {
    /// Set by the caller to sizeof(strongroom_reading).
    pub struct_size: usize,
    /// Set by the caller: the version to be read, or the current one with 0.
    pub version: u64,
    /// Set by the caller: bytes at the beginning of the block, for the value.
    pub value_room: usize,
    /// Set by the caller: bytes behind them, sizeof(strongroom_secret_info); or 0, for the value alone.
    pub info_room: usize,
    /// Set by the caller: bytes behind those, for the texts and tags; 512 are enough for those of most secrets.
    pub texts_room: usize,
    /// The length of the value.
    pub value_len: usize,
    /// The number of the version that was read.
    pub found_version: u64,
}

// SAFETY: `repr(C)`, `struct_size` comes first, and it is made of numbers.
unsafe impl Sized1 for strongroom_reading {}

/// Its size in the first version of the interface: what comes behind is 0 where the caller knows nothing of it.
const READING_LEAST: usize = offset_of!(strongroom_reading, found_version) + size_of::<u64>();

/// The parts of a block.
struct Block {
    start: *mut u8,
    value_room: usize,
    info: *mut strongroom_secret_info,
    info_room: usize,
    texts: *mut u8,
    texts_room: usize,
}

impl Block {
    /// # Safety
    ///
    /// What is not NULL must be writable for as many bytes as `reading` says, as long as the result is used.
    unsafe fn new(start: *mut u8, reading: &strongroom_reading) -> Result<Self> {
        let strongroom_reading { value_room, info_room, texts_room, .. } = *reading;
        let rooms = value_room.checked_add(info_room).and_then(|both| both.checked_add(texts_room));
        // SAFETY: this only checks pointer and length.
        unsafe { bytes("the block", start, rooms.unwrap_or(usize::MAX)) }?;
        let info: *mut strongroom_secret_info = start.wrapping_add(value_room).cast();
        let texts = start.wrapping_add(value_room).wrapping_add(info_room);
        let block = Self { start, value_room, info, info_room, texts, texts_room };
        if info_room == 0 {
            return Ok(block);
        }
        if info_room < size_of::<usize>() || !info.is_aligned() {
            return Err(invalid("the room for what is known is too small, or not aligned"));
        }
        // SAFETY: there is room for it, aligned.
        unsafe { info.cast::<usize>().write(info_room) };
        // SAFETY: it was set just now.
        unsafe { struct_size("what is known", info) }?;
        Ok(block)
    }

    /// Writes a secret; false if it does not fit.
    fn take(&self, found: &Secret) -> Result<bool> {
        let value = found.value().expose();
        if value.len() > self.value_room {
            return Ok(false);
        }
        if self.info_room != 0 {
            // SAFETY: whoever made this promised so many bytes.
            let mut room = unsafe { Room::new(self.texts, self.texts_room) };
            let Some(known) = secret_info_in(&mut room, found.info()) else { return Ok(false) };
            // SAFETY: as above; its size was set when this was made.
            unsafe { fill("the block", self.info, &known) }?;
        }
        if !value.is_empty() {
            // SAFETY: not NULL, long enough, and the caller's alone.
            unsafe { std::ptr::copy_nonoverlapping(value.as_ptr(), self.start, value.len()) };
        }
        Ok(true)
    }
}

/// What strongroom_read does, into one block: the value, behind it what is known of the secret, behind that the texts and tags, with as
/// much room for each as `reading` says. If they fit, `*secret` is NULL; else it is the secret, and the block is not to be read.
/// `reading` gets the length of the value and the number of the version in both cases. Where what is known begins must be aligned as
/// it is.
///
/// Ownership: borrows `store` and `path`; writes `*reading`, and `block`, which the caller wipes, and which what is known points into.
/// `*secret`, unless NULL, is the caller's, to free with strongroom_secret_free.
/// Thread safety: any thread; `reading` and `block` are this call's alone.
/// Errors: INVALID_ARGUMENT, BAD_HANDLE, CLOSED, NOT_FOUND, DESTROYED, VERSION_EXPIRED, EXPIRED, LOCKED, TAMPERED, POISONED, IO, FORKED.
/// With a secret whose reads are audited strictly also READ_ONLY, REENTRANT, IN_USE and DISK_FULL, and in a transaction LIMIT_EXCEEDED.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_read_block(
    store: *const strongroom_store,
    path: *const c_char,
    path_len: usize,
    reading: *mut strongroom_reading,
    block: *mut u8,
    secret: *mut *mut strongroom_secret,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    let work = || {
        // SAFETY: as the top of the header says of pointers.
        let secret = unsafe { out_handle("secret", secret) }?;
        // SAFETY: as above.
        let mut told = unsafe { taken("reading", reading) }?;
        if told.struct_size < READING_LEAST {
            return Err(invalid("set struct_size of reading to its sizeof before the call"));
        }
        // SAFETY: as above.
        let block = unsafe { Block::new(block, &told) }?;
        // SAFETY: as above.
        let found = unsafe { read(store, path, path_len, told.version) }?;
        told.value_len = found.value().expose().len();
        told.found_version = found.version();
        // SAFETY: as above.
        unsafe { fill("reading", reading, &told) }?;
        if block.take(&found)? { Ok(()) } else { secret.give(Owned::new(found)) }
    };
    // SAFETY: as above.
    unsafe { guard(error, work) }
}
