//! What is known of secrets and versions, without their values.

use std::time::Duration;

use super::Store;
use super::idempotency::{Remembered, misremembered, path_of};
use crate::clock::Timestamp;
use crate::error::{Error, ErrorKind, Result};
use crate::record::expiry::OnExpiry;
use crate::record::id::SecretId;
use crate::record::idempotency::{Answer, InfoAnswer};
use crate::record::path::SecretPath;
use crate::record::secret::{SecretRecord, VersionRecord};
use crate::record::tag::Tags;
use crate::record::tier::Tier;
use crate::record::value::bucket;
use crate::record::version::VersionState;
use crate::tables::list::Chosen;

/// What is known of a secret without its value.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SecretInfo {
    id: SecretId,
    path: SecretPath,
    version: u64,
    meta_version: u64,
    tier: Tier,
    description: String,
    tags: Tags,
    content_type: String,
    size_class: u64,
    updated_at: Timestamp,
    accessed_at: Option<Timestamp>,
    max_versions: Option<u32>,
    trash_days: Option<u16>,
    expires_at: Option<Timestamp>,
    on_expiry: OnExpiry,
    rotate_every: Option<Duration>,
    rotation_due_at: Option<Timestamp>,
    trashed: Option<Trashed>,
}

/// Since when a secret is in the trash, and until when it can be restored.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Trashed {
    /// When it was deleted.
    pub deleted_at: Timestamp,
    /// From then on it cannot be restored, and [`Store::sweep`] removes it.
    pub purge_at: Timestamp,
}

impl SecretInfo {
    /// As whoever reads a value at this time is told: the read itself is among those it tells of.
    pub(super) fn read_at(self, time: Timestamp) -> Self {
        Self { accessed_at: self.accessed_at.max(Some(time)), ..self }
    }

    pub(super) fn new(store: &Store, path: SecretPath, record: SecretRecord) -> Result<Self> {
        let noted = store.shared.accesses.last(&record.id);
        let accessed_at = noted.max(record.accessed_at);
        let (expires_at, rotation_due_at) = (record.expires_at(), record.rotation_due_at());
        let schedule = record.schedule.unwrap_or_default();
        let details = record.details.unwrap_or_default();
        Ok(Self {
            id: SecretId::from_bytes(record.id),
            path,
            version: record.current.number,
            meta_version: record.meta_version,
            tier: Tier::of(record.tier).ok_or_else(unreadable)?,
            description: details.description,
            tags: Tags::from_text(record.tags).ok_or_else(unreadable)?,
            content_type: details.content_type,
            size_class: size_class(&record.current),
            updated_at: Timestamp::from_millis(record.updated_at),
            accessed_at: accessed_at.map(Timestamp::from_millis),
            max_versions: details.max_versions,
            trash_days: details.trash_days,
            expires_at: expires_at.map(Timestamp::from_millis),
            on_expiry: OnExpiry::of(schedule.on_expiry).ok_or_else(unreadable)?,
            rotate_every: schedule.rotate_every.map(Duration::from_secs),
            rotation_due_at: rotation_due_at.map(Timestamp::from_millis),
            trashed: None,
        })
    }

    pub(super) fn listed(store: &Store, chosen: Chosen) -> Result<Self> {
        let trashed = chosen.trashed.map(|(deleted_at, purge_at)| Trashed {
            deleted_at: Timestamp::from_millis(deleted_at),
            purge_at: Timestamp::from_millis(purge_at),
        });
        Ok(Self { trashed, ..Self::new(store, chosen.path, chosen.secret)? })
    }

    /// The id, which stays when the path changes.
    #[must_use]
    pub fn id(&self) -> SecretId {
        self.id
    }

    /// The path; for a secret in the trash, where it was.
    #[must_use]
    pub fn path(&self) -> &SecretPath {
        &self.path
    }

    /// The number of the current version.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.version
    }

    /// The number of the current metadata: 1 at first, and one more with every change of tier, description, tags, content
    /// type, retention, expiry or rotation. See [`Update::expect_meta_version`](crate::Update::expect_meta_version).
    #[must_use]
    pub fn meta_version(&self) -> u64 {
        self.meta_version
    }

    /// How much the secret matters.
    #[must_use]
    pub fn tier(&self) -> Tier {
        self.tier
    }

    /// The description; empty if there is none.
    #[must_use]
    pub fn description(&self) -> &str {
        &self.description
    }

    /// The tags.
    #[must_use]
    pub fn tags(&self) -> &Tags {
        &self.tags
    }

    /// The content type; empty if there is none.
    #[must_use]
    pub fn content_type(&self) -> &str {
        &self.content_type
    }

    /// The length in bytes that the current value is padded to before it is sealed: 64, then powers of two up to 4,096,
    /// then multiples of 1,024. 0 once the value was removed: of a deleted version, when a sweep took it.
    #[must_use]
    pub fn size_class(&self) -> u64 {
        self.size_class
    }

    /// When the secret was created.
    #[must_use]
    pub fn created_at(&self) -> Timestamp {
        self.id.created_at()
    }

    /// When its value, one of its versions, its metadata or its path last changed; restoring it is such a change.
    #[must_use]
    pub fn updated_at(&self) -> Timestamp {
        self.updated_at
    }

    /// When a value of it was last read.
    ///
    /// The time is kept in memory, for the last thousand or so secrets that were read through this handle, and goes into the
    /// record with the next write to the same secret. What was read after that and before the handle was closed is not known
    /// here later; the [audit log](crate::Store::audit) tells it.
    #[must_use]
    pub fn accessed_at(&self) -> Option<Timestamp> {
        self.accessed_at
    }

    /// How many versions are kept of this secret, if that was said of it; else it [inherits](crate::Retention).
    #[must_use]
    pub fn max_versions(&self) -> Option<u32> {
        self.max_versions
    }

    /// How many days this secret stays in the trash, if that was said of it; else it [inherits](crate::Retention).
    #[must_use]
    pub fn trash_days(&self) -> Option<u16> {
        self.trash_days
    }

    /// From when on no value of it is read; `None` if it does not expire.
    #[must_use]
    pub fn expires_at(&self) -> Option<Timestamp> {
        self.expires_at
    }

    /// What a sweep does once it has expired.
    #[must_use]
    pub fn on_expiry(&self) -> OnExpiry {
        self.on_expiry
    }

    /// How old the current version gets before the secret is [due](Store::due) for rotation, in whole seconds.
    #[must_use]
    pub fn rotate_every(&self) -> Option<Duration> {
        self.rotate_every
    }

    /// When the current version gets that old.
    #[must_use]
    pub fn rotation_due_at(&self) -> Option<Timestamp> {
        self.rotation_due_at
    }

    /// Since when the secret is in the trash; `None` if it is live.
    #[must_use]
    pub fn trashed(&self) -> Option<Trashed> {
        self.trashed
    }
}

