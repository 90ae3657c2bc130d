//! The plaintext of a superblock, as one who holds the key could write it.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| strongroom::fuzzing::superblock(bytes));
