//! Benchmarks: ratios inside one run, on one machine. See docs/BENCHMARKS.md.
//!
//! ```text
//! cargo run --release --manifest-path benches/Cargo.toml [-- lifecycle [SECRETS…] | argon2 ]
//! ```
//!
//! `argon2` needs libargon2 (`apt-get install libargon2-dev`).

mod argon2;
mod lifecycle;
mod rounds;

use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let sizes = |texts: &[String]| texts.iter().map(|text| text.parse()).collect::<Result<Vec<u64>, _>>();
    match arguments.split_first() {
        None => {
            argon2::run();
            lifecycle::run(&[1_000, 100_000]);
        }
        Some((what, [])) if what == "argon2" => argon2::run(),
        Some((what, [])) if what == "lifecycle" => lifecycle::run(&[1_000, 100_000]),
        Some((what, rest)) if what == "lifecycle" => match sizes(rest) {
            Ok(sizes) => lifecycle::run(&sizes),
            Err(_) => return usage(),
        },
        Some(_) => return usage(),
    }
    ExitCode::SUCCESS
}

fn usage() -> ExitCode {
    eprintln!("usage: strongroom-benches [lifecycle [SECRETS…] | argon2]");
    ExitCode::from(2)
}
