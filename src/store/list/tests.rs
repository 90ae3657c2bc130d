use std::cell::Cell;

use super::*;
use crate::Put;

/// Rows, and how many of them are looked at.
struct Counting<'a, R> {
    rows: &'a R,
    look_ups: Cell<usize>,
    visited: Cell<usize>,
}

impl<'a, R> Counting<'a, R> {
    fn new(rows: &'a R) -> Self {
        Self { rows, look_ups: Cell::new(0), visited: Cell::new(0) }
    }
}

impl<R: Rows> Rows for Counting<'_, R> {
    fn look_up<T>(&self, key: &[u8], read: impl FnOnce(&[u8]) -> Result<T>) -> Result<Option<T>> {
        self.look_ups.set(self.look_ups.get() + 1);
        self.rows.look_up(key, read)
    }

    fn scan(
        &self,
        from: &[u8],
        to: &[u8],
        visit: &mut dyn FnMut(&[u8], &[u8]) -> Result<bool>,
    ) -> Result<()> {
        self.rows.scan(from, to, &mut |key, row| {
            self.visited.set(self.visited.get() + 1);
            visit(key, row)
        })
    }

    fn last(&self, from: &[u8], to: &[u8]) -> Result<Option<(Vec<u8>, Vec<u8>)>> {
        self.visited.set(self.visited.get() + 1);
        self.rows.last(from, to)
    }

    fn bytes(&self) -> Result<u64> {
        self.rows.bytes()
    }
}

/// A store in which every secret has one of three values of a tag, and one of its own of another.
fn filled(secrets: usize) -> Store {
    let store = Store::in_memory().unwrap();
    let put = |tx: &mut Transaction<'_, '_>, number: usize| {
        let put = Put::new().tag("env", format!("{}", number % 3)).tag("id", format!("{}", secrets - number));
        tx.put_with(&format!("team-{}/{number}", number % 7), "x", put).map(drop)
    };
    store.transaction(|tx| (0..secrets).try_for_each(|number| put(tx, number))).unwrap();
    store
}

/// A page, with how many secrets were looked up for it, and how many rows visited.
fn counted(store: &Store, query: &Query) -> (Page, usize, usize) {
    let tables = store.tables();
    let counted = tables.read(|rows| {
        let rows = Counting::new(rows);
        let page = View::new(store, &tables, &rows).page(query)?;
        Ok((page, rows.look_ups.get(), rows.visited.get()))
    });
    counted.unwrap()
}

#[test]
fn a_page_of_what_has_a_tag_looks_up_as_many_secrets_as_it_has() {
    const LIMIT: usize = 50;
    for secrets in [1_000, 10_000] {
        let store = filled(secrets);
        for key in ["env", "id"] {
            let mut query = Query::all().has_tag(key).limit(LIMIT);
            let mut listed = 0;
            for _ in 0..10 {
                let (page, look_ups, visited) = counted(&store, &query);
                let seen = format!("{secrets} secrets, {key}: {look_ups} looked up, {visited} rows visited");
                eprintln!("{seen}");
                // The one before, and one more to know whether there is.
                assert!(look_ups <= LIMIT + 2, "{seen}");
                assert!(key == "id" || visited <= LIMIT, "{seen}");
                listed += page.items().len();
                query = query.after(page.next_cursor().unwrap().clone());
            }
            assert_eq!(listed, 10 * LIMIT);
        }
    }
}

#[test]
fn a_walk_through_what_has_a_tag_tells_the_same_in_order_whatever_else_is_asked() {
    let store = filled(1_000);
    store.delete("team-3/500").unwrap();
    store.put("team-3/500", "without a tag").unwrap();
    let paths = |query: Query| -> Vec<String> {
        store.scan(query).map(|info| info.unwrap().path().to_string()).collect()
    };
    for key in ["env", "id"] {
        for limit in [1, 7, 300, 1_000] {
            let query = || Query::under("team-3").has_tag(key).limit(limit);
            let (found, expected) = (paths(query()), paths(Query::under("team-3").limit(limit)));
            assert_eq!(found.len(), expected.len() - 1, "{key}, pages of {limit}");
            assert!(found.iter().all(|path| expected.contains(path)) && found.is_sorted());
            assert_eq!(paths(query().tag("id", "997")), ["team-3/3"]);
            assert!(paths(query().without_tag("env")).is_empty());
            assert_eq!(store.list(query().count(true)).unwrap().total(), Some(found.len() as u64));
        }
    }
}
