//! Reading single secrets.

use std::hint::black_box;
use std::thread;
use std::time::Instant;

use strongroom_benches::job::{Random, path};

use super::{Open, cpu, named, readers};
use crate::candidates::Reader;
use crate::figures::{Figures, MACHINE, Workload};
use crate::meter::{interleave, median};

const ROUNDS: usize = 15;
const GETS: usize = 2_000;
const ROUNDS_OF_THREADS: usize = 9;
/// So many of each thread that starting it does not count.
const GETS_OF_THREAD: usize = 20_000;

pub(crate) fn one_thread(figures: &mut Figures, workload: Workload, open: &Open, size: u64) {
    let paths: Vec<Vec<String>> = (0..=ROUNDS).map(|round| some_paths(round as u64, GETS, size)).collect();
    let costs =
        interleave(ROUNDS, GETS, &mut readers(open), |reader, round| get_all(&mut **reader, &paths[round]));
    figures.add(workload, size, cpu(&costs));
}

/// How much more two threads do than one, in the same time; and how much more the machine lets them do that touch nothing
/// of each other's.
pub(crate) fn two_threads(figures: &mut Figures, open: &Open, size: u64) {
    let mut gains: Vec<Vec<f64>> = vec![Vec::new(); open.len()];
    let mut machine = Vec::new();
    for round in 0..ROUNDS_OF_THREADS {
        let paths = [0, 1].map(|thread| some_paths(2 * round as u64 + thread, GETS_OF_THREAD, size));
        for (candidate, gains) in open.iter().zip(&mut gains) {
            let mut readers = [candidate.reader(), candidate.reader()];
            let [one, other] = &mut readers;
            gains.push(gain(|| get_all(&mut **one, &paths[0]), || get_all(&mut **other, &paths[1])));
        }
        machine.push(gain(|| count(1), || count(2)));
    }
    let gains: Vec<f64> = gains.into_iter().map(median).collect();
    figures.add(Workload::Threads, size, named(&gains, |gain| *gain));
    figures.add(Workload::ThreadsOfMachine, size, [(MACHINE, median(machine))]);
}

/// The time of both, one after the other, over the time of both at once.
fn gain(mut one: impl FnMut() -> u64 + Send, mut other: impl FnMut() -> u64 + Send) -> f64 {
    let mut in_turn = || black_box(one().wrapping_add(other()));
    in_turn();
    let start = Instant::now();
    in_turn();
    let apart = start.elapsed();
    let start = Instant::now();
    thread::scope(|scope| {
        scope.spawn(|| black_box(one()));
        scope.spawn(|| black_box(other()));
    });
    apart.as_secs_f64() / start.elapsed().as_secs_f64()
}

fn count(seed: u64) -> u64 {
    let mut random = Random::new(seed);
    (0..10_000_000).fold(0, |sum: u64, _| sum.wrapping_add(random.word()))
}

fn some_paths(seed: u64, gets: usize, size: u64) -> Vec<String> {
    let mut random = Random::new(seed);
    (0..gets).map(|_| path(random.below(size))).collect()
}

fn get_all(reader: &mut (dyn Reader + Send), paths: &[String]) -> u64 {
    paths.iter().fold(0, |sum, path| sum.wrapping_add(reader.get(path)))
}
