//! What is to be done soon: expiry, rotation, and the trash.

use std::time::Duration;

use super::view::View;
use super::{Store, Transaction};
use crate::access::Action;
use crate::clock::Timestamp;
use crate::error::Result;
use crate::record::id::SecretId;
use crate::record::path::SecretPath;
use crate::tables::schedule::{self, What};
use crate::tables::{Rows, trash};

/// Something that is to be done with a secret.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Due {
    /// Where the secret is; of one in the trash, where it was.
    pub path: SecretPath,
    /// Its id.
    pub id: SecretId,
    /// What is to be done.
    pub reason: DueReason,
    /// When.
    pub at: Timestamp,
}

/// Why a secret is [due](Store::due).
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum DueReason {
    /// It expires, or has expired.
    Expiry,
    /// Its current version gets as old as its [rotation](crate::Put::rotate_every) allows.
    Rotation,
    /// It is in the trash, and cannot be restored from then on.
    Purge,
}

impl DueReason {
    /// Every reason.
    pub const ALL: &'static [Self] = &[Self::Expiry, Self::Rotation, Self::Purge];

    /// The name: `expiry`, `rotation` or `purge`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Expiry => "expiry",
            Self::Rotation => "rotation",
            Self::Purge => "purge",
        }
    }
}

impl Store {
    /// What is to be done within this time from now, the earliest first, and what is overdue: secrets that expire or have expired,
    /// those to be rotated, and those that a sweep removes from the trash. It takes as long as there are of them, however many
    /// secrets there are.
    ///
    /// # Errors
    ///
    /// As [`list`](Self::list).
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use strongroom::{DueReason, Put, Store};
    ///
    /// const DAY: Duration = Duration::from_secs(86_400);
    /// let store = Store::in_memory()?;
    /// store.put_with("tls/key", "…", Put::new().expires_in(20 * DAY).rotate_every(10 * DAY))?;
    /// let due = store.due(30 * DAY)?;
    /// assert_eq!([due[0].reason, due[1].reason], [DueReason::Rotation, DueReason::Expiry]);
    /// # Ok::<(), strongroom::Error>(())
    /// ```
    pub fn due(&self, within: Duration) -> Result<Vec<Due>> {
        self.look(Action::List, |view| view.due(within))
    }
}

impl Transaction<'_, '_> {
    /// As [`Store::due`], of the state this transaction sees.
    ///
    /// # Errors
    ///
    /// As [`Store::due`].
    pub fn due(&self, within: Duration) -> Result<Vec<Due>> {
        self.look(Action::List)?;
        self.view().due(within)
    }
}

impl<R: Rows> View<'_, R> {
    fn due(&self, within: Duration) -> Result<Vec<Due>> {
        let until = self.now().after(within).as_millis();
        let mut due = Vec::new();
        schedule::scan(self.rows, until, &mut |scheduled| {
            let reason = match scheduled.what {
                What::Expiry => DueReason::Expiry,
                What::Rotation => DueReason::Rotation,
            };
            let (id, at) = (SecretId::from_bytes(scheduled.secret.id), Timestamp::from_millis(scheduled.at));
            due.push(Due { path: scheduled.path, id, reason, at });
            Ok(true)
        })?;
        for trashed in trash::due(self.rows, until, usize::MAX)? {
            let (id, at) =
                (SecretId::from_bytes(trashed.secret.id), Timestamp::from_millis(trashed.purge_at));
            due.push(Due { path: trashed.path, id, reason: DueReason::Purge, at });
        }
        due.sort_by_key(|due| due.at);
        Ok(due)
    }
}
