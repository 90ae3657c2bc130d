//! Copies of a whole store: backup, compact, purge, rekey. One mechanism: every row of one commit goes into a new sealed
//! file, which is opened with its own keys and verified, made durable, and only then given its name.

use std::borrow::Borrow;
use std::fmt;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::{Arc, PoisonError};

use super::commit::{Owed, event};
use super::gate::Pass;
use super::slots::{NewSlot, check_label};
use super::{Store, VerifyReport};
use crate::access::Action;
use crate::error::{Error, ErrorKind, Result};
use crate::record::audit::{Event, EventKind};
use crate::record::slot::SlotRecord;
use crate::sealed::create::{Basis, CopyKeys};
use crate::sealed::disk::file::Access;
use crate::sealed::disk::nascent::Creation;
use crate::sealed::disk::{Disk, Nascent};
use crate::sealed::file::{SealedFile, Stamp};
use crate::sealed::open::open;
use crate::sealed::unlock::Unlock;
use crate::tables::copy::Copying;
use crate::tables::verify::{Depth, verify};
use crate::tables::{Batch, Keyring, Sealer, Snapshot, Tables, audit, fill, slots, state};

/// How far a copy is, in rows of the store.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Progress {
    /// Rows copied.
    pub done: u64,
    /// Rows there are.
    pub total: u64,
}

/// What a copy may do, and whom it tells how far it is.
#[derive(Default)]
pub struct CopyOptions<'a> {
    progress: Option<Box<dyn FnMut(Progress) -> ControlFlow<()> + 'a>>,
    drop_other_slots: bool,
    new_slot: NewSlot,
    /// The last number of rows that was told. A copy may have to begin again.
    told: u64,
}

impl<'a> CopyOptions<'a> {
    /// Without a callback; other slots are not dropped.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Calls `progress` now and then, on this thread: from 0 rows on to all of them. [`ControlFlow::Break`] cancels: the store is as it was, and nothing
    /// of the copy is left.
    #[must_use]
    pub fn progress(mut self, progress: impl FnMut(Progress) -> ControlFlow<()> + 'a) -> Self {
        self.progress = Some(Box::new(progress));
        self
    }

    /// Whether [`purge`](Store::purge) may leave slots behind, as it cannot take along any but the one of this handle.
    #[must_use]
    pub fn drop_other_slots(mut self, drop: bool) -> Self {
        self.drop_other_slots = drop;
        self
    }

    /// How the one slot of a [`rekey`](Store::rekey) is made: without a label, at the store's
    /// [floor](crate::Policy::kdf_floor) by default.
    #[must_use]
    pub fn new_slot(mut self, new: NewSlot) -> Self {
        self.new_slot = new;
        self
    }

    fn report(&mut self, done: u64, total: u64) -> Result<()> {
        if done < self.told {
            return Ok(());
        }
        self.told = done;
        match self.progress.as_mut().map(|progress| progress(Progress { done, total })) {
            Some(ControlFlow::Break(())) => {
                Err(Error::new(ErrorKind::Cancelled, "the copy was cancelled; the store is as it was"))
            }
            _ => Ok(()),
        }
    }
}

impl fmt::Debug for CopyOptions<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CopyOptions")
            .field("drop_other_slots", &self.drop_other_slots)
            .finish_non_exhaustive()
    }
}

/// What a copy holds, after it was verified.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Copied {
    /// The number of the commit that the copy holds.
    pub generation: u64,
    /// What verifying the copy counted.
    pub verified: VerifyReport,
    /// The length of the new file in bytes, spare room included.
    pub file_len: u64,
}

impl Store {
    /// Copies the store as it is now to a new file at `path`. See [`backup_with`](Self::backup_with).
    ///
    /// # Errors
    ///
    /// As [`backup_with`](Self::backup_with).
    pub fn backup(&self, path: impl AsRef<Path>) -> Result<Copied> {
        self.backup_with(path, CopyOptions::new())
    }

