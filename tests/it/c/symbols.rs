//! The libraries export what the header declares, and nothing else.

use super::library::{prefix, root, run, tool};

fn listed() -> Vec<String> {
    let list = std::fs::read_to_string(root().join("include/strongroom.symbols")).unwrap();
    // Only libraries built for tests have this one.
    let mut listed: Vec<String> = list.lines().chain(["strongroom_test_panic"]).map(str::to_owned).collect();
    listed.sort();
    listed
}

fn exported(file: &str, flags: &[&str]) -> Vec<String> {
    let mut nm = tool("nm", "binutils");
    let printed =
        run(nm.args(flags).args(["--defined-only", "--format=posix"]).arg(prefix().join("lib").join(file)));
    let mut names: Vec<String> =
        printed.lines().filter_map(|line| line.split_once(' ')).map(|(name, _)| name.to_owned()).collect();
    names.sort();
    names
}

#[test]
fn the_libraries_export_what_the_list_of_symbols_says() {
    assert_eq!(exported("libstrongroom.so", &["-D"]), listed());
    assert_eq!(exported("libstrongroom.a", &["--extern-only"]), listed());
}
