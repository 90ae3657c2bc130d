//! A second reader, in another language and from docs/FORMAT.md alone, finds in a store what the library finds.

mod altered;
mod contradictions;
mod golden;
mod headers;
mod key;
mod library;
mod lives;
mod pins;
mod python;
mod random;
mod reading;
mod slots;

use std::path::Path;

use strongroom::ErrorKind;

use key::Key;
use library::{audited_by_library, read_by_library};
use python::read_in_python;
use reading::{Reading, audited_of, reading_of};

/// So early that every store is read as of its last commit.
const LAST_COMMIT: i64 = 0;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Hexadecimal, a byte repeated (`a5*20`), or 0, 1, …, 250, 0, … (`count*20`): as in the golden files.
fn bytes_of(text: &str) -> Vec<u8> {
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
    match text.split_once('*') {
        None => text.as_bytes().chunks(2).map(byte).collect(),
        Some(("count", len)) => (0..=250).cycle().take(len.parse().unwrap()).collect(),
        Some((fill, len)) => vec![byte(fill.as_bytes()); len.parse().unwrap()],
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The 16 bytes behind `sec_` or `slot_` and 26 characters of Crockford's base 32.
fn id_of(text: &str) -> String {
    let digit = |c| "0123456789ABCDEFGHJKMNPQRSTVWXYZ".find(c).unwrap() as u128;
    let bits = text.split_once('_').unwrap().1.chars().fold(0, |bits, c| bits << 5 | digit(c));
    format!("{bits:032x}")
}

/// Both readers find the same in a store as of its last commit; gives it, and how the Python reader says the file was left.
#[track_caller]
fn check_same(path: &Path, key: &Key) -> (Reading, String) {
    check_same_at(path, key, LAST_COMMIT)
}

/// As of `now`.
#[track_caller]
fn check_same_at(path: &Path, key: &Key, now: i64) -> (Reading, String) {
    let found = read_in_python(path, key, now).unwrap_or_else(|line| panic!("{}: {line}", path.display()));
    let reading = reading_of(&found);
    assert_eq!(reading, read_by_library(path, key, now).unwrap(), "{}", path.display());
    assert_eq!(audited_of(&found), audited_by_library(path, key, now).unwrap(), "{}", path.display());
    (reading, found["left"].as_str().unwrap().to_owned())
}

/// Both readers refuse the file, for the same reason.
#[track_caller]
fn check_both_refuse(path: &Path, key: &Key, kind: ErrorKind) {
    let line = read_in_python(path, key, LAST_COMMIT).expect_err("the Python reader accepts it");
    assert!(line.starts_with(&format!("{}: ", word_of(kind))), "{line}");
    assert_eq!(read_by_library(path, key, LAST_COMMIT).unwrap_err().kind(), kind);
}

/// What the Python reader calls a reason to refuse a store.
fn word_of(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::NotAStore => "not-a-store",
        ErrorKind::Damaged => "damaged",
        ErrorKind::Tampered => "altered",
        ErrorKind::UnsupportedFormat => "unsupported",
        ErrorKind::WrongKey => "wrong-key",
        ErrorKind::KdfLimits => "limits",
        ErrorKind::WrongStore => "wrong-store",
        ErrorKind::RolledBack => "rolled-back",
        ErrorKind::ForkedHistory => "forked",
        kind => panic!("the reader has no word for {kind:?}"),
    }
}
