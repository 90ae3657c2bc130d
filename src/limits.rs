//! The limits of the format and of the interface, each with its reason.

/// Longest path, in bytes of UTF-8 after normalisation.
pub const PATH_LEN_MAX: usize = 512;
/// Longest segment of a path, in bytes.
pub const SEGMENT_LEN_MAX: usize = 128;
/// Most segments of a path. Each one costs a key derivation.
pub const PATH_SEGMENTS_MAX: usize = 16;

/// Longest value, in bytes before padding: 16 MiB. A value is held in memory whole.
pub const VALUE_LEN_MAX: usize = 16 << 20;

/// Most tags of a secret.
pub const TAGS_MAX: usize = 64;
/// Longest key of a tag, in bytes.
pub const TAG_KEY_LEN_MAX: usize = 64;
/// Longest value of a tag, in bytes.
pub const TAG_VALUE_LEN_MAX: usize = 256;
/// Longest description, in bytes.
pub const DESCRIPTION_LEN_MAX: usize = 4096;
/// Longest content type, in bytes: two names of 127 (RFC 6838) and a slash.
pub const CONTENT_TYPE_LEN_MAX: usize = 255;
/// Longest note on a version, in bytes.
pub const NOTE_LEN_MAX: usize = 256;
/// Longest reason given for an operation, in bytes.
pub const REASON_LEN_MAX: usize = 256;
/// Longest id of a request, in bytes.
pub const REQUEST_ID_LEN_MAX: usize = 128;

/// Longest idempotency key, in bytes.
pub const IDEMPOTENCY_KEY_LEN_MAX: usize = 255;
/// Least time for which a call with an idempotency key is remembered, in seconds: a minute.
pub const IDEMPOTENCY_SECONDS_MIN: u64 = 60;
/// Most time for which a call with an idempotency key is remembered, in seconds: 30 days.
pub const IDEMPOTENCY_SECONDS_MAX: u64 = 30 * 86_400;
/// For how long a call with an idempotency key is remembered unless a policy says otherwise, in seconds: 24 hours.
pub const IDEMPOTENCY_SECONDS_DEFAULT: u64 = 86_400;
/// Calls whose time is over that each new call with an idempotency key forgets at most.
pub const IDEMPOTENCY_FORGOTTEN_AT_ONCE: usize = 16;

/// Versions kept of a secret unless a policy says otherwise.
pub const VERSIONS_KEPT_DEFAULT: u32 = 10;
/// Longest time until a secret expires or is to be rotated, and longest grace, in seconds: a hundred years of 365 days.
pub const SCHEDULE_SECONDS_MAX: u64 = 36_500 * 86_400;
/// How many days before a secret expires a sweep writes an event that says so, from the first to the last.
pub const EXPIRY_LEADS_DAYS: [u16; 3] = [30, 7, 1];
/// Days in the trash unless a policy says otherwise.
pub const TRASH_DAYS_DEFAULT: u16 = 30;
/// Most days in the trash.
pub const TRASH_DAYS_MAX: u16 = 3650;
/// Bytes of values that a rename seals anew without being told that it may take long.
pub const RENAME_BYTES_MAX: u64 = 64 << 20;
/// Secrets and versions that a sweep removes when it is not told how many.
pub const SWEEP_ITEMS_DEFAULT: usize = 1000;
/// How far the clock may go forward at once before nothing is purged without confirmation, in milliseconds: a year.
pub const CLOCK_JUMP_MILLIS_MAX: i64 = 365 * 86_400_000;

/// How far the time of a signed request may be from that of the store, before or after, in seconds.
pub const REQUEST_WINDOW_SECONDS: i64 = 300;

/// Longest password that is generated, in characters.
pub const GENERATED_PASSWORD_LEN_MAX: u32 = 1024;
/// Least random bytes of a token that is generated: what nobody guesses.
pub const GENERATED_TOKEN_BYTES_MIN: u32 = 16;
/// Most random bytes of a token that is generated.
pub const GENERATED_TOKEN_BYTES_MAX: u32 = 1024;
/// Least words of a passphrase that is generated.
pub const GENERATED_WORDS_MIN: u32 = 3;
/// Most words of a passphrase that is generated.
pub const GENERATED_WORDS_MAX: u32 = 64;

/// Longest passphrase, in bytes of UTF-8 as typed.
pub const PASSPHRASE_LEN_MAX: usize = 1024;
/// Longest key file, in bytes: it is read whole.
pub const KEY_FILE_LEN_MAX: usize = 64 * 1024;
/// Most key slots of a store.
pub const SLOTS_MAX: usize = 48;
/// Longest label of a key slot, in bytes of UTF-8.
pub const SLOT_LABEL_LEN_MAX: usize = 128;

