//! Sorted paths in little room: each one says how much of the one before it repeats. FORMAT 8.9.

use std::cmp::Ordering;

use crate::error::{Error, ErrorKind, Result};
use crate::format::wire::{Malformed, Reader};

/// Writes paths in their order: `shared u16 | length u16 | bytes` each.
#[derive(Default)]
pub(crate) struct Writer {
    bytes: Vec<u8>,
    before: Vec<u8>,
    paths: usize,
}

impl Writer {
    /// Writes the next path, which must be greater than the last one.
    pub(crate) fn push(&mut self, path: &[u8]) -> Result<()> {
        let shared = common(&self.before, path);
        let rest = path.get(shared..).unwrap_or_default();
        Entry { shared, rest }.write(&mut self.bytes)?;
        self.before.truncate(shared);
        self.before.extend_from_slice(rest);
        self.paths += 1;
        Ok(())
    }

    /// The list so far.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// How many paths it holds.
    pub(crate) fn paths(&self) -> usize {
        self.paths
    }
}

/// Visits the paths in their order, until `visit` says `false`. One path at a time is held: all that a list could say in
/// little room would take more memory than it has bytes, by a factor that whoever wrote it chooses.
///
/// # Errors
///
/// [`ErrorKind::Damaged`] for bytes that are no such list, or paths out of order.
pub(crate) fn walk(bytes: &[u8], visit: &mut dyn FnMut(&[u8]) -> Result<bool>) -> Result<bool> {
    let mut fields = Reader::new(bytes);
    let mut path = Vec::new();
    while !fields.is_empty() {
        next(&mut fields, &mut path).map_err(|_| damaged())?;
        if !visit(&path)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The path behind `path` in its place.
fn next(fields: &mut Reader<'_>, path: &mut Vec<u8>) -> std::result::Result<(), Malformed> {
    let Entry { shared, rest } = Entry::read(fields)?;
    let replaced = path.get(shared..).ok_or(Malformed)?;
    // As much as possible is shared, so that one list has one form; and what follows is greater.
    let greater = match (replaced.first(), rest.first()) {
        (_, None) => false,
        (None, Some(_)) => true,
        (Some(old), Some(new)) => old < new,
    };
    if !greater {
        return Err(Malformed);
    }
    path.truncate(shared);
    path.extend_from_slice(rest);
    Ok(())
}

/// Where a path is in a list, or would be. The paths before it are not put together for that: how much an entry repeats of the one
/// before says on which side of `path` it lies, unless it deviates where `path` does.
struct Place<'a> {
    /// The list before it.
    before: &'a [u8],
    /// How much it repeats of the path before it.
    shared: usize,
    /// The entry at this place, if there is one, and the list behind that.
    entry: Option<(Entry<'a>, &'a [u8])>,
    /// How much more than `shared` it has in common with the path of that entry.
    more: usize,
}

/// What stands in a list for a path.
#[derive(Clone, Copy)]
struct Entry<'a> {
    shared: usize,
    rest: &'a [u8],
}

impl<'a> Place<'a> {
    fn of(list: &'a [u8], path: &[u8]) -> std::result::Result<Self, Malformed> {
        let (mut fields, mut shared) = (Reader::new(list), 0);
        loop {
            let before = list.get(..list.len() - fields.len()).ok_or(Malformed)?;
            if fields.is_empty() {
                return Ok(Self { before, shared, entry: None, more: 0 });
            }
            let entry = Entry::read(&mut fields)?;
            let left = path.get(shared..).ok_or(Malformed)?;
            let more = if entry.shared == shared { common(entry.rest, left) } else { 0 };
            let lies_before = match entry.shared.cmp(&shared) {
                Ordering::Greater => true,
                Ordering::Equal => entry.rest.get(more..) < left.get(more..),
                Ordering::Less => false,
            };
            if !lies_before {
                return Ok(Self { before, shared, entry: Some((entry, fields.rest())), more });
            }
            shared += more;
        }
    }

    /// Whether the list has the path there.
    fn is_taken_by(&self, path: &[u8]) -> bool {
        let is_whole = |(entry, _): &(Entry<'_>, _)| {
            entry.shared == self.shared
                && self.more == entry.rest.len()
                && self.shared + self.more == path.len()
        };
        self.entry.as_ref().is_some_and(is_whole)
    }
}

impl<'a> Entry<'a> {
    fn read(fields: &mut Reader<'a>) -> std::result::Result<Self, Malformed> {
        let shared = usize::from(fields.u16()?);
        let len = usize::from(fields.u16()?);
        Ok(Self { shared, rest: fields.bytes(len)? })
    }

    fn write(&self, list: &mut Vec<u8>) -> Result<()> {
        for len in [self.shared, self.rest.len()] {
            let len = u16::try_from(len).map_err(|_| Error::internal("a path of 64 KiB"))?;
            list.extend_from_slice(&len.to_le_bytes());
        }
        list.extend_from_slice(self.rest);
        Ok(())
    }
}

/// How many bytes both begin with.
fn common(one: &[u8], other: &[u8]) -> usize {
    one.iter().zip(other).take_while(|(one, other)| one == other).count()
}

/// Whether a list has this path.
///
/// # Errors
///
/// [`ErrorKind::Damaged`] if the part that was looked at is no list.
pub(crate) fn contains(list: &[u8], path: &[u8]) -> Result<bool> {
    Ok(Place::of(list, path).map_err(|_| damaged())?.is_taken_by(path))
}

