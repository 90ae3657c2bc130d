//! Copies of a whole store: what is in them, and what becomes of the store meanwhile.

use std::cell::RefCell;
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc;
use std::time::Duration;

use strongroom::{
    Copied, CopyOptions, Error, ErrorKind, NewSlot, Pin, Progress, Query, Store, StoreOptions, VerifyAtOpen,
};

use crate::fixture::{
    Ends, Folder, PATIENCE, beside, cheap, check_refused, contents, create, cut_short, events, key, open,
    open_read_only, passphrase, patient, raw, wait_until, write_private,
};

/// Values of every size: in the row, in one piece, in many, and none at all; with history.
fn fill(store: &Store) {
    for round in 0..3 {
        for name in 0..40 {
            let value = format!("{round} {name}").repeat(name * 30);
            store.put(format!("space-{}/name-{name}", name % 3).as_str(), value).unwrap();
        }
    }
    store.put("large", vec![7; 300_000]).unwrap();
    store.put("large", vec![8; 3_000_000]).unwrap();
}

type Replace<'a> = (&'a str, &'a dyn Fn(&Store, CopyOptions<'_>) -> Result<Copied, Error>);

/// Every way to put another file in the store's place.
const REPLACEMENTS: [Replace<'_>; 3] = [
    ("compact", &|store, options| store.compact_with(options)),
    ("purge", &|store, options| store.purge_with(options.drop_other_slots(true))),
    ("rekey", &|store, options| store.rekey_with(key(), options)),
];

fn len(path: &Path) -> u64 {
    std::fs::metadata(path).unwrap().len()
}

/// What a kill leaves, with either of the superblocks destroyed, is the state that was acknowledged.
#[track_caller]
fn check_either_superblock(what: &str, folder: &Folder, made: &Path, pin: Pin) {
    const SUPERBLOCKS: [usize; 2] = [0x8000, 0x9000];
    let bytes = std::fs::read(made).unwrap();
    for at in SUPERBLOCKS {
        let image = folder.join("image");
        let mut bytes = bytes.clone();
        bytes[at..][..0x1000].fill(0);
        write_private(&image, bytes);
        let store = patient().pin(pin).open(&image, key()).unwrap_or_else(|error| panic!("{what}: {error}"));
        assert_eq!(store.pin().unwrap(), pin, "{what}");
        store.lock().unwrap();
        store.unlock(key()).unwrap_or_else(|error| panic!("{what}: {error}"));
        let fresh = store.pin().unwrap();
        store.verify().unwrap();
        drop(store);
        drop(patient().pin(fresh).open(&image, key()).unwrap_or_else(|error| panic!("{what}: {error}")));
        std::fs::remove_file(&image).unwrap();
    }
}

#[test]
fn either_superblock_of_a_file_that_was_just_made_is_enough() {
    let folder = Folder::new();
    let store = create(&folder.join("created"));
    check_either_superblock("create", &folder, &folder.join("created"), store.pin().unwrap());
    for (name, replace) in REPLACEMENTS {
        let path = folder.join(name);
        let store = create(&path);
        (0..20).for_each(|number| drop(store.put("name", format!("{number}")).unwrap()));
        replace(&store, CopyOptions::new()).unwrap();
        check_either_superblock(name, &folder, &path, store.pin().unwrap());
        let (backup, pin) = (folder.join("backup"), store.pin().unwrap());
        store.backup(&backup).unwrap();
        check_either_superblock("backup", &folder, &backup, pin);
        std::fs::remove_file(&backup).unwrap();
    }
}

