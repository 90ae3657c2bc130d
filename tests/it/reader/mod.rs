//! A second reader, in another language and from docs/FORMAT.md alone, finds in a store what the library finds.

mod altered;
mod golden;
mod headers;
mod key;
mod pins;
mod random;
mod slots;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use serde_json::Value;
use sha2::{Digest, Sha256};
use strongroom::{ErrorKind, KdfCost, OpenedReport, Query, SlotKind, Store, Timestamp};

use crate::fixture::{Folder, patient};
use key::Key;

/// By path and version: the id, the time, the length and the digest of the value.
type Contents = BTreeMap<(String, u64), (String, i64, usize, String)>;

/// What either reader makes of a store.
#[derive(Debug, PartialEq)]
struct Reading {
    contents: Contents,
    opened: OpenedReport,
    blocks: u64,
    access: Access,
}

/// Who unlocks a store, and which state of it this is.
#[derive(Debug, PartialEq)]
struct Access {
    slots: Vec<Slot>,
    floor: Vec<u64>,
    pin: String,
}

/// A key slot: id, number of its kind, cost, label, when it was made and last used.
#[derive(Debug, PartialEq)]
struct Slot {
    id: String,
    kind: u64,
    cost: Option<Vec<u64>>,
    label: String,
    created: Option<i64>,
    used: Option<i64>,
}

/// The interpreter that `scripts/test` sets up, or why there is none.
static PYTHON: LazyLock<Result<PathBuf, String>> = LazyLock::new(|| {
    let own = || root().join("target/python/bin/python3");
    let python = std::env::var_os("STRONGROOM_PYTHON").map_or_else(own, PathBuf::from);
    let found = Command::new(&python).args(["-c", "import argon2, nacl"]).output();
    if found.is_ok_and(|output| output.status.success()) {
        return Ok(python);
    }
    Err(format!(
        "{} is no Python with PyNaCl and argon2-cffi, which the second reader needs. Run scripts/test, which sets \
         one up, or python3 -m venv target/python && target/python/bin/pip install -r tests/reader/requirements.txt",
        python.display(),
    ))
});

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

/// What the Python reader prints, or the line it refuses the file with.
fn read_in_python(path: &Path, key: &Key) -> Result<Value, String> {
    read_with_options(path, key, &[])
}

fn read_with_options(path: &Path, key: &Key, options: &[&str]) -> Result<Value, String> {
    let folder = Folder::new();
    let python = PYTHON.as_ref().unwrap_or_else(|missing| panic!("{missing}"));
    let mut command = Command::new(python);
    command.arg(root().join("tests/reader/strongroom_reader.py")).arg(path).args(options);
    key.hand_to(&mut command, &folder);
    command.env("PYTHONUTF8", "1");
    let output = command.output().unwrap();
    if output.status.success() {
        return Ok(serde_json::from_slice(&output.stdout).unwrap());
    }
    let line = String::from_utf8(output.stderr).unwrap();
    assert_eq!((output.status.code(), line.lines().count()), (Some(1), 1), "{line}");
    Err(line.trim_end().to_owned())
}

fn reading_of(found: &Value) -> Reading {
    let number = |value: &Value| value.as_u64().unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let versions = found["versions"].as_array().unwrap();
    let contents: Contents = versions
        .iter()
        .map(|version| {
            let (created, len) = (version["created"].as_i64().unwrap(), number(&version["length"]) as usize);
            let facts = (text(&version["id"]), created, len, text(&version["sha256"]));
            ((text(&version["path"]), number(&version["version"])), facts)
        })
        .collect();
    let mut opened = OpenedReport::default();
    opened.secrets = number(&found["secrets"]);
    opened.versions = versions.len() as u64;
    opened.events = events_of(found).values().sum();
    let access = Access {
        slots: found["slots"].as_array().unwrap().iter().map(slot_of).collect(),
        floor: numbers(&found["floor"]).unwrap(),
        pin: text(&found["pin"]),
    };
    Reading { contents, opened, blocks: number(&found["blocks"]), access }
}

