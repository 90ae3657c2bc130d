/*
 * strongroom: an embedded secret store. One sealed file, one library, no server.
 *
 * Generated from the sources of the library; do not edit.
 *
 * Results. A function that can fail returns a strongroom_status: STRONGROOM_OK (0) or STRONGROOM_E_... . Its last parameter is
 * where an error object goes, and may be NULL. If it is not, *error is NULL behind a success, and behind a failure an object to be
 * freed with strongroom_error_free, or NULL if there was no room for one; what was there before is not read.
 *
 * Handles. A pointer to strongroom_store, _secret, _page and so on is a number that the library looks up, and never an address.
 * Closed twice, used after it was closed, of the wrong type or made up, it gives STRONGROOM_E_CLOSED or STRONGROOM_E_BAD_HANDLE.
 *
 * Pointers. Everything else that is pointed to must be readable, or writable, for its length, and is used during the call only. A text
 * is UTF-8 with a length, or with STRONGROOM_NUL_TERMINATED as its length. NULL with length 0 is the empty text; where a text may be left
 * out, NULL leaves it out. A struct whose first member is struct_size is written up to the size its reader sets there.
 *
 * Ownership. Every comment says which of these it is:
 *   borrows   used during the call; stays the caller's
 *   copies    as borrows, and the library keeps a copy
 *   writes    memory of the caller's that the library fills
 *   the caller's   an object that the caller frees, with the function that is named, once. Never with free()
 *   borrowed from  memory of an object's, valid until that object is freed
 *   takes     the object is gone behind the call
 *
 * Threads. "any thread" means that any number of threads may do this at once, also with the same objects. What is borrowed from an object must
 * not be read while another thread frees the object. No call starts a thread, installs a handler or a hook, or prints; only a panic, which is
 * a bug of ours and ends as STRONGROOM_E_INTERNAL, is told on the standard error by Rust.
 *
 * Writes. What changes a store is durable when it returns STRONGROOM_OK, and with any other status nothing is changed, but for STRONGROOM_E_IO and
 * STRONGROOM_E_INTERNAL: a write or a sync that failed may have reached the file or not. The handle then answers STRONGROOM_E_POISONED,
 * without changing anything, and only opening the store again tells.
 *
 * Fork. In a forked child a store is refused with STRONGROOM_E_FORKED. Open it again there, or call exec. Other objects are copied with the memory of
 * the process: they can be used in the child, and what it frees is wiped there only. If another thread was inside of a call when the process was
 * forked, any function, also one that frees, may give STRONGROOM_E_FORKED instead, or 0 or NULL if it has no status, and what it would have freed
 * is not wiped in the child. None waits for a thread that is not there.
 *
 * Secrets. No message, no status and no JSON ever holds a value, a key or a passphrase.
 */

#ifndef STRONGROOM_H
#define STRONGROOM_H

#include <stddef.h>
#include <stdint.h>

/* The version of the library that this header belongs to. */
#define STRONGROOM_VERSION_MAJOR 0
#define STRONGROOM_VERSION_MINOR 1
#define STRONGROOM_VERSION_PATCH 0
#define STRONGROOM_VERSION_NUMBER 1000
#define STRONGROOM_VERSION_STRING "0.1.0"

#if defined(_WIN32) && !defined(STRONGROOM_STATIC)
#define STRONGROOM_API __declspec(dllimport)
#else
#define STRONGROOM_API
#endif

#if defined(__GNUC__)
#define STRONGROOM_WARN_UNUSED __attribute__((warn_unused_result))
#else
#define STRONGROOM_WARN_UNUSED
#endif

/* As the length of a text: the text ends with its first NUL. */
#define STRONGROOM_NUL_TERMINATED SIZE_MAX
/* As a time: there is none. */
#define STRONGROOM_NO_TIME INT64_MIN

/* Done. */
#define STRONGROOM_OK 0
/* An argument breaks a documented rule. Found by reading the calling code, never caused by data. */
#define STRONGROOM_E_INVALID_ARGUMENT 1
/* Of the C interface alone: a handle that is none, or of another type. */
#define STRONGROOM_E_BAD_HANDLE 2
/* A handle that was closed or freed, or came from a store that was closed. */
#define STRONGROOM_E_CLOSED 3
/* A write through the store by a thread that is inside a transaction of the same store. */
#define STRONGROOM_E_REENTRANT 4
/* Of the C interface alone: the caller's buffer is too small; how many bytes it needs is told. */
#define STRONGROOM_E_BUFFER_TOO_SMALL 5
/* A cursor that this store did not issue for this query. */
#define STRONGROOM_E_INVALID_CURSOR 7
/* Above a documented limit: size of a value, items of a page, a count. */
#define STRONGROOM_E_LIMIT_EXCEEDED 8
/* No such file, path or version. */
#define STRONGROOM_E_NOT_FOUND 10
/* The file or the secret exists already. */
#define STRONGROOM_E_ALREADY_EXISTS 11
/* The secret is not at the version the write expected. Read it again, and decide anew. */
#define STRONGROOM_E_CONFLICT 12
/* A progress callback asked to stop. What was under way is undone. */
#define STRONGROOM_E_CANCELLED 13
/* The idempotency key was used before for a call of the same operation with other arguments, or for one that cannot be compared any more. Nothing was done. */
#define STRONGROOM_E_IDEMPOTENCY_CONFLICT 14
/* Another handle holds the file: the error's holder says whether readers or a writer. */
#define STRONGROOM_E_IN_USE 15
/* A write through a handle, to a file or on a medium that cannot be written. */
#define STRONGROOM_E_READ_ONLY 16
/* The store is locked; unlock it. */
#define STRONGROOM_E_LOCKED 17
/* The value of this version is gone for good: destroyed, pruned, or past its time in the trash. */
#define STRONGROOM_E_DESTROYED 18
/* The grace of this version is over: another one was rotated in, or it was revoked. */
#define STRONGROOM_E_VERSION_EXPIRED 19
/* No key slot of this store opens with this key. A slot altered on purpose looks the same, and must. */
#define STRONGROOM_E_WRONG_KEY 20
/* Something sealed does not authenticate: it was altered, moved or put back from an older copy, or the medium decayed where no checksum could tell the two apart. */
#define STRONGROOM_E_TAMPERED 21
/* The key slots ask for a key derivation outside the accepted window or budget. */
#define STRONGROOM_E_KDF_LIMITS 22
/* The operating system gave no randomness. */
#define STRONGROOM_E_RANDOM_FAILED 23
/* The file is older than the pin says it must be: an older copy was put back. */
#define STRONGROOM_E_ROLLED_BACK 24
/* The pin belongs to another store. */
#define STRONGROOM_E_WRONG_STORE 25
/* The file has the age the pin asks for, but another history: two copies of the store went separate ways. */
#define STRONGROOM_E_FORKED_HISTORY 26
/* Reserved for credentials that are revoked, used up or no credentials: nothing fails with it yet. */
#define STRONGROOM_E_INVALID_CREDENTIAL 27
/* Reserved for principals with fewer rights than the owner: nothing fails with it yet. */
#define STRONGROOM_E_PERMISSION_DENIED 28
/* The secret has expired: no value of it is read until its expiry is changed. */
#define STRONGROOM_E_EXPIRED 29
/* The operating system refused an input or output operation; the source has its error. */
#define STRONGROOM_E_IO 30
/* No space left. The store is as it was before the write, and the handle stays usable. */
#define STRONGROOM_E_DISK_FULL 31
/* The file is broken in a way that accident explains: cut short, overwritten, half copied. */
#define STRONGROOM_E_DAMAGED 32
/* Written by a newer version of the format, or with a feature this version does not know. */
#define STRONGROOM_E_UNSUPPORTED_FORMAT 33
/* Not a strongroom file. */
#define STRONGROOM_E_NOT_A_STORE 34
/* Not opened: another file than the one expected lies at the path, or its type, owner, mode, links, directory or file system are refused. The sentence says how to put it right. */
#define STRONGROOM_E_FILE_REFUSED 36
/* The handle belongs to the process that this one was forked from. Open the store again here. */
#define STRONGROOM_E_FORKED 90
/* An earlier write or sync failed. What the file holds is known again after reopening it. */
#define STRONGROOM_E_POISONED 91
/* Not enough memory for the key derivation, or for the pages that hold keys. */
#define STRONGROOM_E_OUT_OF_MEMORY 92
/* A bug in this crate or a broken promise of a library below it. Please report it. */
#define STRONGROOM_E_INTERNAL 99


/**
 * A secret of no special weight.
 */
#define STRONGROOM_TIER_STANDARD 0

/**
 * A sensitive secret.
 */
#define STRONGROOM_TIER_SENSITIVE 1

/**
 * A critical secret.
 */
#define STRONGROOM_TIER_CRITICAL 2

/**
 * What reading the secret gives.
 */
#define STRONGROOM_STATE_CURRENT 1

/**
 * A newer version was written; readable by number.
 */
#define STRONGROOM_STATE_SUPERSEDED 2

/**
 * Deleted: not readable, and can be restored.
 */
#define STRONGROOM_STATE_DELETED 3

/**
 * Its value is gone for good.
 */
#define STRONGROOM_STATE_DESTROYED 4

/**
 * Readable by number, and accepted beside the current one, for a time: a newer one was rotated in.
 */
#define STRONGROOM_STATE_GRACE 5

/**
 * Its grace is over, and it cannot be read.
 */
#define STRONGROOM_STATE_RETIRED 6

/**
 * On expiry nothing is done: the secret stays, and cannot be read.
 */
#define STRONGROOM_ON_EXPIRY_BLOCK 0

/**
 * On expiry a sweep puts the secret into the trash.
 */
#define STRONGROOM_ON_EXPIRY_TRASH 1

/**
 * The secret expires, or has expired.
 */
#define STRONGROOM_DUE_EXPIRY 1

/**
 * The current version gets as old as its rotation allows.
 */
#define STRONGROOM_DUE_ROTATION 2

/**
 * The secret is in the trash, and cannot be restored from then on.
 */
#define STRONGROOM_DUE_PURGE 3

/**
 * The signature is of that payload or request, under an accepted version of the secret.
 */
#define STRONGROOM_SIGNATURE_VALID 1

/**
 * It is of something else, or no signature at all.
 */
#define STRONGROOM_SIGNATURE_WRONG 2

/**
 * It is of that request, which is older than the window.
 */
#define STRONGROOM_SIGNATURE_TOO_OLD 3

/**
 * It is of that request, which is dated later than the window.
 */
#define STRONGROOM_SIGNATURE_TOO_EARLY 4

/**
 * As much room as a signature and its NUL need.
 */
#define STRONGROOM_SIGNATURE_LEN 72

/**
 * Letters in lower case.
 */
#define STRONGROOM_CHARACTERS_LOWER 1

/**
 * Letters in upper case.
 */
#define STRONGROOM_CHARACTERS_UPPER 2

/**
 * Digits.
 */
#define STRONGROOM_CHARACTERS_DIGITS 4

/**
 * The 32 signs of ASCII.
 */
#define STRONGROOM_CHARACTERS_SYMBOLS 8

/**
 * All of those.
 */
#define STRONGROOM_CHARACTERS_ALL 15

/**
 * None that looks like another: not 0, O, 1, l, I and |.
 */
#define STRONGROOM_CHARACTERS_NO_LOOK_ALIKES 16

/**
 * At least one of each class.
 */
#define STRONGROOM_CHARACTERS_EACH_CLASS 32

/**
 * RFC 4648 section 5, without padding.
 */
#define STRONGROOM_ENCODING_BASE64URL 0

/**
 * RFC 4648 section 6, in lower case, without padding.
 */
#define STRONGROOM_ENCODING_BASE32 1

/**
 * Hexadecimal digits in lower case.
 */
#define STRONGROOM_ENCODING_HEX 2

/**
 * The bytes themselves.
 */
#define STRONGROOM_ENCODING_RAW 3

/**
 * Whoever had a key to the store.
 */
#define STRONGROOM_AUTHOR_OWNER 1

/**
 * A store of real secrets.
 */
#define STRONGROOM_ENVIRONMENT_LIVE 0

/**
 * A store of secrets for tests.
 */
#define STRONGROOM_ENVIRONMENT_TEST 1

/**
 * Live secrets.
 */
#define STRONGROOM_LIST_LIVE 0

/**
 * Secrets in the trash.
 */
#define STRONGROOM_LIST_TRASH 1

/**
 * Both.
 */
#define STRONGROOM_LIST_ALL 2

/**
 * By path, segment by segment.
 */
#define STRONGROOM_SORT_PATH 0

/**
 * The last updated first.
 */
#define STRONGROOM_SORT_UPDATED 1

/**
 * Unlocks with a passphrase.
 */
#define STRONGROOM_SLOT_PASSPHRASE 1

/**
 * Unlocks with a raw key of 32 bytes.
 */
#define STRONGROOM_SLOT_RAW_KEY 2

/**
 * Unlocks with a key file.
 */
#define STRONGROOM_SLOT_KEY_FILE 3

/**
 * Unlocks with a passphrase and a key file together.
 */
#define STRONGROOM_SLOT_PASSPHRASE_AND_KEY_FILE 4

/**
 * Unlocks with a recovery code.
 */
#define STRONGROOM_SLOT_RECOVERY_CODE 5

/**
 * Nothing is wrong.
 */
#define STRONGROOM_HEALTH_OK 0

/**
 * It works, and something should be looked at.
 */
#define STRONGROOM_HEALTH_DEGRADED 1

/**
 * It is locked.
 */
#define STRONGROOM_HEALTH_LOCKED 2

/**
 * A write failed, and the handle refuses everything; open the store again.
 */
#define STRONGROOM_HEALTH_POISONED 3

/**
 * Something in it was altered or decayed: the last verification failed, or this look did. Restore a backup.
 */
#define STRONGROOM_HEALTH_DAMAGED 4

/**
 * The store was opened without a pin.
 */
#define STRONGROOM_PIN_NONE 0

/**
 * The pinned commit is in the store's history.
 */
#define STRONGROOM_PIN_IN_HISTORY 1

/**
 * The store is newer than the pin, but its log no longer reaches back to it. Take a new pin.
 */
#define STRONGROOM_PIN_OLDER_THAN_LOG 2

/**
 * As much room as a pin and its NUL need.
 */
#define STRONGROOM_PIN_LEN 128

/**
 * As a number that may be inherited: it is.
 */
#define STRONGROOM_INHERITED -1

/**
 * As a number of a retention: what was said before stays.
 */
#define STRONGROOM_UNCHANGED -2

/**
 * As a number of the audit policy: the log is kept for good.
 */
#define STRONGROOM_FOR_GOOD -1

/**
 * What was said before stays.
 */
#define STRONGROOM_AUDIT_READS_UNCHANGED 0

/**
 * Events of reads wait in memory, and are written with the next commit, when there are many, and when the handle is closed or locked.
 */
#define STRONGROOM_AUDIT_READS_BATCHED 1

/**
 * The event of a read is durable before the value is released.
 */
#define STRONGROOM_AUDIT_READS_STRICT 2

/**
 * There are no events of reads.
 */
#define STRONGROOM_AUDIT_READS_OFF 3

/**
 * As much room as the head of an audit log and its NUL need.
 */
#define STRONGROOM_AUDIT_HEAD_LEN 80

/**
 * The version of this interface. A program compiled against one version works with every library that has the same.
 */
#define STRONGROOM_ABI_VERSION 1

/**
 * Which events of the audit log are told. Conditions add up, but for kinds, of which any is enough. One object may serve many calls.
 */
typedef struct strongroom_audit_query strongroom_audit_query;

/**
 * What a put or an update says beside the value, and on what condition it writes. What is left out stays as it is. One
 * object may serve many calls.
 */
typedef struct strongroom_changes strongroom_changes;

/**
 * A clock that shows what the program says: for tests. A store uses the system's clock unless it is opened with one.
 */
typedef struct strongroom_clock strongroom_clock;

/**
 * What calls say of themselves: it stands in their audit events. One object may serve many handles.
 */
typedef struct strongroom_context strongroom_context;

/**
 * What a copy may do, and whom it tells how far it is. One object may serve many calls.
 */
typedef struct strongroom_copy_options strongroom_copy_options;

/**
 * Why a call failed. It never holds a secret, a key or a passphrase.
 */
typedef struct strongroom_error strongroom_error;

/**
 * How a value is made that nobody has to think of: a password, a token or a passphrase. One object may serve many calls.
 */
typedef struct strongroom_generator strongroom_generator;

/**
 * What a store is unlocked with: a passphrase, a key file, both, a raw key or a recovery code. It may be used any number
 * of times.
 */
typedef struct strongroom_key strongroom_key;

/**
 * How a store is created and opened. One object may serve many stores.
 */
typedef struct strongroom_options strongroom_options;

/**
 * A page of a list: secrets, versions, namespaces, tags, key slots, retentions, capabilities, files, events or what is due. It owns what its items point to.
 */
typedef struct strongroom_page strongroom_page;

/**
 * Which secrets a list shows, and how. One object may serve many calls.
 */
typedef struct strongroom_query strongroom_query;

/**
 * A value of a secret, a generated one, or a recovery code. It is wiped when it is freed.
 */
typedef struct strongroom_secret strongroom_secret;

/**
 * What strongroom_get_many found: for each path a secret or an error.
 */
typedef struct strongroom_secrets strongroom_secrets;

/**
 * An open store, or a transaction of one. Everything on secrets is called the same way on both: on a store each call is a
 * commit of its own, in a transaction all of them are one.
 */
typedef struct strongroom_store strongroom_store;

/**
 * Being told of events, until it is ended.
 */
typedef struct strongroom_subscription strongroom_subscription;

/**
 * What every fallible function returns: `STRONGROOM_OK` or one of `STRONGROOM_E_…`. Treat an unknown value as a failure.
 */
typedef int32_t strongroom_status;

/**
 * What following the chain of the audit log found in order.
 */
