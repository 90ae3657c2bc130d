//! The campaign: as many lives as asked for, on two threads.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use super::engine::EngineSubject;
use super::life::{Death, Power, Subject, Tally, live, newborn};
use super::secrets::SecretsSubject;
use crate::seeds::{seed, setting};

/// Crashes in a row that one store lives through.
pub(super) const CRASHES: u64 = 12;
const THREADS: u64 = 2;

fn campaign<S: Subject>(what: &str, cycles: u64) {
    let base = newborn::<S>();
    let first = seed("STRONGROOM_CRASH_SEED", "STRONGROOM_CRASH_CYCLES");
    let end = first + cycles.div_ceil(CRASHES);
    let next = AtomicU64::new(first);
    let total = Mutex::new(Tally::default());
    let deaths: Mutex<Vec<(u64, Death)>> = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= end {
                        return;
                    }
                    match live::<S>(seed, CRASHES, Power::Fails, &base) {
                        Ok(tally) => total.lock().unwrap_or_else(PoisonError::into_inner).add(&tally),
                        Err(death) => {
                            deaths.lock().unwrap_or_else(PoisonError::into_inner).push((seed, death))
                        }
                    }
                    if seed.is_multiple_of(1_000) {
                        eprintln!("{what}: seed {seed} of {end}");
                    }
                }
            });
        }
    });
    let (total, deaths) = (total.into_inner().unwrap(), deaths.into_inner().unwrap());
    eprintln!("{what}, seeds {first}..{end}: {total:?}");
    for (seed, death) in deaths.iter().take(5) {
        eprintln!("{what}: STRONGROOM_CRASH_SEED={seed} STRONGROOM_CRASH_CYCLES={CRASHES}: {death}");
    }
    assert!(deaths.is_empty(), "{what}: {} stores died", deaths.len());
    assert!(total.cuts + total.kills >= cycles, "fewer crashes than asked for");
    assert!(
        total.reopened_as_in_flight > 0 && total.crashes_while_opening > 0,
        "crashes at dull moments only"
    );
}

#[test]
fn rows_survive_every_crash() {
    campaign::<EngineSubject>("rows", setting("STRONGROOM_CRASH_CYCLES", 1_800));
}

#[test]
fn secrets_survive_every_crash() {
    campaign::<SecretsSubject>("secrets", setting("STRONGROOM_CRASH_CYCLES", 1_200));
}
