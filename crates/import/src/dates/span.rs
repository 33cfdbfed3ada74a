//! The days that a cell's date may mean, and how they are written for an event.
//!
//! Never here: how the cell is read.

use event::Day;

/// The days from the first to the last; an end that is not said is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    pub(super) first: Option<Day>,
    pub(super) last: Option<Day>,
}

impl Span {
    /// The days from `first` to `last`; none where they are the wrong way round.
    pub(super) fn new(first: Day, last: Day) -> Option<Self> {
        (first <= last).then_some(Self {
            first: Some(first),
            last: Some(last),
        })
    }

    /// The days of a year, a month or a day of the common calendar; none where it has no such.
    pub(super) fn of(year: i16, month: Option<i8>, day: Option<i8>) -> Option<Self> {
        let (first, last) = match (month, day) {
            (Some(month), Some(day)) => {
                let day = Day::from_ymd(year, month, day)?;
                (day, day)
            }
            (Some(month), None) => (Day::from_ymd(year, month, 1)?, end_of_month(year, month)?),
            (None, None) => (Day::from_ymd(year, 1, 1)?, Day::from_ymd(year, 12, 31)?),
            (None, Some(_)) => return None,
        };
        Self::new(first, last)
    }

    /// From the first day of one to the last of the other; none where they are the wrong way round.
    pub(super) fn to(self, other: Self) -> Option<Self> {
        Self::new(self.first?, other.last?)
    }

    /// Writes the days as the event's `occurred` has them; none for a span that is open on both sides, or
    /// outside of the years from 0 to 9999.
    pub(crate) fn written(self) -> Option<String> {
        let text = |day: Day| {
            let (year, month, day) = day.ymd()?;
            (0..=9999)
                .contains(&year)
                .then(|| format!("{year:04}-{month:02}-{day:02}"))
        };
        match (self.first, self.last) {
            (Some(first), Some(last)) if first == last => text(first),
            (Some(first), Some(last)) => {
                let (year, month, _) = first.ymd()?;
                if Self::of(year, None, None) == Some(self) {
                    return Some(format!("{year:04}"));
                }
                if Self::of(year, Some(month), None) == Some(self) {
                    return Some(format!("{year:04}-{month:02}"));
                }
                Some(format!("{}/{}", text(first)?, text(last)?))
            }
            (Some(first), None) => Some(format!("{}/..", text(first)?)),
            (None, Some(last)) => Some(format!("../{}", text(last)?)),
            (None, None) => None,
        }
    }
}

/// Returns the last day of a month.
fn end_of_month(year: i16, month: i8) -> Option<Day> {
    let next = if month == 12 {
        Day::from_ymd(year.checked_add(1)?, 1, 1)?
    } else {
        Day::from_ymd(year, month + 1, 1)?
    };
    Some(next.plus(-1))
}
