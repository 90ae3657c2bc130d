use std::collections::BTreeSet;

use data_encoding::{BASE32_NOPAD, BASE64URL_NOPAD, HEXLOWER};

use super::*;
use crate::crypto::draws::Draws;
use crate::crypto::draws::uniformity::deviation;
use crate::crypto::random::seeded;

const SYMBOLS: &str = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";

fn text(generator: &Generator) -> String {
    String::from_utf8(generator.generate().unwrap().expose().to_vec()).unwrap()
}

/// A thousand passwords, and every character in them.
fn letters(generator: &Generator) -> BTreeSet<char> {
    (0..1_000).flat_map(|_| text(generator).chars().collect::<Vec<_>>()).collect()
}

#[track_caller]
fn check_refused(generator: &Generator, message: &str) {
    for error in [generator.generate().err().unwrap(), generator.entropy_bits().unwrap_err()] {
        assert_eq!((error.kind(), error.to_string().as_str()), (ErrorKind::InvalidArgument, message));
    }
}

/// Bits to a millionth.
#[track_caller]
fn check_entropy(generator: &Generator, bits: f64) {
    let found = generator.entropy_bits().unwrap();
    assert!((found - bits).abs() < 1e-6, "{found} bits and not {bits}");
}

#[test]
fn passwords_have_the_characters_of_the_classes_chosen_and_no_others() {
    let every: BTreeSet<char> = ('!'..='~').collect();
    assert_eq!(letters(&Generator::password(64)), every);
    let of = |chosen: [bool; 4]| {
        let [lower, upper, digits, symbols] = chosen;
        Generator::password(64).lower(lower).upper(upper).digits(digits).symbols(symbols)
    };
    for (chosen, expected) in [
        ([true, false, false, false], ('a'..='z').collect::<BTreeSet<char>>()),
        ([false, true, false, false], ('A'..='Z').collect()),
        ([false, false, true, false], ('0'..='9').collect()),
        ([false, false, false, true], SYMBOLS.chars().collect()),
        ([true, false, true, false], ('a'..='z').chain('0'..='9').collect()),
    ] {
        assert_eq!(letters(&of(chosen)), expected);
    }
    let again = of([false; 4]).digits(true).digits(true);
    assert_eq!(again.entropy_bits().unwrap(), 64.0 * 10_f64.log2(), "a class that is chosen twice is one");
}

#[test]
fn look_alikes_are_left_out_where_they_must_not_be() {
    let without: BTreeSet<char> = ('!'..='~').filter(|letter| !"0O1lI|".contains(*letter)).collect();
    assert_eq!((letters(&Generator::password(64).look_alikes(false)), without.len()), (without, 88));
}

#[test]
fn passwords_have_each_class_where_they_must() {
    let has_each = |password: String| {
        let has = |class: fn(&char) -> bool| password.chars().any(|letter| class(&letter));
        let [lower, upper] = [char::is_ascii_lowercase, char::is_ascii_uppercase].map(has);
        lower && upper && has(char::is_ascii_digit) && has(char::is_ascii_punctuation)
    };
    let generator = Generator::password(4);
    let each = generator.clone().each_class(true);
    assert!((0..300).all(|_| has_each(text(&each))));
    // The control: without being told, one of fifteen has.
    assert!((0..300).any(|_| !has_each(text(&generator))));
}

/// How many passwords of four letters and digits have so many digits, 1 to 3, and how many there are of each.
fn digits_in(mut password: impl FnMut() -> Vec<u8>) -> ([u32; 3], [f64; 3]) {
    let mut counts = [0; 3];
    for _ in 0..30_000 {
        let digits = password().iter().filter(|letter| letter.is_ascii_digit()).count();
        counts[digits - 1] += 1;
    }
    let (digits, letters) = (10_f64, 26_f64);
    let weights =
        [4.0 * digits * letters.powi(3), 6.0 * (digits * letters).powi(2), 4.0 * digits.powi(3) * letters];
    (counts, weights)
}

#[test]
fn passwords_that_must_have_each_class_stay_as_likely_as_each_other() {
    let generator = Generator::password(4).lower(false).symbols(false).each_class(true);
    let (counts, weights) = digits_in(|| text(&generator).into_bytes());
    let found = deviation(&counts, &weights);
    assert!(found < 8.0, "{found} standard deviations");
    // The control: one of each class, and then two of any.
    let mut draws = Draws::new();
    let (digits, letters) = (b"0123456789", b"ABCDEFGHIJKLMNOPQRSTUVWXYZ");
    let any = [digits.as_slice(), letters].concat();
    let (counts, weights) = digits_in(|| {
        let mut pick = |from: &[u8]| *draws.pick(from).unwrap();
        vec![pick(digits), pick(letters), pick(&any), pick(&any)]
    });
    assert!(deviation(&counts, &weights) > 8.0);
}

