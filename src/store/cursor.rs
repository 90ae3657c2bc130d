//! Where a page ended, sealed. FORMAT 8.8.

use std::fmt;
use std::str::FromStr;

use data_encoding::BASE64URL_NOPAD;

use crate::crypto::aead::{self, OVERHEAD};
use crate::error::{Error, ErrorKind, Result};
use crate::format::aad;
use crate::format::wire::{Malformed, Reader};
use crate::limits::CURSOR_LEN_MAX;
use crate::sealed::file::SealedFile;
use crate::tables::list::Position;

/// Where a page ended: an opaque text that only the same store continues, and only for the same query.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Cursor(String);

impl Cursor {
    /// The cursor as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn sealed(&self) -> Result<Vec<u8>> {
        BASE64URL_NOPAD.decode(self.0.as_bytes()).map_err(|_| invalid())
    }

    /// A cursor that continues the query with this digest behind `last`.
    pub(super) fn seal(file: &SealedFile, query: &[u8; 32], last: &Position) -> Result<Self> {
        let plain = [&last.age.to_le_bytes()[..], &last.id, &last.path].concat();
        let mut sealed = vec![0; plain.len() + OVERHEAD];
        let aad = aad::cursor(file.place(), query);
        aead::seal(file.cursor_key(), &aad, &plain, &mut sealed)?;
        Ok(Self(BASE64URL_NOPAD.encode(&sealed)))
    }

    pub(super) fn open(&self, file: &SealedFile, query: &[u8; 32]) -> Result<Position> {
        let sealed = self.sealed()?;
        let mut plain = vec![0; sealed.len().checked_sub(OVERHEAD).ok_or_else(invalid)?];
        let aad = aad::cursor(file.place(), query);
        aead::open(file.cursor_key(), &aad, &sealed, &mut plain)?.map_err(|_| invalid())?;
        position(&plain).map_err(|_| invalid())
    }
}

fn position(plain: &[u8]) -> std::result::Result<Position, Malformed> {
    let mut fields = Reader::new(plain);
    let age = fields.i64()?;
    let id = fields.array()?;
    Ok(Position { age, id, path: fields.rest().to_vec() })
}

impl FromStr for Cursor {
    type Err = Error;

    /// # Errors
    ///
    /// [`ErrorKind::InvalidCursor`] for a text that cannot be one. Whether it continues a query is checked by
    /// [`Store::list`](crate::Store::list).
    fn from_str(text: &str) -> Result<Self> {
        if text.len() > CURSOR_LEN_MAX {
            return Err(invalid());
        }
        let cursor = Self(text.to_owned());
        if cursor.sealed()?.len() < OVERHEAD { Err(invalid()) } else { Ok(cursor) }
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn invalid() -> Error {
    Error::new(
        ErrorKind::InvalidCursor,
        "the cursor does not continue this query of this store; start again without",
    )
}
