//! Calls that happen once: what they were asked and what they returned goes into the commit of their effect.

use std::borrow::Cow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::{Deleted, Rotated, Store, Transaction, VersionInfo, Written};
use crate::clock::Timestamp;
use crate::crypto::mac::{DIGEST_LEN, equal, hmac_parts};
use crate::error::{Error, ErrorKind, Result};
use crate::limits::IDEMPOTENCY_FORGOTTEN_AT_ONCE;
use crate::record::audit::EventKind;
use crate::record::id::SecretId;
use crate::record::idempotency::{Answer, IdempotencyRecord, StateAnswer, VersionAnswer, call_id};
use crate::record::path::SecretPath;
use crate::record::version::VersionState;
#[cfg(test)]
use crate::sealed::faults;
use crate::sealed::file::SealedFile;
use crate::store::Author;
use crate::store::info::unreadable;
use crate::tables::idempotency;

/// What a handle knows of calls that happen once.
#[derive(Default)]
pub(super) struct Once {
    /// Without a key every call is made.
    key: Option<Arc<str>>,
    /// Whether the last mutation of a secret was not made, because it had been.
    replayed: AtomicBool,
}

impl Once {
    pub(super) fn with_key(key: Option<String>) -> Self {
        Self { key: key.map(Arc::from), ..Self::default() }
    }
}

impl Store {
    /// Whether the last mutation of a secret through this handle was not made, because a call with the same
    /// [idempotency key](crate::Context::idempotency_key) had been: what it returned is what that one returned. After a
    /// mutation that failed it says nothing.
    ///
    /// Threads that share a handle share this too: let each call have a handle of its own, which costs next to nothing.
    ///
    /// # Examples
    ///
    /// ```
    /// use strongroom::{Context, ErrorKind, Store};
    ///
    /// let store = Store::in_memory()?;
    /// let once = store.with(Context::new().idempotency_key("order-4711"))?;
    /// let written = once.put("api/key", "secret")?;
    /// assert!(!once.was_replayed());
    /// // The answer was lost on the way, and the caller tries again.
    /// let once = store.with(Context::new().idempotency_key("order-4711"))?;
    /// assert_eq!(once.put("api/key", "secret")?, written);
    /// assert!(once.was_replayed());
    /// assert_eq!(store.versions("api/key")?.len(), 1);
    /// let other = once.put("api/key", "another");
    /// assert_eq!(other.unwrap_err().kind(), ErrorKind::IdempotencyConflict);
    /// # Ok::<(), strongroom::Error>(())
    /// ```
    #[must_use]
    pub fn was_replayed(&self) -> bool {
        self.once.replayed.load(Ordering::Acquire)
    }
}

/// A mutation of secrets. The numbers are part of what tells calls from others, and are never used again.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Operation {
    Put,
    Rotate,
    Update,
    Rollback,
    Rename,
    RenamePrefix,
    Delete,
    Restore,
    Destroy,
    DeleteVersion,
    RestoreVersion,
    DestroyVersion,
    RevokeVersion,
}

impl Operation {
    fn code(self) -> u8 {
        match self {
            Self::Put => 1,
            Self::Rotate => 2,
            Self::Update => 3,
            Self::Rollback => 4,
            Self::Rename => 5,
            Self::RenamePrefix => 6,
            Self::Delete => 7,
            Self::Restore => 8,
            Self::Destroy => 9,
            Self::DeleteVersion => 10,
            Self::RestoreVersion => 11,
            Self::DestroyVersion => 12,
            Self::RevokeVersion => 13,
        }
    }
}

/// Everything that a call says, by name and in a fixed order: what is not said is left out. Values are borrowed, not copied.
#[derive(Default)]
pub(super) struct Arguments<'a>(Vec<(&'static str, Cow<'a, [u8]>)>);

impl<'a> Arguments<'a> {
    /// Bytes, or a text.
    pub(super) fn bytes(&mut self, name: &'static str, value: &'a (impl AsRef<[u8]> + ?Sized)) -> &mut Self {
        self.0.push((name, Cow::Borrowed(value.as_ref())));
        self
    }

    pub(super) fn path(&mut self, name: &'static str, path: &'a SecretPath) -> &mut Self {
        self.bytes(name, path.as_str())
    }

    pub(super) fn number(&mut self, name: &'static str, value: impl Into<i128>) -> &mut Self {
        self.owned(name, value.into().to_le_bytes().to_vec())
    }

