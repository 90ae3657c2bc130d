//! A second reader, in another language and from docs/FORMAT.md alone, finds in a store what the library finds.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use serde_json::Value;
use sha2::{Digest, Sha256};
use strongroom::{ErrorKind, KdfCost, OpenedReport, Query, Store, StoreOptions, Unlock};

use crate::fixture::{Folder, PATIENCE, Random, patient, write_private};

/// By path and version: the id, the time, the length and the digest of the value.
type Contents = BTreeMap<(String, u64), (String, i64, usize, String)>;

/// What either reader makes of a store.
#[derive(Debug, PartialEq)]
struct Reading {
    contents: Contents,
    opened: OpenedReport,
    blocks: u64,
}

#[derive(Clone)]
enum Key {
    Raw([u8; 32]),
    Passphrase(String),
}

impl Key {
    fn unlock(&self) -> Unlock {
        match self {
            Self::Raw(key) => Unlock::raw_key(key),
            Self::Passphrase(passphrase) => Unlock::passphrase(passphrase),
        }
    }

    /// From `unlock:` of a sidecar.
    fn parse(text: &str) -> Self {
        match text.split_once(' ').unwrap() {
            ("raw-key", digits) => Self::Raw(bytes_of(digits).try_into().unwrap()),
            ("passphrase", passphrase) => Self::Passphrase(passphrase.to_owned()),
            (kind, _) => panic!("unlocks with {kind}"),
        }
    }
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

/// The 16 bytes behind `sec_` and 26 characters of Crockford's base 32.
fn id_of(text: &str) -> String {
    let digit = |c| "0123456789ABCDEFGHJKMNPQRSTVWXYZ".find(c).unwrap() as u128;
    let bits = text.strip_prefix("sec_").unwrap().chars().fold(0, |bits, c| bits << 5 | digit(c));
    format!("{bits:032x}")
}

/// What the Python reader prints, or the line it refuses the file with.
fn read_in_python(path: &Path, key: &Key) -> Result<Value, String> {
    let (option, argument): (_, OsString) = match key {
        Key::Raw(key) => ("--raw-key-hex", hex(key).into()),
        Key::Passphrase(_) => ("--passphrase-env", "STRONGROOM_READER_PASSPHRASE".into()),
    };
    let python = PYTHON.as_ref().unwrap_or_else(|missing| panic!("{missing}"));
    let mut command = Command::new(python);
    command.arg(root().join("tests/reader/strongroom_reader.py")).arg(path).arg(option).arg(argument);
    if let Key::Passphrase(passphrase) = key {
        command.env("STRONGROOM_READER_PASSPHRASE", passphrase).env("PYTHONUTF8", "1");
    }
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
    opened.events = number(&found["events"]);
    Reading { contents, opened, blocks: number(&found["blocks"]) }
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
    Ok(Reading { contents, opened: report.opened.unwrap(), blocks: report.blocks })
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
    let word = match kind {
        ErrorKind::NotAStore => "not-a-store",
        ErrorKind::Damaged => "damaged",
        ErrorKind::Tampered => "altered",
        ErrorKind::UnsupportedFormat => "unsupported",
        ErrorKind::WrongKey => "wrong-key",
        ErrorKind::KdfLimits => "limits",
        kind => panic!("the reader has no word for {kind:?}"),
    };
    let line = read_in_python(path, key).expect_err("the Python reader accepts it");
    assert!(line.starts_with(&format!("{word}: ")), "{line}");
    assert_eq!(read_by_library(path, key).unwrap_err().kind(), kind);
}

struct Golden {
    name: String,
    bytes: Vec<u8>,
    sidecar: Vec<(String, String)>,
}

impl Golden {
    fn all() -> Vec<Self> {
        let entries =
            fs::read_dir(root().join("tests/golden/v1")).unwrap().map(|entry| entry.unwrap().path());
        let stores = entries.filter(|path| path.extension().is_some_and(|extension| extension == "store"));
        let stores = stores.map(|path| {
            let text = fs::read_to_string(path.with_extension("txt")).unwrap();
            let fields = text.lines().map(|line| line.split_once(": ").unwrap());
            let sidecar = fields.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            Self { name, bytes: fs::read(&path).unwrap(), sidecar }
        });
        let stores: Vec<Self> = stores.collect();
        assert!(stores.len() >= 4, "{} golden stores", stores.len());
        stores
    }

    fn named(name: &str) -> Self {
        Self::all().into_iter().find(|store| store.name == name).unwrap()
    }

    fn fields(&self, name: &str) -> impl Iterator<Item = &str> {
        self.sidecar.iter().filter(move |(field, _)| field == name).map(|(_, value)| value.as_str())
    }

    fn field(&self, name: &str) -> &str {
        self.fields(name).next().unwrap()
    }

    fn key(&self) -> Key {
        Key::parse(self.field("unlock"))
    }

