//! Earlier versions of records, which are only read any more: what their vectors say, and that the library reads them so.

use std::sync::Arc;

use bincode::{Decode, Encode};
use wincode::{SchemaRead, SchemaWrite};

use super::records::{OfCase, author, decoded, events, note, text};
use super::text::Case;
use super::{Kind, records};
use crate::error::Result;
use crate::record::audit;
use crate::record::codec::{Fields, Record};
use crate::record::context::Said;
use crate::record::secret::{Details, SecretRecord, Standing, TrashRecord, VersionRecord};

/// A version of a record of which there is a later one.
pub(super) trait First: OfCase + Clone {
    /// What the library makes of it.
    type Now: Record + PartialEq + From<Self>;
}

#[derive(Clone, Debug, Decode, Encode, PartialEq, SchemaRead, SchemaWrite)]
pub(super) struct FirstVersion {
    pub(super) number: u64,
    pub(super) created_at: i64,
    pub(super) size: u32,
    pub(super) standing: FirstStanding,
    pub(super) author: Option<[u8; 16]>,
    pub(super) note: Option<String>,
    pub(super) pieces: u32,
    pub(super) tail: Vec<u8>,
}

#[derive(Clone, Debug, Decode, Encode, PartialEq, SchemaRead, SchemaWrite)]
pub(super) enum FirstStanding {
    Kept,
    Deleted { at: i64, until: i64 },
    Destroyed { at: i64 },
}

#[derive(Clone, Debug, Decode, Encode, PartialEq, SchemaRead, SchemaWrite)]
pub(super) struct FirstSecret {
    pub(super) id: [u8; 16],
    pub(super) tier: u8,
    pub(super) meta_version: u64,
    pub(super) updated_at: i64,
    pub(super) accessed_at: Option<i64>,
    pub(super) tags: String,
    pub(super) details: Option<FirstDetails>,
    pub(super) current: FirstVersion,
}

#[derive(Clone, Debug, Decode, Encode, PartialEq, SchemaRead, SchemaWrite)]
pub(super) struct FirstDetails {
    pub(super) description: String,
    pub(super) content_type: String,
    pub(super) max_versions: Option<u32>,
    pub(super) trash_days: Option<u16>,
}

#[derive(Clone, Debug, Decode, Encode, PartialEq, SchemaRead, SchemaWrite)]
pub(super) struct FirstTrash {
    pub(super) path: String,
    pub(super) deleted_at: i64,
    pub(super) secret: FirstSecret,
}

#[derive(Clone, Debug, Decode, Encode, PartialEq, SchemaRead, SchemaWrite)]
pub(super) struct FirstEvent {
    pub(super) time: i64,
    pub(super) kind: u16,
    pub(super) subject: [u8; 16],
    pub(super) version: u64,
}

#[derive(Clone, Debug, Decode, Encode, PartialEq, SchemaRead, SchemaWrite)]
pub(super) struct FirstSegment {
    pub(super) generation: u64,
    pub(super) events: Vec<FirstEvent>,
    pub(super) head: [u8; 32],
}

#[derive(Clone, Debug, Decode, Encode, PartialEq, SchemaRead, SchemaWrite)]
pub(super) struct SecondEvent {
    pub(super) time: i64,
    pub(super) kind: u16,
    pub(super) subject: [u8; 16],
    pub(super) version: u64,
    pub(super) more: Option<SecondMore>,
}

#[derive(Clone, Debug, Decode, Encode, PartialEq, SchemaRead, SchemaWrite)]
pub(super) struct SecondMore {
    pub(super) path: String,
    pub(super) actor: Option<[u8; 16]>,
    pub(super) error: i32,
    pub(super) count: u32,
    /// Labels, reason and request id.
    pub(super) said: Option<(String, String, String)>,
}

#[derive(Clone, Debug, Decode, Encode, PartialEq, SchemaRead, SchemaWrite)]
pub(super) struct SecondSegment {
    pub(super) generation: u64,
    pub(super) events: Vec<SecondEvent>,
    pub(super) head: [u8; 32],
}

