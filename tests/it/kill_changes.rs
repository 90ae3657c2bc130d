//! A real process killed with SIGKILL while it changes metadata, versions, paths and the trash: every change is there whole
//! or not at all.

use std::path::Path;

use strongroom::{
    Error, Listed, Put, Query, SecretInfo, SecretRef, Store, Sweep, Tier, Update, VersionState,
};

use crate::child::{Process, answer};
use crate::fixture::{Folder, campaign, create, key, open, patient};

/// Changes that follow each other, and end where they began.
const STEPS: u64 = 14;

/// Change number `number` of a life. What it does follows from the number and from what is there.
fn step(store: &Store, number: u64) -> Result<(), Error> {
    let value = value(number);
    let previous = |path: &str| store.info(path).map(|info| info.version() - 1);
    match number % STEPS {
        0 => store.put_with("life/a", value, Put::new().tag("number", number.to_string())).map(drop),
        1 => store.put("life/a", value).map(drop),
        2 => store.update("life/a", Update::new().tier(Tier::Critical).tag("two", "2")).map(drop),
        3 => store.delete_version("life/a", previous("life/a")?).map(drop),
        4 => store.rename("life/a", "life/b").map(drop),
        5 => store.transaction(|tx| {
            tx.put_with("pair/x", &value, Put::new().tag("number", "x"))?;
            tx.delete("life/b").map(drop)
        }),
        6 => store.restore("life/b").map(drop),
        7 => store.restore_version("life/b", previous("life/b")?).map(drop),
        8 => store.rollback("life/b", 1).map(drop),
        9 => store.rename_prefix("life", "moved").map(drop),
        10 => store.destroy_version("moved/b", previous("moved/b")?).map(drop),
        11 => store.transaction(|tx| {
            tx.update("moved/b", Update::new().trash_days(0))?;
            tx.delete("moved/b").map(drop)
        }),
        12 => store.sweep(Sweep::new()).map(|report| assert_eq!(report.secrets, 1)),
        _ => store.destroy(SecretRef::try_from("pair/x")?),
    }
}

/// Values long enough that some commits take one block, some many, and a few take two syncs.
fn value(number: u64) -> Vec<u8> {
    let len = [40, 300_000, 9_000, 40, 900][(number % 5) as usize];
    number.to_le_bytes().into_iter().cycle().take(len).collect()
}

pub(crate) fn change_until_killed(path: &Path, first: &str) -> ! {
    let store = patient().open(path, key()).unwrap();
    for number in first.parse::<u64>().unwrap().. {
        step(&store, number).unwrap();
        answer(&number.to_string());
    }
    unreachable!("numbers do not end");
}

/// A version: number, size, state and note, and its value if it can be read.
type Version = (u64, u64, &'static str, String, Option<Vec<u8>>);

/// Everything but times and ids, which no two stores share.
fn shown(store: &Store) -> Vec<(String, Vec<Version>)> {
    let line = |info: &SecretInfo| {
        let (number, meta, tier) = (info.version(), info.meta_version(), info.tier());
        let (tags, days) = (info.tags(), info.trash_days());
        format!("{} {number} {meta} {tier} {tags:?} {days:?} {}", info.path(), info.trashed().is_some())
    };
    let infos = store.scan(Query::all().state(Listed::All)).map(Result::unwrap);
    infos
        .map(|info| match info.trashed() {
            Some(_) => (line(&info), Vec::new()),
            None => (line(&info), versions(store, &info)),
        })
        .collect()
}

fn versions(store: &Store, info: &SecretInfo) -> Vec<Version> {
    let versions = store.versions(info.path()).unwrap().into_iter();
    let shown = versions.map(|version| {
        let state = match version.state {
            VersionState::Current => "current",
            VersionState::Superseded => "superseded",
            VersionState::Deleted { .. } => "deleted",
            _ => "destroyed",
        };
        let value = store.get_version(info.path(), version.number).ok();
        assert_eq!(value.is_some(), version.state.is_readable());
        let value = value.map(|secret| secret.value().expose().to_vec());
        (version.number, version.size, state, version.note, value)
    });
    shown.collect()
}

/// What must be there, change by change.
struct Shadow {
    store: Store,
    made: u64,
}

impl Shadow {
    fn new() -> Self {
        Self { store: Store::in_memory().unwrap(), made: 0 }
    }

    fn advance(&mut self, to: u64) {
        for number in self.made + 1..=to {
            step(&self.store, number - 1).unwrap();
        }
        self.made = to;
    }

    /// The store holds every change that was acknowledged, or one more. Returns how many there are.
    #[track_caller]
    fn check(&mut self, store: &Store, acknowledged: u64) -> u64 {
        let found = shown(store);
        self.advance(acknowledged);
        if shown(&self.store) != found {
            self.advance(acknowledged + 1);
            assert!(shown(&self.store) == found, "neither {acknowledged} changes nor one more");
        }
        self.made
    }
}

#[test]
fn a_change_that_is_killed_is_there_whole_or_not_at_all() {
    let (kills, mut random) = campaign("STRONGROOM_CHANGE_KILLS", 100);
    let folder = Folder::new();
    let path = folder.join("store");
    create(&path).close().unwrap();
    let (mut shadow, mut made, mut in_flight) = (Shadow::new(), 0, 0);
    for _ in 0..kills {
        let mut process = Process::start();
        process.tell(&["change-until-killed".as_ref(), path.as_os_str(), made.to_string().as_ref()]);
        let mut acknowledged = made;
        for _ in 0..random.below(20) {
            acknowledged = process.next_answer().expect("the child is gone").parse::<u64>().unwrap() + 1;
        }
        // Somewhere inside the next commit; where does not depend on this process being scheduled.
        for _ in 0..random.below(100_000) {
            std::hint::spin_loop();
        }
        process.kill();
        while let Some(answer) = process.next_answer() {
            acknowledged = answer.parse::<u64>().unwrap() + 1;
        }
        let store = open(&path);
        made = shadow.check(&store, acknowledged);
        store.verify().unwrap();
        in_flight +=
            u64::from(made > acknowledged) + u64::from(store.open_report().discarded_generation.is_some());
    }
    println!("{kills} kills in {made} changes, {in_flight} with one on the disk that was not acknowledged");
    assert!(kills < 50 || made > STEPS, "only {made} changes");
}

/// The control: each change makes a difference that is seen.
#[test]
fn every_change_shows() {
    let mut shadow = Shadow::new();
    let mut before = shown(&shadow.store);
    for made in 1..=2 * STEPS {
        shadow.advance(made);
        let after = shown(&shadow.store);
        assert!(before != after, "change {made} does not show");
        before = after;
    }
    assert!(before.is_empty(), "the changes end where they began");
}
