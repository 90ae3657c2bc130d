//! A module names only what lies below it.

use super::source::{Source, words};
use super::{check, check_control};

/// Bottom first. A module may name only modules of lower layers, and itself.
const LAYERS: &[&[&str]] = &[
    &["error", "limits", "secret", "clock", "allocator"],
    &["crypto"],
    &["format"],
    &["sealed"],
    &["record"],
    &["tables"],
    &["access"],
    &["store"],
    &["ffi"],
];

fn layer_of(module: &str) -> Option<usize> {
    LAYERS.iter().position(|layer| layer.contains(&module))
}

fn reaches_up(file: &Source) -> Vec<String> {
    let module = file.module();
    let Some(&own) = module.first().filter(|_| !file.test_only) else { return Vec::new() };
    let Some(own_layer) = layer_of(own) else {
        return vec![format!("{}: {own} stands in no layer", file.path)];
    };
    let mut faults = Vec::new();
    for (number, line) in file.lines() {
        let mut names: Vec<&str> =
            line.split("crate::").skip(1).filter_map(|used| words(used).next()).collect();
        if module.len() == 1 {
            // The parent of a module right below the root is the root.
            names.extend(line.split("super::").skip(1).filter_map(|used| words(used).next()));
        }
        for name in names {
            let Some(their_layer) = layer_of(name) else { continue };
            if own_layer < their_layer || (own_layer == their_layer && name != own) {
                faults.push(format!("{}:{number}: {own} must not use {name}", file.path));
            }
        }
    }
    faults
}

/// Spellings that the rule above cannot follow.
fn is_unclear(file: &Source) -> Vec<String> {
    let depth = file.module().len();
    let refused = |line: &str| {
        ["crate::{", "crate::*", "crate as ", "super::super", "extern crate"]
            .into_iter()
            .chain(["super::{", "super::*"].into_iter().filter(|_| depth == 1))
            .find(|spelling| line.contains(spelling))
    };
    file.lines()
        .filter_map(|(number, line)| {
            refused(line).map(|spelling| format!("{}:{number}: name modules without `{spelling}`", file.path))
        })
        .filter(|_| !file.test_only)
        .collect()
}

#[test]
fn no_layer_reaches_up() {
    check(reaches_up);
    for bad in ["use crate::store::Store;", "fn f() { crate::tables::open() }", "use super::store::Store;"] {
        check_control(reaches_up, "src/crypto/mod.rs", bad, "use crate::error::Error;");
    }
    check_control(reaches_up, "src/error.rs", "use crate::limits::X;", "use crate::error::Error;");
    check_control(reaches_up, "src/store/a/b.rs", "use crate::ffi::X;", "use super::store;");
}

#[test]
fn every_module_stands_in_a_layer() {
    let faults = reaches_up(&Source::new("src/utils.rs", "fn f() {}"));
    assert_eq!(faults, ["src/utils.rs: utils stands in no layer"]);
}

#[test]
fn no_spelling_hides_a_layer() {
    check(is_unclear);
    for bad in
        ["use crate::{error, store};", "use crate::*;", "use crate as root;", "use super::super::store;"]
    {
        check_control(is_unclear, "src/crypto/kdf.rs", bad, "use super::{Key, derive};");
    }
    check_control(is_unclear, "src/crypto/mod.rs", "use super::{store, error};", "use self::kdf::stretch;");
}
