//! What C reads of the items of a page, and what lies behind it.

use std::ptr;

use super::constants::*;
use super::output::{Sized1, Text, inherited, strongroom_text, time};
use super::room::Room;
use crate::{
    Author, Due, DueReason, KeySlot, OnExpiry, Retention, SecretInfo, SlotKind, Tags, Tier, Usage,
    VersionInfo, VersionState,
};

/// A tag. A bare label has an empty value.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct strongroom_tag {
    pub key: strongroom_text,
    pub value: strongroom_text,
}

/// What is known of a secret without its value. Times are milliseconds since the Unix epoch, or STRONGROOM_NO_TIME.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct strongroom_secret_info {
    /// Set by the caller to sizeof(strongroom_secret_info).
    pub struct_size: usize,
    /// Its id, "sec_…", which stays when it is renamed.
    pub id: strongroom_text,
    /// Its path; in the trash, the one it had.
    pub path: strongroom_text,
    pub description: strongroom_text,
    pub content_type: strongroom_text,
    /// Sorted by key; NULL if there are none.
    pub tags: *const strongroom_tag,
    pub tag_count: usize,
    /// The number of the current version.
    pub version: u64,
    /// The number of the metadata, for strongroom_changes_expect_meta_version.
    pub meta_version: u64,
    /// The size of the value, rounded up.
    pub size_class: u64,
    pub created_at: i64,
    pub updated_at: i64,
    /// When a value was last read, as far as it is known.
    pub accessed_at: i64,
    /// From when on no value of it is read.
    pub expires_at: i64,
    /// When it was put into the trash.
    pub deleted_at: i64,
    /// From when on a sweep removes it.
    pub purge_at: i64,
    /// How many versions are kept, 0 for all, or STRONGROOM_INHERITED.
    pub max_versions: i64,
    /// How many days it would stay in the trash, or STRONGROOM_INHERITED.
    pub trash_days: i64,
    /// STRONGROOM_TIER_STANDARD, _SENSITIVE or _CRITICAL.
    pub tier: u32,
    /// Zero.
    pub reserved: u32,
    /// How old, in seconds, the current version gets before it is to be rotated; 0 if nothing was said.
    pub rotate_every: u64,
    /// When it gets that old.
    pub rotation_due_at: i64,
    /// STRONGROOM_ON_EXPIRY_BLOCK or _TRASH.
    pub on_expiry: u32,
    /// Zero.
    pub reserved_too: u32,
}

/// What is known of a version without its value. Times are milliseconds since the Unix epoch, or STRONGROOM_NO_TIME.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct strongroom_version_info {
    /// Set by the caller to sizeof(strongroom_version_info).
    pub struct_size: usize,
    /// The note given with it.
    pub note: strongroom_text,
    /// From 1, never used again.
    pub number: u64,
    /// Bytes of its value, also after that was destroyed.
    pub size: u64,
    pub created_at: i64,
    /// When it was deleted or destroyed.
    pub deleted_at: i64,
    /// Until when a deleted one can be restored, or one in grace is accepted.
    pub until: i64,
    /// STRONGROOM_STATE_…
    pub state: u32,
    /// STRONGROOM_AUTHOR_OWNER.
    pub author: u32,
}

/// A namespace, and what is in it at any depth.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct strongroom_namespace {
    /// Set by the caller to sizeof(strongroom_namespace).
    pub struct_size: usize,
    /// Its path; from strongroom_stats its name.
    pub path: strongroom_text,
    pub secrets: u64,
    /// From strongroom_stats; else 0.
    pub versions: u64,
    /// From strongroom_stats; else 0.
    pub value_bytes: u64,
}

/// A key of tags, or a value, and how many live secrets bear it.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct strongroom_tag_count {
    /// Set by the caller to sizeof(strongroom_tag_count).
    pub struct_size: usize,
    pub name: strongroom_text,
    pub secrets: u64,
}

