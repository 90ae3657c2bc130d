//! The seal and the key derivation, beside others' of the same.

use std::path::Path;

use chacha20poly1305::aead::AeadInOut;
use chacha20poly1305::aead::inout::InOutBuf;
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, Nonce, UnboundKey};
use strongroom::{KdfCost, StoreOptions, Unlock};

use crate::figures::{Figures, NO_SIZE, Workload};
use crate::job::KEY;
use crate::libargon2;
use crate::meter::interleave;

/// As long as what the library binds a value to.
const CONTEXT: [u8; 80] = [3; 80];

type Work<'a> = Box<dyn FnMut() + 'a>;

pub(crate) fn run(figures: &mut Figures, folder: &Path) {
    seal(figures);
    argon2(figures, folder, Workload::Argon2Small, (19 * 1024, 2, 1));
    argon2(figures, folder, Workload::Argon2, (64 * 1024, 3, 4));
}

/// The crate that the library seals with, called as the library calls it; ring has no XChaCha.
fn seal(figures: &mut Figures) {
    const SEALS: usize = 10_000;
    let plaintext = [5; 64];
    let mut sealed = [0; 64];
    let ours = || {
        for number in 0..SEALS as u64 {
            let mut nonce = [0; 24];
            nonce[..8].copy_from_slice(&number.to_le_bytes());
            let buffer = InOutBuf::new(&plaintext, &mut sealed).expect("one length");
            let cipher = XChaCha20Poly1305::new(&KEY.into());
            let tag = cipher.encrypt_inout_detached(&XNonce::from(nonce), &CONTEXT, buffer).expect("a seal");
            _ = std::hint::black_box((&sealed, tag));
        }
    };
    let key = LessSafeKey::new(UnboundKey::new(&CHACHA20_POLY1305, &KEY).expect("a key"));
    let theirs = || {
        for number in 0..SEALS as u64 {
            let mut nonce = [0; 12];
            nonce[..8].copy_from_slice(&number.to_le_bytes());
            let nonce = Nonce::assume_unique_for_key(nonce);
            let mut buffer = plaintext;
            let tag = key.seal_in_place_separate_tag(nonce, Aad::from(CONTEXT), &mut buffer).expect("a seal");
            _ = std::hint::black_box((&buffer, tag));
        }
    };
    let costs = micros(15, SEALS, [Box::new(ours), Box::new(theirs)]);
    figures.add(Workload::Seal, NO_SIZE, [("strongroom", costs[0] * 1e3), ("ring", costs[1] * 1e3)]);
}

/// On one thread, as the library does it.
fn argon2(figures: &mut Figures, folder: &Path, workload: Workload, cost: (u32, u32, u32)) {
    let (memory_kib, passes, lanes) = cost;
    let cost = KdfCost::new(memory_kib, passes, lanes).expect("inside the window");
    let path = folder.join("argon2");
    let unlock = Unlock::passphrase("correct horse battery staple");
    let store = StoreOptions::new().kdf_cost(cost).create(&path, &unlock).expect("a store");
    // One derivation, and a few microseconds for the slot around it.
    let ours = || assert!(store.slots().check(&unlock).expect("a slot").is_some());
    let theirs = || libargon2::derive(memory_kib, passes, lanes);
    let costs = micros(15, 1, [Box::new(ours), Box::new(theirs)]);
    figures.add(workload, NO_SIZE, [("strongroom", costs[0] / 1e3), ("libargon2", costs[1] / 1e3)]);
    drop(store);
    std::fs::remove_file(path).expect("the store is there");
}

fn micros(rounds: usize, operations: usize, mut candidates: [Work<'_>; 2]) -> [f64; 2] {
    let costs = interleave(rounds, operations, &mut candidates, |work, _| {
        work();
        0
    });
    [costs[0].cpu_micros, costs[1].cpu_micros]
}
