//! What a person or a program unlocks with.

use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

use crate::error::{Error, ErrorKind, Result};
use crate::format::slot::SlotKind;
use crate::limits::PASSPHRASE_LEN_MAX;
use crate::secret::SecretBytes;

/// What unlocks a store: a passphrase or a raw key. Wiped on drop.
pub struct Unlock(Material);

enum Material {
    Passphrase(SecretBytes),
    RawKey(SecretBytes),
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
        if passphrase.is_empty() {
            return Self(Material::Refused("the passphrase is empty"));
        }
        if passphrase.len() > PASSPHRASE_LEN_MAX {
            return Self(Material::Refused("the passphrase is longer than 1024 bytes"));
        }
        // NFC grows UTF-8 at most threefold; the buffer never grows, so no copy is left behind unwiped.
        let mut normalised = Zeroizing::new(String::with_capacity(3 * passphrase.len()));
        normalised.extend(passphrase.nfc());
        Self(Material::Passphrase(normalised.as_str().into()))
    }

    /// A key of 32 random bytes from a keychain, a TPM or a provisioning step. It is not stretched.
    #[must_use]
    pub fn raw_key(key: &[u8; 32]) -> Self {
        Self(Material::RawKey(key.as_slice().into()))
    }

    /// The kind of slot this opens.
    pub(crate) fn kind(&self) -> Result<SlotKind> {
        match &self.0 {
            Material::Passphrase(_) => Ok(SlotKind::Passphrase),
            Material::RawKey(_) => Ok(SlotKind::RawKey),
            Material::Refused(why) => Err(Error::new(ErrorKind::InvalidArgument, *why)),
        }
    }

    /// The bytes before any stretching.
    pub(super) fn expose(&self) -> &[u8] {
        match &self.0 {
            Material::Passphrase(bytes) | Material::RawKey(bytes) => bytes.expose(),
            Material::Refused(_) => &[],
        }
    }
}

impl std::fmt::Debug for Unlock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Unlock(redacted)")
    }
}
