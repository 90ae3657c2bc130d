//! Temporary files that were left behind: the next writer in the directory removes them, and nothing else.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::os::unix::fs::{MetadataExt, chown, symlink};
use std::path::Path;
use std::process::Command;

use rustix::fs::{CWD, FileType, Mode, mknodat};
use strongroom::{ErrorKind, Store};

use super::permissions::{NOBODY, am_root, bound_process, set_mode};
use crate::child::Process;
use crate::fixture::{Folder, check_refused, create, key, open, open_read_only, patient, small_store};

/// A name that a creation could have drawn.
const STRAY: &str = ".strongroom-0123456789abcdef.tmp";

fn store() -> (Folder, std::path::PathBuf) {
    let folder = Folder::new();
    let path = folder.join("s");
    small_store(&path);
    (folder, path)
}

/// A creation of `path` that is killed as it begins the `nth` of these system calls.
#[track_caller]
fn kill_creation_at(path: &Path, call: &str, nth: u32) {
    let killing = format!("{call}:signal=SIGKILL:when={nth}");
    kill_at(&[&killing], &[], &["create".as_ref(), path.as_os_str()]);
}

/// A process that answers `questions`, and is killed over the `last` one by what is `injected` into its system calls.
#[track_caller]
fn kill_at(injected: &[&str], questions: &[&[&OsStr]], last: &[&OsStr]) {
    let mut process = Process::start_under(injecting(injected));
    questions.iter().for_each(|question| {
        process.must(question);
    });
    process.tell(last);
    assert_eq!(process.next_answer(), None, "it was not killed");
    // Its pipe is closed before its lock is gone.
    assert!(!process.finish().success());
}

/// Starts a process into whose system calls this is injected.
#[track_caller]
fn injecting(injected: &[&str]) -> Command {
    let strace = Path::new("/usr/bin/strace");
    assert!(strace.exists(), "this test needs strace: apt-get install strace");
    let mut launcher = Command::new(strace);
    let calls: Vec<&str> = injected.iter().map(|call| call.split_once(':').unwrap().0).collect();
    launcher.args(["-f", "-qq", "-e", &format!("trace={}", calls.join(",")), "-o", "/dev/null"]);
    injected.iter().for_each(|injected| {
        launcher.args(["-e", &format!("inject={injected}")]);
    });
    launcher.arg("--");
    launcher
}

#[test]
fn a_creation_killed_in_the_middle_is_cleared_by_the_next_writer() {
    for (call, nth) in [("fchmod", 1), ("fallocate", 1), ("pwrite64", 1), ("pwrite64", 5), ("renameat2", 1)] {
        let (folder, path) = store();
        let before = fs::read(&path).unwrap();
        kill_creation_at(&folder.join("new"), call, nth);
        let names = folder.names();
        assert!(names.len() == 2 && names[0].starts_with(".strongroom-"), "{call}: {names:?}");
        drop(open_read_only(&path));
        assert_eq!(folder.names(), names, "a reader touches nothing");
        drop(open(&path));
        assert_eq!(folder.names(), ["s"], "{call}");
        assert!(fs::read(&path).unwrap() == before, "the store was touched");
        kill_creation_at(&folder.join("new"), call, nth);
        drop(create(&folder.join("new")));
        assert_eq!(folder.names(), ["new", "s"], "{call}");
    }
}

/// A file system that cannot rename without replacing gives a new file its name by a link; see `kill_at`.
const KILLED_BETWEEN_TWO_NAMES: [&str; 2] =
    ["renameat2:error=EINVAL", "?unlink,unlinkat:signal=SIGKILL:when=1"];

/// The new file has its name and the temporary one; a writer makes a good store of it.
#[track_caller]
fn check_two_names(folder: &Folder, new: &Path, others: &[&str]) {
    let names = folder.names();
    assert!(names.len() == others.len() + 2 && names[0].starts_with(".strongroom-"), "{names:?}");
    assert_eq!(fs::metadata(new).unwrap().nlink(), 2);
    drop(open(new));
    assert_eq!(folder.names().len(), others.len() + 1, "only the temporary name is gone");
    assert_eq!(fs::metadata(new).unwrap().nlink(), 1);
    open_read_only(new).verify().unwrap();
}

#[test]
fn a_creation_killed_between_its_two_names_left_a_store() {
    let folder = Folder::new();
    let new = folder.join("new");
    kill_at(&KILLED_BETWEEN_TWO_NAMES, &[], &["create".as_ref(), new.as_os_str()]);
    check_two_names(&folder, &new, &[]);
    assert_eq!(folder.names(), ["new"]);
}

#[test]
fn a_backup_killed_between_its_two_names_left_a_store() {
    let (folder, path) = store();
    let backup = folder.join("backup");
    let opening: [&OsStr; 4] = ["open".as_ref(), "rw".as_ref(), "60000".as_ref(), path.as_os_str()];
    kill_at(&KILLED_BETWEEN_TWO_NAMES, &[&opening], &["backup".as_ref(), backup.as_os_str()]);
    check_two_names(&folder, &backup, &["s"]);
    assert_eq!(open_read_only(&backup).get("name").unwrap().value().expose(), b"value");
    assert_eq!(folder.names(), ["backup", "s"]);
}

#[test]
fn a_creation_that_keeps_its_temporary_name_says_that_the_store_is_in_place() {
    let folder = Folder::new();
    let new = folder.join("new");
    let injected = ["renameat2:error=EINVAL", "?unlink,unlinkat:error=EIO:when=1"];
    let mut process = Process::start_under(injecting(&injected));
    let answer = process.ask(&["create".as_ref(), new.as_os_str()]);
    assert!(answer.contains("which is in place all the same"), "{answer}");
    drop(process);
    check_two_names(&folder, &new, &[]);
}

