//! A second decoder: wincode, whose default form is the same as the one records have. If bincode ever has to go, this
//! is the proof that it can.
//!
//! `STRONGROOM_CODEC_CASES` says how many generated records are compared; 20,000 by default.

use std::fmt::Debug;

use wincode::{SchemaRead, SchemaWrite};

use super::text::Expect;
use super::{records, vector_files};
use crate::crypto::random::seeded::splitmix64;
use crate::record::audit;
use crate::record::codec::{self, Authenticated};
use crate::record::policy::KdfFloorRecord;
use crate::record::secret::{self, SecretRecord, StoreRecord, VersionRecord};
use crate::record::slot::SlotRecord;

#[derive(Debug, PartialEq, SchemaRead, SchemaWrite)]
struct Store {
    created_at: i64,
}

#[derive(Debug, PartialEq, SchemaRead, SchemaWrite)]
struct Version {
    number: u64,
    created_at: i64,
    size: u32,
    standing: Standing,
    author: Option<[u8; 16]>,
    note: Option<String>,
    pieces: u32,
    tail: Vec<u8>,
}

#[derive(Debug, PartialEq, SchemaRead, SchemaWrite)]
enum Standing {
    Kept,
    Deleted { at: i64, until: i64 },
    Destroyed { at: i64 },
}

#[derive(Debug, PartialEq, SchemaRead, SchemaWrite)]
struct Secret {
    id: [u8; 16],
    tier: u8,
    meta_version: u64,
    updated_at: i64,
    accessed_at: Option<i64>,
    tags: String,
    details: Option<Details>,
    current: Version,
}

#[derive(Debug, PartialEq, SchemaRead, SchemaWrite)]
struct Details {
    description: String,
    content_type: String,
    max_versions: Option<u32>,
    trash_days: Option<u16>,
}

#[derive(Debug, PartialEq, SchemaRead, SchemaWrite)]
struct Event {
    time: i64,
    kind: u16,
    secret: [u8; 16],
    version: u64,
}

#[derive(Debug, PartialEq, SchemaRead, SchemaWrite)]
struct Floor {
    memory_kib: u32,
    passes: u32,
    lanes: u32,
}

#[derive(Debug, PartialEq, SchemaRead, SchemaWrite)]
struct Slot {
    label: String,
    created_at: i64,
    last_used_at: i64,
}

#[derive(Debug, PartialEq, SchemaRead, SchemaWrite)]
struct Segment {
    generation: u64,
    events: Vec<Event>,
    head: [u8; 32],
}

impl From<&StoreRecord> for Store {
    fn from(record: &StoreRecord) -> Self {
        Self { created_at: record.created_at }
    }
}

impl From<&KdfFloorRecord> for Floor {
    fn from(record: &KdfFloorRecord) -> Self {
        let KdfFloorRecord { memory_kib, passes, lanes } = *record;
        Self { memory_kib, passes, lanes }
    }
}

impl From<&SlotRecord> for Slot {
    fn from(record: &SlotRecord) -> Self {
        let SlotRecord { label, created_at, last_used_at } = record.clone();
        Self { label, created_at, last_used_at }
    }
}

impl From<&VersionRecord> for Version {
    fn from(record: &VersionRecord) -> Self {
        let VersionRecord { number, created_at, size, standing, author, note, pieces, tail } = record.clone();
        let standing = match standing {
            secret::Standing::Kept => Standing::Kept,
            secret::Standing::Deleted { at, until } => Standing::Deleted { at, until },
            secret::Standing::Destroyed { at } => Standing::Destroyed { at },
        };
        Self { number, created_at, size, standing, author, note, pieces, tail }
    }
}

impl From<&SecretRecord> for Secret {
    fn from(record: &SecretRecord) -> Self {
        let SecretRecord { id, tier, meta_version, updated_at, accessed_at, tags, .. } = record.clone();
        let details = record.details.clone().map(|details| {
            let secret::Details { description, content_type, max_versions, trash_days } = details;
            Details { description, content_type, max_versions, trash_days }
        });
        let current = (&record.current).into();
        Self { id, tier, meta_version, updated_at, accessed_at, tags, details, current }
    }
}