#[test]
fn a_backup_is_the_store_as_it_was() {
    let folder = Folder::new();
    let (path, there) = (folder.join("store"), folder.join("backup"));
    let store = cheap().create(&path, passphrase("one")).unwrap();
    fill(&store);
    store.slots().add_with(key(), NewSlot::new().label("keychain")).unwrap();
    store.lock().unwrap();
    store.unlock(key()).unwrap();
    let (expected, pin, slots) = (contents(&store), store.pin().unwrap(), store.slots().list().unwrap());
    let copied = store.backup(&there).unwrap();
    assert_eq!((copied.generation, copied.file_len), (pin.generation(), len(&there)));
    let backup = open_read_only(&there);
    assert_eq!(contents(&backup), expected);
    assert_eq!((backup.pin().unwrap(), backup.slots().list().unwrap()), (pin, slots));
    assert_eq!(backup.policy().kdf_floor().unwrap(), store.policy().kdf_floor().unwrap());
    let verified = backup.verify().unwrap();
    assert_eq!(verified.opened, copied.verified.opened);
    assert_eq!(events(&store), events(&backup) + 1, "the store notes it");
    drop(backup);
    drop(patient().open(&there, passphrase("one")).unwrap());
    check_refused(store.backup(&there), ErrorKind::AlreadyExists);
    check_refused(store.backup(&path), ErrorKind::AlreadyExists);
    check_refused(store.backup(folder.join("no/folder")), ErrorKind::NotFound);
    assert_eq!(folder.names(), ["backup", "store"]);
}

#[test]
fn a_replaced_store_has_everything_and_goes_on() {
    for (name, replace) in REPLACEMENTS {
        let folder = Folder::new();
        let path = folder.join("store");
        let store = create(&path);
        fill(&store);
        store.slots().add_with(raw(1), NewSlot::new().label("other")).unwrap();
        let (expected, before, pin) = (contents(&store), events(&store), store.pin().unwrap());
        let copied = replace(&store, CopyOptions::new()).unwrap();
        assert_eq!(copied.generation, pin.generation() + 1, "{name}");
        assert_eq!((contents(&store), events(&store)), (expected.clone(), before + 1), "{name}");
        assert_eq!(copied.file_len, len(&path), "{name}");
        let slots = store.slots().list().unwrap();
        assert_eq!(slots.len(), if name == "compact" { 2 } else { 1 });
        assert!(slots[0].unlocked_this_handle && slots[0].created_at.is_some(), "{name}");
        // Twice in a row, and written to between and after.
        store.put("between", "value").unwrap();
        assert_eq!(replace(&store, CopyOptions::new()).unwrap().generation, pin.generation() + 3);
        store.put("after", "value").unwrap();
        store.slots().add(raw(2)).unwrap();
        store.close().unwrap();
        assert_eq!(folder.names(), ["store"], "{name}");
        let store = patient().pin(pin).open(&path, key()).unwrap();
        assert_eq!(events(&store), before + 5, "{name}");
        for added in ["between", "after"] {
            assert_eq!(store.get(added).unwrap().value().expose(), b"value", "{name}");
        }
        let found = contents(&store).into_iter().filter(|(path, ..)| path != "between" && path != "after");
        assert_eq!(found.collect::<Vec<_>>(), expected, "{name}");
        drop(store);
        drop(patient().open(&path, raw(2)).unwrap());
        let other = patient().open(&path, raw(1));
        assert_eq!(other.is_ok(), name == "compact", "{name}");
    }
}

#[test]
fn a_purge_names_the_slots_that_it_would_leave_behind() {
    let folder = Folder::new();
    let path = folder.join("store");
    let store = create(&path);
    store.put("name", "value").unwrap();
    let labelled = store.slots().add_with(raw(1), NewSlot::new().label("the other")).unwrap();
    let bare = store.slots().add(raw(2)).unwrap();
    let before = std::fs::read(&path).unwrap();
    let error = check_refused(store.purge(), ErrorKind::InvalidArgument).to_string();
    assert!(
        error.contains(&format!("{labelled} (the other)")) && error.contains(&bare.to_string()),
        "{error}"
    );
    let own = store.slots().list().unwrap()[0].id;
    assert!(!error.contains(&own.to_string()), "{error}");
    assert!(std::fs::read(&path).unwrap() == before);
    store.purge_with(CopyOptions::new().drop_other_slots(true)).unwrap();
    assert_eq!(store.slots().list().unwrap().iter().map(|slot| slot.id).collect::<Vec<_>>(), [own]);
    store.purge().unwrap();
    drop(store);
    check_refused(patient().open(&path, raw(1)), ErrorKind::WrongKey);
    drop(open(&path));
}

