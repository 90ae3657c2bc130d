//! Signing with secrets, and checking who signed.

use std::borrow::Cow;
use std::ffi::c_char;

use super::constants::*;
use super::error::strongroom_error;
use super::guard::guard;
use super::input::{bytes, raw_text, secret_path};
use super::output::{out, text_out};
use super::store::{on, strongroom_store};
use super::strongroom_status;
use crate::{Result, SignatureCheck};

fn check_code(check: SignatureCheck) -> (u32, u64) {
    match check {
        SignatureCheck::Version(version) => (STRONGROOM_SIGNATURE_VALID, version),
        SignatureCheck::TooOld => (STRONGROOM_SIGNATURE_TOO_OLD, 0),
        SignatureCheck::TooEarly => (STRONGROOM_SIGNATURE_TOO_EARLY, 0),
        SignatureCheck::Wrong => (STRONGROOM_SIGNATURE_WRONG, 0),
    }
}

/// Tells what a check found, and of which version, if anybody wants to know.
unsafe fn tell(check: SignatureCheck, found: *mut u32, version: *mut u64) -> Result<()> {
    let (code, number) = check_code(check);
    // SAFETY: as the caller promises.
    unsafe { out("found", found) }?.write(code);
    if !version.is_null() {
        // SAFETY: as above.
        unsafe { out("version", version) }?.write(number);
    }
    Ok(())
}

/// A signature as somebody sent it: what is not UTF-8 is none, as any other wrong text.
unsafe fn of_anybody<'a>(signature: *const c_char, len: usize) -> Result<Cow<'a, str>> {
    // SAFETY: as the caller promises.
    Ok(String::from_utf8_lossy(unsafe { raw_text("the signature", signature, len) }?))
}

/// Signs a payload with a secret: HMAC-SHA-256 (RFC 2104) under its current value, as a text "sha256=" and 64 hexadecimal digits. A secret that signs
/// payloads should sign no requests. Signing and checking a signature are reads, and in the audit log as such: a secret of a tier with
/// STRONGROOM_AUDIT_READS_STRICT does neither through a read-only handle.
///
/// Ownership: borrows `store`, `path` and `payload`; writes STRONGROOM_SIGNATURE_LEN bytes to `signature`, its NUL among them.
/// Thread safety: any thread.
/// Errors: as strongroom_get; INVALID_ARGUMENT also if the value is empty; BUFFER_TOO_SMALL.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_sign_payload(
    store: *const strongroom_store,
    path: *const c_char,
    path_len: usize,
    payload: *const u8,
    payload_len: usize,
    signature: *mut c_char,
    signature_len: usize,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    let work = || {
        // SAFETY: as the top of the header says of pointers.
        let to = unsafe { text_out(("a signature", STRONGROOM_SIGNATURE_LEN), signature, signature_len) }?;
        // SAFETY: as above.
        let path = unsafe { secret_path(path, path_len) }?;
        // SAFETY: as above.
        let payload = unsafe { bytes("the payload", payload, payload_len) }?;
        to.write(&on!(store, |on| on.sign_payload(path, payload))?.to_string()).map(drop)
    };
    // SAFETY: as above.
    unsafe { guard(error, work) }
}

/// Checks the signature of a payload, in constant time, against the current value of a secret and those in grace. `*found` gets
/// STRONGROOM_SIGNATURE_VALID or _WRONG, and `*version`, unless that is NULL, the number of the version that signed, or 0. A text that is no signature is
/// a wrong one.
///
/// Ownership: borrows `store`, `path`, `payload` and `signature`; writes `*found` and `*version`.
/// Thread safety: any thread.
/// Errors: as strongroom_accepted; INVALID_ARGUMENT also if the current value is empty.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_verify_payload(
    store: *const strongroom_store,
    path: *const c_char,
    path_len: usize,
    payload: *const u8,
    payload_len: usize,
    signature: *const c_char,
    signature_len: usize,
    found: *mut u32,
    version: *mut u64,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    let work = || {
        // SAFETY: as the top of the header says of pointers.
        unsafe { out("found", found) }?;
        // SAFETY: as above.
        let path = unsafe { secret_path(path, path_len) }?;
        // SAFETY: as above.
        let payload = unsafe { bytes("the payload", payload, payload_len) }?;
        // SAFETY: as above.
        let signature = unsafe { of_anybody(signature, signature_len) }?;
        let check = on!(store, |on| on.verify_payload(path, payload, &signature))?;
        // SAFETY: as above.
        unsafe { tell(check, found, version) }
    };
    // SAFETY: as above.
    unsafe { guard(error, work) }
}

/// Signs a request: as strongroom_sign_payload, of `timestamp`, in seconds since the Unix epoch, a dot, and the body.
///
/// Ownership: borrows `store`, `path` and `body`; writes STRONGROOM_SIGNATURE_LEN bytes to `signature`, its NUL among them.
/// Thread safety: any thread.
/// Errors: as strongroom_sign_payload.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_sign_request(
    store: *const strongroom_store,
    path: *const c_char,
    path_len: usize,
    timestamp: i64,
    body: *const u8,
    body_len: usize,
    signature: *mut c_char,
    signature_len: usize,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    let work = || {
        // SAFETY: as the top of the header says of pointers.
        let to = unsafe { text_out(("a signature", STRONGROOM_SIGNATURE_LEN), signature, signature_len) }?;
        // SAFETY: as above.
        let path = unsafe { secret_path(path, path_len) }?;
        // SAFETY: as above.
        let body = unsafe { bytes("the body", body, body_len) }?;
        to.write(&on!(store, |on| on.sign_request(path, timestamp, body))?.to_string()).map(drop)
    };
    // SAFETY: as above.
    unsafe { guard(error, work) }
}

/// Checks the signature of a request, as strongroom_verify_payload, and that its timestamp lies within 300 seconds of now: else `*found` gets
/// STRONGROOM_SIGNATURE_TOO_OLD or _TOO_EARLY. Within that time a request is as good twice: keep what was seen, if that matters.
///
/// Ownership: borrows `store`, `path`, `body` and `signature`; writes `*found` and `*version`.
/// Thread safety: any thread.
/// Errors: as strongroom_verify_payload.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_verify_request(
    store: *const strongroom_store,
    path: *const c_char,
    path_len: usize,
    timestamp: i64,
    body: *const u8,
    body_len: usize,
    signature: *const c_char,
    signature_len: usize,
    found: *mut u32,
    version: *mut u64,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    let work = || {
        // SAFETY: as the top of the header says of pointers.
        unsafe { out("found", found) }?;
        // SAFETY: as above.
        let path = unsafe { secret_path(path, path_len) }?;
        // SAFETY: as above.
        let body = unsafe { bytes("the body", body, body_len) }?;
        // SAFETY: as above.
        let signature = unsafe { of_anybody(signature, signature_len) }?;
        let check = on!(store, |on| on.verify_request(path, timestamp, body, &signature))?;
        // SAFETY: as above.
        unsafe { tell(check, found, version) }
    };
    // SAFETY: as above.
    unsafe { guard(error, work) }
}
