//! Files that get their place, and files that do not.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::*;
use crate::sealed::disk::file::{Access, FileDisk};
use crate::sealed::disk::scratch::Scratch;
use crate::sealed::disk::strays;

const SHARED: Allowed = Allowed { shared_mode: true, network_fs: false };

/// For whoever has closed the file: another test may be starting a program, which has a copy of it until it begins.
const PATIENT: Duration = Duration::from_secs(60);

fn open(path: &Path, wait: Duration) -> Result<FileDisk> {
    FileDisk::open(path, Access::ReadWrite, wait, SHARED)
}

fn write(disk: &Arc<dyn Disk>, content: &[u8]) {
    disk.reserve(content.len() as u64).unwrap();
    disk.write_at(0, content).unwrap();
}

/// A directory with a file "s" that holds "old", open for writing.
fn store() -> (Scratch, PathBuf, FileDisk) {
    let scratch = Scratch::new();
    let path = scratch.join("s");
    let creation = Box::new(Creation::begin(&path, Allowed::default()).unwrap());
    write(&creation.disk(), b"old");
    creation.publish().unwrap();
    let disk = open(&path, PATIENT).unwrap();
    (scratch, path, disk)
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().mode() & 0o7777
}

#[test]
fn a_successor_takes_the_place_of_the_store() {
    let (scratch, path, old) = store();
    let successor = old.successor().unwrap();
    let new = successor.disk();
    write(&new, b"new content");
    assert_eq!(fs::read(&path).unwrap(), b"old", "before it is published nothing is to be seen of it");
    successor.publish().unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"new content");
    assert_eq!(scratch.names(), ["s"]);
    assert!(new.is_in_place().unwrap() && !old.is_in_place().unwrap());
    drop(old);
    let held = open(&path, Duration::ZERO).err().unwrap();
    assert_eq!(held.kind(), ErrorKind::InUse, "the new disk holds its lock");
    drop(new);
    open(&path, PATIENT).unwrap();
}

#[test]
fn a_successor_of_a_successor_is_one_of_the_same_path() {
    let (_scratch, path, old) = store();
    let first = old.successor().unwrap();
    let disk = first.disk();
    first.publish().unwrap();
    let second = disk.successor().unwrap();
    write(&second.disk(), b"second");
    second.publish().unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"second");
}

#[test]
fn a_file_under_construction_is_gone_when_it_is_dropped() {
    let (scratch, path, old) = store();
    let creation = Creation::begin(&scratch.join("new"), Allowed::default()).unwrap();
    let successor = old.successor().unwrap();
    assert_eq!(scratch.names().len(), 3);
    drop((creation, successor));
    assert_eq!(scratch.names(), ["s"]);
    assert_eq!(fs::read(&path).unwrap(), b"old");
}

#[test]
fn nothing_is_replaced_but_the_store_that_is_held() {
    for theirs in [Some("theirs"), None] {
        let (scratch, path, old) = store();
        let successor = old.successor().unwrap();
        write(&successor.disk(), b"new");
        fs::rename(&path, scratch.join("moved")).unwrap();
        theirs.iter().for_each(|content| fs::write(&path, content).unwrap());
        let error = successor.publish().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::FileRefused);
        assert!(error.to_string().contains("nothing was replaced"), "{error}");
        assert_eq!(fs::read_to_string(&path).ok().as_deref(), theirs);
        assert!(scratch.names().iter().all(|name| ["s", "moved"].contains(&name.as_str())));
    }
}

#[test]
fn a_creation_never_replaces() {
    let scratch = Scratch::new();
    let path = scratch.join("s");
    let creation = Box::new(Creation::begin(&path, Allowed::default()).unwrap());
    fs::write(&path, "theirs").unwrap();
    assert_eq!(creation.publish().unwrap_err().kind(), ErrorKind::AlreadyExists);
    assert_eq!(fs::read(&path).unwrap(), b"theirs");
    assert_eq!(scratch.names(), ["s"]);
}

#[test]
fn a_successor_is_used_by_whom_the_store_is_used() {
    for permissions in [0o600, 0o640, 0o664, 0o606, 0o700] {
        let (_scratch, path, old) = store();
        fs::set_permissions(&path, Permissions::from_mode(permissions)).unwrap();
        let successor = old.successor().unwrap();
        let disk = successor.disk();
        successor.publish().unwrap();
        assert_eq!(mode(&path), permissions);
        drop(disk);
    }
}

#[test]
fn a_successor_belongs_to_the_group_that_may_use_it() {
    if !rustix::process::geteuid().is_root() {
        return;
    }
    for (permissions, group) in [(0o640, 12), (0o600, 0)] {
        let (_scratch, path, old) = store();
        chown(&path, None, Some(12)).unwrap();
        fs::set_permissions(&path, Permissions::from_mode(permissions)).unwrap();
        old.successor().unwrap().publish().unwrap();
        assert_eq!((mode(&path), fs::metadata(&path).unwrap().gid()), (permissions, group));
    }
}

#[cfg(target_os = "linux")]
mod acl {
    use rustix::fs::{XattrFlags, fgetxattr, fsetxattr, setxattr};

    use super::*;

    const ACCESS: &str = "system.posix_acl_access";
    const DEFAULT: &str = "system.posix_acl_default";

