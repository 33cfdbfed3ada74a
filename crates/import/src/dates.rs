//! Dates and instants as people write them, through a format like `%m/%d/%Y %I:%M %p`.
//!
//! A day stays the local day it was written as. Only an instant needs a time zone.
//!
//! Never here: "today", and guessing a format.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::fmt::strtime;
use jiff::tz::TimeZone;

/// Reads a day, with or without a time of day behind it.
pub(crate) fn day(format: &str, text: &str) -> Option<Date> {
    strtime::parse(format, text).ok()?.to_date().ok()
}

/// Reads an instant: in its own offset if the format has one (`%z`, `%:z`), else in `zone`.
///
/// A local time that happens twice in a year's change of clocks is read as the earlier of the two.
pub(crate) fn instant(format: &str, text: &str, zone: &TimeZone) -> Option<Timestamp> {
    let parsed = strtime::parse(format, text).ok()?;
    if parsed.offset().is_some() {
        return parsed.to_timestamp().ok();
    }
    zone.to_timestamp(parsed.to_datetime().ok()?).ok()
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
        let check = |format, text| instant(format, text, &zone).map(|t| t.to_string());
        let winter = check("%m/%d/%Y %I:%M %p", "01/02/2023 12:30 AM");
        assert_eq!(winter.as_deref(), Some("2023-01-02T08:30:00Z"));
        let own = check(
            "%Y-%m-%d %H:%M:%S%.f%:z",
            "2020-06-04 12:52:03.832079+00:00",
        );
        assert_eq!(own.as_deref(), Some("2020-06-04T12:52:03.832079Z"));
        // The hour from 1 to 2 happens twice on 2022-11-06.
        let twice = check("%m/%d/%Y %I:%M %p", "11/06/2022 01:30 AM");
        assert_eq!(twice.as_deref(), Some("2022-11-06T08:30:00Z"));
        let night = rfc3339("2022-07-26T06:59:59Z").unwrap();
        assert_eq!(local_day(night, &zone).to_string(), "2022-07-25");
    }

    #[test]
    fn an_interval_of_one_day_is_that_day() {
        let (a, b) = (Date::constant(2024, 1, 1), Date::constant(2024, 3, 1));
        assert_eq!(interval(a, b), "2024-01-01/2024-03-01");
        assert_eq!(interval(b, b), "2024-03-01");
    }
}
