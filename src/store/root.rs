//! What a store stands on: open rows, or a locked file. One place to replace them.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, Weak};
use std::time::Duration;

use crate::clock::{LastUse, Wait};
use crate::error::{Error, ErrorKind, Holder, Result};
use crate::record::pin::Pin;
use crate::sealed::disk::Disk;
use crate::tables::Tables;

/// Everything that is gone while a store is locked.
pub(super) struct Root {
    state: RwLock<State>,
    /// Rows that were replaced, for as long as an operation works on them: they have keys too.
    replaced: Mutex<Vec<Weak<Tables>>>,
    last_use: LastUse,
}

enum State {
    Unlocked(Arc<Tables>),
    /// The file stays locked against other handles; its keys are wiped. The pin is of the state it was left in.
    Locked(Arc<dyn Disk>, Pin),
}

impl Root {
    pub(super) fn new(tables: Tables) -> Self {
        let state = RwLock::new(State::Unlocked(Arc::new(tables)));
        Self { state, replaced: Mutex::default(), last_use: LastUse::now() }
    }

    /// The open rows, for one operation: as long as somebody has them the store cannot be locked.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Locked`].
    pub(super) fn tables(&self) -> Result<Arc<Tables>> {
        let tables = match &*self.state() {
            State::Unlocked(tables) => tables.clone(),
            State::Locked(..) => {
                return Err(Error::new(ErrorKind::Locked, "the store is locked; unlock it first"));
            }
        };
        self.last_use.touch();
        Ok(tables)
    }

    /// What is locked; `None` if nothing is.
    pub(super) fn locked(&self) -> Option<(Arc<dyn Disk>, Pin)> {
        match &*self.state() {
            State::Unlocked(_) => None,
            State::Locked(disk, pin) => Some((disk.clone(), *pin)),
        }
    }

    /// The time since the last operation.
    pub(super) fn idle(&self) -> Duration {
        self.last_use.elapsed()
    }

    /// Puts other rows in place. Operations under way end on the old ones.
    pub(super) fn replace(&self, tables: Tables) {
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        self.last_use.touch();
        if let State::Unlocked(old) = std::mem::replace(&mut *state, State::Unlocked(Arc::new(tables))) {
            let mut replaced = self.replaced();
            replaced.retain(|old| old.strong_count() > 0);
            replaced.push(Arc::downgrade(&old));
        }
    }

    /// Takes the rows out once nobody works on them, and leaves the locked file.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InUse`] if operations of other threads do not end in time; nothing is locked then.
    pub(super) fn lock(&self, wait: Duration) -> Result<Option<Tables>> {
        let wait = Wait::for_at_most(wait);
        // New operations wait here meanwhile, and go on if it takes too long.
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        let State::Unlocked(tables) = &*state else { return Ok(None) };
        let locked = State::Locked(tables.file().disk().clone(), Pin::of(&tables.file().position()?));
        while Arc::strong_count(tables) > 1 || self.replaced().iter().any(|old| old.strong_count() > 0) {
            if !wait.step() {
                let message =
                    "a read or a copy of another thread through this handle did not end in time; try again";
                return Err(Error::new(ErrorKind::InUse, message).held_by(Holder::Readers));
            }
        }
        match std::mem::replace(&mut *state, locked) {
            State::Unlocked(tables) => Ok(Arc::into_inner(tables)),
            State::Locked(..) => Ok(None),
        }
    }

    fn replaced(&self) -> MutexGuard<'_, Vec<Weak<Tables>>> {
        self.replaced.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn state(&self) -> RwLockReadGuard<'_, State> {
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }
}
