//! SQLCipher: a write-ahead log, synchronous in full, prepared statements.

use std::fmt::Write;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use rusqlite::{Connection, OpenFlags, Row, params};

use super::record::Record;
use super::{Candidate, Reader};
use crate::job::{Item, KEY, PAGE, Page, digest_item, digest_value};

const SCHEMA: &str = "
    CREATE TABLE secrets (
        number INTEGER PRIMARY KEY, id BLOB NOT NULL, path TEXT NOT NULL UNIQUE, version INTEGER NOT NULL,
        created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, tags TEXT NOT NULL, value BLOB NOT NULL);
    CREATE TABLE versions (
        id BLOB NOT NULL, version INTEGER NOT NULL, updated_at INTEGER NOT NULL, value BLOB NOT NULL,
        PRIMARY KEY (id, version));
    CREATE TABLE tags (tag TEXT NOT NULL, path TEXT NOT NULL, PRIMARY KEY (tag, path)) WITHOUT ROWID;
    CREATE TABLE trash (
        id BLOB PRIMARY KEY, deleted_at INTEGER NOT NULL, path TEXT NOT NULL, version INTEGER NOT NULL,
        created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, tags TEXT NOT NULL, value BLOB NOT NULL);";

const INSERT: &str = "INSERT INTO secrets (id, path, version, created_at, updated_at, tags, value)
    VALUES (?1, ?2, 1, ?3, ?3, ?4, ?5)";
const INSERT_TAG: &str = "INSERT INTO tags VALUES (?1, ?2)";
const KEEP: &str = "INSERT INTO versions SELECT id, version, updated_at, value FROM secrets WHERE path = ?1";
const UPDATE: &str = "UPDATE secrets SET version = version + 1, updated_at = ?2, value = ?3 WHERE path = ?1";
const INTO_TRASH: &str = "INSERT INTO trash
    SELECT id, ?2, path, version, created_at, updated_at, tags, value FROM secrets WHERE path = ?1";
const DELETE: &str = "DELETE FROM secrets WHERE path = ?1 RETURNING tags";
const DELETE_TAG: &str = "DELETE FROM tags WHERE tag = ?1 AND path = ?2";
const GET: &str =
    "SELECT path, id, version, created_at, updated_at, tags, value FROM secrets WHERE path = ?1";
const PREFIX_PAGE: &str = "SELECT path, id, version, created_at, updated_at, tags FROM secrets
    WHERE path > ?1 AND path < ?2 ORDER BY path LIMIT ?3";
const TAG_PAGE: &str = "SELECT path, id, version, created_at, updated_at, secrets.tags
    FROM tags JOIN secrets USING (path) WHERE tag = ?1 ORDER BY path LIMIT ?2";

/// The page cache of a connection.
#[derive(Clone, Copy)]
pub(super) enum Cache {
    /// 2 MB.
    Default,
    /// 256 MB.
    Large,
}

struct SqlCipher {
    connection: Connection,
    file: PathBuf,
    cache: Cache,
}

struct SqlCipherReader(Connection);

pub(super) fn create(file: &Path, cache: Cache) -> Box<dyn Candidate> {
    let candidate = connect(file, cache, OpenFlags::default());
    candidate.execute_batch(SCHEMA).expect("a schema");
    Box::new(SqlCipher { connection: candidate, file: file.to_owned(), cache })
}

pub(super) fn open(file: &Path, cache: Cache) -> Box<dyn Candidate> {
    let connection = connect(file, cache, OpenFlags::SQLITE_OPEN_READ_WRITE);
    Box::new(SqlCipher { connection, file: file.to_owned(), cache })
}

pub(super) fn open_read_only(file: &Path, cache: Cache) -> Box<dyn Reader> {
    Box::new(SqlCipherReader(connect(file, cache, OpenFlags::SQLITE_OPEN_READ_ONLY)))
}

fn connect(file: &Path, cache: Cache, flags: OpenFlags) -> Connection {
    let connection = Connection::open_with_flags(file, flags).expect("a connection");
    let mut key = String::new();
    for byte in KEY {
        write!(key, "{byte:02x}").expect("text");
    }
    connection.execute_batch(&format!("PRAGMA key = \"x'{key}'\"")).expect("a key");
    if flags.contains(OpenFlags::SQLITE_OPEN_READ_WRITE) {
        connection.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL").expect("a log");
    }
    if matches!(cache, Cache::Large) {
        connection.execute_batch("PRAGMA cache_size = -262144").expect("a cache");
    }
    connection
}

