//! Random stores that lived through everything the library can do.
//!
//! `STRONGROOM_READER_STORES` says how many; 200 by default.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use strongroom::{
    AuditPolicy, AuditReads, Context, CopyOptions, Environment, Error, ErrorKind, Listed, ManualClock,
    OnExpiry, Put, Query, Retention, SecretId, Store, StoreOptions, Sweep, Tags, Tier, Timestamp,
    Transaction, Update,
};

use super::key::Key;
use super::python::read_in_python;
use super::random::random_value;
use super::reading::{Reading, events_of};
use super::{LAST_COMMIT, check_same_at};
use crate::fixture::{Folder, PATIENCE, Random, campaign};

const START: Timestamp = Timestamp::from_millis(1_800_000_000_000);
const DAY: u64 = 86_400_000;
const PATHS: [&str; 10] = [
    "a",
    "a/b",
    "a/b/c",
    "a/b c",
    "Gr\u{fc}\u{df}e/\u{1f511}",
    "production/db/password",
    "production/db/user",
    "production/openai",
    "staging/db/password",
    "\u{65e5}\u{672c}",
];
const NAMESPACES: [&str; 5] = ["a", "a/b", "production", "production/db", "staging"];
const TAGS: [(&str, &str); 7] = [
    ("env", "prod"),
    ("env", "test"),
    ("reviewed", ""),
    ("owner", "Gr\u{fc}\u{df}e & Co."),
    ("query", "a=b"),
    ("a", "\u{1f511}"),
    ("z z", " "),
];

struct Life {
    path: PathBuf,
    clock: ManualClock,
    store: Option<Store>,
}

impl Life {
    fn begin(path: PathBuf, environment: Environment) -> Self {
        let clock = ManualClock::start(START);
        let options = options(&clock).environment(environment);
        let store = Some(options.create(&path, KEY.unlock()).unwrap());
        Self { path, clock, store }
    }

    fn store(&self) -> &Store {
        self.store.as_ref().unwrap()
    }

    fn step(&mut self, random: &mut Random) {
        match random.below(28) {
            0..=14 => {
                let many = 1 + random.below(3) * random.below(2);
                let done = some_handle(self.store(), random)
                    .transaction(|tx| (0..many).try_for_each(|_| change(tx, random)));
                allow(done);
            }
            15 | 24 | 25 => self.sweep(random),
            16 => keep(self.store(), random),
            17..=19 => self.pass_time(random),
            20 => {
                self.store.take().unwrap().close().unwrap();
                self.store = Some(options(&self.clock).open(&self.path, KEY.unlock()).unwrap());
            }
            21 => self.copy(random),
            26 => audit(self.store(), random),
            27 => remember(self.store(), random),
            _ => {
                let path = some_path(random);
                allow(some_handle(self.store(), random).get(path).map(drop));
            }
        }
    }

    fn sweep(&self, random: &mut Random) {
        let sweep = Sweep::new().at_most([0, 1, 3, 1_000][random.below(4) as usize]);
        let sweep = if random.below(3) == 0 { sweep.confirm_clock() } else { sweep };
        self.store().sweep(sweep).unwrap();
    }

    fn pass_time(&self, random: &mut Random) {
        let now = self.clock.now().as_millis();
        match random.below(6) {
            0 => self.clock.set(Timestamp::from_millis(now - 2_000 - random.below(2 * DAY) as i64)),
            1 => self.clock.advance(Duration::from_millis((360 + random.below(10)) * DAY)),
            _ => self.clock.advance(Duration::from_millis(random.below(20 * DAY))),
        }
    }

    fn copy(&self, random: &mut Random) {
        match random.below(4) {
            0 => drop(self.store().compact().unwrap()),
            1 => drop(self.store().purge_with(CopyOptions::new().drop_other_slots(true)).unwrap()),
            _ => {
                let backup = self.path.with_extension(format!("backup{}", random.next()));
                self.store().backup(&backup).unwrap();
                check_same_at(&backup, &KEY, LAST_COMMIT);
                fs::remove_file(backup).unwrap();
            }
        }
    }

