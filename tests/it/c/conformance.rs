//! The scenarios of `bindings/conformance`, played in C and in C++.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::library::{compiler, link_shared, output, root, run, said};
use crate::fixture::{Folder, patient, raw};

/// Compiler, standard and the ending of the source.
type Language = (&'static str, &'static str, &'static str);
const C: Language = ("cc", "c99", "c");
const CPP: Language = ("c++", "c++17", "cpp");

/// Builds it in a folder of its own, because tests that run at once would write to a program that is running.
fn player((name, standard, ending): Language) -> (Folder, PathBuf) {
    let folder = Folder::new();
    let program = folder.join("play");
    let mut command = compiler(name, standard);
    command.arg(root().join("bindings/conformance").join(format!("play.{ending}")));
    link_shared(&mut command, &program);
    run(command.arg("-lcjson"));
    (folder, program)
}

/// A folder with a scenario of these steps, which says of its store what `options` are.
fn scenario(options: &str, steps: &str) -> (Folder, PathBuf) {
    let folder = Folder::new();
    let file = folder.join("scenario.json");
    std::fs::write(&file, format!(r#"{{"options": {options}, "steps": {steps}}}"#)).unwrap();
    (folder, file)
}

#[track_caller]
fn check(language: Language) {
    let (_built, program) = player(language);
    let (folder, scenarios) = (Folder::new(), crate::conformance::files());
    let printed = run(Command::new(&program).arg(folder.path()).args(&scenarios));
    assert_eq!(printed.trim(), format!("{0} of {0} scenarios", scenarios.len()));
    // What it wrote, Rust opens, reads whole and goes on with.
    let mut names = folder.names();
    // Beside the stores are exports.
    names.retain(|name| name.ends_with(".strongroom"));
    assert_eq!(names.len(), scenarios.len());
    for name in names {
        let store = patient().open(folder.join(&name), raw(7)).unwrap();
        store.verify().unwrap();
        store.put("from/rust", "1").unwrap();
        store.close().unwrap();
    }
    check_refuses(&program);
}

/// The control: a player that passes over a fault would prove nothing.
#[track_caller]
fn check_refuses(program: &Path) {
    let put = r#""call": "put", "with": {"path": "a", "value": "1", "tags": {"a": "b"}}"#;
    let faults = [
        (format!(r#"[{{{put}, "gives": {{"version": 2}}}}]"#), "2 was expected, and it gave 1 at step"),
        (format!(r#"[{{{put}, "gives": {{"age": 2}}}}]"#), "age is missing at step"),
        (format!(r#"[{{{put}, "fails": "locked"}}]"#), "locked was expected, and it gave"),
        (format!(r#"[{{{put}}}, {{"call": "get", "with": {{"path": "b"}}}}]"#), "not_found"),
        (r#"[{"call": "get", "with": {"path": "$a"}}]"#.to_owned(), "a name is used before it is given"),
        (
            format!(r#"[{{{put}}}, {{"call": "info", "with": {{"path": "a"}}, "gives": {{"tags": {{}}}}}}]"#),
            "{} was expected",
        ),
        (
            format!(
                r#"[{{"call": "transaction", "commit": true, "steps": [{{{put}, "gives": {{"version": 2}}}}]}}]"#
            ),
            "2 was expected, and it gave 1 at step",
        ),
        (r#"[{"call": "dance"}]"#.to_owned(), "no such call: dance"),
        ("7".to_owned(), "this is no scenario"),
    ];
    for (steps, reason) in faults {
        let (folder, file) = scenario("{}", &steps);
        let failed = output(Command::new(program).arg(folder.path()).arg(&file));
        assert_eq!(failed.status.code(), Some(1), "{steps}");
        let said = said(&failed);
        assert!(said.contains(reason), "{steps}: {said}");
    }
}

#[test]
fn every_scenario_is_played_in_c() {
    check(C);
}

#[test]
fn every_scenario_is_played_in_c_plus_plus() {
    check(CPP);
}

/// One language goes on with the store of another, which has a name and stays.
#[test]
fn a_store_with_a_name_is_opened_where_it_is_there() {
    let folder = Folder::new();
    let ((_built_c, c), (_built_cpp, cpp)) = (player(C), player(CPP));
    for (version, program) in [(1, &c), (2, &cpp), (3, &c)] {
        let steps = format!(
            r#"[{{"call": "put", "with": {{"path": "a", "value": "1"}}, "gives": {{"version": {version}}}}}]"#
        );
        let (_beside, file) = scenario(r#"{"store": "shared"}"#, &steps);
        let printed = run(Command::new(program).arg(folder.path()).arg(&file));
        assert_eq!(printed.trim(), "1 of 1 scenarios");
    }
    assert_eq!(folder.names(), ["shared.strongroom"]);
}
