//! Tables of a page: each row a row, the first its header. Many programs write such a page and call it `.xls`.
//!
//! Start at [`read`]. A cell that spans columns is followed by empty ones, one that spans rows is read in each.
//!
//! Never here: the rest of the page.

use html5gum::{StartTag, State, Token, Tokenizer};

use super::format::Format;
use super::kept::{Cell, Sparse};
use super::limits;
use crate::Error;

/// The widest span of a cell. Source: the HTML standard, 4.9.11.
const SPAN_COLUMNS_MAX: usize = 1_000;

/// The longest span of a cell over rows. Source: the same.
const SPAN_ROWS_MAX: usize = 65_534;

/// The column of a row that has ended.
const ENDED: usize = usize::MAX;

/// A table while it is read.
#[derive(Default)]
struct Open {
    rows: Vec<Sparse>,
    /// Cells that go on in rows below: column, rows left, text.
    falling: Vec<(usize, usize, String)>,
    /// Where the next cell of the row stands.
    column: usize,
    /// The cell that is being read, with its spans over columns and rows.
    cell: Option<(String, usize, usize)>,
    /// Cells so far, those that fall from above with them.
    count: usize,
}

/// Reads the table that the mapping says by its number, or the only one.
///
/// # Errors
/// [`Error::Wrong`] where there is none, or it is not clear which; [`Error::Limit`].
pub(super) fn read(text: &str, format: &Format, file: &str) -> Result<Vec<Sparse>, Error> {
    let mut tables = tables(text, file)?;
    let place = match (format.table, tables.len()) {
        (_, 0) => return Err(Error::wrong(format!("{file} is a page without a table"))),
        (None, 1) => 0,
        (Some(said), count) if (1..=count).contains(&said) => said - 1,
        (said, count) => {
            let sizes: Vec<String> = (1..)
                .zip(&tables)
                .map(|(place, rows)| {
                    let columns = rows.first().map_or(0, |row| row.cells.len());
                    format!("{place} ({columns} columns, {} rows)", rows.len())
                })
                .collect();
            let said = said.map_or_else(String::new, |said| format!(", and none is number {said}"));
            return Err(Error::wrong(format!(
                "{file} has {count} tables{said}: say [files] table = one of {}",
                sizes.join(", ")
            )));
        }
    };
    Ok(tables.swap_remove(place))
}

/// Returns the label of the encoding that a page declares in its beginning: `meta charset`, or a `meta` in place of the
/// header `content-type`.
pub(super) fn declared(begin: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(begin);
    for token in Tokenizer::new(text.as_ref()) {
        let Ok(Token::StartTag(tag)) = token else {
            continue;
        };
        if tag.name.0.as_slice() != b"meta" {
            continue;
        }
        let attribute = |name: &[u8]| {
            let mut attributes = tag.attributes.iter();
            let value = attributes.find(|(key, _)| key.0 == name)?.1;
            Some(String::from_utf8_lossy(value).trim().to_lowercase())
        };
        let content = attribute(b"http-equiv")
            .filter(|name| name == "content-type")
            .and_then(|_| attribute(b"content"));
        let of_content = content.and_then(|content| {
            let (_, rest) = content.split_once("charset")?;
            let label = rest.trim_start().strip_prefix('=')?.trim_start();
            let label = label.trim_start_matches(['"', '\'']);
            let end = label.find([';', '"', '\'', ' ']).unwrap_or(label.len());
            label.get(..end).map(str::to_owned)
        });
        if let Some(label) = attribute(b"charset").or(of_content) {
            return Some(label);
        }
    }
    None
}

/// Reads all tables; one inside another is a table of its own.
fn tables(text: &str, file: &str) -> Result<Vec<Vec<Sparse>>, Error> {
    let mut done = Vec::new();
    let mut open: Vec<Open> = Vec::new();
    let mut tokens = Tokenizer::new(text);
    // What a program or its looks are written in is no text of a cell.
    let mut is_hidden = false;
    while let Some(token) = tokens.next() {
        let Ok(token) = token;
        match token {
            Token::StartTag(tag) => {
                if let Some(state) = hidden(tag.name.0.as_slice()) {
                    // Up to its end there are no tags.
                    tokens.set_state(state);
                    is_hidden = true;
                }
                start(&tag, &mut open, file)?;
            }
            Token::EndTag(tag) if hidden(tag.name.0.as_slice()).is_some() => is_hidden = false,
            Token::EndTag(tag) => match tag.name.0.as_slice() {
                b"table" => {
                    if let Some(mut table) = open.pop() {
                        table.close_cell(file)?;
                        table.end_row(file)?;
                        done.push(table.rows);
                    }
                }
                b"td" | b"th" => {
                    if let Some(table) = open.last_mut() {
                        table.close_cell(file)?;
                    }
                }
                b"tr" => {
                    if let Some(table) = open.last_mut() {
                        table.close_cell(file)?;
                        table.end_row(file)?;
                    }
                }
                _ => {}
            },
            Token::String(_) if is_hidden => {}
            Token::String(said) => {
                if let Some((cell, _, _)) = open.last_mut().and_then(|table| table.cell.as_mut()) {
                    cell.push_str(&String::from_utf8_lossy(&said).replace('\n', " "));
                }
            }
            Token::Comment(_) | Token::Doctype(_) | Token::Error(_) => {}
        }
    }
    for mut table in open {
        table.close_cell(file)?;
        table.end_row(file)?;
        done.push(table.rows);
    }
    Ok(done)
}

