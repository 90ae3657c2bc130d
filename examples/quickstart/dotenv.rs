//! A strict reader of dotenv files: what it does not understand it refuses, with the number of the line and never
//! with its text.
//!
//! A line is blank, a `# comment`, or `KEY=value`, with or without `export` in front. A value is bare, up to a ` #`;
//! or `'literal'`; or `"with escapes"` (`\n \r \t \" \\ \$`). Quoted values may span lines. Nothing is expanded:
//! a `$` is a `$`.

use std::fmt;

use zeroize::Zeroizing;

/// Longest key: it becomes a segment of a path.
const KEY_LEN_MAX: usize = 128;
const BLANK: [char; 2] = [' ', '\t'];

/// One `KEY=value`.
pub(crate) struct Entry<'a> {
    pub(crate) key: &'a str,
    pub(crate) value: Zeroizing<String>,
}

/// A line that is no dotenv.
#[derive(Debug, Eq, PartialEq)]
pub(crate) struct LineError {
    pub(crate) line: usize,
    pub(crate) what: &'static str,
}

impl fmt::Display for LineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.what)
    }
}

/// The entries of a file, in their order. A key that stands there twice comes twice.
pub(crate) fn parse(text: &str) -> Result<Vec<Entry<'_>>, LineError> {
    let mut entries = Vec::new();
    let mut rest = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut line = 1;
    while !rest.is_empty() {
        let (entry, after) = statement(rest).map_err(|what| LineError { line, what })?;
        entries.extend(entry);
        let used = rest.len() - after.len();
        line += rest.bytes().take(used).filter(|&byte| byte == b'\n').count();
        rest = after;
    }
    Ok(entries)
}

/// The entry at the start of `text`, if there is one, and what follows its last line.
fn statement(text: &str) -> Result<(Option<Entry<'_>>, &str), &'static str> {
    let (line, after) = split_line(text);
    let line = line.trim_matches(BLANK);
    if line.is_empty() || line.starts_with('#') {
        return Ok((None, after));
    }
    let start = text.trim_start_matches(BLANK);
    let start = match start.strip_prefix("export") {
        Some(assignment) if assignment.starts_with(BLANK) => assignment.trim_start_matches(BLANK),
        _ => start,
    };
    // A key holds no line end, so a line without `=` is refused even if a later one has it.
    let (key, value) = start.split_once('=').ok_or("expected KEY=value")?;
    let key = key.trim_end_matches(BLANK);
    check_key(key)?;
    let value = value.trim_start_matches(BLANK);
    let (value, after) = if let Some(quoted) = value.strip_prefix('\'') {
        let (literal, after) = quoted_value(quoted, '\'')?;
        (Zeroizing::new(literal.to_owned()), after)
    } else if let Some(quoted) = value.strip_prefix('"') {
        let (escaped, after) = quoted_value(quoted, '"')?;
        (unescape(escaped)?, after)
    } else {
        let (bare, after) = split_line(value);
        (Zeroizing::new(without_comment(bare).to_owned()), after)
    };
    Ok((Some(Entry { key, value }), after))
}

fn check_key(key: &str) -> Result<(), &'static str> {
    let ordinary = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-');
    if key.is_empty() || key.starts_with(|c: char| c.is_ascii_digit()) || !key.chars().all(ordinary) {
        return Err("expected KEY=value, the key of letters, digits and _ . - and no digit first");
    }
    match key {
        _ if key.len() > KEY_LEN_MAX => Err("the key is longer than 128 bytes"),
        "." | ".." => Err("the key cannot be a name in a path"),
        _ => Ok(()),
    }
}

/// What stands before the closing quote, and what follows its line.
fn quoted_value(text: &str, quote: char) -> Result<(&str, &str), &'static str> {
    let mut escaped = false;
    let closing = text.char_indices().find(|&(_, c)| {
        let closes = c == quote && !escaped;
        escaped = c == '\\' && quote == '"' && !escaped;
        closes
    });
    let (at, _) = closing.ok_or("the quote that opens on this line is never closed")?;
    let (value, rest) = text.split_at(at);
    let (tail, after) = split_line(rest.strip_prefix(quote).unwrap_or(rest));
    let tail = tail.trim_matches(BLANK);
    if !tail.is_empty() && !tail.starts_with('#') {
        return Err("something other than a comment follows the closing quote");
    }
    Ok((value, after))
}

fn unescape(text: &str) -> Result<Zeroizing<String>, &'static str> {
    // At its final size from the start: a string that grows leaves copies behind.
    let mut value = Zeroizing::new(String::with_capacity(text.len()));
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        let c = match c {
            '\\' => match chars.next() {
                Some('n') => '\n',
                Some('r') => '\r',
                Some('t') => '\t',
                Some(c @ ('"' | '\\' | '$')) => c,
                _ => {
                    return Err(
                        "an unknown escape in double quotes: \\n \\r \\t \\\" \\\\ and \\$ are known",
                    );
                }
            },
            c => c,
        };
        value.push(c);
    }
    Ok(value)
}

/// A bare value ends where a comment begins: at a `#` behind a blank.
fn without_comment(bare: &str) -> &str {
    let mut after_blank = true;
    let comment = bare.char_indices().find(|&(_, c)| {
        let begins = c == '#' && after_blank;
        after_blank = BLANK.contains(&c);
        begins
    });
    let value = comment.and_then(|(at, _)| bare.get(..at)).unwrap_or(bare);
    value.trim_matches(BLANK)
}

/// The first line without its end, and what follows.
fn split_line(text: &str) -> (&str, &str) {
    let (line, after) = text.split_once('\n').unwrap_or((text, ""));
    (line.strip_suffix('\r').unwrap_or(line), after)
}
