//! Cursors: no text but one the store issued for this very query continues it.
#![no_main]

use std::sync::OnceLock;

use libfuzzer_sys::fuzz_target;
use strongroom::{Cursor, ErrorKind, Query, Store};

static STORE: OnceLock<(Store, String)> = OnceLock::new();

fn query() -> Query {
    Query::under("team").limit(1)
}

fn setup() -> (Store, String) {
    let store = Store::in_memory().expect("a store");
    strongroom_fuzz::fill(&store).expect("room");
    let page = store.list(&query()).expect("a page");
    let cursor = page.next_cursor().expect("two secrets lie under team").to_string();
    (store, cursor)
}

fuzz_target!(|input: &[u8]| {
    let (store, genuine) = STORE.get_or_init(setup);
    let Some((mode, bytes)) = input.split_first() else { return };
    let text = if mode % 2 == 0 {
        String::from_utf8_lossy(bytes).into_owned()
    } else {
        // A genuine cursor with some characters exchanged.
        let mut text = genuine.clone().into_bytes();
        for pair in bytes.chunks_exact(2) {
            let place = usize::from(pair[0]) % text.len();
            text[place] = pair[1];
        }
        String::from_utf8_lossy(&text).into_owned()
    };
    let Ok(cursor) = text.parse::<Cursor>() else { return };
    match store.list(&query().after(cursor)) {
        Ok(page) => assert!(text == *genuine && page.items().len() == 1, "a forged cursor was accepted"),
        Err(error) => assert_eq!(error.kind(), ErrorKind::InvalidCursor),
    }
});
