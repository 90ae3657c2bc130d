//! Which paths bear a tag.
//!
//! A tag has rows of sorted paths, each up to about a kilobyte: the same paths in a row each would take three times the
//! room. Every live secret with the tag is among them. So may be one in the trash, so that deleting touches no more
//! than a few rows on a full disk: whoever follows the index looks at the secret itself.

use std::collections::{BTreeMap, BTreeSet, HashSet, VecDeque};

use super::snapshot::{Row, Rows};
use super::{Batch, rows, secrets, trash};
use crate::error::{Error, ErrorKind, Result};
use crate::record::path::SecretPath;
use crate::record::path_list::{self, Writer};

/// A row that gets longer is cut in two.
const ROW_LEN_MAX: usize = 1_000;

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
        remove(batch, gone, &bytes)?;
    }
    for new in after.split_terminator('\n').filter(|tag| !bears(before, tag)) {
        insert(batch, new, &bytes)?;
    }
    Ok(())
}

/// Removes what a secret leaves at `path`, where a live one may bear the same tags.
pub(crate) fn forget(batch: &mut Batch<'_>, path: &SecretPath, tags: &str) -> Result<()> {
    let live = secrets::find(batch, path)?.map(|secret| secret.tags).unwrap_or_default();
    let bytes = rows::path_bytes(path);
    for gone in tags.split_terminator('\n').filter(|tag| !bears(&live, tag)) {
        remove(batch, gone, &bytes)?;
    }
    Ok(())
}

/// The row that holds `path` if the tag's rows hold it at all.
fn row_of(rows: &impl Rows, tag: &str, path: &[u8]) -> Result<Option<Row>> {
    let (from, to) = rows::tag_up_to(tag, path);
    rows.last(&from, &to)
}

/// Whether the index has this tag at this path.
pub(crate) fn has(rows: &impl Rows, tag: &str, path: &[u8]) -> Result<bool> {
    let Some((_, row)) = row_of(rows, tag, path)? else { return Ok(false) };
    path_list::contains(&row, path)
}

fn insert(batch: &mut Batch<'_>, tag: &str, path: &[u8]) -> Result<()> {
    // The first row of a tag begins with the empty path, so that there is a row for every other.
    let (key, row) = row_of(batch, tag, path)?.unwrap_or_else(|| (rows::tag(tag, &[]), Vec::new()));
    let Some(list) = path_list::insert(&row, path)? else { return Ok(()) };
    if list.len() <= ROW_LEN_MAX {
        return batch.insert(&key, &list);
    }
    let mut paths = 0;
    path_list::walk(&list, &mut |_| {
        paths += 1;
        Ok(true)
    })?;
    let (mut front, mut back) = (Writer::default(), Writer::default());
    let mut bound = None;
    path_list::walk(&list, &mut |found| {
        if front.paths() < paths / 2 {
            front.push(found)?;
        } else {
            bound.get_or_insert_with(|| found.to_vec());
            back.push(found)?;
        }
        Ok(true)
    })?;
    if let Some(bound) = bound {
        batch.insert(&rows::tag(tag, &bound), back.bytes())?;
    }
    batch.insert(&key, front.bytes())
}

fn remove(batch: &mut Batch<'_>, tag: &str, path: &[u8]) -> Result<()> {
    let Some((key, row)) = row_of(batch, tag, path)? else { return Ok(()) };
    match path_list::remove(&row, path)? {
        None => Ok(()),
        Some(list) if list.is_empty() => batch.remove(&key).map(drop),
        Some(list) => batch.insert(&key, &list),
    }
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
        return scan_one(rows, first, from, &mut |path| Ok(path < to && visit(path)?));
    }
    // Each tag in turn goes to the greatest path seen: the rarest tag sets the pace.
    let mut walks: Vec<Walk<'_>> = tags.iter().map(|tag| Walk { tag, ahead: VecDeque::new() }).collect();
    let mut at = from.to_vec();
    loop {
        let mut agree = 0;
        for walk in &mut walks {
            match walk.go_to(rows, &at)?.filter(|found| *found < to) {
                None => return Ok(()),
                Some(found) if found == at => agree += 1,
                Some(found) => at = found.to_vec(),
            }
        }
        if agree == tags.len() {
            if !visit(&at)? {
                return Ok(());
            }
            // The next path that can be: nothing sorts between a path and itself with a zero.
            at.push(0);
        }
    }
}

/// The paths of one tag beside those of others.
struct Walk<'a> {
    tag: &'a str,
    /// Some of the paths that come next.
    ahead: VecDeque<Vec<u8>>,
}

impl Walk<'_> {
    const AHEAD: usize = 64;

    /// The first path from `from` on, which never lies before the last one asked for.
    fn go_to(&mut self, rows: &impl Rows, from: &[u8]) -> Result<Option<&[u8]>> {
        self.ahead.drain(..self.ahead.partition_point(|path| path.as_slice() < from));
        if self.ahead.is_empty() {
            scan_one(rows, self.tag, from, &mut |path| {
                self.ahead.push_back(path.to_vec());
                Ok(self.ahead.len() < Self::AHEAD)
            })?;
        }
        Ok(self.ahead.front().map(Vec::as_slice))
    }
}

