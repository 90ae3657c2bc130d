//! Key slots: who can unlock a store.

use std::borrow::Borrow;
use std::sync::Arc;

use unicode_normalization::is_nfc;

use super::Store;
use super::policy::kdf_floor;
use crate::access::Action;
use crate::clock::Timestamp;
use crate::crypto::kdf::KdfCost;
use crate::error::{Error, ErrorKind, Result};
use crate::format::slot::SlotKind;
use crate::limits::SLOT_LABEL_LEN_MAX;
use crate::record::audit::EventKind;
use crate::record::id::SlotId;
use crate::record::slot::{NEVER, SlotRecord};
use crate::sealed::change::{SlotChange, SlotFacts};
use crate::sealed::recovery::RecoveryCode;
use crate::sealed::unlock::Unlock;
use crate::tables::{Batch, Tables, slots};

/// A key slot: one way to unlock a store.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct KeySlot {
    /// Its id, which stays when its passphrase is changed.
    pub id: SlotId,
    /// How it unlocks.
    pub kind: SlotKind,
    /// What somebody called it; empty if nobody did.
    pub label: String,
    /// What a passphrase costs to try; `None` if none is part of it.
    pub kdf_cost: Option<KdfCost>,
    /// When it was made; `None` if it is older than this record.
    pub created_at: Option<Timestamp>,
    /// When it last unlocked a handle that wrote; `None` if never. It moves with the first write after unlocking, and
    /// not with a handle that only reads.
    pub last_used_at: Option<Timestamp>,
    /// Whether this handle came in by it.
    pub unlocked_this_handle: bool,
}

/// How a slot is added.
#[derive(Clone, Debug, Default)]
pub struct NewSlot {
    pub(super) label: String,
    pub(super) kdf_cost: Option<KdfCost>,
}

impl NewSlot {
    /// Without a label, at the store's floor.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// What to call it, at most 128 bytes of UTF-8 without control characters. It is kept in the sealed file: nobody
    /// reads it without a key.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    /// What its passphrase costs to try: the store's [floor](crate::Policy::kdf_floor) by default, and never less.
    #[must_use]
    pub fn kdf_cost(mut self, cost: KdfCost) -> Self {
        self.kdf_cost = Some(cost);
        self
    }
}

/// The key slots of a [`Store`]: see [`Store::slots`].
pub struct Slots<'a>(pub(super) &'a Store);

impl Store {
    /// Who can unlock this store.
    ///
    /// A change of slots writes the key header only, whatever the size of the store. It is durable when its call
    /// returns: after a power cut at any instant the store opens as before or as after, and what it no longer opens
    /// with after success it never opens with again.
    ///
    /// **Whoever has an old copy of the file and knew an old passphrase still opens that copy, and with the master key
    /// in it every copy made since.** Against that only [`rekey`](Self::rekey) helps, and new secrets.
    ///
    /// # Examples
    ///
    /// ```
    /// use strongroom::{NewSlot, Store, Unlock};
    ///
    /// let store = Store::in_memory()?;
    /// store.slots().add_with(&Unlock::raw_key(&[7; 32]), NewSlot::new().label("keychain"))?;
    /// let (_, code) = store.slots().add_recovery_code()?;
    /// println!("Write this down: {}", code.expose());
    /// assert_eq!(store.slots().list()?.len(), 3);
    /// # Ok::<(), strongroom::Error>(())
    /// ```
    #[must_use]
    pub fn slots(&self) -> Slots<'_> {
        Slots(self)
    }
}

