//! Months, quarters and years as numbers, and which of them the days of a unit touch.
//!
//! Start at [`Periods::span`]. Source: docs/reference/figures.md, Filters.
//!
//! Never here: other dimensions (see [`crate::aggregate::values`]).

use std::ops::Range;
use std::sync::LazyLock;

use event::{Day, Days};

use crate::aggregate::values::DimensionValue;
use crate::question::dimension::Dimension;

/// The most months, quarters or years that one uncertain date is spread over in `at_most`. A date
/// as wide as that says nothing about any one of them; 1,200 months are a century.
const SPREAD_MAX: u32 = 1_200;

/// What is added to the number of a month, quarter or year, so that a spread that begins before
/// the year 0 has numbers above 0 too.
const TIME_OFFSET: u32 = SPREAD_MAX + 1;

/// Whether the dimension depends on when something happened.
pub(crate) const fn is_of_time(group: Dimension) -> bool {
    matches!(
        group,
        Dimension::Month | Dimension::Quarter | Dimension::Year
    )
}

/// A dimension of time, within the window of a question.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Periods {
    pub(crate) group: Dimension,
    window: Option<Window>,
}

/// The days of a window, and the values that its ends have.
#[derive(Clone, Copy, Debug)]
struct Window {
    days: Days,
    first: Option<u32>,
    last: Option<u32>,
}

/// The months, quarters or years that a unit touches within the window.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PeriodSpan {
    pub(crate) first: DimensionValue,
    pub(crate) last: DimensionValue,
    /// Whether its days lie inside of one of them.
    pub(crate) inside: bool,
}

impl Periods {
    pub(crate) fn new(group: Dimension, window: Option<Days>) -> Self {
        let window = window.map(|days| Window {
            days,
            first: number(group, days.earliest),
            last: number(group, days.latest),
        });
        Self { group, window }
    }

    /// Returns the values that the days touch within the window.
    pub(crate) fn span(&self, days: Option<Days>) -> PeriodSpan {
        let unknown = |inside| PeriodSpan {
            first: DimensionValue::UNKNOWN,
            last: DimensionValue::UNKNOWN,
            inside,
        };
        let value = DimensionValue::from_period;
        let Some(days) = days else {
            return unknown(true);
        };
        let earliest = number(self.group, days.earliest);
        let latest = if days.latest == days.earliest {
            earliest
        } else {
            number(self.group, days.latest)
        };
        let (mut first, mut last) = (earliest, latest);
        if let Some(window) = self.window {
            if window.days.earliest > days.earliest {
                first = window.first;
            }
            if window.days.latest < days.latest {
                last = window.last;
            }
        }
        match (first, last) {
            (Some(first), Some(last)) if last.saturating_sub(first) <= SPREAD_MAX => PeriodSpan {
                first: value(first),
                last: value(last),
                inside: earliest.is_some() && earliest == latest,
            },
            (_, Some(last)) => PeriodSpan {
                first: value(last - SPREAD_MAX),
                last: value(last),
                inside: false,
            },
            (_, None) => unknown(false),
        }
    }

    /// Returns the value of a coarser dimension of time.
    pub(crate) fn coarser(&self, value: DimensionValue, group: Dimension) -> DimensionValue {
        if value == DimensionValue::UNKNOWN || self.group == group {
            return value;
        }
        let number = i64::from(value.packed()) - i64::from(TIME_OFFSET);
        let quarters_or_years = number.div_euclid(match (self.group, group) {
            (Dimension::Month, Dimension::Quarter) => 3,
            (Dimension::Month, Dimension::Year) => 12,
            (Dimension::Quarter, Dimension::Year) => 4,
            _ => 1,
        });
        // A coarser number is nearer to the year 0, so it fits where the finer one did.
        u32::try_from(quarters_or_years + i64::from(TIME_OFFSET))
            .map_or(DimensionValue::UNKNOWN, DimensionValue::from_period)
    }
}

/// The days of which [`MONTHS`] knows the month: 1900-01-01 up to, without it, 2100-01-01.
const KNOWN: Range<i32> = -25_567..47_482;

/// The month of each of these days, in months since the year 0: a figure by month looks up one or two
/// a row.
static MONTHS: LazyLock<Vec<Option<u32>>> = LazyLock::new(|| {
    let days = KNOWN.map(Day::from_number);
    days.map(month).collect()
});

/// Returns the month, quarter or year of a day; none before the year 0 and at the ends of time.
pub(crate) fn number(group: Dimension, day: Day) -> Option<u32> {
    let known = day.number().wrapping_sub(KNOWN.start);
    let known = usize::try_from(known).ok().and_then(|at| MONTHS.get(at));
    let month = known.copied().flatten().or_else(|| month(day))?;
    let number = if group == Dimension::Month {
        month
    } else if group == Dimension::Quarter {
        month / 3
    } else {
        month / 12
    };
    Some(number + TIME_OFFSET)
}

/// Returns the month of a day, in months since the year 0.
fn month(day: Day) -> Option<u32> {
    let (year, month, _) = day.ymd()?;
    let year = u32::try_from(year).ok()?;
    Some(year * 12 + u32::try_from(month).ok()?.checked_sub(1)?)
}

/// Returns the name of a value of a dimension of time.
pub(crate) fn name(group: Dimension, value: u32) -> String {
    let time = i64::from(value) - i64::from(TIME_OFFSET);
    let within = |parts: i64| (time.div_euclid(parts), time.rem_euclid(parts) + 1);
    if group == Dimension::Month {
        let (year, month) = within(12);
        format!("{year:04}-{month:02}")
    } else if group == Dimension::Quarter {
        let (year, quarter) = within(4);
        format!("{year:04}-Q{quarter}")
    } else {
        format!("{time:04}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_of_months_agrees_with_the_calendar() {
        let around = |day: i32| day - 40..day + 40;
        let days = around(KNOWN.start).chain(KNOWN).chain(around(KNOWN.end));
        for day in days.map(Day::from_number) {
            let (year, month, _) = day.ymd().unwrap();
            let named = |group| name(group, number(group, day).unwrap());
            assert_eq!(named(Dimension::Year), format!("{year:04}"));
            assert_eq!(named(Dimension::Month), format!("{year:04}-{month:02}"));
            let quarter = (month - 1) / 3 + 1;
            assert_eq!(named(Dimension::Quarter), format!("{year:04}-Q{quarter}"));
        }
        assert_eq!(number(Dimension::Month, Day::MIN), None);
        assert_eq!(number(Dimension::Month, Day::MAX), None);
    }
}