impl From<&audit::Segment> for Segment {
    fn from(record: &audit::Segment) -> Self {
        let event = |event: &audit::Event| {
            let audit::Event { time, kind, subject, version } = *event;
            Event { time, kind, secret: subject, version }
        };
        let events = record.events.iter().map(event).collect();
        Self { generation: record.generation, events, head: record.head }
    }
}

/// Both codecs on bytes that may be anything: both refuse them, or both read the same from them and write them again.
fn check_bytes<R, W>(bytes: &[u8], place: &str)
where
    R: codec::Record,
    W: for<'de> SchemaRead<'de, wincode::config::DefaultConfig, Dst = W>,
    W: SchemaWrite<wincode::config::DefaultConfig, Src = W> + Debug + PartialEq + for<'a> From<&'a R>,
{
    let first = codec::decode::<R>(&Authenticated::from_page(bytes)).ok();
    let second = wincode::deserialize_exact::<(u16, u16, W)>(bytes).ok();
    let second = second.filter(|(kind, version, _)| (*kind, *version) == (R::KIND, R::VERSION));
    assert_eq!(first.as_ref().map(W::from), second.map(|(_, _, record)| record), "{place}");
    if let Some(record) = first {
        check_record::<R, W>(&record, place);
        assert_eq!(codec::encode(&record).unwrap().as_slice(), bytes, "{place}");
    }
}

/// Both codecs write the same bytes for a record.
fn check_record<R, W>(record: &R, place: &str) -> Vec<u8>
where
    R: codec::Record,
    W: SchemaWrite<wincode::config::DefaultConfig, Src = W> + for<'a> From<&'a R>,
{
    let first = codec::encode(record).unwrap().to_vec();
    let second = wincode::serialize(&(R::KIND, R::VERSION, W::from(record))).unwrap();
    assert_eq!(first, second, "{place}");
    first
}

/// A generated record, both ways, and again with one byte changed and with one byte cut off.
fn check_generated<R, W>(record: &R, random: &mut impl FnMut() -> u64, place: &str)
where
    R: codec::Record,
    W: for<'de> SchemaRead<'de, wincode::config::DefaultConfig, Dst = W>,
    W: SchemaWrite<wincode::config::DefaultConfig, Src = W> + Debug + PartialEq + for<'a> From<&'a R>,
{
    let mut bytes = check_record::<R, W>(record, place);
    check_bytes::<R, W>(&bytes, place);
    check_bytes::<R, W>(&bytes[..bytes.len() - 1], place);
    let at = below(random, bytes.len());
    bytes[at] ^= 1 << below(random, 8);
    check_bytes::<R, W>(&bytes, place);
}

fn below(random: &mut impl FnMut() -> u64, limit: usize) -> usize {
    usize::try_from(random() % u64::try_from(limit).unwrap()).unwrap()
}

/// A number of any magnitude, the extremes included.
fn number(random: &mut impl FnMut() -> u64) -> u64 {
    let bits = random() % 66;
    match bits {
        65 => u64::MAX,
        64 => random(),
        bits => random() & ((1 << bits) - 1),
    }
}

fn time(random: &mut impl FnMut() -> u64) -> i64 {
    number(random).cast_signed()
}

fn array<const N: usize>(random: &mut impl FnMut() -> u64) -> [u8; N] {
    std::array::from_fn(|_| random().to_le_bytes()[0])
}

fn version(random: &mut impl FnMut() -> u64) -> VersionRecord {
    let len = if random().is_multiple_of(4) { below(random, 1_301) } else { below(random, 130) };
    VersionRecord {
        number: number(random),
        created_at: time(random),
        size: (number(random) >> 32) as u32,
        standing: match below(random, 3) {
            0 => secret::Standing::Kept,
            1 => secret::Standing::Deleted { at: time(random), until: time(random) },
            _ => secret::Standing::Destroyed { at: time(random) },
        },
        author: random().is_multiple_of(4).then(|| array(random)),
        note: random().is_multiple_of(4).then(|| text(random)),
        pieces: (number(random) >> 32) as u32,
        tail: (0..len).map(|_| random().to_le_bytes()[0]).collect(),
    }
}

