//! What a store is used for, step by step, beside a model of what it must hold.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::disk::FailingDisk;
use crate::sealed::disk::Disk;
use crate::{Error, ErrorKind, Query, Result, Store, StoreOptions, Unlock};

/// Every version of every secret.
pub(super) type Model = BTreeMap<&'static str, Vec<Vec<u8>>>;

/// One call of a user, with paths and lengths of values.
#[derive(Clone, Copy, Debug)]
pub(super) enum Step {
    Create,
    Put(&'static str, usize),
    Together(&'static [(&'static str, usize)]),
    /// A transaction that writes and then fails.
    Abandoned(&'static [(&'static str, usize)]),
    Get(&'static str),
    List,
    Verify,
    Close,
    Open,
}

/// Covers a commit above the manifest's 170 blocks, an aborted one, a growth, and both kinds of open.
pub(super) const STEPS: &[Step] = &[
    Step::Create,
    Step::Put("app/token", 40),
    Step::Put("app/certificate", 9_000),
    Step::Put("app/token", 60),
    Step::Together(&[("db/user", 10), ("db/password", 300)]),
    Step::Abandoned(&[("db/user", 20), ("db/blob", 350_000)]),
    Step::Put("app/token", 0),
    Step::Put("backup/image", 900_000),
    Step::Put("db/password", 50_000),
    Step::Get("backup/image"),
    Step::Get("app/token"),
    Step::List,
    Step::Verify,
    Step::Close,
    Step::Open,
    Step::Get("app/certificate"),
    Step::Put("app/certificate", 9_500),
    Step::List,
    Step::Close,
];

/// Plays the steps on a disk.
pub(super) struct Player {
    pub(super) disk: Arc<FailingDisk>,
    pub(super) store: Option<Store>,
    /// What was acknowledged.
    pub(super) acknowledged: Model,
    /// What the step under way would have made of it.
    pub(super) attempted: Model,
    pub(super) created: bool,
}

impl Player {
    pub(super) fn new(disk: Arc<FailingDisk>) -> Self {
        Self { disk, store: None, acknowledged: Model::new(), attempted: Model::new(), created: false }
    }

    pub(super) fn play(&mut self, step: Step) -> Result<()> {
        self.attempted = self.acknowledged.clone();
        match step {
            Step::Create => {
                self.store = Some(options().create_on(self.disk.clone(), &key())?);
                self.created = true;
            }
            Step::Open => self.store = Some(options().open_on(self.disk.clone(), &key())?),
            Step::Put(path, len) => self.write(&[(path, len)])?,
            Step::Together(writes) => self.write(writes)?,
            Step::Abandoned(writes) => self.abandon(writes)?,
            Step::Get(path) => {
                let secret = self.store().get(path)?;
                assert_eq!(Some(&secret.value().expose().to_vec()), self.acknowledged[path].last(), "{path}");
            }
            Step::List => assert_eq!(contents(self.store())?, self.acknowledged),
            Step::Verify => drop(self.store().verify()?),
            Step::Close => self.store.take().unwrap().close()?,
        }
        self.acknowledged = self.attempted.clone();
        Ok(())
    }

    fn write(&mut self, writes: &[(&'static str, usize)]) -> Result<()> {
        let values = extend(&mut self.attempted, writes);
        self.store()
            .transaction(|tx| values.iter().try_for_each(|(path, value)| tx.put(*path, value).map(drop)))
    }

    fn abandon(&mut self, writes: &[(&'static str, usize)]) -> Result<()> {
        let values = extend(&mut self.acknowledged.clone(), writes);
        let result: Result<()> = self.store().transaction(|tx| {
            values.iter().try_for_each(|(path, value)| tx.put(*path, value).map(drop))?;
            Err(Error::new(ErrorKind::NotFound, "given up"))
        });
        match result {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            Err(error) => Err(error),
            Ok(()) => panic!("an abandoned transaction was committed"),
        }
    }

    fn store(&self) -> &Store {
        self.store.as_ref().unwrap()
    }
}

pub(super) fn options() -> StoreOptions {
    StoreOptions::new().cache_bytes(256 * 1024)
}

pub(super) fn key() -> Unlock {
    Unlock::raw_key(&[0x5a; 32])
}

/// Everything in a store, read version by version.
pub(super) fn contents(store: &Store) -> Result<Model> {
    let mut found = Model::new();
    for info in store.list(Query::all())? {
        let path = info.path().as_str();
        let known = paths().find(|known| *known == path).expect("the store lists only what was put");
        let versions = (1..=info.version())
            .map(|number| Ok(store.get_version(path, number)?.value().expose().to_vec()))
            .collect::<Result<_>>()?;
        found.insert(known, versions);
    }
    Ok(found)
}

/// A second handle on what a disk holds.
pub(super) fn reopen(disk: Arc<dyn Disk>) -> Result<Store> {
    options().open_on(disk, &key())
}

fn paths() -> impl Iterator<Item = &'static str> {
    STEPS.iter().flat_map(|step| match step {
        Step::Put(path, _) => vec![*path],
        Step::Together(writes) | Step::Abandoned(writes) => writes.iter().map(|(path, _)| *path).collect(),
        _ => Vec::new(),
    })
}

/// Adds one version each, and returns what to write.
fn extend(model: &mut Model, writes: &[(&'static str, usize)]) -> Vec<(&'static str, Vec<u8>)> {
    let mut values = Vec::new();
    for &(path, len) in writes {
        let versions = model.entry(path).or_default();
        let value: Vec<u8> = path.bytes().cycle().skip(versions.len()).take(len).collect();
        versions.push(value.clone());
        values.push((path, value));
    }
    values
}