    /// Copies the store as it is now to a new file at `path`, while others read and write through this handle. Its own
    /// callback may read and write too; a lock waits until the copy has ended.
    ///
    /// The copy is a store: it has the same id, the same keys and slots and the same history, and opens with whatever
    /// opens this one today. It is made of blocks that authenticate, and is verified itself; that no older block was put
    /// back into the store before is for [`verify`](Self::verify) to say. It is readable by its owner only, never replaces a file, and has been verified with its own
    /// keys when it gets its name. An in-memory store is copied with its slots too: add one first whose key you know.
    ///
    /// A handle that may write then notes the backup in the audit log. If that fails the error says that the backup is
    /// in place.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::ops::ControlFlow;
    /// use strongroom::{CopyOptions, Store, Unlock};
    ///
    /// let store = Store::in_memory()?;
    /// store.slots().add(Unlock::raw_key(&[7; 32]))?;
    /// store.put("name", "value")?;
    /// # let path = std::env::temp_dir().join(format!("strongroom-backup-{}", std::process::id()));
    /// let copied = store.backup_with(
    ///     &path,
    ///     CopyOptions::new().progress(|progress| {
    ///         println!("{} of {}", progress.done, progress.total);
    ///         ControlFlow::Continue(())
    ///     }),
    /// )?;
    /// assert_eq!(copied.verified.opened.map(|opened| opened.secrets), Some(1));
    /// # std::fs::remove_file(&path).expect("the backup is there");
    /// # Ok::<(), strongroom::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::AlreadyExists`] if there is something at `path`; [`ErrorKind::InvalidArgument`] for a name as temporary files
    /// have it (`.strongroom-<16 hex digits>.tmp`); [`ErrorKind::Cancelled`]; [`ErrorKind::DiskFull`] for the disk of the copy;
    /// [`ErrorKind::Tampered`] or [`ErrorKind::Damaged`] if the store cannot be copied whole;
    /// [`ErrorKind::Io`]. Nothing is left of the copy then, unless the error says so; a process that is killed leaves a
    /// temporary file, which the next creation, backup or opening for writing in that directory removes.
    pub fn backup_with(&self, path: impl AsRef<Path>, mut options: CopyOptions<'_>) -> Result<Copied> {
        self.authorise(Action::Administer)?;
        let nascent = Box::new(Creation::begin(path.as_ref(), self.shared.options.allowed)?);
        self.back_up(nascent, &mut options)
    }

    pub(super) fn back_up(&self, nascent: Box<dyn Nascent>, options: &mut CopyOptions<'_>) -> Result<Copied> {
        let pass = self.shared.gate.enter()?;
        let plan = Plan { keys: CopyKeys::Same, event: None };
        let copied = {
            // Given back before the gate is waited for again: whoever has the gate may wait for these rows to lock them.
            let tables = self.authorise(Action::Administer)?;
            let Made { file, copied, .. } =
                self.copy(&tables, &nascent.disk(), &plan, Some(pass), options)?;
            nascent.publish()?;
            file.settle()?;
            // Without this proof the first open of the backup makes it durable once more; it is complete either way.
            let _ = file.mark_closed();
            copied
        };
        if self.shared.options.access == Access::ReadWrite {
            self.note_backup(copied.generation).map_err(|error| {
                error.within("the backup is in place, but the audit log could not note it")
            })?;
        }
        Ok(copied)
    }

    /// On whatever file the store stands now: it may have been replaced while the backup was made.
    fn note_backup(&self, generation: u64) -> Result<()> {
        let (_pass, tables) = self.begin_change()?;
        self.commit(&tables, |batch, now| {
            state::backed_up(batch, now.as_millis())?;
            Ok(((), vec![event(now, EventKind::BackedUp, [0; 16], generation)]))
        })?;
        self.strengthen(&tables);
        Ok(())
    }

    /// Replaces the file by one without unused blocks. See [`compact_with`](Self::compact_with).
    ///
    /// # Errors
    ///
    /// As [`compact_with`](Self::compact_with).
    pub fn compact(&self) -> Result<Copied> {
        self.compact_with(CopyOptions::new())
    }

    /// Replaces the file by one without unused blocks, under the same keys and slots. Readers go on, writers wait.
    ///
    /// It needs as much room again while it runs. The blocks of the store are verified first, so that an older one that
    /// somebody put back does not become the newest. Cancelled, failed or cut off at any instant it leaves the old store
    /// whole; the new file has been verified with its own keys when it takes the old one's place.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::ReadOnly`]; [`ErrorKind::Reentrant`]; [`ErrorKind::FileRefused`] if the file was replaced under the
    /// handle; otherwise as [`backup_with`](Self::backup_with). After an [`ErrorKind::Io`] that says that the new file is
    /// in place, open the store again.
    pub fn compact_with(&self, mut options: CopyOptions<'_>) -> Result<Copied> {
        let (pass, tables) = self.begin_change()?;
        let plan = Plan { keys: CopyKeys::Same, event: Some(EventKind::Compacted) };
        self.replace(&tables, &pass, &plan, &mut options)
    }

    /// Seals everything anew under new keys and leaves behind what was deleted. See [`purge_with`](Self::purge_with).
    ///
    /// # Errors
    ///
    /// As [`purge_with`](Self::purge_with).
    pub fn purge(&self) -> Result<Copied> {
        self.purge_with(CopyOptions::new())
    }

