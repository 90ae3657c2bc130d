//! The rules of the source that no compiler checks: layers, absences, sizes, tables that agree.

mod citations;
mod codes;
mod documents;
mod layers;
mod seams;
mod sizes;
mod source;

use source::Source;

/// Runs one rule over every file of `src`.
#[track_caller]
fn check(rule: impl Fn(&Source) -> Vec<String>) {
    let faults: Vec<String> = source::rust_files().iter().flat_map(rule).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// The control of a rule: it must find its fault in a snippet, and nothing in the snippet's innocent sibling.
#[track_caller]
fn check_control(rule: impl Fn(&Source) -> Vec<String>, path: &str, bad: &str, good: &str) {
    assert!(!rule(&Source::new(path, bad)).is_empty(), "the rule passes over {bad:?} in {path}");
    assert_eq!(rule(&Source::new(path, good)), Vec::<String>::new(), "the rule refuses {good:?} in {path}");
}
