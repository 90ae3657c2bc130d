//! How much a secret matters.

use crate::error::{Error, ErrorKind, Result};

/// How much a secret matters, from least to most. Lists filter by it, and [reads are audited](crate::AuditPolicy) by it.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
#[repr(u8)]
pub enum Tier {
    /// The default.
    #[default]
    Standard = 0,
    /// Sensitive.
    Sensitive = 1,
    /// Critical.
    Critical = 2,
}

impl Tier {
    /// Every tier, from least to most.
    pub const ALL: &'static [Self] = &[Self::Standard, Self::Sensitive, Self::Critical];

    /// The name: `standard`, `sensitive` or `critical`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Standard => "standard",
            Self::Sensitive => "sensitive",
            Self::Critical => "critical",
        }
    }

    pub(crate) fn code(self) -> u8 {
        match self {
            Self::Standard => 0,
            Self::Sensitive => 1,
            Self::Critical => 2,
        }
    }

    pub(crate) fn of(code: u8) -> Option<Self> {
        Self::ALL.iter().copied().find(|tier| tier.code() == code)
    }
}

impl std::fmt::Display for Tier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl std::str::FromStr for Tier {
    type Err = Error;

    /// # Errors
    ///
    /// [`ErrorKind::InvalidArgument`] for another text than a name of a tier.
    fn from_str(text: &str) -> Result<Self> {
        let found = Self::ALL.iter().copied().find(|tier| tier.as_str() == text);
        let message = "a tier is standard, sensitive or critical";
        found.ok_or_else(|| Error::new(ErrorKind::InvalidArgument, message))
    }
}