/// Items of a page when the query does not say.
pub const PAGE_ITEMS_DEFAULT: usize = 50;
/// Most items of a page.
pub const PAGE_ITEMS_MAX: usize = 1000;
/// Longest cursor text accepted, in bytes: a sealed position with its framing, in base64.
pub const CURSOR_LEN_MAX: usize = 1024;

/// Most operations of one transaction.
pub const TRANSACTION_OPERATIONS_MAX: usize = 100_000;
/// Most events of one row of the audit log.
pub const SEGMENT_EVENTS_MAX: usize = 1024;
/// Most bytes of the events in one row of the audit log: 48 KiB.
pub const SEGMENT_BYTES_MAX: usize = 48 << 10;

/// Bytes of the events with which a row of the audit log is full: with its head and what redb adds it takes eight blocks, and a
/// little more would take sixteen.
pub const SEGMENT_BYTES_FILLED: usize = (32 << 10) - 128;

/// What an event of a read or a refusal is counted as while it waits, in bytes, beside its path. In the log most take
/// less, because what a path has in common with the one before is not written again.
pub const EVENT_BYTES: usize = 32;
/// Bytes of them that one commit takes along: with what else it writes they fit the blocks that a superblock can vouch for.
pub const PORTION_BYTES: usize = 9 * SEGMENT_BYTES_FILLED;
/// Events of reads and refusals that wait in memory until they are written even if nothing else is. The more there are, the
/// more often one of them happens again and is only counted.
pub const EVENTS_WAITING_FULL: usize = 8_000;
/// Bytes of them, in the same way.
pub const WAITING_BYTES_FULL: usize = 896 << 10;
/// Events of them that wait one by one if nothing can be written. As many more are kept without what told them apart.
pub const EVENTS_WAITING_MAX: usize = 12_000;
/// Bytes of them, in the same way.
pub const WAITING_BYTES_MAX: usize = 1536 << 10;
/// Longest time the audit log is kept when it is not kept for good, in days: a hundred years of 365 days.
pub const AUDIT_DAYS_MAX: u32 = 36_500;
/// Most rows of the audit log that one sweep removes.
pub const SEGMENTS_PRUNED_MAX: usize = 1000;

/// Least Argon2id memory accepted from a file, in KiB (OWASP's minimum: 19 MiB with two passes).
pub const KDF_MEMORY_KIB_MIN: u32 = 19 * 1024;
/// Most Argon2id memory accepted from a file, in KiB. A header is not authenticated yet when this is read.
pub const KDF_MEMORY_KIB_MAX: u32 = 512 * 1024;
/// Most Argon2id passes accepted from a file.
pub const KDF_PASSES_MAX: u32 = 16;
/// Most Argon2id lanes accepted from a file.
pub const KDF_LANES_MAX: u32 = 16;
/// Most memory times passes spent on one unlock over all slots tried, in KiB: 4 GiB.
pub const KDF_BUDGET_KIB: u64 = 4 * 1024 * 1024;

/// Blocks of one commit that a superblock can vouch for; a larger commit takes a second sync.
pub const MANIFEST_ENTRIES_MAX: usize = 170;
/// Blocks kept free in the file for a delete and its event on a full disk.
pub const SPARE_BLOCKS: u32 = 64;

/// Least and most bytes of redb's page cache.
pub const CACHE_BYTES_MIN: usize = 256 * 1024;
/// The default of redb's page cache, in bytes. redb's own default is 1 GiB.
pub const CACHE_BYTES_DEFAULT: usize = 8 << 20;

/// Files up to this size are verified whenever they are opened, unless the caller says otherwise: 64 MiB.
pub const VERIFY_AT_OPEN_MAX: u64 = 64 << 20;

/// Most entries of the store's directory that are looked at, for strays and for copies of the store.
pub const DIRECTORY_ENTRIES_MAX: usize = 10_000;

const _: () = assert!(SEGMENT_BYTES_FILLED <= SEGMENT_BYTES_MAX);
const _: () = assert!(EVENTS_WAITING_FULL < EVENTS_WAITING_MAX && WAITING_BYTES_FULL < WAITING_BYTES_MAX);
const _: () = assert!(PATH_SEGMENTS_MAX * 2 <= PATH_LEN_MAX);
const _: () = assert!(KDF_MEMORY_KIB_MIN <= KDF_MEMORY_KIB_MAX);
