//! Groups of workloads.

pub(crate) mod cold;
pub(crate) mod fill;
pub(crate) mod gets;
pub(crate) mod pages;
pub(crate) mod primitives;
pub(crate) mod syncs;
pub(crate) mod writes;

use crate::candidates::{Candidate, Kind, Reader};
use crate::meter::Cost;

/// Everybody's open store, in the order of [`Kind::ALL`].
pub(crate) type Open = Vec<Box<dyn Candidate>>;

/// A reader of everybody's.
fn readers(open: &Open) -> Vec<Box<dyn Reader + Send + '_>> {
    open.iter().map(|candidate| candidate.reader()).collect()
}

/// What is said of everybody.
fn named<T>(costs: &[T], of: impl Fn(&T) -> f64) -> Vec<(&'static str, f64)> {
    Kind::ALL.iter().zip(costs).map(|(kind, cost)| (kind.name(), of(cost))).collect()
}

fn cpu(costs: &[Cost]) -> Vec<(&'static str, f64)> {
    named(costs, |cost| cost.cpu_micros)
}
