//! Vectors of records.

use std::sync::Arc;

use super::text::{Case, bytes_of};
use super::{Fault, Kind};
use crate::error::ErrorKind;
use crate::record::audit::{Event, More, Segment};
use crate::record::codec::{Authenticated, Record, decode, encode};
use crate::record::context::Said;
use crate::record::policy::{
    BackupRecord, ClockJumpRecord, EnvironmentRecord, KdfFloorRecord, RetentionRecord,
};
use crate::record::secret::{
    Details, Schedule, SecretRecord, Standing, StoreRecord, TrashRecord, VersionRecord,
};
use crate::record::slot::SlotRecord;

/// A record that the fields of a case can say.
pub(super) trait OfCase: Record + PartialEq {
    fn of(case: &Case) -> Self;
}

pub(super) fn kinds() -> [Kind; 11] {
    [
        kind::<StoreRecord>("store-record"),
        kind::<SecretRecord>("secret-record-2"),
        kind::<VersionRecord>("version-record-2"),
        Kind { flip_every: 13, ..kind::<Segment>("audit-segment-3") },
        kind::<KdfFloorRecord>("kdf-floor-record"),
        kind::<SlotRecord>("slot-record"),
        kind::<TrashRecord>("trash-record-2"),
        kind::<RetentionRecord>("retention-record"),
        kind::<ClockJumpRecord>("clock-jump-record"),
        kind::<BackupRecord>("backup-record"),
        kind::<EnvironmentRecord>("environment-record"),
    ]
}

pub(super) fn kind<R: OfCase>(name: &'static str) -> Kind {
    Kind {
        name,
        encode: |case| encode(&R::of(case)).unwrap().to_vec(),
        check: |case, bytes| check(&R::of(case), bytes),
        after_flip: |at| match at {
            0 | 1 => &[Fault::Damaged],
            2 | 3 => &[Fault::UnsupportedFormat],
            _ => &[Fault::Different, Fault::Damaged],
        },
        flip_every: 1,
    }
}

pub(super) fn check<R: Record + PartialEq>(expected: &R, bytes: &[u8]) -> Result<(), Fault> {
    if decoded::<R>(bytes)? == *expected { Ok(()) } else { Err(Fault::Different) }
}

/// The record that bytes are, or what they are refused as.
pub(super) fn decoded<R: Record>(bytes: &[u8]) -> Result<R, Fault> {
    decode(&Authenticated::from_page(bytes)).map_err(|error| match error.kind() {
        ErrorKind::UnsupportedFormat => Fault::UnsupportedFormat,
        ErrorKind::Damaged => Fault::Damaged,
        _ => panic!("{error}"),
    })
}

/// A text, which has its bytes in the case.
pub(super) fn text(case: &Case, name: &str) -> String {
    String::from_utf8(case.bytes(name)).unwrap()
}

impl OfCase for StoreRecord {
    fn of(case: &Case) -> Self {
        Self { created_at: case.number("created-at") }
    }
}

impl OfCase for KdfFloorRecord {
    fn of(case: &Case) -> Self {
        let [memory_kib, passes, lanes] = ["memory-kib", "passes", "lanes"].map(|name| case.number(name));
        Self { memory_kib, passes, lanes }
    }
}

impl OfCase for SlotRecord {
    fn of(case: &Case) -> Self {
        Self {
            label: text(case, "label"),
            created_at: case.number("created-at"),
            last_used_at: case.number("last-used-at"),
        }
    }
}

impl OfCase for SecretRecord {
    fn of(case: &Case) -> Self {
        Self {
            id: case.array("id"),
            tier: case.number("tier"),
            meta_version: case.number("meta-version"),
            updated_at: case.number("updated-at"),
            accessed_at: case.maybe("accessed-at"),
            tags: text(case, "tags"),
            details: (case.text("details") == "some").then(|| Details {
                description: text(case, "description"),
                content_type: text(case, "content-type"),
                max_versions: case.maybe("max-versions"),
                trash_days: case.maybe("trash-days"),
            }),
            schedule: (case.text("schedule") == "some").then(|| Schedule {
                expires_at: case.maybe("expires-at"),
                on_expiry: case.number("on-expiry"),
                told: case.number("told"),
                rotate_every: case.maybe("rotate-every"),
            }),
            current: VersionRecord::of(case),
        }
    }
}

