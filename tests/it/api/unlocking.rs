//! Passphrases and keys: what opens, what does not, and what the refusal says.

use strongroom::{ErrorKind, KdfCost, Store, StoreOptions, Unlock};

use crate::fixture::{Folder, check_refused, key, patient, small_store};

/// A store made with `made` opens, or not, with each of `tried`.
#[track_caller]
fn check(made: &Unlock, tried: &[(&Unlock, Option<ErrorKind>)]) {
    let folder = Folder::new();
    let path = folder.join("s");
    let options = StoreOptions::new().kdf_cost(KdfCost::EDGE);
    options.create(&path, made).unwrap().put("name", "value").unwrap();
    for (unlock, refused) in tried {
        let opened = patient().open(&path, *unlock);
        match refused {
            None => assert_eq!(opened.unwrap().get("name").unwrap().value().expose(), b"value"),
            Some(kind) => drop(check_refused(opened, *kind)),
        }
    }
}

#[test]
fn a_passphrase_opens_its_store_and_no_other_does() {
    let wrong = Some(ErrorKind::WrongKey);
    check(
        &Unlock::passphrase("open sesame"),
        &[
            (&Unlock::passphrase("open sesame"), None),
            (&Unlock::passphrase("Open sesame"), wrong),
            (&Unlock::passphrase("open sesame "), wrong),
            (&Unlock::raw_key(b"open sesame open sesame open ses"), wrong),
        ],
    );
}

#[test]
fn a_raw_key_opens_its_store_and_no_other_does() {
    let text = "a key of 32 bytes that is a text";
    let bytes = <[u8; 32]>::try_from(text.as_bytes()).unwrap();
    let mut other = bytes;
    other[31] ^= 1;
    let wrong = Some(ErrorKind::WrongKey);
    check(
        &Unlock::raw_key(&bytes),
        &[
            (&Unlock::raw_key(&bytes), None),
            (&Unlock::raw_key(&other), wrong),
            (&Unlock::passphrase(text), wrong),
        ],
    );
}

#[test]
fn a_passphrase_opens_however_the_keyboard_composes_it() {
    check(
        &Unlock::passphrase("cafe\u{301} \u{212b}"),
        &[
            (&Unlock::passphrase("caf\u{e9} \u{c5}"), None),
            (&Unlock::passphrase("cafe A"), Some(ErrorKind::WrongKey)),
        ],
    );
    check(&Unlock::passphrase("\u{e9}"), &[(&Unlock::passphrase("e\u{301}"), None)]);
}

#[test]
fn passphrases_have_one_to_1024_bytes() {
    let folder = Folder::new();
    let path = folder.join("s");
    let (most, over) = ("p".repeat(1_024), "p".repeat(1_025));
    check(&Unlock::passphrase(&most), &[(&Unlock::passphrase(&most), None)]);
    for refused in ["", over.as_str(), "é".repeat(513).as_str()] {
        check_refused(Store::create(&path, Unlock::passphrase(refused)), ErrorKind::InvalidArgument);
        assert_eq!(folder.names(), Vec::<String>::new(), "nothing is left behind");
    }
    small_store(&path);
    for refused in ["", over.as_str()] {
        check_refused(Store::open(&path, Unlock::passphrase(refused)), ErrorKind::InvalidArgument);
    }
}

#[test]
fn the_cost_of_a_passphrase_stays_inside_its_window() {
    for (memory_kib, passes, lanes) in
        [(19 << 10, 1, 1), (64 << 10, 3, 4), (512 << 10, 8, 16), (256 << 10, 16, 1)]
    {
        let cost = KdfCost::new(memory_kib, passes, lanes).unwrap();
        assert_eq!((cost.memory_kib(), cost.passes(), cost.lanes()), (memory_kib, passes, lanes));
    }
    for (memory_kib, passes, lanes) in [
        ((19 << 10) - 1, 2, 1),
        ((512 << 10) + 1, 1, 1),
        (64 << 10, 0, 1),
        (64 << 10, 17, 1),
        (64 << 10, 3, 0),
        (64 << 10, 3, 17),
        (512 << 10, 9, 1),
        (u32::MAX, u32::MAX, u32::MAX),
    ] {
        check_refused(KdfCost::new(memory_kib, passes, lanes), ErrorKind::KdfLimits);
    }
}

#[test]
fn a_store_cannot_be_created_read_only() {
    let folder = Folder::new();
    let created = StoreOptions::new().read_only(true).create(folder.join("s"), key());
    check_refused(created, ErrorKind::InvalidArgument);
    assert_eq!(folder.names(), Vec::<String>::new());
}

#[test]
fn a_read_only_handle_reads_and_refuses_to_write() {
    let folder = Folder::new();
    let path = folder.join("s");
    small_store(&path);
    let store = patient().read_only(true).open(&path, key()).unwrap();
    assert_eq!(store.get("name").unwrap().version(), 1);
    check_refused(store.put("name", "x"), ErrorKind::ReadOnly);
    check_refused(store.transaction(|_| Ok(())), ErrorKind::ReadOnly);
    assert_eq!(store.verify().unwrap().opened.unwrap().secrets, 1);
    store.close().unwrap();
}
