//! One bad block: what does not need it stays readable through the same handle, and so does writing.

use super::subject::{block_at, block_count, unlock};
use crate::format::layout::BLOCK_LEN;
use crate::simulator::CrashDisk;
use crate::{ErrorKind, Store, StoreOptions, VerifyAtOpen};

const SECRETS: usize = 8;

fn name(number: usize) -> String {
    format!("app/secret-{number}")
}

fn image() -> Vec<u8> {
    let disk = CrashDisk::new();
    let store = StoreOptions::new().create_on(disk.clone(), &unlock()).unwrap();
    (0..SECRETS).for_each(|number| drop(store.put(&name(number), vec![1; 20_000]).unwrap()));
    store.close().unwrap();
    disk.content()
}

fn open(image: &[u8], zeroed: usize) -> Option<Store> {
    let mut image = image.to_vec();
    image[block_at(zeroed)..][..BLOCK_LEN].fill(0);
    StoreOptions::new().verify(VerifyAtOpen::Never).open_on(CrashDisk::holding(image), &unlock()).ok()
}

/// The secrets that a handle of their own can read.
fn readable(image: &[u8], zeroed: usize) -> Vec<bool> {
    let alone = |number| open(image, zeroed).is_some_and(|store| store.get(&name(number)).is_ok());
    (0..SECRETS).map(alone).collect()
}

#[test]
fn a_bad_block_hides_only_what_needs_it() {
    let image = image();
    let (mut mixed, mut written) = (0, 0);
    for zeroed in 0..block_count(&image) {
        let readable = readable(&image, zeroed);
        let Some(store) =
            open(&image, zeroed).filter(|_| readable.contains(&true) && readable.contains(&false))
        else {
            continue;
        };
        for (number, &readable) in readable.iter().enumerate().chain(readable.iter().enumerate()) {
            match store.get(&name(number)) {
                Ok(secret) => assert!(readable && secret.value().len() == 20_000),
                Err(error) => assert!(!readable && error.kind() == ErrorKind::Tampered, "{number}: {error}"),
            }
        }
        mixed += 1;
        written += usize::from(store.put("app/new", "x").is_ok() && store.get("app/new").is_ok());
    }
    assert!(mixed >= SECRETS && written > 0, "{mixed} blocks, {written} written");
}
