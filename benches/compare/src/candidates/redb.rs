//! redb, as one would use it for this job: a table for each kind of row, no sealing or one of each record.

use std::hint::black_box;
use std::ops::Deref;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use redb::{
    Builder, Database, ReadOnlyDatabase, ReadableDatabase, ReadableTable, TableDefinition, WriteTransaction,
};

use super::record::Record;
use super::sealing::Cover;
use super::{Candidate, Reader};
use crate::job::{CACHE_BYTES, Item, PAGE, Page, digest_item, digest_value};

const SECRETS: TableDefinition<'static, &str, &[u8]> = TableDefinition::new("secrets");
/// Versions that are not current any more.
const VERSIONS: TableDefinition<'static, (&[u8; 16], u64), &[u8]> = TableDefinition::new("versions");
/// Tag and path.
const TAGS: TableDefinition<'static, (&str, &str), ()> = TableDefinition::new("tags");
/// When it was deleted, its path and the record.
const TRASH: TableDefinition<'static, &[u8; 16], (i64, &str, &[u8])> = TableDefinition::new("trash");

struct Redb {
    database: Database,
    cover: Cover,
}

struct RedbReader<D> {
    database: D,
    cover: Cover,
}

pub(super) fn create(path: &Path, cover: Cover) -> Box<dyn Candidate> {
    let database = Builder::new().set_cache_size(CACHE_BYTES).create(path).expect("a database");
    let mut candidate = Redb { database, cover };
    candidate.write(|transaction, _| {
        transaction.open_table(SECRETS).expect("a table");
        transaction.open_table(VERSIONS).expect("a table");
        transaction.open_table(TAGS).expect("a table");
        transaction.open_table(TRASH).expect("a table");
    });
    Box::new(candidate)
}

pub(super) fn open(path: &Path, cover: Cover) -> Box<dyn Candidate> {
    let database = Builder::new().set_cache_size(CACHE_BYTES).open(path).expect("a database");
    Box::new(Redb { database, cover })
}

pub(super) fn open_read_only(path: &Path, cover: Cover) -> Box<dyn Reader> {
    let database = Builder::new().set_cache_size(CACHE_BYTES).open_read_only(path).expect("a database");
    Box::new(RedbReader::<Box<ReadOnlyDatabase>> { database: Box::new(database), cover })
}

fn now() -> i64 {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock");
    i64::try_from(since_epoch.as_millis()).expect("a time")
}

impl Redb {
    /// One durable commit.
    fn write(&mut self, work: impl FnOnce(&WriteTransaction, &Cover)) {
        let transaction = self.database.begin_write().expect("a transaction");
        work(&transaction, &self.cover);
        transaction.commit().expect("a commit");
    }
}

fn insert(transaction: &WriteTransaction, cover: &Cover, items: &[Item]) {
    let mut secrets = transaction.open_table(SECRETS).expect("the table");
    let mut tags = transaction.open_table(TAGS).expect("the table");
    let time = now();
    for item in items {
        let mut id = [0; 16];
        getrandom::fill(&mut id).expect("randomness");
        let pairs = item.tags.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect();
        let record = Record { id, version: 1, created_at: time, updated_at: time, tags: pairs };
        let stored = cover.close(item.path.as_bytes(), record.encode(&item.value));
        let before = secrets.insert(item.path.as_str(), stored.as_slice()).expect("a write");
        assert!(before.is_none(), "there is a secret at {}", item.path);
        for (key, value) in &record.tags {
            tags.insert((tag(key, value).as_str(), item.path.as_str()), ()).expect("a write");
        }
    }
}

fn tag(key: &str, value: &str) -> String {
    format!("{key}={value}")
}

