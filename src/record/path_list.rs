//! Sorted paths in little room: each one says how much of the one before it repeats. FORMAT 8.9.

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
        let shared = self.before.iter().zip(path).take_while(|(one, other)| one == other).count();
        let rest = path.get(shared..).unwrap_or_default();
        for len in [shared, rest.len()] {
            let len = u16::try_from(len).map_err(|_| Error::internal("a path of 64 KiB"))?;
            self.bytes.extend_from_slice(&len.to_le_bytes());
        }
        self.bytes.extend_from_slice(rest);
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
    let shared = usize::from(fields.u16()?);
    let len = usize::from(fields.u16()?);
    let rest = fields.bytes(len)?;
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
    use super::*;

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
