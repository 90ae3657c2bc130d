//! The sealed file: an untrusted medium below, plain pages above, and nothing but ciphertext in between.
//!
//! The way of a write: redb hands pages to [`backend`]; outside of writing they are held back there, otherwise
//! they are sealed into the [`epoch`]; a sync that redb means puts the epoch and one superblock on the [`disk`] in
//! [`commit`]. The way of an open: [`open`] reads the headers, [`unlock`] finds the slot, [`select`] the superblock.

pub(crate) mod backend;
pub(crate) mod change;
mod commit;
pub(crate) mod create;
pub(crate) mod disk;
mod epoch;
#[cfg(test)]
pub(crate) mod faults;
pub(crate) mod file;
#[cfg(test)]
pub(crate) mod forge;
mod key_file;
pub(crate) mod open;
mod owner;
#[cfg(test)]
mod pattern;
#[cfg(test)]
mod phases;
pub(crate) mod recovery;
pub(crate) mod select;
pub(crate) mod slots;
pub(crate) mod space;
pub(crate) mod unlock;
