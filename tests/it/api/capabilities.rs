//! Capabilities: the limits that are told are the limits that hold.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use strongroom::{ErrorKind, Query, Store, capabilities};

use crate::fixture::check_refused;

fn told() -> BTreeMap<&'static str, u64> {
    capabilities().limits.iter().copied().collect()
}

/// What no caller comes up against: how the file is laid out, and how it is worked on.
const INTERNAL: [&str; 19] = [
    "CACHE_BYTES_DEFAULT",
    "CACHE_BYTES_MIN",
    "CLOCK_JUMP_MILLIS_MAX",
    "DIRECTORY_ENTRIES_MAX",
    "EVENTS_WAITING_FULL",
    "EVENTS_WAITING_MAX",
    "EVENT_BYTES",
    "EXPIRY_LEADS_DAYS",
    "IDEMPOTENCY_FORGOTTEN_AT_ONCE",
    "MANIFEST_ENTRIES_MAX",
    "PORTION_BYTES",
    "SEGMENTS_PRUNED_MAX",
    "SEGMENT_BYTES_FILLED",
    "SEGMENT_BYTES_MAX",
    "SEGMENT_EVENTS_MAX",
    "SPARE_BLOCKS",
    "VERIFY_AT_OPEN_MAX",
    "WAITING_BYTES_FULL",
    "WAITING_BYTES_MAX",
];

/// Every constant is looked for, so that none is left out by mistake.
#[test]
fn every_limit_that_is_meant_for_callers_is_told() {
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/limits.rs")).unwrap();
    let constants = text.lines().filter_map(|line| line.strip_prefix("pub const ")?.split_once(':'));
    let mut told: BTreeSet<String> = told().into_keys().map(str::to_uppercase).collect();
    let mut internal = BTreeSet::from(INTERNAL);
    for (name, _) in constants {
        assert!(told.remove(name) != internal.remove(name), "{name}");
    }
    assert_eq!((told, internal), (BTreeSet::new(), BTreeSet::new()), "there are no such constants");
}

#[test]
fn names_are_sorted_and_told_once() {
    let capabilities = capabilities();
    assert!(capabilities.features.is_sorted_by(|a, b| a < b));
    assert!(capabilities.limits.is_sorted_by(|(a, _), (b, _)| a < b));
}

#[test]
fn a_page_takes_as_many_items_as_told_and_no_more() {
    let store = Store::in_memory().unwrap();
    let most = told()["page_items_max"] as usize;
    store.list(Query::all().limit(most)).unwrap();
    check_refused(store.list(Query::all().limit(most + 1)), ErrorKind::LimitExceeded);
}
