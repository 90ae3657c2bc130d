//! Signatures: what is accepted is a signature that is shown with the same digits.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    strongroom::fuzzing::signature(text);
});