typedef struct strongroom_audit_verified {
  /**
   * Set by the caller to sizeof(strongroom_audit_verified).
   */
  size_t struct_size;
  /**
   * Events in the log.
   */
  uint64_t events;
  /**
   * The number of the first of them: 1, unless the beginning of the log was removed by policy.
   */
  uint64_t first;
  /**
   * What could be said of the head that was kept: STRONGROOM_PIN_NONE, _IN_HISTORY or _OLDER_THAN_LOG.
   */
  uint32_t kept;
  /**
   * Zero.
   */
  uint32_t reserved;
  /**
   * Where the log ends, as strongroom_audit_head tells it, and a NUL.
   */
  char head[80];
} strongroom_audit_verified;

/**
 * What an export of the audit log holds.
 */
typedef struct strongroom_audit_exported {
  /**
   * Set by the caller to sizeof(strongroom_audit_exported).
   */
  size_t struct_size;
  /**
   * Events in it.
   */
  uint64_t events;
  /**
   * Where it ends, as strongroom_audit_head tells it, and a NUL.
   */
  char head[80];
} strongroom_audit_exported;

/**
 * What of reads is audited, by tier, and how long the audit log is kept.
 */
typedef struct strongroom_audit_policy {
  /**
   * Set by the caller to sizeof(strongroom_audit_policy).
   */
  size_t struct_size;
  /**
   * Of secrets of STRONGROOM_TIER_STANDARD: STRONGROOM_AUDIT_READS_…
   */
  uint32_t standard;
  /**
   * Of secrets of STRONGROOM_TIER_SENSITIVE.
   */
  uint32_t sensitive;
  /**
   * Of secrets of STRONGROOM_TIER_CRITICAL.
   */
  uint32_t critical;
  /**
   * Zero.
   */
  uint32_t reserved;
  /**
   * How many days events are kept, or STRONGROOM_FOR_GOOD.
   */
  int64_t keep_days;
  /**
   * From how many bytes on the oldest events go, or STRONGROOM_FOR_GOOD.
   */
  int64_t keep_bytes;
} strongroom_audit_policy;

/**
 * What strongroom_read_block is told, and what it tells. The caller sets the first five once, for any number of reads.
 */
typedef struct strongroom_reading {
  /**
   * Set by the caller to sizeof(strongroom_reading).
   */
  size_t struct_size;
  /**
   * Set by the caller: the version to be read, or the current one with 0.
   */
  uint64_t version;
  /**
   * Set by the caller: bytes at the beginning of the block, for the value.
   */
  size_t value_room;
  /**
   * Set by the caller: bytes behind them, sizeof(strongroom_secret_info); or 0, for the value alone.
   */
  size_t info_room;
  /**
   * Set by the caller: bytes behind those, for the texts and tags; 512 are enough for those of most secrets.
   */
  size_t texts_room;
  /**
   * The length of the value.
   */
  size_t value_len;
  /**
   * The number of the version that was read.
   */
  uint64_t found_version;
} strongroom_reading;

/**
 * Called now and then while a copy is made, on the calling thread, and not after the call has returned. Anything but 0 cancels: the call is
 * then CANCELLED, the store as it was, and nothing of the copy is left. It must not unwind, throw or longjmp. It may call the
 * library, also on this store; but while anything else than a backup is made, what writes, and closing the store, is REENTRANT.
 */
typedef int32_t (*strongroom_progress_fn)(uint64_t done, uint64_t total, void *user_data);

/**
 * What a guess at a passphrase costs: Argon2id, RFC 9106.
 */
typedef struct strongroom_kdf_cost {
  /**
   * Memory in KiB: 19 * 1024 to 512 * 1024.
   */
  uint32_t memory_kib;
  /**
   * Passes over it: 1 to 16. Memory times passes is at most 4 GiB.
   */
  uint32_t passes;
  /**
   * Lanes: 1 to 16. No threads are started.
   */
  uint32_t lanes;
} strongroom_kdf_cost;

/**
 * What a copy holds, after it was verified.
 */
typedef struct strongroom_copied {
  /**
   * Set by the caller to sizeof(strongroom_copied).
   */
  size_t struct_size;
  /**
   * The number of the commit that the copy holds.
   */
  uint64_t generation;
  /**
   * The length of the new file in bytes, spare room included.
   */
  uint64_t file_len;
  /**
   * What verifying the copy counted, as in strongroom_verified.
   */
  uint64_t blocks;
  uint64_t unreachable_blocks;
  uint64_t secrets;
  uint64_t trashed;
  uint64_t versions;
  uint64_t events;
} strongroom_copied;

/**
 * A text that belongs to an object, and lives as long. UTF-8; it also ends with a NUL, which `len` does not count.
 */
typedef struct strongroom_text {
  const char *data;
  size_t len;
} strongroom_text;

/**
 * A tag. A bare label has an empty value.
 */
typedef struct strongroom_tag {
  struct strongroom_text key;
  struct strongroom_text value;
} strongroom_tag;

/**
 * What happened, when, to what, and through whom. It never holds a value.
 */
typedef struct strongroom_audit_event {
  /**
   * Set by the caller to sizeof(strongroom_audit_event).
   */
  size_t struct_size;
  /**
   * Its id, "evt_…".
   */
  struct strongroom_text id;
  /**
   * What happened, such as "secret.created".
   */
  struct strongroom_text kind;
  /**
   * Where the secret was when this was over, or the namespace concerned; empty if there is none.
   */
  struct strongroom_text path;
  /**
   * The secret concerned; empty if there is none.
   */
  struct strongroom_text secret_id;
  /**
   * The key slot that was added, removed or changed; else empty.
   */
  struct strongroom_text slot_id;
  /**
   * Through whom, as "owner:" and the key slot that unlocked the handle; empty if that is not known.
   */
  struct strongroom_text actor;
  /**
   * Why, if the handle said so.
   */
  struct strongroom_text reason;
  /**
   * The id of the request, if the handle said one.
   */
  struct strongroom_text request_id;
  /**
   * What the handle said of itself, sorted by key; NULL if nothing.
   */
  const struct strongroom_tag *labels;
  size_t label_count;
  /**
   * Its number: 1 for the first event of a store, and never used again.
   */
  uint64_t sequence;
  /**
   * The number of the commit it is of.
   */
  uint64_t generation;
  /**
   * The version written or read, or the number of the metadata that were. Of secret.tier_changed the number of the tier; of a
   * discarded commit, a backup and another copy the generation; of a clock by how many milliseconds it was off; of a pruned
   * log the number of the first event that is left; of store.call_remembered the number of the operation (section 8.12 of
   * the file format); of store.calls_forgotten how many. 0 if there is none.
   */
  uint64_t version;
  /**
   * When, in milliseconds since the Unix epoch; of what happened several times, when it first did.
   */
  int64_t time;
  /**
   * How often.
   */
  uint32_t count;
  /**
   * STRONGROOM_OK, or the status it failed with.
   */
  int32_t status;
  /**
   * Whether it is in the file (1 or 0); else it waits in memory for the next commit.
   */
  int32_t durable;
  /**
   * Zero.
   */
  uint32_t reserved;
} strongroom_audit_event;

/**
 * Is told of an event, whose texts are borrowed until it returns. It must not unwind, throw or longjmp.
 */
typedef void (*strongroom_event_callback)(const struct strongroom_audit_event *event, void *user_data);

/**
 * Is called once, when nothing calls the callback any more.
 */
typedef void (*strongroom_destroy_callback)(void *user_data);

/**
 * What a write did. Times are milliseconds since the Unix epoch.
 */
typedef struct strongroom_written {
  /**
   * Set by the caller to sizeof(strongroom_written).
   */
  size_t struct_size;
  /**
   * The number of the version that is current now.
   */
  uint64_t version;
  int64_t created_at;
  int64_t updated_at;
  uint32_t tier;
  /**
   * Zero.
   */
  uint32_t reserved;
  /**
   * "sec_…" and a NUL.
   */
  char id[32];
  /**
   * The path as it is stored, in Unicode NFC, and a NUL.
   */
  char path[520];
} strongroom_written;

/**
 * What a rotation did. Times are milliseconds since the Unix epoch.
 */
typedef struct strongroom_rotated {
  /**
   * Set by the caller to sizeof(strongroom_rotated).
   */
  size_t struct_size;
  /**
   * The number of the version that is current now.
   */
  uint64_t version;
  /**
   * The number of the one that was.
   */
  uint64_t old_version;
  /**
   * Until when that is accepted: the first instant at which it is not.
   */
  int64_t old_expires_at;
  int64_t created_at;
  int64_t updated_at;
  uint32_t tier;
  /**
   * Zero.
   */
  uint32_t reserved;
  /**
   * "sec_…" and a NUL.
   */
  char id[32];
  /**
   * The path as it is stored, in Unicode NFC, and a NUL.
   */
  char path[520];
} strongroom_rotated;

/**
 * What a verification counted.
 */
typedef struct strongroom_verified {
  /**
   * Set by the caller to sizeof(strongroom_verified).
   */
  size_t struct_size;
  /**
   * Blocks of 4 KiB that the last commit reaches. Each one authenticated.
   */
  uint64_t blocks;
  /**
   * Blocks that it does not reach. Nothing reads them.
   */
  uint64_t unreachable_blocks;
  /**
   * Live secrets.
   */
  uint64_t secrets;
  /**
   * Secrets in the trash.
   */
  uint64_t trashed;
  /**
   * Versions of all these, each opened that has a value.
   */
  uint64_t versions;
  /**
   * Events of the audit log, whose chain holds.
   */
  uint64_t events;
} strongroom_verified;

/**
 * Secrets, versions and bytes.
 */
typedef struct strongroom_counts {
  /**
   * Set by the caller to sizeof(strongroom_counts).
   */
  size_t struct_size;
  uint64_t live_secrets;
  uint64_t live_versions;
  uint64_t live_value_bytes;
  uint64_t trash_secrets;
  uint64_t trash_versions;
  uint64_t trash_value_bytes;
  /**
   * Bytes of the file.
   */
  uint64_t file_bytes;
  /**
   * Bytes of the file that hold rows.
   */
  uint64_t used_bytes;
} strongroom_counts;

/**
 * How a store is. Times are milliseconds since the Unix epoch, or STRONGROOM_NO_TIME.
 */
typedef struct strongroom_condition {
  /**
   * Set by the caller to sizeof(strongroom_condition).
   */
  size_t struct_size;
  /**
   * STRONGROOM_HEALTH_OK, _DEGRADED, _LOCKED, _POISONED or _DAMAGED.
   */
  uint32_t status;
  /**
   * The version of the file format.
   */
  uint32_t format_version;
  /**
   * Whether the file is still the one at its path (1 or 0).
   */
  int32_t in_place;
  /**
   * 1 if the clock went forward by more than a year at once, and nobody said that it is right.
   */
  int32_t clock_jumped;
  /**
   * The number of the last durable commit.
   */
  uint64_t generation;
  /**
   * Bytes that are free where the file lies; UINT64_MAX for a store in memory.
   */
  uint64_t free_bytes;
  /**
   * Secrets and single versions that a sweep would remove.
   */
  uint64_t pending_sweep;
  /**
   * How far the clock stands behind the last time the store has seen; 0 for less than a second.
   */
  uint64_t clock_behind_ms;
  int64_t last_backup_at;
  /**
   * When this handle last verified the store whole.
   */
  int64_t last_verified_at;
} strongroom_condition;

/**
 * What opening found out about the file.
 */
typedef struct strongroom_opened {
  /**
   * Set by the caller to sizeof(strongroom_opened).
   */
  size_t struct_size;
  /**
   * The number of a commit that was cut off before it was acknowledged, and is not in the store; 0 if there is none.
   */
  uint64_t discarded_generation;
  /**
   * How far the clock stands behind the last time the store has seen; 0 for less than a second.
   */
  uint64_t clock_behind_ms;
  /**
   * One of the two superblocks is unreadable (1 or 0).
   */
  int32_t unreadable_superblock;
  /**
   * Whether opening verified the store (1 or 0).
   */
  int32_t verified;
  /**
   * STRONGROOM_PIN_NONE, _IN_HISTORY or _OLDER_THAN_LOG.
   */
  uint32_t pin;
  /**
   * The slot that unlocked costs less than the store's floor, and is wrapped anew with the first write (1 or 0).
   */
  int32_t kdf_upgrade;
  /**
   * One of the two copies of the key header is unreadable (1 or 0). Any change of a key slot writes both, and so does
   * strongroom_compact.
   */
  int32_t unreadable_header;
  /**
   * Zero.
   */
  int32_t reserved;
} strongroom_opened;

/**
 * How well the memory that holds the keys is protected by the operating system (1 or 0 each).
 */
typedef struct strongroom_memory {
  /**
   * Set by the caller to sizeof(strongroom_memory).
   */
  size_t struct_size;
  /**
   * The pages are never written to swap.
   */
  int32_t locked;
  /**
   * The pages are left out of core dumps.
   */
  int32_t excluded_from_dumps;
  /**
   * The pages are empty in a forked child.
   */
  int32_t wiped_on_fork;
  /**
   * Zero.
   */
  int32_t reserved;
} strongroom_memory;

/**
 * What is known of a secret without its value. Times are milliseconds since the Unix epoch, or STRONGROOM_NO_TIME.
 */
typedef struct strongroom_secret_info {
  /**
   * Set by the caller to sizeof(strongroom_secret_info).
   */
  size_t struct_size;
  /**
   * Its id, "sec_…", which stays when it is renamed.
   */
  struct strongroom_text id;
  /**
   * Its path; in the trash, the one it had.
   */
  struct strongroom_text path;
  struct strongroom_text description;
  struct strongroom_text content_type;
  /**
   * Sorted by key; NULL if there are none.
   */
  const struct strongroom_tag *tags;
  size_t tag_count;
  /**
   * The number of the current version.
   */
  uint64_t version;
  /**
   * The number of the metadata, for strongroom_changes_expect_meta_version.
   */
  uint64_t meta_version;
  /**
   * The size of the value, rounded up.
   */
  uint64_t size_class;
  int64_t created_at;
  int64_t updated_at;
  /**
   * When a value was last read, as far as it is known.
   */
  int64_t accessed_at;
  /**
   * From when on no value of it is read.
   */
  int64_t expires_at;
  /**
   * When it was put into the trash.
   */
  int64_t deleted_at;
  /**
   * From when on a sweep removes it.
   */
  int64_t purge_at;
  /**
   * How many versions are kept, 0 for all, or STRONGROOM_INHERITED.
   */
  int64_t max_versions;
  /**
   * How many days it would stay in the trash, or STRONGROOM_INHERITED.
   */
  int64_t trash_days;
  /**
   * STRONGROOM_TIER_STANDARD, _SENSITIVE or _CRITICAL.
   */
  uint32_t tier;
  /**
   * Zero.
   */
  uint32_t reserved;
  /**
   * How old, in seconds, the current version gets before it is to be rotated; 0 if nothing was said.
   */
  uint64_t rotate_every;
  /**
   * When it gets that old.
   */
  int64_t rotation_due_at;
  /**
   * STRONGROOM_ON_EXPIRY_BLOCK or _TRASH.
   */
  uint32_t on_expiry;
  /**
   * Zero.
   */
  uint32_t reserved_too;
} strongroom_secret_info;

/**
 * What is known of a version without its value. Times are milliseconds since the Unix epoch, or STRONGROOM_NO_TIME.
 */
typedef struct strongroom_version_info {
  /**
   * Set by the caller to sizeof(strongroom_version_info).
   */
  size_t struct_size;
  /**
   * The note given with it.
   */
  struct strongroom_text note;
  /**
   * From 1, never used again.
   */
  uint64_t number;
  /**
   * Bytes of its value, also after that was destroyed.
   */
  uint64_t size;
  int64_t created_at;
  /**
   * When it was deleted or destroyed.
   */
  int64_t deleted_at;
  /**
   * Until when a deleted one can be restored, or one in grace is accepted.
   */
  int64_t until;
  /**
   * STRONGROOM_STATE_…
   */
  uint32_t state;
  /**
   * STRONGROOM_AUTHOR_OWNER.
   */
  uint32_t author;
} strongroom_version_info;

/**
 * A namespace, and what is in it at any depth.
 */
typedef struct strongroom_namespace {
  /**
   * Set by the caller to sizeof(strongroom_namespace).
   */
  size_t struct_size;
  /**
   * Its path; from strongroom_stats its name.
   */
  struct strongroom_text path;
  uint64_t secrets;
  /**
   * From strongroom_stats; else 0.
   */
  uint64_t versions;
  /**
   * From strongroom_stats; else 0.
   */
  uint64_t value_bytes;
} strongroom_namespace;

/**
 * A key of tags, or a value, and how many live secrets bear it.
 */
typedef struct strongroom_tag_count {
  /**
   * Set by the caller to sizeof(strongroom_tag_count).
   */
  size_t struct_size;
  struct strongroom_text name;
  uint64_t secrets;
} strongroom_tag_count;

/**
 * A key slot: one way to unlock a store.
 */
typedef struct strongroom_slot {
  /**
   * Set by the caller to sizeof(strongroom_slot).
   */
  size_t struct_size;
  struct strongroom_text id;
  /**
   * What somebody called it; empty if nobody did.
   */
  struct strongroom_text label;
  int64_t created_at;
  /**
   * When it last unlocked a handle that wrote.
   */
  int64_t last_used_at;
  /**
   * STRONGROOM_SLOT_…
   */
  uint32_t kind;
  /**
   * What a passphrase costs to try; zeros if none is part of it.
   */
  uint32_t kdf_memory_kib;
  uint32_t kdf_passes;
  uint32_t kdf_lanes;
  /**
   * Whether this handle came in by it (1 or 0).
   */
  int32_t unlocked_this_handle;
  /**
   * Zero.
   */
  uint32_t reserved;
} strongroom_slot;

/**
 * How many versions are kept, and how long the trash is.
 */
typedef struct strongroom_retention {
  /**
   * Set by the caller to sizeof(strongroom_retention).
   */
  size_t struct_size;
  /**
   * The namespace it is for; empty for the store. In a page only.
   */
  struct strongroom_text under;
  /**
   * 0 for all, or STRONGROOM_INHERITED.
   */
  int64_t max_versions;
  /**
   * 0 to 3,650, or STRONGROOM_INHERITED.
   */
  int64_t trash_days;
} strongroom_retention;

