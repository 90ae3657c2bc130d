//! What the operating system is asked to do, as strace sees it.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::process::Command;

use crate::child::Process;
use crate::fixture::{Folder, open, small_store};

/// Everything that changes a file, its length or its name, or makes a change durable.
const TRACED: &str = "trace=write,pwrite64,writev,pwritev,pwritev2,ftruncate,truncate,fallocate,fsync,fdatasync,sync,\
                      syncfs,sync_file_range,msync,rename,renameat,renameat2,link,linkat,unlink,unlinkat,symlink,\
                      symlinkat,copy_file_range,sendfile,splice,chmod,fchmod,fchmodat,utimensat,mkdir,mkdirat";

/// The calls a process made for files in `folder` while it answered `questions`, in their order: name of the call,
/// and whether it concerned a folder, the store `s`, or a temporary file beside it.
#[track_caller]
fn traced(folder: &Folder, questions: &[&[&str]]) -> Vec<String> {
    let log = trace(folder, questions);
    log.lines().filter_map(|line| call(line, folder.path().to_str().unwrap())).collect()
}

/// What strace wrote.
#[track_caller]
fn trace(folder: &Folder, questions: &[&[&str]]) -> String {
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
    log
}

/// `fdatasync store` of `123 fdatasync(5</data/x/s>) = 0`; nothing for a call on another file.
fn call(line: &str, folder: &str) -> Option<String> {
    let (name, arguments) = name_and_arguments(line)?;
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

fn name_and_arguments(line: &str) -> Option<(&str, &str)> {
    let (_, call) = line.split_once(' ')?;
    call.trim_start().split_once('(')
}

/// `header A`, `superblock B` or `blocks` for a write to the store; the name of any other call.
fn place(line: &str, folder: &str) -> Option<String> {
    let call = call(line, folder)?;
    let Some(what) = call.strip_prefix("pwrite64 ") else { return Some(call) };
    let (_, arguments) = name_and_arguments(line)?;
    let offset: u64 = arguments.rsplit_once(") = ")?.0.rsplit(", ").next()?.parse().ok()?;
    let place = match offset {
        0 => "header A",
        0x4000 => "header B",
        0x8000 => "superblock A",
        0x9000 => "superblock B",
        0xa000.. => "blocks",
        _ => "nowhere",
    };
    Some(if what == "store" { place.to_owned() } else { format!("{place} of {what}") })
}

fn count(calls: &[String], wanted: impl Fn(&str) -> bool) -> usize {
    calls.iter().filter(|call| wanted(call)).count()
}

/// Opens, looks at and verifies a store that was closed in order: nothing is written, nothing is synced.
#[track_caller]
fn check_nothing_written(access: &str, look: &[&str]) {
    let folder = Folder::new();
    small_store(&folder.join("s"));
    let open = ["open", access, "60000", "s"];
    let calls = traced(&folder, &[&open, look, &["verify"], &["close"]]);
    assert_eq!(calls, Vec::<String>::new(), "{access}");
}

#[test]
fn opening_reading_verifying_and_closing_write_and_sync_nothing() {
    check_nothing_written("ro", &["get", "name", "1000"]);
    check_nothing_written("rw", &["verify"]);
}

#[test]
fn what_was_read_is_written_once_when_the_store_is_closed() {
    let folder = Folder::new();
    small_store(&folder.join("s"));
    let get = ["get", "name", "1000"];
    let calls = traced(&folder, &[&["open", "rw", "60000", "s"], &get, &get, &["verify"], &["close"]]);
    assert_eq!(count(&calls, |call| call.contains("sync")), 1, "{calls:#?}");
    let synced = calls.iter().position(|call| call == "fdatasync store").unwrap();
    assert_eq!(calls[synced + 1..], ["pwrite64 store"], "closing leaves its proof, and nothing else");
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
    // By whoever made room and wrote the state into the other superblock too, and by whoever names it.
    assert_eq!(before[last_write + 1..], ["fdatasync temporary"; 2], "{calls:#?}");
    // Proof is left when the name is durable, and not before.
    assert_eq!(after[1..], ["fsync folder", "pwrite64 store"], "{calls:#?}");
    assert_eq!(count(before, |call| call.ends_with(" store")), 0, "{calls:#?}");
    assert_eq!(before[0], "fchmod temporary", "its mode is set before anything is in it");
}

/// A copy is written and synced under another name, then named, and then the name is made durable: nothing of it is
/// written after that, and the store itself only where `store` says.
#[track_caller]
fn check_copied(question: &[&str], named: &str, store: &[&str]) {
    let folder = Folder::new();
    small_store(&folder.join("s"));
    let log = trace(&folder, &[&["open", "rw", "60000", "s"], question, &["close"]]);
    let calls: Vec<String> =
        log.lines().filter_map(|line| place(line, folder.path().to_str().unwrap())).collect();
    let (on_store, on_copy): (Vec<&String>, Vec<&String>) =
        calls.iter().partition(|call| !call.ends_with("temporary") && !call.ends_with("folder"));
    assert_eq!(on_copy[0], "fchmod temporary", "{calls:#?}");
    let at = on_copy.iter().position(|call| *call == named).unwrap();
    let (before, after) = on_copy.split_at(at);
    assert_eq!(after, [named, "fsync folder"], "{calls:#?}");
    let last_write = before.iter().rposition(|call| call.contains(" of temporary")).unwrap();
    assert!(before[last_write + 1..].iter().all(|call| *call == "fdatasync temporary"), "{calls:#?}");
    assert!(!before[last_write + 1..].is_empty(), "{calls:#?}");
    let headers = before.iter().filter(|call| call.starts_with("header")).count();
    assert_eq!(headers, 2, "{calls:#?}");
    let on_store: Vec<&str> =
        on_store.iter().map(|call| call.as_str()).filter(|call| *call != "blocks").collect();
    assert_eq!(on_store, store, "{calls:#?}");
    // Everything of the store is written before the copy is begun or after it is named.
    let first = calls.iter().position(|call| call == "fchmod temporary").unwrap();
    let last = calls.iter().position(|call| call == named).unwrap();
    assert!(calls[first..last].iter().all(|call| call.ends_with("temporary")), "{calls:#?}");
}

#[test]
fn copies_are_durable_before_they_have_their_name() {
    // The event of the backup is a commit of its own, and closing leaves its proof.
    let noted = ["fallocate store", "superblock A", "fdatasync store", "superblock B"];
    check_copied(&["backup", "copy"], "renameat2 temporary", &noted);
    for replacement in ["compact", "purge", "rekey"] {
        // Only closing leaves its proof, in what has the name by then.
        check_copied(&[replacement], "rename temporary", &["superblock A"]);
    }
}

#[test]
fn a_change_of_a_slot_writes_its_header_twice_around_the_commit() {
    let folder = Folder::new();
    small_store(&folder.join("s"));
    let log = trace(&folder, &[&["open", "rw", "60000", "s"], &["add-slot", "1"], &["close"]]);
    let calls: Vec<String> =
        log.lines().filter_map(|line| place(line, folder.path().to_str().unwrap())).collect();
    let mut steps: Vec<&str> = calls.iter().map(String::as_str).collect();
    steps.retain(|call| *call != "fallocate store");
    steps.dedup_by(|a, b| *a == "blocks" && *b == "blocks");
    let expected = [
        // Behind a process that was killed in such a change.
        "fdatasync store",
        "header B",
        "fdatasync store",
        "blocks",
        "superblock A",
        "fdatasync store",
        "header A",
        "superblock B",
        "fdatasync store",
    ];
    assert_eq!(steps, expected, "{calls:#?}");
}

#[test]
fn locking_leaves_the_proof_of_closing_and_unlocking_writes_nothing() {
    let folder = Folder::new();
    small_store(&folder.join("s"));
    let open = ["open", "rw", "60000", "s"];
    let calls =
        traced(&folder, &[&open, &["lock"], &["unlock-again"], &["lock"], &["unlock-again"], &["close"]]);
    assert_eq!(calls, Vec::<String>::new());
    let calls = traced(&folder, &[&open, &["put", "name", "next"], &["lock"], &["unlock-again"], &["close"]]);
    let synced = calls.iter().position(|call| call == "fdatasync store").unwrap();
    assert_eq!(calls[synced + 1..], ["pwrite64 store"], "{calls:#?}");
}

#[test]
fn the_reader_after_a_kill_syncs_file_and_name_and_writes_nothing() {
    let folder = Folder::new();
    small_store(&folder.join("s"));
    let mut killed = Process::start();
    killed.must(&["enter".as_ref(), folder.path().as_os_str()]);
    killed.must(&["open", "rw", "60000", "s"]);
    killed.must(&["put", "name", "next"]);
    killed.kill();
    let calls = traced(&folder, &[&["open", "ro", "60000", "s"], &["get", "name", "1"], &["close"]]);
    assert_eq!(calls, ["fdatasync store", "fsync folder"]);
}

#[test]
fn where_nothing_can_be_reserved_zeros_are_written() {
    let folder = Folder::new();
    let path = folder.join("s");
    let mut launcher = Command::new("/usr/bin/strace");
    launcher.args(["-f", "-qq", "-e", "trace=fallocate", "-e", "inject=fallocate:error=EOPNOTSUPP"]);
    launcher.args(["-o", "/dev/null", "--"]);
    let mut process = Process::start_under(launcher);
    process.must(&["create".as_ref(), path.as_os_str()]);
    process.must(&["put", "name", "value"]);
    process.must(&["compact"]);
    process.must(&["put", "name", "next"]);
    process.must(&["close"]);
    assert!(process.finish().success());
    let found = fs::metadata(&path).unwrap();
    assert!(found.blocks() * 512 >= found.len(), "every byte has room on the medium");
    let store = open(&path);
    assert_eq!(store.get("name").unwrap().value().expose(), b"next");
    store.verify().unwrap();
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
    let placed = |line: &str| place(line, "/data/x");
    let write = "12 pwrite64(5</data/x/s>, \"\\1, )\"..., 4096, 32768) = 4096";
    assert_eq!(placed(write).unwrap(), "superblock A");
    assert_eq!(placed("12 pwrite64(5</data/x/s>, \"a\"..., 16384, 16384) = 16384").unwrap(), "header B");
    assert_eq!(
        placed("12 pwrite64(5</data/x/.strongroom-1.tmp>, \"a\", 1, 40960) = 1").unwrap(),
        "blocks of temporary"
    );
    assert_eq!(understood("12 sync() = 0").unwrap(), "sync something");
    assert_eq!(understood("12 write(1<pipe:[5]>, \"@ ok\", 4) = 4"), None);
}
