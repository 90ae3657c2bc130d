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
    pub(crate) idempotency_key: Option<String>,
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

    /// Makes every mutation of secrets through the handle happen once: one line of 1 to 255 bytes that names what is to be
    /// done, not the attempt. Take it from what leads to the call, such as the number of an order; a random one that is not
    /// kept, or the time, makes another key of each attempt.
    ///
    /// The first call with the key is processed, and its result remembered in the same commit, for as long as the
    /// [window](crate::Policy::idempotency_window) says: 24 hours, unless it was set. A repeat until then changes nothing,
    /// and returns the same result; [`Store::was_replayed`](crate::Store::was_replayed) tells. With other arguments it is
    /// an [`IdempotencyConflict`](crate::ErrorKind::IdempotencyConflict). A call that failed is not remembered. A key counts for
    /// one operation: the same key with another one is independent.
    #[must_use]
    pub fn idempotency_key(mut self, key: impl Into<String>) -> Self {
        self.idempotency_key = Some(key.into());
        self
    }

    /// The idempotency key, once it is known to follow the rules.
    ///
    /// # Errors
    ///
    /// [`InvalidArgument`](crate::ErrorKind::InvalidArgument) names the rule.
    pub(crate) fn checked_key(&self) -> Result<Option<String>> {
        self.idempotency_key.as_deref().map(text::idempotency_key).transpose()
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
