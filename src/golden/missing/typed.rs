//! Recovery codes and pins, as they are shown and as people type them.

use super::encoded;
use crate::golden::Fault;
use crate::golden::text::{Case, hex};
use crate::golden::typed::{code_text, pin_text};

pub(super) fn codes() -> Vec<Case> {
    let case = |name: &str, code: [u8; 32]| Case::new(name).with("code", code_text(&code));
    let counting: [u8; 32] = std::array::from_fn(|at| at as u8);
    let text = code_text(&counting);
    let good = case("counting", counting)
        .with("typed", text.to_lowercase())
        .with("typed", text.replace('-', ""))
        .with("typed", text.replace('-', " "))
        .with("typed", text.replace('0', "O").replace('1', "I"))
        .with("typed", text.replace('0', "o").replace('1', "l"))
        .with("typed", text.replace('1', "L").to_lowercase().replace('l', "i"))
        .with("typed", format!("--{}", text.replace('-', " - ")))
        .with("typed-hex", hex(format!("\t{}\r\n", text.replace('-', "\n")).as_bytes()));
    let mut cases = vec![
        case("zeros", [0; 32]),
        case("ones", [0xff; 32]),
        case("highest bit", std::array::from_fn(|at| if at == 0 { 0x80 } else { 0 })),
        case("lowest bit", std::array::from_fn(|at| u8::from(at == 31))),
        case(
            "powers of three",
            std::array::from_fn(|at| (0..at).fold(1u8, |power, _| power.wrapping_mul(3))),
        ),
    ];
    let groups: Vec<&str> = text.split('-').collect();
    let exchanged = |a: usize, b: usize| {
        let mut groups = groups.clone();
        groups.swap(a, b);
        groups.join("-")
    };
    let replaced = |at: usize, letter: &str| [&text[..at], letter, &text[at + 1..]].concat();
    for (name, wrong) in [
        ("first symbol", replaced(0, "1")),
        ("check symbol of the first group", replaced(4, if &text[4..5] == "7" { "8" } else { "7" })),
        ("last check symbol", replaced(76, if &text[76..] == "7" { "8" } else { "7" })),
        ("neighbours exchanged", [&text[..7], &text[8..9], &text[7..8], &text[9..]].concat()),
        ("groups exchanged", exchanged(1, 2)),
        ("first and last group exchanged", exchanged(0, 12)),
        ("a group missing", groups[..12].join("-")),
        ("a group twice", format!("{text}-{}", groups[12])),
        ("a symbol missing", text[..76].to_owned()),
        ("a symbol too many", format!("{text}0")),
        ("the letter U", replaced(0, "U")),
        ("a wider space", text.replace('-', "\u{a0}")),
        ("a longer dash", text.replace('-', "\u{2013}")),
        ("a letter of another script", replaced(0, "\u{41e}")),
        ("nothing", String::new()),
        ("last four bits set", with_bits_behind_the_end(&counting)),
    ] {
        let bytes = counting.to_vec();
        cases.push(Case::new(name).with("code", wrong).fails(name, Fault::Malformed, bytes));
    }
    let other = case("of another code", [1; 32]);
    cases.push(other.fails("of another code", Fault::Different, encoded("recovery-code", &good)));
    cases.push(good);
    cases
}

/// The text of `code`, with one of the four bits set that are not part of it, and a check symbol that fits.
fn with_bits_behind_the_end(code: &[u8; 32]) -> String {
    use crate::golden::typed::{CROCKFORD, check_symbol};
    let text = code_text(code);
    let place = |letter: char| CROCKFORD.find(letter).unwrap() as u8;
    let mut data: Vec<u8> = text[72..76].chars().map(place).collect();
    data[3] |= 1;
    let last = data.iter().copied().chain([check_symbol(13, &data)]);
    let last: String = last.map(|symbol| CROCKFORD.as_bytes()[usize::from(symbol)] as char).collect();
    [&text[..72], &last].concat()
}

pub(super) fn pins() -> Vec<Case> {
    let case = |name: &str, store_id: &str, generation: u64, head: &str| {
        Case::new(name).with("store-id", store_id).with("generation", generation).with("head", head)
    };
    let shown = |case: Case| {
        let bytes = [
            case.bytes("store-id"),
            case.number::<u64>("generation").to_le_bytes().to_vec(),
            case.bytes("head"),
        ];
        let text = pin_text(&bytes.concat());
        (case.with("text", &text), text)
    };
    let (good, text) = shown(case("a store", "a0*16", 77, "count*32"));
    let good = good
        .with("typed", text.to_uppercase().replace("SR_PIN_", "sr_pin_"))
        .with("typed-hex", hex(format!(" {text}\r\n").as_bytes()));
    let mut cases =
        vec![shown(case("zero", "00*16", 0, "00*32")).0, shown(case("max", "ff*16", u64::MAX, "ff*32")).0];
    let bytes = encoded("pin", &good);
    let mut other_check = text.clone();
    other_check.replace_range(102.., if text.ends_with('a') { "b" } else { "a" });
    for (name, wrong) in [
        ("another check", other_check),
        ("another first letter", text.replacen("sr_pin_", "sr_pin_x", 1)[..103].to_owned()),
        ("without what it starts with", text[7..].to_owned()),
        ("starts in capitals", text.replace("sr_pin_", "SR_PIN_")),
        ("cut short", text[..102].to_owned()),
        ("a letter too many", format!("{text}a")),
        ("padded", format!("{text}=")),
        ("a space within", text.replacen("sr_pin_", "sr_pin_ ", 1)),
        ("a letter that is none", text.replacen(&text[7..8], "1", 1)),
    ] {
        cases.push(Case::new(name).with("text", wrong).fails(name, Fault::Malformed, bytes.clone()));
    }
    let (older, _) = shown(case("of another generation", "a0*16", 76, "count*32"));
    cases.push(older.fails("of another generation", Fault::Different, bytes));
    cases.push(good);
    cases
}
