//! The one seam to time: wall clock for records, monotonic clock for bounded waits.

use std::fmt;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// An instant of the wall clock, in milliseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The instant `millis` milliseconds after the Unix epoch.
    #[must_use]
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// This instant and so many days.
    pub(crate) fn plus_days(self, days: u16) -> Self {
        Self(self.0.saturating_add(i64::from(days) * 86_400_000))
    }

    /// So long after this instant.
    pub(crate) fn after(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)))
    }

    /// Milliseconds since the Unix epoch.
    #[must_use]
    pub const fn as_millis(self) -> i64 {
        self.0
    }
}

impl fmt::Display for Timestamp {
    /// RFC 3339 in UTC with milliseconds, by the civil-from-days algorithm of Howard Hinnant.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (days, millis) = (self.0.div_euclid(86_400_000), self.0.rem_euclid(86_400_000));
        let shifted = days + 719_468;
        let era = shifted.div_euclid(146_097);
        let day_of_era = shifted.rem_euclid(146_097);
        let year_of_era =
            (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted_month = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
        let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
        let year = year_of_era + era * 400 + i64::from(month <= 2);
        let (hour, minute) = (millis / 3_600_000, millis / 60_000 % 60);
        let (second, milli) = (millis / 1_000 % 60, millis % 1_000);
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{milli:03}Z")
    }
}

/// Where a store takes the time of its records from.
#[derive(Clone, Debug, Default)]
pub(crate) enum Clock {
    /// The wall clock of the device.
    #[default]
    System,
    Manual(ManualClock),
}

impl Clock {
    /// The time now, from the epoch to the end of the year 9999: what lies beyond is no time of a working clock.
    pub(crate) fn now(&self) -> Timestamp {
        const LAST: i64 = 253_402_300_799_999;
        let millis = match self {
            Self::System => {
                let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
                i64::try_from(since_epoch.as_millis()).unwrap_or(LAST)
            }
            Self::Manual(clock) => clock.0.load(Ordering::Relaxed),
        };
        Timestamp(millis.clamp(0, LAST))
    }
}

/// A clock that stands still until it is set, for tests: of expiry, of the trash, of a clock that was turned back.
///
/// Clones show the same time. It is taken for the wall clock of the store it is [given to](crate::StoreOptions::clock),
/// and not for how long calls wait.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use strongroom::{ErrorKind, ManualClock, StoreOptions, Sweep, Timestamp};
///
/// let clock = ManualClock::start(Timestamp::from_millis(1_800_000_000_000));
/// let store = StoreOptions::new().clock(&clock).in_memory()?;
/// store.put("name", "value")?;
/// store.delete("name")?;
/// clock.advance(Duration::from_secs(30 * 86_400));
/// assert_eq!(store.restore("name").unwrap_err().kind(), ErrorKind::NotFound);
/// assert_eq!(store.sweep(&Sweep::new())?.secrets, 1);
/// # Ok::<(), strongroom::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct ManualClock(Arc<AtomicI64>);

impl ManualClock {
    /// A clock that shows `time`. Before 1970 it is taken for 1970.
    #[must_use]
    pub fn start(time: Timestamp) -> Self {
        Self(Arc::new(AtomicI64::new(time.0)))
    }

    /// Sets the clock forward.
    pub fn advance(&self, by: Duration) {
        let millis = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
        // Two threads that advance it at once both count.
        let _ = self
            .0
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |time| Some(time.saturating_add(millis)));
    }

    /// Sets the clock, also back.
    pub fn set(&self, time: Timestamp) {
        self.0.store(time.0, Ordering::Relaxed);
    }

    /// The time it shows.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        Timestamp(self.0.load(Ordering::Relaxed))
    }
}

/// When a handle was last used, on the monotonic clock, in milliseconds.
pub(crate) struct LastUse {
    start: Instant,
    millis: AtomicU64,
}

impl LastUse {
    pub(crate) fn now() -> Self {
        Self { start: Instant::now(), millis: AtomicU64::new(0) }
    }

    pub(crate) fn touch(&self) {
        let since_start = u64::try_from(self.start.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.millis.store(since_start, Ordering::Relaxed);
    }

    pub(crate) fn elapsed(&self) -> Duration {
        self.start.elapsed().saturating_sub(Duration::from_millis(self.millis.load(Ordering::Relaxed)))
    }
}

/// Lets time pass on this thread.
///
/// `std::thread::sleep` begins anew with what is left after every signal, and does not end while a host sends them all the
/// time. This one knows the instant at which it ends.
pub(crate) fn pause(duration: Duration) {
    let wait = Wait::for_at_most(duration);
    let (nobody, signal) = (Mutex::new(()), Condvar::new());
    let mut guard = nobody.lock().unwrap_or_else(PoisonError::into_inner);
    while let Some(left) = wait.left() {
        guard = signal.wait_timeout(guard, left).unwrap_or_else(PoisonError::into_inner).0;
    }
}

/// Measures how long something takes.
pub(crate) struct Stopwatch(Instant);

impl Stopwatch {
    pub(crate) fn start() -> Self {
        Self(Instant::now())
    }

    pub(crate) fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }
}

/// A bounded wait on the monotonic clock, in small steps.
pub(crate) struct Wait {
    until: Instant,
}

impl Wait {
    const STEP: Duration = Duration::from_millis(5);

    pub(crate) fn for_at_most(limit: Duration) -> Self {
        // Longer than any process lives, and within what every clock can count.
        const LONGEST: Duration = Duration::from_secs(100 * 365 * 86_400);
        let now = Instant::now();
        Self { until: now.checked_add(limit.min(LONGEST)).unwrap_or(now) }
    }

    /// The time left, `None` when it is used up.
    pub(crate) fn left(&self) -> Option<Duration> {
        let left = self.until.saturating_duration_since(Instant::now());
        (!left.is_zero()).then_some(left)
    }

    /// Sleeps one step. `false` when the time is used up.
    pub(crate) fn step(&self) -> bool {
        match self.left() {
            Some(left) => {
                pause(left.min(Self::STEP));
                true
            }
            None => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Timestamp, Wait};

    #[test]
    fn the_longest_wait_is_no_less_than_a_long_one() {
        for limit in [Duration::MAX, Duration::from_secs(u64::MAX)] {
            assert!(Wait::for_at_most(limit).left().is_some_and(|left| left > Duration::from_secs(1 << 20)));
        }
    }

    #[test]
    fn timestamps_print_as_rfc_3339() {
        for (millis, text) in [
            (0, "1970-01-01T00:00:00.000Z"),
            (951_782_400_000, "2000-02-29T00:00:00.000Z"),
            (1_795_219_199_999, "2026-11-20T23:59:59.999Z"),
            (-1, "1969-12-31T23:59:59.999Z"),
        ] {
            assert_eq!(Timestamp::from_millis(millis).to_string(), text);
        }
    }
}
