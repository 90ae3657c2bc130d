//! When a secret expires, what happens then, and when it is to be rotated.

use std::time::Duration;

use super::secret::SecretRecord;
use crate::clock::Timestamp;
use crate::error::{Error, ErrorKind, Result};
use crate::limits::SCHEDULE_SECONDS_MAX;

/// What a sweep does with a secret that has expired. Until then, and without any sweep, it cannot be read.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum OnExpiry {
    /// Nothing: it stays, unreadable until its expiry is changed.
    #[default]
    Block,
    /// It goes to the trash.
    Trash,
}

impl OnExpiry {
    /// Every one, in the order of their codes.
    pub const ALL: &'static [Self] = &[Self::Block, Self::Trash];

    /// The name: `block` or `trash`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Block => "block",
            Self::Trash => "trash",
        }
    }

    pub(crate) fn code(self) -> u8 {
        match self {
            Self::Block => 0,
            Self::Trash => 1,
        }
    }

    pub(crate) fn of(code: u8) -> Option<Self> {
        Self::ALL.iter().copied().find(|action| action.code() == code)
    }
}

/// When a secret expires.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Expiry {
    Never,
    In(Duration),
    At(Timestamp),
}

impl Expiry {
    /// The time of it, for a write at `now`.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidArgument`] for a time that is not in the future, or too far in it.
    pub(crate) fn time(self, now: Timestamp) -> Result<Option<i64>> {
        let time = match self {
            Self::Never => return Ok(None),
            Self::In(duration) => now.after(duration),
            Self::At(time) => time,
        };
        let broken = |rule: String| Err(Error::new(ErrorKind::InvalidArgument, rule));
        if time <= now {
            return broken(format!("a secret expires in the future: it is {now}, and {time} is over"));
        }
        if time > now.after(Duration::from_secs(SCHEDULE_SECONDS_MAX)) {
            return broken(format!(
                "a secret expires within {SCHEDULE_SECONDS_MAX} seconds, a hundred years"
            ));
        }
        Ok(Some(time.as_millis()))
    }
}

/// Seconds between rotations.
///
/// # Errors
///
/// [`ErrorKind::InvalidArgument`] for less than a second, parts of one, or more than a hundred years.
pub(crate) fn rotation_seconds(every: Duration) -> Result<u64> {
    let seconds = every.as_secs();
    if every.subsec_nanos() == 0 && (1..=SCHEDULE_SECONDS_MAX).contains(&seconds) {
        return Ok(seconds);
    }
    let message = format!("a secret is rotated every 1 to {SCHEDULE_SECONDS_MAX} whole seconds");
    Err(Error::new(ErrorKind::InvalidArgument, message))
}

impl SecretRecord {
    /// When the secret expires.
    pub(crate) fn expires_at(&self) -> Option<i64> {
        self.schedule?.expires_at
    }

    /// When the current version is to be replaced.
    pub(crate) fn rotation_due_at(&self) -> Option<i64> {
        let every = self.schedule?.rotate_every?;
        let written = Timestamp::from_millis(self.current.created_at);
        Some(written.after(Duration::from_secs(every)).as_millis())
    }
}
