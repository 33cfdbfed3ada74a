//! Tables for people: columns that fit the screen, without lines between them.
//!
//! Never here: what stands in a table.

use comfy_table::{
    Attribute, Cell, CellAlignment, ContentArrangement, Row, Table as Drawing, presets,
};

use serde::Serialize;

use super::{Form, Screen, Terminal};
use crate::client::{Failure, safe};

/// A column's header, and where its cells stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Column {
    /// Text, from the left.
    Text(String),
    /// A number, to the right.
    Number(String),
}

impl Column {
    /// Makes a column of text.
    pub(crate) fn text(name: &str) -> Self {
        Self::Text(name.to_owned())
    }

    /// Makes a column of numbers.
    pub(crate) fn number(name: &str) -> Self {
        Self::Number(name.to_owned())
    }

    /// Returns the header.
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Text(name) | Self::Number(name) => name,
        }
    }

    fn alignment(&self) -> CellAlignment {
        match self {
            Self::Text(_) => CellAlignment::Left,
            Self::Number(_) => CellAlignment::Right,
        }
    }
}

/// Spaces between two columns.
const GAP: u16 = 2;

/// Draws a table; each line ends with a line feed and none with spaces.
///
/// On a screen it is no wider than that, by wrapping cells.
pub(crate) fn draw(
    columns: &[Column],
    rows: impl IntoIterator<Item = Vec<String>>,
    screen: Option<Screen>,
) -> String {
    let mut drawing = Drawing::new();
    // The terminal was asked for its width once, at the start: a table that looks itself differs in tests.
    drawing.force_no_tty().load_style(presets::NOTHING);
    if let Some(screen) = screen {
        drawing
            .set_content_arrangement(ContentArrangement::Dynamic)
            .set_width(screen.width);
        if screen.colour {
            drawing.enforce_styling();
        }
    }
    let header = columns.iter().map(|column| {
        Cell::new(column.name())
            .set_alignment(column.alignment())
            .add_attribute(Attribute::Bold)
    });
    drawing.set_header(header.collect::<Vec<_>>());
    for row in rows {
        drawing.add_row(Row::from(
            row.iter().map(|cell| safe(cell)).collect::<Vec<_>>(),
        ));
    }
    for (index, column) in columns.iter().enumerate() {
        let last = index + 1 == columns.len();
        if let Some(drawn) = drawing.column_mut(index) {
            drawn
                .set_padding((0, if last { 0 } else { GAP }))
                .set_cell_alignment(column.alignment());
        }
    }
    let mut text = String::new();
    for line in drawing.lines() {
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// Writes items in a form: as a table or CSV by their rows, as JSON as they are.
///
/// # Errors
/// [`Failure::Output`].
pub(crate) fn write<T: Serialize>(
    items: &[T],
    row: impl Fn(&T) -> Vec<String>,
    columns: &[Column],
    form: Form,
    terminal: &mut Terminal<'_>,
) -> Result<(), Failure> {
    match form {
        Form::Table => {
            let drawn = draw(columns, items.iter().map(row), terminal.screen);
            terminal.write(drawn.as_bytes())
        }
        Form::Csv => {
            let header: Vec<_> = columns.iter().map(Column::name).collect();
            terminal.csv(&header, items.iter().map(row))
        }
        Form::Json => terminal.line(&json(items)?),
        Form::Jsonl => items
            .iter()
            .try_for_each(|item| terminal.line(&json(item)?)),
    }
}

fn json(value: &(impl Serialize + ?Sized)) -> Result<String, Failure> {
    serde_json::to_string(value).map_err(|error| Failure::Output(error.into()))
}

/// Writes `1234567` as `1,234,567`.
pub(crate) fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    fn rows() -> Vec<Vec<String>> {
        let row = |a: &str, b: &str| vec![a.to_owned(), b.to_owned()];
        vec![row("ព្រាប វិចិត្រ", "1"), row("a\x1b[31mb\u{202E}c", "1234")]
    }

    #[test]
    fn a_table_aligns_its_columns_and_shows_nothing_that_a_terminal_obeys() {
        let columns = [Column::text("name"), Column::number("count")];
        expect![[r#"
            name       count
            ព្រាប វិចិត្រ      1
            a�[31mb�c   1234
        "#]]
        .assert_eq(&draw(&columns, rows(), None));
    }

    #[test]
    fn a_screen_bounds_the_width() {
        let columns = [Column::text("name"), Column::text("note")];
        let row = vec!["one".to_owned(), "several words that wrap".to_owned()];
        let screen = Screen {
            width: 20,
            colour: false,
        };
        let drawn = draw(&columns, [row], Some(screen));
        assert!(
            drawn.lines().all(|line| line.chars().count() <= 20),
            "{drawn}"
        );
        assert!(drawn.lines().count() > 2, "{drawn}");
    }

    #[test]
    fn colour_is_only_where_it_is_welcome() {
        let columns = [Column::text("name")];
        let drawn = |colour| {
            let screen = Screen { width: 80, colour };
            draw(&columns, [vec!["x".to_owned()]], Some(screen))
        };
        assert!(drawn(true).contains('\x1b'));
        assert!(!drawn(false).contains('\x1b'));
    }

    #[test]
    fn numbers_are_grouped_by_thousands() {
        assert_eq!(grouped(0), "0");
        assert_eq!(grouped(999), "999");
        assert_eq!(grouped(1_000), "1,000");
        assert_eq!(grouped(1_234_567), "1,234,567");
    }
}
