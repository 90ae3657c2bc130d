//! One bad block: what does not need it stays readable through the same handle, and so does writing.

use std::sync::Arc;
use std::thread;

use super::subject::{block_at, block_count, unlock};
use crate::format::layout::BLOCK_LEN;
use crate::sealed::disk::Disk;
use crate::sealed::disk::calling::{At, CallingDisk};
use crate::simulator::CrashDisk;
use crate::{Context, ErrorKind, HealthStatus, Store, StoreOptions, Unlock, VerifyAtOpen};

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

/// What health says of a store with this block zeroed, and whether it verifies.
fn health_with(store: &Store, disk: &CrashDisk, zeroed: usize) -> (HealthStatus, bool) {
    let at = u64::try_from(block_at(zeroed)).unwrap();
    let mut sound = [0; BLOCK_LEN];
    disk.read_at(at, &mut sound).unwrap();
    disk.write_at(at, &[0; BLOCK_LEN]).unwrap();
    let verified = store.verify().is_ok();
    let status = store.health().unwrap().status;
    disk.write_at(at, &sound).unwrap();
    (status, verified)
}

#[test]
fn a_verification_that_failed_is_in_the_health_until_one_succeeds() {
    let image = image();
    let disk = CrashDisk::holding(image.clone());
    let store = StoreOptions::new().open_on(disk.clone(), &unlock()).unwrap();
    let mut damaged = 0;
    for zeroed in 0..block_count(&image) {
        let (status, verified) = health_with(&store, &disk, zeroed);
        let expected = if verified { HealthStatus::Ok } else { HealthStatus::Damaged };
        assert_eq!(status, expected, "block {zeroed}");
        damaged += usize::from(!verified);
        if !verified {
            assert_eq!(store.health().unwrap().status, HealthStatus::Damaged);
        }
        store.verify().unwrap();
        assert_eq!(store.health().unwrap().status, HealthStatus::Ok);
    }
    assert!(damaged > SECRETS, "{damaged} blocks");
}

#[test]
fn a_store_whose_health_cannot_be_read_is_damaged() {
    let image = image();
    let opened = (0..block_count(&image)).filter_map(|zeroed| open(&image, zeroed));
    let status: Vec<_> = opened.map(|store| store.health().unwrap().status).collect();
    let damaged = status.iter().filter(|status| **status == HealthStatus::Damaged).count();
    assert!(damaged > 0 && status.contains(&HealthStatus::Ok), "{damaged} of {}", status.len());
}

/// Some secrets, of which the first cannot be read, in a store that can be written all the same.
fn with_a_bad_secret() -> (Arc<CallingDisk>, Store) {
    let image = image();
    let is_fit = |zeroed: &usize| {
        let readable = readable(&image, *zeroed);
        let is_writable = || open(&image, *zeroed).is_some_and(|store| store.put("app/new", "x").is_ok());
        !readable[0] && readable.iter().filter(|readable| **readable).count() == SECRETS - 1 && is_writable()
    };
    let zeroed = (0..block_count(&image)).find(is_fit).expect("a block of the first secret alone");
    let disk = Arc::new(CallingDisk::default());
    disk.set_len(u64::try_from(image.len()).unwrap()).unwrap();
    disk.write_at(0, &image).unwrap();
    disk.write_at(u64::try_from(block_at(zeroed)).unwrap(), &[0; BLOCK_LEN]).unwrap();
    let store = StoreOptions::new().verify(VerifyAtOpen::Never).open_on(disk.clone(), &unlock()).unwrap();
    (disk, store)
}

/// Lets another thread meet the bad block during the sync after `skipped` others.
fn read_in_vain_at_a_sync(disk: &Arc<CallingDisk>, store: &Store, skipped: usize) {
    let (next, other) = (disk.clone(), store.with(Context::new()).unwrap());
    disk.call(At::Sync, move || {
        if skipped > 0 {
            return read_in_vain_at_a_sync(&next, &other, skipped - 1);
        }
        let tables = other.tables();
        // It tries again with a handle of its own, which waits for the commit.
        thread::spawn(move || other.get(&name(0)).map(drop));
        while !tables.gave_up() {
            thread::yield_now();
        }
    });
}

/// redb latches the failure of any thread, and says so of a commit that is on the medium already.
#[test]
fn a_bad_block_that_is_read_during_a_commit_does_not_make_it_fail() {
    let (disk, store) = with_a_bad_secret();
    read_in_vain_at_a_sync(&disk, &store, 0);
    store.put("app/new", "x").expect("it is durable");
    assert_eq!(store.get("app/new").unwrap().value().expose(), b"x");
    store.put("app/new", "y").unwrap();
    store.close().unwrap();
    let store = StoreOptions::new().verify(VerifyAtOpen::Never).open_on(disk, &unlock()).unwrap();
    assert_eq!(store.get("app/new").unwrap().version(), 2);
}

#[test]
fn a_key_is_added_or_not_as_the_call_says_whatever_is_read_meanwhile() {
    let (old, new) = (unlock(), Unlock::raw_key(&[9; 32]));
    let mut added = Vec::new();
    for skipped in 0..4 {
        let (disk, store) = with_a_bad_secret();
        store.put("app/new", "x").unwrap();
        read_in_vain_at_a_sync(&disk, &store, skipped);
        let answer = store.slots().add(&new);
        store.close().unwrap();
        let open = |unlock: &Unlock| {
            StoreOptions::new().verify(VerifyAtOpen::Never).open_on(disk.clone(), unlock).map(|store| {
                assert_eq!(store.slots().list().unwrap().len(), 1 + usize::from(answer.is_ok()));
                store.close().unwrap();
            })
        };
        open(&old).expect("the key that it had");
        assert_eq!(open(&new).is_ok(), answer.is_ok(), "read during sync {skipped}: {answer:?}");
        added.push(answer.is_ok());
    }
    assert!(added.contains(&true), "{added:?}");
}
