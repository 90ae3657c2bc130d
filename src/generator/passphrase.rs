//! Passphrases: words of a list.
//!
//! The list is the large one of the Electronic Frontier Foundation, <https://www.eff.org/dice>, by Joseph Bonneau, 2016,
//! licensed CC BY 3.0 US. `words.txt` is the file as published without the numbers of the dice; nothing else was changed. No word
//! is the beginning of another, so no two choices of words make the same passphrase, whatever stands between them.

use std::sync::LazyLock;

use super::{broken, buffer_len, check_length};
use crate::crypto::draws::Draws;
use crate::error::Result;
use crate::limits::{GENERATED_WORDS_MAX, GENERATED_WORDS_MIN};
use crate::secret::{Plaintext, SecretBytes};

/// Five throws of a die.
const WORDS: u32 = 7_776;
const WORD_LEN_MAX: usize = 9;

static LIST: LazyLock<Vec<&str>> = LazyLock::new(|| include_str!("words.txt").lines().collect());

#[derive(Clone, Debug)]
pub(super) struct Passphrase {
    words: u32,
    pub(super) separator: char,
}

impl Passphrase {
    pub(super) fn new(words: u32) -> Self {
        Self { words, separator: '-' }
    }

    pub(super) fn check(&self) -> Result<()> {
        let (least, most) = (GENERATED_WORDS_MIN, GENERATED_WORDS_MAX);
        check_length("the number of words of a passphrase", self.words, least, most)?;
        if !(self.separator == ' ' || self.separator.is_ascii_graphic()) {
            return Err(broken("the separator of a passphrase is one character of printable ASCII"));
        }
        Ok(())
    }

    pub(super) fn entropy_bits(&self) -> f64 {
        f64::from(self.words) * f64::from(WORDS).log2()
    }

    pub(super) fn generate(&self) -> Result<SecretBytes> {
        let mut draws = Draws::new();
        // For the longest words, so that it never grows.
        let mut text = Plaintext::zeros(buffer_len(self.words) * (WORD_LEN_MAX + 1));
        let separator = u8::try_from(self.separator).unwrap_or(b'-');
        let mut len = 0;
        for number in 0..self.words {
            if number > 0 {
                len = append(&mut text, len, &[separator]);
            }
            len = append(&mut text, len, draws.pick(&LIST)?.as_bytes());
        }
        Ok(text.narrowed(0..len))
    }
}

/// Writes `part` at `at`, and gives where it ends.
fn append(text: &mut Plaintext, at: usize, part: &[u8]) -> usize {
    for (to, from) in text.iter_mut().skip(at).zip(part) {
        *to = *from;
    }
    at + part.len()
}

#[cfg(test)]
mod tests {
    use data_encoding::HEXLOWER;

    use super::*;
    use crate::crypto::mac::sha256;

    #[test]
    fn the_words_are_those_that_were_published() {
        let mut published = String::new();
        for (number, word) in LIST.iter().enumerate() {
            for place in [1_296, 216, 36, 6, 1] {
                published += &(number / place % 6 + 1).to_string();
            }
            published += &format!("\t{word}\n");
        }
        let digest = HEXLOWER.encode(&sha256(&[published.as_bytes()]));
        assert_eq!(digest, "addd35536511597a02fa0a9ff1e5284677b8883b83e986e43f15a3db996b903e");
    }

    #[test]
    fn no_two_choices_of_words_make_one_passphrase() {
        assert_eq!(LIST.len(), WORDS as usize);
        assert_eq!(LIST.iter().map(|word| word.len()).max(), Some(WORD_LEN_MAX));
        assert!(LIST.iter().all(|word| word.bytes().all(|b| b.is_ascii_lowercase() || b == b'-')));
        // In order, a word would stand right before one that begins with it.
        assert!(LIST.is_sorted() && LIST.windows(2).all(|pair| !pair[1].starts_with(pair[0])));
    }
}
