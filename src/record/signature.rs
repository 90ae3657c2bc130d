//! Signatures of payloads and requests.

use std::fmt;
use std::str::FromStr;

use data_encoding::{HEXLOWER, HEXLOWER_PERMISSIVE};

use crate::crypto::mac::{DIGEST_LEN, equal};
use crate::error::{Error, ErrorKind, Result};

const PREFIX: &str = "sha256=";

/// An HMAC-SHA-256 (RFC 2104), shown as `sha256=` and 64 digits of lower-case hexadecimal.
///
/// It is read with digits in either case, and with nothing before or behind it. Signatures are compared in constant time.
///
/// # Examples
///
/// ```
/// use strongroom::{Signature, Store};
///
/// let store = Store::in_memory()?;
/// store.put("hooks/orders", "Jefe")?;
/// let signature = store.sign_payload("hooks/orders", "what do ya want for nothing?")?;
/// let text = signature.to_string();
/// assert_eq!(text, "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
/// assert!(text.parse::<Signature>()? == signature);
/// # Ok::<(), strongroom::Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct Signature([u8; DIGEST_LEN]);

impl Signature {
    pub(crate) fn from_bytes(bytes: [u8; DIGEST_LEN]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes. Whoever compares them must do it in constant time, as `==` of signatures does.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; DIGEST_LEN] {
        &self.0
    }
}

impl PartialEq for Signature {
    /// In time that does not depend on where they differ.
    fn eq(&self, other: &Self) -> bool {
        equal(&self.0, &other.0)
    }
}

impl Eq for Signature {}

impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{PREFIX}{}", HEXLOWER.encode(&self.0))
    }
}

impl fmt::Debug for Signature {
    /// Nothing of it: a log that shows what was expected of a forged request signs the next one.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Signature")
    }
}

impl FromStr for Signature {
    type Err = Error;

    /// # Errors
    ///
    /// [`ErrorKind::InvalidArgument`] for a text that is no signature.
    fn from_str(text: &str) -> Result<Self> {
        let decode = |digits: &str| {
            let bytes = HEXLOWER_PERMISSIVE.decode(digits.as_bytes()).ok()?;
            bytes.try_into().ok()
        };
        text.strip_prefix(PREFIX)
            .filter(|digits| digits.len() == 2 * DIGEST_LEN)
            .and_then(decode)
            .map(Self)
            .ok_or_else(|| {
                Error::new(ErrorKind::InvalidArgument, "a signature is sha256= and 64 hexadecimal digits")
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_read_as_it_is_shown_and_in_either_case() {
        let signature = Signature::from_bytes(std::array::from_fn(|index| (index * 37 + 0xa0) as u8));
        let text = signature.to_string();
        assert!(text.starts_with("sha256=a0c5ea") && text.len() == 71);
        let upper = format!("sha256={}", text["sha256=".len()..].to_uppercase());
        let mixed = text.replacen('a', "A", 3).replacen("shA", "sha", 1);
        for text in [&text, &upper, &mixed] {
            assert!(text.parse::<Signature>().unwrap() == signature, "{text}");
        }
        assert_eq!(format!("{signature:?}"), "Signature");
    }

    #[test]
    fn whatever_else_is_no_signature() {
        let good = Signature::from_bytes([0xab; 32]).to_string();
        let digits = &good["sha256=".len()..];
        for bad in [
            String::new(),
            "sha256=".to_owned(),
            digits.to_owned(),
            good[..good.len() - 1].to_owned(),
            good[..good.len() - 2].to_owned(),
            format!("{good}0"),
            format!("{good}00"),
            format!(" {good}"),
            format!("{good}\n"),
            format!("SHA256={digits}"),
            format!("sha512={digits}"),
            format!("sha256:{digits}"),
            good.replacen("ab", "ag", 1),
            good.replacen("abab", "\u{e9}ab", 1),
            good.replacen("ab", "\u{ff41}", 1),
        ] {
            assert_eq!(bad.parse::<Signature>().unwrap_err().kind(), ErrorKind::InvalidArgument, "{bad}");
        }
    }

    #[test]
    fn a_signature_with_any_bit_changed_is_another() {
        let signature = Signature::from_bytes([0xab; 32]);
        assert!(signature == Signature::from_bytes([0xab; 32]));
        for bit in 0..256 {
            let mut bytes = [0xab; 32];
            bytes[bit / 8] ^= 1 << (bit % 8);
            assert!(signature != Signature::from_bytes(bytes), "bit {bit}");
        }
    }
}
