//! What the operating system is asked to do, as strace sees it.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::child::Process;
use crate::fixture::{Folder, small_store};

/// Everything that changes a file, its length or its name, or makes a change durable.
const TRACED: &str = "trace=write,pwrite64,writev,pwritev,pwritev2,ftruncate,truncate,fallocate,fsync,fdatasync,sync,\
                      syncfs,sync_file_range,msync,rename,renameat,renameat2,link,linkat,unlink,unlinkat,symlink,\
                      symlinkat,copy_file_range,sendfile,splice,chmod,fchmod,fchmodat,utimensat,mkdir,mkdirat";

/// The calls a process made for files in `folder` while it answered `questions`, in their order: name of the call,
/// and whether it concerned a folder, the store `s`, or a temporary file beside it.
#[track_caller]
fn traced(folder: &Folder, questions: &[&[&str]]) -> Vec<String> {
    let strace = Path::new("/usr/bin/strace");
    assert!(strace.exists(), "this test needs strace: apt-get install strace");
    let log = folder.join("trace");
    let mut launcher = Command::new(strace);
    launcher.args(["-f", "-y", "-qq", "-e", "signal=none", "-e", TRACED, "-o"]).arg(&log).arg("--");
    let mut process = Process::start_under(launcher);
    process.must(&["enter".as_ref(), folder.path().as_os_str()]);
    for question in questions {
        process.must(question);
    }
    assert!(process.finish().success());
    let log = fs::read_to_string(&log).unwrap();
    assert!(log.contains("write("), "strace saw nothing at all:\n{log}");
    log.lines().filter_map(|line| call(line, folder.path().to_str().unwrap())).collect()
}

/// `fdatasync store` of `123 fdatasync(5</data/x/s>) = 0`; nothing for a call on another file.
fn call(line: &str, folder: &str) -> Option<String> {
    let (_, call) = line.split_once(' ')?;
    let (name, arguments) = call.trim_start().split_once('(')?;
    let in_temporary = format!("{folder}/.strongroom-");
    let relative = name.starts_with("rename") || name.starts_with("link") || name.starts_with("unlink");
    let what = if arguments.contains(&format!("{folder}>")) && !relative {
        "folder"
    } else if arguments.contains(if relative { ".strongroom-" } else { &in_temporary }) {
        "temporary"
    } else if arguments.contains(&format!("{folder}/s>")) || (relative && arguments.contains("\"s\"")) {
        "store"
    } else if name.contains("sync") {
        "something"
    } else {
        return None;
    };
    Some(format!("{name} {what}"))
}

fn count(calls: &[String], wanted: impl Fn(&str) -> bool) -> usize {
    calls.iter().filter(|call| wanted(call)).count()
}

/// Opens, reads and verifies a store that was closed in order: nothing is written, nothing is synced.
#[track_caller]
fn check_nothing_written(access: &str) {
    let folder = Folder::new();
    small_store(&folder.join("s"));
    let open = ["open", access, "60000", "s"];
    let calls = traced(&folder, &[&open, &["get", "name", "1000"], &["verify"], &["close"]]);
    assert_eq!(calls, Vec::<String>::new(), "{access}");
}

#[test]
fn opening_reading_verifying_and_closing_write_and_sync_nothing() {
    check_nothing_written("ro");
    check_nothing_written("rw");
}

#[test]
fn a_process_that_opens_puts_once_and_closes_syncs_once() {
    let folder = Folder::new();
    small_store(&folder.join("s"));
    let calls = traced(&folder, &[&["open", "rw", "60000", "s"], &["put", "name", "next"], &["close"]]);
    assert_eq!(count(&calls, |call| call == "fdatasync store"), 1, "{calls:#?}");
    assert_eq!(count(&calls, |call| call.contains("sync")), 1, "{calls:#?}");
    assert!(count(&calls, |call| call == "pwrite64 store") >= 3, "{calls:#?}");
    let synced = calls.iter().position(|call| call == "fdatasync store").unwrap();
    assert_eq!(calls[synced + 1..], ["pwrite64 store"], "closing leaves its proof, and nothing else");
    assert_eq!(count(&calls, |call| !call.ends_with(" store")), 0, "{calls:#?}");
}

#[test]
fn each_put_syncs_once() {
    let folder = Folder::new();
    small_store(&folder.join("s"));
    let put = ["put", "name", "next"];
    let calls = traced(&folder, &[&["open", "rw", "60000", "s"], &put, &put, &put, &put, &put, &["close"]]);
    assert_eq!(count(&calls, |call| call.contains("sync")), 5, "{calls:#?}");
}

#[test]
fn a_new_store_is_durable_before_it_has_its_name() {
    let folder = Folder::new();
    let calls = traced(&folder, &[&["create", "s"], &["close"]]);
    let named = calls.iter().position(|call| call == "renameat2 temporary").unwrap();
    let (before, after) = calls.split_at(named);
    let last_write = before.iter().rposition(|call| call == "pwrite64 temporary").unwrap();
    // By whoever wrote it, and by whoever names it.
    assert_eq!(before[last_write + 1..], ["fdatasync temporary", "fdatasync temporary"], "{calls:#?}");
    assert_eq!(after[1..], ["fsync folder"], "{calls:#?}");
    assert_eq!(count(&calls, |call| call.ends_with(" store")), 0, "{calls:#?}");
    assert_eq!(before[0], "fchmod temporary", "its mode is set before anything is in it");
}

#[test]
fn the_reader_after_a_kill_syncs_once_and_writes_nothing() {
    let folder = Folder::new();
    small_store(&folder.join("s"));
    let mut killed = Process::start();
    killed.must(&["enter".as_ref(), folder.path().as_os_str()]);
    killed.must(&["open", "rw", "60000", "s"]);
    killed.must(&["put", "name", "next"]);
    killed.kill();
    let calls = traced(&folder, &[&["open", "ro", "60000", "s"], &["get", "name", "1"], &["close"]]);
    assert_eq!(calls, ["fdatasync store"]);
}

#[test]
fn lines_of_a_trace_are_understood() {
    let understood = |line: &str| call(line, "/data/x");
    assert_eq!(understood("12 fdatasync(5</data/x/s>)   = 0").unwrap(), "fdatasync store");
    assert_eq!(understood("12 fsync(5</data/x>) = 0").unwrap(), "fsync folder");
    assert_eq!(
        understood("12 pwrite64(5</data/x/.strongroom-1.tmp>, \"a\", 1, 0) = 1").unwrap(),
        "pwrite64 temporary"
    );
    let rename = "12 renameat2(AT_FDCWD</data/x>, \".strongroom-1.tmp\", AT_FDCWD</data/x>, \"s\", RENAME_NOREPLACE) = 0";
    assert_eq!(understood(rename).unwrap(), "renameat2 temporary");
    assert_eq!(understood("12 sync() = 0").unwrap(), "sync something");
    assert_eq!(understood("12 write(1<pipe:[5]>, \"@ ok\", 4) = 4"), None);
}
