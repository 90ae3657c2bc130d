//! HMAC-SHA-256 (RFC 2104) and SHA-256.

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::keys::{AuthorityHeaderMac, FileHeaderMac, Idempotency, Key, Purpose};
use super::stack::{SHALLOW, on_clean_stack};
use crate::error::Result;

/// Length of a MAC and of a digest, in bytes.
pub(crate) const DIGEST_LEN: usize = 32;

/// Keys that authenticate without sealing.
pub(crate) trait Authenticates: Purpose {}
impl Authenticates for FileHeaderMac {}
impl Authenticates for AuthorityHeaderMac {}
impl Authenticates for Idempotency {}

/// `HMAC-SHA-256(key, bytes)`.
pub(crate) fn hmac<P: Authenticates>(key: &Key<P>, bytes: &[u8]) -> Result<[u8; DIGEST_LEN]> {
    hmac_parts(key, &[bytes])
}

/// `HMAC-SHA-256(key, concatenated parts)`, without a copy of what may be secret.
pub(crate) fn hmac_parts<P: Authenticates>(key: &Key<P>, parts: &[&[u8]]) -> Result<[u8; DIGEST_LEN]> {
    Ok(hmac_under(key.expose()?, parts))
}

/// As [`hmac_parts`], with a key of any length.
pub(crate) fn hmac_under(key: &[u8], parts: &[&[u8]]) -> [u8; DIGEST_LEN] {
    on_clean_stack::<SHALLOW, _>(|| keyed(key, parts))
}

fn keyed(key: &[u8], parts: &[&[u8]]) -> [u8; DIGEST_LEN] {
    #[expect(clippy::expect_used, reason = "HMAC takes a key of any length")]
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC accepts this length");
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

/// `SHA-256(concatenated parts)`.
pub(crate) fn sha256(parts: &[&[u8]]) -> [u8; DIGEST_LEN] {
    hashed(parts).finalize().into()
}

/// As [`sha256`], of what is secret and into a place that is wiped.
pub(crate) fn sha256_secret(parts: &[&[u8]], digest: &mut [u8; DIGEST_LEN]) {
    on_clean_stack::<SHALLOW, _>(|| hashed(parts).finalize_into(digest.into()));
}

fn hashed(parts: &[&[u8]]) -> Sha256 {
    let mut digest = Sha256::new();
    for part in parts {
        digest.update(part);
    }
    digest
}

/// Equality in time that depends on the lengths only.
pub(crate) fn equal(a: &[u8], b: &[u8]) -> bool {
    a.ct_eq(b).into()
}
