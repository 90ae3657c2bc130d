//! Which files are opened at all, and which modes files get.

use std::fs::{self, Permissions};
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt, chown, symlink};
use std::os::unix::net::UnixListener;
use std::path::Path;

use rustix::fs::{CWD, FileType, Mode, mknodat};
use strongroom::{ErrorKind, Store, StoreOptions};

use crate::child::Process;
use crate::fixture::{Folder, check_refused, create, key, open_read_only, patient, small_store};

/// `nobody` of every Linux.
pub(super) const NOBODY: u32 = 65_534;

pub(super) fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

pub(super) fn am_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// What lies at `path` is refused with `kind` by every way of opening, and by creation as existing.
#[track_caller]
fn check(path: &Path, kind: ErrorKind, hint: &str) {
    for read_only in [true, false] {
        let error = check_refused(StoreOptions::new().read_only(read_only).open(path, key()), kind);
        assert!(error.to_string().contains(hint), "{error}");
    }
    check_refused(Store::create(path, key()), ErrorKind::AlreadyExists);
}

#[test]
fn a_new_store_is_its_owners_alone_whatever_the_umask() {
    for umask in ["000", "022", "077", "777"] {
        let folder = Folder::new();
        let path = folder.join("s");
        let mut process = Process::start();
        process.must(&["umask", umask]);
        process.must(&["create".as_ref(), path.as_os_str()]);
        process.must(&["put", "name", "value"]);
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o7777, 0o600, "umask {umask}");
        let backup = folder.join("backup");
        process.must(&["backup".as_ref(), backup.as_os_str()]);
        for replacement in ["compact", "purge", "rekey"] {
            process.must(&[replacement]);
            for file in [&path, &backup] {
                assert_eq!(fs::metadata(file).unwrap().mode() & 0o7777, 0o600, "umask {umask}");
            }
        }
        assert_eq!(folder.names(), ["backup", "s"]);
        assert!(process.finish().success());
        for file in [&path, &backup] {
            assert_eq!(open_read_only(file).get("name").unwrap().version(), 1);
        }
    }
}

#[test]
fn links_are_not_followed() {
    let folder = Folder::new();
    small_store(&folder.join("s"));
    let before = fs::read(folder.join("s")).unwrap();
    symlink(folder.join("s"), folder.join("link")).unwrap();
    symlink(folder.join("absent"), folder.join("dangling")).unwrap();
    for link in ["link", "dangling"] {
        check(&folder.join(link), ErrorKind::FileRefused, "symbolic link");
    }
    assert_eq!(folder.names(), ["dangling", "link", "s"], "nothing was made behind the links");
    assert!(fs::read(folder.join("s")).unwrap() == before);
}

