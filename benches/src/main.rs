//! What creating, opening, changing and copying stores costs: ratios inside one run. See docs/BENCHMARKS.md.
//!
//! ```text
//! cargo run --release --manifest-path benches/Cargo.toml [-- SECRETS…]
//! ```

mod audited;
mod lifecycle;
mod rounds;

use std::process::ExitCode;

fn main() -> ExitCode {
    match std::env::args().skip(1).map(|text| text.parse()).collect::<Result<Vec<u64>, _>>() {
        Ok(sizes) if sizes.is_empty() => lifecycle::run(&[1_000, 100_000]),
        Ok(sizes) => lifecycle::run(&sizes),
        Err(_) => {
            eprintln!("usage: strongroom-benches [SECRETS…]");
            return ExitCode::from(2);
        }
    }
    ExitCode::SUCCESS
}
