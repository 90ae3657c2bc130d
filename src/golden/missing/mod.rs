//! Adds the vector files that are missing. The fields are chosen here, the bytes come from the code under test: so a
//! new file is worth what its review is worth, and from then on it is frozen.

mod audited;
mod calls;
mod events;
mod everything;
mod left;
mod records;
mod rotated;
mod rows;
mod seals;
mod second;
mod slot_stores;
mod stores;
mod third;
mod typed;
mod unlocking;

use std::io::Write;

use super::text::{Case, VectorFile};
use super::{directory, kinds};

pub(super) use stores::write_stores;

pub(super) fn write_vectors() {
    std::fs::create_dir_all(directory()).unwrap();
    write("store-record", "the store's own row", records::times("store-record", "created-at"));
    write(
        "version-record",
        "a version that is not current, and the tail of every secret record",
        records::versions(),
    );
    write("secret-record", "the row of a path; texts are UTF-8", records::secrets());
    write(
        "audit-segment",
        "a row of the audit log; an event is: time kind secret version, and how often",
        events::segments(),
    );
    write(
        "value-frame",
        "a value with its length and padding, before it is cut into chunks and sealed",
        rows::frames(),
    );
    write("audit-chain", "the head before the first event and after each, 32 bytes each", events::chains());
    write(
        "keys",
        "FK, AK, VK, file-header-mac, superblock, block, cursor, authority-header-mac",
        seals::keys(),
    );
    write("path-key", "the key of the values at a path", seals::paths());
    write("superblock", "the plaintext of a superblock", seals::superblocks());
    write("sealed-superblock", "a superblock as it lies in the file", seals::sealed_superblocks());
    write("sealed-block", "a block as it lies in the file", seals::blocks());
    write("sealed-value", "the sealed chunks of a value, one behind the other", seals::values());
    write("cursor", "the bytes of a page cursor, before base64url", seals::cursors());
    write("slot", "a key slot; normalised is the passphrase in NFC and UTF-8", unlocking::slots());
    write("key-header", "a copy of the key header", unlocking::headers());
    write("kdf-floor-record", "the least cost of the store's passphrases", records::floors());
    write("slot-record", "what is known of a key slot; the label is UTF-8", records::slots());
    write("trash-record", "a secret in the trash; texts are UTF-8", records::trashed());
    write("retention-record", "what the store or a namespace keeps", records::retentions());
    write(
        "clock-jump-record",
        "the last time before the clock jumped",
        records::times("clock-jump-record", "before"),
    );
    write("backup-record", "the time of the last backup", records::times("backup-record", "at"));
    write("environment-record", "what the store is for", records::environments());
    write("path-list", "paths of the tag index, as they stand in it", rows::path_lists());
    write("recovery-code", "a recovery code, and other ways to type it that are accepted", typed::codes());
    write("pin", "the bytes of a pin without its check, and its text", typed::pins());
    write_variants();
    write_second_versions();
    write_calls();
}

/// What is kept beside the log, and the events that came with it.
fn write_calls() {
    write("audit-checkpoint", "where the audit log begins", calls::checkpoints());
    write(
        "audit-policy-record",
        "which reads are audited, by tier from the least, and how long the log is kept",
        calls::audit_policies(),
    );
    write("idempotency-policy-record", "how long calls are remembered", calls::windows());
    write(
        "idempotency-record",
        "a call that is remembered; an answer is its name and its fields, texts are UTF-8 and - is nothing",
        calls::calls(),
    );
    write(
        "idempotency-call",
        "the id of a call, and the digest of what was said: each thing is a name and bytes",
        calls::called(),
    );
    write_to(
        "later-events",
        "audit-segment-2",
        "events of calls, reads and refusals; they are as in audit-segment-2",
        calls::later_segments(),
    );
    write_to(
        "later-event-chain",
        "audit-chain",
        "the head before the first event and after each, 32 bytes each; events are as in audit-segment-2",
        calls::later_chains(),
    );
}

/// Records of which there is a first version too.
fn write_second_versions() {
    write(
        "version-record-2",
        "a version that is not current, and the tail of every secret record",
        second::second_versions(),
    );
    write("secret-record-2", "the row of a path; texts are UTF-8", second::second_secrets());
    write("trash-record-2", "a secret in the trash; texts are UTF-8", second::second_trashed());
    write(
        "audit-segment-2",
        "an event is: time kind subject version, and how often; then path actor error count; then labels reason request-id",
        second::second_segments(),
    );
    write(
        "audit-segment-3",
        "an event is as in audit-segment-2, and stands in an event list",
        third::third_segments(),
    );
    write_to(
        "audit-chain-2",
        "audit-chain",
        "the head before the first event and after each, 32 bytes each; events are as in audit-segment-2",
        second::second_chains(),
    );
}

/// More vectors of kinds that have some already.
fn write_variants() {
    write_to(
        "slot-kinds",
        "slot",
        "slots of the other kinds; normalised is the passphrase in NFC and UTF-8",
        unlocking::slots_of_every_kind(),
    );
    write_to("later-headers", "key-header", "key headers of later epochs", unlocking::later_headers());
    write_to(
        "slot-events",
        "audit-segment",
        "events of slots and of the whole store; an event is: time kind subject version, and how often",
        events::slot_segments(),
    );
    write_to(
        "slot-event-chain",
        "audit-chain",
        "the head before the first event and after each, 32 bytes each",
        events::slot_chains(),
    );
    write_to(
        "secret-events",
        "audit-segment",
        "events of secrets, retention and the clock; an event is: time kind subject version, and how often",
        events::secret_segments(),
    );
    write_to(
        "secret-event-chain",
        "audit-chain",
        "the head before the first event and after each, 32 bytes each",
        events::secret_chains(),
    );
}

/// Writes `<kind>.vectors` unless it is there.
fn write(kind: &str, comment: &str, cases: Vec<Case>) {
    write_to(kind, kind, comment, cases);
}

/// Writes `<name>.vectors` unless it is there.
fn write_to(name: &str, kind: &str, comment: &str, mut cases: Vec<Case>) {
    let path = directory().join(format!("{name}.vectors"));
    if path.exists() {
        return;
    }
    for case in cases.iter_mut().filter(|case| case.bytes.is_empty()) {
        case.bytes = encoded(kind, case);
    }
    let text = VectorFile { kind: kind.to_owned(), comment: comment.to_owned(), cases }.print();
    let mut file = std::fs::File::create_new(&path).unwrap();
    file.write_all(text.as_bytes()).unwrap();
}

fn encoded(kind: &str, case: &Case) -> Vec<u8> {
    (kinds().find(|known| known.name == kind).unwrap().encode)(case)
}

/// `case` with one byte of its encoding changed.
fn with_byte(kind: &str, case: &Case, at: usize, byte: u8) -> Vec<u8> {
    let mut bytes = encoded(kind, case);
    bytes[at] = byte;
    bytes
}
