//! When values were read, in memory: a read is no write.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use crate::clock::Timestamp;

/// Places come by so many at once: all of them take longer to make than a value to open, and most handles read few secrets.
const PLACES: usize = 16;
const PARTS: usize = 64;

/// A secret, and when it was read.
type Place = (AtomicU64, AtomicI64);

/// The last read of about a thousand secrets. One that is read later may take another's place; two threads that read two
/// such secrets at once may leave the time of the other, which is nearly the same.
pub(super) struct Accesses([OnceLock<Box<[Place; PLACES]>>; PARTS]);

impl Default for Accesses {
    fn default() -> Self {
        Self([const { OnceLock::new() }; PARTS])
    }
}

impl Accesses {
    /// Notes that a value of the secret with this id was read.
    pub(super) fn note(&self, id: &[u8; 16], now: Timestamp) {
        let (part, place) = place_of(id);
        let part = self.0.get(part).map(|part| part.get_or_init(Box::default));
        if let Some((secret, time)) = part.and_then(|part| part.get(place)) {
            time.store(now.as_millis(), Ordering::Relaxed);
            secret.store(name(id), Ordering::Relaxed);
        }
    }

    /// When a value of the secret with this id was last read, as far as that is known here.
    pub(super) fn last(&self, id: &[u8; 16]) -> Option<i64> {
        let (part, place) = place_of(id);
        let (secret, time) = self.0.get(part)?.get()?.get(place)?;
        (secret.load(Ordering::Relaxed) == name(id)).then(|| time.load(Ordering::Relaxed))
    }
}

/// The part, and the place in it, that the secret with this id may have.
///
/// Ids of one millisecond differ in their last byte alone. Multiplying carries every byte into the high bits, and by this constant, 2^64
/// over the golden ratio, what differs in the last byte comes to places that lie apart.
fn place_of(id: &[u8; 16]) -> (usize, usize) {
    let mixed = name(id).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let index = usize::try_from(mixed >> (u64::BITS - (PARTS * PLACES).ilog2())).unwrap_or_default();
    (index / PLACES, index % PLACES)
}

/// The random part of an id, which is never zero.
fn name(id: &[u8; 16]) -> u64 {
    let [.., a, b, c, d, e, f, g, h] = *id;
    u64::from_le_bytes([a, b, c, d, e, f, g, h]) | 1
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn the_last_read_is_known_until_another_secret_takes_its_place() {
        let accesses = Accesses::default();
        let (one, other) = ([7; 16], [9; 16]);
        assert_eq!(accesses.last(&one), None);
        accesses.note(&one, Timestamp::from_millis(5));
        assert_eq!((accesses.last(&one), accesses.last(&other)), (Some(5), None));
        let same_place = (0..=u16::MAX)
            .map(|number| [number.to_be_bytes(); 8].concat().try_into().unwrap())
            .find(|id| *id != one && place_of(id) == place_of(&one))
            .unwrap();
        accesses.note(&same_place, Timestamp::from_millis(6));
        assert_eq!((accesses.last(&one), accesses.last(&same_place)), (None, Some(6)));
    }

    #[test]
    fn ids_that_differ_in_one_byte_alone_have_places_of_their_own() {
        for byte in 8..16 {
            let places: HashSet<_> = (0..128)
                .map(|number| {
                    let mut id = [7; 16];
                    id[byte] = 2 * number;
                    place_of(&id)
                })
                .collect();
            // Only those of the last byte follow one on the other; of 128 by chance seven or eight share a place.
            let least = if byte == 15 { 128 } else { 96 };
            assert!(places.len() >= least, "byte {byte}: {}", places.len());
        }
    }
}
