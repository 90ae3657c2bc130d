//! Tags: one map of short texts.

use std::fmt;

use super::text::{Rule, checked};
use crate::error::{Error, ErrorKind, Result};
use crate::limits::{TAG_KEY_LEN_MAX, TAG_VALUE_LEN_MAX, TAGS_MAX};

/// The tags of a secret: a map from key to value. A bare label is a key with an empty value.
///
/// At most 64. A key has 1 to 64 bytes of UTF-8 and holds no `=`, a value at most 256; neither holds a control character.
/// Both are in Unicode NFC, as [paths](crate::SecretPath) are.
///
/// # Examples
///
/// ```
/// use strongroom::{ErrorKind, Tags};
///
/// let tags = Tags::new().with("env", "prod")?.with("reviewed", "")?;
/// assert_eq!(tags.get("env"), Some("prod"));
/// assert_eq!(tags.labels().collect::<Vec<_>>(), ["reviewed"]);
/// assert_eq!(Tags::new().with("env=prod", "").unwrap_err().kind(), ErrorKind::InvalidArgument);
/// # Ok::<(), strongroom::Error>(())
/// ```
#[derive(Clone, Default, Eq, Hash, PartialEq)]
pub struct Tags(String);

impl Tags {
    /// No tags.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// These tags and one more; another value of the same key is replaced.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidArgument`] for a key or value that breaks a rule; [`ErrorKind::LimitExceeded`] above 64 tags.
    pub fn with(self, key: &str, value: &str) -> Result<Self> {
        let (key, value) = (tag_key(key)?, tag_value(value)?);
        let mut tags: Vec<(&str, &str)> = self.iter().filter(|(own, _)| *own != key).collect();
        let place = tags.partition_point(|(own, _)| *own < key.as_str());
        tags.insert(place, (&key, &value));
        if tags.len() > TAGS_MAX {
            return Err(Error::new(
                ErrorKind::LimitExceeded,
                format!("a secret has at most {TAGS_MAX} tags"),
            ));
        }
        Ok(Self::of(tags))
    }

    /// These tags and others, which replace those of the same key.
    pub(crate) fn merged(self, others: &Self) -> Result<Self> {
        others.iter().try_fold(self, |tags, (key, value)| tags.with(key, value))
    }

    /// These tags without the one of this key.
    pub(crate) fn without(&self, key: &str) -> Self {
        Self::of(self.iter().filter(|(own, _)| *own != key))
    }

    fn of<'a>(tags: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        Self(tags.into_iter().flat_map(|(key, value)| [key, "=", value, "\n"]).collect())
    }

    /// The value of a key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&str> {
        self.iter().find(|(own, _)| *own == key).map(|(_, value)| value)
    }

    /// Keys and values, by key.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.split_terminator('\n').filter_map(|tag| tag.split_once('='))
    }

    /// The keys with an empty value.
    pub fn labels(&self) -> impl Iterator<Item = &str> {
        self.iter().filter(|(_, value)| value.is_empty()).map(|(key, _)| key)
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.iter().count()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// `key=value` and a line feed for each, by key, as a record has them. FORMAT 8.3.
    pub(crate) fn into_text(self) -> String {
        self.0
    }

    /// The tags in a record. `None` if the text is not what [`into_text`](Self::into_text) gives.
    pub(crate) fn from_text(text: String) -> Option<Self> {
        let mut last = "";
        for tag in text.split_terminator('\n') {
            let (key, _) = tag.split_once('=')?;
            // No key is empty, so the first one is behind the empty text.
            if key <= last {
                return None;
            }
            last = key;
        }
        (text.is_empty() || text.ends_with('\n')).then_some(Self(text))
    }
}

impl fmt::Debug for Tags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

/// A checked key of a tag.
pub(crate) fn tag_key(text: &str) -> Result<String> {
    let rule = Rule { what: "the key of a tag", least: 1, most: TAG_KEY_LEN_MAX };
    let key = checked(text, rule)?;
    if key.contains('=') {
        return Err(Error::new(ErrorKind::InvalidArgument, "the key of a tag holds no ="));
    }
    Ok(key)
}

/// A checked value of a tag.
pub(crate) fn tag_value(text: &str) -> Result<String> {
    checked(text, Rule { what: "the value of a tag", least: 0, most: TAG_VALUE_LEN_MAX })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_read_as_they_are_written_and_nothing_else_is() {
        let tags = Tags::new().with("b", "2=2").unwrap().with("a", "").unwrap();
        assert_eq!(tags.clone().into_text(), "a=\nb=2=2\n");
        assert_eq!(Tags::from_text("a=\nb=2=2\n".to_owned()), Some(tags));
        assert_eq!(Tags::from_text(String::new()), Some(Tags::new()));
        for bad in ["a", "a=1", "=1\n", "b=\na=\n", "a=1\na=2\n", "\n", "a\n"] {
            assert_eq!(Tags::from_text(bad.to_owned()), None, "{bad:?}");
        }
    }

    #[test]
    fn errors_name_the_field_and_its_limit() {
        let long = "x".repeat(TAG_VALUE_LEN_MAX + 1);
        for (key, value, said) in [
            ("", "v", "the key of a tag has 1 to 64 bytes"),
            (&"k".repeat(65), "v", "the key of a tag has 1 to 64 bytes"),
            ("k", long.as_str(), "the value of a tag has at most 256 bytes"),
            ("k\n", "v", "the key of a tag holds no control characters"),
        ] {
            let error = Tags::new().with(key, value).unwrap_err();
            assert_eq!((error.kind(), error.to_string().as_str()), (ErrorKind::InvalidArgument, said));
        }
        let full = (0..TAGS_MAX).try_fold(Tags::new(), |tags, n| tags.with(&n.to_string(), "")).unwrap();
        assert_eq!(full.clone().with("0", "other").unwrap().len(), TAGS_MAX);
        assert_eq!(full.with("more", "").unwrap_err().kind(), ErrorKind::LimitExceeded);
    }
}
