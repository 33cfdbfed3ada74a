//! Uncertain dates: the EDTF level 1 subset of `occurred`, as days with a doubt mark.
//!
//! Start at [`Edtf::parse`]; [`Edtf::cap`] closes an open or later end by the day of `recordedtime`.
//! Source of the syntax: Library of Congress, EDTF (ISO 8601-2), level 1; the subset is that of
//! docs/reference/events.md, `occurred`.
//!
//! Never here: a time zone, a clock, other calendars (`occurred_as_reported` keeps those as text).

use crate::day::days_in_month;
use crate::{Day, Days};

/// The most days, from the first to the last, of a date that sets the span of a figure by time: a leap
/// year. Source: docs/reference/figures.md, Groups of time.
const SPAN_DAYS_MAX: i32 = 366;

/// The most years between a date that sets the span of a figure by time and its record.
/// Source: docs/reference/figures.md, Groups of time.
const SPAN_YEARS_MAX: i16 = 150;

/// A date as it was written: what it bounds, before any cap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Edtf {
    /// The days it may mean; [`Day::MIN`] and [`Day::MAX`] stand for open ends.
    pub days: Days,
    /// Whether it carries a doubt mark: `?` uncertain, `~` approximate, `%` both.
    pub doubt: bool,
}

/// When an event happened, as the fold counts it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Occurred {
    /// The days on which it may have happened.
    pub days: Days,
    /// Whether the date carries a doubt mark.
    pub doubt: bool,
    /// Whether its earliest day is after the day of the record: kept, and listed as an inconsistency.
    pub after_record: bool,
    /// Whether it sets the span of a figure by time: both ends are said, it is at most 366 days wide, and
    /// its first day is at most 150 years before or after the day of the record.
    pub sets_span: bool,
    /// Whether its latest day is more than a century before the day of the record: likewise.
    pub long_before_record: bool,
}

/// A century, in days: a date so long before its record is implausible. Source: docs/reference/events.md, `occurred`.
const CENTURY_DAYS: i32 = 36_525;

/// Why a text is not a date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DateError {
    /// Not of the supported subset of EDTF.
    #[error(
        "not a date like 2020-09-07, 2020-09, 2020, with ? ~ or % after it where in doubt, or two of them as 2020-09-01/2020-09-11, ../2020-12-10, 2020-12-10/.."
    )]
    Shape,
    /// A day or month that the calendar does not have.
    #[error("no such day in the calendar")]
    NoSuchDay,
    /// An interval that ends before it begins.
    #[error("an interval that ends before it begins")]
    Reversed,
}

impl Edtf {
    /// Parses a date or an interval of the subset.
    ///
    /// Of an interval, the earliest day is the first of its beginning and the latest day the last of
    /// its end, whatever the precision of either; a mark on either end is a doubt on the whole.
    ///
    /// # Errors
    /// [`DateError`]: another shape, a day that does not exist, an end before the beginning.
    pub fn parse(text: &str) -> Result<Self, DateError> {
        match text.split_once('/') {
            None => date(text),
            Some(("..", "..")) => Err(DateError::Shape),
            Some(("..", end)) => {
                let end = date(end)?;
                let days = Days {
                    earliest: Day::MIN,
                    latest: end.days.latest,
                };
                Ok(Self {
                    days,
                    doubt: end.doubt,
                })
            }
            Some((start, "..")) => {
                let start = date(start)?;
                let days = Days {
                    earliest: start.days.earliest,
                    latest: Day::MAX,
                };
                Ok(Self {
                    days,
                    doubt: start.doubt,
                })
            }
            Some((start, end)) => {
                let (start, end) = (date(start)?, date(end)?);
                let days = Days {
                    earliest: start.days.earliest,
                    latest: end.days.latest,
                };
                if days.earliest > days.latest {
                    return Err(DateError::Reversed);
                }
                Ok(Self {
                    days,
                    doubt: start.doubt || end.doubt,
                })
            }
        }
    }

