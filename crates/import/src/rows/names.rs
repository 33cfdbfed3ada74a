//! Names that stand in several rows, where a mapping makes people of names and has not said so.
//!
//! Start at [`check`], which reads all rows before any event is made. Source: docs/guides/import.md, People.
//!
//! Never here: whether two names are one person.

use std::collections::BTreeMap;
use std::path::PathBuf;

use jiff::tz::TimeZone;

use super::RowMapping;
use crate::Error;
use crate::error::quoted;
use crate::line::hash_hex;
use crate::mapping::Mapping;
use crate::read::{Next, Row, Table, line_of};

/// Hex digits of the hash of a name or of a row that are kept while the rows are read.
const DIGITS: usize = 32;

/// Refuses inputs in which one name stands in rows of different content, where the mapping does not say
/// what makes a person the same in two rows and would take the name for it.
///
/// # Errors
/// An input that cannot be read, a mapping that does not fit it, and such rows, by their lines.
pub(crate) fn check(mapping: &Mapping, files: &[PathBuf], zone: &TimeZone) -> Result<(), Error> {
    let persons = mapping.row.as_ref().and_then(|row| row.persons.as_ref());
    let Some(spec) = persons.filter(|persons| persons.takes_names_unsaid(mapping.format)) else {
        return Ok(());
    };
    let mut known: BTreeMap<String, (String, String)> = BTreeMap::new();
    let mut row = Row::default();
    for file in files {
        let mut table = Table::open(file, &mapping.files)?;
        let rows = RowMapping::bind(mapping, &table, zone)?;
        let Some(persons) = &rows.persons else {
            continue;
        };
        loop {
            match table.next(&mut row)? {
                Next::End => break,
                Next::Broken { .. } => continue,
                Next::Row => {}
            }
            if rows.matching(&rows.skip, &row).next().is_some() {
                continue;
            }
            let place = format!("{} line {}", table.name, line_of(&row));
            let cells: Vec<&str> = row.iter().collect();
            let content = hash_hex(
                &String::from_utf8_lossy(&crate::json::array(&cells)),
                DIGITS,
            );
            for name in persons.names(&row, &rows.nulls) {
                let first = known
                    .entry(hash_hex(name, DIGITS))
                    .or_insert_with(|| (content.clone(), place.clone()));
                if first.0 != content {
                    return Err(Error::wrong(format!(
                        "one name in column {} stands in rows of different content: {} and {place}. Are they one person? \
                         Say it in [row.persons]: identity = \"name\" keeps the ids that this mapping made before, \
                         \"row\" gives each row people of its own, \"column\" takes your own ids of people",
                        quoted(spec.column()),
                        first.1,
                    )));
                }
            }
        }
    }
    Ok(())
}
