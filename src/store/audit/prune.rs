//! Removing old events, when a sweep does.

use crate::clock::Timestamp;
use crate::error::Result;
use crate::limits::SEGMENTS_PRUNED_MAX;
use crate::record::audit::EventKind;
use crate::store::{AuditPolicy, SweepReport, Transaction};
use crate::tables::prune::{Keep, prune};
use crate::tables::state;

impl Transaction<'_, '_> {
    /// Removes what the policy does not keep, judged by `time`, and says whether there is more.
    pub(in crate::store) fn prune_audit(
        &mut self,
        time: Timestamp,
        report: &mut SweepReport,
    ) -> Result<bool> {
        let policy = AuditPolicy::from_record(&state::audit_policy(self.batch)?)?;
        if policy.days().is_none() && policy.bytes().is_none() {
            return Ok(false);
        }
        let age = |days: u32| i64::from(days).saturating_mul(86_400_000);
        let keep = Keep {
            since: policy.days().map(|days| time.as_millis().saturating_sub(age(days))),
            bytes: policy.bytes(),
        };
        let pruned = prune(self.batch, keep, SEGMENTS_PRUNED_MAX)?;
        if pruned.events > 0 {
            report.audit_events = pruned.events;
            let count = u32::try_from(pruned.events).unwrap_or(u32::MAX);
            self.log_count(EventKind::AuditPruned, pruned.next, count)?;
        }
        Ok(pruned.more)
    }
}
