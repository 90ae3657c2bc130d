//! Rows that no writer leaves, behind seals that hold: a verification refuses each of them.

use std::sync::Arc;
use std::time::Duration;

use super::stores::golden;
use super::unlocking::unlock_of;
use crate::crypto::arena::Arena;
use crate::error::ErrorKind::{self, Damaged, Tampered, UnsupportedFormat};
use crate::error::Result;
use crate::sealed::disk::Disk;
use crate::sealed::disk::file::Access;
use crate::sealed::disk::memory::MemoryDisk;
use crate::sealed::file::SealedFile;
use crate::sealed::open::open;
use crate::sealed::slots::With;
use crate::sealed::space::Space;
use crate::tables::verify::{Depth, verify};
use crate::tables::{Batch, Outcome, Rows, Tables};

/// A row: key and value.
type Row = (Vec<u8>, Vec<u8>);

/// Every row of a sort that `wanted` accepts.
fn rows(batch: &Batch<'_>, sort: u8, wanted: impl Fn(&[u8], &[u8]) -> bool) -> Vec<Row> {
    let mut found = Vec::new();
    batch
        .scan(&[sort], &[sort + 1], &mut |key, row| {
            if wanted(key, row) {
                found.push((key.to_vec(), row.to_vec()));
            }
            Ok(true)
        })
        .unwrap();
    found
}

fn first(batch: &Batch<'_>, sort: u8) -> Row {
    rows(batch, sort, |_, _| true).swap_remove(0)
}

/// Writes the first row of a sort anew.
fn rewrite(batch: &mut Batch<'_>, sort: u8, edit: impl FnOnce(&mut Vec<u8>, &mut Vec<u8>)) -> Result<()> {
    let (mut key, mut row) = first(batch, sort);
    batch.remove(&key)?;
    edit(&mut key, &mut row);
    batch.insert(&key, &row)
}

fn drop_first(batch: &mut Batch<'_>, sort: u8) -> Result<()> {
    let (key, _) = first(batch, sort);
    batch.remove(&key).map(drop)
}

/// The rows of a tag that has several.
fn bulk(batch: &Batch<'_>) -> Vec<Row> {
    let rows = rows(batch, 0x18, |key, _| key[1..].starts_with(b"bulk="));
    assert!(rows.len() > 1);
    rows
}

/// What is wrong, what it is refused as, and how it comes about.
type Contradiction = (&'static str, ErrorKind, fn(&mut Batch<'_>) -> Result<()>);

const STORE: [Contradiction; 9] = [
    ("no store record", Damaged, |batch| drop_first(batch, 0x01)),
    ("a floor of another kind", Damaged, |batch| rewrite(batch, 0x02, |_, row| row[0] = 1)),
    ("a floor of another version", UnsupportedFormat, |batch| rewrite(batch, 0x02, |_, row| row[2] = 2)),
    ("a slot without a slot", Damaged, |batch| rewrite(batch, 0x03, |key, _| key[1] ^= 1)),
    ("retention of no path", Damaged, |batch| rewrite(batch, 0x04, |key, _| key.extend(b"a\0\0b"))),
    ("retention with something behind it", Damaged, |batch| rewrite(batch, 0x04, |_, row| row.push(0))),
    ("a backup that is cut short", Damaged, |batch| rewrite(batch, 0x05, |_, row| row.truncate(5))),
    ("a jump of another kind", Damaged, |batch| rewrite(batch, 0x06, |_, row| row[0] = 1)),
    ("a segment that is missing", Tampered, |batch| drop_first(batch, 0x40)),
];

