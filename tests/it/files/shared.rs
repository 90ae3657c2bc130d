//! What others could read, replace or hold is refused, until it is put right or allowed.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use strongroom::{ErrorKind, Store, StoreOptions};

use super::permissions::set_mode;
use crate::child::Process;
use crate::fixture::{Folder, check_refused, key, open, open_read_only, patient, small_store};

fn store() -> (Folder, std::path::PathBuf) {
    let folder = Folder::new();
    let path = folder.join("s");
    small_store(&path);
    (folder, path)
}

/// Both ways of opening are refused, with a sentence that says `hint`, whatever else is `allowed`.
#[track_caller]
fn check_file_refused(path: &Path, allowed: &StoreOptions, hint: &str) {
    let before = fs::read(path).unwrap();
    for read_only in [true, false] {
        let opened = allowed.clone().read_only(read_only).open(path, key());
        let error = check_refused(opened, ErrorKind::FileRefused);
        assert!(error.to_string().contains(hint), "{error}");
    }
    assert!(fs::read(path).unwrap() == before);
}

#[track_caller]
fn check_opens(path: &Path) {
    assert_eq!(open_read_only(path).get("name").unwrap().value().expose(), b"value");
    assert_eq!(open(path).get("name").unwrap().value().expose(), b"value");
}

#[test]
fn each_bit_for_group_and_others_is_refused() {
    let (_folder, path) = store();
    for bit in [0o040, 0o020, 0o010, 0o004, 0o002, 0o001] {
        for mode in [0o600 | bit, 0o700 | bit] {
            set_mode(&path, mode);
            check_file_refused(&path, &patient().allow_network_fs(true), "chmod 600");
            let shared = patient().allow_shared_mode(true);
            assert_eq!(shared.open(&path, key()).unwrap().get("name").unwrap().version(), 1, "{mode:o}");
        }
        // Of a file that its owner may only read, a writer is told that first.
        set_mode(&path, 0o400 | bit);
        let reader = patient().read_only(true);
        check_refused(reader.open(&path, key()), ErrorKind::FileRefused);
        assert_eq!(
            reader.allow_shared_mode(true).open(&path, key()).unwrap().get("name").unwrap().version(),
            1
        );
        set_mode(&path, 0o600);
        check_opens(&path);
    }
    set_mode(&path, 0o666);
    check_file_refused(&path, &patient(), "allow_shared_mode");
    check_file_refused(&path, &patient().allow_shared_mode(true).allow_shared_mode(false), "chmod 600");
    patient().allow_shared_mode(true).open(&path, key()).unwrap().put("name", "next").unwrap();
    assert_eq!(fs::metadata(&path).unwrap().mode() & 0o7777, 0o666, "the mode is the host's");
}

#[test]
fn the_owner_may_have_all_rights_or_few() {
    let (_folder, path) = store();
    for mode in [0o400, 0o500] {
        set_mode(&path, mode);
        assert_eq!(open_read_only(&path).get("name").unwrap().version(), 1, "{mode:o}");
    }
    for mode in [0o600, 0o700] {
        set_mode(&path, mode);
        check_opens(&path);
    }
}

#[test]
fn the_umask_decides_nothing_about_a_copy_but_that_it_is_refused_or_opened() {
    let (folder, path) = store();
    for (umask, is_private) in [("000", false), ("022", false), ("027", false), ("077", true)] {
        let copy = folder.join(umask);
        let mut process = Process::start();
        process.must(&["umask", umask]);
        process.must(&["copy".as_ref(), path.as_os_str(), copy.as_os_str()]);
        if !is_private {
            check_file_refused(&copy, &patient(), "chmod 600");
            set_mode(&copy, 0o600);
        }
        check_opens(&copy);
    }
}

#[test]
fn a_store_with_another_name_is_refused() {
    let (folder, path) = store();
    let all = patient().allow_shared_mode(true).allow_network_fs(true);
    fs::create_dir(folder.join("theirs")).unwrap();
    for other in ["other", "theirs/s"] {
        fs::hard_link(&path, folder.join(other)).unwrap();
        for name in ["s", other] {
            check_file_refused(&folder.join(name), &all, "hard link");
        }
        fs::remove_file(folder.join(other)).unwrap();
        check_opens(&path);
    }
    fs::hard_link(&path, folder.join("renamed")).unwrap();
    fs::remove_file(&path).unwrap();
    check_opens(&folder.join("renamed"));
}

#[test]
fn a_link_made_while_a_store_is_open_is_refused_at_the_next_opening() {
    let (folder, path) = store();
    let store = open(&path);
    fs::hard_link(&path, folder.join("other")).unwrap();
    store.put("name", "value").unwrap();
    drop(store);
    check_file_refused(&path, &patient(), "hard link");
}

#[test]
fn a_directory_that_everybody_writes_to_is_refused_unless_it_is_sticky() {
    let folder = Folder::new();
    let inner = folder.join("folder");
    fs::create_dir(&inner).unwrap();
    let path = inner.join("s");
    small_store(&path);
    let all = patient().allow_shared_mode(true).allow_network_fs(true);
    for mode in [0o777, 0o703, 0o2777] {
        set_mode(&inner, mode);
        check_file_refused(&path, &all, "chmod o-w");
        let error = check_refused(all.create(inner.join("new"), key()), ErrorKind::FileRefused);
        assert!(error.to_string().contains("chmod o-w"), "{error}");
        assert_eq!(fs::read_dir(&inner).unwrap().count(), 1, "something was left behind");
    }
    for mode in [0o1777, 0o1703, 0o775, 0o770, 0o700] {
        set_mode(&inner, mode);
        check_opens(&path);
        drop(Store::create(inner.join("new"), key()).unwrap());
        fs::remove_file(inner.join("new")).unwrap();
    }
}

#[test]
fn the_directory_is_the_one_that_the_path_leads_to() {
    let folder = Folder::new();
    let (open_to_all, private) = (folder.join("open"), folder.join("private"));
    [&open_to_all, &private].into_iter().for_each(|path| fs::create_dir(path).unwrap());
    set_mode(&open_to_all, 0o777);
    std::os::unix::fs::symlink(&private, folder.join("to-private")).unwrap();
    std::os::unix::fs::symlink(&open_to_all, folder.join("to-open")).unwrap();
    small_store(&folder.join("to-private").join("s"));
    check_opens(&private.join("s"));
    check_refused(Store::create(folder.join("to-open").join("s"), key()), ErrorKind::FileRefused);
}
