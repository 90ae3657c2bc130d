//! Several ways to do one thing, one after the other in every round, so that a busy machine slows all of them.

use std::time::{Duration, Instant};

/// One thing to measure: a name and what to do. What it returns is dropped outside of the time.
pub(crate) struct Candidate<'a> {
    pub(crate) name: &'a str,
    pub(crate) work: Box<dyn FnMut() + 'a>,
}

pub(crate) fn candidate<'a>(name: &'a str, work: impl FnMut() + 'a) -> Candidate<'a> {
    Candidate { name, work: Box::new(work) }
}

/// Runs every candidate once a round, and prints as Markdown the median of each and its ratio to the first one's.
pub(crate) fn compare(title: &str, rounds: usize, candidates: Vec<Candidate<'_>>) {
    let mut candidates = candidates;
    let mut times: Vec<Vec<Duration>> = vec![Vec::new(); candidates.len()];
    for round in 0..=rounds {
        for (candidate, times) in candidates.iter_mut().zip(&mut times) {
            let start = Instant::now();
            (candidate.work)();
            let took = start.elapsed();
            // The first round only warms up.
            if round > 0 {
                times.push(took);
            }
        }
    }
    println!("\n### {title}\n\n| medians of {rounds} rounds | ms | ratio |\n|---|---:|---:|");
    let medians: Vec<f64> = times.iter_mut().map(|times| median(times)).collect();
    for (candidate, took) in candidates.iter().zip(&medians) {
        println!("| {} | {took:.3} | {:.2} |", candidate.name, took / medians[0]);
    }
}

fn median(times: &mut [Duration]) -> f64 {
    times.sort_unstable();
    times[times.len() / 2].as_secs_f64() * 1e3
}
