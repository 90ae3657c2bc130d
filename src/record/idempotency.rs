//! Calls that were made with an idempotency key, and what they returned. FORMAT 8.3.

use bincode::{Decode, Encode};

use super::codec::Record;
use crate::crypto::mac::{DIGEST_LEN, sha256};

/// A call that is not made a second time.
#[derive(Clone, Debug, Decode, Encode, Eq, PartialEq)]
pub(crate) struct IdempotencyRecord {
    /// Of its arguments, under a key of the epoch.
    pub(crate) digest: [u8; DIGEST_LEN],
    /// The epoch of the file it was made in: of another one the digest cannot be compared.
    pub(crate) epoch: u32,
    /// From then on it is forgotten.
    pub(crate) until: i64,
    pub(crate) answer: Answer,
}

/// What a call returned. Never a value.
#[derive(Clone, Debug, Decode, Encode, Eq, PartialEq)]
pub(crate) enum Answer {
    /// Nothing but that it was done.
    Done,
    /// How many there were.
    Count(u64),
    Written(WrittenAnswer),
    Rotated {
        written: WrittenAnswer,
        old_version: u64,
        old_expires_at: i64,
    },
    Deleted {
        id: [u8; 16],
        path: String,
        deleted_at: i64,
        purge_at: i64,
    },
    Version(VersionAnswer),
    Info(Box<InfoAnswer>),
}

/// What a write returned.
#[derive(Clone, Debug, Decode, Encode, Eq, PartialEq)]
pub(crate) struct WrittenAnswer {
    pub(crate) id: [u8; 16],
    pub(crate) path: String,
    pub(crate) version: u64,
    pub(crate) tier: u8,
    pub(crate) updated_at: i64,
}

/// What was known of a version.
#[derive(Clone, Debug, Decode, Encode, Eq, PartialEq)]
pub(crate) struct VersionAnswer {
    pub(crate) number: u64,
    pub(crate) created_at: i64,
    pub(crate) size: u64,
    pub(crate) state: StateAnswer,
    pub(crate) deleted_at: Option<i64>,
    pub(crate) note: String,
}

/// The state that a version was in.
#[derive(Clone, Copy, Debug, Decode, Encode, Eq, PartialEq)]
pub(crate) enum StateAnswer {
    Current,
    Superseded,
    Grace { until: i64 },
    Retired,
    Deleted { until: i64 },
    Destroyed,
}

/// What was known of a secret.
#[derive(Clone, Debug, Decode, Encode, Eq, PartialEq)]
pub(crate) struct InfoAnswer {
    pub(crate) id: [u8; 16],
    pub(crate) path: String,
    pub(crate) version: u64,
    pub(crate) meta_version: u64,
    pub(crate) tier: u8,
    pub(crate) description: String,
    pub(crate) tags: String,
    pub(crate) content_type: String,
    pub(crate) size_class: u64,
    pub(crate) updated_at: i64,
    pub(crate) accessed_at: Option<i64>,
    pub(crate) max_versions: Option<u32>,
    pub(crate) trash_days: Option<u16>,
    pub(crate) expires_at: Option<i64>,
    pub(crate) on_expiry: u8,
    /// Seconds.
    pub(crate) rotate_every: Option<u64>,
    pub(crate) rotation_due_at: Option<i64>,
}

impl Record for IdempotencyRecord {
    const KIND: u16 = 14;
    const VERSION: u16 = 1;
}

/// What tells a call from others: who makes it, which operation it is, and its key.
pub(crate) fn call_id(principal: &[u8], operation: u8, key: &str) -> [u8; 16] {
    let label = b"strongroom/1/idempotency-key";
    let digest = sha256(&[label, principal, &[0], &[operation], &[0], key.as_bytes()]);
    digest.first_chunk().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::call_id;

    #[test]
    fn principal_operation_and_key_tell_a_call_from_others() {
        let mut ids = [
            call_id(b"owner", 1, "a"),
            call_id(b"owner", 2, "a"),
            call_id(b"own", 1, "a"),
            call_id(b"owner", 1, "b"),
        ];
        ids.sort_unstable();
        assert!(ids.windows(2).all(|pair| pair[0] != pair[1]));
    }
}
