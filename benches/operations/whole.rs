//! Creating, opening and verifying a store.

use std::cell::Cell;
use std::fs;

use criterion::{BatchSize, BenchmarkId, Criterion};
use strongroom::VerifyAtOpen;

use crate::slow;
use crate::stores::{Stores, options, raw};

pub(crate) fn run(criterion: &mut Criterion, stores: &Stores) {
    create(criterion, stores);
    for (name, verify) in
        [("open, not verified", VerifyAtOpen::Never), ("open, verified", VerifyAtOpen::Always)]
    {
        slow(criterion, name).bench_function(BenchmarkId::from_parameter(stores.size), |bencher| {
            let options = options().verify(verify);
            bencher.iter(|| options.open(stores.small(), raw()).expect("the store"));
        });
    }
    slow(criterion, "verify").bench_function(BenchmarkId::from_parameter(stores.size), |bencher| {
        let store = options().open(stores.small(), raw()).expect("the store");
        bencher.iter(|| store.verify().expect("a sound store"));
    });
}

/// In a folder that holds stores of this size.
fn create(criterion: &mut Criterion, stores: &Stores) {
    let number = Cell::new(0);
    slow(criterion, "create").bench_function(BenchmarkId::from_parameter(stores.size), |bencher| {
        let fresh = || {
            number.set(number.get() + 1);
            stores.folder().join(format!("new-{}", number.get()))
        };
        let create = |file| options().create(file, raw()).expect("a store");
        bencher.iter_batched(fresh, create, BatchSize::PerIteration);
        for entry in fs::read_dir(stores.folder()).expect("the folder").map(|entry| entry.expect("an entry"))
        {
            if entry.file_name().to_string_lossy().starts_with("new-") {
                fs::remove_file(entry.path()).expect("the store");
            }
        }
    });
}
