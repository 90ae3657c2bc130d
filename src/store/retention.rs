//! How long things are kept: stored policy.

use super::{Policy, Transaction};
use crate::access::Action;
use crate::error::{Error, ErrorKind, Result};
use crate::limits::TRASH_DAYS_MAX;
use crate::record::audit::EventKind;
use crate::record::path::SecretPath;
use crate::record::policy::RetentionRecord;
use crate::tables::retention;

/// How many versions are kept, and for how many days what is deleted can be restored.
///
/// It is said of a secret ([`Put::max_versions`](crate::Put::max_versions), [`Put::trash_days`](crate::Put::trash_days)), of a
/// namespace, or of the store; what is not said is inherited: from the nearest namespace, then from the store, and then it is
/// 10 versions and 30 days. Another number of versions takes effect with the next version of a secret, another
/// number of days with the next delete.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Retention {
    max_versions: Option<u32>,
    trash_days: Option<u16>,
}

impl Retention {
    /// Everything is inherited.
    #[must_use]
    pub fn inherited() -> Self {
        Self::default()
    }

    /// Keeps so many versions of each secret, the current one among them; 0 keeps all.
    #[must_use]
    pub fn keep_versions(mut self, versions: impl Into<Option<u32>>) -> Self {
        self.max_versions = versions.into();
        self
    }

    /// Keeps what is deleted for so many days, 0 to 3,650.
    #[must_use]
    pub fn keep_trash_days(mut self, days: impl Into<Option<u16>>) -> Self {
        self.trash_days = days.into();
        self
    }

    /// How many versions are kept, 0 for all; `None` if that is inherited.
    #[must_use]
    pub fn max_versions(&self) -> Option<u32> {
        self.max_versions
    }

    /// For how many days what is deleted is kept; `None` if that is inherited.
    #[must_use]
    pub fn trash_days(&self) -> Option<u16> {
        self.trash_days
    }
}

impl Policy<'_> {
    /// What is said of the store.
    ///
    /// # Errors
    ///
    /// [`Locked`](ErrorKind::Locked); [`Tampered`](ErrorKind::Tampered).
    pub fn retention(&self) -> Result<Retention> {
        self.find_retention(None)
    }

    /// What is said of a namespace itself.
    ///
    /// # Errors
    ///
    /// As [`retention`](Self::retention).
    pub fn retention_under<P>(&self, namespace: P) -> Result<Retention>
    where
        P: TryInto<SecretPath>,
        Error: From<P::Error>,
    {
        self.find_retention(Some(&namespace.try_into()?))
    }

    /// Every namespace that something is said of, by path; the store as `None`.
    ///
    /// # Errors
    ///
    /// As [`retention`](Self::retention).
    pub fn retentions(&self) -> Result<Vec<(Option<SecretPath>, Retention)>> {
        let all = self.0.authorise(Action::Administer)?.read(|rows| retention::all(rows))?;
        Ok(all.into_iter().map(|(namespace, record)| (namespace, record.into())).collect())
    }

    /// What holds for a secret at `path` of which itself nothing is said: never inherited, because where nobody says anything ten versions
    /// are kept, and the trash for 30 days.
    ///
    /// # Errors
    ///
    /// As [`retention`](Self::retention).
    pub fn retention_at<P>(&self, path: P) -> Result<Retention>
    where
        P: TryInto<SecretPath>,
        Error: From<P::Error>,
    {
        let path = path.try_into()?;
        Ok(self.0.authorise(Action::Administer)?.read(|rows| retention::at(rows, &path))?.into())
    }

    /// Says what the store keeps, instead of what was said before.
    ///
    /// # Errors
    ///
    /// As [`Store::put`](crate::Store::put); [`ErrorKind::InvalidArgument`] for more than 3,650 days.
    ///
    /// # Examples
    ///
    /// ```
    /// use strongroom::{Retention, Store};
    ///
    /// let store = Store::in_memory()?;
    /// store.policy().set_retention(Retention::inherited().keep_versions(3))?;
    /// store.policy().set_retention_under("scratch", Retention::inherited().keep_trash_days(0))?;
    /// let holds = store.policy().retention_at("scratch/key")?;
    /// assert_eq!((holds.max_versions(), holds.trash_days()), (Some(3), Some(0)));
    /// # Ok::<(), strongroom::Error>(())
    /// ```
    pub fn set_retention(&self, retention: Retention) -> Result<()> {
        self.change_retention(None, retention)
    }

    /// Says what a namespace keeps, instead of what was said before. There need not be a secret in it.
    ///
    /// # Errors
    ///
    /// As [`set_retention`](Self::set_retention).
    pub fn set_retention_under<P>(&self, namespace: P, retention: Retention) -> Result<()>
    where
        P: TryInto<SecretPath>,
        Error: From<P::Error>,
    {
        self.change_retention(Some(&namespace.try_into()?), retention)
    }

    fn find_retention(&self, namespace: Option<&SecretPath>) -> Result<Retention> {
        let tables = self.0.authorise(Action::Administer)?;
        Ok(tables.read(|rows| retention::find(rows, namespace))?.into())
    }

    fn change_retention(&self, namespace: Option<&SecretPath>, changed: Retention) -> Result<()> {
        self.0.transaction(|tx| tx.change_retention(namespace, changed))
    }
}

