use std::sync::Arc;
use std::time::Duration;

use super::*;
use crate::sealed::disk::memory::MemoryDisk;
use crate::tables::forged::{all_rows, set_row};
use crate::{
    Context, Generator, ManualClock, OnExpiry, Put, Rename, StoreOptions, Sweep, Tags, Tier, Timestamp,
    TokenEncoding, Unlock, Update,
};

const HOUR: Duration = Duration::from_secs(3_600);
const CALL: u8 = 0x50;
const CALL_UNTIL: u8 = 0x51;
/// Longer than what random bytes come to be.
const VALUE: &str = "fourfold";

/// A store on a disk that outlives it.
struct Bench {
    clock: ManualClock,
    disk: Arc<MemoryDisk>,
    store: Store,
}

fn unlock() -> Unlock {
    Unlock::raw_key(&[3; 32])
}

impl Bench {
    fn new() -> Self {
        let clock = ManualClock::start(Timestamp::from_millis(1_800_000_000_000));
        let disk = Arc::new(MemoryDisk::default());
        // For threads that write behind each other.
        let options = StoreOptions::new().clock(&clock).write_wait(Duration::from_secs(60));
        let store = options.create_on(disk.clone(), &unlock()).unwrap();
        Self { clock, disk, store }
    }

    /// With something for every operation.
    fn prepared() -> Self {
        let bench = Self::new();
        let store = &bench.store;
        for value in ["one", "two", "three"] {
            store.put("a", value).unwrap();
        }
        store.delete_version("a", 1).unwrap();
        for path in ["gone", "also/gone", "n/x", "n/y"] {
            store.put(path, path).unwrap();
        }
        store.delete("gone").unwrap();
        store.delete("also/gone").unwrap();
        bench
    }

    fn once(&self) -> Store {
        self.store.with(Context::new().idempotency_key("key")).unwrap()
    }

    fn reopen(&mut self) {
        let options = StoreOptions::new().clock(&self.clock);
        self.store.close_in_place();
        self.store = options.open_on(self.disk.clone(), &unlock()).unwrap();
    }

    fn rows(&self) -> Vec<(Vec<u8>, Vec<u8>)> {
        all_rows(&self.store.tables()).unwrap()
    }

    fn count(&self, sort: u8) -> usize {
        self.rows().iter().filter(|(key, _)| key[0] == sort).count()
    }
}

impl Store {
    fn close_in_place(&mut self) {
        let placeholder = Self::in_memory().unwrap();
        std::mem::replace(self, placeholder).close().unwrap();
    }
}

/// What a call returned, as text.
type Call = fn(&Store) -> Result<String>;

fn shown<T: std::fmt::Debug>(result: Result<T>) -> Result<String> {
    result.map(|value| format!("{value:?}"))
}

/// Every operation: its name, a call, and one of the same operation with other arguments.
const CALLS: [(&str, Call, Call); 19] = [
    ("put", |s| shown(s.put("a", VALUE)), |s| shown(s.put("a", "five"))),
    ("put, new", |s| shown(s.put("new", VALUE)), |s| shown(s.put("newer", VALUE))),
    (
        "put_with",
        |s| shown(s.put_with("new", "v", Put::new().expect_absent().tag("env", "prod").expires_in(HOUR))),
        |s| shown(s.put_with("new", "v", Put::new().expect_absent().tag("env", "test").expires_in(HOUR))),
    ),
    ("rotate", |s| shown(s.rotate("a", "r", HOUR)), |s| shown(s.rotate("a", "r", 2 * HOUR))),
    (
        "put_generated",
        |s| shown(s.put_generated("new", &Generator::token(32), Put::new())),
        |s| shown(s.put_generated("new", &Generator::token(33), Put::new())),
    ),
    (
        "rotate_generated",
        |s| {
            shown(s.rotate_generated(
                "a",
                &Generator::password(9).digits(false).digits(true),
                HOUR,
                Put::new(),
            ))
        },
        |s| shown(s.rotate_generated("a", &Generator::password(9).digits(false), HOUR, Put::new())),
    ),
    (
        "update",
        |s| shown(s.update("a", all_metadata())),
        |s| shown(s.update("a", all_metadata().tier(Tier::Critical))),
    ),
    (
        "update of nothing",
        |s| shown(s.update("a", Update::new())),
        |s| shown(s.update("a", Update::new().description("x"))),
    ),
    ("rollback", |s| shown(s.rollback("a", 2)), |s| shown(s.rollback("a", 3))),
    (
        "rename",
        |s| shown(s.rename("a", "b")),
        |s| shown(s.rename_with("a", "b", Rename::new().allow_large())),
    ),
    ("rename_prefix", |s| shown(s.rename_prefix("n", "m")), |s| shown(s.rename_prefix("n", "o"))),
    ("delete", |s| shown(s.delete("a")), |s| shown(s.delete("n/x"))),
    ("restore", |s| shown(s.restore("gone")), |s| shown(s.restore("also/gone"))),
    ("restore_to", |s| shown(s.restore_to("gone", "x")), |s| shown(s.restore("gone"))),
    ("destroy", |s| shown(s.destroy("a")), |s| shown(s.destroy("n/x"))),
    ("delete_version", |s| shown(s.delete_version("a", 2)), |s| shown(s.delete_version("a", 3))),
    ("restore_version", |s| shown(s.restore_version("a", 1)), |s| shown(s.restore_version("a", 2))),
    ("destroy_version", |s| shown(s.destroy_version("a", 2)), |s| shown(s.destroy_version("a", 3))),
    ("revoke_version", |s| shown(s.revoke_version("a", 2)), |s| shown(s.revoke_version("a", 1))),
];

