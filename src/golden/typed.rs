//! Vectors of what is written down and typed again: recovery codes and pins. Both texts are computed here by FORMAT 5.3
//! and 8.7, on strings of bits and not through the code that shows and reads them.

use super::text::{Case, bytes_of};
use super::{Fault, Kind};
use crate::crypto::mac::sha256;
use crate::record::pin::Pin;
use crate::sealed::recovery;

pub(super) const CROCKFORD: &str = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const RFC_4648: &str = "abcdefghijklmnopqrstuvwxyz234567";

pub(super) fn kinds() -> [Kind; 2] {
    [
        Kind {
            name: "recovery-code",
            encode: |case| code_of(case.text("code")).unwrap(),
            check: check_code,
            after_flip: |_| &[Fault::Different],
            flip_every: 1,
        },
        Kind {
            name: "pin",
            encode: |case| {
                let bytes = pin_bytes(case);
                assert_eq!(pin_text(&bytes), case.text("text"), "{}", case.name);
                bytes
            },
            check: check_pin,
            after_flip: |_| &[Fault::Different],
            flip_every: 1,
        },
    ]
}

/// The text in an alphabet of 32, zero bits at the end.
fn symbols(bytes: &[u8]) -> Vec<u8> {
    let mut bits: String = bytes.iter().map(|byte| format!("{byte:08b}")).collect();
    while !bits.len().is_multiple_of(5) {
        bits.push('0');
    }
    bits.as_bytes()
        .chunks(5)
        .map(|five| u8::from_str_radix(std::str::from_utf8(five).unwrap(), 2).unwrap())
        .collect()
}

fn letter(alphabet: &str, symbol: u8) -> char {
    alphabet.chars().nth(usize::from(symbol)).unwrap()
}

/// The product in GF(2)[x] / (x^5 + x^2 + 1).
fn product(a: u8, b: u8) -> u8 {
    let long = (0..5).fold(0u16, |sum, bit| sum ^ ((u16::from(a) << bit) * u16::from(b >> bit & 1)));
    let reduced = (5..9).rev().fold(long, |rest, bit| rest ^ ((0b10_0101 << (bit - 5)) * (rest >> bit & 1)));
    u8::try_from(reduced).unwrap()
}

/// x^5 g + x^4 a + x^3 b + x^2 c + x d, the sum that FORMAT 5.3 nests.
pub(super) fn check_symbol(group: u8, data: &[u8]) -> u8 {
    const POWERS: [u8; 5] = [0b00101, 0b10000, 0b01000, 0b00100, 0b00010];
    [&[group], data].concat().iter().zip(POWERS).fold(0, |sum, (&symbol, power)| sum ^ product(symbol, power))
}

/// The text of a recovery code.
pub(super) fn code_text(code: &[u8; 32]) -> String {
    let symbols = symbols(code);
    let groups = (1..).zip(symbols.chunks(4)).map(|(number, data)| {
        let all = data.iter().copied().chain([check_symbol(number, data)]);
        all.map(|symbol| letter(CROCKFORD, symbol)).collect::<String>()
    });
    groups.collect::<Vec<_>>().join("-")
}

/// The bytes behind the text of a recovery code, exactly as it is shown.
pub(super) fn code_of(text: &str) -> Option<Vec<u8>> {
    let groups = text.split('-').map(|group| group.get(..4));
    let data: String = groups.collect::<Option<Vec<_>>>()?.concat();
    let places = data.chars().map(|letter| CROCKFORD.find(letter));
    let bits: String =
        places.collect::<Option<Vec<_>>>()?.iter().map(|place| format!("{place:05b}")).collect();
    let bytes = bits.as_bytes().chunks_exact(8).map(|byte| std::str::from_utf8(byte).unwrap());
    let bytes: Vec<u8> = bytes.map(|byte| u8::from_str_radix(byte, 2).unwrap()).collect();
    (code_text(bytes.as_slice().try_into().ok()?) == text).then_some(bytes)
}

/// What was typed: as text, or in hexadecimal where it has spaces at its ends, tabs or lines.
fn typed(case: &Case) -> Vec<String> {
    let plain = case.all("typed").into_iter().map(str::to_owned);
    let spelled = case.all("typed-hex").into_iter().map(|hex| bytes_of(hex).unwrap());
    plain.chain(spelled.map(|bytes| String::from_utf8(bytes).unwrap())).collect()
}

fn check_code(case: &Case, bytes: &[u8]) -> Result<(), Fault> {
    let code = case.text("code");
    for text in typed(case).iter().map(String::as_str).chain([code]) {
        let found = recovery::parse(text).map_err(|_| Fault::Malformed)?;
        if found.expose() != bytes {
            return Err(Fault::Different);
        }
    }
    let shown = recovery::format(bytes.try_into().map_err(|_| Fault::Malformed)?);
    if &*shown == code.as_bytes() { Ok(()) } else { Err(Fault::Different) }
}

fn pin_bytes(case: &Case) -> Vec<u8> {
    let (store_id, head): ([u8; 16], [u8; 32]) = (case.array("store-id"), case.array("head"));
    [store_id.as_slice(), &case.number::<u64>("generation").to_le_bytes(), &head].concat()
}

/// The text of a pin of these 56 bytes.
pub(super) fn pin_text(bytes: &[u8]) -> String {
    let check = &sha256(&[b"strongroom/1/pin", bytes])[..4];
    let letters = symbols(&[bytes, check].concat()).into_iter().map(|symbol| letter(RFC_4648, symbol));
    format!("sr_pin_{}", letters.collect::<String>())
}

fn check_pin(case: &Case, bytes: &[u8]) -> Result<(), Fault> {
    let shown = case.text("text");
    for text in typed(case).iter().map(String::as_str).chain([shown]) {
        let pin: Pin = text.parse().map_err(|_| Fault::Malformed)?;
        let found = [pin.store_id.as_slice(), &pin.generation.to_le_bytes(), &pin.head].concat();
        if found != bytes || pin.to_string() != shown {
            return Err(Fault::Different);
        }
    }
    Ok(())
}
