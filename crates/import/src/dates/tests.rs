//! Dates as people write them.

use std::collections::BTreeMap;

use super::calendars::Calendar;
use super::cell::{Format, Masks, Precision, Reading, range, reduce};
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
    let check = |format, text| instant(format, text, &zone).ok();
    let winter = check("%m/%d/%Y %I:%M %p", "01/02/2023 12:30 AM");
    assert_eq!(winter.as_deref(), Some("2023-01-02T00:30:00-08:00"));
    let own = check(
        "%Y-%m-%d %H:%M:%S%.f%:z",
        "2020-06-04 12:52:03.832079+00:00",
    );
    assert_eq!(own.as_deref(), Some("2020-06-04T12:52:03.832079Z"));
    let night = rfc3339("2022-07-26T06:59:59Z").unwrap();
    assert_eq!(local_day(night, &zone).to_string(), "2022-07-25");
}

/// A local time that stands on no clock, or twice on it, is none of the two that it may be; a day alone is its first
/// instant, also where that is not midnight.
#[test]
fn a_local_time_that_a_change_of_the_clocks_makes_none_or_two_is_refused() {
    for (zone, format, text, expected) in [
        (
            "America/Los_Angeles",
            "%m/%d/%Y %I:%M %p",
            "11/06/2022 01:30 AM",
            Err("has twice"),
        ),
        (
            "America/Los_Angeles",
            "%m/%d/%Y %I:%M %p",
            "11/06/2022 02:00 AM",
            Ok("2022-11-06T02:00:00-08:00"),
        ),
        (
            "America/Los_Angeles",
            "%Y-%m-%d %H:%M",
            "2022-03-13 02:30",
            Err("leaves out"),
        ),
        (
            "America/Los_Angeles",
            "%Y-%m-%d %H:%M%z",
            "2022-11-06 01:30-0800",
            Ok("2022-11-06T01:30:00-08:00"),
        ),
        (
            "Asia/Beirut",
            "%Y-%m-%d %H:%M",
            "2022-03-27 00:30",
            Err("leaves out"),
        ),
        (
            "Asia/Beirut",
            "%Y-%m-%d",
            "2022-03-27",
            Ok("2022-03-27T01:00:00+03:00"),
        ),
        (
            "Asia/Phnom_Penh",
            "%Y-%m-%d %H:%M",
            "2563-12-25 10:00",
            Err("buddhist"),
        ),
        ("Asia/Tehran", "%Y/%m/%d", "1399/07/01", Err("solar_hijri")),
    ] {
        let read = instant(format, text, &TimeZone::get(zone).unwrap());
        match (&read, expected) {
            (Ok(read), Ok(expected)) => assert_eq!(read, expected, "{zone} {text}"),
            (Err(NoInstant::None(reason)), Err(part)) => {
                assert!(reason.contains(part), "{zone} {text}: {reason}");
            }
            (_, _) => panic!("{zone} {text}: {read:?}"),
        }
    }
    let zone = TimeZone::get("America/Los_Angeles").unwrap();
    for (text, is_read) in [
        ("2022-03-13T02:30:00", false),
        ("2022-03-13", true),
        ("2563-03-13", false),
    ] {
        assert_eq!(typed_instant(text, &zone).is_ok(), is_read, "{text}");
    }
}