impl Candidate for Redb {
    fn reader(&self) -> Box<dyn Reader + Send + '_> {
        Box::new(RedbReader { database: &self.database, cover: self.cover.clone() })
    }

    fn put(&mut self, item: &Item) {
        self.batch(std::slice::from_ref(item));
    }

    fn update(&mut self, path: &str, value: &[u8]) {
        self.write(|transaction, cover| {
            let mut secrets = transaction.open_table(SECRETS).expect("the table");
            let mut versions = transaction.open_table(VERSIONS).expect("the table");
            let (mut record, old) = {
                let row = secrets.get(path).expect("a read").expect("the secret");
                let bytes = cover.open(path.as_bytes(), row.value());
                let (record, value) = Record::decode(&bytes);
                (record, value.to_vec())
            };
            let kept = cover.close(&record.id, record.encode(&old));
            versions.insert((&record.id, record.version), kept.as_slice()).expect("a write");
            (record.version, record.updated_at) = (record.version + 1, now());
            let stored = cover.close(path.as_bytes(), record.encode(value));
            secrets.insert(path, stored.as_slice()).expect("a write");
        });
    }

    fn delete(&mut self, path: &str) {
        self.write(|transaction, cover| {
            let mut secrets = transaction.open_table(SECRETS).expect("the table");
            let mut tags = transaction.open_table(TAGS).expect("the table");
            let mut trash = transaction.open_table(TRASH).expect("the table");
            let row = secrets.remove(path).expect("a write").expect("the secret");
            let record = Record::decode(&cover.open(path.as_bytes(), row.value())).0;
            for (key, value) in &record.tags {
                tags.remove((tag(key, value).as_str(), path)).expect("a write");
            }
            trash.insert(&record.id, (now(), path, row.value())).expect("a write");
        });
    }

    fn batch(&mut self, items: &[Item]) {
        self.write(|transaction, cover| insert(transaction, cover, items));
    }

    fn compact(&mut self) {
        while self.database.compact().expect("a compaction") {}
    }

    fn close(self: Box<Self>) {}
}

impl<D: Deref<Target: ReadableDatabase>> Reader for RedbReader<D> {
    fn get(&mut self, path: &str) -> u64 {
        let transaction = self.database.begin_read().expect("a transaction");
        let secrets = transaction.open_table(SECRETS).expect("the table");
        let row = secrets.get(path).expect("a read").expect("the secret");
        let bytes = self.cover.open(path.as_bytes(), row.value());
        let (record, value) = Record::decode(&bytes);
        let value = black_box(value.to_vec());
        digest_value(black_box(&record).version, record.tags.len(), &value)
    }

    fn page(&mut self, page: &Page) -> u64 {
        let transaction = self.database.begin_read().expect("a transaction");
        let secrets = transaction.open_table(SECRETS).expect("the table");
        let mut listed: Vec<(String, Record)> = Vec::new();
        let decoded = |path: &str, stored: &[u8]| {
            (path.to_owned(), Record::decode(&self.cover.open(path.as_bytes(), stored)).0)
        };
        match page {
            Page::Prefix(namespace) => {
                // What follows the slash in ASCII ends everything below the namespace.
                let (from, to) = (format!("{namespace}/"), format!("{namespace}0"));
                for row in secrets.range(from.as_str()..to.as_str()).expect("a read").take(PAGE) {
                    let (path, stored) = row.expect("a row");
                    listed.push(decoded(path.value(), stored.value()));
                }
            }
            Page::Tag(key, value) => {
                let tags = transaction.open_table(TAGS).expect("the table");
                let tag = tag(key, value);
                let from = (tag.as_str(), "");
                let to = (tag.as_str(), "\u{10ffff}");
                for row in tags.range(from..to).expect("a read").take(PAGE) {
                    let (key, ()) = row.map(|(key, value)| (key, value.value())).expect("a row");
                    let (_, path) = key.value();
                    let stored = secrets.get(path).expect("a read").expect("the secret");
                    listed.push(decoded(path, stored.value()));
                }
            }
        }
        let digest = |(position, (path, record)): (usize, &(String, Record))| {
            digest_item(position, path, record.version, record.tags.len())
        };
        black_box(&listed).iter().enumerate().map(digest).sum()
    }
}
