//! Days of other calendars as days of the common one. A year or a month of another calendar is the interval of
//! the common days that it covers.
//!
//! Start at [`Calendar::span`]. Each calendar says its source and the years in which it is sure.
//!
//! Never here: texts.

use event::Day;
use serde::Deserialize;

use super::span::Span;

/// A calendar by its name in a mapping.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Calendar {
    /// The common one.
    #[default]
    Gregorian,
    /// That of Thailand. Years from 2484 are those of the common calendar with 543 more; from 2456 to 2483 they
    /// began on 1 April, and 2483 ended with December. Source: the Calendar Year Act, B.E. 2483 (1940), and the
    /// decree of 1913 that began the count. Cambodia's years begin in April or May, and are not these.
    Buddhist,
    /// That of Iran. Source: K. Borkowski, The Persian calendar for 3000 years, Earth, Moon, and Planets 74
    /// (1996): the years of 33-year cycles; sure from 1178 to 1633, where it agrees with the equinox.
    SolarHijri,
    /// That of Ethiopia, years of the Era of Mercy: twelve months of 30 days, and 5 or 6 days. Source: N. Dershowitz
    /// and E. Reingold, Calendrical Calculations, 4th edition (2018), section 4.2.
    Ethiopian,
}

/// The number of 1 January 1970 in days of Julian reckoning.
const UNIX_EPOCH: i64 = 2_440_588;

impl Calendar {
    /// Returns the days of a year, a month or a day; none where the calendar has no such, or it is not sure.
    pub(super) fn span(self, year: i16, month: Option<i8>, day: Option<i8>) -> Option<Span> {
        if month.is_none() && day.is_some() {
            return None;
        }
        match self {
            Self::Gregorian => Span::of(year, month, day),
            Self::Buddhist => thai(year, month, day),
            Self::SolarHijri => {
                (1178..=1633).contains(&year).then_some(())?;
                cover(year, month, day, 12, persian_month, persian)
            }
            Self::Ethiopian => {
                (1000..=2100).contains(&year).then_some(())?;
                cover(year, month, day, 13, ethiopian_month, ethiopian)
            }
        }
    }
}

fn thai(year: i16, month: Option<i8>, day: Option<i8>) -> Option<Span> {
    if year >= 2484 {
        return Span::of(year - 543, month, day);
    }
    (2456..2484).contains(&year).then_some(())?;
    let end = if year == 2483 {
        (1940, 12)
    } else {
        (year - 542, 3)
    };
    match month {
        None => Span::of(year - 543, Some(4), None)?.to(Span::of(end.0, Some(end.1), None)?),
        Some(1..=3) if year == 2483 => None,
        Some(1..=3) => Span::of(year - 542, month, day),
        Some(_) => Span::of(year - 543, month, day),
    }
}

/// Returns the days that a date of a calendar of `months` months covers.
fn cover(
    year: i16,
    month: Option<i8>,
    day: Option<i8>,
    months: i8,
    length: fn(i64, i8) -> i8,
    number: fn(i64, i8, i8) -> i64,
) -> Option<Span> {
    let year = i64::from(year);
    let (first, last) = match (month, day) {
        (Some(month), day) => {
            (1..=months).contains(&month).then_some(())?;
            let length = length(year, month);
            match day {
                Some(day) => {
                    (1..=length).contains(&day).then_some(())?;
                    ((month, day), (month, day))
                }
                None => ((month, 1), (month, length)),
            }
        }
        (None, _) => ((1, 1), (months, length(year, months))),
    };
    let common = |(month, day)| {
        let days = number(year, month, day) - UNIX_EPOCH;
        i32::try_from(days).ok().map(Day::from_number)
    };
    Span::new(common(first)?, common(last)?)
}

/// Where the 33-year cycles of the Persian calendar break. Source: Borkowski, see [`Calendar::SolarHijri`].
const PERSIAN_BREAKS: [i64; 20] = [
    -61, 9, 38, 199, 426, 686, 756, 818, 1111, 1181, 1210, 1635, 2060, 2097, 2192, 2262, 2324,
    2394, 2456, 3178,
];

/// Returns how many years it is since the last leap year (0 for a leap year itself), and the day of March on
/// which the year begins.
fn persian_year(year: i64) -> (i64, i64) {
    let (mut leaps, mut before) = (-14, -61);
    let mut jump = 0;
    for next in PERSIAN_BREAKS.into_iter().skip(1) {
        jump = next - before;
        if year < next {
            break;
        }
        leaps += jump / 33 * 8 + jump % 33 / 4;
        before = next;
    }
    let mut since = year - before;
    leaps += since / 33 * 8 + (since % 33 + 3) / 4;
    if jump % 33 == 4 && jump - since == 4 {
        leaps += 1;
    }
    let common = year + 621;
    let common_leaps = common / 4 - (common / 100 + 1) * 3 / 4 - 150;
    let march = 20 + leaps - common_leaps;
    if jump - since < 6 {
        since = since - jump + (jump + 4) / 33 * 33;
    }
    let leap = ((since + 1) % 33 - 1) % 4;
    (if leap == -1 { 4 } else { leap }, march)
}

