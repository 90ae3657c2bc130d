//! Listing: pages of metadata, continued by a sealed cursor.

use std::borrow::Borrow;

use super::view::View;
use super::{Cursor, Query, SecretInfo, Store, Transaction};
use crate::access::Action;
use crate::error::{Error, ErrorKind, Result};
use crate::limits::PAGE_ITEMS_MAX;
use crate::record::path::SecretPath;
use crate::tables::list::{Entry, Filter, Order, Position, Shelf};
use crate::tables::{Rows, list};

/// A page of secrets, without their values.
#[derive(Clone, Debug)]
pub struct Page {
    items: Vec<SecretInfo>,
    namespaces: Vec<Namespace>,
    next: Option<Cursor>,
    total: Option<u64>,
}

/// A namespace, and how many live secrets there are in it at any depth.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Namespace {
    /// Its path.
    pub path: SecretPath,
    /// Live secrets strictly below it that the query accepts.
    pub secrets: u64,
}

impl Page {
    /// The secrets of this page.
    #[must_use]
    pub fn items(&self) -> &[SecretInfo] {
        &self.items
    }

    /// The namespaces of this page, if only [one level](Query::one_level) was asked for. They count for its limit.
    #[must_use]
    pub fn namespaces(&self) -> &[Namespace] {
        &self.namespaces
    }

    /// Continues behind this page; `None` if this was the last.
    #[must_use]
    pub fn next_cursor(&self) -> Option<&Cursor> {
        self.next.as_ref()
    }

    /// Whether more follows.
    #[must_use]
    pub fn has_more(&self) -> bool {
        self.next.is_some()
    }

    /// How many secrets the query accepts in all, at any depth, if it [asked](Query::count) and this is the first page.
    #[must_use]
    pub fn total(&self) -> Option<u64> {
        self.total
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
    /// No transaction is held between pages: a secret that stays as it is during the whole walk is listed exactly once,
    /// whatever is written to others meanwhile.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidArgument`] for a text that breaks a rule, or a query for one level of anything but live secrets
    /// by path; [`ErrorKind::LimitExceeded`] for a limit outside 1 to 1,000; [`ErrorKind::InvalidCursor`] for a cursor
    /// of another store or query, or an altered one.
    ///
    /// # Examples
    ///
    /// ```
    /// use strongroom::{Put, Query, Store};
    ///
    /// let store = Store::in_memory()?;
    /// for name in ["a", "b", "c"] {
    ///     store.put_with(&format!("team/{name}"), "x", Put::new().tag("env", "prod"))?;
    /// }
    /// let query = Query::under("team").tag("env", "prod").limit(2).count(true);
    /// let first = store.list(&query)?;
    /// assert_eq!((first.items().len(), first.total()), (2, Some(3)));
    /// let cursor = first.next_cursor().expect("one secret is left");
    /// assert_eq!(store.list(&query.after(cursor.clone()))?.items().len(), 1);
    /// # Ok::<(), strongroom::Error>(())
    /// ```
    pub fn list(&self, query: impl Borrow<Query>) -> Result<Page> {
        self.look(Action::List, |view| view.page(query.borrow()))
    }

    /// Walks through all pages of a query.
    ///
    /// # Examples
    ///
    /// ```
    /// use strongroom::{Query, Store};
    ///
    /// let store = Store::in_memory()?;
    /// store.put("name", "value")?;
    /// for info in store.scan(Query::all()) {
    ///     println!("{}", info?.path());
    /// }
    /// # Ok::<(), strongroom::Error>(())
    /// ```
    pub fn scan(&self, query: Query) -> Scan<'_> {
        Scan { store: self, query: Some(query), page: Vec::new().into_iter() }
    }
}

/// The secrets of all pages of a query: see [`Store::scan`]. After an error it ends.
pub struct Scan<'a> {
    store: &'a Store,
    /// The query of the next page.
    query: Option<Query>,
    page: std::vec::IntoIter<SecretInfo>,
}

