//! Files under construction: named at random, locked, and gone if nobody gives them a place.

use std::ffi::OsStr;
use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use data_encoding::HEXLOWER;
use rustix::fs::{CWD, Mode, OFlags};
use rustix::io::Errno;

use super::file::{Access, FileDisk};
use super::lock::lock;
use super::{Disk, strays};
use crate::crypto::arena::Process;
use crate::crypto::random;
use crate::error::{Error, ErrorKind, Result};

const PREFIX: &str = ".strongroom-";
const SUFFIX: &str = ".tmp";
const RANDOM_LEN: usize = 8;

/// Every attempt but the last was undone by somebody who cleans up, in the instant before the lock.
const ATTEMPTS: usize = 64;

/// A file under construction. Dropped before it has [a place](Self::settle) it is removed.
pub(super) struct Temporary {
    pub(super) disk: Arc<FileDisk>,
    settled: bool,
    process: Process,
}

impl Temporary {
    /// A new, empty, locked file in `directory`; readable by its owner only whatever the umask.
    ///
    /// Whatever others left there unfinished is removed first. That touches the directory, and never a store.
    pub(super) fn create(directory: &Path) -> Result<Self> {
        strays::remove(directory);
        for _ in 0..ATTEMPTS {
            let temporary = Self::new(directory)?;
            if temporary.hold()? {
                return Ok(temporary);
            }
        }
        Err(Error::new(
            ErrorKind::Io,
            "every new file in the store's directory is removed at once; find out by whom",
        ))
    }

    /// A new file that anybody who cleans up may still remove.
    fn new(directory: &Path) -> Result<Self> {
        let random = HEXLOWER.encode(&random::bytes::<RANDOM_LEN>()?);
        let path = directory.join(format!("{PREFIX}{random}{SUFFIX}"));
        let flags = OFlags::RDWR | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let mode = Mode::RUSR | Mode::WUSR;
        let failed = |error: Errno| Error::io("create a file in the store's directory", error.into());
        let file = File::from(rustix::fs::openat(CWD, &path, flags, mode).map_err(failed)?);
        let disk = Arc::new(FileDisk::over(file, Access::ReadWrite, path));
        let temporary = Self { disk, settled: false, process: Process::this() };
        rustix::fs::fchmod(&temporary.disk.file, mode).map_err(failed)?;
        Ok(temporary)
    }

    /// Locks the file. `false` if somebody took it for a stray first.
    fn hold(&self) -> Result<bool> {
        if lock(&self.disk.file, Access::ReadWrite)?.is_some() {
            return Ok(false);
        }
        self.disk.is_in_place().map_err(|source| Error::io("look at the new file", source))
    }

    /// The file has got its place at `path`, and stays.
    pub(super) fn settle(&mut self, path: &Path) {
        self.disk.set_path(path);
        self.settled = true;
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        // In a child that was forked meanwhile it is the parent's, which goes on with it.
        if !self.settled && self.process.check().is_ok() {
            // Nobody knows of the file yet; if it cannot be removed it is a stray for the next writer.
            let _ = std::fs::remove_file(self.disk.path());
        }
    }
}

/// Whether a file of this name is, or was, under construction.
pub(super) fn is_temporary(name: &OsStr) -> bool {
    let random = name.to_str().and_then(|name| name.strip_prefix(PREFIX)?.strip_suffix(SUFFIX));
    random.is_some_and(|random| {
        random.len() == 2 * RANDOM_LEN && random.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    })
}

/// As [`is_temporary`], of the file at this path.
pub(super) fn has_temporary_name(path: &Path) -> bool {
    path.file_name().is_some_and(is_temporary)
}

#[cfg(test)]
mod tests {
    use std::fs::File;

    use super::{Temporary, is_temporary};
    use crate::sealed::disk::scratch::Scratch;
    use crate::sealed::disk::strays;

    #[test]
    fn a_file_that_was_taken_for_a_stray_before_its_lock_is_given_up() {
        let scratch = Scratch::new();
        let removed = Temporary::new(scratch.path()).unwrap();
        strays::remove(scratch.path());
        assert_eq!(scratch.names(), Vec::<String>::new());
        assert!(!removed.hold().unwrap());
        let examined = Temporary::new(scratch.path()).unwrap();
        let cleaner = File::open(examined.disk.path()).unwrap();
        cleaner.lock().unwrap();
        assert!(!examined.hold().unwrap());
        cleaner.unlock().unwrap();
        assert!(examined.hold().unwrap());
        strays::remove(scratch.path());
        assert_eq!(scratch.names().len(), 1, "from its lock on nobody takes it for a stray");
    }

    #[test]
    fn names_of_temporary_files_are_told_from_others() {
        let scratch = Scratch::new();
        let temporary = Temporary::create(scratch.path()).unwrap();
        let names = scratch.names();
        assert!(names.len() == 1 && is_temporary(names[0].as_ref()), "{names:?}");
        drop(temporary);
        assert_eq!(scratch.names(), Vec::<String>::new());
        assert!(is_temporary(".strongroom-0123456789abcdef.tmp".as_ref()));
        for other in [
            ".strongroom-0123456789abcde.tmp",
            ".strongroom-0123456789abcdef0.tmp",
            ".strongroom-0123456789ABCDEF.tmp",
            ".strongroom-0123456789abcdeg.tmp",
            ".strongroom-0123456789abcdef.tmp2",
            "strongroom-0123456789abcdef.tmp",
            "x.strongroom-0123456789abcdef.tmp",
            ".strongroom-.tmp",
            "",
        ] {
            assert!(!is_temporary(other.as_ref()), "{other}");
        }
    }
}
