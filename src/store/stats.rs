//! How much there is, and where.

use super::view::View;
use super::{Store, Transaction};
use crate::access::Action;
use crate::error::{Error, Result};
use crate::record::path::SecretPath;
use crate::tables::Rows;
use crate::tables::space::{Tally, measure};

/// Secrets and versions, and the bytes of their values before padding and sealing.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct Usage {
    /// Secrets.
    pub secrets: u64,
    /// Versions of them, those without a value among them.
    pub versions: u64,
    /// Bytes of the values of all versions.
    pub value_bytes: u64,
}

/// What [`Store::stats`] counted.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct Stats {
    /// Live secrets.
    pub live: Usage,
    /// Secrets in the trash.
    pub trash: Usage,
    /// Live secrets in each namespace directly below the one asked about, by its name.
    pub namespaces: Vec<(String, Usage)>,
    /// Bytes of the file.
    pub file_bytes: u64,
    /// Bytes of the file that hold rows. The rest is free, but for a few dozen blocks: [`Store::compact`] gives it back.
    pub used_bytes: u64,
}

impl Store {
    /// Counts secrets, versions and bytes. It takes a look at each of them.
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
    /// store.put("production/key", "four")?;
    /// store.put("production/key", "fifth")?;
    /// let stats = store.stats()?;
    /// assert_eq!((stats.live.secrets, stats.live.versions, stats.live.value_bytes), (1, 2, 9));
    /// assert_eq!(stats.namespaces[0].0, "production");
    /// # Ok::<(), strongroom::Error>(())
    /// ```
    pub fn stats(&self) -> Result<Stats> {
        self.look(Action::List, |view| view.stats(None))
    }

    /// As [`stats`](Self::stats), of what lies, or lay, strictly below a namespace.
    ///
    /// # Errors
    ///
    /// As [`list`](Self::list).
    pub fn stats_under<P>(&self, namespace: P) -> Result<Stats>
    where
        P: TryInto<SecretPath>,
        Error: From<P::Error>,
    {
        let namespace = namespace.try_into()?;
        self.look(Action::List, |view| view.stats(Some(&namespace)))
    }
}

impl Transaction<'_, '_> {
    /// As [`Store::stats`], of the state this transaction sees. The file is that of the last commit.
    ///
    /// # Errors
    ///
    /// As [`Store::stats`].
    pub fn stats(&self) -> Result<Stats> {
        self.look(Action::List)?;
        self.view().stats(None)
    }

    /// As [`Store::stats_under`], of the state this transaction sees. The file is that of the last commit.
    ///
    /// # Errors
    ///
    /// As [`Store::stats_under`].
    pub fn stats_under<P>(&self, namespace: P) -> Result<Stats>
    where
        P: TryInto<SecretPath>,
        Error: From<P::Error>,
    {
        self.look(Action::List)?;
        self.view().stats(Some(&namespace.try_into()?))
    }
}

impl<R: Rows> View<'_, R> {
    fn stats(&self, namespace: Option<&SecretPath>) -> Result<Stats> {
        let space = measure(self.rows, namespace)?;
        Ok(Stats {
            live: space.live.into(),
            trash: space.trash.into(),
            namespaces: space.children.into_iter().map(|(name, tally)| (name, tally.into())).collect(),
            file_bytes: self.tables.file().needed_len()?,
            used_bytes: space.used_bytes,
        })
    }
}

impl From<Tally> for Usage {
    fn from(tally: Tally) -> Self {
        Self { secrets: tally.secrets, versions: tally.versions, value_bytes: tally.bytes }
    }
}