fn all_metadata() -> Update {
    let update = Update::new().tier(Tier::Sensitive).description("of the relay").content_type("text/plain");
    let update = update.tag("env", "prod").max_versions(7).trash_days(9).rotate_every(HOUR);
    update.expires_in(48 * HOUR).on_expiry(OnExpiry::Trash)
}

#[test]
fn every_mutation_happens_once_and_answers_as_it_did() {
    for (name, call, other) in CALLS {
        let mut bench = Bench::prepared();
        let once = bench.once();
        let first = call(&once).unwrap();
        assert!(!once.was_replayed(), "{name}");
        let calls = bench.rows().into_iter().filter(|(key, _)| key[0] == CALL).collect::<Vec<_>>();
        assert_eq!((calls.len(), bench.count(CALL_UNTIL)), (1, 1), "{name}");
        let remembers = calls[0].1.windows(VALUE.len()).any(|bytes| bytes == VALUE.as_bytes());
        assert!(!remembers, "{name} remembers a value");
        // Whatever became of the secret, and whenever it was read.
        bench.clock.advance(HOUR);
        let _ = bench.store.get("a");
        bench.store.put("a", "between").unwrap();
        let rows = bench.rows();
        for _ in 0..2 {
            let again = bench.once();
            assert_eq!(call(&again).unwrap(), first, "{name}");
            assert!(again.was_replayed(), "{name}");
        }
        let conflict = other(&once).unwrap_err();
        assert_eq!(conflict.kind(), ErrorKind::IdempotencyConflict, "{name}");
        assert!(bench.rows() == rows, "{name} changed something");
        bench.store.verify().unwrap();
        bench.reopen();
        let again = bench.once();
        assert_eq!(call(&again).unwrap(), first, "{name}");
        // Closing told the log of the conflict.
        assert!(again.was_replayed() && but_the_log(bench.rows()) == but_the_log(rows), "{name}");
    }
}

fn but_the_log(mut rows: Vec<(Vec<u8>, Vec<u8>)>) -> Vec<(Vec<u8>, Vec<u8>)> {
    const LOG: u8 = 0x40;
    rows.retain(|(key, _)| key[0] != LOG);
    rows
}

#[test]
fn behind_its_window_a_key_is_free() {
    for (name, call, other) in CALLS {
        let bench = Bench::prepared();
        call(&bench.once()).unwrap();
        bench.clock.advance(24 * HOUR - Duration::from_millis(1));
        let again = bench.once();
        call(&again).unwrap();
        assert!(again.was_replayed(), "{name}");
        bench.clock.advance(Duration::from_millis(1));
        for call in [other, call] {
            let (again, generation) = (bench.once(), bench.store.file().generation().unwrap());
            match call(&again) {
                Ok(_) => {
                    assert!(!again.was_replayed(), "{name}");
                    assert_eq!(bench.store.file().generation().unwrap(), generation + 1, "{name}");
                    break;
                }
                Err(error) => assert_ne!(error.kind(), ErrorKind::IdempotencyConflict, "{name}"),
            }
        }
        bench.store.verify().unwrap();
    }
}

