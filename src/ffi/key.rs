//! What a store is unlocked with.

use std::ffi::c_char;
use std::sync::Arc;

use super::error::{free, strongroom_error};
use super::guard::guard;
use super::handle::{self, Kind, Lock, Object};
use super::input::{bytes, file_path, invalid, text};
use super::output::out_handle;
use super::strongroom_status;
use crate::{Error, ErrorKind, Result, Unlock};

/// What a store is unlocked with: a passphrase, a key file, both, a raw key or a recovery code. It may be used any number
/// of times.
pub struct strongroom_key {
    _private: (),
}

/// `None` once joining it with a passphrase has failed. A call holds a share, and not the lock: it may use one key twice, and
/// a callback of it may use the key again.
pub(super) struct Key(Lock<Option<Arc<Unlock>>>);

impl Object for Key {
    type Opaque = strongroom_key;
    const KIND: Kind = Kind::Key;
}

impl Key {
    fn new(unlock: Unlock) -> Self {
        Self(Lock::new(Some(Arc::new(unlock))))
    }

    /// The key for one call.
    fn share(&self) -> Result<Arc<Unlock>> {
        self.0.lock()?.clone().ok_or_else(spent)
    }

    fn and_passphrase(&self, passphrase: &str) -> Result<()> {
        let mut held = self.0.lock()?;
        let alone = Arc::try_unwrap(held.take().ok_or_else(spent)?).map_err(|shared| {
            *held = Some(shared);
            Error::new(ErrorKind::InUse, "another call is using this key; join it before it is used")
        })?;
        *held = Some(Arc::new(alone.and_passphrase(passphrase)?));
        Ok(())
    }
}

fn spent() -> Error {
    invalid("the key was spent by a call that failed; make it anew")
}

/// Uses a key for one call.
pub(super) fn with<T>(key: *const strongroom_key, work: impl FnOnce(&Unlock) -> Result<T>) -> Result<T> {
    let key = handle::get::<Key>(key)?.share()?;
    work(&key)
}

/// A passphrase of 1 to 1,024 bytes of UTF-8. It is normalised to Unicode NFC and stretched with Argon2id when it is used.
///
/// Ownership: copies `passphrase`, and wipes the copy when the key is freed. `*key` is the caller's, to free with strongroom_key_free.
/// Thread safety: any thread.
/// Errors: INVALID_ARGUMENT; one outside its bounds is refused when it is used.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_key_passphrase(
    passphrase: *const u8,
    passphrase_len: usize,
    key: *mut *mut strongroom_key,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    let work = || {
        // SAFETY: as the top of the header says of pointers.
        let passphrase = unsafe { utf8("the passphrase", passphrase, passphrase_len) }?;
        Ok(Unlock::passphrase(passphrase))
    };
    // SAFETY: as above.
    unsafe { make(key, error, work) }
}

/// A key of exactly 32 random bytes, from a keychain, a TPM or a provisioning step. It is not stretched.
///
/// Ownership: copies `bytes`, and wipes the copy when the key is freed. `*key` is the caller's, to free with strongroom_key_free.
/// Thread safety: any thread.
/// Errors: INVALID_ARGUMENT.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_key_raw(
    raw: *const u8,
    raw_len: usize,
    key: *mut *mut strongroom_key,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    let work = || {
        // SAFETY: as the top of the header says of pointers.
        let raw = unsafe { bytes("the raw key", raw, raw_len) }?;
        let raw = raw.try_into().map_err(|_| invalid("a raw key has exactly 32 bytes"))?;
        Ok(Unlock::raw_key(raw))
    };
    // SAFETY: as above.
    unsafe { make(key, error, work) }
}

/// A key file: any file of 1 to 65,536 bytes, read now and hashed. It is not stretched.
///
/// Ownership: borrows `file`. `*key` is the caller's, to free with strongroom_key_free.
/// Thread safety: any thread.
/// Errors: INVALID_ARGUMENT, NOT_FOUND, IO.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_key_file(
    file: *const c_char,
    file_len: usize,
    key: *mut *mut strongroom_key,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    let work = || {
        // SAFETY: as the top of the header says of pointers.
        Unlock::key_file(unsafe { file_path(file, file_len) }?)
    };
    // SAFETY: as above.
    unsafe { make(key, error, work) }
}

/// Writes a new key file of 32 random bytes in hexadecimal, for its owner only, and unlocks with it.
///
/// Ownership: borrows `file`. `*key` is the caller's, to free with strongroom_key_free.
/// Thread safety: any thread.
/// Errors: INVALID_ARGUMENT, ALREADY_EXISTS, IO.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_key_file_create(
    file: *const c_char,
    file_len: usize,
    key: *mut *mut strongroom_key,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    let work = || {
        // SAFETY: as the top of the header says of pointers.
        Unlock::create_key_file(unsafe { file_path(file, file_len) }?)
    };
    // SAFETY: as above.
    unsafe { make(key, error, work) }
}

/// Joins a key file with a passphrase: neither opens the slot alone. After a failure but IN_USE the key is spent.
///
/// Ownership: borrows `key`; copies `passphrase`, and wipes the copy when the key is freed.
/// Thread safety: any thread.
/// Errors: BAD_HANDLE, CLOSED, INVALID_ARGUMENT; IN_USE while another call uses the key.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_key_and_passphrase(
    key: *mut strongroom_key,
    passphrase: *const u8,
    passphrase_len: usize,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    let work = || {
        let key = handle::get::<Key>(key)?;
        // SAFETY: as the top of the header says of pointers.
        let passphrase = unsafe { utf8("the passphrase", passphrase, passphrase_len) }?;
        key.and_passphrase(passphrase)
    };
    // SAFETY: as above.
    unsafe { guard(error, work) }
}

/// A recovery code as it was shown when it was made. Case, spaces and dashes do not matter, and O, I and L are read as 0, 1 and 1.
///
/// Ownership: borrows `code`. `*key` is the caller's, to free with strongroom_key_free.
/// Thread safety: any thread.
/// Errors: INVALID_ARGUMENT names the group that has a typing error.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_key_recovery_code(
    code: *const u8,
    code_len: usize,
    key: *mut *mut strongroom_key,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    let work = || {
        // SAFETY: as the top of the header says of pointers.
        Unlock::recovery_code(unsafe { utf8("the recovery code", code, code_len) }?)
    };
    // SAFETY: as above.
    unsafe { make(key, error, work) }
}

/// Wipes and frees a key. NULL is fine.
///
/// Ownership: takes `key`.
/// Thread safety: any thread.
/// Errors: BAD_HANDLE, CLOSED.
#[unsafe(no_mangle)]
pub extern "C" fn strongroom_key_free(key: *mut strongroom_key) -> strongroom_status {
    free::<Key>(key)
}

/// Gives a key to the caller.
unsafe fn make(
    key: *mut *mut strongroom_key,
    error: *mut *mut strongroom_error,
    unlock: impl FnOnce() -> Result<Unlock>,
) -> strongroom_status {
    // SAFETY: as the caller promises.
    unsafe { guard(error, || out_handle("key", key)?.give(Key::new(unlock()?))) }
}

/// A secret text: always with a length, because nobody should have to end one with a NUL.
unsafe fn utf8<'a>(what: &str, data: *const u8, len: usize) -> Result<&'a str> {
    if len == super::constants::STRONGROOM_NUL_TERMINATED {
        return Err(invalid(format!("{what} needs its length")));
    }
    // SAFETY: the promises are the same.
    unsafe { text(what, data.cast(), len) }
}
