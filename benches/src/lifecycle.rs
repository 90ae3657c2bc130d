//! Creating, opening, changing and copying stores.

use std::cell::Cell;
use std::fs::{self, File};
use std::path::Path;

use redb::{Database, ReadableDatabase, TableDefinition};
use strongroom::{KdfCost, Store, StoreOptions, Unlock, VerifyAtOpen};
use strongroom_benches::folder::Folder;
use strongroom_benches::job;

use crate::audited;
use crate::rounds::{candidate, compare};

const TABLE: TableDefinition<'static, &str, &[u8]> = TableDefinition::new("secrets");
const VALUE: [u8; 64] = [0x5a; 64];
const PASSPHRASES: [&str; 2] = ["correct horse battery staple", "purple monkey dishwasher"];

pub(crate) fn raw() -> Unlock {
    Unlock::raw_key(&[7; 32])
}

pub(crate) fn run(sizes: &[u64]) {
    let folder = Folder::new("lifecycle");
    create(folder.path());
    for &secrets in sizes {
        let path = folder.path().join(format!("store-{secrets}"));
        fill(&path, secrets);
        let plain = folder.path().join(format!("plain-{secrets}"));
        fill_plain(&plain, secrets);
        open(&path, &plain, secrets);
        change(&path, secrets);
        audited::read(&path, secrets);
        copy(folder.path(), &path, secrets);
    }
}

fn fill(path: &Path, secrets: u64) {
    let store = Store::create(path, Unlock::passphrase(PASSPHRASES[0])).expect("a store");
    store.slots().add(raw()).expect("a slot");
    for first in (0..secrets).step_by(10_000) {
        let write = |tx: &mut strongroom::Transaction<'_, '_>| {
            (first..secrets.min(first + 10_000))
                .try_for_each(|n| tx.put(job::path(n).as_str(), VALUE).map(drop))
        };
        store.transaction(write).expect("a transaction");
    }
    store.compact().expect("a compaction");
    store.close().expect("a close");
}

fn fill_plain(path: &Path, secrets: u64) {
    let database = Database::create(path).expect("a database");
    let transaction = database.begin_write().expect("a transaction");
    {
        let mut table = transaction.open_table(TABLE).expect("a table");
        for number in 0..secrets {
            table.insert(job::path(number).as_str(), VALUE.as_slice()).expect("a row");
        }
    }
    transaction.commit().expect("a commit");
}

/// A file of this many bytes, written and synced: what the disk charges for a copy.
fn write_file(path: &Path, len: u64) {
    use std::io::Write;
    let mut file = File::create(path).expect("a file");
    let block = vec![0x5a; 1 << 20];
    let mut left = len;
    while left > 0 {
        let part = usize::try_from(left.min(1 << 20)).expect("a part");
        file.write_all(&block[..part]).expect("a write");
        left -= part as u64;
    }
    file.sync_all().expect("a sync");
}

fn create(folder: &Path) {
    let number = Cell::new(0);
    let fresh = || {
        number.set(number.get() + 1);
        folder.join(format!("new-{}", number.get()))
    };
    let created = |options: StoreOptions, unlock: Unlock| {
        let path = fresh();
        options.create(&path, unlock).expect("a store").close().expect("a close");
        fs::remove_file(path).expect("the store is there");
    };
    compare(
        "Creating a store",
        15,
        vec![
            candidate("write and sync a file of 372 kB", || write_file(&folder.join("file"), 372_000)),
            candidate("with a raw key", || created(StoreOptions::new(), raw())),
            candidate("with a passphrase, 19 MiB", || {
                let edge = KdfCost::new(19 * 1024, 2, 1).expect("inside the window");
                created(StoreOptions::new().kdf_cost(edge), Unlock::passphrase(PASSPHRASES[0]));
            }),
            candidate("with a passphrase, 64 MiB", || {
                created(StoreOptions::new(), Unlock::passphrase(PASSPHRASES[0]));
            }),
        ],
    );
}

fn open(path: &Path, plain: &Path, secrets: u64) {
    let opened = |options: StoreOptions, unlock: Unlock| {
        let store = options.read_only(true).open(path, unlock).expect("the store");
        store.get(job::path(secrets / 2).as_str()).expect("a secret");
    };
    compare(
        &format!("Opening read-only and getting one of {secrets} secrets"),
        15,
        vec![
            candidate("redb, plaintext", || {
                let database = redb::ReadOnlyDatabase::open(plain).expect("the database");
                let read = database.begin_read().expect("a transaction");
                let table = read.open_table(TABLE).expect("the table");
                table.get(job::path(secrets / 2).as_str()).expect("a read").expect("a row");
            }),
            candidate("raw key, not verified", || {
                opened(StoreOptions::new().verify(VerifyAtOpen::Never), raw());
            }),
            candidate("raw key, verified", || {
                opened(StoreOptions::new().verify(VerifyAtOpen::Always), raw());
            }),
            candidate("passphrase, 64 MiB, not verified", || {
                opened(StoreOptions::new().verify(VerifyAtOpen::Never), Unlock::passphrase(PASSPHRASES[0]));
            }),
        ],
    );
}

fn change(path: &Path, secrets: u64) {
    let store = StoreOptions::new().verify(VerifyAtOpen::Never).open(path, raw()).expect("the store");
    let turn = Cell::new(0);
    compare(
        &format!("Changing the passphrase of {secrets} secrets, 64 MiB"),
        9,
        vec![
            candidate("try one passphrase", || {
                store.slots().check(Unlock::passphrase(PASSPHRASES[turn.get()])).expect("a slot");
            }),
            candidate("change it: four derivations, three syncs", || {
                let (old, new) = (turn.get(), 1 - turn.get());
                let unlock = |which: usize| Unlock::passphrase(PASSPHRASES[which]);
                store.slots().change_passphrase(unlock(old), unlock(new)).expect("a change");
                turn.set(new);
            }),
            candidate("put one secret: one sync", || {
                store.put("bench/one", VALUE).expect("a put");
            }),
        ],
    );
}

fn copy(folder: &Path, path: &Path, secrets: u64) {
    let len = fs::metadata(path).expect("the store").len();
    let store = StoreOptions::new().verify(VerifyAtOpen::Never).open(path, raw()).expect("the store");
    let backup = folder.join("backup");
    compare(
        &format!("Copying {secrets} secrets, a file of {:.1} MB, verified", len as f64 / 1e6),
        5,
        vec![
            candidate("write and sync a file of that length", || write_file(&folder.join("file"), len)),
            candidate("verify", || _ = store.verify().expect("a sound store")),
            candidate("backup", || {
                store.backup(&backup).expect("a backup");
                fs::remove_file(&backup).expect("the backup is there");
            }),
            candidate("compact", || _ = store.compact().expect("a compaction")),
            candidate("purge", || {
                let options = strongroom::CopyOptions::new().drop_other_slots(true);
                store.purge_with(options).expect("a purge");
            }),
            candidate("rekey to a raw key", || _ = store.rekey(raw()).expect("a rekey")),
        ],
    );
}
