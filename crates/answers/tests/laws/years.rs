//! The range of years offered for a figure: those in which it counts something.
//!
//! Never here: what a figure counts (see `laws`).

use event::Position;
use figures::{Dimension, years};

use crate::generate::histories;
use crate::laws::{EVENTS_MAX, law, parse, show};
use crate::memory::fold_all;
use crate::questions::{questions, scopes};

#[test]
fn the_years_are_those_of_which_the_figure_counts_something() {
    law(
        (histories(EVENTS_MAX), questions(), scopes()),
        |(history, asked, scope)| {
            let leaves = history.as_sent();
            let columns = fold_all(&leaves, &[]).columns;
            let mut query = parse(&asked);
            query.group_by.clear();
            let mut by_year = query.clone();
            if !query.is_held() {
                by_year.group_by.push(Dimension::Year);
            }
            for at in 0..=leaves.len() {
                let at = Position::new(at.try_into().unwrap());
                let rows = figures::answer(&columns, &by_year, at, None, &scope).rows;
                let counted = rows.into_iter().filter(|row| row.count.count > 0);
                let counted: Vec<String> = counted
                    .filter_map(|mut row| row.group.remove("year").flatten())
                    .collect();
                let found = years(&columns, &query, at, &scope);
                proptest::prop_assert_eq!(found, counted, "{}", show(&leaves));
            }
            Ok(())
        },
    );
}
