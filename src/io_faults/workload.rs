//! What a store is used for, step by step, beside a model of what it must hold.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use super::disk::{FailingDisk, Vacancy};
use super::model::{Held, Model, contents};
use crate::record::id::SlotId;
use crate::sealed::disk::Disk;
use crate::{Error, ErrorKind, Result, Retention, SecretRef, Store, StoreOptions, Sweep, Unlock, Update};

/// One call of a user, with paths and lengths of values.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Step {
    Create,
    Put(&'static str, usize),
    Together(&'static [(&'static str, usize)]),
    /// A transaction that writes and then fails.
    Abandoned(&'static [(&'static str, usize)]),
    /// Another value for the tag `state`.
    Update(&'static str, &'static str),
    Rollback(&'static str, u64),
    Delete(&'static str),
    Restore(&'static str),
    Rename(&'static str, &'static str),
    DeleteVersion(&'static str, u64),
    RestoreVersion(&'static str, u64),
    DestroyVersion(&'static str, u64),
    /// To a value of so many bytes, with a grace that does not end, or without one.
    Rotate(&'static str, usize, bool),
    RevokeVersion(&'static str, u64),
    /// Sets an expiry that does not come.
    Expire(&'static str),
    /// How many days the trash is kept.
    KeepTrash(u16),
    Sweep,
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

/// Every way to change secrets.
pub(super) const CHANGES: &[Step] = &[
    Step::Create,
    Step::Put("app/token", 40),
    Step::Put("app/certificate", 9_000),
    Step::Put("app/token", 60),
    Step::Update("app/token", "new"),
    Step::Rollback("app/token", 1),
    Step::DeleteVersion("app/token", 2),
    Step::Rotate("app/certificate", 700, true),
    Step::RevokeVersion("app/certificate", 1),
    Step::Rotate("app/certificate", 9_100, false),
    Step::Expire("app/certificate"),
    Step::Rename("app/certificate", "moved/certificate"),
    Step::RestoreVersion("app/token", 2),
    Step::Delete("app/token"),
    Step::List,
    Step::Restore("app/token"),
    Step::DestroyVersion("app/token", 1),
    Step::KeepTrash(0),
    Step::Delete("moved/certificate"),
    Step::Close,
    Step::Open,
    Step::Sweep,
    Step::Put("moved/certificate", 500),
    Step::Delete("app/token"),
    Step::Sweep,
    Step::List,
    Step::Verify,
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
    /// What cannot be read and may come back.
    hidden: BTreeMap<&'static str, Held>,
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
            acknowledged: Model::default(),
            attempted: Model::default(),
            hidden: BTreeMap::new(),
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
                let (_, value) = self.acknowledged.live[path].versions.last_key_value().unwrap();
                assert_eq!(value.as_deref(), Some(secret.value().expose()), "{path}");
            }
            Step::List => assert_eq!(contents(self.store())?, self.acknowledged),
            Step::Verify => drop(self.store().verify()?),
            Step::Close => self.store.take().unwrap().close()?,
            _ if CHANGES.contains(&step) => {
                self.attempted.change(step, &mut self.hidden);
                self.change(step)?;
            }
            _ => self.administer(step)?,
        }
        self.acknowledged = self.attempted.clone();
        self.keys = self.attempted_keys.clone();
        Ok(())
    }

    fn change(&self, step: Step) -> Result<()> {
        let store = self.store();
        match step {
            Step::Update(path, value) => store.update(path, Update::new().tag("state", value)).map(drop),
            Step::Rollback(path, number) => store.rollback(path, number).map(drop),
            Step::Delete(path) => store.delete(path).map(drop),
            Step::Restore(path) => store.restore(SecretRef::try_from(path)?).map(drop),
            Step::Rename(from, to) => store.rename(from, to).map(drop),
            Step::DeleteVersion(path, number) => store.delete_version(path, number).map(drop),
            Step::RestoreVersion(path, number) => store.restore_version(path, number).map(drop),
            Step::DestroyVersion(path, number) => store.destroy_version(path, number).map(drop),
            Step::Rotate(path, len, accepted) => {
                let grace = Duration::from_secs(if accepted { 1 << 31 } else { 0 });
                let value = self.attempted.live[path].versions.last_key_value().unwrap().1.clone();
                assert_eq!(value.as_ref().map(Vec::len), Some(len));
                store.rotate(path, value.unwrap(), grace).map(drop)
            }
            Step::RevokeVersion(path, number) => store.revoke_version(path, number).map(drop),
            Step::Expire(path) => {
                store.update(path, Update::new().expires_in(Duration::from_secs(1 << 31))).map(drop)
            }
            Step::KeepTrash(days) => {
                store.policy().set_retention(Retention::inherited().keep_trash_days(days))
            }
            Step::Sweep => store.sweep(Sweep::new()).map(drop),
            _ => unreachable!("{step:?} changes no secrets"),
        }
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
        let values = self.attempted.put(writes);
        self.store()
            .transaction(|tx| values.iter().try_for_each(|(path, value)| tx.put(*path, value).map(drop)))
    }

    fn abandon(&mut self, writes: &[(&'static str, usize)]) -> Result<()> {
        let values = self.acknowledged.clone().put(writes);
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

/// A second handle on what a disk holds.
pub(super) fn reopen(disk: Arc<dyn Disk>) -> Result<Store> {
    reopen_with(disk, 0)
}

pub(super) fn reopen_with(disk: Arc<dyn Disk>, number: u8) -> Result<Store> {
    options().open_on(disk, &numbered(number))
}
