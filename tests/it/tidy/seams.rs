//! What may be named in one place only: the absences the design rests on.

use super::source::{Source, words};
use super::{check, check_control};

/// A name and the only places it may stand in.
struct Seam {
    names: &'static [&'static str],
    places: &'static [&'static str],
}

impl Seam {
    fn faults(&self, file: &Source) -> Vec<String> {
        if file.test_only || file.is_in(self.places) {
            return Vec::new();
        }
        let named = |line: &str| self.names.iter().find(|name| contains_words(line, name)).copied();
        file.lines()
            .filter_map(|(number, line)| named(line).map(|name| (number, name)))
            .map(|(number, name)| {
                format!("{}:{number}: `{name}` belongs into {}", file.path, self.places.join(", "))
            })
            .collect()
    }

    #[track_caller]
    fn check(&self, outside: &str, bad: &str) {
        check(|file| self.faults(file));
        check_control(|file| self.faults(file), outside, bad, "fn innocent() {}");
        for place in self.places {
            let inside = if place.ends_with('/') { format!("{place}mod.rs") } else { (*place).to_owned() };
            assert!(self.faults(&Source::new(&inside, bad)).is_empty(), "{inside} is refused");
        }
    }
}

/// Whether `name`, one word or several, stands in the line as whole words.
fn contains_words(line: &str, name: &str) -> bool {
    let (line, name): (Vec<&str>, Vec<&str>) = (words(line).collect(), words(name).collect());
    line.windows(name.len()).any(|window| window == name)
}

#[test]
fn time_comes_through_the_clock() {
    let names = &["SystemTime", "Instant", "thread::sleep", "UNIX_EPOCH"];
    Seam { names, places: &["src/clock.rs"] }.check("src/store/open.rs", "let now = Instant::now();");
}

#[test]
fn randomness_comes_through_one_function() {
    let names = &["getrandom", "rand", "OsRng", "RandomState", "thread_rng"];
    Seam { names, places: &["src/crypto/random.rs"] }.check("src/sealed/slots.rs", "getrandom::fill(&mut b)");
}

/// The files with records, which need bincode's derives.
const RECORDS: [&str; 7] = [
    "src/golden/first.rs",
    "src/record/audit.rs",
    "src/record/context.rs",
    "src/record/idempotency.rs",
    "src/record/policy.rs",
    "src/record/secret.rs",
    "src/record/slot.rs",
];

#[test]
fn bincode_stands_behind_its_fence() {
    const PLACES: &[&str] = &[
        "src/record/codec.rs",
        RECORDS[0],
        RECORDS[1],
        RECORDS[2],
        RECORDS[3],
        RECORDS[4],
        RECORDS[5],
        RECORDS[6],
    ];
    Seam { names: &["bincode"], places: PLACES }.check("src/tables/rows.rs", "bincode::encode_to_vec(x, c)");
}

#[test]
fn records_reach_bincode_for_its_derives_only() {
    let derives_only = |file: &Source| -> Vec<String> {
        if !file.is_in(&RECORDS) {
            return Vec::new();
        }
        let used = file.lines().filter(|(_, line)| contains_words(line, "bincode"));
        used.filter(|(_, line)| line.trim() != "use bincode::{Decode, Encode};")
            .map(|(number, line)| format!("{}:{number}: {line}", file.path))
            .collect()
    };
    check(derives_only);
    check_control(
        derives_only,
        "src/record/audit.rs",
        "bincode::encode_to_vec(x, c)",
        "use bincode::{Decode, Encode};",
    );
}

const ENGINE: &[&str] = &["src/sealed/backend.rs", "src/tables/"];

#[test]
fn redb_is_named_in_the_backend_and_the_tables_only() {
    Seam { names: &["redb"], places: ENGINE }.check("src/store/read.rs", "use redb::ReadTransaction;");
}

/// What of a file the crate's users could meet: items that are `pub` without a bound, and conversions of `Error`.
fn shows_redb(file: &Source) -> Vec<String> {
    let imported: Vec<&str> = file
        .code
        .split("use redb::")
        .skip(1)
        .flat_map(|used| words(used.split(';').next().unwrap_or_default()))
        .chain(["redb"])
        .collect();
    let is_public =
        |item: &str| item.starts_with("pub ") || (item.starts_with("impl") && item.contains("for Error"));
    let starts: Vec<usize> = file.code.match_indices('\n').map(|(at, _)| at + 1).collect();
    std::iter::once(0)
        .chain(starts)
        .map(|start| (start, file.code[start..].trim_start()))
        .filter(|(_, item)| is_public(item))
        .map(|(start, item)| (start, item.split(['{', ';']).next().unwrap_or_default()))
        .filter(|(_, signature)| words(signature).any(|word| imported.contains(&word)))
        .map(|(start, signature)| {
            let line = file.code[..start].lines().count() + 1;
            format!("{}:{line}: redb shows in `{}`", file.path, signature.trim())
        })
        .collect()
}

#[test]
fn no_redb_type_shows_in_a_public_signature() {
    check(shows_redb);
    for bad in [
        "use redb::{Database, Table};\npub fn open(\n    path: &str,\n) -> Table {",
        "pub struct Handle(redb::Database);",
        "impl From<redb::Error> for Error {",
    ] {
        let good = "use redb::Table;\npub(crate) fn open() -> Table {}\npub fn len() -> u64 { Table::LEN }";
        check_control(shows_redb, "src/tables/mod.rs", bad, good);
    }
    let root = &super::source::rust_files().iter().find(|file| file.path == "src/lib.rs").unwrap().code;
    let exported = root.lines().filter(|line| line.starts_with("pub use "));
    let engine = exported.filter(|line| contains_words(line, "tables") || contains_words(line, "backend"));
    assert_eq!(engine.collect::<Vec<_>>(), Vec::<&str>::new());
}

#[test]
fn nothing_above_the_sealed_file_writes_to_the_disk() {
    let names = &["write_at", "write_superblock", "write_all_at", "write_all", "OpenOptions"];
    Seam { names, places: &["src/sealed/"] }.check("src/tables/mod.rs", "disk.write_at(0, page)?;");
}

#[test]
fn the_format_calls_no_cipher() {
    const ALLOWED: &[&str] = &["OVERHEAD", "TAG_LEN", "Aad"];
    let calls = |file: &Source| -> Vec<String> {
        if file.test_only || !file.is_in(&["src/format/"]) {
            return Vec::new();
        }
        let imports = |line: &str| -> bool {
            ["derive", "kdf", "keys", "random"].iter().any(|m| line.contains(&format!("crypto::{m}")))
                || line.split("aead::").skip(1).flat_map(words).any(|name| !ALLOWED.contains(&name))
                || contains_words(line, "chacha20poly1305")
                || contains_words(line, "hmac")
        };
        let found = file.lines().filter(|(_, line)| imports(line));
        found.map(|(number, line)| format!("{}:{number}: {line}", file.path)).collect()
    };
    check(calls);
    for bad in ["aead::seal(&key, &aad, plain, out)?;", "use crate::crypto::aead::{OVERHEAD, open};"] {
        check_control(calls, "src/format/slot.rs", bad, "use crate::crypto::aead::{OVERHEAD, TAG_LEN};");
    }
    check_control(
        calls,
        "src/format/aad.rs",
        "use crate::crypto::derive;",
        "use crate::crypto::mac::sha256;",
    );
}

#[test]
fn unsafe_stands_in_its_seams_only() {
    let places = &["src/ffi/", "src/allocator.rs", "src/crypto/arena/"];
    Seam { names: &["unsafe"], places }.check("src/sealed/file.rs", "unsafe { read(at) }");
}
