//! Random stores with several key slots, changed, copied and sealed anew.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use strongroom::{CopyOptions, ErrorKind, KdfCost, NewSlot, PinCheck, SlotId, Store, StoreOptions};

use super::key::Key;
use super::python::{read_in_python, read_with_options};
use super::random::random_value;
use super::reading::{events_of, reading_of};
use super::{LAST_COMMIT, check_both_refuse, check_same, read_by_library};
use crate::fixture::{Folder, PATIENCE, Random, patient};

const LABELS: [&str; 5] = ["", "laptop", "USB-Stick, grün", "日本 🔑", " a label of one hundred characters "];

/// A store, and what has to be true of it.
struct Life {
    path: PathBuf,
    /// None while it is closed.
    store: Option<Store>,
    /// The slots there are.
    keys: Vec<(SlotId, Key)>,
    /// What opens it no more.
    gone: Vec<Key>,
    /// How many events of each kind there have to be.
    events: BTreeMap<u64, u64>,
    /// How many handles there were: each tells of itself in its first commit, if there is one.
    handles: u64,
    epoch: u64,
    /// Pins of states that are in its history.
    pins: Vec<String>,
    /// Numbers every key that was made, so that none is made twice.
    made: u64,
    /// What a reader takes the open store for: a change of slots ends with the mark of an orderly close, and a slot below
    /// the floor is changed behind the first write.
    left: &'static str,
}

impl Life {
    fn begin(path: PathBuf, random: &mut Random) -> Self {
        let key = some_key(0, random.below(4));
        let store = StoreOptions::new().kdf_cost(KdfCost::EDGE).wait(PATIENCE).create(&path, key.unlock());
        let store = store.unwrap();
        let keys = vec![(store.slots().list().unwrap()[0].id, key)];
        let (gone, pins) = (Vec::new(), vec![store.pin().unwrap().to_string()]);
        Self {
            path,
            store: Some(store),
            keys,
            gone,
            events: BTreeMap::new(),
            handles: 1,
            epoch: 0,
            pins,
            made: 1,
            left: "open",
        }
    }

    fn store(&self) -> &Store {
        self.store.as_ref().unwrap()
    }

    fn count(&mut self, event: u64) {
        *self.events.entry(event).or_default() += 1;
    }

    fn new_key(&mut self, random: &mut Random) -> Key {
        self.made += 1;
        some_key(self.made, random.below(4))
    }

    fn step(&mut self, random: &mut Random) {
        self.left = "open";
        match random.below(11) {
            0 | 1 => self.add(random),
            2 => self.add_recovery_code(random),
            3 => self.change(random),
            4 => self.remove(random),
            5 => self.raise_floor(random),
            6 => self.reopen(random),
            7 => {
                self.store().compact().unwrap();
                self.count(70);
            }
            8 => self.purge(),
            9 => self.rekey(random),
            _ => self.back_up(),
        }
        self.put(random);
        if random.below(3) == 0 {
            self.pins.push(self.store().pin().unwrap().to_string());
        }
    }

    fn put(&mut self, random: &mut Random) {
        let path = ["a", "a/b", "c"][random.below(3) as usize];
        let written = self.store().put(path, random_value(random)).unwrap();
        self.count(if written.version() == 1 { 1 } else { 2 });
        if written.version() > 10 {
            self.count(14);
        }
    }

    fn add(&mut self, random: &mut Random) {
        let (key, label) = (self.new_key(random), LABELS[random.below(5) as usize]);
        let label = if random.below(9) == 0 { "x".repeat(128) } else { label.to_owned() };
        let id = self.store().slots().add_with(key.unlock(), NewSlot::new().label(label)).unwrap();
        self.keys.push((id, key));
        self.count(65);
    }

    fn add_recovery_code(&mut self, random: &mut Random) {
        let label = LABELS[random.below(5) as usize];
        let (id, code) = self.store().slots().add_recovery_code_with(NewSlot::new().label(label)).unwrap();
        let typed = code.expose().to_lowercase().replace('-', ["", " ", "-"][random.below(3) as usize]);
        self.keys.push((id, Key::RecoveryCode(typed)));
        self.count(65);
    }

    fn change(&mut self, random: &mut Random) {
        self.made += 1;
        let made = self.made;
        let changed = self.keys.iter_mut().find_map(|(_, key)| match key {
            Key::Passphrase(_) => Some((some_key(made, 0), key)),
            Key::FileAndPassphrase(..) if random.below(2) == 0 => Some((some_key(made, 2), key)),
            _ => None,
        });
        let Some((new, old)) = changed else { return };
        let store = self.store.as_ref().unwrap();
        store.slots().change_passphrase(old.unlock(), new.unlock()).unwrap();
        self.gone.push(std::mem::replace(old, new));
        self.count(67);
    }

