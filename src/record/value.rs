//! How a value is framed before it is sealed: its length, itself, and padding, in chunks. FORMAT 8.4.

use crate::error::{Error, ErrorKind, Result};
use crate::format::wire::{Malformed, Reader};
use crate::limits::VALUE_LEN_MAX;
use crate::secret::{Plaintext, SecretBytes};

/// Bytes of framed value in one seal.
pub(crate) const CHUNK_LEN: usize = 65_280;
/// Bytes of the length in front of a value.
const PREFIX_LEN: usize = 4;

/// The role of a sealed value in its associated data.
pub(crate) const ROLE_VALUE: u8 = 0;

/// The length `len` is padded to: 64, then powers of two to 4 KiB, then whole KiB.
pub(crate) fn bucket(len: usize) -> usize {
    match len {
        0..=64 => 64,
        65..=4096 => len.next_power_of_two(),
        _ => len.next_multiple_of(1024),
    }
}

/// The framed length of a value of `len` bytes.
pub(crate) fn framed_len(len: usize) -> usize {
    PREFIX_LEN + bucket(len)
}

/// `length | value | zeros`.
pub(crate) fn frame(value: &[u8]) -> Result<Plaintext> {
    let len = u32::try_from(value.len()).ok().filter(|_| value.len() <= VALUE_LEN_MAX).ok_or_else(|| {
        Error::new(ErrorKind::LimitExceeded, format!("a value is at most {VALUE_LEN_MAX} bytes long"))
    })?;
    let mut framed = Vec::with_capacity(framed_len(value.len()));
    framed.extend_from_slice(&len.to_le_bytes());
    framed.extend_from_slice(value);
    framed.resize(framed_len(value.len()), 0);
    Ok(framed.into())
}

/// The value inside a frame. Padding that is not zero, or not as long as the bucket says, is malformed.
pub(crate) fn unframe(framed: &[u8]) -> std::result::Result<&[u8], Malformed> {
    let mut fields = Reader::new(framed);
    let len = usize::try_from(fields.u32()?).map_err(|_| Malformed)?;
    let value = fields.bytes(len)?;
    fields.zeros(bucket(len).checked_sub(len).ok_or(Malformed)?)?;
    fields.end()?;
    Ok(value)
}

/// The value inside a frame, left where it lies: no second copy of it is made.
pub(crate) fn into_value(framed: Plaintext) -> std::result::Result<SecretBytes, Malformed> {
    let len = unframe(&framed)?.len();
    Ok(framed.narrowed(PREFIX_LEN..PREFIX_LEN + len))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_padded_to_buckets() {
        for (len, padded) in
            [(0, 64), (1, 64), (64, 64), (65, 128), (2048, 2048), (2049, 4096), (4096, 4096), (4097, 5120)]
        {
            assert_eq!(bucket(len), padded, "{len}");
        }
    }

    #[test]
    fn frames_give_back_their_value_and_nothing_else() {
        for len in [0, 1, 63, 64, 65, 4096, 70_000] {
            let value = vec![0xa5; len];
            let mut framed = frame(&value).unwrap().to_vec();
            assert_eq!(unframe(&framed).unwrap(), value);
            assert_eq!(into_value(framed.clone().into()).unwrap().expose(), value);
            let last = framed.len() - 1;
            if bucket(len) > len {
                framed[last] = 1;
                assert!(unframe(&framed).is_err(), "padding of {len}");
            }
            framed.truncate(last);
            assert!(unframe(&framed).is_err(), "cut frame of {len}");
        }
        assert_eq!(frame(&vec![0; VALUE_LEN_MAX + 1]).err().unwrap().kind(), ErrorKind::LimitExceeded);
    }
}
