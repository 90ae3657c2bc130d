//! JSON as an export has it: one object on a line, in the form that Python's `json.dumps(…, separators=(",", ":"),
//! ensure_ascii=False)` gives.

/// An object that is being written.
pub(super) struct Object(String);

impl Object {
    pub(super) fn new() -> Self {
        Self("{".to_owned())
    }

    pub(super) fn text(mut self, name: &str, value: &str) -> Self {
        self.name(name);
        quote(&mut self.0, value);
        self
    }

    pub(super) fn number(mut self, name: &str, value: impl Into<i128>) -> Self {
        self.name(name);
        self.0.push_str(&value.into().to_string());
        self
    }

    pub(super) fn object(mut self, name: &str, value: Self) -> Self {
        self.name(name);
        self.0.push_str(&value.end());
        self
    }

    fn name(&mut self, name: &str) {
        if self.0.len() > 1 {
            self.0.push(',');
        }
        quote(&mut self.0, name);
        self.0.push(':');
    }

    /// The whole object.
    pub(super) fn end(mut self) -> String {
        self.0.push('}');
        self.0
    }
}

fn quote(json: &mut String, text: &str) {
    json.push('"');
    for letter in text.chars() {
        match letter {
            '"' => json.push_str("\\\""),
            '\\' => json.push_str("\\\\"),
            '\n' => json.push_str("\\n"),
            '\r' => json.push_str("\\r"),
            '\t' => json.push_str("\\t"),
            '\u{8}' => json.push_str("\\b"),
            '\u{c}' => json.push_str("\\f"),
            letter if letter < ' ' => json.push_str(&format!("\\u{:04x}", u32::from(letter))),
            letter => json.push(letter),
        }
    }
    json.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_reader_of_json_reads_what_was_written() {
        let every: String =
            (0..0x300).filter_map(char::from_u32).chain("\u{2028}\u{ffff}😀".chars()).collect();
        let inner = Object::new().text("", "");
        let line = Object::new()
            .text("text", &every)
            .text("te\"xt", "\\")
            .number("least", i64::MIN)
            .number("most", u64::MAX)
            .object("inner", inner)
            .object("empty", Object::new())
            .end();
        let read: serde_json::Value = serde_json::from_str(&line).unwrap();
        let expected = serde_json::json!({
            "text": every, "te\"xt": "\\", "least": i64::MIN, "most": u64::MAX, "inner": { "": "" }, "empty": {},
        });
        assert_eq!(read, expected);
        assert!(!line.contains(|letter| letter < ' '), "it is one line");
    }
}