#[test]
fn after_a_rekey_only_the_new_key_opens() {
    let folder = Folder::new();
    let path = folder.join("store");
    let store = cheap().create(&path, passphrase("one")).unwrap();
    store.put("name", "value").unwrap();
    let (_, code) = store.slots().add_recovery_code().unwrap();
    check_refused(
        store.rekey_with(passphrase("two"), CopyOptions::new().new_slot(NewSlot::new().label("a\tb"))),
        ErrorKind::InvalidArgument,
    );
    check_refused(store.rekey(passphrase("")), ErrorKind::InvalidArgument);
    store.rekey_with(passphrase("two"), CopyOptions::new().new_slot(NewSlot::new().label("new"))).unwrap();
    let slots = store.slots().list().unwrap();
    assert_eq!((slots.len(), slots[0].label.as_str(), slots[0].unlocked_this_handle), (1, "new", true));
    drop(store);
    let code = strongroom::Unlock::recovery_code(code.expose()).unwrap();
    for gone in [passphrase("one"), code] {
        check_refused(patient().open(&path, gone), ErrorKind::WrongKey);
    }
    let store = patient().open(&path, passphrase("two")).unwrap();
    assert_eq!(store.get("name").unwrap().value().expose(), b"value");
}

/// Blocks of the old file in the place of those of the new one, and the old headers with the new blocks.
#[test]
fn what_was_sealed_before_a_purge_does_not_open_after_it() {
    for (name, replace) in &REPLACEMENTS[1..] {
        let folder = Folder::new();
        let path = folder.join("store");
        let store = create(&path);
        store.put("name", "value").unwrap();
        let epoch = |bytes: &[u8]| u32::from_le_bytes(bytes[12..16].try_into().unwrap());
        let old = std::fs::read(&path).unwrap();
        replace(&store, CopyOptions::new()).unwrap();
        drop(store);
        let new = std::fs::read(&path).unwrap();
        const BLOCKS: usize = 0xa000;
        assert_eq!(epoch(&new), epoch(&old) + 1, "{name}");
        let same = old[BLOCKS..].chunks(4136).zip(new[BLOCKS..].chunks(4136));
        let same = same.filter(|(old, new)| old == new && old.iter().any(|byte| *byte != 0));
        assert_eq!(same.count(), 0, "{name}: a block is in both files");
        let mut blocks = new.clone();
        blocks[BLOCKS..BLOCKS + 2 * 4136].copy_from_slice(&old[BLOCKS..BLOCKS + 2 * 4136]);
        let mut headers = old.clone();
        headers.truncate(BLOCKS);
        headers.extend_from_slice(&new[BLOCKS..]);
        for mixed in [blocks, headers] {
            std::fs::write(&path, mixed).unwrap();
            let opened = patient().open(&path, key()).and_then(|store| store.verify().map(drop));
            assert!(matches!(opened.unwrap_err().kind(), ErrorKind::Tampered | ErrorKind::Damaged), "{name}");
        }
        std::fs::write(&path, new).unwrap();
        open(&path).verify().unwrap();
    }
}

#[test]
fn compacting_gives_back_what_was_overwritten() {
    let folder = Folder::new();
    let path = folder.join("store");
    let store = create(&path);
    for name in 0..10 {
        store.put(format!("name-{name}").as_str(), "value").unwrap();
    }
    const SPARE: u64 = 64 * 4136;
    let copied = store.compact().unwrap();
    assert!(copied.file_len <= (256 << 10) + SPARE, "{} bytes", copied.file_len);
    assert!(copied.verified.unreachable_blocks <= 8, "{copied:?}");
    // Every slot change and every write moves pages: what they were on is free afterwards, and goes with the next.
    let batch = |value: usize| {
        store.transaction(|tx| {
            (0..2_000)
                .try_for_each(|name| tx.put(format!("many/{name}").as_str(), [b'x'; 1_000]).map(drop))?;
            tx.put("big", vec![1; value]).map(drop)
        })
    };
    batch(8_000_000).unwrap();
    let before = len(&path);
    let copied = store.compact().unwrap();
    assert_eq!(copied.file_len, len(&path));
    assert!(copied.file_len < before, "{} is no less than {before}", copied.file_len);
    let again = store.compact().unwrap().file_len;
    assert!(again <= copied.file_len, "{again} after {}", copied.file_len);
    assert_eq!(store.get("big").unwrap().value().expose().len(), 8_000_000);
    assert_eq!(store.list(Query::under("many").limit(1_000)).unwrap().items().len(), 1_000);
}