const SECRETS: [Contradiction; 15] = [
    ("a path with two separators", Damaged, |batch| rewrite(batch, 0x10, |key, _| key.extend(b"\0\0x"))),
    ("a value at another path", Tampered, |batch| rewrite(batch, 0x10, |key, _| key.push(b'x'))),
    ("a tier that is none", Damaged, |batch| rewrite(batch, 0x10, |_, row| row[20] = 3)),
    ("a secret that is live and in the trash", Damaged, |batch| {
        let (key, row) = first(batch, 0x10);
        let path: Vec<u8> = key[1..].iter().map(|&byte| if byte == 0 { b'/' } else { byte }).collect();
        let head = [&[7, 0, 1, 0][..], &(path.len() as u64).to_le_bytes(), &path, &[0; 8]].concat();
        let key = [&[0x11][..], &u64::to_be_bytes(1 << 60), &row[4..20]].concat();
        batch.insert(&key, &[&head, &row[4..]].concat())
    }),
    ("a live secret that is gone", Damaged, |batch| drop_first(batch, 0x10)),
    ("a secret in the trash of another id", Damaged, |batch| rewrite(batch, 0x11, |key, _| key[24] ^= 1)),
    ("a secret in the trash that is gone", Damaged, |batch| drop_first(batch, 0x11)),
    ("a time that is none", Damaged, |batch| rewrite(batch, 0x11, |key, _| key[1] = 0xff)),
    ("a deleted version without its note", Damaged, |batch| drop_first(batch, 0x12)),
    ("a note of a deleted version that is none", Damaged, |batch| {
        batch.insert(&[&[0x12][..], &[0; 32]].concat(), b"a")
    }),
    ("a note with another path", Damaged, |batch| rewrite(batch, 0x12, |_, row| row[0] = b'X')),
    ("a version of nobody", Damaged, |batch| rewrite(batch, 0x20, |key, _| key[1] ^= 0xff)),
    ("a version of another size", Damaged, |batch| rewrite(batch, 0x20, |_, row| row[20] ^= 1)),
    ("a version of somebody else", UnsupportedFormat, |batch| {
        rewrite(batch, 0x20, |_, row| {
            row[28] = 1;
            row.splice(29..29, [7; 16]);
        })
    }),
    ("a version behind the current one", Damaged, |batch| {
        rewrite(batch, 0x20, |key, row| {
            key[17..].fill(0x7f);
            row[4..12].fill(0x7f);
        })
    }),
];

const VALUES: [Contradiction; 5] = [
    ("a destroyed version with a tail", Damaged, |batch| {
        let (key, mut row) = rows(batch, 0x20, |_, row| row[24] == 2).swap_remove(0);
        let len = row.len() - 8;
        row[len] = 1;
        row.push(b'x');
        batch.insert(&key, &row)
    }),
    ("a destroyed version with a piece", Damaged, |batch| {
        let (key, mut row) = rows(batch, 0x20, |_, row| row[24] == 2).swap_remove(0);
        let len = row.len() - 12;
        row[len] = 1;
        batch.insert(&[&[0x30][..], &key[1..], &[0; 4]].concat(), b"x")?;
        batch.insert(&key, &row)
    }),
    ("a piece that is missing", Tampered, |batch| drop_first(batch, 0x30)),
    ("a piece that was changed", Tampered, |batch| rewrite(batch, 0x30, |_, row| row[0] ^= 1)),
    ("a piece of nobody", Damaged, |batch| batch.insert(&[&[0x30][..], &[0; 28]].concat(), b"a")),
];

const INDEX: [Contradiction; 7] = [
    ("a tag that is not in the index", Damaged, |batch| {
        let (key, _) = rows(batch, 0x18, |key, _| key[1..].starts_with(b"reviewed=")).swap_remove(0);
        batch.remove(&key).map(drop)
    }),
    ("a tag in the index that nobody bears", Damaged, |batch| batch.insert(b"\x18zz=\0", b"\0\0\x01\0a")),
    ("a row of the index without a bound", Damaged, |batch| batch.insert(b"\x18zz=", b"\0\0\x01\0a")),
    ("a row of the index without a path", Damaged, |batch| batch.insert(b"\x18zz=\0", b"")),
    ("a path list that is cut short", Damaged, |batch| {
        let (key, row) = bulk(batch).swap_remove(0);
        batch.insert(&key, &row[..row.len() - 1])
    }),
    ("paths of two rows that overlap", Damaged, |batch| {
        let rows = bulk(batch);
        batch.insert(&rows[0].0, &rows[1].1)
    }),
    ("a bound behind its paths", Damaged, |batch| {
        let (mut key, row) = bulk(batch).swap_remove(1);
        batch.remove(&key)?;
        key.push(b'z');
        batch.insert(&key, &row)
    }),
];

/// What is due of secrets that are live, or in the trash: keys and paths.
fn due(batch: &Batch<'_>, is_live: bool) -> Vec<Row> {
    let live: Vec<Vec<u8>> =
        rows(batch, 0x10, |_, _| true).into_iter().map(|(_, row)| row[4..20].to_vec()).collect();
    rows(batch, 0x13, |key, _| live.contains(&key[9..25].to_vec()) == is_live)
}

/// Writes something that is due of a live secret anew.
fn rewrite_due(batch: &mut Batch<'_>, edit: impl FnOnce(&mut Vec<u8>, &mut Vec<u8>)) -> Result<()> {
    let (mut key, mut row) = due(batch, true).swap_remove(0);
    batch.remove(&key)?;
    edit(&mut key, &mut row);
    batch.insert(&key, &row)
}

/// Forgets something that is due of a live secret.
fn undue(batch: &mut Batch<'_>, what: u8) -> Result<()> {
    let due = due(batch, true).into_iter().find(|(key, _)| key[25] == what);
    batch.remove(&due.unwrap().0).map(drop)
}