/**
 * Something this build can do, or a limit of it.
 */
typedef struct strongroom_capability {
  /**
   * Set by the caller to sizeof(strongroom_capability).
   */
  size_t struct_size;
  struct strongroom_text name;
  /**
   * Of a limit; 1 for what it can do.
   */
  uint64_t value;
  /**
   * 1 for a limit, 0 for what it can do.
   */
  int32_t is_limit;
  /**
   * Zero.
   */
  uint32_t reserved;
} strongroom_capability;

/**
 * Something that is to be done with a secret.
 */
typedef struct strongroom_due_item {
  /**
   * Set by the caller to sizeof(strongroom_due_item).
   */
  size_t struct_size;
  struct strongroom_text id;
  /**
   * Where the secret is; of one in the trash, where it was.
   */
  struct strongroom_text path;
  /**
   * Milliseconds since the Unix epoch.
   */
  int64_t at;
  /**
   * STRONGROOM_DUE_…
   */
  uint32_t reason;
  /**
   * Zero.
   */
  uint32_t reserved;
} strongroom_due_item;

/**
 * The id of a key slot: text and a NUL.
 */
typedef struct strongroom_slot_id {
  char text[40];
} strongroom_slot_id;

/**
 * What a delete did. Times are milliseconds since the Unix epoch.
 */
typedef struct strongroom_deleted {
  /**
   * Set by the caller to sizeof(strongroom_deleted).
   */
  size_t struct_size;
  int64_t deleted_at;
  /**
   * From when on a sweep removes it.
   */
  int64_t purge_at;
  /**
   * "sec_…" and a NUL.
   */
  char id[32];
} strongroom_deleted;

/**
 * What a sweep did.
 */
typedef struct strongroom_swept {
  /**
   * Set by the caller to sizeof(strongroom_swept).
   */
  size_t struct_size;
  /**
   * Secrets that were removed.
   */
  uint64_t secrets;
  /**
   * Versions whose values were removed, those of the secrets among them.
   */
  uint64_t versions;
  /**
   * Whether more is due (1 or 0).
   */
  int32_t more;
  /**
   * 1 if the clock went forward by more than a year at once: what would be due since then was left.
   */
  int32_t held_back;
  /**
   * Secrets of which an event now says that they expire soon.
   */
  uint64_t expiring;
  /**
   * Secrets of which an event now says that they have expired, those among them that went to the trash.
   */
  uint64_t expired;
  /**
   * Events of the audit log that were removed, as the policy says.
   */
  uint64_t audit_events;
} strongroom_swept;

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/**
 * Events of the audit log, those among them that wait in memory to be written: a page of strongroom_page_event items. NULL asks for every event, the
 * oldest first.
 *
 * Ownership: borrows `store` and `query`. `*page` is the caller's, to free with strongroom_page_free.
 * Thread safety: any thread.
 * Errors: INVALID_ARGUMENT, BAD_HANDLE, CLOSED, LIMIT_EXCEEDED, INVALID_CURSOR, LOCKED, TAMPERED, POISONED, IO, FORKED.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_audit_list(const struct strongroom_store *store,
                                        const struct strongroom_audit_query *query,
                                        struct strongroom_page **page,
                                        struct strongroom_error **error);

/**
 * The event with this id: a page of one strongroom_page_event.
 *
 * Ownership: borrows `store` and `event_id`. `*page` is the caller's, to free with strongroom_page_free.
 * Thread safety: any thread.
 * Errors: INVALID_ARGUMENT, BAD_HANDLE, CLOSED, NOT_FOUND, LOCKED, TAMPERED, POISONED, IO, FORKED.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_audit_get(const struct strongroom_store *store,
                                       const char *event_id,
                                       size_t event_id_len,
                                       struct strongroom_page **page,
                                       struct strongroom_error **error);

/**
 * Where the audit log ends now, as a text of less than STRONGROOM_AUDIT_HEAD_LEN bytes, and a NUL: to be kept where whoever gets at the file does not.
 * It is no secret. strongroom_audit_verify holds the log against it.
 *
 * Ownership: borrows `store`; writes `buffer`.
 * Thread safety: any thread.
 * Errors: INVALID_ARGUMENT, BAD_HANDLE, CLOSED, BUFFER_TOO_SMALL, LOCKED, TAMPERED, POISONED, IO, FORKED.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_audit_head(const struct strongroom_store *store,
                                        char *buffer,
                                        size_t buffer_len,
                                        struct strongroom_error **error);

/**
 * Follows the chain of hashes of the audit log to the head that the last commit sealed; with a head that was kept elsewhere, which may be NULL, whether
 * that lies in it. Writers wait meanwhile.
 *
 * Ownership: borrows `store` and `kept_head`; writes `*verified`, unless that is NULL.
 * Thread safety: any thread.
 * Errors: INVALID_ARGUMENT, BAD_HANDLE, CLOSED; TAMPERED names the event where the chain breaks; IN_USE, LOCKED, POISONED, IO, FORKED.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_audit_verify(const struct strongroom_store *store,
                                          const char *kept_head,
                                          size_t kept_head_len,
                                          struct strongroom_audit_verified *verified,
                                          struct strongroom_error **error);

/**
 * Writes every durable event of the audit log to a new file, readable by its owner only, as JSON Lines that scripts/check-audit-export verifies without
 * the store.
 *
 * Ownership: borrows `store` and `file`; writes `*exported`, unless that is NULL.
 * Thread safety: any thread.
 * Errors: INVALID_ARGUMENT, BAD_HANDLE, CLOSED, ALREADY_EXISTS, LOCKED, TAMPERED, DISK_FULL, POISONED, IO, FORKED.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_audit_export(const struct strongroom_store *store,
                                          const char *file,
                                          size_t file_len,
                                          struct strongroom_audit_exported *exported,
                                          struct strongroom_error **error);

/**
 * What of reads is audited, by tier, and how long the audit log is kept.
 *
 * Ownership: borrows `store`; writes `*policy`.
 * Thread safety: any thread.
 * Errors: INVALID_ARGUMENT, BAD_HANDLE, CLOSED, LOCKED, TAMPERED, POISONED, FORKED.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_policy_audit(const struct strongroom_store *store,
                                          struct strongroom_audit_policy *policy,
                                          struct strongroom_error **error);

/**
 * Sets what of reads is audited, by tier, and how long the audit log is kept: STRONGROOM_AUDIT_READS_…, and numbers or STRONGROOM_FOR_GOOD;
 * STRONGROOM_AUDIT_READS_UNCHANGED and STRONGROOM_UNCHANGED leave what is there. Mutations are always audited, this one too.
 *
 * Ownership: borrows `store`.
 * Thread safety: any thread.
 * Errors: INVALID_ARGUMENT, BAD_HANDLE, CLOSED, REENTRANT, IN_USE, READ_ONLY, LOCKED, DISK_FULL, TAMPERED, POISONED, IO, FORKED.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_policy_set_audit(struct strongroom_store *store,
                                              uint32_t standard,
                                              uint32_t sensitive,
                                              uint32_t critical,
                                              int64_t keep_days,
                                              int64_t keep_bytes,
                                              struct strongroom_error **error);

/**
 * A query for every event, the oldest first, 50 to a page.
 *
 * Ownership: `*query` is the caller's, to free with strongroom_audit_query_free.
 * Thread safety: any thread.
 * Errors: INVALID_ARGUMENT.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_audit_query_new(struct strongroom_audit_query **query,
                                             struct strongroom_error **error);

/**
 * Only what concerns this path, or what lies below it at any depth.
 *
 * Ownership: borrows `query`; copies `path`.
 * Thread safety: any thread.
 * Errors: BAD_HANDLE, CLOSED, INVALID_ARGUMENT; a path that breaks a rule is refused when it is used.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_audit_query_under(struct strongroom_audit_query *query,
                                               const char *path,
                                               size_t path_len,
                                               struct strongroom_error **error);

/**
 * Only what was done through handles that this key slot unlocked.
 *
 * Ownership: borrows `query` and `slot_id`.
 * Thread safety: any thread.
 * Errors: BAD_HANDLE, CLOSED, INVALID_ARGUMENT.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_audit_query_actor(struct strongroom_audit_query *query,
                                               const char *slot_id,
                                               size_t slot_id_len,
                                               struct strongroom_error **error);

/**
 * Only what concerns this secret, whatever its path was.
 *
 * Ownership: borrows `query` and `secret_id`.
 * Thread safety: any thread.
 * Errors: BAD_HANDLE, CLOSED, INVALID_ARGUMENT.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_audit_query_secret(struct strongroom_audit_query *query,
                                                const char *secret_id,
                                                size_t secret_id_len,
                                                struct strongroom_error **error);

/**
 * Only what was done for the request with this id.
 *
 * Ownership: borrows `query`; copies `request_id`.
 * Thread safety: any thread.
 * Errors: BAD_HANDLE, CLOSED, INVALID_ARGUMENT.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_audit_query_request_id(struct strongroom_audit_query *query,
                                                    const char *request_id,
                                                    size_t request_id_len,
                                                    struct strongroom_error **error);

/**
 * Only events of this kind, such as "secret.created", or of a group of them, such as "secret.*". Further calls add further kinds.
 *
 * Ownership: borrows `query`; copies `kind`.
 * Thread safety: any thread.
 * Errors: BAD_HANDLE, CLOSED, INVALID_ARGUMENT; what is no kind is refused when it is used.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_audit_query_kind(struct strongroom_audit_query *query,
                                              const char *kind,
                                              size_t kind_len,
                                              struct strongroom_error **error);

/**
 * Only events of this time or later, in milliseconds since the Unix epoch.
 *
 * Ownership: borrows `query`.
 * Thread safety: any thread.
 * Errors: BAD_HANDLE, CLOSED, INVALID_ARGUMENT.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_audit_query_since(struct strongroom_audit_query *query,
                                               int64_t time_ms,
                                               struct strongroom_error **error);

/**
 * Only events before this time, in milliseconds since the Unix epoch.
 *
 * Ownership: borrows `query`.
 * Thread safety: any thread.
 * Errors: BAD_HANDLE, CLOSED, INVALID_ARGUMENT.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_audit_query_until(struct strongroom_audit_query *query,
                                               int64_t time_ms,
                                               struct strongroom_error **error);

/**
 * Only what succeeded (1), or only what failed (0).
 *
 * Ownership: borrows `query`.
 * Thread safety: any thread.
 * Errors: BAD_HANDLE, CLOSED, INVALID_ARGUMENT.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_audit_query_success(struct strongroom_audit_query *query,
                                                 int32_t success,
                                                 struct strongroom_error **error);

/**
 * The newest event first.
 *
 * Ownership: borrows `query`.
 * Thread safety: any thread.
 * Errors: BAD_HANDLE, CLOSED.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_audit_query_newest_first(struct strongroom_audit_query *query,
                                                      struct strongroom_error **error);

/**
 * How many events a page has: 1 to 1,000, by default 50.
 *
 * Ownership: borrows `query`.
 * Thread safety: any thread.
 * Errors: BAD_HANDLE, CLOSED; a number out of range is refused when it is used.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_audit_query_limit(struct strongroom_audit_query *query,
                                               size_t limit,
                                               struct strongroom_error **error);

/**
 * Continues behind the page that gave `cursor`. The rest of the query must be the same, but for the limit.
 *
 * Ownership: borrows `query`; copies `cursor`.
 * Thread safety: any thread.
 * Errors: BAD_HANDLE, CLOSED, INVALID_ARGUMENT, INVALID_CURSOR.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_audit_query_after(struct strongroom_audit_query *query,
                                               const char *cursor,
                                               size_t cursor_len,
                                               struct strongroom_error **error);

/**
 * Frees a query of the audit log. NULL is fine.
 *
 * Ownership: takes `query`.
 * Thread safety: any thread.
 * Errors: BAD_HANDLE, CLOSED.
 */
STRONGROOM_API strongroom_status strongroom_audit_query_free(struct strongroom_audit_query *query);

/**
 * What strongroom_read does, into one block: the value, behind it what is known of the secret, behind that the texts and tags, with as
 * much room for each as `reading` says. If they fit, `*secret` is NULL; else it is the secret, and the block is not to be read.
 * `reading` gets the length of the value and the number of the version in both cases. Where what is known begins must be aligned as
 * it is.
 *
 * Ownership: borrows `store` and `path`; writes `*reading`, and `block`, which the caller wipes, and which what is known points into.
 * `*secret`, unless NULL, is the caller's, to free with strongroom_secret_free.
 * Thread safety: any thread; `reading` and `block` are this call's alone.
 * Errors: INVALID_ARGUMENT, BAD_HANDLE, CLOSED, NOT_FOUND, DESTROYED, VERSION_EXPIRED, EXPIRED, LOCKED, TAMPERED, POISONED, IO, FORKED.
 * With a secret whose reads are audited strictly also READ_ONLY, REENTRANT, IN_USE and DISK_FULL, and in a transaction LIMIT_EXCEEDED.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_read_block(const struct strongroom_store *store,
                                        const char *path,
                                        size_t path_len,
                                        struct strongroom_reading *reading,
                                        uint8_t *block,
                                        struct strongroom_secret **secret,
                                        struct strongroom_error **error);

/**
 * No changes and no condition.
 *
 * Ownership: `*changes` is the caller's, to free with strongroom_changes_free.
 * Thread safety: any thread.
 * Errors: INVALID_ARGUMENT.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_changes_new(struct strongroom_changes **changes,
                                         struct strongroom_error **error);

/**
 * How much the secret matters: STRONGROOM_TIER_STANDARD, _SENSITIVE or _CRITICAL.
 *
 * Ownership: borrows `changes`.
 * Thread safety: any thread.
 * Errors: BAD_HANDLE, CLOSED, INVALID_ARGUMENT.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_changes_tier(struct strongroom_changes *changes,
                                          uint32_t code,
                                          struct strongroom_error **error);

/**
 * A description of at most 4,096 bytes; an empty one takes it away.
 *
 * Ownership: borrows `changes`; copies `description`.
 * Thread safety: any thread.
 * Errors: BAD_HANDLE, CLOSED, INVALID_ARGUMENT; a text that breaks a rule is refused when it is used.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_changes_description(struct strongroom_changes *changes,
                                                 const char *description,
                                                 size_t description_len,
                                                 struct strongroom_error **error);

/**
 * A content type of RFC 6838, such as "application/json"; an empty one takes it away.
 *
 * Ownership: borrows `changes`; copies `content_type`.
 * Thread safety: any thread.
 * Errors: BAD_HANDLE, CLOSED, INVALID_ARGUMENT; a text that breaks a rule is refused when it is used.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_changes_content_type(struct strongroom_changes *changes,
                                                  const char *content_type,
                                                  size_t content_type_len,
                                                  struct strongroom_error **error);

/**
 * One more tag, or another value for one. A bare label has an empty value.
 *
 * Ownership: borrows `changes`; copies `key` and `value`.
 * Thread safety: any thread.
 * Errors: BAD_HANDLE, CLOSED, INVALID_ARGUMENT; a text that breaks a rule is refused when it is used.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_changes_tag(struct strongroom_changes *changes,
                                         const char *key,
                                         size_t key_len,
                                         const char *value,
                                         size_t value_len,
                                         struct strongroom_error **error);

/**
 * Takes the tag of this key away.
 *
 * Ownership: borrows `changes`; copies `key`.
 * Thread safety: any thread.
 * Errors: BAD_HANDLE, CLOSED, INVALID_ARGUMENT; a text that breaks a rule is refused when it is used.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_changes_remove_tag(struct strongroom_changes *changes,
                                                const char *key,
                                                size_t key_len,
                                                struct strongroom_error **error);

/**
 * Takes all tags away that there are before the write; those added here with strongroom_changes_tag are then all there are.
 *
 * Ownership: borrows `changes`.
 * Thread safety: any thread.
 * Errors: BAD_HANDLE, CLOSED.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_changes_replace_tags(struct strongroom_changes *changes,
                                                  struct strongroom_error **error);

/**
 * How many versions are kept of this secret, 0 for all; STRONGROOM_INHERITED for what the namespace or the store says.
 *
 * Ownership: borrows `changes`.
 * Thread safety: any thread.
 * Errors: BAD_HANDLE, CLOSED, INVALID_ARGUMENT.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_changes_max_versions(struct strongroom_changes *changes,
                                                  int64_t versions,
                                                  struct strongroom_error **error);

/**
 * How many days this secret and its versions stay in the trash, at most 3,650; STRONGROOM_INHERITED for what the namespace
 * or the store says.
 *
 * Ownership: borrows `changes`.
 * Thread safety: any thread.
 * Errors: BAD_HANDLE, CLOSED, INVALID_ARGUMENT.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_changes_trash_days(struct strongroom_changes *changes,
                                                int64_t days,
                                                struct strongroom_error **error);

/**
 * When the secret expires, in milliseconds since the Unix epoch: from that instant on no value of it is read. It lies in the future, within a hundred
 * years. STRONGROOM_NO_TIME takes it away.
 *
 * Ownership: borrows `changes`.
 * Thread safety: any thread.
 * Errors: BAD_HANDLE, CLOSED; a time that breaks a rule is refused when it is used.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_changes_expires_at(struct strongroom_changes *changes,
                                                int64_t time_ms,
                                                struct strongroom_error **error);

/**
 * As strongroom_changes_expires_at, so many seconds after the write.
 *
 * Ownership: borrows `changes`.
 * Thread safety: any thread.
 * Errors: BAD_HANDLE, CLOSED; a time that breaks a rule is refused when it is used.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_changes_expires_in(struct strongroom_changes *changes,
                                                uint64_t seconds,
                                                struct strongroom_error **error);

/**
 * What a sweep does once the secret has expired: STRONGROOM_ON_EXPIRY_BLOCK or _TRASH.
 *
 * Ownership: borrows `changes`.
 * Thread safety: any thread.
 * Errors: BAD_HANDLE, CLOSED, INVALID_ARGUMENT.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_changes_on_expiry(struct strongroom_changes *changes,
                                               uint32_t code,
                                               struct strongroom_error **error);

/**
 * How old, in seconds, the current version gets before strongroom_due lists the secret for rotation; 0 takes it away.
 *
 * Ownership: borrows `changes`.
 * Thread safety: any thread.
 * Errors: BAD_HANDLE, CLOSED; more than a hundred years is refused when it is used.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_changes_rotate_every(struct strongroom_changes *changes,
                                                  uint64_t seconds,
                                                  struct strongroom_error **error);

/**
 * A note on the version that a put writes: one line of at most 256 bytes.
 *
 * Ownership: borrows `changes`; copies `note`.
 * Thread safety: any thread.
 * Errors: BAD_HANDLE, CLOSED, INVALID_ARGUMENT; a text that breaks a rule is refused when it is used.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_changes_note(struct strongroom_changes *changes,
                                          const char *note,
                                          size_t note_len,
                                          struct strongroom_error **error);

/**
 * A put writes only if there is no secret at the path; otherwise ALREADY_EXISTS.
 *
 * Ownership: borrows `changes`.
 * Thread safety: any thread.
 * Errors: BAD_HANDLE, CLOSED.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_changes_expect_absent(struct strongroom_changes *changes,
                                                   struct strongroom_error **error);

/**
 * A put writes only if the current version has this number; otherwise CONFLICT. 0 expects no secret.
 *
 * Ownership: borrows `changes`.
 * Thread safety: any thread.
 * Errors: BAD_HANDLE, CLOSED.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_changes_expect_version(struct strongroom_changes *changes,
                                                    uint64_t version,
                                                    struct strongroom_error **error);

/**
 * An update writes only if the metadata have this number (meta_version of strongroom_secret_info); otherwise CONFLICT.
 *
 * Ownership: borrows `changes`.
 * Thread safety: any thread.
 * Errors: BAD_HANDLE, CLOSED.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_changes_expect_meta_version(struct strongroom_changes *changes,
                                                         uint64_t meta_version,
                                                         struct strongroom_error **error);

/**
 * Frees changes. NULL is fine.
 *
 * Ownership: takes `changes`.
 * Thread safety: any thread.
 * Errors: BAD_HANDLE, CLOSED.
 */