/// What `options` are told by a copy, and what came of it.
fn told(
    copy: impl FnOnce(CopyOptions<'_>) -> Result<Copied, Error>,
    answer: impl Fn(usize) -> ControlFlow<()>,
) -> (Vec<Progress>, Result<Copied, Error>) {
    let seen = RefCell::new(Vec::new());
    let result = copy(CopyOptions::new().progress(|progress| {
        seen.borrow_mut().push(progress);
        answer(seen.borrow().len() - 1)
    }));
    (seen.into_inner(), result)
}

#[test]
fn a_copy_tells_how_far_it_is_and_stops_when_it_is_told_to() {
    let folder = Folder::new();
    let (path, there) = (folder.join("store"), folder.join("backup"));
    let store = create(&path);
    fill(&store);
    let backup: Replace<'_> = ("backup", &|store, options| store.backup_with(folder.join("backup"), options));
    for (name, copy) in REPLACEMENTS.into_iter().chain([backup]) {
        let (seen, done) = told(|options| copy(&store, options), |_| ControlFlow::Continue(()));
        done.unwrap();
        assert!(seen.len() >= 3, "{name}: {seen:?}");
        let last = *seen.last().unwrap();
        assert_eq!((seen[0].done, last.done), (0, last.total), "{name}");
        assert!(seen.iter().all(|progress| progress.total == last.total), "{name}: {seen:?}");
        assert!(seen.is_sorted_by(|a, b| a.done < b.done || b.done == 0), "{name}: {seen:?}");
        let _ = std::fs::remove_file(&there);
        let (expected, pin) = (contents(&store), store.pin().unwrap());
        let before = std::fs::read(&path).unwrap();
        for at in 0..seen.len() {
            let stop = |now| if now == at { ControlFlow::Break(()) } else { ControlFlow::Continue(()) };
            let (stopped, result) = told(|options| copy(&store, options), stop);
            check_refused(result, ErrorKind::Cancelled);
            assert_eq!((stopped.len(), folder.names()), (at + 1, vec!["store".to_owned()]), "{name}");
            let panicking =
                |now: usize| if now == at { panic!("at {at}") } else { ControlFlow::Continue(()) };
            let unwound = catch_unwind(AssertUnwindSafe(|| told(|options| copy(&store, options), panicking)));
            assert_eq!(unwound.unwrap_err().downcast_ref::<String>().unwrap(), &format!("at {at}"));
            assert_eq!(folder.names(), ["store"], "{name}");
        }
        assert!(std::fs::read(&path).unwrap() == before, "{name}");
        assert_eq!((contents(&store), store.pin().unwrap()), (expected, pin), "{name}");
        store.put("still", "usable").unwrap();
        store.verify().unwrap();
    }
}

#[test]
fn a_store_is_used_from_inside_its_own_backup() {
    let folder = Folder::new();
    let store = patient().write_wait(Duration::from_millis(50)).create(folder.join("store"), key()).unwrap();
    fill(&store);
    let (expected, pin) = (contents(&store), store.pin().unwrap());
    let (seen, done) = told(
        |options| store.backup_with(folder.join("backup"), options),
        |now| {
            store.put("inside", format!("{now}")).unwrap();
            assert_eq!(store.get("inside").unwrap().value().expose(), format!("{now}").as_bytes());
            store.verify().unwrap();
            store.slots().add_with(raw(now as u8), NewSlot::new().label("inside")).unwrap();
            assert_eq!(
                check_refused(store.lock(), ErrorKind::InUse).holder(),
                Some(strongroom::Holder::Readers)
            );
            match now {
                0 => store.backup(folder.join("inner")).map(drop).unwrap(),
                1 => store.compact().map(drop).unwrap(),
                _ => {}
            }
            ControlFlow::Continue(())
        },
    );
    done.unwrap();
    assert_eq!(store.slots().list().unwrap().len(), 1 + seen.len());
    let backup = open(&folder.join("backup"));
    assert_eq!((contents(&backup), backup.pin().unwrap()), (expected, pin), "one commit, and no later one");
    assert_eq!(backup.slots().list().unwrap().len(), 1);
    open(&folder.join("inner")).verify().unwrap();
    store.lock().unwrap();
    store.unlock(key()).unwrap();
    store.verify().unwrap();
    assert_eq!(folder.names(), ["backup", "inner", "store"]);
}

#[test]
fn a_store_is_not_written_from_inside_its_own_replacement() {
    for (name, replace) in REPLACEMENTS {
        let folder = Folder::new();
        let store = create(&folder.join("store"));
        fill(&store);
        let (_, done) = told(
            |options| replace(&store, options),
            |_| {
                assert_eq!(store.get("large").unwrap().version(), 2, "{name}");
                check_refused(store.put("inside", "x"), ErrorKind::Reentrant);
                check_refused(store.compact(), ErrorKind::Reentrant);
                check_refused(store.backup(folder.join("backup")), ErrorKind::Reentrant);
                check_refused(store.slots().add(raw(1)), ErrorKind::Reentrant);
                check_refused(store.lock(), ErrorKind::Reentrant);
                check_refused(store.verify(), ErrorKind::Reentrant);
                ControlFlow::Continue(())
            },
        );
        done.unwrap();
        assert_eq!(folder.names(), ["store"]);
        store.put("after", "x").unwrap();
    }
}

/// A read that met a bad block makes the storage engine start anew with the next write, which the backup holds up.
#[test]
fn a_write_inside_a_backup_that_met_damage_ends_in_time() {
    let folder = Folder::new();
    let path = folder.join("store");
    let store = create(&path);
    fill(&store);
    drop(store);
    let mut bytes = std::fs::read(&path).unwrap();
    // Pieces of the large values fill whole blocks; damage many of them, and nothing a listing looks at.
    let listed = |bytes: &[u8]| {
        std::fs::write(&path, bytes).unwrap();
        let options = StoreOptions::new().verify(VerifyAtOpen::Never).wait(Duration::from_secs(60));
        let store = options.write_wait(Duration::from_millis(50)).open(&path, key()).unwrap();
        store.list(Query::all().limit(1_000)).unwrap();
        store
    };
    for block in bytes[0xa000..].chunks_mut(4136).skip(200).step_by(40).take(10) {
        block[100] ^= 1;
    }
    let store = listed(&bytes);
    let (seen, done) = told(
        |options| store.backup_with(folder.join("backup"), options),
        |now| {
            if now == 0 {
                check_refused(store.get("large"), ErrorKind::Tampered);
                let error = check_refused(store.put("inside", "x"), ErrorKind::InUse);
                assert_eq!(error.holder(), Some(strongroom::Holder::Readers));
            }
            ControlFlow::Continue(())
        },
    );
    assert!(!seen.is_empty());
    check_refused(done, ErrorKind::Tampered);
    assert_eq!(folder.names(), ["store"]);
    store.put("after", "x").unwrap();
}

#[test]
fn writers_go_on_while_a_backup_is_made() {
    let folder = Folder::new();
    let store = patient().write_wait(PATIENCE).create(folder.join("store"), key()).unwrap();
    fill(&store);
    let (stop, during) = (AtomicBool::new(false), AtomicU64::new(0));
    let (started, wait_for_start) = mpsc::channel();
    let copied = std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut started = Some(started);
            for number in 0_u64.. {
                let pair = store.transaction(|tx| {
                    tx.put("pair/a", number.to_string())?;
                    tx.put("pair/b", number.to_string())
                });
                pair.unwrap();
                during.fetch_add(1, Ordering::SeqCst);
                started.take().map(|started| started.send(()));
                if stop.load(Ordering::SeqCst) {
                    break;
                }
            }
        });
        let _ends = Ends(&stop);
        wait_for_start.recv().unwrap();
        let copied = store.backup_with(
            folder.join("backup"),
            CopyOptions::new().progress(|progress| {
                if progress.done == progress.total {
                    // Three more writes have to come through before the copy may end: a writer that waits never comes.
                    let before = during.load(Ordering::SeqCst);
                    wait_until(|| during.load(Ordering::SeqCst) >= before + 3);
                    // The backup is noted in the store, for which a writer without a pause could keep it waiting.
                    stop.store(true, Ordering::SeqCst);
                }
                ControlFlow::Continue(())
            }),
        );
        copied.unwrap()
    });
    let backup = open(&folder.join("backup"));
    backup.verify().unwrap();
    assert_eq!(backup.pin().unwrap().generation(), copied.generation);
    let number = |path| String::from_utf8(backup.get(path).unwrap().value().expose().to_vec()).unwrap();
    assert_eq!(number("pair/a"), number("pair/b"), "half a transaction");
    let number: u64 = number("pair/a").parse().unwrap();
    assert_eq!(backup.get("pair/a").unwrap().version(), number + 1);
    assert!(during.load(Ordering::SeqCst) >= number + 3, "no write finished meanwhile");
}

