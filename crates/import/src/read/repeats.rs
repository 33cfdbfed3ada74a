//! How many cells a sheet of ODS holds, and blanks in them, once what is repeated is written out, before it is.
//!
//! Never here: the cells.

use std::io::BufRead;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::limits;
use crate::Error;

/// What was met of a row.
#[derive(Default)]
struct Width {
    /// Cells so far, the empty ones at the end with them.
    all: u64,
    /// Cells up to the last that is not empty.
    filled: u64,
}

/// Refuses a `content.xml` whose sheets hold more cells than are held.
///
/// # Errors
/// [`Error::Limit`]; [`Error::Wrong`] for what is no XML.
pub(super) fn check(content: impl BufRead, file: &str) -> Result<(), Error> {
    let mut reader = Reader::from_reader(content);
    let mut buffer = Vec::new();
    let (mut cells, mut widest, mut rows, mut row, mut times) =
        (0_u64, 0_u64, 0_u64, Width::default(), 1);
    let mut blanks = 0_u64;
    loop {
        buffer.clear();
        let event = reader
            .read_event_into(&mut buffer)
            .map_err(|error| Error::wrong(format!("{file} is no spreadsheet: {error}")))?;
        match event {
            Event::Start(tag) if tag.name().as_ref() == "table:table-row" => {
                (row, times) = (
                    Width::default(),
                    repeated(&tag, "table:number-rows-repeated"),
                );
            }
            Event::Start(tag) | Event::Empty(tag) if is_cell(&tag) => {
                row.all = row
                    .all
                    .saturating_add(repeated(&tag, "table:number-columns-repeated"));
                if tag
                    .attributes()
                    .flatten()
                    .any(|a| a.key.as_ref().starts_with("office:"))
                {
                    row.filled = row.all;
                }
            }
            Event::Start(tag) | Event::Empty(tag) if tag.name().as_ref() == "text:s" => {
                blanks = blanks.saturating_add(repeated(&tag, "text:c").saturating_mul(times));
                if blanks > limits::UNPACKED_BYTES_MAX {
                    return Err(limits::unpacked(file));
                }
            }
            Event::End(tag) if tag.name().as_ref() == "table:table-row" => {
                rows = rows.saturating_add(times);
                if row.filled > 0 {
                    widest = widest.max(row.filled);
                    cells = cells
                        .saturating_add(row.filled)
                        .max(rows.saturating_mul(widest));
                }
                limits::cells(file, usize::try_from(cells).unwrap_or(usize::MAX))?;
            }
            Event::End(tag) if tag.name().as_ref() == "table:table" => (rows, widest) = (0, 0),
            Event::Eof => return Ok(()),
            Event::Start(_)
            | Event::Empty(_)
            | Event::End(_)
            | Event::Text(_)
            | Event::CData(_)
            | Event::Comment(_)
            | Event::Decl(_)
            | Event::PI(_)
            | Event::DocType(_)
            | Event::GeneralRef(_) => {}
        }
    }
}

fn is_cell(tag: &BytesStart<'_>) -> bool {
    matches!(
        tag.name().as_ref(),
        "table:table-cell" | "table:covered-table-cell"
    )
}

fn repeated(tag: &BytesStart<'_>, name: &str) -> u64 {
    let said = tag.attributes().flatten().find(|a| a.key.as_ref() == name);
    said.and_then(|a| a.value.trim().parse().ok()).unwrap_or(1)
}
