//! Random histories of many copies of one store: a model says what every pin must say of every file.

use std::fs;
use std::path::PathBuf;

use strongroom::{CopyOptions, ErrorKind, Pin, PinCheck, Store, VerifyAtOpen};

use crate::fixture::{Folder, Random, campaign, create, key, patient, write_private};

/// A file, and the pin of every commit in its history, oldest first.
#[derive(Clone)]
struct Branch {
    path: PathBuf,
    history: Vec<Pin>,
}

/// What opening a file with this history must say to a pin.
fn expected(history: &[Pin], pin: &Pin) -> Result<PinCheck, ErrorKind> {
    match history.last() {
        Some(last) if last.generation() < pin.generation() => Err(ErrorKind::RolledBack),
        _ if history.contains(pin) => Ok(PinCheck::InHistory),
        _ => Err(ErrorKind::ForkedHistory),
    }
}

fn open(branch: &Branch, pin: Option<Pin>) -> Result<Store, strongroom::Error> {
    // Blocks are verified in other tests; these open thousands of files.
    let options = patient().verify(VerifyAtOpen::Never);
    pin.map_or(options.clone(), |pin| options.pin(pin)).open(&branch.path, key())
}

struct Histories {
    folder: Folder,
    random: Random,
    branches: Vec<Branch>,
    /// Every pin that was ever taken.
    pins: Vec<Pin>,
    files: u64,
    /// How often each answer was given.
    answers: [u64; 3],
}

impl Histories {
    fn new(random: Random) -> Self {
        Self {
            folder: Folder::in_memory(),
            random,
            branches: Vec::new(),
            pins: Vec::new(),
            files: 0,
            answers: [0; 3],
        }
    }

    /// A new store, and nothing known of the ones before.
    fn begin(&mut self) {
        self.branches.drain(..).for_each(|branch| fs::remove_file(branch.path).unwrap());
        self.pins.clear();
        let path = self.new_path();
        let pin = create(&path).pin().unwrap();
        self.pins.push(pin);
        self.branches.push(Branch { path, history: vec![pin] });
    }

    fn new_path(&mut self) -> PathBuf {
        self.files += 1;
        self.folder.join(&self.files.to_string())
    }

    fn step(&mut self) {
        let at = self.random.below(self.branches.len() as u64) as usize;
        match self.random.below(10) {
            0..=3 => self.write(at),
            4 => self.replace(at),
            5 => self.backup(at),
            6 => self.fork(at),
            7 => self.roll_back(at),
            _ => {}
        }
        self.check();
    }

    fn write(&mut self, at: usize) {
        let store = open(&self.branches[at], None).unwrap();
        for _ in 0..=self.random.below(3) {
            match self.random.below(4) {
                0 => {
                    let (id, _) = store.slots().add_recovery_code().unwrap();
                    self.note(at, &store);
                    store.slots().remove_last_for_people(id).unwrap();
                }
                1 => drop(store.transaction(|tx| (0..3).try_for_each(|_| tx.put("many", "x").map(drop)))),
                _ => drop(store.put("name", "value").unwrap()),
            }
            self.note(at, &store);
        }
        if self.random.below(2) == 0 {
            store.lock().unwrap();
            store.unlock(key()).unwrap();
        }
    }

    fn note(&mut self, at: usize, store: &Store) {
        let pin = store.pin().unwrap();
        self.pins.push(pin);
        self.branches[at].history.push(pin);
    }

    fn replace(&mut self, at: usize) {
        let store = open(&self.branches[at], None).unwrap();
        match self.random.below(3) {
            0 => store.compact(),
            1 => store.purge_with(CopyOptions::new().drop_other_slots(true)),
            _ => store.rekey(key()),
        }
        .unwrap();
        self.note(at, &store);
    }

    /// Which is a branch of the commit before it was noted.
    fn backup(&mut self, at: usize) {
        let path = self.new_path();
        let branch = Branch { path, history: self.branches[at].history.clone() };
        let store = open(&self.branches[at], None).unwrap();
        store.backup(&branch.path).unwrap();
        self.note(at, &store);
        self.branches.push(branch);
    }

    /// A copy of the file as it lies there, closed or in the hands of a writer.
    fn fork(&mut self, at: usize) {
        let path = self.new_path();
        let open = (self.random.below(2) == 0).then(|| open(&self.branches[at], None).unwrap());
        if let Some(store) = &open {
            store.put("name", "value").unwrap();
            self.note(at, store);
        }
        write_private(&path, fs::read(&self.branches[at].path).unwrap());
        let history = self.branches[at].history.clone();
        self.branches.push(Branch { path, history });
    }

    /// An older or parallel file is put in the place of another.
    fn roll_back(&mut self, at: usize) {
        let from = self.random.below(self.branches.len() as u64) as usize;
        write_private(&self.branches[at].path, fs::read(&self.branches[from].path).unwrap());
        self.branches[at].history = self.branches[from].history.clone();
    }

    /// A random pin against a random file.
    fn check(&mut self) {
        for _ in 0..2 {
            let branch = &self.branches[self.random.below(self.branches.len() as u64) as usize];
            let pin = self.pins[self.random.below(self.pins.len() as u64) as usize];
            let expected = expected(&branch.history, &pin);
            let found = match open(branch, Some(pin)) {
                Ok(store) => {
                    assert_eq!(store.pin().unwrap(), *branch.history.last().unwrap());
                    Ok(store.open_report().pin.unwrap())
                }
                Err(error) => Err(error.kind()),
            };
            assert_eq!(found, expected, "{pin:?} against {:?}", branch.history);
            let answer = match found {
                Ok(_) => 0,
                Err(ErrorKind::RolledBack) => 1,
                Err(_) => 2,
            };
            self.answers[answer] += 1;
        }
    }
}

#[test]
fn a_pin_says_of_every_file_what_its_history_is() {
    let (many, random) = campaign("STRONGROOM_HISTORIES", 1_000);
    let mut histories = Histories::new(random);
    for _ in 0..many {
        histories.begin();
        for _ in 0..4 + histories.random.below(5) {
            histories.step();
        }
    }
    let answers = histories.answers;
    println!("{many} histories: in the history, rolled back, forked: {answers:?}");
    assert!(many < 100 || answers.iter().all(|count| *count > many / 10), "{answers:?}");
}

#[test]
fn a_wrong_answer_would_be_seen() {
    let folder = Folder::new();
    let store = create(&folder.join("store"));
    let first = store.pin().unwrap();
    store.put("name", "value").unwrap();
    let second = store.pin().unwrap();
    assert_eq!(expected(&[first, second], &first), Ok(PinCheck::InHistory));
    assert_eq!(expected(&[first], &second), Err(ErrorKind::RolledBack));
    assert_eq!(expected(&[second], &first), Err(ErrorKind::ForkedHistory));
}
