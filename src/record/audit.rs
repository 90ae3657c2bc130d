//! The audit chain: every mutation is an event, every event hashes the one before it. FORMAT 8.6.

use bincode::{Decode, Encode};

use super::codec::Record;
use crate::crypto::mac::sha256;

/// What happened. The numbers are never used again.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum EventKind {
    SecretCreated,
    /// A new version, also by rolling back.
    SecretUpdated,
    MetadataUpdated,
    TierChanged,
    SecretRenamed,
    /// To the trash.
    SecretDeleted,
    SecretRestored,
    /// For good, because somebody said so.
    SecretDestroyed,
    /// For good, because its time in the trash was over.
    SecretPurged,
    VersionDeleted,
    VersionRestored,
    VersionDestroyed,
    VersionPurged,
    /// For good, because newer versions came.
    VersionPruned,
    /// A commit that was cut off before it was acknowledged was found and discarded at open.
    CommitDiscarded,
    SlotAdded,
    SlotRemoved,
    /// Another passphrase or cost for the same slot.
    SlotChanged,
    /// The cost of a slot was raised to the store's floor.
    SlotStrengthened,
    /// A copy of the state with this generation was made elsewhere.
    BackedUp,
    Compacted,
    /// Everything was sealed anew, and what was deleted left behind.
    Purged,
    /// As purged, under another slot.
    Rekeyed,
    KdfFloorChanged,
    RetentionChanged,
    /// The clock showed an earlier time than the store had seen.
    ClockMovedBack,
    /// The clock went forward by more than a year at once.
    ClockJumped,
    /// Somebody said that the clock is right.
    ClockConfirmed,
}

impl EventKind {
    pub(crate) fn code(self) -> u16 {
        match self {
            Self::SecretCreated => 1,
            Self::SecretUpdated => 2,
            Self::MetadataUpdated => 3,
            Self::TierChanged => 4,
            Self::SecretRenamed => 5,
            Self::SecretDeleted => 6,
            Self::SecretRestored => 7,
            Self::SecretDestroyed => 8,
            Self::SecretPurged => 9,
            Self::VersionDeleted => 10,
            Self::VersionRestored => 11,
            Self::VersionDestroyed => 12,
            Self::VersionPurged => 13,
            Self::VersionPruned => 14,
            Self::CommitDiscarded => 64,
            Self::SlotAdded => 65,
            Self::SlotRemoved => 66,
            Self::SlotChanged => 67,
            Self::SlotStrengthened => 68,
            Self::BackedUp => 69,
            Self::Compacted => 70,
            Self::Purged => 71,
            Self::Rekeyed => 72,
            Self::KdfFloorChanged => 73,
            Self::RetentionChanged => 74,
            Self::ClockMovedBack => 75,
            Self::ClockJumped => 76,
            Self::ClockConfirmed => 77,
        }
    }
}

/// One event as it is stored. Its sequence number follows from its row, its generation from its segment.
#[derive(Clone, Debug, Decode, Encode, Eq, PartialEq)]
pub(crate) struct Event {
    /// Milliseconds since the Unix epoch.
    pub(crate) time: i64,
    pub(crate) kind: u16,
    /// The id of the secret or key slot concerned; zero if there is none.
    pub(crate) subject: [u8; 16],
    /// The version written; for a discarded commit its generation, for a backup that of the copy.
    pub(crate) version: u64,
}

/// The events of one commit, or a part of them.
#[derive(Clone, Debug, Decode, Encode, Eq, PartialEq)]
pub(crate) struct Segment {
    /// The generation of the commit.
    pub(crate) generation: u64,
    pub(crate) events: Vec<Event>,
    /// The chain's head after the last event.
    pub(crate) head: [u8; 32],
}

impl Record for Segment {
    const KIND: u16 = 4;
    const VERSION: u16 = 1;
}

/// The head before the first event.
pub(crate) fn genesis(store_id: &[u8; 16]) -> [u8; 32] {
    sha256(&[b"strongroom/1/audit-genesis", store_id])
}

/// The head after one more event. Every field has a fixed width, so a script can follow the chain.
pub(crate) fn follow(head: &[u8; 32], sequence: u64, generation: u64, event: &Event) -> [u8; 32] {
    sha256(&[
        b"strongroom/1/audit",
        head,
        &sequence.to_le_bytes(),
        &generation.to_le_bytes(),
        &event.time.to_le_bytes(),
        &event.kind.to_le_bytes(),
        &event.subject,
        &event.version.to_le_bytes(),
    ])
}

/// The head after a segment whose first event has the sequence number `first`.
pub(crate) fn follow_all(head: &[u8; 32], first: u64, generation: u64, events: &[Event]) -> [u8; 32] {
    let numbered = std::iter::successors(Some(first), |sequence| Some(sequence.wrapping_add(1))).zip(events);
    numbered.fold(*head, |head, (sequence, event)| follow(&head, sequence, generation, event))
}
