//! Paths, tags, descriptions, content types and notes: refused by rule, or kept in their normal form and found.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| strongroom::fuzzing::texts(bytes));
