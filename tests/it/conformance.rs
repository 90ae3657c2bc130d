//! The scenarios of `bindings/conformance`, played in Rust by the example `play`.

use std::path::PathBuf;
use std::process::{Command, Output};

use serde_json::{Value, json};

use crate::examples::program;
use crate::fixture::Folder;

/// The files of all scenarios.
pub(crate) fn files() -> Vec<PathBuf> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("bindings/conformance/scenarios");
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

fn play(folder: &Folder, files: &[PathBuf]) -> Output {
    Command::new(program("play")).arg(folder.path()).args(files).output().unwrap()
}

#[track_caller]
fn check_played(output: &Output, scenarios: usize) {
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(said.trim(), format!("{scenarios} of {scenarios} scenarios"));
}

#[test]
fn every_scenario_is_played() {
    let files = files();
    assert!(files.len() >= 69, "{}", files.len());
    check_played(&play(&Folder::in_memory(), &files), files.len());
}

#[test]
fn a_scenario_that_expects_something_else_fails() {
    let folder = Folder::in_memory();
    let file = folder.join("scenario.json");
    let outcome = |steps: Value| {
        std::fs::write(&file, json!({"steps": steps}).to_string()).unwrap();
        let output = play(&Folder::in_memory(), std::slice::from_ref(&file));
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let put = json!({"call": "put", "with": {"path": "a", "value": "1"}});
    let get = |gives: Value| json!([put, {"call": "get", "with": {"path": "a"}, "gives": gives}]);
    assert_eq!(outcome(get(json!({"value": "1"}))), (Some(0), String::new()));
    let wrong = [
        get(json!({"value": "2"})),
        get(json!({"version": 2})),
        get(json!({"info": {"tags": {"a": ""}}})),
        get(json!({"none": 1})),
        json!([{"call": "get", "with": {"path": "a"}}]),
        json!([{"call": "get", "with": {"path": "a"}, "fails": "destroyed"}]),
    ];
    for steps in wrong {
        let (code, said) = outcome(steps);
        assert_eq!(code, Some(1));
        assert!(said.contains("scenario.json: step "), "{said}");
    }
}

#[test]
fn a_scenario_goes_on_with_the_store_that_it_names() {
    let (folder, stores) = (Folder::in_memory(), Folder::in_memory());
    let step = |path: &str, gives: u64| {
        let scenario = json!({"options": {"store": "kept"},
            "steps": [{"call": "put", "with": {"path": path, "value": "1"}, "gives": {"version": gives}}]});
        let file = folder.join("scenario.json");
        std::fs::write(&file, scenario.to_string()).unwrap();
        check_played(&play(&stores, &[file]), 1);
    };
    step("a", 1);
    step("a", 2);
    assert!(stores.join("kept.strongroom").exists());
}
