//! The years in which something happened: what a reader may choose between.
//!
//! Start at [`years`].
//!
//! Never here: how many there are of what (see [`crate::answer::figure`]).

use event::{Days, Position};
use fold::Scope;

use crate::aggregate::periods;
use crate::certainty::Certainty;
use crate::columns::by_kind::KindEntry;
use crate::columns::ids::{ColumnId as _, index};
use crate::columns::store::ColumnStore;
use crate::columns::validity::Validity;
use crate::question::dimension::{Dimension, Measure};
use crate::question::query::Query;
use crate::scan::count::count;
use crate::scan::part::{Partition, names_owners};
use crate::scan::prepared::{AsOf, ScanContext, prepare};
use crate::scan::rows::{Rows, rows_of_kinds};
use crate::scan::selection::{SelectionVector, read};
use crate::scan::unit::{Collector, Unit};

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
    let found = prepare(table, query, AsOf { at, on, scope }, |asked| {
        let mut found = Found {
            asked,
            years: Vec::new(),
        };
        if query.is_of_charges() || names_owners(asked) {
            count(asked, Partition::Whole, &mut found);
        } else {
            found.take_events();
        }
        found.years
    });
    let years = (0..).zip(&found).filter(|(_, found)| **found);
    years
        .map(|(year, _)| periods::name(Dimension::Year, year))
        .collect()
}

struct Found<'a> {
    asked: &'a ScanContext<'a>,
    /// Whether something was found in each year, by the numbers of [`crate::aggregate::periods`].
    years: Vec<bool>,
}

impl Collector for Found<'_> {
    fn take(&mut self, unit: &Unit<'_>, certainty: Certainty) {
        let counts = certainty.is_counted() && unit.identity.number().is_some();
        let year = unit
            .days
            .filter(|_| counts)
            .and_then(|when| year(when.days));
        self.note(year);
    }
}

impl Found<'_> {
    fn take_events(&mut self) {
        let asked = self.asked;
        let mut block = SelectionVector::new();
        for mut rows in rows_of_kinds(asked.columns, asked.filter) {
            while self.next(&mut rows, &mut block) {
                asked.filter.narrow(&mut block, &asked.columns.occurrences);
                block.rows().iter().for_each(|row| self.take_row(*row));
            }
        }
    }

    /// Takes the next rows off, as [`Rows::next_block`]: those that hold, in a year without any so far.
    fn next(&self, rows: &mut Rows<'_>, block: &mut SelectionVector) -> bool {
        let asked = self.asked;
        let sees = |held: Validity| asked.people.sees(held);
        if let Rows::Kind(of) = rows {
            let (next, rest) = of.split_at(block.room());
            let is_new = |first: &KindEntry| sees(first.validity) && self.is_new(first.days);
            block.select(
                next.rows.iter().map(|row| row.number()),
                next.entries.iter().map(is_new),
            );
            *of = rest;
            return !next.rows.is_empty();
        }
        let columns = asked.columns.occurrences.columns();
        let is_there = rows.next_block(block, &columns.validity, asked.query.occurred, sees);
        block.retain_by(&columns.days, |days| self.is_new(days));
        is_there
    }

    /// Whether these days lie in the window, and in one year in which nothing was found so far.
    fn is_new(&self, days: Days) -> bool {
        let window = self.asked.query.occurred;
        year(days).is_some_and(|year| self.years.get(year) != Some(&true))
            && window.is_none_or(|window| days.inside(window))
    }

    /// Takes a row that passes all filters of events.
    fn take_row(&mut self, row: u32) {
        let asked = self.asked;
        let days = read(&asked.columns.occurrences.columns().days, row);
        let (Some(says), Some(days)) = (asked.columns.occurrences.attributes_at(row), days) else {
            return;
        };
        let counts = (asked.query.measure != Measure::Persons || says.person.is_some())
            && asked.filter.person(&asked.people, &says, days).is_some();
        self.note(year(days).filter(|_| counts));
    }

    /// Notes that something was found in a year.
    fn note(&mut self, year: Option<usize>) {
        let Some(year) = year else {
            return;
        };
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
