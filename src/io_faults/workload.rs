//! What a store is used for, step by step, beside a model of what it must hold.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::disk::{FailingDisk, Vacancy};
use crate::record::id::SlotId;
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
    AddSlot(u8),
    /// Another key for a slot.
    ChangeSlot(u8, u8),
    RemoveSlot(u8),
    Compact,
    Purge,
    Rekey(u8),
    Backup,
    Lock,
    Unlock(u8),
}

/// Changes of slots, copies of a store that is small and of one that does not fit the manifest, and locking.
pub(super) const ADMINISTRATION: &[Step] = &[
    Step::Create,
    Step::Put("app/token", 40),
    Step::Put("app/certificate", 9_000),
    Step::AddSlot(1),
    Step::ChangeSlot(0, 2),
    Step::Put("app/token", 60),
    Step::RemoveSlot(1),
    Step::Backup,
    Step::Compact,
    Step::Put("app/token", 20),
    Step::Lock,
    Step::Unlock(2),
    Step::AddSlot(3),
    Step::RemoveSlot(3),
    Step::Purge,
    Step::Put("backup/image", 900_000),
    Step::Rekey(4),
    Step::List,
    Step::ChangeSlot(4, 5),
    Step::Lock,
    Step::Unlock(5),
    Step::Put("app/token", 70),
    Step::Verify,
    Step::Close,
];

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
    /// The keys that open the store, as acknowledged and as attempted.
    pub(super) keys: BTreeSet<u8>,
    pub(super) attempted_keys: BTreeSet<u8>,
    /// Where the backup goes, and what it must hold if it is there.
    pub(super) vacancy: Vacancy,
    pub(super) backed_up: Option<(Model, BTreeSet<u8>)>,
}

impl Player {
    pub(super) fn new(disk: Arc<FailingDisk>) -> Self {
        Self {
            disk,
            store: None,
            acknowledged: Model::new(),
            attempted: Model::new(),
            created: false,
            keys: [0].into(),
            attempted_keys: [0].into(),
            vacancy: Vacancy::default(),
            backed_up: None,
        }
    }

    pub(super) fn play(&mut self, step: Step) -> Result<()> {
        self.attempted = self.acknowledged.clone();
        self.attempted_keys = self.keys.clone();
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
            _ => self.administer(step)?,
        }
        self.acknowledged = self.attempted.clone();
        self.keys = self.attempted_keys.clone();
        Ok(())
    }

    fn administer(&mut self, step: Step) -> Result<()> {
        let keys = &mut self.attempted_keys;
        match step {
            Step::AddSlot(key) => drop(keys.insert(key)),
            Step::RemoveSlot(key) => drop(keys.remove(&key)),
            Step::ChangeSlot(old, new) => {
                keys.remove(&old);
                keys.insert(new);
            }
            Step::Rekey(key) => *keys = [key].into(),
            Step::Backup => self.backed_up = Some((self.acknowledged.clone(), keys.clone())),
            _ => {}
        }
        let store = self.store();
        let slot = |number| -> Result<SlotId> {
            let id = store.file().slot_opened_by(&numbered(number))?;
            Ok(SlotId::from_bytes(id.expect("a key of the store")))
        };
        match step {
            Step::AddSlot(key) => store.slots().add(numbered(key)).map(drop),
            Step::RemoveSlot(key) => store.slots().remove_last_for_people(slot(key)?),
            Step::ChangeSlot(old, new) => store.slots().change_key(slot(old)?, &numbered(new)),
            Step::Compact => store.compact().map(drop),
            Step::Purge => store.purge().map(drop),
            Step::Rekey(key) => store.rekey(numbered(key)).map(drop),
            Step::Backup => store.back_up_to(self.vacancy.begin(&self.disk)).map(drop),
            Step::Lock => store.lock(),
            Step::Unlock(key) => store.unlock(numbered(key)),
            _ => unreachable!("{step:?} is no administration"),
        }
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
    numbered(0)
}

/// One of the keys that slots are for.
pub(super) fn numbered(number: u8) -> Unlock {
    Unlock::raw_key(&[0x5a + number; 32])
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
    reopen_with(disk, 0)
}

pub(super) fn reopen_with(disk: Arc<dyn Disk>, number: u8) -> Result<Store> {
    options().open_on(disk, &numbered(number))
}

fn paths() -> impl Iterator<Item = &'static str> {
    STEPS.iter().chain(ADMINISTRATION).flat_map(|step| match step {
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
