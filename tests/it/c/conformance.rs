//! The scenarios of `bindings/conformance`, played in C.

use std::path::PathBuf;
use std::process::Command;

use super::library::{compiler, link_shared, output, root, run, said, target};
use crate::fixture::{Folder, patient, raw};

fn player() -> PathBuf {
    let program = target().join("play");
    let mut cc = compiler("cc", "c99");
    cc.arg(root().join("bindings/conformance/play.c"));
    link_shared(&mut cc, &program);
    run(cc.arg("-lcjson"));
    program
}

#[test]
fn every_scenario_is_played_in_c() {
    let (folder, program, scenarios) = (Folder::new(), player(), crate::conformance::files());
    let printed = run(Command::new(&program).arg(folder.path()).args(&scenarios));
    assert_eq!(printed.trim(), format!("{0} of {0} scenarios", scenarios.len()));
    // What C wrote, Rust opens, reads whole and goes on with.
    let names = folder.names();
    assert_eq!(names.len(), scenarios.len());
    for name in names {
        let store = patient().open(folder.join(&name), raw(7)).unwrap();
        store.verify().unwrap();
        store.put("from/rust", "1").unwrap();
        store.close().unwrap();
    }

    let wrong = folder.join("wrong.json");
    let scenario =
        r#"{"steps": [{"call": "put", "with": {"path": "a", "value": "1"}, "gives": {"version": 2}}]}"#;
    std::fs::write(&wrong, scenario).unwrap();
    let folder = Folder::new();
    let failed = output(Command::new(&program).arg(folder.path()).arg(&wrong));
    assert_eq!(failed.status.code(), Some(1));
    let said = said(&failed);
    assert!(said.contains("2 was expected, and it gave 1 at step"), "{said}");
}
