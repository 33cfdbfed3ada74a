//! The range of years offered for a figure: those in which it counts something.
//!
//! Never here: what a figure counts (see `laws`).

use event::{Days, Edtf, Position};
use figures::years;

use crate::generate::histories;
use crate::laws::{EVENTS_MAX, law, parse, show};
use crate::memory::fold_all;
use crate::questions::{questions, scopes};

/// The years around the days of random histories.
const YEARS: [&str; 8] = [
    "2014", "2015", "2016", "2017", "2018", "2019", "2020", "2021",
];

#[test]
fn the_years_are_those_of_which_the_figure_counts_something() {
    law(
        (histories(EVENTS_MAX), questions(), scopes()),
        |(history, asked, scope)| {
            let leaves = history.as_sent();
            let columns = fold_all(&leaves, &[]).columns;
            let mut query = parse(&asked);
            query.group_by.clear();
            for at in 0..=leaves.len() {
                let at = Position::new(at.try_into().unwrap());
                let counts = |year: &&str| {
                    let days = Edtf::parse(year).unwrap().days;
                    let window = query.window().unwrap_or(days);
                    let mut of_year = query.clone();
                    let within = Days {
                        earliest: days.earliest.max(window.earliest),
                        latest: days.latest.min(window.latest),
                    };
                    of_year.occurred = Some(within.into());
                    crate::answer(&columns, &of_year, at, None, &scope)
                        .total
                        .count
                        > 0
                };
                let held = query.is_held();
                let counted: Vec<&str> = YEARS
                    .iter()
                    .copied()
                    .filter(|year| !held && counts(year))
                    .collect();
                let found = years(&columns, &query, at, &scope);
                proptest::prop_assert_eq!(found, counted, "{}", show(&leaves));
            }
            Ok(())
        },
    );
}