fn secret(random: &mut impl FnMut() -> u64) -> SecretRecord {
    SecretRecord {
        id: array(random),
        tier: random().to_le_bytes()[0],
        meta_version: number(random),
        updated_at: time(random),
        accessed_at: random().is_multiple_of(2).then(|| time(random)),
        tags: text(random),
        details: random().is_multiple_of(2).then(|| secret::Details {
            description: text(random),
            content_type: text(random),
            max_versions: random().is_multiple_of(2).then(|| (number(random) >> 32) as u32),
            trash_days: random().is_multiple_of(2).then(|| (number(random) & 0xffff) as u16),
        }),
        current: version(random),
    }
}

/// A text of one to four bytes a character.
fn text(random: &mut impl FnMut() -> u64) -> String {
    let mut letter = || char::from_u32((random() % 0x2_0000) as u32).unwrap_or('-');
    (0..30).map(|_| letter()).collect()
}

fn event(random: &mut impl FnMut() -> u64) -> audit::Event {
    let kind = (number(random) & 0xffff) as u16;
    audit::Event { time: time(random), kind, subject: array(random), version: number(random) }
}

/// A label of one to four bytes a character, and now and then longer than a writer may make it.
fn slot(random: &mut impl FnMut() -> u64) -> SlotRecord {
    let label = (0..below(random, 130)).map(|_| char::from_u32((random() % 0x2_0000) as u32).unwrap_or('-'));
    SlotRecord { label: label.collect(), created_at: time(random), last_used_at: time(random) }
}

#[test]
fn both_decoders_agree_on_generated_records() {
    let cases = std::env::var("STRONGROOM_CODEC_CASES").map_or(20_000, |cases| cases.parse().unwrap());
    for case in 0..cases {
        let place = format!("case {case}");
        let mut state: u64 = case;
        let mut random = || splitmix64(&mut state);
        match case % 6 {
            0 => {
                let record = StoreRecord { created_at: time(&mut random) };
                check_generated::<_, Store>(&record, &mut random, &place);
            }
            1 => {
                let record = version(&mut random);
                check_generated::<_, Version>(&record, &mut random, &place);
            }
            2 => {
                let record = secret(&mut random);
                check_generated::<_, Secret>(&record, &mut random, &place);
            }
            3 => {
                let [memory_kib, passes, lanes] = [(); 3].map(|()| (number(&mut random) >> 32) as u32);
                let record = KdfFloorRecord { memory_kib, passes, lanes };
                check_generated::<_, Floor>(&record, &mut random, &place);
            }
            4 => {
                let record = slot(&mut random);
                check_generated::<_, Slot>(&record, &mut random, &place);
            }
            _ => {
                let count = if case / 6 % 64 == 63 { 1_024 } else { below(&mut random, 9) };
                let record = audit::Segment {
                    generation: number(&mut random),
                    events: (0..count).map(|_| event(&mut random)).collect(),
                    head: array(&mut random),
                };
                check_generated::<_, Segment>(&record, &mut random, &place);
            }
        }
    }
}

#[test]
fn both_decoders_agree_on_the_golden_records() {
    let mut accepted = 0;
    let mut refused = 0;
    for (name, file) in vector_files() {
        for case in &file.cases {
            let place = format!("{name}, case {}", case.name);
            match file.kind.as_str() {
                "store-record" => check_bytes::<StoreRecord, Store>(&case.bytes, &place),
                "secret-record" => check_bytes::<SecretRecord, Secret>(&case.bytes, &place),
                "version-record" => check_bytes::<VersionRecord, Version>(&case.bytes, &place),
                "kdf-floor-record" => check_bytes::<KdfFloorRecord, Floor>(&case.bytes, &place),
                "slot-record" => check_bytes::<SlotRecord, Slot>(&case.bytes, &place),
                "audit-segment" => check_bytes::<audit::Segment, Segment>(&case.bytes, &place),
                _ => continue,
            }
            match case.expect {
                Expect::Ok => accepted += 1,
                Expect::Fault(_) => refused += 1,
            }
            if case.expect == Expect::Ok && file.kind == "version-record" {
                let record = wincode::deserialize_exact::<(u16, u16, Version)>(&case.bytes).unwrap();
                assert_eq!(record, (3, 1, Version::from(&records::version(case))), "{place}");
            }
        }
    }
    assert!(accepted >= 80 && refused >= 48, "{accepted} and {refused} records");
}
