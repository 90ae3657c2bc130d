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
    "backup",
    "compact",
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
    "content_type_len_max": limits::CONTENT_TYPE_LEN_MAX,
    "description_len_max": limits::DESCRIPTION_LEN_MAX,
    "generated_password_len_max": limits::GENERATED_PASSWORD_LEN_MAX,
    "generated_token_bytes_max": limits::GENERATED_TOKEN_BYTES_MAX,
    "generated_token_bytes_min": limits::GENERATED_TOKEN_BYTES_MIN,
    "generated_words_max": limits::GENERATED_WORDS_MAX,
    "generated_words_min": limits::GENERATED_WORDS_MIN,
    "idempotency_key_len_max": limits::IDEMPOTENCY_KEY_LEN_MAX,
    "key_file_len_max": limits::KEY_FILE_LEN_MAX,
    "note_len_max": limits::NOTE_LEN_MAX,
    "page_items_default": limits::PAGE_ITEMS_DEFAULT,
    "page_items_max": limits::PAGE_ITEMS_MAX,
    "passphrase_len_max": limits::PASSPHRASE_LEN_MAX,
    "path_len_max": limits::PATH_LEN_MAX,
    "path_segments_max": limits::PATH_SEGMENTS_MAX,
    "request_window_seconds": limits::REQUEST_WINDOW_SECONDS,
    "segment_len_max": limits::SEGMENT_LEN_MAX,
    "slot_label_len_max": limits::SLOT_LABEL_LEN_MAX,
    "slots_max": limits::SLOTS_MAX,
    "tag_key_len_max": limits::TAG_KEY_LEN_MAX,
    "tag_value_len_max": limits::TAG_VALUE_LEN_MAX,
    "tags_max": limits::TAGS_MAX,
    "transaction_operations_max": limits::TRANSACTION_OPERATIONS_MAX,
    "trash_days_max": limits::TRASH_DAYS_MAX,
    "value_len_max": limits::VALUE_LEN_MAX,
}
