//! The years in which something happened: what a reader may choose between.
//!
//! Start at [`years`].
//!
//! Never here: how many there are of what (see [`crate::figure`]).

use event::{Days, Position};

use crate::columns::{Held, NONE};
use crate::count::{Asked, names_some, rows_of_kinds};
use crate::dimensions::{Group, Measure};
use crate::figure;
use crate::moments;
use crate::query::Query;
use crate::scan::Rows;
use crate::sees::Scope;
use crate::standpoint::{Standpoint, ask};
use crate::table::{Table, index};

/// Returns the years in which a question counts something, as four digits, rising: those of the rows of
/// [`figure::answer`], by year, whose `count` is not 0. Empty for a question about who is held.
///
/// One event a year is looked for, where a figure looks at all.
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
    let columns = asked.table.occurrences.columns();
    let mut found = Found {
        asked,
        years: Vec::new(),
    };
    for rows in rows_of_kinds(asked.table, asked.filter) {
        match rows {
            Rows::Of(rows) => {
                for (place, first) in rows.places.iter().zip(rows.first) {
                    found.look(*place, first.held, first.days);
                }
            }
            Rows::Range(..) | Rows::At(_) => {
                for (place, (held, days)) in (0..).zip(columns.held.iter().zip(&columns.days)) {
                    found.look(place, *held, *days);
                }
            }
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
    fn look(&mut self, place: u32, held: Held, days: Days) {
        let asked = self.asked;
        if !asked.people.sees(held) {
            return;
        }
        let number = |day| moments::number(Group::Year, day).and_then(index);
        let (Some(first), Some(last)) = (number(days.earliest), number(days.latest)) else {
            return;
        };
        let is_new = first == last && self.years.get(first) != Some(&true);
        if is_new && self.counts(place, days) {
            if self.years.len() <= first {
                self.years.resize(first + 1, false);
            }
            if let Some(year) = self.years.get_mut(first) {
                *year = true;
            }
        }
    }

    fn counts(&self, place: u32, days: Days) -> bool {
        let asked = self.asked;
        let says = index(place).and_then(|place| asked.table.occurrences.says(place));
        says.is_some_and(|says| {
            asked
                .query
                .occurred
                .is_none_or(|window| days.inside(window))
                && asked.filter.takes(&says)
                && (asked.query.measure != Measure::Persons || says.person != NONE)
                && asked.filter.person(&asked.people, &says, days).is_some()
        })
    }
}
