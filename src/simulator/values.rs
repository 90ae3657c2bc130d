//! Values that a model need not hold, because they follow from a number.

use super::rng::Rng;
use crate::crypto::random::seeded::splitmix64;

/// The value a tag stands for: the tag, and bytes that follow from it.
pub(crate) fn value_of(tag: u64) -> Vec<u8> {
    let mut state = tag;
    let len = match splitmix64(&mut state) % 100 {
        0..70 => 8 + state % 300,
        70..92 => 8 + state % 5_000,
        _ => 8 + state % 23_000,
    };
    let mut value = tag.to_le_bytes().to_vec();
    while value.len() < len as usize {
        value.extend_from_slice(&splitmix64(&mut state).to_le_bytes());
    }
    value.truncate((len as usize).max(8));
    value
}

/// The tag of a value, if the value follows from it to the last byte.
pub(crate) fn tag_of(value: &[u8]) -> Option<u64> {
    let tag = u64::from_le_bytes(*value.first_chunk()?);
    (value_of(tag) == value).then_some(tag)
}

/// How many changes a transaction makes: mostly few, sometimes many.
pub(crate) fn count(rng: &mut Rng) -> u64 {
    match rng.below(100) {
        0..70 => 1,
        70..95 => 1 + rng.below(6),
        _ => 10 + rng.below(60),
    }
}
