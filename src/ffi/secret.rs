//! Secret values that C owns.

use std::ptr;

use super::error::{free, strongroom_error};
use super::guard::{guard, or_default};
use super::handle::{self, Kind, Lock, Object};
use super::input::invalid;
use super::items::{SecretRow, strongroom_secret_info};
use super::output::{fill, out_handle, time};
use super::strongroom_status;
use crate::{Error, ErrorKind, RecoveryCode, Result, Secret, SecretBytes};

/// A value of a secret, a generated one, or a recovery code. It is wiped when it is freed.
pub struct strongroom_secret {
    _private: (),
}

pub(super) struct Owned {
    value: Value,
    /// What is known of a secret, once somebody asked: making it takes as long as a quarter of a read.
    row: Lock<Option<Box<SecretRow>>>,
}

#[expect(clippy::large_enum_variant, reason = "most are the large one, and each is in a box already")]
enum Value {
    Read(Secret),
    /// Of no secret yet.
    Bytes(SecretBytes),
    Code(RecoveryCode),
}

impl Object for Owned {
    type Opaque = strongroom_secret;
    const KIND: Kind = Kind::Secret;
}

impl Owned {
    pub(super) fn new(secret: Secret) -> Self {
        Self { value: Value::Read(secret), row: Lock::new(None) }
    }

    pub(super) fn bytes(bytes: SecretBytes) -> Self {
        Self { value: Value::Bytes(bytes), row: Lock::new(None) }
    }

    pub(super) fn code(code: RecoveryCode) -> Self {
        Self { value: Value::Code(code), row: Lock::new(None) }
    }

    fn expose(&self) -> &[u8] {
        match &self.value {
            Value::Read(secret) => secret.value().expose(),
            Value::Bytes(bytes) => bytes.expose(),
            Value::Code(code) => code.expose().as_bytes(),
        }
    }

    /// Of a recovery code, and of what was generated, there is none.
    fn secret(&self) -> Option<&Secret> {
        match &self.value {
            Value::Read(secret) => Some(secret),
            Value::Bytes(_) | Value::Code(_) => None,
        }
    }

    /// Its texts stay where they are as long as this does: nothing takes the row's place.
    fn view(&self) -> Result<strongroom_secret_info> {
        let secret = self.secret().ok_or_else(|| invalid("a recovery code has no metadata"))?;
        let mut row = self.row.lock()?;
        Ok(row.get_or_insert_with(|| Box::new(SecretRow::new(secret.info().clone()))).view())
    }
}

/// Where the bytes of a value are; never NULL for a secret, also an empty one, and NULL for what is none.
///
/// Ownership: borrowed from `secret`, until that is freed. There is no NUL behind them.
/// Thread safety: any thread.
/// Errors: none.
#[unsafe(no_mangle)]
pub extern "C" fn strongroom_secret_data(secret: *const strongroom_secret) -> *const u8 {
    or_default(|| handle::get::<Owned>(secret).map(|owned| Some(owned.expose().as_ptr())))
        .unwrap_or(ptr::null())
}

/// How many bytes a value has; 0 for what is no secret.
///
/// Ownership: borrows `secret`.
/// Thread safety: any thread.
/// Errors: none.
#[unsafe(no_mangle)]
pub extern "C" fn strongroom_secret_len(secret: *const strongroom_secret) -> usize {
    or_default(|| handle::get::<Owned>(secret).map(|owned| owned.expose().len()))
}

/// The number of the version that was read; 0 for a recovery code and for what is no secret.
///
/// Ownership: borrows `secret`.
/// Thread safety: any thread.
/// Errors: none.
#[unsafe(no_mangle)]
pub extern "C" fn strongroom_secret_version(secret: *const strongroom_secret) -> u64 {
    or_default(|| handle::get::<Owned>(secret).map(|owned| owned.secret().map_or(0, Secret::version)))
}

