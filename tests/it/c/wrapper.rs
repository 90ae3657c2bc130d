//! The C++ interface offers everything the C interface does, and its programs use all of it.

use std::collections::BTreeSet;
use std::fs;

use super::library::{compiler, link_shared, root, run, sources, tool};
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
