//! Where a secret is found.

use std::fmt;

use unicode_normalization::{UnicodeNormalization, is_nfc};

use crate::error::{Error, ErrorKind, Result};
use crate::limits::{PATH_LEN_MAX, PATH_SEGMENTS_MAX, SEGMENT_LEN_MAX};

/// The path of a secret: 1 to 16 segments joined by `/`, at most 512 bytes of UTF-8 in Unicode NFC.
///
/// A segment has 1 to 128 bytes, holds no control character, and is neither `.` nor `..`. Case matters, and `%2F` is
/// three ordinary characters. Two spellings that differ only in normalisation are one path.
///
/// # Examples
///
/// ```
/// use strongroom::{ErrorKind, SecretPath};
///
/// let path = SecretPath::parse("production/openai/api-key")?;
/// assert_eq!(path.segments().count(), 3);
/// assert_eq!(SecretPath::parse("a//b").unwrap_err().kind(), ErrorKind::InvalidArgument);
/// # Ok::<(), strongroom::Error>(())
/// ```
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct SecretPath(String);

impl SecretPath {
    /// Checks and normalises a path.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidArgument`] names the rule that `text` breaks.
    pub fn parse(text: &str) -> Result<Self> {
        let broken = |rule: &'static str| Err(Error::new(ErrorKind::InvalidArgument, rule));
        // Normalising only shrinks what passes the limits below by a bounded factor; this bounds the work before it.
        if text.len() > 3 * PATH_LEN_MAX {
            return broken("a path is at most 512 bytes long");
        }
        // ASCII is in NFC, and most paths are ASCII.
        let path = if text.is_ascii() || is_nfc(text) { text.to_owned() } else { text.nfc().collect() };
        if path.len() > PATH_LEN_MAX {
            return broken("a path is at most 512 bytes long");
        }
        let mut segments = 0;
        for segment in path.split('/') {
            segments += 1;
            match segment {
                "" => return broken("a path has no empty segment: not at its start, not at its end, no //"),
                "." | ".." => return broken("a segment of a path is not . or .."),
                _ if segment.len() > SEGMENT_LEN_MAX => {
                    return broken("a segment of a path is at most 128 bytes long");
                }
                _ if holds_control(segment) => {
                    return broken("a path holds no control characters");
                }
                _ => {}
            }
        }
        if segments > PATH_SEGMENTS_MAX {
            return broken("a path has at most 16 segments");
        }
        Ok(Self(path))
    }

    /// The path as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The namespace the path lies in; `None` for a path of one segment.
    #[must_use]
    pub fn parent(&self) -> Option<Self> {
        self.0.rsplit_once('/').map(|(parent, _)| Self(parent.to_owned()))
    }

    /// The segments, from the outermost.
    pub fn segments(&self) -> impl Iterator<Item = &str> {
        self.0.split('/')
    }
}

fn holds_control(text: &str) -> bool {
    if text.is_ascii() {
        text.bytes().any(|byte| byte.is_ascii_control())
    } else {
        text.chars().any(char::is_control)
    }
}

impl fmt::Display for SecretPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl AsRef<str> for SecretPath {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl TryFrom<&str> for SecretPath {
    type Error = Error;

    fn try_from(text: &str) -> Result<Self> {
        Self::parse(text)
    }
}

impl TryFrom<&String> for SecretPath {
    type Error = Error;

    fn try_from(text: &String) -> Result<Self> {
        Self::parse(text)
    }
}

impl From<&Self> for SecretPath {
    fn from(path: &Self) -> Self {
        path.clone()
    }
}