pub(super) fn kinds() -> [Kind; 5] {
    [
        kind::<FirstSecret>("secret-record"),
        kind::<FirstVersion>("version-record"),
        Kind { flip_every: 13, ..kind::<FirstSegment>("audit-segment") },
        Kind { flip_every: 13, ..kind::<SecondSegment>("audit-segment-2") },
        kind::<FirstTrash>("trash-record"),
    ]
}

fn kind<F: First>(name: &'static str) -> Kind {
    let check = |case: &Case, bytes: &[u8]| {
        assert_read_on::<F>(bytes, &case.name);
        records::check(&F::of(case), bytes)
    };
    Kind { check, ..records::kind::<F>(name) }
}

/// What the library makes of bytes that say they are of the earlier version: what that says and nothing else, or the same
/// refusal.
pub(super) fn assert_read_on<F: First>(bytes: &[u8], place: &str) {
    if bytes.get(2..4) == Some(&F::VERSION.to_le_bytes()) {
        let expected = decoded::<F>(bytes).map(F::Now::from);
        assert!(decoded::<F::Now>(bytes) == expected, "{place}: the library reads something else");
    }
}

impl Record for FirstVersion {
    const KIND: u16 = 3;
    const VERSION: u16 = 1;
}

impl Record for FirstSecret {
    const KIND: u16 = 2;
    const VERSION: u16 = 1;
}

impl Record for FirstTrash {
    const KIND: u16 = 7;
    const VERSION: u16 = 1;
}

impl Record for FirstSegment {
    const KIND: u16 = 4;
    const VERSION: u16 = 1;
}

impl Record for SecondSegment {
    const KIND: u16 = 4;
    const VERSION: u16 = 2;

    fn of_older(version: u16, fields: &Fields<'_>) -> Result<Option<Self>> {
        let first = (version == 1).then(|| fields.decode::<FirstSegment>()).transpose()?;
        Ok(first.map(Self::from))
    }
}

impl First for FirstVersion {
    type Now = VersionRecord;
}

impl First for FirstSecret {
    type Now = SecretRecord;
}

impl First for FirstTrash {
    type Now = TrashRecord;
}

impl First for FirstSegment {
    type Now = audit::Segment;
}

impl First for SecondSegment {
    type Now = audit::Segment;
}

impl From<FirstVersion> for VersionRecord {
    fn from(first: FirstVersion) -> Self {
        let FirstVersion { number, created_at, size, standing, author, note, pieces, tail } = first;
        let standing = match standing {
            FirstStanding::Kept => Standing::Kept,
            FirstStanding::Deleted { at, until } => Standing::Deleted { at, until },
            FirstStanding::Destroyed { at } => Standing::Destroyed { at },
        };
        Self { number, created_at, size, standing, author, note, pieces, tail }
    }
}

impl From<FirstSecret> for SecretRecord {
    fn from(first: FirstSecret) -> Self {
        let FirstSecret { id, tier, meta_version, updated_at, accessed_at, tags, details, current } = first;
        let details = details.map(|details| {
            let FirstDetails { description, content_type, max_versions, trash_days } = details;
            Details { description, content_type, max_versions, trash_days }
        });
        let current = current.into();
        Self { id, tier, meta_version, updated_at, accessed_at, tags, details, schedule: None, current }
    }
}

impl From<FirstTrash> for TrashRecord {
    fn from(FirstTrash { path, deleted_at, secret }: FirstTrash) -> Self {
        Self { path, deleted_at, secret: secret.into() }
    }
}

impl From<FirstSegment> for audit::Segment {
    fn from(first: FirstSegment) -> Self {
        SecondSegment::from(first).into()
    }
}

impl From<FirstSegment> for SecondSegment {
    fn from(FirstSegment { generation, events, head }: FirstSegment) -> Self {
        let event = |FirstEvent { time, kind, subject, version }| SecondEvent {
            time,
            kind,
            subject,
            version,
            more: None,
        };
        Self { generation, events: events.into_iter().map(event).collect(), head }
    }
}

