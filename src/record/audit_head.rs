//! The head of the audit chain, to be kept elsewhere.

use std::fmt;
use std::str::FromStr;

use data_encoding::BASE32_NOPAD;

use crate::crypto::mac::sha256;
use crate::error::{Error, ErrorKind, Result};
use crate::format::wire::{Malformed, Reader};

const PREFIX: &str = "ah1-";
const CHECK_LEN: usize = 5;
const TEXT_LEN: usize = 72;

/// Where the audit log ended: the number of its last event, and the hash that follows from all events up to it.
///
/// Keep its text, 76 characters, where whoever gets at the file does not: on paper, in the keychain, on another device.
/// [`Audit::verify`](crate::Audit::verify) then finds whether an event up to it was edited, removed or put elsewhere, and whether
/// the log was cut. It is no secret.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct AuditHead {
    pub(crate) sequence: u64,
    pub(crate) hash: [u8; 32],
}

impl AuditHead {
    /// The sequence number of the last event; 0 before the first.
    #[must_use]
    pub fn sequence(&self) -> u64 {
        self.sequence
    }

    /// The hash.
    #[must_use]
    pub fn hash(&self) -> &[u8; 32] {
        &self.hash
    }

    fn body(&self) -> Vec<u8> {
        [self.sequence.to_be_bytes().as_slice(), &self.hash].concat()
    }
}

/// Against typing errors only.
fn check(body: &[u8]) -> [u8; CHECK_LEN] {
    sha256(&[b"strongroom/1/audit-head", body]).first_chunk().copied().unwrap_or_default()
}

impl fmt::Display for AuditHead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let body = self.body();
        let text = BASE32_NOPAD.encode(&[body.as_slice(), &check(&body)].concat());
        write!(f, "{PREFIX}{}", text.to_ascii_lowercase())
    }
}

impl FromStr for AuditHead {
    type Err = Error;

    /// # Errors
    ///
    /// [`ErrorKind::InvalidArgument`] for a text that is no head, or one with a typing error.
    fn from_str(text: &str) -> Result<Self> {
        let invalid =
            || Error::new(ErrorKind::InvalidArgument, "this is not the head of an audit log: ah1-…");
        let text =
            text.trim().strip_prefix(PREFIX).filter(|text| text.len() == TEXT_LEN).ok_or_else(invalid)?;
        let bytes = BASE32_NOPAD.decode(text.to_ascii_uppercase().as_bytes()).map_err(|_| invalid())?;
        let parse = || -> std::result::Result<Self, Malformed> {
            let mut fields = Reader::new(&bytes);
            let head = Self { sequence: u64::from_be_bytes(fields.array()?), hash: fields.array()? };
            let found: [u8; CHECK_LEN] = fields.array()?;
            fields.end()?;
            if found == check(&head.body()) { Ok(head) } else { Err(Malformed) }
        };
        parse().map_err(|Malformed| invalid())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_is_read_as_it_is_shown_and_any_changed_letter_is_found() {
        let head = AuditHead { sequence: 77, hash: [9; 32] };
        let text = head.to_string();
        assert_eq!((text.len(), text.parse::<AuditHead>().unwrap()), (76, head));
        for at in 0..text.len() {
            for other in ['a', '7', 'x', '!', 'é'] {
                let typed: String =
                    text.chars().enumerate().map(|(place, c)| if place == at { other } else { c }).collect();
                assert_eq!(typed.parse::<AuditHead>().is_ok(), typed == text, "{typed}");
            }
        }
    }
}
