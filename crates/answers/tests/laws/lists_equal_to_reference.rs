//! The law of the reference over what stands beside a figure: records, funnel and overlap.
//!
//! Never here: the reference itself (see [`crate::reference`]).

use std::collections::BTreeMap;

use answers::MemoryModel;
use event::{Position, Reading};
use figures::{AsOf, BoundedCount, Certainty, ColumnStore, Query};
use proptest::prelude::*;

use crate::generate::histories;
use crate::laws::{EVENTS_MAX, law_of, resolved, show};
use crate::memory::fold_all;
use crate::questions::{Asked, questions, scopes};
use crate::reference::{self, Bounds, OverlapLists, RecordOfUnit};

/// The default number of histories, each asked ten questions at five R.
const HISTORIES: u32 = 100;

/// The organisations that [`reference::overlap`] compares.
const ORGS: [&str; 2] = ["alpha", "beta"];

const fn bounds(count: &BoundedCount) -> Bounds {
    [count.count, count.at_least, count.at_most]
}

/// A question as a list takes it: without groups, and so without a window of periods.
fn of_a_list(asked: &Asked, is_held: bool) -> Asked {
    let mut asked = asked.clone();
    asked.retain(|(name, _)| name != "group_by" && !(is_held && name == "occurred"));
    asked
}

/// The key of an event as the reference writes it.
type Key = (String, String, String);

/// Returns the keys of the events among leaves.
fn keys(leaves: &[Vec<u8>]) -> BTreeMap<Position, Key> {
    let events = (1..).zip(leaves);
    let keys = events.filter_map(|(number, leaf)| match event::read(leaf) {
        Reading::Event(event) => {
            let key = event.envelope.key;
            let key = (key.org.to_string(), key.source.into(), key.id.into());
            Some((Position::new(number), key))
        }
        Reading::Unknown(_) | Reading::Rejected { .. } => None,
    });
    keys.collect()
}

/// The records behind a figure, as the reference lists them.
fn listed(
    columns: &ColumnStore,
    query: &Query,
    from: AsOf<'_>,
    keys: &BTreeMap<Position, Key>,
) -> Vec<RecordOfUnit> {
    let records = figures::records(columns, query, from).records;
    let records = records.into_iter().map(|record| {
        let flags = [
            record.counts != Certainty::Perhaps,
            record.counts == Certainty::Surely,
            true,
        ];
        (
            keys[&record.position].clone(),
            record.person,
            record.individual,
            record.case,
            flags,
        )
    });
    let mut records: Vec<_> = records.collect();
    records.sort();
    records
}

#[test]
fn a_list_beside_a_figure_is_that_of_the_reference() {
    let values = (
        histories(EVENTS_MAX),
        prop::collection::vec(0..EVENTS_MAX + 6, 5),
        prop::collection::vec((questions(), scopes()), 10),
    );
    law_of(HISTORIES, values, |(history, known, questions)| {
        let leaves = history.as_sent();
        let MemoryModel { rows, columns, .. } = fold_all(&leaves, &[7, 20]);
        let keys = keys(&leaves);
        let seen_by = reference::SeenBy::new(&leaves);
        for known in known {
            let known = known.min(leaves.len());
            let at = Position::new(known.try_into().unwrap());
            let record = reference::Known::new(&leaves, known, &seen_by);
            for (asked, scope) in &questions {
                let is_held = crate::laws::parse(asked).is_held()
                    || asked.iter().any(|(_, value)| value.contains(":held"));
                let asked = of_a_list(asked, is_held);
                let seen = record.seen_by(scope);
                let query = |asked: &Asked| resolved(asked, &rows, &columns, at, scope);
                let told = || format!("{asked:?} {scope:?} at {at}\n{}", show(&leaves));
                let Some(whole) = query(&asked) else { continue };
                let on = whole.on.or_else(|| columns.instants().default_day(at));
                let from = AsOf { at, on, scope };
                prop_assert_eq!(
                    Some(listed(&columns, &whole, from, &keys)),
                    reference::records(&seen, &asked),
                    "records: {}",
                    told()
                );
                if whole.measure == figures::Measure::Persons {
                    let stages = figures::funnel(&columns, &whole, from).stages;
                    let stages = stages.iter().map(|one| (one.stage, bounds(&one.count)));
                    prop_assert_eq!(
                        Some(stages.collect::<Vec<_>>()),
                        reference::funnel(&seen, &asked),
                        "funnel: {}",
                        told()
                    );
                }
                let mut of_two = asked.clone();
                of_two.retain(|(name, _)| name != "org");
                of_two.push(("org".into(), ORGS.join(",")));
                let Some(query) = query(&of_two) else {
                    continue;
                };
                let overlap = figures::overlap(&columns, &query, from).map(|found| OverlapLists {
                    both: bounds(&found.both),
                    only: [bounds(&found.only_first), bounds(&found.only_second)],
                    individuals: found.individuals,
                });
                prop_assert_eq!(
                    overlap,
                    reference::overlap(&seen, &of_two, ORGS),
                    "overlap: {}",
                    told()
                );
            }
        }
        Ok(())
    });
}