#[test]
fn readers_go_on_while_the_file_is_replaced_again_and_again() {
    let folder = Folder::new();
    let store = create(&folder.join("store"));
    store.put("name", "value").unwrap();
    let stop = AtomicBool::new(false);
    let reads = AtomicU64::new(0);
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while !stop.load(Ordering::Relaxed) {
                    assert_eq!(store.get("name").unwrap().value().expose(), b"value");
                    assert_eq!(store.list(Query::all()).unwrap().items().len(), 1);
                    reads.fetch_add(1, Ordering::SeqCst);
                }
            });
        }
        for round in 0..40 {
            let (_, replace) = REPLACEMENTS[round % 3];
            let done = catch_unwind(AssertUnwindSafe(|| replace(&store, beside(&reads)).map(drop)));
            if round == 39 || !matches!(done, Ok(Ok(()))) {
                stop.store(true, Ordering::Relaxed);
                done.unwrap().unwrap();
            }
        }
    });
    assert!(reads.into_inner() > 40);
    assert_eq!(events(&store), 41);
}

#[test]
fn writers_that_wait_for_a_replacement_write_to_the_new_file() {
    let folder = Folder::new();
    let path = folder.join("store");
    let store = patient().write_wait(PATIENCE).create(&path, key()).unwrap();
    fill(&store);
    std::thread::scope(|scope| {
        let (arrived, arrivals) = mpsc::channel();
        let mut waiting = Some((scope, arrived));
        store
            .compact_with(CopyOptions::new().progress(|_| {
                if let Some((scope, arrived)) = waiting.take() {
                    let (store, folder) = (&store, &folder);
                    let other = arrived.clone();
                    scope.spawn(move || {
                        other.send(()).unwrap();
                        store.slots().add(raw(1)).unwrap();
                    });
                    scope.spawn(move || {
                        arrived.send(()).unwrap();
                        store.backup(folder.join("backup")).unwrap();
                    });
                    (0..2).for_each(|_| arrivals.recv().unwrap());
                }
                ControlFlow::Continue(())
            }))
            .unwrap();
    });
    drop(store);
    drop(patient().open(&path, raw(1)).unwrap());
    open(&folder.join("backup")).verify().unwrap();
}

