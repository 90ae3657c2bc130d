//! A test in a process of its own: this test binary once more, for that one test.

use std::process::Command;

const PART: &str = "STRONGROOM_OWN_PROCESS";

/// The part that this process was started for, if it was.
pub(crate) fn part() -> Option<String> {
    std::env::var(PART).ok()
}

/// A process that runs the test `name` of `module` (its `module_path!()`) alone, as `part`.
pub(crate) fn command(module: &str, name: &str, part: &str) -> Command {
    let module = module.split_once("::").map_or(module, |(_, inside)| inside);
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .arg(format!("{module}::{name}"))
        .args(["--exact", "--nocapture", "--test-threads=1"])
        .env(PART, part);
    command
}

/// Runs it to its end, which must be a good one. Gives what it printed.
#[track_caller]
pub(crate) fn run(module: &str, name: &str, part: &str) -> String {
    let output = command(module, name, part).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let printed = text(&output.stdout);
    assert!(output.status.success(), "{part}: {printed}\n{}", text(&output.stderr));
    assert!(printed.contains("1 passed"), "{part}: no such test: {printed}");
    printed
}