/// Visits the paths that may bear a tag, from `from` on.
fn scan_one(
    rows: &impl Rows,
    tag: &str,
    from: &[u8],
    visit: &mut dyn FnMut(&[u8]) -> Result<bool>,
) -> Result<()> {
    let first = row_of(rows, tag, from)?.map_or_else(|| rows::tag(tag, &[]), |(key, _)| key);
    rows.scan(&first, &rows::tag_end(tag), &mut |_, row| {
        path_list::walk(row, &mut |path| if path < from { Ok(true) } else { visit(path) })
    })
}

/// Visits tags and paths of everything that may bear a tag of this key; by value, and then by path.
pub(crate) fn scan_key(
    rows: &impl Rows,
    key: &str,
    visit: &mut dyn FnMut(&str, &[u8]) -> Result<bool>,
) -> Result<()> {
    scan_rows(rows, rows::tag_key(key), visit)
}

/// Visits the paths that may bear a tag of this key, each once and in order, from `from` up to and without `to`, until
/// `visit` says `false`. It takes some of them from the rows of all values at a time, and more each time.
pub(crate) fn scan_key_in_order(
    rows: &impl Rows,
    key: &str,
    from: &[u8],
    to: &[u8],
    visit: &mut dyn FnMut(&[u8]) -> Result<bool>,
) -> Result<()> {
    const FIRST: usize = 64;
    const MOST: usize = 16_384;
    let (mut from, mut count) = (from.to_vec(), FIRST);
    loop {
        let next = first_of_key(rows, key, &from, to, count)?;
        for path in &next {
            if !visit(path)? {
                return Ok(());
            }
        }
        match next.last() {
            // The next path that can be: nothing sorts between a path and itself with a zero.
            Some(last) if next.len() == count => from = [last.as_slice(), &[0]].concat(),
            _ => return Ok(()),
        }
        count = MOST.min(2 * count);
    }
}

/// The first `count` paths that may bear a tag of this key, from `from` up to and without `to`.
fn first_of_key(
    rows: &impl Rows,
    key: &str,
    from: &[u8],
    to: &[u8],
    count: usize,
) -> Result<BTreeSet<Vec<u8>>> {
    let mut first: BTreeSet<Vec<u8>> = BTreeSet::new();
    let (mut value, end) = rows::tag_key(key);
    loop {
        let mut tag = None;
        rows.scan(&value, &end, &mut |key, _| {
            tag = Some(rows::tag_of(key).ok_or_else(damaged)?.0.to_owned());
            Ok(false)
        })?;
        let Some(tag) = tag else { return Ok(first) };
        scan_one(rows, &tag, from, &mut |path| {
            let is_full = first.len() == count;
            if path >= to || is_full && first.last().is_some_and(|last| path > last.as_slice()) {
                return Ok(false);
            }
            // Another value may have the same path, of a secret in the trash.
            if first.insert(path.to_vec()) && is_full {
                first.pop_last();
            }
            Ok(true)
        })?;
        value = rows::tag_end(&tag);
    }
}

/// Visits tags and paths of the whole index.
pub(crate) fn scan_all(rows: &impl Rows, visit: &mut dyn FnMut(&str, &[u8]) -> Result<bool>) -> Result<()> {
    scan_rows(rows, rows::all_tags(), visit)
}

fn scan_rows(
    rows: &impl Rows,
    (from, to): (Vec<u8>, Vec<u8>),
    visit: &mut dyn FnMut(&str, &[u8]) -> Result<bool>,
) -> Result<()> {
    rows.scan(&from, &to, &mut |key, row| {
        let (tag, _) = rows::tag_of(key).ok_or_else(damaged)?;
        path_list::walk(row, &mut |path| visit(tag, path))
    })
}

/// Whether every row holds paths, and none that belongs to the row before or behind.
pub(crate) fn check_rows(rows: &impl Rows) -> Result<()> {
    let (from, to) = rows::all_tags();
    let mut last: Option<(String, Vec<u8>)> = None;
    rows.scan(&from, &to, &mut |key, row| {
        let (tag, bound) = rows::tag_of(key).ok_or_else(damaged)?;
        let overlaps = last.as_ref().is_some_and(|(before, end)| before == tag && end.as_slice() >= bound);
        let (mut in_bounds, mut end) = (true, Vec::new());
        path_list::walk(row, &mut |path| {
            in_bounds &= path >= bound;
            end.clear();
            end.extend_from_slice(path);
            Ok(in_bounds)
        })?;
        // No path is empty.
        if overlaps || !in_bounds || end.is_empty() {
            return Err(damaged());
        }
        last = Some((tag.to_owned(), end));
        Ok(true)
    })
}

/// How many live secrets bear each key, or each value of `key`.
pub(crate) fn count(rows: &impl Rows, key: Option<&str>) -> Result<BTreeMap<String, u64>> {
    let trashed = trashed_paths(rows)?;
    let range = key.map_or_else(rows::all_tags, rows::tag_key);
    let mut counts = BTreeMap::new();
    scan_rows(rows, range, &mut |tag, path| {
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
