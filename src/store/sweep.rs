//! Sweeping: what the time alone has decided is carried out, when somebody says so.

use super::view::View;
use super::{Store, Transaction};
use crate::access::Action;
use crate::clock::Timestamp;
use crate::error::{Error, ErrorKind, Result};
use crate::limits::EXPIRY_LEADS_DAYS;
use crate::record::audit::EventKind;
use crate::record::expiry::OnExpiry;
use crate::tables::schedule::{self, Scheduled, What};
use crate::tables::{history, secrets, trash};

impl Store {
    /// Removes for good what has been in the trash for its time: secrets, and single versions. Nothing else does; reading
    /// never deletes. It also forgets calls with an [idempotency key](crate::Context::idempotency_key) whose time is over.
    ///
    /// One call is one commit, and removes no more than it is told; [`SweepReport::more`] says whether to call again.
    ///
    /// If the clock went forward by more than a year at once, nothing is removed that was not due before, until
    /// [`Sweep::confirm_clock`] says that the clock is right.
    ///
    /// # Errors
    ///
    /// As [`put`](Self::put).
    pub fn sweep(&self, sweep: impl std::borrow::Borrow<Sweep>) -> Result<SweepReport> {
        self.transaction(|tx| tx.sweep(sweep))
    }
}

impl Transaction<'_, '_> {
    /// As [`Store::sweep`], in this transaction.
    ///
    /// # Errors
    ///
    /// As [`Store::sweep`].
    pub fn sweep(&mut self, sweep: impl std::borrow::Borrow<Sweep>) -> Result<SweepReport> {
        self.change(|tx| {
            tx.authorise(Action::Administer)?;
            let sweep = sweep.borrow();
            if sweep.clock_confirmed {
                tx.confirm_clock()?;
            }
            let time = tx.view().purge_time()?;
            let items = sweep.items.min(tx.room());
            let mut report = SweepReport { held_back: time < tx.now(), ..SweepReport::default() };
            for trashed in trash::due(tx.batch, time.as_millis(), items)? {
                trash::remove(tx.batch, &trashed)?;
                report.secrets += 1;
                report.versions += trash::erase(tx.batch, &trashed.path, &trashed.secret)?;
                let secret = (&trashed.path, trashed.secret.id);
                tx.log(EventKind::SecretPurged, secret, trashed.secret.current.number)?;
            }
            let done = usize::try_from(report.secrets).unwrap_or(usize::MAX);
            let due = trash::due_versions(tx.batch, time.as_millis(), items.saturating_sub(done))?;
            let left = items.saturating_sub(done + due.len());
            for due in due {
                tx.purge_version(&due)?;
                report.versions += 1;
            }
            // Of what expires into the trash there are two events.
            let more = tx.tell_expiry(time, left.min(tx.room() / 2), &mut report)?;
            let told = usize::try_from(report.expiring + report.expired).unwrap_or(usize::MAX);
            let calls = if tx.room() == 0 { 0 } else { left.saturating_sub(told) };
            let more_calls = tx.forget_calls(calls)?;
            let old_events = tx.room() == 0 || tx.prune_audit(time, &mut report)?;
            report.more = more || more_calls || old_events || trash::is_due(tx.batch, time.as_millis())?;
            Ok(report)
        })
    }

    fn purge_version(&mut self, due: &trash::DueVersion) -> Result<()> {
        let live = secrets::find(self.batch, &due.path)?.filter(|secret| secret.id == due.id);
        let secret = live.ok_or_else(misplaced)?;
        let mut version = history::find(self.batch, &secret, due.number)?.ok_or_else(misplaced)?.into_owned();
        // It takes the note of it away too: the loop goes on behind it.
        self.remove_value(&due.path, &secret, &mut version)?;
        self.log(EventKind::VersionPurged, (&due.path, due.id), due.number)
    }

