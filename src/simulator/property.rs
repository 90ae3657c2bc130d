//! Any sequence of operations, reopenings and crashes equals a map, and shrinks to its shortest when it does not.

use std::collections::BTreeMap;
use std::sync::Arc;

use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed, TestRunner};

use super::disk::CrashDisk;
use super::rng::Rng;
use crate::record::id::SlotId;
use crate::seeds::{seed, setting};
use crate::{CopyOptions, Error, ErrorKind, Query, Result, Retention, Store, StoreOptions, Unlock};

/// Values by version, by path.
type Expected = BTreeMap<String, Vec<Vec<u8>>>;
type Write = (String, Vec<u8>);

#[derive(Clone, Debug)]
enum Operation {
    Put(Write),
    Transaction {
        writes: Vec<Write>,
        commit: bool,
    },
    Get {
        path: String,
        version: u64,
    },
    List {
        under: Option<String>,
        page: usize,
    },
    Reopen,
    Verify,
    /// The power fails, or the process is killed, at the `after`-th change of the medium during `writes`.
    Crash {
        writes: Vec<Write>,
        after: u64,
        seed: u64,
        killed: bool,
    },
    /// Something done to the whole store, with a crash in the middle or without.
    Administer(Administration, Option<(u64, u64, bool)>),
}

#[derive(Clone, Copy, Debug)]
enum Administration {
    AddSlot,
    ChangeSlot,
    RemoveSlot,
    Compact,
    Purge,
    Rekey,
}

fn path() -> impl Strategy<Value = String> {
    prop_oneof![
        (0..3u8, 0..4u8).prop_map(|(space, name)| format!("space-{space}/name-{name}")),
        (0..4u8).prop_map(|name| format!("name-{name}")),
        (0..2u8).prop_map(|name| format!("space-1/deep/name-{name}")),
    ]
}

fn write() -> impl Strategy<Value = Write> {
    let value = prop_oneof![
        8 => prop::collection::vec(any::<u8>(), 0..200),
        2 => (any::<u8>(), 1_000..9_000usize).prop_map(|(byte, len)| vec![byte; len]),
    ];
    (path(), value)
}

fn operation() -> impl Strategy<Value = Operation> {
    let writes = || prop::collection::vec(write(), 1..8);
    prop_oneof![
        6 => write().prop_map(Operation::Put),
        2 => (writes(), any::<bool>()).prop_map(|(writes, commit)| Operation::Transaction { writes, commit }),
        4 => (path(), 0..5u64).prop_map(|(path, version)| Operation::Get { path, version }),
        2 => (prop::option::of(0..3u8), 1..5usize).prop_map(|(space, page)| Operation::List {
            under: space.map(|space| format!("space-{space}")),
            page,
        }),
        1 => Just(Operation::Reopen),
        1 => Just(Operation::Verify),
        2 => (writes(), 1..30u64, any::<u64>(), any::<bool>())
            .prop_map(|(writes, after, seed, killed)| Operation::Crash { writes, after, seed, killed }),
        3 => (administration(), prop::option::of((1..40u64, any::<u64>(), any::<bool>())))
            .prop_map(|(what, crash)| Operation::Administer(what, crash)),
    ]
}

fn administration() -> impl Strategy<Value = Administration> {
    use Administration::{AddSlot, ChangeSlot, Compact, Purge, Rekey, RemoveSlot};
    prop::sample::select(vec![AddSlot, ChangeSlot, RemoveSlot, Compact, Purge, Rekey])
}

struct Pair {
    disk: Arc<CrashDisk>,
    store: Store,
    expected: Expected,
    /// The keys that open the store; the handle came in by the first.
    keys: Vec<u8>,
    next_key: u8,
}

fn key(number: u8) -> Unlock {
    Unlock::raw_key(&[number; 32])
}

fn opened(disk: &Arc<CrashDisk>, number: u8) -> Option<Store> {
    match StoreOptions::new().open_on(disk.clone(), &key(number)) {
        Ok(store) => Some(store),
        Err(error) if error.kind() == ErrorKind::WrongKey => None,
        Err(error) => panic!("{error}"),
    }
}

