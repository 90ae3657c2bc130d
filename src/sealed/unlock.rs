//! What a person or a program unlocks with.

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};
use zeroize::Zeroizing;

use super::key_file;
use super::recovery::{self, RecoveryCode};
use crate::crypto::kdf::{KdfCost, stretch};
use crate::crypto::keys::{Key, SlotRoot};
use crate::crypto::stack::{SHALLOW, on_clean_stack};
use crate::crypto::{arena::Arena, derive};
use crate::error::{Error, ErrorKind, Result};
use crate::format::slot::SlotKind;
use crate::format::wire::Writer;
use crate::limits::PASSPHRASE_LEN_MAX;
use crate::secret::{Plaintext, SecretBytes};
use std::path::Path;
use std::sync::Arc;

/// What unlocks a store: a passphrase, a key file, both together, a raw key or a recovery code. Wiped on drop.
///
/// # Examples
///
/// ```
/// use strongroom::Unlock;
///
/// let typed = Unlock::passphrase("correct horse battery staple");
/// let from_keychain = Unlock::raw_key(&[7; 32]);
/// # drop((typed, from_keychain));
/// ```
///
/// It can be neither printed nor copied nor compared:
///
/// ```compile_fail,E0277
/// println!("{:?}", strongroom::Unlock::passphrase("correct horse battery staple"));
/// ```
/// ```compile_fail,E0599
/// let twice = strongroom::Unlock::passphrase("correct horse battery staple").clone();
/// ```
/// ```compile_fail,E0369
/// use strongroom::Unlock;
/// assert!(Unlock::passphrase("one") == Unlock::passphrase("one"));
/// ```
pub struct Unlock(Material);

enum Material {
    Passphrase(SecretBytes),
    RawKey(SecretBytes),
    KeyFile(SecretBytes),
    PassphraseAndKeyFile(SecretBytes, SecretBytes),
    RecoveryCode(SecretBytes),
    /// A passphrase refused for its length; kept as a value so that the constructor stays infallible.
    Refused(&'static str),
}

impl Unlock {
    /// A passphrase, 1 to 1,024 bytes of UTF-8.
    ///
    /// It is normalised to Unicode NFC, because keyboards disagree on how an accent is sent, and then stretched with
    /// Argon2id. A passphrase outside the bounds is refused when it is used.
    #[must_use]
    pub fn passphrase(passphrase: &str) -> Self {
        Self(match normalise(passphrase) {
            Ok(passphrase) => Material::Passphrase(passphrase),
            Err(why) => Material::Refused(why),
        })
    }

    /// A key of 32 random bytes from a keychain, a TPM or a provisioning step. It is not stretched.
    #[must_use]
    pub fn raw_key(key: &[u8; 32]) -> Self {
        Self(Material::RawKey(key.as_slice().into()))
    }

    /// A key file: any file of 1 to 65,536 bytes, read now and hashed. It is not stretched, so what can be guessed of
    /// the file can be guessed of the key; [`create_key_file`](Self::create_key_file) makes one of random bytes.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidArgument`] if the file is empty, too long or not a regular file; [`ErrorKind::NotFound`];
    /// [`ErrorKind::Io`].
    pub fn key_file(path: impl AsRef<Path>) -> Result<Self> {
        Ok(Self(Material::KeyFile(key_file::read(path.as_ref())?)))
    }

    /// Writes a new key file of 32 random bytes in hexadecimal, for its owner only, and unlocks with it.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::AlreadyExists`] if there is something at `path`; [`ErrorKind::Io`].
    pub fn create_key_file(path: impl AsRef<Path>) -> Result<Self> {
        Ok(Self(Material::KeyFile(key_file::create(path.as_ref())?)))
    }

    /// This key file together with a passphrase, as in [`passphrase`](Self::passphrase): neither opens the slot alone.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidArgument`] if this is not a key file, or the passphrase is outside its bounds.
    pub fn and_passphrase(self, passphrase: &str) -> Result<Self> {
        let refused = |why| Err(Error::new(ErrorKind::InvalidArgument, why));
        match (self.0, normalise(passphrase)) {
            (Material::KeyFile(digest), Ok(passphrase)) => {
                Ok(Self(Material::PassphraseAndKeyFile(passphrase, digest)))
            }
            (Material::KeyFile(_), Err(why)) => refused(why),
            _ => refused("only a key file can be joined with a passphrase"),
        }
    }

