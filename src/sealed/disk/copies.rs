//! Other files in the store's directory that carry its id: a sync client's conflict copies, or backups.

use std::fs::{File, Metadata};
use std::io;
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::{Path, PathBuf};

use rustix::fs::OFlags;

use super::file::{directory_of, open_unfollowed};
use super::temporary::is_temporary;
use crate::format::header::{CLAIM_LEN, claimed_store_id};
use crate::format::layout::{STORE_ID_LEN, Twin};
use crate::limits::DIRECTORY_ENTRIES_MAX;

/// By content, whatever they are called. Other names of the open file are not copies, and neither is what is under
/// construction. What cannot be read is passed over: it may be anything.
pub(super) fn beside(path: &Path, store: &File, store_id: &[u8; STORE_ID_LEN]) -> io::Result<Vec<PathBuf>> {
    let held = store.metadata()?;
    let mut copies = Vec::new();
    for entry in std::fs::read_dir(directory_of(path))?.take(DIRECTORY_ENTRIES_MAX) {
        let entry = entry?;
        // Pipes and devices are not even opened.
        let may_be_one =
            entry.file_type().is_ok_and(|kind| kind.is_file()) && !is_temporary(&entry.file_name());
        if may_be_one && claims(&entry.path(), &held, store_id).unwrap_or(false) {
            copies.push(entry.path());
        }
    }
    copies.sort();
    Ok(copies)
}

/// Whether another file than `held` carries the store's id in one of its key headers.
fn claims(path: &Path, held: &Metadata, store_id: &[u8; STORE_ID_LEN]) -> io::Result<bool> {
    let file = open_unfollowed(path, OFlags::RDONLY)?;
    let found = file.metadata()?;
    if !found.is_file() || (found.dev(), found.ino()) == (held.dev(), held.ino()) {
        return Ok(false);
    }
    let mut start = [0; CLAIM_LEN];
    Ok(Twin::BOTH.into_iter().any(|copy| {
        file.read_exact_at(&mut start, copy.header_offset()).is_ok()
            && claimed_store_id(&start).as_ref() == Some(store_id)
    }))
}
