//! What there is to choose from: namespaces, tags.

use super::view::View;
use super::{Namespace, Query, Store, Transaction};
use crate::access::Action;
use crate::error::{Error, Result};
use crate::record::path::SecretPath;
use crate::record::tag::tag_key;
use crate::tables::list::{self, Entry};
use crate::tables::{Rows, tags};

/// A key of tags, or a value, and how many live secrets bear it.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct TagCount {
    /// The key, or the value.
    pub name: String,
    /// Live secrets.
    pub secrets: u64,
}

impl Store {
    /// The namespaces of the first level, by path. It takes a look at every live secret.
    ///
    /// # Errors
    ///
    /// As [`list`](Self::list).
    pub fn namespaces(&self) -> Result<Vec<Namespace>> {
        self.look(Action::List, |view| view.namespaces(&Query::all()))
    }

    /// The namespaces directly in a namespace, by path. It takes a look at every live secret below.
    ///
    /// # Errors
    ///
    /// As [`list`](Self::list).
    ///
    /// # Examples
    ///
    /// ```
    /// use strongroom::Store;
    ///
    /// let store = Store::in_memory()?;
    /// store.put("production/db/user", "app")?;
    /// store.put("production/db/password", "hunter2")?;
    /// let below = store.namespaces_under("production")?;
    /// assert_eq!((below[0].path.as_str(), below[0].secrets), ("production/db", 2));
    /// # Ok::<(), strongroom::Error>(())
    /// ```
    pub fn namespaces_under<P>(&self, namespace: P) -> Result<Vec<Namespace>>
    where
        P: TryInto<SecretPath>,
        Error: From<P::Error>,
    {
        let query = Query::under(namespace.try_into()?);
        self.look(Action::List, |view| view.namespaces(&query))
    }

    /// Every key of a tag, sorted. It takes a look at every tag of every secret.
    ///
    /// # Errors
    ///
    /// As [`list`](Self::list).
    pub fn tag_keys(&self) -> Result<Vec<TagCount>> {
        self.look(Action::List, |view| view.tag_counts(None))
    }

    /// Every value that tags of this key have, sorted. It takes a look at every secret with such a tag.
    ///
    /// # Errors
    ///
    /// As [`list`](Self::list).
    pub fn tag_values(&self, key: &str) -> Result<Vec<TagCount>> {
        let key = tag_key(key)?;
        self.look(Action::List, |view| view.tag_counts(Some(&key)))
    }
}

impl Transaction<'_, '_> {
    /// As [`Store::namespaces`], of the state this transaction sees.
    ///
    /// # Errors
    ///
    /// As [`Store::namespaces`].
    pub fn namespaces(&self) -> Result<Vec<Namespace>> {
        self.look(Action::List)?;
        self.view().namespaces(&Query::all())
    }

    /// As [`Store::namespaces_under`], of the state this transaction sees.
    ///
    /// # Errors
    ///
    /// As [`Store::namespaces_under`].
    pub fn namespaces_under<P>(&self, namespace: P) -> Result<Vec<Namespace>>
    where
        P: TryInto<SecretPath>,
        Error: From<P::Error>,
    {
        self.look(Action::List)?;
        self.view().namespaces(&Query::under(namespace.try_into()?))
    }

    /// As [`Store::tag_keys`], of the state this transaction sees.
    ///
    /// # Errors
    ///
    /// As [`Store::tag_keys`].
    pub fn tag_keys(&self) -> Result<Vec<TagCount>> {
        self.look(Action::List)?;
        self.view().tag_counts(None)
    }

    /// As [`Store::tag_values`], of the state this transaction sees.
    ///
    /// # Errors
    ///
    /// As [`Store::tag_values`].
    pub fn tag_values(&self, key: &str) -> Result<Vec<TagCount>> {
        self.look(Action::List)?;
        self.view().tag_counts(Some(&tag_key(key)?))
    }
}

impl<R: Rows> View<'_, R> {
    fn namespaces(&self, query: &Query) -> Result<Vec<Namespace>> {
        let entries = list::one_level(self.rows, &query.filter()?, None, usize::MAX)?.items;
        let namespaces = entries.into_iter().filter_map(|entry| match entry {
            Entry::Namespace(path, secrets) => Some(Namespace { path, secrets }),
            Entry::Secret(_) => None,
        });
        Ok(namespaces.collect())
    }

    fn tag_counts(&self, key: Option<&str>) -> Result<Vec<TagCount>> {
        let counts = tags::count(self.rows, key)?;
        Ok(counts.into_iter().map(|(name, secrets)| TagCount { name, secrets }).collect())
    }
}
