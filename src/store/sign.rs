//! Signing with a secret, and checking who signed, without showing the secret.

use super::view::View;
use super::{Store, Transaction};
use crate::crypto::mac::hmac_under;
use crate::error::{Error, ErrorKind, Result};
use crate::limits::REQUEST_WINDOW_SECONDS;
use crate::record::path::SecretPath;
use crate::record::signature::Signature;
use crate::secret::SecretBytes;
use crate::tables::Rows;

/// What a check of a signature found.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
#[must_use = "a signature that is not valid is no error"]
pub enum SignatureCheck {
    /// Valid: made with the value of the version of this number.
    Version(u64),
    /// Made with the secret, but the request is older than the window.
    TooOld,
    /// Made with the secret, but the request is dated later than the window.
    TooEarly,
    /// Of another payload or under another secret, or no signature at all.
    Wrong,
}

impl SignatureCheck {
    /// Whether the payload or request is what the signer signed, and in time.
    #[must_use]
    pub fn is_valid(self) -> bool {
        self.version().is_some()
    }

    /// The number of the version that signed, if the signature is valid.
    #[must_use]
    pub fn version(self) -> Option<u64> {
        match self {
            Self::Version(number) => Some(number),
            Self::TooOld | Self::TooEarly | Self::Wrong => None,
        }
    }
}

impl Store {
    /// Signs `payload` with the secret at `path`: HMAC-SHA-256 (RFC 2104) under its current value, as it stands, of any length.
    ///
    /// A secret that signs payloads should sign no [requests](Self::sign_request), and the other way round: a request is signed as the
    /// payload `timestamp.body`.
    ///
    /// Signing and checking a signature are reads, and in the audit log as such. A secret whose reads are audited
    /// [strictly](crate::AuditReads::Strict) does neither through a read-only handle.
    ///
    /// # Errors
    ///
    /// As [`get`](Self::get); [`InvalidArgument`](ErrorKind::InvalidArgument) also if the value is empty, because everybody can
    /// sign with that.
    pub fn sign_payload<P>(&self, path: P, payload: impl AsRef<[u8]>) -> Result<Signature>
    where
        P: TryInto<SecretPath>,
        Error: From<P::Error>,
    {
        let path = path.try_into()?;
        self.audited(&path, 0, |view| view.sign(&path, &[payload.as_ref()]))
    }

    /// Which version of the secret at `path` signed `payload`, of those that are accepted, if one did. `signature` is the text that
    /// came with it; one that is no signature is [`Wrong`](SignatureCheck::Wrong) and no error, because it may come from anybody.
    ///
    /// Comparing takes the same time wherever the signatures differ, and every version is tried whichever fits. If several
    /// have the same value, it is the newest.
    ///
    /// # Errors
    ///
    /// As [`sign_payload`](Self::sign_payload).
    ///
    /// # Examples
    ///
    /// ```
    /// use strongroom::{SignatureCheck, Store};
    ///
    /// let store = Store::in_memory()?;
    /// store.put("hooks/orders", "a key that both sides know")?;
    /// let signature = store.sign_payload("hooks/orders", r#"{"order":7}"#)?.to_string();
    /// let check = store.verify_payload("hooks/orders", r#"{"order":7}"#, &signature)?;
    /// assert_eq!(check, SignatureCheck::Version(1));
    /// assert!(!store.verify_payload("hooks/orders", r#"{"order":8}"#, &signature)?.is_valid());
    /// assert_eq!(store.verify_payload("hooks/orders", "", "none")?, SignatureCheck::Wrong);
    /// # Ok::<(), strongroom::Error>(())
    /// ```
    pub fn verify_payload<P>(
        &self,
        path: P,
        payload: impl AsRef<[u8]>,
        signature: &str,
    ) -> Result<SignatureCheck>
    where
        P: TryInto<SecretPath>,
        Error: From<P::Error>,
    {
        let path = path.try_into()?;
        self.audited(&path, 0, |view| view.verify(&path, &[payload.as_ref()], signature))
    }