STRONGROOM_API strongroom_status strongroom_changes_free(struct strongroom_changes *changes);

/**
 * Makes a clock that shows `start_ms`, in milliseconds since the Unix epoch.
 *
 * Ownership: `*clock` is the caller's, to free with strongroom_clock_free. Stores opened with it keep it as long as they need it.
 * Thread safety: any thread.
 * Errors: INVALID_ARGUMENT.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_clock_new(int64_t start_ms,
                                       struct strongroom_clock **clock,
                                       struct strongroom_error **error);

/**
 * Sets a clock forward by `ms` milliseconds.
 *
 * Ownership: borrows `clock`.
 * Thread safety: any thread.
 * Errors: BAD_HANDLE, CLOSED, INVALID_ARGUMENT.
 */
STRONGROOM_API strongroom_status strongroom_clock_advance(struct strongroom_clock *clock, uint64_t ms);

/**
 * Sets a clock to a time, also back, in milliseconds since the Unix epoch.
 *
 * Ownership: borrows `clock`.
 * Thread safety: any thread.
 * Errors: BAD_HANDLE, CLOSED, INVALID_ARGUMENT.
 */
STRONGROOM_API strongroom_status strongroom_clock_set(struct strongroom_clock *clock, int64_t time_ms);

/**
 * The time a clock shows, in milliseconds since the Unix epoch.
 *
 * Ownership: borrows `clock`; writes `*time_ms`.
 * Thread safety: any thread.
 * Errors: BAD_HANDLE, CLOSED, INVALID_ARGUMENT.
 */
STRONGROOM_API strongroom_status strongroom_clock_now(const struct strongroom_clock *clock, int64_t *time_ms);

/**
 * Frees a clock. NULL is fine.
 *
 * Ownership: takes `clock`.
 * Thread safety: any thread.
 * Errors: BAD_HANDLE, CLOSED.
 */
STRONGROOM_API strongroom_status strongroom_clock_free(struct strongroom_clock *clock);

/**
 * A context that says nothing.
 *
 * Ownership: `*context` is the caller's, to free with strongroom_context_free.
 * Thread safety: any thread.
 * Errors: INVALID_ARGUMENT.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_context_new(struct strongroom_context **context,
                                         struct strongroom_error **error);

/**
 * Something the program says of itself or of whom it works for, such as "app" and "backup": a tag in form. Nothing is decided by it.
 *
 * Ownership: borrows `context`; copies `key` and `value`.
 * Thread safety: any thread.
 * Errors: BAD_HANDLE, CLOSED, INVALID_ARGUMENT; a text that breaks a rule is refused when it is used.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_context_label(struct strongroom_context *context,
                                           const char *key,
                                           size_t key_len,
                                           const char *value,
                                           size_t value_len,
                                           struct strongroom_error **error);

/**
 * Why: one line of at most 256 bytes.
 *
 * Ownership: borrows `context`; copies `reason`.
 * Thread safety: any thread.
 * Errors: BAD_HANDLE, CLOSED, INVALID_ARGUMENT; a text that breaks a rule is refused when it is used.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_context_reason(struct strongroom_context *context,
                                            const char *reason,
                                            size_t reason_len,
                                            struct strongroom_error **error);

/**
 * The number or name that other logs know the calls by: one line of at most 128 bytes.
 *
 * Ownership: borrows `context`; copies `request_id`.
 * Thread safety: any thread.
 * Errors: BAD_HANDLE, CLOSED, INVALID_ARGUMENT; a text that breaks a rule is refused when it is used.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_context_request_id(struct strongroom_context *context,
                                                const char *request_id,
                                                size_t request_id_len,
                                                struct strongroom_error **error);

/**
 * A name for one change, of 1 to 255 bytes: if a change of the same kind is asked for again under it, by anybody and with the same arguments, it is not
 * made again, and returns what it returned the first time; with other arguments it is IDEMPOTENCY_CONFLICT. It is remembered in the commit of the
 * change, for as long as strongroom_policy_idempotency_window says, and not if the change failed. See strongroom_was_replayed.
 *
 * Ownership: borrows `context`; copies `key`.
 * Thread safety: any thread.
 * Errors: BAD_HANDLE, CLOSED, INVALID_ARGUMENT; a text that breaks a rule is refused when it is used.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_context_idempotency_key(struct strongroom_context *context,
                                                     const char *key,
                                                     size_t key_len,
                                                     struct strongroom_error **error);

/**
 * Whether the last change of a secret through this handle was not made, because it had been under the same idempotency key (1 or 0). After
 * one that failed it says nothing. Threads that share a handle share this too: let each call have a handle of its own.
 *
 * Ownership: borrows `store`; writes `*replayed`.
 * Thread safety: any thread.
 * Errors: INVALID_ARGUMENT, BAD_HANDLE, CLOSED.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_was_replayed(const struct strongroom_store *store,
                                          int32_t *replayed,
                                          struct strongroom_error **error);

/**
 * Frees a context. NULL is fine.
 *
 * Ownership: takes `context`.
 * Thread safety: any thread.
 * Errors: BAD_HANDLE, CLOSED.
 */
STRONGROOM_API strongroom_status strongroom_context_free(struct strongroom_context *context);

/**
 * Another handle of the same store, with the same rights, whose calls say `context` of themselves, instead of what this one says.
 * Closing it leaves the store open; closing the store closes it.
 *
 * Ownership: borrows `store` and `context`. `*same` is the caller's, to end with strongroom_close.
 * Thread safety: any thread.
 * Errors: INVALID_ARGUMENT of a transaction, and of a context that breaks a rule; BAD_HANDLE, CLOSED.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_with(const struct strongroom_store *store,
                                  const struct strongroom_context *context,
                                  struct strongroom_store **same,
                                  struct strongroom_error **error);

/**
 * Without a callback; other slots are not dropped.
 *
 * Ownership: `*options` is the caller's, to free with strongroom_copy_options_free.
 * Thread safety: any thread.
 * Errors: INVALID_ARGUMENT.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_copy_options_new(struct strongroom_copy_options **options,
                                              struct strongroom_error **error);

/**
 * Whom to tell how far a copy is; NULL for nobody.
 *
 * Ownership: borrows `options`; keeps `user_data`, which it only hands on, until it is set anew or freed and every copy that
 * began before has returned: a copy goes on with what it began with.
 * Thread safety: any thread; `progress` is called on the thread that copies.
 * Errors: BAD_HANDLE, CLOSED.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_copy_options_progress(struct strongroom_copy_options *options,
                                                   strongroom_progress_fn progress,
                                                   void *user_data,
                                                   struct strongroom_error **error);

/**
 * Whether strongroom_purge may leave slots behind (0 or 1), as it cannot take along any but the one of this handle.
 *
 * Ownership: borrows `options`.
 * Thread safety: any thread.
 * Errors: BAD_HANDLE, CLOSED, INVALID_ARGUMENT.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_copy_options_drop_other_slots(struct strongroom_copy_options *options,
                                                           int32_t drop_others,
                                                           struct strongroom_error **error);

/**
 * How the one slot of a strongroom_rekey is made: its label, or NULL, and its cost, or NULL for the store's floor.
 *
 * Ownership: borrows `options`; copies `label` and `cost`.
 * Thread safety: any thread.
 * Errors: BAD_HANDLE, CLOSED, INVALID_ARGUMENT, KDF_LIMITS.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_copy_options_new_slot(struct strongroom_copy_options *options,
                                                   const char *label,
                                                   size_t label_len,
                                                   const struct strongroom_kdf_cost *cost,
                                                   struct strongroom_error **error);

/**
 * Frees options. NULL is fine.
 *
 * Ownership: takes `options`.
 * Thread safety: any thread.
 * Errors: BAD_HANDLE, CLOSED.
 */
STRONGROOM_API strongroom_status strongroom_copy_options_free(struct strongroom_copy_options *options);

/**
 * Writes a verified copy of the store, under the same keys, to a new file. Readers and writers go on meanwhile. If only the event of it
 * cannot be written, as in a store that is closed meanwhile, that is an error which says that the backup is in place. The name of a
 * temporary file (.strongroom-<16 hex digits>.tmp) is refused: writers remove such files.
 *
 * Ownership: borrows `store`, `file` and `options`, which may be NULL; writes `*copied`, unless that is NULL.
 * Thread safety: any thread.
 * Errors: INVALID_ARGUMENT, BAD_HANDLE, CLOSED, ALREADY_EXISTS, CANCELLED, FILE_REFUSED, REENTRANT, IN_USE, LOCKED, DISK_FULL, TAMPERED, POISONED, IO,
 * FORKED.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_backup(struct strongroom_store *store,
                                    const char *file,
                                    size_t file_len,
                                    const struct strongroom_copy_options *options,
                                    struct strongroom_copied *copied,
                                    struct strongroom_error **error);

/**
 * Gives free room back: replaces the file by a verified copy without it.
 *
 * Ownership: borrows `store` and `options`, which may be NULL; writes `*copied`, unless that is NULL.
 * Thread safety: any thread.
 * Errors: as strongroom_backup; READ_ONLY.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_compact(struct strongroom_store *store,
                                     const struct strongroom_copy_options *options,
                                     struct strongroom_copied *copied,
                                     struct strongroom_error **error);

/**
 * Seals everything anew under new random keys, in a new file that holds no block of the old one. The slot of this handle goes along; others
 * only if strongroom_copy_options_drop_other_slots gives them up.
 *
 * Ownership: borrows `store` and `options`, which may be NULL; writes `*copied`, unless that is NULL.
 * Thread safety: any thread.
 * Errors: as strongroom_compact.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_purge(struct strongroom_store *store,
                                   const struct strongroom_copy_options *options,
                                   struct strongroom_copied *copied,
                                   struct strongroom_error **error);

/**
 * As strongroom_purge, and `key` is then all that opens the store.
 *
 * Ownership: borrows `store`, `key` and `options`, which may be NULL; writes `*copied`, unless that is NULL.
 * Thread safety: any thread.
 * Errors: as strongroom_compact; KDF_LIMITS, OUT_OF_MEMORY.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_rekey(struct strongroom_store *store,
                                   const struct strongroom_key *key,
                                   const struct strongroom_copy_options *options,
                                   struct strongroom_copied *copied,
                                   struct strongroom_error **error);

/**
 * The name of a status as the header spells it, such as "STRONGROOM_E_NOT_FOUND". For an unknown one it is
 * "STRONGROOM_E_UNKNOWN".
 *
 * Ownership: static, never freed.
 * Thread safety: any thread.
 * Errors: none.
 */
STRONGROOM_API const char *strongroom_status_name(strongroom_status status);

/**
 * The status the call returned; 0 for what is no error object.
 *
 * Ownership: borrows `error`.
 * Thread safety: any thread.
 * Errors: none.
 */
STRONGROOM_API strongroom_status strongroom_error_code(const struct strongroom_error *error);

/**
 * One sentence for a person: what went wrong, and what to do. NULL for what is no error object.
 *
 * Ownership: borrowed from `error`, until that is freed. UTF-8, ends with a NUL.
 * Thread safety: any thread.
 * Errors: none.
 */
STRONGROOM_API const char *strongroom_error_message(const struct strongroom_error *error);

/**
 * What is known beyond the message, as a JSON object for logs: code, name, os_error, holder ("readers", "writer" or null),
 * retryable. NULL for what is no error object.
 *
 * Ownership: borrowed from `error`, until that is freed. UTF-8, ends with a NUL.
 * Thread safety: any thread.
 * Errors: none.
 */
STRONGROOM_API
const char *strongroom_error_details(const struct strongroom_error *error);

/**
 * The number of the operating system's error (errno) behind this one; 0 if there is none.
 *
 * Ownership: borrows `error`.
 * Thread safety: any thread.
 * Errors: none.
 */
STRONGROOM_API int32_t strongroom_error_os_error(const struct strongroom_error *error);

/**
 * 1 if the very same call may succeed later, because what was in the way may go by itself; else 0.
 *
 * Ownership: borrows `error`.
 * Thread safety: any thread.
 * Errors: none.
 */
STRONGROOM_API int32_t strongroom_error_retryable(const struct strongroom_error *error);

/**
 * Frees an error object. NULL is fine.
 *
 * Ownership: takes `error`.
 * Thread safety: any thread.
 * Errors: BAD_HANDLE, CLOSED.
 */
STRONGROOM_API strongroom_status strongroom_error_free(struct strongroom_error *error);

