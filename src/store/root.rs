//! What a store stands on: open rows, or a locked file. One place to replace them.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, TryLockError, Weak};
use std::time::Duration;

use crate::clock::{LastUse, Wait};
use crate::crypto::arena::Process;
use crate::error::{Error, ErrorKind, Holder, Result};
use crate::record::pin::Pin;
use crate::sealed::disk::Disk;
use crate::tables::Tables;

/// Everything that is gone while a store is locked.
pub(super) struct Root {
    state: RwLock<State>,
    /// Rows of files that were replaced, as long as somebody reads them: their keys are in memory too.
    retired: Mutex<Vec<Weak<Tables>>>,
    last_use: LastUse,
    /// Whose handle this is. A forked child shares the lock on the file with it, and must not unlock beside it.
    process: Process,
}

enum State {
    Unlocked(Arc<Tables>),
    Locked(LockedFile),
    /// For good.
    Closed,
}

/// A file without its keys, held against other handles.
#[derive(Clone)]
pub(super) struct LockedFile {
    pub(super) disk: Arc<dyn Disk>,
    /// The state it was left in.
    pub(super) pin: Pin,
}

impl Root {
    pub(super) fn new(tables: Tables) -> Self {
        let state = RwLock::new(State::Unlocked(Arc::new(tables)));
        Self { state, retired: Mutex::default(), last_use: LastUse::now(), process: Process::this() }
    }

    /// The open rows, for one operation: as long as somebody has them the store cannot be locked.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Locked`].
    pub(super) fn tables(&self) -> Result<Arc<Tables>> {
        let tables = self.unused()?;
        self.last_use.touch();
        Ok(tables)
    }

    /// As [`tables`](Self::tables), for what is no use of the store.
    pub(super) fn unused(&self) -> Result<Arc<Tables>> {
        match &*self.state()? {
            State::Unlocked(tables) => Ok(tables.clone()),
            State::Locked(_) => Err(Error::new(ErrorKind::Locked, "the store is locked; unlock it first")),
            State::Closed => Err(closed()),
        }
    }

    /// Whether everything has ended.
    pub(super) fn is_closed(&self) -> bool {
        self.state().is_ok_and(|state| matches!(*state, State::Closed))
    }

    /// What is locked; `None` if nothing is.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Forked`] in a child that was forked while another thread locked the store.
    pub(super) fn locked(&self) -> Result<Option<LockedFile>> {
        Ok(match &*self.state()? {
            State::Unlocked(_) => None,
            State::Locked(file) => Some(file.clone()),
            State::Closed => return Err(closed()),
        })
    }

    /// # Errors
    ///
    /// [`ErrorKind::Forked`] in a child that was forked from the process that opened the store.
    pub(super) fn check_process(&self) -> Result<()> {
        self.process.check()
    }

    /// The time since the last operation.
    pub(super) fn idle(&self) -> Duration {
        self.last_use.elapsed()
    }

    /// Puts other rows in place. Operations under way end on the old ones.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Closed`] if everything has ended meanwhile, and stays so.
    pub(super) fn replace(&self, tables: Tables) -> Result<()> {
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        if matches!(*state, State::Closed) {
            return Err(closed());
        }
        self.last_use.touch();
        if let State::Unlocked(old) = std::mem::replace(&mut *state, State::Unlocked(Arc::new(tables))) {
            let mut retired = self.retired();
            retired.retain(|tables| tables.strong_count() > 0);
            retired.push(Arc::downgrade(&old));
        }
        Ok(())
    }

    /// Takes the rows out once nobody works on them, and leaves the locked file.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InUse`] if operations of other threads do not end in time; nothing is locked then.
    pub(super) fn lock(&self, wait: Duration) -> Result<Option<Tables>> {
        // Long enough for reads to end. A copy under way may itself need a read to end, which is let in between.
        const AT_ONCE: Duration = Duration::from_millis(50);
        let wait = Wait::for_at_most(wait);
        loop {
            match self.lock_at_once(wait.left().unwrap_or_default().min(AT_ONCE)) {
                Err(error) if error.kind() == ErrorKind::InUse && wait.step() => {}
                result => return result,
            }
        }
    }

    /// As [`lock`](Self::lock), with new operations kept waiting for all its time.
    fn lock_at_once(&self, wait: Duration) -> Result<Option<Tables>> {
        let wait = Wait::for_at_most(wait);
        // New operations wait here meanwhile, and go on if it takes too long.
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        let State::Unlocked(tables) = &*state else { return Ok(None) };
        let locked = State::Locked(LockedFile {
            disk: tables.file().disk().clone(),
            pin: Pin::of(&tables.file().position()?),
        });
        while Arc::strong_count(tables) > 1 || self.retired().iter().any(|old| old.strong_count() > 0) {
            if !wait.step() {
                let message =
                    "a read or a copy of another thread through this handle did not end in time; try again";
                return Err(Error::new(ErrorKind::InUse, message).held_by(Holder::Readers));
            }
        }
        match std::mem::replace(&mut *state, locked) {
            State::Unlocked(tables) => Ok(Arc::into_inner(tables)),
            State::Locked(_) | State::Closed => Ok(None),
        }
    }

    /// Takes note of the state in which a locked file was left after all.
    pub(super) fn left_at(&self, pin: Pin) {
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        if let State::Locked(file) = &mut *state {
            file.pin = pin;
        }
    }

    /// Ends everything for good, and gives the rows, unless that is done already. Operations under way end on them, and whoever
    /// has them last closes them.
    pub(super) fn end(&self) -> Option<Arc<Tables>> {
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        match std::mem::replace(&mut *state, State::Closed) {
            State::Unlocked(tables) => Some(tables),
            State::Locked(_) | State::Closed => None,
        }
    }

    /// Whether a thread that locks holds on to the state.
    #[cfg(test)]
    pub(super) fn is_held(&self) -> bool {
        matches!(self.state.try_read(), Err(TryLockError::WouldBlock))
    }

    fn retired(&self) -> MutexGuard<'_, Vec<Weak<Tables>>> {
        self.retired.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Locking holds on to this for as long as it waits, and in a forked child the thread that locks does not exist.
    fn state(&self) -> Result<RwLockReadGuard<'_, State>> {
        match self.state.try_read() {
            Ok(state) => Ok(state),
            Err(TryLockError::Poisoned(state)) => Ok(state.into_inner()),
            Err(TryLockError::WouldBlock) => {
                self.process.check()?;
                Ok(self.state.read().unwrap_or_else(PoisonError::into_inner))
            }
        }
    }
}

fn closed() -> Error {
    Error::new(ErrorKind::Closed, "the store that this handle came from was closed; open it again")
}
