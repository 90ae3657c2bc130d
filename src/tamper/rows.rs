//! Rows in the places of others, and records that nobody can read: what a verification must find if ever the blocks do
//! not tell.

use std::collections::HashSet;
use std::sync::Arc;

use super::subject::unlock;
use crate::record::secret::SecretRecord;
use crate::sealed::disk::Disk;
use crate::sealed::disk::memory::MemoryDisk;
use crate::sealed::disk::recording::RecordingDisk;
use crate::tables::forged::{all_rows, alter_secret, set_row};
use crate::{ErrorKind, Listed, Put, Query, Result, Store, StoreOptions, Tier, Update};

const LARGE: usize = 9_000;

/// Every kind of row that stands for secrets, at least twice.
fn base() -> Vec<u8> {
    let disk = Arc::new(RecordingDisk::default());
    let store = StoreOptions::new().create_on(disk.clone(), &unlock()).unwrap();
    for path in ["app/a", "app/b", "other/c"] {
        store.put_with(path, value(path, 1), Put::new().tag("env", "prod").tag("path", path)).unwrap();
        store.put(path, value(path, 2)).unwrap();
        store.put(path, value(path, 3)).unwrap();
        store.delete_version(path, 2).unwrap();
    }
    for path in ["app/gone", "other/gone"] {
        store.put_with(path, value(path, 1), Put::new().tag("gone", path)).unwrap();
        store.put(path, value(path, 2)).unwrap();
        store.delete(path).unwrap();
    }
    store.close().unwrap();
    disk.image()
}

/// The first version is large, so that it has rows of its own.
fn value(path: &str, version: usize) -> Vec<u8> {
    let len = if version == 1 { LARGE } else { 90 };
    path.bytes().cycle().skip(version).take(len).collect()
}

fn opened(image: &[u8]) -> Store {
    let disk = MemoryDisk::default();
    disk.set_len(image.len() as u64).unwrap();
    disk.write_at(0, image).unwrap();
    StoreOptions::new().open_on(Arc::new(disk), &unlock()).unwrap()
}

/// Reads whatever can be read. A value that is read is the one that was written.
fn read_everything(store: &Store) -> HashSet<ErrorKind> {
    let mut refused = HashSet::new();
    let mut note = |result: Result<()>| refused.extend(result.err().map(|error| error.kind()));
    note(store.list(Query::all().state(Listed::All)).map(drop));
    note(store.list(Query::all().tag("env", "prod")).map(drop));
    note(store.tag_values("path").map(drop));
    note(store.stats().map(drop));
    for path in ["app/a", "app/b", "other/c"] {
        note(store.versions(path).map(drop));
        for version in 1..=3 {
            let found = store.get_version(path, version as u64);
            note(found.map(|secret| {
                assert!(
                    secret.value().expose() == value(path, version),
                    "version {version} of {path} is another"
                );
            }));
        }
    }
    refused
}

/// The kinds of rows that make up secrets, by the first byte of their keys.
const SORTS: [u8; 6] = [0x10, 0x11, 0x12, 0x18, 0x20, 0x30];

#[test]
fn a_row_in_the_place_of_another_shows_no_other_value_and_is_found() {
    let image = base();
    let rows = all_rows(&opened(&image).tables()).unwrap();
    let mut exchanged = [0; SORTS.len()];
    let mut refused = HashSet::new();
    for (sort, exchanged) in SORTS.into_iter().zip(&mut exchanged) {
        let of_sort: Vec<_> = rows.iter().filter(|(key, _)| key[0] == sort).collect();
        for (to, own) in &of_sort {
            for (_, row) in of_sort.iter().filter(|(_, row)| row != own) {
                let store = opened(&image);
                set_row(&store.tables(), to, Some(row)).unwrap();
                refused.extend(read_everything(&store));
                let found = store.verify().expect_err("a row that does not belong there").kind();
                assert!(matches!(found, ErrorKind::Damaged | ErrorKind::Tampered), "{found:?}");
                *exchanged += 1;
            }
        }
    }
    println!("{exchanged:?} rows in other places, read as {refused:?}");
    assert!(exchanged.iter().zip(SORTS).all(|(count, sort)| *count >= 2 || sort == 0x18), "{exchanged:?}");
    assert!(refused.contains(&ErrorKind::Tampered) || refused.contains(&ErrorKind::Damaged), "{refused:?}");
}

