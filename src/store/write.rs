//! Writing: one operation, or the first of several in a transaction.

use super::Store;
use crate::clock::Timestamp;
use crate::error::{Error, Result};
use crate::record::id::SecretId;
use crate::record::path::SecretPath;
use crate::record::secret::SecretRecord;

/// What a write did.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Written {
    id: SecretId,
    path: SecretPath,
    version: u64,
    created_at: Timestamp,
    updated_at: Timestamp,
}

impl Written {
    pub(super) fn new(path: SecretPath, record: &SecretRecord) -> Self {
        Self {
            id: SecretId::from_bytes(record.id),
            path,
            version: record.current.number,
            created_at: Timestamp::from_millis(record.created_at),
            updated_at: Timestamp::from_millis(record.updated_at),
        }
    }

    /// The id of the secret.
    #[must_use]
    pub fn id(&self) -> SecretId {
        self.id
    }

    /// The path, normalised.
    #[must_use]
    pub fn path(&self) -> &SecretPath {
        &self.path
    }

    /// The version that was written: 1 for a new secret.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.version
    }

    /// When the secret was created.
    #[must_use]
    pub fn created_at(&self) -> Timestamp {
        self.created_at
    }

    /// When this version was written.
    #[must_use]
    pub fn updated_at(&self) -> Timestamp {
        self.updated_at
    }
}

impl Store {
    /// Writes `value` as the next version of the secret at `path`: version 1 if there is none. Older versions stay
    /// readable by number.
    ///
    /// The value, its audit event and the new head of the audit chain are one commit, durable when this returns.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidArgument`](crate::ErrorKind::InvalidArgument) if `path` breaks a rule of [`SecretPath`];
    /// [`LimitExceeded`](crate::ErrorKind::LimitExceeded) for a value above 16 MiB;
    /// [`ReadOnly`](crate::ErrorKind::ReadOnly); [`Reentrant`](crate::ErrorKind::Reentrant) inside a transaction of
    /// this thread; [`InUse`](crate::ErrorKind::InUse) if another thread's write does not end in time;
    /// [`DiskFull`](crate::ErrorKind::DiskFull), after which the store is as it was and the handle works;
    /// [`FileRefused`](crate::ErrorKind::FileRefused) if the file was replaced under the handle;
    /// [`Io`](crate::ErrorKind::Io), after which the handle is poisoned and the write may or may not be there when
    /// the store is opened again.
    pub fn put<P>(&self, path: P, value: impl AsRef<[u8]>) -> Result<Written>
    where
        P: TryInto<SecretPath>,
        Error: From<P::Error>,
    {
        self.transaction(|tx| tx.put(path, value))
    }
}
