//! A disk in memory that calls a test at the next operation of a kind.

use std::io;
use std::sync::Mutex;

use super::memory::MemoryDisk;
use super::{Disk, Nascent};
use crate::error::Result;

/// What is waited for.
#[derive(Clone, Copy, Eq, PartialEq)]
pub(crate) enum At {
    Read,
    Sync,
}

type Call = Box<dyn FnOnce() + Send>;

/// A [`MemoryDisk`] under somebody's eyes.
#[derive(Default)]
pub(crate) struct CallingDisk {
    memory: MemoryDisk,
    next: Mutex<Option<(At, Call)>>,
}

impl CallingDisk {
    /// Calls `call` before the next such operation, once, on its thread.
    pub(crate) fn call(&self, at: At, call: impl FnOnce() + Send + 'static) {
        *self.next.lock().unwrap() = Some((at, Box::new(call)));
    }

    fn begin(&self, operation: At) {
        let call = self.next.lock().unwrap().take_if(|(at, _)| *at == operation);
        // Behind the lock: it may use the store.
        call.into_iter().for_each(|(_, call)| call());
    }
}

impl Disk for CallingDisk {
    fn len(&self) -> io::Result<u64> {
        self.memory.len()
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        self.begin(At::Read);
        self.memory.read_at(offset, buffer)
    }

    fn write_at(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.memory.write_at(offset, data)
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.memory.set_len(len)
    }

    fn reserve(&self, len: u64) -> io::Result<()> {
        self.memory.reserve(len)
    }

    fn sync(&self) -> io::Result<()> {
        self.begin(At::Sync);
        self.memory.sync()
    }

    fn is_in_place(&self) -> io::Result<bool> {
        Ok(true)
    }

    fn successor(&self) -> Result<Box<dyn Nascent>> {
        self.memory.successor()
    }
}
