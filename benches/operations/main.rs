//! Every operation by itself, at three sizes, with criterion. See docs/BENCHMARKS.md.
//!
//! ```text
//! cargo bench --manifest-path benches/Cargo.toml [-- FILTER]
//! ```
//!
//! A filter is a regular expression over names such as `put/10000`. The stores lie where `TMPDIR` says, which should be on a disk.

mod lists;
mod reads;
mod stores;
mod whole;
mod writes;

use std::time::Duration;

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion};

use stores::Stores;

const SIZES: [u64; 3] = [1_000, 10_000, 100_000];

fn main() {
    let mut criterion = Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(2))
        .configure_from_args();
    for stores in SIZES.map(Stores::new) {
        reads::run(&mut criterion, &stores);
        lists::run(&mut criterion, &stores);
        writes::run(&mut criterion, &stores);
        whole::run(&mut criterion, &stores);
    }
    criterion.final_summary();
}

/// The benchmarks of one operation that takes long: few samples.
fn slow<'a>(criterion: &'a mut Criterion, name: &str) -> BenchmarkGroup<'a, WallTime> {
    let mut group = criterion.benchmark_group(name);
    group.sample_size(10);
    group
}
