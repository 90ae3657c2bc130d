//! A store in memory: the same semantics, gone with the handle.

use std::io;
use std::sync::{Arc, PoisonError, RwLock};

use super::{Disk, Nascent};
use crate::error::Result;

/// A growable buffer as a disk.
#[derive(Default)]
pub(crate) struct MemoryDisk(RwLock<Vec<u8>>);

impl MemoryDisk {
    fn range(offset: u64, len: usize) -> io::Result<std::ops::Range<usize>> {
        let start = usize::try_from(offset).map_err(|_| io::ErrorKind::InvalidInput)?;
        let end = start.checked_add(len).ok_or(io::ErrorKind::InvalidInput)?;
        Ok(start..end)
    }

    fn resize(&self, len: u64, change: impl FnOnce(usize, usize) -> bool) -> io::Result<()> {
        let len = usize::try_from(len).map_err(|_| io::ErrorKind::StorageFull)?;
        let mut bytes = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if change(bytes.len(), len) {
            let more = len.saturating_sub(bytes.len());
            bytes.try_reserve(more).map_err(|_| io::ErrorKind::StorageFull)?;
            bytes.resize(len, 0);
        }
        Ok(())
    }
}

impl Disk for MemoryDisk {
    fn len(&self) -> io::Result<u64> {
        let bytes = self.0.read().unwrap_or_else(PoisonError::into_inner);
        u64::try_from(bytes.len()).map_err(|_| io::ErrorKind::InvalidData.into())
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        let bytes = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let found = bytes.get(Self::range(offset, buffer.len())?).ok_or(io::ErrorKind::UnexpectedEof)?;
        buffer.copy_from_slice(found);
        Ok(())
    }

    fn write_at(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        let mut bytes = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let place = bytes.get_mut(Self::range(offset, data.len())?).ok_or(io::ErrorKind::UnexpectedEof)?;
        place.copy_from_slice(data);
        Ok(())
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.resize(len, |_, _| true)
    }

    fn reserve(&self, len: u64) -> io::Result<()> {
        self.resize(len, |now, wanted| wanted > now)
    }

    fn sync(&self) -> io::Result<()> {
        Ok(())
    }

    fn is_in_place(&self) -> io::Result<bool> {
        Ok(true)
    }

    fn successor(&self) -> Result<Box<dyn Nascent>> {
        Ok(Box::new(NewMemory(Arc::default())))
    }
}

/// Memory has no place to take.
struct NewMemory(Arc<MemoryDisk>);

impl Nascent for NewMemory {
    fn disk(&self) -> Arc<dyn Disk> {
        self.0.clone()
    }

    fn publish(self: Box<Self>) -> Result<()> {
        Ok(())
    }
}
