//! What a store is for.

use crate::error::{Error, ErrorKind, Result};

/// Whether the secrets of a store are real ones. It is said when the store is created, and never changes.
///
/// Nothing is enforced by it yet; a program that must not touch real secrets asks for it.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Environment {
    /// Real secrets. The default.
    #[default]
    Live,
    /// Secrets for tests.
    Test,
}

impl Environment {
    /// Every environment with its number in the file. FORMAT 8.3.
    const NUMBERS: [(Self, u8); 2] = [(Self::Live, 0), (Self::Test, 1)];

    /// The name: `live` or `test`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Test => "test",
        }
    }

    pub(crate) fn code(self) -> u8 {
        Self::NUMBERS.iter().find(|(environment, _)| *environment == self).map_or(0, |(_, code)| *code)
    }

    pub(crate) fn of(code: u8) -> Option<Self> {
        Self::NUMBERS.iter().find(|(_, number)| *number == code).map(|(environment, _)| *environment)
    }
}

impl std::fmt::Display for Environment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl std::str::FromStr for Environment {
    type Err = Error;

    /// # Errors
    ///
    /// [`ErrorKind::InvalidArgument`] for another text than a name of an environment.
    fn from_str(text: &str) -> Result<Self> {
        let found =
            Self::NUMBERS.iter().map(|(environment, _)| *environment).find(|one| one.as_str() == text);
        found.ok_or_else(|| Error::new(ErrorKind::InvalidArgument, "an environment is live or test"))
    }
}
