//! What a new process pays: to open and get one, and in memory.

use strongroom_benches::job::Random;

use super::fill::Files;
use super::named;
use crate::candidates::Kind;
use crate::child::ask;
use crate::figures::{Figures, Workload};
use crate::meter::median;

const ROUNDS: usize = 21;
const GETS: u64 = 20_000;

pub(crate) fn run(figures: &mut Figures, files: &Files) {
    let mut random = Random::new(files.size());
    let mut times: Vec<Vec<f64>> = vec![Vec::new(); Kind::ALL.len()];
    for _ in 0..ROUNDS {
        let number = random.below(files.size()).to_string();
        for (kind, times) in Kind::ALL.into_iter().zip(&mut times) {
            times.push(ask(&["cold", kind.word(), &files.text(kind), &number]) as f64 / 1e3);
        }
    }
    let times: Vec<f64> = times.into_iter().map(median).collect();
    figures.add(Workload::Cold, files.size(), named(&times, |micros| *micros));
    memory(figures, files, Workload::MemoryOpen, 1);
    memory(figures, files, Workload::MemoryGets, GETS);
}

fn memory(figures: &mut Figures, files: &Files, workload: Workload, gets: u64) {
    let peaks: Vec<u64> = Kind::ALL
        .into_iter()
        .map(|kind| {
            let (size, gets) = (files.size().to_string(), gets.to_string());
            ask(&["memory", kind.word(), &files.text(kind), &size, &gets])
        })
        .collect();
    figures.add(workload, files.size(), named(&peaks, |&kib| kib as f64 / 1024.0));
}
