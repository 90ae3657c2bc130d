//! Capabilities: the limits that are told are the limits that hold.

use std::collections::BTreeMap;

use strongroom::{ErrorKind, Query, Store, capabilities, limits};

use crate::fixture::check_refused;

fn told() -> BTreeMap<&'static str, u64> {
    capabilities().limits.iter().copied().collect()
}

#[test]
fn limits_agree_with_the_constants() {
    let told = told();
    for (name, limit) in [
        ("page_items_default", limits::PAGE_ITEMS_DEFAULT),
        ("page_items_max", limits::PAGE_ITEMS_MAX),
        ("path_len_max", limits::PATH_LEN_MAX),
        ("path_segments_max", limits::PATH_SEGMENTS_MAX),
        ("segment_len_max", limits::SEGMENT_LEN_MAX),
        ("tag_key_len_max", limits::TAG_KEY_LEN_MAX),
        ("tag_value_len_max", limits::TAG_VALUE_LEN_MAX),
        ("tags_max", limits::TAGS_MAX),
        ("value_len_max", limits::VALUE_LEN_MAX),
    ] {
        assert_eq!(told.get(name), Some(&(limit as u64)), "{name}");
    }
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
