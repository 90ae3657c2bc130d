//! Texts that people give: bounded, in Unicode NFC, mostly of one line.

use unicode_normalization::{UnicodeNormalization, is_nfc};

use crate::error::{Error, ErrorKind, Result};
use crate::limits::{
    CONTENT_TYPE_LEN_MAX, DESCRIPTION_LEN_MAX, IDEMPOTENCY_KEY_LEN_MAX, NOTE_LEN_MAX, REASON_LEN_MAX,
    REQUEST_ID_LEN_MAX,
};

/// What a text may be.
#[derive(Clone, Copy)]
pub(crate) struct Rule {
    pub(crate) what: &'static str,
    pub(crate) least: usize,
    pub(crate) most: usize,
}

impl Rule {
    fn broken(self) -> Error {
        let Self { what, least, most } = self;
        let message = match least {
            0 => format!("{what} has at most {most} bytes"),
            _ => format!("{what} has {least} to {most} bytes"),
        };
        Error::new(ErrorKind::InvalidArgument, message)
    }
}

/// A text of one line in NFC.
pub(crate) fn checked(text: &str, rule: Rule) -> Result<String> {
    normalised(text, rule, |_| false)
}

/// A checked description: lines and tabs are its own.
pub(crate) fn description(text: &str) -> Result<String> {
    let rule = Rule { what: "a description", least: 0, most: DESCRIPTION_LEN_MAX };
    normalised(text, rule, |letter| matches!(letter, '\n' | '\t'))
}

/// A checked note on a version.
pub(crate) fn note(text: &str) -> Result<String> {
    checked(text, Rule { what: "a note", least: 0, most: NOTE_LEN_MAX })
}

/// A checked reason for an operation.
pub(crate) fn reason(text: &str) -> Result<String> {
    checked(text, Rule { what: "a reason", least: 0, most: REASON_LEN_MAX })
}

/// A checked id of a request.
pub(crate) fn request_id(text: &str) -> Result<String> {
    checked(text, Rule { what: "the id of a request", least: 0, most: REQUEST_ID_LEN_MAX })
}

/// A checked idempotency key.
pub(crate) fn idempotency_key(text: &str) -> Result<String> {
    checked(text, Rule { what: "an idempotency key", least: 1, most: IDEMPOTENCY_KEY_LEN_MAX })
}

/// A checked content type: type, slash and subtype of RFC 6838, perhaps with parameters. Nothing in the store depends on
/// what it says.
pub(crate) fn content_type(text: &str) -> Result<String> {
    let text = checked(text, Rule { what: "a content type", least: 0, most: CONTENT_TYPE_LEN_MAX })?;
    let is_name = |name: &str| {
        let first = name.chars().next().is_some_and(|letter| letter.is_ascii_alphanumeric());
        first && name.chars().all(|letter| letter.is_ascii_alphanumeric() || "!#$&-^_.+".contains(letter))
    };
    let essence = text.split(';').next().unwrap_or_default().trim_end();
    let known = essence.split_once('/').is_some_and(|(kind, subtype)| is_name(kind) && is_name(subtype));
    if text.is_empty() || (known && text.is_ascii()) {
        Ok(text)
    } else {
        Err(Error::new(ErrorKind::InvalidArgument, "a content type is a type and a subtype, as text/plain"))
    }
}

fn normalised(text: &str, rule: Rule, allowed: impl Fn(char) -> bool) -> Result<String> {
    // Normalising shrinks by a bounded factor only; this bounds the work before it.
    if text.len() > 3 * rule.most {
        return Err(rule.broken());
    }
    let text = if is_nfc(text) { text.to_owned() } else { text.nfc().collect() };
    if !(rule.least..=rule.most).contains(&text.len()) {
        return Err(rule.broken());
    }
    if text.chars().any(|letter| letter.is_control() && !allowed(letter)) {
        let message = format!("{} holds no control characters", rule.what);
        return Err(Error::new(ErrorKind::InvalidArgument, message));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_types_are_those_of_rfc_6838() {
        for good in ["", "text/plain", "application/json; charset=utf-8", "application/vnd.api+json"] {
            assert_eq!(content_type(good).unwrap(), good);
        }
        for bad in ["text", "/plain", "text/", "text /plain", "tëxt/plain", "a/b/c", "text/plain\n"] {
            assert_eq!(content_type(bad).unwrap_err().kind(), ErrorKind::InvalidArgument, "{bad:?}");
        }
    }

    #[test]
    fn descriptions_have_lines_and_notes_have_not() {
        assert_eq!(description("one\ntwo\tthree").unwrap(), "one\ntwo\tthree");
        assert!(description("bell\u{7}").is_err());
        assert!(note("one\ntwo").is_err());
        assert_eq!(note("e\u{301}").unwrap(), "\u{e9}");
        let error = description(&"x".repeat(DESCRIPTION_LEN_MAX + 1)).unwrap_err();
        assert_eq!(error.to_string(), "a description has at most 4096 bytes");
    }
}
