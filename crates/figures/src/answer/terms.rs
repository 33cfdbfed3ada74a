//! Terms of custody: 6, 12 and 18 months, and who has been held for them.
//!
//! Start at [`LongestHeld`]. Source: docs/reference/figures.md, Time held.
//!
//! Never here: who is held (see [`crate::scan::custody`]).

use event::Day;

use crate::certainty::{BoundedCount, Certainty};

/// The terms that are watched, in months. Source: docs/guides/questions.md.
pub const TERMS_MONTHS: [i16; 3] = [6, 12, 18];

/// Since when one individual has been held, over all of their spells of custody: the first day for each
/// certainty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LongestHeld {
    /// The first day since which they may be held.
    pub earliest: Day,
    /// Of the spells by which they count, the last day on which the longest may have begun; none where they
    /// count in `at_most` alone.
    pub counted: Option<Day>,
    /// The same of the spells without a doubt mark.
    pub certain: Option<Day>,
}

impl LongestHeld {
    /// Nobody's custody yet.
    pub(crate) const NONE: Self = Self {
        earliest: Day::MAX,
        counted: None,
        certain: None,
    };

    /// Adds a spell that may have begun on one of these days.
    pub(crate) fn add(&mut self, (earliest, latest): (Day, Day), certainty: Certainty) {
        let least = |known: Option<Day>| Some(known.map_or(latest, |known| known.min(latest)));
        self.earliest = self.earliest.min(earliest);
        if certainty.is_counted() {
            self.counted = least(self.counted);
        }
        if certainty == Certainty::Surely {
            self.certain = least(self.certain);
        }
    }

    /// Adds what other spells show.
    pub(crate) fn merge(&mut self, other: &Self) {
        let least = |a: Option<Day>, b: Option<Day>| a.into_iter().chain(b).min();
        self.earliest = self.earliest.min(other.earliest);
        self.counted = least(self.counted, other.counted);
        self.certain = least(self.certain, other.certain);
    }

    /// Returns how surely they are held since `last`, or longer; none where they cannot be.
    fn certainty_since(&self, last: Day) -> Option<Certainty> {
        let by = |since: Option<Day>, certainty| {
            let is = since.is_some_and(|since| since <= last);
            is.then_some(certainty)
        };
        by(self.certain, Certainty::Surely)
            .or_else(|| by(self.counted, Certainty::WithDoubt))
            .or_else(|| by(Some(self.earliest), Certainty::Perhaps))
    }

    /// Counts those who have been held for so many months at the end of `on`.
    pub(crate) fn count_past(
        all: impl Iterator<Item = Self>,
        months: i16,
        on: Day,
    ) -> BoundedCount {
        let last = last_start(months, on);
        BoundedCount::of(all.filter_map(|one| one.certainty_since(last)))
    }
}

/// Returns the last day since which someone has been held for so many months at the end of `on`: months of
/// the calendar, of which a shorter one ends the term on its last day.
#[must_use]
pub fn last_start(months: i16, on: Day) -> Day {
    // No month has more than 31 days; the terms of some days end on one day in a shorter month.
    let long_past = on.number().saturating_sub(i32::from(months) * 31 + 1);
    let days = (long_past..=on.number()).map(Day::from_number);
    let past = days.take_while(|since| term_end(*since, months).is_some_and(|end| end <= on));
    past.last().unwrap_or(Day::MIN)
}

/// Returns the day at whose end someone held since `from` has been held for so many months; none beyond the
/// calendar.
#[must_use]
pub fn term_end(from: Day, months: i16) -> Option<Day> {
    let (year, month, day) = from.ymd()?;
    let whole = i16::from(month) - 1 + months;
    let year = year.checked_add(whole / 12)?;
    let month = i8::try_from(whole % 12 + 1).ok()?;
    (1..=day)
        .rev()
        .find_map(|day| Day::from_ymd(year, month, day))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    #[test]
    fn a_term_ends_so_many_calendar_months_later() {
        let end = |from: &str, months| term_end(day(from), months).unwrap().to_string();
        assert_eq!(end("2020-06-15", 6), "2020-12-15");
        assert_eq!(end("2020-08-31", 6), "2021-02-28");
        assert_eq!(end("2020-08-13", 18), "2022-02-13");
    }

    #[test]
    fn the_last_start_is_the_last_day_whose_term_has_ended() {
        let mut on = day("2019-12-25");
        while on < day("2021-04-05") {
            for months in TERMS_MONTHS {
                let last = last_start(months, on);
                assert!(term_end(last, months).unwrap() <= on, "{on} {months}");
                let next = term_end(last.plus(1), months).unwrap();
                assert!(next > on, "{on} {months}");
            }
            on = on.plus(1);
        }
    }

    #[test]
    fn a_spell_that_may_have_ended_lets_nobody_surely_pass() {
        let mut one = LongestHeld::NONE;
        one.add((day("2018-01-01"), day("2018-01-01")), Certainty::Perhaps);
        one.add((day("2020-11-01"), day("2020-11-01")), Certainty::Surely);
        let past = |months| LongestHeld::count_past([one].into_iter(), months, day("2020-12-10"));
        for months in TERMS_MONTHS {
            let passes = past(months);
            assert_eq!((passes.count, passes.at_least, passes.at_most), (0, 0, 1));
        }
        assert_eq!(past(1).at_least, 1);
    }
}