    /// Holds both readers against each other: in the file as it lies there, at some time.
    fn check(&mut self, random: &mut Random) -> Reading {
        let later = [0, DAY, 40 * DAY, 400 * DAY][random.below(4) as usize] as i64;
        let now = self.clock.now().as_millis() + later;
        if random.below(2) == 0 {
            let copy = self.path.with_extension("copy");
            fs::copy(&self.path, &copy).unwrap();
            let (open, _) = check_same_at(&copy, &KEY, now);
            fs::remove_file(copy).unwrap();
            return open;
        }
        self.store.take().unwrap().close().unwrap();
        let (closed, left) = check_same_at(&self.path, &KEY, now);
        assert_eq!(left, "closed");
        closed
    }
}

const KEY: Key = Key::Raw([0x6b; 32]);

fn options(clock: &ManualClock) -> StoreOptions {
    StoreOptions::new().wait(PATIENCE).clock(clock)
}

/// A change that could not be made is none.
fn allow(done: Result<(), Error>) {
    use ErrorKind::{
        AlreadyExists, Conflict, Destroyed, Expired, IdempotencyConflict, NotFound, VersionExpired,
    };
    if let Err(error) = done {
        let is_expected = matches!(
            error.kind(),
            AlreadyExists | Conflict | Destroyed | Expired | IdempotencyConflict | NotFound | VersionExpired
        );
        assert!(is_expected, "{:?}: {error}", error.kind());
    }
}

fn some_path(random: &mut Random) -> &'static str {
    PATHS[random.below(10) as usize]
}

/// Mostly the path of a live secret.
fn live_path(tx: &Transaction<'_, '_>, random: &mut Random) -> Result<String, Error> {
    let live = tx.list(Query::all().limit(1_000))?;
    let at = random.below(1 + live.items().len() as u64) as usize;
    Ok(live.items().get(at).map_or(some_path(random).to_owned(), |info| info.path().to_string()))
}

/// A handle that says nothing of itself, or any of what it can say.
fn some_handle(store: &Store, random: &mut Random) -> Store {
    let mut context = Context::new();
    if random.below(3) == 0 {
        let (key, value) = TAGS[random.below(7) as usize];
        context = context.label(key, value).label("app", "lives");
    }
    if random.below(3) == 0 {
        context = context.reason("Gr\u{fc}\u{df}e, \u{1f511}");
    }
    if random.below(3) == 0 {
        context = context.request_id(format!("{:x}", random.next()));
    }
    if random.below(4) == 0 {
        context = context.idempotency_key(format!("call {}", random.below(40)));
    }
    store.with(context).unwrap()
}

fn change(tx: &mut Transaction<'_, '_>, random: &mut Random) -> Result<(), Error> {
    let path = &live_path(tx, random)?;
    match random.below(30) {
        0..=2 => tx.put_with(some_path(random), random_value(random), some_put(random)).map(drop),
        3..=6 => tx.put_with(path, random_value(random), some_put(random)).map(drop),
        7 => tx.update(path, some_update(random)).map(drop),
        8..=10 => tx.delete(path).map(drop),
        22 => tx.restore(some_path(random)).map(drop),
        11 => match some_trashed(tx, random)? {
            Some(id) => tx.restore_to(id, some_path(random)).map(drop),
            None => Ok(()),
        },
        12 => tx.destroy(path),
        13 => match some_trashed(tx, random)? {
            Some(id) => tx.destroy(id),
            None => Ok(()),
        },
        14 => tx.rename(path, some_path(random)).map(drop),
        15 => {
            let [from, to] = [(); 2].map(|()| NAMESPACES[random.below(5) as usize]);
            tx.rename_prefix(from, to).map(drop)
        }
        24..=27 => tx.rotate_with(path, random_value(random), some_time(random), some_put(random)).map(drop),
        _ => change_version(tx, path, random),
    }
}

