//! Which files and directories a store may lie in: what somebody else could read, replace or hold is refused.

use std::fs::{File, Metadata};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use super::file_system::check_file_system;
use crate::error::{Error, ErrorKind, Result};

/// What the host accepts although it is refused by default.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Allowed {
    /// A file that its group or others may use.
    pub(crate) shared_mode: bool,
    /// A file system of a network or of user space.
    pub(crate) network_fs: bool,
}

const GROUP_AND_OTHERS: u32 = 0o077;
const OTHERS_WRITE: u32 = 0o002;
const STICKY: u32 = 0o1000;

/// Whether the open file can be a store: a regular file of this user, for nobody else, where locks and syncs hold.
pub(super) fn check_file(file: &File, allowed: Allowed) -> Result<()> {
    let found = look_at(file)?;
    if !found.is_file() {
        return Err(not_regular());
    }
    if found.uid() != rustix::process::geteuid().as_raw() {
        return Err(refused("the store's file belongs to another user; open it as that user, or chown it"));
    }
    if found.mode() & GROUP_AND_OTHERS != 0 && !allowed.shared_mode {
        return Err(refused(
            "the mode of the store's file lets its group or others use it; run chmod 600 on it, or set \
             allow_shared_mode",
        ));
    }
    check_file_system(file, allowed)
}

/// Whether the file has one name only. Asked under its lock: where a new store gets its name by a link, it has two
/// for an instant. One without any name is no matter of links: it is not in its place.
pub(super) fn check_links(file: &File) -> Result<()> {
    if look_at(file)?.nlink() > 1 {
        return Err(refused(
            "the store's file has another name (a hard link), which somebody else may hold; remove that name, or copy \
             the file and open the copy",
        ));
    }
    Ok(())
}

/// Whether the directory lets only its owner and group put another file in the store's place.
pub(super) fn check_directory(found: &Metadata) -> Result<()> {
    if found.mode() & OTHERS_WRITE != 0 && found.mode() & STICKY == 0 {
        return Err(refused(
            "every user may replace files in the store's directory; run chmod o-w on the directory, or keep the \
             store in another one",
        ));
    }
    Ok(())
}

/// Whether `path` names the open file, without following a link.
pub(super) fn is_at(path: &Path, file: &File) -> io::Result<bool> {
    let held = file.metadata()?;
    match std::fs::symlink_metadata(path) {
        Ok(named) => Ok((named.dev(), named.ino()) == (held.dev(), held.ino())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

pub(super) fn not_regular() -> Error {
    refused("the path is not a regular file; give the path of the store's file")
}

pub(super) fn refused(message: &'static str) -> Error {
    Error::new(ErrorKind::FileRefused, message)
}

fn look_at(file: &File) -> Result<Metadata> {
    file.metadata().map_err(|source| Error::io("look at the store's file", source))
}