/**
 * Calls `callback` with each event that concerns `under` or what lies below it, NULL for everything, and that is of one of `kinds`, such as
 * "secret.created" or "secret.*", or with none of any kind but reads: once it is durable, in the order of their numbers, on the thread that
 * committed it, before its call returns. The callback may read; a write to the store from inside it is REENTRANT, and so are closing the store and
 * reading a secret whose reads are audited strictly. Writes of other threads wait until it returns. What a program must not miss although it was
 * not running, it takes from strongroom_feed_read.
 *
 * Ownership: borrows `store`, `under` and `kinds`, whose lengths may be STRONGROOM_NUL_TERMINATED. `*subscription` is the caller's, to end with
 * strongroom_unsubscribe. `user_data` is lent to the callback until strongroom_unsubscribe has returned, or the callback that ends its own
 * subscription; `destroy`, unless NULL, is called with it once, also if this fails.
 * Thread safety: any thread; the callback is called on any thread that writes.
 * Errors: INVALID_ARGUMENT, BAD_HANDLE, CLOSED, LOCKED, TAMPERED, IO, FORKED.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_subscribe(struct strongroom_store *store,
                                       const char *under,
                                       size_t under_len,
                                       const struct strongroom_text *kinds,
                                       size_t kind_count,
                                       strongroom_event_callback callback,
                                       void *user_data,
                                       strongroom_destroy_callback destroy,
                                       struct strongroom_subscription **subscription,
                                       struct strongroom_error **error);

/**
 * Ends a subscription. If its callback runs on another thread just now, this waits until it has returned; a callback may end its own. Behind it
 * `*subscription` is NULL. NULL, and a pointer to NULL, are fine.
 *
 * Ownership: takes `*subscription`.
 * Thread safety: any thread.
 * Errors: BAD_HANDLE, CLOSED.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_unsubscribe(struct strongroom_subscription **subscription,
                                         struct strongroom_error **error);

/**
 * At most `limit` durable events behind number `after`, in the order of their commits: a page of strongroom_page_event items. A program that keeps
 * the number of the last event that it dealt with misses none, whoever wrote it. `under` and `kinds` are as in strongroom_subscribe.
 *
 * Ownership: borrows `store`, `under` and `kinds`. `*page` is the caller's, to free with strongroom_page_free.
 * Thread safety: any thread.
 * Errors: INVALID_ARGUMENT, BAD_HANDLE, CLOSED; NOT_FOUND if events behind `after` were removed from the log, but for 0; LIMIT_EXCEEDED for a limit
 * outside 1 to 1,000; LOCKED, TAMPERED, POISONED, IO, FORKED.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_feed_read(const struct strongroom_store *store,
                                       uint64_t after,
                                       size_t limit,
                                       const char *under,
                                       size_t under_len,
                                       const struct strongroom_text *kinds,
                                       size_t kind_count,
                                       struct strongroom_page **page,
                                       struct strongroom_error **error);

/**
 * The number of the last event that strongroom_feed_read tells without kinds; 0 if there is none.
 *
 * Ownership: borrows `store`; writes `*sequence`.
 * Thread safety: any thread.
 * Errors: INVALID_ARGUMENT, BAD_HANDLE, CLOSED, LOCKED, TAMPERED, IO, FORKED.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_feed_latest(const struct strongroom_store *store,
                                         uint64_t *sequence,
                                         struct strongroom_error **error);

/**
 * Waits until there is such an event behind number `after`, for so many milliseconds at most: `*came` gets 1 if there is one, else 0. It sees what
 * is committed through the handles of this open store.
 *
 * Ownership: borrows `store`; writes `*came`.
 * Thread safety: any thread.
 * Errors: INVALID_ARGUMENT, BAD_HANDLE, CLOSED and LOCKED, also if that happens meanwhile; TAMPERED, IO, FORKED.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_feed_wait(const struct strongroom_store *store,
                                       uint64_t after,
                                       uint64_t timeout_ms,
                                       int32_t *came,
                                       struct strongroom_error **error);

/**
 * Passwords of so many characters, 1 to 1,024: letters in lower and upper case, digits and signs of ASCII.
 *
 * Ownership: `*generator` is the caller's, to free with strongroom_generator_free.
 * Thread safety: any thread.
 * Errors: INVALID_ARGUMENT; a number that breaks a rule is refused when it is used.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_generator_password(uint32_t length,
                                                struct strongroom_generator **generator,
                                                struct strongroom_error **error);

/**
 * Tokens of so many random bytes, 16 to 1,024, written in base64url.
 *
 * Ownership: `*generator` is the caller's, to free with strongroom_generator_free.
 * Thread safety: any thread.
 * Errors: INVALID_ARGUMENT; a number that breaks a rule is refused when it is used.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_generator_token(uint32_t bytes,
                                             struct strongroom_generator **generator,
                                             struct strongroom_error **error);

/**
 * Passphrases of so many words, 3 to 64, of the 7,776 of the EFF's large list, with a "-" between them.
 *
 * Ownership: `*generator` is the caller's, to free with strongroom_generator_free.
 * Thread safety: any thread.
 * Errors: INVALID_ARGUMENT; a number that breaks a rule is refused when it is used.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_generator_passphrase(uint32_t words,
                                                  struct strongroom_generator **generator,
                                                  struct strongroom_error **error);

/**
 * Which characters passwords have: a sum of STRONGROOM_CHARACTERS_…, instead of STRONGROOM_CHARACTERS_ALL.
 *
 * Ownership: borrows `generator`.
 * Thread safety: any thread.
 * Errors: BAD_HANDLE, CLOSED, INVALID_ARGUMENT of another number; of a generator that makes no passwords when it is used.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_generator_characters(struct strongroom_generator *generator,
                                                  uint32_t characters,
                                                  struct strongroom_error **error);

/**
 * How tokens are written: STRONGROOM_ENCODING_BASE64URL, _BASE32, _HEX or _RAW.
 *
 * Ownership: borrows `generator`.
 * Thread safety: any thread.
 * Errors: BAD_HANDLE, CLOSED, INVALID_ARGUMENT of another number; of a generator that makes no tokens when it is used.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_generator_encoding(struct strongroom_generator *generator,
                                                uint32_t encoding,
                                                struct strongroom_error **error);

/**
 * What stands between the words of passphrases: one character.
 *
 * Ownership: borrows `generator` and `separator`.
 * Thread safety: any thread.
 * Errors: BAD_HANDLE, CLOSED, INVALID_ARGUMENT of another text than one character; of a generator that makes no passphrases when it is used.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_generator_separator(struct strongroom_generator *generator,
                                                 const char *separator,
                                                 size_t separator_len,
                                                 struct strongroom_error **error);

/**
 * How many bits of entropy a value has that is made so: how hard it is to guess.
 *
 * Ownership: borrows `generator`; writes `*bits`.
 * Thread safety: any thread.
 * Errors: BAD_HANDLE, CLOSED, INVALID_ARGUMENT.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_generator_entropy_bits(const struct strongroom_generator *generator,
                                                    double *bits,
                                                    struct strongroom_error **error);

/**
 * Makes a value, of no secret yet.
 *
 * Ownership: borrows `generator`. `*secret` is the caller's, to free with strongroom_secret_free.
 * Thread safety: any thread.
 * Errors: BAD_HANDLE, CLOSED, INVALID_ARGUMENT, RANDOM_FAILED.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_generate(const struct strongroom_generator *generator,
                                      struct strongroom_secret **secret,
                                      struct strongroom_error **error);

/**
 * As strongroom_put, of a value that is made for it: nobody sees it before it is read.
 *
 * Ownership: borrows `store`, `path`, `generator` and `changes`, which may be NULL; writes `*written`, unless that is NULL.
 * Thread safety: any thread.
 * Errors: as strongroom_put and strongroom_generate.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_put_generated(struct strongroom_store *store,
                                           const char *path,
                                           size_t path_len,
                                           const struct strongroom_generator *generator,
                                           const struct strongroom_changes *changes,
                                           struct strongroom_written *written,
                                           struct strongroom_error **error);

/**
 * As strongroom_rotate, to a value that is made for it: nobody sees it before it is read.
 *
 * Ownership: borrows `store`, `path`, `generator` and `changes`, which may be NULL; writes `*rotated`, unless that is NULL.
 * Thread safety: any thread.
 * Errors: as strongroom_rotate and strongroom_generate.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_rotate_generated(struct strongroom_store *store,
                                              const char *path,
                                              size_t path_len,
                                              const struct strongroom_generator *generator,
                                              uint64_t grace_seconds,
                                              const struct strongroom_changes *changes,
                                              struct strongroom_rotated *rotated,
                                              struct strongroom_error **error);

/**
 * Frees a generator. NULL is fine.
 *
 * Ownership: takes `generator`.
 * Thread safety: any thread.
 * Errors: BAD_HANDLE, CLOSED.
 */
STRONGROOM_API strongroom_status strongroom_generator_free(struct strongroom_generator *generator);

/**
 * Reads and authenticates everything the store reaches, opens every value and follows the chain of the audit log. Other threads go on reading.
 *
 * Ownership: borrows `store`; writes `*verified`, unless that is NULL.
 * Thread safety: any thread.
 * Errors: INVALID_ARGUMENT, BAD_HANDLE, CLOSED, TAMPERED, DAMAGED, REENTRANT, IN_USE, LOCKED, POISONED, IO, FORKED.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_verify(struct strongroom_store *store,
                                    struct strongroom_verified *verified,
                                    struct strongroom_error **error);

/**
 * Counts secrets, versions and bytes below a namespace, or everywhere with NULL. It takes a look at each secret. `namespaces`, unless NULL, gets a
 * page of strongroom_page_namespace items: the namespaces directly below, by name.
 *
 * Ownership: borrows `store` and `under`; writes `*counts`, unless that is NULL. `*namespaces` is the caller's, to free with strongroom_page_free.
 * Thread safety: any thread.
 * Errors: INVALID_ARGUMENT, BAD_HANDLE, CLOSED, LOCKED, TAMPERED, POISONED, IO, FORKED.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_stats(const struct strongroom_store *store,
                                   const char *under,
                                   size_t under_len,
                                   struct strongroom_counts *counts,
                                   struct strongroom_page **namespaces,
                                   struct strongroom_error **error);

/**
 * How a store is, also one that is locked, poisoned or damaged: what only its rows say, and cannot be read, is then STRONGROOM_NO_TIME or 0.
 * `copies_beside`, unless NULL, gets a page of strongroom_page_file names: other files beside the store that carry its id.
 *
 * Ownership: borrows `store`; writes `*condition`, unless that is NULL. `*copies_beside` is the caller's, to free with strongroom_page_free.
 * Thread safety: any thread.
 * Errors: INVALID_ARGUMENT, BAD_HANDLE, CLOSED, IO, FORKED.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_health(const struct strongroom_store *store,
                                    struct strongroom_condition *condition,
                                    struct strongroom_page **copies_beside,
                                    struct strongroom_error **error);

/**
 * What opening found out about the file.
 *
 * Ownership: borrows `store`; writes `*opened`.
 * Thread safety: any thread.
 * Errors: INVALID_ARGUMENT, BAD_HANDLE, CLOSED.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_open_report(const struct strongroom_store *store,
                                         struct strongroom_opened *opened,
                                         struct strongroom_error **error);

/**
 * How well the memory that holds the keys of a store is protected.
 *
 * Ownership: borrows `store`; writes `*memory`.
 * Thread safety: any thread.
 * Errors: INVALID_ARGUMENT, BAD_HANDLE, CLOSED, LOCKED.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_memory_status(const struct strongroom_store *store,
                                           struct strongroom_memory *memory,
                                           struct strongroom_error **error);

/**
 * The store's last commit as a pin, to be kept outside of the file: a text of less than STRONGROOM_PIN_LEN bytes, and a NUL. It is no secret. A store that
 * is opened with it is that store, with that commit in its history, or it is refused.
 *
 * Ownership: borrows `store`; writes `buffer`, and `*pin_len`, unless that is NULL, without the NUL.
 * Thread safety: any thread.
 * Errors: INVALID_ARGUMENT, BAD_HANDLE, CLOSED, BUFFER_TOO_SMALL, LOCKED, POISONED, FORKED.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_pin(const struct strongroom_store *store,
                                 char *buffer,
                                 size_t buffer_len,
                                 size_t *pin_len,
                                 struct strongroom_error **error);

/**
 * A passphrase of 1 to 1,024 bytes of UTF-8. It is normalised to Unicode NFC and stretched with Argon2id when it is used.
 *
 * Ownership: copies `passphrase`, and wipes the copy when the key is freed. `*key` is the caller's, to free with strongroom_key_free.
 * Thread safety: any thread.
 * Errors: INVALID_ARGUMENT; one outside its bounds is refused when it is used.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_key_passphrase(const uint8_t *passphrase,
                                            size_t passphrase_len,
                                            struct strongroom_key **key,
                                            struct strongroom_error **error);

/**
 * A key of exactly 32 random bytes, from a keychain, a TPM or a provisioning step. It is not stretched.
 *
 * Ownership: copies `bytes`, and wipes the copy when the key is freed. `*key` is the caller's, to free with strongroom_key_free.
 * Thread safety: any thread.
 * Errors: INVALID_ARGUMENT.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_key_raw(const uint8_t *raw,
                                     size_t raw_len,
                                     struct strongroom_key **key,
                                     struct strongroom_error **error);

/**
 * A key file: any file of 1 to 65,536 bytes, read now and hashed. It is not stretched.
 *
 * Ownership: borrows `file`. `*key` is the caller's, to free with strongroom_key_free.
 * Thread safety: any thread.
 * Errors: INVALID_ARGUMENT, NOT_FOUND, IO.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_key_file(const char *file,
                                      size_t file_len,
                                      struct strongroom_key **key,
                                      struct strongroom_error **error);

/**
 * Writes a new key file of 32 random bytes in hexadecimal, for its owner only, and unlocks with it.
 *
 * Ownership: borrows `file`. `*key` is the caller's, to free with strongroom_key_free.
 * Thread safety: any thread.
 * Errors: INVALID_ARGUMENT, ALREADY_EXISTS, IO.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_key_file_create(const char *file,
                                             size_t file_len,
                                             struct strongroom_key **key,
                                             struct strongroom_error **error);

/**
 * Joins a key file with a passphrase: neither opens the slot alone. After a failure but IN_USE the key is spent.
 *
 * Ownership: borrows `key`; copies `passphrase`, and wipes the copy when the key is freed.
 * Thread safety: any thread.
 * Errors: BAD_HANDLE, CLOSED, INVALID_ARGUMENT; IN_USE while another call uses the key.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_key_and_passphrase(struct strongroom_key *key,
                                                const uint8_t *passphrase,
                                                size_t passphrase_len,
                                                struct strongroom_error **error);

/**
 * A recovery code as it was shown when it was made. Case, spaces and dashes do not matter, and O, I and L are read as 0, 1 and 1.
 *
 * Ownership: borrows `code`. `*key` is the caller's, to free with strongroom_key_free.
 * Thread safety: any thread.
 * Errors: INVALID_ARGUMENT names the group that has a typing error.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_key_recovery_code(const uint8_t *code,
                                               size_t code_len,
                                               struct strongroom_key **key,
                                               struct strongroom_error **error);

/**
 * Wipes and frees a key. NULL is fine.
 *
 * Ownership: takes `key`.
 * Thread safety: any thread.
 * Errors: BAD_HANDLE, CLOSED.
 */
STRONGROOM_API strongroom_status strongroom_key_free(struct strongroom_key *key);

/**
 * The version of the library, such as "0.1.0".
 *
 * Ownership: static, never freed.
 * Thread safety: any thread.
 * Errors: none.
 */
STRONGROOM_API const char *strongroom_version(void);

/**
 * The version of the library as one number: major * 1000000 + minor * 1000 + patch.
 *
 * Ownership: none.
 * Thread safety: any thread.
 * Errors: none.
 */
STRONGROOM_API uint32_t strongroom_version_number(void);

/**
 * The version of the interface, STRONGROOM_ABI_VERSION of the header the library was made with. Compare it once, before
 * any other call, if the library was loaded at run time.
 *
 * Ownership: none.
 * Thread safety: any thread.
 * Errors: none.
 */
STRONGROOM_API
uint32_t strongroom_abi_version(void);

/**
 * What this build can do and what its limits are: a page of strongroom_page_capability items.
 *
 * Ownership: `*page` is the caller's, to free with strongroom_page_free.
 * Thread safety: any thread.
 * Errors: INVALID_ARGUMENT.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_capabilities(struct strongroom_page **page,
                                          struct strongroom_error **error);

/**
 * Finds a cost at which unlocking with a passphrase takes about `target_ms` on this machine, by measuring; it takes about
 * as long as three unlocks. The memory starts at 64 MiB and stays below `max_memory_kib`, 512 MiB and an eighth of the machine's.
 * `measured_us`, unless NULL, gets the microseconds that one derivation took.
 *
 * Ownership: writes `*cost`.
 * Thread safety: any thread.
 * Errors: INVALID_ARGUMENT, KDF_LIMITS, OUT_OF_MEMORY.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_calibrate(uint64_t target_ms,
                                       uint32_t max_memory_kib,
                                       struct strongroom_kdf_cost *cost,
                                       uint64_t *measured_us,
                                       struct strongroom_error **error);

/**
 * Overwrites memory with zeros, in a way that no optimiser takes out. NULL with length 0 is fine.
 *
 * Ownership: borrows `data`.
 * Thread safety: one thread at a time for the same memory.
 * Errors: INVALID_ARGUMENT.
 */
STRONGROOM_API strongroom_status strongroom_wipe(uint8_t *data, size_t len);

/**
 * 1 if two byte strings are equal, else 0; also 0 for wrong pointers. How long it takes depends on the lengths alone.
 *
 * Ownership: borrows both.
 * Thread safety: any thread.
 * Errors: none.
 */
STRONGROOM_API
int32_t strongroom_equal(const uint8_t *one,
                         size_t one_len,
                         const uint8_t *other,
                         size_t other_len);

/**
 * How many objects of this library the process holds: those that were given out and not freed. For tests.
 *
 * Ownership: none.
 * Thread safety: any thread.
 * Errors: none.
 */
STRONGROOM_API uint64_t strongroom_live_objects(void);

