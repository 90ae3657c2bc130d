//! Sequences of calls that nobody thought of: every function, with handles that live, were freed or are none.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use super::library::{SANITIZERS, output, program, root, said, target};
use super::sequence_table;
use crate::fixture::{Folder, campaign};

/// The folder with the table of calls, which is written once, as two tests compile with it at a time.
fn generated() -> &'static Path {
    static GENERATED: OnceLock<PathBuf> = OnceLock::new();
    GENERATED.get_or_init(|| {
        let header = std::fs::read_to_string(root().join("include/strongroom.h")).unwrap();
        let generated = target().join("generated");
        std::fs::create_dir_all(&generated).unwrap();
        std::fs::write(generated.join("sequence_table.h"), sequence_table::table(&header)).unwrap();
        generated
    })
}

/// `scripts/fuzz calls` lets a fuzzer decide about the same calls.
fn sequence(name: &str, flags: &[&str]) -> PathBuf {
    let include = format!("-I{}", generated().display());
    let flags: Vec<&str> = ["-std=c11", include.as_str()].into_iter().chain(flags.iter().copied()).collect();
    program(name, &flags, &[root().join("tests/c/sequence.c")])
}

/// How many; nightly sizes: `STRONGROOM_SEQUENCES=100000`.
const SEQUENCES: u64 = 400;

#[test]
fn no_sequence_of_calls_crashes_leaks_or_reads_what_nobody_put() {
    let (count, mut random) = campaign("STRONGROOM_SEQUENCES", SEQUENCES);
    let seed = random.next();
    let folder = Folder::in_memory();
    let flags = [&SANITIZERS[..], &["-O1"]].concat();
    let mut command = Command::new(sequence("sequence", &flags));
    let output = output(command.arg(folder.path()).arg(seed.to_string()).arg(count.to_string()));
    assert!(output.status.success(), "seed {seed}: {}", said(&output));
    // What is complained of has seeds in it, which are numbers too.
    let said = String::from_utf8_lossy(&output.stdout);
    let numbers: Vec<u64> = said.split_whitespace().filter_map(|word| word.parse().ok()).collect();
    let [calls, well] = numbers[..] else { panic!("{said}") };
    assert!(calls > count * 20 && well > calls / 5, "seed {seed}: {said}");
}

#[test]
fn a_sequence_that_leaves_an_object_is_seen() {
    let folder = Folder::in_memory();
    let output = output(Command::new(sequence("sequence-control", &[])).arg(folder.path()).arg("control"));
    assert!(
        !output.status.success() && said(&output).contains("strongroom_live_objects"),
        "{}",
        said(&output)
    );
}
