//! What names a row: cells, its number, its place in a list, or its content with how many equal ones came before.
//!
//! Never here: what is made of it (`line`).

use std::collections::HashMap;

use toml::Spanned;

use crate::codes::NullWords;
use crate::dates::digits;
use crate::json;
use crate::letters::composed;
use crate::mapping::binder::Binder;
use crate::read::{Column, Row};
use crate::secret::{Secret, hash_hex};

/// Hex digits of the hash of a row's content.
const CONTENT_DIGITS: usize = 32;

/// Names that stand for no column, where the file has none of that name.
pub(crate) const ROW: &str = "@row";
/// See [`ROW`].
pub(crate) const REPEAT: &str = "@repeat";
/// See [`ROW`].
pub(crate) const CONTENT: &str = "@content";

/// Whether a name is a row's number, which is another one in each file.
pub(crate) fn is_number(name: &str) -> bool {
    name == ROW
}

/// Whether a name stands for no column, but for something that every row has.
pub(super) fn is_special(name: &str) -> bool {
    name == ROW || name == REPEAT
}

/// Whether a name stands for what a file of rejected rows must keep, since the row would have another one in it.
pub(super) fn is_kept(name: &str) -> bool {
    matches!(name, ROW | REPEAT | CONTENT)
}

/// Returns what such a name stands for in a row of the file that it is rejected from.
pub(crate) fn kept(
    name: &str,
    row: &Row,
    secret: Option<&Secret>,
    contents: &mut Contents,
) -> String {
    match name {
        ROW => row.number().to_string(),
        REPEAT => row.repeat().to_string(),
        _ => contents.next(row, secret),
    }
}

/// Finds the column of a file of rejected rows that says it.
pub(super) fn kept_column(name: &str, at: usize, binder: &Binder<'_>) -> Column {
    if binder.has(name) {
        return binder.column_named(name, at);
    }
    binder.wrong(at, not_kept(&binder.table.name, name));
    Column::NONE
}

fn not_kept(file: &str, name: &str) -> String {
    format!(
        "{file} is a file of rejected rows, but has no column {name}: what each row was in the file that it comes from \
         is not known, and it would be written over other rows. Mend the rows in that file and import it again, or \
         have the rows rejected once more, by --rejected, which writes the column"
    )
}

/// What the key is made of, with the names that the mapping has for it.
pub(super) struct Key {
    parts: Vec<(String, Part)>,
}

#[derive(Clone, Copy)]
enum Part {
    Cell(Column),
    /// What one of the following was, as a file of rejected rows says it, and whether it names a row by itself.
    Kept(Column, Naming),
    /// The row's number behind the header.
    Row,
    /// Its place in the list whose items are rows.
    Repeat,
    /// A hash of its cells, and how many equal rows came before it in the file.
    Content,
}

/// Whether a part of a key names a row by itself.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Naming {
    Alone,
    BesideOthers,
}

/// How often each content came so far in a file.
#[derive(Default)]
pub(crate) struct Contents(HashMap<u128, u32>);

/// The key of one row.
pub(super) struct RowKey {
    pub(super) cells: Vec<String>,
    /// Whether anything is in it.
    pub(super) given: bool,
}

impl Key {
    pub(super) fn bind(names: &[Spanned<String>], binder: &Binder<'_>) -> Self {
        let part = |name: &Spanned<String>| {
            let known = binder.table.has_column(name.as_ref());
            let part = match name.as_ref().as_str() {
                special @ (ROW | REPEAT | CONTENT) if binder.table.is_rejected() => {
                    if !known {
                        binder.wrong(name.span().start, not_kept(&binder.table.name, special));
                        return (special.to_owned(), Part::Cell(Column::NONE));
                    }
                    let naming = match special {
                        REPEAT => Naming::BesideOthers,
                        _ => Naming::Alone,
                    };
                    Part::Kept(binder.column(name), naming)
                }
                ROW if !known => Part::Row,
                REPEAT if !known => Part::Repeat,
                CONTENT if !known => Part::Content,
                _ => Part::Cell(binder.column(name)),
            };
            (name.as_ref().clone(), part)
        };
        Self {
            parts: names.iter().map(part).collect(),
        }
    }

