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
    /// A newer version was rotated in. It is readable by number, and accepted beside the current one, until this time.
    Grace {
        /// From then on it is retired.
        until: Timestamp,
    },
    /// Its grace is over: it cannot be read.
    Retired,
    /// Deleted: it cannot be read, and can be restored until this time.
    Deleted {
        /// From then on it is destroyed.
        until: Timestamp,
    },
    /// Its value is gone for good.
    Destroyed,
}

/// The times by which a version is judged.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Times {
    pub(crate) now: Timestamp,
    /// Of the trash: behind, if the clock jumped and nobody said that it is right.
    pub(crate) purge: Timestamp,
}

impl VersionState {
    /// The state of a version of a secret whose current one is `current`.
    pub(crate) fn of(version: &VersionRecord, current: u64, times: Times) -> Self {
        match version.standing {
            Standing::Kept if version.number == current => Self::Current,
            Standing::Kept => Self::Superseded,
            Standing::Rotated { until } if until <= times.now.as_millis() => Self::Retired,
            Standing::Rotated { until } => Self::Grace { until: Timestamp::from_millis(until) },
            Standing::Deleted { until, .. } | Standing::RotatedDeleted { until, .. }
                if until <= times.purge.as_millis() =>
            {
                Self::Destroyed
            }
            Standing::Deleted { until, .. } | Standing::RotatedDeleted { until, .. } => {
                Self::Deleted { until: Timestamp::from_millis(until) }
            }
            Standing::Destroyed { .. } => Self::Destroyed,
        }
    }

    /// Whether the value can be read.
    #[must_use]
    pub fn is_readable(self) -> bool {
        matches!(self, Self::Current | Self::Superseded | Self::Grace { .. })
    }

    /// Whether whoever checks a value against the secret is to accept this version: the current one, and those in grace.
    #[must_use]
    pub fn is_accepted(self) -> bool {
        matches!(self, Self::Current | Self::Grace { .. })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_follow_from_record_and_time_alone() {
        let version = |standing| VersionRecord { number: 3, standing, ..VersionRecord::default() };
        let at = Timestamp::from_millis;
        let times = |now, purge| Times { now: at(now), purge: at(purge) };
        let deleted = Standing::Deleted { at: 10, until: 20 };
        let rotated = Standing::Rotated { until: 20 };
        let both = Standing::RotatedDeleted { at: 10, until: 20, accepted: 15 };
        for (standing, current, times, expected) in [
            (Standing::Kept, 3, times(0, 0), VersionState::Current),
            (Standing::Kept, 4, times(0, 0), VersionState::Superseded),
            (deleted, 3, times(99, 19), VersionState::Deleted { until: at(20) }),
            (deleted, 4, times(0, 20), VersionState::Destroyed),
            (rotated, 4, times(19, 0), VersionState::Grace { until: at(20) }),
            (rotated, 4, times(20, 0), VersionState::Retired),
            (rotated, 4, times(0, 99), VersionState::Grace { until: at(20) }),
            (both, 4, times(99, 19), VersionState::Deleted { until: at(20) }),
            (both, 4, times(0, 20), VersionState::Destroyed),
            (Standing::Destroyed { at: 5 }, 3, times(0, 0), VersionState::Destroyed),
        ] {
            assert_eq!(VersionState::of(&version(standing), current, times), expected);
        }
    }

    #[test]
    fn deleting_and_restoring_neither_ends_nor_extends_a_grace() {
        let rotated = Standing::Kept.rotated(15);
        assert_eq!(rotated.deleted(10, 20).restored(), rotated);
        assert_eq!(Standing::Kept.deleted(10, 20).rotated(15).restored(), rotated);
        assert_eq!(rotated.rotated(99), rotated);
        assert_eq!(rotated.deleted(10, 20).rotated(99).restored(), rotated);
        assert_eq!(rotated.rotated(12), Standing::Rotated { until: 12 });
        let destroyed = Standing::Destroyed { at: 5 };
        assert_eq!(destroyed.rotated(9).deleted(1, 2).restored(), destroyed);
    }
}
