//! Lists, page by page, while secrets change and cursors are forged between the pages.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| strongroom::fuzzing::listing(bytes));
