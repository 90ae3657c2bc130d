//! Locking an open store, and unlocking it again.

use std::borrow::Borrow;
use std::sync::PoisonError;
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::Store;
use super::commit::Owed;
use super::open::Unlocked;
use crate::access::{Action, authorise};
use crate::clock::pause;
use crate::error::{Error, ErrorKind, Result};
use crate::record::pin::Pin;
use crate::sealed::unlock::Unlock;

impl Store {
    /// Locks the store: its keys are wiped and its cache is dropped, but the file stays held against other handles.
    /// What needs them is refused as [`ErrorKind::Locked`] until [`unlock`](Self::unlock). Locking a locked store
    /// does nothing.
    ///
    /// Events of reads and refusals that wait for a commit are written first; on a full disk the log says in one event how many they
    /// were.
    ///
    /// When to lock is the application's to say: see [`idle_for`](Self::idle_for).
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Reentrant`] inside a transaction of this thread; [`ErrorKind::InUse`] if transactions, reads or
    /// copies of other threads do not end in time. Then nothing is locked. After [`ErrorKind::Io`] it is: proof that the
    /// last commit is durable could not be left, and the next unlock syncs once.
    ///
    /// # Examples
    ///
    /// ```
    /// use strongroom::{ErrorKind, KdfCost, StoreOptions, Unlock};
    ///
    /// # let path = std::env::temp_dir().join(format!("strongroom-lock-{}", std::process::id()));
    /// let store = StoreOptions::new().create(&path, Unlock::raw_key(&[7; 32]))?;
    /// store.put("name", "value")?;
    /// store.lock()?;
    /// assert_eq!(store.get("name").unwrap_err().kind(), ErrorKind::Locked);
    /// store.unlock(Unlock::raw_key(&[7; 32]))?;
    /// assert_eq!(store.get("name")?.value().expose(), b"value");
    /// # std::fs::remove_file(&path).expect("the store is there");
    /// # Ok::<(), strongroom::Error>(())
    /// ```
    pub fn lock(&self) -> Result<()> {
        self.shared.root.check_process()?;
        authorise(self.principal, Action::Administer)?;
        if self.shared.root.locked()?.is_some() {
            // Whoever locks it may not have wiped the keys yet; from inside what that tells, nobody can wait for it.
            return if self.shared.gate.is_inside() { Ok(()) } else { self.shared.gate.enter().map(drop) };
        }
        // A poisoned handle has keys to wipe as well, and is healed by unlocking it.
        let pass = self.shared.gate.enter()?;
        // Most of what waits, while others still read.
        let _ = self.write_out(&pass);
        let Some(tables) = self.shared.root.lock(self.shared.options.write_wait)? else { return Ok(()) };
        // The rest: nobody reads any more, and a locked store that is closed could not write it. Where even its number finds no
        // room it waits until the store is unlocked again, for nothing keeps a store from being locked.
        let _ = self.write_out_or_count(&tables, &pass);
        // Made for the first write, which will not come before the next unlock.
        self.shared.forget_strengthened();
        self.shared.root.left_at(Pin::of(&tables.file().position()?));
        tables.close()
    }

    /// Unlocks a locked store as opening it does, verification included. What is on the disk must be the state that was
    /// locked.
    ///
    /// After the second wrong key in a row the next attempts wait, half a second at first and 30 seconds at most: against
    /// guessing by hand through the program. It is no protection of the file.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidArgument`] if the store is not locked; [`ErrorKind::WrongKey`], and the store stays locked;
    /// [`ErrorKind::FileRefused`] if another file lies at its path; [`ErrorKind::RolledBack`], [`ErrorKind::WrongStore`] or [`ErrorKind::ForkedHistory`] if the file was changed
    /// meanwhile; otherwise as [`StoreOptions::open`](crate::StoreOptions::open).
    pub fn unlock(&self, unlock: impl Borrow<Unlock>) -> Result<()> {
        self.shared.root.check_process()?;
        authorise(self.principal, Action::Administer)?;
        let _pass = self.shared.gate.enter()?;
        let locked = self
            .shared
            .root
            .locked()?
            .ok_or_else(|| Error::new(ErrorKind::InvalidArgument, "the store is not locked"))?;
        let in_place = locked.disk.is_in_place();
        if !in_place.map_err(|source| Error::io("look at the store's path", source))? {
            let message = "another file was put in the store's place while it was locked; open that one, or restore a backup";
            return Err(Error::new(ErrorKind::FileRefused, message));
        }
        pause(delay_after(self.shared.wrong_keys.load(Ordering::Relaxed)));
        let unlocked = self.shared.options.unlock_disk(locked.disk, unlock.borrow(), Some(&locked.pin));
        let Unlocked { tables, report, owed, strengthened } = unlocked.inspect_err(|error| {
            if error.kind() == ErrorKind::WrongKey {
                self.shared.wrong_keys.fetch_add(1, Ordering::Relaxed);
            }
        })?;
        self.adopt_audit_policy(&tables)?;
        let generation = tables.file().generation()?;
        let wrong_keys = self.shared.wrong_keys.swap(0, Ordering::Relaxed);
        *self.shared.report.lock().unwrap_or_else(PoisonError::into_inner) = report;
        self.shared.reads.found(generation);
        {
            let mut present = self.owed();
            present.found(generation);
            let discarded = owed.discarded.or(present.discarded);
            let wrong_keys = present.wrong_keys.saturating_add(wrong_keys);
            *present = Owed { discarded, wrong_keys, ..owed };
        }
        *self.shared.strengthened() = strengthened;
        // Whoever closed the store meanwhile may have looked before this.
        self.shared.root.replace(tables).inspect_err(|_| self.shared.forget_strengthened())?;
        let tables = self.shared.root.unused()?;
        self.tell_all(&tables);
        Ok(())
    }

