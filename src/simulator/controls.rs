//! The faulty variants of the commit scheme must fail, or the simulator is blind.

use std::panic;

use super::campaign::{CRASHES, setting};
use super::engine::EngineSubject;
use super::life::{Death, Power, Subject, live};
use crate::sealed::faults::{self, Fault};

/// The first seed that kills a store under each fault, found by the search below.
const FAILING_SEEDS: &[(Fault, u64)] = &[
    (Fault::ManifestUnchecked, 8),
    (Fault::NoRetire, 6),
    (Fault::FallBackTwo, 11),
    (Fault::NoSyncBeforeFirstWrite, 10),
    (Fault::EarlyShortening, 163),
    (Fault::OverwriteGoodSlot, 58),
    (Fault::HeaderInPlace, 2),
];

fn live_with(fault: Fault, seed: u64, power: Power, base: &[u8]) -> Option<Death> {
    faults::set(Some(fault));
    let ended = live::<EngineSubject>(seed, CRASHES, power, base);
    faults::set(None);
    ended.err()
}

#[test]
fn every_faulty_variant_dies_at_its_recorded_seed() {
    quietly(|| {
        let base = EngineSubject::create();
        for &(fault, seed) in FAILING_SEEDS {
            let death = live_with(fault, seed, Power::Fails, &base);
            eprintln!(
                "{fault:?} at seed {seed}: {}",
                death.as_ref().map_or("survives".into(), Death::to_string)
            );
            assert!(death.is_some(), "{fault:?} survives seed {seed}");
            let real = live::<EngineSubject>(seed, CRASHES, Power::Fails, &base);
            assert!(real.is_ok(), "the real scheme dies at seed {seed}");
            // It is the crash that kills, not a variant that never worked.
            let orderly = live_with(fault, seed, Power::Holds, &base);
            assert!(orderly.is_none(), "{fault:?} dies without a crash");
        }
    });
}

/// Looks for failing seeds anew: `STRONGROOM_FIND_CONTROLS` is how many seeds to try for each fault.
#[test]
fn failing_seeds_can_be_found_again() {
    let most = setting("STRONGROOM_FIND_CONTROLS", 0);
    quietly(|| {
        let base = EngineSubject::create();
        for &(fault, _) in FAILING_SEEDS.iter().filter(|_| most > 0) {
            let found = (1..=most).find_map(|seed| {
                live_with(fault, seed, Power::Fails, &base).map(|death| (seed, death.to_string()))
            });
            eprintln!("{fault:?}: {found:?}");
            assert!(found.is_some(), "{fault:?} survives {most} seeds");
        }
    });
}

/// Faulty variants may panic inside redb; their messages would drown the rest.
fn quietly(run: impl FnOnce()) {
    let hook = panic::take_hook();
    panic::set_hook(Box::new(|_| {}));
    let result = panic::catch_unwind(panic::AssertUnwindSafe(run));
    panic::set_hook(hook);
    if let Err(panic) = result {
        panic::resume_unwind(panic);
    }
}
