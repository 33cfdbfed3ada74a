//! The list of persons who are held: as many as the figure counts, sorted by time held, longest first.
//!
//! Never here: who counts as held (see `held`).

use std::collections::BTreeMap;

use event::{Day, PersonId, Position};
use figures::{
    AsOf, ColumnStore, Dimension, HeldPerson, Query, TERMS_MONTHS, held_list, time_held,
};
use fold::Scope;
use proptest::prelude::TestCaseError;

use crate::generate::histories;
use crate::laws::{EVENTS_MAX, law, parse, show};
use crate::memory::fold_all;
use crate::notation;
use crate::questions::{questions, scopes};

/// The state is that of the day, not that of the first or last interval of the spell.
#[test]
fn a_line_says_the_state_on_its_day() {
    let log = r#"
10 1 arrest
12 1 detention kind=pretrial
16 1 sentence custody=P1Y
"#;
    let leaves = notation::leaves(log);
    let columns = fold_all(&leaves, &[]).columns;
    let state = |on: &str| {
        let query = notation::parse(&format!("definition=detained/any&on={on}"));
        let last = Position::new(u64::try_from(leaves.len()).unwrap());
        let held = held_list(&columns, &query, last, &Scope::Operator);
        held.lines(&columns, 0..held.len())
            .iter()
            .map(|one| one.state.code())
            .collect::<Vec<_>>()
    };
    assert_eq!(state("2020-01-09"), Vec::<&str>::new());
    assert_eq!(state("2020-01-11"), ["police_custody"]);
    assert_eq!(state("2020-01-12"), ["pretrial"]);
    assert_eq!(state("2020-01-15"), ["pretrial"]);
    assert_eq!(state("2020-01-20"), ["serving"]);
}

/// One custody that may have ended after five months, and one that surely goes on since November: nobody has
/// surely passed a term, and the median is of the custody that counts.
#[test]
fn a_custody_that_may_have_ended_counts_for_no_term() {
    let log = r#"
2018-01-01 1 arrest case=alpha:a
2018-06-01/2020-02-01 1 release case=alpha:a
2019-11-01 1 arrest case=alpha:b
"#;
    let leaves = notation::leaves(log);
    let columns = fold_all(&leaves, &[]).columns;
    let query = notation::parse("definition=detained/any&on=2020-01-10");
    let last = Position::new(u64::try_from(leaves.len()).unwrap());
    let from = AsOf {
        at: last,
        on: query.on,
        scope: &Scope::Operator,
    };
    let time = time_held(&columns, &query, from);
    for passing in time.passing.values() {
        assert_eq!((passing.count, passing.at_most), (0, 1));
    }
    assert_eq!(time.median_days_at_least, Some(70));
}

#[test]
fn the_lines_are_those_whom_the_figure_counts() {
    law(
        (histories(EVENTS_MAX), questions(), scopes()),
        |(history, asked, scope)| {
            let leaves = history.as_sent();
            let columns = fold_all(&leaves, &[]).columns;
            let mut query = parse(&asked);
            if !query.is_held() {
                let held = [("definition".to_owned(), "detained/any".to_owned())];
                query = parse(&held.to_vec());
            }
            for at in 0..=leaves.len() {
                let at = Position::new(at.try_into().unwrap());
                let total = crate::answer(&columns, &query, at, None, &scope).total;
                let held = held_list(&columns, &query, at, &scope);
                proptest::prop_assert_eq!(held.total(), total, "{}", show(&leaves));
                let on = query.on.or_else(|| columns.instants().default_day(at));
                let from = AsOf {
                    at,
                    on,
                    scope: &scope,
                };
                let time = time_held(&columns, &query, from);
                if on.is_some() {
                    let past = TERMS_MONTHS.map(|months| (months, held.count_past(months)));
                    proptest::prop_assert_eq!(BTreeMap::from(past), time.passing);
                }
                let lines = held.lines(&columns, 0..held.len());
                let since: Vec<_> = held.since().map(|since| since.days).collect();
                let of_lines: Vec<_> = lines.iter().map(|line| line.since.days).collect();
                proptest::prop_assert_eq!(&since, &of_lines);
                let order: Vec<_> = lines
                    .iter()
                    .map(|line| {
                        (
                            line.since.days.latest,
                            line.since.days.earliest,
                            &line.persons,
                        )
                    })
                    .collect();
                proptest::prop_assert!(order.is_sorted());
                let from = (at, on, &scope);
                for line in lines.iter().take(3).filter(|_| query.person.is_none()) {
                    line_agrees(&columns, &query, from, line)?;
                }
                for start in 0..lines.len() {
                    let end = lines.len().min(start + 2);
                    let part = held.lines(&columns, start..end);
                    proptest::prop_assert_eq!(&part[..], &lines[start..end]);
                }
            }
            Ok(())
        },
    );
}

/// Checks that a line lists the cases in which the figure counts its person, and one of the places.
fn line_agrees(
    columns: &ColumnStore,
    query: &Query,
    (at, on, scope): (Position, Option<Day>, &Scope),
    line: &HeldPerson,
) -> Result<(), TestCaseError> {
    let ids = line.persons.iter().map(|id| PersonId::parse(id).unwrap());
    let mut of_one = query.clone();
    of_one.on = on;
    of_one.person = Some(ids.collect());
    let groups = |group: Dimension| {
        let mut asked = of_one.clone();
        asked.group_by = vec![group];
        let rows = crate::answer(columns, &asked, at, None, scope).rows;
        let values = rows
            .into_iter()
            .filter_map(|mut row| row.group.remove(group.name()).flatten());
        values.collect::<Vec<_>>()
    };
    proptest::prop_assert_eq!(&groups(Dimension::Case), &line.cases);
    let places = groups(Dimension::Place);
    let is_there = |place: &String| places.contains(place);
    proptest::prop_assert!(line.place.as_ref().is_none_or(is_there));
    Ok(())
}
