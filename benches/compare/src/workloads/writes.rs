//! Durable changes, one and many at once.

use std::fs::File;
use std::io::Write;
use std::path::Path;

use strongroom_benches::job::{Random, path, value};

use super::{Open, cpu, named, readers};
use crate::figures::{Figures, MACHINE, Workload};
use crate::job::{Item, Page, item, prefix_page, tag_page};
use crate::meter::{Cost, assert_same, interleave};

/// What is done in a round of this number.
type Turn<'a> = Box<dyn FnMut(usize) + 'a>;

const ROUNDS: usize = 200;
const BATCHES: usize = 9;
const BATCH: usize = 1_000;

pub(crate) fn run(figures: &mut Figures, open: &mut Open, folder: &Path, size: u64) {
    let puts: Vec<Item> = (0..=ROUNDS as u64).map(|round| item(size + round, 64)).collect();
    put(figures, open, folder, size, &puts);

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

/// And, taking turns with the puts, the least that makes anything durable.
fn put(figures: &mut Figures, open: &mut Open, folder: &Path, size: u64, puts: &[Item]) {
    let mut file = File::create(folder.join("appended")).expect("a file");
    let append = move |_| {
        file.write_all(&[0x5a; 4096]).expect("a write");
        file.sync_data().expect("a sync");
    };
    let mut turns: Vec<Turn<'_>> = Vec::new();
    for candidate in open {
        turns.push(Box::new(|round| candidate.put(&puts[round])));
    }
    turns.push(Box::new(append));
    let costs = interleave(ROUNDS, 1, &mut turns, |turn, round| {
        turn(round);
        0
    });
    note(figures, size, &costs, [Workload::Put, Workload::PutTime, Workload::PutBytes]);
    figures.add(Workload::Append, size, costs.last().map(|cost| (MACHINE, cost.wall_micros)));
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
