//! Stores of one size, filled, compacted and closed.

use std::path::{Path, PathBuf};

use super::{Open, named};
use crate::candidates::Kind;
use crate::figures::{Figures, Workload};
use crate::job::{Item, item};

/// Secrets of one transaction while a store is filled.
const BATCH: u64 = 10_000;

/// A file for everybody, in one folder.
pub(crate) struct Files {
    folder: PathBuf,
    size: u64,
    value_len: usize,
}

impl Files {
    pub(crate) fn fill(folder: &Path, size: u64, value_len: usize, figures: &mut Figures) -> Self {
        let files = Self { folder: folder.to_owned(), size, value_len };
        for kind in Kind::ALL {
            let mut candidate = kind.create(&files.path(kind));
            for first in (0..size).step_by(BATCH as usize) {
                let end = size.min(first + BATCH);
                let items: Vec<Item> = (first..end).map(|number| item(number, value_len)).collect();
                candidate.batch(&items);
            }
            candidate.compact();
            candidate.close();
        }
        let bytes: Vec<u64> = Kind::ALL.iter().map(|&kind| files.len(kind)).collect();
        let workload = if value_len == 64 { Workload::FileBytes } else { Workload::FileBytesLarge };
        figures.add(workload, size, named(&bytes, |&bytes| bytes as f64 / size as f64));
        files
    }

    pub(crate) fn size(&self) -> u64 {
        self.size
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    pub(crate) fn path(&self, kind: Kind) -> PathBuf {
        self.folder.join(format!("{}-{}-{}", kind.word(), self.size, self.value_len))
    }

    /// As an argument of a child.
    pub(crate) fn text(&self, kind: Kind) -> String {
        self.path(kind).to_str().expect("a folder whose name is text").to_owned()
    }

    pub(crate) fn open(&self) -> Open {
        Kind::ALL.iter().map(|&kind| kind.open(&self.path(kind))).collect()
    }

    fn len(&self, kind: Kind) -> u64 {
        std::fs::metadata(self.path(kind)).expect("the file").len()
    }
}