    /// Closes an open or later end by the day of the record, never below the earliest day.
    ///
    /// Source of the rule: docs/reference/events.md, `occurred`.
    #[must_use]
    pub fn cap(self, recorded_day: Day) -> Occurred {
        let Days { earliest, latest } = self.days;
        let latest = latest.min(recorded_day).max(earliest);
        let after_record = earliest > recorded_day;
        let open = earliest == Day::MIN || self.days.latest == Day::MAX;
        let near = years_from(recorded_day, -SPAN_YEARS_MAX).is_none_or(|first| first <= earliest)
            && years_from(recorded_day, SPAN_YEARS_MAX).is_none_or(|last| earliest <= last);
        let width = i64::from(latest.number()) - i64::from(earliest.number());
        Occurred {
            days: Days { earliest, latest },
            doubt: self.doubt,
            after_record,
            sets_span: !open && near && width < i64::from(SPAN_DAYS_MAX),
            long_before_record: latest < recorded_day.plus(-CENTURY_DAYS),
        }
    }
}

/// Returns the day so many years later, of 29 February the 28th where the year has none; none outside
/// of the calendar.
fn years_from(day: Day, years: i16) -> Option<Day> {
    let (year, month, of_month) = day.ymd()?;
    let year = year.checked_add(years)?;
    Day::from_ymd(year, month, of_month.min(days_in_month(year, month)?))
}

/// Parses one date of day, month or year precision, with or without a mark.
fn date(text: &str) -> Result<Edtf, DateError> {
    let (digits, doubt) = match text.as_bytes() {
        [digits @ .., b'?' | b'~' | b'%'] => (digits, true),
        digits => (digits, false),
    };
    let (year, month, day) = match digits {
        [y @ .., b'-', m0, m1, b'-', d0, d1] if y.len() == 4 => (
            number(y),
            Some(number(&[*m0, *m1])),
            Some(number(&[*d0, *d1])),
        ),
        [y @ .., b'-', m0, m1] if y.len() == 4 => (number(y), Some(number(&[*m0, *m1])), None),
        y if y.len() == 4 => (number(y), None, None),
        _ => return Err(DateError::Shape),
    };
    let year = year.ok_or(DateError::Shape)?;
    let month = month.map(small).transpose()?;
    let day = day.map(small).transpose()?;
    let first = Day::from_ymd(year, month.unwrap_or(1), day.unwrap_or(1));
    let last_month = month.unwrap_or(12);
    let last_day = day
        .or_else(|| days_in_month(year, last_month))
        .unwrap_or(31);
    let last = Day::from_ymd(year, last_month, last_day);
    let (Some(earliest), Some(latest)) = (first, last) else {
        return Err(DateError::NoSuchDay);
    };
    Ok(Edtf {
        days: Days { earliest, latest },
        doubt,
    })
}

fn small(number: Option<i16>) -> Result<i8, DateError> {
    number
        .and_then(|n| i8::try_from(n).ok())
        .ok_or(DateError::Shape)
}

/// Reads at most four ASCII digits.
fn number(digits: &[u8]) -> Option<i16> {
    digits.iter().try_fold(0_i16, |number, byte| {
        byte.is_ascii_digit()
            .then(|| number * 10 + i16::from(byte - b'0'))
    })
}

#[cfg(test)]
mod tests {
    use edtf::level_1::{self as oracle, Certainty, Precision};
    use expect_test::{Expect, expect};
    use proptest::prelude::*;

    use super::*;

    fn check(text: &str, expected: Expect) {
        let answer = match Edtf::parse(text) {
            Ok(Edtf { days, doubt }) => {
                format!(
                    "{} to {}{}",
                    days.earliest,
                    days.latest,
                    if doubt { ", in doubt" } else { "" }
                )
            }
            Err(error) => format!("{error:?}"),
        };
        expected.assert_eq(&answer);
    }