    fn expected(&self) -> Reading {
        let mut contents = Contents::new();
        for line in self.fields("version") {
            let words: Vec<&str> = line.split(' ').collect();
            let &[path, number, id, time, value] = words.as_slice() else { panic!("{line}") };
            let value = bytes_of(value);
            let facts = (id_of(id), time.parse().unwrap(), value.len(), hex(&Sha256::digest(&value)));
            contents.insert((path.to_owned(), number.parse().unwrap()), facts);
        }
        let mut counts = self.field("counts").split(' ').map(|count| count.parse().unwrap());
        let mut opened = OpenedReport::default();
        opened.secrets = counts.next().unwrap();
        opened.versions = counts.next().unwrap();
        opened.events = counts.next().unwrap();
        Reading { contents, opened, blocks: self.field("blocks").parse().unwrap() }
    }
}

#[test]
fn the_second_reader_finds_what_is_in_the_golden_stores() {
    let folder = Folder::new();
    for golden in Golden::all() {
        let path = folder.join(&golden.name);
        write_private(&path, &golden.bytes);
        let (reading, left) = check_same(&path, &golden.key());
        assert_eq!(reading, golden.expected(), "{}", golden.name);
        assert_eq!(left == "closed", golden.field("closed") == "orderly", "{}: {left}", golden.name);
    }
}

/// Paths of one to four segments, some of them below others, and not only of ASCII.
fn random_paths(random: &mut Random) -> Vec<String> {
    const SEGMENTS: [&str; 8] = ["a", "b-c", "production", "Grüße", "🔑", "key.1", " ", "日本"];
    let paths = (0..1 + random.below(24)).map(|number| {
        let depth = 1 + random.below(4);
        let mut segments: Vec<String> =
            (0..depth).map(|_| SEGMENTS[random.below(8) as usize].to_owned()).collect();
        if random.below(3) == 0 {
            segments.push(format!("{}{number}", "x".repeat(random.below(100) as usize)));
        }
        segments.join("/")
    });
    paths.collect()
}

/// 0 to 70 KB; a third of them close to where the way a value is framed or cut changes.
fn random_value(random: &mut Random) -> Vec<u8> {
    const EDGES: [u64; 8] = [0, 64, 1_256, 4_051, 4_096, 40_960, 65_276, 65_536];
    let len = match random.below(3) {
        0 => (EDGES[random.below(8) as usize] + random.below(3)).saturating_sub(1),
        1 => random.below(300),
        _ => random.below(70_001),
    };
    (0..len.div_ceil(8)).flat_map(|_| random.next().to_le_bytes()).take(len as usize).collect()
}

fn fill(store: &Store, random: &mut Random) {
    let paths = random_paths(random);
    let put = |random: &mut Random| {
        (paths[random.below(paths.len() as u64) as usize].as_str(), random_value(random))
    };
    for _ in 0..random.below(30) {
        let puts: Vec<_> = (0..1 + random.below(3)).map(|_| put(random)).collect();
        let all =
            store.transaction(|tx| puts.iter().try_for_each(|(path, value)| tx.put(*path, value).map(drop)));
        all.unwrap();
    }
}

#[test]
fn the_second_reader_finds_what_is_in_random_stores() {
    let (folder, mut random) = (Folder::new(), Random::new());
    for number in 0..24 {
        let key = match number % 6 {
            5 => Key::Passphrase(format!("cafe\u{301} {number}")),
            _ => Key::Raw([number; 32]),
        };
        let (path, copy) = (folder.join(&format!("{number}")), folder.join(&format!("{number}.copy")));
        let options = StoreOptions::new().kdf_cost(KdfCost::EDGE).wait(PATIENCE);
        let store = options.create(&path, key.unlock()).unwrap();
        fill(&store, &mut random);
        let written = store.put("last", random_value(&mut random)).unwrap();
        fs::copy(&path, &copy).unwrap();
        store.close().unwrap();
        let (open, left) = check_same(&copy, &key);
        assert_eq!(left, "open", "store {number}");
        let (closed, left) = check_same(&path, &key);
        assert_eq!(left, "closed", "store {number}");
        assert_eq!(open, closed, "store {number}");
        assert!(closed.contents.contains_key(&("last".to_owned(), written.version())), "store {number}");
    }
}

/// The store with one byte flipped in one block, for every block.
fn with_each_block_flipped(golden: &Golden, mut check: impl FnMut(&Path, usize)) {
    let folder = Folder::new();
    let path = folder.join("flipped");
    for (number, start) in (0xa000..golden.bytes.len()).step_by(4136).enumerate() {
        let mut bytes = golden.bytes.clone();
        bytes[start + number * 97 % 4136] ^= 1;
        write_private(&path, bytes);
        check(&path, number + 1);
    }
}

#[test]
fn the_second_reader_refuses_a_flipped_byte_in_every_block_that_is_reached() {
    let golden = Golden::named("raw-key.store");
    let mut refused = 0;
    with_each_block_flipped(&golden, |path, block| {
        if read_by_library(path, &golden.key()).is_ok() {
            assert_eq!(check_same(path, &golden.key()).0, golden.expected(), "block {block}");
        } else {
            check_both_refuse(path, &golden.key(), ErrorKind::Tampered);
            refused += 1;
        }
    });
    assert_eq!(refused, golden.expected().blocks);
}

/// The last commit of this store wrote every block that it reaches.
#[test]
fn the_second_reader_gives_up_a_last_commit_that_is_not_whole() {
    let golden = Golden::named("unclean.store");
    let mut discarded = 0;
    with_each_block_flipped(&golden, |path, block| {
        let (reading, left) = check_same(path, &golden.key());
        if left == "discarded" {
            assert_eq!(reading.opened.events + 1, golden.expected().opened.events, "block {block}");
            discarded += 1;
        } else {
            assert_eq!(reading, golden.expected(), "block {block}");
        }
    });
    assert_eq!(discarded, golden.expected().blocks);
}

/// One copy is enough of a header or superblock, as long as the other one is of the same state.
#[test]
fn the_second_reader_refuses_a_flipped_byte_in_both_headers_or_both_superblocks() {
    let golden = Golden::named("raw-key.store");
    let folder = Folder::new();
    let path = folder.join("flipped");
    for (places, kind) in [
        ([0, 0x4000], ErrorKind::NotAStore),
        ([0x420, 0x4420], ErrorKind::Damaged),
        ([0x3fff, 0x7fff], ErrorKind::Damaged),
        ([0x8000, 0x9000], ErrorKind::Damaged),
        ([0x8fff, 0x9fff], ErrorKind::Damaged),
    ] {
        let mut bytes = golden.bytes.clone();
        for place in places {
            let mut one = golden.bytes.clone();
            one[place] ^= 1;
            write_private(&path, one);
            assert_eq!(check_same(&path, &golden.key()).0, golden.expected(), "byte {place:#x}");
            bytes[place] ^= 1;
        }
        write_private(&path, bytes);
        check_both_refuse(&path, &golden.key(), kind);
    }
}

/// Makes the digests of both header copies hold.
fn fix_digests(bytes: &mut [u8]) {
    for start in [0, 0x4000] {
        let digest = Sha256::digest(&bytes[start..start + 0x3fe0]);
        bytes[start + 0x3fe0..start + 0x4000].copy_from_slice(&digest);
    }
}

/// Header copies with a changed byte and a digest that holds; and files that are cut, or not for this key.
#[test]
fn the_second_reader_refuses_what_the_library_refuses_for_the_same_reason() {
    let golden = Golden::named("raw-key.store");
    let folder = Folder::new();
    let path = folder.join("changed");
    let check_headers = |copies: &[usize], at: usize, kind: Option<ErrorKind>| {
        let mut bytes = golden.bytes.clone();
        for start in copies {
            bytes[start + at] ^= 1;
        }
        fix_digests(&mut bytes);
        write_private(&path, bytes);
        match kind {
            Some(kind) => check_both_refuse(&path, &golden.key(), kind),
            None => assert_eq!(check_same(&path, &golden.key()).0, golden.expected(), "{copies:x?} {at:#x}"),
        }
    };
    for (at, kind) in [
        (8, ErrorKind::UnsupportedFormat),
        (32, ErrorKind::Tampered),
        (40, ErrorKind::Tampered),
        (0x400, ErrorKind::WrongKey),
        (0x440, ErrorKind::WrongKey),
        (0x470, ErrorKind::Tampered),
        (0x800, ErrorKind::Tampered),
        (0x3fa0, ErrorKind::Tampered),
        (0x3fc0, ErrorKind::Tampered),
    ] {
        check_headers(&[0, 0x4000], at, Some(kind));
        check_headers(&[0], at, None);
        check_headers(&[0x4000], at, None);
    }
    write_private(&path, &golden.bytes[..golden.bytes.len() - 1]);
    check_both_refuse(&path, &golden.key(), ErrorKind::Damaged);
    for (len, kind) in [(0x9fff, ErrorKind::Damaged), (3, ErrorKind::Damaged), (0, ErrorKind::NotAStore)] {
        write_private(&path, &golden.bytes[..len]);
        check_both_refuse(&path, &golden.key(), kind);
    }
    write_private(&path, &golden.bytes);
    check_both_refuse(&path, &Key::Raw([0; 32]), ErrorKind::WrongKey);
    check_both_refuse(&path, &Key::Passphrase("open sesame".to_owned()), ErrorKind::WrongKey);
}

#[test]
fn the_second_reader_holds_slots_against_the_same_limits() {
    let golden = Golden::named("passphrase.store");
    let folder = Folder::new();
    let path = folder.join("costly");
    for (field, value, kind) in [
        (4, 19_455_u32, ErrorKind::KdfLimits),
        (4, 524_289, ErrorKind::KdfLimits),
        (8, 0, ErrorKind::KdfLimits),
        (8, 17, ErrorKind::KdfLimits),
        (12, 17, ErrorKind::KdfLimits),
        (12, 2, ErrorKind::WrongKey),
    ] {
        let mut bytes = golden.bytes.clone();
        for slot in [0x400, 0x4400] {
            bytes[slot + field..slot + field + 4].copy_from_slice(&value.to_le_bytes());
        }
        fix_digests(&mut bytes);
        write_private(&path, bytes);
        check_both_refuse(&path, &golden.key(), kind);
    }
}