#if defined(STRONGROOM_TEST_PANIC)
/**
 * Panics, to prove that no panic leaves the library: the status is INTERNAL. Only in libraries built for tests.
 *
 * Ownership: none.
 * Thread safety: any thread.
 * Errors: INTERNAL.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_test_panic(struct strongroom_error **error);
#endif

/**
 * Lists secrets without their values: a page of strongroom_page_secret items, and of strongroom_page_namespace for one level.
 *
 * Ownership: borrows `store` and `query`, which may be NULL for all live secrets. `*page` is the caller's, to free with strongroom_page_free.
 * Thread safety: any thread.
 * Errors: INVALID_ARGUMENT, BAD_HANDLE, CLOSED, INVALID_CURSOR, LIMIT_EXCEEDED, LOCKED, TAMPERED, POISONED, IO, FORKED.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_list(const struct strongroom_store *store,
                                  const struct strongroom_query *query,
                                  struct strongroom_page **page,
                                  struct strongroom_error **error);

/**
 * The namespaces directly below `under`, or all the uppermost ones with NULL, with how many live secrets are in each: a page of
 * strongroom_page_namespace items.
 *
 * Ownership: borrows `store` and `under`. `*page` is the caller's, to free with strongroom_page_free.
 * Thread safety: any thread.
 * Errors: as strongroom_list.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_namespaces(const struct strongroom_store *store,
                                        const char *under,
                                        size_t under_len,
                                        struct strongroom_page **page,
                                        struct strongroom_error **error);

/**
 * Every key of tags, with how many live secrets bear it: a page of strongroom_page_tag_count items.
 *
 * Ownership: borrows `store`. `*page` is the caller's, to free with strongroom_page_free.
 * Thread safety: any thread.
 * Errors: as strongroom_list.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_tag_keys(const struct strongroom_store *store,
                                      struct strongroom_page **page,
                                      struct strongroom_error **error);

/**
 * Every value of the tags of one key, with how many live secrets bear it: a page of strongroom_page_tag_count items.
 *
 * Ownership: borrows `store` and `key`. `*page` is the caller's, to free with strongroom_page_free.
 * Thread safety: any thread.
 * Errors: as strongroom_list.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_tag_values(const struct strongroom_store *store,
                                        const char *key,
                                        size_t key_len,
                                        struct strongroom_page **page,
                                        struct strongroom_error **error);

/**
 * The defaults: for writing, without waiting for another handle, verified up to 64 MiB, 8 MiB of cache.
 *
 * Ownership: `*options` is the caller's, to free with strongroom_options_free.
 * Thread safety: any thread.
 * Errors: INVALID_ARGUMENT.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_options_new(struct strongroom_options **options,
                                         struct strongroom_error **error);

/**
 * Whether the handle only reads (0 or 1). Such a handle never writes a byte, and shares the file with others like it.
 *
 * Ownership: borrows `options`.
 * Thread safety: any thread.
 * Errors: BAD_HANDLE, CLOSED, INVALID_ARGUMENT.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_options_read_only(struct strongroom_options *options,
                                               int32_t read_only,
                                               struct strongroom_error **error);

/**
 * How long opening waits for another handle of the file to be closed, in milliseconds; by default not at all.
 *
 * Ownership: borrows `options`.
 * Thread safety: any thread.
 * Errors: BAD_HANDLE, CLOSED, INVALID_ARGUMENT.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_options_wait_ms(struct strongroom_options *options,
                                             uint64_t wait_ms,
                                             struct strongroom_error **error);

/**
 * How long a write waits for the write of another thread, in milliseconds; 5,000 by default.
 *
 * Ownership: borrows `options`.
 * Thread safety: any thread.
 * Errors: BAD_HANDLE, CLOSED, INVALID_ARGUMENT.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_options_write_wait_ms(struct strongroom_options *options,
                                                   uint64_t wait_ms,
                                                   struct strongroom_error **error);

/**
 * Opening verifies stores that need at most so many bytes; 64 MiB by default. 0 never verifies, UINT64_MAX always.
 *
 * Ownership: borrows `options`.
 * Thread safety: any thread.
 * Errors: BAD_HANDLE, CLOSED, INVALID_ARGUMENT.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_options_verify_up_to(struct strongroom_options *options,
                                                  uint64_t bytes,
                                                  struct strongroom_error **error);

/**
 * How much memory the cache of sealed pages may take, in bytes; 8 MiB by default, 256 KiB at least.
 *
 * Ownership: borrows `options`.
 * Thread safety: any thread.
 * Errors: BAD_HANDLE, CLOSED, INVALID_ARGUMENT.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_options_cache_bytes(struct strongroom_options *options,
                                                 size_t bytes,
                                                 struct strongroom_error **error);

/**
 * The clock of the store, instead of the system's.
 *
 * Ownership: borrows `options`; keeps what `clock` stands for, which may be freed.
 * Thread safety: any thread.
 * Errors: BAD_HANDLE, CLOSED, INVALID_ARGUMENT.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_options_clock(struct strongroom_options *options,
                                           const struct strongroom_clock *clock,
                                           struct strongroom_error **error);

/**
 * What a store that is created is for: STRONGROOM_ENVIRONMENT_LIVE, the default, or _TEST. It never changes.
 *
 * Ownership: borrows `options`.
 * Thread safety: any thread.
 * Errors: BAD_HANDLE, CLOSED, INVALID_ARGUMENT.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_options_environment(struct strongroom_options *options,
                                                 uint32_t environment,
                                                 struct strongroom_error **error);

/**
 * What a passphrase of a store that is created costs to try: 64 MiB, 3 passes, 4 lanes by default. Opening costs what the
 * file says.
 *
 * Ownership: borrows `options`.
 * Thread safety: any thread.
 * Errors: BAD_HANDLE, CLOSED, INVALID_ARGUMENT, KDF_LIMITS.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_options_kdf_cost(struct strongroom_options *options,
                                              uint32_t memory_kib,
                                              uint32_t passes,
                                              uint32_t lanes,
                                              struct strongroom_error **error);

/**
 * Opens only a file that has the pinned commit in its history: see strongroom_pin.
 *
 * Ownership: borrows `options` and `pin`.
 * Thread safety: any thread.
 * Errors: BAD_HANDLE, CLOSED, INVALID_ARGUMENT.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_options_pin(struct strongroom_options *options,
                                         const char *pin,
                                         size_t pin_len,
                                         struct strongroom_error **error);

/**
 * Whether a file that others may read or replace is accepted (0 or 1).
 *
 * Ownership: borrows `options`.
 * Thread safety: any thread.
 * Errors: BAD_HANDLE, CLOSED, INVALID_ARGUMENT.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_options_allow_shared_mode(struct strongroom_options *options,
                                                       int32_t allow,
                                                       struct strongroom_error **error);

/**
 * Whether a file system on the network or in user space is accepted (0 or 1).
 *
 * Ownership: borrows `options`.
 * Thread safety: any thread.
 * Errors: BAD_HANDLE, CLOSED, INVALID_ARGUMENT.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_options_allow_network_fs(struct strongroom_options *options,
                                                      int32_t allow,
                                                      struct strongroom_error **error);

/**
 * Whether opening fails where the memory of the keys cannot be locked (0 or 1).
 *
 * Ownership: borrows `options`.
 * Thread safety: any thread.
 * Errors: BAD_HANDLE, CLOSED, INVALID_ARGUMENT.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_options_require_locked_memory(struct strongroom_options *options,
                                                           int32_t required,
                                                           struct strongroom_error **error);

/**
 * Frees options. NULL is fine.
 *
 * Ownership: takes `options`.
 * Thread safety: any thread.
 * Errors: BAD_HANDLE, CLOSED.
 */
STRONGROOM_API strongroom_status strongroom_options_free(struct strongroom_options *options);

/**
 * The number of items of a page; 0 for what is no page. Namespaces are counted by strongroom_page_namespaces.
 *
 * Ownership: borrows `page`.
 * Thread safety: any thread.
 * Errors: none.
 */
STRONGROOM_API size_t strongroom_page_len(const struct strongroom_page *page);

/**
 * The number of namespaces of a page; 0 for what is no page.
 *
 * Ownership: borrows `page`.
 * Thread safety: any thread.
 * Errors: none.
 */
STRONGROOM_API size_t strongroom_page_namespaces(const struct strongroom_page *page);

/**
 * What to give to strongroom_query_after, or strongroom_audit_query_after, for the next page; NULL behind the last one. It ends with a NUL.
 *
 * Ownership: borrowed from `page`, until that is freed.
 * Thread safety: any thread.
 * Errors: none.
 */
STRONGROOM_API
const char *strongroom_page_next_cursor(const struct strongroom_page *page);

/**
 * Whether there is a page behind this one (1 or 0).
 *
 * Ownership: borrows `page`.
 * Thread safety: any thread.
 * Errors: none.
 */
STRONGROOM_API int32_t strongroom_page_has_more(const struct strongroom_page *page);

/**
 * How many secrets there are in all, if that was asked for and this is the first page.
 *
 * Ownership: borrows `page`; writes `*total`.
 * Thread safety: any thread.
 * Errors: INVALID_ARGUMENT, BAD_HANDLE, CLOSED; NOT_FOUND if it was not counted.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_page_total(const struct strongroom_page *page,
                                        uint64_t *total,
                                        struct strongroom_error **error);

/**
 * What is known of a secret of a page.
 *
 * Ownership: writes `*item`, whose texts are borrowed from `page`, until that is freed.
 * Thread safety: any thread.
 * Errors: INVALID_ARGUMENT, BAD_HANDLE, CLOSED.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_page_secret(const struct strongroom_page *page,
                                         size_t index,
                                         struct strongroom_secret_info *item,
                                         struct strongroom_error **error);

/**
 * What is known of a version of a page.
 *
 * Ownership: writes `*item`, whose texts are borrowed from `page`, until that is freed.
 * Thread safety: any thread.
 * Errors: INVALID_ARGUMENT, BAD_HANDLE, CLOSED.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_page_version(const struct strongroom_page *page,
                                          size_t index,
                                          struct strongroom_version_info *item,
                                          struct strongroom_error **error);

/**
 * A namespace of a page; there are strongroom_page_namespaces of them.
 *
 * Ownership: writes `*item`, whose texts are borrowed from `page`, until that is freed.
 * Thread safety: any thread.
 * Errors: INVALID_ARGUMENT, BAD_HANDLE, CLOSED.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_page_namespace(const struct strongroom_page *page,
                                            size_t index,
                                            struct strongroom_namespace *item,
                                            struct strongroom_error **error);

/**
 * A key or a value of tags of a page.
 *
 * Ownership: writes `*item`, whose texts are borrowed from `page`, until that is freed.
 * Thread safety: any thread.
 * Errors: INVALID_ARGUMENT, BAD_HANDLE, CLOSED.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_page_tag_count(const struct strongroom_page *page,
                                            size_t index,
                                            struct strongroom_tag_count *item,
                                            struct strongroom_error **error);

/**
 * A key slot of a page.
 *
 * Ownership: writes `*item`, whose texts are borrowed from `page`, until that is freed.
 * Thread safety: any thread.
 * Errors: INVALID_ARGUMENT, BAD_HANDLE, CLOSED.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_page_slot(const struct strongroom_page *page,
                                       size_t index,
                                       struct strongroom_slot *item,
                                       struct strongroom_error **error);

/**
 * A retention of a page.
 *
 * Ownership: writes `*item`, whose texts are borrowed from `page`, until that is freed.
 * Thread safety: any thread.
 * Errors: INVALID_ARGUMENT, BAD_HANDLE, CLOSED.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_page_retention(const struct strongroom_page *page,
                                            size_t index,
                                            struct strongroom_retention *item,
                                            struct strongroom_error **error);

/**
 * A capability of a page.
 *
 * Ownership: writes `*item`, whose texts are borrowed from `page`, until that is freed.
 * Thread safety: any thread.
 * Errors: INVALID_ARGUMENT, BAD_HANDLE, CLOSED.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_page_capability(const struct strongroom_page *page,
                                             size_t index,
                                             struct strongroom_capability *item,
                                             struct strongroom_error **error);

/**
 * Something that is due, of a page.
 *
 * Ownership: writes `*item`, whose texts are borrowed from `page`, until that is freed.
 * Thread safety: any thread.
 * Errors: INVALID_ARGUMENT, BAD_HANDLE, CLOSED.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_page_due(const struct strongroom_page *page,
                                      size_t index,
                                      struct strongroom_due_item *item,
                                      struct strongroom_error **error);

/**
 * An event of a page.
 *
 * Ownership: writes `*item`, whose texts are borrowed from `page`, until that is freed.
 * Thread safety: any thread.
 * Errors: INVALID_ARGUMENT, BAD_HANDLE, CLOSED.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_page_event(const struct strongroom_page *page,
                                        size_t index,
                                        struct strongroom_audit_event *item,
                                        struct strongroom_error **error);

/**
 * The name of a file of a page; NULL for what is none. What is not UTF-8 in it is replaced. It ends with a NUL.
 *
 * Ownership: borrowed from `page`, until that is freed.
 * Thread safety: any thread.
 * Errors: none.
 */
STRONGROOM_API
const char *strongroom_page_file(const struct strongroom_page *page,
                                 size_t index);

/**
 * Frees a page and what its items point to. NULL is fine.
 *
 * Ownership: takes `page`.
 * Thread safety: any thread.
 * Errors: BAD_HANDLE, CLOSED.
 */
STRONGROOM_API strongroom_status strongroom_page_free(struct strongroom_page *page);

/**
 * What is said of the retention of a namespace itself, or of the store with NULL. Its member `under` is empty.
 *
 * Ownership: borrows `store` and `under`; writes `*retention`.
 * Thread safety: any thread.
 * Errors: INVALID_ARGUMENT, BAD_HANDLE, CLOSED, LOCKED, TAMPERED, POISONED, FORKED.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_policy_retention(const struct strongroom_store *store,
                                              const char *under,
                                              size_t under_len,
                                              struct strongroom_retention *retention,
                                              struct strongroom_error **error);

/**
 * What holds for a secret at `path` of which itself nothing is said, the defaults among it. The member `under` is empty.
 *
 * Ownership: borrows `store` and `path`; writes `*retention`.
 * Thread safety: any thread.
 * Errors: INVALID_ARGUMENT, BAD_HANDLE, CLOSED, LOCKED, TAMPERED, POISONED, FORKED.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_policy_retention_at(const struct strongroom_store *store,
                                                 const char *path,
                                                 size_t path_len,
                                                 struct strongroom_retention *retention,
                                                 struct strongroom_error **error);

/**
 * Says how many versions a namespace keeps, and how many days its trash; the store with NULL. Each is a number, STRONGROOM_INHERITED
 * or STRONGROOM_UNCHANGED.
 *
 * Ownership: borrows `store` and `under`.
 * Thread safety: any thread.
 * Errors: INVALID_ARGUMENT, BAD_HANDLE, CLOSED, REENTRANT, IN_USE, READ_ONLY, LOCKED, DISK_FULL, TAMPERED, POISONED, IO, FORKED.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_policy_set_retention(struct strongroom_store *store,
                                                  const char *under,
                                                  size_t under_len,
                                                  int64_t max_versions,
                                                  int64_t trash_days,
                                                  struct strongroom_error **error);

/**
 * Every namespace whose retention something is said of, by path, the store with an empty one: a page of strongroom_page_retention
 * items.
 *
 * Ownership: borrows `store`. `*page` is the caller's, to free with strongroom_page_free.
 * Thread safety: any thread.
 * Errors: INVALID_ARGUMENT, BAD_HANDLE, CLOSED, LOCKED, TAMPERED, POISONED, FORKED.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_policy_retentions(const struct strongroom_store *store,
                                               struct strongroom_page **page,
                                               struct strongroom_error **error);

/**
 * For how many seconds a change with an idempotency key is remembered: 24 hours, unless it was set.
 *
 * Ownership: borrows `store`; writes `*seconds`.
 * Thread safety: any thread.
 * Errors: INVALID_ARGUMENT, BAD_HANDLE, CLOSED, LOCKED, TAMPERED, POISONED, FORKED.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_policy_idempotency_window(const struct strongroom_store *store,
                                                       uint64_t *seconds,
                                                       struct strongroom_error **error);

/**
 * Sets for how many seconds a change with an idempotency key is remembered: 60 to 2,592,000, which is 30 days. What is remembered already is
 * remembered for as long as was said then.
 *
 * Ownership: borrows `store`.
 * Thread safety: any thread.
 * Errors: INVALID_ARGUMENT, BAD_HANDLE, CLOSED, REENTRANT, IN_USE, READ_ONLY, LOCKED, DISK_FULL, TAMPERED, POISONED, IO, FORKED.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_policy_set_idempotency_window(struct strongroom_store *store,
                                                           uint64_t seconds,
                                                           struct strongroom_error **error);

/**
 * The least cost of the passphrases of a store.
 *
 * Ownership: borrows `store`; writes `*floor_cost`.
 * Thread safety: any thread.
 * Errors: INVALID_ARGUMENT, BAD_HANDLE, CLOSED, LOCKED, TAMPERED, POISONED, FORKED.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_policy_kdf_floor(const struct strongroom_store *store,
                                              struct strongroom_kdf_cost *floor_cost,
                                              struct strongroom_error **error);

/**
 * Sets the least cost of the passphrases of a store. A slot that costs less is wrapped anew after the first write of a handle that it
 * unlocked.
 *
 * Ownership: borrows `store`.
 * Thread safety: any thread.
 * Errors: INVALID_ARGUMENT, BAD_HANDLE, CLOSED, KDF_LIMITS, REENTRANT, IN_USE, READ_ONLY, LOCKED, DISK_FULL, POISONED, IO, FORKED.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_policy_set_kdf_floor(struct strongroom_store *store,
                                                  uint32_t memory_kib,
                                                  uint32_t passes,
                                                  uint32_t lanes,
                                                  struct strongroom_error **error);

/**
 * A query for the live secrets below the namespace `under`, at any depth; for all of them with NULL. Sorted by path, 50 to a
 * page.
 *
 * Ownership: copies `under`. `*query` is the caller's, to free with strongroom_query_free.
 * Thread safety: any thread.
 * Errors: INVALID_ARGUMENT; a namespace that breaks a rule is refused when it is used.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_query_new(const char *under,
                                       size_t under_len,
                                       struct strongroom_query **query,
                                       struct strongroom_error **error);

/**
 * Only the secrets directly in the namespace, and the namespaces directly below it with their counts.
 *
 * Ownership: borrows `query`.
 * Thread safety: any thread.
 * Errors: BAD_HANDLE, CLOSED.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_query_one_level(struct strongroom_query *query,
                                             struct strongroom_error **error);

/**
 * Only secrets with this tag. Several tests must all hold.
 *
 * Ownership: borrows `query`; copies `key` and `value`.
 * Thread safety: any thread.
 * Errors: BAD_HANDLE, CLOSED, INVALID_ARGUMENT; a text that breaks a rule is refused when it is used.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_query_tag(struct strongroom_query *query,
                                       const char *key,
                                       size_t key_len,
                                       const char *value,
                                       size_t value_len,
                                       struct strongroom_error **error);

/**
 * Only secrets with a tag of this key, whatever its value.
 *
 * Ownership: borrows `query`; copies `key`.
 * Thread safety: any thread.
 * Errors: BAD_HANDLE, CLOSED, INVALID_ARGUMENT; a text that breaks a rule is refused when it is used.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_query_has_tag(struct strongroom_query *query,
                                           const char *key,
                                           size_t key_len,
                                           struct strongroom_error **error);

/**
 * Only secrets without a tag of this key.
 *
 * Ownership: borrows `query`; copies `key`.
 * Thread safety: any thread.
 * Errors: BAD_HANDLE, CLOSED, INVALID_ARGUMENT; a text that breaks a rule is refused when it is used.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_query_without_tag(struct strongroom_query *query,
                                               const char *key,
                                               size_t key_len,
                                               struct strongroom_error **error);

/**
 * Only secrets of this tier.
 *
 * Ownership: borrows `query`.
 * Thread safety: any thread.
 * Errors: BAD_HANDLE, CLOSED, INVALID_ARGUMENT.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_query_tier(struct strongroom_query *query,
                                        uint32_t code,
                                        struct strongroom_error **error);

/**
 * Only secrets whose value or metadata changed at this time or later, in milliseconds since the Unix epoch.
 *
 * Ownership: borrows `query`.
 * Thread safety: any thread.
 * Errors: BAD_HANDLE, CLOSED, INVALID_ARGUMENT.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_query_updated_since(struct strongroom_query *query,
                                                 int64_t time_ms,
                                                 struct strongroom_error **error);

/**
 * Which secrets: STRONGROOM_LIST_LIVE, _TRASH or _ALL.
 *
 * Ownership: borrows `query`.
 * Thread safety: any thread.
 * Errors: BAD_HANDLE, CLOSED, INVALID_ARGUMENT.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_query_state(struct strongroom_query *query,
                                         uint32_t state,
                                         struct strongroom_error **error);

/**
 * In which order: STRONGROOM_SORT_PATH, or STRONGROOM_SORT_UPDATED for the latest change first.
 *
 * Ownership: borrows `query`.
 * Thread safety: any thread.
 * Errors: BAD_HANDLE, CLOSED, INVALID_ARGUMENT.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_query_sort(struct strongroom_query *query,
                                        uint32_t sort,
                                        struct strongroom_error **error);

/**
 * How many items a page has: 1 to 1,000, by default 50.
 *
 * Ownership: borrows `query`.
 * Thread safety: any thread.
 * Errors: BAD_HANDLE, CLOSED; a number out of range is refused when it is used.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_query_limit(struct strongroom_query *query,
                                         size_t limit,
                                         struct strongroom_error **error);

/**
 * Whether the first page says how many secrets there are in all (0 or 1). It takes a look at each of them.
 *
 * Ownership: borrows `query`.
 * Thread safety: any thread.
 * Errors: BAD_HANDLE, CLOSED, INVALID_ARGUMENT.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_query_count(struct strongroom_query *query,
                                         int32_t count,
                                         struct strongroom_error **error);

/**
 * Continues behind the page that gave `cursor`. The rest of the query must be the same, but for the limit and the count.
 *
 * Ownership: borrows `query`; copies `cursor`.
 * Thread safety: any thread.
 * Errors: BAD_HANDLE, CLOSED, INVALID_ARGUMENT, INVALID_CURSOR.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_query_after(struct strongroom_query *query,
                                         const char *cursor,
                                         size_t cursor_len,
                                         struct strongroom_error **error);

/**
 * Frees a query. NULL is fine.
 *
 * Ownership: takes `query`.
 * Thread safety: any thread.
 * Errors: BAD_HANDLE, CLOSED.
 */