/// A key slot: one way to unlock a store.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct strongroom_slot {
    /// Set by the caller to sizeof(strongroom_slot).
    pub struct_size: usize,
    pub id: strongroom_text,
    /// What somebody called it; empty if nobody did.
    pub label: strongroom_text,
    pub created_at: i64,
    /// When it last unlocked a handle that wrote.
    pub last_used_at: i64,
    /// STRONGROOM_SLOT_…
    pub kind: u32,
    /// What a passphrase costs to try; zeros if none is part of it.
    pub kdf_memory_kib: u32,
    pub kdf_passes: u32,
    pub kdf_lanes: u32,
    /// Whether this handle came in by it (1 or 0).
    pub unlocked_this_handle: i32,
    /// Zero.
    pub reserved: u32,
}

/// How many versions are kept, and how long the trash is.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct strongroom_retention {
    /// Set by the caller to sizeof(strongroom_retention).
    pub struct_size: usize,
    /// The namespace it is for; empty for the store. In a page only.
    pub under: strongroom_text,
    /// 0 for all, or STRONGROOM_INHERITED.
    pub max_versions: i64,
    /// 0 to 3,650, or STRONGROOM_INHERITED.
    pub trash_days: i64,
}

/// Something this build can do, or a limit of it.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct strongroom_capability {
    /// Set by the caller to sizeof(strongroom_capability).
    pub struct_size: usize,
    pub name: strongroom_text,
    /// Of a limit; 1 for what it can do.
    pub value: u64,
    /// 1 for a limit, 0 for what it can do.
    pub is_limit: i32,
    /// Zero.
    pub reserved: u32,
}

macro_rules! sized {
    ($($name:ident)*) => {
        $(
            // SAFETY: `repr(C)`, `struct_size` comes first, and it is made of numbers and pointers.
            unsafe impl Sized1 for $name {}
        )*
    };
}
sized! {
    strongroom_secret_info strongroom_version_info strongroom_namespace strongroom_tag_count strongroom_slot
    strongroom_retention strongroom_capability strongroom_due_item
}

/// Tags, and the texts they point to.
pub(super) fn tag_views(tags: &Tags) -> (Box<[strongroom_tag]>, Vec<Text>) {
    let texts: Vec<Text> = tags.iter().flat_map(|(key, value)| [key, value]).map(Text::new).collect();
    let tag = |pair: &[Text]| match pair {
        [key, value] => Some(strongroom_tag { key: key.view(), value: value.view() }),
        _ => None,
    };
    (texts.chunks_exact(2).filter_map(tag).collect(), texts)
}

/// What is known of a secret, in a form that C can borrow.
pub(super) struct SecretRow {
    info: SecretInfo,
    id: Text,
    path: Text,
    description: Text,
    content_type: Text,
    tags: Box<[strongroom_tag]>,
    /// What `tags` points to.
    _texts: Vec<Text>,
}

// SAFETY: the pointers lead into texts that the row owns and that nobody changes.
unsafe impl Send for SecretRow {}
// SAFETY: as above.
unsafe impl Sync for SecretRow {}

impl SecretRow {
    pub(super) fn new(info: SecretInfo) -> Self {
        let (tags, texts) = tag_views(info.tags());
        Self {
            id: Text::new(&info.id().to_string()),
            path: Text::new(info.path().as_str()),
            description: Text::new(info.description()),
            content_type: Text::new(info.content_type()),
            tags,
            _texts: texts,
            info,
        }
    }

    pub(super) fn view(&self) -> strongroom_secret_info {
        let texts = SecretTexts {
            id: self.id.view(),
            path: self.path.view(),
            description: self.description.view(),
            content_type: self.content_type.view(),
            tags: if self.tags.is_empty() { ptr::null() } else { self.tags.as_ptr() },
            tag_count: self.tags.len(),
        };
        texts.view(&self.info)
    }
}

