//! Any sequence of operations does what it does to a map.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use strongroom::{Error, ErrorKind, Query, Retention, Store};

use crate::fixture::{Folder, campaign, create, events, number_from, open, open_read_only};

/// The paths in play: nested, neighbours in the order of bytes, and one that needs normalising.
const PATHS: [&str; 8] = ["a", "a/b", "a/b/c", "a-b", "a.b", "é/x", "é", "z/y/x/w"];
const NAMESPACES: [Option<&str>; 5] = [None, Some("a"), Some("a/b"), Some("é"), Some("nothing")];

#[derive(Clone, Debug)]
struct Put {
    path: usize,
    len: usize,
    fill: u8,
}

#[derive(Clone, Copy, Debug)]
enum End {
    Commit,
    Abort,
    Panic,
}

#[derive(Clone, Debug)]
enum Operation {
    Put(Put),
    Get { path: usize },
    GetVersion { path: usize, version: u64 },
    List { namespace: usize, limit: usize },
    Transaction { puts: Vec<Put>, end: End },
    Reopen,
    Look,
    Verify,
}

fn puts() -> impl Strategy<Value = Put> {
    let len = prop_oneof![8 => 0..200_usize, 4 => 900..3_000_usize, 2 => 4_000..20_000_usize, 1 => 65_000..140_000_usize];
    (0..PATHS.len(), len, any::<u8>()).prop_map(|(path, len, fill)| Put { path, len, fill })
}

fn operations() -> impl Strategy<Value = Operation> {
    let path = 0..PATHS.len();
    let end = prop_oneof![3 => Just(End::Commit), 1 => Just(End::Abort), 1 => Just(End::Panic)];
    prop_oneof![
        8 => puts().prop_map(Operation::Put),
        4 => path.clone().prop_map(|path| Operation::Get { path }),
        4 => (path, 0..8_u64).prop_map(|(path, version)| Operation::GetVersion { path, version }),
        4 => (0..NAMESPACES.len(), 1..6_usize)
            .prop_map(|(namespace, limit)| Operation::List { namespace, limit }),
        4 => (prop::collection::vec(puts(), 0..6), end)
            .prop_map(|(puts, end)| Operation::Transaction { puts, end }),
        2 => Just(Operation::Reopen),
        1 => Just(Operation::Look),
        1 => Just(Operation::Verify),
    ]
}

/// Every version of every path, and how many writes were committed.
#[derive(Clone, Default)]
struct Model {
    secrets: BTreeMap<&'static str, Vec<Vec<u8>>>,
    events: u64,
}

impl Model {
    fn put(&mut self, put: &Put) -> u64 {
        let versions = self.secrets.entry(PATHS[put.path]).or_default();
        versions.push(put.value());
        self.events += 1;
        versions.len() as u64
    }

    fn version(&self, path: usize, version: u64) -> Option<&Vec<u8>> {
        self.secrets.get(PATHS[path])?.get(usize::try_from(version).ok()?.checked_sub(1)?)
    }

    /// Segment by segment, as a list gives them.
    fn listed(&self, namespace: Option<&str>) -> Vec<(String, u64)> {
        let below = |path: &str| match namespace {
            None => true,
            Some(namespace) => path.strip_prefix(namespace).is_some_and(|rest| rest.starts_with('/')),
        };
        let found = self.secrets.iter().filter(|(path, _)| below(path));
        let mut listed: Vec<_> =
            found.map(|(path, versions)| ((*path).to_owned(), versions.len() as u64)).collect();
        listed.sort_by(|(a, _), (b, _)| a.split('/').cmp(b.split('/')));
        listed
    }
}

impl Put {
    fn value(&self) -> Vec<u8> {
        (0..self.len).map(|at| self.fill.wrapping_add((at % 253) as u8)).collect()
    }
}

/// Where the store lives.
enum Place {
    Memory(Store),
    File(Folder, Option<Store>),
}

impl Place {
    fn store(&self) -> &Store {
        match self {
            Self::Memory(store) | Self::File(_, Some(store)) => store,
            Self::File(_, None) => unreachable!("the store is open between operations"),
        }
    }

    /// Closes and opens the file; a store in memory stays.
    fn reopen(&mut self) {
        if let Self::File(folder, store) = self {
            store.take().unwrap().close().unwrap();
            *store = Some(open(&folder.join("s")));
        }
    }

    /// As [`reopen`](Self::reopen), with a reader in between.
    fn look(&mut self, model: &Model) {
        if let Self::File(folder, store) = self {
            store.take().unwrap().close().unwrap();
            let reader = open_read_only(&folder.join("s"));
            check_all(&reader, model);
            reader.close().unwrap();
            *store = Some(open(&folder.join("s")));
        }
    }
}

fn walk(store: &Store, namespace: Option<&str>, limit: usize) -> Vec<(String, u64)> {
    let mut query = namespace.map_or_else(Query::all, Query::under).limit(limit);
    let mut listed = Vec::new();
    loop {
        let page = store.list(&query).unwrap();
        listed.extend(page.items().iter().map(|info| (info.path().to_string(), info.version())));
        match page.next_cursor() {
            Some(cursor) => query = query.after(cursor.clone()),
            None => return listed,
        }
    }
}

