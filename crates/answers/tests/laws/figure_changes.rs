//! The changes of a figure: the deltas add up, each equals the change at its position, none is missing.
//!
//! Never here: reasons in words.

use answers::MemoryModel;
use event::{Day, Position};
use figures::{ColumnStore, Delta, Query, UnnamedDelta, changes};
use proptest::prelude::*;

use crate::generate::histories;
use crate::laws::{EVENTS_MAX, law, resolved, show};
use crate::memory::fold_all;
use crate::questions::{questions, scopes};

/// The figure as a delta from zero, and whether it has an upper bound of unnamed persons.
fn sums(answer: &figures::Answer) -> (Delta, bool) {
    let signed = |number: u64| i64::try_from(number).unwrap();
    let unnamed = answer.total.unnamed.unwrap_or(figures::Unnamed {
        lower: 0,
        upper: Some(0),
    });
    let delta = Delta {
        count: signed(answer.total.count),
        at_least: signed(answer.total.at_least),
        at_most: signed(answer.total.at_most),
        unnamed: UnnamedDelta {
            lower: signed(unnamed.lower),
            upper: unnamed.upper.map_or(0, signed),
            without_upper: 0,
        },
    };
    (delta, unnamed.upper.is_some())
}

/// The part of a delta that can be derived from two figures: the upper bound of unnamed persons only
/// where both have one.
fn derivable(mut delta: Delta, upper: bool) -> Delta {
    delta.unnamed.without_upper = 0;
    if !upper {
        delta.unnamed.upper = 0;
    }
    delta
}

fn at(
    columns: &ColumnStore,
    query: &Query,
    at: Position,
    on: Option<Day>,
    scope: &fold::Scope,
) -> (Delta, bool) {
    let mut query = query.clone();
    query.on = on;
    sums(&crate::answer(columns, &query, at, None, scope))
}

#[test]
fn changes_explain_every_change_of_a_figure_and_add_up() {
    let span = (0..=EVENTS_MAX, 0..=EVENTS_MAX);
    let asked = prop::collection::vec((questions(), scopes()), 6);
    law(
        (histories(EVENTS_MAX), span, asked),
        |(history, span, asked)| {
            let leaves = history.as_sent();
            let MemoryModel {
                rows: memory,
                columns,
                ..
            } = fold_all(&leaves, &[7, 20]);
            let number = |at: usize| Position::new(at.min(leaves.len()).try_into().unwrap());
            let (from, to) = (number(span.0.min(span.1)), number(span.0.max(span.1)));
            for (asked, scope) in asked {
                let Some(query) = resolved(&asked, &memory, &columns, to, &scope) else {
                    continue;
                };
                let on = query.on.or_else(|| columns.instants().default_day(to));
                let found = changes(&columns, &query, (from, to), on, &scope);
                let mut total = Delta::default();
                let mut before = at(&columns, &query, from, on, &scope);
                let first = before;
                let mut next = from.next();
                while next <= to {
                    let now = at(&columns, &query, next, on, &scope);
                    let upper = before.1 && now.1;
                    let delta = found.get(&next).copied().unwrap_or_default();
                    prop_assert_eq!(
                        derivable(delta, upper),
                        derivable(now.0.since(before.0), upper),
                        "{:?} {:?} at {}\n{}",
                        asked,
                        scope,
                        next,
                        show(&leaves)
                    );
                    total.add(delta);
                    before = now;
                    next = next.next();
                }
                let upper = first.1 && before.1;
                prop_assert_eq!(
                    derivable(total, upper),
                    derivable(before.0.since(first.0), upper)
                );
                prop_assert!(found.keys().all(|at| from < *at && *at <= to));
            }
            Ok(())
        },
    );
}