/// What is known of a secret and lies elsewhere.
struct SecretTexts {
    id: strongroom_text,
    path: strongroom_text,
    description: strongroom_text,
    content_type: strongroom_text,
    tags: *const strongroom_tag,
    tag_count: usize,
}

impl SecretTexts {
    fn view(self, info: &SecretInfo) -> strongroom_secret_info {
        let trashed = info.trashed();
        strongroom_secret_info {
            struct_size: 0,
            id: self.id,
            path: self.path,
            description: self.description,
            content_type: self.content_type,
            tags: self.tags,
            tag_count: self.tag_count,
            version: info.version(),
            meta_version: info.meta_version(),
            size_class: info.size_class(),
            created_at: info.created_at().as_millis(),
            updated_at: info.updated_at().as_millis(),
            accessed_at: time(info.accessed_at()),
            expires_at: time(info.expires_at()),
            deleted_at: time(trashed.map(|trashed| trashed.deleted_at)),
            purge_at: time(trashed.map(|trashed| trashed.purge_at)),
            max_versions: inherited(info.max_versions()),
            trash_days: inherited(info.trash_days()),
            tier: tier_code(info.tier()),
            reserved: 0,
            reserved_too: 0,
            on_expiry: match info.on_expiry() {
                OnExpiry::Block => STRONGROOM_ON_EXPIRY_BLOCK,
                OnExpiry::Trash => STRONGROOM_ON_EXPIRY_TRASH,
            },
            rotate_every: info.rotate_every().map_or(0, |every| every.as_secs()),
            rotation_due_at: time(info.rotation_due_at()),
        }
    }
}

/// What is known of a secret, in memory of the caller's; `None` if it does not fit.
pub(super) fn secret_info_in(room: &mut Room, info: &SecretInfo) -> Option<strongroom_secret_info> {
    let found = info.tags();
    let mut tags = room.array(found.len())?;
    let texts = SecretTexts {
        id: room.shown(info.id())?,
        path: room.text(info.path().as_str())?,
        description: room.text(info.description())?,
        content_type: room.text(info.content_type())?,
        tags: tags.start(),
        tag_count: found.len(),
    };
    for (key, value) in found.iter() {
        tags.push(strongroom_tag { key: room.text(key)?, value: room.text(value)? });
    }
    Some(texts.view(info))
}

/// Something that is to be done with a secret.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct strongroom_due_item {
    /// Set by the caller to sizeof(strongroom_due_item).
    pub struct_size: usize,
    pub id: strongroom_text,
    /// Where the secret is; of one in the trash, where it was.
    pub path: strongroom_text,
    /// Milliseconds since the Unix epoch.
    pub at: i64,
    /// STRONGROOM_DUE_…
    pub reason: u32,
    /// Zero.
    pub reserved: u32,
}

/// What is due, in a form that C can borrow.
pub(super) struct DueRow(Due, Text, Text);

impl DueRow {
    pub(super) fn new(due: Due) -> Self {
        let (id, path) = (Text::new(&due.id.to_string()), Text::new(due.path.as_str()));
        Self(due, id, path)
    }

    pub(super) fn view(&self) -> strongroom_due_item {
        let Self(due, id, path) = self;
        strongroom_due_item {
            struct_size: 0,
            id: id.view(),
            path: path.view(),
            at: due.at.as_millis(),
            reason: match due.reason {
                DueReason::Expiry => STRONGROOM_DUE_EXPIRY,
                DueReason::Rotation => STRONGROOM_DUE_ROTATION,
                DueReason::Purge => STRONGROOM_DUE_PURGE,
            },
            reserved: 0,
        }
    }
}

pub(super) fn tier_code(tier: Tier) -> u32 {
    match tier {
        Tier::Standard => STRONGROOM_TIER_STANDARD,
        Tier::Sensitive => STRONGROOM_TIER_SENSITIVE,
        Tier::Critical => STRONGROOM_TIER_CRITICAL,
    }
}

