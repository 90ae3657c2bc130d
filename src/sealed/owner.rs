//! Who may unlock a file: its key header in use, and the slot that this handle came in by.

use std::sync::Arc;

use super::slots::Opener;
use crate::crypto::random;
use crate::error::{Error, ErrorKind, Result};
use crate::format::header::Header;
use crate::format::layout::Twin;

/// The key header of an open file.
pub(super) struct Owner {
    /// The header that the last durable superblock names.
    pub(super) header: Header,
    /// A copy that holds it. The other one may be anything.
    pub(super) copy: Twin,
    /// Whether that copy is known to lie on the medium, and not in the cache alone.
    pub(super) settled: bool,
    /// The greatest sequence seen in either copy.
    newest: u64,
    /// A header that lies in the other copy, and which the next commit will name.
    pub(super) staged: Option<Staged>,
    /// The slot that opened this file, even if it was removed since.
    pub(super) opener: Arc<Opener>,
}

/// A header on its way.
pub(super) struct Staged {
    pub(super) header: Header,
    /// Its bytes, for the other copy.
    pub(super) bytes: Vec<u8>,
    /// The slot this handle is kept open by, from then on.
    pub(super) opener: Arc<Opener>,
}

impl Owner {
    pub(super) fn new(header: Header, copy: Twin, newest: u64, opener: Arc<Opener>) -> Self {
        Self { header, copy, settled: false, newest, staged: None, opener }
    }

    /// A sequence for the next header.
    ///
    /// Greater than every one seen, by a random step: a header that was written but never named by a superblock must
    /// not get the number of a later one, or whoever kept its bytes could put them in the later one's place.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::LimitExceeded`] after 2^32 changes at least.
    pub(super) fn next_sequence(&mut self) -> Result<u64> {
        self.newest = after(self.newest)?;
        Ok(self.newest)
    }
}

/// A sequence behind `sequence`.
pub(super) fn after(sequence: u64) -> Result<u64> {
    let step = 1 + u64::from(u32::from_le_bytes(random::bytes()?));
    #[cfg(test)]
    let step = if super::faults::active(super::faults::Fault::CountedHeaders) { 1 } else { step };
    sequence.checked_add(step).ok_or_else(|| {
        Error::new(ErrorKind::LimitExceeded, "the key header has no sequence number left; rekey the store")
    })
}