#[track_caller]
fn check_value(found: Result<strongroom::Secret, Error>, expected: Option<(u64, &Vec<u8>)>) {
    match (found, expected) {
        (Ok(secret), Some((version, value))) => {
            assert_eq!(secret.version(), version);
            assert!(secret.value().expose() == *value, "another value");
        }
        (Err(error), None) => assert_eq!(error.kind(), ErrorKind::NotFound),
        (found, expected) => {
            panic!("found {found:?}, expected version {:?}", expected.map(|(version, _)| version))
        }
    }
}

fn check_current(store: &Store, model: &Model, path: usize) {
    let versions = model.secrets.get(PATHS[path]);
    check_value(store.get(PATHS[path]), versions.and_then(|all| Some((all.len() as u64, all.last()?))));
}

fn check_all(store: &Store, model: &Model) {
    for (path, name) in PATHS.iter().enumerate() {
        check_current(store, model, path);
        for version in 0..=model.secrets.get(name).map_or(1, |versions| versions.len() as u64 + 1) {
            let expected = model.version(path, version).map(|value| (version, value));
            check_value(store.get_version(*name, version), expected);
        }
    }
    assert_eq!(walk(store, None, 3), model.listed(None));
    check_verified(store, model);
}

fn check_verified(store: &Store, model: &Model) {
    let opened = store.verify().unwrap().opened.unwrap();
    let versions = model.secrets.values().map(|versions| versions.len() as u64).sum::<u64>();
    let counted = (opened.secrets, opened.versions, events(store));
    assert_eq!(counted, (model.secrets.len() as u64, versions, model.events));
}

fn run_transaction(store: &Store, model: &mut Model, puts: &[Put], end: End) {
    let mut inside = model.clone();
    let ran = catch_unwind(AssertUnwindSafe(|| {
        store.transaction(|tx| {
            for put in puts {
                assert_eq!(tx.put(PATHS[put.path], put.value())?.version(), inside.put(put));
                assert!(tx.get(PATHS[put.path])?.value().expose() == put.value(), "not its own write");
            }
            match end {
                End::Commit => Ok(()),
                End::Abort => tx.get("never/written").map(|_| ()),
                End::Panic => std::panic::resume_unwind(Box::new("on purpose")),
            }
        })
    }));
    match (end, ran) {
        (End::Commit, Ok(done)) => {
            done.unwrap();
            *model = inside;
        }
        (End::Abort, Ok(aborted)) => assert_eq!(aborted.unwrap_err().kind(), ErrorKind::NotFound),
        (End::Panic, Err(panic)) if panic.is::<&str>() => {}
        (_, Err(panic)) => std::panic::resume_unwind(panic),
        (_, Ok(_)) => panic!("a panic was swallowed"),
    }
}

fn run(place: &mut Place, model: &mut Model, operation: &Operation) {
    match operation {
        Operation::Put(put) => {
            let written = place.store().put(PATHS[put.path], put.value()).unwrap();
            assert_eq!(written.version(), model.put(put));
        }
        Operation::Get { path } => check_current(place.store(), model, *path),
        Operation::GetVersion { path, version } => check_value(
            place.store().get_version(PATHS[*path], *version),
            model.version(*path, *version).map(|value| (*version, value)),
        ),
        Operation::List { namespace, limit } => {
            let namespace = NAMESPACES[*namespace];
            assert_eq!(walk(place.store(), namespace, *limit), model.listed(namespace));
        }
        Operation::Transaction { puts, end } => run_transaction(place.store(), model, puts, *end),
        Operation::Reopen => place.reopen(),
        Operation::Look => place.look(model),
        Operation::Verify => check_verified(place.store(), model),
    }
}

/// `STRONGROOM_MODEL_CASES` sequences of `STRONGROOM_MODEL_STEPS` operations; a failure prints the shortest one.
#[track_caller]
fn check(place: impl Fn() -> Place) {
    let (cases, mut random) = campaign("STRONGROOM_MODEL_CASES", 64);
    let cases = u32::try_from(cases).unwrap();
    let steps = usize::try_from(number_from("STRONGROOM_MODEL_STEPS", 40)).unwrap();
    let seed: Vec<u8> = (0..4).flat_map(|_| random.next().to_le_bytes()).collect();
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &seed));
    let sequences = prop::collection::vec(operations(), 1..=steps);
    let result = runner.run(&sequences, |operations| {
        // The model keeps every version, and so must the store: as it is created it keeps ten. Saying so is an event.
        let (mut place, mut model) = (place(), Model { events: 1, ..Model::default() });
        place.store().policy().set_retention(Retention::inherited().keep_versions(0)).unwrap();
        for operation in &operations {
            run(&mut place, &mut model, operation);
        }
        place.reopen();
        check_all(place.store(), &model);
        Ok(())
    });
    if let Err(error) = result {
        panic!("{error}");
    }
}

#[test]
fn a_store_in_memory_is_a_map_of_versions() {
    check(|| Place::Memory(Store::in_memory().unwrap()));
}

#[test]
fn a_store_in_a_file_is_a_map_of_versions() {
    check(|| {
        let folder = Folder::new();
        let store = create(&folder.join("s"));
        Place::File(folder, Some(store))
    });
}