    /// A recovery code as it was shown when it was made. Case, spaces and dashes do not matter, and O, I and L are
    /// read as 0, 1 and 1.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidArgument`] names the group that has a typing error.
    pub fn recovery_code(text: &str) -> Result<Self> {
        recovery::parse(text).map(|code| Self(Material::RecoveryCode(code)))
    }

    /// A new recovery code, and what it unlocks with.
    pub(crate) fn new_recovery_code() -> Result<(Self, RecoveryCode)> {
        let (code, bytes) = RecoveryCode::generate()?;
        Ok((Self(Material::RecoveryCode(bytes)), code))
    }

    /// The kind of slot this opens.
    pub(crate) fn kind(&self) -> Result<SlotKind> {
        match &self.0 {
            Material::Passphrase(_) => Ok(SlotKind::Passphrase),
            Material::RawKey(_) => Ok(SlotKind::RawKey),
            Material::KeyFile(_) => Ok(SlotKind::KeyFile),
            Material::PassphraseAndKeyFile(..) => Ok(SlotKind::PassphraseAndKeyFile),
            Material::RecoveryCode(_) => Ok(SlotKind::RecoveryCode),
            Material::Refused(why) => Err(Error::new(ErrorKind::InvalidArgument, *why)),
        }
    }

    /// The pseudorandom key of a slot with this salt and, where a passphrase is part of it, this cost. FORMAT 5.1.
    pub(super) fn slot_root(
        &self,
        arena: &Arc<Arena>,
        salt: &[u8; 32],
        cost: Option<KdfCost>,
    ) -> Result<Key<SlotRoot>> {
        const STRETCHED_PASSPHRASE: u8 = 1;
        const RAW_KEY: u8 = 2;
        const KEY_FILE: u8 = 3;
        const RECOVERY_CODE: u8 = 4;
        let stretched = |passphrase: &SecretBytes| {
            let cost = cost.ok_or_else(|| Error::internal("a passphrase without a cost"))?;
            stretch(arena, passphrase.expose(), salt, cost)
        };
        let parts = match &self.0 {
            Material::Passphrase(passphrase) => {
                parts(&[(STRETCHED_PASSPHRASE, stretched(passphrase)?.expose()?)])
            }
            Material::RawKey(key) => parts(&[(RAW_KEY, key.expose())]),
            Material::KeyFile(digest) => parts(&[(KEY_FILE, digest.expose())]),
            Material::PassphraseAndKeyFile(passphrase, digest) => parts(&[
                (STRETCHED_PASSPHRASE, stretched(passphrase)?.expose()?),
                (KEY_FILE, digest.expose()),
            ]),
            Material::RecoveryCode(code) => parts(&[(RECOVERY_CODE, code.expose())]),
            Material::Refused(why) => return Err(Error::new(ErrorKind::InvalidArgument, *why)),
        };
        derive::slot_root(arena, salt, &parts)
    }
}

/// Checks and normalises a passphrase.
fn normalise(passphrase: &str) -> std::result::Result<SecretBytes, &'static str> {
    if passphrase.is_empty() {
        return Err("the passphrase is empty");
    }
    if passphrase.len() > PASSPHRASE_LEN_MAX {
        return Err("the passphrase is longer than 1024 bytes");
    }
    if is_nfc_quick(passphrase.chars()) == IsNormalized::Yes {
        return Ok(passphrase.into());
    }
    // NFC grows UTF-8 at most threefold; the buffer never grows, so no copy is left behind unwiped.
    let mut normalised = Zeroizing::new(String::with_capacity(3 * passphrase.len()));
    // The characters wait on the stack for the accents that follow them.
    on_clean_stack::<SHALLOW, _>(|| normalised.extend(passphrase.nfc()));
    Ok(normalised.as_str().into())
}

/// `kind | length | bytes` of each part, in a buffer that never grows.
fn parts(parts: &[(u8, &[u8])]) -> Plaintext {
    let len = parts.iter().map(|(_, bytes)| 5 + bytes.len()).sum();
    let written = parts.iter().fold(Writer::with_capacity(len), |written, (kind, bytes)| {
        written.u8(*kind).u32(u32::try_from(bytes.len()).unwrap_or(u32::MAX)).bytes(bytes)
    });
    written.finish().into()
}
