//! Texts that people type: what is accepted is what is shown, but for the spellings FORMAT allows.

use std::str::FromStr;

use crate::record::id::{SecretId, SlotId};
use crate::record::pin::Pin;
use crate::record::signature::Signature;
use crate::sealed::recovery;

/// A recovery code: what is accepted is a code that is shown with the same letters. Gives whether it was.
///
/// # Panics
///
/// If it is shown with others.
pub fn recovery_code(text: &str) -> bool {
    let Ok(code) = recovery::parse(text) else { return false };
    let shown = <[u8; 32]>::try_from(code.expose())
        .map(|bytes| recovery::format(&bytes).to_vec())
        .unwrap_or_default();
    let shown: String = shown.iter().map(|&byte| char::from(byte)).filter(|letter| *letter != '-').collect();
    let typed = text.chars().filter(|letter| !matches!(letter, '-' | ' ' | '\t' | '\r' | '\n'));
    let typed: String = typed
        .map(|letter| match letter.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            letter => letter,
        })
        .collect();
    assert!(typed == shown, "a recovery code was read that is shown otherwise");
    true
}

/// A pin: what is accepted is a pin that is shown with the same letters. Gives whether it was.
///
/// # Panics
///
/// If it is shown with others.
pub fn pin(text: &str) -> bool {
    let Ok(pin) = text.parse::<Pin>() else { return false };
    let shown = pin.to_string();
    assert!(shown.eq_ignore_ascii_case(text.trim()), "a pin was read that is shown otherwise");
    assert!(shown.parse().is_ok_and(|again: Pin| again == pin), "a pin is not read as it is shown");
    true
}

/// A signature: what is accepted is shown with the same digits. Gives whether it was.
///
/// # Panics
///
/// If it is shown with others.
pub fn signature(text: &str) -> bool {
    let Ok(signature) = text.parse::<Signature>() else { return false };
    let shown = signature.to_string();
    assert!(shown.eq_ignore_ascii_case(text), "a signature was read that is shown otherwise");
    assert!(shown.parse().is_ok_and(|again: Signature| again == signature), "it is not read as it is shown");
    true
}

/// The id of a slot: what is accepted is shown as it was typed. Gives whether it was.
///
/// # Panics
///
/// If it is shown otherwise.
pub fn slot_id(text: &str) -> bool {
    shown_as_typed::<SlotId>(text)
}

/// The id of a secret, alike.
///
/// # Panics
///
/// If it is shown otherwise.
pub fn secret_id(text: &str) -> bool {
    shown_as_typed::<SecretId>(text)
}

fn shown_as_typed<T: FromStr + ToString>(text: &str) -> bool {
    let Ok(id) = text.parse::<T>() else { return false };
    assert!(id.to_string() == text, "an id was read that is shown otherwise");
    true
}
