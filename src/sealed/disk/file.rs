//! A store in a file: opened without following links, locked for the whole life of the handle.

use std::fs::{File, TryLockError};
use std::io;
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rustix::fs::{CWD, FallocateFlags, Mode, OFlags, RenameFlags};
use rustix::io::{Errno, retry_on_intr};

use super::Disk;
use crate::clock::Wait;
use crate::error::{Error, ErrorKind, Holder, Result};

/// Whether a handle may write.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Access {
    ReadOnly,
    ReadWrite,
}

/// An open, locked file.
pub(crate) struct FileDisk {
    file: File,
    /// Where the file is, which changes once: when a new store gets its name.
    path: Mutex<PathBuf>,
}

impl FileDisk {
    /// Opens and locks the store at `path`: shared for a reader, exclusive for a writer, before a byte is read.
    ///
    /// The lock is `flock`, which belongs to the open file: another handle conflicts even in the same process, and
    /// closing an unrelated one does not drop it. A waiting handle looks at the path again after it got the lock,
    /// because the file may have been replaced meanwhile.
    pub(crate) fn open(path: &Path, access: Access, wait: Duration) -> Result<Self> {
        let path = absolute(path)?;
        let wait = Wait::for_at_most(wait);
        loop {
            let disk = Self { file: open_file(&path, access)?, path: Mutex::new(path.clone()) };
            check_file(&disk.file)?;
            if let Some(holder) = lock(&disk.file, access)? {
                if wait.step() {
                    continue;
                }
                return Err(Error::in_use(holder));
            }
            if disk.is_in_place().map_err(|source| Error::io("look at the store's path", source))? {
                return Ok(disk);
            }
            if !wait.step() {
                return Err(Error::in_use(Holder::Writer));
            }
        }
    }

    /// A new, empty, locked file beside `target`, an absolute path; readable by its owner only whatever the umask.
    pub(crate) fn create_beside(target: &Path, suffix: &str) -> Result<Self> {
        let name = target.file_name().ok_or_else(|| {
            Error::new(ErrorKind::InvalidArgument, "the path of a new store must end in a file name")
        })?;
        let mut temporary = name.to_owned();
        temporary.push(".tmp-");
        temporary.push(suffix);
        let path = target.with_file_name(temporary);
        let flags = OFlags::RDWR | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let mode = Mode::RUSR | Mode::WUSR;
        let failed = |error: Errno| Error::io("create a file in the store's directory", error.into());
        let file = File::from(rustix::fs::openat(CWD, &path, flags, mode).map_err(failed)?);
        rustix::fs::fchmod(&file, mode).map_err(failed)?;
        match lock(&file, Access::ReadWrite)? {
            None => Ok(Self { file, path: Mutex::new(path) }),
            Some(holder) => Err(Error::in_use(holder)),
        }
    }

    /// Gives the finished file its name, never over another one, and makes the name durable.
    pub(crate) fn publish(&self, target: &Path) -> Result<()> {
        let mut path = self.path.lock().unwrap_or_else(PoisonError::into_inner);
        let renamed = match rustix::fs::renameat_with(CWD, &*path, CWD, target, RenameFlags::NOREPLACE) {
            // A file system without the flag: a second name never replaces either.
            Err(Errno::INVAL | Errno::NOSYS) => {
                rustix::fs::link(&*path, target).and_then(|()| rustix::fs::unlink(&*path))
            }
            renamed => renamed,
        };
        renamed.map_err(|error| match error {
            Errno::EXIST => already_exists(),
            error => Error::io("give the new store its name", error.into()),
        })?;
        target.clone_into(&mut path);
        sync_directory(target).map_err(|source| Error::io("make the new store's name durable", source))
    }

