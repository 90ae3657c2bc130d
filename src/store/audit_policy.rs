//! What of reads is audited, and how long the log is kept: stored policy.

use super::{Policy, Transaction};
use crate::access::Action;
use crate::error::{Error, ErrorKind, Result};
use crate::limits::AUDIT_DAYS_MAX;
use crate::record::audit::EventKind;
use crate::record::policy::AuditPolicyRecord;
use crate::record::tier::Tier;
use crate::tables::state;

/// How reads of values are audited.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum AuditReads {
    /// Their events wait in memory, and are written with the next commits of the store, some thousands with each, by the read after
    /// which some thousands wait, and when the store is closed or locked. Repeated reads of one version through one handle are one event
    /// with a count. What waits is lost if the process is killed.
    #[default]
    Batched,
    /// The event is durable before the value is released. If it cannot be written, nothing is released: on a full disk the
    /// read fails with [`DiskFull`](ErrorKind::DiskFull), through a read-only handle with [`ReadOnly`](ErrorKind::ReadOnly).
    ///
    /// In a transaction the event is in its commit, or in the next one if that fails. When more events wait for it than are
    /// told one by one, 12,000, the read fails with [`LimitExceeded`](ErrorKind::LimitExceeded): commit the transaction, and
    /// read the rest in another.
    Strict,
    /// There are no events of reads.
    Off,
}

/// What of reads is audited, by tier, and how long the audit log is kept. Mutations are always audited.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct AuditPolicy {
    reads: [AuditReads; 3],
    days: Option<u32>,
    bytes: Option<u64>,
}

impl AuditPolicy {
    /// Reads are [batched](AuditReads::Batched), and the log is kept for good.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Audits reads of every secret so.
    #[must_use]
    pub fn reads(mut self, reads: AuditReads) -> Self {
        self.reads = [reads; 3];
        self
    }

    /// Audits reads of secrets of this tier so. What is refused because there is no such secret goes with the least tier.
    #[must_use]
    pub fn reads_of(mut self, tier: Tier, reads: AuditReads) -> Self {
        if let Some(place) = self.reads.get_mut(usize::from(tier.code())) {
            *place = reads;
        }
        self
    }

    /// Lets a [sweep](crate::Store::sweep) remove events that are older than so many days, 1 to 36,500; `None` keeps them.
    #[must_use]
    pub fn keep_days(mut self, days: impl Into<Option<u32>>) -> Self {
        self.days = days.into();
        self
    }

    /// Lets a [sweep](crate::Store::sweep) remove the oldest events while the log has more than so many bytes; `None` keeps them.
    #[must_use]
    pub fn keep_bytes(mut self, bytes: impl Into<Option<u64>>) -> Self {
        self.bytes = bytes.into();
        self
    }

    /// How reads of secrets of this tier are audited.
    #[must_use]
    pub fn of(&self, tier: Tier) -> AuditReads {
        self.reads.get(usize::from(tier.code())).copied().unwrap_or_default()
    }

    /// For how many days events are kept; `None` is for good.
    #[must_use]
    pub fn days(&self) -> Option<u32> {
        self.days
    }

    /// From how many bytes on the oldest events go; `None` is never.
    #[must_use]
    pub fn bytes(&self) -> Option<u64> {
        self.bytes
    }

    fn record(&self) -> AuditPolicyRecord {
        let code = |reads| match reads {
            AuditReads::Batched => 0,
            AuditReads::Strict => 1,
            AuditReads::Off => 2,
        };
        AuditPolicyRecord { reads: self.reads.map(code), keep_days: self.days, keep_bytes: self.bytes }
    }

    /// # Errors
    ///
    /// [`ErrorKind::UnsupportedFormat`] for a way to audit that a newer version knows.
    pub(super) fn from_record(record: &AuditPolicyRecord) -> Result<Self> {
        let mut policy = Self { days: record.keep_days, bytes: record.keep_bytes, ..Self::default() };
        for (place, code) in policy.reads.iter_mut().zip(record.reads) {
            *place = match code {
                0 => AuditReads::Batched,
                1 => AuditReads::Strict,
                2 => AuditReads::Off,
                _ => {
                    let message = "the store audits reads in a way that a newer version of strongroom knows";
                    return Err(Error::new(ErrorKind::UnsupportedFormat, message));
                }
            };
        }
        Ok(policy)
    }
}

impl Policy<'_> {
    /// What of reads is audited, and how long the log is kept.
    ///
    /// # Errors
    ///
    /// [`Locked`](ErrorKind::Locked); [`Tampered`](ErrorKind::Tampered).
    pub fn audit(&self) -> Result<AuditPolicy> {
        let tables = self.0.authorise(Action::Administer)?;
        AuditPolicy::from_record(&tables.read(|rows| state::audit_policy(rows))?)
    }

    /// Says what of reads is audited, and how long the log is kept, instead of what was said before. The change is audited.
    ///
    /// # Errors
    ///
    /// As [`Store::put`](crate::Store::put); [`ErrorKind::InvalidArgument`] for days outside 1 to 36,500.
    ///
    /// # Examples
    ///
    /// ```
    /// use strongroom::{AuditPolicy, AuditReads, Store, Tier};
    ///
    /// let store = Store::in_memory()?;
    /// store.policy().set_audit(AuditPolicy::new().reads_of(Tier::Critical, AuditReads::Strict).keep_days(365))?;
    /// assert_eq!(store.policy().audit()?.of(Tier::Critical), AuditReads::Strict);
    /// # Ok::<(), strongroom::Error>(())
    /// ```
    pub fn set_audit(&self, policy: AuditPolicy) -> Result<()> {
        self.0.transaction(|tx| tx.set_audit_policy(policy))
    }
}

impl Transaction<'_, '_> {
    /// As [`Policy::audit`], of the state this transaction sees.
    ///
    /// # Errors
    ///
    /// As [`Policy::audit`].
    pub fn audit_policy(&self) -> Result<AuditPolicy> {
        self.look(Action::Administer)?;
        AuditPolicy::from_record(&state::audit_policy(self.view().rows)?)
    }

    /// As [`Policy::set_audit`], in this transaction. Reads are audited so once it is committed.
    ///
    /// # Errors
    ///
    /// As [`Policy::set_audit`].
    pub fn set_audit_policy(&mut self, policy: AuditPolicy) -> Result<()> {
        self.change(|tx| {
            tx.authorise(Action::Administer)?;
            if policy.days.is_some_and(|days| !(1..=AUDIT_DAYS_MAX).contains(&days)) {
                let message = format!("the audit log is kept for 1 to {AUDIT_DAYS_MAX} days, or for good");
                return Err(Error::new(ErrorKind::InvalidArgument, message));
            }
            state::set_audit_policy(tx.batch, &policy.record())?;
            tx.log_change(EventKind::AuditPolicyChanged, None)
        })
    }
}
