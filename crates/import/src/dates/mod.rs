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
use jiff::tz::{AmbiguousOffset, Offset, TimeZone};

/// The first year of four digits; a smaller one was written with fewer.
pub(crate) const YEAR_MIN: i16 = 1000;

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
    let text = digits::ascii(text);
    let parsed = strtime::parse(format, text.as_ref()).ok()?;
    // `%m%d` of `115` may be two days, and none is guessed.
    if runs_together(format) && parsed.to_string(format).ok()? != text {
        return None;
    }
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
    if letters.contains(&'I') && !letters.iter().any(|letter| matches!(letter, 'p' | 'P')) {
        return Some(format!(
            "{format} has an hour of 1 to 12 and no %p, so that morning and evening are one: %H is one of 24"
        ));
    }
    let year = letters
        .iter()
        .any(|letter| matches!(letter, 'Y' | 'F' | 'G' | 's'));
    (!year).then(|| format!("{format} has no year: %Y is one of four digits"))
}

/// Whether numbers of the format stand side by side, so that only their zeros in front tell where one ends.
fn runs_together(format: &str) -> bool {
    let is_number = |part: &&str| {
        let first = part.chars().next();
        first.is_some_and(|c| matches!(c, 'Y' | 'm' | 'd' | 'e' | 'j' | 'H' | 'I' | 'M' | 'S'))
    };
    let parts: Vec<&str> = format.split('%').skip(1).collect();
    parts
        .windows(2)
        .any(|two| two.iter().all(&is_number) && two.first().is_some_and(|one| one.len() == 1))
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

/// Why a text is no instant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum NoInstant {
    /// It is not of the form.
    Form,
    /// It is, and none is meant by it.
    None(String),
}

/// Reads an instant: in its own offset if the format has one (`%z`, `%:z`), else in `zone`; a day alone is its
/// first instant there. It is written with that offset, and with `Z` for none.
///
/// # Errors
/// [`NoInstant`]: also a local time that a change of the clocks leaves out or has twice, and a year of another calendar.
pub(crate) fn instant(format: &str, text: &str, zone: &TimeZone) -> Result<String, NoInstant> {
    let parsed = parse(format, text).ok_or(NoInstant::Form)?;
    if let Some(year) = parsed.year() {
        plausible(&format!("{year:04}")).map_err(NoInstant::None)?;
    }
    if let Some(offset) = parsed.offset() {
        let instant = parsed.to_timestamp().map_err(|_| NoInstant::Form)?;
        return Ok(written(instant, offset));
    }
    let local = parsed.to_datetime().map_err(|_| NoInstant::Form)?;
    let found = zone.to_ambiguous_timestamp(local);
    let is_day_alone = parsed.hour().is_none();
    let instant = match found.offset() {
        _ if is_day_alone => found.compatible(),
        AmbiguousOffset::Unambiguous { .. } => found.unambiguous(),
        AmbiguousOffset::Gap { .. } => return Err(NoInstant::None(clocks(zone, "leaves out"))),
        AmbiguousOffset::Fold { .. } => return Err(NoInstant::None(clocks(zone, "has twice"))),
    };
    let instant = instant.map_err(|_| NoInstant::Form)?;
    Ok(written(instant, zone.to_offset(instant)))
}

fn clocks(zone: &TimeZone, what: &str) -> String {
    let zone = zone.iana_name().unwrap_or("the zone");
    format!(
        "a local time that a change of the clocks of {zone} {what}: write it with its offset from UTC, and %z in the format"
    )
}

/// Years of the common calendar that are read where a mapping names no calendar. Source: docs/reference/mapping.md,
/// Calendars.
const YEARS: std::ops::RangeInclusive<i32> = 1700..=2299;

/// Refuses a date, written as the event has it, whose years are hardly of the common calendar.
///
/// # Errors
/// The year, and of which calendar it may be.
pub(crate) fn plausible(date: &str) -> Result<(), String> {
    for part in date.split('/') {
        let year = part.get(..4).and_then(|year| year.parse::<i32>().ok());
        let Some(year) = year.filter(|year| !YEARS.contains(year)) else {
            continue;
        };
        let hint = match year {
            2456..=2700 => ", e.g. calendar = \"buddhist\"",
            1178..=1633 => ", e.g. calendar = \"solar_hijri\"",
            _ => "",
        };
        return Err(format!(
            "the year {year}, where those of the common calendar are {} to {}: say the calendar of the dates{hint}, or \
             calendar = \"gregorian\" where it is meant so",
            YEARS.start(),
            YEARS.end()
        ));
    }
    Ok(())
}

/// Reads the day of a date that a spreadsheet holds as one, whatever its time; a month or a year, where it shows these.
pub(crate) fn typed_day(text: &str) -> Option<String> {
    let day = text.split('T').next().unwrap_or(text);
    let format = match day.len() {
        4 => "%Y",
        7 => "%Y-%m",
        _ => "%Y-%m-%d",
    };
    occurred(format, day)
}

/// Reads a date that a spreadsheet holds as one as an instant of `zone`, at the day's first instant where it has no
/// time.
///
/// # Errors
/// As [`instant`].
pub(crate) fn typed_instant(text: &str, zone: &TimeZone) -> Result<String, NoInstant> {
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
