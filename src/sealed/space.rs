//! Room on the disk, asked for before anything is written.

use std::io;

use super::disk::Disk;
use super::file::Durable;
use crate::error::{Error, ErrorKind, Result};
use crate::format::layout::file_len;
use crate::limits::SPARE_BLOCKS;

/// Which room a transaction may use.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Space {
    /// Leaves the spare blocks alone.
    Normal,
    /// May use the spare blocks: a delete and its event must fit on a full disk.
    Spare,
}

/// Makes room for blocks up to `needed` and, behind them, the spare ones.
///
/// # Errors
///
/// [`ErrorKind::DiskFull`]; the disk is as it was.
pub(super) fn reserve(disk: &dyn Disk, durable: &mut Durable, needed: u64, space: Space) -> Result<()> {
    let spare = u64::from(SPARE_BLOCKS);
    if durable.reserved >= needed + spare {
        return Ok(());
    }
    // Growing in steps keeps the file's length, and with it a journal entry, out of most commits.
    let step = (needed / 16).max(16);
    for target in [needed + spare + step, needed + spare] {
        match disk.reserve(file_len(target)) {
            Ok(()) => {
                durable.reserved = target;
                return Ok(());
            }
            Err(error) if is_full(&error) => {}
            Err(source) => return Err(Error::io("reserve room for the store's file", source)),
        }
    }
    match space {
        Space::Spare => reserve_exactly(disk, durable, needed),
        Space::Normal => Err(full()),
    }
}

/// Makes room for blocks up to `needed` and nothing behind them.
fn reserve_exactly(disk: &dyn Disk, durable: &mut Durable, needed: u64) -> Result<()> {
    if durable.reserved >= needed {
        return Ok(());
    }
    match disk.reserve(file_len(needed)) {
        Ok(()) => {
            durable.reserved = needed;
            Ok(())
        }
        Err(error) if is_full(&error) => Err(full()),
        Err(source) => Err(Error::io("reserve room for the store's file", source)),
    }
}

fn is_full(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge
    )
}

fn full() -> Error {
    Error::new(
        ErrorKind::DiskFull,
        "no room for this write on the store's disk; nothing of it is in the store",
    )
}
