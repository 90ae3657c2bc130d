//! A state of a store, to be kept elsewhere. FORMAT 8.7.

use std::fmt;
use std::str::FromStr;

use data_encoding::BASE32_NOPAD;

use crate::crypto::mac::sha256;
use crate::error::{Error, ErrorKind, Result};
use crate::format::wire::{Malformed, Reader};
use crate::sealed::file::Position;

const PREFIX: &str = "sr_pin_";
const CHECK_LEN: usize = 4;

/// Which store, how old, and with which history: the id of a store, the number of its last commit and the head of its
/// audit chain.
///
/// Keep its text where whoever gets at the file does not: in the keychain, on a server, in another file system. A
/// store that is [opened with it](crate::StoreOptions::pin) is that store, with that commit in its history, or it is
/// refused. A pin is no secret, and every later state of the store is accepted with it.
///
/// # Examples
///
/// ```
/// use strongroom::{Pin, Store};
///
/// let store = Store::in_memory()?;
/// store.put("name", "value")?;
/// let text = store.pin()?.to_string();
/// let pin: Pin = text.parse()?;
/// assert_eq!(pin, store.pin()?);
/// # Ok::<(), strongroom::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Pin {
    pub(crate) store_id: [u8; 16],
    pub(crate) generation: u64,
    pub(crate) head: [u8; 32],
}

impl Pin {
    /// The number of the commit that was pinned.
    #[must_use]
    pub fn generation(&self) -> u64 {
        self.generation
    }

    pub(crate) fn of(position: &Position) -> Self {
        let Position { store_id, generation, audit_head } = *position;
        Self { store_id, generation, head: audit_head }
    }

    fn body(&self) -> Vec<u8> {
        [self.store_id.as_slice(), &self.generation.to_le_bytes(), &self.head].concat()
    }
}

/// Against typing errors only: nobody is kept from making a pin.
fn check(body: &[u8]) -> [u8; CHECK_LEN] {
    sha256(&[b"strongroom/1/pin", body]).first_chunk().copied().unwrap_or_default()
}

impl fmt::Display for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let body = self.body();
        let text = BASE32_NOPAD.encode(&[body.as_slice(), &check(&body)].concat());
        write!(f, "{PREFIX}{}", text.to_ascii_lowercase())
    }
}

impl FromStr for Pin {
    type Err = Error;

    /// # Errors
    ///
    /// [`ErrorKind::InvalidArgument`] for a text that is no pin, or one with a typing error.
    fn from_str(text: &str) -> Result<Self> {
        let invalid = || Error::new(ErrorKind::InvalidArgument, "this is not a pin of a store: sr_pin_…");
        let text = text.trim().strip_prefix(PREFIX).filter(|text| text.len() == 96).ok_or_else(invalid)?;
        let bytes = BASE32_NOPAD.decode(text.to_ascii_uppercase().as_bytes()).map_err(|_| invalid())?;
        let parse = || -> std::result::Result<Self, Malformed> {
            let mut fields = Reader::new(&bytes);
            let pin = Self { store_id: fields.array()?, generation: fields.u64()?, head: fields.array()? };
            let found: [u8; CHECK_LEN] = fields.array()?;
            fields.end()?;
            if found == check(&pin.body()) { Ok(pin) } else { Err(Malformed) }
        };
        parse().map_err(|Malformed| invalid())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pin_is_read_as_it_is_shown_and_any_changed_letter_is_found() {
        let pin = Pin { store_id: [1; 16], generation: 77, head: [9; 32] };
        let text = pin.to_string();
        assert_eq!(text.parse::<Pin>().unwrap(), pin);
        assert_eq!(format!(" {} ", text).parse::<Pin>().unwrap(), pin);
        for at in 0..text.len() {
            for other in ['a', '7', 'x', '!', 'é'] {
                let typed: String =
                    text.chars().enumerate().map(|(place, c)| if place == at { other } else { c }).collect();
                assert_eq!(typed.parse::<Pin>().is_ok(), typed == text, "{typed}");
            }
        }
        assert!(text[..text.len() - 1].parse::<Pin>().is_err() && "".parse::<Pin>().is_err());
    }
}
