//! The golden stores, and what the text beside each says.

use std::fs;

use sha2::{Digest, Sha256};
use strongroom::{ErrorKind, OpenedReport};

use super::key::Key;
use super::{
    Access, Contents, Reading, Slot, bytes_of, check_both_refuse, check_same, hex, id_of, read_in_python,
    reading_of, root,
};
use crate::fixture::{Folder, write_private};

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
        assert!(stores.len() >= 9, "{} golden stores", stores.len());
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
        Reading { contents, opened, blocks: self.field("blocks").parse().unwrap(), access: self.access() }
    }

    /// Stores that are older than slots with labels say nothing of them; what the Python reader finds has to do there.
    fn access(&self) -> Access {
        if self.fields("pin").count() == 0 {
            let folder = Folder::new();
            let path = folder.join(&self.name);
            write_private(&path, &self.bytes);
            return reading_of(&read_in_python(&path, &self.key()).unwrap()).access;
        }
        let cost = |text: &str| text.split(',').map(|number| number.parse().unwrap()).collect();
        let slots = self.fields("slot").map(|line| {
            let words: Vec<&str> = line.splitn(6, ' ').collect();
            let kinds = ["passphrase", "raw-key", "key-file", "passphrase-and-key-file", "recovery-code"];
            Slot {
                id: id_of(words[0]),
                kind: 1 + kinds.iter().position(|kind| *kind == words[1]).unwrap() as u64,
                cost: (words[2] != "-").then(|| cost(words[2])),
                created: words[3].parse().ok(),
                used: words[4].parse().ok(),
                label: words.get(5).copied().unwrap_or_default().to_owned(),
            }
        });
        Access { slots: slots.collect(), floor: cost(self.field("floor")), pin: self.field("pin").to_owned() }
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
            assert_eq!(left == "closed", golden.field("closed") == "orderly", "{}: {left}", golden.name);
        }
        for wrong in golden.fields("wrong-key") {
            check_both_refuse(&path, &Key::parse(wrong), ErrorKind::WrongKey);
        }
    }
}
