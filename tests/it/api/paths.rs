//! Which paths there are, and which spellings are one path.

use strongroom::{ErrorKind, SecretPath, Store};

use crate::fixture::check_refused;

#[track_caller]
fn check(text: &str, expected: Result<&str, ErrorKind>) {
    let store = Store::in_memory().unwrap();
    match expected {
        Ok(normal) => {
            assert_eq!(SecretPath::parse(text).unwrap().as_str(), normal);
            assert_eq!(store.put(text, text).unwrap().path().as_str(), normal);
            assert_eq!(store.get(normal).unwrap().value().expose(), text.as_bytes());
        }
        Err(kind) => {
            check_refused(SecretPath::parse(text), kind);
            check_refused(store.put(text, "x"), kind);
            check_refused(store.get(text), kind);
            check_refused(store.get_version(text, 1), kind);
        }
    }
}

#[test]
fn good_paths_are_taken_as_they_are() {
    let deep = ["s"; 16].join("/");
    let wide = "w".repeat(128);
    let long = [wide.as_str(); 3].join("/") + "/" + &"x".repeat(125);
    assert_eq!(long.len(), 512);
    let spaces = [" ", " a b ", "a%2Fb", "a\\b", "...", ".a", "a.", "-", "日本語/鍵", "é", "🔑", "a:b?c#d"];
    for path in spaces.into_iter().chain([deep.as_str(), &wide, &long]) {
        check(path, Ok(path));
    }
}

#[test]
fn bad_paths_are_refused_everywhere() {
    let deep = ["s"; 17].join("/");
    let wide = "w".repeat(129);
    let long = ["w".repeat(128).as_str(); 3].join("/") + "/" + &"x".repeat(126);
    assert_eq!(long.len(), 513);
    let wide_accents = "é".repeat(65);
    let huge = "x/".repeat(1 << 20);
    let shapes = ["", "/", "/a", "a/", "a//b", ".", "..", "a/./b", "a/../b", "../a", "a/.."];
    let controls = ["a\0b", "a\nb", "a\tb", "\u{1}", "a/\u{7f}", "\u{85}", "a\u{9f}"];
    let limits = [deep.as_str(), &wide, &long, &wide_accents, &huge];
    for path in shapes.into_iter().chain(controls).chain(limits) {
        check(path, Err(ErrorKind::InvalidArgument));
    }
}

#[test]
fn spellings_that_differ_in_normalisation_are_one_path() {
    check("cafe\u{301}/\u{212b}", Ok("café/\u{c5}"));
    check("\u{1112}\u{1161}\u{11ab}", Ok("\u{d55c}"));
    // The limits hold for the normalised path: 64 times three bytes become 64 times two.
    check(&"e\u{301}".repeat(64), Ok(&"é".repeat(64)));
    let store = Store::in_memory().unwrap();
    assert_eq!(store.put("e\u{301}", "1").unwrap().version(), 1);
    assert_eq!(store.put("é", "2").unwrap().version(), 2);
}

#[test]
fn case_and_compatibility_forms_are_kept_apart() {
    let store = Store::in_memory().unwrap();
    for path in ["Key", "key", "KEY", "ﬁ", "fi", "a%2Fb", "a/b"] {
        assert_eq!(store.put(path, path).unwrap().version(), 1, "{path}");
    }
}

#[test]
fn a_parsed_path_serves_everywhere() {
    let store = Store::in_memory().unwrap();
    let path = SecretPath::parse("a/b/c").unwrap();
    assert_eq!(path.segments().collect::<Vec<_>>(), ["a", "b", "c"]);
    store.put(&path, "x").unwrap();
    store.put(path.clone(), "y").unwrap();
    let text = String::from("a/b/c");
    assert_eq!(store.get(&text).unwrap().version(), 2);
    assert_eq!(store.get(&path).unwrap().info().path(), &path);
}
