//! The second reader refuses rows that do not fit together: each of its checks can fail.

use super::golden::Golden;
use super::key::Key;
use super::{hex, python};
use crate::fixture::{Folder, write_private};

#[test]
fn the_second_reader_refuses_rows_that_contradict_each_other() {
    check("everything", 30);
    check("left", 2);
    check("rotated", 17);
    check("audited", 22);
    check("packed", 11);
}

/// Each change of the rows of a golden store is refused, and there are so many.
#[track_caller]
fn check(store: &str, changes: usize) {
    let golden = Golden::named(&format!("{store}.store"));
    let Key::Raw(key) = golden.key() else { panic!("a raw key opens it") };
    let folder = Folder::new();
    let path = folder.join("store");
    write_private(&path, &golden.bytes);
    let output = python::script("contradictions.py").arg(&path).arg(hex(&key)).arg(store).output().unwrap();
    let (said, wrong) =
        (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    assert!(output.status.success(), "{said}{wrong}");
    assert!(said.lines().count() >= changes, "{said}");
}
