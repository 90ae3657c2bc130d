//! Opening after a kill, where the file or its directory cannot be synced in the usual way.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::permissions::{bound_process, set_mode};
use crate::child::Process;
use crate::fixture::{Folder, open, small_store, write_private};

/// A store at `path` as a kill leaves it: nothing proves that its last commit is durable.
fn killed_store(path: &Path) {
    small_store(path);
    let store = open(path);
    store.put("name", "next").unwrap();
    let bytes = fs::read(path).unwrap();
    drop(store);
    write_private(path, bytes);
}

/// What a killed store's opening is answered and which syncs it asks for, where `injected` calls fail for the store
/// and its folder.
#[track_caller]
fn open_injected(access: &str, injected: &str) -> (String, Vec<String>) {
    let (folder, strace) = (Folder::new(), Path::new("/usr/bin/strace"));
    assert!(strace.exists(), "this test needs strace: apt-get install strace");
    let (path, log) = (folder.join("s"), folder.join("trace"));
    killed_store(&path);
    let mut launcher = Command::new(strace);
    launcher.args([
        "-f",
        "-y",
        "-qq",
        "-e",
        "signal=none",
        "-e",
        "trace=?open,openat,fsync,fdatasync,syncfs",
    ]);
    launcher.args(["-P".as_ref(), path.as_os_str(), "-P".as_ref(), folder.path().as_os_str()]);
    launcher.args(["-e", &format!("inject={injected}"), "-o"]).arg(&log).arg("--");
    let mut process = Process::start_under(launcher);
    let answer = process.ask(&["open".as_ref(), access.as_ref(), "60000".as_ref(), path.as_os_str()]);
    if answer == "ok" {
        assert_eq!(process.must(&["get", "name", "2"]), "next");
    }
    assert!(process.finish().success());
    let log = fs::read_to_string(&log).unwrap();
    let call =
        |line: &str| line.split_once(' ')?.1.trim_start().split_once('(').map(|(name, _)| name.to_owned());
    (answer, log.lines().filter_map(call).filter(|call| call.contains("sync")).collect())
}

#[test]
fn a_killed_store_opens_in_a_folder_that_cannot_be_listed() {
    let folder = Folder::new();
    let inner = folder.join("folder");
    fs::create_dir(&inner).unwrap();
    let path = inner.join("s");
    killed_store(&path);
    let mut process = bound_process(&folder, &[&inner, &path]);
    set_mode(&inner, 0o100);
    // A reader leaves the store as it is, so the writer finds it so too.
    for access in ["ro", "rw"] {
        process.must(&["open".as_ref(), access.as_ref(), "60000".as_ref(), path.as_os_str()]);
        assert_eq!(process.must(&["get", "name", "2"]), "next");
        process.must(&["close"]);
    }
    set_mode(&inner, 0o700);
}

#[test]
fn the_name_is_synced_with_the_file_system_where_the_folder_cannot_be_opened() {
    for access in ["ro", "rw"] {
        for error in ["EACCES", "EPERM"] {
            // The store itself is opened first.
            let (answer, syncs) = open_injected(access, &format!("?open,openat:error={error}:when=2+"));
            assert_eq!(answer, "ok", "{access} {error}");
            // A writer also syncs what it says of having read.
            assert_eq!(syncs[..2], ["fdatasync", "syncfs"], "{access} {error}");
        }
    }
    let (answer, _) = open_injected("ro", "?open,openat:error=EIO:when=2+");
    assert!(answer.starts_with("Io: could not sync"), "{answer}");
}

#[test]
fn a_killed_store_is_read_where_nothing_can_be_synced() {
    let (answer, syncs) = open_injected("ro", "fdatasync,fsync:error=EINVAL");
    assert_eq!((answer.as_str(), syncs), ("ok", vec!["fdatasync".to_owned(), "fsync".to_owned()]));
    // A file system that gave up writing may hold what is lost with the power.
    for (access, error) in [("ro", "EROFS"), ("ro", "EIO"), ("rw", "EINVAL"), ("rw", "EROFS")] {
        let (answer, syncs) = open_injected(access, &format!("fdatasync,fsync:error={error}"));
        assert!(answer.contains(": could not sync the store's file"), "{access} {error}: {answer}");
        assert_eq!(syncs, ["fdatasync"], "{access} {error}");
    }
}
