//! Listing pages of metadata.

use strongroom_benches::job::Random;

use super::{Open, cpu, readers};
use crate::figures::{Figures, Workload};
use crate::job::{Page, prefix_page, tag_page};
use crate::meter::interleave;

const ROUNDS: usize = 15;
const PAGES: usize = 50;

pub(crate) fn run(figures: &mut Figures, open: &Open, size: u64) {
    list(figures, Workload::TagPage, open, size, tag_page);
    list(figures, Workload::PrefixPage, open, size, prefix_page);
}

fn list(
    figures: &mut Figures,
    workload: Workload,
    open: &Open,
    size: u64,
    choose: impl Fn(&mut Random) -> Page,
) {
    let costs = interleave(ROUNDS, PAGES, &mut readers(open), |reader, round| {
        let mut random = Random::new(round as u64);
        (0..PAGES).fold(0, |sum: u64, _| sum.wrapping_add(reader.page(&choose(&mut random))))
    });
    figures.add(workload, size, cpu(&costs));
}
