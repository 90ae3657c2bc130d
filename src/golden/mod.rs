//! The frozen bytes of `tests/golden`: vectors for everything this crate lays or seals by hand, and whole stores.
//!
//! `STRONGROOM_WRITE_GOLDEN=1 cargo test --lib golden` adds the files that are missing and never overwrites one. A file
//! that is there is the truth: if a test fails, the code is wrong, or the format has a new version and a directory of
//! its own.

mod calls;
mod codec;
mod contents;
mod contradictions;
mod first;
mod missing;
mod records;
mod remembered;
mod rows;
mod seals;
mod stores;
mod text;
mod typed;
mod unlocking;

use std::path::PathBuf;
use std::sync::Once;

use text::{Case, Expect, VectorFile};

/// What a vector is of, by the word in its file.
struct Kind {
    name: &'static str,
    /// The bytes that the fields of a case stand for.
    encode: fn(&Case) -> Vec<u8>,
    /// Decodes or opens bytes and holds them against the fields of the case.
    check: fn(&Case, &[u8]) -> Result<(), Fault>,
    /// What a flipped byte at an offset may lead to.
    after_flip: fn(usize) -> &'static [Fault],
    /// Every how many bytes the counter-test flips one.
    flip_every: usize,
}

/// Why bytes are not what a case says.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Fault {
    /// They decode, to something else.
    Different,
    /// A seal, a MAC or a commitment does not hold.
    Unauthentic,
    Malformed,
    UnsupportedFormat,
    Damaged,
    NotAStore,
}

fn kinds() -> impl Iterator<Item = Kind> {
    records::kinds()
        .into_iter()
        .chain(first::kinds())
        .chain(rows::kinds())
        .chain(seals::kinds())
        .chain(unlocking::kinds())
        .chain(typed::kinds())
        .chain(calls::kinds())
}

fn directory() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden/v1")
}

fn may_write() -> bool {
    std::env::var_os("STRONGROOM_WRITE_GOLDEN").is_some_and(|value| value == "1")
}

/// Every vector file, after adding those that are missing if that was asked for.
fn vector_files() -> Vec<(String, VectorFile)> {
    static MISSING: Once = Once::new();
    if may_write() {
        MISSING.call_once(missing::write_vectors);
    }
    let mut files = Vec::new();
    for entry in std::fs::read_dir(directory()).expect("the directory of the golden files") {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().expect("a file name in UTF-8").to_owned();
        match name.rsplit_once('.') {
            Some((_, "vectors")) => {
                let text = std::fs::read_to_string(&path).unwrap();
                let file = VectorFile::parse(&text).unwrap_or_else(|why| panic!("{name}: {why}"));
                files.push((name, file));
            }
            Some((stem, "store")) => assert!(path.with_file_name(format!("{stem}.txt")).exists(), "{name}"),
            Some((stem, "txt")) => assert!(path.with_file_name(format!("{stem}.store")).exists(), "{name}"),
            _ => panic!("{name} is not a golden file"),
        }
    }
    files
}

fn kind_of(name: &str, file: &VectorFile) -> Kind {
    kinds()
        .find(|kind| kind.name == file.kind)
        .unwrap_or_else(|| panic!("{name}: unknown kind {}", file.kind))
}

#[test]
fn every_vector_holds_in_both_directions() {
    let files = vector_files();
    for (name, file) in &files {
        let kind = kind_of(name, file);
        assert!(!file.cases.is_empty(), "{name} is empty");
        for case in &file.cases {
            let place = format!("{name}, case {}", case.name);
            match case.expect {
                Expect::Ok => {
                    let encoded = (kind.encode)(case);
                    assert!(encoded == case.bytes, "{place} encodes to {}", text::hex(&encoded));
                    assert_eq!((kind.check)(case, &case.bytes), Ok(()), "{place}");
                    case.assert_all_used(&place);
                }
                Expect::Fault(fault) => assert_eq!((kind.check)(case, &case.bytes), Err(fault), "{place}"),
            }
        }
    }
    for kind in kinds() {
        assert!(files.iter().any(|(_, file)| file.kind == kind.name), "no vectors of {}", kind.name);
    }
}

#[test]
fn every_vector_fails_when_a_byte_of_it_flips() {
    let mut flips = 0;
    for (name, file) in vector_files() {
        let kind = kind_of(&name, &file);
        for case in file.cases.iter().filter(|case| case.expect == Expect::Ok) {
            let last = case.bytes.len() - 1;
            for at in (0..last).step_by(kind.flip_every).chain([last]) {
                let mut bytes = case.bytes.clone();
                bytes[at] ^= 1 << (at % 8);
                let fault = (kind.check)(case, &bytes).expect_err("a flipped byte was not noticed");
                assert!(
                    (kind.after_flip)(at).contains(&fault),
                    "{name}, case {}, byte {at}: {fault:?}",
                    case.name
                );
                flips += 1;
            }
            assert_ne!((kind.check)(case, &case.bytes[..last]), Ok(()), "{name}, case {}, cut", case.name);
        }
    }
    assert!(flips > 10_000, "{flips} flips");
}