    /// As acl(5) of Linux says: the owner and user 12 may read and write, the mask lets them, and nobody else may
    /// anything. Seen as a mode it is 0660.
    fn shared_with_user_12() -> Vec<u8> {
        const NONE: u32 = u32::MAX;
        let entries = [(0x01, 6, NONE), (0x02, 6, 12), (0x04, 0, NONE), (0x10, 6, NONE), (0x20, 0, NONE)];
        let mut bytes = 2_u32.to_le_bytes().to_vec();
        for (tag, permissions, id) in entries {
            bytes.extend(u16::to_le_bytes(tag));
            bytes.extend(u16::to_le_bytes(permissions));
            bytes.extend(u32::to_le_bytes(id));
        }
        bytes
    }

    fn acl_of(path: &Path) -> Option<Vec<u8>> {
        let mut bytes = vec![0; 1 << 16];
        match fgetxattr(File::open(path).unwrap(), ACCESS, bytes.as_mut_slice()) {
            Ok(len) => Some(bytes[..len].to_vec()),
            Err(Errno::NODATA) => None,
            Err(error) => panic!("{error}"),
        }
    }

    #[test]
    fn a_successor_has_the_access_control_list_of_the_store() {
        let (_scratch, path, old) = store();
        fsetxattr(&old.file, ACCESS, &shared_with_user_12(), XattrFlags::empty()).unwrap();
        assert_eq!(mode(&path), 0o660);
        old.successor().unwrap().publish().unwrap();
        assert_eq!(acl_of(&path).unwrap(), shared_with_user_12());
        assert_eq!(mode(&path), 0o660);
    }

    #[test]
    fn a_successor_takes_no_access_control_list_from_the_directory() {
        for permissions in [0o600, 0o660] {
            let (scratch, path, old) = store();
            fs::set_permissions(&path, Permissions::from_mode(permissions)).unwrap();
            setxattr(scratch.path(), DEFAULT, &shared_with_user_12(), XattrFlags::empty()).unwrap();
            old.successor().unwrap().publish().unwrap();
            assert_eq!(acl_of(&path), None);
            assert_eq!(mode(&path), permissions);
        }
    }
}

/// A file that cannot be synced, as a directory on a broken medium.
fn unsyncable(directory: &Path) -> File {
    File::from(rustix::fs::openat(CWD, directory, OFlags::PATH, Mode::empty()).unwrap())
}

#[track_caller]
fn check_unsynced_name(published: Result<()>) {
    let error = published.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Io);
    assert!(error.to_string().contains("in place, but its name may not survive a power cut"), "{error}");
    assert!(std::error::Error::source(&error).is_some());
}

#[test]
fn a_name_that_could_not_be_made_durable_is_reported_and_stays() {
    let (scratch, path, old) = store();
    let mut creation = Creation::begin(&scratch.join("new"), Allowed::default()).unwrap();
    creation.directory = unsyncable(scratch.path());
    check_unsynced_name(Box::new(creation).publish());
    let mut successor = Successor::begin(&old.file, &path).unwrap();
    successor.directory = unsyncable(scratch.path());
    write(&successor.disk(), b"new");
    check_unsynced_name(Box::new(successor).publish());
    assert_eq!(scratch.names(), ["new", "s"]);
    assert_eq!(fs::read(&path).unwrap(), b"new");
}

#[test]
fn a_file_under_construction_is_not_taken_for_a_stray() {
    let (scratch, _path, old) = store();
    let successor = old.successor().unwrap();
    // Each of these looks for strays first.
    drop(old.successor().unwrap());
    drop(Creation::begin(&scratch.join("new"), Allowed::default()).unwrap());
    write(&successor.disk(), b"new");
    successor.publish().unwrap();
    assert_eq!(fs::read(scratch.join("s")).unwrap(), b"new");
}

#[test]
fn creations_and_clean_ups_at_once_do_not_hinder_each_other() {
    const CREATIONS: usize = 200;
    let scratch = Scratch::new();
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while !done.load(Ordering::Relaxed) {
                    strays::remove(scratch.path());
                }
            });
        }
        for number in 0..CREATIONS {
            let target = scratch.join(&number.to_string());
            let creation = Box::new(Creation::begin(&target, Allowed::default()).unwrap());
            let disk = creation.disk();
            creation.publish().unwrap();
            assert!(disk.is_in_place().unwrap());
        }
        done.store(true, Ordering::Relaxed);
    });
    assert_eq!(scratch.names().len(), CREATIONS);
}

/// A medium that cannot be replaced: it has what every medium has, and nothing else.
struct Fixed;

impl Disk for Fixed {
    fn len(&self) -> io::Result<u64> {
        Ok(0)
    }

    fn read_at(&self, _: u64, _: &mut [u8]) -> io::Result<()> {
        Err(io::ErrorKind::UnexpectedEof.into())
    }

    fn write_at(&self, _: u64, _: &[u8]) -> io::Result<()> {
        Err(io::ErrorKind::UnexpectedEof.into())
    }

    fn set_len(&self, _: u64) -> io::Result<()> {
        Ok(())
    }

    fn reserve(&self, _: u64) -> io::Result<()> {
        Ok(())
    }

    fn sync(&self) -> io::Result<()> {
        Ok(())
    }

    fn is_in_place(&self) -> io::Result<bool> {
        Ok(true)
    }
}

#[test]
fn media_that_cannot_be_replaced_say_so() {
    let error = Fixed.successor().err().unwrap();
    assert_eq!(error.kind(), ErrorKind::Io);
    let memory = crate::sealed::disk::memory::MemoryDisk::default();
    memory.reserve(10).unwrap();
    let successor = memory.successor().unwrap();
    assert_eq!(successor.disk().len().unwrap(), 0);
    successor.publish().unwrap();
}
