//! One event, as it is told.

use std::fmt;

use crate::clock::Timestamp;
use crate::error::ErrorKind;
use crate::record::audit::Event;
use crate::record::event_id::AuditEventId;
use crate::record::event_kind::AuditEventKind;
use crate::record::id::{SecretId, SlotId};
use crate::record::tag::Tags;

/// What happened, when, to what, and through whom. It never holds a value.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct AuditEvent {
    id: AuditEventId,
    sequence: u64,
    generation: u64,
    is_durable: bool,
    event: Event,
}

impl AuditEvent {
    pub(in crate::store) fn new(store_id: &[u8; 16], sequence: u64, generation: u64, event: &Event) -> Self {
        let id = AuditEventId::new(store_id, sequence);
        Self { id, sequence, generation, is_durable: true, event: event.clone() }
    }

    /// As one that no commit has written yet.
    pub(in crate::store) fn pending(self) -> Self {
        Self { is_durable: false, ..self }
    }

    /// Its id.
    #[must_use]
    pub fn id(&self) -> AuditEventId {
        self.id
    }

    /// Its number: 1 for the first event of a store, and never used again.
    #[must_use]
    pub fn sequence(&self) -> u64 {
        self.sequence
    }

    /// The number of the commit it is of.
    #[must_use]
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// Whether it is in the file. One that is not waits in memory for the next commit: its number, its id and its generation
    /// are those it would have if that came now, and its [count](Self::count) may grow.
    #[must_use]
    pub fn is_durable(&self) -> bool {
        self.is_durable
    }

    /// What happened. Of a write that [failed](Self::success) the kind says only whether it was to write
    /// (`secret.updated`), to delete (`secret.deleted`) or to destroy (`secret.destroyed`).
    #[must_use]
    pub fn kind(&self) -> AuditEventKind {
        AuditEventKind::of(self.event.kind)
    }

    /// Where the secret was when this was over, or the namespace concerned.
    #[must_use]
    pub fn path(&self) -> Option<&str> {
        self.event.more.as_ref().map(|more| more.path.as_str()).filter(|path| !path.is_empty())
    }

    /// The secret concerned.
    #[must_use]
    pub fn secret_id(&self) -> Option<SecretId> {
        self.subject().filter(|_| !self.is_of_slot()).map(SecretId::from_bytes)
    }

    /// The key slot that was added, removed or changed.
    #[must_use]
    pub fn slot_id(&self) -> Option<SlotId> {
        self.subject().filter(|_| self.is_of_slot()).map(SlotId::from_bytes)
    }

    fn subject(&self) -> Option<[u8; 16]> {
        Some(self.event.subject).filter(|subject| *subject != [0; 16])
    }

    fn is_of_slot(&self) -> bool {
        use AuditEventKind::{SlotAdded, SlotChanged, SlotRemoved, SlotStrengthened};
        matches!(self.kind(), SlotAdded | SlotRemoved | SlotChanged | SlotStrengthened)
    }

    /// The version written or read, or the number of the metadata that were. Of `secret.tier_changed` the code of the tier; of a
    /// discarded commit, a backup and another copy the generation; of a clock by how many milliseconds it was off; of a pruned log the
    /// number of the first event that is left; of `store.call_remembered` the number of the operation
    /// (section 8.12 of the file format); of `store.calls_forgotten` how many. 0 if there is none.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.event.version
    }

    /// Through whom, as the key slot that unlocked the handle. It is not known of events that the first versions of strongroom wrote.
    #[must_use]
    pub fn actor(&self) -> Option<AuditActor> {
        self.event.more.as_ref()?.actor.map(|id| AuditActor(SlotId::from_bytes(id)))
    }

    /// What the handle said of itself: see [`Context::label`](crate::Context::label).
    #[must_use]
    pub fn labels(&self) -> Tags {
        self.said(|said| said.labels.clone()).and_then(Tags::from_text).unwrap_or_default()
    }

    /// Why, if the handle said so.
    #[must_use]
    pub fn reason(&self) -> Option<&str> {
        let said = self.event.more.as_ref()?.said.as_ref()?;
        Some(said.reason.as_str()).filter(|reason| !reason.is_empty())
    }

    /// The id of the request, if the handle said one.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        let said = self.event.more.as_ref()?.said.as_ref()?;
        Some(said.request_id.as_str()).filter(|id| !id.is_empty())
    }

    fn said<T>(&self, pick: impl FnOnce(&crate::record::context::Said) -> T) -> Option<T> {
        self.event.more.as_ref()?.said.as_deref().map(pick)
    }

    /// When. Of what happened several times, when it first did.
    #[must_use]
    pub fn time(&self) -> Timestamp {
        Timestamp::from_millis(self.event.time)
    }

    /// How often.
    #[must_use]
    pub fn count(&self) -> u32 {
        self.event.more.as_ref().map_or(1, |more| more.count)
    }

    /// Whether it succeeded.
    #[must_use]
    pub fn success(&self) -> bool {
        self.error_code() == 0
    }

    /// What it failed with: `None` if it succeeded, or failed with what only a later version of strongroom knows.
    #[must_use]
    pub fn error(&self) -> Option<ErrorKind> {
        ErrorKind::of(self.error_code())
    }

    /// The code of the error it failed with, or 0.
    #[must_use]
    pub fn error_code(&self) -> i32 {
        self.event.more.as_ref().map_or(0, |more| more.error)
    }

    pub(in crate::store) fn record(&self) -> &Event {
        &self.event
    }
}

/// Through whom something was done.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct AuditActor(SlotId);

impl AuditActor {
    /// The key slot that unlocked the handle.
    #[must_use]
    pub fn slot(&self) -> SlotId {
        self.0
    }
}

impl fmt::Display for AuditActor {
    /// `owner:slot_…`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "owner:{}", self.0)
    }
}
