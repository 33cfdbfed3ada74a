//! The laws of the reference: a figure, and who sees each leaf, are those of the second, slow
//! implementation.
//!
//! Never here: the reference itself (see [`crate::reference`]).

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{BuildHasher, RandomState};
use std::io::Write;
use std::sync::atomic::{AtomicU64, Ordering};

use answers::MemoryModel;
use event::{Day, Position};
use fold::Scope;
use proptest::prelude::*;

use crate::generate::{History, histories};
use crate::laws::{EVENTS_MAX, law, number, resolved, run, show};
use crate::memory::{fold_all, position};
use crate::questions::{Asked, questions, scopes};
use crate::reference;

/// The default number of histories for [`an_answer_is_that_of_the_reference`]: with [`KNOWN`] and
/// [`ASKED`], 100,000 comparisons.
const COMPARED_HISTORIES: u32 = 2_000;
/// The number of R at which each question is asked.
const KNOWN: usize = 5;
/// The number of questions for each history.
const ASKED: usize = 10;
/// The number of threads that share the comparisons.
const THREADS: u32 = 2;

#[test]
fn an_answer_is_that_of_the_reference() {
    let histories =
        number("HABEAS_CASES").map_or(COMPARED_HISTORIES, |cases| cases.try_into().unwrap());
    let seed = number("HABEAS_SEED").unwrap_or_else(|| RandomState::new().hash_one("seed"));
    let compared = AtomicU64::new(0);
    std::thread::scope(|scope| {
        for part in 0..THREADS {
            let compared = &compared;
            let share = histories / THREADS + u32::from(part < histories % THREADS);
            scope.spawn(move || {
                run(
                    compared_values(),
                    share,
                    seed,
                    part.into(),
                    |(history, known, questions)| {
                        compare(&history.as_sent(), &known, &questions, compared)
                    },
                );
            });
        }
    });
    // Written past the test runner, which captures what a passing test prints.
    let compared = compared.into_inner();
    writeln!(
        std::io::stderr(),
        "the law of the reference: {compared} answers compared, HABEAS_SEED={seed} HABEAS_CASES={histories}"
    )
    .unwrap();
    let each = u64::try_from(KNOWN * ASKED).unwrap();
    assert_eq!(compared, u64::from(histories) * each);
}

fn compared_values() -> impl Strategy<Value = (History, Vec<usize>, Vec<(Asked, Scope)>)> {
    (
        histories(EVENTS_MAX),
        prop::collection::vec(0..EVENTS_MAX + 6, KNOWN),
        prop::collection::vec((questions(), scopes()), ASKED),
    )
}

/// Compares the answers at each R with those of the reference.
fn compare(
    leaves: &[Vec<u8>],
    known: &[usize],
    questions: &[(Asked, Scope)],
    compared: &AtomicU64,
) -> Result<(), TestCaseError> {
    let MemoryModel {
        rows: memory,
        columns,
        ..
    } = fold_all(leaves, &[7, 20]);
    let seen_by = reference::SeenBy::new(leaves);
    for known in known {
        let known = (*known).min(leaves.len());
        let at = Position::new(known.try_into().unwrap());
        let record = reference::Known::new(leaves, known, &seen_by);
        let mut seen: BTreeMap<&Scope, reference::Seen> = BTreeMap::new();
        for (asked, scope) in questions {
            let seen = seen.entry(scope).or_insert_with(|| record.seen_by(scope));
            let query = resolved(asked, &memory, &columns, at, scope);
            let answer = query.map(|query| {
                let answer = crate::answer(&columns, &query, at, None, scope);
                let on = answer.on.as_deref().and_then(Day::parse);
                if let Some(on) = on.filter(|_| query.is_held()) {
                    let days = [on, on.plus(40), on.plus(-200), on];
                    let counts = figures::held_on_days(&columns, &query, at, &days, scope);
                    let total = |on: &Day| {
                        let mut query = query.clone();
                        query.on = Some(*on);
                        query.group_by.clear();
                        crate::answer(&columns, &query, at, None, scope).total
                    };
                    assert_eq!(counts, days.iter().map(total).collect::<Vec<_>>());
                }
                answered(&answer, asked)
            });
            prop_assert_eq!(
                answer,
                reference::figure(seen, asked),
                "{:?} {:?} at {}\n{}",
                asked,
                scope,
                at,
                show(leaves)
            );
            compared.fetch_add(1, Ordering::Relaxed);
        }
    }
    Ok(())
}

#[test]
fn what_is_seen_of_each_leaf_is_that_of_the_reference() {
    let asked = (histories(20), 0..26_usize, scopes());
    law(asked, |(history, known, scope)| {
        let leaves = history.as_sent();
        let known = known.min(leaves.len());
        let at = Position::new(known.try_into().unwrap());
        let memory = fold_all(&leaves, &[5, 11]).rows;
        let seen_by = reference::SeenBy::new(&leaves);
        let mut keys = BTreeSet::new();
        for (index, leaf) in leaves.iter().enumerate() {
            let event::Reading::Event(event) = event::read(leaf) else {
                continue;
            };
            let is_first = keys.insert(event.envelope.key.clone());
            if event.kind.is_system() || scope == Scope::Operator || !is_first {
                continue;
            }
            let Ok(seen) = fold::may_see(&memory, (position(index), &event), at, &scope);
            let expected =
                index < known && seen_by.sees(known, &leaves, &event.envelope.key, &scope);
            prop_assert_eq!(
                seen,
                expected,
                "{} {:?} at {}\n{}",
                index + 1,
                scope,
                known,
                show(&leaves)
            );
        }
        Ok(())
    });
}

/// An answer in the form of the reference.
fn answered(answer: &figures::Answer, asked: &Asked) -> (reference::Figure, reference::Rows) {
    let of = |count: &figures::Count| reference::Figure {
        counts: [count.count, count.at_least, count.at_most],
        unnamed: count.unnamed.map(|unnamed| (unnamed.lower, unnamed.upper)),
    };
    let group_by = asked.iter().find(|(name, _)| name == "group_by");
    let names: Vec<&str> = group_by.map_or(vec![], |(_, names)| names.split(',').collect());
    let rows = answer.rows.iter().map(|row| {
        (
            names.iter().map(|name| row.group[*name].clone()).collect(),
            of(&row.count),
        )
    });
    (of(&answer.total), rows.collect())
}
