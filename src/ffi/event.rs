//! What C reads of the audit log.

use std::ptr;

use super::items::{strongroom_tag, tag_views};
use super::output::{Sized1, Text, strongroom_text};
use crate::AuditEvent;

/// What happened, when, to what, and through whom. It never holds a value.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct strongroom_audit_event {
    /// Set by the caller to sizeof(strongroom_audit_event).
    pub struct_size: usize,
    /// Its id, "evt_…".
    pub id: strongroom_text,
    /// What happened, such as "secret.created".
    pub kind: strongroom_text,
    /// Where the secret was when this was over, or the namespace concerned; empty if there is none.
    pub path: strongroom_text,
    /// The secret concerned; empty if there is none.
    pub secret_id: strongroom_text,
    /// The key slot that was added, removed or changed; else empty.
    pub slot_id: strongroom_text,
    /// Through whom, as "owner:" and the key slot that unlocked the handle; empty if that is not known.
    pub actor: strongroom_text,
    /// Why, if the handle said so.
    pub reason: strongroom_text,
    /// The id of the request, if the handle said one.
    pub request_id: strongroom_text,
    /// What the handle said of itself, sorted by key; NULL if nothing.
    pub labels: *const strongroom_tag,
    pub label_count: usize,
    /// Its number: 1 for the first event of a store, and never used again.
    pub sequence: u64,
    /// The number of the commit it is of.
    pub generation: u64,
    /// The version written or read, or the number of the metadata that were. Of secret.tier_changed the number of the tier; of a
    /// discarded commit, a backup and another copy the generation; of a clock by how many milliseconds it was off; of a pruned
    /// log the number of the first event that is left; of store.call_remembered the number of the operation (section 8.12 of
    /// the file format); of store.calls_forgotten how many. 0 if there is none.
    pub version: u64,
    /// When, in milliseconds since the Unix epoch; of what happened several times, when it first did.
    pub time: i64,
    /// How often.
    pub count: u32,
    /// STRONGROOM_OK, or the status it failed with.
    pub status: i32,
    /// Whether it is in the file (1 or 0); else it waits in memory for the next commit.
    pub durable: i32,
    /// Zero.
    pub reserved: u32,
}

// SAFETY: `repr(C)`, `struct_size` comes first, and it is made of numbers and pointers.
unsafe impl Sized1 for strongroom_audit_event {}

/// An event in a form that C can borrow.
pub(super) struct EventRow {
    event: AuditEvent,
    id: Text,
    kind: Text,
    path: Text,
    secret_id: Text,
    slot_id: Text,
    actor: Text,
    reason: Text,
    request_id: Text,
    labels: Box<[strongroom_tag]>,
    /// What `labels` points to.
    _texts: Vec<Text>,
}

// SAFETY: the pointers lead to texts that the row owns and nobody changes.
unsafe impl Send for EventRow {}
// SAFETY: as above.
unsafe impl Sync for EventRow {}

impl EventRow {
    pub(super) fn new(event: AuditEvent) -> Self {
        let text = |id: Option<String>| Text::new(&id.unwrap_or_default());
        let (labels, texts) = tag_views(&event.labels());
        Self {
            id: Text::new(&event.id().to_string()),
            kind: Text::new(event.kind().name()),
            path: Text::new(event.path().unwrap_or_default()),
            secret_id: text(event.secret_id().map(|id| id.to_string())),
            slot_id: text(event.slot_id().map(|id| id.to_string())),
            actor: text(event.actor().map(|actor| actor.to_string())),
            reason: Text::new(event.reason().unwrap_or_default()),
            request_id: Text::new(event.request_id().unwrap_or_default()),
            labels,
            _texts: texts,
            event,
        }
    }

    pub(super) fn view(&self) -> strongroom_audit_event {
        let event = &self.event;
        strongroom_audit_event {
            struct_size: 0,
            id: self.id.view(),
            kind: self.kind.view(),
            path: self.path.view(),
            secret_id: self.secret_id.view(),
            slot_id: self.slot_id.view(),
            actor: self.actor.view(),
            reason: self.reason.view(),
            request_id: self.request_id.view(),
            labels: if self.labels.is_empty() { ptr::null() } else { self.labels.as_ptr() },
            label_count: self.labels.len(),
            sequence: event.sequence(),
            generation: event.generation(),
            version: event.version(),
            time: event.time().as_millis(),
            count: event.count(),
            status: event.error_code(),
            durable: i32::from(event.is_durable()),
            reserved: 0,
        }
    }
}
