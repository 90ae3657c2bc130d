//! The numbers that C sees. A number never changes its meaning.

/// A secret of no special weight.
pub const STRONGROOM_TIER_STANDARD: u32 = 0;
/// A sensitive secret.
pub const STRONGROOM_TIER_SENSITIVE: u32 = 1;
/// A critical secret.
pub const STRONGROOM_TIER_CRITICAL: u32 = 2;

/// What reading the secret gives.
pub const STRONGROOM_STATE_CURRENT: u32 = 1;
/// A newer version was written; readable by number.
pub const STRONGROOM_STATE_SUPERSEDED: u32 = 2;
/// Deleted: not readable, and can be restored.
pub const STRONGROOM_STATE_DELETED: u32 = 3;
/// Its value is gone for good.
pub const STRONGROOM_STATE_DESTROYED: u32 = 4;
/// Readable by number, and accepted beside the current one, for a time: a newer one was rotated in.
pub const STRONGROOM_STATE_GRACE: u32 = 5;
/// Its grace is over, and it cannot be read.
pub const STRONGROOM_STATE_RETIRED: u32 = 6;

/// On expiry nothing is done: the secret stays, and cannot be read.
pub const STRONGROOM_ON_EXPIRY_BLOCK: u32 = 0;
/// On expiry a sweep puts the secret into the trash.
pub const STRONGROOM_ON_EXPIRY_TRASH: u32 = 1;

/// The secret expires, or has expired.
pub const STRONGROOM_DUE_EXPIRY: u32 = 1;
/// The current version gets as old as its rotation allows.
pub const STRONGROOM_DUE_ROTATION: u32 = 2;
/// The secret is in the trash, and cannot be restored from then on.
pub const STRONGROOM_DUE_PURGE: u32 = 3;

/// The signature is of that payload or request, under an accepted version of the secret.
pub const STRONGROOM_SIGNATURE_VALID: u32 = 1;
/// It is of something else, or no signature at all.
pub const STRONGROOM_SIGNATURE_WRONG: u32 = 2;
/// It is of that request, which is older than the window.
pub const STRONGROOM_SIGNATURE_TOO_OLD: u32 = 3;
/// It is of that request, which is dated later than the window.
pub const STRONGROOM_SIGNATURE_TOO_EARLY: u32 = 4;
/// As much room as a signature and its NUL need.
pub const STRONGROOM_SIGNATURE_LEN: usize = 72;

/// Letters in lower case.
pub const STRONGROOM_CHARACTERS_LOWER: u32 = 1;
/// Letters in upper case.
pub const STRONGROOM_CHARACTERS_UPPER: u32 = 2;
/// Digits.
pub const STRONGROOM_CHARACTERS_DIGITS: u32 = 4;
/// The 32 signs of ASCII.
pub const STRONGROOM_CHARACTERS_SYMBOLS: u32 = 8;
/// All of those.
pub const STRONGROOM_CHARACTERS_ALL: u32 = 15;
/// None that looks like another: not 0, O, 1, l, I and |.
pub const STRONGROOM_CHARACTERS_NO_LOOK_ALIKES: u32 = 16;
/// At least one of each class.
pub const STRONGROOM_CHARACTERS_EACH_CLASS: u32 = 32;

/// RFC 4648 section 5, without padding.
pub const STRONGROOM_ENCODING_BASE64URL: u32 = 0;
/// RFC 4648 section 6, in lower case, without padding.
pub const STRONGROOM_ENCODING_BASE32: u32 = 1;
/// Hexadecimal digits in lower case.
pub const STRONGROOM_ENCODING_HEX: u32 = 2;
/// The bytes themselves.
pub const STRONGROOM_ENCODING_RAW: u32 = 3;

/// Whoever had a key to the store.
pub const STRONGROOM_AUTHOR_OWNER: u32 = 1;

