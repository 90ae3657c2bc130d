//! The name of a secret that outlives its path.

use std::fmt;

use crate::clock::Timestamp;

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

    pub(crate) fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    pub(crate) fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl fmt::Display for SecretId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const ALPHABET: [char; 32] = [
            '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'J',
            'K', 'M', 'N', 'P', 'Q', 'R', 'S', 'T', 'V', 'W', 'X', 'Y', 'Z',
        ];
        f.write_str("sec_")?;
        let bits = u128::from_be_bytes(self.0);
        for place in (0..26).rev() {
            let digit = usize::try_from((bits >> (5 * place)) & 31).unwrap_or_default();
            write!(f, "{}", ALPHABET.get(digit).copied().unwrap_or_default())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_print_as_ulids() {
        let id = SecretId::new(Timestamp::from_millis(1_469_918_176_385), [0xff; 10]);
        assert_eq!(id.to_string(), "sec_01ARYZ6S41ZZZZZZZZZZZZZZZZ");
    }
}