impl Pair {
    fn new() -> Self {
        let disk = CrashDisk::new();
        let store = StoreOptions::new().create_on(disk.clone(), &key(0)).unwrap();
        store.policy().set_retention(Retention::inherited().keep_versions(0)).unwrap();
        Self { disk, store, expected: Expected::new(), keys: vec![0], next_key: 1 }
    }

    fn apply(&mut self, operation: Operation) {
        match operation {
            Operation::Put(write) => {
                let version = self.store.put(&write.0, &write.1).unwrap().version();
                self.expect(write);
                assert!(version >= 1);
            }
            Operation::Transaction { writes, commit } => self.transaction(writes, commit),
            Operation::Get { path, version } => self.get(&path, version),
            Operation::List { under, page } => self.list(under.as_deref(), page),
            Operation::Reopen => {
                let store = std::mem::replace(&mut self.store, Store::in_memory().unwrap());
                store.close().unwrap();
                self.store = opened(&self.disk, self.keys[0]).unwrap();
            }
            Operation::Verify => {
                let opened = self.store.verify().unwrap().opened.unwrap();
                assert_eq!(opened.secrets, self.expected.len() as u64);
                assert_eq!(opened.versions, self.expected.values().map(Vec::len).sum::<usize>() as u64);
            }
            Operation::Crash { writes, after, seed, killed } => self.crash(writes, after, seed, killed),
            Operation::Administer(what, crash) => self.administer(what, crash),
        }
    }

    fn expect(&mut self, (path, value): Write) {
        self.expected.entry(path).or_default().push(value);
    }

    fn transaction(&mut self, writes: Vec<Write>, commit: bool) {
        let result = self.store.transaction(|tx| {
            for (path, value) in &writes {
                tx.put(path, value)?;
                assert_eq!(tx.get(path)?.value().expose(), value);
            }
            if commit { Ok(()) } else { Err(Error::new(ErrorKind::InvalidArgument, "given up")) }
        });
        assert_eq!(result.is_ok(), commit);
        if commit {
            writes.into_iter().for_each(|write| self.expect(write));
        }
    }

    fn get(&self, path: &str, version: u64) {
        let expected = self.expected.get(path);
        let current = expected.and_then(|versions| versions.last());
        let found = self.store.get(path).map(|secret| secret.value().expose().to_vec());
        assert_eq!(found.ok().as_ref(), current);
        let numbered = version.checked_sub(1).and_then(|index| expected?.get(index as usize));
        let found = self.store.get_version(path, version).map(|secret| secret.value().expose().to_vec());
        assert_eq!(found.ok().as_ref(), numbered);
    }

    fn list(&self, under: Option<&str>, page: usize) {
        let mut query = under.map_or_else(Query::all, Query::under).limit(page);
        let mut found = Vec::new();
        loop {
            let page = self.store.list(&query).unwrap();
            found.extend(page.items().iter().map(|info| (info.path().to_string(), info.version())));
            match page.next_cursor() {
                Some(cursor) => query = query.after(cursor.clone()),
                None => break,
            }
        }
        let below = |path: &String| under.is_none_or(|under| path.starts_with(&format!("{under}/")));
        let mut expected: Vec<(String, u64)> = self
            .expected
            .iter()
            .filter(|(path, _)| below(path))
            .map(|(path, versions)| (path.clone(), versions.len() as u64))
            .collect();
        expected.sort_by(|(a, _), (b, _)| a.split('/').cmp(b.split('/')));
        assert_eq!(found, expected);
    }

    /// After the crash the store holds the acknowledged writes, and perhaps all of the one in flight.
    fn crash(&mut self, writes: Vec<Write>, after: u64, seed: u64, killed: bool) {
        self.disk.fail_after(after);
        let mut in_flight = None;
        for write in writes {
            if self.store.put(&write.0, &write.1).is_err() {
                in_flight = Some(write);
                break;
            }
            self.expect(write);
        }
        self.disk = if killed { self.disk.killed() } else { self.disk.cut(&mut Rng::new(seed)) };
        self.store = opened(&self.disk, self.keys[0]).unwrap();
        if let Some((path, value)) = in_flight {
            let versions = self.store.get(&path).map_or(0, |secret| secret.version());
            if versions > self.expected.get(&path).map_or(0, Vec::len) as u64 {
                self.expect((path, value));
            }
        }
    }

