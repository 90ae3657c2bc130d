//! The crash simulator: the whole store over a disk whose power fails, thousands of times.
//!
//! A run follows from its seed. `STRONGROOM_CRASH_CYCLES` sets how many crash-and-reopen cycles the campaign makes,
//! `STRONGROOM_CRASH_SEED` where it starts ([`seed`](crate::seeds::seed)); a failure names the seed that repeats it. Changes of slots and copies are cut
//! off at every one of their operations, with `STRONGROOM_CRASH_IMAGES` random images each; `STRONGROOM_CRASH_LIVES` sets
//! how many stores live through changes of slots and crashes.

mod campaign;
mod choices;
mod content;
mod controls;
mod copies;
mod counters;
mod creation;
mod disk;
mod engine;
mod full_disk;
mod judge;
mod life;
mod noticed;
mod once;
mod place;
mod property;
mod readers;
mod reports;
mod rng;
mod secrets;
mod slot_lives;
mod slots;
mod states;
mod values;

pub(crate) use disk::CrashDisk;
