//! Wrong handles and wrong pointers, in every place of every function.

use std::path::PathBuf;
use std::process::{Command, Output};
use std::sync::OnceLock;

use super::{library, misuse_table, prototypes};
use crate::fixture::Folder;

fn header() -> String {
    std::fs::read_to_string(library::root().join("include/strongroom.h")).unwrap()
}

fn program() -> &'static PathBuf {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        let generated = library::target().join("generated");
        std::fs::create_dir_all(&generated).unwrap();
        let table = misuse_table::table(&prototypes::functions(&header()));
        std::fs::write(generated.join("misuse_table.h"), table).unwrap();
        let include = format!("-I{}", generated.display());
        // The compiler warns of some of the misuse.
        let flags = [include.as_str(), "-Wno-nonnull"];
        library::program("misuse", &flags, &[library::root().join("tests/c/misuse.c")])
    })
}

fn misuse(arguments: &[&str]) -> Output {
    let folder = Folder::in_memory();
    library::output(Command::new(program()).arg(folder.path()).args(arguments))
}

#[test]
fn the_prototypes_of_the_header_are_all_understood() {
    let functions = prototypes::functions(&header());
    let mut names: Vec<&str> = functions.iter().map(|function| function.name.as_str()).collect();
    names.sort_unstable();
    let symbols = std::fs::read_to_string(library::root().join("include/strongroom.symbols")).unwrap();
    assert_eq!(names, symbols.lines().collect::<Vec<_>>());
    for function in &functions {
        let handles = function.parameters.iter().filter_map(prototypes::Parameter::handle);
        let given = function.parameters.iter().filter_map(prototypes::Parameter::given);
        assert!(
            !function.returns_status()
                || handles.chain(given).count() > 0
                || function.name == "strongroom_wipe"
        );
    }
}

#[test]
fn no_misuse_crashes_or_passes() {
    let output = misuse(&[]);
    let said = library::said(&output);
    assert!(output.status.success(), "{}\n{said}", output.status);
    let cases: u32 = said.split_whitespace().next().unwrap().parse().unwrap();
    assert!(cases > 1_000, "only {cases} cases");
}

#[test]
fn a_misuse_that_passes_is_seen() {
    let output = misuse(&["control"]);
    let said = library::said(&output);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("the control, a good call: STRONGROOM_OK"), "{said}");
}
