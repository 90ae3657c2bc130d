//! Getting single secrets.

use std::hint::black_box;
use std::path::Path;
use std::thread;
use std::time::Instant;

use criterion::{BenchmarkId, Criterion};
use strongroom::Store;
use strongroom_benches::job::{Random, path};

use crate::stores::{Stores, options, raw};

pub(crate) fn run(criterion: &mut Criterion, stores: &Stores) {
    get(criterion, stores, "get 64 B", Stores::small);
    get(criterion, stores, "get 4 KiB", Stores::large);
}

fn get(criterion: &mut Criterion, stores: &Stores, name: &str, file: fn(&Stores) -> &Path) {
    let open = || options().read_only(true).open(file(stores), raw()).expect("the store");
    let mut group = criterion.benchmark_group(name);
    group.bench_function(BenchmarkId::from_parameter(stores.size), |bencher| {
        let store = open();
        let paths = some_paths(1, stores.size);
        let mut next = paths.iter().cycle();
        bencher.iter(|| next.next().map(|path| store.get(path.as_str()).expect("the secret")));
    });
    group.finish();
    let mut group = criterion.benchmark_group(format!("{name} by two threads"));
    group.bench_function(BenchmarkId::from_parameter(stores.size), |bencher| {
        let store = open();
        let paths = [1, 2].map(|seed| some_paths(seed, stores.size));
        bencher.iter_custom(|gets| {
            let start = Instant::now();
            thread::scope(|scope| {
                scope.spawn(|| get_some(&store, &paths[0], gets / 2));
                scope.spawn(|| get_some(&store, &paths[1], gets.div_ceil(2)));
            });
            start.elapsed()
        });
    });
    group.finish();
}

fn get_some(store: &Store, paths: &[String], gets: u64) {
    for (path, _) in paths.iter().cycle().zip(0..gets) {
        black_box(store.get(path.as_str()).expect("the secret"));
    }
}

fn some_paths(seed: u64, size: u64) -> Vec<String> {
    let mut random = Random::new(seed);
    (0..20_000).map(|_| path(random.below(size))).collect()
}
