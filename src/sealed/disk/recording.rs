//! A disk in memory that remembers what was asked of it.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use super::memory::MemoryDisk;
use super::{Disk, Nascent};
use crate::error::Result;

/// One operation, in the order they came.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Asked {
    Read { offset: u64, len: usize },
    Write { offset: u64, data: Vec<u8> },
    SetLen(u64),
    Reserve(u64),
    Sync,
}

/// A [`MemoryDisk`] with a record of its operations.
#[derive(Default)]
pub(crate) struct RecordingDisk {
    inner: MemoryDisk,
    asked: Mutex<Vec<Asked>>,
}

impl RecordingDisk {
    /// A disk that holds `image`.
    pub(crate) fn holding(image: &[u8]) -> Self {
        let disk = Self::default();
        disk.inner.reserve(u64::try_from(image.len()).unwrap()).unwrap();
        disk.inner.write_at(0, image).unwrap();
        disk
    }

    /// Everything the disk holds now.
    pub(crate) fn image(&self) -> Vec<u8> {
        let mut image = vec![0; usize::try_from(self.inner.len().unwrap()).unwrap()];
        self.inner.read_at(0, &mut image).unwrap();
        image
    }

    /// What was asked since the last call.
    pub(crate) fn take(&self) -> Vec<Asked> {
        std::mem::take(&mut *self.asked.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// As [`take`](Self::take), without the reads.
    pub(crate) fn take_changes(&self) -> Vec<Asked> {
        self.take().into_iter().filter(|asked| !matches!(asked, Asked::Read { .. })).collect()
    }

    fn record(&self, asked: Asked) {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).push(asked);
    }
}

impl Disk for RecordingDisk {
    fn len(&self) -> io::Result<u64> {
        self.inner.len()
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        self.record(Asked::Read { offset, len: buffer.len() });
        self.inner.read_at(offset, buffer)
    }

    fn write_at(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.record(Asked::Write { offset, data: data.to_vec() });
        self.inner.write_at(offset, data)
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.record(Asked::SetLen(len));
        self.inner.set_len(len)
    }

    fn reserve(&self, len: u64) -> io::Result<()> {
        self.record(Asked::Reserve(len));
        self.inner.reserve(len)
    }

    fn sync(&self) -> io::Result<()> {
        self.record(Asked::Sync);
        self.inner.sync()
    }

    fn is_in_place(&self) -> io::Result<bool> {
        Ok(true)
    }

    fn successor(&self) -> Result<Box<dyn Nascent>> {
        Ok(Box::new(NewRecording(Arc::default())))
    }
}

struct NewRecording(Arc<RecordingDisk>);

impl Nascent for NewRecording {
    fn disk(&self) -> Arc<dyn Disk> {
        self.0.clone()
    }

    fn publish(self: Box<Self>) -> Result<()> {
        Ok(())
    }
}