/// Years that are hardly of the common calendar are taken where the mapping names the calendar, and not in silence.
#[test]
fn a_year_of_another_calendar_is_refused_unless_the_calendar_is_named() {
    for (format, text, said, expected) in [
        ("%d/%m/%Y", "25/12/2563", None, None),
        (
            "%d/%m/%Y",
            "25/12/2563",
            Some(Calendar::Buddhist),
            Some("2020-12-25"),
        ),
        (
            "%d/%m/%Y",
            "25/12/2563",
            Some(Calendar::Gregorian),
            Some("2563-12-25"),
        ),
        ("%Y", "1399", None, None),
        ("edtf", "1399-05/1399-06", None, None),
        ("edtf", "../2020-12-10", None, Some("../2020-12-10")),
        ("words", "May 1020", None, None),
        ("%Y", "1700", None, Some("1700")),
        ("%Y", "2299", None, Some("2299")),
        ("%Y", "2300", None, None),
    ] {
        let format = Format::parse(format).unwrap();
        let reading = Reading::new(
            vec![format],
            said,
            super::cell::Masks::None,
            BTreeMap::new(),
        );
        let read = reading.unwrap().read(text).ok();
        assert_eq!(read.as_deref(), expected, "{text} {said:?}");
    }
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
    // Side by side, numbers are told apart by their zeros in front alone.
    for (format, text, expected) in [
        ("%Y%m%d", "20201105", Some("2020-11-05")),
        ("%Y%m%d", "2020115", None),
        ("%d%m%Y", "152020", None),
        ("%Y-%m-%d", "2020-1-5", Some("2020-01-05")),
        ("%Y-%m-%d", "២០២០-០៥-០៦", Some("2020-05-06")),
    ] {
        assert_eq!(occurred(format, text).as_deref(), expected, "{text}");
    }
    assert_eq!(
        instant("%Y-%m-%d %H:%M", "២០២០-០៥-០៦ ០៧:៣០", &TimeZone::UTC).as_deref(),
        Ok("2020-05-06T07:30:00Z")
    );
    assert!(mistake("%d/%m/%Y %I:%M").is_some());
    assert!(mistake("%d/%m/%Y %I:%M %p").is_none());
    assert!(mistake("%d/%m/%y").is_some());
    assert!(mistake("%d/%m").is_some());
    assert!(mistake("%d/%m/%Y").is_none());
    assert_eq!(
        instant("%d/%m/%Y %H:%M", "1/2/20 05:30", &TimeZone::UTC),
        Err(NoInstant::Form)
    );
}

#[test]
fn an_interval_of_one_day_is_that_day() {
    let (a, b) = (Date::constant(2024, 1, 1), Date::constant(2024, 3, 1));
    assert_eq!(interval(a, b), "2024-01-01/2024-03-01");
    assert_eq!(interval(b, b), "2024-03-01");
}

fn words(text: &str) -> String {
    super::words::read(text).unwrap_or_else(|_| "refused".to_owned())
}

/// Dates in words, and what they say.
const WORDS: [(&str, &str); 57] = [
    ("October 22, 2016", "2016-10-22"),
    ("October  2, 2016", "2016-10-02"),
    ("January, 10, 1995", "1995-01-10"),
    ("January 28 1998", "1998-01-28"),
    ("22nd May 2015", "2015-05-22"),
    ("22 Sept. 2015", "2015-09-22"),
    ("August 2015", "2015-08"),
    ("June, 2007", "2007-06"),
    ("July 2007,", "2007-07"),
    ("2015", "2015"),
    ("Date unknown in 2002", "2002"),
    ("May 22 or 23, 2015", "2015-05-22/2015-05-23"),
    ("22 or 23 May 2015", "2015-05-22/2015-05-23"),
    ("May 9 or 11, 2015", "refused"),
    ("May 2,3 or 4, 2015", "2015-05-02/2015-05-04"),
    (
        "May 13, 14, 15, 16, 17, or 18, 2015",
        "2015-05-13/2015-05-18",
    ),
    (
        "May 29, 30, 31, June 1, or 2, 2014",
        "2014-05-29/2014-06-02",
    ),
    ("June 30 or July 1, 2015", "2015-06-30/2015-07-01"),
    ("February 8 or February 9, 2016", "2016-02-08/2016-02-09"),
    ("June or July 1993", "1993-06-01/1993-07-31"),
    ("August or September, 2014", "2014-08-01/2014-09-30"),
    ("June or August 1993", "refused"),
    ("October 2015 - June 2016", "2015-10-01/2016-06-30"),
    ("April-June, 1994", "1994-04-01/1994-06-30"),
    ("April 10-12, 1994", "1994-04-10/1994-04-12"),
    ("10 – 12 April 1994", "1994-04-10/1994-04-12"),
    ("January 30 to February 24, 2016", "2016-01-30/2016-02-24"),
    ("June 24 through July 9, 2013", "2013-06-24/2013-07-09"),
    ("Between February 5 and 11, 2014", "2014-02-05/2014-02-11"),
    ("from 3 May to 5 May 2015", "2015-05-03/2015-05-05"),
    ("from 3 May 2015", "2015-05-03/.."),
    ("since May 2015", "2015-05-01/.."),
    ("before 3 May 2015", "../2015-05-02"),
    ("before 2015", "../2014"),
    ("on or before 3 May 2015", "../2015-05-03"),
    ("after May 2015", "2015-06-01/.."),
    ("about May 2015", "2015-05~"),
    ("about 3 or 4 May 2015", "refused"),
    ("first half of 2015", "2015-01-01/2015-06-30"),
    ("first half of May 2015", "refused"),
    ("2002 - 2004", "2002-01-01/2004-12-31"),
    ("mid-April, 2005", "refused"),
    ("summer 1993", "refused"),
    (
        "on an unknown date (death disclosed February 2007)",
        "refused",
    ),
    ("May 5 and 6, 2015", "refused"),
    ("May 22 - 21, 2015", "refused"),
    ("December 30 or January 1, 2016", "refused"),
    ("May 22 or 23", "refused"),
    ("May 2015 - June", "refused"),
    ("February 30, 2015", "refused"),
    ("May 22, 15", "refused"),
    ("22/05/2015", "refused"),
    ("ma 2015", "refused"),
    ("", "refused"),
    ("or", "refused"),
    ("May or 2015", "refused"),
    ("May 10-12 or 14, 2015", "refused"),
];

