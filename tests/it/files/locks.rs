//! Who may hold a file at once, in processes of their own.

use std::path::Path;

use crate::child::Process;
use crate::fixture::{Folder, small_store};

/// Opens in a process of its own and gives the process and its answer.
fn open(access: &str, wait_ms: &str, path: &Path) -> (Process, String) {
    let mut process = Process::start();
    let answer = process.ask(&["open".as_ref(), access.as_ref(), wait_ms.as_ref(), path.as_os_str()]);
    (process, answer)
}

/// Time enough for anything that succeeds.
const PATIENT: &str = "60000";

fn held(access: &str, path: &Path) -> Process {
    let (process, answer) = open(access, PATIENT, path);
    assert_eq!(answer, "ok");
    process
}

/// A newcomer is refused, and told who holds the file.
#[track_caller]
fn check(access: &str, path: &Path, holder: &str) {
    let (_process, answer) = open(access, "0", path);
    assert!(answer.starts_with(&format!("InUse {holder}: ")), "{answer}");
}

fn store() -> (Folder, std::path::PathBuf) {
    let folder = Folder::new();
    let path = folder.join("s");
    small_store(&path);
    (folder, path)
}

#[test]
fn six_readers_share_a_file_and_keep_writers_out() {
    let (_folder, path) = store();
    let mut readers: Vec<Process> = (0..6).map(|_| held("ro", &path)).collect();
    for reader in &mut readers {
        assert_eq!(reader.must(&["get", "name", "1"]), "value");
    }
    check("rw", &path, "Readers");
    let mut last = readers.pop().unwrap();
    readers.into_iter().for_each(|reader| assert!(reader.finish().success()));
    check("rw", &path, "Readers");
    last.must(&["close"]);
    let mut writer = held("rw", &path);
    assert_eq!(writer.must(&["put", "name", "next"]), "2");
}

#[test]
fn a_writer_keeps_readers_and_writers_out() {
    let (_folder, path) = store();
    let mut writer = held("rw", &path);
    for access in ["ro", "rw"] {
        check(access, &path, "Writer");
    }
    writer.must(&["put", "name", "next"]);
    writer.must(&["close"]);
    assert_eq!(held("ro", &path).must(&["get", "name", "1"]), "next");
}

#[test]
fn a_creator_holds_its_file_from_the_first_moment() {
    let folder = Folder::new();
    let path = folder.join("s");
    let mut creator = Process::start();
    creator.must(&["create".as_ref(), path.as_os_str()]);
    check("ro", &path, "Writer");
    check("rw", &path, "Writer");
    creator.must(&["put", "name", "value"]);
}

#[test]
fn a_handle_of_the_same_process_conflicts_too() {
    let (_folder, path) = store();
    let mut writer = held("rw", &path);
    let answer = writer.ask(&["open".as_ref(), "ro".as_ref(), "0".as_ref(), path.as_os_str()]);
    assert!(answer.starts_with("InUse Writer: "), "{answer}");
    assert_eq!(writer.must(&["get", "name", "1"]), "value", "the first handle is none the worse");
    check("rw", &path, "Writer");
}

#[test]
fn who_waits_gets_the_file_when_its_holder_leaves() {
    let (_folder, path) = store();
    for (holds, comes) in [("rw", "rw"), ("rw", "ro"), ("ro", "rw")] {
        let mut holder = held(holds, &path);
        let mut waiting = Process::start();
        waiting.tell(&["open".as_ref(), comes.as_ref(), PATIENT.as_ref(), path.as_os_str()]);
        check("rw", &path, if holds == "rw" { "Writer" } else { "Readers" });
        holder.must(&["close"]);
        assert_eq!(waiting.next_answer().unwrap(), "ok", "{comes} after {holds}");
    }
}

#[test]
fn who_waits_in_vain_is_refused_after_its_time() {
    let (_folder, path) = store();
    let _holder = held("rw", &path);
    let began = std::time::Instant::now();
    let (_process, answer) = open("ro", "150", &path);
    assert!(answer.starts_with("InUse Writer: "), "{answer}");
    assert!(began.elapsed().as_millis() >= 150, "it gave up early");
}

#[test]
fn a_killed_holder_holds_nothing() {
    let (_folder, path) = store();
    for access in ["ro", "rw"] {
        let mut holder = held(access, &path);
        check("rw", &path, if access == "rw" { "Writer" } else { "Readers" });
        holder.kill();
        let (_next, answer) = open("rw", "0", &path);
        assert_eq!(answer, "ok", "after a killed {access}");
    }
}

#[test]
fn two_names_of_one_file_are_one_file() {
    let (folder, path) = store();
    let _writer = held("rw", &path);
    std::fs::hard_link(&path, folder.join("other")).unwrap();
    check("rw", &folder.join("other"), "Writer");
}
