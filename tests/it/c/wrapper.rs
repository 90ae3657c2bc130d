//! The C++ interface offers everything the C interface does, and its programs use all of it.

use std::collections::BTreeSet;
use std::fs;
use std::process::Output;

use super::library::{compiler, is_there, link_shared, output, root, run, said, sources, tool};
use crate::fixture::Folder;

/// What the programs in `tests/cpp` call of the C interface themselves, and why.
const THEMSELVES: [(&str, &str); 1] =
    [("strongroom_status_name", "the name of an error is compared with what the C interface calls it")];

fn is_of_a_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// The functions of the C interface that a text calls.
fn called(text: &str) -> BTreeSet<String> {
    let symbols = fs::read_to_string(root().join("include/strongroom.symbols")).unwrap();
    let calls = |name: &&str| {
        text.match_indices(*name)
            .any(|(at, _)| text[at + name.len()..].starts_with('(') && !text[..at].ends_with(is_of_a_name))
    };
    symbols.lines().filter(calls).map(str::to_owned).collect()
}

/// What a header defines and no program uses is not in the program: so its symbols show what the tests of the wrapper reach through it.
#[test]
fn the_programs_of_the_wrapper_reach_every_function() {
    let folder = Folder::new();
    let program = folder.join("wrapper");
    let mut command = compiler("c++", "c++17");
    command.args(sources("cpp"));
    link_shared(&mut command, &program);
    run(&mut command);
    let listed = run(tool("nm", "binutils").args(["-D", "--undefined-only", "--format=posix"]).arg(&program));
    let reached: BTreeSet<&str> = listed.lines().filter_map(|line| line.split(' ').next()).collect();
    let symbols = fs::read_to_string(root().join("include/strongroom.symbols")).unwrap();
    let missing: Vec<&str> = symbols.lines().filter(|name| !reached.contains(name)).collect();
    assert_eq!(missing, Vec::<&str>::new(), "no test in tests/cpp uses what stands for these");
}

#[test]
fn the_programs_of_the_wrapper_call_the_wrapper() {
    let text: String = fs::read_dir(root().join("tests/cpp"))
        .unwrap()
        .map(|file| fs::read_to_string(file.unwrap().path()).unwrap())
        .collect();
    let allowed: BTreeSet<String> = THEMSELVES.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(called(&text), allowed);
}

/// Compiles a program of this text, strictly, and does not link it.
fn compiled(name: &str, standard: &str, flags: &[&str], text: &str) -> Output {
    let folder = Folder::new();
    let file = folder.join("program.cpp");
    fs::write(&file, text).unwrap();
    output(compiler(name, standard).args(flags).arg("-fsyntax-only").arg(file))
}

#[track_caller]
fn check_compiles(name: &str, standard: &str, flags: &[&str], text: &str) {
    let output = compiled(name, standard, flags, text);
    assert!(output.status.success(), "{name} {standard}: {}", said(&output));
}

/// What a program uses of the wrapper, so that its templates are compiled as well.
const USED: &str = r#"
#include <strongroom.hpp>
int main() {
    auto store = strongroom::store::in_memory(strongroom::options());
    store.put("a", store.get("b"), strongroom::changes().tag("a"));
    for (const strongroom_secret_info info : store.list(strongroom::query("a")))
        static_cast<void>(info);
    store.begin().commit();
    store.compact(strongroom::copy_options());
    return static_cast<int>(store.key_slots().list().size());
}
"#;

/// Words that other headers make macros of, which would break this one: those of Qt, of X11, of Windows and of glibc.
const MACROS: [&str; 28] = [
    "slots",
    "signals public",
    "emit",
    "foreach",
    "forever for (;;)",
    "Bool int",
    "Status int",
    "None 0L",
    "True 1",
    "False 0",
    "Success 0",
    "Always 2",
    "Unsorted 0",
    "KeyPress 2",
    "min(a, b) a",
    "max(a, b) a",
    "small char",
    "interface struct",
    "near",
    "far",
    "IN",
    "OUT",
    "ERROR 0",
    "major(x) x",
    "minor(x) x",
    "unix 1",
    "linux 1",
    "DELETE 1",
];

