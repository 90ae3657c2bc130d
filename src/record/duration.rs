//! Durations as people write them.

use std::time::Duration;

use crate::error::{Error, ErrorKind, Result};

/// Reads a duration: whole numbers with the units `s`, `m`, `h`, `d` and `w`, each at most once and in falling order, as in
/// `90d` or `1h30m`; a number alone, which counts seconds; or ISO 8601 as in `P90D`, `PT1H30M` and `P2W`. Years and months have
/// no fixed length and are refused.
///
/// # Errors
///
/// [`ErrorKind::InvalidArgument`] for any other text, and for a duration of more than 2^63 milliseconds.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use strongroom::parse_duration;
///
/// assert_eq!(parse_duration("90d")?, Duration::from_secs(90 * 86_400));
/// assert_eq!(parse_duration("PT1H30M")?, parse_duration("1h30m")?);
/// assert_eq!(parse_duration("300")?, Duration::from_secs(300));
/// assert!(parse_duration("P1Y").is_err());
/// # Ok::<(), strongroom::Error>(())
/// ```
pub fn parse_duration(text: &str) -> Result<Duration> {
    let seconds = match text.strip_prefix('P') {
        Some(iso) => of_iso(iso),
        None if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) => text.parse().ok(),
        None => in_units(text, &PLAIN),
    };
    let in_range =
        |seconds: &u64| seconds.checked_mul(1000).is_some_and(|millis| i64::try_from(millis).is_ok());
    seconds.filter(in_range).map(Duration::from_secs).ok_or_else(|| {
        let message = "a duration is a number of seconds, numbers with s, m, h, d or w as 1h30m, or ISO 8601 as PT1H30M without years and months";
        Error::new(ErrorKind::InvalidArgument, message)
    })
}

/// Units from the greatest, and how many seconds they have.
type Units = [(char, u64)];

const PLAIN: [(char, u64); 5] = [('w', 604_800), ('d', 86_400), ('h', 3_600), ('m', 60), ('s', 1)];

fn of_iso(text: &str) -> Option<u64> {
    const WEEKS: [(char, u64); 1] = [('W', 604_800)];
    const DATE: [(char, u64); 1] = [('D', 86_400)];
    const TIME: [(char, u64); 3] = [('H', 3_600), ('M', 60), ('S', 1)];
    if text.ends_with('W') {
        return in_units(text, &WEEKS);
    }
    match text.split_once('T') {
        None => in_units(text, &DATE),
        Some(("", time)) => in_units(time, &TIME),
        Some((date, time)) => in_units(date, &DATE)?.checked_add(in_units(time, &TIME)?),
    }
}

/// The sum of at least one number with a unit, each of them at most once and in order.
fn in_units(text: &str, units: &Units) -> Option<u64> {
    let (mut rest, mut sum, mut left) = (text, 0_u64, units.iter());
    if text.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let end = rest.find(|letter: char| !letter.is_ascii_digit())?;
        let (number, behind) = rest.split_at_checked(end)?;
        let unit = behind.chars().next()?;
        let (_, seconds) = left.find(|(name, _)| *name == unit)?;
        sum = sum.checked_add(number.parse::<u64>().ok()?.checked_mul(*seconds)?)?;
        rest = behind.get(unit.len_utf8()..)?;
    }
    Some(sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_as_they_are_written() {
        for (text, seconds) in [
            ("0", 0),
            ("0s", 0),
            ("300", 300),
            ("45s", 45),
            ("5m", 300),
            ("2h", 7_200),
            ("90d", 7_776_000),
            ("3w", 1_814_400),
            ("1w2d3h4m5s", 788_645),
            ("1h30m", 5_400),
            ("P90D", 7_776_000),
            ("P2W", 1_209_600),
            ("PT1H", 3_600),
            ("P1DT12H", 129_600),
            ("PT1H30M5S", 5_405),
        ] {
            assert_eq!(parse_duration(text).unwrap(), Duration::from_secs(seconds), "{text}");
        }
    }

    #[test]
    fn other_texts_are_refused() {
        for text in [
            "",
            " ",
            "s",
            "1x",
            "-1",
            "-1s",
            "+1",
            "1.5h",
            "1 h",
            "1h 30m",
            "30m1h",
            "1h1h",
            "1H",
            "P",
            "PT",
            "P1Y",
            "P1M",
            "P1H",
            "PT1D",
            "P1W2D",
            "P1DT",
            "p1d",
            "1d ",
            "١d",
            "99999999999999999999",
            "9999999999999999w",
            "P1DT1",
            "1h30",
        ] {
            assert_eq!(parse_duration(text).unwrap_err().kind(), ErrorKind::InvalidArgument, "{text:?}");
        }
    }
}