    /// Signs a request of this time, in seconds since 1970-01-01T00:00:00Z: what is signed is the time in decimal, a `.` and `body`.
    /// The receiver needs the time as well.
    ///
    /// # Errors
    ///
    /// As [`sign_payload`](Self::sign_payload).
    pub fn sign_request<P>(&self, path: P, timestamp: i64, body: impl AsRef<[u8]>) -> Result<Signature>
    where
        P: TryInto<SecretPath>,
        Error: From<P::Error>,
    {
        let path = path.try_into()?;
        self.audited(&path, 0, |view| view.sign(&path, &[&dated(timestamp), body.as_ref()]))
    }

    /// As [`verify_payload`](Self::verify_payload), of a request. Its time must be within
    /// [300 seconds](crate::limits::REQUEST_WINDOW_SECONDS) of the time of the store, which never goes back. Within them a
    /// request that is sent twice is valid twice.
    ///
    /// A request is said to be too old or too early only if its signature fits.
    ///
    /// # Errors
    ///
    /// As [`sign_payload`](Self::sign_payload).
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use strongroom::{ManualClock, SignatureCheck, StoreOptions, Timestamp};
    ///
    /// let clock = ManualClock::start(Timestamp::from_millis(1_800_000_000_000));
    /// let store = StoreOptions::new().clock(&clock).in_memory()?;
    /// store.put("hooks/orders", "a key that both sides know")?;
    /// let signature = store.sign_request("hooks/orders", 1_800_000_000, "body")?.to_string();
    /// let verify = || store.verify_request("hooks/orders", 1_800_000_000, "body", &signature);
    /// assert_eq!(verify()?, SignatureCheck::Version(1));
    /// clock.advance(Duration::from_secs(301));
    /// assert_eq!(verify()?, SignatureCheck::TooOld);
    /// # Ok::<(), strongroom::Error>(())
    /// ```
    pub fn verify_request<P>(
        &self,
        path: P,
        timestamp: i64,
        body: impl AsRef<[u8]>,
        signature: &str,
    ) -> Result<SignatureCheck>
    where
        P: TryInto<SecretPath>,
        Error: From<P::Error>,
    {
        let path = path.try_into()?;
        self.audited(&path, 0, |view| view.verify_request(&path, timestamp, body.as_ref(), signature))
    }
}

impl<R: Rows> View<'_, R> {
    fn sign(&self, path: &SecretPath, parts: &[&[u8]]) -> Result<Signature> {
        let key = self.get(path, None)?.into_value();
        if key.is_empty() { Err(empty(path)) } else { Ok(under(&key, parts)) }
    }

    fn verify(&self, path: &SecretPath, parts: &[&[u8]], signature: &str) -> Result<SignatureCheck> {
        let (_, accepted) = self.accepted(path)?;
        let keys: Vec<_> = accepted.into_iter().map(|(version, value)| (version.number, value)).collect();
        if keys.first().is_some_and(|(_, key)| key.is_empty()) {
            return Err(empty(path));
        }
        let signer = signature.parse::<Signature>().ok().and_then(|given| signer(&keys, parts, given));
        self.was_read(signer.or_else(|| keys.first().map(|(number, _)| *number)));
        Ok(signer.map_or(SignatureCheck::Wrong, SignatureCheck::Version))
    }

    fn verify_request(
        &self,
        path: &SecretPath,
        timestamp: i64,
        body: &[u8],
        signature: &str,
    ) -> Result<SignatureCheck> {
        let found = self.verify(path, &[&dated(timestamp), body], signature)?;
        let now = match self.now {
            Some(now) => now,
            None => self.store.now(self.tables)?,
        };
        let age = now.as_millis().saturating_sub(timestamp.saturating_mul(1_000));
        let window = REQUEST_WINDOW_SECONDS.saturating_mul(1_000);
        Ok(match found {
            SignatureCheck::Version(_) if age > window => SignatureCheck::TooOld,
            SignatureCheck::Version(_) if age < -window => SignatureCheck::TooEarly,
            found => found,
        })
    }
}

