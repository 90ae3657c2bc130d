//! An image with a few bytes exchanged, which must not be written to.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::sealed::disk::Disk;

/// A changed copy of an image that costs nothing to make.
pub(super) struct Patched {
    image: Arc<[u8]>,
    /// Length of the file; beyond the image it reads as zeros.
    len: usize,
    patches: Vec<(usize, Vec<u8>)>,
    changes: AtomicU64,
}

impl Patched {
    pub(super) fn new(image: &Arc<[u8]>) -> Self {
        Self { image: image.clone(), len: image.len(), patches: Vec::new(), changes: AtomicU64::new(0) }
    }

    /// Other bytes at `offset`; a later patch lies over an earlier one.
    pub(super) fn with(mut self, offset: usize, bytes: Vec<u8>) -> Self {
        self.len = self.len.max(offset + bytes.len());
        self.patches.push((offset, bytes));
        self
    }

    pub(super) fn flipped(self, bit: usize) -> Self {
        let byte = self.image[bit / 8] ^ (1 << (bit % 8));
        self.with(bit / 8, vec![byte])
    }

    pub(super) fn cut_to(mut self, len: usize) -> Self {
        self.len = len;
        self
    }

    /// Writes, length changes and reservations that were tried.
    pub(super) fn changes(&self) -> u64 {
        self.changes.load(Ordering::Relaxed)
    }

    fn change(&self) -> io::Result<()> {
        self.changes.fetch_add(1, Ordering::Relaxed);
        Err(io::ErrorKind::PermissionDenied.into())
    }
}

impl Disk for Patched {
    fn len(&self) -> io::Result<u64> {
        Ok(u64::try_from(self.len).unwrap())
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        let start = usize::try_from(offset).unwrap();
        let end = start.checked_add(buffer.len()).filter(|&end| end <= self.len);
        let end = end.ok_or(io::ErrorKind::UnexpectedEof)?;
        buffer.fill(0);
        overlay(buffer, start..end, 0, &self.image);
        for (at, bytes) in &self.patches {
            overlay(buffer, start..end, *at, bytes);
        }
        Ok(())
    }

    fn write_at(&self, _: u64, _: &[u8]) -> io::Result<()> {
        self.change()
    }

    fn set_len(&self, _: u64) -> io::Result<()> {
        self.change()
    }

    fn reserve(&self, _: u64) -> io::Result<()> {
        self.change()
    }

    fn sync(&self) -> io::Result<()> {
        Ok(())
    }

    fn is_in_place(&self) -> io::Result<bool> {
        Ok(true)
    }
}

/// Copies the part of `bytes`, which lie at `at`, that falls into `range`.
fn overlay(buffer: &mut [u8], range: std::ops::Range<usize>, at: usize, bytes: &[u8]) {
    let (from, to) = (range.start.max(at), range.end.min(at + bytes.len()));
    if from < to {
        buffer[from - range.start..to - range.start].copy_from_slice(&bytes[from - at..to - at]);
    }
}
