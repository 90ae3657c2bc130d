//! The lock on the open file.

use std::fs::{File, TryLockError};

use super::file::Access;
use crate::error::{Error, Holder, Result};

/// Locks without waiting: shared for a reader, exclusive for a writer. `Some` names who holds the file.
pub(super) fn lock(file: &File, access: Access) -> Result<Option<Holder>> {
    let attempt = |attempt: std::result::Result<(), TryLockError>| match attempt {
        Ok(()) => Ok(true),
        Err(TryLockError::WouldBlock) => Ok(false),
        Err(TryLockError::Error(source)) => Err(Error::io("lock the store's file", source)),
    };
    match access {
        Access::ReadOnly if attempt(file.try_lock_shared())? => Ok(None),
        // Only a writer keeps readers out.
        Access::ReadOnly => Ok(Some(Holder::Writer)),
        Access::ReadWrite if attempt(file.try_lock())? => Ok(None),
        Access::ReadWrite if attempt(file.try_lock_shared())? => {
            file.unlock().map_err(|source| Error::io("unlock the store's file", source))?;
            // The writer may have left between the two attempts.
            Ok(if attempt(file.try_lock())? { None } else { Some(Holder::Readers) })
        }
        Access::ReadWrite => Ok(Some(Holder::Writer)),
    }
}
