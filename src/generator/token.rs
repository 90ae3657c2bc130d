//! Tokens: random bytes in an encoding.

use data_encoding::{BASE32_NOPAD, BASE64URL_NOPAD, Encoding, HEXLOWER};

use super::{buffer_len, check_length};
use crate::crypto::random;
use crate::error::Result;
use crate::limits::{GENERATED_TOKEN_BYTES_MAX, GENERATED_TOKEN_BYTES_MIN};
use crate::secret::{Plaintext, SecretBytes};

/// How a generated token is written (RFC 4648).
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum TokenEncoding {
    /// base64url without padding: four characters of `A-Za-z0-9-_` for three bytes.
    #[default]
    Base64Url,
    /// Lower-case base32 without padding: eight characters of `a-z2-7` for five bytes.
    Base32,
    /// Lower-case hexadecimal: two characters for a byte.
    Hex,
    /// The bytes themselves, which are no text.
    Raw,
}

#[derive(Clone, Debug)]
pub(super) struct Token {
    bytes: u32,
    pub(super) encoding: TokenEncoding,
}

impl Token {
    pub(super) fn new(bytes: u32) -> Self {
        Self { bytes, encoding: TokenEncoding::default() }
    }

    pub(super) fn check(&self) -> Result<()> {
        let (least, most) = (GENERATED_TOKEN_BYTES_MIN, GENERATED_TOKEN_BYTES_MAX);
        check_length("the number of bytes of a token", self.bytes, least, most)
    }

    pub(super) fn entropy_bits(&self) -> f64 {
        8.0 * f64::from(self.bytes)
    }

    pub(super) fn generate(&self) -> Result<SecretBytes> {
        let mut bytes = Plaintext::zeros(buffer_len(self.bytes));
        random::fill(&mut bytes)?;
        Ok(match self.encoding {
            TokenEncoding::Raw => bytes,
            TokenEncoding::Hex => encoded(&HEXLOWER, &bytes),
            TokenEncoding::Base64Url => encoded(&BASE64URL_NOPAD, &bytes),
            TokenEncoding::Base32 => {
                let mut text = encoded(&BASE32_NOPAD, &bytes);
                text.make_ascii_lowercase();
                text
            }
        }
        .into())
    }
}

fn encoded(encoding: &Encoding, bytes: &[u8]) -> Plaintext {
    let mut text = Plaintext::zeros(encoding.encode_len(bytes.len()));
    encoding.encode_mut(bytes, &mut text);
    text
}
