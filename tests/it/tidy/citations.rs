//! Every `FORMAT n.m` in the source is a section of docs/FORMAT.md.

use std::fs;
use std::path::Path;

use super::source::Source;
use super::{check, check_control};

/// The numbers of the headings: `## 4.1 Kinds` is section 4.1.
fn sections(specification: &str) -> Vec<&str> {
    let headings = specification.lines().filter(|line| line.starts_with('#'));
    let numbers = headings.filter_map(|line| line.trim_start_matches('#').split_whitespace().next());
    let numbers = numbers.map(|number| number.trim_start_matches('§').trim_end_matches(['.', ':']));
    numbers.filter(|number| number.starts_with(|c: char| c.is_ascii_digit())).collect()
}

/// The sections that a line cites, as `FORMAT 4.1` or `FORMAT.md 4.1`.
fn cited(line: &str) -> impl Iterator<Item = &str> {
    line.split("FORMAT").skip(1).filter_map(|rest| {
        let number = rest.strip_prefix(".md").unwrap_or(rest).strip_prefix(' ')?;
        let end = number.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(number.len());
        let number = number[..end].trim_end_matches('.');
        (!number.is_empty()).then_some(number)
    })
}

fn missing(file: &Source, specification: &str) -> Vec<String> {
    let sections = sections(specification);
    let lines = (1..).zip(file.text.lines());
    lines
        .flat_map(|(number, line)| cited(line).map(move |section| (number, section)))
        .filter(|(_, section)| !sections.contains(section))
        .map(|(number, section)| format!("{}:{number}: FORMAT has no section {section}", file.path))
        .collect()
}

#[test]
fn every_cited_section_of_the_format_exists() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/FORMAT.md");
    let specification = fs::read_to_string(&path).expect("docs/FORMAT.md is the specification of the format");
    check(|file| missing(file, &specification));
}

#[test]
fn a_citation_of_a_section_that_does_not_exist_is_seen() {
    let sections = "# Format\n## 4. Slots\n### 4.1 Kinds\n4.2 is no heading\n";
    for bad in ["// FORMAT 5.", "// As FORMAT 4 and FORMAT 4.2 say.", "// See docs/FORMAT.md 9."] {
        check_control(|file| missing(file, sections), "src/x.rs", bad, "// FORMAT 4, FORMAT 4.1.");
    }
}
