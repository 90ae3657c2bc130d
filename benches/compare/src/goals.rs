//! What is to be reached, and whether it is.

use crate::candidates::Kind;
use crate::figures::{Figures, MACHINE, NO_SIZE, Workload};

/// A line of the table of goals.
pub(crate) struct Goal {
    pub(crate) title: &'static str,
    pub(crate) measure: Measure,
    pub(crate) must: Bound,
    pub(crate) aim: Bound,
}

/// How a goal is measured.
pub(crate) enum Measure {
    Own(Workload, u64),
    /// The times of somebody else's.
    Ratio(Workload, u64, &'static str),
    /// How many times faster than somebody else.
    Faster(Workload, u64, &'static str),
    /// The most over the least of all sizes from 1,000 to 100,000.
    Spread(Workload),
}

#[derive(Clone, Copy)]
pub(crate) enum Bound {
    AtMost(f64),
    AtLeast(f64),
    Exactly(f64),
    /// Nothing is asked.
    None,
}

use Bound::{AtLeast, AtMost, Exactly};
use Measure::{Faster, Own, Ratio, Spread};

const REDB: &str = "redb";
const SQLCIPHER: &str = "SQLCipher";
const LARGE: &str = "SQLCipher 256 MB";
/// A spread up to here is called flat.
const FLAT: f64 = 1.5;

/// The share of a put that one block and its sync may take, if a put is to say something of who does it.
const APPEND_MOST: f64 = 0.8;

const fn goal(title: &'static str, measure: Measure, must: Bound, aim: Bound) -> Goal {
    Goal { title, measure, must, aim }
}

#[rustfmt::skip]
pub(crate) const GOALS: [Goal; 33] = [
    goal("warm get 64 B, N = 10k, to redb", Ratio(Workload::Get, 10_000, REDB), AtMost(2.0), AtMost(1.0)),
    goal("warm get 64 B, N = 100k, to redb", Ratio(Workload::Get, 100_000, REDB), AtMost(2.0), AtMost(1.0)),
    goal("warm get 64 B, N = 10k, faster than SQLCipher 256 MB", Faster(Workload::Get, 10_000, LARGE), AtLeast(2.0), AtLeast(3.0)),
    goal("warm get 64 B, N = 100k, faster than SQLCipher 256 MB", Faster(Workload::Get, 100_000, LARGE), AtLeast(2.0), AtLeast(3.0)),
    goal("warm get 4 KiB, N = 10k, to redb", Ratio(Workload::GetLarge, 10_000, REDB), AtMost(2.0), AtMost(1.6)),
    goal("get by two threads, N = 10k, to one thread", Own(Workload::Threads, 10_000), AtLeast(1.6), AtLeast(1.85)),
    goal("syncs per durable put", Own(Workload::PutSyncs, 10_000), Exactly(1.0), Exactly(1.0)),
    goal("syncs per durable update", Own(Workload::UpdateSyncs, 10_000), Exactly(1.0), Exactly(1.0)),
    goal("syncs per durable delete", Own(Workload::DeleteSyncs, 10_000), Exactly(1.0), Exactly(1.0)),
    goal("bytes written per put, N = 10k", Own(Workload::PutBytes, 10_000), AtMost(50e3), AtMost(24e3)),
    goal("bytes written per update, N = 10k", Own(Workload::UpdateBytes, 10_000), AtMost(37e3), AtMost(16e3)),
    goal("durable put p50, N = 10k, to redb", Ratio(Workload::PutTime, 10_000, REDB), AtMost(2.0), Bound::None),
    goal("durable put p50, N = 10k, to SQLCipher", Ratio(Workload::PutTime, 10_000, SQLCIPHER), Bound::None, AtMost(1.0)),
    goal("batch, CPU per secret, N = 10k, to redb", Ratio(Workload::Batch, 10_000, REDB), AtMost(2.0), AtMost(1.0)),
    goal("batch, CPU per secret, N = 100k, to redb", Ratio(Workload::Batch, 100_000, REDB), AtMost(2.0), AtMost(1.0)),
    goal("tag page of 50, N = 10k, to redb", Ratio(Workload::TagPage, 10_000, REDB), AtMost(2.5), AtMost(1.5)),
    goal("tag page of 50, N = 100k, to redb", Ratio(Workload::TagPage, 100_000, REDB), AtMost(2.5), AtMost(1.5)),
    goal("tag page of 50, flat from 1k to 100k", Spread(Workload::TagPage), AtMost(FLAT), Bound::None),
    goal("prefix page of 50, N = 10k, to redb", Ratio(Workload::PrefixPage, 10_000, REDB), AtMost(2.5), AtMost(1.5)),
    goal("prefix page of 50, N = 100k, to redb", Ratio(Workload::PrefixPage, 100_000, REDB), AtMost(2.5), AtMost(1.5)),
    goal("prefix page of 50, flat from 1k to 100k", Spread(Workload::PrefixPage), AtMost(FLAT), Bound::None),
    goal("cold open and first get, N = 100k, to redb", Ratio(Workload::Cold, 100_000, REDB), AtMost(2.0), AtMost(1.25)),
    goal("cold open and first get, flat from 1k to 100k", Spread(Workload::Cold), Bound::None, AtMost(FLAT)),
    goal("syncs to open read-only, read and close", Own(Workload::LookSyncs, 10_000), Exactly(0.0), Exactly(0.0)),
    goal("syncs to open, read and close, the read in the log", Own(Workload::ReadSyncs, 10_000), Exactly(0.0), Exactly(0.0)),
    goal("syncs to open, put once and close", Own(Workload::OnePutSyncs, 10_000), Exactly(1.0), Exactly(1.0)),
    goal("file bytes per secret of 64 B, N = 10k", Own(Workload::FileBytes, 10_000), AtMost(450.0), AtMost(329.0)),
    goal("file bytes per secret of 64 B, N = 100k", Own(Workload::FileBytes, 100_000), AtMost(450.0), AtMost(329.0)),
    goal("file bytes per secret of 4 KiB, N = 10k", Own(Workload::FileBytesLarge, 10_000), AtMost(6_000.0), AtMost(4_812.0)),
    goal("peak memory, MiB: open and get, N = 100k", Own(Workload::MemoryOpen, 100_000), AtMost(8.0), AtMost(6.0)),
    goal("peak memory, MiB: 20,000 gets, N = 100k", Own(Workload::MemoryGets, 100_000), AtMost(16.0), AtMost(14.0)),
    goal("seal 64 B, to ring", Ratio(Workload::Seal, NO_SIZE, "ring"), AtMost(2.0), AtMost(1.1)),
    goal("Argon2id 64 MiB, CPU, to libargon2", Ratio(Workload::Argon2, NO_SIZE, "libargon2"), AtMost(0.9), AtMost(0.6)),
];

impl Goal {
    /// `None` if that was not measured.
    pub(crate) fn measured(&self, figures: &Figures) -> Option<f64> {
        let own = |workload, size| figures.get(workload, size, Kind::Strongroom.name());
        match self.measure {
            Own(workload, size) => own(workload, size),
            Ratio(workload, size, other) => Some(own(workload, size)? / figures.get(workload, size, other)?),
            Faster(workload, size, other) => Some(figures.get(workload, size, other)? / own(workload, size)?),
            Spread(workload) => {
                let all = [1_000, 10_000, 100_000].map(|size| own(workload, size));
                let [small, medium, large] = all;
                let all = [small?, medium?, large?];
                let (least, most) = (all.into_iter().reduce(f64::min)?, all.into_iter().reduce(f64::max)?);
                Some(most / least)
            }
        }
    }

    /// Whether the figures say more of the machine than of anybody: its second core gives no such gain, or its disk takes
    /// so long for any sync that all are alike.
    pub(crate) fn is_the_machines(&self, figures: &Figures, bound: Bound) -> bool {
        let machine = |workload, size| figures.get(workload, size, MACHINE);
        match self.measure {
            Own(Workload::Threads, size) => machine(Workload::ThreadsOfMachine, size)
                .is_some_and(|gain| bound.is_met(gain) == Some(false)),
            Ratio(Workload::PutTime, size, other) => machine(Workload::Append, size)
                .zip(figures.get(Workload::PutTime, size, other))
                .is_some_and(|(append, other)| append > APPEND_MOST * other),
            _ => false,
        }
    }
}

impl Bound {
    /// `None` if nothing is asked.
    pub(crate) fn is_met(self, measured: f64) -> Option<bool> {
        match self {
            AtMost(most) => Some(measured <= most),
            AtLeast(least) => Some(measured >= least),
            // Counts, measured as such.
            Exactly(count) => Some((measured - count).abs() < 1e-9),
            Self::None => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bound_is_met_up_to_itself() {
        assert_eq!([AtMost(2.0).is_met(2.0), AtMost(2.0).is_met(2.01)], [Some(true), Some(false)]);
        assert_eq!([AtLeast(2.0).is_met(2.0), AtLeast(2.0).is_met(1.99)], [Some(true), Some(false)]);
        assert_eq!([Exactly(1.0).is_met(1.0), Exactly(1.0).is_met(1.02)], [Some(true), Some(false)]);
        assert_eq!(Bound::None.is_met(1.0), None);
    }

    #[test]
    fn a_goal_takes_the_figures_of_its_workload_and_size() {
        let mut figures = Figures::default();
        figures.add(Workload::Get, 10_000, [("strongroom", 3.0), (REDB, 2.0), (LARGE, 6.0)]);
        assert_eq!(GOALS[0].measured(&figures), Some(1.5));
        assert_eq!(GOALS[1].measured(&figures), None);
        assert_eq!(GOALS[2].measured(&figures), Some(2.0));
        for (size, cost) in [(1_000, 4.0), (10_000, 3.0)] {
            figures.add(Workload::TagPage, size, [("strongroom", cost)]);
        }
        assert_eq!(goal("", Spread(Workload::TagPage), Bound::None, Bound::None).measured(&figures), None);
        figures.add(Workload::TagPage, 100_000, [("strongroom", 6.0)]);
        assert_eq!(
            goal("", Spread(Workload::TagPage), Bound::None, Bound::None).measured(&figures),
            Some(2.0)
        );
    }

    #[test]
    fn a_slow_disk_and_a_missing_core_decide_nothing() {
        let (put, threads) = (&GOALS[11], &GOALS[5]);
        for (append, gain, machines) in [(2.0, 1.9, false), (3.9, 1.1, true)] {
            let mut figures = Figures::default();
            figures.add(Workload::PutTime, 10_000, [("strongroom", 4.0), (REDB, 4.0)]);
            figures.add(Workload::Append, 10_000, [(MACHINE, append)]);
            figures.add(Workload::ThreadsOfMachine, 10_000, [(MACHINE, gain)]);
            assert_eq!(put.is_the_machines(&figures, put.must), machines);
            assert_eq!(threads.is_the_machines(&figures, threads.must), machines);
        }
    }
}
