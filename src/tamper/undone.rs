//! An older block that is put back to undo what was done: deleting, destroying, taking a tag away.

use std::sync::Arc;

use super::subject::{block, block_at, block_count, unlock};
use crate::crypto::random;
use crate::sealed::disk::Disk;
use crate::sealed::disk::memory::MemoryDisk;
use crate::{
    ErrorKind, ManualClock, Put, Result, SecretRef, Store, StoreOptions, Timestamp, Update, VerifyAtOpen,
};

const NAME: &str = "name-3/one";

fn image(disk: &MemoryDisk) -> Vec<u8> {
    let mut image = vec![0; usize::try_from(disk.len().unwrap()).unwrap()];
    disk.read_at(0, &mut image).unwrap();
    image
}

/// What is done, what makes it possible once more, and whether a store shows that it is not done.
struct Deed {
    name: &'static str,
    make: fn(&Store) -> Result<()>,
    again: fn(&Store) -> Result<()>,
    is_undone: fn(&Store) -> bool,
}

const DEEDS: [Deed; 5] = [
    Deed {
        name: "delete",
        make: |store| store.delete(NAME).map(drop),
        again: |store| store.restore(NAME).map(drop),
        is_undone: |store| store.get(NAME).is_ok(),
    },
    Deed {
        name: "rename",
        make: |store| store.rename(NAME, "name-3/two").map(drop),
        again: |store| store.rename("name-3/two", NAME).map(drop),
        is_undone: |store| store.get(NAME).is_ok(),
    },
    Deed {
        name: "delete version",
        make: |store| store.delete_version(NAME, 2).map(drop),
        again: |store| store.restore_version(NAME, 2).map(drop),
        is_undone: |store| store.get(NAME).is_ok(),
    },
    Deed {
        name: "update",
        make: |store| store.update(NAME, Update::new().remove_tag("env")).map(drop),
        again: |store| store.update(NAME, Update::new().tag("env", "prod")).map(drop),
        is_undone: |store| store.info(NAME).is_ok_and(|info| info.tags().get("env").is_some()),
    },
    Deed {
        name: "destroy",
        make: |store| store.destroy(SecretRef::try_from(NAME)?),
        again: |store| store.put(NAME, "again").map(drop),
        is_undone: |store| store.get(NAME).is_ok(),
    },
];

/// The files in which a deed was not done, and the one behind it. It is done again and again, so that blocks are used
/// again; what is written afterwards lies blocks apart, and no block of the deed is one of the last commit's, which
/// opening looks at by itself.
fn around(deed: &Deed) -> (Vec<Vec<u8>>, Vec<u8>) {
    const TIMES: usize = 60;
    random::seeded::set(Some(5));
    let disk = Arc::new(MemoryDisk::default());
    let clock = ManualClock::start(Timestamp::from_millis(1_800_000_000_000));
    let store = StoreOptions::new().clock(&clock).create_on(disk.clone(), &unlock()).unwrap();
    let put = |name: String| store.put(name.as_str(), [7; 200]).map(drop);
    (0..60).try_for_each(|n| put(format!("name-{n}"))).unwrap();
    store.put_with(NAME, "one", Put::new().tag("env", "prod")).unwrap();
    store.put(NAME, "two").unwrap();
    let mut before = Vec::new();
    for time in 0..TIMES {
        if time > 0 {
            (deed.again)(&store).unwrap();
            // Otherwise what is done and what is not would take turns in the same two places.
            (0..time % 3).try_for_each(|_| put("name-3/beside".to_owned())).unwrap();
        }
        before.push(image(&disk));
        (deed.make)(&store).unwrap();
    }
    (0..3).try_for_each(|_| put("the/other/end".to_owned())).unwrap();
    store.close().unwrap();
    random::seeded::set(None);
    (before, image(&disk))
}

fn opened(now: &[u8], verify: VerifyAtOpen, put_back: Option<(usize, &[u8])>) -> Result<Store> {
    let disk = Arc::new(MemoryDisk::default());
    disk.set_len(now.len() as u64).unwrap();
    disk.write_at(0, now).unwrap();
    if let Some((index, older)) = put_back {
        disk.write_at(block_at(index) as u64, older).unwrap();
    }
    StoreOptions::new().verify(verify).open_on(disk, &unlock())
}

#[test]
fn an_older_block_that_undoes_something_is_found_by_a_verification() {
    for deed in DEEDS {
        let (before, now) = around(&deed);
        assert!(!(deed.is_undone)(&opened(&now, VerifyAtOpen::Always, None).unwrap()));
        let (mut put_back, mut undone) = (0, 0);
        for (index, older) in
            before.iter().flat_map(|older| (0..block_count(older)).map(move |at| (at, older)))
        {
            let older = block(older, index);
            if index >= block_count(&now) || older == block(&now, index) {
                continue;
            }
            put_back += 1;
            let Ok(store) = opened(&now, VerifyAtOpen::Never, Some((index, older))) else { continue };
            if (deed.is_undone)(&store) {
                assert_eq!(store.verify().unwrap_err().kind(), ErrorKind::Tampered, "{}", deed.name);
                let refused = opened(&now, VerifyAtOpen::Always, Some((index, older))).unwrap_err();
                assert_eq!(refused.kind(), ErrorKind::Tampered, "{}", deed.name);
                undone += 1;
            }
        }
        println!("{}: {put_back} older blocks put back, {undone} undid it without verification", deed.name);
        assert!(undone > 0, "no older block undoes it, and nothing was tried");
    }
}
