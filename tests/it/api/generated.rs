//! Values that the store makes itself.

use std::collections::BTreeSet;

use strongroom::{ErrorKind, Generator, Put, Store, TokenEncoding, VersionState};

use crate::fixture::check_refused;

fn value(store: &Store, path: &str) -> Vec<u8> {
    store.get(path).unwrap().value().expose().to_vec()
}

#[test]
fn a_generated_value_is_the_next_version() {
    let store = Store::in_memory().unwrap();
    let generator = Generator::password(32).symbols(false);
    let put = Put::new().expect_absent().tag("env", "prod").note("made here");
    let written = store.put_generated("db/password", &generator, &put).unwrap();
    assert_eq!((written.version(), written.path().as_str()), (1, "db/password"));
    let first = value(&store, "db/password");
    assert!(first.len() == 32 && first.iter().all(u8::is_ascii_alphanumeric));
    check_refused(store.put_generated("db/password", &generator, &put), ErrorKind::AlreadyExists);
    let put = Put::new().expect_version(1);
    assert_eq!(store.put_generated("db/password", &generator, put).unwrap().version(), 2);
    assert_ne!(value(&store, "db/password"), first);
    let versions = store.versions("db/password").unwrap();
    assert_eq!((versions[0].note.as_str(), versions[1].state), ("made here", VersionState::Current));
    assert_eq!(store.info("db/password").unwrap().tags().get("env"), Some("prod"));
}

#[test]
fn a_thousand_generated_values_are_a_thousand_values() {
    let store = Store::in_memory().unwrap();
    let generators = [
        Generator::password(16),
        Generator::passphrase(6),
        Generator::token(16).encoding(TokenEncoding::Raw),
        Generator::token(32),
    ];
    let values = store.transaction(|tx| {
        let mut values = BTreeSet::new();
        for number in 0..1_000 {
            tx.put_generated("a", &generators[number % generators.len()], Put::new())?;
            values.insert(tx.get("a")?.value().expose().to_vec());
        }
        Ok(values)
    });
    assert_eq!(values.unwrap().len(), 1_000);
}

#[test]
fn a_description_that_breaks_a_rule_writes_nothing() {
    let store = Store::in_memory().unwrap();
    store.put("a", "kept").unwrap();
    check_refused(store.put_generated("a", &Generator::token(15), Put::new()), ErrorKind::InvalidArgument);
    check_refused(store.put_generated("a//b", &Generator::token(16), Put::new()), ErrorKind::InvalidArgument);
    // Passed over inside a transaction, it fails the whole.
    let passed_over = store.transaction(|tx| {
        tx.put("b", "x")?;
        Ok(tx.put_generated("a", &Generator::password(0), Put::new()).is_err())
    });
    check_refused(passed_over, ErrorKind::InvalidArgument);
    check_refused(store.get("b"), ErrorKind::NotFound);
    assert_eq!(value(&store, "a"), b"kept");
}