fn slot_of(found: &Value) -> Slot {
    Slot {
        id: found["id"].as_str().unwrap().to_owned(),
        kind: found["kind"].as_u64().unwrap(),
        cost: numbers(&found["cost"]),
        label: found["label"].as_str().unwrap().to_owned(),
        created: found["created"].as_i64(),
        used: found["used"].as_i64(),
    }
}

fn numbers(value: &Value) -> Option<Vec<u64>> {
    value.as_array().map(|numbers| numbers.iter().map(|number| number.as_u64().unwrap()).collect())
}

/// How many events of each kind the Python reader found.
fn events_of(found: &Value) -> BTreeMap<u64, u64> {
    let kinds = found["events"].as_object().unwrap().iter();
    kinds.map(|(kind, count)| (kind.parse().unwrap(), count.as_u64().unwrap())).collect()
}

/// What the library says of the slots and the state of an open store.
fn access_of(store: &Store) -> Result<Access, strongroom::Error> {
    let cost = |cost: KdfCost| vec![cost.memory_kib().into(), cost.passes().into(), cost.lanes().into()];
    let slots = store.slots().list()?.into_iter().map(|slot| Slot {
        id: id_of(&slot.id.to_string()),
        kind: match slot.kind {
            SlotKind::Passphrase => 1,
            SlotKind::RawKey => 2,
            SlotKind::KeyFile => 3,
            SlotKind::PassphraseAndKeyFile => 4,
            SlotKind::RecoveryCode => 5,
            kind => panic!("the reader knows no {kind:?}"),
        },
        cost: slot.kdf_cost.map(cost),
        label: slot.label,
        created: slot.created_at.map(Timestamp::as_millis),
        used: slot.last_used_at.map(Timestamp::as_millis),
    });
    let slots = slots.collect();
    Ok(Access { slots, floor: cost(store.policy().kdf_floor()?), pin: store.pin()?.to_string() })
}

/// What the library finds in the file.
fn read_by_library(path: &Path, key: &Key) -> Result<Reading, strongroom::Error> {
    let store = patient().read_only(true).open(path, key.unlock())?;
    let mut contents = Contents::new();
    let mut query = Query::all().limit(1000);
    loop {
        let page = store.list(&query)?;
        for info in page.items() {
            for number in 1..=info.version() {
                let secret = store.get_version(info.path(), number)?;
                let value = secret.value().expose();
                let digest = hex(&Sha256::digest(value));
                let time = secret.version_created_at().as_millis();
                let facts = (id_of(&info.id().to_string()), time, value.len(), digest);
                contents.insert((info.path().to_string(), number), facts);
            }
        }
        let Some(cursor) = page.next_cursor() else { break };
        query = query.after(cursor.clone());
    }
    let report = store.verify()?;
    let access = access_of(&store)?;
    Ok(Reading { contents, opened: report.opened.unwrap(), blocks: report.blocks, access })
}

/// Both readers find the same; gives it, and how the Python reader says the file was left.
#[track_caller]
fn check_same(path: &Path, key: &Key) -> (Reading, String) {
    let found = read_in_python(path, key).unwrap_or_else(|line| panic!("{}: {line}", path.display()));
    let reading = reading_of(&found);
    assert_eq!(reading, read_by_library(path, key).unwrap(), "{}", path.display());
    (reading, found["left"].as_str().unwrap().to_owned())
}

/// Both readers refuse the file, for the same reason.
#[track_caller]
fn check_both_refuse(path: &Path, key: &Key, kind: ErrorKind) {
    let line = read_in_python(path, key).expect_err("the Python reader accepts it");
    assert!(line.starts_with(&format!("{}: ", word_of(kind))), "{line}");
    assert_eq!(read_by_library(path, key).unwrap_err().kind(), kind);
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
