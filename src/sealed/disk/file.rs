//! A store in a file: opened without following links, locked for the whole life of the handle.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rustix::fs::{CWD, Mode, OFlags};
use rustix::io::{Errno, retry_on_intr};

use super::checks::{Allowed, check_directory, check_file, check_links, is_at, not_regular, refused};
use super::lock::lock;
use super::nascent::Successor;
use super::temporary::has_temporary_name;
use super::{Disk, Nascent, copies, strays};
use crate::clock::Wait;
use crate::error::{Error, ErrorKind, Holder, Result};
use crate::format::layout::STORE_ID_LEN;

/// Whether a handle may write.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Access {
    ReadOnly,
    ReadWrite,
}

/// An open, locked file.
pub(crate) struct FileDisk {
    pub(super) file: File,
    access: Access,
    /// Where the file is, which changes once: when a file under construction gets its place.
    path: Mutex<PathBuf>,
}

impl FileDisk {
    /// Opens and locks the store at `path`: shared for a reader, exclusive for a writer, before a byte is read.
    ///
    /// The lock is `flock`, which belongs to the open file: another handle conflicts even in the same process, and
    /// closing an unrelated one does not drop it. A waiting handle looks at the path again after it got the lock,
    /// because the file may have been replaced meanwhile.
    ///
    /// A writer also removes from the directory what interrupted creations and replacements left there. That touches
    /// the directory and never the store, and its failure is no failure to open.
    pub(crate) fn open(path: &Path, access: Access, wait: Duration, allowed: Allowed) -> Result<Self> {
        let path = absolute(path)?;
        if access == Access::ReadWrite && has_temporary_name(&path) {
            return Err(refused(
                "the file has the name of one under construction, and any writer in its directory would remove it; rename it first, or open it read-only",
            ));
        }
        let wait = Wait::for_at_most(wait);
        loop {
            let disk = Self::over(open_file(&path, access)?, access, path.clone());
            check_file(&disk.file, allowed)?;
            check_directory_of(&path)?;
            if let Some(holder) = lock(&disk.file, access)? {
                if wait.step() {
                    continue;
                }
                return Err(Error::in_use(holder));
            }
            if disk.is_in_place().map_err(|source| Error::io("look at the store's path", source))? {
                if access == Access::ReadWrite {
                    strays::remove_second_name(&path, &disk.file);
                }
                check_links(&disk.file)?;
                if access == Access::ReadWrite {
                    strays::remove(directory_of(&path));
                }
                return Ok(disk);
            }
            if !wait.step() {
                return Err(Error::in_use(Holder::Writer));
            }
        }
    }

    /// The disk over an open file at `path`, an absolute one.
    pub(super) fn over(file: File, access: Access, path: PathBuf) -> Self {
        Self { file, access, path: Mutex::new(path) }
    }

    pub(super) fn path(&self) -> PathBuf {
        self.path.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn set_path(&self, path: &Path) {
        path.clone_into(&mut self.path.lock().unwrap_or_else(PoisonError::into_inner));
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
        match retry_on_intr(|| allocate(&self.file, len)) {
            Ok(()) => Ok(()),
            Err(Errno::OPNOTSUPP | Errno::NOSYS) => fill_with_zeros(&self.file, present, len),
            Err(error) => Err(error.into()),
        }
    }

    fn sync(&self) -> io::Result<()> {
        match self.file.sync_data() {
            // The answer of a file system without a sync, as squashfs: nothing is written there that could still be lost.
            // Not so EROFS, the answer of ext4 when it gave up writing after an error.
            Err(error) if self.access == Access::ReadOnly && error.kind() == io::ErrorKind::InvalidInput => {
                Ok(())
            }
            synced => synced,
        }
    }

    fn sync_place(&self) -> io::Result<()> {
        let path = self.path();
        // Under construction it has no name that anybody relies on. To be read, it may be a store that somebody rescues.
        if self.access == Access::ReadWrite && has_temporary_name(&path) {
            return Ok(());
        }
        let directory = match File::open(directory_of(&path)) {
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
                return sync_file_system(&self.file);
            }
            directory => directory?,
        };
        match directory.sync_all() {
            // Nothing is lost where nothing is written, or where directories cannot be synced by themselves.
            Err(error)
                if matches!(
                    error.kind(),
                    io::ErrorKind::ReadOnlyFilesystem | io::ErrorKind::InvalidInput
                ) =>
            {
                Ok(())
            }
            synced => synced,
        }
    }

