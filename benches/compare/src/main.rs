//! strongroom beside others that do the same job, interleaved in one run. See docs/BENCHMARKS.md.
//!
//! ```text
//! cargo run --release --manifest-path benches/Cargo.toml -p strongroom-compare [-- --size SECRETS…]
//! ```
//!
//! Needs libargon2 (`apt-get install libargon2-dev`), and strace to count syncs. What is measured goes to the standard
//! output, as Markdown. The stores lie in a new folder where `TMPDIR` says, which should be on a disk.

mod candidates;
mod child;
mod figures;
mod goals;
mod job;
mod libargon2;
mod meter;
mod report;
mod workloads;

use std::env;
use std::path::Path;
use std::process::ExitCode;

use strongroom_benches::folder::Folder;

use figures::{Figures, Workload};
use workloads::fill::Files;
use workloads::{cold, gets, pages, primitives, syncs, writes};

const SIZES: [u64; 2] = [1_000, 10_000];
/// The largest size with values of 4 KiB.
const LARGE_VALUES_MAX: u64 = 10_000;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    if let Some((first, work)) = arguments.split_first()
        && first == "child"
    {
        return match child::run(work) {
            Some(answer) => {
                println!("{answer}");
                ExitCode::SUCCESS
            }
            None => usage(),
        };
    }
    match sizes(&arguments) {
        Some(sizes) => {
            run(&sizes);
            ExitCode::SUCCESS
        }
        None => usage(),
    }
}

/// `--size` before each; the default without any.
fn sizes(arguments: &[String]) -> Option<Vec<u64>> {
    let size = |pair: &[String]| match pair {
        [flag, size] if flag == "--size" => size.parse().ok().filter(|&size| size >= 1_000),
        _ => None,
    };
    let sizes: Vec<u64> = arguments.chunks(2).map(size).collect::<Option<_>>()?;
    Some(if sizes.is_empty() { SIZES.to_vec() } else { sizes })
}

fn usage() -> ExitCode {
    eprintln!("usage: strongroom-compare [--size SECRETS]…   (from 1,000; {SIZES:?} by default)");
    ExitCode::from(2)
}

fn run(sizes: &[u64]) {
    let folder = Folder::new("compare");
    let mut figures = Figures::default();
    primitives::run(&mut figures, folder.path());
    for &size in sizes {
        small_values(&mut figures, folder.path(), size);
        if size <= LARGE_VALUES_MAX {
            large_values(&mut figures, folder.path(), size);
        }
    }
    report::print(&figures, sizes, child::ask(&["nothing"]));
}

fn small_values(figures: &mut Figures, folder: &Path, size: u64) {
    eprintln!("{size} secrets of 64 bytes: fill");
    let files = Files::fill(folder, size, 64, figures);
    eprintln!("{size} secrets of 64 bytes: new processes");
    cold::run(figures, &files);
    eprintln!("{size} secrets of 64 bytes: reads");
    let mut open = files.open();
    gets::one_thread(figures, Workload::Get, &open, size);
    gets::two_threads(figures, &open, size);
    pages::run(figures, &open, size);
    eprintln!("{size} secrets of 64 bytes: writes");
    writes::run(figures, &mut open, folder, size);
    open.into_iter().for_each(|candidate| candidate.close());
    eprintln!("{size} secrets of 64 bytes: syncs");
    syncs::run(figures, &files);
}

fn large_values(figures: &mut Figures, folder: &Path, size: u64) {
    eprintln!("{size} secrets of 4 KiB");
    let files = Files::fill(folder, size, 4096, figures);
    let open = files.open();
    gets::one_thread(figures, Workload::GetLarge, &open, size);
    open.into_iter().for_each(|candidate| candidate.close());
}
