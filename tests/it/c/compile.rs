//! The headers compile, in every language and version they are for, and agree with the library.

use std::fs;
use std::process::Command;

use super::library::{
    SANITIZERS, compiler, is_there, link_shared, output, prefix, root, run, said, target, tool,
};
use crate::fixture::Folder;

const C: [&str; 3] = ["c99", "c11", "c17"];
const C_PLUS_PLUS: [&str; 4] = ["c++11", "c++14", "c++17", "c++20"];

/// The compilers there are, of which gcc has to be one.
fn compilers(gcc: &'static str, clang: &'static str) -> Vec<&'static str> {
    tool(gcc, "build-essential");
    if is_there(clang) { vec![gcc, clang] } else { vec![gcc] }
}

/// Compiles `text` alone, as the file `name`.
#[track_caller]
fn check(compiler_name: &str, standard: &str, name: &str, text: &str) {
    let folder = Folder::new();
    fs::write(folder.join(name), text).unwrap();
    run(compiler(compiler_name, standard).arg("-fsyntax-only").arg(folder.join(name)));
}

#[test]
fn the_header_compiles_as_every_c() {
    for compiler in compilers("gcc", "clang") {
        for standard in C {
            check(compiler, standard, "once.c", "#include <strongroom.h>\nint unit;\n");
            let twice = "#include <strongroom.h>\n#include <strongroom.h>\nint unit;\n";
            check(compiler, standard, "twice.c", twice);
        }
    }
}

#[test]
fn the_header_compiles_as_every_c_plus_plus() {
    for compiler in compilers("g++", "clang++") {
        for standard in C_PLUS_PLUS {
            let twice = "#include <strongroom.h>\n#include <strongroom.h>\nint unit;\n";
            check(compiler, standard, "twice.cpp", twice);
        }
    }
}

#[test]
fn a_header_with_a_fault_does_not_compile() {
    let folder = Folder::new();
    fs::write(folder.join("bad.c"), "#include <strongroom.h>\nint function();\n").unwrap();
    let output = output(compiler("gcc", "c99").arg("-fsyntax-only").arg(folder.join("bad.c")));
    assert!(!output.status.success() && said(&output).contains("strict-prototypes"), "{}", said(&output));
}

#[test]
fn the_wrapper_compiles_alone_in_each_part() {
    let mut headers = vec!["strongroom.hpp".to_owned()];
    let parts = fs::read_dir(root().join("include/strongroom")).unwrap();
    headers
        .extend(parts.map(|part| format!("strongroom/{}", part.unwrap().file_name().into_string().unwrap())));
    for compiler in compilers("g++", "clang++") {
        for header in &headers {
            let twice = format!("#include <{header}>\n#include <{header}>\nint unit;\n");
            check(compiler, "c++17", "twice.cpp", &twice);
            check(compiler, "c++20", "twice.cpp", &twice);
        }
    }
}

#[test]
fn the_wrapper_reaches_every_function() {
    let mut text = fs::read_to_string(root().join("include/strongroom.hpp")).unwrap();
    for part in fs::read_dir(root().join("include/strongroom")).unwrap() {
        text += &fs::read_to_string(part.unwrap().path()).unwrap();
    }
    let words: Vec<&str> = text.split(|c: char| !c.is_alphanumeric() && c != '_').collect();
    let symbols = fs::read_to_string(root().join("include/strongroom.symbols")).unwrap();
    let missing: Vec<&str> = symbols.lines().filter(|name| !words.contains(name)).collect();
    assert_eq!(missing, Vec::<&str>::new());
}

#[test]
fn the_wrapper_does_what_the_library_does() {
    let folder = Folder::in_memory();
    let programs = target().join("programs");
    fs::create_dir_all(&programs).unwrap();
    for standard in ["c++17", "c++20"] {
        for flags in [&[][..], &SANITIZERS] {
            let sanitized = if flags.is_empty() { "" } else { "-sanitized" };
            let program = programs.join(format!("wrapper-{standard}{sanitized}"));
            let mut command = compiler("c++", standard);
            command.args(flags).args(super::library::sources("cpp"));
            link_shared(&mut command, &program);
            run(&mut command);
            let said = run(Command::new(&program).arg(folder.join(&format!("{standard}{sanitized}"))));
            assert!(said.contains("the wrapper passed"), "{said}");
        }
    }
}

/// What must not compile, and what the compiler says of it.
#[test]
fn the_wrapper_refuses_what_would_show_or_lose_a_value() {
    let faults = [
        ("std::cout << store.get(\"a\");", "deleted"),
        ("auto found = store.get(\"a\"); std::cout << found;", "deleted"),
        ("std::string_view view = store.get(\"a\").view();", "deleted"),
        ("auto found = store.get(\"a\"); auto copy = found;", "deleted"),
        ("auto copy = store;", "deleted"),
    ];
    for (fault, reason) in faults {
        let folder = Folder::new();
        let body = |line: &str| {
            format!(
                "#include <iostream>\n#include <strongroom.hpp>\nint main() {{\n    auto store = strongroom::store::in_memory();\n    {line}\n}}\n"
            )
        };
        fs::write(folder.join("bad.cpp"), body(fault)).unwrap();
        let mut command = compiler("c++", "c++17");
        let output =
            output(command.args(["-Wno-unused-variable", "-fsyntax-only"]).arg(folder.join("bad.cpp")));
        assert!(!output.status.success() && said(&output).contains(reason), "{fault}: {}", said(&output));
    }
}

/// The names of what a library defines for others.
fn exported(flags: &[&str], library: &str) -> Vec<String> {
    let listed = run(tool("nm", "binutils").args(flags).arg(prefix().join("lib").join(library)));
    let symbols =
        listed.lines().filter_map(|line| Some(line.split_once(' ')?.1.split_once(' ')?.1.to_owned()));
    let mut symbols: Vec<String> = symbols.collect();
    symbols.sort();
    symbols
}

#[test]
fn the_libraries_export_what_the_list_of_symbols_has() {
    let listed = fs::read_to_string(root().join("include/strongroom.symbols")).unwrap();
    let mut names: Vec<&str> = listed.lines().chain(["strongroom_test_panic"]).collect();
    names.sort_unstable();
    assert_eq!(exported(&["-D", "--defined-only"], "libstrongroom.so"), names);
    assert_eq!(exported(&["--extern-only", "--defined-only"], "libstrongroom.a"), names);
}