impl Transaction<'_, '_> {
    /// As [`Policy::retention`], of the state this transaction sees.
    ///
    /// # Errors
    ///
    /// As [`Policy::retention`].
    pub fn retention(&self) -> Result<Retention> {
        self.find_retention(None)
    }

    /// As [`Policy::retention_under`], of the state this transaction sees.
    ///
    /// # Errors
    ///
    /// As [`Policy::retention_under`].
    pub fn retention_under<P>(&self, namespace: P) -> Result<Retention>
    where
        P: TryInto<SecretPath>,
        Error: From<P::Error>,
    {
        self.find_retention(Some(&namespace.try_into()?))
    }

    /// As [`Policy::retention_at`], of the state this transaction sees.
    ///
    /// # Errors
    ///
    /// As [`Policy::retention_at`].
    pub fn retention_at<P>(&self, path: P) -> Result<Retention>
    where
        P: TryInto<SecretPath>,
        Error: From<P::Error>,
    {
        let path = path.try_into()?;
        self.look(Action::Administer)?;
        Ok(retention::at(self.view().rows, &path)?.into())
    }

    fn find_retention(&self, namespace: Option<&SecretPath>) -> Result<Retention> {
        self.look(Action::Administer)?;
        Ok(retention::find(self.view().rows, namespace)?.into())
    }

    /// As [`Policy::set_retention`], in this transaction.
    ///
    /// # Errors
    ///
    /// As [`Policy::set_retention`].
    pub fn set_retention(&mut self, retention: Retention) -> Result<()> {
        self.change_retention(None, retention)
    }

    /// As [`Policy::set_retention_under`], in this transaction.
    ///
    /// # Errors
    ///
    /// As [`Policy::set_retention_under`].
    pub fn set_retention_under<P>(&mut self, namespace: P, retention: Retention) -> Result<()>
    where
        P: TryInto<SecretPath>,
        Error: From<P::Error>,
    {
        let namespace = self.change(|_| Ok(namespace.try_into()?))?;
        self.change_retention(Some(&namespace), retention)
    }

    fn change_retention(&mut self, namespace: Option<&SecretPath>, changed: Retention) -> Result<()> {
        self.change(|tx| {
            tx.authorise(Action::Administer)?;
            let Retention { max_versions, trash_days } = changed;
            check_trash_days(trash_days)?;
            retention::set(tx.batch, namespace, &RetentionRecord { max_versions, trash_days })?;
            tx.log_change(EventKind::RetentionChanged, namespace)
        })
    }
}

/// # Errors
///
/// [`ErrorKind::InvalidArgument`] for more days than are allowed.
pub(super) fn check_trash_days(days: Option<u16>) -> Result<()> {
    if days.is_some_and(|days| days > TRASH_DAYS_MAX) {
        let message = format!("the trash is kept for 0 to {TRASH_DAYS_MAX} days");
        return Err(Error::new(ErrorKind::InvalidArgument, message));
    }
    Ok(())
}

impl From<RetentionRecord> for Retention {
    fn from(record: RetentionRecord) -> Self {
        Self { max_versions: record.max_versions, trash_days: record.trash_days }
    }
}
