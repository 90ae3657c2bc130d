//! Vectors of records.

use super::text::{Case, bytes_of};
use super::{Fault, Kind};
use crate::error::ErrorKind;
use crate::record::audit::{Event, Segment};
use crate::record::codec::{Authenticated, Record, decode, encode};
use crate::record::policy::{
    BackupRecord, ClockJumpRecord, EnvironmentRecord, KdfFloorRecord, RetentionRecord,
};
use crate::record::secret::{Details, SecretRecord, Standing, StoreRecord, TrashRecord, VersionRecord};
use crate::record::slot::SlotRecord;

/// A record that the fields of a case can say.
pub(super) trait OfCase: Record + PartialEq {
    fn of(case: &Case) -> Self;
}

pub(super) fn kinds() -> [Kind; 11] {
    [
        kind::<StoreRecord>("store-record"),
        kind::<SecretRecord>("secret-record"),
        kind::<VersionRecord>("version-record"),
        Kind { flip_every: 13, ..kind::<Segment>("audit-segment") },
        kind::<KdfFloorRecord>("kdf-floor-record"),
        kind::<SlotRecord>("slot-record"),
        kind::<TrashRecord>("trash-record"),
        kind::<RetentionRecord>("retention-record"),
        kind::<ClockJumpRecord>("clock-jump-record"),
        kind::<BackupRecord>("backup-record"),
        kind::<EnvironmentRecord>("environment-record"),
    ]
}

fn kind<R: OfCase>(name: &'static str) -> Kind {
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

fn check<R: Record + PartialEq>(expected: &R, bytes: &[u8]) -> Result<(), Fault> {
    match decode::<R>(&Authenticated::from_page(bytes)) {
        Ok(found) if found == *expected => Ok(()),
        Ok(_) => Err(Fault::Different),
        Err(error) if error.kind() == ErrorKind::UnsupportedFormat => Err(Fault::UnsupportedFormat),
        Err(error) if error.kind() == ErrorKind::Damaged => Err(Fault::Damaged),
        Err(error) => panic!("{error}"),
    }
}

/// A text, which has its bytes in the case.
fn text(case: &Case, name: &str) -> String {
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
            schedule: None,
            details: (case.text("details") == "some").then(|| Details {
                description: text(case, "description"),
                content_type: text(case, "content-type"),
                max_versions: case.maybe("max-versions"),
                trash_days: case.maybe("trash-days"),
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
            author: case
                .maybe::<String>("author")
                .map(|author| bytes_of(&author).unwrap().try_into().unwrap()),
            note: case
                .maybe::<String>("note")
                .map(|note| String::from_utf8(bytes_of(&note).unwrap()).unwrap()),
            pieces: case.number("pieces"),
            tail: case.bytes("tail"),
        }
    }
}

/// `kept`, `deleted <at> <until>` or `destroyed <at>`.
fn standing(text: &str) -> Standing {
    let words: Vec<&str> = text.split(' ').collect();
    match words.as_slice() {
        ["kept"] => Standing::Kept,
        ["deleted", at, until] => {
            Standing::Deleted { at: at.parse().unwrap(), until: until.parse().unwrap() }
        }
        ["destroyed", at] => Standing::Destroyed { at: at.parse().unwrap() },
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

/// `time kind secret version`, and how often.
pub(super) fn events(case: &Case) -> Vec<Event> {
    let mut events = Vec::new();
    for line in case.all("event") {
        let words: Vec<&str> = line.split(' ').collect();
        let &[time, kind, secret, version, times] = words.as_slice() else { panic!("{}: {line}", case.name) };
        let secret = bytes_of(secret).unwrap().try_into().unwrap();
        let (time, kind) = (time.parse().unwrap(), kind.parse().unwrap());
        let event = Event { time, kind, subject: secret, version: version.parse().unwrap(), more: None };
        events.extend(std::iter::repeat_n(event, times.parse().unwrap()));
    }
    events
}
