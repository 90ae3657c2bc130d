//! Files and functions that fit a head and a screen.

use super::source::{Source, rust_files, words};
use super::{check, check_control};

const FILE_LINES_MAX: usize = 600;
const FILE_LINES_MEDIAN: usize = 150;
const FUNCTION_LINES_MAX: usize = 70;

fn is_long(file: &Source) -> Vec<String> {
    let lines = file.text.lines().count();
    if lines <= FILE_LINES_MAX { Vec::new() } else { vec![format!("{}: {lines} lines", file.path)] }
}

fn median(mut lines: Vec<usize>) -> usize {
    lines.sort_unstable();
    lines[lines.len() / 2]
}

/// Functions longer than a screen, from `fn` to the brace that closes them.
fn has_long_functions(file: &Source) -> Vec<String> {
    let lines: Vec<&str> = file.code.lines().collect();
    let starts = (0..lines.len()).filter(|&at| {
        let mut found = words(lines[at]);
        let name = found.by_ref().any(|word| word == "fn").then(|| found.next()).flatten();
        name.is_some_and(|name| lines[at].contains(&format!("fn {name}")))
    });
    starts
        .map(|start| (start, function_len(&lines[start..])))
        .filter(|&(_, len)| len > FUNCTION_LINES_MAX)
        .map(|(start, len)| format!("{}:{}: a function of {len} lines", file.path, start + 1))
        .collect()
}

fn function_len(lines: &[&str]) -> usize {
    let (mut braces, mut brackets, mut opened) = (0, 0, false);
    for (number, line) in (1..).zip(lines) {
        for c in line.chars() {
            match c {
                '{' => (braces, opened) = (braces + 1, true),
                '}' => braces -= 1,
                '(' | '[' => brackets += 1,
                ')' | ']' => brackets -= 1,
                // A declaration without a body; the `;` of an array type stands in brackets.
                ';' if !opened && brackets == 0 => return number,
                _ => {}
            }
            if opened && braces == 0 {
                return number;
            }
        }
    }
    lines.len()
}

#[test]
fn no_file_is_longer_than_600_lines() {
    check(is_long);
    check_control(is_long, "src/x.rs", &"\n".repeat(601), &"\n".repeat(600));
}

#[test]
fn half_of_the_files_have_at_most_150_lines() {
    assert_eq!(median(vec![900, 1, 151]), 151);
    let found = median(rust_files().iter().map(|file| file.text.lines().count()).collect());
    assert!(found <= FILE_LINES_MEDIAN, "the median file has {found} lines");
}

#[test]
fn every_function_fits_a_screen() {
    check(has_long_functions);
    let of = |lines: usize| {
        format!("impl X {{\n    fn f(a: [u8; 2]) {{\n{}    }}\n}}\n", "        g();\n".repeat(lines - 2))
    };
    check_control(has_long_functions, "src/x.rs", &of(71), &of(70));
}
