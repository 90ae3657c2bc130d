//! A disk that fails at one operation.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rustix::io::Errno;

use crate::sealed::disk::Disk;
use crate::sealed::disk::recording::RecordingDisk;

/// What a disk is asked for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Operation {
    Len,
    Read,
    Write,
    SetLen,
    Reserve,
    Sync,
    InPlace,
}

/// How an operation fails.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Fault {
    /// A read: an error.
    EioReading,
    /// Any other operation: an error, and nothing done.
    Eio,
    /// A request for room: refused.
    FullDisk,
    /// Whatever may need room: an error, and nothing done.
    Enospc,
    /// A write of which only the first half lands.
    ShortWrite,
    /// A sync that loses everything written since the last one, as Linux does with pages it could not write.
    LostSync,
}

/// For how long.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Lasting {
    Once,
    Forever,
}

impl Fault {
    pub(super) const ALL: [Self; 6] =
        [Self::EioReading, Self::Eio, Self::FullDisk, Self::Enospc, Self::ShortWrite, Self::LostSync];

    /// One operation in how many the normal run lets fail.
    pub(super) fn stride(self) -> u64 {
        match self {
            Self::EioReading => 97,
            Self::Eio | Self::Enospc | Self::ShortWrite => 9,
            Self::LostSync => 3,
            Self::FullDisk => 1,
        }
    }

    fn strikes(self, operation: Operation) -> bool {
        use Operation::{Reserve, SetLen, Sync, Write};
        match self {
            Self::EioReading => operation == Operation::Read,
            Self::Eio => operation != Operation::Read,
            Self::FullDisk => operation == Reserve,
            Self::Enospc => matches!(operation, Write | SetLen | Reserve | Sync),
            Self::ShortWrite => operation == Write,
            Self::LostSync => operation == Sync,
        }
    }

    fn error(self) -> io::Error {
        match self {
            Self::Enospc | Self::FullDisk => Errno::NOSPC.into(),
            Self::EioReading | Self::Eio | Self::ShortWrite | Self::LostSync => Errno::IO.into(),
        }
    }
}

/// Fails the n-th operation that its fault can strike.
pub(super) struct FailingDisk {
    inner: RecordingDisk,
    state: Mutex<State>,
}

struct State {
    plan: Option<(Fault, Lasting)>,
    /// Operations until the fault strikes.
    left: u64,
    struck: Option<Operation>,
    written: u64,
    synced: u64,
    durable: Vec<u8>,
}

impl FailingDisk {
    pub(super) fn new(fault: Fault, lasting: Lasting, n: u64) -> Arc<Self> {
        let state = State {
            plan: Some((fault, lasting)),
            left: n,
            struck: None,
            written: 0,
            synced: 0,
            durable: Vec::new(),
        };
        Arc::new(Self { inner: RecordingDisk::default(), state: Mutex::new(state) })
    }

    /// The first operation that failed.
    pub(super) fn struck(&self) -> Option<Operation> {
        self.state().struck
    }

    /// How many writes were tried, failed ones included.
    pub(super) fn written(&self) -> u64 {
        self.state().written
    }

    /// How many syncs were tried, failed ones included.
    pub(super) fn synced(&self) -> u64 {
        self.state().synced
    }

    /// The next operation that `fault` can strike fails, once.
    pub(super) fn fail_next(&self, fault: Fault) {
        self.fail_at(fault, Lasting::Once, 1);
    }

    /// The n-th operation from now on that `fault` can strike fails.
    pub(super) fn fail_at(&self, fault: Fault, lasting: Lasting, n: u64) {
        let mut state = self.state();
        (state.plan, state.left) = (Some((fault, lasting)), n);
    }

    /// From now on everything works.
    pub(super) fn heal(&self) {
        self.state().plan = None;
    }

    pub(super) fn image(&self) -> Vec<u8> {
        self.inner.image()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The fault that strikes this operation, if it is its turn.
    fn strike(&self, operation: Operation) -> Result<(), Fault> {
        let mut state = self.state();
        state.written += u64::from(operation == Operation::Write);
        state.synced += u64::from(operation == Operation::Sync);
        let Some((fault, lasting)) = state.plan.filter(|(fault, _)| fault.strikes(operation)) else {
            return Ok(());
        };
        state.left = state.left.saturating_sub(1);
        if state.left > 0 {
            return Ok(());
        }
        state.struck.get_or_insert(operation);
        if lasting == Lasting::Once {
            state.plan = None;
        }
        Err(fault)
    }

    fn fail_plainly(&self, operation: Operation) -> io::Result<()> {
        self.strike(operation).map_err(Fault::error)
    }
}

impl Disk for FailingDisk {
    fn len(&self) -> io::Result<u64> {
        self.fail_plainly(Operation::Len)?;
        self.inner.len()
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        self.fail_plainly(Operation::Read)?;
        self.inner.read_at(offset, buffer)
    }

    fn write_at(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.strike(Operation::Write).or_else(|fault| {
            if fault == Fault::ShortWrite {
                self.inner.write_at(offset, &data[..data.len() / 2])?;
            }
            Err(fault.error())
        })?;
        self.inner.write_at(offset, data)
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.fail_plainly(Operation::SetLen)?;
        self.inner.set_len(len)
    }

    fn reserve(&self, len: u64) -> io::Result<()> {
        self.fail_plainly(Operation::Reserve)?;
        self.inner.reserve(len)
    }

    fn sync(&self) -> io::Result<()> {
        self.strike(Operation::Sync).or_else(|fault| {
            if fault == Fault::LostSync {
                let state = self.state();
                self.inner.set_len(u64::try_from(state.durable.len()).unwrap())?;
                self.inner.write_at(0, &state.durable)?;
            }
            Err(fault.error())
        })?;
        self.inner.sync()?;
        self.state().durable = self.inner.image();
        // Only what was asked last matters here, and the record would grow.
        self.inner.take();
        Ok(())
    }

    fn is_in_place(&self) -> io::Result<bool> {
        self.fail_plainly(Operation::InPlace)?;
        Ok(true)
    }
}
