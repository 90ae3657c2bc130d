//! How often one syncs.

use super::fill::Files;
use super::named;
use crate::candidates::Kind;
use crate::child;
use crate::figures::{Figures, Workload};

/// So many of one change, and none, are made in a process of their own.
const CHANGES: u64 = 50;

/// After the writes of [`writes`](super::writes), on other secrets.
pub(crate) fn run(figures: &mut Figures, files: &Files) {
    let control = files.text(Kind::Strongroom);
    let Some(counted) = child::syncs(files.folder(), &["sync", &control]) else {
        eprintln!("strace is missing: syncs are not counted");
        return;
    };
    assert_eq!(counted, 3, "strace does not count syncs");
    let size = files.size();
    let fresh = 1_000 * size;
    total(figures, files, Workload::LookSyncs, ["look", "0", "1"]);
    total(figures, files, Workload::ReadSyncs, ["get", "0", "1"]);
    total(figures, files, Workload::OnePutSyncs, ["put", &fresh.to_string(), "1"]);
    each(figures, files, Workload::PutSyncs, "put", fresh + 1);
    each(figures, files, Workload::UpdateSyncs, "update", 0);
    each(figures, files, Workload::DeleteSyncs, "delete", 0);
}

fn total(figures: &mut Figures, files: &Files, workload: Workload, change: [&str; 3]) {
    let counts: Vec<u64> = Kind::ALL.into_iter().map(|kind| count(files, kind, change)).collect();
    figures.add(workload, files.size(), named(&counts, |&count| count as f64));
}

/// Of one change: what opening and closing sync is taken off.
fn each(figures: &mut Figures, files: &Files, workload: Workload, change: &str, first: u64) {
    let first = first.to_string();
    let counts: Vec<f64> = Kind::ALL
        .into_iter()
        .map(|kind| {
            let none = count(files, kind, [change, &first, "0"]);
            let many = count(files, kind, [change, &first, &CHANGES.to_string()]);
            (many as f64 - none as f64) / CHANGES as f64
        })
        .collect();
    figures.add(workload, files.size(), named(&counts, |&count| count));
}

fn count(files: &Files, kind: Kind, [change, first, count]: [&str; 3]) -> u64 {
    let work = ["change", kind.word(), &files.text(kind), change, first, count];
    child::syncs(files.folder(), &work).expect("strace was there a moment ago")
}
