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

/// Runs every candidate once a round, and prints as Markdown the medians of the time each took, and of the time it used the processor for,
/// with their ratios to the first one's.
pub(crate) fn compare(title: &str, rounds: usize, candidates: Vec<Candidate<'_>>) {
    let mut candidates = candidates;
    let mut times: Vec<[Vec<Duration>; 2]> = candidates.iter().map(|_| Default::default()).collect();
    for round in 0..=rounds {
        for (candidate, times) in candidates.iter_mut().zip(&mut times) {
            let (start, used) = (Instant::now(), processor());
            (candidate.work)();
            let took = [start.elapsed(), processor().saturating_sub(used)];
            // The first round only warms up.
            if round > 0 {
                times.iter_mut().zip(took).for_each(|(times, took)| times.push(took));
            }
        }
    }
    println!(
        "\n### {title}\n\n| medians of {rounds} rounds | ms | ratio | processor, ms | ratio |\n|---|---:|---:|---:|---:|"
    );
    let medians: Vec<[f64; 2]> =
        times.iter_mut().map(|each| each.each_mut().map(|times| median(times))).collect();
    for (candidate, [took, used]) in candidates.iter().zip(&medians) {
        let [first_took, first_used] = medians[0];
        let (name, ratios) = (candidate.name, [took / first_took, used / first_used]);
        println!("| {name} | {took:.3} | {:.2} | {used:.3} | {:.2} |", ratios[0], ratios[1]);
    }
}

/// How long this thread has run, as Linux counts it.
fn processor() -> Duration {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanos = text.split_whitespace().next().and_then(|first| first.parse().ok());
    Duration::from_nanos(nanos.unwrap_or_default())
}

fn median(times: &mut [Duration]) -> f64 {
    times.sort_unstable();
    times[times.len() / 2].as_secs_f64() * 1e3
}