    /// Reads the key of a row; each row is read once, in the order of the file.
    pub(super) fn read(
        &self,
        row: &Row,
        nulls: &NullWords,
        secret: Option<&Secret>,
        contents: &mut Contents,
    ) -> RowKey {
        let mut key = RowKey {
            cells: Vec::with_capacity(self.parts.len()),
            given: false,
        };
        for (_, part) in &self.parts {
            let cell = match part {
                Part::Cell(column) | Part::Kept(column, _) => {
                    composed(&digits::ascii(column.of(row))).into_owned()
                }
                Part::Row => row.number().to_string(),
                Part::Repeat => row.repeat().to_string(),
                Part::Content => contents.next(row, secret),
            };
            key.given |= match part {
                Part::Cell(_) => nulls.some(&cell).is_some(),
                Part::Kept(_, Naming::Alone) => !cell.is_empty(),
                Part::Kept(_, Naming::BesideOthers) => false,
                Part::Row | Part::Content => true,
                Part::Repeat => false,
            };
            key.cells.push(cell);
        }
        key
    }

    /// Returns what the mapping calls it.
    pub(super) fn names(&self) -> String {
        let names: Vec<&str> = self.parts.iter().map(|(name, _)| name.as_str()).collect();
        names.join(", ")
    }

    /// Returns the cells of a row, as they are described where it is refused.
    pub(super) fn shown(&self, row: &Row) -> String {
        let cells = self.parts.iter().map(|(_, part)| match part {
            Part::Cell(column) | Part::Kept(column, _) => column.of(row),
            Part::Row | Part::Repeat | Part::Content => "",
        });
        cells.collect()
    }
}

impl Contents {
    fn next(&mut self, row: &Row, secret: Option<&Secret>) -> String {
        let cells: Vec<&str> = row.iter().map(str::trim).collect();
        let written = json::array(&cells);
        let hash = hash_hex(secret, &String::from_utf8_lossy(&written), CONTENT_DIGITS);
        // The hash has 128 bits.
        let bits = u128::from_str_radix(&hash, 16).unwrap_or_default();
        let count = self.0.entry(bits).or_default();
        *count = count.saturating_add(1);
        match count {
            1 => hash,
            count => format!("{hash}-{count}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::testing;

    /// The id of the composed form is what it ever was.
    #[test]
    fn a_key_of_composed_and_one_of_decomposed_letters_are_one() {
        let mapping = "format = 1\norg = 'test'\nsource = '//test.example/a'\ninputs = ['a.csv']\n[row]\nkey = ['no']\n\
            recordedtime = {text = '2020-12-10T05:30:00Z'}\nset = {visibility = 'public', occurred = '2020'}\n\
            [[event]]\nkind = 'arrest'\n";
        let ids = |rows: &str| {
            let (events, report) =
                testing::import(mapping, &[("a.csv", &format!("no,who\n{rows}"))]);
            let ids = events
                .iter()
                .map(|event| event["id"].as_str().unwrap().to_owned());
            (ids.collect::<Vec<String>>(), report.rows_rejected)
        };
        let (composed, decomposed) = ("Ir\u{e8}ne 1,Ana\n", "Ire\u{300}ne 1,Ana\n");
        let maker = crate::line::LineWriter::new("test", "//test.example/a", None, None);
        let id = maker.id(&["arrest", "Ir\u{e8}ne 1"]).to_string();
        assert_eq!(ids(composed), (vec![id.clone()], 0));
        assert_eq!(ids(decomposed), (vec![id.clone()], 0));
        assert_eq!(ids(&format!("{composed}{decomposed}")), (vec![id], 1));
    }
}