#[test]
fn one_key_serves_each_operation() {
    let bench = Bench::prepared();
    let once = bench.once();
    let done: [Call; 5] = [
        |s| shown(s.put("a", "v")),
        |s| shown(s.rotate("a", "v", HOUR)),
        |s| shown(s.rollback("a", 4)),
        |s| shown(s.delete_version("a", 4)),
        |s| shown(s.delete("a")),
    ];
    for call in done {
        call(&once).unwrap();
        assert!(!once.was_replayed());
    }
    assert_eq!(bench.count(CALL), 5);
    for call in done {
        call(&once).unwrap();
        assert!(once.was_replayed());
    }
    // Another key, and none, are other calls.
    let other = bench.store.with(Context::new().idempotency_key("another")).unwrap();
    assert_eq!(other.put("a", "v").unwrap().version(), 1);
    assert!(!other.was_replayed());
    assert_eq!(other.with(Context::new()).unwrap().put("a", "v").unwrap().version(), 2);
}

#[test]
fn what_failed_is_not_remembered() {
    let bench = Bench::prepared();
    let once = bench.once();
    let put = || once.put_with("a", "v", Put::new().expect_absent());
    assert_eq!(put().unwrap_err().kind(), ErrorKind::AlreadyExists);
    assert_eq!(bench.count(CALL), 0);
    bench.store.delete("a").unwrap();
    assert_eq!(put().unwrap().version(), 1);
    assert!(!once.was_replayed());
    bench.store.delete("a").unwrap();
    put().unwrap();
    assert!(once.was_replayed());
}

#[test]
fn transactions_remember_what_they_commit() {
    let bench = Bench::prepared();
    let once = Arc::new(bench.once());
    let given_up = once.transaction(|tx| {
        tx.put("a", "v")?;
        tx.get("nothing")
    });
    assert!(given_up.is_err());
    let mut begun = once.begin().unwrap();
    begun.run(|tx| tx.put("a", "v")).unwrap();
    drop(begun);
    assert_eq!(bench.count(CALL), 0);
    let both = || {
        once.transaction(|tx| {
            let put = tx.put("a", "v")?;
            let put_was_replayed = once.was_replayed();
            // The same once more is no second put.
            assert_eq!(tx.put("a", "v")?, put);
            assert!(once.was_replayed());
            Ok((put.version(), tx.delete("n/x")?, put_was_replayed))
        })
        .unwrap()
    };
    let (version, deleted, replayed) = both();
    assert_eq!((version, replayed, once.was_replayed()), (4, false, false));
    let rows = bench.rows();
    assert_eq!(both(), (version, deleted, true));
    assert!(once.was_replayed() && bench.rows() == rows);
    let other = bench.store.with(Context::new().idempotency_key("other")).unwrap();
    let two = other.transaction(|tx| {
        tx.put("a", "v")?;
        tx.put("b", "v")
    });
    assert_eq!(two.unwrap_err().kind(), ErrorKind::IdempotencyConflict);
    assert!(bench.rows() == rows);
}

