//! A figure: a count for any day D, as known at any position R, with its bounds.
//!
//! Start at [`answer`]. Source of each rule: docs/reference/figures.md.
//!
//! Never here: parsing a question (see [`crate::Query`]) and finding R for an instant.

use std::borrow::Cow;

use event::Position;
use fold::Scope;
use serde::{Deserialize, Serialize};

use crate::aggregate::counts::{Count, Row};
use crate::aggregate::group_ids::TooManyGroups;
use crate::aggregate::grouped_count::{Counted, GroupedCount, note};
use crate::aggregate::periods::is_of_time;
use crate::answer::held_by_period;
use crate::columns::lend::Lend;
use crate::question::query::Query;
use crate::scan::context::AsOf;
use crate::scan::custody::groups_intervals;
use crate::scan::partition::Partition;
use crate::scan::run::{prepare, run};

/// The version of the counting rules, part of every answer's `ETag`. A change that moves a figure
/// raises it, also in docs/reference/figures.md.
pub const COUNTING_VERSION: u32 = 15;

/// The answer to a [`Query`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// The measure's name.
    pub measure: Cow<'static, str>,
    /// The name of what is counted (see [`Query::definition_name`]).
    pub definition: String,
    /// D, the day on which states are counted; none in an empty log.
    pub on: Option<String>,
    /// R, the position as known at which the question is answered.
    pub position: Position,
    /// The number of later positions whose time is not after the instant that gave R; none where R
    /// was given as a position.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub left_out: Option<u64>,
    /// The root of the history at R, in base64; a node adds it, which has the history.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub root: Option<String>,
    /// The scope: what the caller may see.
    pub scope: String,
    /// The question as a link that gives the same answer for ever.
    pub query: String,
    /// The figure of all groups together, in which each unit counts once.
    pub total: Count,
    /// The figure of each group; empty without `group_by`.
    pub rows: Vec<Row>,
    /// A warning about the rows, such as that their sum may pass the total.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<Cow<'static, str>>,
}

/// Counts what `query` asks, as known at `at`, over the events that `scope` may see.
///
/// Where the query names no D, it is the UTC day of the last `receivedtime` up to `at`. `left_out` is
/// stated as given (see [`crate::At::resolve`]).
///
/// # Errors
/// [`TooManyGroups`] of a question by time whose span is too long, or of one with more groups than a figure
/// may have.
pub fn answer(
    columns: &impl Lend,
    query: &Query,
    at: Position,
    left_out: Option<u64>,
    scope: &Scope,
) -> Result<Answer, TooManyGroups> {
    let default_day = || columns.lend(|table| table.instants().default_day(at));
    let on = query.on.or_else(default_day);
    let as_of = AsOf { at, on, scope };
    let (total, rows, note) = count(columns, query, as_of)?;
    Ok(Answer {
        rows,
        note: note.map(Cow::Borrowed),
        ..answer_without_rows(query, as_of, left_out, total)
    })
}

/// Counts the total of what `query` asks, whatever its groups.
#[must_use]
pub fn total(columns: &impl Lend, query: &Query, as_of: AsOf<'_>) -> Count {
    let whole = query.whole();
    let mut ungrouped = whole.clone();
    ungrouped.group_by.clear();
    let counted = columns.lend(|table| {
        prepare(table, &whole, as_of, |context| {
            let counted = GroupedCount::new(table, &ungrouped);
            run(context, Partition::Whole, counted)
        })
    });
    // Without groups there are no periods.
    counted.map_or_else(|_| Count::default(), |(total, ..)| total)
}

/// Counts the total, the rows, and what a reader must know.
pub(crate) fn count(
    columns: &impl Lend,
    query: &Query,
    as_of: AsOf<'_>,
) -> Result<Counted, TooManyGroups> {
    let by_period = query.group_by.iter().any(|group| is_of_time(*group));
    if query.is_held() && by_period {
        return held_by_period::count(columns, query, as_of);
    }
    let counted = columns.lend(|table| {
        prepare(table, query, as_of, |context| {
            run(context, Partition::Whole, GroupedCount::new(table, query))
        })
    })?;
    if query.is_held() && groups_intervals(query) {
        // Rows go by interval; the total is that of the spells, whatever their intervals have.
        let (total, rows) = (total(columns, query, as_of), counted.1);
        let note = note(&total, &rows);
        return Ok((total, rows, note));
    }
    Ok(counted)
}

/// Returns the answer to a question whose total is known, without rows.
#[must_use]
pub fn answer_without_rows(
    query: &Query,
    as_of: AsOf<'_>,
    left_out: Option<u64>,
    total: Count,
) -> Answer {
    Answer {
        measure: query.measure.name().into(),
        definition: query.definition_name(),
        on: as_of.on.map(|day| day.to_string()),
        position: as_of.at,
        left_out,
        root: None,
        scope: as_of.scope.name(),
        query: query.link(as_of.at, as_of.on),
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
        let page = include_str!("../../../../docs/reference/figures.md");
        let said = format!("`COUNTING_VERSION`, is {COUNTING_VERSION}.");
        assert!(page.contains(&said), "{said}");
    }
}