/// Returns how the inside of an element is read whose text nobody sees; none of another element.
fn hidden(name: &[u8]) -> Option<State> {
    match name {
        b"script" => Some(State::ScriptData),
        b"style" => Some(State::RawText),
        _ => None,
    }
}

fn start(tag: &StartTag<()>, open: &mut Vec<Open>, file: &str) -> Result<(), Error> {
    let name = tag.name.0.as_slice();
    if name == b"table" {
        open.push(Open::default());
        limits::cells(file, open.len().saturating_mul(1_000))?;
        return Ok(());
    }
    let Some(table) = open.last_mut() else {
        return Ok(());
    };
    match name {
        b"tr" => {
            table.close_cell(file)?;
            table.begin_row(file)?;
        }
        b"td" | b"th" => {
            table.close_cell(file)?;
            if table.rows.is_empty() || table.column == ENDED {
                table.begin_row(file)?;
            }
            let span = |name: &[u8], most: usize| {
                let said = tag.attributes.iter().find(|(key, _)| key.0 == name);
                let said =
                    said.and_then(|(_, value)| String::from_utf8_lossy(value).trim().parse().ok());
                said.unwrap_or(1).clamp(1, most)
            };
            let spans = (
                span(b"colspan", SPAN_COLUMNS_MAX),
                span(b"rowspan", SPAN_ROWS_MAX),
            );
            table.cell = Some((String::new(), spans.0, spans.1));
        }
        b"br" | b"p" | b"li" => {
            if let Some((cell, _, _)) = &mut table.cell {
                cell.push('\n');
            }
        }
        _ => {}
    }
    Ok(())
}

impl Open {
    /// Puts the cell that is being read into its row.
    fn close_cell(&mut self, file: &str) -> Result<(), Error> {
        let Some((text, columns, rows)) = self.cell.take() else {
            return Ok(());
        };
        if self.rows.is_empty() {
            return Ok(());
        }
        self.fall(file)?;
        let text = blanks(&text);
        if rows > 1 {
            self.falling.push((self.column, rows, text.clone()));
        }
        self.put(text, file)?;
        self.column = self.column.saturating_add(columns - 1);
        limits::columns(file, self.column)
    }

    fn begin_row(&mut self, file: &str) -> Result<(), Error> {
        self.end_row(file)?;
        self.column = 0;
        let line = u64::try_from(self.rows.len()).unwrap_or(u64::MAX) + 1;
        self.rows.push(Sparse {
            line,
            cells: Vec::new(),
            width: None,
            is_again: false,
        });
        Ok(())
    }

    /// Puts the cells from above that stand behind the last of the row.
    fn end_row(&mut self, file: &str) -> Result<(), Error> {
        if self.column == ENDED {
            return Ok(());
        }
        while let Some(next) = self
            .falling
            .iter()
            .map(|f| f.0)
            .filter(|c| *c >= self.column)
            .min()
        {
            self.column = next;
            self.fall(file)?;
        }
        for (_, left, _) in &mut self.falling {
            *left = left.saturating_sub(1);
        }
        self.falling.retain(|(_, left, _)| *left > 0);
        if let Some(row) = self.rows.last_mut() {
            row.width = Some(self.column);
        }
        self.column = ENDED;
        Ok(())
    }

    /// Puts the cells from above that stand just here.
    fn fall(&mut self, file: &str) -> Result<(), Error> {
        while let Some(next) = self
            .falling
            .iter()
            .find(|(place, ..)| *place == self.column)
        {
            let text = next.2.clone();
            self.put(text, file)?;
        }
        Ok(())
    }

    fn put(&mut self, text: String, file: &str) -> Result<(), Error> {
        self.count += 1;
        limits::cells(file, self.count)?;
        let column = self.column;
        self.column = column.saturating_add(1);
        if let Some(row) = self.rows.last_mut()
            && !text.is_empty()
        {
            row.cells.push((column, Cell::Text(text)));
        }
        Ok(())
    }
}

/// Makes one blank of several, as a page shows them; lines stay apart.
fn blanks(text: &str) -> String {
    let lines = text
        .split('\n')
        .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
    lines
        .filter(|line| !line.is_empty())
        .collect::<Vec<_>>()
        .join("\n")
}
