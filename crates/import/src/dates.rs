//! Dates and instants as people write them, through a format like `%m/%d/%Y %I:%M %p`.
//!
//! A day stays the local day it was written as. Only an instant needs a time zone, and keeps the offset
//! of its place: the day of a record is a day there.
//!
//! Never here: "today", and guessing a format or a century.

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_read_as_written() {
        let check = |format, text| day(format, text).map(|d| d.to_string());
        assert_eq!(
            check("%m/%d/%Y %I:%M %p", "07/25/2022 11:59 PM").as_deref(),
            Some("2022-07-25")
        );
        assert_eq!(
            check("%d.%m.%Y", "06.05.2012").as_deref(),
            Some("2012-05-06")
        );
        assert_eq!(check("%Y-%m-%d", "2020-02-30"), None);
        assert_eq!(check("%Y-%m-%d", "Unknown"), None);
        assert_eq!(check("%Y-%m-%d", "2020-02-03 and more"), None);
    }

    #[test]
    fn an_instant_is_read_in_its_zone_and_falls_on_its_local_day() {
        let zone = TimeZone::get("America/Los_Angeles").unwrap();
        let check = |format, text| instant(format, text, &zone);
        let winter = check("%m/%d/%Y %I:%M %p", "01/02/2023 12:30 AM");
        assert_eq!(winter.as_deref(), Some("2023-01-02T00:30:00-08:00"));
        let own = check(
            "%Y-%m-%d %H:%M:%S%.f%:z",
            "2020-06-04 12:52:03.832079+00:00",
        );
        assert_eq!(own.as_deref(), Some("2020-06-04T12:52:03.832079Z"));
        // The hour from 1 to 2 happens twice on 2022-11-06.
        let twice = check("%m/%d/%Y %I:%M %p", "11/06/2022 01:30 AM");
        assert_eq!(twice.as_deref(), Some("2022-11-06T01:30:00-07:00"));
        let night = rfc3339("2022-07-26T06:59:59Z").unwrap();
        assert_eq!(local_day(night, &zone).to_string(), "2022-07-25");
    }

    #[test]
    fn months_and_years_are_what_they_are_and_no_century_is_guessed() {
        for (format, text, expected) in [
            ("%Y-%m", "2020-01", Some("2020-01")),
            ("%m/%Y", "1/2020", Some("2020-01")),
            ("%B %Y", "January 2020", Some("2020-01")),
            ("%Y", "2020", Some("2020")),
            ("%Y", "20", None),
            ("%Y-%m", "2020-13", None),
            ("%d/%m/%Y", "1/2/20", None),
            ("%d/%m/%Y", "1/2/020", None),
            ("%d/%m/%Y", "31/2/2020", None),
            ("%d/%m/%Y", "1/2/2020", Some("2020-02-01")),
        ] {
            assert_eq!(
                occurred(format, text).as_deref(),
                expected,
                "{format} {text}"
            );
        }
        assert!(mistake("%d/%m/%y").is_some());
        assert!(mistake("%d/%m").is_some());
        assert!(mistake("%d/%m/%Y").is_none());
        assert_eq!(
            instant("%d/%m/%Y %H:%M", "1/2/20 05:30", &TimeZone::UTC),
            None
        );
    }

    #[test]
    fn an_interval_of_one_day_is_that_day() {
        let (a, b) = (Date::constant(2024, 1, 1), Date::constant(2024, 3, 1));
        assert_eq!(interval(a, b), "2024-01-01/2024-03-01");
        assert_eq!(interval(b, b), "2024-03-01");
    }
}