#[test]
fn dates_in_words_say_what_they_say_and_nothing_more() {
    for (text, expected) in WORDS {
        let expected = if expected == "../2014" {
            "../2014-12-31"
        } else {
            expected
        };
        assert_eq!(words(text), expected, "{text}");
    }
}

fn reading(formats: &[&str], calendar: Calendar, masks: Masks) -> Reading {
    let formats = formats.iter().map(|format| Format::parse(format).unwrap());
    let months = [("មករា", 1), ("Farvardin", 1), ("мая", 5)];
    let months = months.map(|(name, number)| (name.to_owned(), number));
    Reading::new(formats.collect(), Some(calendar), masks, months.into()).unwrap()
}

#[test]
fn several_formats_are_tried_and_what_two_read_differently_is_refused() {
    let read = reading(
        &["%d/%m/%Y", "%m/%d/%Y", "%d %B %Y", "edtf", "words"],
        Calendar::Gregorian,
        Masks::None,
    );
    for (text, expected) in [
        ("13/02/2020", Some("2020-02-13")),
        ("02/13/2020", Some("2020-02-13")),
        ("05/05/2020", Some("2020-05-05")),
        ("05/06/2020", None),
        ("៣ មករា ២០២០", Some("2020-01-03")),
        ("9 мая 2020", Some("2020-05-09")),
        ("May 22 or 23, 2015", Some("2015-05-22/2015-05-23")),
        ("2020-05/2020-06", Some("2020-05/2020-06")),
        ("5/6/20", None),
        ("2020-02-30", None),
    ] {
        assert_eq!(read.read(text).ok().as_deref(), expected, "{text}");
    }
    assert!(
        read.read("05/06/2020")
            .unwrap_err()
            .contains("none is guessed")
    );
}