    /// Replaces the file by one that is sealed under new random keys, and holds only what the store holds now: nothing of
    /// deleted or overwritten rows. What unlocked this handle unlocks the new file; the keys of other slots are not at
    /// hand, so they are named and refused, unless [`drop_other_slots`](CopyOptions::drop_other_slots) says to leave them
    /// behind. Store id, history and generation go on.
    ///
    /// # Security
    ///
    /// The old file is unlinked, not overwritten. **It cannot promise that the old bytes are gone**: flash, snapshots,
    /// backups, journals and copies may keep them, and whoever finds them and knows a passphrase of that time opens them
    /// as before. Where that matters, replace the secrets themselves.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidArgument`] names the slots that would be left behind, or says that the slot of this handle was
    /// removed; otherwise as [`compact_with`](Self::compact_with).
    pub fn purge_with(&self, mut options: CopyOptions<'_>) -> Result<Copied> {
        let (pass, tables) = self.begin_change()?;
        let opener = tables.file().opener_id();
        if !tables.file().slots()?.iter().any(|slot| slot.id == opener) {
            let message =
                "the key slot that unlocked this handle was removed, so its key opens nothing new; use rekey";
            return Err(Error::new(ErrorKind::InvalidArgument, message));
        }
        self.refuse_left_behind(&options, &opener)?;
        let plan = Plan { keys: CopyKeys::Fresh, event: Some(EventKind::Purged) };
        self.replace(&tables, &pass, &plan, &mut options)
    }

    /// Seals everything anew, and from then on only `unlock` opens the store. See [`rekey_with`](Self::rekey_with).
    ///
    /// # Errors
    ///
    /// As [`rekey_with`](Self::rekey_with).
    pub fn rekey(&self, unlock: impl Borrow<Unlock>) -> Result<Copied> {
        self.rekey_with(unlock, CopyOptions::new())
    }

    /// As [`purge_with`](Self::purge_with), but the new file starts with one new slot that opens with `unlock`, and every
    /// other is left behind: the way to shut out whoever knew a passphrase or key of this store.
    ///
    /// # Security
    ///
    /// As for [`purge_with`](Self::purge_with): whoever has an older copy of the file and knows its passphrase keeps what
    /// is in it.
    ///
    /// # Errors
    ///
    /// As [`purge_with`](Self::purge_with); [`ErrorKind::KdfLimits`] for a cost below the store's floor.
    pub fn rekey_with(&self, unlock: impl Borrow<Unlock>, mut options: CopyOptions<'_>) -> Result<Copied> {
        let unlock = unlock.borrow();
        unlock.kind()?;
        check_label(&options.new_slot.label)?;
        let (pass, tables) = self.begin_change()?;
        let cost = self.slots().cost(&tables, options.new_slot.kdf_cost)?;
        let plan = Plan { keys: CopyKeys::For(unlock, cost), event: Some(EventKind::Rekeyed) };
        self.replace(&tables, &pass, &plan, &mut options)
    }

    /// # Errors
    ///
    /// [`ErrorKind::InvalidArgument`] names every slot but `kept`, unless they may be dropped.
    fn refuse_left_behind(&self, options: &CopyOptions<'_>, kept: &[u8; 16]) -> Result<()> {
        let left: Vec<String> = self
            .slots()
            .list()?
            .into_iter()
            .filter(|slot| slot.id.as_bytes() != kept)
            .map(|slot| {
                if slot.label.is_empty() {
                    slot.id.to_string()
                } else {
                    format!("{} ({})", slot.id, slot.label)
                }
            })
            .collect();
        if left.is_empty() || options.drop_other_slots {
            return Ok(());
        }
        Err(Error::new(
            ErrorKind::InvalidArgument,
            format!(
                "these key slots would no longer open the store: {}; allow it, or remove them first",
                left.join(", ")
            ),
        ))
    }

    /// Copies into a successor of the file, puts it in place, and goes on with it.
    fn replace(
        &self,
        tables: &Tables,
        _pass: &Pass,
        plan: &Plan<'_>,
        options: &mut CopyOptions<'_>,
    ) -> Result<Copied> {
        // redb reads an older block that was put back as if it were the newest, and a copy would make it just that.
        verify(tables.file(), Depth::Blocks).inspect_err(|error| self.note_damage(error))?;
        let nascent = tables.file().disk().successor()?;
        let Made { file, copied, is_behind } = self.copy(tables, &nascent.disk(), plan, None, options)?;
        let fresh = Tables::open(file, self.shared.options.cache_bytes, self.shared.options.write_wait)?;
        nascent.publish()?;
        fresh.file().settle()?;
        tables.file().retire()?;
        self.shared.root.replace(fresh)?;
        // It is in the new file, or belongs to a slot that is not.
        *self.owed() = Owed::default();
        // What was verified is the new file.
        self.verification().is_damaged = false;
        self.shared.seen.told(is_behind);
        let tables = self.shared.root.tables()?;
        self.tell_all(&tables);
        self.strengthen(&tables);
        Ok(copied)
    }

