//! Dates and instants as people write them, through a format like `%m/%d/%Y %I:%M %p`.
//!
//! A day stays the local day it was written as. Only an instant needs a time zone, and keeps the offset
//! of its place: the day of a record is a day there.
//!
//! `cell` tries the formats of a mapping; `words`, `scan` and `calendars` read what a format alone cannot.
//!
//! Never here: "today", and guessing a format or a century.

pub(crate) mod calendars;
pub(crate) mod cell;
pub(crate) mod digits;
mod scan;
pub(crate) mod span;
#[cfg(test)]
mod tests;
mod words;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::fmt::strtime::{self, BrokenDownTime};
use jiff::tz::{Offset, TimeZone};

/// The first year of four digits; a smaller one was written with fewer.
const YEAR_MIN: i16 = 1000;

/// Reads a day, with or without a time of day behind it. None too where the year has fewer than four digits.
pub(crate) fn day(format: &str, text: &str) -> Option<Date> {
    parse(format, text)?.to_date().ok()
}

/// Reads a day, a month (`%Y-%m`) or a year (`%Y`), as `occurred` wants it.
pub(crate) fn occurred(format: &str, text: &str) -> Option<String> {
    let parsed = parse(format, text)?;
    if let Ok(day) = parsed.to_date() {
        return Some(day.to_string());
    }
    let year = parsed.year()?;
    match parsed.month() {
        _ if has_day(format) => None,
        Some(month) => Some(format!("{year:04}-{month:02}")),
        None => Some(format!("{year:04}")),
    }
}

fn parse(format: &str, text: &str) -> Option<BrokenDownTime> {
    let parsed = strtime::parse(format, text).ok()?;
    let year = parsed.year().or_else(|| parsed.iso_week_year());
    year.is_none_or(|year| year >= YEAR_MIN).then_some(parsed)
}

/// Says why a format of dates is not one; none for one that is.
pub(crate) fn mistake(format: &str) -> Option<String> {
    let letters = directives(format);
    if letters
        .iter()
        .any(|letter| matches!(letter, 'y' | 'g' | 'D'))
    {
        return Some(format!(
            "{format} has a year of two digits, and the century is never guessed: %Y is the year of four"
        ));
    }
    let year = letters
        .iter()
        .any(|letter| matches!(letter, 'Y' | 'F' | 'G' | 's'));
    (!year).then(|| format!("{format} has no year: %Y is one of four digits"))
}

/// Whether the format names a day; else a date of it is a month or a year.
fn has_day(format: &str) -> bool {
    directives(format).iter().any(|letter| {
        matches!(
            letter,
            'd' | 'e' | 'j' | 'F' | 'D' | 'U' | 'W' | 'V' | 'u' | 'w' | 'a' | 'A'
        )
    })
}

/// Returns the letters behind the percent signs, flags and widths left out.
fn directives(format: &str) -> Vec<char> {
    let mut letters = Vec::new();
    let mut characters = format.chars();
    while let Some(character) = characters.next() {
        if character == '%' {
            letters.extend(characters.find(|c| c.is_ascii_alphabetic() || *c == '%'));
        }
    }
    letters
}

/// Reads an instant: in its own offset if the format has one (`%z`, `%:z`), else in `zone`. It is written
/// with that offset, and with `Z` for none.
///
/// A local time that happens twice in a year's change of clocks is read as the earlier of the two.
pub(crate) fn instant(format: &str, text: &str, zone: &TimeZone) -> Option<String> {
    let parsed = parse(format, text)?;
    if let Some(offset) = parsed.offset() {
        return Some(written(parsed.to_timestamp().ok()?, offset));
    }
    let instant = zone.to_timestamp(parsed.to_datetime().ok()?).ok()?;
    Some(written(instant, zone.to_offset(instant)))
}

/// Reads the day of a date that a spreadsheet holds as one, whatever its time.
pub(crate) fn typed_day(text: &str) -> Option<String> {
    let day = text.split('T').next().unwrap_or(text);
    let read = parse("%Y-%m-%d", day)?.to_date().ok()?;
    Some(read.to_string())
}

/// Reads a date that a spreadsheet holds as one as an instant of `zone`, at midnight where it has no time.
pub(crate) fn typed_instant(text: &str, zone: &TimeZone) -> Option<String> {
    let format = if text.contains('T') {
        "%Y-%m-%dT%H:%M:%S%.f"
    } else {
        "%Y-%m-%d"
    };
    instant(format, text, zone)
}

/// Writes an instant in an offset. RFC 3339 has none of seconds: these are written as `Z`.
pub(crate) fn written(instant: Timestamp, offset: Offset) -> String {
    if offset.seconds() == 0 || offset.seconds() % 60 != 0 {
        instant.to_string()
    } else {
        instant.display_with_offset(offset).to_string()
    }
}

/// Reads an RFC 3339 instant.
pub(crate) fn rfc3339(text: &str) -> Option<Timestamp> {
    text.parse().ok()
}

/// Returns the day on which the instant falls in `zone`.
pub(crate) fn local_day(instant: Timestamp, zone: &TimeZone) -> Date {
    instant.to_zoned_datetime(zone.clone()).date()
}

/// Writes the days from `first` to `last` as `occurred` wants them: one date when they are equal.
pub(crate) fn interval(first: Date, last: Date) -> String {
    if first >= last {
        last.to_string()
    } else {
        format!("{first}/{last}")
    }
}
