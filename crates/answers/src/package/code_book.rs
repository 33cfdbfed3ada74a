//! The code book: a row for each column of each table, and one for each code of each list.
//!
//! Never here: the columns themselves (see [`crate::table::lists`]).

use crate::table::{Cell, Column, ColumnType, Table};

/// Returns what a column holds: a type of Data Package, and the list of its codes.
pub(super) const fn holds(column: &Column) -> (&'static str, Option<&'static str>) {
    match column.holds {
        ColumnType::Text | ColumnType::List | ColumnType::Person | ColumnType::Persons => {
            ("string", None)
        }
        ColumnType::Code(list) | ColumnType::Codes(list) => ("string", Some(list)),
        ColumnType::Integer => ("integer", None),
        ColumnType::Day => ("date", None),
        ColumnType::Boolean => ("boolean", None),
    }
}

/// Makes the code book of tables by their names.
#[must_use]
pub fn code_book(tables: &[(&str, Vec<Column>)]) -> Table {
    let text = |name, says| Column::new(name, ColumnType::Text, says);
    let mut book = Table::new(vec![
        text("table", "the table"),
        text("column", "the column"),
        text("type", "what its cells hold"),
        text("unit", "the unit of its numbers"),
        text("code_list", "the list of its codes, in codes.csv"),
        text("description", "what it says"),
    ]);
    for (table, columns) in tables {
        for column in columns {
            let (kind, list) = holds(column);
            book.push(vec![
                Cell::from(*table),
                Cell::Text(column.name.clone().into_owned()),
                kind.into(),
                column.unit.into(),
                list.into(),
                Cell::Text(column.says.clone().into_owned()),
            ]);
        }
    }
    book
}

/// Makes the table of every code of every list.
#[must_use]
pub fn code_lists() -> Table {
    let text = |name, says| Column::new(name, ColumnType::Text, says);
    let mut codes = Table::new(vec![
        text("code_list", "the list"),
        Column::new("version", ColumnType::Integer, "its version"),
        text("code", "the code, as it stands in the tables"),
        text("en", "what it is called in English"),
        text("km", "what it is called in Khmer"),
    ]);
    for list in event::lists() {
        for label in &list.codes {
            codes.push(vec![
                list.name.into(),
                list.version.into(),
                label.code.into(),
                (&label.en).into(),
                (&label.km).into(),
            ]);
        }
    }
    codes
}
