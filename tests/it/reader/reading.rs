//! What either reader makes of a store, and what the Python reader prints of it.

use std::collections::BTreeMap;

use serde_json::Value;
use strongroom::OpenedReport;

/// What either reader makes of a store.
#[derive(Debug, PartialEq)]
pub(super) struct Reading {
    /// By id.
    pub(super) secrets: BTreeMap<String, Secret>,
    /// By path, empty for the store: versions and days kept.
    pub(super) retention: BTreeMap<String, (Option<u64>, Option<u64>)>,
    pub(super) backup: Option<i64>,
    pub(super) jumped: bool,
    /// Its number in the file.
    pub(super) environment: u64,
    pub(super) opened: OpenedReport,
    pub(super) blocks: u64,
    pub(super) access: Access,
}

#[derive(Debug, PartialEq)]
pub(super) struct Secret {
    pub(super) path: String,
    pub(super) tier: u64,
    pub(super) meta_version: u64,
    pub(super) created: i64,
    pub(super) updated: i64,
    pub(super) accessed: Option<i64>,
    /// `key=value` and a line feed for each.
    pub(super) tags: String,
    pub(super) description: String,
    pub(super) content_type: String,
    pub(super) keeps: (Option<u64>, Option<u64>),
    /// When it expires, and what then: 0 nothing, 1 the trash.
    pub(super) expires: Option<(i64, u64)>,
    /// Seconds between rotations.
    pub(super) rotates: Option<u64>,
    /// When it was deleted, and when it goes.
    pub(super) trashed: Option<(i64, i64)>,
    /// None of a secret whose time in the trash is over.
    pub(super) versions: Vec<Version>,
}

#[derive(Debug, PartialEq)]
pub(super) struct Version {
    pub(super) number: u64,
    pub(super) created: i64,
    pub(super) size: u64,
    pub(super) state: String,
    pub(super) deleted: Option<i64>,
    /// Of a deleted one, until when it can be restored; of one in grace, until when it is accepted.
    pub(super) until: Option<i64>,
    pub(super) note: String,
    /// Of its value, if that can be read, or restored and read.
    pub(super) digest: Option<String>,
}

/// Who unlocks a store, and which state of it this is.
#[derive(Debug, PartialEq)]
pub(super) struct Access {
    pub(super) slots: Vec<Slot>,
    pub(super) floor: Vec<u64>,
    pub(super) pin: String,
}

/// A key slot: id, number of its kind, cost, label, when it was made and last used.
#[derive(Debug, PartialEq)]
pub(super) struct Slot {
    pub(super) id: String,
    pub(super) kind: u64,
    pub(super) cost: Option<Vec<u64>>,
    pub(super) label: String,
    pub(super) created: Option<i64>,
    pub(super) used: Option<i64>,
}

/// What a store says of its log, and of calls that happen once.
#[derive(Debug, PartialEq)]
pub(super) struct Audited {
    /// The number of the first event in the log.
    pub(super) first: u64,
    /// How reads are audited, by tier: 0 batched, 1 strict, 2 not at all.
    pub(super) reads: [u64; 3],
    pub(super) days: Option<u64>,
    pub(super) bytes: Option<u64>,
    /// Seconds for which calls are remembered.
    pub(super) window: u64,
}

/// What the Python reader prints of that.
pub(super) fn audited_of(found: &Value) -> Audited {
    let policy = &found["audited"];
    Audited {
        first: found["first"].as_u64().unwrap(),
        reads: [0, 1, 2].map(|tier: usize| policy["reads"][tier].as_u64().unwrap()),
        days: policy["days"].as_u64(),
        bytes: policy["bytes"].as_u64(),
        window: found["window"].as_u64().unwrap(),
    }
}

