//! Handles that say something of the operations through them.

use std::sync::Arc;

use super::Store;
use super::idempotency::Once;
use crate::error::Result;
use crate::record::context::Context;

impl Store {
    /// Another handle of this store, with the same rights, whose operations say `context` of themselves, instead of what this
    /// handle says. Closing it leaves the store open; closing the handle that the store was opened with closes all.
    ///
    /// # Errors
    ///
    /// [`InvalidArgument`](crate::ErrorKind::InvalidArgument) names the field of `context` that breaks a rule, and the rule.
    ///
    /// # Examples
    ///
    /// ```
    /// use strongroom::{Context, Store};
    ///
    /// let store = Store::in_memory()?;
    /// let nightly = store.with(Context::new().label("app", "backup").reason("nightly rotation"))?;
    /// nightly.put("db/password", "hunter2")?;
    /// assert_eq!(store.get("db/password")?.value().expose(), b"hunter2");
    /// # Ok::<(), strongroom::Error>(())
    /// ```
    pub fn with(&self, context: impl std::borrow::Borrow<Context>) -> Result<Self> {
        let context = context.borrow();
        Ok(Self {
            shared: self.shared.clone(),
            principal: self.principal,
            said: Arc::new(context.checked()?),
            once: Once::with_key(context.checked_key()?),
            is_root: false,
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::{Context, ErrorKind, Store};

    #[test]
    fn closing_the_store_closes_the_handles_that_came_from_it_and_not_the_other_way_round() {
        let store = Store::in_memory().unwrap();
        let (one, other) = (store.with(Context::new()).unwrap(), store.with(Context::new()).unwrap());
        one.put("name", "value").unwrap();
        one.close().unwrap();
        drop(other.with(Context::new()).unwrap());
        other.put("name", "value").unwrap();
        store.close().unwrap();
        assert_eq!(other.get("name").unwrap_err().kind(), ErrorKind::Closed);
        assert_eq!(other.put("name", "value").unwrap_err().kind(), ErrorKind::Closed);
        assert_eq!(other.lock().unwrap_err().kind(), ErrorKind::Closed);
        assert!(other.is_closed());
        other.close().unwrap();
    }

    #[test]
    fn texts_that_break_a_rule_are_refused() {
        let store = Store::in_memory().unwrap();
        for context in [
            Context::new().reason("x".repeat(257)),
            Context::new().reason("two\nlines"),
            Context::new().request_id("x".repeat(129)),
            Context::new().label("", "empty"),
            Context::new().label("a=b", ""),
            Context::new().idempotency_key(""),
            Context::new().idempotency_key("x".repeat(256)),
            Context::new().idempotency_key("two\nlines"),
        ] {
            assert_eq!(store.with(context).unwrap_err().kind(), ErrorKind::InvalidArgument);
        }
    }
}
