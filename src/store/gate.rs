//! One writer at a time, with a bounded wait.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::ThreadId;
use std::time::Duration;

use crate::clock::Wait;
use crate::crypto::arena::Process;
use crate::error::{Error, ErrorKind, Holder, Result};

/// Lets one thread write.
pub(super) struct Gate {
    holder: Mutex<Option<ThreadId>>,
    left: Condvar,
    wait: Duration,
    process: Process,
}

/// The right to write, until it is dropped.
pub(super) struct Pass(Arc<Gate>);

impl Gate {
    pub(super) fn new(wait: Duration) -> Self {
        Self { holder: Mutex::new(None), left: Condvar::new(), wait, process: Process::this() }
    }

    /// # Errors
    ///
    /// [`ErrorKind::Reentrant`] if this thread holds the gate already; [`ErrorKind::InUse`] after the wait.
    pub(super) fn enter(self: &Arc<Self>) -> Result<Pass> {
        let this = std::thread::current().id();
        let wait = Wait::for_at_most(self.wait);
        let mut holder = self.lock();
        loop {
            match *holder {
                None => {
                    *holder = Some(this);
                    return Ok(Pass(self.clone()));
                }
                Some(other) if other == this => {
                    return Err(Error::new(
                        ErrorKind::Reentrant,
                        "the store is written to from inside its own transaction, or from what it tells of an event; use the transaction's methods",
                    ));
                }
                Some(_) => {
                    let left = wait.left().ok_or_else(in_use)?;
                    holder = self.left.wait_timeout(holder, left).unwrap_or_else(PoisonError::into_inner).0;
                }
            }
        }
    }

    /// The right to write, if it is to be had at once.
    pub(super) fn try_enter(self: &Arc<Self>) -> Option<Pass> {
        let mut holder = self.lock();
        if holder.is_some() {
            return None;
        }
        *holder = Some(std::thread::current().id());
        Some(Pass(self.clone()))
    }

    /// Whether this thread has the right to write.
    pub(super) fn is_inside(&self) -> bool {
        *self.lock() == Some(std::thread::current().id())
    }

    fn lock(&self) -> MutexGuard<'_, Option<ThreadId>> {
        self.holder.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pass {
    /// Takes note that it came to this thread.
    pub(super) fn hold(&self) {
        *self.0.lock() = Some(std::thread::current().id());
    }
}

fn in_use() -> Error {
    let message = "another thread's write through this handle did not end in time; try again";
    Error::new(ErrorKind::InUse, message).held_by(Holder::Writer)
}

impl Drop for Pass {
    fn drop(&mut self) {
        // In a forked child nobody enters, and the lock may be held by a thread that is not here.
        if self.0.process.check().is_err() {
            return;
        }
        *self.0.lock() = None;
        self.0.left.notify_one();
    }
}
