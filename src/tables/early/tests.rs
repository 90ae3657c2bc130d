use std::collections::BTreeMap;

use super::*;
use crate::crypto::arena::Arena;
use crate::crypto::kdf::KdfCost;
use crate::crypto::random;
use crate::format::layout::{BLOCK_LEN, DATA_OFFSET, block_offset};
use crate::sealed::create::create;
use crate::sealed::disk::file::Access;
use crate::sealed::disk::recording::{Asked, RecordingDisk};
use crate::sealed::file::Stamp;
use crate::sealed::open::open;
use crate::tables::{Rows, fill};
use crate::{ErrorKind, Query, Store, StoreOptions, Unlock, VerifyAtOpen};

fn key() -> Unlock {
    Unlock::raw_key(&[7; 32])
}

/// Rows of all lengths up to several blocks, some alike at the start, from a seed.
fn invented_rows(seed: u64, count: usize) -> BTreeMap<Vec<u8>, Vec<u8>> {
    let mut state = seed;
    let mut draw = |below: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((state >> 33) % below).unwrap()
    };
    let mut rows = BTreeMap::new();
    while rows.len() < count {
        let key: Vec<u8> = (0..1 + draw(40)).map(|_| b'a' + u8::try_from(draw(3)).unwrap()).collect();
        let len = if draw(20) == 0 { draw(20_000) } else { draw(200) };
        let value = vec![u8::try_from(draw(256)).unwrap(); len];
        rows.insert(key, value);
    }
    rows
}

#[test]
fn every_row_is_found_as_redb_finds_it() {
    let seed = u64::from_le_bytes(random::bytes().unwrap());
    for count in [1, 10, 100, 3_000] {
        let (arena, disk) = (Arena::any(), Arc::new(RecordingDisk::default()));
        let rows = invented_rows(seed, count);
        let file = Arc::new(create(&arena, disk.clone(), &key(), KdfCost::DEFAULT).unwrap());
        fill(&file, |batch| {
            rows.iter().try_for_each(|(key, value)| batch.insert(key, value))?;
            Ok(Stamp { audit_head: [1; 32], clock_mark: 0 })
        })
        .unwrap();
        let (file, _) = open(&arena, disk, Access::ReadOnly, &key()).unwrap();
        let later = Later::new(&Arc::new(file), 1 << 20).unwrap();
        let look_up = |key: &[u8]| later.look_up(key, |value| Ok(value.to_vec())).unwrap();
        for (key, value) in &rows {
            assert_eq!(look_up(key).as_ref(), Some(value), "seed {seed}, {count} rows: {key:?}");
            for other in [[key.as_slice(), b"!"].concat(), key[..key.len() - 1].to_vec()] {
                assert_eq!(
                    look_up(&other).as_ref(),
                    rows.get(&other),
                    "seed {seed}, {count} rows: {other:?}"
                );
            }
        }
        assert!(later.opened().is_none());
        let snapshot = Snapshot::later(&later);
        assert_eq!(snapshot.len().unwrap(), count as u64);
        assert!(later.opened().is_some() && later.pages().is_empty());
        for (key, value) in &rows {
            assert_eq!(snapshot.get(key).unwrap().as_ref(), Some(value), "seed {seed}: {key:?}");
        }
    }
}

/// A store of so many secrets, closed.
fn image(secrets: u32) -> Vec<u8> {
    let disk = Arc::new(RecordingDisk::default());
    let store = StoreOptions::new().create_on(disk.clone(), &key()).unwrap();
    let all = |tx: &mut crate::Transaction<'_, '_>| {
        (0..secrets).try_for_each(|n| tx.put(format!("team/{n:05}").as_str(), format!("value {n}")).map(drop))
    };
    store.transaction(all).unwrap();
    store.close().unwrap();
    disk.image()
}

fn reader(disk: Arc<RecordingDisk>) -> Result<Store> {
    StoreOptions::new().read_only(true).verify(VerifyAtOpen::Never).open_on(disk, &key())
}

fn value(store: &Store, number: u32) -> Result<Vec<u8>> {
    store.get(format!("team/{number:05}").as_str()).map(|secret| secret.value().expose().to_vec())
}

fn blocks_read(disk: &RecordingDisk) -> usize {
    let is_block = |asked: &&Asked| matches!(asked, Asked::Read { len: BLOCK_LEN, .. });
    disk.take().iter().filter(is_block).count()
}

