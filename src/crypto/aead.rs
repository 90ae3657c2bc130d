//! XChaCha20-Poly1305 with a fresh random nonce per seal: the only cipher, and the only place a nonce is made.
//!
//! Sealed form: `nonce 24 | ciphertext | tag 16`. Nonces are random and not counted because a restored backup or
//! snapshot would repeat a counter (2^80 seals before a repeat becomes likelier than 2^-32).

use chacha20poly1305::aead::inout::InOutBuf;
use chacha20poly1305::{AeadInOut, KeyInit, XChaCha20Poly1305, XNonce};

use super::keys::{KEY_LEN, Key, Purpose};
use super::random;
use super::stack::{SHALLOW, on_clean_stack};
use crate::error::{Error, Result};

/// Length of the nonce in front of a ciphertext.
pub(crate) const NONCE_LEN: usize = 24;
/// Length of the tag behind a ciphertext.
pub(crate) const TAG_LEN: usize = 16;
/// What sealing adds to a plaintext.
pub(crate) const OVERHEAD: usize = NONCE_LEN + TAG_LEN;

/// Keys that seal data.
pub(crate) trait Seals: Purpose {}
impl Seals for super::keys::Superblock {}
impl Seals for super::keys::Block {}
impl Seals for super::keys::Cursor {}
impl Seals for super::keys::Value {}
impl Seals for super::keys::SlotWrap {}

/// What a ciphertext is and where it belongs. An empty one cannot be made.
pub(crate) struct Aad(Vec<u8>);

impl Aad {
    /// `domain` says what is sealed; `context` is fixed-width or length-prefixed, so that no two contexts share bytes.
    pub(crate) fn new(domain: &'static [u8], context: &[&[u8]]) -> Self {
        let mut bytes =
            Vec::with_capacity(domain.len() + context.iter().map(|part| part.len()).sum::<usize>());
        bytes.extend_from_slice(domain);
        for part in context {
            bytes.extend_from_slice(part);
        }
        Self(bytes)
    }
}

/// A ciphertext that is not authentic. Why is nobody's business.
#[derive(Debug)]
pub(crate) struct Unauthentic;

/// Seals `plaintext` into `sealed`, which is [`OVERHEAD`] longer.
pub(crate) fn seal<P: Seals>(key: &Key<P>, aad: &Aad, plaintext: &[u8], sealed: &mut [u8]) -> Result<()> {
    seal_under(key, random::bytes()?, aad, plaintext, sealed)
}

/// As [`seal`], under a nonce that a test vector gives.
#[cfg(test)]
pub(crate) fn seal_with_nonce<P: Seals>(
    key: &Key<P>,
    nonce: [u8; NONCE_LEN],
    aad: &Aad,
    plaintext: &[u8],
) -> Vec<u8> {
    let mut sealed = vec![0; plaintext.len() + OVERHEAD];
    seal_under(key, nonce, aad, plaintext, &mut sealed).expect("the buffer fits");
    sealed
}

fn seal_under<P: Seals>(
    key: &Key<P>,
    nonce: [u8; NONCE_LEN],
    aad: &Aad,
    plaintext: &[u8],
    sealed: &mut [u8],
) -> Result<()> {
    let wrong_length = || Error::internal("a seal buffer does not fit its plaintext");
    if sealed.len() != plaintext.len() + OVERHEAD {
        return Err(wrong_length());
    }
    let (nonce_out, rest) = sealed.split_at_mut(NONCE_LEN);
    let (ciphertext, tag_out) = rest.split_at_mut(plaintext.len());
    let buffer = InOutBuf::new(plaintext, ciphertext).map_err(|_| wrong_length())?;
    let key = key.expose()?;
    let tag = on_clean_stack::<SHALLOW, _>(|| {
        XChaCha20Poly1305::new(key.into()).encrypt_inout_detached(&XNonce::from(nonce), &aad.0, buffer)
    })
    .map_err(|_| Error::internal("a plaintext is too long to seal"))?;
    nonce_out.copy_from_slice(&nonce);
    tag_out.copy_from_slice(&tag);
    Ok(())
}

/// Opens `sealed` into `plaintext`, which is [`OVERHEAD`] shorter. Nothing is written before the tag is checked.
///
/// # Errors
///
/// [`ErrorKind::Forked`](crate::ErrorKind::Forked) if the key is gone; inside, [`Unauthentic`].
pub(crate) fn open<P: Seals>(
    key: &Key<P>,
    aad: &Aad,
    sealed: &[u8],
    plaintext: &mut [u8],
) -> Result<std::result::Result<(), Unauthentic>> {
    let key = key.expose()?;
    Ok(open_under(key, aad, sealed, plaintext))
}

fn open_under(
    key: &[u8; KEY_LEN],
    aad: &Aad,
    sealed: &[u8],
    plaintext: &mut [u8],
) -> std::result::Result<(), Unauthentic> {
    let (nonce, rest) = sealed.split_first_chunk::<NONCE_LEN>().ok_or(Unauthentic)?;
    let (ciphertext, tag) = rest.split_last_chunk::<TAG_LEN>().ok_or(Unauthentic)?;
    let buffer = InOutBuf::new(ciphertext, plaintext).map_err(|_| Unauthentic)?;
    on_clean_stack::<SHALLOW, _>(|| {
        XChaCha20Poly1305::new(key.into()).decrypt_inout_detached(
            &XNonce::from(*nonce),
            &aad.0,
            buffer,
            tag.into(),
        )
    })
    .map_err(|_| Unauthentic)
}
