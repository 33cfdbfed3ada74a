//! The years in which something happened: what a reader may choose between.
//!
//! Start at [`years`].
//!
//! Never here: how many there are of what (see [`crate::answer::figure`]).

use event::{Days, Position};
use fold::Scope;

use crate::aggregate::periods;
use crate::certainty::Certainty;
use crate::columns::ids::index;
use crate::columns::store::ColumnStore;
use crate::question::dimension::Dimension;
use crate::question::query::Query;
use crate::scan::aggregate::Aggregate;
use crate::scan::context::AsOf;
use crate::scan::partition::Partition;
use crate::scan::run::{prepare, run};
use crate::scan::unit::Unit;

/// Returns the years in which a question counts something, as four digits, rising: those in which a unit
/// of its `count` lies. Empty for a question about who is held.
///
/// Events of a year in which one was found are passed over.
#[must_use]
pub fn years(table: &ColumnStore, query: &Query, at: Position, scope: &Scope) -> Vec<String> {
    if query.is_held() {
        return Vec::new();
    }
    let on = query.on;
    let found = prepare(table, query, AsOf { at, on, scope }, |context| {
        let found = FoundYears {
            window: query.window(),
            years: Vec::new(),
        };
        run(context, Partition::Whole, found)
    });
    let years = (0..).zip(&found).filter(|(_, found)| **found);
    years
        .map(|(year, _)| periods::name(Dimension::Year, year))
        .collect()
}

/// Notes in which years something was found.
struct FoundYears {
    /// The window of the question.
    window: Option<Days>,
    /// Whether something was found in each year, by the numbers of [`crate::aggregate::periods`].
    years: Vec<bool>,
}

impl Aggregate for FoundYears {
    type Output = Vec<bool>;

    const PASSES_OVER: bool = true;

    fn new_empty(&self) -> Self {
        Self {
            window: self.window,
            years: Vec::new(),
        }
    }

    /// Whether these days lie in the window, and in one year in which nothing was found so far.
    fn wants(&self, days: Days) -> bool {
        year(days).is_some_and(|year| self.years.get(year) != Some(&true))
            && self.window.is_none_or(|window| days.inside(window))
    }

    fn update(&mut self, unit: &Unit<'_>, certainty: Certainty) {
        let counts = certainty.is_counted() && unit.identity.number().is_some();
        let year = unit
            .days
            .filter(|_| counts)
            .and_then(|when| year(when.days));
        if let Some(year) = year {
            self.note(year);
        }
    }

    fn merge(&mut self, other: Self) {
        let found = (0..).zip(other.years).filter(|(_, found)| *found);
        found.for_each(|(year, _)| self.note(year));
    }

    fn finish(self) -> Vec<bool> {
        self.years
    }
}

impl FoundYears {
    /// Notes that something was found in a year.
    fn note(&mut self, year: usize) {
        if self.years.len() <= year {
            self.years.resize(year + 1, false);
        }
        if let Some(found) = self.years.get_mut(year) {
            *found = true;
        }
    }
}

/// Returns the number of the year in which days lie; none where they lie in several.
fn year(days: Days) -> Option<usize> {
    let number = |day| periods::number(Dimension::Year, day);
    let first = number(days.earliest)?;
    (number(days.latest)? == first).then(|| index(first))
}