/// A version that was rotated, with other bytes from a place on.
fn rotated_version(batch: &mut Batch<'_>, at: usize, byte: u8) -> Result<()> {
    let (key, mut row) = rows(batch, 0x20, |_, row| row[24] == 3).swap_remove(0);
    row[at] = byte;
    batch.insert(&key, &row)
}

const ROTATED: [Contradiction; 14] = [
    ("an expiry that is not noted", Damaged, |batch| undue(batch, 0)),
    ("a rotation that is not noted", Damaged, |batch| undue(batch, 1)),
    ("something due of nobody", Damaged, |batch| batch.insert(&[&[0x13][..], &[0; 25]].concat(), b"a")),
    ("something due at another time", Damaged, |batch| rewrite_due(batch, |key, _| key[8] ^= 1)),
    ("something due at no time", Damaged, |batch| rewrite_due(batch, |key, _| key[1] = 0xff)),
    ("something due with another path", Damaged, |batch| rewrite_due(batch, |_, row| row[0] = b'X')),
    ("something due that nobody knows", Damaged, |batch| rewrite_due(batch, |key, _| key[25] = 2)),
    ("something due with a longer key", Damaged, |batch| rewrite_due(batch, |key, _| key.push(0))),
    ("another path for a secret in the trash", Damaged, |batch| {
        let (key, _) = due(batch, false).swap_remove(0);
        batch.insert(&key, b"team/token")
    }),
    ("something to be done on expiry that nobody knows", Damaged, |batch| {
        let (due, _) = due(batch, true).into_iter().find(|(key, _)| key[25] == 0).unwrap();
        let (key, mut row) = rows(batch, 0x10, |_, row| row[4..20] == due[9..25]).swap_remove(0);
        let time: Vec<u8> = [1, 1].into_iter().chain(due[1..9].iter().rev().copied()).collect();
        let at = row.windows(10).position(|found| found == time).unwrap();
        row[at + 10] = 2;
        batch.insert(&key, &row)
    }),
    ("a standing that the record's first version does not have", Damaged, |batch| {
        rotated_version(batch, 2, 1)
    }),
    ("a standing that is none", Damaged, |batch| rotated_version(batch, 24, 5)),
    ("a segment as of the first version", Damaged, |batch| rewrite(batch, 0x40, |_, row| row[2] = 1)),
    ("an event at another path", Tampered, |batch| rewrite(batch, 0x40, |_, row| row[76] ^= 1)),
];

/// Writes a number in the first row of a sort anew.
fn patch(batch: &mut Batch<'_>, sort: u8, at: usize, byte: u8) -> Result<()> {
    rewrite(batch, sort, |_, row| row[at] = byte)
}

const AUDITED: [Contradiction; 18] = [
    ("a policy of another kind", Damaged, |batch| patch(batch, 0x08, 0, 1)),
    ("a window that is cut short", Damaged, |batch| rewrite(batch, 0x09, |_, row| row.truncate(5))),
    ("a checkpoint of another kind", Damaged, |batch| patch(batch, 0x41, 0, 1)),
    ("no checkpoint", Tampered, |batch| drop_first(batch, 0x41)),
    ("a checkpoint before another event", Tampered, |batch| rewrite(batch, 0x41, |_, row| row[4] ^= 1)),
    ("a checkpoint with another head", Tampered, |batch| rewrite(batch, 0x41, |_, row| row[12] ^= 1)),
    ("a segment that is missing behind it", Tampered, |batch| drop_first(batch, 0x40)),
    ("a segment with a longer key", Damaged, |batch| rewrite(batch, 0x40, |key, _| key.push(0))),
    ("a call without its time", Damaged, |batch| drop_first(batch, 0x51)),
    ("a time without its call", Damaged, |batch| drop_first(batch, 0x50)),
    ("a time of no call", Damaged, |batch| batch.insert(&[&[0x51][..], &[0; 24]].concat(), b"")),
    ("a call with another time", Damaged, |batch| rewrite(batch, 0x51, |key, _| key[8] ^= 1)),
    ("a time with something in it", Damaged, |batch| rewrite(batch, 0x51, |_, row| row.push(0))),
    ("a call with a longer key", Damaged, |batch| rewrite(batch, 0x50, |key, _| key.push(0))),
    ("a time with a longer key", Damaged, |batch| rewrite(batch, 0x51, |key, _| key.push(0))),
    ("a call of another kind", Damaged, |batch| patch(batch, 0x50, 0, 1)),
    ("a call of another version", UnsupportedFormat, |batch| patch(batch, 0x50, 2, 2)),
    ("an answer that is none", Damaged, |batch| patch(batch, 0x50, 48, 7)),
];

