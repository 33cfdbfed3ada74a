//! The columns of each list.
//!
//! Start at [`columns_of_lists`].
//!
//! Never here: which items a list has.

mod beside_figures;
mod events;
mod record;

pub use beside_figures::{
    CHANGE_FIELDS, FUNNEL_FIELDS, HELD_FIELDS, OVERLAP_FIELDS, REARREST_FIELDS, RECORD_FIELDS,
};
pub use events::{
    CLAIM_FIELDS, EVENT_FIELDS, HEARING_FIELDS, PUBLISHED_FIELDS, STATEMENT_FIELDS, StatementRow,
    statement_rows,
};
pub use record::{
    CASE_FIELDS, CONTRADICTION_FIELDS, DEFINITION_FIELDS, DUPLICATE_FIELDS, DuplicateRow,
    INCONSISTENCY_FIELDS, PERSON_FIELDS, duplicate_rows,
};

use figures::{Funnel, Overlap, Rearrests, Records, TimeHeld};

use super::ToTable;
use super::field::{Field, table_of};
use super::model::{Column, Table};
use crate::change::changes::Changes;
use crate::record::case::CaseList;
use crate::record::duplicates::DuplicateList;
use crate::record::person::PersonList;

/// Declares the columns by which the items of a list are given.
macro_rules! to_table {
    ($($list:ty: $items:ident by $fields:expr;)*) => {
        $(impl ToTable for $list {
            fn into_table(self) -> Table {
                table_of($fields, &self.$items)
            }
        })*
    };
}

to_table! {
    CaseList: cases by CASE_FIELDS;
    PersonList: persons by PERSON_FIELDS;
    Records: records by RECORD_FIELDS;
    TimeHeld: held by HELD_FIELDS;
    Funnel: stages by FUNNEL_FIELDS;
    Rearrests: rearrests by REARREST_FIELDS;
    Overlap: individuals by OVERLAP_FIELDS;
    Changes: changes by CHANGE_FIELDS;
}

impl ToTable for DuplicateList {
    fn into_table(self) -> Table {
        table_of(DUPLICATE_FIELDS, &duplicate_rows(&self))
    }
}

/// Returns the columns of every list that is given as a table, by its path below `/v1/`.
#[must_use]
pub fn columns_of_lists() -> Vec<(&'static str, Vec<Column>)> {
    vec![
        ("cases", Field::columns(CASE_FIELDS)),
        ("persons", Field::columns(PERSON_FIELDS)),
        ("events", Field::columns(EVENT_FIELDS)),
        ("figures/records", Field::columns(RECORD_FIELDS)),
        ("figures/held", Field::columns(HELD_FIELDS)),
        ("figures/funnel", Field::columns(FUNNEL_FIELDS)),
        ("figures/rearrests", Field::columns(REARREST_FIELDS)),
        ("figures/overlap", Field::columns(OVERLAP_FIELDS)),
        ("figures/changes", Field::columns(CHANGE_FIELDS)),
        ("figures/published", Field::columns(PUBLISHED_FIELDS)),
        ("statements", Field::columns(STATEMENT_FIELDS)),
        ("claims", Field::columns(CLAIM_FIELDS)),
        ("hearings", Field::columns(HEARING_FIELDS)),
        ("definitions", Field::columns(DEFINITION_FIELDS)),
        ("contradictions", Field::columns(CONTRADICTION_FIELDS)),
        ("inconsistencies", Field::columns(INCONSISTENCY_FIELDS)),
        ("duplicates", Field::columns(DUPLICATE_FIELDS)),
    ]
}

/// Returns the columns of figures as tables, by their path below `/v1/`: of a figure those behind its groups, and of the
/// statisticians' sheet one in the place of those of organisations.
#[must_use]
pub fn columns_of_figures() -> Vec<(&'static str, Vec<Column>)> {
    vec![
        ("figures", super::figure::columns_of_figures()),
        (
            "figures/matches",
            super::matches::columns(&["<organisation>".to_owned()]),
        ),
        ("series", super::SERIES_COLUMNS.to_vec()),
    ]
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;
    use std::path::Path;

    use super::*;
    use crate::table::ColumnType;

    /// Returns what the page says a column holds.
    fn holds(column: &Column) -> String {
        match column.holds {
            ColumnType::Text => "text".to_owned(),
            ColumnType::List => "list of texts".to_owned(),
            ColumnType::Integer => "whole number".to_owned(),
            ColumnType::Day => "day".to_owned(),
            ColumnType::Boolean => "`true` or `false`".to_owned(),
            ColumnType::Code(list) => format!("code of `{list}`"),
            ColumnType::Codes(list) => format!("list of codes of `{list}`"),
            ColumnType::Person => "person id".to_owned(),
            ColumnType::Persons => "list of person ids".to_owned(),
        }
    }

    /// `HABEAS_TABLES=write cargo test --workspace --lib the_page_of_tables` writes the page anew.
    #[test]
    fn the_page_of_tables_says_every_column() {
        let mut made = String::new();
        for (list, columns) in columns_of_lists().into_iter().chain(columns_of_figures()) {
            write!(
                made,
                "### `/v1/{list}`\n\n| column | holds | unit | says |\n|---|---|---|---|\n"
            )
            .unwrap();
            for column in columns {
                let (name, holds, says) = (&column.name, holds(&column), &column.says);
                let unit = column.unit.unwrap_or_default();
                writeln!(made, "| `{name}` | {holds} | {unit} | {says} |").unwrap();
            }
            made.push('\n');
        }
        let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference/tables.md");
        let text = std::fs::read_to_string(&page).unwrap();
        let (begin, end) = ("<!-- columns -->\n", "<!-- end of columns -->");
        let (head, rest) = text.split_once(begin).unwrap();
        let (stands, tail) = rest.split_once(end).unwrap();
        if std::env::var("HABEAS_TABLES").is_ok_and(|value| value == "write") {
            std::fs::write(&page, format!("{head}{begin}{made}{end}{tail}")).unwrap();
            return;
        }
        assert_eq!(stands, made, "HABEAS_TABLES=write writes it anew");
    }

    #[test]
    fn a_column_has_a_name_of_its_own() {
        for (list, columns) in columns_of_lists() {
            let mut names: Vec<_> = columns.iter().map(|column| column.name.clone()).collect();
            names.sort();
            names.dedup();
            assert_eq!(names.len(), columns.len(), "{list}");
        }
    }

    #[test]
    fn every_state_of_custody_has_its_column_of_cases() {
        let states = &event::list("custody_state").unwrap().codes;
        let columns = Field::columns(CASE_FIELDS);
        for state in states {
            let name = format!("persons_{}", state.code);
            assert!(columns.iter().any(|column| column.name == name), "{name}");
        }
    }
}
