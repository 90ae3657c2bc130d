//! Files that get a place when they are complete: one that is vacant, or that of the store they replace.

use std::fs::File;
use std::io;
use std::os::unix::fs::{MetadataExt, fchown};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustix::fs::{CWD, Mode, OFlags, RenameFlags};
use rustix::io::Errno;

use super::checks::{Allowed, check_directory, is_at, refused};
use super::file::{absolute, directory_of};
use super::file_system::check_file_system;
use super::temporary::{Temporary, has_temporary_name};
use super::{Disk, Nascent};
use crate::error::{Error, ErrorKind, Result};

/// A new file for a place where there is none: of a new store, or of a backup.
pub(crate) struct Creation {
    temporary: Temporary,
    target: PathBuf,
    directory: File,
}

impl Creation {
    /// An empty, locked file beside `target`; readable by its owner only whatever the umask.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::AlreadyExists`] if there is something at `target`, a dangling link included;
    /// [`ErrorKind::FileRefused`] if the directory is no place for a store; [`ErrorKind::InvalidArgument`] for a name that no
    /// store can keep.
    pub(crate) fn begin(target: &Path, allowed: Allowed) -> Result<Self> {
        let target = absolute(target)?;
        if has_temporary_name(&target) {
            return Err(Error::new(
                ErrorKind::InvalidArgument,
                "this name is that of a file under construction, which writers remove; choose another for the new store",
            ));
        }
        if std::fs::symlink_metadata(&target).is_ok() {
            return Err(already_exists());
        }
        if target.file_name().is_none() {
            return Err(Error::new(
                ErrorKind::InvalidArgument,
                "the path of a new store must end in a file name",
            ));
        }
        let directory = open_directory(&target)?;
        let found =
            directory.metadata().map_err(|source| Error::io("look at the store's directory", source))?;
        check_directory(&found)?;
        check_file_system(&directory, allowed)?;
        let temporary = Temporary::create(directory_of(&target))?;
        Ok(Self { temporary, target, directory })
    }
}

impl Nascent for Creation {
    fn disk(&self) -> Arc<dyn Disk> {
        self.temporary.disk.clone()
    }

    /// Never over another file.
    fn publish(mut self: Box<Self>) -> Result<()> {
        sync_content(&self.temporary)?;
        let from = self.temporary.disk.path();
        // On a file system without the flag: a second name never replaces either.
        let (named, by_link) =
            match rustix::fs::renameat_with(CWD, &from, CWD, &self.target, RenameFlags::NOREPLACE) {
                Err(Errno::INVAL | Errno::NOSYS) => (rustix::fs::link(&from, &self.target), true),
                renamed => (renamed, false),
            };
        named.map_err(|error| match error {
            Errno::EXIST => already_exists(),
            error => Error::io("give the new store its name", error.into()),
        })?;
        self.temporary.settle(&self.target);
        let unlinked = if by_link { rustix::fs::unlink(&from) } else { Ok(()) };
        sync_directory(&self.directory)?;
        unlinked.map_err(|error| {
            Error::io(
                "take the temporary name from the new file, which is in place all the same",
                error.into(),
            )
        })
    }
}

/// A new file that takes the place of an open store.
pub(super) struct Successor {
    temporary: Temporary,
    path: PathBuf,
    directory: File,
    /// The open file to be replaced, which keeps its lock as long as this lives.
    replaced: File,
}

impl Successor {
    /// An empty, locked file beside the store at `path`, with the store's group and permissions: whom the host let use
    /// the store may use the new file, and nobody else.
    pub(super) fn begin(store: &File, path: &Path) -> Result<Self> {
        let replaced = store.try_clone().map_err(|source| Error::io("hold the store's file", source))?;
        let directory = open_directory(path)?;
        let temporary = Temporary::create(directory_of(path))?;
        share_alike(&temporary.disk.file, &replaced)
            .map_err(|source| Error::io("give the new file the group and the mode of the store", source))?;
        Ok(Self { temporary, path: path.to_owned(), directory, replaced })
    }
}

impl Nascent for Successor {
    fn disk(&self) -> Arc<dyn Disk> {
        self.temporary.disk.clone()
    }

    fn publish(mut self: Box<Self>) -> Result<()> {
        sync_content(&self.temporary)?;
        if !is_at(&self.path, &self.replaced)
            .map_err(|source| Error::io("look at the store's path", source))?
        {
            return Err(refused(
                "another file was put in the store's place while it was open; nothing was replaced",
            ));
        }
        std::fs::rename(self.temporary.disk.path(), &self.path)
            .map_err(|source| Error::io("put the new file in the store's place", source))?;
        self.temporary.settle(&self.path);
        sync_directory(&self.directory)
    }
}

/// A group has rights only with its bits, so another group is a matter of the bits too. Nobody may open the new file
/// before this is done, so it has the rights of all at once.
fn share_alike(new: &File, old: &File) -> io::Result<()> {
    const PERMISSIONS: u32 = 0o777;
    const OF_GROUP: u32 = 0o070;
    let found = old.metadata()?;
    if found.mode() & OF_GROUP != 0 && found.gid() != new.metadata()?.gid() {
        fchown(new, None, Some(found.gid()))?;
    }
    // Elsewhere the bits of the group are those of the group.
    #[cfg(any(target_os = "linux", target_os = "android"))]
    if super::acl::copied(new, old)? {
        return Ok(());
    }
    Ok(rustix::fs::fchmod(new, Mode::from_raw_mode(found.mode() & PERMISSIONS))?)
}

/// Whoever wrote it has synced it; but a name before the content would be a loss, so nobody is relied on.
fn sync_content(temporary: &Temporary) -> Result<()> {
    temporary.disk.sync().map_err(|source| Error::io("sync the new file", source))
}

/// Opened before anything is named in it: a directory that cannot be synced is known in time.
fn open_directory(path: &Path) -> Result<File> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    rustix::fs::openat(CWD, directory_of(path), flags, Mode::empty())
        .map(File::from)
        .map_err(|error| Error::io("open the store's directory", error.into()))
}

fn sync_directory(directory: &File) -> Result<()> {
    directory.sync_all().map_err(|source| {
        Error::new(
            ErrorKind::Io,
            "the new file is in place, but its name may not survive a power cut: its directory could not be synced",
        )
        .caused_by(source)
    })
}

fn already_exists() -> Error {
    Error::new(ErrorKind::AlreadyExists, "there is a file at the path of the new store already")
}

#[cfg(test)]
mod tests;
