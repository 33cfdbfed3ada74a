//! Why a figure changed: the deltas add up, each is what its position moved, and none is missing.
//!
//! Never here: reasons in words.

use event::{Day, Position};
use fold::{Delta, Query, Table, UnnamedDelta, changes, figure};
use proptest::prelude::*;

use crate::generate::histories;
use crate::laws::{EVENTS_MAX, law, resolved, show};
use crate::memory::fold_all;
use crate::questions::{questions, scopes};

/// The figure as what leads to it from nothing; the upper sum only where every group has one.
fn sums(answer: &figure::Answer) -> (Delta, bool) {
    let signed = |number: u64| i64::try_from(number).unwrap();
    let unnamed = answer.total.unnamed.unwrap_or(figure::Unnamed {
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

/// What of a delta two figures can show: the upper sum only where both have one.
fn shown(mut delta: Delta, upper: bool) -> Delta {
    delta.unnamed.without_upper = 0;
    if !upper {
        delta.unnamed.upper = 0;
    }
    delta
}

fn at(
    table: &Table,
    query: &Query,
    at: Position,
    on: Option<Day>,
    scope: &fold::Scope,
) -> (Delta, bool) {
    let mut query = query.clone();
    query.on = on;
    sums(&figure::answer(table, &query, at, None, scope))
}

#[test]
fn changes_explain_every_move_of_a_figure_and_add_up() {
    let span = (0..=EVENTS_MAX, 0..=EVENTS_MAX);
    let asked = prop::collection::vec((questions(), scopes()), 6);
    law(
        (histories(EVENTS_MAX), span, asked),
        |(history, span, asked)| {
            let leaves = history.as_sent();
            let (memory, table) = fold_all(&leaves, &[7, 20]);
            let number = |at: usize| Position::new(at.min(leaves.len()).try_into().unwrap());
            let (from, to) = (number(span.0.min(span.1)), number(span.0.max(span.1)));
            for (asked, scope) in asked {
                let Some(query) = resolved(&asked, &memory, &table, to, &scope) else {
                    continue;
                };
                let on = query.on.or_else(|| table.instants().default_day(to));
                let found = changes(&table, &query, (from, to), on, &scope);
                let mut total = Delta::default();
                let mut before = at(&table, &query, from, on, &scope);
                let first = before;
                let mut next = from.next();
                while next <= to {
                    let now = at(&table, &query, next, on, &scope);
                    let upper = before.1 && now.1;
                    let delta = found.get(&next).copied().unwrap_or_default();
                    prop_assert_eq!(
                        shown(delta, upper),
                        shown(now.0.since(before.0), upper),
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
                prop_assert_eq!(shown(total, upper), shown(before.0.since(first.0), upper));
                prop_assert!(found.keys().all(|at| from < *at && *at <= to));
            }
            Ok(())
        },
    );
}