    /// Writes the events that tell of expiry, and puts into the trash what is to go there: at most so many secrets. Says whether
    /// there are more.
    fn tell_expiry(&mut self, time: Timestamp, most: usize, report: &mut SweepReport) -> Result<bool> {
        let first = EXPIRY_LEADS_DAYS.into_iter().max().unwrap_or_default();
        let mut found = Vec::new();
        schedule::scan(self.batch, time.plus_days(first).as_millis(), &mut |scheduled| {
            if scheduled.what == What::Expiry && is_untold(&scheduled, time) {
                found.push(scheduled);
            }
            Ok(found.len() <= most)
        })?;
        let more = found.len() > most;
        for scheduled in found.into_iter().take(most) {
            self.tell_expiry_of(scheduled, time, report)?;
        }
        Ok(more)
    }

    fn tell_expiry_of(&mut self, found: Scheduled, time: Timestamp, report: &mut SweepReport) -> Result<()> {
        let Scheduled { at, path, secret, .. } = found;
        let mut told = secret.clone();
        let schedule = told.schedule.get_or_insert_default();
        schedule.told = stage(at, time);
        let on_expiry = schedule.on_expiry;
        let has_expired = at <= time.as_millis();
        let kind = if has_expired { EventKind::SecretExpired } else { EventKind::SecretExpiring };
        self.log(kind, (&path, secret.id), secret.current.number)?;
        *(if has_expired { &mut report.expired } else { &mut report.expiring }) += 1;
        self.note_access(&mut told);
        secrets::save(self.batch, &path, Some(&secret), &told)?;
        if has_expired && OnExpiry::of(on_expiry) == Some(OnExpiry::Trash) {
            self.throw_away(path, told)?;
        }
        Ok(())
    }
}

/// How many events there should be by now of the expiry of a secret at `at`.
fn stage(at: i64, time: Timestamp) -> u8 {
    let leads = EXPIRY_LEADS_DAYS.into_iter().chain([0]);
    u8::try_from(leads.filter(|days| at <= time.plus_days(*days).as_millis()).count()).unwrap_or(u8::MAX)
}

fn is_untold(scheduled: &Scheduled, time: Timestamp) -> bool {
    scheduled.secret.schedule.unwrap_or_default().told < stage(scheduled.at, time)
}

/// How a [`Store::sweep`] goes about.
#[derive(Clone, Copy, Debug)]
pub struct Sweep {
    items: usize,
    clock_confirmed: bool,
}

impl Sweep {
    /// At most 1,000 secrets and single versions, and nothing that only a jump of the clock made due.
    #[must_use]
    pub fn new() -> Self {
        Self { items: crate::limits::SWEEP_ITEMS_DEFAULT, clock_confirmed: false }
    }

    /// Removes at most so many secrets and single versions, in one commit: never more than the 100,000 changes that a
    /// transaction has.
    #[must_use]
    pub fn at_most(mut self, items: usize) -> Self {
        self.items = items;
        self
    }

    /// Says that the clock is right, even if it went forward by more than a year at once.
    ///
    /// If it was set back after that, what it shows now is right: what is due by that is removed, and what the jump made due
    /// stays until the clock gets there.
    #[must_use]
    pub fn confirm_clock(mut self) -> Self {
        self.clock_confirmed = true;
        self
    }
}

impl Default for Sweep {
    fn default() -> Self {
        Self::new()
    }
}

/// What a [`Store::sweep`] did.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct SweepReport {
    /// Secrets that were removed.
    pub secrets: u64,
    /// Versions whose values were removed, those of the secrets among them.
    pub versions: u64,
    /// Secrets of which an event now says that they expire soon.
    pub expiring: u64,
    /// Secrets of which an event now says that they have expired, those among them that went to the trash.
    pub expired: u64,
    /// Events that were removed from the audit log, because they are older, or more, than
    /// the [policy](crate::AuditPolicy) keeps.
    pub audit_events: u64,
    /// Whether more is due.
    pub more: bool,
    /// The clock went forward by more than a year at once: what would be due since then was left.
    pub held_back: bool,
}

/// How many secrets and versions wait for a sweep.
pub(super) fn pending(view: &View<'_, impl crate::tables::Rows>) -> Result<u64> {
    trash::count_due(view.rows, view.purge_time()?.as_millis())
}

fn misplaced() -> Error {
    Error::new(
        ErrorKind::Damaged,
        "a deleted version is not where it was noted; restore a backup of the file",
    )
}

#[cfg(test)]
mod tests;
