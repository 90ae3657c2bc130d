//! What an operation costs: processor time, time, bytes handed to the operating system.

use std::fmt::Debug;
use std::time::{Duration, Instant};

use rustix::time::{ClockId, clock_gettime};

/// One operation, in the middle of many.
pub(crate) struct Cost {
    pub(crate) cpu_micros: f64,
    pub(crate) wall_micros: f64,
    /// The mean: what is written now and then counts in part.
    pub(crate) bytes: f64,
}

/// Lets every candidate work once a round, one after the other, so that a busy machine slows all of them. `work` does
/// `operations` and answers with a digest, which must be the same for all candidates.
pub(crate) fn interleave<T>(
    rounds: usize,
    operations: usize,
    candidates: &mut [T],
    mut work: impl FnMut(&mut T, usize) -> u64,
) -> Vec<Cost> {
    let mut samples: Vec<Samples> = candidates.iter().map(|_| Samples::default()).collect();
    for round in 0..=rounds {
        let mut answers = Vec::new();
        for (candidate, samples) in candidates.iter_mut().zip(&mut samples) {
            let bytes = bytes_written();
            let (cpu, wall) = (cpu_time(), Instant::now());
            answers.push(work(candidate, round));
            let (wall, cpu) = (wall.elapsed(), cpu_time() - cpu);
            // The first round only warms up.
            if round > 0 {
                samples.cpu.push(cpu);
                samples.wall.push(wall);
                samples.bytes += bytes_written() - bytes;
            }
        }
        assert_same(&answers);
    }
    samples.into_iter().map(|samples| samples.cost(rounds, operations)).collect()
}

/// Candidates that do different things are not to be compared.
pub(crate) fn assert_same<T: PartialEq + Debug>(answers: &[T]) {
    assert!(answers.windows(2).all(|pair| pair[0] == pair[1]), "the candidates disagree: {answers:?}");
}

#[derive(Default)]
struct Samples {
    cpu: Vec<Duration>,
    wall: Vec<Duration>,
    bytes: u64,
}

impl Samples {
    fn cost(self, rounds: usize, operations: usize) -> Cost {
        let each = |times: Vec<Duration>| {
            median(times.into_iter().map(|time| time.as_secs_f64()).collect()) * 1e6 / operations as f64
        };
        Cost {
            cpu_micros: each(self.cpu),
            wall_micros: each(self.wall),
            bytes: self.bytes as f64 / (rounds * operations) as f64,
        }
    }
}

pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    values[values.len() / 2]
}

/// What this process used, in all its threads.
pub(crate) fn cpu_time() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).expect("a part of a second"))
}

/// What this process handed to write calls.
fn bytes_written() -> u64 {
    number_in("/proc/self/io", "wchar:")
}

/// The most memory this process ever had at once, in KiB.
pub(crate) fn peak_memory() -> u64 {
    number_in("/proc/self/status", "VmHWM:")
}

fn number_in(file: &str, name: &str) -> u64 {
    let text = std::fs::read_to_string(file).expect("a file of the kernel");
    let line = text.lines().find_map(|line| line.strip_prefix(name)).expect("a number");
    line.split_whitespace().next().and_then(|number| number.parse().ok()).expect("a number")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_counted() {
        let path = std::env::temp_dir().join(format!("strongroom-compare-meter-{}", std::process::id()));
        let before = bytes_written();
        std::fs::write(&path, [0; 1_234_567]).unwrap();
        let counted = bytes_written() - before;
        std::fs::remove_file(path).unwrap();
        assert!(counted >= 1_234_567, "{counted}");
    }

    #[test]
    fn every_candidate_works_in_every_round() {
        let mut turns = [0, 0];
        let costs = interleave(3, 1, &mut turns, |turn, round| {
            *turn += 1;
            round as u64
        });
        assert_eq!((costs.len(), turns), (2, [4, 4]));
    }

    #[test]
    #[should_panic(expected = "the candidates disagree")]
    fn a_candidate_with_another_answer_is_found() {
        interleave(1, 1, &mut [1, 2], |own, _| *own);
    }

    #[test]
    fn a_median_is_not_moved_by_what_is_far_off() {
        assert_eq!(median(vec![900.0, 2.0, 3.0]), 3.0);
    }
}
