//! Passwords: characters of some classes.

use super::{broken, buffer_len, check_length};
use crate::crypto::draws::{Draws, not_random};
use crate::error::Result;
use crate::limits::GENERATED_PASSWORD_LEN_MAX;
use crate::secret::{Plaintext, SecretBytes};

const LOOK_ALIKES: &[u8] = b"0O1lI|";
/// Passwords thrown away for lack of a class before the bytes cannot be random: at least one of twenty has them all.
const ATTEMPTS_MAX: u32 = 10_000;

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Class {
    Lower,
    Upper,
    Digits,
    Symbols,
}

impl Class {
    const ALL: [Self; 4] = [Self::Lower, Self::Upper, Self::Digits, Self::Symbols];

    fn characters(self) -> &'static [u8] {
        match self {
            Self::Lower => b"abcdefghijklmnopqrstuvwxyz",
            Self::Upper => b"ABCDEFGHIJKLMNOPQRSTUVWXYZ",
            Self::Digits => b"0123456789",
            Self::Symbols => b"!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~",
        }
    }
}

#[derive(Clone, Debug)]
pub(super) struct Password {
    length: u32,
    classes: Vec<Class>,
    pub(super) look_alikes: bool,
    pub(super) each_class: bool,
}

impl Password {
    pub(super) fn new(length: u32) -> Self {
        Self { length, classes: Class::ALL.to_vec(), look_alikes: true, each_class: false }
    }

    pub(super) fn choose(&mut self, class: Class, chosen: bool) {
        self.classes.retain(|own| *own != class);
        if chosen {
            self.classes.push(class);
        }
    }

    pub(super) fn check(&self) -> Result<()> {
        let (length, classes) = (self.length, self.classes.len());
        check_length("the number of characters of a password", length, 1, GENERATED_PASSWORD_LEN_MAX)?;
        if classes == 0 {
            return Err(broken("a password needs a class of characters"));
        }
        if self.each_class && buffer_len(length) < classes {
            let rule = format!("a password with each of {classes} classes has at least {classes} characters");
            return Err(broken(rule));
        }
        Ok(())
    }

    /// The characters of each class.
    fn alphabets(&self) -> Vec<Vec<u8>> {
        let allowed = |letter: &u8| self.look_alikes || !LOOK_ALIKES.contains(letter);
        let of = |class: &Class| class.characters().iter().copied().filter(allowed).collect();
        self.classes.iter().map(of).collect()
    }

    /// The passwords that have each class are counted by inclusion and exclusion, as a share of all: their number itself is
    /// too great for a float.
    pub(super) fn entropy_bits(&self) -> f64 {
        let sizes = self.alphabets().into_iter().map(|alphabet| u32::try_from(alphabet.len()));
        let sizes: Vec<f64> = sizes.map(|size| f64::from(size.unwrap_or_default())).collect();
        let letters: f64 = sizes.iter().sum();
        let all = f64::from(self.length) * letters.log2();
        if !self.each_class {
            return all;
        }
        // Of every set of classes: its sign, and how many letters are left without it.
        let mut sets = vec![(1.0, letters)];
        for size in sizes {
            let without: Vec<(f64, f64)> = sets.iter().map(|(sign, left)| (-sign, left - size)).collect();
            sets.extend(without);
        }
        let length = i32::try_from(self.length).unwrap_or(i32::MAX);
        let share: f64 = sets.iter().map(|(sign, left)| sign * (left / letters).powi(length)).sum();
        all + share.log2()
    }

    pub(super) fn generate(&self) -> Result<SecretBytes> {
        let alphabets = self.alphabets();
        let letters = alphabets.concat();
        let mut draws = Draws::new();
        let mut password = Plaintext::zeros(buffer_len(self.length));
        for _ in 0..ATTEMPTS_MAX {
            for letter in password.iter_mut() {
                *letter = *draws.pick(&letters)?;
            }
            let has = |class: &Vec<u8>| password.iter().any(|letter| class.contains(letter));
            if !self.each_class || alphabets.iter().all(has) {
                return Ok(password.into());
            }
        }
        Err(not_random())
    }
}
