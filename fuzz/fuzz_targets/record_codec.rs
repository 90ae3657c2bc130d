//! Every record kind: decoding never panics, and what it accepts encodes to the same bytes.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| strongroom::fuzzing::records(bytes));
