//! Reading one secret.

use std::fmt;

use super::Store;
use crate::access::Action;
use crate::clock::Timestamp;
use crate::error::{Error, ErrorKind, Result};
use crate::record::id::SecretId;
use crate::record::path::SecretPath;
use crate::record::secret::{SecretRecord, VersionRecord};
use crate::secret::SecretBytes;
use crate::tables::{Rows, Tables, secrets};

/// What is known of a secret without its value.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SecretInfo {
    id: SecretId,
    path: SecretPath,
    version: u64,
    created_at: Timestamp,
    updated_at: Timestamp,
}

impl SecretInfo {
    pub(super) fn new(path: SecretPath, record: &SecretRecord) -> Self {
        Self {
            id: SecretId::from_bytes(record.id),
            path,
            version: record.current.number,
            created_at: Timestamp::from_millis(record.created_at),
            updated_at: Timestamp::from_millis(record.updated_at),
        }
    }

    /// The id, which stays when the path changes.
    #[must_use]
    pub fn id(&self) -> SecretId {
        self.id
    }

    /// The path.
    #[must_use]
    pub fn path(&self) -> &SecretPath {
        &self.path
    }

    /// The number of the current version.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.version
    }

    /// When the secret was created.
    #[must_use]
    pub fn created_at(&self) -> Timestamp {
        self.created_at
    }

    /// When its current version was written.
    #[must_use]
    pub fn updated_at(&self) -> Timestamp {
        self.updated_at
    }
}

/// A secret with the value of one version. The value is wiped on drop.
pub struct Secret {
    info: SecretInfo,
    version: u64,
    version_created_at: Timestamp,
    value: SecretBytes,
}

impl fmt::Debug for Secret {
    /// Everything but the value.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Secret")
            .field("info", &self.info)
            .field("version", &self.version)
            .field("version_created_at", &self.version_created_at)
            .finish_non_exhaustive()
    }
}

impl Secret {
    /// The secret as it is now, whichever version was read.
    #[must_use]
    pub fn info(&self) -> &SecretInfo {
        &self.info
    }

    /// The number of the version that was read.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.version
    }

    /// When that version was written.
    #[must_use]
    pub fn version_created_at(&self) -> Timestamp {
        self.version_created_at
    }

    /// The value.
    #[must_use]
    pub fn value(&self) -> &SecretBytes {
        &self.value
    }

    /// The value alone.
    #[must_use]
    pub fn into_value(self) -> SecretBytes {
        self.value
    }
}

impl Store {
    /// Reads the current version of the secret at `path`.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotFound`] if there is none; [`ErrorKind::InvalidArgument`] if `path` breaks a rule of
    /// [`SecretPath`]; [`ErrorKind::Tampered`] if something on the way does not authenticate.
    pub fn get<P>(&self, path: P) -> Result<Secret>
    where
        P: TryInto<SecretPath>,
        Error: From<P::Error>,
    {
        let path = path.try_into()?;
        let tables = self.authorise(Action::Read(&path))?;
        tables.read(|rows| read(rows, &tables, path.clone(), None))
    }

    /// Reads version `version` of the secret at `path`.
    ///
    /// # Errors
    ///
    /// As [`get`](Self::get); [`ErrorKind::NotFound`] also if there is no such version.
    pub fn get_version<P>(&self, path: P, version: u64) -> Result<Secret>
    where
        P: TryInto<SecretPath>,
        Error: From<P::Error>,
    {
        let path = path.try_into()?;
        let tables = self.authorise(Action::Read(&path))?;
        tables.read(|rows| read(rows, &tables, path.clone(), Some(version)))
    }
}

/// Reads the current version, or `number`.
pub(super) fn read(
    rows: &impl Rows,
    tables: &Tables,
    path: SecretPath,
    number: Option<u64>,
) -> Result<Secret> {
    let record = secrets::find(rows, &path)?
        .ok_or_else(|| Error::new(ErrorKind::NotFound, format!("there is no secret at {path}")))?;
    let older: VersionRecord;
    let version = match number {
        None => &record.current,
        Some(number) => {
            older = secrets::find_version(rows, &record, number)?.ok_or_else(|| {
                Error::new(ErrorKind::NotFound, format!("the secret at {path} has no version {number}"))
            })?;
            &older
        }
    };
    let value = secrets::value(rows, &tables.sealer(), &path, &record, version)?;
    Ok(Secret {
        version: version.number,
        version_created_at: Timestamp::from_millis(version.created_at),
        info: SecretInfo::new(path, &record),
        value,
    })
}