STRONGROOM_API strongroom_status strongroom_query_free(struct strongroom_query *query);

/**
 * Reads a secret: version `version`, or the current one with 0.
 *
 * Ownership: borrows `store` and `path`. `*secret` is the caller's, to free with strongroom_secret_free.
 * Thread safety: any thread.
 * Errors: INVALID_ARGUMENT, BAD_HANDLE, CLOSED, NOT_FOUND, DESTROYED, VERSION_EXPIRED, EXPIRED, LOCKED, TAMPERED, POISONED, IO, FORKED.
 * With a secret whose reads are audited strictly also READ_ONLY, REENTRANT, IN_USE and DISK_FULL, and in a transaction LIMIT_EXCEEDED.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_get(const struct strongroom_store *store,
                                 const char *path,
                                 size_t path_len,
                                 uint64_t version,
                                 struct strongroom_secret **secret,
                                 struct strongroom_error **error);

/**
 * Reads the value of a secret into the caller's memory: version `version`, or the current one with 0. `*value_len` gets the length
 * of the value also if the buffer is too small; the buffer is then left as it was.
 *
 * Ownership: borrows `store` and `path`; writes `buffer` and `*value_len`. The caller wipes the buffer: strongroom_wipe.
 * Thread safety: any thread.
 * Errors: INVALID_ARGUMENT, BAD_HANDLE, CLOSED, BUFFER_TOO_SMALL, NOT_FOUND, DESTROYED, VERSION_EXPIRED, EXPIRED, LOCKED, TAMPERED, POISONED, IO, FORKED.
 * With a secret whose reads are audited strictly also READ_ONLY, REENTRANT, IN_USE and DISK_FULL, and in a transaction LIMIT_EXCEEDED.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_get_into(const struct strongroom_store *store,
                                      const char *path,
                                      size_t path_len,
                                      uint64_t version,
                                      uint8_t *buffer,
                                      size_t buffer_len,
                                      size_t *value_len,
                                      struct strongroom_error **error);

/**
 * Reads a secret, version `version` or the current one with 0, into the caller's memory if it fits there, and as an object if it does
 * not: so it is read once, however large it is, and a small one without an object. If it fits, `*secret` is NULL, the value is in
 * `buffer`, what strongroom_secret_describe tells in `*info`, and its texts and tags in `texts`; else `*secret` is the object, and these
 * three are not to be read. `*value_len` gets the length of the value in both cases. Nobody who passes NULL for `info` needs room in
 * `texts`, which is NULL then. 512 bytes are enough for the texts of most secrets.
 *
 * Ownership: borrows `store` and `path`; writes `buffer`, which the caller wipes, `*value_len`, `*info` and `texts`, which `*info` points
 * into. `*secret`, unless NULL, is the caller's, to free with strongroom_secret_free.
 * Thread safety: any thread.
 * Errors: INVALID_ARGUMENT, BAD_HANDLE, CLOSED, NOT_FOUND, DESTROYED, VERSION_EXPIRED, EXPIRED, LOCKED, TAMPERED, POISONED, IO, FORKED.
 * With a secret whose reads are audited strictly also READ_ONLY, REENTRANT, IN_USE and DISK_FULL, and in a transaction LIMIT_EXCEEDED.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_read(const struct strongroom_store *store,
                                  const char *path,
                                  size_t path_len,
                                  uint64_t version,
                                  uint8_t *buffer,
                                  size_t buffer_len,
                                  size_t *value_len,
                                  struct strongroom_secret_info *info,
                                  uint8_t *texts,
                                  size_t texts_len,
                                  struct strongroom_secret **secret,
                                  struct strongroom_error **error);

/**
 * Reads what is known of a secret without its value: a page of one strongroom_page_secret.
 *
 * Ownership: borrows `store` and `path`. `*page` is the caller's, to free with strongroom_page_free.
 * Thread safety: any thread.
 * Errors: INVALID_ARGUMENT, BAD_HANDLE, CLOSED, NOT_FOUND, LOCKED, TAMPERED, POISONED, IO, FORKED.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_info(const struct strongroom_store *store,
                                  const char *path,
                                  size_t path_len,
                                  struct strongroom_page **page,
                                  struct strongroom_error **error);

/**
 * Reads the current versions of several secrets, all of one state of the store.
 *
 * Ownership: borrows `store` and `paths`, whose lengths may be STRONGROOM_NUL_TERMINATED. `*secrets` is the caller's, to free with
 * strongroom_secrets_free.
 * Thread safety: any thread.
 * Errors: of the whole INVALID_ARGUMENT, BAD_HANDLE, CLOSED, LOCKED, POISONED, FORKED; of each, from strongroom_secrets_take, as strongroom_get.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_get_many(const struct strongroom_store *store,
                                      const struct strongroom_text *paths,
                                      size_t path_count,
                                      struct strongroom_secrets **secrets,
                                      struct strongroom_error **error);

/**
 * Whether `candidate` is the current value of a secret (1 or 0), without showing the value. How long it takes does not depend on
 * where they differ.
 *
 * Ownership: borrows `store`, `path` and `candidate`; writes `*matches`.
 * Thread safety: any thread.
 * Errors: as strongroom_get.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_matches(const struct strongroom_store *store,
                                     const char *path,
                                     size_t path_len,
                                     const uint8_t *candidate,
                                     size_t candidate_len,
                                     int32_t *matches,
                                     struct strongroom_error **error);

/**
 * Writes a value as the next version of a secret that is there, current at once, and retires the version before: it is readable by number and
 * accepted for `grace_seconds` more, and then never again. A version in grace stays so until its own time. strongroom_rollback takes back a
 * rotation by mistake.
 *
 * Ownership: borrows `store`, `path`, `value` and `changes`, which may be NULL; writes `*rotated`, unless that is NULL.
 * Thread safety: any thread.
 * Errors: as strongroom_put; NOT_FOUND; EXPIRED if the secret has expired and `changes` set no other expiry.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_rotate(struct strongroom_store *store,
                                    const char *path,
                                    size_t path_len,
                                    const uint8_t *value,
                                    size_t value_len,
                                    uint64_t grace_seconds,
                                    const struct strongroom_changes *changes,
                                    struct strongroom_rotated *rotated,
                                    struct strongroom_error **error);

/**
 * The current version of a secret and those in grace, the newest first: what whoever checks a value is to accept.
 *
 * Ownership: borrows `store` and `path`. `*secrets` is the caller's, to free with strongroom_secrets_free.
 * Thread safety: any thread.
 * Errors: INVALID_ARGUMENT, BAD_HANDLE, CLOSED, NOT_FOUND, EXPIRED, LOCKED, TAMPERED, POISONED, IO, FORKED.
 * With a secret whose reads are audited strictly also READ_ONLY, REENTRANT, IN_USE and DISK_FULL, and in a transaction LIMIT_EXCEEDED.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_accepted(const struct strongroom_store *store,
                                      const char *path,
                                      size_t path_len,
                                      struct strongroom_secrets **secrets,
                                      struct strongroom_error **error);

/**
 * Of which version of a secret `candidate` is the value: the number of the newest accepted one, or 0 for none. All of them are compared, and how long
 * that takes does not depend on where they differ.
 *
 * Ownership: borrows `store`, `path` and `candidate`; writes `*version`.
 * Thread safety: any thread.
 * Errors: as strongroom_accepted.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_verify_any(const struct strongroom_store *store,
                                        const char *path,
                                        size_t path_len,
                                        const uint8_t *candidate,
                                        size_t candidate_len,
                                        uint64_t *version,
                                        struct strongroom_error **error);

/**
 * Retires a version that is not the current one now, whether it was in grace or readable by number. strongroom_rollback still finds its value;
 * strongroom_destroy_version takes it away. `page`, unless NULL, gets a page of one strongroom_page_version.
 *
 * Ownership: borrows `store` and `path`. `*page` is the caller's, to free with strongroom_page_free.
 * Thread safety: any thread.
 * Errors: INVALID_ARGUMENT also of the current version; BAD_HANDLE, CLOSED, NOT_FOUND, DESTROYED, REENTRANT, IN_USE, READ_ONLY, LOCKED, DISK_FULL,
 * POISONED, IO, FORKED.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_revoke_version(struct strongroom_store *store,
                                            const char *path,
                                            size_t path_len,
                                            uint64_t version,
                                            struct strongroom_page **page,
                                            struct strongroom_error **error);

/**
 * What is to be done within so many seconds from now, the earliest first, and what is overdue: a page of strongroom_page_due items. It takes as long
 * as there are of them.
 *
 * Ownership: borrows `store`. `*page` is the caller's, to free with strongroom_page_free.
 * Thread safety: any thread.
 * Errors: INVALID_ARGUMENT, BAD_HANDLE, CLOSED, LOCKED, TAMPERED, POISONED, IO, FORKED.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_due(const struct strongroom_store *store,
                                 uint64_t within_seconds,
                                 struct strongroom_page **page,
                                 struct strongroom_error **error);

/**
 * Reads a duration as people write it: "90d", "1h30m", "300", or ISO 8601 as "PT1H30M", without years and months.
 *
 * Ownership: borrows `duration`; writes `*seconds`.
 * Thread safety: any thread.
 * Errors: INVALID_ARGUMENT.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_parse_duration(const char *duration,
                                            size_t duration_len,
                                            uint64_t *seconds,
                                            struct strongroom_error **error);

/**
 * Where the bytes of a value are; never NULL for a secret, also an empty one, and NULL for what is none.
 *
 * Ownership: borrowed from `secret`, until that is freed. There is no NUL behind them.
 * Thread safety: any thread.
 * Errors: none.
 */
STRONGROOM_API const uint8_t *strongroom_secret_data(const struct strongroom_secret *secret);

/**
 * How many bytes a value has; 0 for what is no secret.
 *
 * Ownership: borrows `secret`.
 * Thread safety: any thread.
 * Errors: none.
 */
STRONGROOM_API size_t strongroom_secret_len(const struct strongroom_secret *secret);

/**
 * The number of the version that was read; 0 for a recovery code and for what is no secret.
 *
 * Ownership: borrows `secret`.
 * Thread safety: any thread.
 * Errors: none.
 */
STRONGROOM_API uint64_t strongroom_secret_version(const struct strongroom_secret *secret);

/**
 * When that version was written, in milliseconds since the Unix epoch; STRONGROOM_NO_TIME for what has none.
 *
 * Ownership: borrows `secret`.
 * Thread safety: any thread.
 * Errors: none.
 */
STRONGROOM_API int64_t strongroom_secret_version_created_at(const struct strongroom_secret *secret);

/**
 * What is known of the secret as it is now, whichever version was read.
 *
 * Ownership: writes `*info`, whose texts are borrowed from `secret`, until that is freed.
 * Thread safety: any thread.
 * Errors: INVALID_ARGUMENT, also for a recovery code; BAD_HANDLE, CLOSED.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_secret_describe(const struct strongroom_secret *secret,
                                             struct strongroom_secret_info *info,
                                             struct strongroom_error **error);

/**
 * Wipes and frees a secret. NULL is fine.
 *
 * Ownership: takes `secret`.
 * Thread safety: any thread; nobody may read its bytes any more.
 * Errors: BAD_HANDLE, CLOSED.
 */
STRONGROOM_API strongroom_status strongroom_secret_free(struct strongroom_secret *secret);

/**
 * How many paths were asked for; 0 for what is no such object.
 *
 * Ownership: borrows `secrets`.
 * Thread safety: any thread.
 * Errors: none.
 */
STRONGROOM_API size_t strongroom_secrets_len(const struct strongroom_secrets *secrets);

/**
 * Takes out what was found for the path of this index, once: a secret, or the error that reading it gave.
 *
 * Ownership: borrows `secrets`. `*secret` is the caller's, to free with strongroom_secret_free.
 * Thread safety: any thread.
 * Errors: INVALID_ARGUMENT, BAD_HANDLE; CLOSED if it was taken already; otherwise as strongroom_get.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_secrets_take(struct strongroom_secrets *secrets,
                                          size_t index,
                                          struct strongroom_secret **secret,
                                          struct strongroom_error **error);

/**
 * Wipes and frees what was not taken out. NULL is fine.
 *
 * Ownership: takes `secrets`.
 * Thread safety: any thread.
 * Errors: BAD_HANDLE, CLOSED.
 */
STRONGROOM_API strongroom_status strongroom_secrets_free(struct strongroom_secrets *secrets);

