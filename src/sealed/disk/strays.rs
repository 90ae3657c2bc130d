//! Removing what an interrupted creation or replacement left behind.

use std::fs::{DirEntry, File};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use rustix::fs::OFlags;

use super::checks::is_at;
use super::file::{directory_of, open_unfollowed};
use super::temporary::is_temporary;
use crate::limits::DIRECTORY_ENTRIES_MAX;

/// Removes strays from `directory`: files of this user under a temporary name that nobody holds any more.
///
/// It is done by writers, and changes nothing but the directory. A stray that cannot be removed is no obstacle to
/// anything, so nothing is reported.
pub(super) fn remove(directory: &Path) {
    for entry in temporaries(directory) {
        let _ = remove_one(&entry.path());
    }
}

/// Removes the temporary name of an open store that was cut off between its two names: a file system that cannot rename
/// without replacing gives it the other by a link.
///
/// Only under the exclusive lock on the store: whoever builds one holds that until it has one name. If it cannot be
/// removed the store is refused for it.
pub(super) fn remove_second_name(path: &Path, store: &File) {
    if store.metadata().is_ok_and(|found| found.nlink() > 1) {
        let others = temporaries(directory_of(path)).map(|entry| entry.path()).filter(|other| other != path);
        for name in others.filter(|name| is_at(name, store).unwrap_or(false)) {
            let _ = std::fs::remove_file(name);
        }
    }
}

/// The files under a temporary name, and nothing if the directory cannot be read.
fn temporaries(directory: &Path) -> impl Iterator<Item = DirEntry> {
    let entries = std::fs::read_dir(directory).into_iter().flatten().take(DIRECTORY_ENTRIES_MAX).flatten();
    // A name of a pipe or a device is not even opened.
    entries.filter(|entry| {
        is_temporary(&entry.file_name()) && entry.file_type().is_ok_and(|kind| kind.is_file())
    })
}

/// Removes the file if it is a stray. Whoever builds one holds its lock from the first moment that it is any use.
fn remove_one(path: &Path) -> io::Result<()> {
    // For writing, because some file systems lock a file exclusively only then.
    let file = open_unfollowed(path, OFlags::RDWR)?;
    let found = file.metadata()?;
    if !found.is_file() || found.uid() != rustix::process::geteuid().as_raw() || file.try_lock().is_err() {
        return Ok(());
    }
    // Under the lock: a file that got its place meanwhile is no longer at this path, or has two names for an instant.
    if file.metadata()?.nlink() == 1 && is_at(path, &file)? { std::fs::remove_file(path) } else { Ok(()) }
}
