//! The C programs: what every function does, and that nothing leaks or is touched that should not be.

use std::path::Path;
use std::process::{Command, Output};

use super::library::{SANITIZERS, output, program, root, run, said, sources, tool};
use crate::fixture::Folder;

fn suite(name: &str, flags: &[&str]) -> std::path::PathBuf {
    program(name, flags, &sources("c/suite"))
}

#[test]
fn every_function_does_what_the_header_says() {
    let folder = Folder::in_memory();
    let said = run(Command::new(suite("suite", &[])).arg(folder.path()));
    assert!(said.contains("the suite passed"), "{said}");
}

#[test]
fn the_suite_calls_every_function() {
    let files: String =
        sources("c/suite").iter().map(|file| std::fs::read_to_string(file).unwrap()).collect();
    let symbols = std::fs::read_to_string(root().join("include/strongroom.symbols")).unwrap();
    let missing: Vec<&str> = symbols.lines().filter(|name| !files.contains(&format!("{name}("))).collect();
    assert_eq!(missing, Vec::<&str>::new());
}

fn sanitized(program: &Path, folder: &Path) -> Output {
    let mut command = Command::new(program);
    output(command.arg(folder).env("ASAN_OPTIONS", "detect_leaks=1:abort_on_error=0"))
}

#[test]
fn the_suite_is_clean_under_the_sanitizers() {
    let folder = Folder::in_memory();
    let output = sanitized(&suite("suite-sanitized", &SANITIZERS), folder.path());
    assert!(output.status.success(), "{}", said(&output));
}

/// The control: each fault is found, or the clean run would prove nothing.
#[test]
fn the_sanitizers_see_a_leak_and_a_use_after_free() {
    let program = program("faults-sanitized", &SANITIZERS, &[root().join("tests/c/faults.c")]);
    for (fault, seen) in [("leak", "LeakSanitizer"), ("freed", "heap-use-after-free")] {
        let output = sanitized(&program, Path::new(fault));
        let said = said(&output);
        assert!(!output.status.success() && said.contains(seen), "{fault}: {said}");
    }
}

fn valgrind() -> Command {
    let mut valgrind = tool("valgrind", "valgrind");
    valgrind.args(["-q", "--leak-check=full", "--error-exitcode=1"]);
    // The Rust library knows the current thread by a pointer into its block, which is why that counts as possibly lost.
    valgrind.arg("--errors-for-leak-kinds=definite").arg("--show-leak-kinds=definite");
    valgrind
}

#[test]
fn the_suite_is_clean_under_valgrind() {
    let folder = Folder::in_memory();
    let said = run(valgrind().arg(suite("suite-valgrind", &[])).arg(folder.path()));
    assert_eq!(said.trim(), "the suite passed");
}

#[test]
fn valgrind_sees_a_value_that_was_not_freed() {
    let program = program("faults-valgrind", &[], &[root().join("tests/c/faults.c")]);
    for fault in ["leak", "freed"] {
        let output = output(valgrind().arg(&program).arg(fault));
        assert_eq!(output.status.code(), Some(1), "{fault}: {}", said(&output));
    }
}

#[test]
fn threads_share_a_store_until_one_closes_it() {
    let folder = Folder::in_memory();
    let program = program("stress", &["-std=c11", "-pthread"], &[root().join("tests/c/stress.c")]);
    run(Command::new(program).arg(folder.join("store")));
}

#[test]
fn a_store_is_closed_although_a_thread_copies_it() {
    let folder = Folder::in_memory();
    let program = program("closing", &["-std=c11", "-pthread"], &[root().join("tests/c/closing.c")]);
    let said = run(Command::new(program).arg(folder.join("store")).arg(folder.join("backup")));
    assert_eq!(said.trim(), "it was closed");
}

#[test]
fn a_wait_ends_although_signals_do_not() {
    let folder = Folder::new();
    let program = program("signals", &["-std=c11", "-pthread"], &[root().join("tests/c/signals.c")]);
    let said = run(Command::new(program).arg(folder.join("store")));
    assert_eq!(said.trim(), "the wait ended");
}

#[test]
fn a_forked_child_waits_for_no_thread_that_it_does_not_have() {
    let program = program("forking", &["-std=c11", "-pthread"], &[root().join("tests/c/forking.c")]);
    let said = run(&mut Command::new(program));
    assert!(said.contains("no child waited"), "{said}");
}

#[test]
fn a_panic_does_not_leave_the_library() {
    let program = program("panic", &[], &[root().join("tests/c/panic.c")]);
    let said = run(&mut Command::new(program));
    assert!(said.contains("the panic was caught"), "{said}");
}