/// A store of real secrets.
pub const STRONGROOM_ENVIRONMENT_LIVE: u32 = 0;
/// A store of secrets for tests.
pub const STRONGROOM_ENVIRONMENT_TEST: u32 = 1;

/// Live secrets.
pub const STRONGROOM_LIST_LIVE: u32 = 0;
/// Secrets in the trash.
pub const STRONGROOM_LIST_TRASH: u32 = 1;
/// Both.
pub const STRONGROOM_LIST_ALL: u32 = 2;

/// By path, segment by segment.
pub const STRONGROOM_SORT_PATH: u32 = 0;
/// The last updated first.
pub const STRONGROOM_SORT_UPDATED: u32 = 1;

/// Unlocks with a passphrase.
pub const STRONGROOM_SLOT_PASSPHRASE: u32 = 1;
/// Unlocks with a raw key of 32 bytes.
pub const STRONGROOM_SLOT_RAW_KEY: u32 = 2;
/// Unlocks with a key file.
pub const STRONGROOM_SLOT_KEY_FILE: u32 = 3;
/// Unlocks with a passphrase and a key file together.
pub const STRONGROOM_SLOT_PASSPHRASE_AND_KEY_FILE: u32 = 4;
/// Unlocks with a recovery code.
pub const STRONGROOM_SLOT_RECOVERY_CODE: u32 = 5;

/// Nothing is wrong.
pub const STRONGROOM_HEALTH_OK: u32 = 0;
/// It works, and something should be looked at.
pub const STRONGROOM_HEALTH_DEGRADED: u32 = 1;
/// It is locked.
pub const STRONGROOM_HEALTH_LOCKED: u32 = 2;
/// A write failed, and the handle refuses everything; open the store again.
pub const STRONGROOM_HEALTH_POISONED: u32 = 3;
/// Something in it was altered or decayed: the last verification failed, or this look did. Restore a backup.
pub const STRONGROOM_HEALTH_DAMAGED: u32 = 4;

/// The store was opened without a pin.
pub const STRONGROOM_PIN_NONE: u32 = 0;
/// The pinned commit is in the store's history.
pub const STRONGROOM_PIN_IN_HISTORY: u32 = 1;
/// The store is newer than the pin, but its log no longer reaches back to it. Take a new pin.
pub const STRONGROOM_PIN_OLDER_THAN_LOG: u32 = 2;
/// As much room as a pin and its NUL need.
pub const STRONGROOM_PIN_LEN: usize = 128;

/// As a number that may be inherited: it is.
pub const STRONGROOM_INHERITED: i64 = -1;
/// As a number of a retention: what was said before stays.
pub const STRONGROOM_UNCHANGED: i64 = -2;

/// As a number of the audit policy: the log is kept for good.
pub const STRONGROOM_FOR_GOOD: i64 = -1;
/// What was said before stays.
pub const STRONGROOM_AUDIT_READS_UNCHANGED: u32 = 0;
/// Events of reads wait in memory, and are written with the next commit, when there are many, and when the handle is closed or locked.
pub const STRONGROOM_AUDIT_READS_BATCHED: u32 = 1;
/// The event of a read is durable before the value is released.
pub const STRONGROOM_AUDIT_READS_STRICT: u32 = 2;
/// There are no events of reads.
pub const STRONGROOM_AUDIT_READS_OFF: u32 = 3;
/// As much room as the head of an audit log and its NUL need.
pub const STRONGROOM_AUDIT_HEAD_LEN: usize = 80;

/// The version of this interface. A program compiled against one version works with every library that has the same.
pub const STRONGROOM_ABI_VERSION: u32 = 1;

/// As the length of a text: the text ends with its first NUL. SIZE_MAX in the header.
///
/// cbindgen:ignore
pub const STRONGROOM_NUL_TERMINATED: usize = usize::MAX;
/// As a time: there is none. INT64_MIN in the header.
///
/// cbindgen:ignore
pub const STRONGROOM_NO_TIME: i64 = i64::MIN;