impl Remembered for SecretInfo {
    fn answer(&self) -> Answer {
        Answer::Info(Box::new(InfoAnswer {
            id: *self.id.as_bytes(),
            path: self.path.as_str().to_owned(),
            version: self.version,
            meta_version: self.meta_version,
            tier: self.tier.code(),
            description: self.description.clone(),
            tags: self.tags.clone().into_text(),
            content_type: self.content_type.clone(),
            size_class: self.size_class,
            updated_at: self.updated_at.as_millis(),
            accessed_at: self.accessed_at.map(Timestamp::as_millis),
            max_versions: self.max_versions,
            trash_days: self.trash_days,
            expires_at: self.expires_at.map(Timestamp::as_millis),
            on_expiry: self.on_expiry.code(),
            rotate_every: self.rotate_every.map(|every| every.as_secs()),
            rotation_due_at: self.rotation_due_at.map(Timestamp::as_millis),
        }))
    }

    fn of_answer(answer: Answer) -> Result<Self> {
        let Answer::Info(info) = answer else { return Err(misremembered()) };
        Ok(Self {
            id: SecretId::from_bytes(info.id),
            path: path_of(&info.path)?,
            version: info.version,
            meta_version: info.meta_version,
            tier: Tier::of(info.tier).ok_or_else(unreadable)?,
            description: info.description,
            tags: Tags::from_text(info.tags).ok_or_else(unreadable)?,
            content_type: info.content_type,
            size_class: info.size_class,
            updated_at: Timestamp::from_millis(info.updated_at),
            accessed_at: info.accessed_at.map(Timestamp::from_millis),
            max_versions: info.max_versions,
            trash_days: info.trash_days,
            expires_at: info.expires_at.map(Timestamp::from_millis),
            on_expiry: OnExpiry::of(info.on_expiry).ok_or_else(unreadable)?,
            rotate_every: info.rotate_every.map(Duration::from_secs),
            rotation_due_at: info.rotation_due_at.map(Timestamp::from_millis),
            trashed: None,
        })
    }
}

/// What is known of a version without its value.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct VersionInfo {
    /// From 1, never used again.
    pub number: u64,
    /// When it was written.
    pub created_at: Timestamp,
    /// Who wrote it.
    pub author: Author,
    /// Bytes of its value, also after that was destroyed.
    pub size: u64,
    /// Its state now.
    pub state: VersionState,
    /// When it was deleted or destroyed; a sweep destroys too.
    pub deleted_at: Option<Timestamp>,
    /// The note given with it.
    pub note: String,
}

/// Who did something.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Author {
    /// Whoever had a key to the store.
    Owner,
}

impl VersionInfo {
    pub(super) fn new(record: VersionRecord, state: VersionState) -> Result<Self> {
        use crate::record::secret::Standing;
        let deleted_at = match record.standing {
            Standing::Kept | Standing::Rotated { .. } => None,
            Standing::Deleted { at, .. }
            | Standing::RotatedDeleted { at, .. }
            | Standing::Destroyed { at } => Some(Timestamp::from_millis(at)),
        };
        Ok(Self {
            number: record.number,
            created_at: Timestamp::from_millis(record.created_at),
            author: match record.author {
                None => Author::Owner,
                Some(_) => return Err(unreadable()),
            },
            size: u64::from(record.size),
            state,
            deleted_at,
            note: record.note.unwrap_or_default(),
        })
    }
}

fn size_class(version: &VersionRecord) -> u64 {
    if version.standing.is_destroyed() {
        return 0;
    }
    let size = usize::try_from(version.size).unwrap_or(usize::MAX);
    u64::try_from(bucket(size)).unwrap_or(u64::MAX)
}

/// What a record says that nobody here can read.
pub(super) fn unreadable() -> Error {
    Error::new(
        ErrorKind::UnsupportedFormat,
        "a record of the store holds something that a newer version of strongroom wrote",
    )
}
