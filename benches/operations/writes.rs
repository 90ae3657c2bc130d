//! Durable changes. Every benchmark has a copy of the store, and takes away again what it adds.

use std::time::{Duration, Instant};

use criterion::{BenchmarkId, Criterion};
use strongroom::{ManualClock, SecretId, Store, Sweep, Transaction, Update};
use strongroom_benches::job::{Random, path, value};

use crate::stores::{Stores, options, put_all, tagged};

const BATCH: u64 = 1_000;

pub(crate) fn run(criterion: &mut Criterion, stores: &Stores) {
    measure(criterion, stores, "put", put);
    measure(criterion, stores, "update (new version)", update_value);
    measure(criterion, stores, "update (metadata)", update_metadata);
    measure(criterion, stores, "delete", delete);
    measure(criterion, stores, "batch of 1,000", batch);
    sweep(criterion, stores);
}

/// `work` does its operation so many times, and says how long that took.
fn measure(
    criterion: &mut Criterion,
    stores: &Stores,
    name: &str,
    work: fn(&Stores, &Store, u64) -> Duration,
) {
    let mut group = criterion.benchmark_group(name);
    group.bench_function(BenchmarkId::from_parameter(stores.size), |bencher| {
        let store = stores.copy(&options());
        bencher.iter_custom(|count| work(stores, &store, count));
    });
    group.finish();
}

fn put(stores: &Stores, store: &Store, count: u64) -> Duration {
    let numbers = stores.fresh(count);
    let time = timed(|| {
        for number in numbers.clone() {
            store.put_with(path(number).as_str(), value(number, 64), tagged(number)).expect("a put");
        }
    });
    in_one(store, |tx| numbers.clone().try_for_each(|number| tx.destroy(path(number).as_str())));
    time
}

fn update_value(stores: &Stores, store: &Store, count: u64) -> Duration {
    let mut random = Random::new(count);
    timed(|| {
        for number in 0..count {
            store.put(path(random.below(stores.size)).as_str(), value(number, 64)).expect("a put");
        }
    })
}

fn update_metadata(stores: &Stores, store: &Store, count: u64) -> Duration {
    let mut random = Random::new(count);
    let fresh = stores.fresh(count);
    timed(|| {
        for number in fresh {
            let update = Update::new().description(format!("number {number}"));
            store.update(path(random.below(stores.size)).as_str(), update).expect("an update");
        }
    })
}

fn delete(stores: &Stores, store: &Store, count: u64) -> Duration {
    let numbers = stores.fresh(count);
    in_one(store, |tx| put_all(tx, numbers.clone(), 64));
    let mut deleted: Vec<SecretId> = Vec::new();
    let time = timed(|| {
        for number in numbers {
            deleted.push(store.delete(path(number).as_str()).expect("a delete").id);
        }
    });
    in_one(store, |tx| deleted.iter().try_for_each(|&id| tx.destroy(id)));
    time
}

fn batch(stores: &Stores, store: &Store, count: u64) -> Duration {
    let mut time = Duration::ZERO;
    for _ in 0..count {
        let numbers = stores.fresh(BATCH);
        time += timed(|| in_one(store, |tx| put_all(tx, numbers.clone(), 64)));
        in_one(store, |tx| numbers.clone().try_for_each(|number| tx.destroy(path(number).as_str())));
    }
    time
}

/// Of 1,000 secrets that are due, beside those that are live.
fn sweep(criterion: &mut Criterion, stores: &Stores) {
    let mut group = criterion.benchmark_group("sweep of 1,000");
    group.sample_size(10);
    group.bench_function(BenchmarkId::from_parameter(stores.size), |bencher| {
        let clock =
            ManualClock::start(stores.copy(&options()).info(path(0).as_str()).expect("it").updated_at());
        let store = stores.copy(&options().clock(&clock));
        bencher.iter_custom(|count| {
            let mut time = Duration::ZERO;
            for _ in 0..count {
                let numbers = stores.fresh(BATCH);
                in_one(&store, |tx| put_all(tx, numbers.clone(), 64));
                in_one(&store, |tx| numbers.clone().try_for_each(|n| tx.delete(path(n).as_str()).map(drop)));
                clock.advance(Duration::from_secs(31 * 86_400));
                time += timed(|| assert_eq!(store.sweep(Sweep::new()).expect("a sweep").secrets, BATCH));
            }
            time
        });
    });
    group.finish();
}

fn timed(work: impl FnOnce()) -> Duration {
    let start = Instant::now();
    work();
    start.elapsed()
}

fn in_one(store: &Store, work: impl FnOnce(&mut Transaction<'_, '_>) -> strongroom::Result<()>) {
    store.transaction(work).expect("a transaction");
}
