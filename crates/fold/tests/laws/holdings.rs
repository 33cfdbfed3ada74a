//! Who is held, one by one: as many as the figure says, held longest first.
//!
//! Never here: who counts as held (see `held`).

use event::Position;
use fold::{Table, figure, holdings};

use crate::generate::histories;
use crate::laws::{EVENTS_MAX, law, parse, show};
use crate::memory::fold_all;
use crate::questions::{questions, scopes};

fn numbers(table: &Table, query: &fold::Query, at: Position, scope: &fold::Scope) -> [usize; 3] {
    let listed = holdings(table, query, at, scope);
    [
        listed.iter().filter(|one| one.counted).count(),
        listed.iter().filter(|one| one.certain).count(),
        listed.len(),
    ]
}

#[test]
fn the_lines_are_those_whom_the_figure_counts() {
    law(
        (histories(EVENTS_MAX), questions(), scopes()),
        |(history, asked, scope)| {
            let leaves = history.as_sent();
            let (_, table) = fold_all(&leaves, &[]);
            let mut query = parse(&asked);
            if !query.is_held() {
                let held = [("definition".to_owned(), "detained/any".to_owned())];
                query = parse(&held.to_vec());
            }
            for at in 0..=leaves.len() {
                let at = Position::new(at.try_into().unwrap());
                let total = figure::answer(&table, &query, at, None, &scope).total;
                let expected = [total.count, total.at_least, total.at_most]
                    .map(|n| usize::try_from(n).unwrap());
                let found = numbers(&table, &query, at, &scope);
                proptest::prop_assert_eq!(found, expected, "{}", show(&leaves));
                let listed = holdings(&table, &query, at, &scope);
                let days: Vec<_> = listed.iter().map(|one| one.since.latest).collect();
                proptest::prop_assert!(days.is_sorted());
            }
            Ok(())
        },
    );
}
