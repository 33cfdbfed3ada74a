//! A table as CSV (RFC 4180): UTF-8, a header line, lines that end with CR and LF.
//!
//! Never here: what a spreadsheet takes for a formula (crate `answers`).

use std::borrow::Cow;

use answers::table::{Cell, Table};

use crate::http::problem::Problem;

/// The byte order mark.
pub(super) const MARK: &str = "\u{feff}";

/// Writes a table behind `mark`. A text that a spreadsheet would take for a formula begins with an apostrophe;
/// numbers, days and answers stay what they are.
///
/// # Errors
/// [`Problem`] when it cannot be written.
pub(super) fn write(table: &Table, mark: &str) -> Result<Vec<u8>, Problem> {
    let mut writer = ::csv::WriterBuilder::new()
        .terminator(::csv::Terminator::CRLF)
        .from_writer(mark.as_bytes().to_vec());
    let failed = |error: ::csv::Error| Problem::failed(&error);
    let names = table.columns().map(|column| column.name.as_bytes());
    writer.write_record(names).map_err(failed)?;
    for row in table.rows() {
        let cells = row.map(text);
        writer
            .write_record(cells.map(|cell| cell.into_owned()))
            .map_err(failed)?;
    }
    let text = writer.into_inner();
    text.map_err(|error| Problem::failed(&error.into_error()))
}

/// Returns a cell as it stands in the file.
fn text(cell: &Cell) -> Cow<'_, str> {
    let text = cell.as_text();
    match cell {
        Cell::Text(_) | Cell::List(_) => Cow::Owned(answers::guard_formula(&text).into_owned()),
        Cell::Empty | Cell::Integer(_) | Cell::Day(_) | Cell::Boolean(_) => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::tests::of_cells;

    fn cells(texts: &[&str]) -> Vec<Cell> {
        texts.iter().map(|text| Cell::from(*text)).collect()
    }

    /// Cells, and the line that holds them.
    const LINES: &[(&[&str], &str)] = &[
        (&["", "7", ""], ",7,"),
        (&["", "", ""], ",,"),
        (&["=HYPERLINK(1)", "+1", "@a"], "'=HYPERLINK(1),'+1,'@a"),
        (&["＝1", "＋1", "＠a"], "'＝1,'＋1,'＠a"),
        (&["-1", "\ta", "a=b"], "'-1,'\ta,a=b"),
        (
            &["\ra", "=1,2", "=\"1\""],
            "\"'\ra\",\"'=1,2\",\"'=\"\"1\"\"\"",
        ),
        (
            &["a, \"b\"", "a\nb", "a\r\nb"],
            "\"a, \"\"b\"\"\",\"a\nb\",\"a\r\nb\"",
        ),
        (&["KH-12", " a ", "a;b"], "KH-12, a ,a;b"),
        (&["'a'", "\"", "ភ្នំពេញ"], "'a',\"\"\"\",ភ្នំពេញ"),
        (
            &["adhoc:own.v2", "a\tb", "\u{feff}a"],
            "adhoc:own.v2,a\tb,\u{feff}a",
        ),
    ];

    #[test]
    fn a_cell_is_quoted_where_it_must_be_and_is_no_formula() {
        let rows = LINES.iter().map(|(texts, _)| cells(texts)).collect();
        let text: String = LINES
            .iter()
            .map(|(_, line)| format!("{line}\r\n"))
            .collect();
        let written = write(&of_cells(&["a", "b", "c"], rows), "").unwrap();
        assert_eq!(
            String::from_utf8(written).unwrap(),
            format!("a,b,c\r\n{text}")
        );
    }

    #[test]
    fn a_number_stays_one_and_a_mark_comes_first() {
        let row = vec![
            Cell::Integer(-3),
            Cell::Day(event::Day::parse("2020-12-10").unwrap()),
            Cell::Boolean(true),
            Cell::List(vec!["=a".into(), "b".into()]),
            Cell::Empty,
        ];
        let table = of_cells(&["a", "b", "c", "d", "e"], vec![row]);
        let written = String::from_utf8(write(&table, MARK).unwrap()).unwrap();
        assert_eq!(
            written,
            "\u{feff}a,b,c,d,e\r\n-3,2020-12-10,true,'=a; b,\r\n"
        );
    }
}