    /// Fills `disk` with a copy, and verifies it through its own keys.
    fn copy(
        &self,
        tables: &Tables,
        disk: &Arc<dyn Disk>,
        plan: &Plan<'_>,
        mut pass: Option<Pass>,
        options: &mut CopyOptions<'_>,
    ) -> Result<Made> {
        let (generation, is_behind, basis) = tables.read_calling(|rows| {
            // No writer is at work, so this is what the rows are of. From here on writers may go on.
            let (stamp, generation) = (tables.file().stamp()?, tables.file().generation()?);
            let basis = tables.file().basis();
            drop(pass.take());
            let state = (stamp, generation, &basis);
            let (generation, is_behind) = self.write_copy(tables, rows, state, disk, plan, options)?;
            Ok((generation, is_behind, basis))
        })?;
        let arena = self.shared.options.arena()?;
        let (file, _) = open(&arena, disk.clone(), Access::ReadWrite, basis.opens(&plan.keys))?;
        let file = Arc::new(file);
        let verified = VerifyReport::new(verify(&file, Depth::Values)?, Depth::Values);
        let file_len = file.disk_len()?;
        Ok(Made { file, copied: Copied { generation, verified, file_len }, is_behind })
    }

    /// Says which generation the copy has, and whether the clock stands behind.
    fn write_copy(
        &self,
        tables: &Tables,
        rows: &Snapshot<'_>,
        (stamp, generation, basis): (Stamp, u64, &Basis),
        disk: &Arc<dyn Disk>,
        plan: &Plan<'_>,
        options: &mut CopyOptions<'_>,
    ) -> Result<(u64, bool)> {
        // A first attempt may have ended half-way.
        disk.set_len(0).map_err(|source| Error::io("write the new file", source))?;
        let target = Arc::new(tables.file().begin_copy(disk.clone(), &plan.keys, basis)?);
        let generation = generation + u64::from(plan.event.is_some());
        let (keyring, label) = (Keyring::default(), options.new_slot.label.clone());
        let mut is_behind = false;
        fill(&target, |batch| {
            Copying {
                from: tables.sealer(),
                to: Sealer { file: &target, keyring: &keyring },
                only_slot: plan.only_slot(&target),
                progress: &mut |done, total| options.report(done, total),
            }
            .run(rows, batch)?;
            let slot = (label, tables.file().opener_id());
            let ended = self.end_copy(batch, &target, plan, (stamp, generation), slot)?;
            is_behind = ended.1;
            Ok(ended.0)
        })?;
        target.continue_at(generation)?;
        target.finish_creation()?;
        Ok((generation, is_behind))
    }

    /// The event of the copy, what the handle owes the log, and the row of a new slot. Says what to commit with, and whether the
    /// clock stands behind.
    fn end_copy(
        &self,
        batch: &mut Batch<'_>,
        target: &SealedFile,
        plan: &Plan<'_>,
        (stamp, generation): (Stamp, u64),
        (label, actor): (String, [u8; 16]),
    ) -> Result<(Stamp, bool)> {
        let Some(kind) = plan.event else { return Ok((stamp, false)) };
        let now = self.now_after(stamp.clock_mark);
        if matches!(plan.keys, CopyKeys::For(..)) {
            let record = SlotRecord { label, created_at: now.as_millis(), last_used_at: now.as_millis() };
            slots::write(batch, &target.opener_id(), &record)?;
        }
        let owed = self.shared.owed.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((slot, time)) = owed.used {
            slots::used(batch, &slot, time.as_millis())?;
        }
        let (clock, is_behind) = self.judge_clock(batch, stamp.clock_mark, now, &[])?;
        let replaced = event(now, kind, [0; 16], generation);
        let events = owed.events(now).into_iter().chain(clock).chain([replaced]);
        let events: Vec<Event> = events.map(|event| self.attribute(actor, event)).collect();
        let audit_head =
            audit::append(batch, &stamp.audit_head, generation, events.iter().map(Event::view))?.head;
        Ok((Stamp { audit_head, clock_mark: now.as_millis() }, is_behind))
    }
}

/// A copy that has no name yet.
struct Made {
    file: Arc<SealedFile>,
    copied: Copied,
    /// Whether the clock stands behind.
    is_behind: bool,
}

/// Which copy is made.
struct Plan<'a> {
    keys: CopyKeys<'a>,
    /// The event that goes into the copy and makes it one commit newer; a backup stays what it is a copy of.
    event: Option<EventKind>,
}

impl Plan<'_> {
    /// The one slot that is known in the copy, if not all of them are.
    fn only_slot(&self, target: &SealedFile) -> Option<[u8; 16]> {
        match self.keys {
            CopyKeys::Same => None,
            CopyKeys::Fresh | CopyKeys::For(..) => Some(target.opener_id()),
        }
    }
}
