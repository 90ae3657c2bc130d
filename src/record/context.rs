//! What an operation says of itself.

use bincode::{Decode, Encode};

use super::tag::Tags;
use super::text;
use crate::error::Result;

/// What the operations through a handle say of themselves: it stands in their audit events. See
/// [`Store::with`](crate::Store::with), which refuses texts that break a rule.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Context {
    pub(crate) labels: Vec<(String, String)>,
    pub(crate) reason: String,
    pub(crate) request_id: String,
}

impl Context {
    /// Says nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Something the program says of itself or of whom it works for, such as `app` and `backup`. The form is that of
    /// [`Tags`]; nothing is decided by it.
    #[must_use]
    pub fn label(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.labels.push((key.into(), value.into()));
        self
    }

    /// Why: one line of at most 256 bytes.
    #[must_use]
    pub fn reason(mut self, reason: impl Into<String>) -> Self {
        self.reason = reason.into();
        self
    }

    /// The number or name that other logs know this by: one line of at most 128 bytes.
    #[must_use]
    pub fn request_id(mut self, id: impl Into<String>) -> Self {
        self.request_id = id.into();
        self
    }

    /// What it says, once it is known to follow the rules.
    ///
    /// # Errors
    ///
    /// [`InvalidArgument`](crate::ErrorKind::InvalidArgument) names the field and the rule.
    pub(crate) fn checked(&self) -> Result<Said> {
        let labels = self.labels.iter().try_fold(Tags::new(), |tags, (key, value)| tags.with(key, value))?;
        Ok(Said {
            labels: labels.into_text(),
            reason: text::reason(&self.reason)?,
            request_id: text::request_id(&self.request_id)?,
        })
    }
}

/// What a [`Context`] says, in the form it has in the log.
#[derive(Clone, Debug, Decode, Default, Encode, Eq, PartialEq)]
pub(crate) struct Said {
    /// As [`Tags::into_text`] gives them.
    pub(crate) labels: String,
    pub(crate) reason: String,
    pub(crate) request_id: String,
}