    fn remove(&mut self, random: &mut Random) {
        if self.keys.len() == 1 {
            return;
        }
        let (id, key) = self.keys.swap_remove(random.below(self.keys.len() as u64) as usize);
        self.store().slots().remove_last_for_people(id).unwrap();
        self.gone.push(key);
        self.count(66);
    }

    fn raise_floor(&mut self, random: &mut Random) {
        let floor = KdfCost::new(19_456 + random.below(2_000) as u32, 2, 1).unwrap();
        self.store().policy().set_kdf_floor(floor).unwrap();
        self.count(73);
    }

    fn reopen(&mut self, random: &mut Random) {
        let key = &self.keys[random.below(self.keys.len() as u64) as usize].1;
        self.store.take().unwrap().close().unwrap();
        self.store = Some(patient().open(&self.path, key.unlock()).unwrap());
        self.handles += 1;
        if self.store().open_report().kdf_upgrade.is_some() {
            self.count(68);
            self.left = "closed";
        }
    }

    fn purge(&mut self) {
        let own = self.store().slots().list().unwrap().into_iter().find(|slot| slot.unlocked_this_handle);
        let Some(own) = own else { return };
        self.store().purge_with(CopyOptions::new().drop_other_slots(true)).unwrap();
        self.keep_only(own.id);
        self.count(71);
    }

    fn rekey(&mut self, random: &mut Random) {
        let key = self.new_key(random);
        self.store()
            .rekey_with(key.unlock(), CopyOptions::new().new_slot(NewSlot::new().label("since then")))
            .unwrap();
        let id = self.store().slots().list().unwrap()[0].id;
        self.keys.push((id, key));
        self.keep_only(id);
        self.count(72);
    }

    fn keep_only(&mut self, id: SlotId) {
        let all = std::mem::take(&mut self.keys);
        let (kept, gone): (Vec<_>, Vec<_>) = all.into_iter().partition(|(each, _)| *each == id);
        self.keys = kept;
        self.gone.extend(gone.into_iter().map(|(_, key)| key));
        self.epoch += 1;
    }

    fn back_up(&mut self) {
        let path = self.path.with_extension(format!("backup{}", self.made));
        self.made += 1;
        self.store().backup(&path).unwrap();
        self.check(&path, "closed");
        self.count(69);
    }

    /// Both readers find the same in the file at `path`, by every key; and what has to be there.
    fn check(&self, path: &Path, left: &str) {
        let mut readings = self.keys.iter().map(|(_, key)| check_same(path, key));
        let (first, found) = readings.next().unwrap();
        assert_eq!(found, left, "{}", path.display());
        assert!(readings.all(|(reading, _)| reading == first), "{}", path.display());
        assert_eq!(first.access.slots.len(), self.keys.len());
        let found = read_in_python(path, &self.keys[0].1, LAST_COMMIT).unwrap();
        let mut events = events_of(&found);
        assert!(events.remove(&80).unwrap_or_default() <= self.handles, "{events:?}");
        assert_eq!((events, found["epoch"].as_u64()), (self.events.clone(), Some(self.epoch)));
        for gone in &self.gone {
            check_both_refuse(path, gone, ErrorKind::WrongKey);
        }
    }

    /// Both readers find every pin in the history.
    fn check_pins(&self) {
        let key = &self.keys[0].1;
        let read = read_by_library(&self.path, key, LAST_COMMIT).unwrap();
        for pin in &self.pins {
            let found = read_with_options(&self.path, key, &["--pin", pin, "--now", "0"]);
            assert_eq!(reading_of(&found.unwrap()), read);
            let store = patient().read_only(true).pin(pin.parse().unwrap()).open(&self.path, key.unlock());
            assert_eq!(store.unwrap().open_report().pin, Some(PinCheck::InHistory));
        }
    }
}

/// A key that is like no other of its number: of a passphrase, a file, both, or raw.
fn some_key(number: u64, kind: u64) -> Key {
    let content = format!("key file {number}\n").into_bytes();
    match kind {
        0 => Key::Passphrase(format!("cafe\u{301} {number}")),
        1 => Key::File(content),
        2 => Key::FileAndPassphrase(content, format!("passphrase {number}")),
        _ => Key::Raw([number as u8; 32]),
    }
}

#[test]
fn the_second_reader_finds_what_is_in_random_stores_with_many_slots() {
    let (folder, mut random) = (Folder::new(), Random::new());
    let mut seen = BTreeMap::<u64, u64>::new();
    for number in 0..10 {
        let mut life = Life::begin(folder.join(&format!("{number}")), &mut random);
        for _ in 0..2 + random.below(12) {
            life.step(&mut random);
        }
        let copy = folder.join(&format!("{number}.copy"));
        fs::copy(&life.path, &copy).unwrap();
        life.check(&copy, life.left);
        life.store.take().unwrap().close().unwrap();
        life.check(&life.path, "closed");
        life.check_pins();
        for (kind, count) in life.events {
            *seen.entry(kind).or_default() += count;
        }
    }
    assert!(seen.len() > 6, "hardly anything happened: {seen:?}");
}