    /// A number, or nothing in its place.
    pub(super) fn number_or_none(&mut self, name: &'static str, value: Option<impl Into<i128>>) -> &mut Self {
        match value {
            Some(value) => self.number(name, value),
            None => self.owned(name, Vec::new()),
        }
    }

    pub(super) fn duration(&mut self, name: &'static str, duration: Duration) -> &mut Self {
        self.owned(name, duration.as_nanos().to_le_bytes().to_vec())
    }

    pub(super) fn owned(&mut self, name: &'static str, value: Vec<u8>) -> &mut Self {
        self.0.push((name, Cow::Owned(value)));
        self
    }

    /// The digest of all that was said: each name and each value behind its length.
    fn digest(&self, file: &SealedFile) -> Result<[u8; DIGEST_LEN]> {
        let said = || self.0.iter().flat_map(|(name, value)| [name.as_bytes(), value]);
        let len = |part: &[u8]| u64::try_from(part.len()).unwrap_or(u64::MAX).to_le_bytes();
        let lengths: Vec<[u8; 8]> = said().map(len).collect();
        let parts: Vec<&[u8]> =
            lengths.iter().zip(said()).flat_map(|(length, part)| [length.as_slice(), part]).collect();
        hmac_parts(file.idempotency_key(), &parts)
    }
}

impl Transaction<'_, '_> {
    /// Makes a call, or, if the handle has an idempotency key and the call was made with it before, returns what that
    /// one returned.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::IdempotencyConflict`] if it was made with other arguments, or if that cannot be told; otherwise those
    /// of `work`.
    pub(super) fn once<'x, T: Remembered>(
        &mut self,
        operation: Operation,
        say: impl FnOnce(&mut Arguments<'x>),
        work: impl FnOnce(&mut Self) -> Result<T>,
    ) -> Result<T> {
        let Some(key) = &self.store.once.key else { return work(self) };
        let id = call_id(self.store.principal.bytes(), operation.code(), key);
        let file = self.tables.file();
        let mut arguments = Arguments::default();
        say(&mut arguments);
        let (digest, epoch) = (arguments.digest(file)?, file.place().epoch);
        // As the trash: a clock that jumped makes nothing happen twice.
        let time = self.view().purge_time()?.as_millis();
        let known = idempotency::find(self.batch, &id)?.filter(|known| known.until > time);
        if let Some(known) = known {
            check_same(&known, &digest, epoch)?;
            let value = T::of_answer(known.answer)?;
            self.store.once.replayed.store(true, Ordering::Release);
            return Ok(value);
        }
        let room = self.room();
        let value = work(self)?;
        if self.room() == room {
            // Without an event nothing would be committed, and the call would be made again.
            self.log_call(EventKind::CallRemembered, u64::from(operation.code()))?;
        }
        let window = Duration::from_secs(idempotency::window(self.batch)?);
        let until = self.now().after(window).as_millis();
        let record = IdempotencyRecord { digest, epoch, until, answer: value.answer() };
        idempotency::forget(self.batch, time, IDEMPOTENCY_FORGOTTEN_AT_ONCE)?;
        #[cfg(test)]
        if faults::active(faults::Fault::KeyApart) {
            apart::keep((id, record));
            return Ok(value);
        }
        idempotency::remember(self.batch, &id, &record)?;
        self.store.once.replayed.store(false, Ordering::Release);
        Ok(value)
    }

    /// Forgets calls whose time is over, at most so many, and says whether there are more.
    pub(super) fn forget_calls(&mut self, most: usize) -> Result<bool> {
        let time = self.view().purge_time()?.as_millis();
        let forgotten = idempotency::forget(self.batch, time, most)?;
        if forgotten > 0 {
            self.log_call(EventKind::CallsForgotten, u64::try_from(forgotten).unwrap_or(u64::MAX))?;
        }
        idempotency::has_over(self.batch, time)
    }
}

fn check_same(known: &IdempotencyRecord, digest: &[u8; DIGEST_LEN], epoch: u32) -> Result<()> {
    let conflict = |message| Err(Error::new(ErrorKind::IdempotencyConflict, message));
    if known.epoch != epoch {
        return conflict(
            "the idempotency key was used before the keys of the store were replaced, so whether the call is the same cannot be told; look at what the store holds, and use another key",
        );
    }
    if !equal(&known.digest, digest) {
        return conflict(
            "the idempotency key was used before for this operation with other arguments; use another key for another call",
        );
    }
    Ok(())
}