    #[test]
    fn a_date_bounds_the_days_it_may_mean() {
        check("2020-09-07", expect!["2020-09-07 to 2020-09-07"]);
        check("2020-02", expect!["2020-02-01 to 2020-02-29"]);
        check("2020", expect!["2020-01-01 to 2020-12-31"]);
        check("2020-09-07?", expect!["2020-09-07 to 2020-09-07, in doubt"]);
        check("2020-09~", expect!["2020-09-01 to 2020-09-30, in doubt"]);
        check("2020%", expect!["2020-01-01 to 2020-12-31, in doubt"]);
        check("0000", expect!["0000-01-01 to 0000-12-31"]);
    }

    #[test]
    fn an_interval_runs_from_the_first_day_of_one_end_to_the_last_of_the_other() {
        check("2020-09-01/2020-09-11", expect!["2020-09-01 to 2020-09-11"]);
        check("2020-09/2021", expect!["2020-09-01 to 2021-12-31"]);
        check(
            "2020-09/2020-09-10~",
            expect!["2020-09-01 to 2020-09-10, in doubt"],
        );
        check(
            "2020?/2020-09-10",
            expect!["2020-01-01 to 2020-09-10, in doubt"],
        );
        check("../2020-12-10", expect![".. to 2020-12-10"]);
        check("2020-12-10%/..", expect!["2020-12-10 to .., in doubt"]);
        check("2020-09-11/2020-09-01", expect!["Reversed"]);
        check("2021/2020", expect!["Reversed"]);
    }

    #[test]
    fn the_rest_of_edtf_is_not_of_the_subset() {
        for text in [
            "",
            "..",
            "/",
            "../..",
            "/2020",
            "2020/",
            "2020-09-XX",
            "202X",
            "2020-21",
            "Y12020",
            "-2020",
            "2020-9-7",
            "2020-09-07T08:30:00Z",
            "2020-09-07 ",
            "2020-09-07??",
            "..?/2020",
            "?2020",
            "2020/2021/2022",
            "២០២០",
            "20200907",
            "[2020,2021]",
            "2020-",
            "2020--",
        ] {
            let error = Edtf::parse(text).unwrap_err();
            let expected = if text == "2020-21" {
                DateError::NoSuchDay
            } else {
                DateError::Shape
            };
            assert_eq!(error, expected, "{text}");
        }
        check("2021-02-29", expect!["NoSuchDay"]);
        check("2020-00", expect!["NoSuchDay"]);
        check("2020-13-01/2020-14-01", expect!["NoSuchDay"]);
    }

    fn check_cap(text: &str, recorded_day: &str, expected: Expect) {
        let recorded_day = Day::parse(recorded_day).unwrap();
        let Occurred {
            days, after_record, ..
        } = Edtf::parse(text).unwrap().cap(recorded_day);
        let after = if after_record {
            ", after its record"
        } else {
            ""
        };
        expected.assert_eq(&format!("{} to {}{after}", days.earliest, days.latest));
    }

    #[test]
    fn the_day_of_the_record_caps_a_later_end_but_never_below_the_earliest_day() {
        check_cap(
            "2020-12-01/..",
            "2020-12-10",
            expect!["2020-12-01 to 2020-12-10"],
        );
        check_cap("2020", "2020-12-10", expect!["2020-01-01 to 2020-12-10"]);
        check_cap(
            "2020-12-09",
            "2020-12-10",
            expect!["2020-12-09 to 2020-12-09"],
        );
        check_cap("../2020-12-09", "2020-12-10", expect![".. to 2020-12-09"]);
        check_cap(
            "2020-12-10",
            "2020-12-10",
            expect!["2020-12-10 to 2020-12-10"],
        );
        check_cap(
            "2020-12-11/2021",
            "2020-12-10",
            expect!["2020-12-11 to 2020-12-11, after its record"],
        );
    }

