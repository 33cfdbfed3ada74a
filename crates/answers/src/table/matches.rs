//! The statisticians' sheet: a row for each individual, and a column for each organisation that says whether it
//! lists them.
//!
//! Never here: who lists whom (crate `figures`).

use figures::Matches;

use super::model::{Cell, Column, ColumnType, Table};
use super::{ToTable, cells};

/// Returns the columns, those of organisations among them.
pub(super) fn columns(orgs: &[String]) -> Vec<Column> {
    let mut columns = vec![Column::new(
        "match_group_id",
        ColumnType::Text,
        "the individual: the smallest of the ids that are one with it",
    )];
    columns.extend(orgs.iter().map(|org| {
        Column {
            name: format!("in_{org}").into(),
            holds: ColumnType::Integer,
            unit: None,
            says: format!(
                "1 where the figure counts the individual by events of {org} alone, else 0"
            )
            .into(),
        }
    }));
    columns.extend([
        Column::new(
            "lists",
            ColumnType::Integer,
            "how many organisations list the individual",
        )
        .unit("organisations"),
        Column::new(
            "ids",
            ColumnType::List,
            "the ids under which the individual is counted",
        ),
        Column::new(
            "earliest",
            ColumnType::Day,
            "the first day on which the first of what counts may have been",
        ),
        Column::new(
            "latest",
            ColumnType::Day,
            "the last day on which it may have been",
        ),
    ]);
    columns
}

impl ToTable for Matches {
    fn into_table(self) -> Table {
        let mut table = Table::new(columns(&self.orgs));
        for found in &self.matches {
            let mut row = vec![Cell::from(&found.match_group_id)];
            let is_listed = |org: &String| u32::from(found.lists.contains(org));
            row.extend(self.orgs.iter().map(|org| Cell::from(is_listed(org))));
            row.extend([
                found.lists.len().into(),
                cells::list(&found.ids),
                found.earliest.into(),
                found.latest.into(),
            ]);
            table.push(row);
        }
        table
    }
}
