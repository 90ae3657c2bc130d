use super::*;

fn fresh() -> (String, Vec<u8>) {
    let (code, bytes) = RecoveryCode::generate().unwrap();
    (code.expose().to_owned(), bytes.expose().to_vec())
}

fn parsed(text: &str) -> Option<Vec<u8>> {
    match parse(text) {
        Ok(bytes) => Some(bytes.expose().to_vec()),
        Err(error) => {
            assert_eq!(error.kind(), ErrorKind::InvalidArgument);
            None
        }
    }
}

#[test]
fn a_code_is_read_as_it_was_shown() {
    for _ in 0..200 {
        let (text, bytes) = fresh();
        assert_eq!(text.len(), TEXT_LEN);
        assert_eq!(parsed(&text).as_ref(), Some(&bytes));
        let sloppy = text.to_lowercase().replace('-', " ").replace('0', "o").replace('1', "l");
        assert_eq!(parsed(&sloppy), Some(bytes));
    }
}

#[test]
fn a_known_code_stands_for_known_bytes() {
    let code: Vec<u8> = (0..32).collect();
    let shown = format(code.as_slice().try_into().unwrap());
    // The data symbols are Crockford's base 32 of the bytes; the check symbols follow from FORMAT 5.3.
    assert_eq!(parsed(std::str::from_utf8(&shown).unwrap()), Some(code));
    let data: String = std::str::from_utf8(&shown).unwrap().split('-').map(|group| &group[..4]).collect();
    assert_eq!(data, "000G40R40M30E209185GR38E1W8124GK2GAHC5RR34D1P70X3RFG");
}

/// Every single wrong symbol, every swap of neighbours that differ, and every swap of groups is found, and named.
#[test]
fn typing_errors_are_found_in_their_group() {
    let (text, _) = fresh();
    let letters: Vec<char> = text.chars().collect();
    for at in (0..letters.len()).filter(|at| letters[*at] != '-') {
        for other in ALPHABET.iter().map(|&letter| char::from(letter)).filter(|other| *other != letters[at]) {
            let mut typed = letters.clone();
            typed[at] = other;
            let error = parse(&typed.iter().collect::<String>()).map(drop).unwrap_err();
            assert!(error.to_string().contains(&format!("group {} ", at / 6 + 1)), "{at}: {error}");
        }
        if at + 1 < letters.len() && letters[at + 1] != '-' && letters[at] != letters[at + 1] {
            let mut typed = letters.clone();
            typed.swap(at, at + 1);
            assert_eq!(parsed(&typed.iter().collect::<String>()), None, "swapped at {at}");
        }
    }
    let groups: Vec<&str> = text.split('-').collect();
    for a in 0..GROUPS {
        for b in 0..a {
            let mut typed = groups.clone();
            typed.swap(a, b);
            assert_eq!(parsed(&typed.join("-")), None, "groups {a} and {b} swapped");
        }
    }
}

#[test]
fn other_lengths_and_letters_are_refused() {
    let (text, _) = fresh();
    for wrong in ["", "-", "U", &text[..text.len() - 1], &format!("{text}0"), &text.replace('-', "\u{301}")] {
        assert_eq!(parsed(wrong), None);
    }
}
