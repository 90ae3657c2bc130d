//! The sealed file: an untrusted medium below, plain pages above, and nothing but ciphertext in between.
//!
//! The way of a write: redb hands pages to [`backend`]; outside of writing they are held back there, otherwise
//! they are sealed into the [`epoch`]; a sync that redb means puts the epoch and one superblock on the [`disk`] in
//! [`commit`]. The way of an open: [`open`] reads the headers, [`unlock`] finds the slot, [`select`] the superblock.

pub(crate) mod backend;
mod commit;
pub(crate) mod create;
pub(crate) mod disk;
mod epoch;
#[cfg(test)]
pub(crate) mod faults;
pub(crate) mod file;
#[cfg(test)]
pub(crate) mod forge;
pub(crate) mod open;
#[cfg(test)]
mod pattern;
#[cfg(test)]
mod phases;
pub(crate) mod select;
pub(crate) mod slots;
pub(crate) mod space;
pub(crate) mod unlock;
