//! The seam to storage: what lies below sees ciphertext only.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use crate::error::{Error, Result};
use crate::format::layout::STORE_ID_LEN;

#[cfg(any(target_os = "linux", target_os = "android"))]
mod acl;
pub(crate) mod beside;
#[cfg(test)]
pub(crate) mod calling;
pub(crate) mod checks;
mod copies;
pub(crate) mod file;
mod file_system;
mod lock;
pub(crate) mod memory;
pub(crate) mod nascent;
#[cfg(test)]
pub(crate) mod recording;
#[cfg(test)]
pub(crate) mod scratch;
mod strays;
mod temporary;

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

    /// Makes the name of the file durable, if it has one. A rename reaches the medium with its directory and not with the
    /// file.
    fn sync_place(&self) -> io::Result<()> {
        Ok(())
    }

    /// Lets what is read from now on come from the medium and not from a cache, as far as the system does that. What was
    /// written and not synced stays as it is.
    fn forget_cached(&self) {}

    /// Whether the file is still the one its path names. A sync client or an editor may have put another in place.
    fn is_in_place(&self) -> io::Result<bool>;

    /// Bytes that are free for this process on the medium; `None` where that is the memory.
    fn free_bytes(&self) -> io::Result<Option<u64>> {
        Ok(None)
    }

    /// Other files beside this one that claim to be the same store, sorted. None where there is no beside.
    fn copies(&self, _store_id: &[u8; STORE_ID_LEN]) -> io::Result<Vec<PathBuf>> {
        Ok(Vec::new())
    }

    /// An empty medium that will take this one's place. Only for a handle that may write: it alone holds the store.
    ///
    /// # Errors
    ///
    /// [`Io`](crate::ErrorKind::Io) where a medium cannot be replaced, or no new one can be made.
    fn successor(&self) -> Result<Box<dyn Nascent>> {
        Err(Error::io("replace the store on this medium", io::ErrorKind::Unsupported.into()))
    }
}

/// A medium under construction: locked, and gone if it is dropped before it is published.
pub(crate) trait Nascent: Send {
    /// The medium, to write to.
    fn disk(&self) -> Arc<dyn Disk>;

    /// Gives it its place; it and its name are durable when this returns.
    ///
    /// # Errors
    ///
    /// [`FileRefused`](crate::ErrorKind::FileRefused) or [`AlreadyExists`](crate::ErrorKind::AlreadyExists) if another
    /// file is there than the one expected: nothing was replaced. [`Io`](crate::ErrorKind::Io), which says so if the
    /// medium has its place all the same.
    fn publish(self: Box<Self>) -> Result<()>;
}