fn persian_month(year: i64, month: i8) -> i8 {
    match month {
        1..=6 => 31,
        7..=11 => 30,
        _ if persian_year(year).0 == 0 => 30,
        _ => 29,
    }
}

fn persian(year: i64, month: i8, day: i8) -> i64 {
    let (_, march) = persian_year(year);
    let (month, day) = (i64::from(month), i64::from(day));
    let before = (month - 1) * 31 - month / 7 * (month - 7);
    gregorian(year + 621, 3, march) + before + day - 1
}

/// Returns the number of a day of the common calendar. Source: Calendrical Calculations, section 2.2.
fn gregorian(year: i64, month: i64, day: i64) -> i64 {
    let a = (14 - month) / 12;
    let (y, m) = (year + 4800 - a, month + 12 * a - 3);
    day + (153 * m + 2) / 5 + 365 * y + y / 4 - y / 100 + y / 400 - 32_045
}

fn ethiopian_month(year: i64, month: i8) -> i8 {
    match month {
        1..=12 => 30,
        _ if year % 4 == 3 => 6,
        _ => 5,
    }
}

fn ethiopian(year: i64, month: i8, day: i8) -> i64 {
    // 1 Meskerem of the year 1 is 29 August 8 of the Julian calendar.
    1_724_221 + 365 * (year - 1) + year / 4 + 30 * (i64::from(month) - 1) + i64::from(day) - 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(calendar: Calendar, year: i16, month: Option<i8>, day: Option<i8>) -> String {
        let span = calendar.span(year, month, day).and_then(Span::written);
        span.unwrap_or_else(|| "none".to_owned())
    }

    /// Days that are known: of the calendars' new years, of events dated in both, and of what they have not.
    #[test]
    fn days_of_other_calendars_are_those_that_are_known() {
        use Calendar::{Buddhist, Ethiopian, SolarHijri};
        for (calendar, year, month, day, expected) in [
            (SolarHijri, 1399, Some(1), Some(1), "2020-03-20"),
            (SolarHijri, 1400, Some(1), Some(1), "2021-03-21"),
            (SolarHijri, 1403, Some(12), Some(30), "2025-03-20"),
            (SolarHijri, 1357, Some(11), Some(22), "1979-02-11"),
            (SolarHijri, 1399, Some(12), Some(30), "2021-03-20"),
            (SolarHijri, 1400, Some(12), Some(30), "none"),
            (SolarHijri, 1399, None, None, "2020-03-20/2021-03-20"),
            (SolarHijri, 1399, Some(7), None, "2020-09-22/2020-10-21"),
            (SolarHijri, 1399, Some(13), None, "none"),
            (SolarHijri, 900, None, None, "none"),
            (Ethiopian, 2013, Some(1), Some(1), "2020-09-11"),
            (Ethiopian, 2012, Some(1), Some(1), "2019-09-12"),
            (Ethiopian, 2011, Some(13), Some(6), "2019-09-11"),
            (Ethiopian, 2012, Some(13), Some(6), "none"),
            (Ethiopian, 2000, Some(1), Some(1), "2007-09-12"),
            (Ethiopian, 2013, None, None, "2020-09-11/2021-09-10"),
            (Buddhist, 2563, Some(2), Some(29), "2020-02-29"),
            (Buddhist, 2563, None, None, "2020"),
            (Buddhist, 2483, None, None, "1940-04-01/1940-12-31"),
            (Buddhist, 2482, None, None, "1939-04-01/1940-03-31"),
            (Buddhist, 2482, Some(1), Some(5), "1940-01-05"),
            (Buddhist, 2483, Some(1), None, "none"),
            (Buddhist, 1000, None, None, "none"),
        ] {
            assert_eq!(
                text(calendar, year, month, day),
                expected,
                "{calendar:?} {year} {month:?} {day:?}"
            );
        }
    }

    /// Months and years follow one another without a hole and without a day in two.
    #[test]
    fn no_day_is_left_out_or_stands_twice() {
        for (calendar, years, months) in [
            (Calendar::SolarHijri, 1178..1633, 12),
            (Calendar::Ethiopian, 1000..2100, 13),
            (Calendar::Buddhist, 2484..2700, 12),
        ] {
            let mut next: Option<Day> = None;
            for year in years {
                let whole = calendar.span(year, None, None).unwrap();
                let mut end = None;
                for month in 1..=months {
                    let span = calendar.span(year, Some(month), None).unwrap();
                    assert!(
                        next.is_none() || next == span.first,
                        "{calendar:?} {year} {month}"
                    );
                    next = span.last.map(|day| day.plus(1));
                    end = span.last;
                    let first = calendar.span(year, Some(month), Some(1)).unwrap();
                    assert_eq!(first.first, span.first);
                }
                assert_eq!(whole.last, end, "{calendar:?} {year}");
            }
        }
    }
}
