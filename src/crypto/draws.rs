//! Draws in which every choice is as likely as any other.

use super::random;
use crate::error::{Error, ErrorKind, Result};
use crate::secret::Plaintext;

/// Random bytes that are asked for at once.
const STOCK_LEN: usize = 256;
/// Numbers refused in a row, each with a chance below one half, before the bytes cannot be random.
const REFUSED_MAX: u32 = 128;

/// Draws from the operating system's randomness. What they are made of is wiped.
pub(crate) struct Draws {
    stock: Plaintext,
    used: usize,
}

impl Draws {
    pub(crate) fn new() -> Self {
        Self { stock: Plaintext::zeros(STOCK_LEN), used: STOCK_LEN }
    }

    /// One of at most 65,535 choices.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::RandomFailed`]; [`ErrorKind::Internal`] for no choice and for too many.
    pub(crate) fn pick<'a, T>(&mut self, choices: &'a [T]) -> Result<&'a T> {
        let wrong = || Error::new(ErrorKind::Internal, "a draw among no choices or too many");
        let count = u16::try_from(choices.len()).ok().filter(|count| *count > 0).ok_or_else(wrong)?;
        choices.get(usize::from(self.below(count)?)).ok_or_else(wrong)
    }

    /// A number below `count`, which is not zero. A remainder alone would prefer small numbers, so what lies behind the
    /// last whole multiple of `count` is refused.
    fn below(&mut self, count: u16) -> Result<u16> {
        let accepted = u16::MAX - (u16::MAX % count + 1) % count;
        for _ in 0..REFUSED_MAX {
            let number = self.number()?;
            if number <= accepted {
                return Ok(number % count);
            }
        }
        Err(not_random())
    }

    fn number(&mut self) -> Result<u16> {
        if self.used >= self.stock.len() {
            random::fill(&mut self.stock)?;
            self.used = 0;
        }
        let pair = self.stock.get(self.used..).and_then(<[u8]>::first_chunk::<2>).ok_or_else(not_random)?;
        self.used += pair.len();
        Ok(u16::from_le_bytes(*pair))
    }
}

/// For whoever would otherwise wait for ever.
pub(crate) fn not_random() -> Error {
    Error::new(ErrorKind::RandomFailed, "what the operating system gave as random bytes is not random")
}

#[cfg(test)]
pub(crate) mod uniformity {
    /// By how many standard deviations counts of draws miss what is expected of them: Pearson's chi-squared, made normal as
    /// Wilson and Hilferty do (1931), for with few counts it is far from that. Above 8 no fair draw ever gets.
    pub(crate) fn deviation(counts: &[u32], weights: &[f64]) -> f64 {
        let drawn: f64 = counts.iter().map(|&count| f64::from(count)).sum();
        let whole: f64 = weights.iter().sum();
        let term = |(&count, &weight): (&u32, &f64)| {
            let expected = drawn * weight / whole;
            (f64::from(count) - expected).powi(2) / expected
        };
        let freedom = (counts.len() - 1) as f64;
        let squared: f64 = counts.iter().zip(weights).map(term).sum();
        let variance = 2.0 / (9.0 * freedom);
        ((squared / freedom).cbrt() - (1.0 - variance)) / variance.sqrt()
    }
}

#[cfg(test)]
mod tests {
    use super::uniformity::deviation;
    use super::*;

    /// The deviation of a hundred draws for each of `count` numbers, and many where those are few.
    fn measured(count: u16, mut draw: impl FnMut() -> u16) -> f64 {
        let mut counts = vec![0; usize::from(count)];
        for _ in 0..(u32::from(count) * 100).max(100_000) {
            counts[usize::from(draw())] += 1;
        }
        deviation(&counts, &vec![1.0; counts.len()])
    }

    #[test]
    fn every_choice_is_as_likely_as_any_other() {
        let mut draws = Draws::new();
        for count in [2, 10, 94, 1_000, 7_776, 40_000] {
            let found = measured(count, || draws.below(count).unwrap());
            assert!(found < 8.0, "{found} standard deviations among {count}");
        }
        // The controls: remainders prefer the small numbers.
        let found = measured(2, || draws.below(11).unwrap() % 2);
        assert!(found > 8.0, "{found} standard deviations among two");
        for count in [7_776, 40_000] {
            let found = measured(count, || draws.number().unwrap() % count);
            assert!(found > 8.0, "{found} standard deviations among {count}");
        }
    }

    #[test]
    fn numbers_behind_the_last_whole_multiple_are_refused() {
        let mut draws = Draws::new();
        let mut after = |numbers: [u16; 2], count| {
            draws.stock[..2].copy_from_slice(&numbers[0].to_le_bytes());
            draws.stock[2..4].copy_from_slice(&numbers[1].to_le_bytes());
            draws.used = 0;
            (draws.below(count).unwrap(), draws.used)
        };
        assert_eq!(after([65_534, 7], 10), (7, 4), "65,530 to 65,535 are no whole ten");
        assert_eq!(after([65_529, 7], 10), (9, 2));
        assert_eq!(after([65_535, 7], 256), (255, 2), "65,536 is a multiple");
        assert_eq!(after([65_535, 7], 1), (0, 2));
        assert_eq!(after([65_535, 7], 65_535), (7, 4));
    }

    #[test]
    fn bytes_that_are_not_random_end_in_an_error() {
        let mut draws = Draws { stock: Plaintext::from(vec![0xff; 512]), used: 0 };
        assert_eq!(draws.below(10).unwrap_err().kind(), ErrorKind::RandomFailed);
    }

    #[test]
    fn there_must_be_a_choice() {
        let mut draws = Draws::new();
        assert_eq!(draws.pick::<u8>(&[]).unwrap_err().kind(), ErrorKind::Internal);
        assert_eq!(draws.pick(&[7; 65_536]).unwrap_err().kind(), ErrorKind::Internal);
        assert_eq!(draws.pick(&[7]).unwrap(), &7);
    }
}
