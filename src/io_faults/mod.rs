//! A disk that fails: whatever operation it is and however it fails, nothing acknowledged is lost, nothing panics,
//! and the handle says what happened.
//!
//! The normal run takes one operation in a few ([`Fault::stride`](disk::Fault::stride)) from the first on;
//! `STRONGROOM_IO_FAULTS=all` takes every one.

mod cached;
mod cancelled;
mod disk;
mod full_disk;
mod model;
mod slots;
mod sweep;
mod workload;
