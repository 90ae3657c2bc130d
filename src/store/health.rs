//! How the store's file stands among other files.

use std::path::PathBuf;

use super::Store;
use crate::access::Action;
use crate::error::Result;

/// What [`Store::health`] found.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct Health {
    /// Number of the last durable commit.
    pub generation: u64,
    /// Whether the file is still the one at its path. If not, somebody removed it or put another in its place, and
    /// writing through this handle is refused.
    pub in_place: bool,
    /// Other files in the store's directory that carry its id, sorted, whatever they are called: conflict copies of a
    /// sync client, or backups. Each one may hold other secrets than this store, and opens with the passphrase of its
    /// time. They are told by their first bytes, which anybody can write.
    pub copies_beside: Vec<PathBuf>,
}

impl Store {
    /// Looks at the file from outside: its generation, its place, and copies of the store beside it.
    ///
    /// It writes nothing, and opens each regular file in the store's directory that can be read, for its first bytes.
    /// At most [`DIRECTORY_ENTRIES_MAX`](crate::limits::DIRECTORY_ENTRIES_MAX) names are looked at.
    ///
    /// # Errors
    ///
    /// [`Io`](crate::ErrorKind::Io) if the path or the directory cannot be looked at;
    /// [`Poisoned`](crate::ErrorKind::Poisoned) after a failed write.
    ///
    /// # Examples
    ///
    /// ```
    /// use strongroom::Store;
    ///
    /// let store = Store::in_memory()?;
    /// let health = store.health()?;
    /// assert!(health.in_place);
    /// for copy in &health.copies_beside {
    ///     println!("{} is a copy of this store", copy.display());
    /// }
    /// # Ok::<(), strongroom::Error>(())
    /// ```
    pub fn health(&self) -> Result<Health> {
        let tables = self.authorise(Action::Inspect)?;
        let file = tables.file();
        Ok(Health {
            generation: file.generation()?,
            in_place: file.is_in_place()?,
            copies_beside: file.copies()?,
        })
    }
}
