//! Holding a store against a pin.

use super::Store;
use crate::access::Action;
use crate::error::{Error, ErrorKind, Result};
use crate::record::audit::genesis;
use crate::record::pin::Pin;
use crate::sealed::file::Position;
use crate::tables::Tables;
use crate::tables::audit::{Ancestor, find_ancestor};

/// How much of a pin could be checked.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum PinCheck {
    /// The pinned commit is in the store's history.
    InHistory,
    /// The store is newer than the pin, but its audit log no longer reaches back to it: whether the pinned commit was
    /// in its history cannot be told. Take a new pin.
    OlderThanLog,
}

impl Store {
    /// The store's last commit as a pin, to be kept outside of the file. See [`Pin`].
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Locked`]; [`ErrorKind::Poisoned`].
    pub fn pin(&self) -> Result<Pin> {
        let tables = self.authorise(Action::Administer)?;
        Ok(Pin::of(&tables.file().position()?))
    }
}

/// What a pin says of a file without a look at its rows.
///
/// # Errors
///
/// [`ErrorKind::WrongStore`]; [`ErrorKind::RolledBack`]; [`ErrorKind::ForkedHistory`].
pub(super) fn check_position(pin: &Pin, found: &Position) -> Result<()> {
    if pin.store_id != found.store_id {
        return Err(Error::new(
            ErrorKind::WrongStore,
            "the pin belongs to another store; open the file it was taken from, or take a new pin",
        ));
    }
    if found.generation < pin.generation {
        return Err(Error::new(
            ErrorKind::RolledBack,
            format!(
                "the file is older than its pin: it holds commit {}, the pin names commit {}; restore a newer backup",
                found.generation, pin.generation
            ),
        ));
    }
    if found.generation == pin.generation && found.audit_head != pin.head {
        return Err(forked());
    }
    Ok(())
}

/// Whether the pinned commit is in the history of the open store.
pub(super) fn check_history(pin: &Pin, tables: &Tables) -> Result<PinCheck> {
    let found = tables.file().position()?;
    let ancestor = tables.read(|rows| {
        find_ancestor(rows, &genesis(&pin.store_id), (pin.generation, &pin.head), &found.audit_head)
    })?;
    match ancestor {
        Ancestor::Found => Ok(PinCheck::InHistory),
        Ancestor::BeforeLog => Ok(PinCheck::OlderThanLog),
        Ancestor::Missing => Err(forked()),
    }
}

fn forked() -> Error {
    Error::new(
        ErrorKind::ForkedHistory,
        "the store's history lacks the pinned commit: two copies of it went separate ways; find the other one",
    )
}

#[cfg(test)]
mod tests;