    fn forget_cached(&self) {
        // It is advice: what is mapped elsewhere, or being written, stays.
        #[cfg(any(target_os = "linux", target_os = "android", target_os = "freebsd"))]
        let _ = rustix::fs::fadvise(&self.file, 0, None, rustix::fs::Advice::DontNeed);
    }

    fn is_in_place(&self) -> io::Result<bool> {
        is_at(&self.path(), &self.file)
    }

    fn free_bytes(&self) -> io::Result<Option<u64>> {
        let room = rustix::fs::fstatvfs(&self.file)?;
        Ok(Some(room.f_bavail.saturating_mul(room.f_frsize)))
    }

    fn copies(&self, store_id: &[u8; STORE_ID_LEN]) -> io::Result<Vec<PathBuf>> {
        copies::beside(&self.path(), &self.file, store_id)
    }

    fn successor(&self) -> Result<Box<dyn Nascent>> {
        Ok(Box::new(Successor::begin(&self.file, &self.path())?))
    }
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
    open_unfollowed(path, mode).map_err(|error| match error {
        Errno::LOOP => refused("the path is a symbolic link; give the path of the store itself"),
        Errno::NOENT => Error::new(ErrorKind::NotFound, "no store at this path"),
        Errno::ISDIR => refused("the path is a directory; give the path of the store's file"),
        // A socket cannot even be opened.
        Errno::NXIO => not_regular(),
        Errno::ACCESS | Errno::ROFS | Errno::PERM if access == Access::ReadWrite => Error::new(
            ErrorKind::ReadOnly,
            "the store's file cannot be written by this user; open it read-only",
        ),
        error => Error::io("open the store's file", error.into()),
    })
}

/// Opens what lies at the path itself, whatever it is.
pub(super) fn open_unfollowed(path: &Path, mode: OFlags) -> rustix::io::Result<File> {
    // NONBLOCK: a named pipe put at the path must not hang the host.
    let flags = mode | OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::NONBLOCK | OFlags::NOCTTY;
    rustix::fs::openat(CWD, path, flags, Mode::empty()).map(File::from)
}

/// For a process that may reach the file through its directory but not read that: the file with all that lies around it.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn sync_file_system(file: &File) -> io::Result<()> {
    Ok(rustix::fs::syncfs(file)?)
}

/// No other system promises to wait for anything but what is open, so the directory has to be made readable.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn sync_file_system(_: &File) -> io::Result<()> {
    Err(Errno::ACCESS.into())
}

#[cfg(not(target_vendor = "apple"))]
fn allocate(file: &File, len: u64) -> rustix::io::Result<()> {
    rustix::fs::fallocate(file, rustix::fs::FallocateFlags::empty(), 0, len)
}

/// There rustix asks for room for `len` bytes more than the file has, and cuts a longer file to `len`.
#[cfg(target_vendor = "apple")]
fn allocate(_: &File, _: u64) -> rustix::io::Result<()> {
    Err(Errno::OPNOTSUPP)
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

/// The directory of a file at an absolute path.
pub(super) fn directory_of(path: &Path) -> &Path {
    path.parent().unwrap_or(path)
}

fn check_directory_of(path: &Path) -> Result<()> {
    let found = std::fs::metadata(directory_of(path));
    check_directory(&found.map_err(|source| Error::io("look at the store's directory", source))?)
}