/**
 * Signs a payload with a secret: HMAC-SHA-256 (RFC 2104) under its current value, as a text "sha256=" and 64 hexadecimal digits. A secret that signs
 * payloads should sign no requests. Signing and checking a signature are reads, and in the audit log as such: a secret of a tier with
 * STRONGROOM_AUDIT_READS_STRICT does neither through a read-only handle.
 *
 * Ownership: borrows `store`, `path` and `payload`; writes STRONGROOM_SIGNATURE_LEN bytes to `signature`, its NUL among them.
 * Thread safety: any thread.
 * Errors: as strongroom_get; INVALID_ARGUMENT also if the value is empty; BUFFER_TOO_SMALL.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_sign_payload(const struct strongroom_store *store,
                                          const char *path,
                                          size_t path_len,
                                          const uint8_t *payload,
                                          size_t payload_len,
                                          char *signature,
                                          size_t signature_len,
                                          struct strongroom_error **error);

/**
 * Checks the signature of a payload, in constant time, against the current value of a secret and those in grace. `*found` gets
 * STRONGROOM_SIGNATURE_VALID or _WRONG, and `*version`, unless that is NULL, the number of the version that signed, or 0. A text that is no signature is
 * a wrong one.
 *
 * Ownership: borrows `store`, `path`, `payload` and `signature`; writes `*found` and `*version`.
 * Thread safety: any thread.
 * Errors: as strongroom_accepted; INVALID_ARGUMENT also if the current value is empty.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_verify_payload(const struct strongroom_store *store,
                                            const char *path,
                                            size_t path_len,
                                            const uint8_t *payload,
                                            size_t payload_len,
                                            const char *signature,
                                            size_t signature_len,
                                            uint32_t *found,
                                            uint64_t *version,
                                            struct strongroom_error **error);

/**
 * Signs a request: as strongroom_sign_payload, of `timestamp`, in seconds since the Unix epoch, a dot, and the body.
 *
 * Ownership: borrows `store`, `path` and `body`; writes STRONGROOM_SIGNATURE_LEN bytes to `signature`, its NUL among them.
 * Thread safety: any thread.
 * Errors: as strongroom_sign_payload.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_sign_request(const struct strongroom_store *store,
                                          const char *path,
                                          size_t path_len,
                                          int64_t timestamp,
                                          const uint8_t *body,
                                          size_t body_len,
                                          char *signature,
                                          size_t signature_len,
                                          struct strongroom_error **error);

/**
 * Checks the signature of a request, as strongroom_verify_payload, and that its timestamp lies within 300 seconds of now: else `*found` gets
 * STRONGROOM_SIGNATURE_TOO_OLD or _TOO_EARLY. Within that time a request is as good twice: keep what was seen, if that matters.
 *
 * Ownership: borrows `store`, `path`, `body` and `signature`; writes `*found` and `*version`.
 * Thread safety: any thread.
 * Errors: as strongroom_verify_payload.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_verify_request(const struct strongroom_store *store,
                                            const char *path,
                                            size_t path_len,
                                            int64_t timestamp,
                                            const uint8_t *body,
                                            size_t body_len,
                                            const char *signature,
                                            size_t signature_len,
                                            uint32_t *found,
                                            uint64_t *version,
                                            struct strongroom_error **error);

/**
 * The key slots of a store: a page of strongroom_page_slot items.
 *
 * Ownership: borrows `store`. `*page` is the caller's, to free with strongroom_page_free.
 * Thread safety: any thread.
 * Errors: INVALID_ARGUMENT, BAD_HANDLE, CLOSED, LOCKED, TAMPERED, POISONED, FORKED.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_slots_list(const struct strongroom_store *store,
                                        struct strongroom_page **page,
                                        struct strongroom_error **error);

/**
 * Adds a slot that `key` opens, with a label of at most 128 bytes, unless that is NULL, and a cost, unless that is NULL, of at least the
 * store's floor.
 *
 * Ownership: borrows `store`, `key`, `label` and `cost`; writes `*id`.
 * Thread safety: any thread.
 * Errors: INVALID_ARGUMENT, BAD_HANDLE, CLOSED, ALREADY_EXISTS, LIMIT_EXCEEDED, KDF_LIMITS, OUT_OF_MEMORY, REENTRANT, IN_USE, READ_ONLY, LOCKED,
 * DISK_FULL, POISONED, IO, FORKED.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_slots_add(struct strongroom_store *store,
                                       const struct strongroom_key *key,
                                       const char *label,
                                       size_t label_len,
                                       const struct strongroom_kdf_cost *cost,
                                       struct strongroom_slot_id *id,
                                       struct strongroom_error **error);

/**
 * Adds a slot with a new recovery code of 256 bits, to be written down: it is shown this once.
 *
 * Ownership: borrows `store` and `label`, which may be NULL; writes `*id`. `*code` is the caller's, to free with strongroom_secret_free.
 * Thread safety: any thread.
 * Errors: as strongroom_slots_add.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_slots_add_recovery_code(struct strongroom_store *store,
                                                     const char *label,
                                                     size_t label_len,
                                                     struct strongroom_slot_id *id,
                                                     struct strongroom_secret **code,
                                                     struct strongroom_error **error);

/**
 * Replaces a passphrase by another one. When it returns, the old one opens nothing any more, whatever happens.
 *
 * Ownership: borrows `store`, `old_key` and `new_key`.
 * Thread safety: any thread.
 * Errors: as strongroom_slots_add; WRONG_KEY if the old one opens no slot.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_slots_change_passphrase(struct strongroom_store *store,
                                                     const struct strongroom_key *old_key,
                                                     const struct strongroom_key *new_key,
                                                     struct strongroom_error **error);

/**
 * Removes a slot. `leave_raw_keys_only` (0 or 1) says that it may be the last one that a person can use.
 *
 * Ownership: borrows `store` and `id`.
 * Thread safety: any thread.
 * Errors: INVALID_ARGUMENT, also if it is the last; BAD_HANDLE, CLOSED, NOT_FOUND, REENTRANT, IN_USE, READ_ONLY, LOCKED, DISK_FULL, POISONED, IO, FORKED.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_slots_remove(struct strongroom_store *store,
                                          const char *id,
                                          size_t id_len,
                                          int32_t leave_raw_keys_only,
                                          struct strongroom_error **error);

/**
 * Which slot a key opens: a way to try a recovery code before it is needed. It counts as no use of the slot.
 *
 * Ownership: borrows `store` and `key`; writes `*id`.
 * Thread safety: any thread.
 * Errors: INVALID_ARGUMENT, BAD_HANDLE, CLOSED, LOCKED, OUT_OF_MEMORY, FORKED; WRONG_KEY if it opens none.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_slots_check(const struct strongroom_store *store,
                                         const struct strongroom_key *key,
                                         struct strongroom_slot_id *id,
                                         struct strongroom_error **error);

/**
 * Creates a store that `key` unlocks, and opens it for writing. An existing file is never replaced; an interrupted creation
 * leaves no store or a good one. A name as temporary files have it (.strongroom-<16 hex digits>.tmp) is refused: writers remove such files.
 *
 * Ownership: borrows `file`, `key` and `options`, which may be NULL. `*store` is the caller's, to end with strongroom_close.
 * Thread safety: any thread.
 * Errors: INVALID_ARGUMENT, BAD_HANDLE, CLOSED, ALREADY_EXISTS, FILE_REFUSED, KDF_LIMITS, OUT_OF_MEMORY, DISK_FULL, IO.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_create(const char *file,
                                    size_t file_len,
                                    const struct strongroom_key *key,
                                    const struct strongroom_options *options,
                                    struct strongroom_store **store,
                                    struct strongroom_error **error);

/**
 * Opens a store. One that has the name of a temporary file (.strongroom-<16 hex digits>.tmp) is opened read-only or not at all: rename it first.
 *
 * Ownership: borrows `file`, `key` and `options`, which may be NULL. `*store` is the caller's, to end with strongroom_close.
 * Thread safety: any thread.
 * Errors: INVALID_ARGUMENT, BAD_HANDLE, CLOSED, NOT_FOUND, NOT_A_STORE, WRONG_KEY, TAMPERED, DAMAGED, UNSUPPORTED_FORMAT,
 * KDF_LIMITS, ROLLED_BACK, WRONG_STORE, FORKED_HISTORY, IN_USE, READ_ONLY, FILE_REFUSED, OUT_OF_MEMORY, IO.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_open(const char *file,
                                  size_t file_len,
                                  const struct strongroom_key *key,
                                  const struct strongroom_options *options,
                                  struct strongroom_store **store,
                                  struct strongroom_error **error);

/**
 * A store in memory, with the same semantics and without a file. It is gone when it is closed.
 *
 * Ownership: borrows `options`, which may be NULL. `*store` is the caller's, to end with strongroom_close.
 * Thread safety: any thread.
 * Errors: INVALID_ARGUMENT, BAD_HANDLE, CLOSED, OUT_OF_MEMORY.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_in_memory(const struct strongroom_options *options,
                                       struct strongroom_store **store,
                                       struct strongroom_error **error);

/**
 * Closes a store, or rolls a transaction back. Behind it `*store` is NULL, and every copy of the handle is CLOSED. Events of reads that wait
 * are written now. Calls of other threads under way come to their end or are CLOSED, and events of reads among them may be lost; the keys are
 * wiped, and other writers get their turn, when the last one has. Handles that strongroom_with made of the store answer CLOSED from then on,
 * and are still to be closed; closing one of those leaves the store open. NULL, and a pointer to NULL, are fine.
 *
 * Ownership: takes `*store`, whatever the status but REENTRANT, BAD_HANDLE and CLOSED.
 * Thread safety: any thread.
 * Errors: BAD_HANDLE, CLOSED; REENTRANT if a transaction of this handle has not ended, or of one that strongroom_with made of it, and inside of
 * a callback that keeps others from writing: then nothing is closed; IO if the proof of an orderly close cannot be written: nothing acknowledged
 * is lost; IN_USE if a write of another thread does not end in time: the store is closed nonetheless, and events of reads that wait are lost;
 * FORKED in a forked child.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_close(struct strongroom_store **store,
                                   struct strongroom_error **error);

/**
 * Begins a transaction: a handle on which everything on secrets can be called, and which sees its own writes. Nobody else
 * does before strongroom_commit. Meanwhile other threads read the state before, and their writes wait; this thread's own writes
 * through the store are REENTRANT. What is about the store as a whole is INVALID_ARGUMENT on a transaction: copies, slots, locking, verification,
 * health, reports, the pin, the environment, the list of retentions and the least cost of passphrases.
 *
 * Time goes on in it: each call happens at its own time, and not at that of the beginning or of the commit. What expires meanwhile is refused
 * from then on, and a grace or an expiry that a call sets is counted from that call.
 *
 * Ownership: borrows `store`. `*transaction` is the caller's, to end with strongroom_commit or, rolling back, strongroom_close.
 * Thread safety: any thread.
 * Errors: INVALID_ARGUMENT, BAD_HANDLE, CLOSED, REENTRANT, IN_USE, READ_ONLY, LOCKED, POISONED, FORKED.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_begin(struct strongroom_store *store,
                                   struct strongroom_store **transaction,
                                   struct strongroom_error **error);

/**
 * Makes everything a transaction changed durable, in one commit. Behind it `*transaction` is NULL, unless it was none that
 * is open; with any status but OK nothing is changed, but see what the top of the header says of IO.
 *
 * Ownership: takes `*transaction`, if it is an open transaction.
 * Thread safety: any thread.
 * Errors: INVALID_ARGUMENT if it is a store, or if a change inside failed; BAD_HANDLE, CLOSED, DISK_FULL, POISONED, IO, FORKED.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_commit(struct strongroom_store **transaction,
                                    struct strongroom_error **error);

/**
 * Locks a store: wipes its keys, and keeps the file from other handles. What needs the keys is then LOCKED, until
 * strongroom_unlock.
 *
 * Ownership: borrows `store`.
 * Thread safety: any thread.
 * Errors: INVALID_ARGUMENT, BAD_HANDLE, CLOSED, REENTRANT, IN_USE, IO, FORKED.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_lock(struct strongroom_store *store,
                                  struct strongroom_error **error);

/**
 * Unlocks a locked store as opening it does. After the second wrong key in a row the next attempts wait.
 *
 * Ownership: borrows `store` and `key`.
 * Thread safety: any thread.
 * Errors: INVALID_ARGUMENT if it is not locked; WRONG_KEY; otherwise as strongroom_open.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_unlock(struct strongroom_store *store,
                                    const struct strongroom_key *key,
                                    struct strongroom_error **error);

/**
 * Whether a store is locked (1 or 0).
 *
 * Ownership: borrows `store`; writes `*locked`.
 * Thread safety: any thread.
 * Errors: INVALID_ARGUMENT, BAD_HANDLE, CLOSED.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_is_locked(const struct strongroom_store *store,
                                       int32_t *locked,
                                       struct strongroom_error **error);

/**
 * What a store is for: STRONGROOM_ENVIRONMENT_LIVE or _TEST, as was said when it was created.
 *
 * Ownership: borrows `store`; writes `*environment`.
 * Thread safety: any thread.
 * Errors: INVALID_ARGUMENT, BAD_HANDLE, CLOSED, LOCKED, TAMPERED, POISONED, FORKED.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_environment(const struct strongroom_store *store,
                                         uint32_t *environment,
                                         struct strongroom_error **error);

/**
 * How long ago a store was last used, in milliseconds: for programs that lock what nobody uses.
 *
 * Ownership: borrows `store`; writes `*idle_ms`.
 * Thread safety: any thread.
 * Errors: INVALID_ARGUMENT, BAD_HANDLE, CLOSED.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_idle_ms(const struct strongroom_store *store,
                                     uint64_t *idle_ms,
                                     struct strongroom_error **error);

/**
 * Moves a secret to the trash. Its path is free at once.
 *
 * Ownership: borrows `store` and `path`; writes `*deleted`, unless that is NULL.
 * Thread safety: any thread.
 * Errors: INVALID_ARGUMENT, BAD_HANDLE, CLOSED, NOT_FOUND, REENTRANT, IN_USE, READ_ONLY, LOCKED, DISK_FULL, TAMPERED, POISONED, IO, FORKED.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_delete(struct strongroom_store *store,
                                    const char *path,
                                    size_t path_len,
                                    struct strongroom_deleted *deleted,
                                    struct strongroom_error **error);

/**
 * Takes a secret out of the trash: by its id, or by the path it had, where the last deleted one is meant, and of several deleted in one millisecond
 * the last created one. It comes back to that path, or to
 * `to`, unless that is NULL.
 *
 * Ownership: borrows `store`, `path_or_id` and `to`; writes `*written`, unless that is NULL.
 * Thread safety: any thread.
 * Errors: INVALID_ARGUMENT, BAD_HANDLE, CLOSED, NOT_FOUND, ALREADY_EXISTS, REENTRANT, IN_USE, READ_ONLY, LOCKED, DISK_FULL, TAMPERED, POISONED, IO,
 * FORKED.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_restore(struct strongroom_store *store,
                                     const char *path_or_id,
                                     size_t path_or_id_len,
                                     const char *to,
                                     size_t to_len,
                                     struct strongroom_written *written,
                                     struct strongroom_error **error);

/**
 * Destroys a secret for good, with all its versions, live or in the trash: by its path, or by its id.
 *
 * Ownership: borrows `store` and `path_or_id`.
 * Thread safety: any thread.
 * Errors: as strongroom_delete.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_destroy(struct strongroom_store *store,
                                     const char *path_or_id,
                                     size_t path_or_id_len,
                                     struct strongroom_error **error);

/**
 * Removes for good what is past its time in the trash, in one commit: at most `items` secrets and single versions. `confirm_clock` (0 or 1) says
 * that the clock is right, even if it went forward by more than a year at once.
 *
 * Ownership: borrows `store`; writes `*swept`, unless that is NULL.
 * Thread safety: any thread.
 * Errors: INVALID_ARGUMENT, BAD_HANDLE, CLOSED, REENTRANT, IN_USE, READ_ONLY, LOCKED, DISK_FULL, TAMPERED, POISONED, IO, FORKED.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_sweep(struct strongroom_store *store,
                                   size_t items,
                                   int32_t confirm_clock,
                                   struct strongroom_swept *swept,
                                   struct strongroom_error **error);

/**
 * What is known of the versions of a secret, from the oldest: a page of strongroom_page_version items.
 *
 * Ownership: borrows `store` and `path`. `*page` is the caller's, to free with strongroom_page_free.
 * Thread safety: any thread.
 * Errors: INVALID_ARGUMENT, BAD_HANDLE, CLOSED, NOT_FOUND, LOCKED, TAMPERED, POISONED, IO, FORKED.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_versions(const struct strongroom_store *store,
                                      const char *path,
                                      size_t path_len,
                                      struct strongroom_page **page,
                                      struct strongroom_error **error);

/**
 * Deletes one version: it cannot be read, and can be restored for as many days as the trash has. `page`, unless NULL, gets a page of one
 * strongroom_page_version.
 *
 * Ownership: borrows `store` and `path`. `*page` is the caller's, to free with strongroom_page_free.
 * Thread safety: any thread.
 * Errors: INVALID_ARGUMENT, BAD_HANDLE, CLOSED, NOT_FOUND, DESTROYED, REENTRANT, IN_USE, READ_ONLY, LOCKED, DISK_FULL, POISONED, IO, FORKED.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_delete_version(struct strongroom_store *store,
                                            const char *path,
                                            size_t path_len,
                                            uint64_t version,
                                            struct strongroom_page **page,
                                            struct strongroom_error **error);

/**
 * Restores a deleted version; of one that is not deleted it changes nothing. `page`, unless NULL, gets a page of one strongroom_page_version.
 *
 * Ownership: borrows `store` and `path`. `*page` is the caller's, to free with strongroom_page_free.
 * Thread safety: any thread.
 * Errors: as strongroom_delete_version; DESTROYED also if its time is over.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_restore_version(struct strongroom_store *store,
                                             const char *path,
                                             size_t path_len,
                                             uint64_t version,
                                             struct strongroom_page **page,
                                             struct strongroom_error **error);

/**
 * Destroys the value of one version for good. `page`, unless NULL, gets a page of one strongroom_page_version.
 *
 * Ownership: borrows `store` and `path`. `*page` is the caller's, to free with strongroom_page_free.
 * Thread safety: any thread.
 * Errors: as strongroom_delete_version.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_destroy_version(struct strongroom_store *store,
                                             const char *path,
                                             size_t path_len,
                                             uint64_t version,
                                             struct strongroom_page **page,
                                             struct strongroom_error **error);

/**
 * Writes a secret: a new one, or the next version of one that is there. What `changes` leaves out stays as it is.
 *
 * Ownership: borrows `store`, `path`, `value` and `changes`, which may be NULL; writes `*written`, unless that is NULL.
 * Thread safety: any thread.
 * Errors: INVALID_ARGUMENT, BAD_HANDLE, CLOSED, ALREADY_EXISTS, CONFLICT, EXPIRED, LIMIT_EXCEEDED, REENTRANT, IN_USE, READ_ONLY, LOCKED, DISK_FULL,
 * TAMPERED, POISONED, IO, FORKED.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_put(struct strongroom_store *store,
                                 const char *path,
                                 size_t path_len,
                                 const uint8_t *value,
                                 size_t value_len,
                                 const struct strongroom_changes *changes,
                                 struct strongroom_written *written,
                                 struct strongroom_error **error);

/**
 * Changes the metadata of a secret without a new version. What `changes` leaves out stays as it is; if nothing changes, nothing is
 * written. `page`, unless NULL, gets a page of one strongroom_page_secret.
 *
 * Ownership: borrows `store`, `path` and `changes`. `*page` is the caller's, to free with strongroom_page_free.
 * Thread safety: any thread.
 * Errors: INVALID_ARGUMENT, BAD_HANDLE, CLOSED, NOT_FOUND, CONFLICT, LIMIT_EXCEEDED, REENTRANT, IN_USE, READ_ONLY, LOCKED, DISK_FULL, TAMPERED,
 * POISONED, IO, FORKED.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_update(struct strongroom_store *store,
                                    const char *path,
                                    size_t path_len,
                                    const struct strongroom_changes *changes,
                                    struct strongroom_page **page,
                                    struct strongroom_error **error);

/**
 * Writes an older version once more, as a new one. It takes one that is retired too, whose value cannot be read any more: the way back from a
 * rotation to a wrong value. A version that must not come back is destroyed; to revoke it is not enough.
 *
 * Ownership: borrows `store` and `path`; writes `*written`, unless that is NULL.
 * Thread safety: any thread.
 * Errors: as strongroom_get and strongroom_put, but for VERSION_EXPIRED.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_rollback(struct strongroom_store *store,
                                      const char *path,
                                      size_t path_len,
                                      uint64_t version,
                                      struct strongroom_written *written,
                                      struct strongroom_error **error);

/**
 * Gives a secret another path. Its id and its versions stay; their values are sealed anew, which above 64 MiB needs `allow_large` (0 or 1).
 *
 * Ownership: borrows `store`, `path` and `to`; writes `*written`, unless that is NULL.
 * Thread safety: any thread.
 * Errors: INVALID_ARGUMENT, BAD_HANDLE, CLOSED, NOT_FOUND, ALREADY_EXISTS, LIMIT_EXCEEDED, REENTRANT, IN_USE, READ_ONLY, LOCKED, DISK_FULL, TAMPERED,
 * POISONED, IO, FORKED.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_rename(struct strongroom_store *store,
                                    const char *path,
                                    size_t path_len,
                                    const char *to,
                                    size_t to_len,
                                    int32_t allow_large,
                                    struct strongroom_written *written,
                                    struct strongroom_error **error);

/**
 * Gives everything below a namespace another one, all or nothing. `renamed`, unless NULL, gets the number of secrets.
 *
 * Ownership: borrows `store`, `namespace_path` and `to`; writes `*renamed`.
 * Thread safety: any thread.
 * Errors: as strongroom_rename.
 */
STRONGROOM_API
STRONGROOM_WARN_UNUSED
strongroom_status strongroom_rename_prefix(struct strongroom_store *store,
                                           const char *namespace_path,
                                           size_t namespace_path_len,
                                           const char *to,
                                           size_t to_len,
                                           int32_t allow_large,
                                           uint64_t *renamed,
                                           struct strongroom_error **error);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* STRONGROOM_H */