    /// The keys once it is done.
    fn keys_after(&self, what: Administration) -> Vec<u8> {
        let mut keys = self.keys.clone();
        match what {
            Administration::AddSlot => keys.push(self.next_key),
            Administration::ChangeSlot => keys[0] = self.next_key,
            Administration::RemoveSlot => keys.truncate(keys.len().max(2) - 1),
            Administration::Compact => {}
            Administration::Purge => keys.truncate(1),
            Administration::Rekey => keys = vec![self.next_key],
        }
        keys
    }

    fn do_administer(&self, what: Administration) -> Result<()> {
        let slots = self.store.slots();
        let slot = |number| {
            let id = self.store.file().slot_opened_by(&key(number)).unwrap();
            SlotId::from_bytes(id.expect("a key of the store"))
        };
        match what {
            Administration::AddSlot => slots.add(key(self.next_key)).map(drop),
            Administration::ChangeSlot => slots.change_key(slot(self.keys[0]), &key(self.next_key)),
            Administration::RemoveSlot if self.keys.len() < 2 => Ok(()),
            Administration::RemoveSlot => slots.remove_last_for_people(slot(self.keys[self.keys.len() - 1])),
            Administration::Compact => self.store.compact().map(drop),
            Administration::Purge => {
                self.store.purge_with(CopyOptions::new().drop_other_slots(true)).map(drop)
            }
            Administration::Rekey => self.store.rekey(key(self.next_key)).map(drop),
        }
    }

    /// After a crash the store opens with all the keys from before or all from after, and holds what it held.
    fn administer(&mut self, what: Administration, crash: Option<(u64, u64, bool)>) {
        let after = self.keys_after(what);
        if let Some((changes, ..)) = crash {
            self.disk.fail_after(changes);
        }
        let result = self.do_administer(what);
        let Some((_, seed, killed)) = crash else {
            result.unwrap();
            self.disk = self.disk.in_place();
            self.keys = after;
            self.next_key += 1;
            return;
        };
        self.disk = if killed { self.disk.killed() } else { self.disk.cut(&mut Rng::new(seed)) };
        let opening: Vec<u8> =
            (0..=self.next_key).filter(|&number| opened(&self.disk, number).is_some()).collect();
        let sorted = |keys: &[u8]| {
            let mut keys = keys.to_vec();
            keys.sort_unstable();
            keys
        };
        if opening == sorted(&after) {
            self.keys = after;
        } else {
            assert!(result.is_err(), "{what:?} was acknowledged, and the store opens with {opening:?}");
            assert_eq!(opening, sorted(&self.keys), "{what:?}");
        }
        self.next_key += 1;
        self.store = opened(&self.disk, self.keys[0]).unwrap();
    }

    fn check_everything(&mut self) {
        self.list(None, 3);
        let paths: Vec<String> = self.expected.keys().cloned().collect();
        for path in paths {
            (0..=self.expected[&path].len() as u64 + 1).for_each(|version| self.get(&path, version));
        }
        self.apply(Operation::Verify);
    }
}

/// `STRONGROOM_MODEL_CASES` sets how many sequences are tried, `STRONGROOM_MODEL_SEED` which; the one that fails is
/// printed, shrunk.
#[test]
fn any_sequence_of_operations_and_crashes_equals_a_map() {
    let cases = u32::try_from(setting("STRONGROOM_MODEL_CASES", 128)).unwrap();
    let seed = seed("STRONGROOM_MODEL_SEED", "STRONGROOM_MODEL_CASES");
    let config = Config {
        cases,
        failure_persistence: None,
        max_shrink_iters: 2_000,
        rng_seed: RngSeed::Fixed(seed),
        ..Config::default()
    };
    TestRunner::new(config)
        .run(&prop::collection::vec(operation(), 1..40), |operations| {
            let mut pair = Pair::new();
            operations.into_iter().for_each(|operation| pair.apply(operation));
            pair.check_everything();
            Ok(())
        })
        .unwrap();
}