/// When that version was written, in milliseconds since the Unix epoch; STRONGROOM_NO_TIME for what has none.
///
/// Ownership: borrows `secret`.
/// Thread safety: any thread.
/// Errors: none.
#[unsafe(no_mangle)]
pub extern "C" fn strongroom_secret_version_created_at(secret: *const strongroom_secret) -> i64 {
    let created_at = |owned: &Owned| owned.secret().map(Secret::version_created_at);
    time(or_default(|| handle::get::<Owned>(secret).map(|owned| created_at(&owned))))
}

/// What is known of the secret as it is now, whichever version was read.
///
/// Ownership: writes `*info`, whose texts are borrowed from `secret`, until that is freed.
/// Thread safety: any thread.
/// Errors: INVALID_ARGUMENT, also for a recovery code; BAD_HANDLE, CLOSED.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_secret_describe(
    secret: *const strongroom_secret,
    info: *mut strongroom_secret_info,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    let work = || {
        let view = handle::get::<Owned>(secret)?.view()?;
        // SAFETY: as the top of the header says of pointers.
        unsafe { fill("info", info, &view) }
    };
    // SAFETY: as above.
    unsafe { guard(error, work) }
}

/// Wipes and frees a secret. NULL is fine.
///
/// Ownership: takes `secret`.
/// Thread safety: any thread; nobody may read its bytes any more.
/// Errors: BAD_HANDLE, CLOSED.
#[unsafe(no_mangle)]
pub extern "C" fn strongroom_secret_free(secret: *mut strongroom_secret) -> strongroom_status {
    free::<Owned>(secret)
}

/// What strongroom_get_many found: for each path a secret or an error.
pub struct strongroom_secrets {
    _private: (),
}

pub(super) struct Found(Lock<Vec<Option<Result<Secret>>>>);

impl Object for Found {
    type Opaque = strongroom_secrets;
    const KIND: Kind = Kind::Secrets;
}

impl Found {
    pub(super) fn new(found: Vec<Result<Secret>>) -> Self {
        Self(Lock::new(found.into_iter().map(Some).collect()))
    }
}

/// How many paths were asked for; 0 for what is no such object.
///
/// Ownership: borrows `secrets`.
/// Thread safety: any thread.
/// Errors: none.
#[unsafe(no_mangle)]
pub extern "C" fn strongroom_secrets_len(secrets: *const strongroom_secrets) -> usize {
    or_default(|| {
        let found = handle::get::<Found>(secrets)?;
        let len = found.0.lock()?.len();
        Ok(len)
    })
}

/// Takes out what was found for the path of this index, once: a secret, or the error that reading it gave.
///
/// Ownership: borrows `secrets`. `*secret` is the caller's, to free with strongroom_secret_free.
/// Thread safety: any thread.
/// Errors: INVALID_ARGUMENT, BAD_HANDLE; CLOSED if it was taken already; otherwise as strongroom_get.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_secrets_take(
    secrets: *mut strongroom_secrets,
    index: usize,
    secret: *mut *mut strongroom_secret,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    let work = || {
        // SAFETY: as the top of the header says of pointers.
        let secret = unsafe { out_handle("secret", secret) }?;
        let found = handle::get::<Found>(secrets)?;
        let mut found = found.0.lock()?;
        let one =
            found.get_mut(index).ok_or_else(|| invalid("fewer paths were asked for than this index"))?;
        let one = one.take().ok_or_else(|| Error::new(ErrorKind::Closed, "this one was taken already"))?;
        secret.give(Owned::new(one?))
    };
    // SAFETY: as above.
    unsafe { guard(error, work) }
}

/// Wipes and frees what was not taken out. NULL is fine.
///
/// Ownership: takes `secrets`.
/// Thread safety: any thread.
/// Errors: BAD_HANDLE, CLOSED.
#[unsafe(no_mangle)]
pub extern "C" fn strongroom_secrets_free(secrets: *mut strongroom_secrets) -> strongroom_status {
    free::<Found>(secrets)
}
