//! Key files: which are taken, and which are made.

use std::fs;
use std::os::unix::fs::{MetadataExt, symlink};

use rustix::fs::{CWD, FileType, Mode, mknodat};
use strongroom::{ErrorKind, Store, Unlock};

use super::permissions::{bound_process, set_mode};
use crate::child::Process;
use crate::fixture::{Folder, check_refused, patient};

#[test]
fn a_key_file_has_1_to_65536_bytes() {
    let folder = Folder::new();
    for len in [1, 65_535, 65_536] {
        let (file, path) = (folder.join(&format!("key-{len}")), folder.join(&format!("store-{len}")));
        fs::write(&file, vec![b'k'; len]).unwrap();
        drop(Store::create(&path, Unlock::key_file(&file).unwrap()).unwrap());
        drop(patient().open(&path, Unlock::key_file(&file).unwrap()).unwrap());
        // Every byte of it counts.
        let mut bytes = vec![b'k'; len];
        bytes[len - 1] ^= 1;
        fs::write(&file, bytes).unwrap();
        check_refused(patient().open(&path, Unlock::key_file(&file).unwrap()), ErrorKind::WrongKey);
    }
    for len in [0, 65_537, 1 << 20] {
        fs::write(folder.join("bad"), vec![b'k'; len]).unwrap();
        check_refused(Unlock::key_file(folder.join("bad")), ErrorKind::InvalidArgument);
    }
}

#[test]
fn what_is_no_regular_file_is_no_key_file() {
    let folder = Folder::new();
    // Without a writer, opening it for reading waits unless it is told not to.
    mknodat(CWD, folder.join("pipe"), FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
    for path in [folder.path(), &folder.join("pipe"), "/dev/zero".as_ref(), "/dev/tty".as_ref()] {
        let Err(error) = Unlock::key_file(path) else { panic!("{} is a key file", path.display()) };
        assert!(matches!(error.kind(), ErrorKind::InvalidArgument | ErrorKind::Io), "{error}");
    }
    check_refused(Unlock::key_file(folder.path()), ErrorKind::InvalidArgument);
    check_refused(Unlock::key_file(folder.join("pipe")), ErrorKind::InvalidArgument);
    check_refused(Unlock::key_file(folder.join("absent")), ErrorKind::NotFound);
    check_refused(Unlock::key_file(""), ErrorKind::NotFound);
    symlink("absent", folder.join("dangling")).unwrap();
    check_refused(Unlock::key_file(folder.join("dangling")), ErrorKind::NotFound);
}

#[test]
fn a_link_to_a_key_file_is_followed() {
    let folder = Folder::new();
    fs::write(folder.join("key"), "content").unwrap();
    symlink("key", folder.join("link")).unwrap();
    drop(Store::create(folder.join("store"), Unlock::key_file(folder.join("key")).unwrap()).unwrap());
    drop(patient().open(folder.join("store"), Unlock::key_file(folder.join("link")).unwrap()).unwrap());
}

#[test]
fn a_key_file_that_cannot_be_read_says_so() {
    let folder = Folder::new();
    let file = folder.join("key");
    fs::write(&file, "content").unwrap();
    let mut process = bound_process(&folder, &[&file]);
    let ask = |process: &mut Process| process.ask(&["key-file".as_ref(), file.as_os_str()]);
    set_mode(&file, 0o400);
    assert_eq!(ask(&mut process), "ok");
    set_mode(&file, 0o000);
    assert_eq!(ask(&mut process), "Io: could not read the key file");
}

#[test]
fn a_made_key_file_is_its_owners_alone_whatever_the_umask() {
    for umask in ["000", "022", "077", "277", "777"] {
        let folder = Folder::new();
        let (file, path) = (folder.join("key"), folder.join("store"));
        let mut process = Process::start();
        process.must(&["umask", umask]);
        process.must(&["create-key-file".as_ref(), file.as_os_str(), path.as_os_str()]);
        assert_eq!(fs::metadata(&file).unwrap().mode() & 0o7777, 0o600, "umask {umask}");
        assert!(process.finish().success());
        let text = fs::read_to_string(&file).unwrap();
        assert!(text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit()), "{umask}");
        drop(patient().open(&path, Unlock::key_file(&file).unwrap()).unwrap());
    }
}

#[test]
fn a_key_file_is_never_made_over_anything() {
    let folder = Folder::new();
    fs::write(folder.join("key"), "content").unwrap();
    symlink("absent", folder.join("dangling")).unwrap();
    symlink("key", folder.join("link")).unwrap();
    for name in ["key", "dangling", "link"] {
        check_refused(Unlock::create_key_file(folder.join(name)), ErrorKind::AlreadyExists);
    }
    check_refused(Unlock::create_key_file(folder.path()), ErrorKind::AlreadyExists);
    check_refused(Unlock::create_key_file(folder.join("no/folder")), ErrorKind::NotFound);
    assert_eq!(fs::read_to_string(folder.join("key")).unwrap(), "content");
    assert_eq!(folder.names(), ["dangling", "key", "link"]);
    let made = |name: &str| {
        drop(Unlock::create_key_file(folder.join(name)).unwrap());
        fs::read(folder.join(name)).unwrap()
    };
    assert_ne!(made("one"), made("two"));
}
