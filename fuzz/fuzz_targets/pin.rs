//! Pins: what is accepted is a pin that is shown with the same letters.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    strongroom::fuzzing::pin(text);
});
