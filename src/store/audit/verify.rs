//! Following the chain.

use super::{Audit, head_at};
use crate::access::Action;
use crate::error::{Error, ErrorKind, Result};
use crate::record::audit::{Event, EventKind, follow_all, genesis};
use crate::record::audit_head::AuditHead;
use crate::store::verify::is_damage;
use crate::store::waiting::Fact;
use crate::store::{PinCheck, Store};
use crate::tables::audit::{self, Place};
use crate::tables::{Rows, Tables};

/// What [`Audit::verify`] found in order.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct AuditVerified {
    /// Events in the log.
    pub events: u64,
    /// The number of the first of them: 1, unless the beginning of the log was removed by policy.
    pub first: u64,
    /// Where the log ends.
    pub head: AuditHead,
    /// What could be said of the head that was kept: that it lies in the log, or that the log begins later.
    pub kept: Option<PinCheck>,
}

impl Audit<'_> {
    /// Follows the chain of hashes from the first event, or from where the log begins, to the head that the last commit
    /// sealed; with a head that was kept elsewhere, whether that lies in it. Writers wait meanwhile.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Tampered`] names the event where it breaks: from there on something was edited, removed or put elsewhere, or the
    /// log was cut. Without a kept head a complete older file is in order. [`ErrorKind::InUse`] if a write of another
    /// thread does not end in time.
    pub fn verify(&self, kept: Option<&AuditHead>) -> Result<AuditVerified> {
        self.0.authorise(Action::Audit)?;
        let _pass = self.0.shared.gate.enter()?;
        let tables = self.0.authorise(Action::Audit)?;
        let sealed = tables.file().stamp()?.audit_head;
        let genesis = genesis(&tables.file().place().store_id);
        let verified = tables.read(|rows| verify(rows, &genesis, &sealed, kept));
        if let Err(error) = &verified {
            self.0.note_integrity(&tables, error);
            // A head that was kept may be of another store.
            if kept.is_none() {
                self.0.note_damage(error);
            }
        }
        verified
    }
}

fn verify(
    rows: &impl Rows,
    genesis: &[u8; 32],
    sealed: &[u8; 32],
    kept: Option<&AuditHead>,
) -> Result<AuditVerified> {
    let begin = audit::begin(rows, genesis)?;
    let mut at = begin;
    let mut check = None;
    if let Some(kept) = kept {
        let before = begin.next.saturating_sub(1);
        if kept.sequence < before {
            check = Some(PinCheck::OlderThanLog);
        } else if kept.sequence == before {
            check = Some(hold(kept, begin.head)?);
        }
    }
    audit::scan(rows, &mut |first, segment| {
        if let (Some(kept), None) = (kept, check)
            && let Some(head) = head_after(&at, segment.generation, &segment.events, kept.sequence)
        {
            check = Some(hold(kept, head)?);
        }
        at = audit::follow_segment(&at, first, segment)?;
        Ok(true)
    })?;
    if at.head != *sealed {
        return Err(broken(at.next.saturating_sub(1), "the log does not end where the last commit says"));
    }
    if let (Some(kept), None) = (kept, check) {
        let message = format!("the log was cut: the head that was kept names event {}", kept.sequence);
        return Err(broken(at.next, &message));
    }
    let events = at.next.saturating_sub(begin.next);
    Ok(AuditVerified { events, first: begin.next, head: head_at(at), kept: check })
}

/// The hash after event `sequence`, if that is one of these.
fn head_after(at: &Place, generation: u64, events: &[Event], sequence: u64) -> Option<[u8; 32]> {
    let last = usize::try_from(sequence.checked_sub(at.next)?).ok()?;
    Some(follow_all(&at.head, at.next, generation, events.get(..=last)?.iter().map(Event::view)))
}

fn hold(kept: &AuditHead, found: [u8; 32]) -> Result<PinCheck> {
    if kept.hash == found {
        return Ok(PinCheck::InHistory);
    }
    Err(broken(
        kept.sequence,
        "its hash is not the one in the head that was kept: it or an event before it is another, or the head is of another store",
    ))
}

fn broken(sequence: u64, message: &str) -> Error {
    Error::new(ErrorKind::Tampered, format!("the audit chain breaks at event {sequence}: {message}"))
}

impl Store {
    /// Notes for the log that a verification found something.
    pub(in crate::store) fn note_integrity(&self, tables: &Tables, error: &Error) {
        if is_damage(error) {
            let (kind, error) = (EventKind::IntegrityFailed, error.kind().code());
            self.note(tables, &Fact { kind, path: "", subject: [0; 16], version: 0, error }, self.now_seen());
        }
    }
}
