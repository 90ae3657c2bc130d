//! Rows of the tag index: what is accepted is written as the same bytes, and takes no more room than they do.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    strongroom::fuzzing::path_list(bytes);
});