fn now() -> i64 {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock");
    i64::try_from(since_epoch.as_millis()).expect("a time")
}

impl Candidate for SqlCipher {
    fn reader(&self) -> Box<dyn Reader + Send + '_> {
        Box::new(SqlCipherReader(connect(&self.file, self.cache, OpenFlags::SQLITE_OPEN_READ_WRITE)))
    }

    fn put(&mut self, item: &Item) {
        self.batch(std::slice::from_ref(item));
    }

    fn update(&mut self, path: &str, value: &[u8]) {
        let transaction = self.connection.transaction().expect("a transaction");
        let run = |sql, params: &[&dyn rusqlite::ToSql]| {
            let rows =
                transaction.prepare_cached(sql).expect("a statement").execute(params).expect("a write");
            assert_eq!(rows, 1, "no secret at {path}");
        };
        run(KEEP, params![path]);
        run(UPDATE, params![path, now(), value]);
        transaction.commit().expect("a commit");
    }

    fn delete(&mut self, path: &str) {
        let transaction = self.connection.transaction().expect("a transaction");
        let cached = |sql| transaction.prepare_cached(sql).expect("a statement");
        cached(INTO_TRASH).execute(params![path, now()]).expect("a write");
        let tags: String = cached(DELETE).query_row([path], |row| row.get(0)).expect("the secret");
        for tag in tags.lines() {
            cached(DELETE_TAG).execute([tag, path]).expect("a write");
        }
        transaction.commit().expect("a commit");
    }

    fn batch(&mut self, items: &[Item]) {
        let transaction = self.connection.transaction().expect("a transaction");
        let time = now();
        {
            let mut secrets = transaction.prepare_cached(INSERT).expect("a statement");
            let mut tags = transaction.prepare_cached(INSERT_TAG).expect("a statement");
            for item in items {
                let mut id = [0u8; 16];
                getrandom::fill(&mut id).expect("randomness");
                let text: String = item.tags.iter().map(|(key, value)| format!("{key}={value}\n")).collect();
                secrets.execute(params![id, item.path, time, text, item.value]).expect("a write");
                for tag in text.lines() {
                    tags.execute([tag, &item.path]).expect("a write");
                }
            }
        }
        transaction.commit().expect("a commit");
    }

    fn compact(&mut self) {
        self.connection.execute_batch("VACUUM; PRAGMA wal_checkpoint(TRUNCATE)").expect("a compaction");
    }

    fn close(self: Box<Self>) {
        self.connection.close().expect("a close");
    }
}

/// The path and what else a program would hold of a row.
fn info(row: &Row<'_>) -> rusqlite::Result<(String, Record)> {
    let tags = row.get_ref(5)?.as_str()?.lines().map(|line| {
        let (key, value) = line.split_once('=').expect("a tag");
        (key.to_owned(), value.to_owned())
    });
    let record = Record {
        id: row.get(1)?,
        version: row.get(2)?,
        created_at: row.get(3)?,
        updated_at: row.get(4)?,
        tags: tags.collect(),
    };
    Ok((row.get(0)?, record))
}

impl Reader for SqlCipherReader {
    fn get(&mut self, path: &str) -> u64 {
        let mut statement = self.0.prepare_cached(GET).expect("a statement");
        let read = |row: &Row<'_>| Ok((info(row)?, row.get::<_, Vec<u8>>(6)?));
        let ((path, record), value) = statement.query_row([path], read).expect("the secret");
        black_box(&path);
        digest_value(black_box(&record).version, record.tags.len(), &value)
    }

    fn page(&mut self, page: &Page) -> u64 {
        let limit = i64::try_from(PAGE).expect("a limit");
        let cached = |sql| self.0.prepare_cached(sql).expect("a statement");
        let listed: Vec<(String, Record)> = match page {
            Page::Prefix(namespace) => {
                let (from, to) = (format!("{namespace}/"), format!("{namespace}0"));
                let mut statement = cached(PREFIX_PAGE);
                let rows = statement.query_map(params![from, to, limit], info).expect("rows");
                rows.collect::<Result<_, _>>().expect("rows")
            }
            Page::Tag(key, value) => {
                let mut statement = cached(TAG_PAGE);
                let rows = statement.query_map(params![format!("{key}={value}"), limit], info);
                rows.expect("rows").collect::<Result<_, _>>().expect("rows")
            }
        };
        let digest = |(position, (path, record)): (usize, &(String, Record))| {
            digest_item(position, path, record.version, record.tags.len())
        };
        black_box(&listed).iter().enumerate().map(digest).sum()
    }
}
