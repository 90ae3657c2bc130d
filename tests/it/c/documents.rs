//! The programs in `docs/C-API.md` and `README.md` are compiled and run as they stand there.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use super::library::{compiler, link_shared, root, run};
use crate::fixture::Folder;

/// The program in a language: the only one of the document.
#[track_caller]
fn program(document: &str, language: &str) -> String {
    let document = fs::read_to_string(root().join(document)).unwrap();
    let fence = format!("```{language}\n");
    let mut programs =
        document.split(&fence).skip(1).map(|text| text.split("```").next().unwrap().to_owned());
    let program = programs.next().unwrap_or_else(|| panic!("no program in {language}"));
    assert!(programs.next().is_none(), "one program in {language}");
    program
}

fn compiled(folder: &Folder, document: &str, (compiler_name, standard, language): Kind) -> PathBuf {
    let source = folder.join(&format!("program.{language}"));
    fs::write(&source, program(document, language)).unwrap();
    let binary = folder.join("program");
    let mut command = compiler(compiler_name, standard);
    link_shared(command.arg(&source), &binary);
    run(&mut command);
    binary
}

/// Compiler, standard and the language of a fence.
type Kind = (&'static str, &'static str, &'static str);
const C: Kind = ("cc", "c99", "c");
const CPP: Kind = ("c++", "c++17", "cpp");

#[track_caller]
fn check(kind: Kind, said: &str) {
    // What is in memory cannot be run everywhere: containers mount it without that right.
    let (programs, folder) = (Folder::new(), Folder::in_memory());
    let binary = compiled(&programs, "docs/C-API.md", kind);
    let store = folder.join("store");
    assert_eq!(run(Command::new(&binary).arg(&store)), said);
    assert!(store.exists());
    let refused = Command::new(&binary).arg(&store).output().unwrap();
    assert_eq!(refused.status.code(), Some(1));
    let complaint = String::from_utf8(refused.stderr).unwrap();
    assert!(complaint.contains("STRONGROOM_E_ALREADY_EXISTS"), "{complaint}");
}

#[test]
fn the_program_in_c_runs() {
    check(C, "the token has 7 bytes and is at version 1\n");
}

#[test]
fn the_program_in_c_plus_plus_runs() {
    check(CPP, "the token has 7 bytes and is at version 1\n");
}

#[test]
fn the_programs_of_the_readme_run() {
    for (kind, said) in [(C, "7 bytes, no error\n"), (CPP, "7 bytes, version 1\nteam/token\n")] {
        let (programs, folder) = (Folder::new(), Folder::in_memory());
        let binary = compiled(&programs, "README.md", kind);
        assert_eq!(run(Command::new(&binary).arg(folder.join("store"))), said);
        assert!(folder.join("store").exists());
    }
}
