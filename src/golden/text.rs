//! The text of a vector file: a header, then cases, each with its fields and its bytes in hexadecimal.
//!
//! ```text
//! kind: version-record
//! comment: what these are
//!
//! case: empty-tail
//! expect: ok
//! number: 1
//! tail:
//! hex:
//! 0300010001000000…
//! ```
//!
//! A field of bytes is hexadecimal, or `a5*1300` for a byte repeated, or `count*1300` for 0, 1, …, 250, 0, ….

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fmt::Display;
use std::str::FromStr;

use data_encoding::HEXLOWER;

use super::Fault;

const HEX_LINE: usize = 64;

pub(super) struct VectorFile {
    pub(super) kind: String,
    pub(super) comment: String,
    pub(super) cases: Vec<Case>,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Expect {
    Ok,
    Fault(Fault),
}

const EXPECTATIONS: [(&str, Expect); 7] = [
    ("ok", Expect::Ok),
    ("different", Expect::Fault(Fault::Different)),
    ("unauthentic", Expect::Fault(Fault::Unauthentic)),
    ("malformed", Expect::Fault(Fault::Malformed)),
    ("unsupported-format", Expect::Fault(Fault::UnsupportedFormat)),
    ("damaged", Expect::Fault(Fault::Damaged)),
    ("not-a-store", Expect::Fault(Fault::NotAStore)),
];

pub(super) struct Case {
    pub(super) name: String,
    pub(super) expect: Expect,
    pub(super) bytes: Vec<u8>,
    fields: Vec<(String, String)>,
    used: RefCell<BTreeSet<String>>,
}

pub(super) fn hex(bytes: &[u8]) -> String {
    HEXLOWER.encode(bytes)
}

/// The bytes a field stands for.
pub(super) fn bytes_of(text: &str) -> Option<Vec<u8>> {
    match text.split_once('*') {
        None => HEXLOWER.decode(text.as_bytes()).ok(),
        Some(("count", len)) => Some((0..=250).cycle().take(len.parse().ok()?).collect()),
        Some((byte, len)) => Some(HEXLOWER.decode(byte.as_bytes()).ok()?.repeat(len.parse().ok()?)),
    }
}

impl VectorFile {
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let mut blocks = text.split("\n\n");
        let head: Vec<&str> = blocks.next().unwrap_or_default().lines().collect();
        let &[kind, comment] = head.as_slice() else { return Err("no header of two lines".into()) };
        let kind = kind.strip_prefix("kind: ").ok_or("no kind")?.to_owned();
        let comment = comment.strip_prefix("comment: ").ok_or("no comment")?.to_owned();
        let cases = blocks.map(Case::parse).collect::<Result<Vec<_>, _>>()?;
        let names: BTreeSet<_> = cases.iter().map(|case| &case.name).collect();
        if names.len() != cases.len() {
            return Err("two cases of one name".into());
        }
        Ok(Self { kind, comment, cases })
    }

    pub(super) fn print(&self) -> String {
        let mut text = format!("kind: {}\ncomment: {}\n", self.kind, self.comment);
        for case in &self.cases {
            let (expect, _) = EXPECTATIONS.iter().find(|(_, expect)| *expect == case.expect).unwrap();
            text += &format!("\ncase: {}\nexpect: {expect}\n", case.name);
            for (name, value) in &case.fields {
                text += format!("{name}: {value}").trim_end();
                text += "\n";
            }
            text += "hex:\n";
            for line in case.bytes.chunks(HEX_LINE) {
                text += &hex(line);
                text += "\n";
            }
        }
        text
    }
}

impl Case {
    pub(super) fn new(name: impl Display) -> Self {
        Self {
            name: name.to_string(),
            expect: Expect::Ok,
            bytes: Vec::new(),
            fields: Vec::new(),
            used: RefCell::default(),
        }
    }

    /// With one more field; a name may come several times.
    pub(super) fn with(mut self, name: &str, value: impl Display) -> Self {
        self.fields.push((name.to_owned(), value.to_string()));
        self
    }

    /// The same fields with other bytes, which must not be accepted.
    pub(super) fn fails(&self, name: impl Display, fault: Fault, bytes: Vec<u8>) -> Self {
        let fields = self.fields.clone();
        Self { fields, bytes, expect: Expect::Fault(fault), ..Self::new(name) }
    }

