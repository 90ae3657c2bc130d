//! Verifying on demand.

use std::sync::{MutexGuard, PoisonError};

use super::{Store, VerifyReport};
use crate::access::Action;
use crate::clock::Timestamp;
use crate::error::{Error, ErrorKind, Result};
use crate::tables::verify::{Depth, verify};

/// What is known of verifications through the handles of a store.
#[derive(Default)]
pub(super) struct Verification {
    /// When the last one found everything whole.
    pub(super) at: Option<Timestamp>,
    /// Whether one found something since.
    pub(super) is_damaged: bool,
}

/// Whether an error says that something in the store does not hold.
pub(super) fn is_damage(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::Tampered | ErrorKind::Damaged)
}

impl Store {
    /// Verifies everything the last commit reaches: every block authenticates, the pages belong to one state, every
    /// value opens, and the audit chain ends where the last commit says.
    ///
    /// It reads the file again from the disk and writes nothing. Writers wait meanwhile, readers do not.
    ///
    /// # Errors
    ///
    /// [`Tampered`](crate::ErrorKind::Tampered) or [`Damaged`](crate::ErrorKind::Damaged) name what does not hold;
    /// [`InUse`](crate::ErrorKind::InUse) if a write of another thread does not end in time.
    ///
    /// # Security
    ///
    /// A complete older copy of the file verifies: from inside nothing tells it from the newest one. Keep a
    /// [pin](Self::pin) for that.
    pub fn verify(&self) -> Result<VerifyReport> {
        self.authorise(Action::Verify)?;
        let _pass = self.shared.gate.enter()?;
        let tables = self.authorise(Action::Verify)?;
        let verified = verify(tables.file(), Depth::Values);
        let counts = verified.inspect_err(|error| {
            self.note_integrity(&tables, error);
            self.note_damage(error);
        })?;
        *self.verification() = Verification { at: Some(self.now(&tables)?), is_damaged: false };
        Ok(VerifyReport::new(counts, Depth::Values))
    }

    /// Takes note of a verification that failed.
    pub(super) fn note_damage(&self, error: &Error) {
        if is_damage(error) {
            self.verification().is_damaged = true;
        }
    }

    /// What is known of verifications so far.
    pub(super) fn verification(&self) -> MutexGuard<'_, Verification> {
        self.shared.verification.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
