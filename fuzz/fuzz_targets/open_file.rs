//! Any bytes as a store: an error, or exactly what was put there; and a store that opens can be written to.
//!
//! The first byte of an input says what the rest is. Bit 0: fix the digests of both key headers afterwards. Bit 1: the
//! rest is not a file but alters the known one: `operation, offset 3, length, bytes`, repeated.
#![no_main]

use libfuzzer_sys::fuzz_target;
use strongroom::fuzzing::{Medium, fix_digests};
use strongroom_fuzz::{KEY, check};

static STORE: &[u8] = include_bytes!("../seeds/store");
const FIX_DIGESTS: u8 = 1;
const ALTER: u8 = 2;
const DATA_OFFSET: usize = 0xA000;
const BLOCK_LEN: usize = 4136;

fuzz_target!(|input: &[u8]| {
    let Some((mode, bytes)) = input.split_first() else { return };
    let mut file = if mode & ALTER == 0 { bytes.to_vec() } else { altered(bytes) };
    if mode & FIX_DIGESTS != 0 {
        fix_digests(&mut file);
    }
    let medium = Medium::new(&file).expect("memory");
    let Ok(store) = medium.open(&KEY) else { return };
    check(&store);
    store.verify().expect("what opens verifies");
    store.put("new", "written").expect("what opens can be written to");
    store.close().expect("closing works");
    let again = medium.open(&KEY).expect("what was written opens");
    assert_eq!(again.get("new").expect("the write is there").value().expose(), b"written");
});

fn altered(mut program: &[u8]) -> Vec<u8> {
    let mut file = STORE.to_vec();
    while let [operation, a, b, c, length, rest @ ..] = program {
        let offset = usize::from(*a) | usize::from(*b) << 8 | usize::from(*c) << 16;
        let (bytes, left) = rest.split_at(usize::from(*length).min(rest.len()));
        program = left;
        match operation % 4 {
            0 => overwrite(&mut file, offset % STORE.len(), bytes),
            1 => file.truncate(offset % STORE.len()),
            2 => file.resize(STORE.len() + offset % (4 * BLOCK_LEN), *length),
            // One block in the place of another.
            _ => {
                let blocks = (STORE.len() - DATA_OFFSET) / BLOCK_LEN;
                let (from, to) = (usize::from(*a) % blocks, usize::from(*b) % blocks);
                let start = DATA_OFFSET + from * BLOCK_LEN;
                overwrite(&mut file, DATA_OFFSET + to * BLOCK_LEN, &STORE[start..start + BLOCK_LEN]);
            }
        }
    }
    file
}

fn overwrite(file: &mut [u8], offset: usize, bytes: &[u8]) {
    for (place, byte) in file.iter_mut().skip(offset).zip(bytes) {
        *place = *byte;
    }
}
