//! Walking through lists while they change, and cursors that are not what they claim.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};

use strongroom::{Cursor, ErrorKind, Listed, Put, Query, Sort, Store, Tier, Timestamp};

use crate::fixture::check_refused;

fn filled() -> Store {
    let store = Store::in_memory().unwrap();
    store
        .transaction(|tx| {
            (0..300).try_for_each(|n| {
                tx.put_with(&format!("space-{}/kept-{n}", n % 7), "x", Put::new().tag("kept", "")).map(drop)
            })
        })
        .unwrap();
    store
}

/// Puts, deletes and renames secrets that no walk has to find.
fn churn(store: &Store, round: usize) {
    let path = format!("space-{}/other-{}", round % 7, round % 50);
    match round % 4 {
        0 | 1 => drop(store.put_with(path.as_str(), "x", Put::new().tag("kept", "no")).unwrap()),
        2 => drop(store.delete(path.as_str())),
        _ => drop(store.rename(path.as_str(), format!("space-3/moved-{}", round % 40).as_str())),
    }
}

fn walk(store: &Store, mut query: Query, mut between: impl FnMut()) -> BTreeMap<String, usize> {
    let mut seen = BTreeMap::new();
    loop {
        let page = store.list(&query).unwrap();
        for info in page.items() {
            *seen.entry(info.path().to_string()).or_default() += 1;
        }
        between();
        match page.next_cursor() {
            Some(cursor) => query = query.after(cursor.clone()),
            None => return seen,
        }
    }
}

fn missed_or_repeated(seen: &BTreeMap<String, usize>) -> usize {
    (0..300).filter(|n| seen.get(&format!("space-{}/kept-{n}", n % 7)) != Some(&1)).count()
}

#[test]
fn a_walk_finds_what_nobody_touches_exactly_once_whatever_is_written_meanwhile() {
    let store = filled();
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            (0..).take_while(|_| !done.load(Ordering::Relaxed)).for_each(|round| churn(&store, round))
        });
        for size in [1, 2, 7, 50, 1_000] {
            for sort in [Sort::Path, Sort::Updated] {
                for query in [Query::all(), Query::all().has_tag("kept"), Query::all().tag("kept", "")] {
                    let seen = walk(&store, query.limit(size).sort(sort), || ());
                    assert_eq!(missed_or_repeated(&seen), 0, "pages of {size}");
                }
            }
        }
        done.store(true, Ordering::Relaxed);
    });
    // The control: whoever counts off what was seen misses or repeats something under the same churn.
    let (mut seen, mut offset, mut round) = (BTreeMap::new(), 0, 0);
    loop {
        let page: Vec<String> = store
            .scan(Query::all())
            .skip(offset)
            .take(7)
            .map(|info| info.unwrap().path().to_string())
            .collect();
        if page.is_empty() {
            break;
        }
        offset += page.len();
        page.into_iter().for_each(|path| *seen.entry(path).or_default() += 1);
        for _ in 0..8 {
            churn(&store, round);
            round += 1;
        }
    }
    assert_ne!(missed_or_repeated(&seen), 0);
}

#[test]
fn a_cursor_continues_its_own_query_of_its_own_store_and_nothing_else() {
    let store = filled();
    let query = || Query::under("space-1").has_tag("kept").limit(2);
    let first = store.list(query()).unwrap();
    let cursor = first.next_cursor().unwrap().clone();
    assert_eq!(store.list(query().after(cursor.clone()).limit(9)).unwrap().items().len(), 9);
    let others = [
        Query::all().has_tag("kept"),
        Query::under("space-2").has_tag("kept"),
        Query::under("space-1"),
        Query::under("space-1").tag("kept", ""),
        Query::under("space-1").without_tag("kept"),
        query().has_tag("more"),
        query().tier(Tier::Standard),
        query().updated_since(Timestamp::from_millis(0)),
        query().state(Listed::All),
        query().sort(Sort::Updated),
        query().one_level(),
    ];
    for other in others {
        check_refused(store.list(other.clone().after(cursor.clone())), ErrorKind::InvalidCursor);
    }
    check_refused(filled().list(query().after(cursor.clone())), ErrorKind::InvalidCursor);
    let text = cursor.to_string();
    for at in 0..text.len() {
        let mut altered: Vec<char> = text.chars().collect();
        altered[at] = if altered[at] == 'A' { 'B' } else { 'A' };
        let altered: String = altered.into_iter().collect();
        let refused = altered.parse::<Cursor>().and_then(|cursor| store.list(query().after(cursor)));
        check_refused(refused, ErrorKind::InvalidCursor);
        let refused = text[..at].parse::<Cursor>().and_then(|cursor| store.list(query().after(cursor)));
        check_refused(refused, ErrorKind::InvalidCursor);
    }
}

#[test]
fn totals_are_exact_and_of_the_first_page() {
    let store = filled();
    let query = Query::all().tag("kept", "").limit(100).count(true);
    let page = store.list(&query).unwrap();
    assert_eq!((page.total(), page.has_more()), (Some(300), true));
    let next = store.list(query.after(page.next_cursor().unwrap().clone())).unwrap();
    assert_eq!((next.total(), next.items().len()), (None, 100));
    let only = store.list(Query::all().limit(0).count(true)).unwrap();
    assert_eq!((only.total(), only.items().len(), only.has_more()), (Some(300), 0, false));
    check_refused(store.list(Query::all().limit(0)), ErrorKind::LimitExceeded);
    check_refused(store.list(Query::all().one_level().sort(Sort::Updated)), ErrorKind::InvalidArgument);
}
