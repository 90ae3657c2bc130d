//! What this build can do, for programs that bind to it.

use crate::limits;

/// What this build of the library can do: see [`capabilities`].
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Capabilities {
    /// The version of the library.
    pub library_version: &'static str,
    /// The version of the file format it reads and writes.
    pub format_version: u16,
    /// What it can do, by name.
    pub features: &'static [&'static str],
    /// Its limits, by name.
    pub limits: &'static [(&'static str, u64)],
}

/// What this build of the library can do. It needs no store.
///
/// # Examples
///
/// ```
/// let capabilities = strongroom::capabilities();
/// assert!(capabilities.features.contains(&"trash"));
/// assert!(capabilities.limits.contains(&("path_len_max", 512)));
/// ```
#[must_use]
pub fn capabilities() -> Capabilities {
    Capabilities {
        library_version: env!("CARGO_PKG_VERSION"),
        format_version: crate::format::layout::FORMAT_VERSION,
        features: FEATURES,
        limits: LIMITS,
    }
}

const FEATURES: &[&str] = &[
    "audit",
    "backup",
    "compact",
    "due",
    "events",
    "expiry",
    "generators",
    "idempotency-keys",
    "key-slots",
    "lists",
    "lock",
    "manual-clock",
    "metadata",
    "pins",
    "policy",
    "purge",
    "rekey",
    "rename",
    "rotation",
    "signing",
    "sweep",
    "tags",
    "transactions",
    "trash",
    "verify",
    "versions",
];

macro_rules! limits {
    ($($name:literal: $limit:expr,)*) => {
        #[expect(clippy::as_conversions, reason = "every limit fits, and there is no other conversion in a constant")]
        const LIMITS: &[(&str, u64)] = &[$(($name, $limit as u64)),*];
    };
}

limits! {
    "audit_days_max": limits::AUDIT_DAYS_MAX,
    "content_type_len_max": limits::CONTENT_TYPE_LEN_MAX,
    "cursor_len_max": limits::CURSOR_LEN_MAX,
    "description_len_max": limits::DESCRIPTION_LEN_MAX,
    "generated_password_len_max": limits::GENERATED_PASSWORD_LEN_MAX,
    "generated_token_bytes_max": limits::GENERATED_TOKEN_BYTES_MAX,
    "generated_token_bytes_min": limits::GENERATED_TOKEN_BYTES_MIN,
    "generated_words_max": limits::GENERATED_WORDS_MAX,
    "generated_words_min": limits::GENERATED_WORDS_MIN,
    "idempotency_key_len_max": limits::IDEMPOTENCY_KEY_LEN_MAX,
    "idempotency_seconds_default": limits::IDEMPOTENCY_SECONDS_DEFAULT,
    "idempotency_seconds_max": limits::IDEMPOTENCY_SECONDS_MAX,
    "idempotency_seconds_min": limits::IDEMPOTENCY_SECONDS_MIN,
    "kdf_budget_kib": limits::KDF_BUDGET_KIB,
    "kdf_lanes_max": limits::KDF_LANES_MAX,
    "kdf_memory_kib_max": limits::KDF_MEMORY_KIB_MAX,
    "kdf_memory_kib_min": limits::KDF_MEMORY_KIB_MIN,
    "kdf_passes_max": limits::KDF_PASSES_MAX,
    "key_file_len_max": limits::KEY_FILE_LEN_MAX,
    "note_len_max": limits::NOTE_LEN_MAX,
    "page_items_default": limits::PAGE_ITEMS_DEFAULT,
    "page_items_max": limits::PAGE_ITEMS_MAX,
    "passphrase_len_max": limits::PASSPHRASE_LEN_MAX,
    "path_len_max": limits::PATH_LEN_MAX,
    "path_segments_max": limits::PATH_SEGMENTS_MAX,
    "reason_len_max": limits::REASON_LEN_MAX,
    "rename_bytes_max": limits::RENAME_BYTES_MAX,
    "request_id_len_max": limits::REQUEST_ID_LEN_MAX,
    "request_window_seconds": limits::REQUEST_WINDOW_SECONDS,
    "schedule_seconds_max": limits::SCHEDULE_SECONDS_MAX,
    "segment_len_max": limits::SEGMENT_LEN_MAX,
    "slot_label_len_max": limits::SLOT_LABEL_LEN_MAX,
    "slots_max": limits::SLOTS_MAX,
    "sweep_items_default": limits::SWEEP_ITEMS_DEFAULT,
    "tag_key_len_max": limits::TAG_KEY_LEN_MAX,
    "tag_value_len_max": limits::TAG_VALUE_LEN_MAX,
    "tags_max": limits::TAGS_MAX,
    "transaction_operations_max": limits::TRANSACTION_OPERATIONS_MAX,
    "trash_days_default": limits::TRASH_DAYS_DEFAULT,
    "trash_days_max": limits::TRASH_DAYS_MAX,
    "value_len_max": limits::VALUE_LEN_MAX,
    "versions_kept_default": limits::VERSIONS_KEPT_DEFAULT,
}