    /// Whether the store is locked, or about to be: [`lock`](Self::lock) has returned when the keys are gone.
    #[must_use]
    pub fn is_locked(&self) -> bool {
        matches!(self.shared.root.locked(), Ok(Some(_)))
    }

    /// How long ago the store was last used: every operation is a use, also a look at its health or its slots, but for
    /// locking and asking whether it is locked. An application that locks after a time
    /// asks here; the store has no timer of its own.
    #[must_use]
    pub fn idle_for(&self) -> Duration {
        self.shared.root.idle()
    }
}

/// The wait before an attempt after so many wrong keys in a row.
fn delay_after(wrong_keys: u32) -> Duration {
    const LONGEST: Duration = Duration::from_secs(30);
    match wrong_keys {
        0 | 1 => Duration::ZERO,
        more => Duration::from_millis(500).saturating_mul(1 << (more - 2).min(6)).min(LONGEST),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, mpsc};

    use super::*;
    use crate::sealed::disk::calling::{At, CallingDisk};
    use crate::{Context, KdfCost, StoreOptions};

    #[test]
    fn a_store_that_is_closed_while_it_is_unlocked_stays_closed() {
        let ends: [fn(Store); 2] =
            [drop, |store| assert_eq!(store.close().unwrap_err().kind(), ErrorKind::Reentrant)];
        for end in ends {
            let (disk, key) = (Arc::new(CallingDisk::default()), Unlock::raw_key(&[7; 32]));
            let store = StoreOptions::new().create_on(disk.clone(), &key).unwrap();
            store.put("name", "value").unwrap();
            let other = store.with(Context::new()).unwrap();
            store.lock().unwrap();
            let (tell, told) = mpsc::channel();
            disk.call(At::Read, move || {
                end(store);
                tell.send(()).unwrap();
            });
            let unlocked = other.unlock(&key);
            told.try_recv().expect("it was closed meanwhile");
            assert_eq!(unlocked.unwrap_err().kind(), ErrorKind::Closed);
            assert!(other.is_closed() && !other.is_locked());
            assert_eq!(other.get("name").unwrap_err().kind(), ErrorKind::Closed);
            assert_eq!(other.unlock(&key).unwrap_err().kind(), ErrorKind::Closed);
            assert_eq!(Arc::strong_count(&disk), 1, "nothing holds the file");
            let store = StoreOptions::new().open_on(disk, &key).unwrap();
            assert_eq!(store.get("name").unwrap().value().expose(), b"value");
        }
    }

    #[test]
    fn a_key_that_waits_for_the_first_write_is_gone_with_the_store() {
        let (disk, unlock) = (Arc::new(CallingDisk::default()), Unlock::passphrase("one"));
        let options = StoreOptions::new().kdf_cost(KdfCost::EDGE);
        let store = options.create_on(disk.clone(), &unlock).unwrap();
        store.policy().set_kdf_floor(KdfCost::new(20 << 10, 2, 1).unwrap()).unwrap();
        store.close().unwrap();
        let open = || {
            let store = options.open_on(disk.clone(), &unlock).unwrap();
            let other = store.with(Context::new()).unwrap();
            assert!(other.shared.strengthened().is_some());
            (store, other)
        };
        let ends: [fn(Store); 3] = [drop, |store| store.close().unwrap(), |store| store.lock().unwrap()];
        for end in ends {
            let (store, other) = open();
            end(store);
            assert!(other.shared.strengthened().is_none());
        }
        // Inside a transaction, which holds what the handle owes the log.
        let (store, other) = open();
        let ended = other.transaction(|_| {
            drop(store);
            Ok(())
        });
        ended.unwrap();
        assert!(other.shared.strengthened().is_none());
        drop(other);
        let (store, other) = open();
        store.lock().unwrap();
        disk.call(At::Read, move || drop(store));
        assert_eq!(other.unlock(&unlock).unwrap_err().kind(), ErrorKind::Closed);
        assert!(other.shared.strengthened().is_none());
    }

    #[test]
    fn attempts_after_wrong_keys_wait_longer_and_longer() {
        let millis: Vec<u128> = (0..11).map(|wrong| delay_after(wrong).as_millis()).collect();
        assert_eq!(millis, [0, 0, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
        assert_eq!(delay_after(u32::MAX).as_secs(), 30);
    }
}
