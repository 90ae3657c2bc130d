//! The scenarios of `bindings/conformance`, played in C.

use std::process::Command;

use super::library::{compile, root, succeed};
use crate::fixture::Folder;

#[test]
fn every_scenario_is_played_in_c() {
    let folder = Folder::new();
    let program = folder.join("play");
    compile(&root().join("bindings/conformance/play.c"), &program, &["-lcjson"]);
    let scenarios = crate::conformance::files();
    let printed = succeed(Command::new(&program).arg(folder.path()).args(&scenarios));
    assert_eq!(printed.trim(), format!("{0} of {0} scenarios", scenarios.len()));
}

#[test]
fn a_scenario_that_expects_something_else_fails_in_c() {
    let folder = Folder::new();
    let program = folder.join("play");
    compile(&root().join("bindings/conformance/play.c"), &program, &["-lcjson"]);
    let wrong = folder.join("wrong.json");
    let scenario =
        r#"{"steps": [{"call": "put", "with": {"path": "a", "value": "1"}, "gives": {"version": 2}}]}"#;
    std::fs::write(&wrong, scenario).unwrap();
    let output = Command::new(&program).arg(folder.path()).arg(&wrong).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let complaint = String::from_utf8(output.stderr).unwrap();
    assert!(complaint.contains("2 was expected, and it gave 1 at step"), "{complaint}");
}
