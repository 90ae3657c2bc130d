//! Those who do the job, behind one trait.

mod record;
mod redb;
mod sealing;
mod sqlcipher;
mod strongroom;

use std::path::Path;

use crate::job::{Item, Page};
use sealing::Cover;

/// Who does the job.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Kind {
    Strongroom,
    Redb,
    SealedRedb,
    SqlCipher,
    SqlCipherLarge,
}

/// An open store.
pub(crate) trait Candidate {
    /// A reader of its own, for one thread.
    fn reader(&self) -> Box<dyn Reader + Send + '_>;
    /// A new secret, durable when this returns.
    fn put(&mut self, item: &Item);
    /// A new version, durable when this returns. The one before stays readable.
    fn update(&mut self, path: &str, value: &[u8]);
    /// Into the trash, durable when this returns.
    fn delete(&mut self, path: &str);
    /// New secrets in one transaction.
    fn batch(&mut self, items: &[Item]);
    /// Makes the file as small as it can be.
    fn compact(&mut self);
    fn close(self: Box<Self>);
}

/// Answers digests, so that answers can be compared without their cost counting.
pub(crate) trait Reader {
    /// The current version with its metadata.
    fn get(&mut self, path: &str) -> u64;
    /// The metadata of a page.
    fn page(&mut self, page: &Page) -> u64;
}

impl Kind {
    pub(crate) const ALL: [Self; 5] =
        [Self::Strongroom, Self::Redb, Self::SealedRedb, Self::SqlCipher, Self::SqlCipherLarge];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Strongroom => "strongroom",
            Self::Redb => "redb",
            Self::SealedRedb => "redb + XChaCha",
            Self::SqlCipher => "SQLCipher",
            Self::SqlCipherLarge => "SQLCipher 256 MB",
        }
    }

    /// One word, for the name of a file and the command line.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Strongroom => "strongroom",
            Self::Redb => "redb",
            Self::SealedRedb => "sealed-redb",
            Self::SqlCipher => "sqlcipher",
            Self::SqlCipherLarge => "sqlcipher-large",
        }
    }

    pub(crate) fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }

    pub(crate) fn create(self, path: &Path) -> Box<dyn Candidate> {
        match self {
            Self::Strongroom => strongroom::create(path),
            Self::Redb => redb::create(path, Cover::Plain),
            Self::SealedRedb => redb::create(path, Cover::sealed()),
            Self::SqlCipher => sqlcipher::create(path, sqlcipher::Cache::Default),
            Self::SqlCipherLarge => sqlcipher::create(path, sqlcipher::Cache::Large),
        }
    }

    /// Opens for writing.
    pub(crate) fn open(self, path: &Path) -> Box<dyn Candidate> {
        match self {
            Self::Strongroom => strongroom::open(path),
            Self::Redb => redb::open(path, Cover::Plain),
            Self::SealedRedb => redb::open(path, Cover::sealed()),
            Self::SqlCipher => sqlcipher::open(path, sqlcipher::Cache::Default),
            Self::SqlCipherLarge => sqlcipher::open(path, sqlcipher::Cache::Large),
        }
    }

    pub(crate) fn open_read_only(self, path: &Path) -> Box<dyn Reader> {
        match self {
            Self::Strongroom => strongroom::open_read_only(path),
            Self::Redb => redb::open_read_only(path, Cover::Plain),
            Self::SealedRedb => redb::open_read_only(path, Cover::sealed()),
            Self::SqlCipher => sqlcipher::open_read_only(path, sqlcipher::Cache::Default),
            Self::SqlCipherLarge => sqlcipher::open_read_only(path, sqlcipher::Cache::Large),
        }
    }
}