impl OfCase for VersionRecord {
    fn of(case: &Case) -> Self {
        Self {
            number: case.number("number"),
            created_at: case.number("created-at"),
            size: case.number("size"),
            standing: standing(case.text("standing")),
            author: author(case),
            note: note(case),
            pieces: case.number("pieces"),
            tail: case.bytes("tail"),
        }
    }
}

pub(super) fn author(case: &Case) -> Option<[u8; 16]> {
    case.maybe::<String>("author").map(|author| bytes_of(&author).unwrap().try_into().unwrap())
}

pub(super) fn note(case: &Case) -> Option<String> {
    case.maybe::<String>("note").map(|note| text_of(&note))
}

/// `kept`, `deleted <at> <until>`, `destroyed <at>`, `rotated <until>` or `rotated-deleted <at> <until> <accepted>`.
pub(super) fn standing(text: &str) -> Standing {
    let mut words = text.split(' ');
    let name = words.next();
    let times: Vec<i64> = words.map(|time| time.parse().unwrap()).collect();
    match (name, times.as_slice()) {
        (Some("kept"), []) => Standing::Kept,
        (Some("deleted"), &[at, until]) => Standing::Deleted { at, until },
        (Some("destroyed"), &[at]) => Standing::Destroyed { at },
        (Some("rotated"), &[until]) => Standing::Rotated { until },
        (Some("rotated-deleted"), &[at, until, accepted]) => Standing::RotatedDeleted { at, until, accepted },
        _ => panic!("a version is {text}"),
    }
}

impl OfCase for TrashRecord {
    fn of(case: &Case) -> Self {
        Self {
            path: text(case, "path"),
            deleted_at: case.number("deleted-at"),
            secret: SecretRecord::of(case),
        }
    }
}

impl OfCase for RetentionRecord {
    fn of(case: &Case) -> Self {
        Self { max_versions: case.maybe("max-versions"), trash_days: case.maybe("trash-days") }
    }
}

impl OfCase for ClockJumpRecord {
    fn of(case: &Case) -> Self {
        Self { before: case.number("before") }
    }
}

impl OfCase for BackupRecord {
    fn of(case: &Case) -> Self {
        Self { at: case.number("at") }
    }
}

impl OfCase for EnvironmentRecord {
    fn of(case: &Case) -> Self {
        Self { code: case.number("code") }
    }
}

impl OfCase for Segment {
    fn of(case: &Case) -> Self {
        Self { generation: case.number("generation"), events: events(case), head: case.array("head") }
    }
}

/// `time kind subject version`, and how often; then, if there is more, `path actor error count`; then, if something was said,
/// `labels reason request-id`. Texts are bytes, and `-` is no actor.
pub(super) fn events(case: &Case) -> Vec<Event> {
    let mut events = Vec::new();
    for line in case.all("event") {
        let words: Vec<&str> = line.split(' ').collect();
        let (&[time, kind, subject, version, times], more) = words.split_first_chunk().unwrap();
        let event = Event {
            time: time.parse().unwrap(),
            kind: kind.parse().unwrap(),
            subject: bytes_of(subject).unwrap().try_into().unwrap(),
            version: version.parse().unwrap(),
            more: more_of(more),
        };
        events.extend(std::iter::repeat_n(event, times.parse().unwrap()));
    }
    events
}

fn more_of(words: &[&str]) -> Option<More> {
    let (&[path, actor, error, count], said) = words.split_first_chunk()?;
    let said = said.split_first_chunk().map(|(&[labels, reason, request_id], rest)| {
        assert!(rest.is_empty(), "{rest:?}");
        let [labels, reason, request_id] = [labels, reason, request_id].map(text_of);
        Arc::new(Said { labels, reason, request_id })
    });
    Some(More {
        path: text_of(path),
        actor: (actor != "-").then(|| bytes_of(actor).unwrap().try_into().unwrap()),
        error: error.parse().unwrap(),
        count: count.parse().unwrap(),
        said,
    })
}

/// The text that has these bytes.
pub(super) fn text_of(bytes: &str) -> String {
    String::from_utf8(bytes_of(bytes).unwrap()).unwrap()
}
