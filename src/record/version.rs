//! What state a version is in: a pure function of its record and the time.

use super::secret::{Standing, VersionRecord};
use crate::clock::Timestamp;

/// The state of a version. It is right whether or not a sweep ever ran.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum VersionState {
    /// What reading the secret gives.
    Current,
    /// A newer version was written. It is readable by number.
    Superseded,
    /// Deleted: it cannot be read, and can be restored until this time.
    Deleted {
        /// From then on it is destroyed.
        until: Timestamp,
    },
    /// Its value is gone for good.
    Destroyed,
}

impl VersionState {
    /// The state of a version of a secret whose current one is `current`. `purge_time` is the time by which the trash is
    /// judged.
    pub(crate) fn of(version: &VersionRecord, current: u64, purge_time: impl FnOnce() -> Timestamp) -> Self {
        match version.standing {
            Standing::Kept if version.number == current => Self::Current,
            Standing::Kept => Self::Superseded,
            Standing::Deleted { until, .. } if until <= purge_time().as_millis() => Self::Destroyed,
            Standing::Deleted { until, .. } => Self::Deleted { until: Timestamp::from_millis(until) },
            Standing::Destroyed { .. } => Self::Destroyed,
        }
    }

    /// Whether the value can be read.
    #[must_use]
    pub fn is_readable(self) -> bool {
        matches!(self, Self::Current | Self::Superseded)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_follow_from_record_and_time_alone() {
        let version = |standing| VersionRecord { number: 3, standing, ..VersionRecord::default() };
        let at = Timestamp::from_millis;
        let deleted = Standing::Deleted { at: 10, until: 20 };
        for (standing, current, now, expected) in [
            (Standing::Kept, 3, 0, VersionState::Current),
            (Standing::Kept, 4, 0, VersionState::Superseded),
            (deleted, 3, 19, VersionState::Deleted { until: at(20) }),
            (deleted, 4, 20, VersionState::Destroyed),
            (Standing::Destroyed { at: 5 }, 3, 0, VersionState::Destroyed),
        ] {
            assert_eq!(VersionState::of(&version(standing), current, || at(now)), expected);
        }
    }
}
