//! For how long calls with an idempotency key are remembered: stored policy.

use std::time::Duration;

use super::{Policy, Transaction};
use crate::access::Action;
use crate::error::{Error, ErrorKind, Result};
use crate::limits::{IDEMPOTENCY_SECONDS_MAX, IDEMPOTENCY_SECONDS_MIN};
use crate::record::audit::EventKind;
use crate::tables::idempotency;

impl Policy<'_> {
    /// For how long a call with an [idempotency key](crate::Context::idempotency_key) is remembered: 24 hours, unless it was set.
    ///
    /// # Errors
    ///
    /// [`Locked`](ErrorKind::Locked); [`Tampered`](ErrorKind::Tampered).
    pub fn idempotency_window(&self) -> Result<Duration> {
        let seconds = self.0.authorise(Action::Administer)?.read(|rows| idempotency::window(rows))?;
        Ok(Duration::from_secs(seconds))
    }

    /// Sets for how long a call with an idempotency key is remembered: whole seconds, a minute to 30 days. What is
    /// remembered already is remembered for as long as was said then.
    ///
    /// # Errors
    ///
    /// As [`Store::put`](crate::Store::put); [`ErrorKind::InvalidArgument`] for another time.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use strongroom::Store;
    ///
    /// let store = Store::in_memory()?;
    /// store.policy().set_idempotency_window(Duration::from_secs(7 * 86_400))?;
    /// assert_eq!(store.policy().idempotency_window()?.as_secs(), 7 * 86_400);
    /// # Ok::<(), strongroom::Error>(())
    /// ```
    pub fn set_idempotency_window(&self, window: Duration) -> Result<()> {
        self.0.transaction(|tx| tx.set_idempotency_window(window))
    }
}

impl Transaction<'_, '_> {
    /// As [`Policy::idempotency_window`], of the state this transaction sees.
    ///
    /// # Errors
    ///
    /// As [`Policy::idempotency_window`].
    pub fn idempotency_window(&self) -> Result<Duration> {
        self.look(Action::Administer)?;
        Ok(Duration::from_secs(idempotency::window(self.view().rows)?))
    }

    /// As [`Policy::set_idempotency_window`], in this transaction.
    ///
    /// # Errors
    ///
    /// As [`Policy::set_idempotency_window`].
    pub fn set_idempotency_window(&mut self, window: Duration) -> Result<()> {
        self.change(|tx| {
            tx.authorise(Action::Administer)?;
            idempotency::set_window(tx.batch, checked(window)?)?;
            tx.log_change(EventKind::IdempotencyWindowChanged, None)
        })
    }
}

fn checked(window: Duration) -> Result<u64> {
    let seconds = window.as_secs();
    let bounds = IDEMPOTENCY_SECONDS_MIN..=IDEMPOTENCY_SECONDS_MAX;
    if window.subsec_nanos() == 0 && bounds.contains(&seconds) {
        return Ok(seconds);
    }
    let message = format!(
        "calls are remembered for {IDEMPOTENCY_SECONDS_MIN} to {IDEMPOTENCY_SECONDS_MAX} whole seconds"
    );
    Err(Error::new(ErrorKind::InvalidArgument, message))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Store;

    #[test]
    fn the_window_lasts_a_minute_to_thirty_days() {
        let store = Store::in_memory().unwrap();
        let window = || store.policy().idempotency_window().unwrap();
        assert_eq!(window(), Duration::from_secs(86_400));
        for seconds in [60, 2_592_000] {
            store.policy().set_idempotency_window(Duration::from_secs(seconds)).unwrap();
            assert_eq!(window().as_secs(), seconds);
        }
        let bad = [59_000, 60_001, 2_592_001_000, 0].map(Duration::from_millis);
        for window in bad.into_iter().chain([Duration::MAX]) {
            let error = store.policy().set_idempotency_window(window).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{window:?}");
        }
        assert_eq!(window().as_secs(), 2_592_000);
        let seen = store.transaction(|tx| {
            tx.set_idempotency_window(Duration::from_secs(90))?;
            tx.idempotency_window()
        });
        assert_eq!((seen.unwrap().as_secs(), window().as_secs()), (90, 90));
        store.verify().unwrap();
    }
}