/// The reading in what the Python reader prints.
pub(super) fn reading_of(found: &Value) -> Reading {
    let purge_time = found["purge_time"].as_i64().unwrap();
    let all = found["secrets"].as_array().unwrap();
    let mut opened = OpenedReport::default();
    opened.trashed = all.iter().filter(|secret| !secret["trashed"].is_null()).count() as u64;
    opened.secrets = all.len() as u64 - opened.trashed;
    opened.versions = all.iter().map(|secret| secret["versions"].as_array().unwrap().len() as u64).sum();
    opened.events = events_of(found).values().sum();
    let retention = found["retention"].as_array().unwrap().iter();
    let floor = ["memory", "passes", "lanes"].map(|name| found["floor"][name].as_u64().unwrap());
    let slots = found["slots"].as_array().unwrap().iter().map(slot_of).collect();
    Reading {
        secrets: all.iter().map(|secret| (text(&secret["id"]), secret_of(secret, purge_time))).collect(),
        retention: retention.map(|kept| (text(&kept["path"]), keeps_of(kept))).collect(),
        backup: found["backup"].as_i64(),
        jumped: found["jumped"].as_bool().unwrap(),
        environment: found["environment"].as_u64().unwrap(),
        opened,
        blocks: found["blocks"].as_u64().unwrap(),
        access: Access { slots, floor: floor.to_vec(), pin: text(&found["pin"]) },
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

fn keeps_of(found: &Value) -> (Option<u64>, Option<u64>) {
    (found["versions"].as_u64(), found["days"].as_u64())
}

fn secret_of(found: &Value, purge_time: i64) -> Secret {
    let trashed = found["trashed"].as_array().map(|times| {
        let [deleted, purge] = [0, 1].map(|at| times[at].as_i64().unwrap());
        (deleted, purge)
    });
    let is_over = trashed.is_some_and(|(_, purge)| purge <= purge_time);
    let (details, schedule) = (&found["details"], &found["schedule"]);
    let versions = found["versions"].as_array().unwrap();
    Secret {
        path: text(&found["path"]),
        tier: found["tier"].as_u64().unwrap(),
        meta_version: found["meta_version"].as_u64().unwrap(),
        created: created_of(found["id"].as_str().unwrap()),
        updated: found["updated"].as_i64().unwrap(),
        accessed: found["accessed"].as_i64(),
        tags: text(&found["tags"]),
        description: details["description"].as_str().unwrap_or_default().to_owned(),
        content_type: details["content_type"].as_str().unwrap_or_default().to_owned(),
        keeps: keeps_of(&details["keeps"]),
        expires: schedule["expires"].as_i64().map(|time| (time, schedule["action"].as_u64().unwrap())),
        rotates: schedule["every"].as_u64(),
        trashed,
        versions: if is_over { Vec::new() } else { versions.iter().map(version_of).collect() },
    }
}

/// The time in the first 48 bits of an id.
pub(super) fn created_of(id: &str) -> i64 {
    i64::from_str_radix(&id[..12], 16).unwrap()
}

fn version_of(found: &Value) -> Version {
    let state = text(&found["state"]);
    let until = match state.as_str() {
        "deleted" => found["until"].as_i64(),
        "grace" => found["accepted"].as_i64(),
        _ => None,
    };
    Version {
        number: found["number"].as_u64().unwrap(),
        created: found["created"].as_i64().unwrap(),
        size: found["size"].as_u64().unwrap(),
        state,
        deleted: found["deleted"].as_i64(),
        until,
        note: found["note"].as_str().unwrap_or_default().to_owned(),
        digest: found["sha256"].as_str().map(str::to_owned),
    }
}

fn slot_of(found: &Value) -> Slot {
    let cost = found["cost"].as_array();
    Slot {
        id: text(&found["id"]),
        kind: found["kind"].as_u64().unwrap(),
        cost: cost.map(|numbers| numbers.iter().map(|number| number.as_u64().unwrap()).collect()),
        label: text(&found["label"]),
        created: found["created"].as_i64(),
        used: found["used"].as_i64().filter(|time| *time != i64::MIN),
    }
}

/// How many events of each kind the Python reader found.
pub(super) fn events_of(found: &Value) -> BTreeMap<u64, u64> {
    let kinds = found["events"].as_object().unwrap().iter();
    kinds.map(|(kind, count)| (kind.parse().unwrap(), count.as_u64().unwrap())).collect()
}
