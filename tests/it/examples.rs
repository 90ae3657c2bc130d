//! The examples, as somebody who copies them runs them.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use strongroom::{NewSlot, Store, StoreOptions, Unlock};

use crate::fixture::{Folder, write_private};

/// An example, which `cargo test` builds beside the tests.
pub(crate) fn program(name: &str) -> PathBuf {
    let tests = std::env::current_exe().unwrap();
    let program = tests.parent().and_then(Path::parent).unwrap().join("examples").join(name);
    assert!(program.exists(), "{} is missing; run `cargo test`, which builds it", program.display());
    program
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[test]
fn the_stolen_laptop_shows_what_helps() {
    let output = Command::new(program("stolen_laptop")).output().unwrap();
    let said = said(&output);
    assert!(output.status.success(), "{said}");
    assert_eq!(said.matches("our file with the old passphrase: refused").count(), 1, "{said}");
    assert_eq!(said.matches("the stolen file with the old passphrase: opens").count(), 2, "{said}");
    assert!(said.contains("our token is at version 2"), "{said}");
}

#[test]
fn the_recovery_drill_rehearses_by_itself() {
    let output = Command::new(program("recovery_drill")).output().unwrap();
    let said = said(&output);
    assert!(output.status.success(), "{said}");
    assert!(said.contains("opened 20 secrets in 20 versions from the backup"), "{said}");
}

#[test]
fn the_recovery_drill_passes_on_a_store_of_ones_own_with_the_right_code_only() {
    let folder = Folder::new();
    let (store, backup) = (folder.join("store"), folder.join("backup"));
    let (code, other) = {
        let store = StoreOptions::new().create(&store, Unlock::passphrase("mine")).unwrap();
        store.put("name", "value").unwrap();
        let (_, code) = store.slots().add_recovery_code_with(NewSlot::new().label("paper")).unwrap();
        let (_, other) = Store::in_memory().unwrap().slots().add_recovery_code().unwrap();
        (code.expose().to_owned(), other.expose().to_owned())
    };
    // The drill does not wait for its store.
    write_private(&store, std::fs::read(&store).unwrap());
    let drill = |code: &str| {
        let mut drill = Command::new(program("recovery_drill"));
        let drill = drill.args([&store, &backup]).env("STRONGROOM_PASSPHRASE", "mine");
        drill.env("STRONGROOM_RECOVERY_CODE", code).output().unwrap()
    };
    let typo = code.replacen(|c| c != '7', "7", 1);
    for (wrong, reason) in [(typo, "group 1 of the recovery code"), (other, "no key slot of this store")] {
        let output = drill(&wrong);
        assert_eq!(output.status.code(), Some(1), "{}", said(&output));
        assert!(said(&output).contains(reason), "{}", said(&output));
        let _ = std::fs::remove_file(&backup);
    }
    let output = drill(&code);
    assert!(output.status.success(), "{}", said(&output));
    assert!(!said(&output).contains(&code), "{}", said(&output));
}
