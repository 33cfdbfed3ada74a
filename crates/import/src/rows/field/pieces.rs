//! A text with cells in braces: `{subject}/c-{charges#12}`.
//!
//! Never here: what is read of the text.

use toml::Spanned;

use super::row_cells::RowCells;
use crate::codes::CodeMap;
use crate::error::quoted;
use crate::mapping::binder::Binder;
use crate::read::Column;
use crate::rows::key;
use crate::secret::hash_hex;

/// One piece of such a text.
pub(super) enum Piece {
    Literal(String),
    Subject,
    /// The row's number.
    Row,
    /// The row's place in the list that was made into rows.
    Repeat,
    Cell(Column, Option<usize>),
}

/// Cuts a text into pieces and finds their columns.
pub(super) fn pieces(said: &Spanned<String>, binder: &Binder<'_>) -> Vec<Piece> {
    let (text, at) = (said.as_ref().as_str(), said.span().start);
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((literal, after)) = rest.split_once('{') {
        pieces.push(Piece::Literal(literal.to_owned()));
        let Some((inside, after)) = after.split_once('}') else {
            binder.wrong(
                at,
                format!(
                    "text {text} has a brace that is not closed",
                    text = quoted(text)
                ),
            );
            return pieces;
        };
        pieces.push(match inside.split_once('#') {
            None if inside == "subject" => Piece::Subject,
            // In a file of rejected rows its own is another one; what it was stands in a column.
            None if binder.table.is_rejected() && key::is_special(inside) => {
                Piece::Cell(key::kept_column(inside, at, binder), None)
            }
            None if inside == key::ROW => Piece::Row,
            None if inside == key::REPEAT => Piece::Repeat,
            None => Piece::Cell(binder.column_named(inside, at), None),
            Some((column, digits)) => {
                let column = binder.column_named(column, at);
                let digits = digits.parse().ok();
                let digits = digits.filter(|d| d % 2 == 0 && (2..=64).contains(d));
                if digits.is_none() {
                    binder.wrong(
                        at,
                        format!(
                            "text {text} needs 2 to 64 hex digits, even",
                            text = quoted(text)
                        ),
                    );
                }
                Piece::Cell(column, digits)
            }
        });
        rest = after;
    }
    pieces.push(Piece::Literal(rest.to_owned()));
    pieces
}

/// Writes the text of a row; none where a cell says nothing. A null word that has a code says something.
pub(super) fn write(
    pieces: &[Piece],
    cells: &RowCells<'_>,
    codes: Option<&CodeMap>,
) -> Option<String> {
    let mut text = String::new();
    for piece in pieces {
        match piece {
            Piece::Literal(literal) => text.push_str(literal),
            Piece::Subject => text.push_str(cells.subject?),
            Piece::Row => text.push_str(&cells.row.number().to_string()),
            Piece::Repeat => text.push_str(&cells.row.repeat().to_string()),
            Piece::Cell(column, digits) => {
                let cell = column.of(cells.row);
                let coded = codes.is_some_and(|map| map.contains_key(cell));
                let cell = if coded { cell } else { cells.nulls.some(cell)? };
                match digits {
                    Some(digits) => text.push_str(&hash_hex(cells.secret, cell, *digits)),
                    None => text.push_str(cell),
                }
            }
        }
    }
    Some(text)
}
