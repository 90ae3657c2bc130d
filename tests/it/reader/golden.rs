//! The golden stores, and what the text beside each says.

use std::fs;
use std::time::Duration;

use sha2::{Digest, Sha256};
use strongroom::{ErrorKind, ManualClock, OpenedReport, Query, Timestamp, Update};

use super::key::Key;
use super::reading::{Access, Reading, Secret, Slot, Version, created_of};
use super::{bytes_of, check_both_refuse, check_same, check_same_at, hex, id_of, root};
use crate::fixture::{Folder, patient, write_private};

const DAY: Duration = Duration::from_secs(86_400);

pub(super) struct Golden {
    name: String,
    pub(super) bytes: Vec<u8>,
    sidecar: Vec<(String, String)>,
}

impl Golden {
    pub(super) fn all() -> Vec<Self> {
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
        assert!(stores.len() >= 10, "{} golden stores", stores.len());
        stores
    }

    pub(super) fn named(name: &str) -> Self {
        Self::all().into_iter().find(|store| store.name == name).unwrap()
    }

    pub(super) fn fields(&self, name: &str) -> impl Iterator<Item = &str> {
        self.sidecar.iter().filter(move |(field, _)| field == name).map(|(_, value)| value.as_str())
    }

    fn field(&self, name: &str) -> &str {
        self.fields(name).next().unwrap()
    }

    pub(super) fn key(&self) -> Key {
        Key::parse(self.field("unlock"))
    }

    /// Every key that opens it.
    pub(super) fn keys(&self) -> Vec<Key> {
        self.fields("unlock").map(Key::parse).collect()
    }

    pub(super) fn expected(&self) -> Reading {
        let counts: Vec<u64> = self.field("counts").split(' ').map(|count| count.parse().unwrap()).collect();
        let mut opened = OpenedReport::default();
        [opened.secrets, opened.trashed, opened.versions, opened.events] = counts.try_into().unwrap();
        let retention = self.fields("retention").map(|line| {
            let words = words_of::<3>(line);
            (words[2].to_owned(), (words[0].parse().ok(), words[1].parse().ok()))
        });
        Reading {
            secrets: self.fields("secret").map(|line| self.secret(line)).collect(),
            retention: retention.collect(),
            backup: self.field("backup").parse().ok(),
            jumped: self.field("clock") == "jumped",
            environment: 0,
            opened,
            blocks: self.field("blocks").parse().unwrap(),
            access: self.access(),
        }
    }

    /// What is said of the secret of such a line, with its id.
    fn secret(&self, line: &str) -> (String, Secret) {
        let [shown, tier, meta_version, updated, accessed, deleted, purge, path] = words_of(line);
        let own = |name| {
            let lines = self.fields(name).filter_map(|line| line.split_once(' '));
            lines.filter(|(id, _)| *id == shown).map(|(_, rest)| rest).collect::<Vec<_>>()
        };
        let keeps = own("keeps").first().map_or(["-"; 2], |line| words_of(line));
        let description = own("description").first().map(|hex| bytes_of(hex)).unwrap_or_default();
        let id = id_of(shown);
        let secret = Secret {
            path: path.to_owned(),
            tier: ["standard", "sensitive", "critical"].iter().position(|name| *name == tier).unwrap() as u64,
            meta_version: meta_version.parse().unwrap(),
            created: created_of(&id),
            updated: updated.parse().unwrap(),
            accessed: accessed.parse().ok(),
            tags: own("tag").iter().map(|tag| format!("{tag}\n")).collect(),
            description: String::from_utf8(description).unwrap(),
            content_type: own("content-type").concat(),
            keeps: (keeps[0].parse().ok(), keeps[1].parse().ok()),
            expires: own("expires").first().map(|line| {
                let [time, action] = words_of(line);
                (time.parse().unwrap(), u64::from(action == "trash"))
            }),
            rotates: own("rotates").first().map(|seconds| seconds.parse().unwrap()),
            trashed: deleted.parse().ok().zip(purge.parse().ok()),
            versions: own("version").into_iter().map(version).collect(),
        };
        (id, secret)
    }

    fn access(&self) -> Access {
        let cost = |text: &str| text.split(',').map(|number| number.parse().unwrap()).collect();
        let slots = self.fields("slot").map(|line| {
            let [id, kind, own, created, used, label] = words_of(line);
            let kinds = ["passphrase", "raw-key", "key-file", "passphrase-and-key-file", "recovery-code"];
            Slot {
                id: id_of(id),
                kind: 1 + kinds.iter().position(|name| *name == kind).unwrap() as u64,
                cost: (own != "-").then(|| cost(own)),
                created: created.parse().ok(),
                used: used.parse().ok(),
                label: label.to_owned(),
            }
        });
        Access { slots: slots.collect(), floor: cost(self.field("floor")), pin: self.field("pin").to_owned() }
    }
}

/// So many words, the last one to the end of the line; empty if there is none.
fn words_of<const N: usize>(line: &str) -> [&str; N] {
    let mut words = line.splitn(N, ' ');
    std::array::from_fn(|_| words.next().unwrap_or_default())
}

fn version(line: &str) -> Version {
    let [number, created, size, state, deleted, until, value, note] = words_of(line);
    Version {
        number: number.parse().unwrap(),
        created: created.parse().unwrap(),
        size: size.parse().unwrap(),
        state: state.to_owned(),
        deleted: deleted.parse().ok(),
        until: until.parse().ok(),
        note: note.to_owned(),
        digest: (value != "-").then(|| hex(&Sha256::digest(bytes_of(value)))),
    }
}

#[test]
fn the_second_reader_finds_what_is_in_the_golden_stores() {
    let folder = Folder::new();
    for golden in Golden::all() {
        let path = folder.join(&golden.name);
        write_private(&path, &golden.bytes);
        for key in golden.keys() {
            let (reading, left) = check_same(&path, &key);
            assert_eq!(reading, golden.expected(), "{}", golden.name);
            let now = golden.field("now").parse().unwrap();
            assert_eq!(check_same_at(&path, &key, now).0, reading, "{}", golden.name);
            assert_eq!(left == "closed", golden.field("closed") == "orderly", "{}: {left}", golden.name);
        }
        for wrong in golden.fields("wrong-key") {
            check_both_refuse(&path, &Key::parse(wrong), ErrorKind::WrongKey);
        }
    }
}

/// Records of both versions stand beside each other then.
#[test]
fn the_second_reader_goes_along_when_a_golden_store_is_written_again() {
    let folder = Folder::new();
    for golden in Golden::all() {
        let path = folder.join(&golden.name);
        write_private(&path, &golden.bytes);
        let now = Timestamp::from_millis(golden.field("now").parse().unwrap());
        let store = patient().clock(&ManualClock::start(now)).open(&path, golden.key().unlock()).unwrap();
        let expires = Update::new().expires_in(DAY).rotate_every(DAY);
        let mut changed = 0;
        for info in store.list(Query::all().limit(1_000)).unwrap() {
            changed += u64::from(store.rotate(info.path(), "rotated", DAY).is_ok());
            store.update(info.path(), &expires).unwrap();
        }
        store.close().unwrap();
        let (reading, _) = check_same_at(&path, &golden.key(), now.as_millis());
        assert!(changed > 0 && reading.opened.events >= golden.expected().opened.events + 2 * changed);
        let states = reading.secrets.values().flat_map(|secret| &secret.versions);
        assert!(states.filter(|version| version.state == "grace").count() > 0, "{}", golden.name);
    }
}
