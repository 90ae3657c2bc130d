//! A source file as the rules see it: code only, no comments, no text, no tests.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

/// One file of `src`.
pub(super) struct Source {
    /// Relative to the package, with `/`.
    pub(super) path: String,
    /// As it is.
    pub(super) text: String,
    /// With comments and the insides of literals blanked, and cut off before its inline tests.
    pub(super) code: String,
    /// Compiled for tests only.
    pub(super) test_only: bool,
}

impl Source {
    pub(super) fn new(path: &str, text: &str) -> Self {
        let mut code = blank(text);
        if let Some(tests) = code.find("#[cfg(test)]\nmod tests {") {
            code.truncate(tests);
        }
        Self { path: path.to_owned(), text: text.to_owned(), code, test_only: false }
    }

    /// The lines of code with their numbers.
    pub(super) fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        (1..).zip(self.code.lines())
    }

    /// The path of the module, without `crate`: empty for the root.
    pub(super) fn module(&self) -> Vec<&str> {
        let inner = self.path.trim_start_matches("src/").trim_end_matches(".rs");
        let inner = inner.trim_end_matches("/mod");
        if inner == "lib" { Vec::new() } else { inner.split('/').collect() }
    }

    /// Whether the file is one of `places`, or below one that ends in `/`.
    pub(super) fn is_in(&self, places: &[&str]) -> bool {
        places.iter().any(|place| match place.strip_suffix('/') {
            Some(_) => self.path.starts_with(place),
            None => self.path == *place,
        })
    }
}

/// Every file of `src`. At least one, or a rule that finds nothing would prove nothing.
pub(super) fn rust_files() -> &'static [Source] {
    static FILES: LazyLock<Vec<Source>> = LazyLock::new(|| {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut paths = Vec::new();
        collect(&root.join("src"), &mut paths);
        paths.sort();
        let mut files: Vec<Source> = paths
            .iter()
            .map(|path| {
                let name = path.strip_prefix(root).unwrap().to_str().unwrap().replace('\\', "/");
                Source::new(&name, &fs::read_to_string(path).unwrap())
            })
            .collect();
        let test_only: BTreeSet<String> = files.iter().flat_map(test_modules).collect();
        for file in &mut files {
            file.test_only = test_only.iter().any(|module| {
                file.path == format!("{module}.rs") || file.path.starts_with(&format!("{module}/"))
            });
        }
        assert!(files.len() > 30, "only {} files found", files.len());
        files
    });
    &FILES
}

fn collect(folder: &Path, paths: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, paths);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            paths.push(path);
        }
    }
}

/// The modules that `file` declares for tests and fuzzers only, as paths without extension.
fn test_modules(file: &Source) -> Vec<String> {
    let mut folder = vec!["src"];
    folder.extend(file.module());
    let lines: Vec<&str> = file.text.lines().map(str::trim).collect();
    lines
        .windows(2)
        .filter(|pair| ["#[cfg(test)]", "#[cfg(any(fuzzing, test))]"].contains(&pair[0]))
        .filter_map(|pair| pair[1].strip_suffix(';')?.rsplit_once("mod ").map(|(_, name)| name))
        .map(|name| format!("{}/{name}", folder.join("/")))
        .collect()
}

/// Blanks comments and the insides of string and character literals; keeps every line break.
fn blank(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let (len, keep) = token(rest, first);
        let (this, next) = rest.split_at(len);
        match keep {
            true => out.push_str(this),
            false => out.extend(this.chars().map(|c| if c == '\n' { '\n' } else { ' ' })),
        }
        rest = next;
    }
    out
}

/// The length of what `rest` starts with, and whether it is code.
fn token(rest: &str, first: char) -> (usize, bool) {
    if rest.starts_with("//") {
        return (rest.find('\n').unwrap_or(rest.len()), false);
    }
    if rest.starts_with("/*") {
        return (rest.find("*/").map_or(rest.len(), |end| end + 2), false);
    }
    if let Some(raw) = rest.strip_prefix('r')
        && raw.trim_start_matches('#').starts_with('"')
    {
        let hashes = raw.len() - raw.trim_start_matches('#').len();
        let close = format!("\"{}", "#".repeat(hashes));
        let start = 1 + hashes + 1;
        return (rest[start..].find(&close).map_or(rest.len(), |end| start + end + close.len()), false);
    }
    match first {
        '"' => (literal_len(rest, '"'), false),
        '\'' if rest[1..].starts_with('\\') => (literal_len(rest, '\''), false),
        '\'' if rest.chars().nth(2) == Some('\'') => {
            (rest.char_indices().nth(3).map_or(rest.len(), |(end, _)| end), false)
        }
        // A word as a whole, so that the r of `ptr` starts no raw string.
        _ if is_word(first) => (rest.find(|c| !is_word(c)).unwrap_or(rest.len()), true),
        _ => (first.len_utf8(), true),
    }
}

fn literal_len(rest: &str, close: char) -> usize {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if c == close => return at + c.len_utf8(),
            _ => {}
        }
    }
    rest.len()
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// The words of a line of code.
pub(super) fn words(line: &str) -> impl Iterator<Item = &str> {
    line.split(|c| !is_word(c)).filter(|word| !word.is_empty())
}

#[test]
fn only_code_is_read() {
    let source = Source::new(
        "src/x.rs",
        "let a = \"unsafe \\\" {\"; // unsafe\nlet b = r#\"unsafe \"#; /* unsafe\n*/ let c: &'static u8 = &b'{';\n\
         let d = '\\''; let ptr = 1;\n#[cfg(test)]\nmod tests { unsafe }\n",
    );
    assert!(!source.code.contains("unsafe") && !source.code.contains('{'), "{}", source.code);
    assert!(source.code.contains("&'static u8") && source.code.contains("let ptr = 1;"), "{}", source.code);
    assert_eq!(source.code.lines().count(), 4);
}

#[test]
fn modules_for_tests_are_known_by_their_declaration() {
    let root = Source::new("src/lib.rs", "mod a;\n#[cfg(test)]\nmod b;\n");
    assert_eq!(test_modules(&root), ["src/b"]);
    let inner = Source::new("src/sealed/mod.rs", "#[cfg(test)]\npub(crate) mod faults;\nmod commit;\n");
    assert_eq!(test_modules(&inner), ["src/sealed/faults"]);
}