/// What a mutation returns, as it is remembered.
pub(super) trait Remembered: Sized {
    fn answer(&self) -> Answer;

    /// # Errors
    ///
    /// [`ErrorKind::Damaged`] if it is the answer to another operation.
    fn of_answer(answer: Answer) -> Result<Self>;
}

impl Remembered for () {
    fn answer(&self) -> Answer {
        Answer::Done
    }

    fn of_answer(answer: Answer) -> Result<Self> {
        if answer == Answer::Done { Ok(()) } else { Err(misremembered()) }
    }
}

impl Remembered for u64 {
    fn answer(&self) -> Answer {
        Answer::Count(*self)
    }

    fn of_answer(answer: Answer) -> Result<Self> {
        match answer {
            Answer::Count(count) => Ok(count),
            _ => Err(misremembered()),
        }
    }
}

impl Remembered for Written {
    fn answer(&self) -> Answer {
        Answer::Written(self.to_answer())
    }

    fn of_answer(answer: Answer) -> Result<Self> {
        match answer {
            Answer::Written(written) => Self::from_answer(written),
            _ => Err(misremembered()),
        }
    }
}

impl Remembered for Rotated {
    fn answer(&self) -> Answer {
        Answer::Rotated {
            written: self.written.to_answer(),
            old_version: self.old_version,
            old_expires_at: self.old_expires_at.as_millis(),
        }
    }

    fn of_answer(answer: Answer) -> Result<Self> {
        let Answer::Rotated { written, old_version, old_expires_at } = answer else {
            return Err(misremembered());
        };
        let old_expires_at = Timestamp::from_millis(old_expires_at);
        Ok(Self { written: Written::from_answer(written)?, old_version, old_expires_at })
    }
}

impl Remembered for Deleted {
    fn answer(&self) -> Answer {
        Answer::Deleted {
            id: *self.id.as_bytes(),
            path: self.path.as_str().to_owned(),
            deleted_at: self.deleted_at.as_millis(),
            purge_at: self.purge_at.as_millis(),
        }
    }

    fn of_answer(answer: Answer) -> Result<Self> {
        let Answer::Deleted { id, path, deleted_at, purge_at } = answer else {
            return Err(misremembered());
        };
        Ok(Self {
            id: SecretId::from_bytes(id),
            path: path_of(&path)?,
            deleted_at: Timestamp::from_millis(deleted_at),
            purge_at: Timestamp::from_millis(purge_at),
        })
    }
}

impl Remembered for VersionInfo {
    fn answer(&self) -> Answer {
        let Author::Owner = self.author;
        Answer::Version(VersionAnswer {
            number: self.number,
            created_at: self.created_at.as_millis(),
            size: self.size,
            state: match self.state {
                VersionState::Current => StateAnswer::Current,
                VersionState::Superseded => StateAnswer::Superseded,
                VersionState::Grace { until } => StateAnswer::Grace { until: until.as_millis() },
                VersionState::Retired => StateAnswer::Retired,
                VersionState::Deleted { until } => StateAnswer::Deleted { until: until.as_millis() },
                VersionState::Destroyed => StateAnswer::Destroyed,
            },
            deleted_at: self.deleted_at.map(Timestamp::as_millis),
            note: self.note.clone(),
        })
    }

    fn of_answer(answer: Answer) -> Result<Self> {
        let Answer::Version(VersionAnswer { number, created_at, size, state, deleted_at, note }) = answer
        else {
            return Err(misremembered());
        };
        let time = Timestamp::from_millis;
        let state = match state {
            StateAnswer::Current => VersionState::Current,
            StateAnswer::Superseded => VersionState::Superseded,
            StateAnswer::Grace { until } => VersionState::Grace { until: time(until) },
            StateAnswer::Retired => VersionState::Retired,
            StateAnswer::Deleted { until } => VersionState::Deleted { until: time(until) },
            StateAnswer::Destroyed => VersionState::Destroyed,
        };
        let (created_at, deleted_at) = (time(created_at), deleted_at.map(time));
        Ok(Self { number, created_at, author: Author::Owner, size, state, deleted_at, note })
    }
}

/// A path that was remembered.
pub(super) fn path_of(text: &str) -> Result<SecretPath> {
    SecretPath::parse(text).map_err(|_| unreadable())
}

pub(super) fn misremembered() -> Error {
    let message = "the answer to a remembered call is of another operation; restore a backup of the file";
    Error::new(ErrorKind::Damaged, message)
}

#[cfg(test)]
mod apart;
#[cfg(test)]
mod tests;
