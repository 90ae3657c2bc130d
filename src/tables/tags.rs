//! Which paths bear a tag.
//!
//! Every tag of a live secret has a row. A row may also be left from a secret in the trash, so that deleting touches no
//! more than a few rows on a full disk: whoever follows a row looks at the secret itself.

use std::collections::{BTreeMap, HashSet};

use super::snapshot::Rows;
use super::{Batch, rows, secrets, trash};
use crate::error::{Error, ErrorKind, Result};
use crate::record::path::SecretPath;

/// Whether a record's tags have this one, written `key=value`.
pub(crate) fn bears(tags: &str, tag: &str) -> bool {
    tags.split_terminator('\n').any(|own| own == tag)
}

/// Follows a change of the tags of the secret at `path`.
pub(crate) fn change(batch: &mut Batch<'_>, path: &SecretPath, before: &str, after: &str) -> Result<()> {
    if before == after {
        return Ok(());
    }
    let bytes = rows::path_bytes(path);
    for gone in before.split_terminator('\n').filter(|tag| !bears(after, tag)) {
        batch.remove(&rows::tag(gone, &bytes))?;
    }
    for new in after.split_terminator('\n').filter(|tag| !bears(before, tag)) {
        batch.insert(&rows::tag(new, &bytes), &[])?;
    }
    Ok(())
}

/// Removes what a secret leaves at `path`, where a live one may bear the same tags.
pub(crate) fn forget(batch: &mut Batch<'_>, path: &SecretPath, tags: &str) -> Result<()> {
    let live = secrets::find(batch, path)?.map(|secret| secret.tags).unwrap_or_default();
    let bytes = rows::path_bytes(path);
    for gone in tags.split_terminator('\n').filter(|tag| !bears(&live, tag)) {
        batch.remove(&rows::tag(gone, &bytes))?;
    }
    Ok(())
}

/// Visits the paths that may bear all these tags, in order, from `from` up to and without `to`, as they stand in keys,
/// until `visit` says `false`.
pub(crate) fn scan(
    rows: &impl Rows,
    tags: &[String],
    from: &[u8],
    to: &[u8],
    visit: &mut dyn FnMut(&[u8]) -> Result<bool>,
) -> Result<()> {
    let Some((first, others)) = tags.split_first() else { return Ok(()) };
    if others.is_empty() {
        let (from, to) = rows::tagged(first, from, to);
        return rows.scan(&from, &to, &mut |key, _| visit(rows::tag_of(key).ok_or_else(damaged)?.1));
    }
    // Each tag in turn is looked up from the greatest path seen: the rarest tag sets the pace.
    let mut at = from.to_vec();
    let mut agree = 0;
    for tag in tags.iter().cycle() {
        match next(rows, tag, &at, to)? {
            None => return Ok(()),
            Some(found) if found == at => agree += 1,
            Some(found) => (at, agree) = (found, 1),
        }
        if agree == tags.len() {
            if !visit(&at)? {
                return Ok(());
            }
            // The next path that can be: nothing sorts between a path and itself with a zero.
            at.push(0);
            agree = 0;
        }
    }
    Ok(())
}

/// The first path from `from` on that may bear a tag.
fn next(rows: &impl Rows, tag: &str, from: &[u8], to: &[u8]) -> Result<Option<Vec<u8>>> {
    let (from, to) = rows::tagged(tag, from, to);
    let mut found = None;
    rows.scan(&from, &to, &mut |key, _| {
        found = Some(rows::tag_of(key).ok_or_else(damaged)?.1.to_vec());
        Ok(false)
    })?;
    Ok(found)
}

/// Visits tags and paths of everything that may bear a tag of this key; by value, and then by path.
pub(crate) fn scan_key(
    rows: &impl Rows,
    key: &str,
    visit: &mut dyn FnMut(&str, &[u8]) -> Result<bool>,
) -> Result<()> {
    let (from, to) = rows::tag_key(key);
    rows.scan(&from, &to, &mut |key, _| {
        let (tag, path) = rows::tag_of(key).ok_or_else(damaged)?;
        visit(tag, path)
    })
}

/// How many live secrets bear each key, or each value of `key`.
pub(crate) fn count(rows: &impl Rows, key: Option<&str>) -> Result<BTreeMap<String, u64>> {
    let trashed = trashed_paths(rows)?;
    let (from, to) = key.map_or_else(rows::all_tags, rows::tag_key);
    let mut counts = BTreeMap::new();
    rows.scan(&from, &to, &mut |row, _| {
        let (tag, path) = rows::tag_of(row).ok_or_else(damaged)?;
        if trashed.contains(path) && !is_borne(rows, tag, path)? {
            return Ok(true);
        }
        let (own, value) = tag.split_once('=').ok_or_else(damaged)?;
        let name = if key.is_some() { value } else { own };
        match counts.get_mut(name) {
            Some(count) => *count += 1,
            None => drop(counts.insert(name.to_owned(), 1)),
        }
        Ok(true)
    })?;
    Ok(counts)
}

fn is_borne(rows: &impl Rows, tag: &str, path: &[u8]) -> Result<bool> {
    let path = rows::path_from(path).ok_or_else(damaged)?;
    Ok(secrets::find(rows, &path)?.is_some_and(|secret| bears(&secret.tags, tag)))
}

/// Where rows may be left from secrets in the trash.
fn trashed_paths(rows: &impl Rows) -> Result<HashSet<Vec<u8>>> {
    let mut paths = HashSet::new();
    trash::scan(rows, &mut |trashed| {
        paths.insert(rows::path_bytes(&trashed.path));
        Ok(true)
    })?;
    Ok(paths)
}

fn damaged() -> Error {
    Error::new(ErrorKind::Damaged, "a row of the tag index cannot be read; restore a backup of the file")
}
