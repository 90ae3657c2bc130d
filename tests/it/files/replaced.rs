//! A file that another one took the place of while it was open.

use std::fs;
use std::path::Path;

use strongroom::{ErrorKind, Store};

use crate::fixture::{Folder, check_refused, create, open, open_read_only, small_store};

/// After `replace` the open handle notices at its next write, writes nothing anywhere, and still reads.
#[track_caller]
fn check(replace: impl FnOnce(&Folder, &Path)) {
    let folder = Folder::new();
    let path = folder.join("s");
    let store = create(&path);
    store.put("name", "value").unwrap();
    fs::hard_link(&path, folder.join("witness")).unwrap();
    replace(&folder, &path);
    let content = |name: &str| match fs::read_link(folder.join(name)) {
        Ok(link) => Some(link.into_os_string().into_encoded_bytes()),
        Err(_) => fs::read(folder.join(name)).ok(),
    };
    let (ours, theirs) = (content("witness").unwrap(), content("s"));
    for _ in 0..2 {
        let error = check_refused(store.put("name", "lost"), ErrorKind::FileRefused);
        assert!(error.to_string().contains("nothing was written"), "{error}");
    }
    assert_eq!(store.get("name").unwrap().value().expose(), b"value");
    drop(store);
    assert!(content("s") == theirs, "what took the place was written to");
    let superblocks = 0x8000..0xa000;
    let after = content("witness").unwrap();
    assert!(ours[..superblocks.start] == after[..superblocks.start], "the headers were written to");
    assert!(ours[superblocks.end..] == after[superblocks.end..], "the blocks were written to");
}

#[test]
fn a_store_moved_into_the_place_is_noticed() {
    check(|folder, path| {
        small_store(&folder.join("other"));
        fs::rename(folder.join("other"), path).unwrap();
    });
}

#[test]
fn a_file_written_by_a_sync_client_is_noticed() {
    check(|_, path| {
        fs::remove_file(path).unwrap();
        fs::write(path, "an older copy, or anything").unwrap();
    });
}

#[test]
fn a_copy_of_the_store_itself_is_noticed() {
    check(|folder, path| {
        fs::copy(path, folder.join("copy")).unwrap();
        fs::rename(folder.join("copy"), path).unwrap();
    });
}

#[test]
fn a_link_in_the_place_is_noticed() {
    check(|folder, path| {
        fs::rename(path, folder.join("moved")).unwrap();
        std::os::unix::fs::symlink(folder.join("moved"), path).unwrap();
    });
}

#[test]
fn a_file_that_was_removed_is_noticed() {
    check(|_, path| fs::remove_file(path).unwrap());
}

#[test]
fn a_handle_goes_on_when_its_file_is_back() {
    let folder = Folder::new();
    let path = folder.join("s");
    let store = create(&path);
    fs::rename(&path, folder.join("away")).unwrap();
    check_refused(store.put("name", "lost"), ErrorKind::FileRefused);
    fs::rename(folder.join("away"), &path).unwrap();
    drop(store);
    let store: Store = open(&path);
    check_refused(store.get("name"), ErrorKind::NotFound);
    store.put("name", "value").unwrap();
}

#[test]
fn a_reader_goes_on_with_the_file_it_opened() {
    let folder = Folder::new();
    let path = folder.join("s");
    small_store(&path);
    let reader = open_read_only(&path);
    fs::remove_file(&path).unwrap();
    create(&path).put("name", "other").unwrap();
    assert_eq!(reader.get("name").unwrap().value().expose(), b"value");
    reader.verify().unwrap();
}