#[test]
fn the_entropy_of_passwords_is_that_of_those_that_fit() {
    check_entropy(&Generator::password(1), 94_f64.log2());
    check_entropy(&Generator::password(20), 131.091_777);
    check_entropy(&Generator::password(20).look_alikes(false), 20.0 * 88_f64.log2());
    let two = Generator::password(2).lower(false).symbols(false);
    check_entropy(&two, 1_296_f64.log2());
    check_entropy(&two.each_class(true), 520_f64.log2());
    // 10 of 26 letters and 10 digits in 3 places: 36^3 - 26^3 - 10^3.
    check_entropy(&Generator::password(3).lower(false).symbols(false).each_class(true), 28_080_f64.log2());
    // Four places, one for each class, in any order.
    check_entropy(&Generator::password(4).each_class(true), f64::log2(24.0 * 26.0 * 26.0 * 10.0 * 32.0));
    let least = Generator::password(4).look_alikes(false).each_class(true);
    check_entropy(&least, f64::log2(24.0 * 25.0 * 24.0 * 8.0 * 31.0));
    check_entropy(
        &Generator::password(5).upper(false).symbols(false).digits(false).each_class(true),
        5.0 * 26_f64.log2(),
    );
    let long = Generator::password(1_024);
    check_entropy(&long, 6_711.898_984);
    assert!(long.clone().each_class(true).entropy_bits().unwrap() <= long.entropy_bits().unwrap());
}

#[test]
fn tokens_are_random_bytes_in_their_encoding() {
    let encoded = |generator: Generator| {
        // The same bytes for each.
        seeded::set(Some(17));
        let secret = generator.generate().unwrap().expose().to_vec();
        seeded::set(None);
        secret
    };
    for bytes in [16, 17, 32, 1_024] {
        let token = || Generator::token(bytes);
        let raw = encoded(token().encoding(TokenEncoding::Raw));
        assert_eq!(raw.len(), bytes as usize);
        assert_eq!(encoded(token()), BASE64URL_NOPAD.encode(&raw).into_bytes());
        assert_eq!(encoded(token().encoding(TokenEncoding::Hex)), HEXLOWER.encode(&raw).into_bytes());
        let base32 = BASE32_NOPAD.encode(&raw).to_ascii_lowercase();
        assert_eq!(encoded(token().encoding(TokenEncoding::Base32)), base32.into_bytes());
        assert_eq!(token().entropy_bits().unwrap(), f64::from(bytes) * 8.0);
    }
    assert_ne!(text(&Generator::token(16)), text(&Generator::token(16)));
}

#[test]
fn passphrases_are_words_with_a_separator_between_them() {
    let passphrase = text(&Generator::passphrase(5).separator(' '));
    assert_eq!(passphrase.split(' ').count(), 5);
    for word in passphrase.split(' ') {
        assert!(
            (3..=9).contains(&word.len()) && word.starts_with(|c: char| c.is_ascii_lowercase()),
            "{word}"
        );
    }
    let longest = text(&Generator::passphrase(64));
    assert!(longest.split('-').count() >= 64, "four words have a hyphen of their own");
    check_entropy(&Generator::passphrase(6), 77.548_875_0);
    check_entropy(&Generator::passphrase(3).separator('.'), 46_656_f64.log2() * 2.5);
}

#[test]
fn descriptions_that_break_a_rule_are_refused_when_they_are_used() {
    for length in [0, 1_025] {
        let rule = "the number of characters of a password has 1 to 1024, and not ";
        check_refused(&Generator::password(length), &format!("{rule}{length}"));
    }
    for bytes in [0, 15, 1_025] {
        let rule = "the number of bytes of a token has 16 to 1024, and not ";
        check_refused(&Generator::token(bytes), &format!("{rule}{bytes}"));
    }
    for words in [0, 2, 65] {
        let rule = "the number of words of a passphrase has 3 to 64, and not ";
        check_refused(&Generator::passphrase(words), &format!("{rule}{words}"));
    }
    for (length, words) in [(1, 3), (1_024, 64)] {
        assert_eq!(Generator::password(length).generate().unwrap().len(), length as usize);
        Generator::passphrase(words).generate().unwrap();
    }
    let none = Generator::password(9).lower(false).upper(false).digits(false).symbols(false);
    check_refused(&none, "a password needs a class of characters");
    check_refused(
        &Generator::password(3).each_class(true),
        "a password with each of 4 classes has at least 4 characters",
    );
    for separator in ['\n', '\u{7f}', '\u{e9}', '\0'] {
        check_refused(
            &Generator::passphrase(4).separator(separator),
            "the separator of a passphrase is one character of printable ASCII",
        );
    }
}

#[test]
fn a_choice_for_another_form_is_refused() {
    check_refused(&Generator::token(32).digits(true), "classes of characters are chosen for passwords only");
    check_refused(
        &Generator::passphrase(4).look_alikes(true),
        "classes of characters are chosen for passwords only",
    );
    check_refused(
        &Generator::password(9).encoding(TokenEncoding::Hex),
        "an encoding is chosen for tokens only",
    );
    check_refused(&Generator::token(32).separator('-'), "a separator is chosen for passphrases only");
}
