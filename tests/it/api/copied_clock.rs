//! A clock that jumps before the file is replaced by a copy of itself.

use std::time::Duration;

use strongroom::{CopyOptions, ErrorKind, ManualClock, Store, Sweep, Timestamp, Unlock};

use crate::fixture::{Folder, key, patient};

const START: Timestamp = Timestamp::from_millis(1_800_000_000_000);
const DAY: Duration = Duration::from_secs(86_400);

fn compact(store: &Store) {
    store.compact().unwrap();
}

fn purge(store: &Store) {
    store.purge_with(CopyOptions::new().drop_other_slots(true)).unwrap();
}

fn rekey(store: &Store) {
    store.rekey(Unlock::raw_key(&[0x5b; 32])).unwrap();
}

/// Each way to put a copy in the place of the file.
const REPLACE: [fn(&Store); 3] = [compact, purge, rekey];

#[test]
fn a_jump_of_the_clock_is_not_forgotten_when_a_copy_takes_the_place_of_the_file() {
    for replace in REPLACE {
        let folder = Folder::new();
        let clock = ManualClock::start(START);
        let store = patient().clock(&clock).create(folder.join("store"), key()).unwrap();
        store.put("name", "value").unwrap();
        store.delete("name").unwrap();
        clock.advance(366 * DAY);
        replace(&store);
        assert!(store.health().unwrap().clock_jumped);
        let swept = store.sweep(Sweep::new()).unwrap();
        assert_eq!((swept.secrets, swept.held_back), (0, true));
        assert_eq!(store.restore("name").unwrap().version(), 1);
    }
}

/// What shows that the test above can fail: without a jump the same secret goes.
#[test]
fn a_clock_that_did_not_jump_is_believed_by_a_copy() {
    for replace in REPLACE {
        let folder = Folder::new();
        let clock = ManualClock::start(START);
        let store = patient().clock(&clock).create(folder.join("store"), key()).unwrap();
        store.put("name", "value").unwrap();
        store.delete("name").unwrap();
        clock.advance(31 * DAY);
        replace(&store);
        assert!(!store.health().unwrap().clock_jumped);
        assert_eq!(store.sweep(Sweep::new()).unwrap().secrets, 1);
        assert_eq!(store.restore("name").unwrap_err().kind(), ErrorKind::NotFound);
    }
}