#[test]
fn the_wrapper_stands_behind_the_macros_of_others() {
    let macros: String = MACROS.iter().map(|one| format!("#undef {0}\n#define {one}\n", word(one))).collect();
    check_compiles("c++", "c++17", &[], &format!("{macros}{USED}"));
    let broken = format!("#define bytes\n{USED}");
    assert!(
        !compiled("c++", "c++17", &[], &broken).status.success(),
        "the control: a macro that does break it"
    );
}

fn word(one: &str) -> &str {
    one.split(|c| !is_of_a_name(c)).next().unwrap()
}

/// A call without its namespace finds what the program has of that name as well.
#[test]
fn the_wrapper_stands_beside_the_names_of_others() {
    let names =
        ["call", "raise", "check", "read", "sized", "close", "data", "size", "view", "constant", "time"];
    let others: String = names
        .iter()
        .map(|name| format!("template <class... T> int {name}(const T &...) = delete;\n"))
        .collect();
    check_compiles("c++", "c++17", &[], &format!("#include <ctime>\n{others}{USED}"));
}

#[test]
fn the_wrapper_has_nothing_that_strict_programs_are_warned_of() {
    let flags = [
        "-Wshadow",
        "-Wconversion",
        "-Wsign-conversion",
        "-Wold-style-cast",
        "-Wcast-qual",
        "-Wundef",
        "-Wnon-virtual-dtor",
        "-Woverloaded-virtual",
        "-Wnull-dereference",
        "-Wextra-semi",
        "-fno-rtti",
    ];
    let clang = is_there("clang++").then_some("clang++");
    for name in ["g++"].into_iter().chain(clang) {
        for standard in ["c++17", "c++20"] {
            check_compiles(name, standard, &flags, USED);
        }
    }
}

#[test]
fn an_older_c_plus_plus_is_told_what_is_missing() {
    let output = compiled("c++", "c++14", &[], USED);
    assert!(
        !output.status.success() && said(&output).contains("strongroom.hpp needs C++17"),
        "{}",
        said(&output)
    );
}

/// What compiles in the first line, and does not in the second, and why: texts that would outlive what they belong to, and results that are lost.
const REFUSED: [(&str, &str, &str); 10] = [
    ("auto page = store.list(); auto item = page[0];", "auto item = store.list()[0];", "deleted"),
    (
        "auto page = store.list(); auto item = page.namespace_at(0);",
        "auto item = store.list().namespace_at(0);",
        "deleted",
    ),
    (
        "auto files = store.copies_beside(); auto item = files[0];",
        "auto item = store.copies_beside()[0];",
        "deleted",
    ),
    (
        "auto found = store.get(\"a\"); auto item = found.describe();",
        "auto item = store.get(\"a\").describe();",
        "deleted",
    ),
    ("auto page = store.list(); auto item = page.begin();", "auto item = store.list().begin();", "deleted"),
    (
        "auto info = store.info(\"a\"); const auto &item = *info;",
        "const auto &item = *store.info(\"a\");",
        "deleted",
    ),
    ("auto item = store.begin();", "store.begin();", "nodiscard"),
    ("auto item = store.matches(\"a\", \"b\");", "store.matches(\"a\", \"b\");", "nodiscard"),
    ("auto item = strongroom::equal(\"a\", \"b\");", "strongroom::equal(\"a\", \"b\");", "nodiscard"),
    (
        "strongroom::transaction item = store.begin();",
        "strongroom::transaction item(store.handle());",
        "no matching function",
    ),
];

#[test]
fn the_wrapper_refuses_what_would_dangle_or_be_lost() {
    let program = |line: &str| {
        format!(
            "#include <strongroom.hpp>\nint main() {{ auto store = strongroom::store::in_memory(); {line} static_cast<void>(store); }}\n"
        )
    };
    let flags = ["-Wno-unused-variable", "-Wno-unused-but-set-variable"];
    for (good, bad, reason) in REFUSED {
        check_compiles("c++", "c++17", &flags, &program(good));
        let output = compiled("c++", "c++17", &flags, &program(bad));
        assert!(!output.status.success() && said(&output).contains(reason), "{bad}: {}", said(&output));
    }
}
