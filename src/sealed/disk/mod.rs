//! The seam to storage: what lies below sees ciphertext only.

use std::io;

pub(crate) mod file;
pub(crate) mod memory;
#[cfg(test)]
pub(crate) mod recording;

/// A medium that holds one store. Shared by all threads of a handle.
///
/// Assumed of a real one: a completed [`sync`](Self::sync) is durable, a write does not change bytes outside its
/// range, and two writes to one sector between syncs land in order. A sector may tear at any byte.
pub(crate) trait Disk: Send + Sync + 'static {
    /// The length in bytes.
    fn len(&self) -> io::Result<u64>;

    /// Fills `buffer` from `offset`. Reading beyond the end is an error.
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()>;

    /// Writes all of `data` at `offset`, which lies within the length.
    fn write_at(&self, offset: u64, data: &[u8]) -> io::Result<()>;

    /// Cuts the file to `len`.
    fn set_len(&self, len: u64) -> io::Result<()>;

    /// Makes the file at least `len` long, with room on the medium for every byte of it, so that no later write
    /// below `len` can find it full. If it fails nothing that was written is touched.
    fn reserve(&self, len: u64) -> io::Result<()>;

    /// Makes everything written durable.
    fn sync(&self) -> io::Result<()>;

    /// Whether the file is still the one its path names. A sync client or an editor may have put another in place.
    fn is_in_place(&self) -> io::Result<bool>;
}