#[test]
fn a_row_that_is_missing_or_that_nobody_owns_is_found() {
    let image = base();
    let rows = all_rows(&opened(&image).tables()).unwrap();
    let (mut missing, mut kept) = (0, 0);
    for (key, row) in rows.iter().filter(|(key, _)| SORTS.contains(&key[0])) {
        let store = opened(&image);
        set_row(&store.tables(), key, None).unwrap();
        // What a secret in the trash left in the tag index is of no use to anybody.
        if key[0] == 0x18 && String::from_utf8_lossy(key).contains("gone") {
            store.verify().unwrap();
            kept += 1;
        } else {
            assert!(store.verify().is_err(), "a row of {:#x} is missing", key[0]);
            missing += 1;
        }
        read_everything(&store);
        // Put back it is whole again: it was the row that was found.
        set_row(&store.tables(), key, Some(row)).unwrap();
        store.verify().unwrap();
        // The same row once more, under an id or path that there is not.
        let mut other = key.clone();
        *other.last_mut().unwrap() ^= 1;
        if rows.iter().all(|(key, _)| *key != other) {
            set_row(&store.tables(), &other, Some(row)).unwrap();
            assert!(store.verify().is_err(), "a row of {:#x} that nobody owns", key[0]);
        }
    }
    println!("{missing} rows were missed, {kept} were not");
    assert!(missing > 20 && kept == 2, "{missing} and {kept}");
}

type Alter = fn(&mut SecretRecord);

/// Something that a newer version wrote, or nobody.
const UNREADABLE: [(&str, Alter); 4] = [
    ("an unknown tier", |secret| secret.tier = 9),
    ("tags without an equals sign", |secret| secret.tags = "env\n".to_owned()),
    ("tags in no order", |secret| secret.tags = "b=\na=\n".to_owned()),
    ("a tag without an end", |secret| secret.tags = "a=b".to_owned()),
];

#[test]
fn a_record_that_nobody_can_read_is_refused_and_not_written_over() {
    for (what, alter) in UNREADABLE {
        let store = opened(&base());
        alter_secret(&store.tables(), "app/a", alter).unwrap();
        let before = all_rows(&store.tables()).unwrap();
        let refused = [
            ("get", store.get("app/a").map(drop)),
            ("info", store.info("app/a").map(drop)),
            ("list", store.list(Query::under("app")).map(drop)),
            ("put", store.put("app/a", "new").map(drop)),
            ("update", store.update("app/a", Update::new().description("new")).map(drop)),
            ("rollback", store.rollback("app/a", 3).map(drop)),
        ];
        for (operation, result) in refused {
            let error = result.expect_err(operation);
            assert_eq!(error.kind(), ErrorKind::UnsupportedFormat, "{operation} of {what}: {error}");
        }
        assert!(all_rows(&store.tables()).unwrap() == before, "{what} was written over");
        assert!(matches!(
            store.verify().unwrap_err().kind(),
            ErrorKind::Damaged | ErrorKind::UnsupportedFormat
        ));
        // The others are as they were, and this one can be replaced or removed.
        assert_eq!(store.get("app/b").unwrap().value().expose(), value("app/b", 3));
        store.destroy(crate::SecretRef::try_from("app/a").unwrap()).unwrap();
    }
    // The control: a tier and tags that are known are read.
    let store = opened(&base());
    alter_secret(&store.tables(), "app/a", |secret| secret.tier = 2).unwrap();
    assert_eq!(store.info("app/a").unwrap().tier(), Tier::Critical);
    store.verify().unwrap();
}