pub(super) struct VersionRow(VersionInfo, Text);

impl VersionRow {
    pub(super) fn new(info: VersionInfo) -> Self {
        let note = Text::new(&info.note);
        Self(info, note)
    }

    pub(super) fn view(&self) -> strongroom_version_info {
        let info = &self.0;
        let (state, until) = match info.state {
            VersionState::Current => (STRONGROOM_STATE_CURRENT, None),
            VersionState::Superseded => (STRONGROOM_STATE_SUPERSEDED, None),
            VersionState::Grace { until } => (STRONGROOM_STATE_GRACE, Some(until)),
            VersionState::Retired => (STRONGROOM_STATE_RETIRED, None),
            VersionState::Deleted { until } => (STRONGROOM_STATE_DELETED, Some(until)),
            VersionState::Destroyed => (STRONGROOM_STATE_DESTROYED, None),
        };
        strongroom_version_info {
            struct_size: 0,
            note: self.1.view(),
            number: info.number,
            size: info.size,
            created_at: info.created_at.as_millis(),
            deleted_at: time(info.deleted_at),
            until: time(until),
            state,
            author: match info.author {
                Author::Owner => STRONGROOM_AUTHOR_OWNER,
            },
        }
    }
}

/// A text with the numbers that belong to it.
pub(super) struct Counted(Text, Usage);

impl Counted {
    pub(super) fn namespace(&self) -> strongroom_namespace {
        let Usage { secrets, versions, value_bytes } = self.1;
        strongroom_namespace { struct_size: 0, path: self.0.view(), secrets, versions, value_bytes }
    }

    pub(super) fn tag_count(&self) -> strongroom_tag_count {
        strongroom_tag_count { struct_size: 0, name: self.0.view(), secrets: self.1.secrets }
    }

    pub(super) fn of(name: &str, secrets: u64) -> Self {
        Self::using(name, Usage { secrets, ..Usage::default() })
    }

    pub(super) fn using(name: &str, usage: Usage) -> Self {
        Self(Text::new(name), usage)
    }
}

pub(super) struct SlotRow(KeySlot, Text, Text);

impl SlotRow {
    pub(super) fn new(slot: KeySlot) -> Self {
        let (id, label) = (Text::new(&slot.id.to_string()), Text::new(&slot.label));
        Self(slot, id, label)
    }

    pub(super) fn view(&self) -> strongroom_slot {
        let slot = &self.0;
        let cost = |of: fn(crate::KdfCost) -> u32| slot.kdf_cost.map_or(0, of);
        strongroom_slot {
            struct_size: 0,
            id: self.1.view(),
            label: self.2.view(),
            created_at: time(slot.created_at),
            last_used_at: time(slot.last_used_at),
            kind: slot_code(slot.kind),
            kdf_memory_kib: cost(crate::KdfCost::memory_kib),
            kdf_passes: cost(crate::KdfCost::passes),
            kdf_lanes: cost(crate::KdfCost::lanes),
            unlocked_this_handle: i32::from(slot.unlocked_this_handle),
            reserved: 0,
        }
    }
}

fn slot_code(kind: SlotKind) -> u32 {
    match kind {
        SlotKind::Passphrase => STRONGROOM_SLOT_PASSPHRASE,
        SlotKind::RawKey => STRONGROOM_SLOT_RAW_KEY,
        SlotKind::KeyFile => STRONGROOM_SLOT_KEY_FILE,
        SlotKind::PassphraseAndKeyFile => STRONGROOM_SLOT_PASSPHRASE_AND_KEY_FILE,
        SlotKind::RecoveryCode => STRONGROOM_SLOT_RECOVERY_CODE,
    }
}

pub(super) fn retention_view(under: strongroom_text, retention: &Retention) -> strongroom_retention {
    strongroom_retention {
        struct_size: 0,
        under,
        max_versions: inherited(retention.max_versions()),
        trash_days: inherited(retention.trash_days()),
    }
}