    /// What the oracle holds the date to mean; none where it is outside the subset.
    fn oracle_days(date: oracle::Date) -> Option<(Days, bool)> {
        let day =
            |year: i32, month: u32, day: u32| Day::parse(&format!("{year:04}-{month:02}-{day:02}"));
        let last = |year: i32, month: u32| (28..=31).rev().find_map(|d| day(year, month, d));
        let (precision, certainty) = date.precision_certainty();
        let (earliest, latest) = match precision {
            Precision::Year(year) => (day(year, 1, 1)?, day(year, 12, 31)?),
            Precision::Month(year, month) => (day(year, month, 1)?, last(year, month)?),
            Precision::Day(year, month, d) => (day(year, month, d)?, day(year, month, d)?),
            Precision::Century(_)
            | Precision::Decade(_)
            | Precision::Season(..)
            | Precision::MonthOfYear(_)
            | Precision::DayOfYear(_)
            | Precision::DayOfMonth(..) => return None,
        };
        Some((Days { earliest, latest }, certainty != Certainty::Certain))
    }

    fn oracle_edtf(text: &str) -> Option<Edtf> {
        match oracle::Edtf::parse(text).ok()? {
            oracle::Edtf::Date(date) => oracle_days(date).map(|(days, doubt)| Edtf { days, doubt }),
            oracle::Edtf::Interval(start, end) => {
                let ((start, doubt), (end, doubt_too)) = (oracle_days(start)?, oracle_days(end)?);
                let days = Days {
                    earliest: start.earliest,
                    latest: end.latest,
                };
                Some(Edtf {
                    days,
                    doubt: doubt || doubt_too,
                })
            }
            oracle::Edtf::IntervalFrom(start, oracle::Terminal::Open) => {
                let (start, doubt) = oracle_days(start)?;
                Some(Edtf {
                    days: Days {
                        earliest: start.earliest,
                        latest: Day::MAX,
                    },
                    doubt,
                })
            }
            oracle::Edtf::IntervalTo(oracle::Terminal::Open, end) => {
                let (end, doubt) = oracle_days(end)?;
                Some(Edtf {
                    days: Days {
                        earliest: Day::MIN,
                        latest: end.latest,
                    },
                    doubt,
                })
            }
            oracle::Edtf::DateTime(_)
            | oracle::Edtf::YYear(_)
            | oracle::Edtf::IntervalFrom(..)
            | oracle::Edtf::IntervalTo(..) => None,
        }
    }

    /// Dates right and wrong, each part now and then out of its range or absent.
    const END: &str = "(\\.\\.|(19|20)[0-9]{2}(-(0[0-9]|1[0-4])(-([0-2][0-9]|3[0-2]))?)?[?~%]?)";

    fn agrees(text: &str) -> Result<(), TestCaseError> {
        match (Edtf::parse(text), oracle_edtf(text)) {
            (Ok(ours), theirs) => prop_assert_eq!(Some(ours), theirs, "{}", text),
            (Err(DateError::Reversed), Some(theirs)) => {
                prop_assert!(theirs.days.earliest > theirs.days.latest, "{}", text);
            }
            (Err(_), theirs) => prop_assert_eq!(theirs, None, "{}", text),
        }
        Ok(())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn a_date_means_what_the_oracle_says(text in END) {
            agrees(&text)?;
        }

        #[test]
        fn an_interval_means_what_the_oracle_says(start in END, end in END) {
            agrees(&format!("{start}/{end}"))?;
        }

        #[test]
        fn noise_is_judged_as_the_oracle_does(text in "[0-9.XY/?~%-]{0,12}") {
            if let Ok(ours) = Edtf::parse(&text) {
                prop_assert_eq!(Some(ours), oracle_edtf(&text));
            }
        }

        #[test]
        fn a_cap_keeps_the_earliest_day(text in END, recorded in 10_000_i32..20_000) {
            let recorded = Day::from_number(recorded);
            if let Ok(edtf) = Edtf::parse(&text) {
                let capped = edtf.cap(recorded);
                prop_assert_eq!(capped.days.earliest, edtf.days.earliest);
                prop_assert!(capped.days.earliest <= capped.days.latest);
                prop_assert!(capped.days.latest <= recorded.max(edtf.days.earliest));
                prop_assert_eq!(capped.after_record, edtf.days.earliest > recorded);
            }
        }
    }
}
