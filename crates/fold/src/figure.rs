//! Figures: a count, for any day D, as known at any position R, with honest bounds.
//!
//! Start at [`answer`]. Source of each rule: docs/reference/figures.md.
//!
//! Never here: parsing a question (see [`crate::Query`]) and finding R for an instant.

use std::collections::BTreeMap;

use event::Position;
use serde::Serialize;

use crate::query::Query;
use crate::sees::Scope;
use crate::standpoint::{Standpoint, ask};
use crate::table::Table;
use crate::tally::Tally;

/// The version of the counting rules, part of every answer's `ETag`. docs/reference/figures.md says it
/// too.
pub const COUNTING_VERSION: u32 = 4;

/// A sum of unnamed people: at least `lower`, at most `upper` where that is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Unnamed {
    /// Number of people, lower bound.
    pub lower: u64,
    /// Number of people, upper bound; none when one of the groups has none.
    pub upper: Option<u64>,
}

/// One figure with its bounds: `at_least <= count <= at_most`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Count {
    /// Units whose interval of days lies inside the window.
    pub count: u64,
    /// Of those, the ones whose date carries no doubt mark.
    pub at_least: u64,
    /// Units whose interval touches the window.
    pub at_most: u64,
    /// People in group events of the window who are not named; never added to the figure.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unnamed: Option<Unnamed>,
}

/// One group of a figure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Row {
    /// The value of each dimension, by its name; `null` where it is not known.
    pub group: BTreeMap<&'static str, Option<String>>,
    /// The figure of the group.
    #[serde(flatten)]
    pub count: Count,
}

/// The answer to a [`Query`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Answer {
    /// What is counted.
    pub measure: &'static str,
    /// The definition used.
    pub definition: String,
    /// D: the day for which a state is asked, and the default of `on`; none in an empty log.
    pub on: Option<String>,
    /// R: the position as known at which it is answered.
    pub position: Position,
    /// For R given as an instant: how many later positions have a time not after it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub left_out: Option<u64>,
    /// The root of the history at R, as base64: who answers knows the history and adds it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub root: Option<String>,
    /// Over what the caller may see.
    pub scope: String,
    /// The question as a link that gives the same answer for ever.
    pub query: String,
    /// The figure.
    pub total: Count,
    /// By group; empty without `group_by`.
    pub rows: Vec<Row>,
    /// What a reader must know to read the rows right.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<&'static str>,
}

/// Counts what `query` asks, as known at `at`, over what `scope` may see.
///
/// `on` is D where the query names none: the UTC day of the last `receivedtime` up to `at`.
/// `left_out` is stated as given (see [`crate::Instants`]).
#[must_use]
pub fn answer(
    table: &Table,
    query: &Query,
    at: Position,
    left_out: Option<u64>,
    scope: &Scope,
) -> Answer {
    let on = query.on.or_else(|| table.instants().default_day(at));
    let from = Standpoint { at, on, scope };
    let (total, rows, note) = ask(table, query, from, |asked| {
        let mut tally = Tally::new(table, query);
        crate::count::tally(asked, &mut tally);
        tally.finish()
    });
    Answer {
        rows,
        note,
        ..without_rows(query, from, left_out, total)
    }
}

/// Returns the answer to a question of which the total is known, with no rows.
#[must_use]
pub fn without_rows(
    query: &Query,
    from: Standpoint<'_>,
    left_out: Option<u64>,
    total: Count,
) -> Answer {
    Answer {
        measure: query.measure.name(),
        definition: query.definition_name(),
        on: from.on.map(|day| day.to_string()),
        position: from.at,
        left_out,
        root: None,
        scope: from.scope.name(),
        query: query.link(from.at, from.on),
        total,
        rows: Vec::new(),
        note: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_of_the_rules_names_their_version() {
        let page = include_str!("../../../docs/reference/figures.md");
        let said = format!("`COUNTING_VERSION`, is {COUNTING_VERSION}.");
        assert!(page.contains(&said), "{said}");
    }
}
