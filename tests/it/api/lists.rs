//! Lists: order, boundaries, pages, and cursors that are misused.

use std::str::FromStr;

use strongroom::{Cursor, ErrorKind, Listed, Query, Store};

use crate::fixture::check_refused;

fn store_of(paths: &[&str]) -> Store {
    let store = Store::in_memory().unwrap();
    for path in paths {
        store.put(*path, "x").unwrap();
    }
    store
}

/// Every path of a query, in pages of `limit`.
fn walk(store: &Store, query: &Query, limit: usize) -> Vec<String> {
    let mut query = query.clone().limit(limit);
    let mut paths = Vec::new();
    loop {
        let page = store.list(&query).unwrap();
        assert!(page.items().len() <= limit);
        assert_eq!(page.has_more(), page.next_cursor().is_some());
        paths.extend(page.items().iter().map(|info| info.path().to_string()));
        let Some(cursor) = page.next_cursor() else { return paths };
        assert_eq!(page.items().len(), limit, "a page that is not the last is full");
        query = query.after(Cursor::from_str(cursor.as_str()).unwrap());
    }
}

/// The query gives these paths in this order, in pages of every length.
#[track_caller]
fn check(store: &Store, query: Query, expected: &[&str]) {
    for limit in (1..=expected.len() + 1).chain([1_000]) {
        assert_eq!(walk(store, &query, limit), expected, "in pages of {limit}");
    }
}

const MIXED: &[&str] =
    &["prod/b", "prod", "production/key", "prod/a/z", "prod/a", "prod-eu", "prod.", "a", "é"];

#[test]
fn secrets_are_listed_in_the_order_of_their_segments() {
    // Plain bytes would put `prod-eu` and `prod.` between `prod` and what lies below it.
    let order = ["a", "prod", "prod/a", "prod/a/z", "prod/b", "prod-eu", "prod.", "production/key", "é"];
    check(&store_of(MIXED), Query::all(), &order);
    check(&Store::in_memory().unwrap(), Query::all(), &[]);
}

#[test]
fn a_prefix_ends_on_a_segment() {
    let store = store_of(MIXED);
    check(&store, Query::under("prod"), &["prod/a", "prod/a/z", "prod/b"]);
    check(&store, Query::under("prod/a"), &["prod/a/z"]);
    for empty in ["pro", "prod/a/z", "prod/c", "zzz"] {
        check(&store, Query::under(empty), &[]);
    }
    check_refused(store.list(Query::under("prod/")), ErrorKind::InvalidArgument);
}

#[test]
fn the_trash_and_what_is_live_are_listed_as_one_in_pages_of_any_length() {
    let store = store_of(&["a", "b", "c", "d", "e", "f", "g", "h"]);
    for path in ["c", "d", "g", "h"] {
        store.delete(path).unwrap();
    }
    store.put("d", "another").unwrap();
    check(&store, Query::all().state(Listed::All), &["a", "b", "c", "d", "d", "e", "f", "g", "h"]);
    check(&store, Query::all().state(Listed::Trash), &["c", "d", "g", "h"]);
    check(&store, Query::all(), &["a", "b", "d", "e", "f"]);
}

#[test]
fn a_list_shows_the_current_version() {
    let store = store_of(&["a", "b", "a"]);
    let page = store.list(Query::all()).unwrap();
    let versions: Vec<u64> = page.items().iter().map(|info| info.version()).collect();
    assert_eq!(versions, [2, 1]);
    assert_eq!(page.into_iter().next().unwrap(), store.info("a").unwrap());
}

#[test]
fn a_page_has_fifty_items_unless_told_and_a_thousand_at_most() {
    let store = Store::in_memory().unwrap();
    store
        .transaction(|tx| (0..1_001).try_for_each(|n| tx.put(&format!("n{n:04}"), "x").map(|_| ())))
        .unwrap();
    assert_eq!(store.list(Query::all()).unwrap().items().len(), 50);
    assert_eq!(store.list(Query::all().limit(1_000)).unwrap().items().len(), 1_000);
    for limit in [0, 1_001, usize::MAX] {
        check_refused(store.list(Query::all().limit(limit)), ErrorKind::LimitExceeded);
    }
    assert_eq!(walk(&store, &Query::all(), 333).len(), 1_001);
}

#[test]
fn what_exists_during_the_whole_walk_is_listed_once() {
    let store = store_of(&["b", "d", "f"]);
    let first = store.list(Query::all().limit(2)).unwrap();
    for path in ["a", "c", "e", "d/x", "d"] {
        store.put(path, "x").unwrap();
    }
    let rest = store.list(Query::all().after(first.next_cursor().unwrap().clone())).unwrap();
    let paths: Vec<&str> = rest.items().iter().map(|info| info.path().as_str()).collect();
    assert_eq!(paths, ["d/x", "e", "f"]);
}

#[test]
fn a_cursor_continues_its_own_query_of_its_own_store_only() {
    let (store, other) = (store_of(MIXED), store_of(MIXED));
    let query = Query::under("prod").limit(1);
    let cursor = store.list(&query).unwrap().next_cursor().unwrap().clone();
    assert_eq!(store.list(query.clone().limit(7).after(cursor.clone())).unwrap().items().len(), 2);
    let misused = |store: &Store, query: Query| {
        check_refused(store.list(query.after(cursor.clone())), ErrorKind::InvalidCursor)
    };
    misused(&store, Query::all());
    misused(&store, Query::under("prod/a"));
    misused(&other, query);
}

#[test]
fn an_altered_cursor_is_refused() {
    let store = store_of(MIXED);
    let query = Query::all().limit(1);
    let good = store.list(&query).unwrap().next_cursor().unwrap().to_string();
    let refuse = |text: &str| {
        let listed = Cursor::from_str(text).and_then(|cursor| store.list(query.clone().after(cursor)));
        let error = check_refused(listed, ErrorKind::InvalidCursor);
        assert!(text.len() < 12 || !error.to_string().contains(text), "{error}");
    };
    for at in 0..good.len() {
        let mut edited = good.clone().into_bytes();
        edited[at] = if edited[at] == b'A' { b'B' } else { b'A' };
        refuse(std::str::from_utf8(&edited).unwrap());
        refuse(&good[..at]);
    }
    for text in [format!("{good}A"), format!("{good}="), format!(" {good}"), "é".into(), "A".repeat(100_000)]
    {
        refuse(&text);
    }
}

#[test]
fn a_cursor_shows_nothing_of_the_path_it_stands_on() {
    let store = store_of(&["needle-in-a-path", "z"]);
    let cursor = store.list(Query::all().limit(1)).unwrap().next_cursor().unwrap().to_string();
    let bytes = data_encoding::BASE64URL_NOPAD.decode(cursor.as_bytes()).unwrap();
    assert!(!bytes.windows(6).any(|window| window == b"needle"));
}
