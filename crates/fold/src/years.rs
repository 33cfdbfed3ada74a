//! The years in which something happened: what a reader may choose between.
//!
//! Start at [`years`].
//!
//! Never here: how many there are of what (see [`crate::figure`]).

use event::{Days, Position};

use crate::block::Block;
use crate::columns::{Held, NONE};
use crate::count::{Asked, names_some, rows_of_kinds};
use crate::dimensions::{Group, Measure};
use crate::figure;
use crate::kinds::First;
use crate::moments;
use crate::query::Query;
use crate::scan::Rows;
use crate::sees::Scope;
use crate::standpoint::{Standpoint, ask};
use crate::table::{Table, index};

/// Returns the years in which a question counts something, as four digits, rising: those of the rows of
/// [`figure::answer`], by year, whose `count` is not 0. Empty for a question about who is held.
///
/// Events of a year in which one was found are passed over.
#[must_use]
pub fn years(table: &Table, query: &Query, at: Position, scope: &Scope) -> Vec<String> {
    if query.is_held() {
        return Vec::new();
    }
    let on = query.on;
    let found = ask(table, query, Standpoint { at, on, scope }, |asked| {
        let by_rows = query.is_of_charges() || names_some(asked);
        (!by_rows).then(|| of_events(asked))
    });
    found.unwrap_or_else(|| {
        let mut by_year = query.clone();
        by_year.group_by = vec![Group::Year];
        let answer = figure::answer(table, &by_year, at, None, scope);
        let rows = answer.rows.into_iter().filter(|row| row.count.count > 0);
        rows.filter_map(|mut row| row.group.remove("year").flatten())
            .collect()
    })
}

fn of_events(asked: &Asked<'_>) -> Vec<String> {
    let mut found = Found {
        asked,
        years: Vec::new(),
    };
    let mut block = Block::new();
    for mut rows in rows_of_kinds(asked.table, asked.filter) {
        while found.next(&mut rows, &mut block) {
            let occurrences = &asked.table.occurrences;
            asked.filter.narrow(&mut block, occurrences);
            block.rows().iter().for_each(|row| found.take(*row));
        }
    }
    let years = (0..).zip(&found.years).filter(|(_, found)| **found);
    years
        .map(|(year, _)| moments::name(Group::Year, year))
        .collect()
}

struct Found<'a> {
    asked: &'a Asked<'a>,
    /// Whether something was found in each year, by the numbers of [`crate::moments`].
    years: Vec<bool>,
}

impl Found<'_> {
    /// Takes the next rows off, as [`Rows::next`]: those that hold, in a year without any so far.
    fn next(&self, rows: &mut Rows<'_>, block: &mut Block) -> bool {
        let asked = self.asked;
        let sees = |held: Held| asked.people.sees(held);
        if let Rows::Of(of) = rows {
            let (next, rest) = of.split_at(block.room());
            let is_new = |first: &First| sees(first.held) && self.is_new(first.days);
            block.fill_of(next.places.iter().copied(), next.first.iter().map(is_new));
            *of = rest;
            return !next.places.is_empty();
        }
        let columns = asked.table.occurrences.columns();
        let is_there = rows.next(block, &columns.held, asked.query.occurred, sees);
        block.keep(&columns.days, |days| self.is_new(days));
        is_there
    }

    /// Whether these days lie in the window, and in one year in which nothing was found so far.
    fn is_new(&self, days: Days) -> bool {
        let window = self.asked.query.occurred;
        year(days).is_some_and(|year| self.years.get(year) != Some(&true))
            && window.is_none_or(|window| days.inside(window))
    }

    /// Takes a row that passes all filters of events.
    fn take(&mut self, row: u32) {
        let asked = self.asked;
        let at = index(row).unwrap_or(usize::MAX);
        let days = asked.table.occurrences.columns().days.get(at).copied();
        let (Some(says), Some(days)) = (asked.table.occurrences.says(at), days) else {
            return;
        };
        let counts = (asked.query.measure != Measure::Persons || says.person != NONE)
            && asked.filter.person(&asked.people, &says, days).is_some();
        if let Some(year) = year(days).filter(|_| counts) {
            if self.years.len() <= year {
                self.years.resize(year + 1, false);
            }
            if let Some(found) = self.years.get_mut(year) {
                *found = true;
            }
        }
    }
}

/// Returns the number of the year in which days lie; none where they lie in several.
fn year(days: Days) -> Option<usize> {
    let number = |day| moments::number(Group::Year, day);
    let first = number(days.earliest)?;
    (number(days.latest)? == first)
        .then(|| index(first))
        .flatten()
}
