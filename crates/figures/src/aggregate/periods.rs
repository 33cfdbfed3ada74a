//! Months, quarters and years as numbers, and which of them the days of a unit touch.
//!
//! Start at [`Periods::touched`] and [`Periods::place`]. Source: docs/reference/figures.md, Groups of time.
//!
//! Never here: other dimensions (see [`crate::aggregate::values`]).

use std::ops::Range;
use std::sync::LazyLock;

use event::{Day, Days};

use crate::aggregate::values::DimensionValue;
use crate::question::dimension::Dimension;

/// The most months, quarters or years of a figure by time: 1,200 months are a century.
/// Source: docs/reference/limits.md.
pub const PERIODS_MAX: u32 = 1_200;

/// What is added to the number of a month, quarter or year, so that those of the year 0 are above 0.
const TIME_OFFSET: u32 = 1;

/// A figure by time whose span has too many periods.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the question has {found} {periods} from {first} to {last}, but a figure by time has at most {PERIODS_MAX}: ask for a window with occurred, or group by a longer period"
)]
pub struct TooManyPeriods {
    /// How many periods there are.
    pub found: u32,
    /// What they are: `months`, `quarters` or `years`.
    pub periods: &'static str,
    /// The first.
    pub first: String,
    /// The last.
    pub last: String,
}

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

/// Some months, quarters or years in a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PeriodRange {
    pub(crate) first: DimensionValue,
    pub(crate) last: DimensionValue,
}

impl PeriodRange {
    /// Returns the least range that holds both.
    pub(crate) fn with(self, other: Self) -> Self {
        Self {
            first: self.first.min(other.first),
            last: self.last.max(other.last),
        }
    }

    /// Returns what both hold; none where that is nothing.
    fn within(self, other: Self) -> Option<Self> {
        let first = self.first.max(other.first);
        let last = self.last.min(other.last);
        (first <= last).then_some(Self { first, last })
    }
}

/// Where the days of a unit lie in a figure by time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Placement {
    /// The periods of the span that they touch.
    pub(crate) touches: Option<PeriodRange>,
    /// Whether they lie inside of one period of the span.
    pub(crate) inside: bool,
    /// Whether they touch the days outside of the span.
    pub(crate) touches_outside: bool,
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

    /// Returns the periods that days with both ends touch within the window, and whether they lie inside
    /// of one; none where the calendar ends before they do.
    #[inline]
    pub(crate) fn touched(&self, days: Days) -> Option<(PeriodRange, bool)> {
        let earliest = number(self.group, days.earliest)?;
        let latest = if days.latest == days.earliest {
            earliest
        } else {
            number(self.group, days.latest)?
        };
        let (mut first, mut last) = (earliest, latest);
        if let Some(window) = self.window {
            if window.days.earliest > days.earliest {
                first = window.first?;
            }
            if window.days.latest < days.latest {
                last = window.last?;
            }
        }
        let range = PeriodRange {
            first: DimensionValue::from_period(first),
            last: DimensionValue::from_period(last),
        };
        Some((range, earliest == latest))
    }

    /// Returns where days lie that may be wide, open or far from their record, given the span.
    pub(crate) fn place(&self, days: Option<Days>, span: Option<PeriodRange>) -> Placement {
        let outside = Placement {
            touches: None,
            inside: false,
            touches_outside: true,
        };
        let Some((days, span)) = days.zip(span) else {
            return outside;
        };
        let window = self.window.map_or(days, |window| Days {
            earliest: window.days.earliest.max(days.earliest),
            latest: window.days.latest.min(days.latest),
        });
        // Days beyond the calendar are before the first period, or after the last.
        let at = |day| number(self.group, day).map(DimensionValue::from_period);
        let range = PeriodRange {
            first: at(window.earliest).unwrap_or(DimensionValue::UNKNOWN),
            last: at(window.latest).unwrap_or(DimensionValue::END),
        };
        let touches = range.within(span);
        Placement {
            touches,
            inside: at(days.earliest).is_some() && at(days.earliest) == at(days.latest),
            touches_outside: touches != Some(range),
        }
    }

    /// Checks that a span has at most [`PERIODS_MAX`] periods.
    ///
    /// # Errors
    /// [`TooManyPeriods`].
    pub(crate) fn check(&self, span: PeriodRange) -> Result<(), TooManyPeriods> {
        let found = span.first.periods_to(span.last).saturating_add(1);
        if found <= PERIODS_MAX {
            return Ok(());
        }
        Err(TooManyPeriods {
            found,
            periods: unit(self.group).1,
            first: name(self.group, span.first.packed()),
            last: name(self.group, span.last.packed()),
        })
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

/// Returns how many months a period of a dimension of time has, and what several are called.
fn unit(group: Dimension) -> (u32, &'static str) {
    if group == Dimension::Month {
        (1, "months")
    } else if group == Dimension::Quarter {
        (3, "quarters")
    } else {
        (12, "years")
    }
}

/// Returns the last day of a month, quarter or year.
pub(crate) fn last_day(group: Dimension, value: u32) -> Day {
    let (months, _) = unit(group);
    let next = (value - TIME_OFFSET + 1) * months;
    let first = i16::try_from(next / 12)
        .ok()
        .zip(i8::try_from(next % 12 + 1).ok())
        .and_then(|(year, month)| Day::from_ymd(year, month, 1));
    // The calendar ends with the year 9999.
    first.map_or(Day::MAX, |first| first.plus(-1))
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
        for day in ["2020-02-29", "2020-12-31", "2021-02-28", "0000-01-31"] {
            let day = Day::parse(day).unwrap();
            assert_eq!(
                last_day(Dimension::Month, number(Dimension::Month, day).unwrap()),
                day
            );
        }
        for (group, day) in [
            (Dimension::Quarter, "2020-06-30"),
            (Dimension::Year, "2020-12-31"),
        ] {
            let within = Day::parse("2020-05-07").unwrap();
            assert_eq!(
                last_day(group, number(group, within).unwrap()).to_string(),
                day
            );
        }
        assert_eq!(number(Dimension::Month, Day::MIN), None);
        assert_eq!(number(Dimension::Month, Day::MAX), None);
    }
}
