//! Recovery codes: what is accepted is a code that is shown with the same letters.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    strongroom::fuzzing::recovery_code(text);
});
