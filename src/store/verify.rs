//! Verifying on demand.

use std::sync::PoisonError;

use super::{Store, VerifyReport};
use crate::access::Action;
use crate::error::Result;
use crate::tables::verify::{Depth, verify};

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
        let counts = verified.inspect_err(|error| self.note_integrity(&tables, error))?;
        *self.shared.verified_at.lock().unwrap_or_else(PoisonError::into_inner) = Some(self.now(&tables)?);
        Ok(VerifyReport::new(counts, Depth::Values))
    }
}