#[test]
fn a_backup_that_cannot_be_noted_says_that_it_is_there() {
    let folder = Folder::new();
    let store = patient().write_wait(Duration::from_millis(30)).create(folder.join("store"), key()).unwrap();
    store.put("name", "value").unwrap();
    std::thread::scope(|scope| {
        let (begun, begin) = mpsc::channel();
        let (end, ended) = mpsc::channel::<()>();
        let mut other = Some((begun, ended));
        let result = store.backup_with(
            folder.join("backup"),
            CopyOptions::new().progress(|_| {
                if let Some((begun, ended)) = other.take() {
                    let store = &store;
                    scope.spawn(move || {
                        store.transaction(|_| {
                            begun.send(()).unwrap();
                            Ok(ended.recv().is_ok())
                        })
                    });
                    begin.recv().unwrap();
                }
                ControlFlow::Continue(())
            }),
        );
        let error = check_refused(result, ErrorKind::InUse);
        assert!(error.to_string().contains("the backup is in place"), "{error}");
        end.send(()).unwrap();
    });
    open(&folder.join("backup")).verify().unwrap();
}

#[test]
fn stores_of_other_media_are_copied_too() {
    let folder = Folder::new();
    let memory = Store::in_memory().unwrap();
    memory.put("name", "value").unwrap();
    memory.slots().add(key()).unwrap();
    memory.backup(folder.join("from-memory")).unwrap();
    let opened = open(&folder.join("from-memory"));
    assert_eq!(contents(&opened), contents(&memory));
    drop(opened);
    let reader = open_read_only(&folder.join("from-memory"));
    let before = std::fs::read(folder.join("from-memory")).unwrap();
    let pin = reader.pin().unwrap();
    reader.backup(folder.join("from-reader")).unwrap();
    assert!(std::fs::read(folder.join("from-memory")).unwrap() == before, "a reader notes nothing");
    assert_eq!(open(&folder.join("from-reader")).pin().unwrap(), pin);
    for (name, replace) in REPLACEMENTS {
        let expected = contents(&memory);
        replace(&memory, CopyOptions::new()).unwrap();
        assert_eq!(contents(&memory), expected, "{name}");
        memory.put("name", "next").unwrap();
        memory.verify().unwrap();
    }
    assert_eq!(folder.names(), ["from-memory", "from-reader"]);
}

