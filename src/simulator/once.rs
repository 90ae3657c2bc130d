//! Calls with an idempotency key, cut off at every one of their operations and made again: each has one effect.

use std::sync::Arc;
use std::time::Duration;

use super::disk::CrashDisk;
use super::engine::unlock;
use super::rng::Rng;
use crate::crypto::random;
use crate::error::Result;
use crate::sealed::faults::{self, Fault};
use crate::seeds::setting;
use crate::tables::forged::all_rows;
use crate::{Context, ManualClock, Put, Store, StoreOptions, Timestamp, Update};

/// A call, and what it returned as text.
type Call = fn(&Store) -> Result<String>;

/// Calls with one key, in an order in which each can be made; a second effect of each would be seen.
const CALLS: [(&str, Call); 8] = [
    ("put", |store| shown(store.put("app/name", vec![7; 9_000]))),
    ("put, new", |store| shown(store.put_with("app/new", "value", Put::new().tag("env", "prod")))),
    ("rotate", |store| shown(store.rotate("app/name", "rotated", Duration::from_secs(60)))),
    ("update", |store| shown(store.update("app/name", Update::new().description("described")))),
    ("update of nothing", |store| shown(store.update("app/other", Update::new()))),
    ("delete version", |store| shown(store.delete_version("app/name", 1))),
    ("rename", |store| shown(store.rename("app/name", "app/moved"))),
    ("delete", |store| shown(store.delete("app/name"))),
];

fn shown<T: std::fmt::Debug>(result: Result<T>) -> Result<String> {
    result.map(|value| format!("{value:?}"))
}

/// What was tried.
#[derive(Clone, Copy, Debug, Default)]
struct Tally {
    cuts: u64,
    images: u64,
    /// Images in which the effect had survived, and the repeat was a replay.
    replayed: u64,
    made: u64,
}

fn clock() -> ManualClock {
    ManualClock::start(Timestamp::from_millis(1_800_000_000_000))
}

fn open(disk: &Arc<CrashDisk>) -> Result<Store> {
    StoreOptions::new().clock(&clock()).open_on(disk.clone(), &unlock())
}

fn once(store: &Store) -> Store {
    store.with(Context::new().idempotency_key("interrupted")).unwrap()
}

/// A closed store with a few secrets.
fn base() -> Vec<u8> {
    random::seeded::set(Some(5));
    let disk = CrashDisk::new();
    let store = StoreOptions::new().clock(&clock()).create_on(disk.clone(), &unlock()).unwrap();
    for number in 0..6 {
        store.put(["app/name", "app/other"][number % 2], vec![number as u8; 40 + 900 * number]).unwrap();
    }
    store.close().unwrap();
    random::seeded::set(None);
    disk.content()
}

/// What a store holds but for what differs each time: sealed values, and ids made of random bytes.
#[derive(Clone, Debug, PartialEq)]
struct Effect {
    events: u64,
    secrets: u64,
    versions: u64,
    rows: usize,
    paths: Vec<(String, u64, u64)>,
}

impl Effect {
    fn of(store: &Store) -> Result<Self> {
        let opened = store.verify()?.opened.unwrap();
        let infos = store.list(crate::Query::all())?;
        let paths =
            infos.items().iter().map(|info| (info.path().to_string(), info.version(), info.meta_version()));
        Ok(Self {
            events: opened.events,
            secrets: opened.secrets,
            versions: opened.versions,
            rows: all_rows(&store.tables())?.len(),
            paths: paths.collect(),
        })
    }
}

/// A call on a store, and what is there before and after it is made once.
struct Case<'a> {
    base: &'a [u8],
    call: Call,
    before: Effect,
    after: Effect,
}

impl<'a> Case<'a> {
    fn new(base: &'a [u8], call: Call) -> Self {
        let store = open(&CrashDisk::holding(base.to_vec())).unwrap();
        let before = Effect::of(&store).unwrap();
        call(&once(&store)).unwrap();
        Self { base, call, before, after: Effect::of(&store).unwrap() }
    }

    /// Cuts the call off at each of its operations. The first failure ends it.
    fn cut_everywhere(&self) -> std::result::Result<Tally, String> {
        let mut tally = Tally::default();
        let mut operation = 1;
        while self.cut_at(operation, &mut tally)? {
            operation += 1;
        }
        Ok(tally)
    }

    /// Makes the call, whose power fails at an operation, and makes it again on all that may be left. Says whether it was cut
    /// off.
    fn cut_at(&self, operation: u64, tally: &mut Tally) -> std::result::Result<bool, String> {
        let disk = CrashDisk::holding(self.base.to_vec());
        let store = open(&disk).unwrap();
        disk.fail_after(operation);
        let acknowledged = (self.call)(&once(&store)).ok();
        let was_cut = disk.is_off();
        drop(store);
        tally.cuts += 1;
        let mut images = disk.every_cut(setting("STRONGROOM_CRASH_IMAGES", 16), &mut Rng::new(operation));
        images.push(disk.killed());
        for image in &images {
            let examined = self.examine(image, acknowledged.as_deref(), tally);
            examined.map_err(|error| format!("operation {operation}: {error}"))?;
        }
        Ok(was_cut)
    }

    fn examine(
        &self,
        image: &Arc<CrashDisk>,
        acknowledged: Option<&str>,
        tally: &mut Tally,
    ) -> std::result::Result<(), String> {
        let failed = |error: crate::Error| error.to_string();
        let store = open(image).map_err(failed)?;
        // It becomes an event of its own with the next commit.
        let discarded = u64::from(store.open_report().discarded_generation.is_some());
        let found = Effect::of(&store).map_err(failed)?;
        let again = once(&store);
        let answer = (self.call)(&again).map_err(failed)?;
        let expected = match again.was_replayed() {
            true => self.after.clone(),
            false => Effect { events: self.after.events + discarded, ..self.after.clone() },
        };
        tally.images += 1;
        *(if again.was_replayed() { &mut tally.replayed } else { &mut tally.made }) += 1;
        if Effect::of(&store).map_err(failed)? != expected {
            return Err(format!("not one effect, from {found:?}"));
        }
        if found != *(if again.was_replayed() { &self.after } else { &self.before }) {
            return Err(format!("effect and key are apart: {found:?}"));
        }
        match acknowledged {
            Some(first) if first != answer => Err("what was acknowledged is answered otherwise".into()),
            _ => Ok(()),
        }
    }
}

#[test]
fn an_interrupted_call_that_is_made_again_has_one_effect() {
    let base = base();
    for (name, call) in CALLS {
        let tally = Case::new(&base, call).cut_everywhere().unwrap_or_else(|error| panic!("{name}: {error}"));
        println!("{name}: {tally:?}");
        assert!(tally.cuts > 3 && tally.replayed > 0 && tally.made > 0, "{name}: {tally:?}");
    }
}

/// The control: a key that is remembered in a commit of its own is not worth much.
#[test]
fn a_key_in_another_commit_than_the_effect_is_caught() {
    let base = base();
    faults::set(Some(Fault::KeyApart));
    let result = Case::new(&base, CALLS[0].1).cut_everywhere();
    // It is the crash that kills, not a variant that never worked.
    let orderly = {
        let store = open(&CrashDisk::holding(base.clone())).unwrap();
        let first = CALLS[0].1(&once(&store)).unwrap();
        let again = once(&store);
        CALLS[0].1(&again).unwrap() == first && again.was_replayed()
    };
    faults::set(None);
    assert!(orderly, "it fails without a crash");
    let death = result.expect_err("a key in another commit goes unnoticed");
    println!("{death}");
}
