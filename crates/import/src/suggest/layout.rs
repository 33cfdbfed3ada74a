//! Where the rows of a file stand: on which sheet, and below which line, where titles stand above the header.
//!
//! Start at [`find`].
//!
//! Never here: what the columns hold.

use std::collections::BTreeSet;
use std::path::Path;

use crate::Error;
use crate::read::{Format, Next, Row, Table, UnsaidSheet};

/// Rows that are looked at.
pub(super) const ROWS_MAX: u64 = 5_000;

/// Lines on which a header is looked for.
const HEADER_LINES_MAX: u64 = 15;

/// How a file is read for a draft.
pub(super) struct Layout {
    pub(super) format: Format,
    /// The other sheets that could be read.
    pub(super) others: Vec<String>,
}

/// Finds the sheet with the most rows, and the first line that can be their header; the first sheet and line where
/// none is better.
///
/// # Errors
/// As [`Table::open`].
pub(super) fn find(path: &Path) -> Result<Layout, Error> {
    let plain = Format {
        unsaid_sheet: UnsaidSheet::First,
        ..Format::default()
    };
    let first = Table::open(path, &plain);
    let sheets = first
        .as_ref()
        .map_or(Vec::new(), |table| table.sheets.clone());
    let mut best: Option<(u64, Format)> = None;
    for sheet in choices(&sheets) {
        let with = |line: u64| Format {
            sheet: sheet.clone(),
            header: (line > 1).then_some(line),
            ..plain.clone()
        };
        for format in (1..=HEADER_LINES_MAX).map(with) {
            let Ok(mut table) = Table::open(path, &format) else {
                continue;
            };
            let rows = if table.has_members() {
                return Ok(Layout {
                    format: plain,
                    others: Vec::new(),
                });
            } else {
                rows_below(&mut table)?
            };
            let Some(rows) = rows else { continue };
            if best.as_ref().is_none_or(|(most, _)| rows > *most) {
                best = Some((rows, format));
            }
            break;
        }
    }
    match best {
        Some((_, format)) => {
            let others = sheets
                .into_iter()
                .filter(|name| Some(name) != format.sheet.as_ref());
            Ok(Layout {
                others: others.collect(),
                format,
            })
        }
        None => {
            first?;
            Ok(Layout {
                format: plain,
                others: sheets,
            })
        }
    }
}

/// The sheets to try; one that is not named where there is no choice.
fn choices(sheets: &[String]) -> Vec<Option<String>> {
    match sheets {
        [] => vec![None],
        several => several.iter().cloned().map(Some).collect(),
    }
}

/// Counts the rows below a header; none where it can be none: it has fewer than two names, a name twice, a number
/// among them, or more rows that do not fit it than fit.
fn rows_below(table: &mut Table) -> Result<Option<u64>, Error> {
    let names: Vec<String> = table
        .header()
        .filter(|name| !name.is_empty())
        .map(str::to_owned)
        .collect();
    let different: BTreeSet<&String> = names.iter().collect();
    let is_number = |name: &String| crate::dates::digits::ascii(name).parse::<f64>().is_ok();
    if names.len() < 2 || different.len() < names.len() || names.iter().any(is_number) {
        return Ok(None);
    }
    let mut row = Row::default();
    let (mut good, mut broken) = (0_u64, 0_u64);
    while good + broken < ROWS_MAX {
        match table.next(&mut row)? {
            Next::End => break,
            Next::Row => good += 1,
            Next::Broken { .. } => broken += 1,
        }
    }
    Ok((good > broken).then_some(good))
}