    /// Removes the file under its present name. For a creation that failed.
    pub(crate) fn discard(&self) -> io::Result<()> {
        std::fs::remove_file(&*self.path.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Disk for FileDisk {
    fn len(&self) -> io::Result<u64> {
        Ok(self.file.metadata()?.len())
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        self.file.read_exact_at(buffer, offset)
    }

    fn write_at(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.file.write_all_at(data, offset)
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.file.set_len(len)
    }

    fn reserve(&self, len: u64) -> io::Result<()> {
        let present = self.len()?;
        // Some file systems give up on any signal, and a host may have timers that never stop.
        match retry_on_intr(|| rustix::fs::fallocate(&self.file, FallocateFlags::empty(), 0, len)) {
            Ok(()) => Ok(()),
            Err(Errno::OPNOTSUPP | Errno::NOSYS) => fill_with_zeros(&self.file, present, len),
            Err(error) => Err(error.into()),
        }
    }

    fn sync(&self) -> io::Result<()> {
        self.file.sync_data()
    }

    fn is_in_place(&self) -> io::Result<bool> {
        let held = self.file.metadata()?;
        let path = self.path.lock().unwrap_or_else(PoisonError::into_inner);
        match std::fs::symlink_metadata(&*path) {
            Ok(named) => Ok((named.dev(), named.ino()) == (held.dev(), held.ino())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error),
        }
    }
}

/// The error of a creation over something that is there.
pub(crate) fn already_exists() -> Error {
    Error::new(ErrorKind::AlreadyExists, "there is a file at the path of the new store already")
}

/// The path as it is now: the process may change its directory while the store is open.
pub(crate) fn absolute(path: &Path) -> Result<PathBuf> {
    std::path::absolute(path).map_err(|source| match source.kind() {
        io::ErrorKind::InvalidInput => {
            Error::new(ErrorKind::InvalidArgument, "the path of the store is empty")
        }
        _ => Error::io("find the directory of the store", source),
    })
}

fn open_file(path: &Path, access: Access) -> Result<File> {
    let mode = match access {
        Access::ReadOnly => OFlags::RDONLY,
        Access::ReadWrite => OFlags::RDWR,
    };
    // NONBLOCK: a named pipe put at the path must not hang the host.
    let flags = mode | OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::NONBLOCK | OFlags::NOCTTY;
    rustix::fs::openat(CWD, path, flags, Mode::empty()).map(File::from).map_err(|error| match error {
        Errno::LOOP => Error::new(
            ErrorKind::FileRefused,
            "the path is a symbolic link; give the path of the store itself",
        ),
        Errno::NOENT => Error::new(ErrorKind::NotFound, "no store at this path"),
        Errno::ISDIR => Error::new(ErrorKind::FileRefused, "the path is a directory"),
        // A socket cannot even be opened.
        Errno::NXIO => not_regular(),
        Errno::ACCESS | Errno::ROFS | Errno::PERM if access == Access::ReadWrite => Error::new(
            ErrorKind::ReadOnly,
            "the store's file cannot be written by this user; open it read-only",
        ),
        error => Error::io("open the store's file", error.into()),
    })
}

fn not_regular() -> Error {
    Error::new(ErrorKind::FileRefused, "the path is not a regular file")
}

fn check_file(file: &File) -> Result<()> {
    let found = file.metadata().map_err(|source| Error::io("look at the store's file", source))?;
    if !found.is_file() {
        return Err(not_regular());
    }
    if found.uid() != rustix::process::geteuid().as_raw() {
        return Err(Error::new(ErrorKind::FileRefused, "the store's file belongs to another user"));
    }
    Ok(())
}

/// Locks without waiting. `Some` names who holds the file.
fn lock(file: &File, access: Access) -> Result<Option<Holder>> {
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

/// For file systems that cannot reserve: what lies beyond the end is written once.
fn fill_with_zeros(file: &File, from: u64, to: u64) -> io::Result<()> {
    static ZEROS: [u8; 1 << 16] = [0; 1 << 16];
    let mut offset = from;
    while offset < to {
        let left = usize::try_from(to - offset).unwrap_or(ZEROS.len()).min(ZEROS.len());
        let zeros = ZEROS.get(..left).unwrap_or_default();
        file.write_all_at(zeros, offset)?;
        offset += u64::try_from(zeros.len()).unwrap_or_default();
    }
    Ok(())
}

pub(crate) fn sync_directory(target: &Path) -> io::Result<()> {
    let directory = match target.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    File::open(directory)?.sync_all()
}