#[test]
fn to_open_and_get_reads_the_pages_that_lead_there_and_no_others() {
    let image = image(2_000);
    // The last commit names blocks that an open must look at.
    let disk = Arc::new(RecordingDisk::holding(&image));
    open(&Arena::any(), disk.clone(), Access::ReadOnly, &key()).unwrap();
    let named = blocks_read(&disk);
    let store = reader(disk.clone()).unwrap();
    value(&store, 1_000).unwrap();
    let read = blocks_read(&disk) - named;
    // The tree of tables, and a root, a branch and a leaf for the audit policy and for the secret, the root once.
    assert!(read <= 6, "{read} blocks");
    drop(store);
    assert_eq!(disk.take(), [], "closing");
    // The control: redb takes in more.
    let store = StoreOptions::new().verify(VerifyAtOpen::Never).open_on(disk.clone(), &key()).unwrap();
    value(&store, 1_000).unwrap();
    assert!(blocks_read(&disk) - named > read);
}

#[test]
fn whoever_goes_on_reading_finds_the_same() {
    let store = reader(Arc::new(RecordingDisk::holding(&image(200)))).unwrap();
    for number in 0..200 {
        assert_eq!(value(&store, number).unwrap(), format!("value {number}").into_bytes());
        let missing = store.get(format!("team/{number:05}x").as_str()).unwrap_err();
        assert_eq!(missing.kind(), ErrorKind::NotFound);
    }
    let other = reader(Arc::new(RecordingDisk::holding(&image(200)))).unwrap();
    assert_eq!(value(&other, 7).unwrap(), b"value 7");
    assert_eq!(other.list(Query::under("team").limit(100)).unwrap().items().len(), 100);
    assert_eq!(value(&other, 8).unwrap(), b"value 8");
    other.verify().unwrap();
    let threads = reader(Arc::new(RecordingDisk::holding(&image(200)))).unwrap();
    std::thread::scope(|scope| {
        for first in 0..4 {
            let store = &threads;
            scope.spawn(move || {
                for number in (first..200).step_by(4) {
                    assert_eq!(value(store, number).unwrap(), format!("value {number}").into_bytes());
                }
            });
        }
    });
}

#[test]
fn an_altered_block_is_refused_wherever_it_leads() {
    let image = image(50);
    let blocks = (image.len() - usize::try_from(DATA_OFFSET).unwrap()) / BLOCK_LEN;
    let mut refused = 0;
    for block in 1..=u32::try_from(blocks).unwrap() {
        let mut altered = image.clone();
        altered[usize::try_from(block_offset(block)).unwrap() + 100] ^= 1;
        let found = reader(Arc::new(RecordingDisk::holding(&altered))).and_then(|store| value(&store, 25));
        match found {
            Ok(found) => assert_eq!(found, b"value 25", "block {block}"),
            Err(error) => {
                assert_eq!(error.kind(), ErrorKind::Tampered, "block {block}: {error}");
                refused += 1;
            }
        }
    }
    assert!(refused >= 2, "{refused} of {blocks} blocks");
}

#[test]
fn an_older_block_put_back_leads_to_an_answer_or_a_refusal() {
    let old = image(300);
    let disk = Arc::new(RecordingDisk::holding(&old));
    let store = StoreOptions::new().open_on(disk.clone(), &key()).unwrap();
    for round in 0..6 {
        for number in (0..300).step_by(7) {
            store.put(format!("team/{number:05}").as_str(), format!("value {round} of {number}")).unwrap();
        }
        store.put(format!("beside/{round}").as_str(), vec![7; 9_000]).unwrap();
    }
    store.close().unwrap();
    let new = disk.image();
    let blocks = (old.len() - usize::try_from(DATA_OFFSET).unwrap()) / BLOCK_LEN;
    let mut refused = 0;
    for block in 1..=u32::try_from(blocks).unwrap() {
        let start = usize::try_from(block_offset(block)).unwrap();
        let mut mixed = new.clone();
        mixed[start..start + BLOCK_LEN].copy_from_slice(&old[start..start + BLOCK_LEN]);
        let Ok(store) = reader(Arc::new(RecordingDisk::holding(&mixed))) else {
            refused += 1;
            continue;
        };
        for number in [0, 1, 150, 299] {
            if let Err(error) = value(&store, number) {
                let kinds = [ErrorKind::Tampered, ErrorKind::NotFound, ErrorKind::Damaged];
                assert!(kinds.contains(&error.kind()), "block {block}: {error}");
                refused += 1;
            }
        }
    }
    assert!(refused > 0, "of {blocks} blocks");
}