    fn parse(block: &str) -> Result<Self, String> {
        let mut lines = block.lines();
        let name = lines.next().and_then(|line| line.strip_prefix("case: ")).ok_or("a block is no case")?;
        let broken = |what: &str| format!("case {name}: {what}");
        let expect =
            lines.next().and_then(|line| line.strip_prefix("expect: ")).ok_or(broken("expects nothing"))?;
        let (_, expect) =
            EXPECTATIONS.iter().find(|(word, _)| *word == expect).ok_or(broken("expects the unknown"))?;
        let mut case = Self { expect: *expect, ..Self::new(name) };
        for line in lines.by_ref().take_while(|line| *line != "hex:") {
            let (name, value) = line.split_once(':').ok_or(broken("a field without a name"))?;
            case.fields.push((name.to_owned(), value.strip_prefix(' ').unwrap_or(value).to_owned()));
        }
        for line in lines {
            case.bytes
                .extend(HEXLOWER.decode(line.as_bytes()).map_err(|_| broken("bytes are not hexadecimal"))?);
        }
        if case.bytes.is_empty() { Err(broken("no bytes")) } else { Ok(case) }
    }

    /// With one more field, if it has a value.
    pub(super) fn with_some(self, name: &str, value: Option<impl Display>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    /// Every value of a field.
    pub(super) fn all(&self, name: &str) -> Vec<&str> {
        self.used.borrow_mut().insert(name.to_owned());
        self.fields.iter().filter(|(field, _)| field == name).map(|(_, value)| value.as_str()).collect()
    }

    pub(super) fn text(&self, name: &str) -> &str {
        match self.all(name).as_slice() {
            [value] => value,
            found => panic!("case {}: {} fields of name {name}", self.name, found.len()),
        }
    }

    /// A field that need not be there.
    pub(super) fn maybe<T: FromStr>(&self, name: &str) -> Option<T> {
        (!self.all(name).is_empty()).then(|| self.number(name))
    }

    pub(super) fn number<T: FromStr>(&self, name: &str) -> T {
        let text = self.text(name);
        text.parse().unwrap_or_else(|_| panic!("case {}: {name} is no number", self.name))
    }

    pub(super) fn bytes(&self, name: &str) -> Vec<u8> {
        bytes_of(self.text(name)).unwrap_or_else(|| panic!("case {}: {name} is no bytes", self.name))
    }

    pub(super) fn array<const N: usize>(&self, name: &str) -> [u8; N] {
        let bytes = self.bytes(name);
        bytes.try_into().unwrap_or_else(|_| panic!("case {}: {name} is not {N} bytes", self.name))
    }

    /// A field that nothing looks at says nothing.
    pub(super) fn assert_all_used(&self, place: &str) {
        for (name, _) in &self.fields {
            assert!(self.used.borrow().contains(name), "{place}: nothing looks at {name}");
        }
    }
}

#[test]
fn files_that_do_not_follow_the_form_are_refused() {
    let good = "kind: a\ncomment: b\n\ncase: c\nexpect: ok\nfield: 1\nempty:\nhex:\n00ff\n";
    let file = VectorFile::parse(good).unwrap();
    assert_eq!((file.cases[0].bytes.as_slice(), file.cases[0].text("empty")), (&[0, 255][..], ""));
    assert_eq!(file.print(), good);
    for (part, broken) in [
        ("kind: a\n", ""),
        ("comment: b", "remark: b"),
        ("case: c", "cases: c"),
        ("expect: ok", "expect: perhaps"),
        ("field: 1", "field 1"),
        ("hex:", "bytes:"),
        ("00ff", "00f"),
        ("00ff", "00FF"),
        ("00ff\n", ""),
        ("00ff\n", "00ff\n\ncase: c\nexpect: ok\nhex:\n00\n"),
        ("00ff\n", "00ff\n\n\n"),
    ] {
        assert!(VectorFile::parse(&good.replace(part, broken)).is_err(), "{broken}");
    }
    assert_eq!(bytes_of("a5*3").unwrap(), [0xa5; 3]);
    assert_eq!(bytes_of("count*252").unwrap()[249..], [249, 250, 0]);
}
