//! Listing: pages of metadata, continued by a sealed cursor.

use std::borrow::Borrow;
use std::fmt;
use std::str::FromStr;

use data_encoding::BASE64URL_NOPAD;

use super::{SecretInfo, Store};
use crate::access::Action;
use crate::crypto::aead::{self, OVERHEAD};
use crate::crypto::mac::sha256;
use crate::error::{Error, ErrorKind, Result};
use crate::format::aad;
use crate::limits::{CURSOR_LEN_MAX, PAGE_ITEMS_DEFAULT, PAGE_ITEMS_MAX};
use crate::record::path::SecretPath;
use crate::sealed::file::SealedFile;
use crate::tables::{Rows, Tables, secrets};

/// Which secrets to list.
#[derive(Clone, Debug)]
pub struct Query {
    namespace: Option<String>,
    limit: usize,
    cursor: Option<Cursor>,
}

impl Query {
    /// Every live secret.
    #[must_use]
    pub fn all() -> Self {
        Self { namespace: None, limit: PAGE_ITEMS_DEFAULT, cursor: None }
    }

    /// Every live secret below `namespace`, at any depth. It ends on a segment: `prod` does not list
    /// `production/key`, and `production/key` does not list the secret of that very path.
    ///
    /// A text that breaks a rule of [`SecretPath`] is refused when it is used, by [`Store::list`].
    #[must_use]
    pub fn under(namespace: impl AsRef<str>) -> Self {
        Self { namespace: Some(namespace.as_ref().to_owned()), ..Self::all() }
    }

    /// At most this many items a page, 1 to 1,000. 50 by default.
    #[must_use]
    pub fn limit(mut self, limit: usize) -> Self {
        self.limit = limit;
        self
    }

    /// Continues behind the page that gave `cursor`. The rest of the query must be the same, but for the limit.
    #[must_use]
    pub fn after(mut self, cursor: Cursor) -> Self {
        self.cursor = Some(cursor);
        self
    }
}

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
}

impl FromStr for Cursor {
    type Err = Error;

    /// # Errors
    ///
    /// [`ErrorKind::InvalidCursor`] for a text that cannot be one. Whether it continues a query is checked by
    /// [`Store::list`].
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

/// A page of secrets, without their values, in the order of their paths segment by segment.
#[derive(Clone, Debug)]
pub struct Page {
    items: Vec<SecretInfo>,
    next: Option<Cursor>,
}

impl Page {
    /// The secrets of this page.
    #[must_use]
    pub fn items(&self) -> &[SecretInfo] {
        &self.items
    }

    /// Continues behind this page; `None` if this was the last.
    #[must_use]
    pub fn next_cursor(&self) -> Option<&Cursor> {
        self.next.as_ref()
    }

    /// Whether more secrets follow.
    #[must_use]
    pub fn has_more(&self) -> bool {
        self.next.is_some()
    }
}

impl IntoIterator for Page {
    type Item = SecretInfo;
    type IntoIter = std::vec::IntoIter<SecretInfo>;

    fn into_iter(self) -> Self::IntoIter {
        self.items.into_iter()
    }
}

impl Store {
    /// Lists secrets, one page at a time. Values are never part of a list.
    ///
    /// No transaction is held between pages: a secret that exists during the whole walk is listed exactly once,
    /// whatever is written meanwhile.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidArgument`] for a namespace that is no path; [`ErrorKind::LimitExceeded`] for a limit outside
    /// 1 to 1,000; [`ErrorKind::InvalidCursor`] for a cursor of another store or query, or an altered one.
    ///
    /// # Examples
    ///
    /// ```
    /// use strongroom::{Query, Store};
    ///
    /// let store = Store::in_memory()?;
    /// for name in ["a", "b", "c"] {
    ///     store.put(&format!("team/{name}"), "x")?;
    /// }
    /// let query = Query::under("team").limit(2);
    /// let first = store.list(&query)?;
    /// assert_eq!(first.items().len(), 2);
    /// let cursor = first.next_cursor().expect("one secret is left");
    /// assert_eq!(store.list(&query.after(cursor.clone()))?.items().len(), 1);
    /// # Ok::<(), strongroom::Error>(())
    /// ```
    pub fn list(&self, query: impl Borrow<Query>) -> Result<Page> {
        let tables = self.authorise(Action::List)?;
        tables.read(|rows| page(rows, self, &tables, query.borrow()))
    }

    /// What a cursor is bound to: who asks for what. No path holds a zero, so the parts cannot run together.
    fn query_digest(&self, namespace: Option<&SecretPath>) -> [u8; 32] {
        let namespace = namespace.map_or("", SecretPath::as_str);
        sha256(&[b"strongroom/1/query", self.principal.bytes(), &[0], namespace.as_bytes()])
    }
}

impl Cursor {
    fn seal(file: &SealedFile, query: &[u8; 32], last: &SecretPath) -> Result<Self> {
        let plain = last.as_str().as_bytes();
        let mut sealed = vec![0; plain.len() + OVERHEAD];
        let aad = aad::cursor(file.place(), query);
        aead::seal(file.cursor_key(), &aad, plain, &mut sealed)?;
        Ok(Self(BASE64URL_NOPAD.encode(&sealed)))
    }

    fn open(&self, file: &SealedFile, query: &[u8; 32]) -> Result<SecretPath> {
        let sealed = self.sealed()?;
        let mut plain = vec![0; sealed.len().checked_sub(OVERHEAD).ok_or_else(invalid)?];
        let aad = aad::cursor(file.place(), query);
        aead::open(file.cursor_key(), &aad, &sealed, &mut plain)?.map_err(|_| invalid())?;
        let path = std::str::from_utf8(&plain).map_err(|_| invalid())?;
        SecretPath::parse(path).map_err(|_| invalid())
    }
}

pub(super) fn page(rows: &impl Rows, store: &Store, tables: &Tables, query: &Query) -> Result<Page> {
    if !(1..=PAGE_ITEMS_MAX).contains(&query.limit) {
        return Err(Error::new(ErrorKind::LimitExceeded, format!("a page has 1 to {PAGE_ITEMS_MAX} items")));
    }
    let namespace = query.namespace.as_deref().map(SecretPath::parse).transpose()?;
    let digest = store.query_digest(namespace.as_ref());
    let after = query.cursor.as_ref().map(|cursor| cursor.open(tables.file(), &digest)).transpose()?;
    let listed = secrets::list(rows, namespace.as_ref(), after.as_ref(), query.limit)?;
    let next = match listed.secrets.last() {
        Some((last, _)) if listed.more => Some(Cursor::seal(tables.file(), &digest, last)?),
        _ => None,
    };
    let items = listed.secrets.into_iter().map(|(path, record)| SecretInfo::new(path, &record)).collect();
    Ok(Page { items, next })
}

fn invalid() -> Error {
    Error::new(
        ErrorKind::InvalidCursor,
        "the cursor does not continue this query of this store; start again without",
    )
}
