//! Durable changes, one and many at once.

use strongroom_benches::job::{Random, path, value};

use super::{Open, cpu, named, readers};
use crate::figures::{Figures, Workload};
use crate::job::{Item, Page, item, prefix_page, tag_page};
use crate::meter::{Cost, assert_same, interleave};

const ROUNDS: usize = 200;
const BATCHES: usize = 9;
const BATCH: usize = 1_000;

pub(crate) fn run(figures: &mut Figures, open: &mut Open, size: u64) {
    let puts: Vec<Item> = (0..=ROUNDS as u64).map(|round| item(size + round, 64)).collect();
    let costs = interleave(ROUNDS, 1, open, |candidate, round| {
        candidate.put(&puts[round]);
        0
    });
    note(figures, size, &costs, [Workload::Put, Workload::PutTime, Workload::PutBytes]);

    let mut random = Random::new(size);
    let updates: Vec<_> =
        (0..=ROUNDS as u64).map(|round| (path(random.below(size / 2)), value(!round, 64))).collect();
    let costs = interleave(ROUNDS, 1, open, |candidate, round| {
        let (path, value) = &updates[round];
        candidate.update(path, value);
        0
    });
    note(figures, size, &costs, [Workload::Update, Workload::UpdateTime, Workload::UpdateBytes]);

    // Every other secret from the half that is not updated.
    let costs = interleave(ROUNDS, 1, open, |candidate, round| {
        candidate.delete(&path(size / 2 + 2 * round as u64));
        0
    });
    note(figures, size, &costs, [Workload::Delete, Workload::DeleteTime, Workload::DeleteBytes]);
    batches(figures, open, size);
    let written: Vec<&str> = puts
        .iter()
        .map(|item| item.path.as_str())
        .chain(updates.iter().map(|(path, _)| path.as_str()))
        .collect();
    check(open, &written);
}

/// Everybody has written the same, or the times say nothing.
fn check(open: &Open, written: &[&str]) {
    let mut random = Random::new(1);
    let pages: Vec<Page> = (0..10).flat_map(|_| [prefix_page(&mut random), tag_page(&mut random)]).collect();
    let answers: Vec<Vec<u64>> = readers(open)
        .iter_mut()
        .map(|reader| {
            let values: Vec<u64> = written.iter().map(|path| reader.get(path)).collect();
            values.into_iter().chain(pages.iter().map(|page| reader.page(page))).collect()
        })
        .collect();
    assert_same(&answers);
}

fn note(figures: &mut Figures, size: u64, costs: &[Cost], workloads: [Workload; 3]) {
    let [processor, time, bytes] = workloads;
    figures.add(processor, size, cpu(costs));
    figures.add(time, size, named(costs, |cost| cost.wall_micros));
    figures.add(bytes, size, named(costs, |cost| cost.bytes));
}

fn batches(figures: &mut Figures, open: &mut Open, size: u64) {
    let first = size + ROUNDS as u64 + 1;
    let batches: Vec<Vec<Item>> = (0..=BATCHES)
        .map(|round| {
            let first = first + (round * BATCH) as u64;
            (first..first + BATCH as u64).map(|number| item(number, 64)).collect()
        })
        .collect();
    let costs = interleave(BATCHES, BATCH, open, |candidate, round| {
        candidate.batch(&batches[round]);
        0
    });
    figures.add(Workload::Batch, size, cpu(&costs));
}