impl From<SecondSegment> for audit::Segment {
    fn from(SecondSegment { generation, events, head }: SecondSegment) -> Self {
        let event = |SecondEvent { time, kind, subject, version, more }| audit::Event {
            time,
            kind,
            subject,
            version,
            more: more.map(audit::More::from),
        };
        Self { generation, events: events.into_iter().map(event).collect(), head }
    }
}

impl From<SecondMore> for audit::More {
    fn from(SecondMore { path, actor, error, count, said }: SecondMore) -> Self {
        let said = said.map(|(labels, reason, request_id)| Arc::new(Said { labels, reason, request_id }));
        Self { path, actor, error, count, said }
    }
}

impl From<audit::More> for SecondMore {
    fn from(audit::More { path, actor, error, count, said }: audit::More) -> Self {
        let said = said.map(Arc::unwrap_or_clone);
        let said = said.map(|Said { labels, reason, request_id }| (labels, reason, request_id));
        Self { path, actor, error, count, said }
    }
}

impl From<audit::Event> for SecondEvent {
    fn from(audit::Event { time, kind, subject, version, more }: audit::Event) -> Self {
        Self { time, kind, subject, version, more: more.map(SecondMore::from) }
    }
}

impl OfCase for FirstVersion {
    fn of(case: &Case) -> Self {
        Self {
            number: case.number("number"),
            created_at: case.number("created-at"),
            size: case.number("size"),
            standing: match records::standing(case.text("standing")) {
                Standing::Kept => FirstStanding::Kept,
                Standing::Deleted { at, until } => FirstStanding::Deleted { at, until },
                Standing::Destroyed { at } => FirstStanding::Destroyed { at },
                other => panic!("the first version has no {other:?}"),
            },
            author: author(case),
            note: note(case),
            pieces: case.number("pieces"),
            tail: case.bytes("tail"),
        }
    }
}

impl OfCase for FirstSecret {
    fn of(case: &Case) -> Self {
        Self {
            id: case.array("id"),
            tier: case.number("tier"),
            meta_version: case.number("meta-version"),
            updated_at: case.number("updated-at"),
            accessed_at: case.maybe("accessed-at"),
            tags: text(case, "tags"),
            details: (case.text("details") == "some").then(|| FirstDetails {
                description: text(case, "description"),
                content_type: text(case, "content-type"),
                max_versions: case.maybe("max-versions"),
                trash_days: case.maybe("trash-days"),
            }),
            current: FirstVersion::of(case),
        }
    }
}

impl OfCase for FirstTrash {
    fn of(case: &Case) -> Self {
        Self {
            path: text(case, "path"),
            deleted_at: case.number("deleted-at"),
            secret: FirstSecret::of(case),
        }
    }
}

impl OfCase for FirstSegment {
    fn of(case: &Case) -> Self {
        let event = |event: audit::Event| {
            let audit::Event { time, kind, subject, version, more } = event;
            assert!(more.is_none(), "the first version has no more of an event");
            FirstEvent { time, kind, subject, version }
        };
        Self {
            generation: case.number("generation"),
            events: events(case).into_iter().map(event).collect(),
            head: case.array("head"),
        }
    }
}

impl OfCase for SecondSegment {
    fn of(case: &Case) -> Self {
        Self {
            generation: case.number("generation"),
            events: events(case).into_iter().map(SecondEvent::from).collect(),
            head: case.array("head"),
        }
    }
}

/// An earlier version is its own mirror in the second decoder.
macro_rules! mirrors_itself {
    ($($record:ty),*) => {
        $(impl From<&$record> for $record {
            fn from(record: &$record) -> Self {
                record.clone()
            }
        })*
    };
}

mirrors_itself!(FirstVersion, FirstSecret, FirstTrash, FirstSegment, SecondSegment);