fn under(key: &SecretBytes, parts: &[&[u8]]) -> Signature {
    Signature::from_bytes(hmac_under(key.expose(), parts))
}

/// The first of `keys` that made a signature. Each is tried, so the time does not tell which it was.
fn signer(keys: &[(u64, SecretBytes)], parts: &[&[u8]], given: Signature) -> Option<u64> {
    let mut signer = None;
    for (number, key) in keys {
        // An older value may be empty, and then everybody can sign with it.
        let fits = (under(key, parts) == given) & !key.is_empty();
        signer = signer.or(fits.then_some(*number));
    }
    signer
}

/// What is signed before the body of a request. A time has no `.`, so no two requests are signed alike.
fn dated(timestamp: i64) -> Vec<u8> {
    format!("{timestamp}.").into_bytes()
}

fn empty(path: &SecretPath) -> Error {
    let message = format!("the value of the secret at {path} is empty: everybody can sign with it");
    Error::new(ErrorKind::InvalidArgument, message)
}

impl Transaction<'_, '_> {
    /// As [`Store::sign_payload`], with the secret that this transaction sees.
    ///
    /// # Errors
    ///
    /// As [`Store::sign_payload`].
    pub fn sign_payload<P>(&self, path: P, payload: impl AsRef<[u8]>) -> Result<Signature>
    where
        P: TryInto<SecretPath>,
        Error: From<P::Error>,
    {
        let path = path.try_into()?;
        self.audited(&path, 0, |view| view.sign(&path, &[payload.as_ref()]))
    }

    /// As [`Store::verify_payload`], with the secret that this transaction sees.
    ///
    /// # Errors
    ///
    /// As [`Store::verify_payload`].
    pub fn verify_payload<P>(
        &self,
        path: P,
        payload: impl AsRef<[u8]>,
        signature: &str,
    ) -> Result<SignatureCheck>
    where
        P: TryInto<SecretPath>,
        Error: From<P::Error>,
    {
        let path = path.try_into()?;
        self.audited(&path, 0, |view| view.verify(&path, &[payload.as_ref()], signature))
    }

    /// As [`Store::sign_request`], with the secret that this transaction sees.
    ///
    /// # Errors
    ///
    /// As [`Store::sign_request`].
    pub fn sign_request<P>(&self, path: P, timestamp: i64, body: impl AsRef<[u8]>) -> Result<Signature>
    where
        P: TryInto<SecretPath>,
        Error: From<P::Error>,
    {
        let path = path.try_into()?;
        self.audited(&path, 0, |view| view.sign(&path, &[&dated(timestamp), body.as_ref()]))
    }

    /// As [`Store::verify_request`], with the secret that this transaction sees, and at the time at which it began.
    ///
    /// # Errors
    ///
    /// As [`Store::verify_request`].
    pub fn verify_request<P>(
        &self,
        path: P,
        timestamp: i64,
        body: impl AsRef<[u8]>,
        signature: &str,
    ) -> Result<SignatureCheck>
    where
        P: TryInto<SecretPath>,
        Error: From<P::Error>,
    {
        let path = path.try_into()?;
        self.audited(&path, 0, |view| view.verify_request(&path, timestamp, body.as_ref(), signature))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_version_that_fits_is_the_signer_and_an_empty_one_never() {
        let keys = [(9, "new"), (7, ""), (6, "old"), (4, "new"), (2, "old")];
        let keys = keys.map(|(number, value)| (number, SecretBytes::from(value)));
        let parts: [&[u8]; 2] = [b"pay", b"load"];
        let signed = |key: &str| under(&SecretBytes::from(key), &[b"payload"]);
        for (key, expected) in [("new", Some(9)), ("old", Some(6)), ("", None), ("other", None)] {
            assert_eq!(signer(&keys, &parts, signed(key)), expected, "{key}");
        }
        assert_eq!(signer(&keys[1..], &parts, signed("new")), Some(4));
        assert_eq!(signer(&[], &parts, signed("new")), None);
    }
}
