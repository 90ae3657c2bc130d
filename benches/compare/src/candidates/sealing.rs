//! How a record lies in redb: as it is, or sealed as one would by hand.

use std::borrow::Cow;

use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};

use crate::job::KEY;

const NONCE_LEN: usize = 24;

/// Names and tags stay readable in both.
#[derive(Clone)]
pub(super) enum Cover {
    Plain,
    Sealed(Box<XChaCha20Poly1305>),
}

impl Cover {
    pub(super) fn sealed() -> Self {
        Self::Sealed(Box::new(XChaCha20Poly1305::new(&KEY.into())))
    }

    /// What to store under `key`.
    pub(super) fn close(&self, key: &[u8], record: Vec<u8>) -> Vec<u8> {
        let Self::Sealed(cipher) = self else { return record };
        let mut nonce = [0; NONCE_LEN];
        getrandom::fill(&mut nonce).expect("randomness");
        let payload = Payload { msg: &record, aad: key };
        let sealed = cipher.encrypt(&XNonce::from(nonce), payload).expect("a seal");
        [&nonce[..], &sealed].concat()
    }

    /// The record that lies under `key`.
    pub(super) fn open<'a>(&self, key: &[u8], stored: &'a [u8]) -> Cow<'a, [u8]> {
        let Self::Sealed(cipher) = self else { return Cow::Borrowed(stored) };
        let (nonce, sealed) = stored.split_first_chunk::<NONCE_LEN>().expect("a nonce");
        let payload = Payload { msg: sealed, aad: key };
        Cow::Owned(cipher.decrypt(&XNonce::from(*nonce), payload).expect("an authentic record"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sealed_record_opens_under_its_key_only() {
        let cover = Cover::sealed();
        let stored = cover.close(b"a", b"record".to_vec());
        assert_eq!(&*cover.open(b"a", &stored), b"record");
        let elsewhere = std::panic::catch_unwind(|| cover.open(b"b", &stored).len());
        assert!(elsewhere.is_err());
    }
}
