//! The key header, read before any key is known. An odd first byte stands for an attacker who fixes the digest.
#![no_main]

use libfuzzer_sys::fuzz_target;
use strongroom::fuzzing::{fix_digest, key_header};

fuzz_target!(|input: &[u8]| {
    let Some((mode, bytes)) = input.split_first() else { return };
    if mode % 2 == 0 {
        key_header(bytes);
    } else {
        let mut header = bytes.to_vec();
        header.resize(0x4000, 0);
        fix_digest(&mut header);
        key_header(&header);
    }
});
