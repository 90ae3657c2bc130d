//! What the store must hold, beside it.

use std::collections::BTreeMap;

use super::rng::Rng;
use crate::crypto::mac::sha256;
use crate::crypto::random::seeded::splitmix64;

/// Versions by name, each as the tag its value follows from.
pub(crate) type Model = BTreeMap<String, Vec<u64>>;

/// One write of a transaction.
#[derive(Clone, Debug)]
pub(crate) enum Change {
    Put { name: String, tag: u64 },
    Remove { name: String },
}

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

/// A digest of a model, to travel as the head of a commit.
pub(crate) fn digest(model: &Model) -> [u8; 32] {
    sha256(&[format!("{model:?}").as_bytes()])
}

/// The changes of one transaction: mostly few, sometimes many.
pub(crate) fn changes(rng: &mut Rng, removes: bool) -> Vec<Change> {
    let count = match rng.below(100) {
        0..70 => 1,
        70..95 => 1 + rng.below(6),
        _ => 10 + rng.below(60),
    };
    (0..count)
        .map(|_| {
            let name = format!("space-{}/name-{}", rng.below(4), rng.below(15));
            if removes && rng.chance(30) {
                Change::Remove { name }
            } else {
                Change::Put { name, tag: rng.next() }
            }
        })
        .collect()
}
