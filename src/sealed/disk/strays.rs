//! Removing what an interrupted creation or replacement left behind.

use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use rustix::fs::OFlags;

use super::checks::is_at;
use super::file::open_unfollowed;
use super::temporary::is_temporary;
use crate::limits::DIRECTORY_ENTRIES_MAX;

/// Removes strays from `directory`: files of this user under a temporary name that nobody holds any more.
///
/// It is done by writers, and changes nothing but the directory. A stray that cannot be removed is no obstacle to
/// anything, so nothing is reported.
pub(super) fn remove(directory: &Path) {
    let Ok(entries) = std::fs::read_dir(directory) else { return };
    let named =
        entries.take(DIRECTORY_ENTRIES_MAX).flatten().filter(|entry| is_temporary(&entry.file_name()));
    // A name of a pipe or a device is not even opened.
    let files = named.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_file()));
    for entry in files {
        let _ = remove_one(&entry.path());
    }
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