/// From none at all to more than a year.
fn some_time(random: &mut Random) -> Duration {
    match random.below(4) {
        0 => Duration::ZERO,
        1 => Duration::from_millis(random.below(2 * DAY)),
        2 => Duration::from_millis(random.below(40 * DAY)),
        _ => Duration::from_millis(random.below(500 * DAY)),
    }
}

/// When a secret expires, or that it does not.
fn some_expiry(random: &mut Random) -> Update {
    let after = Duration::from_millis(1) + some_time(random);
    match random.below(4) {
        0 => Update::new().expires_at(None),
        1 => Update::new().expires_in(after),
        _ => Update::new().expires_in(after).on_expiry(OnExpiry::Trash),
    }
}

fn change_version(tx: &mut Transaction<'_, '_>, path: &str, random: &mut Random) -> Result<(), Error> {
    let versions = tx.versions(path)?;
    let (at, current) = (random.below(versions.len() as u64) as usize, versions.len() - 1);
    let number = versions[at].number;
    match random.below(11) {
        8..=10 if at < current => tx.revoke_version(path, number).map(drop),
        0..=2 => tx.delete_version(path, number).map(drop),
        3 | 6 | 7 => tx.restore_version(path, number).map(drop),
        4 => tx.destroy_version(path, number).map(drop),
        _ => tx.rollback(path, number).map(drop),
    }
}

/// The id of one of those in the trash, due or not; which one does not depend on how ids came out.
fn some_trashed(tx: &Transaction<'_, '_>, random: &mut Random) -> Result<Option<SecretId>, Error> {
    let mut trash: Vec<_> = tx.list(Query::all().state(Listed::Trash).limit(1_000))?.into_iter().collect();
    trash.sort_by_key(|info| (info.path().clone(), info.created_at(), info.updated_at(), info.version()));
    let at = random.below(trash.len().max(1) as u64) as usize;
    Ok(trash.get(at).map(|info| info.id()))
}

fn some_put(random: &mut Random) -> Put {
    let mut put = Put::new();
    if random.below(2) == 0 {
        let (key, value) = TAGS[random.below(7) as usize];
        put = put.tag(key, value);
    }
    match random.below(12) {
        0 => put.note("why"),
        1 => put.tier(Tier::ALL[random.below(3) as usize]),
        2 => put.description("Of the database.\n\tAsk first."),
        3 => put.max_versions(random.below(4) as u32),
        4 => put.trash_days(random.below(90) as u16).content_type("application/json"),
        5 => put.expires_in(Duration::from_millis(1) + some_time(random)).on_expiry(OnExpiry::Trash),
        6 => put.expires_in(Duration::from_millis(1) + some_time(random)),
        7 => put.rotate_every(Duration::from_secs(1 + random.below(100 * 86_400))),
        _ => put,
    }
}

fn some_update(random: &mut Random) -> Update {
    let (key, value) = TAGS[random.below(7) as usize];
    match random.below(12) {
        0 => Update::new().tags(Tags::new()),
        1 => Update::new().remove_tag(key),
        2 => Update::new().tier(Tier::ALL[random.below(3) as usize]),
        3 => Update::new().description("").content_type("").max_versions(None).trash_days(None),
        4 => Update::new().description("x".repeat(random.below(4_097) as usize)),
        5..=7 => some_expiry(random),
        8 => Update::new().rotate_every([None, Some(Duration::from_secs(3_600))][random.below(2) as usize]),
        _ => Update::new().tag(key, value),
    }
}

fn keep(store: &Store, random: &mut Random) {
    let kept = match random.below(4) {
        0 => Retention::inherited(),
        1 => Retention::inherited().keep_versions(random.below(6) as u32),
        2 => Retention::inherited().keep_trash_days(random.below(100) as u16),
        _ => Retention::inherited().keep_versions(2).keep_trash_days(0),
    };
    match random.below(6) {
        0 => store.policy().set_retention(kept).unwrap(),
        namespace => store.policy().set_retention_under(NAMESPACES[namespace as usize - 1], kept).unwrap(),
    }
}