impl Slots<'_> {
    /// Every slot, in the order of the key header.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Locked`]; [`ErrorKind::Tampered`].
    pub fn list(&self) -> Result<Vec<KeySlot>> {
        let tables = self.open()?;
        let file = tables.file();
        let (facts, opener) = (file.slots()?, file.opener_id());
        tables.read(|rows| {
            let known = |slot: &SlotFacts| Ok(key_slot(slot, slots::find(rows, &slot.id)?, opener));
            facts.iter().map(known).collect()
        })
    }

    /// Adds a slot that opens with `unlock`. See [`add_with`](Self::add_with).
    ///
    /// # Errors
    ///
    /// As [`add_with`](Self::add_with).
    pub fn add(&self, unlock: impl Borrow<Unlock>) -> Result<SlotId> {
        self.add_with(unlock, NewSlot::new())
    }

    /// Adds a slot that opens with `unlock`, after proving from the file that it does.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::AlreadyExists`] if a slot opens with it already; [`ErrorKind::LimitExceeded`] above 48 slots;
    /// [`ErrorKind::InvalidArgument`] for a label or passphrase that breaks a rule; [`ErrorKind::KdfLimits`] for a cost
    /// below the store's floor, or if the slots of this kind together would ask for more than 4 GiB of memory times
    /// passes, which is where an unlock stops trying; otherwise as [`Store::put`].
    pub fn add_with(&self, unlock: impl Borrow<Unlock>, new: NewSlot) -> Result<SlotId> {
        let unlock = unlock.borrow();
        check_label(&new.label)?;
        unlock.kind()?;
        let (_pass, tables) = self.0.begin_change()?;
        let cost = self.cost(&tables, new.kdf_cost)?;
        if tables.file().slot_opened_by(unlock)?.is_some() {
            return Err(Error::new(
                ErrorKind::AlreadyExists,
                "a key slot of this store opens with this key already",
            ));
        }
        let change = SlotChange::Add { unlock, cost };
        let id = self.0.change_slot(&tables, &change, EventKind::SlotAdded, |batch, id, now| {
            let record = SlotRecord { label: new.label, created_at: now.as_millis(), last_used_at: NEVER };
            slots::write(batch, &id, &record)
        })?;
        self.0.strengthen(&tables);
        Ok(SlotId::from_bytes(id))
    }

    /// Adds a slot that opens with a new recovery code, and returns the code: the only time it is shown.
    ///
    /// # Errors
    ///
    /// As [`add_with`](Self::add_with).
    pub fn add_recovery_code(&self) -> Result<(SlotId, RecoveryCode)> {
        self.add_recovery_code_with(NewSlot::new())
    }

    /// As [`add_recovery_code`](Self::add_recovery_code), with a label.
    ///
    /// # Errors
    ///
    /// As [`add_with`](Self::add_with).
    pub fn add_recovery_code_with(&self, new: NewSlot) -> Result<(SlotId, RecoveryCode)> {
        let (unlock, code) = Unlock::new_recovery_code()?;
        Ok((self.add_with(&unlock, new)?, code))
    }

    /// Gives the slot that opens with the passphrase `old` the passphrase `new`; id and label stay, and it costs what it
    /// did or the store's floor, whichever is more. From the return of
    /// this call on the old one no longer opens the store.
    ///
    /// Both may be a passphrase, or a passphrase with a key file, where the key file may change too.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::WrongKey`] if no slot opens with `old`; [`ErrorKind::InvalidArgument`] if one of them holds no
    /// passphrase, or one and not the other a key file; [`ErrorKind::AlreadyExists`] if another slot opens with `new`;
    /// [`ErrorKind::KdfLimits`] as for [`add_with`](Self::add_with); otherwise as [`Store::put`].
    pub fn change_passphrase(&self, old: impl Borrow<Unlock>, new: impl Borrow<Unlock>) -> Result<()> {
        let (old, new) = (old.borrow(), new.borrow());
        if !old.kind()?.has_passphrase() || old.kind()? != new.kind()? {
            let message = "a passphrase is changed to a passphrase, and one with a key file to one with a key file; \
                add a slot and remove the other for anything else";
            return Err(Error::new(ErrorKind::InvalidArgument, message));
        }
        let (_pass, tables) = self.0.begin_change()?;
        let id = tables.file().slot_opened_by(old)?.ok_or_else(|| {
            Error::new(ErrorKind::WrongKey, "no key slot of this store opens with the old passphrase")
        })?;
        if tables.file().slot_opened_by(new)?.is_some_and(|other| other != id) {
            return Err(Error::new(
                ErrorKind::AlreadyExists,
                "another key slot of this store opens with the new passphrase",
            ));
        }
        let floor = self.cost(&tables, None)?;
        let present =
            tables.file().slots()?.into_iter().find(|slot| slot.id == id).and_then(|slot| slot.cost);
        let cost = present.filter(|cost| !cost.is_below(floor)).unwrap_or(floor);
        let change = SlotChange::Replace { id, unlock: new, cost };
        self.0.change_slot(&tables, &change, EventKind::SlotChanged, |_, _, _| Ok(()))?;
        self.0.strengthen(&tables);
        Ok(())
    }

    /// Removes a slot: nobody unlocks by it from then on. The last slot stays, and so does the last one that a person
    /// can use: a passphrase, a key file or a recovery code, and not a raw key.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotFound`]; [`ErrorKind::InvalidArgument`] if it is the last, or the last for people; otherwise as
    /// [`Store::put`].
    pub fn remove(&self, id: SlotId) -> Result<()> {
        self.remove_leaving(id, true)
    }

    /// As [`remove`](Self::remove), also if only raw keys are left: whoever loses those has lost the store.
    ///
    /// # Errors
    ///
    /// As [`remove`](Self::remove).
    pub fn remove_last_for_people(&self, id: SlotId) -> Result<()> {
        self.remove_leaving(id, false)
    }

    fn remove_leaving(&self, id: SlotId, one_for_people: bool) -> Result<()> {
        let (_pass, tables) = self.0.begin_change()?;
        let facts = tables.file().slots()?;
        let (removed, left): (Vec<&SlotFacts>, Vec<&SlotFacts>) =
            facts.iter().partition(|slot| slot.id == *id.as_bytes());
        let refused = |why| Err(Error::new(ErrorKind::InvalidArgument, why));
        if removed.is_empty() {
            return Err(Error::new(ErrorKind::NotFound, "the store has no key slot with this id"));
        }
        if left.is_empty() {
            return refused(
                "this is the last key slot; without it nobody opens the store again: add another first",
            );
        }
        let for_people = |slots: &[&SlotFacts]| slots.iter().any(|slot| slot.kind.is_for_people());
        if one_for_people && for_people(&removed) && !for_people(&left) {
            return refused(
                "this is the last key slot that a person can use; add another first, or say that only raw keys are to be left",
            );
        }
        let change = SlotChange::Remove { id: *id.as_bytes() };
        let forget = |batch: &mut Batch<'_>, id: [u8; 16], _| slots::remove(batch, &id);
        self.0.change_slot(&tables, &change, EventKind::SlotRemoved, forget)?;
        self.0.strengthen(&tables);
        Ok(())
    }

    /// The slot that `unlock` opens, if one does. It costs what unlocking costs, and counts as no use of the slot: a way
    /// to try a recovery code before it is needed.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Locked`]; [`ErrorKind::InvalidArgument`] for a passphrase outside its bounds;
    /// [`ErrorKind::OutOfMemory`].
    pub fn check(&self, unlock: impl Borrow<Unlock>) -> Result<Option<SlotId>> {
        let tables = self.open()?;
        Ok(tables.file().slot_opened_by(unlock.borrow())?.map(SlotId::from_bytes))
    }

    fn open(&self) -> Result<Arc<Tables>> {
        self.0.authorise(Action::Administer)
    }

    /// The cost of a new slot: what was asked for, or the floor.
    pub(super) fn cost(&self, tables: &Tables, asked: Option<KdfCost>) -> Result<KdfCost> {
        let floor = tables.read(|rows| kdf_floor(rows))?;
        match asked {
            Some(cost) if cost.is_below(floor) => Err(Error::new(
                ErrorKind::KdfLimits,
                "the key derivation asked for costs less than the store's floor",
            )),
            asked => Ok(asked.unwrap_or(floor)),
        }
    }
}

impl std::fmt::Debug for Slots<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Slots")
    }
}

fn key_slot(facts: &SlotFacts, record: Option<SlotRecord>, opener: [u8; 16]) -> KeySlot {
    let known = record.as_ref();
    KeySlot {
        id: SlotId::from_bytes(facts.id),
        kind: facts.kind,
        kdf_cost: facts.cost,
        created_at: known.map(|record| Timestamp::from_millis(record.created_at)),
        last_used_at: known
            .filter(|record| record.last_used_at != NEVER)
            .map(|record| Timestamp::from_millis(record.last_used_at)),
        label: record.map(|record| record.label).unwrap_or_default(),
        unlocked_this_handle: facts.id == opener,
    }
}

pub(super) fn check_label(label: &str) -> Result<()> {
    let refused = |why| Err(Error::new(ErrorKind::InvalidArgument, why));
    if label.len() > SLOT_LABEL_LEN_MAX {
        return refused("the label of a key slot is at most 128 bytes long");
    }
    if label.chars().any(char::is_control) || !is_nfc(label) {
        return refused("the label of a key slot is in Unicode NFC and holds no control characters");
    }
    Ok(())
}
