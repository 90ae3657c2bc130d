//! What an event tells.

use std::fmt;
use std::str::FromStr;

use crate::error::{Error, ErrorKind};

/// Declares every kind of event: its number, which is never used again, and its name.
macro_rules! kinds {
    ($($(#[$doc:meta])+ $kind:ident = $code:literal $name:literal,)+) => {
        /// What happened.
        #[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
        #[non_exhaustive]
        pub enum AuditEventKind {
            $($(#[$doc])+ $kind,)+
            /// What only a later version of strongroom knows, by its number.
            Unknown(u16),
        }

        impl AuditEventKind {
            /// Every kind that this version knows, in the order of their numbers.
            pub const ALL: &'static [Self] = &[$(Self::$kind,)+];

            /// The number in the file and in an export.
            #[must_use]
            pub fn code(self) -> u16 {
                match self {
                    $(Self::$kind => $code,)+
                    Self::Unknown(code) => code,
                }
            }

            /// The name, such as `secret.created`; `unknown` of what a later version knows.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$kind => $name,)+
                    Self::Unknown(_) => "unknown",
                }
            }

            /// The kind with this number.
            pub(crate) fn of(code: u16) -> Self {
                match code {
                    $($code => Self::$kind,)+
                    other => Self::Unknown(other),
                }
            }
        }
    };
}

kinds! {
    /// A secret was made.
    SecretCreated = 1 "secret.created",
    /// A new version, also by rolling back.
    SecretUpdated = 2 "secret.updated",
    /// What is known of a secret was changed, and not its value.
    MetadataUpdated = 3 "secret.metadata_updated",
    /// A secret matters more, or less.
    TierChanged = 4 "secret.tier_changed",
    /// A secret has another path.
    SecretRenamed = 5 "secret.renamed",
    /// To the trash.
    SecretDeleted = 6 "secret.deleted",
    /// Back from the trash.
    SecretRestored = 7 "secret.restored",
    /// For good, because somebody said so.
    SecretDestroyed = 8 "secret.destroyed",
    /// For good, because its time in the trash was over.
    SecretPurged = 9 "secret.purged",
    /// A single version cannot be read, until it is restored.
    VersionDeleted = 10 "version.deleted",
    /// It can be read again.
    VersionRestored = 11 "version.restored",
    /// For good, because somebody said so.
    VersionDestroyed = 12 "version.destroyed",
    /// For good, because the time in which it could be restored was over.
    VersionPurged = 13 "version.purged",
    /// For good, because newer versions came.
    VersionPruned = 14 "version.pruned",
    /// A new version, and the one before it retires.
    SecretRotated = 15 "secret.rotated",
    /// Its grace was ended.
    VersionRevoked = 16 "version.revoked",
    /// A value was read, or asked for in vain.
    SecretAccessed = 17 "secret.accessed",
    /// It expires soon.
    SecretExpiring = 18 "secret.expiring",
    /// It has expired.
    SecretExpired = 19 "secret.expired",
    /// A commit that was cut off before it was acknowledged was found and discarded at open.
    CommitDiscarded = 64 "store.commit_discarded",
    /// There is one more way to unlock the store.
    SlotAdded = 65 "store.slot_added",
    /// There is one less.
    SlotRemoved = 66 "store.slot_removed",
    /// Another passphrase or cost for the same slot.
    SlotChanged = 67 "store.slot_changed",
    /// The cost of a slot was raised to the store's floor.
    SlotStrengthened = 68 "store.slot_strengthened",
    /// A copy of the state with this generation was made elsewhere.
    BackedUp = 69 "store.backup",
    /// The file was replaced by one without unused blocks.
    Compacted = 70 "store.compacted",
    /// Everything was sealed anew, and what was deleted left behind.
    Purged = 71 "store.purged",
    /// As purged, under another slot.
    Rekeyed = 72 "store.rekeyed",
    /// Passphrases may cost less, or must cost more.
    KdfFloorChanged = 73 "policy.kdf_floor_changed",
    /// Versions or the trash are kept for another time.
    RetentionChanged = 74 "policy.retention_changed",
    /// The clock showed an earlier time than the store had seen.
    ClockMovedBack = 75 "store.clock_moved_back",
    /// The clock went forward by more than a year at once.
    ClockJumped = 76 "store.clock_jumped",
    /// Somebody said that the clock is right.
    ClockConfirmed = 77 "store.clock_confirmed",
    /// Other reads are audited, or the log is kept for another time.
    AuditPolicyChanged = 78 "policy.audit_changed",
    /// Idempotency keys are remembered for another time.
    IdempotencyWindowChanged = 79 "policy.idempotency_window_changed",
    /// A handle was opened that then wrote.
    Opened = 80 "store.opened",
    /// A locked handle was not unlocked: with a wrong key.
    UnlockFailed = 81 "store.unlock_failed",
    /// Verification found something that is not authentic.
    IntegrityFailed = 82 "store.integrity_failed",
    /// Older events were removed from the log.
    AuditPruned = 83 "audit.pruned",
    /// Reads were counted and not told one by one.
    EventsLost = 84 "audit.events_lost",
    /// A call with an idempotency key changed nothing, and what it returned is remembered.
    CallRemembered = 85 "store.call_remembered",
    /// Calls with idempotency keys were forgotten, as their time was over.
    CallsForgotten = 86 "store.calls_forgotten",
}

impl fmt::Display for AuditEventKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for AuditEventKind {
    type Err = Error;

    /// # Errors
    ///
    /// [`ErrorKind::InvalidArgument`] for another text than the name of a kind that this version knows.
    fn from_str(text: &str) -> Result<Self, Error> {
        let found = Self::ALL.iter().copied().find(|kind| kind.name() == text);
        found.ok_or_else(|| {
            Error::new(ErrorKind::InvalidArgument, "this is no kind of an event, such as secret.created")
        })
    }
}

/// Some kinds of events: none said is all of them.
#[derive(Clone, Debug, Default)]
pub(crate) struct KindSet(Vec<String>);

impl KindSet {
    /// These, and what `pattern` names: a name, or the beginning of names with a `*` behind its dot, or `*`.
    pub(crate) fn with(mut self, pattern: impl Into<String>) -> Self {
        self.0.push(pattern.into());
        self
    }

    /// Whether nothing was said.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The set as numbers; `None` is every kind.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidArgument`] for a pattern that no kind of event matches.
    pub(crate) fn codes(&self) -> Result<Option<Vec<u16>>, Error> {
        if self.0.is_empty() {
            return Ok(None);
        }
        let mut codes = Vec::new();
        for pattern in &self.0 {
            if pattern == "*" {
                return Ok(None);
            }
            let of_group = pattern.strip_suffix('*').filter(|group| group.ends_with('.'));
            let before = codes.len();
            let matches = |kind: &&AuditEventKind| match of_group {
                Some(group) => kind.name().starts_with(group),
                None => kind.name() == pattern,
            };
            codes.extend(AuditEventKind::ALL.iter().filter(matches).map(|kind| kind.code()));
            if codes.len() == before {
                let message = "events have kinds such as secret.created, secret.* or *";
                return Err(Error::new(ErrorKind::InvalidArgument, message));
            }
        }
        codes.sort_unstable();
        codes.dedup();
        Ok(Some(codes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_found_by_its_name_and_its_number() {
        for kind in AuditEventKind::ALL {
            assert_eq!(kind.name().parse::<AuditEventKind>().unwrap(), *kind);
            assert_eq!(AuditEventKind::of(kind.code()), *kind);
        }
        assert!(AuditEventKind::ALL.is_sorted_by(|one, next| one.code() < next.code()));
        let unknown = AuditEventKind::of(60_000);
        assert_eq!(
            (unknown, unknown.code(), unknown.name()),
            (AuditEventKind::Unknown(60_000), 60_000, "unknown")
        );
        assert_eq!("unknown".parse::<AuditEventKind>().unwrap_err().kind(), ErrorKind::InvalidArgument);
    }

    #[test]
    fn a_group_is_all_that_begins_with_it() {
        let codes = |patterns: &[&str]| {
            patterns.iter().fold(KindSet::default(), |set, pattern| set.with(*pattern)).codes()
        };
        assert_eq!(codes(&[]).unwrap(), None);
        assert_eq!(codes(&["*"]).unwrap(), None);
        assert_eq!(codes(&["secret.created", "secret.created"]).unwrap(), Some(vec![1]));
        assert_eq!(codes(&["audit.*", "version.revoked"]).unwrap(), Some(vec![16, 83, 84]));
        for bad in ["", "secret", "secret*", "sec*", "secret.", "other.*", "*.created"] {
            assert_eq!(codes(&[bad]).unwrap_err().kind(), ErrorKind::InvalidArgument, "{bad}");
        }
    }
}
