//! Days and instants: plain numbers in time, without a clock or a time zone database.
//!
//! Never here: "today". A clock is handed in by the server.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A day of the proleptic Gregorian calendar, as days since 1970-01-01; years 0000 to 9999.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Day(i32);

impl Day {
    /// Before every day that can be written: the open beginning of `../2020`.
    pub const MIN: Self = Self(i32::MIN);
    /// After every day that can be written: nothing known has ended it.
    pub const MAX: Self = Self(i32::MAX);

    /// Makes the day `days` after 1970-01-01.
    #[must_use]
    pub const fn from_number(days: i32) -> Self {
        Self(days)
    }

    /// Returns the days since 1970-01-01.
    #[must_use]
    pub const fn number(self) -> i32 {
        self.0
    }

    /// Makes a day of the calendar, years 0000 to 9999; none when it does not exist.
    #[must_use]
    pub fn from_ymd(year: i16, month: i8, day: i8) -> Option<Self> {
        let days = days_in_month(year, month)?;
        ((0..=9999).contains(&year) && (1..=days).contains(&day))
            .then(|| Self(days_from_civil(year.into(), month.into(), day.into())))
    }

    /// Parses `YYYY-MM-DD`; none when it is not one day of the calendar.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        let shape = bytes.len() == 10
            && bytes.iter().enumerate().all(|(i, b)| match i {
                4 | 7 => *b == b'-',
                _ => b.is_ascii_digit(),
            });
        if !shape {
            return None;
        }
        let part = |range: std::ops::Range<usize>| text.get(range);
        Self::from_ymd(
            part(0..4)?.parse().ok()?,
            part(5..7)?.parse().ok()?,
            part(8..10)?.parse().ok()?,
        )
    }

    /// Returns year, month and day; none outside the years 0000 to 9999.
    #[must_use]
    pub fn ymd(self) -> Option<(i16, i8, i8)> {
        // The bounds are 0000-01-01 and 9999-12-31; the open ends lie outside them.
        (-719_528..=2_932_896).contains(&self.0).then_some(())?;
        // Counted from 1 March of the year -400, so that none of these days is before it.
        let (year, month, day) = civil_from_days(u32::try_from(self.0 + 719_468 + 146_097).ok()?);
        Some((
            i16::try_from(year).ok()? - 400,
            i8::try_from(month).ok()?,
            i8::try_from(day).ok()?,
        ))
    }

    /// Returns the day `days` later (earlier when negative); the open ends stay.
    #[must_use]
    pub const fn plus(self, days: i32) -> Self {
        if self.0 == i32::MIN || self.0 == i32::MAX {
            self
        } else {
            Self(self.0.saturating_add(days))
        }
    }
}

/// Returns the number of days of the month; none when there is no such month.
pub(crate) fn days_in_month(year: i16, month: i8) -> Option<i8> {
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => Some(31),
        4 | 6 | 9 | 11 => Some(30),
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => Some(29),
        2 => Some(28),
        _ => None,
    }
}

/// Days since 1970-01-01. Source: Howard Hinnant, chrono-compatible low-level date algorithms.
fn days_from_civil(year: i32, month: i32, day: i32) -> i32 {
    // The year begins on 1 March, so that the leap day is its last.
    let year = if month <= 2 { year - 1 } else { year };
    let month = if month > 2 { month - 3 } else { month + 9 };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * month + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

/// The way back from [`days_from_civil`], for days since 1 March of a year that 400 divides, with the
/// years since it. Source: Neri and Schneider, Euclidean affine functions and their application to
/// calendar algorithms (2022): multiplications in place of divisions, since figures by month ask it
/// of every row.
fn civil_from_days(days: u32) -> (u32, u32, u32) {
    let quarters = 4 * days + 3;
    let century = quarters / 146_097;
    let quarters = (quarters % 146_097) | 3;
    let years = 2_939_745 * u64::from(quarters);
    let year_of_century = u32::try_from(years >> 32).unwrap_or(0);
    let day_of_year = u32::try_from(years & 0xffff_ffff).unwrap_or(0) / 2_939_745 / 4;
    let months = 2_141 * day_of_year + 197_913;
    let (month, day) = (months >> 16, (months & 0xffff) / 2_141);
    // The year begins on 1 March, which is its day 0: from day 306 on it is the next one's.
    let next = day_of_year >= 306;
    let year = 100 * century + year_of_century + u32::from(next);
    (year, if next { month - 12 } else { month }, day + 1)
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.ymd() {
            Some((year, month, day)) => write!(f, "{year:04}-{month:02}-{day:02}"),
            None => f.write_str(".."),
        }
    }
}

