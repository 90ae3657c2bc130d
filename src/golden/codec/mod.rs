//! A second decoder: wincode, whose default form is the same as the one records have. If bincode ever has to go, this
//! is the proof that it can.
//!
//! `STRONGROOM_CODEC_CASES` says how many generated records are compared; 20,000 by default.

mod calls;
mod events;
mod generated;
mod mirrors;

use std::fmt::Debug;

use wincode::config::DefaultConfig;
use wincode::{SchemaRead, SchemaWrite};

use super::first::{
    First, FirstSecret, FirstSegment, FirstTrash, FirstVersion, SecondSegment, assert_read_on,
};
use super::records::OfCase;
use super::text::{Case, Expect};
use super::vector_files;
use crate::record::audit;
use crate::record::audit::AuditCheckpoint;
use crate::record::codec::{self, Authenticated};
use crate::record::idempotency::IdempotencyRecord;
use crate::record::policy::{
    AuditPolicyRecord, BackupRecord, ClockJumpRecord, EnvironmentRecord, IdempotencyPolicyRecord,
    KdfFloorRecord, RetentionRecord,
};
use crate::record::secret::{SecretRecord, StoreRecord, TrashRecord, VersionRecord};
use crate::record::slot::SlotRecord;
use calls::{AuditPolicy, Call, Checkpoint, Window};
use mirrors::{
    Backup, ClockJump, Environment, Floor, Retention, Secret, Segment, Slot, Store, Trash, Version,
};

/// Both codecs on bytes that may be anything: both refuse them, or both read the same from them and write them again.
fn check_bytes<R, W>(bytes: &[u8], place: &str)
where
    R: codec::Record,
    W: for<'de> SchemaRead<'de, DefaultConfig, Dst = W>,
    W: SchemaWrite<DefaultConfig, Src = W> + Debug + PartialEq + for<'a> From<&'a R> + 'static,
{
    let first = codec::decode::<R>(&Authenticated::from_page(bytes)).ok();
    let second = wincode::deserialize_exact::<(u16, u16, W)>(bytes).ok();
    let second = second.filter(|(kind, version, record)| {
        (*kind, *version) == (R::KIND, R::VERSION) && events::are_listed(record)
    });
    assert_eq!(first.as_ref().map(W::from), second.map(|(_, _, record)| record), "{place}");
    if let Some(record) = first {
        check_record::<R, W>(&record, place);
        assert_eq!(*codec::encode(&record).unwrap(), *bytes, "{place}");
    }
}

/// Both codecs write the same bytes for a record.
fn check_record<R, W>(record: &R, place: &str) -> Vec<u8>
where
    R: codec::Record,
    W: SchemaWrite<DefaultConfig, Src = W> + for<'a> From<&'a R>,
{
    let first = codec::encode(record).unwrap().to_vec();
    let second = wincode::serialize(&(R::KIND, R::VERSION, W::from(record))).unwrap();
    assert_eq!(first, second, "{place}");
    first
}

/// Both codecs on the bytes of a vector, and the second one alone against its fields.
fn check_case<R, W>(case: &Case, place: &str)
where
    R: OfCase,
    W: for<'de> SchemaRead<'de, DefaultConfig, Dst = W>,
    W: SchemaWrite<DefaultConfig, Src = W> + Debug + PartialEq + for<'a> From<&'a R> + 'static,
{
    check_bytes::<R, W>(&case.bytes, place);
    if case.expect == Expect::Ok {
        let record = wincode::deserialize_exact::<(u16, u16, W)>(&case.bytes).unwrap();
        assert_eq!(record, (R::KIND, R::VERSION, W::from(&R::of(case))), "{place}");
    }
}

/// As [`check_case`], of an earlier version `F`, which stands for itself in both codecs: the library reads the same from it, and
/// both write that alike.
fn check_first_case<F, W>(case: &Case, place: &str)
where
    F: First,
    F: for<'de> SchemaRead<'de, DefaultConfig, Dst = F>,
    F: SchemaWrite<DefaultConfig, Src = F> + Debug + for<'a> From<&'a F> + 'static,
    W: SchemaWrite<DefaultConfig, Src = W> + for<'a> From<&'a F::Now>,
{
    check_case::<F, F>(case, place);
    check_read_on::<F, W>(&case.bytes, place);
}

/// What the library reads from an earlier version, and that both codecs write it alike.
fn check_read_on<F, W>(bytes: &[u8], place: &str)
where
    F: First,
    W: SchemaWrite<DefaultConfig, Src = W> + for<'a> From<&'a F::Now>,
{
    assert_read_on::<F>(bytes, place);
    if let Ok(first) = codec::decode::<F>(&Authenticated::from_page(bytes)) {
        check_record::<F::Now, W>(&first.into(), place);
    }
}

#[test]
fn both_decoders_agree_on_the_golden_records() {
    let mut accepted = 0;
    let mut refused = 0;
    for (name, file) in vector_files() {
        let check = match file.kind.as_str() {
            "store-record" => check_case::<StoreRecord, Store>,
            "secret-record" => check_first_case::<FirstSecret, Secret>,
            "secret-record-2" => check_case::<SecretRecord, Secret>,
            "version-record" => check_first_case::<FirstVersion, Version>,
            "version-record-2" => check_case::<VersionRecord, Version>,
            "kdf-floor-record" => check_case::<KdfFloorRecord, Floor>,
            "slot-record" => check_case::<SlotRecord, Slot>,
            "audit-segment" => check_first_case::<FirstSegment, Segment>,
            "audit-segment-2" => check_first_case::<SecondSegment, Segment>,
            "audit-segment-3" => check_case::<audit::Segment, Segment>,
            "trash-record" => check_first_case::<FirstTrash, Trash>,
            "trash-record-2" => check_case::<TrashRecord, Trash>,
            "retention-record" => check_case::<RetentionRecord, Retention>,
            "clock-jump-record" => check_case::<ClockJumpRecord, ClockJump>,
            "backup-record" => check_case::<BackupRecord, Backup>,
            "environment-record" => check_case::<EnvironmentRecord, Environment>,
            "audit-checkpoint" => check_case::<AuditCheckpoint, Checkpoint>,
            "audit-policy-record" => check_case::<AuditPolicyRecord, AuditPolicy>,
            "idempotency-record" => check_case::<IdempotencyRecord, Call>,
            "idempotency-policy-record" => check_case::<IdempotencyPolicyRecord, Window>,
            _ => continue,
        };
        for case in &file.cases {
            check(case, &format!("{name}, case {}", case.name));
            match case.expect {
                Expect::Ok => accepted += 1,
                Expect::Fault(_) => refused += 1,
            }
        }
    }
    assert!(accepted >= 150 && refused >= 100, "{accepted} and {refused} records");
}
