//! Both readers hold a store against a pin, and come to the same end.

use std::fs;
use std::path::Path;

use strongroom::{AuditPolicy, ErrorKind, PinCheck, Sweep};

use super::key::Key;
use super::python::{read_in_python, read_with_options};
use super::{LAST_COMMIT, word_of};
use crate::fixture::{Folder, patient};

const RAW: Key = Key::Raw([9; 32]);

#[track_caller]
fn check_pin(path: &Path, pin: &str, expected: Result<PinCheck, ErrorKind>) {
    let found = read_with_options(path, &RAW, &["--pin", pin]);
    let opened = patient().read_only(true).pin(pin.parse().unwrap()).open(path, RAW.unlock());
    match expected {
        Ok(check) => {
            assert!(found.is_ok(), "{found:?}");
            assert_eq!(opened.unwrap().open_report().pin, Some(check));
        }
        Err(kind) => {
            let line = found.unwrap_err();
            assert!(line.starts_with(&format!("{}: ", word_of(kind))), "{line}");
            assert_eq!(opened.unwrap_err().kind(), kind);
        }
    }
}

/// Puts a value, and gives the pin of the state before and after.
fn put(path: &Path, value: &str) -> [String; 2] {
    let store = patient().open(path, RAW.unlock()).unwrap();
    let before = store.pin().unwrap().to_string();
    store.put("name", value).unwrap();
    let after = store.pin().unwrap().to_string();
    store.close().unwrap();
    [before, after]
}

#[test]
fn the_second_reader_and_the_library_judge_pins_alike() {
    let folder = Folder::new();
    let (path, copy, other) = (folder.join("store"), folder.join("copy"), folder.join("other"));
    for path in [&path, &other] {
        patient().create(path, RAW.unlock()).unwrap().close().unwrap();
    }
    let [empty, first] = put(&path, "first");
    fs::copy(&path, &copy).unwrap();
    let [_, second] = put(&path, "second");
    let [_, elsewhere] = put(&copy, "elsewhere");
    for pin in [&empty, &first, &second] {
        check_pin(&path, pin, Ok(PinCheck::InHistory));
    }
    check_pin(&copy, &first, Ok(PinCheck::InHistory));
    check_pin(&path, &elsewhere, Err(ErrorKind::ForkedHistory));
    check_pin(&copy, &second, Err(ErrorKind::ForkedHistory));
    let [_, third] = put(&path, "third");
    check_pin(&path, &elsewhere, Err(ErrorKind::ForkedHistory));
    check_pin(&copy, &third, Err(ErrorKind::RolledBack));
    check_pin(&other, &first, Err(ErrorKind::WrongStore));
    check_pin(&path, &first.to_uppercase().replace("SR_PIN_", " sr_pin_"), Ok(PinCheck::InHistory));
}

#[test]
fn both_readers_tell_what_they_can_of_a_pin_that_is_older_than_the_log() {
    let folder = Folder::new();
    let (path, copy) = (folder.join("store"), folder.join("copy"));
    patient().create(&path, RAW.unlock()).unwrap().close().unwrap();
    fs::copy(&path, &copy).unwrap();
    let [empty, first] = put(&path, "first");
    let [_, elsewhere] = put(&copy, "elsewhere");
    let store = patient().open(&path, RAW.unlock()).unwrap();
    store.policy().set_audit(AuditPolicy::new().keep_bytes(0)).unwrap();
    assert!(store.sweep(Sweep::new()).unwrap().audit_events > 0);
    store.close().unwrap();
    check_pin(&path, &empty, Ok(PinCheck::OlderThanLog));
    check_pin(&path, &elsewhere, Ok(PinCheck::OlderThanLog));
    check_pin(&path, &first, Ok(PinCheck::InHistory));
    let [before, last] = put(&path, "last");
    check_pin(&path, &before, Ok(PinCheck::InHistory));
    check_pin(&path, &last, Ok(PinCheck::InHistory));
    check_pin(&copy, &last, Err(ErrorKind::RolledBack));
}

#[test]
fn the_second_reader_finds_typing_errors_in_pins_and_recovery_codes() {
    let folder = Folder::new();
    let path = folder.join("store");
    let store = patient().create(&path, RAW.unlock()).unwrap();
    let pin = store.pin().unwrap().to_string();
    let (_, code) = store.slots().add_recovery_code().unwrap();
    let code = code.expose().to_owned();
    store.close().unwrap();
    assert!(read_with_options(&path, &RAW, &["--pin", &pin]).is_ok());
    let mut refused = 0;
    for at in (0..pin.len()).step_by(9) {
        let other = if &pin[at..=at] == "a" { "b" } else { "a" };
        let typed = [&pin[..at], other, &pin[at + 1..]].concat();
        let line = read_with_options(&path, &RAW, &["--pin", &typed]).unwrap_err();
        assert!(line.starts_with("usage: ") && typed.parse::<strongroom::Pin>().is_err(), "{typed}: {line}");
        refused += 1;
    }
    assert!(read_in_python(&path, &Key::RecoveryCode(code.clone()), LAST_COMMIT).is_ok());
    for at in (0..code.len()).filter(|at| at % 6 != 5).step_by(7) {
        let other = if &code[at..=at] == "7" { "8" } else { "7" };
        let typed = [&code[..at], other, &code[at + 1..]].concat();
        let line = read_in_python(&path, &Key::RecoveryCode(typed.clone()), LAST_COMMIT).unwrap_err();
        assert!(
            line.starts_with("usage: group") && strongroom::RecoveryCode::check(&typed).is_err(),
            "{typed}"
        );
        refused += 1;
    }
    assert!(refused > 16, "{refused}");
}
