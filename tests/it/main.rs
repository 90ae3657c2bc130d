//! What a user of the crate can see, through its public API and its files; and what its source promises.
//!
//! Everything is one binary. Random tests print their seed and take it from `STRONGROOM_SEED`.

#![allow(
    clippy::as_conversions,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "tests say what they mean"
)]

mod api;
mod c;
mod child;
mod conformance;
mod examples;
mod files;
mod fixture;
mod kill;
mod kill_changes;
mod kill_copies;
mod model;
mod quickstart;
mod reader;
mod tidy;