impl std::fmt::Debug for Scan<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Scan")
    }
}

impl Iterator for Scan<'_> {
    type Item = Result<SecretInfo>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(info) = self.page.next() {
                return Some(Ok(info));
            }
            let query = self.query.take()?;
            match self.store.list(&query) {
                Ok(page) => {
                    self.query = page.next_cursor().cloned().map(|cursor| query.after(cursor));
                    self.page = page.into_iter();
                }
                Err(error) => return Some(Err(error)),
            }
        }
    }
}

impl Transaction<'_, '_> {
    /// As [`Store::list`], of the state this transaction sees.
    ///
    /// # Errors
    ///
    /// As [`Store::list`].
    pub fn list(&self, query: impl Borrow<Query>) -> Result<Page> {
        self.look(Action::List)?;
        self.view().page(query.borrow())
    }
}

impl<R: Rows> View<'_, R> {
    pub(super) fn page(&self, query: &Query) -> Result<Page> {
        let only_counts = query.limit == 0 && query.count;
        if !only_counts && !(1..=PAGE_ITEMS_MAX).contains(&query.limit) {
            let message = format!("a page has 1 to {PAGE_ITEMS_MAX} items");
            return Err(Error::new(ErrorKind::LimitExceeded, message));
        }
        let filter = query.filter()?;
        if query.one_level && (filter.shelf, filter.order) != (Shelf::Live, Order::Path) {
            let message = "one level is listed of live secrets, sorted by path";
            return Err(Error::new(ErrorKind::InvalidArgument, message));
        }
        let file = self.tables.file();
        let digest = query.digest(self.store.principal, &filter);
        let after = query.cursor.as_ref().map(|cursor| cursor.open(file, &digest)).transpose()?;
        let total = (query.count && after.is_none()).then(|| list::count(self.rows, &filter)).transpose()?;
        let mut page = Page { items: Vec::new(), namespaces: Vec::new(), next: None, total };
        if query.limit == 0 {
            return Ok(page);
        }
        let last = if query.one_level {
            self.one_level(&filter, after.as_ref(), query.limit, &mut page)?
        } else {
            self.all_levels(&filter, after.as_ref(), query.limit, &mut page)?
        };
        page.next = last.map(|last| Cursor::seal(file, &digest, &last)).transpose()?;
        Ok(page)
    }

    /// Fills a page, and says where it ends if more follows.
    fn all_levels(
        &self,
        filter: &Filter,
        after: Option<&Position>,
        limit: usize,
        page: &mut Page,
    ) -> Result<Option<Position>> {
        let listed = list::list(self.rows, filter, after, limit)?;
        let last = listed.items.last().filter(|_| listed.more);
        let last = last.map(|last| Position::of(filter.order, &last.path, &last.secret));
        for chosen in listed.items {
            page.items.push(SecretInfo::listed(self.store, chosen)?);
        }
        Ok(last)
    }

    /// As [`all_levels`](Self::all_levels), of what lies directly in the namespace.
    fn one_level(
        &self,
        filter: &Filter,
        after: Option<&Position>,
        limit: usize,
        page: &mut Page,
    ) -> Result<Option<Position>> {
        let listed = list::one_level(self.rows, filter, after, limit)?;
        let last = listed.items.last().filter(|_| listed.more).map(|last| match last {
            Entry::Secret(chosen) => Position::of(Order::Path, &chosen.path, &chosen.secret),
            Entry::Namespace(path, _) => Position::behind(path),
        });
        for entry in listed.items {
            match entry {
                Entry::Secret(chosen) => page.items.push(SecretInfo::listed(self.store, *chosen)?),
                Entry::Namespace(path, secrets) => page.namespaces.push(Namespace { path, secrets }),
            }
        }
        Ok(last)
    }
}

#[cfg(test)]
mod tests;
