//! What a store says of its file: its generation, its place, and copies beside it.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::PathBuf;

use rustix::fs::{CWD, FileType, Mode, mknodat};
use strongroom::{Health, Store};

use super::permissions::{bound_process, set_mode};
use crate::fixture::{Folder, create, open, open_read_only, small_store};

fn store() -> (Folder, PathBuf) {
    let folder = Folder::new();
    let path = folder.join("s.strongroom");
    small_store(&path);
    (folder, path)
}

fn health(store: &Store) -> Health {
    store.health().unwrap()
}

#[test]
fn a_store_alone_is_in_its_place_and_has_no_copies() {
    let (_folder, path) = store();
    for store in [open_read_only(&path), Store::in_memory().unwrap()] {
        let health = health(&store);
        assert!(health.in_place);
        assert_eq!(health.copies_beside, Vec::<PathBuf>::new());
    }
}

#[test]
fn the_generation_counts_commits() {
    let (_folder, path) = store();
    let store = open(&path);
    let before = health(&store).pin.generation();
    store.put("name", "next").unwrap();
    assert_eq!(health(&store).pin.generation(), before + 1);
    store.get("name").unwrap();
    assert_eq!(health(&store).pin.generation(), before + 1);
    drop(store);
    assert_eq!(
        health(&open_read_only(&path)).pin.generation(),
        before + 2,
        "closing writes that it was read"
    );
}

#[test]
fn copies_are_found_whatever_they_are_called() {
    let (folder, path) = store();
    let mut copies: Vec<PathBuf> = [
        "s (Ada's conflicted copy 2026-03-01).strongroom",
        "s.sync-conflict-20260301-120000-ABCDEFG.strongroom",
        "s-LAPTOP.strongroom",
        "s.strongroom.bak",
        ".hidden",
    ]
    .into_iter()
    .map(|name| folder.join(name))
    .collect();
    copies.sort();
    for copy in &copies {
        fs::copy(&path, copy).unwrap();
    }
    for store in [open_read_only(&path), open_read_only(&path)] {
        assert_eq!(health(&store).copies_beside, copies);
    }
    // The copies go on to be copies of one store when they have gone different ways.
    open(&copies[1]).put("name", "another").unwrap();
    let store = open(&path);
    store.put("name", "next").unwrap();
    assert_eq!(health(&store).copies_beside, copies);
}

#[test]
fn one_key_header_is_enough_to_know_a_copy() {
    let (folder, path) = store();
    let bytes = fs::read(&path).unwrap();
    let damaged = |at: usize| {
        let mut bytes = bytes.clone();
        bytes[at] ^= 1;
        bytes
    };
    fs::write(folder.join("a"), damaged(0)).unwrap();
    fs::write(folder.join("b"), damaged(0x4000)).unwrap();
    fs::write(folder.join("c"), &bytes[..32]).unwrap();
    let expected = ["a", "b", "c"].map(|name| folder.join(name));
    assert_eq!(health(&open_read_only(&path)).copies_beside, expected);
}

#[test]
fn other_files_are_no_copies() {
    let (folder, path) = store();
    let bytes = fs::read(&path).unwrap();
    small_store(&folder.join("another.strongroom"));
    fs::create_dir(folder.join("below")).unwrap();
    fs::copy(&path, folder.join("below/s.strongroom")).unwrap();
    fs::copy(&path, folder.join(".strongroom-0123456789abcdef.tmp")).unwrap();
    symlink(&path, folder.join("link")).unwrap();
    mknodat(CWD, folder.join("pipe"), FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
    fs::write(folder.join("empty"), "").unwrap();
    fs::write(folder.join("short"), &bytes[..31]).unwrap();
    fs::write(folder.join("zeros"), [0; 0x8000]).unwrap();
    let mut other_id = bytes.clone();
    [16, 0x4000 + 16].into_iter().for_each(|at| other_id[at] ^= 1);
    fs::write(folder.join("other-id"), &other_id).unwrap();
    let mut no_magic = bytes;
    [0, 0x4000].into_iter().for_each(|at| no_magic[at] ^= 1);
    fs::write(folder.join("no-magic"), &no_magic).unwrap();
    let store = open_read_only(&path);
    fs::hard_link(&path, folder.join("second-name")).unwrap();
    assert_eq!(health(&store).copies_beside, Vec::<PathBuf>::new());
    fs::copy(&path, folder.join("copy")).unwrap();
    assert_eq!(health(&store).copies_beside, [folder.join("copy")]);
}

#[test]
fn what_took_the_place_is_seen() {
    let (folder, path) = store();
    let store = open_read_only(&path);
    fs::rename(&path, folder.join("moved")).unwrap();
    assert!(!health(&store).in_place);
    fs::copy(folder.join("moved"), &path).unwrap();
    let seen = health(&store);
    assert!(!seen.in_place);
    assert_eq!(seen.copies_beside, [path.as_path()], "the file in the place is a copy now");
    fs::rename(folder.join("moved"), &path).unwrap();
    assert!(health(&store).in_place);
}

#[test]
fn a_copy_that_cannot_be_read_is_passed_over() {
    let folder = Folder::new();
    let inner = folder.join("folder");
    fs::create_dir(&inner).unwrap();
    let (path, unreadable, copy) = (inner.join("s"), inner.join("a"), inner.join("b"));
    drop(create(&path));
    for to in [&unreadable, &copy] {
        fs::copy(&path, to).unwrap();
    }
    let mut process = bound_process(&folder, &[&inner, &path, &unreadable, &copy]);
    set_mode(&unreadable, 0o000);
    process.must(&["open".as_ref(), "ro".as_ref(), "60000".as_ref(), path.as_os_str()]);
    assert_eq!(process.must(&["copies"]), copy.to_str().unwrap());
    set_mode(&inner, 0o100);
    assert!(process.ask(&["copies"]).starts_with("Io: "), "a list that cannot be made is no empty list");
    set_mode(&inner, 0o700);
}
