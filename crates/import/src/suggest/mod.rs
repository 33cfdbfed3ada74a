//! A draft of a mapping from the headers and cells of a file: what it is unsure of, it says.
//!
//! Start at [`suggest`]. `words` knows what headers call things, `column` looks at cells, `layout` finds the sheet and the header, `draft` writes the mapping, and `events` what happened.
//!
//! Never here: deciding. A draft is read by a person before anything is imported.

mod column;
mod draft;
mod events;
mod happened;
mod layout;
mod names;
mod phrases;
#[cfg(test)]
mod tests;
mod words;

use std::path::Path;

use crate::Error;
use crate::read::{Next, Row, Table};
use column::ColumnSeen;
use layout::ROWS_MAX;

/// Drafts a mapping for the file at `path`, as TOML with comments.
///
/// # Errors
/// As for opening the file: [`Error::Io`], [`Error::Wrong`], [`Error::Limit`].
pub fn suggest(path: &Path) -> Result<String, Error> {
    let layout = layout::find(path)?;
    let mut table = Table::open(path, &layout.format)?;
    let names: Vec<String> = table.header().map(str::to_owned).collect();
    let mut columns: Vec<(crate::read::Column, ColumnSeen)> = Vec::new();
    let mut twice = Vec::new();
    for name in names.iter().filter(|name| !name.is_empty()) {
        match table.column(name) {
            Ok(column) => columns.push((column, ColumnSeen::new(name))),
            Err(_) if twice.contains(name) => {}
            Err(_) => twice.push(name.clone()),
        }
    }
    let mut row = Row::default();
    let (mut rows, mut broken) = (0, 0);
    while rows < ROWS_MAX {
        match table.next(&mut row)? {
            Next::End => break,
            Next::Broken { .. } => broken += 1,
            Next::Row => {
                rows += 1;
                for (column, seen) in &mut columns {
                    seen.see(column.of(&row), column.is_date(&row));
                }
            }
        }
    }
    if names.iter().all(String::is_empty) {
        return Err(Error::wrong(format!(
            "{} has no header, so that there is nothing to draft a mapping from",
            table.name
        )));
    }
    let seen = columns.into_iter().map(|(_, seen)| seen).collect();
    Ok(draft::Draft::new(path, seen, rows).write(&table.found, &layout, &twice, broken))
}
