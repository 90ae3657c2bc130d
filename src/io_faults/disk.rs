//! A disk that fails at one operation.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rustix::io::Errno;

use crate::sealed::disk::recording::RecordingDisk;
use crate::sealed::disk::{Disk, Nascent};

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
    Rename,
    SyncDirectory,
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
        use Operation::{Rename, Reserve, SetLen, Sync, Write};
        match self {
            Self::EioReading => operation == Operation::Read,
            Self::Eio => operation != Operation::Read,
            Self::FullDisk => operation == Reserve,
            Self::Enospc => matches!(operation, Write | SetLen | Reserve | Sync | Rename),
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

/// Fails the n-th operation that its fault can strike, on this disk or on one that is made beside it.
pub(super) struct FailingDisk {
    content: Arc<Content>,
    place: Arc<Place>,
    plan: Arc<Mutex<State>>,
}

/// A file: what it holds, and what the last sync made durable.
#[derive(Default)]
struct Content {
    inner: RecordingDisk,
    durable: Mutex<Vec<u8>>,
}

/// A name, and what has it.
#[derive(Default)]
struct Place(Mutex<Names>);

#[derive(Default)]
struct Names {
    holder: Option<Arc<Content>>,
    former: Vec<Arc<Content>>,
}

struct State {
    plan: Option<(Fault, Lasting)>,
    /// Operations until the fault strikes.
    left: u64,
    struck: Option<Struck>,
    written: u64,
    synced: u64,
}

/// The first operation that failed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Struck {
    pub(super) operation: Operation,
    /// Whether it was on a file that had no name yet.
    pub(super) on_new: bool,
}

impl FailingDisk {
    pub(super) fn new(fault: Fault, lasting: Lasting, n: u64) -> Arc<Self> {
        let state = State { plan: Some((fault, lasting)), left: n, struck: None, written: 0, synced: 0 };
        let disk = Self { content: Arc::default(), place: Arc::default(), plan: Arc::new(Mutex::new(state)) };
        disk.place.names().holder = Some(disk.content.clone());
        Arc::new(disk)
    }

    /// The first operation that failed.
    pub(super) fn struck(&self) -> Option<Struck> {
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

    /// What the file in this disk's place holds.
    pub(super) fn image(&self) -> Vec<u8> {
        self.place.image().expect("the place of a store is never empty")
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.plan.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The fault that strikes this operation, if it is its turn.
    fn strike(&self, operation: Operation) -> Result<(), Fault> {
        let on_new = !self.place.names().knows(&self.content);
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
        state.struck.get_or_insert(Struck { operation, on_new });
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
        self.content.inner.len()
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        self.fail_plainly(Operation::Read)?;
        self.content.inner.read_at(offset, buffer)
    }

    fn write_at(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.strike(Operation::Write).or_else(|fault| {
            if fault == Fault::ShortWrite {
                self.content.inner.write_at(offset, &data[..data.len() / 2])?;
            }
            Err(fault.error())
        })?;
        self.content.inner.write_at(offset, data)
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.fail_plainly(Operation::SetLen)?;
        self.content.inner.set_len(len)
    }

    fn reserve(&self, len: u64) -> io::Result<()> {
        self.fail_plainly(Operation::Reserve)?;
        self.content.inner.reserve(len)
    }

    fn sync(&self) -> io::Result<()> {
        let content = &self.content;
        self.strike(Operation::Sync).or_else(|fault| {
            if fault == Fault::LostSync {
                let durable = content.durable.lock().unwrap();
                content.inner.set_len(u64::try_from(durable.len()).unwrap())?;
                content.inner.write_at(0, &durable)?;
            }
            Err(fault.error())
        })?;
        content.inner.sync()?;
        *content.durable.lock().unwrap() = content.inner.image();
        // Only what was asked last matters here, and the record would grow.
        content.inner.take();
        Ok(())
    }

    fn is_in_place(&self) -> io::Result<bool> {
        self.fail_plainly(Operation::InPlace)?;
        Ok(!self.place.names().former.iter().any(|former| Arc::ptr_eq(former, &self.content)))
    }

    fn successor(&self) -> crate::Result<Box<dyn Nascent>> {
        Ok(self.beside(&self.place))
    }
}

impl FailingDisk {
    /// A new file for a place, under the same plan.
    fn beside(&self, place: &Arc<Place>) -> Box<dyn Nascent> {
        let (content, plan) = (Arc::default(), self.plan.clone());
        Box::new(NewFailing(Arc::new(Self { content, place: place.clone(), plan })))
    }
}

impl Place {
    fn names(&self) -> MutexGuard<'_, Names> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn image(&self) -> Option<Vec<u8>> {
        self.names().holder.as_ref().map(|content| content.inner.image())
    }
}

impl Names {
    fn knows(&self, content: &Arc<Content>) -> bool {
        self.holder.iter().chain(&self.former).any(|known| Arc::ptr_eq(known, content))
    }
}

/// A file under construction.
struct NewFailing(Arc<FailingDisk>);

impl Nascent for NewFailing {
    fn disk(&self) -> Arc<dyn Disk> {
        self.0.clone()
    }

    fn publish(self: Box<Self>) -> crate::Result<()> {
        let failed = |source| crate::Error::io("give the new file its place", source);
        self.0.sync().map_err(failed)?;
        self.0.fail_plainly(Operation::Rename).map_err(failed)?;
        {
            let mut names = self.0.place.names();
            let former = names.holder.replace(self.0.content.clone());
            names.former.extend(former);
        }
        self.0.fail_plainly(Operation::SyncDirectory).map_err(failed)
    }
}

/// Where backups go: free at first.
#[derive(Default)]
pub(super) struct Vacancy(Arc<Place>);

impl Vacancy {
    pub(super) fn begin(&self, beside: &FailingDisk) -> Box<dyn Nascent> {
        beside.beside(&self.0)
    }

    pub(super) fn image(&self) -> Option<Vec<u8>> {
        self.0.image()
    }
}
