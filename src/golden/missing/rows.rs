//! Frames of values and path lists with their extremes.

use super::{encoded, with_byte};
use crate::golden::Fault;
use crate::golden::text::{Case, hex};

pub(super) fn frames() -> Vec<Case> {
    let case = |value: String| Case::new(&value).with("value", value);
    let lens = [0, 1, 63, 64, 65, 128, 129, 1024, 2049, 4095, 4096, 4097, 5120, 5121];
    let mut cases: Vec<Case> = lens.into_iter().map(|len| case(format!("count*{len}"))).collect();
    let good = case("a5*3".to_owned());
    let changed = |at, byte| with_byte("value-frame", &good, at, byte);
    let bytes = encoded("value-frame", &good);
    cases.push(good.fails("padding that is not zero", Fault::Malformed, changed(7, 1)));
    cases.push(good.fails("last byte not zero", Fault::Malformed, changed(67, 1)));
    cases.push(good.fails("longer than itself", Fault::Malformed, changed(3, 1)));
    cases.push(good.fails("of another bucket", Fault::Malformed, changed(0, 65)));
    cases.push(good.fails("too much padding", Fault::Malformed, [bytes.as_slice(), &[0]].concat()));
    cases.push(good.fails("no whole length", Fault::Malformed, bytes[..3].to_vec()));
    cases
}

pub(super) fn path_lists() -> Vec<Case> {
    let case = |name: &str, paths: &[&str]| {
        paths.iter().fold(Case::new(name), |case, path| case.with("path", hex(path.as_bytes())))
    };
    let longest = ["s".repeat(127), "s".repeat(128)];
    let good = case("good", &["a\0b", "a\0bc", "a\0d", "b"]);
    let bytes = encoded("path-list", &good);
    let changed = |at, byte| with_byte("path-list", &good, at, byte);
    let mut cases = vec![
        case("one", &["name"]),
        case("one behind its beginning", &["a", "a\0b"]),
        case("nothing shared", &["a", "b", "c"]),
        case("half a character shared", &["Gr\u{fc}n", "Gr\u{fd}n"]),
        case("long ones", &[&longest[0], &longest[1]]),
        case(
            "a namespace",
            &["production\0db\0password", "production\0db\0user", "production\0openai", "staging"],
        ),
    ];
    for (name, wrong) in [
        ("twice the same", [&bytes[..7], &[3, 0, 0, 0]].concat()),
        ("out of order", [&bytes[..7], &[0, 0, 1, 0, b'A']].concat()),
        ("less shared than there is", [&bytes[..7], &[2, 0, 2, 0, b'b', b'c']].concat()),
        ("more shared than there is", changed(7, 4)),
        ("the first shares", changed(0, 1)),
        ("nothing follows", changed(2, 0)),
        ("an empty path", vec![0, 0, 0, 0]),
        ("cut in a length", bytes[..9].to_vec()),
        ("cut in a path", bytes[..bytes.len() - 1].to_vec()),
        ("longer than the row", changed(bytes.len() - 2, 1)),
        ("a byte too many", [bytes.as_slice(), &[0]].concat()),
    ] {
        cases.push(good.fails(name, Fault::Damaged, wrong));
    }
    cases.push(good);
    cases
}