#[test]
fn what_is_no_regular_file_is_refused_at_once() {
    let folder = Folder::new();
    mknodat(CWD, folder.join("pipe"), FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
    assert!(fs::metadata(folder.join("pipe")).unwrap().file_type().is_fifo());
    check(&folder.join("pipe"), ErrorKind::FileRefused, "not a regular file");
    let _listener = UnixListener::bind(folder.join("socket")).unwrap();
    check(&folder.join("socket"), ErrorKind::FileRefused, "not a regular file");
    check(folder.path(), ErrorKind::FileRefused, "");
    check(Path::new("/dev/null"), ErrorKind::FileRefused, "");
}

#[test]
fn what_is_not_there_is_not_found() {
    let folder = Folder::new();
    check_refused(Store::open(folder.join("absent"), key()), ErrorKind::NotFound);
    check_refused(Store::open(folder.join("no/folder"), key()), ErrorKind::NotFound);
    check_refused(Store::create(folder.join("no/folder"), key()), ErrorKind::NotFound);
    check_refused(Store::create(folder.join(".."), key()), ErrorKind::AlreadyExists);
    check_refused(Store::create("", key()), ErrorKind::InvalidArgument);
    check_refused(Store::open("", key()), ErrorKind::InvalidArgument);
    assert_eq!(folder.names(), Vec::<String>::new());
}

#[test]
fn a_file_of_another_owner_is_refused() {
    let folder = Folder::new();
    let path = folder.join("s");
    if am_root() {
        small_store(&path);
        chown(&path, Some(1), None).unwrap();
        check(&path, ErrorKind::FileRefused, "another user");
        // And the other way round: whatever the mode allows, somebody else's file is not opened.
        chown(&path, Some(0), None).unwrap();
        set_mode(&path, 0o666);
        let mut nobody = Process::start_as(NOBODY, &folder);
        for access in ["ro", "rw"] {
            let answer = nobody.ask(&["open".as_ref(), access.as_ref(), "60000".as_ref(), path.as_os_str()]);
            assert_eq!(
                answer,
                "FileRefused: the store's file belongs to another user; open it as that user, or chown it"
            );
        }
    } else {
        // Every system has this file, readable for all and root's own.
        let passwd = StoreOptions::new().read_only(true).open("/etc/passwd", key());
        assert!(check_refused(passwd, ErrorKind::FileRefused).to_string().contains("another user"));
    }
}

/// A process that permissions bind: another user's if this one is root.
pub(super) fn bound_process(folder: &Folder, owned: &[&Path]) -> Process {
    if !am_root() {
        return Process::start();
    }
    let process = Process::start_as(NOBODY, folder);
    owned.iter().for_each(|path| chown(path, Some(NOBODY), Some(NOBODY)).unwrap());
    process
}

#[test]
fn a_read_only_file_in_a_read_only_folder_is_read_and_left_alone() {
    let folder = Folder::new();
    let inner = folder.join("folder");
    let path = inner.join("s");
    fs::create_dir(&inner).unwrap();
    small_store(&path);
    let mut process = bound_process(&folder, &[&inner, &path]);
    set_mode(&path, 0o400);
    set_mode(&inner, 0o500);
    let seen = || {
        let found = fs::metadata(&path).unwrap();
        (fs::read(&path).unwrap(), found.mtime_nsec(), found.mtime(), found.ctime_nsec(), found.len())
    };
    let before = seen();
    let answer = process.ask(&["open".as_ref(), "rw".as_ref(), "60000".as_ref(), path.as_os_str()]);
    assert!(answer.starts_with("ReadOnly: "), "{answer}");
    process.must(&["open".as_ref(), "ro".as_ref(), "60000".as_ref(), path.as_os_str()]);
    assert_eq!(process.must(&["get", "name", "10"]), "value");
    process.must(&["verify"]);
    assert!(process.ask(&["put", "name", "x"]).starts_with("ReadOnly: "));
    process.must(&["close"]);
    let answer = process.ask(&["create".as_ref(), inner.join("new").as_os_str()]);
    assert!(answer.starts_with("Io: "), "{answer}");
    assert!(process.finish().success());
    assert!(seen() == before, "the file was touched");
    set_mode(&inner, 0o700);
}

#[test]
fn a_file_that_cannot_be_read_is_refused_by_the_operating_system() {
    let folder = Folder::new();
    let path = folder.join("s");
    small_store(&path);
    let mut process = bound_process(&folder, &[&path]);
    set_mode(&path, 0o000);
    let answer = process.ask(&["open".as_ref(), "ro".as_ref(), "60000".as_ref(), path.as_os_str()]);
    assert!(answer.starts_with("Io: "), "{answer}");
}

#[test]
fn an_existing_file_is_never_replaced() {
    let folder = Folder::new();
    for content in ["", "not a store"] {
        let path = folder.join("s");
        fs::write(&path, content).unwrap();
        check_refused(Store::create(&path, key()), ErrorKind::AlreadyExists);
        assert_eq!(fs::read_to_string(&path).unwrap(), content);
        fs::remove_file(&path).unwrap();
    }
    let path = folder.join("s");
    create(&path).put("name", "value").unwrap();
    check_refused(patient().create(&path, key()), ErrorKind::AlreadyExists);
    assert_eq!(open_read_only(&path).get("name").unwrap().version(), 1);
    assert_eq!(folder.names(), ["s"]);
}