#[test]
fn only_a_temporary_name_beside_a_store_is_taken_from_it() {
    let (folder, path) = store();
    fs::create_dir(folder.join("inner")).unwrap();
    let stray = folder.join(STRAY);
    fs::hard_link(&path, &stray).unwrap();
    check_refused(patient().read_only(true).open(&path, key()), ErrorKind::FileRefused);
    // By that name nobody asks for what is at the other.
    check_refused(patient().open(&stray, key()), ErrorKind::FileRefused);
    assert_eq!(folder.names(), [STRAY, "inner", "s"]);
    for other in ["other", "inner/.strongroom-0123456789abcdef.tmp"] {
        fs::hard_link(&path, folder.join(other)).unwrap();
        check_refused(patient().open(&path, key()), ErrorKind::FileRefused);
        assert!(folder.join(other).exists());
        fs::remove_file(folder.join(other)).unwrap();
    }
    drop(open(&path));
    assert_eq!(folder.names(), ["inner", "s"]);
}

#[test]
fn a_store_cannot_be_called_what_the_next_writer_would_remove() {
    let (folder, path) = store();
    let stray = folder.join(STRAY);
    check_refused(Store::create(&stray, key()), ErrorKind::InvalidArgument);
    check_refused(open(&path).backup(&stray), ErrorKind::InvalidArgument);
    assert_eq!(folder.names(), ["s"]);
    // Somebody rescues a copy that was complete, and was killed before it had its name.
    fs::rename(&path, &stray).unwrap();
    let refused = check_refused(patient().open(&stray, key()), ErrorKind::FileRefused);
    assert!(refused.to_string().contains("rename it first"), "{refused}");
    assert_eq!(open_read_only(&stray).get("name").unwrap().value().expose(), b"value");
    fs::rename(&stray, &path).unwrap();
    drop(open(&path));
}

#[test]
fn strays_of_other_directories_are_left() {
    let (folder, path) = store();
    fs::create_dir(folder.join("inner")).unwrap();
    fs::write(folder.join("inner").join(STRAY), "").unwrap();
    drop(open(&path));
    assert!(folder.join("inner").join(STRAY).exists());
}

#[test]
fn what_somebody_builds_is_left() {
    let (folder, path) = store();
    let stray = folder.join(STRAY);
    for exclusive in [true, false] {
        fs::write(&stray, "half a store").unwrap();
        let builder = File::open(&stray).unwrap();
        if exclusive {
            builder.lock().unwrap()
        } else {
            builder.lock_shared().unwrap()
        }
        drop(open(&path));
        drop(create(&folder.join("new")));
        assert_eq!(fs::read_to_string(&stray).unwrap(), "half a store");
        builder.unlock().unwrap();
        drop(open(&path));
        assert!(!stray.exists(), "nobody holds it any more");
        fs::remove_file(folder.join("new")).unwrap();
    }
}

#[test]
fn what_only_looks_like_a_stray_is_left() {
    let (folder, path) = store();
    let theirs = folder.join("theirs");
    fs::write(&theirs, "dear").unwrap();
    for name in [
        "s.tmp-0123456789abcdef",
        ".strongroom-0123456789abcde.tmp",
        ".strongroom-0123456789abcdef0.tmp",
        ".strongroom-0123456789ABCDEF.tmp",
        ".strongroom-0123456789abcdef.tmp~",
        ".strongroom-notes.tmp",
        "strongroom-0123456789abcdef.tmp",
    ] {
        fs::write(folder.join(name), "dear").unwrap();
    }
    symlink(&theirs, folder.join(".strongroom-0000000000000001.tmp")).unwrap();
    fs::hard_link(&theirs, folder.join(".strongroom-0000000000000002.tmp")).unwrap();
    fs::create_dir(folder.join(".strongroom-0000000000000003.tmp")).unwrap();
    let pipe = folder.join(".strongroom-0000000000000004.tmp");
    mknodat(CWD, pipe, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
    if am_root() {
        let foreign = folder.join(".strongroom-0000000000000005.tmp");
        fs::write(&foreign, "dear").unwrap();
        chown(&foreign, Some(NOBODY), None).unwrap();
    }
    let names = folder.names();
    fs::write(folder.join(STRAY), "half a store").unwrap();
    drop(open(&path));
    assert_eq!(folder.names(), names, "only the stray is gone");
    assert_eq!(fs::read_to_string(&theirs).unwrap(), "dear");
}

#[test]
fn a_stray_that_cannot_be_removed_does_no_harm() {
    let folder = Folder::new();
    let inner = folder.join("folder");
    fs::create_dir(&inner).unwrap();
    let (path, stray) = (inner.join("s"), inner.join(STRAY));
    small_store(&path);
    fs::write(&stray, "").unwrap();
    let mut process = bound_process(&folder, &[&inner, &path, &stray]);
    // A folder that cannot be written to, and one that cannot even be listed.
    for mode in [0o500, 0o100] {
        set_mode(&inner, mode);
        process.must(&["open".as_ref(), "rw".as_ref(), "60000".as_ref(), path.as_os_str()]);
        process.must(&["put", "name", "next"]);
        process.must(&["close"]);
    }
    set_mode(&inner, 0o700);
    assert!(stray.exists());
    process.must(&["open".as_ref(), "rw".as_ref(), "60000".as_ref(), path.as_os_str()]);
    assert!(!stray.exists());
}

#[test]
fn a_refused_opening_clears_nothing() {
    let (folder, path) = store();
    fs::write(folder.join(STRAY), "").unwrap();
    set_mode(&path, 0o644);
    check_refused(patient().open(&path, key()), ErrorKind::FileRefused);
    assert_eq!(folder.names(), [STRAY, "s"]);
}
