//! Any sequence of operations on secrets, with clocks that jump, handles that are opened anew and crashes, equals a plain
//! model, and shrinks to its shortest when it does not.

mod compare;
mod model;
mod operation;
mod pair;
mod schedule;

use std::panic::{AssertUnwindSafe, catch_unwind};

use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed, TestRunner};

use model::Fault;
use operation::operation;
use pair::Pair;

use crate::seeds::{seed, setting};

/// Runs `cases` sequences of 50 operations on average, and says how one fails.
fn run(cases: u32, seed: u64, fault: Fault) -> Result<(), String> {
    let config = Config {
        cases,
        failure_persistence: None,
        max_shrink_iters: if fault == Fault::None { 2_000 } else { 0 },
        rng_seed: RngSeed::Fixed(seed),
        ..Config::default()
    };
    TestRunner::new(config)
        .run(&prop::collection::vec(operation(), 1..100), |operations| {
            let mut pair = Pair::new(fault);
            operations.into_iter().for_each(|operation| pair.apply(operation));
            pair.check();
            Ok(())
        })
        .map_err(|error| error.to_string())
}

/// `STRONGROOM_MODEL_CASES` sets how many sequences are tried, `STRONGROOM_MODEL_SEED` which; the one that fails is
/// printed, shrunk.
#[test]
fn any_sequence_of_operations_clocks_and_crashes_equals_a_plain_model() {
    let cases = u32::try_from(setting("STRONGROOM_MODEL_CASES", 2_000)).unwrap();
    let seed = seed("STRONGROOM_MODEL_SEED", "STRONGROOM_MODEL_CASES");
    let half = |offset| std::thread::spawn(move || run(cases / 2, seed + offset, Fault::None));
    for half in [half(0), half(1 << 32)] {
        half.join().unwrap().unwrap();
    }
}

/// A model that is wrong in one thing is found out.
#[test]
fn a_wrong_model_is_noticed() {
    for fault in [
        Fault::PrunesNothing,
        Fault::RestoresTheFirst,
        Fault::ClockRevives,
        Fault::JumpPurges,
        Fault::LosesNotes,
        Fault::ExtendsGrace,
        Fault::ReadsExpired,
    ] {
        let found = catch_unwind(AssertUnwindSafe(|| run(1_000, 1, fault)));
        assert!(!matches!(found, Ok(Ok(()))), "{fault:?} was not noticed");
    }
}