#[test]
fn masks_and_other_calendars_are_intervals() {
    let masks = reading(
        &["%Y-%m-%d", "%d/%m/%Y", "%Y"],
        Calendar::Gregorian,
        Masks::Read,
    );
    let solar = reading(
        &["%Y/%m/%d", "%Y/%m", "%Y", "%d %B %Y"],
        Calendar::SolarHijri,
        Masks::None,
    );
    for (read, text, expected) in [
        (&masks, "2020-05-17", Some("2020-05-17")),
        (&masks, "2020-05-XX", Some("2020-05")),
        (&masks, "2020-00-00", Some("2020")),
        (&masks, "??/05/2020", Some("2020-05")),
        (&masks, "00/00/2020", Some("2020")),
        (&masks, "201X", Some("2010-01-01/2019-12-31")),
        (&masks, "19XX", Some("1900-01-01/1999-12-31")),
        (&masks, "2020-XX-17", None),
        (&masks, "XXXX-05-17", None),
        (&masks, "2020-13-XX", None),
        (&masks, "2020-300-01", None),
        (&solar, "۱۳۹۹/۰۱/۰۱", Some("2020-03-20")),
        (&solar, "1399/7", Some("2020-09-22/2020-10-21")),
        (&solar, "1399", Some("2020-03-20/2021-03-20")),
        (&solar, "2 Farvardin 1399", Some("2020-03-21")),
        (&solar, "1399/00/00", None),
        (&solar, "2020/01/01", None),
    ] {
        assert_eq!(read.read(text).ok().as_deref(), expected, "{text}");
    }
    let words = Reading::new(
        vec![Format::Words],
        Some(Calendar::Ethiopian),
        Masks::None,
        [].into(),
    );
    assert!(words.is_err());
}

#[test]
fn two_columns_are_a_range_and_a_precision_takes_away() {
    for (from, to, expected) in [
        (
            Some("2020-05-01"),
            Some("2020-05-03"),
            Ok(Some("2020-05-01/2020-05-03")),
        ),
        (
            Some("2020-05"),
            Some("2020-06"),
            Ok(Some("2020-05-01/2020-06-30")),
        ),
        (Some("2020-05-01"), None, Ok(Some("2020-05-01/.."))),
        (None, Some("2020"), Ok(Some("../2020-12-31"))),
        (Some("2020"), Some("2020"), Ok(Some("2020"))),
        (None, None, Ok(None)),
        (Some("2020-05-03"), Some("2020-05-01"), Err(())),
        (Some("2020-05?"), None, Err(())),
    ] {
        let made = range(from, to);
        assert_eq!(
            made.as_ref().map(Option::as_deref).map_err(|_| ()),
            expected,
            "{from:?} {to:?}"
        );
    }
    assert_eq!(
        reduce("2020-05-17", Precision::Month),
        Ok("2020-05".to_owned())
    );
    assert_eq!(reduce("2020-05-17", Precision::Year), Ok("2020".to_owned()));
    assert_eq!(reduce("2020", Precision::Month), Ok("2020".to_owned()));
    assert!(reduce("2020-05/..", Precision::Year).is_err());
}

/// The dates of a real list, each said exactly or refused: counted by year where the whole interval lies in one.
#[test]
fn all_dates_of_the_real_list_of_the_killed_are_said_or_refused() {
    let Some(folder) = crate::testing::shared_data("cpj_1992_2016") else {
        return;
    };
    let mut table =
        crate::read::Table::open(&folder.join("cpj.csv.gz"), &crate::read::Format::default())
            .unwrap();
    let (date, sort) = (table.column("Date").unwrap(), table.column("Type").unwrap());
    let (mut row, mut refused, mut years) =
        (crate::read::Row::default(), Vec::new(), BTreeMap::new());
    let mut count = 0;
    while table.read(&mut row).unwrap() {
        count += 1;
        match super::words::read(date.of(&row)) {
            Err(_) => refused.push(date.of(&row).to_owned()),
            Ok(said) => {
                let days = event::Edtf::parse(&said).unwrap().days;
                let (first, last) = (days.earliest.ymd().unwrap().0, days.latest.ymd().unwrap().0);
                if first == last && sort.of(&row) == "Motive Confirmed" {
                    *years.entry(first).or_insert(0) += 1;
                }
            }
        }
    }
    assert_eq!(count, 1782);
    refused.sort();
    refused.dedup();
    assert_eq!(
        refused,
        [
            "Date unknown",
            "Unknown",
            "mid-April, 2005",
            "on an unknown date (death disclosed February 2007)",
            "summer 1993"
        ]
    );
    assert_eq!((years[&2009], years[&2012], years[&2014]), (75, 74, 60));
}