#[test]
fn threads_with_one_key_have_one_effect() {
    let bench = Bench::prepared();
    let start = std::sync::Barrier::new(8);
    let results: Vec<_> = std::thread::scope(|scope| {
        let call = || {
            let once = bench.once();
            start.wait();
            let written = once.put("a", "v").unwrap();
            (written, once.was_replayed())
        };
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(call)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert!(results.iter().all(|(written, _)| *written == results[0].0 && written.version() == 4));
    assert_eq!(results.iter().filter(|(_, replayed)| !replayed).count(), 1);
    assert_eq!(bench.store.versions("a").unwrap().len(), 4);
}

#[test]
fn under_other_keys_a_repeat_is_neither_made_nor_answered() {
    let bench = Bench::prepared();
    let put = || {
        let once = bench.once();
        once.put("a", "v").map(|written| (written, once.was_replayed()))
    };
    let (first, _) = put().unwrap();
    bench.store.compact().unwrap();
    assert_eq!(put().unwrap(), (first, true), "the same keys");
    for replace in [|store: &Store| store.purge(), |store: &Store| store.rekey(Unlock::raw_key(&[8; 32]))] {
        replace(&bench.store).unwrap();
        let rows = bench.rows();
        let error = put().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::IdempotencyConflict);
        assert!(error.to_string().contains("keys of the store were replaced"));
        assert!(bench.rows() == rows);
        bench.store.verify().unwrap();
        bench.clock.advance(24 * HOUR);
        assert!(!put().unwrap().1);
    }
}

#[test]
fn what_is_over_is_forgotten_by_new_calls_and_by_sweeps() {
    let bench = Bench::new();
    for number in 0..40 {
        let once = bench.store.with(Context::new().idempotency_key(format!("key {number}"))).unwrap();
        once.put("a", [number]).unwrap();
        bench.clock.advance(Duration::from_millis(1));
    }
    let more = |items| bench.store.sweep(Sweep::new().at_most(items)).unwrap().more;
    assert!(!more(100));
    bench.clock.advance(24 * HOUR);
    assert_eq!(bench.count(CALL), 40);
    bench.once().put("a", "v").unwrap();
    assert_eq!(bench.count(CALL), 40 - IDEMPOTENCY_FORGOTTEN_AT_ONCE + 1);
    bench.store.put("a", "without a key").unwrap();
    assert!(more(10));
    assert_eq!(bench.count(CALL), 15);
    bench.store.verify().unwrap();
    assert!(!more(1_000));
    assert_eq!((bench.count(CALL), bench.count(CALL_UNTIL)), (1, 1));
    let generation = bench.store.file().generation().unwrap();
    assert!(!more(1_000));
    assert_eq!(bench.store.file().generation().unwrap(), generation, "there is nothing to commit");
    let once = bench.once();
    once.put("a", "v").unwrap();
    assert!(once.was_replayed());
    bench.store.verify().unwrap();
}

#[test]
fn another_window_is_that_of_later_calls() {
    let bench = Bench::new();
    let call = |key: &str| {
        let once = bench.store.with(Context::new().idempotency_key(key)).unwrap();
        once.put("a", "v").unwrap();
        once.was_replayed()
    };
    let set = |seconds| bench.store.policy().set_idempotency_window(Duration::from_secs(seconds)).unwrap();
    set(60);
    assert!(!call("short"));
    set(120);
    assert!(!call("long"));
    bench.clock.advance(Duration::from_secs(60));
    // A clock that is set back gives no time back.
    bench.store.put("b", "v").unwrap();
    bench.clock.set(Timestamp::from_millis(0));
    assert!(!call("short") && call("long"));
    bench.clock.set(Timestamp::from_millis(1_800_000_119_999));
    assert!(call("long"));
    bench.clock.advance(Duration::from_millis(1));
    assert!(!call("long"));
}

/// As nothing in the trash is purged behind a jump of the clock, no key is free.
#[test]
fn a_clock_that_jumped_makes_no_call_happen_twice() {
    let mut bench = Bench::prepared();
    let written = bench.once().put("a", "v").unwrap();
    bench.clock.advance(400 * 24 * HOUR);
    let check_replayed = |bench: &Bench| {
        let again = bench.once();
        assert_eq!(again.put("a", "v").unwrap(), written);
        assert!(again.was_replayed());
        assert_eq!(again.put("a", "other").unwrap_err().kind(), ErrorKind::IdempotencyConflict);
        assert_eq!((bench.count(CALL), bench.count(CALL_UNTIL)), (1, 1));
        assert_eq!(bench.store.info("a").unwrap().version(), written.version());
    };
    check_replayed(&bench);
    // A commit behind the jump, a call with another key, a sweep, and another handle: none of them forgets it.
    bench.store.put("b", "v").unwrap();
    check_replayed(&bench);
    assert!(bench.store.sweep(Sweep::new()).unwrap().held_back);
    check_replayed(&bench);
    bench.reopen();
    check_replayed(&bench);
    let other = bench.store.with(Context::new().idempotency_key("other")).unwrap();
    other.put("b", "v").unwrap();
    assert_eq!(bench.count(CALL), 2);
    assert_eq!(bench.once().put("a", "v").unwrap(), written);
    // Once somebody says that the clock is right its time is over.
    bench.store.sweep(Sweep::new().confirm_clock()).unwrap();
    assert_eq!(bench.count(CALL), 1, "the later one");
    let again = bench.once();
    assert_eq!(again.put("a", "v").unwrap().version(), written.version() + 1);
    assert!(!again.was_replayed());
    bench.store.verify().unwrap();
}

#[test]
fn rows_without_their_pair_are_damage() {
    let bench = Bench::new();
    bench.once().put("a", "v").unwrap();
    let tables = bench.store.tables();
    let damaged = || assert_eq!(bench.store.verify().unwrap_err().kind(), ErrorKind::Damaged);
    for sort in [CALL, CALL_UNTIL] {
        let (key, row) = bench.rows().into_iter().find(|(key, _)| key[0] == sort).unwrap();
        set_row(&tables, &key, None).unwrap();
        damaged();
        set_row(&tables, &key, Some(&row)).unwrap();
        bench.store.verify().unwrap();
        let mut other = key.clone();
        *other.last_mut().unwrap() ^= 1;
        set_row(&tables, &other, Some(&row)).unwrap();
        damaged();
        set_row(&tables, &other, None).unwrap();
        set_row(&tables, &key, Some(b"something else")).unwrap();
        damaged();
        set_row(&tables, &key, Some(&row)).unwrap();
        set_row(&tables, &[sort, 1], Some(b"")).unwrap();
        damaged();
        set_row(&tables, &[sort, 1], None).unwrap();
    }
    bench.store.verify().unwrap();
}

#[test]
fn an_answer_of_another_operation_is_damage() {
    let written = Answer::Count(1);
    assert_eq!(Written::of_answer(written).unwrap_err().kind(), ErrorKind::Damaged);
    assert_eq!(u64::of_answer(Answer::Done).unwrap_err().kind(), ErrorKind::Damaged);
    assert_eq!(<()>::of_answer(Answer::Count(0)).unwrap_err().kind(), ErrorKind::Damaged);
}

/// Writes of which no two say the same.
fn different_puts() -> Vec<Put> {
    let time = Timestamp::from_millis(1_900_000_000_000);
    let tags = |key: &str| Tags::new().with(key, "").unwrap();
    vec![
        Put::new(),
        Put::new().expect_absent(),
        Put::new().expect_version(1),
        Put::new().expect_version(2),
        Put::new().note(""),
        Put::new().note("n"),
        Put::new().tier(Tier::Standard),
        Put::new().tier(Tier::Critical),
        Put::new().description(""),
        Put::new().description("n"),
        Put::new().content_type("a/b"),
        Put::new().tags(tags("a")),
        Put::new().tags(tags("b")),
        Put::new().tags(Tags::new()),
        Put::new().tag("a", ""),
        Put::new().tag("a", "b"),
        Put::new().tag("ab", ""),
        Put::new().tag("a", "").tag("b", ""),
        Put::new().tag("b", "").tag("a", ""),
        Put::new().remove_tag("a"),
        Put::new().remove_tag("a").remove_tag("b"),
        Put::new().max_versions(0),
        Put::new().max_versions(None),
        Put::new().trash_days(0),
        Put::new().trash_days(None),
        Put::new().expires_at(time),
        Put::new().expires_at(None),
        Put::new().expires_in(HOUR),
        Put::new().expires_in(HOUR + Duration::from_nanos(1)),
        Put::new().on_expiry(OnExpiry::Block),
        Put::new().on_expiry(OnExpiry::Trash),
        Put::new().rotate_every(HOUR),
        Put::new().rotate_every(None),
    ]
}

/// Descriptions of which no two are of the same secrets.
fn different_generators() -> [Generator; 14] {
    [
        Generator::password(20),
        Generator::password(21),
        Generator::password(20).lower(false),
        Generator::password(20).upper(false),
        Generator::password(20).digits(false),
        Generator::password(20).symbols(false),
        Generator::password(20).look_alikes(false),
        Generator::password(20).each_class(true),
        Generator::token(20),
        Generator::token(21),
        Generator::token(20).encoding(TokenEncoding::Hex),
        Generator::token(20).separator('-'),
        Generator::passphrase(20),
        Generator::passphrase(20).separator(' '),
    ]
}

#[test]
fn whatever_a_call_says_is_in_its_digest() {
    let store = Store::in_memory().unwrap();
    let file = store.file();
    let mut digests = Vec::new();
    for put in &different_puts() {
        let mut call = Arguments::default();
        put.say(&mut call);
        digests.push(call.digest(&file).unwrap());
    }
    for generator in different_generators() {
        let mut call = Arguments::default();
        call.owned("generator", generator.description().into_bytes());
        digests.push(call.digest(&file).unwrap());
    }
    for number in [1, 2] {
        let (update, mut call) = (Update::new().expect_meta_version(number), Arguments::default());
        update.say(&mut call);
        digests.push(call.digest(&file).unwrap());
    }
    let mut said = |say: &dyn Fn(&mut Arguments<'_>)| {
        let mut call = Arguments::default();
        say(&mut call);
        digests.push(call.digest(&file).unwrap());
    };
    said(&|call| _ = call.bytes("a", "bc").bytes("d", ""));
    said(&|call| _ = call.bytes("a", "b").bytes("cd", ""));
    said(&|call| _ = call.bytes("a", "bc"));
    let all = digests.len();
    digests.sort_unstable();
    digests.dedup();
    assert_eq!(digests.len(), all);
    // Of another store it is another one.
    let digest = |store: &Store| Arguments::default().digest(&store.file()).unwrap();
    assert_ne!(digest(&store), digest(&Store::in_memory().unwrap()));
    assert_eq!(digest(&store), digest(&store));
}
