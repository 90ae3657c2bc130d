//! The library exports what the header declares, and nothing else.

use std::process::Command;

use super::library::{folder, root, succeed};

#[test]
fn the_shared_library_exports_what_the_list_of_symbols_says() {
    let library = folder().join("libstrongroom.so");
    let printed = succeed(Command::new("nm").args(["-D", "--defined-only", "--format=posix"]).arg(library));
    let mut exported: Vec<&str> = printed.lines().filter_map(|line| line.split(' ').next()).collect();
    exported.sort_unstable();
    let listed = std::fs::read_to_string(root().join("include/strongroom.symbols")).unwrap();
    let mut listed: Vec<&str> = listed.lines().collect();
    // Only libraries built for tests have it.
    listed.push("strongroom_test_panic");
    listed.sort_unstable();
    assert_eq!(exported, listed);
}
