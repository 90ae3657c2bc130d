//! Names that outlive paths and labels.

use std::fmt;
use std::str::FromStr;

use crate::clock::Timestamp;
use crate::error::{Error, ErrorKind, Result};

/// The id of a secret: a ULID (48 bits of creation time in milliseconds, 80 random bits), shown as `sec_` and 26
/// characters of Crockford's base 32. It never changes and is never used again.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct SecretId([u8; 16]);

impl SecretId {
    pub(crate) fn new(created: Timestamp, random: [u8; 10]) -> Self {
        let [_, _, time @ ..] = created.as_millis().to_be_bytes();
        let mut bytes = [0; 16];
        let (head, tail) = bytes.split_at_mut(time.len());
        head.copy_from_slice(&time);
        tail.copy_from_slice(&random);
        Self(bytes)
    }

    /// This id, or the one behind `last` if both are of one millisecond and it does not come after that: ids of one handle rise, as
    /// the ULID specification has it (monotonicity).
    pub(crate) fn after(self, last: Self) -> Self {
        let (this, last) = (u128::from_be_bytes(self.0), u128::from_be_bytes(last.0));
        const RANDOM_BITS: u32 = 80;
        if this >> RANDOM_BITS != last >> RANDOM_BITS || this > last {
            return self;
        }
        Self(last.saturating_add(1).to_be_bytes())
    }

    pub(crate) fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    pub(crate) fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }

    /// When the secret was created: the id says so, and no record repeats it.
    #[must_use]
    pub fn created_at(&self) -> Timestamp {
        let time = self.0.first_chunk::<6>().copied().unwrap_or_default();
        let millis = time.iter().fold(0i64, |millis, &byte| (millis << 8) | i64::from(byte));
        Timestamp::from_millis(millis)
    }
}

impl FromStr for SecretId {
    type Err = Error;

    /// # Errors
    ///
    /// [`ErrorKind::InvalidArgument`] for a text that is no id of a secret.
    fn from_str(text: &str) -> Result<Self> {
        let invalid = || Error::new(ErrorKind::InvalidArgument, "this is not the id of a secret: sec_…");
        parse_id(text, "sec_").map(Self).ok_or_else(invalid)
    }
}

impl fmt::Display for SecretId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_id(f, "sec_", self.0)
    }
}

/// The id of a key slot: 128 random bits, shown as `slot_` and 26 characters of Crockford's base 32. It stays when the
/// slot's passphrase is changed.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct SlotId([u8; 16]);

impl SlotId {
    pub(crate) fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    pub(crate) fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl fmt::Display for SlotId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_id(f, "slot_", self.0)
    }
}

impl FromStr for SlotId {
    type Err = Error;

    /// # Errors
    ///
    /// [`ErrorKind::InvalidArgument`] for a text that is no id of a key slot.
    fn from_str(text: &str) -> Result<Self> {
        let invalid = || Error::new(ErrorKind::InvalidArgument, "this is not the id of a key slot: slot_…");
        parse_id(text, "slot_").map(Self).ok_or_else(invalid)
    }
}

/// Crockford's base 32.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

pub(super) fn parse_id(text: &str, prefix: &str) -> Option<[u8; 16]> {
    let digits = text.strip_prefix(prefix).filter(|digits| digits.len() == 26)?;
    let bits = digits.bytes().try_fold(0u128, |bits, letter| {
        let value = ALPHABET.iter().position(|&known| known == letter)?;
        bits.checked_mul(32)?.checked_add(u128::try_from(value).ok()?)
    });
    bits.map(u128::to_be_bytes)
}

pub(super) fn write_id(f: &mut fmt::Formatter<'_>, prefix: &str, bytes: [u8; 16]) -> fmt::Result {
    f.write_str(prefix)?;
    let mut bits = u128::from_be_bytes(bytes);
    let mut text = [0; 26];
    for letter in text.iter_mut().rev() {
        let digit = usize::try_from(bits & 31).unwrap_or_default();
        *letter = ALPHABET.get(digit).copied().unwrap_or_default();
        bits >>= 5;
    }
    f.write_str(std::str::from_utf8(&text).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_print_as_ulids() {
        let id = SecretId::new(Timestamp::from_millis(1_469_918_176_385), [0xff; 10]);
        assert_eq!(id.to_string(), "sec_01ARYZ6S41ZZZZZZZZZZZZZZZZ");
        assert_eq!(id.to_string().parse::<SecretId>().unwrap(), id);
        assert_eq!(id.created_at(), Timestamp::from_millis(1_469_918_176_385));
    }

    #[test]
    fn ids_of_slots_are_read_as_they_are_shown() {
        for bytes in [[0; 16], [0xff; 16], *b"0123456789abcdef"] {
            let id = SlotId::from_bytes(bytes);
            assert_eq!(id.to_string().parse::<SlotId>().unwrap(), id);
        }
        let good = SlotId::from_bytes([7; 16]).to_string();
        for bad in [
            "",
            "slot_",
            &good[1..],
            &good.to_lowercase(),
            &format!("{good}0"),
            &good.replace("slot_", "slot_8"),
        ] {
            assert_eq!(bad.parse::<SlotId>().unwrap_err().kind(), ErrorKind::InvalidArgument, "{bad}");
        }
        assert!("slot_80000000000000000000000000".parse::<SlotId>().is_err(), "129 bits");
    }

    #[test]
    fn ids_of_one_millisecond_rise() {
        let at = |millis: i64, random: u8| SecretId::new(Timestamp::from_millis(millis), [random; 10]);
        let first = at(7, 9);
        let second = at(7, 3).after(first);
        assert!(second > first && second.created_at() == first.created_at());
        assert_eq!(second.after(second), at(7, 3).after(second));
        assert_eq!(at(7, 10).after(first), at(7, 10));
        for other_time in [at(8, 0), at(6, 0)] {
            assert_eq!(other_time.after(first), other_time);
        }
    }
}