#[test]
fn a_file_that_was_replaced_under_the_handle_is_not_replaced_again() {
    for (name, replace) in REPLACEMENTS {
        let folder = Folder::new();
        let path = folder.join("store");
        let store = create(&path);
        store.put("name", "value").unwrap();
        std::fs::write(folder.join("theirs"), "theirs").unwrap();
        // At once, and in the middle of the copy.
        std::fs::rename(&path, folder.join("moved")).unwrap();
        std::fs::copy(folder.join("theirs"), &path).unwrap();
        check_refused(replace(&store, CopyOptions::new()), ErrorKind::FileRefused);
        std::fs::rename(folder.join("moved"), &path).unwrap();
        let swap = |_: Progress| {
            if folder.names().iter().all(|name| name != "moved") {
                std::fs::rename(&path, folder.join("moved")).unwrap();
                std::fs::copy(folder.join("theirs"), &path).unwrap();
            }
            ControlFlow::Continue(())
        };
        check_refused(replace(&store, CopyOptions::new().progress(swap)), ErrorKind::FileRefused);
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "theirs", "{name}");
        assert_eq!(folder.names(), ["moved", "store", "theirs"], "{name}");
        assert_eq!(store.get("name").unwrap().version(), 1);
        check_refused(store.put("name", "x"), ErrorKind::FileRefused);
        std::fs::rename(folder.join("moved"), &path).unwrap();
        store.put("name", "next").unwrap();
        replace(&store, CopyOptions::new()).unwrap();
    }
}

#[test]
fn a_copy_takes_along_what_the_handle_owes_the_log() {
    for (name, replace) in REPLACEMENTS {
        let folder = Folder::new();
        let (path, image) = (folder.join("store"), folder.join("image"));
        let store = create(&path);
        store.put("name", "value").unwrap();
        let made = store.slots().list().unwrap()[0].created_at;
        // Times are in milliseconds.
        while store.put("name", "value").unwrap().updated_at() <= made.unwrap() {}
        drop(store);
        write_private(&image, cut_short(&path, |store| drop(store.put("name", "lost").unwrap())));
        let store = open(&image);
        assert!(store.open_report().discarded_generation.is_some());
        let before = events(&store);
        replace(&store, CopyOptions::new()).unwrap();
        assert_eq!(events(&store), before + 2, "{name}");
        let slot = &store.slots().list().unwrap()[0];
        // A slot that came with the copy was used by this handle since it was made.
        assert!(slot.last_used_at > slot.created_at || name == "rekey", "{name}");
        store.put("name", "next").unwrap();
        assert_eq!(events(&store), before + 3, "{name}: once");
    }
}
