//! An attacker with the file and without a key: whatever he changes, the store is refused, or it holds what it held.
//!
//! The normal run samples; `STRONGROOM_TAMPER=all` takes every bit, every length and every pair.

mod attacker;
mod bits;
mod blocks;
mod changes;
mod copied;
mod copies;
mod judge;
mod lengths;
mod one_block;
mod patched;
mod plaintext;
mod rows;
mod structures;
mod subject;
mod undone;
mod unverified;