/// The list with one path more; `None` if it has that already.
///
/// # Errors
///
/// As [`contains`].
pub(crate) fn insert(list: &[u8], path: &[u8]) -> Result<Option<Vec<u8>>> {
    let place = Place::of(list, path).map_err(|_| damaged())?;
    if place.is_taken_by(path) {
        return Ok(None);
    }
    let mut longer = Vec::with_capacity(list.len() + path.len() + 8);
    longer.extend_from_slice(place.before);
    let rest = path.get(place.shared..).unwrap_or_default();
    Entry { shared: place.shared, rest }.write(&mut longer)?;
    if let Some((Entry { shared, rest }, behind)) = place.entry {
        // It repeats as much of the new path as both have in common.
        let rest = rest.get(place.more..).unwrap_or_default();
        Entry { shared: shared + place.more, rest }.write(&mut longer)?;
        longer.extend_from_slice(behind);
    }
    Ok(Some(longer))
}

/// The list without a path; `None` if it does not have it.
///
/// # Errors
///
/// As [`contains`].
pub(crate) fn remove(list: &[u8], path: &[u8]) -> Result<Option<Vec<u8>>> {
    let place = Place::of(list, path).map_err(|_| damaged())?;
    if !place.is_taken_by(path) {
        return Ok(None);
    }
    let Some((gone, behind)) = place.entry else { return Ok(None) };
    let mut shorter = Vec::with_capacity(list.len());
    shorter.extend_from_slice(place.before);
    let mut fields = Reader::new(behind);
    if !fields.is_empty() {
        let next = Entry::read(&mut fields).map_err(|_| damaged())?;
        // What it repeated of the path that goes it says itself.
        let lent = gone.rest.get(..next.shared.saturating_sub(gone.shared)).ok_or_else(damaged)?;
        let rest = [lent, next.rest].concat();
        Entry { shared: next.shared.min(gone.shared), rest: &rest }.write(&mut shorter)?;
        shorter.extend_from_slice(fields.rest());
    }
    Ok(Some(shorter))
}

/// All paths of a list.
#[cfg(test)]
pub(crate) fn decode(bytes: &[u8]) -> Result<Vec<Vec<u8>>> {
    let mut paths = Vec::new();
    walk(bytes, &mut |path| {
        paths.push(path.to_vec());
        Ok(true)
    })?;
    Ok(paths)
}

/// The list of these paths.
#[cfg(test)]
pub(crate) fn encode<'a>(paths: impl IntoIterator<Item = &'a [u8]>) -> Result<Vec<u8>> {
    let mut list = Writer::default();
    paths.into_iter().try_for_each(|path| list.push(path))?;
    Ok(list.bytes)
}

fn damaged() -> Error {
    Error::new(ErrorKind::Damaged, "a row of the tag index cannot be read; restore a backup of the file")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;
    use crate::seeds::properties;

    /// Paths of few letters, so that they have much in common.
    fn path() -> impl Strategy<Value = Vec<u8>> {
        proptest::collection::vec(b'a'..=b'c', 1..7)
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 20_000, ..properties() })]
        #[test]
        fn a_list_changes_as_a_set_does(paths in proptest::collection::btree_set(path(), 0..12), one in path()) {
            let list_of = |set: &BTreeSet<Vec<u8>>| encode(set.iter().map(Vec::as_slice)).unwrap();
            let list = list_of(&paths);
            let (mut more, mut less) = (paths.clone(), paths.clone());
            let (is_new, was_there) = (more.insert(one.clone()), less.remove(&one));
            prop_assert_eq!(contains(&list, &one).unwrap(), was_there);
            prop_assert_eq!(insert(&list, &one).unwrap(), is_new.then(|| list_of(&more)));
            prop_assert_eq!(remove(&list, &one).unwrap(), was_there.then(|| list_of(&less)));
        }

        #[test]
        fn bytes_that_are_no_list_are_refused_or_changed_within_bounds(
            list in proptest::collection::vec(prop_oneof![0u8..4, any::<u8>()], 0..40),
            one in path(),
        ) {
            let is_list = walk(&list, &mut |_| Ok(true)).is_ok();
            for changed in [insert(&list, &one), remove(&list, &one)] {
                match changed {
                    Ok(changed) => prop_assert!(changed.is_none_or(|changed| changed.len() <= list.len() + one.len() + 8)),
                    Err(error) => {
                        prop_assert!(!is_list);
                        prop_assert_eq!(error.kind(), ErrorKind::Damaged);
                    }
                }
            }
        }
    }

    #[test]
    fn lists_give_back_their_paths_and_nothing_else_is_one() {
        let paths: [&[u8]; 4] = [b"a", b"a\0b", b"a\0c", b"b"];
        let bytes = encode(paths).unwrap();
        assert_eq!(bytes, b"\0\0\x01\0a\x01\0\x02\0\0b\x02\0\x01\0c\0\0\x01\0b");
        assert_eq!(decode(&bytes).unwrap(), paths);
        assert_eq!(decode(&[]).unwrap(), [[0u8; 0]; 0]);
        for bad in [
            &bytes[..bytes.len() - 1],
            b"\x01\0\x01\0a",
            b"\0\0\0\0",
            b"\0\0\x01\0b\0\0\x01\0a",
            b"\0\0\x01\0a\0\0\x01\0a",
            b"\0\0\x01\0a\0\0\x02\0ab",
        ] {
            assert_eq!(decode(bad).unwrap_err().kind(), ErrorKind::Damaged, "{bad:?}");
        }
    }
}
