//! What there is to choose from: namespaces, tags.

use super::{Namespace, Query, Store};
use crate::access::Action;
use crate::error::{Error, Result};
use crate::record::path::SecretPath;
use crate::record::tag::tag_key;
use crate::tables::list::{self, Entry};
use crate::tables::tags;

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
        self.namespaces_of(&Query::all())
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
        self.namespaces_of(&Query::under(namespace.try_into()?))
    }

    fn namespaces_of(&self, query: &Query) -> Result<Vec<Namespace>> {
        let filter = query.filter()?;
        let entries =
            self.look(Action::List, |view| list::one_level(view.rows, &filter, None, usize::MAX))?;
        let namespaces = entries.items.into_iter().filter_map(|entry| match entry {
            Entry::Namespace(path, secrets) => Some(Namespace { path, secrets }),
            Entry::Secret(_) => None,
        });
        Ok(namespaces.collect())
    }

    /// Every key of a tag, sorted. It takes a look at every tag of every secret.
    ///
    /// # Errors
    ///
    /// As [`list`](Self::list).
    pub fn tag_keys(&self) -> Result<Vec<TagCount>> {
        self.tag_counts(None)
    }

    /// Every value that tags of this key have, sorted. It takes a look at every secret with such a tag.
    ///
    /// # Errors
    ///
    /// As [`list`](Self::list).
    pub fn tag_values(&self, key: &str) -> Result<Vec<TagCount>> {
        self.tag_counts(Some(&tag_key(key)?))
    }

    fn tag_counts(&self, key: Option<&str>) -> Result<Vec<TagCount>> {
        let counts = self.look(Action::List, |view| tags::count(view.rows, key))?;
        Ok(counts.into_iter().map(|(name, secrets)| TagCount { name, secrets }).collect())
    }
}