const PACKED: [Contradiction; 6] = [
    ("a segment of a later version", UnsupportedFormat, |batch| patch(batch, 0x40, 2, 4)),
    ("a segment as of the second version", Damaged, |batch| patch(batch, 0x40, 2, 2)),
    ("a list that is cut short", Damaged, |batch| {
        rewrite(batch, 0x40, |_, row| {
            row.truncate(row.len() - 1);
            row[44] -= 1;
        })
    }),
    ("a first event without a voice", Damaged, |batch| rewrite(batch, 0x40, |_, row| row[52] ^= 1)),
    ("an event of another kind", Tampered, |batch| rewrite(batch, 0x40, |_, row| row[52] ^= 2)),
    ("an event through another handle", Tampered, |batch| {
        // A mark of one byte, and an actor.
        let (key, mut row) = rows(batch, 0x40, |_, row| row[52] < 128 && row[53] == 3).swap_remove(0);
        row[54] ^= 1;
        batch.insert(&key, &row)
    }),
];

/// A golden store below everything that looks at its rows.
pub(super) fn tables_of(store: &str) -> (Arc<SealedFile>, Tables) {
    let (bytes, unlock) = golden(store);
    let disk = MemoryDisk::default();
    disk.reserve(bytes.len() as u64).unwrap();
    disk.write_at(0, &bytes).unwrap();
    let unlock = unlock_of(&unlock);
    let (file, _) = open(&Arena::any(), Arc::new(disk), Access::ReadWrite, With::Unlock(&unlock)).unwrap();
    let file = Arc::new(file);
    (file.clone(), Tables::open(file, 1 << 20, Duration::ZERO).unwrap())
}

/// What a verification says of a golden store after a change of its rows.
fn outcome(
    store: &str,
    change: impl FnOnce(&mut Batch<'_>) -> Result<()>,
) -> std::result::Result<(), ErrorKind> {
    let (file, tables) = tables_of(store);
    let stamp = file.stamp().unwrap();
    tables
        .write(Space::Normal, |batch| {
            change(batch)?;
            Ok(Outcome { value: (), commit: Some(stamp) })
        })
        .unwrap();
    verify(&file, Depth::Values).map(drop).map_err(|error| error.kind())
}

#[test]
fn a_verification_refuses_rows_that_contradict_each_other() {
    let everything = "everything.store";
    assert_eq!(outcome(everything, |_| Ok(())), Ok(()));
    for (name, kind, change) in STORE.iter().chain(&SECRETS).chain(&VALUES).chain(&INDEX) {
        assert_eq!(outcome(everything, change), Err(*kind), "{name}");
    }
}

#[test]
fn a_verification_refuses_what_does_not_fit_rotation_and_expiry() {
    let store = "rotated.store";
    assert_eq!(outcome(store, |_| Ok(())), Ok(()));
    for (name, kind, change) in &ROTATED {
        assert_eq!(outcome(store, change), Err(*kind), "{name}");
    }
    let forgotten = |batch: &mut Batch<'_>| {
        let left = due(batch, false);
        assert!(left.len() >= 2);
        left.iter().try_for_each(|(key, _)| batch.remove(key).map(drop))
    };
    assert_eq!(outcome(store, forgotten), Ok(()), "what a delete left may be gone");
}

#[test]
fn a_verification_refuses_what_does_not_fit_the_log_or_calls() {
    for (store, changes) in
        [("audited.store", &AUDITED[..]), ("packed.store", &AUDITED), ("packed.store", &PACKED)]
    {
        assert_eq!(outcome(store, |_| Ok(())), Ok(()));
        for (name, kind, change) in changes {
            assert_eq!(outcome(store, change), Err(*kind), "{store}: {name}");
        }
    }
}

/// The notes of a secret in the trash.
fn left(batch: &Batch<'_>) -> Vec<Row> {
    let (trashed, _) = first(batch, 0x11);
    rows(batch, 0x12, |key, _| key[9..25] == trashed[9..])
}

#[test]
fn what_a_delete_leaves_may_be_gone_and_must_fit() {
    let store = "left.store";
    assert_eq!(outcome(store, |_| Ok(())), Ok(()));
    let gone = |batch: &mut Batch<'_>| {
        assert_eq!(left(batch).len(), 2);
        left(batch).iter().try_for_each(|(key, _)| batch.remove(key).map(drop))
    };
    assert_eq!(outcome(store, gone), Ok(()));
    let elsewhere = |batch: &mut Batch<'_>| batch.insert(&left(batch)[0].0, b"team/token");
    assert_eq!(outcome(store, elsewhere), Err(Damaged));
    let of_no_version = |batch: &mut Batch<'_>| {
        let (mut key, row) = left(batch).swap_remove(0);
        key[32] = 3;
        batch.insert(&key, &row)
    };
    assert_eq!(outcome(store, of_no_version), Err(Damaged));
}
