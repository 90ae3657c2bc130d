//! The programs in `docs/C-API.md` are compiled and run as they stand there.

use std::fs;
use std::process::Command;

use super::library::{compiler, link_shared, root, run};
use crate::fixture::Folder;

/// The program in a language: the only one of the document.
#[track_caller]
fn program(language: &str) -> String {
    let document = fs::read_to_string(root().join("docs/C-API.md")).unwrap();
    let fence = format!("```{language}\n");
    let mut programs =
        document.split(&fence).skip(1).map(|text| text.split("```").next().unwrap().to_owned());
    let program = programs.next().unwrap_or_else(|| panic!("no program in {language}"));
    assert!(programs.next().is_none(), "one program in {language}");
    program
}

#[track_caller]
fn check(compiler_name: &str, standard: &str, language: &str, said: &str) {
    let folder = Folder::in_memory();
    let source = folder.join(&format!("program.{language}"));
    fs::write(&source, program(language)).unwrap();
    let binary = folder.join("program");
    let mut command = compiler(compiler_name, standard);
    link_shared(command.arg(&source), &binary);
    run(&mut command);
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
    check("cc", "c99", "c", "the token has 7 bytes and is at version 1\n");
}

#[test]
fn the_program_in_c_plus_plus_runs() {
    check("c++", "c++17", "cpp", "the token has 7 bytes and is at version 1\n");
}
