//! A module names only what lies below it.

use super::source::{Source, words};
use super::{check, check_control};

/// Bottom first. A module may name only modules of lower layers, and itself.
const LAYERS: &[&[&str]] = &[
    &["error", "limits", "secret", "clock", "allocator"],
    &["crypto"],
    &["format", "generator"],
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
        .filter(|_| !file.test_only && !is_edge(file))
        .collect()
}

/// The edges stand on the public interface alone.
fn is_edge(file: &Source) -> bool {
    file.module().first() == Some(&"ffi")
}

/// What an edge names of the crate, but for what the crate's root exports and its own modules.
fn reaches_inside(file: &Source) -> Vec<String> {
    if !is_edge(file) || file.test_only {
        return Vec::new();
    }
    let is_inside = |name: &str| name != "limits" && layer_of(name).is_some();
    let inside = |line: &str| {
        line.contains("crate::*")
            || line
                .split("crate::")
                .skip(1)
                .any(|used| !used.starts_with("ffi::") && words(used).any(is_inside))
    };
    let found = file.lines().filter(|(_, line)| inside(line));
    found.map(|(number, line)| format!("{}:{number}: {line}", file.path)).collect()
}

#[test]
fn the_edges_use_only_what_the_root_exports() {
    check(reaches_inside);
    for bad in ["use crate::store::Store;", "use crate::*;", "use crate::{error::Error, Store};"] {
        check_control(reaches_inside, "src/ffi/store.rs", bad, "use crate::{Error, Store, capabilities};");
    }
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
