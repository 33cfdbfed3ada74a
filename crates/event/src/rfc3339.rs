//! RFC 3339 instants, read by hand: strict, and fast enough for each leaf of a rebuild.
//!
//! Start at [`parse`].
//!
//! Never here: time zones by name, clocks, and writing (`Instant`'s `Display` writes).

use crate::{Day, Instant};

/// Most digits after the decimal point. Source: docs/reference/events.md, `recordedtime`.
const FRACTION_DIGITS_MAX: usize = 9;

/// Returns the instant and the day it falls on in its own offset.
///
/// None when `text` is not `YYYY-MM-DDThh:mm:ss[.f]` with `Z` or `±hh:mm`, is no day of the
/// calendar, has a leap second (`:60`: no two systems agree on its place), more than nine fraction
/// digits, or lies outside the years 0000 to 9999 in UTC. Source: RFC 3339, section 5.6; `t` and
/// `z` may be lower case there, and nothing but `T` may stand between day and time.
pub(crate) fn parse(text: &str) -> Option<(Instant, Day)> {
    let [
        y0,
        y1,
        y2,
        y3,
        b'-',
        mo0,
        mo1,
        b'-',
        d0,
        d1,
        b'T' | b't',
        rest @ ..,
    ] = text.as_bytes()
    else {
        return None;
    };
    let [h0, h1, b':', mi0, mi1, b':', s0, s1, rest @ ..] = rest else {
        return None;
    };
    let year = two(*y0, *y1)? * 100 + two(*y2, *y3)?;
    let month = i8::try_from(two(*mo0, *mo1)?).ok()?;
    let day = i8::try_from(two(*d0, *d1)?).ok()?;
    let day = Day::from_ymd(year, month, day)?;
    let (hour, minute, second) = (two(*h0, *h1)?, two(*mi0, *mi1)?, two(*s0, *s1)?);
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let (nanos, rest) = fraction(rest)?;
    let offset_seconds = offset(rest)?;
    let local_seconds = i64::from(hour) * 3600 + i64::from(minute) * 60 + i64::from(second);
    let seconds = i64::from(day.number()) * 86_400 + local_seconds - offset_seconds;
    let instant = Instant::from_parts(seconds, nanos);
    instant.utc_day().ymd()?;
    Some((instant, day))
}

fn digit(byte: u8) -> Option<i16> {
    byte.is_ascii_digit().then(|| i16::from(byte - b'0'))
}

fn two(tens: u8, ones: u8) -> Option<i16> {
    Some(digit(tens)? * 10 + digit(ones)?)
}

/// Returns the nanoseconds of `.fff`, none of it being 0, and what stands after.
fn fraction(rest: &[u8]) -> Option<(u32, &[u8])> {
    let [b'.', digits @ ..] = rest else {
        return Some((0, rest));
    };
    let count = digits.iter().take_while(|b| b.is_ascii_digit()).count();
    if count == 0 || count > FRACTION_DIGITS_MAX {
        return None;
    }
    let (digits, rest) = digits.split_at_checked(count)?;
    let padded = digits
        .iter()
        .copied()
        .chain(std::iter::repeat(b'0'))
        .take(FRACTION_DIGITS_MAX);
    Some((
        padded.fold(0, |nanos, byte| nanos * 10 + u32::from(byte - b'0')),
        rest,
    ))
}

/// Returns the seconds east of UTC.
fn offset(rest: &[u8]) -> Option<i64> {
    let (sign, h0, h1, m0, m1) = match rest {
        [b'Z' | b'z'] => return Some(0),
        [b'+', h0, h1, b':', m0, m1] => (1, h0, h1, m0, m1),
        [b'-', h0, h1, b':', m0, m1] => (-1, h0, h1, m0, m1),
        _ => return None,
    };
    let (hours, minutes) = (two(*h0, *h1)?, two(*m0, *m1)?);
    (hours <= 23 && minutes <= 59)
        .then(|| sign * (i64::from(hours) * 3600 + i64::from(minutes) * 60))
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};
    use proptest::prelude::*;

    use crate::{Day, Instant};

    fn check(text: &str, expected: Expect) {
        let answer = Instant::parse(text).map_or_else(
            || "none".to_owned(),
            |(instant, day)| format!("{instant} on {day}"),
        );
        expected.assert_eq(&answer);
    }

    #[test]
    fn the_day_is_that_of_its_own_offset() {
        check(
            "2020-12-10T00:30:00+07:00",
            expect!["2020-12-09T17:30:00Z on 2020-12-10"],
        );
        check(
            "2020-12-09T23:30:00-05:30",
            expect!["2020-12-10T05:00:00Z on 2020-12-09"],
        );
        check(
            "2020-12-10t00:30:00.5z",
            expect!["2020-12-10T00:30:00.500Z on 2020-12-10"],
        );
        check(
            "2020-02-29T23:59:59.123456789Z",
            expect!["2020-02-29T23:59:59.123456789Z on 2020-02-29"],
        );
    }

    #[test]
    fn everything_else_is_none() {
        for text in [
            "",
            "2020-12-10",
            "2020-12-10T00:30:00",
            "2020-12-10 00:30:00Z",
            "2020-12-10T00:30Z",
            "2020-12-10T24:00:00Z",
            "2020-12-10T23:59:60Z",
            "2021-02-29T00:00:00Z",
            "2020-12-10T00:30:00.Z",
            "2020-12-10T00:30:00.1234567890Z",
            "2020-12-10T00:30:00+0700",
            "2020-12-10T00:30:00+24:00",
            "2020-12-10T00:30:00+07:60",
            "2020-12-10T00:30:00Z ",
            "+020-12-10T00:30:00Z",
            "0000-01-01T00:00:00+00:01",
            "9999-12-31T23:59:59-00:01",
            "២០២០-12-10T00:30:00Z",
        ] {
            assert_eq!(Instant::parse(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(day in -719_528..2_932_897_i32, second in 0..86_400_i64,
            nanos in 0..1_000_000_000_u32) {
            let instant = Instant::from_parts(i64::from(day) * 86_400 + second, nanos);
            prop_assert_eq!(
                Instant::parse(&instant.to_string()),
                Some((instant, Day::from_number(day)))
            );
        }

        #[test]
        fn it_agrees_with_jiff(text in "[0-9]{4}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9](\\.[0-9]{1,9})?(Z|[+-][01][0-9]:[0-5][0-9])") {
            let ours = Instant::parse(&text).map(|(instant, _)| instant.parts());
            let theirs = text.parse::<jiff::Timestamp>().ok().map(|t| {
                let nanos = t.as_nanosecond();
                (i64::try_from(nanos.div_euclid(1_000_000_000)).unwrap(),
                 u32::try_from(nanos.rem_euclid(1_000_000_000)).unwrap())
            });
            if let Some(ours) = ours {
                prop_assert_eq!(Some(ours), theirs);
            }
        }
    }
}
