//! A figure as a table: a row for each group, or one for the total, each with what it counts, D, R, the scope
//! and the question, so that it can be cited alone.
//!
//! Never here: counting.

use event::Day;
use figures::{Answer, Count};

use super::model::{Cell, Column, ColumnType, Table};

/// The columns behind the groups.
const COUNTS: [Column; 5] = [
    Column::new(
        "count",
        ColumnType::Integer,
        "units whose days lie in the window",
    )
    .unit("units of `measure`"),
    Column::new(
        "at_least",
        ColumnType::Integer,
        "of those, the ones without a doubt mark",
    )
    .unit("units of `measure`"),
    Column::new(
        "at_most",
        ColumnType::Integer,
        "units whose days touch the window",
    )
    .unit("units of `measure`"),
    Column::new(
        "unnamed_lower",
        ColumnType::Integer,
        "unnamed people of group events beside them, at least; never added to the count",
    )
    .unit("persons"),
    Column::new(
        "unnamed_upper",
        ColumnType::Integer,
        "the same, at most; empty where nobody says",
    )
    .unit("persons"),
];

/// The columns behind them, of what the number is.
const CITED: [Column; 6] = [
    Column::new("measure", ColumnType::Text, "what is counted"),
    Column::new("definition", ColumnType::Text, "by which definition"),
    Column::new(
        "on",
        ColumnType::Day,
        "D: the day on which states are counted",
    ),
    Column::new(
        "position",
        ColumnType::Integer,
        "R: as known at this position",
    ),
    Column::new("scope", ColumnType::Text, "over what may be seen"),
    Column::new(
        "query",
        ColumnType::Text,
        "the address that gives it for ever",
    ),
];

/// Returns the columns behind those of the groups.
pub(super) fn columns_of_figures() -> Vec<Column> {
    COUNTS.into_iter().chain(CITED).collect()
}

/// Makes the table of a figure whose groups are `groups`, in their order; `link` is the address that gives it
/// for ever.
#[must_use]
pub fn figure_table(answer: &Answer, groups: &[&'static str], link: String) -> Table {
    let group = |name: &&'static str| Column::new(name, ColumnType::Text, "the group's value");
    let columns = groups.iter().map(group).chain(COUNTS);
    let mut table = Table::new(columns.collect());
    if groups.is_empty() {
        table.push(counts(&answer.total).to_vec());
    }
    for row in &answer.rows {
        let values = groups
            .iter()
            .map(|name| row.group.get(*name).cloned().flatten().as_ref().into());
        table.push(values.chain(counts(&row.count)).collect());
    }
    let on = answer.on.as_deref().and_then(Day::parse);
    let cells: [Cell; 6] = [
        (&*answer.measure).into(),
        (&answer.definition).into(),
        on.into(),
        answer.position.into(),
        (&answer.scope).into(),
        Cell::Text(link),
    ];
    table.cite(CITED.into_iter().zip(cells));
    table
}

fn counts(count: &Count) -> [Cell; 5] {
    let unnamed = count.unnamed;
    [
        count.count.into(),
        count.at_least.into(),
        count.at_most.into(),
        unnamed.map(|unnamed| unnamed.lower).into(),
        unnamed.and_then(|unnamed| unnamed.upper).into(),
    ]
}
