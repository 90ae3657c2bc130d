//! Key slots, as bytes and in the form that slots have, read before any key is known.
#![no_main]

use libfuzzer_sys::fuzz_target;
use strongroom::fuzzing::{as_slot, slot};

fuzz_target!(|bytes: &[u8]| {
    slot(bytes);
    let straight = as_slot(bytes);
    assert_eq!(slot(&straight), matches!(straight[0], 1..=5));
});
