//! Locked memory, and what becomes of it where the system allows none.

use strongroom::{ErrorKind, Store, StoreOptions};

use crate::child::Process;
use crate::fixture::{Folder, key};

const LOCKED: &str = "MemoryStatus { locked: true, excluded_from_dumps: true, wiped_on_fork: true }";
const UNLOCKED: &str = "MemoryStatus { locked: false, excluded_from_dumps: true, wiped_on_fork: true }";

/// A process that has no right to lock memory beyond its limit: root has, so for root it is another user's.
fn process_with_a_limit(folder: &Folder) -> Process {
    let nobody = 65_534;
    if rustix::process::geteuid().is_root() {
        std::os::unix::fs::chown(folder.path(), Some(nobody), Some(nobody)).unwrap();
        Process::start_as(nobody, folder)
    } else {
        Process::start()
    }
}

#[test]
fn without_locked_memory_the_status_says_so_and_everything_works() {
    let folder = Folder::new();
    let path = folder.join("s");
    let path = path.to_str().unwrap();
    let mut process = process_with_a_limit(&folder);
    process.must(&["create", path]);
    assert_eq!(process.must(&["memory"]), LOCKED, "is `ulimit -l` too low to test with?");
    process.must(&["put", "a", "value"]);
    process.must(&["close"]);
    process.must(&["open-locked", path]);
    process.must(&["close"]);

    process.must(&["lock-at-most", "0"]);
    let refused = process.ask(&["open-locked", path]);
    assert!(refused.starts_with("OutOfMemory: ") && refused.contains("`ulimit -l`"), "{refused}");
    process.must(&["open", "rw", "0", path]);
    assert_eq!(process.must(&["memory"]), UNLOCKED);
    assert_eq!(process.must(&["get", "a", "1"]), "value");
    assert_eq!(process.must(&["put", "a", "second"]), "2");
    process.must(&["verify"]);
    process.must(&["close"]);
    assert!(process.finish().success());
}

#[test]
fn a_store_that_must_be_locked_is_refused_before_a_file_is_made() {
    let folder = Folder::new();
    let locked = StoreOptions::new().require_locked_memory(true).create(folder.join("s"), key()).unwrap();
    assert!(locked.memory_status().unwrap().locked);
    locked.close().unwrap();
    assert!(Store::in_memory().unwrap().memory_status().unwrap().excluded_from_dumps);
    let mut process = process_with_a_limit(&folder);
    process.must(&["lock-at-most", "0"]);
    let refused = process.ask(&["create-locked", folder.join("t").to_str().unwrap()]);
    assert!(refused.starts_with(&format!("{:?}", ErrorKind::OutOfMemory)), "{refused}");
    assert!(!folder.names().iter().any(|name| name.starts_with('t')), "{:?}", folder.names());
}
