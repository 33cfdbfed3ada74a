//! A table as JSON lines: an object a row, its members in the order of the columns.
//!
//! Never here: the JSON of the API.

use answers::table::{Cell, Table};
use serde::ser::{Serialize, SerializeMap as _, Serializer};

use crate::http::problem::Problem;

/// One row.
struct Row<'t, C>(&'t Table, C);

impl<'t, C: Iterator<Item = &'t Cell> + Clone> Serialize for Row<'t, C> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut row = serializer.serialize_map(None)?;
        for (column, cell) in self.0.columns().zip(self.1.clone()) {
            row.serialize_entry(&column.name, cell)?;
        }
        row.end()
    }
}

/// Writes a table. What is empty is `null`, a list is one of JSON.
///
/// # Errors
/// [`Problem`] when it cannot be written.
pub(super) fn write(table: &Table) -> Result<Vec<u8>, Problem> {
    let mut lines = Vec::new();
    for row in table.rows() {
        let row = Row(table, row);
        serde_json::to_writer(&mut lines, &row).map_err(|error| Problem::failed(&error))?;
        lines.push(b'\n');
    }
    Ok(lines)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::tests::of_cells;

    #[test]
    fn each_row_is_an_object_of_its_types() {
        let row = vec![
            Cell::Integer(u64::MAX.into()),
            Cell::Day(event::Day::parse("2020-12-10").unwrap()),
            Cell::Boolean(false),
            Cell::List(vec!["a".into(), String::new()]),
            Cell::Empty,
            Cell::from("=1"),
        ];
        let table = of_cells(&["f", "e", "d", "c", "b", "a"], vec![row]);
        let written = String::from_utf8(write(&table).unwrap()).unwrap();
        let right = "{\"f\":18446744073709551615,\"e\":\"2020-12-10\",\"d\":false,\"c\":[\"a\",\"\"],\"b\":null,\"a\":\"=1\"}\n";
        assert_eq!(written, right);
    }
}
