//! A real process killed with SIGKILL while it writes: what it acknowledged is there, and nothing is half there.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use strongroom::{ErrorKind, Query, Store};

use crate::child::{Process, answer};
use crate::fixture::{Folder, campaign, create, key, open, patient};

/// Values long enough that some commits take one block, some many, and a few take two syncs.
fn value(number: u64) -> Vec<u8> {
    let len = match number % 40 {
        0 => 400_000,
        1..=4 => 30_000,
        _ => 40,
    };
    let mut value = format!("{number}:").into_bytes();
    value.resize(len, number as u8);
    value
}

/// What the child does: commit number n writes the pair a/b, or one secret, and is then acknowledged.
pub(crate) fn write_until_killed(path: &Path, first: &str) -> ! {
    let store = patient().open(path, key()).unwrap();
    for number in first.parse::<u64>().unwrap().. {
        if number.is_multiple_of(2) {
            let pair = store.transaction(|tx| {
                tx.put("pair/a", value(number))?;
                tx.put(&format!("only/{}", number % 64), number.to_string())?;
                tx.put("pair/b", value(number))
            });
            pair.unwrap();
        } else {
            store.put("single", value(number)).unwrap();
        }
        answer(&number.to_string());
    }
    unreachable!("numbers do not end");
}

fn number_in(store: &Store, path: &str) -> Option<u64> {
    let secret = match store.get(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return None,
        found => found.unwrap(),
    };
    let bytes = secret.value().expose();
    let digits = bytes.split(|byte| *byte == b':').next().unwrap();
    let number = std::str::from_utf8(digits).unwrap().parse().unwrap();
    if path.starts_with("pair") || path == "single" {
        assert!(bytes == value(number), "{path} holds another value than number {number}");
    }
    Some(number)
}

/// The store holds every write up to `acknowledged`, at most one more, and that one whole. Returns the last one.
#[track_caller]
fn check(store: &Store, acknowledged: u64) -> u64 {
    let (a, b) = (number_in(store, "pair/a"), number_in(store, "pair/b"));
    assert_eq!(a, b, "a transaction is there by half");
    let (pair, single) = (a.unwrap_or(0), number_in(store, "single").unwrap_or(0));
    let last = pair.max(single);
    assert!(last == acknowledged || last == acknowledged + 1, "{acknowledged} acknowledged, {last} found");
    assert!(last == 0 || pair.min(single) == last - 1, "{pair} and {single} do not follow each other");
    assert!(pair == 0 || number_in(store, &format!("only/{}", pair % 64)) == Some(pair));
    let opened = store.verify().unwrap().opened.unwrap();
    let listed = store.list(Query::all().limit(1_000)).unwrap().items().len() as u64;
    assert_eq!(opened.secrets, listed);
    last
}

#[test]
fn nothing_acknowledged_is_lost_when_the_process_is_killed() {
    let (kills, mut random) = campaign("STRONGROOM_KILLS", 200);
    let folder = Folder::new();
    let (mut last, mut files, mut in_flight) = (0, 0, 0);
    let mut path = folder.join("0");
    create(&path).close().unwrap();
    for kill in 0..kills {
        if kill % 20 == 19 {
            // A fresh file now and then, because every old version stays and is verified.
            std::fs::remove_file(&path).unwrap();
            files += 1;
            path = folder.join(&files.to_string());
            create(&path).close().unwrap();
            last = 0;
        }
        let mut process = Process::start();
        let next = (last + 1).to_string();
        process.tell(&["write-until-killed".as_ref(), path.as_os_str(), next.as_ref()]);
        let mut acknowledged = last;
        for _ in 0..random.below(12) {
            acknowledged = process.next_answer().expect("the child is gone").parse().unwrap();
        }
        // Somewhere inside the next commit; where does not depend on this process being scheduled.
        for _ in 0..random.below(100_000) {
            std::hint::spin_loop();
        }
        process.kill();
        while let Some(answer) = process.next_answer() {
            acknowledged = answer.parse().unwrap();
        }
        let store = open(&path);
        last = check(&store, acknowledged);
        in_flight +=
            u64::from(last > acknowledged) + u64::from(store.open_report().discarded_generation.is_some());
        // The next child meets a store that was written to and closed since the kill, or one as the kill left it.
        if random.below(2) == 0 {
            store.put("parent", "x").unwrap();
            store.close().unwrap();
        }
    }
    println!("{kills} kills, {in_flight} of them with a commit on the disk that was not acknowledged");
}

#[test]
fn a_lost_write_or_half_a_transaction_would_be_seen() {
    let store = Store::in_memory().unwrap();
    store.put("single", value(1)).unwrap();
    store
        .transaction(|tx| {
            tx.put("pair/a", value(2))?;
            tx.put("only/2", "2")?;
            tx.put("pair/b", value(2))
        })
        .unwrap();
    assert_eq!((check(&store, 1), check(&store, 2)), (2, 2));
    let is_seen = |acknowledged| catch_unwind(AssertUnwindSafe(|| check(&store, acknowledged))).is_err();
    assert!(is_seen(3), "a write that was lost");
    store.put("pair/a", value(4)).unwrap();
    assert!(is_seen(2), "half of a transaction");
}
