//! What all benchmarks share: the secrets they keep, and a folder to keep them in.

pub mod folder;
pub mod job;
