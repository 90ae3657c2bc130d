//! Ids of secrets: what is accepted is shown as it was typed.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    strongroom::fuzzing::secret_id(text);
});
