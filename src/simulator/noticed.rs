//! The controls of the subject at the height of secrets: it does everything, and a difference is seen.

use std::collections::BTreeMap;

use super::choices::Change;
use super::content::{Content, Standing, Version};
use super::disk::CrashDisk;
use super::life::{Power, Subject, live, newborn};
use super::rng::Rng;
use super::secrets::SecretsSubject;
use crate::sealed::disk::file::Access;
use crate::{ManualClock, Timestamp};

/// The name of a kind of change.
fn kind(change: &Change) -> String {
    let text = format!("{change:?}");
    text.split(' ').next().unwrap_or_default().to_owned()
}

#[test]
fn every_kind_of_change_is_made_in_a_few_lives() {
    let mut made: BTreeMap<String, u64> = BTreeMap::new();
    for seed in 1..20 {
        let clock = ManualClock::start(Timestamp::from_millis(1_800_000_000_000));
        let (mut rng, mut model) = (Rng::new(seed), Content::default());
        for _ in 0..80 {
            for change in SecretsSubject::choose(&mut rng, &mut model, &clock) {
                *made.entry(kind(&change)).or_default() += 1;
            }
        }
    }
    println!("{made:?}");
    assert_eq!(made.len(), 16);
    assert!(made.values().all(|count| *count >= 20), "{made:?}");
}

#[test]
fn secrets_live_on_while_the_power_holds() {
    let base = newborn::<SecretsSubject>();
    for seed in 1..20 {
        if let Err(death) = live::<SecretsSubject>(seed, 4, Power::Holds, &base) {
            panic!("seed {seed}: {death}");
        }
    }
}

/// The control: whatever is changed in what a store must hold is seen.
#[test]
fn a_store_that_differs_in_anything_is_noticed() {
    let clock = ManualClock::start(Timestamp::from_millis(1_800_000_000_000));
    let (mut rng, mut model) = (Rng::new(3), Content::default());
    let disk = CrashDisk::holding(SecretsSubject::create(&clock));
    let subject = SecretsSubject::open(disk, Access::ReadWrite, false, &clock).unwrap();
    for _ in 0..200 {
        let changes = SecretsSubject::choose(&mut rng, &mut model, &clock);
        subject.write(&changes, false, &model).unwrap();
    }
    let found = subject.content().unwrap();
    let shown = |model: &Content| SecretsSubject::shown(model, clock.now());
    assert!(found == shown(&model));
    let changes: [fn(&mut Content); 8] = [
        |model| model.live.values_mut().next().unwrap().meta.description.push('x'),
        |model| model.live.values_mut().next().unwrap().meta.kept.0 = Some(77),
        |model| model.live.values_mut().next().unwrap().meta_version += 1,
        |model| model.live.values_mut().next().unwrap().updated_at += 1,
        |model| drop(model.live.pop_first()),
        |model| drop(model.trash.pop_first().unwrap()),
        |model| model.trash.values_mut().next().unwrap().purge_at += 1,
        |model| drop(model.retention.pop_first().unwrap()),
    ];
    for (number, change) in changes.into_iter().enumerate() {
        let mut other = model.clone();
        change(&mut other);
        assert!(found != shown(&other), "change {number} is not seen");
    }
    let (path, number) = model
        .live
        .iter()
        .find_map(|(path, secret)| {
            let readable = secret
                .versions
                .iter()
                .find(|(_, version)| version.standing == Standing::Kept && version.retired.is_none());
            readable.map(|(number, _)| (path.clone(), *number))
        })
        .unwrap();
    let versions: [fn(&mut Version); 4] = [
        |version| version.retired = Some(0),
        |version| version.value = Some(1),
        |version| version.standing = Standing::Destroyed { at: version.created_at },
        |version| version.note.push('x'),
    ];
    for (kind, change) in versions.into_iter().enumerate() {
        let mut other = model.clone();
        change(other.live.get_mut(&path).unwrap().versions.get_mut(&number).unwrap());
        assert!(found != shown(&other), "change {kind} of a version is not seen");
    }
}