/// The days on which something may have happened, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Days {
    /// The first day it may have been; [`Day::MIN`] when nothing bounds it.
    pub earliest: Day,
    /// The last day it may have been.
    pub latest: Day,
}

impl Days {
    /// One day, both ends.
    #[must_use]
    pub const fn one(day: Day) -> Self {
        Self {
            earliest: day,
            latest: day,
        }
    }

    /// Whether all of it lies inside `window`.
    #[must_use]
    pub fn inside(self, window: Self) -> bool {
        window.earliest <= self.earliest && self.latest <= window.latest
    }

    /// Whether any of it lies inside `window`.
    #[must_use]
    pub fn touches(self, window: Self) -> bool {
        (self.earliest <= window.latest) & (window.earliest <= self.latest)
    }
}

/// An instant of RFC 3339: nanoseconds since 1970-01-01T00:00:00Z, years 0000 to 9999.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Instant {
    seconds: i64,
    nanos: u32,
}

impl Instant {
    /// Parses RFC 3339 with at most nine fraction digits.
    ///
    /// Returns the instant and the day it falls on in its own offset; none when it is not one.
    #[must_use]
    pub fn parse(text: &str) -> Option<(Self, Day)> {
        crate::rfc3339::parse(text)
    }

    /// Makes an instant from seconds since 1970 and nanoseconds (0 to 999,999,999) after them.
    #[must_use]
    pub const fn from_parts(seconds: i64, nanos: u32) -> Self {
        Self { seconds, nanos }
    }

    /// Returns the seconds since 1970 and the nanoseconds after them.
    #[must_use]
    pub const fn parts(self) -> (i64, u32) {
        (self.seconds, self.nanos)
    }

    /// Returns the UTC day it falls on.
    #[must_use]
    pub fn utc_day(self) -> Day {
        Day(i32::try_from(self.seconds.div_euclid(86_400)).unwrap_or(i32::MAX))
    }
}

impl fmt::Display for Instant {
    /// RFC 3339 in UTC, with as many fraction digits (0, 3, 6 or 9) as it needs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let second = self.seconds.rem_euclid(86_400);
        let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
        write!(f, "{}T{hour:02}:{minute:02}:{second:02}", self.utc_day())?;
        match self.nanos {
            0 => {}
            n if n % 1_000_000 == 0 => write!(f, ".{:03}", n / 1_000_000)?,
            n if n % 1_000 == 0 => write!(f, ".{:06}", n / 1_000)?,
            n => write!(f, ".{n:09}")?,
        }
        f.write_str("Z")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_day_agrees_with_jiff() {
        let mut date = jiff::civil::Date::new(0, 1, 1).unwrap();
        for number in -719_528..=2_932_896 {
            let day = Day::from_number(number);
            assert_eq!(day.ymd(), Some((date.year(), date.month(), date.day())));
            assert_eq!(
                Day::from_ymd(date.year(), date.month(), date.day()),
                Some(day)
            );
            date = date.tomorrow().unwrap_or(date);
        }
    }

    #[test]
    fn days_that_do_not_exist_are_none() {
        for text in [
            "2021-02-29",
            "2020-13-01",
            "2020-00-01",
            "2020-01-32",
            "2020-1-01",
            "2020",
        ] {
            assert_eq!(Day::parse(text), None, "{text}");
        }
        assert_eq!(Day::from_number(2_932_897).ymd(), None);
        assert_eq!(Day::MAX.to_string(), "..");
    }
}
