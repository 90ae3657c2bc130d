//! Tags: one map of short texts.

use std::collections::BTreeMap;
use std::collections::btree_map;

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
#[derive(Clone, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Tags(BTreeMap<String, String>);

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
    pub fn with(mut self, key: &str, value: &str) -> Result<Self> {
        self.0.insert(tag_key(key)?, tag_value(value)?);
        self.within_limit()
    }

    /// These tags and others, which replace those of the same key.
    pub(crate) fn merged(mut self, others: Self) -> Result<Self> {
        self.0.extend(others.0);
        self.within_limit()
    }

    /// Takes a tag away, if there is one of this key.
    pub(crate) fn remove(&mut self, key: &str) {
        self.0.remove(key);
    }

    fn within_limit(self) -> Result<Self> {
        if self.0.len() > TAGS_MAX {
            return Err(Error::new(
                ErrorKind::LimitExceeded,
                format!("a secret has at most {TAGS_MAX} tags"),
            ));
        }
        Ok(self)
    }

    /// The value of a key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key).map(String::as_str)
    }

    /// Keys and values, by key.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(key, value)| (key.as_str(), value.as_str()))
    }

    /// The keys with an empty value.
    pub fn labels(&self) -> impl Iterator<Item = &str> {
        self.iter().filter(|(_, value)| value.is_empty()).map(|(key, _)| key)
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// `key=value` and a line feed for each, by key. FORMAT 8.3.
    pub(crate) fn encode(&self) -> String {
        self.iter().flat_map(|(key, value)| [key, "=", value, "\n"]).collect()
    }

    /// The tags in a record. `None` if the text is not what [`encode`](Self::encode) writes.
    pub(crate) fn decode(text: &str) -> Option<Self> {
        let mut tags = BTreeMap::new();
        for line in text.split_terminator('\n') {
            let (key, value) = line.split_once('=')?;
            let in_order = tags.last_key_value().is_none_or(|(last, _): (&String, _)| last.as_str() < key);
            if key.is_empty() || !in_order {
                return None;
            }
            tags.insert(key.to_owned(), value.to_owned());
        }
        (text.is_empty() || text.ends_with('\n')).then_some(Self(tags))
    }
}

impl<'a> IntoIterator for &'a Tags {
    type Item = (&'a String, &'a String);
    type IntoIter = btree_map::Iter<'a, String, String>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
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
        assert_eq!(tags.encode(), "a=\nb=2=2\n");
        assert_eq!(Tags::decode("a=\nb=2=2\n"), Some(tags));
        assert_eq!(Tags::decode(""), Some(Tags::new()));
        for bad in ["a", "a=1", "=1\n", "b=\na=\n", "a=1\na=2\n", "\n", "a\n"] {
            assert_eq!(Tags::decode(bad), None, "{bad:?}");
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