/// Says which reads are audited, and how long the log is kept.
fn audit(store: &Store, random: &mut Random) {
    let mut policy = AuditPolicy::new();
    for tier in Tier::ALL {
        let modes = [AuditReads::Batched, AuditReads::Strict, AuditReads::Off];
        policy = policy.reads_of(*tier, modes[random.below(3) as usize]);
    }
    let policy = match random.below(3) {
        0 => policy,
        1 => policy.keep_days(1 + random.below(30) as u32),
        _ => policy.keep_bytes(random.below(5_000)),
    };
    store.policy().set_audit(policy).unwrap();
}

/// Says how long calls are remembered.
fn remember(store: &Store, random: &mut Random) {
    let window = Duration::from_secs(60 + random.below(2_591_941));
    store.policy().set_idempotency_window(window).unwrap();
}

/// What was met in all lives, so that none of it is missing unseen.
#[derive(Default)]
struct Seen {
    events: BTreeMap<u64, u64>,
    states: BTreeMap<String, u64>,
}

impl Seen {
    fn add(&mut self, reading: &Reading, events: BTreeMap<u64, u64>) {
        for (kind, count) in events {
            *self.events.entry(kind).or_default() += count;
        }
        let mut count = |state: &str, times: usize| {
            *self.states.entry(state.to_owned()).or_default() += times as u64;
        };
        for secret in reading.secrets.values() {
            for version in &secret.versions {
                let place = if secret.trashed.is_some() { "trashed, " } else { "" };
                count(&format!("{place}{}", version.state), 1);
            }
            count("due", usize::from(secret.versions.is_empty()));
            count("read", usize::from(secret.accessed.is_some()));
            let place = if secret.trashed.is_some() { "trashed, " } else { "" };
            count(&format!("{place}expires"), usize::from(secret.expires.is_some()));
            count(&format!("{place}rotates"), usize::from(secret.rotates.is_some()));
        }
        count("jumped", usize::from(reading.jumped));
        count("kept", reading.retention.len());
        count("backed up", usize::from(reading.backup.is_some()));
    }

    fn assert_all(&self) {
        for kind in (1..=19).chain([69, 70, 71]).chain(74..=80).chain([83, 85, 86]) {
            assert!(self.events.contains_key(&kind), "no event {kind} in {:?}", self.events);
        }
        let states =
            ["current", "superseded", "grace", "retired", "deleted", "destroyed", "expires", "rotates"];
        let trashed = states.map(|state| format!("trashed, {state}"));
        let all = states.iter().copied().chain(trashed.iter().map(String::as_str));
        for state in all.chain(["due", "read", "jumped", "kept", "backed up", "remembered"]) {
            assert!(
                self.states.get(state).is_some_and(|count| *count > 0),
                "none {state} in {:?}",
                self.states
            );
        }
    }
}

#[test]
fn the_second_reader_finds_what_is_in_stores_that_lived_through_everything() {
    let (folder, mut seen) = (Folder::in_memory(), Seen::default());
    let (stores, mut random) = campaign("STRONGROOM_READER_STORES", 200);
    for number in 0..stores {
        let mut life = Life::begin(
            folder.join(&format!("{number}")),
            if number % 4 == 0 { Environment::Test } else { Environment::Live },
        );
        for _ in 0..10 + random.below(60) {
            life.step(&mut random);
        }
        let path = life.path.clone();
        let reading = life.check(&mut random);
        drop(life);
        let found = read_in_python(&path, &KEY, LAST_COMMIT).unwrap();
        seen.add(&reading, events_of(&found));
        *seen.states.entry("remembered".to_owned()).or_default() +=
            found["calls"].as_object().unwrap().len() as u64;
        fs::remove_file(path).unwrap();
    }
    println!("events {:?}, states {:?}", seen.events, seen.states);
    if stores >= 200 {
        seen.assert_all();
    }
}
