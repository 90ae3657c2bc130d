//! Recovery codes: 256 random bits to be written down, in groups that each say whether they were typed right.
//! FORMAT 5.3.

use secrecy::{ExposeSecret, SecretString};
use zeroize::{Zeroize, Zeroizing};

use crate::crypto::random;
use crate::error::{Error, ErrorKind, Result};
use crate::secret::{Plaintext, SecretBytes};

/// Crockford's base 32: no I, L, O and U.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Symbols of a group that carry the code; one more checks them.
const DATA: usize = 4;
const GROUPS: usize = 13;
/// Groups and the dashes between them.
const TEXT_LEN: usize = GROUPS * (DATA + 1) + GROUPS - 1;
const CODE_LEN: usize = 32;

/// A recovery code, shown once: write it down and drop this. Wiped on drop.
///
/// Thirteen groups of five characters, joined by dashes: `4CXQ7-…`. The last character of a group checks it, so a
/// typing error is found before the code is tried.
///
/// ```compile_fail,E0277
/// fn print(code: strongroom::RecoveryCode) {
///     println!("{code:?}");
/// }
/// ```
/// ```compile_fail,E0599
/// fn copy(code: strongroom::RecoveryCode) -> strongroom::RecoveryCode {
///     code.clone()
/// }
/// ```
/// ```compile_fail,E0369
/// fn same(one: strongroom::RecoveryCode, other: strongroom::RecoveryCode) -> bool {
///     one == other
/// }
/// ```
pub struct RecoveryCode(SecretString);

impl RecoveryCode {
    /// A new code, and the bytes it stands for.
    pub(crate) fn generate() -> Result<(Self, SecretBytes)> {
        let mut code = Zeroizing::new([0; CODE_LEN]);
        random::fill(code.as_mut_slice())?;
        let text = format(&code);
        let text = std::str::from_utf8(&text).map_err(|_| Error::internal("a recovery code is not ASCII"))?;
        Ok((Self(SecretString::from(Box::<str>::from(text))), code.as_slice().into()))
    }

    /// The text to write down.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// Whether `text` is a recovery code typed without an error. Whether it opens a store is for
    /// [`Slots::check`](crate::Slots::check) to say.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidArgument`] names the group that has an error.
    pub fn check(text: &str) -> Result<()> {
        parse(text).map(drop)
    }
}

/// The text that is shown for a code.
pub(crate) fn format(code: &[u8; CODE_LEN]) -> Plaintext {
    let mut text = Vec::with_capacity(TEXT_LEN);
    let mut group = Group::new(0);
    for at in 0..GROUPS * DATA {
        let symbol = five_bits(code, at);
        text.push(letter(symbol));
        group.add(symbol);
        if at % DATA == DATA - 1 {
            text.push(letter(group.check()));
            group = Group::new(at / DATA + 1);
            text.extend((at + 1 < GROUPS * DATA).then_some(b'-'));
        }
    }
    text.into()
}

/// The bytes a typed code stands for.
pub(crate) fn parse(text: &str) -> Result<SecretBytes> {
    let refused = |why: String| Error::new(ErrorKind::InvalidArgument, why);
    let mut code = Zeroizing::new([0; CODE_LEN]);
    let (mut group, mut count) = (Group::new(0), 0);
    for typed in text.chars().filter(|typed| !matches!(typed, '-' | ' ' | '\t' | '\r' | '\n')) {
        let (number, within) = (count / (DATA + 1), count % (DATA + 1));
        let wrong = || refused(format!("group {} of the recovery code has a typing error", number + 1));
        let symbol = symbol_of(typed).ok_or_else(wrong)?;
        if number >= GROUPS {
            return Err(refused("the recovery code is too long: it has 13 groups of five".to_owned()));
        }
        if within < DATA {
            group.add(symbol);
            if !put_five_bits(&mut code, number * DATA + within, symbol) {
                return Err(wrong());
            }
        } else if group.check() == symbol {
            group = Group::new(number + 1);
        } else {
            return Err(wrong());
        }
        count += 1;
    }
    if count < GROUPS * (DATA + 1) {
        return Err(refused("the recovery code is too short: it has 13 groups of five".to_owned()));
    }
    Ok(code.as_slice().into())
}

/// The check symbol of a group: a polynomial over GF(32) in its number and symbols, so that any single wrong symbol,
/// any two swapped neighbours and any two swapped groups are found.
struct Group(u8);

impl Group {
    fn new(number: usize) -> Self {
        Self(u8::try_from(number + 1).unwrap_or_default())
    }

    fn add(&mut self, symbol: u8) {
        self.0 = doubled(self.0) ^ symbol;
    }

    fn check(&self) -> u8 {
        doubled(self.0)
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

/// Times the generator of GF(32) modulo x^5 + x^2 + 1.
fn doubled(value: u8) -> u8 {
    let shifted = value << 1;
    if shifted & 0x20 == 0 { shifted } else { shifted ^ 0x25 }
}

/// The five bits at place `at`, most significant first; zeros behind the end.
fn five_bits(code: &[u8; CODE_LEN], at: usize) -> u8 {
    (0..5).fold(0, |bits, offset| {
        let bit = at * 5 + offset;
        let byte = code.get(bit / 8).copied().unwrap_or_default();
        bits << 1 | byte >> (7 - bit % 8) & 1
    })
}

/// `false` if a bit behind the end is set.
fn put_five_bits(code: &mut [u8; CODE_LEN], at: usize, symbol: u8) -> bool {
    (0..5).all(|offset| {
        let (bit, value) = (at * 5 + offset, symbol >> (4 - offset) & 1);
        match code.get_mut(bit / 8) {
            Some(byte) => {
                *byte |= value << (7 - bit % 8);
                true
            }
            None => value == 0,
        }
    })
}

fn letter(symbol: u8) -> u8 {
    ALPHABET.get(usize::from(symbol)).copied().unwrap_or_default()
}

fn symbol_of(typed: char) -> Option<u8> {
    let letter = match typed.to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        letter => letter,
    };
    let found = ALPHABET.iter().position(|&known| char::from(known) == letter)?;
    u8::try_from(found).ok()
}

const _: () = assert!(GROUPS * DATA * 5 >= CODE_LEN * 8 && (GROUPS - 1) * DATA * 5 < CODE_LEN * 8);

#[cfg(test)]
mod tests;
